//! Request headers that a user may add to a page's visits.

use crate::watchlist::{
    found::{Findings, Flaw},
    table::{Entry, wrong_type},
};

/// The most header fields of one page.
const FIELDS_MAX: usize = 50;

/// Returns the headers of a table of strings, in the order of their names.
///
/// Their values are never repeated: a cookie may be one that nobody else should know.
pub fn read_headers(found: &mut Findings<'_>, entry: &Entry<'_>) -> Vec<(String, String)> {
    let remedy = "write a table of strings, as in headers = { \"X-Region\" = \"EU\" }";
    let Some(section) = entry.table() else {
        entry.report_hidden(found, wrong_type(entry.value, "a table of strings", remedy));
        return Vec::new();
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, field) in section.entries() {
        let flaw = if headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some(Flaw::new("this header is there twice", "keep one of them: case does not count"))
        } else if FIELDS_MAX <= headers.len() {
            Some(Flaw::new(format!("there are over {FIELDS_MAX} headers"), "send fewer"))
        } else {
            name_flaw(name)
        };
        if let Some(flaw) = flaw {
            field.report_hidden(found, flaw);
            continue;
        }
        let Some(value) = field.value.as_str() else {
            field.report_hidden(found, wrong_type(field.value, "a string", "put it in quotes"));
            continue;
        };
        let is_sendable = |b: u8| b == b'\t' || (b' '..=b'~').contains(&b);
        if !value.bytes().all(is_sendable) || value.trim() != value || 4_000 < value.len() {
            let problem = "its value cannot be sent in a header";
            let remedy = "use at most 4,000 characters of plain ASCII, without white space \
                          around them and on one line";
            field.report_hidden(found, Flaw::new(problem, remedy));
            continue;
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    headers
}

fn name_flaw(name: &str) -> Option<Flaw> {
    // RFC 9110, section 5.6.2: token.
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || 100 < name.len() || !name.bytes().all(is_token) {
        return Some(Flaw::new("this is no name of a header", "use letters, digits and hyphens"));
    }
    let (problem, remedy) = match name.to_ascii_lowercase().as_str() {
        "user-agent" => ("we never hide who visits", "use `contact` in [settings] to be reached"),
        "accept-language" => ("the language has a key of its own", "use `language` of the page"),
        "accept-encoding" => ("we ask for what we can decode", "leave it out"),
        "if-none-match" | "if-modified-since" | "if-match" | "if-unmodified-since" | "if-range" => {
            ("we keep the validators, so that no change hides behind a 304", "leave it out")
        }
        "range" => ("a part of a page would be taken for the page", "leave it out"),
        "authorization" => (
            "pages behind a login are not watched, and no secret stands in this file",
            "leave it out",
        ),
        "host"
        | "content-length"
        | "transfer-encoding"
        | "connection"
        | "keep-alive"
        | "te"
        | "trailer"
        | "upgrade"
        | "expect"
        | "proxy-connection"
        | "proxy-authorization"
        | "http2-settings" => ("the connection itself sets this header", "leave it out"),
        _ => return None,
    };
    Some(Flaw::new(problem, remedy))
}
