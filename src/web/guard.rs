//! What stands before every answer: who is addressed, where a form comes from, how long it may take;
//! and the header fields with which every answer leaves.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, header},
};
use url::Url;

/// Longer addresses are refused before they are read: the longest of ours carries a phrase.
pub const TARGET_BYTES_MAX: usize = 4_096;

/// The most bytes that a form or a program sends: a note has 4,000 characters.
pub const BODY_BYTES_MAX: usize = 64 << 10;

/// How long an answer may take.
pub const ANSWER_MAX: Duration = Duration::from_secs(30);

/// What a page of ours may do: show itself, our style and our script, and send its forms to us.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a captured page may do: be looked at. Its origin is none, and nothing in it runs or is
/// fetched.
pub const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// By which names we are addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// By any: we listen to others, and nobody said by which name.
    Any,
    /// By these, in lower case and without a port.
    These(Vec<String>),
}

impl Names {
    /// Returns the names of a server that listens on loopback or not, and is reached at `url`.
    pub fn of(is_loopback: bool, url: Option<&Url>) -> Names {
        let named = url.and_then(Url::host_str).map(str::to_ascii_lowercase);
        match (is_loopback, named) {
            (false, None) => Names::Any,
            (_, named) => {
                let local = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
                let local = if is_loopback { local.to_vec() } else { Vec::new() };
                Names::These(local.into_iter().chain(named).collect())
            }
        }
    }

    /// Returns whether a `Host` field names us: a page of others that had its name bound to our
    /// address names itself.
    pub fn has(&self, host: Option<&str>) -> bool {
        match (self, host) {
            (_, None) => false,
            (Names::Any, Some(_)) => true,
            (Names::These(names), Some(host)) => {
                let host = host.to_ascii_lowercase();
                names.iter().any(|name| *name == without_port(&host))
            }
        }
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

/// Returns the one `Host` field, or the host of an absolute target.
pub fn host(request: &Request<Body>) -> Option<String> {
    let mut fields = request.headers().get_all(header::HOST).iter();
    let host = match (fields.next(), fields.next()) {
        (Some(only), None) => only.to_str().ok()?.to_owned(),
        (Some(_), Some(_)) => return None,
        (None, _) => request.uri().authority()?.to_string(),
    };
    Some(host)
}

/// Returns whether a request that alters something comes from a page of ours, or from no page: a
/// browser says so itself, and no page can make it say otherwise.
pub fn is_from_us(headers: &HeaderMap, host: &str) -> bool {
    let field = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_same_site = field("sec-fetch-site").is_none_or(|it| it == "same-origin" || it == "none");
    let is_same_origin = field("origin").is_none_or(|origin| {
        let there = origin.split_once("://").map(|(_, there)| there);
        there.is_some_and(|there| there.eq_ignore_ascii_case(host))
    });
    is_same_site && is_same_origin
}

/// Returns whether an address is longer than any of ours.
pub fn is_too_long(uri: &Uri) -> bool {
    let query = uri.query().map_or(0, str::len);
    TARGET_BYTES_MAX < uri.path().len() + query
}

/// Returns whether a method alters nothing.
pub fn is_safe(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

/// Adds the header fields with which every answer leaves; those that it has stay.
pub fn seal(response: &mut Response<Body>) {
    let fields = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // `no-referrer` would take the origin from our own forms as well.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ];
    for (name, value) in fields {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_loopback_only_names_of_this_machine_and_the_one_told_are_ours() {
        let names = Names::of(true, None);
        for ours in ["localhost:8420", "127.0.0.1:8420", "[::1]:8420", "LOCALHOST", "127.0.0.1"] {
            assert!(names.has(Some(ours)), "{ours}");
        }
        for foreign in ["evil.example", "evil.example:8420", "127.0.0.1.evil.example", "", "[::1"] {
            assert!(!names.has(Some(foreign)), "{foreign}");
        }
        assert!(!names.has(None));
        let url = Url::parse("https://watch.example.org/").unwrap();
        assert!(Names::of(true, Some(&url)).has(Some("watch.example.org")));
        assert!(!Names::of(false, Some(&url)).has(Some("localhost")));
        assert!(Names::of(false, None).has(Some("192.0.2.1:8420")));
    }

    #[test]
    fn a_form_of_another_page_is_none_of_ours() {
        let headers = |fields: &[(&'static str, &str)]| -> HeaderMap {
            let field = |(name, value): &(&'static str, &str)| {
                (HeaderName::from_static(name), value.parse().unwrap())
            };
            fields.iter().map(field).collect()
        };
        let is_ours = |fields: &[_]| is_from_us(&headers(fields), "localhost:8420");
        assert!(is_ours(&[]));
        assert!(is_ours(&[("origin", "http://localhost:8420"), ("sec-fetch-site", "same-origin")]));
        assert!(!is_ours(&[("origin", "http://localhost:9999")]));
        assert!(!is_ours(&[("origin", "null")]));
        assert!(!is_ours(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_ours(&[("sec-fetch-site", "same-site")]));
    }
}
