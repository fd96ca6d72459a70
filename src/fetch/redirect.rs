//! Where a redirect leads. Pure; whether we may go there is asked elsewhere.

use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use crate::fetch::failure::brief;
use crate::model::visit::FetchFailure;

/// URLs above this length are no pages; it bounds what a chain of growing URLs can make us keep.
const TARGET_BYTES_MAX: usize = 8 << 10;

/// Returns whether a status sends the reader elsewhere (RFC 9110, section 15.4). 300 offers a
/// choice and 304 is about the body that we have: both are answers.
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Returns where the answer of `url` with these headers leads, resolved per URL standard.
///
/// The fragment is inherited where the target has none (RFC 9110, section 10.2.2), credentials
/// are left out. Fails without a Location, with one that is no URL, and with one that leads out
/// of the web (`file:`, `javascript:`).
pub fn target(url: &Url, headers: &HeaderMap) -> Result<Url, FetchFailure> {
    let location = headers.get(LOCATION).map_or_else(String::new, |it| text_of(it.as_bytes()));
    let bad = || FetchFailure::BadRedirect { target: brief(&shown(&location)) };
    if location.trim().is_empty() || TARGET_BYTES_MAX < location.len() {
        return Err(bad());
    }
    let mut target = url.join(&location).map_err(|_| bad())?;
    if !matches!(target.scheme(), "http" | "https") || !target.has_host() {
        return Err(bad());
    }
    if target.fragment().is_none() {
        target.set_fragment(url.fragment());
    }
    Ok(without_credentials(&target))
}

/// Returns the URL without user name and password, which we never send and never record.
pub fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // These fail only on URLs that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Returns the bytes of a Location as they are recorded: as they came, but for credentials.
pub fn recorded(location: &[u8]) -> Vec<u8> {
    let text = text_of(location);
    let shown = shown(&text);
    if shown == text { location.to_vec() } else { shown.into_bytes() }
}

/// Returns a Location as it may be recorded, whatever it is: what stands between `//` and `@`
/// may be a name and a password.
fn shown(location: &str) -> String {
    let Some((before, rest)) = location.split_once("//") else { return location.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{before}//…{}", &rest[at..]),
        None => location.to_owned(),
    }
}

/// Locations are UTF-8 where they are not ASCII, and else Latin-1, byte for character.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn resolve(location: &[u8]) -> Result<String, FetchFailure> {
        let url = Url::parse("https://example.org/a/b?c#d").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_bytes(location).unwrap());
        target(&url, &headers).map(String::from)
    }

    #[test]
    fn fault_030_locations_are_resolved_per_url_standard() {
        for (location, target) in [
            ("/x", "https://example.org/x#d"),
            ("x", "https://example.org/a/x#d"),
            ("?y", "https://example.org/a/b?y#d"),
            ("#e", "https://example.org/a/b?c#e"),
            ("//example.com/x", "https://example.com/x#d"),
            ("http://example.com", "http://example.com/#d"),
            ("/ü", "https://example.org/%C3%BC#d"),
            ("https://u:p@example.org/x", "https://example.org/x#d"),
        ] {
            assert_eq!(resolve(location.as_bytes()).unwrap(), target, "{location}");
        }
        assert_eq!(resolve(b"/\xfc").unwrap(), "https://example.org/%C3%BC#d");
    }

    #[test]
    fn fault_029_locations_out_of_the_web_are_bad() {
        for location in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ftp://example.org/",
            "data:text/html,x",
            "",
            " ",
            "https://",
            "http://[::1",
            "http://example.org:99999/",
        ] {
            let failure = resolve(location.as_bytes()).unwrap_err();
            assert_eq!(failure.code(), "bad_redirect", "{location}");
        }
        let secret = resolve(b"ftp://someone:hush@example.org/a@b").unwrap_err();
        assert_eq!(
            secret,
            FetchFailure::BadRedirect { target: "ftp://…@example.org/a@b".to_owned() }
        );
        let long = format!("/{}", "a".repeat(TARGET_BYTES_MAX));
        assert_eq!(resolve(long.as_bytes()).unwrap_err().code(), "bad_redirect");
        let url = Url::parse("https://example.org/").unwrap();
        let failure = target(&url, &HeaderMap::new()).unwrap_err();
        assert_eq!(failure, FetchFailure::BadRedirect { target: String::new() });
    }
}
