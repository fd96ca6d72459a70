//! Lines of a CDXJ index: where in a web archive an address is at an instant.
//!
//! Source: <https://specs.webrecorder.net/cdxj/0.1.0/>

use serde_json::json;
use url::Url;

use crate::{
    formats::warc::write::public,
    model::{snapshot::Digest, time::Timestamp},
};

/// A record of a web archive that has something of an address.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The address.
    pub url: &'a Url,
    /// When it was captured.
    pub at: Timestamp,
    /// Whose page it is.
    pub page: &'a str,
    /// The status; none where it was kept without one.
    pub status: Option<u16>,
    /// The media type; empty if it is not known.
    pub media_type: &'a str,
    /// The digest of the body.
    pub payload: Digest,
    /// Whether it repeats what another record has.
    pub is_revisit: bool,
    /// Where the record begins, in bytes.
    pub offset: u64,
    /// How long it is, packed, in bytes.
    pub bytes: u64,
}

impl Line<'_> {
    /// Returns the line, without its end, of the file that the record is in.
    pub fn cdxj(&self, file: &str) -> String {
        let at = self.at.to_string();
        let stamp: String = at.chars().filter(char::is_ascii_digit).take(14).collect();
        let url = public(self.url);
        let plain = self.media_type.split(';').next().unwrap_or_default().trim();
        let mut fields = json!({
            "url": url.as_str(),
            "mime": if self.is_revisit { "warc/revisit" } else { plain },
            "digest": format!("sha256:{}", self.payload),
            "length": self.bytes.to_string(),
            "offset": self.offset.to_string(),
            "filename": file,
        });
        if let Some(status) = self.status {
            fields["status"] = status.to_string().into();
        }
        format!("{} {stamp} {fields}", surt(&url))
    }
}

/// Returns an address as indexes sort it: the host's names from the last to the first, without
/// `www`, then the rest, in lower case.
fn surt(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let is_www = |name: &str| {
        name.strip_prefix("www").is_some_and(|rest| rest.bytes().all(|it| it.is_ascii_digit()))
    };
    let mut names: Vec<&str> = host.split('.').collect();
    let is_number = host.parse::<std::net::Ipv4Addr>().is_ok();
    if 1 < names.len() && is_www(names[0]) {
        names.remove(0);
    }
    if !is_number && !host.starts_with('[') {
        names.reverse();
    }
    let divider = if is_number { "." } else { "," };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = match url.path() {
        "/" => "/",
        path => path.trim_end_matches('/'),
    };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let rest = format!("{path}{query}").to_ascii_lowercase().replace(' ', "%20");
    format!("{}{port}){rest}", names.join(divider))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_sorted_by_their_hosts() {
        let of = |url: &str| surt(&url.parse().unwrap());
        assert_eq!(of("https://www.Example.org/A/b/?c=D"), "org,example)/a/b?c=d");
        assert_eq!(of("http://example.org:8080/"), "org,example:8080)/");
        assert_eq!(of("http://127.0.0.1:80/a"), "127.0.0.1)/a");
    }
}
