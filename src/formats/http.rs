//! The head of an HTTP answer as a web archive keeps it, read tolerantly: what a browser accepted
//! years ago must still be read. What the body is packed in is not this file's business.

/// The most bytes of a head; browsers stop at a quarter of it.
const HEAD_BYTES_MAX: usize = 1 << 20;

/// How many interim answers (`100 Continue`) may stand before the answer itself.
const INTERIM_ANSWERS_MAX: usize = 8;

/// The head of an HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpHead {
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// The status code, 100 to 999.
    pub status: u16,
    /// The header fields in order, names in lower case, values as bytes, trimmed.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl HttpHead {
    /// Returns the elements of all fields of this name (lower case), in order, in lower case:
    /// `gzip, br` and then `zstd` are three.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.headers
            .iter()
            .filter(|(key, _)| key == name)
            .flat_map(|(_, value)| value.split(|&byte| byte == b','))
            .map(|element| String::from_utf8_lossy(element).trim().to_ascii_lowercase())
            .filter(|element| !element.is_empty())
            .collect()
    }
}

/// Why a block is no HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpFlaw {
    /// The block does not begin with a status line.
    #[error("the block does not begin with an HTTP status line")]
    NoStatusLine,
    /// The head does not end within its bound.
    #[error("the HTTP head is over {HEAD_BYTES_MAX} bytes")]
    HeadTooLarge,
}

/// Returns the head of the HTTP answer in `block`, and the bytes behind it.
///
/// Takes bare line feeds, folded fields, a missing reason, bytes over 127, and a head without the
/// empty line at its end (then there is no body). Lines without a colon are passed over, as are
/// interim answers before the last.
///
/// Source: RFC 9112, sections 2.2, 4 and 5.2.
pub fn read_answer(block: &[u8]) -> Result<(HttpHead, &[u8]), HttpFlaw> {
    let (mut head, mut rest) = read_head(block)?;
    for _ in 0..INTERIM_ANSWERS_MAX {
        let is_interim = (100..200).contains(&head.status) && head.status != 101;
        if !is_interim || !rest.starts_with(b"HTTP/") {
            break;
        }
        (head, rest) = read_head(rest)?;
    }
    Ok((head, rest))
}

fn read_head(block: &[u8]) -> Result<(HttpHead, &[u8]), HttpFlaw> {
    let (first, mut rest) = split_line(block);
    let (version, status) = read_status_line(first).ok_or(HttpFlaw::NoStatusLine)?;
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    while !rest.is_empty() {
        let (line, behind) = split_line(rest);
        rest = behind;
        if line.is_empty() {
            break;
        }
        if HEAD_BYTES_MAX < block.len() - rest.len() {
            return Err(HttpFlaw::HeadTooLarge);
        }
        let is_folded = matches!(line[0], b' ' | b'\t');
        match (is_folded, headers.last_mut()) {
            (true, Some((_, value))) => fold_in(value, line.trim_ascii()),
            (true, None) => (),
            (false, _) => headers.extend(read_field(line)),
        }
    }
    Ok((HttpHead { version, status, headers }, rest))
}

/// Adds a folded line to the value of its field; neither may be empty of all but white space.
fn fold_in(value: &mut Vec<u8>, line: &[u8]) {
    if !value.is_empty() && !line.is_empty() {
        value.push(b' ');
    }
    value.extend_from_slice(line);
}

/// Returns the first line without its end, and what stands behind it.
pub fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match bytes.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &bytes[bytes.len()..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

/// Returns name (lower case) and value of a field, `None` where the line has no name and colon.
pub fn read_field(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = line[..colon].trim_ascii();
    let value = line[colon + 1..].trim_ascii();
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    (!name.is_empty()).then(|| (name, value.to_vec()))
}

fn read_status_line(line: &[u8]) -> Option<(String, u16)> {
    let line = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
    let mut words = line.split_ascii_whitespace();
    let version = words.next()?.to_ascii_uppercase();
    let number = version.strip_prefix("HTTP/")?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let status = words.next()?;
    let is_code = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    let status: u16 = if is_code { status.parse().ok()? } else { return None };
    let whole = if number.contains('.') { version } else { format!("{version}.0") };
    (100 <= status).then_some((whole, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(block: &[u8], version: &str, status: u16, fields: &[(&str, &[u8])], body: &[u8]) {
        let (head, rest) = read_answer(block).unwrap();
        assert_eq!((head.version.as_str(), head.status), (version, status));
        let found: Vec<(&str, &[u8])> =
            head.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        assert_eq!(found, fields);
        assert_eq!(rest, body);
    }

    #[test]
    fn a_field_folded_over_empty_lines_has_no_white_space_around() {
        check(b"HTTP/1.1 200 OK\na:\n \n b\n \n\n", "HTTP/1.1", 200, &[("a", b"b")], b"");
    }

    #[test]
    fn an_ordinary_head_is_read() {
        check(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-A:\r\n\r\nbody\r\n\r\nmore",
            "HTTP/1.1",
            200,
            &[("content-type", b"text/html"), ("x-a", b"")],
            b"body\r\n\r\nmore",
        );
    }

    #[test]
    fn habits_of_real_servers_are_taken() {
        check(b"HTTP/2 200\n\nx", "HTTP/2.0", 200, &[], b"x");
        check(
            b"http/1.0  404 \r\nA: 1\n B\r\n\t c\r\n\r\n",
            "HTTP/1.0",
            404,
            &[("a", b"1 B c")],
            b"",
        );
        check(
            b"HTTP/1.1 200 OK\r\n folded first\r\nno colon\r\n: no name\r\n\r\n",
            "HTTP/1.1",
            200,
            &[],
            b"",
        );
        check(
            b"HTTP/1.1 200 \xff\r\nT: caf\xe9\r\n\r\n",
            "HTTP/1.1",
            200,
            &[("t", b"caf\xe9")],
            b"",
        );
        check(
            b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"",
            "HTTP/1.1",
            304,
            &[("etag", b"\"a\"")],
            b"",
        );
        check(b"HTTP/1.1 999", "HTTP/1.1", 999, &[], b"");
    }

    #[test]
    fn interim_answers_are_passed_over() {
        let block = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: 1\r\n\r\nHTTP/1.1 is old";
        check(block, "HTTP/1.1", 200, &[("a", b"1")], b"HTTP/1.1 is old");
    }

    #[test]
    fn what_is_no_answer_is_named() {
        for block in [
            &b""[..],
            b"\r\n",
            b"<html>",
            b"HTTP/1.1",
            b"HTTP/1.1 OK",
            b"HTTP/ 200",
            b"HTTP/1.1 20",
            b"HTTP/1.1 099 x",
            b"HTTP/1.1 2000",
        ] {
            assert_eq!(read_answer(block), Err(HttpFlaw::NoStatusLine), "{block:?}");
        }
        let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"a: b\r\n".repeat(200_000)].concat();
        assert_eq!(read_answer(&endless), Err(HttpFlaw::HeadTooLarge));
    }

    #[test]
    fn lists_are_taken_apart() {
        let block =
            b"HTTP/1.1 200 OK\r\nContent-Encoding: GZIP, br\r\ncontent-encoding: ,zstd\r\n\r\n";
        let (head, _) = read_answer(block).unwrap();
        assert_eq!(head.list("content-encoding"), ["gzip", "br", "zstd"]);
    }
}
