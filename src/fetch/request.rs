//! What a request says: who asks, in which language, and what it has already. Pure.

use reqwest::{
    cookie::{CookieStore, Jar},
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, COOKIE, HeaderMap, HeaderName, HeaderValue,
        IF_MODIFIED_SINCE, IF_NONE_MATCH,
    },
};
use url::Url;

use crate::fetch::decode;
use crate::model::{
    address::AddressRule,
    snapshot::Digest,
    visit::{FetchFailure, Known},
    watch::Watch,
};

const ACCEPT_PAGE: &str =
    "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";

/// Fields that a watch cannot set: they frame the message, make it conditional or partial, or
/// say who we are.
const OURS: [&str; 18] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "proxy-authorization",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// What a visit brings along to each of its requests.
pub struct Errand<'a> {
    /// The watch.
    pub watch: &'a Watch,
    /// What the addresses gave before.
    pub known: &'a [Known],
    /// The cookies of this visit, and of no other.
    pub jar: &'a Jar,
}

/// One request, ready to be sent.
pub struct Ask {
    /// Where to; without credentials.
    pub url: Url,
    /// Which addresses it may reach.
    pub rule: AddressRule,
    /// Its header fields but for those of the client.
    pub headers: HeaderMap,
    /// The body that a 304 would mean, if the request is conditional.
    pub known: Option<Digest>,
}

impl Ask {
    /// Returns the request for a page.
    ///
    /// It is conditional only if this very URL gave the validators: one that was redirected to
    /// may be another document today, and an older one would answer 304. The watch's own headers
    /// go to the watch's own hosts only. Fails if one of them cannot be sent.
    pub fn page(errand: &Errand, url: &Url) -> Result<Ask, FetchFailure> {
        let mut headers = HeaderMap::new();
        let language = errand.watch.language.as_deref().unwrap_or("en");
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPT_PAGE));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(decode::ACCEPTED));
        headers.insert(ACCEPT_LANGUAGE, value("accept-language", language)?);
        if is_own(errand.watch, url) {
            add_own(errand.watch, &mut headers)?;
        }
        add_cookies(errand.jar, url, &mut headers);
        let known = errand.known.iter().find(|known| is_same_page(&known.url, url));
        let known = known.and_then(|known| add_validators(known, &mut headers));
        Ok(Ask { url: url.clone(), rule: errand.watch.addresses, headers, known })
    }

    /// Returns the request for a robots.txt.
    pub fn robots(url: &Url, rule: AddressRule) -> Ask {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/plain,*/*;q=0.5"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(decode::ACCEPTED));
        Ask { url: url.clone(), rule, headers, known: None }
    }

    /// Returns the host as it stands in messages.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

fn value(name: &str, text: &str) -> Result<HeaderValue, FetchFailure> {
    HeaderValue::from_str(text).map_err(|_| FetchFailure::BadRequest {
        reason: format!("the value of `{name}` is no header's"),
    })
}

fn add_own(watch: &Watch, headers: &mut HeaderMap) -> Result<(), FetchFailure> {
    for (name, text) in &watch.headers {
        let refused =
            |why| FetchFailure::BadRequest { reason: format!("the header `{name}` {why}") };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused("is none"))?;
        if OURS.contains(&key.as_str()) {
            return Err(refused("is not the watch's to set"));
        }
        headers.insert(key, value(name, text)?);
    }
    Ok(())
}

fn add_cookies(jar: &Jar, url: &Url, headers: &mut HeaderMap) {
    let Some(ours) = jar.cookies(url) else { return };
    let joined = match headers.get(COOKIE) {
        Some(own) => HeaderValue::from_bytes(&[own.as_bytes(), b"; ", ours.as_bytes()].concat()),
        None => Ok(ours),
    };
    // Two values that each can be sent can be sent together.
    if let Ok(joined) = joined {
        headers.insert(COOKIE, joined);
    }
}

/// Adds what of the validators can be sent; returns the body that they stand for, if any can.
fn add_validators(known: &Known, headers: &mut HeaderMap) -> Option<Digest> {
    let fields = [
        (IF_NONE_MATCH, &known.validators.etag),
        (IF_MODIFIED_SINCE, &known.validators.last_modified),
    ];
    let mut digest = None;
    for (name, text) in fields {
        let Some(Ok(value)) = text.as_deref().map(HeaderValue::from_str) else { continue };
        headers.insert(name, value);
        digest = Some(known.digest);
    }
    digest
}

/// The fragment is not sent, and credentials are not either.
fn is_same_page(known: &Url, url: &Url) -> bool {
    known.scheme() == url.scheme()
        && known.host() == url.host()
        && known.port_or_known_default() == url.port_or_known_default()
        && known.path() == url.path()
        && known.query() == url.query()
}

/// A host is the watch's own if one of its addresses is there; the step from `http` up to
/// `https` stays at home, the step down does not.
fn is_own(watch: &Watch, url: &Url) -> bool {
    watch.urls.iter().any(|own| {
        let is_upgrade = own.scheme() == "http"
            && url.scheme() == "https"
            && own.port_or_known_default() == Some(80)
            && url.port_or_known_default() == Some(443);
        own.host() == url.host() && (own.origin() == url.origin() || is_upgrade)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::visit::Validators;

    fn watch(url: &str) -> Watch {
        Watch::new("page".parse().unwrap(), vec![Url::parse(url).unwrap()])
    }

    fn ask(watch: &Watch, known: &[Known], url: &str) -> Result<Ask, FetchFailure> {
        let errand = Errand { watch, known, jar: &Jar::default() };
        Ask::page(&errand, &Url::parse(url).unwrap())
    }

    #[test]
    fn the_watchs_headers_stay_on_its_host() {
        let mut watch = watch("http://example.org/terms");
        watch.headers = vec![("X-Key".to_owned(), "secret".to_owned())];
        let is_sent = |url| ask(&watch, &[], url).unwrap().headers.contains_key("x-key");
        assert!(is_sent("http://example.org/terms"));
        assert!(is_sent("http://example.org/elsewhere"));
        assert!(is_sent("https://example.org/terms"));
        assert!(!is_sent("http://example.org:8080/terms"));
        assert!(!is_sent("http://www.example.org/terms"));
        assert!(!is_sent("https://example.com/terms"));
        let mut secure = watch.clone();
        secure.urls = vec![Url::parse("https://example.org/terms").unwrap()];
        let down = ask(&secure, &[], "http://example.org/terms").unwrap();
        assert!(!down.headers.contains_key("x-key"));
    }

    #[test]
    fn a_request_is_conditional_only_where_the_validators_came_from() {
        let watch = watch("https://example.org/terms");
        let digest = Digest::of(b"terms");
        let validators = Validators { etag: Some("\"1\"".to_owned()), last_modified: None };
        let url = Url::parse("https://example.org/terms#top").unwrap();
        let known = [Known { url, digest, validators }];
        let at_home = ask(&watch, &known, "https://example.org/terms").unwrap();
        assert_eq!(at_home.known, Some(digest));
        assert_eq!(at_home.headers.get(IF_NONE_MATCH).unwrap(), "\"1\"");
        let elsewhere = ask(&watch, &known, "https://example.org/terms2").unwrap();
        assert_eq!(elsewhere.known, None);
        assert!(!elsewhere.headers.contains_key(IF_NONE_MATCH));
    }

    #[test]
    fn validators_that_cannot_be_sent_make_no_request_conditional() {
        let watch = watch("https://example.org/");
        let validators = Validators { etag: Some("a\nb".to_owned()), last_modified: None };
        let digest = Digest::of(b"");
        let known = [Known { url: watch.urls[0].clone(), digest, validators }];
        assert_eq!(ask(&watch, &known, "https://example.org/").unwrap().known, None);
    }

    #[test]
    fn headers_that_are_not_the_watchs_to_set_are_refused() {
        for (name, text) in [("User-Agent", "Mozilla"), ("Host", "x"), ("a b", "x"), ("x", "a\nb")]
        {
            let mut watch = watch("https://example.org/");
            watch.headers = vec![(name.to_owned(), text.to_owned())];
            let failure = ask(&watch, &[], "https://example.org/").err().unwrap();
            assert_eq!(failure.code(), "bad_request", "{name}");
        }
    }

    #[test]
    fn the_visits_cookies_are_added_to_the_watchs() {
        let mut watch = watch("https://example.org/");
        watch.headers = vec![("Cookie".to_owned(), "own=1".to_owned())];
        let jar = Jar::default();
        jar.add_cookie_str("set=2", &watch.urls[0]);
        let errand = Errand { watch: &watch, known: &[], jar: &jar };
        let ask = Ask::page(&errand, &watch.urls[0]).unwrap();
        assert_eq!(ask.headers.get(COOKIE).unwrap(), "own=1; set=2");
    }
}
