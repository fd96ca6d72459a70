//! The named fields in the head of a WARC record. Which fields a record needs is not known here.

use std::net::IpAddr;

use url::Url;

use crate::{
    formats::{http::read_field, message::shown, warc::flaw::Flaw},
    model::time::Timestamp,
};

/// The named fields of one record, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a line of the head, without its end: a field, or more of the field before. A line
    /// that is neither is passed over.
    pub fn read_line(&mut self, line: &[u8]) {
        let is_folded = matches!(line.first(), Some(b' ' | b'\t'));
        match (is_folded, self.0.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(String::from_utf8_lossy(line).trim());
            }
            (true, None) => (),
            (false, _) => self.0.extend(
                read_field(line)
                    .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())),
            ),
        }
    }

    /// Returns the value of the first field of this name (in any case), `None` if it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        (!value.is_empty()).then_some(value)
    }

    /// Returns the value of a field that the record must have.
    pub fn need(&self, field: &'static str) -> Result<&str, Flaw> {
        self.get(field).ok_or(Flaw::NoField { field })
    }

    /// Returns the value of a field in angle brackets, or without, as some writers have it.
    pub fn id(&self, name: &str) -> Option<&str> {
        let value = self.get(name)?;
        let inner = value.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap_or(value);
        Some(inner.trim())
    }

    /// Returns the address in a field that the record must have, with or without angle brackets.
    pub fn need_url(&self, field: &'static str) -> Result<Url, Flaw> {
        let value = self.id(field).ok_or(Flaw::NoField { field })?;
        Url::parse(value).map_err(|_| Flaw::BadField { field, value: shown(value) })
    }

    /// Returns the time in a field that the record must have.
    pub fn need_time(&self, field: &'static str) -> Result<Timestamp, Flaw> {
        let value = self.need(field)?;
        read_time(value).ok_or_else(|| Flaw::BadField { field, value: shown(value) })
    }

    /// Returns the time in a field, `None` if it has none that can be read.
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        read_time(self.get(name)?)
    }

    /// Returns the length of the block in bytes.
    ///
    /// Fails if it is missing, or over a TiB, which no block has.
    pub fn need_length(&self) -> Result<u64, Flaw> {
        let (field, limit) = ("Content-Length", 1 << 40);
        let value = self.need(field)?;
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        match value.parse() {
            Ok(length) if is_number && length <= limit => Ok(length),
            Ok(_) | Err(_) => Err(Flaw::BadField { field, value: shown(value) }),
        }
    }

    /// Returns the IP address that answered, `None` if it is missing or not one.
    pub fn address(&self) -> Option<IpAddr> {
        self.get("WARC-IP-Address")?.parse().ok()
    }
}

/// Reads a WARC-Date: an instant in UTC, whole or cut after year, month, day or minute, which
/// means the first instant in it. A missing `Z` is supplied; digits after the third decimal are
/// dropped.
///
/// Source: WARC 1.1, section 5.4 (W3CDTF).
fn read_time(value: &str) -> Option<Timestamp> {
    let instant = |text: &str| {
        let instant = text.parse::<jiff::Timestamp>().ok()?;
        Some(Timestamp::from_millis(instant.as_millisecond()))
    };
    match value.len() {
        4 => instant(&format!("{value}-01-01T00:00:00Z")),
        7 => instant(&format!("{value}-01T00:00:00Z")),
        10 => instant(&format!("{value}T00:00:00Z")),
        _ => instant(value).or_else(|| instant(&format!("{value}Z"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_time(value: &str, expected: &str) {
        assert_eq!(read_time(value).map(|at| at.to_string()).unwrap_or_default(), expected);
    }

    #[test]
    fn dates_of_both_versions_are_read() {
        check_time("2020-06-10T21:04:05Z", "2020-06-10T21:04:05.000Z");
        check_time("2020-06-10T21:04:05.678901234Z", "2020-06-10T21:04:05.678Z");
        check_time("2020-06-10T21:04:05.6Z", "2020-06-10T21:04:05.600Z");
        check_time("2020-06-10T21:04:05", "2020-06-10T21:04:05.000Z");
        check_time("2020-06-10T21:04Z", "2020-06-10T21:04:00.000Z");
        check_time("2020-06-10T23:04:05+02:00", "2020-06-10T21:04:05.000Z");
        check_time("2020-06-10", "2020-06-10T00:00:00.000Z");
        check_time("2020-06", "2020-06-01T00:00:00.000Z");
        check_time("2020", "2020-01-01T00:00:00.000Z");
        for wrong in ["", "soon", "2020-13", "99999999999999999999", "2020-06-10T25:00:00Z"] {
            check_time(wrong, "");
        }
    }

    #[test]
    fn fields_are_found_in_any_case_and_unfolded() {
        let mut fields = Fields::default();
        for line in [
            &b"warc-type: response"[..],
            b"X: a",
            b"\tb ",
            b"none",
            b"WARC-Target-URI: <https://example.org/a b>",
        ] {
            fields.read_line(line);
        }
        assert_eq!(fields.get("WARC-Type"), Some("response"));
        assert_eq!(fields.get("x"), Some("a b"));
        let url = fields.need_url("WARC-Target-URI").unwrap();
        assert_eq!(url.as_str(), "https://example.org/a%20b");
        assert!(matches!(fields.need_length(), Err(Flaw::NoField { field: "Content-Length" })));
    }

    #[test]
    fn lengths_that_cannot_be_are_refused() {
        for value in ["-1", "+5", "1e3", "1099511627777", "99999999999999999999999"] {
            let mut fields = Fields::default();
            fields.read_line(format!("Content-Length: {value}").as_bytes());
            assert!(matches!(fields.need_length(), Err(Flaw::BadField { .. })), "{value}");
        }
    }
}
