//! Web addresses that may stand in a watchlist; it does not know where a host leads.

use url::{ParseError, Url};

use crate::watchlist::found::Flaw;

/// The longest address: what browsers and servers commonly take.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// Ports of 1024 and above on which another protocol than HTTP is known to listen: the ports
/// that browsers refuse (WHATWG Fetch, "bad port"), and well-known databases and queues.
const OTHER_PORTS: [u16; 36] = [
    1_080, 1_433, 1_521, 1_719, 1_720, 1_723, 1_883, 2_049, 2_181, 3_306, 3_389, 3_659, 4_045,
    4_190, 4_222, 5_060, 5_061, 5_432, 5_672, 5_900, 6_000, 6_379, 6_566, 6_665, 6_666, 6_667,
    6_668, 6_669, 6_679, 6_697, 9_042, 9_092, 10_080, 11_211, 27_017, 27_018,
];

/// Returns the address of a page or a webhook.
///
/// It must be `http` or `https`, on a port of the web, without credentials and fragment. What
/// is said about a wrong one never repeats it.
pub fn read_address(text: &str) -> Result<Url, Flaw> {
    let url = parse(text)?;
    if !matches!(url.scheme(), "http" | "https") {
        let remedy = "write an address that begins with https:// or http://";
        // `example.org:443/x` parses as an address of the scheme `example.org`.
        return Err(match url.has_host() {
            true => Flaw::new("this is no address of the web", remedy),
            false => Flaw::new("https:// is missing, or this is no address of the web", remedy),
        });
    }
    if has_credentials(&url) {
        return Err(Flaw::new(
            "it carries a user name or a password",
            "leave out what stands before the @: no secret stands in this file",
        ));
    }
    if url.fragment().is_some() {
        return Err(Flaw::new(
            "what follows the # never reaches the server",
            "leave out the # and what follows it; use `select` to read only a part of a page",
        ));
    }
    match url.port() {
        Some(80 | 443) | None => Ok(url),
        Some(port) if port < 1_024 || OTHER_PORTS.contains(&port) => Err(Flaw::new(
            format!("port {port} is not one of the web"),
            "leave the port out, or use 80, 443 or the one of 1024 and above that serves HTTP",
        )),
        Some(_) => Ok(url),
    }
}

/// Returns the address of a proxy: `http`, `https` or `socks5`, without credentials and path.
pub fn read_proxy(text: &str) -> Result<Url, Flaw> {
    let url = parse(text)?;
    let remedy = "write scheme, host and port, as in \"http://proxy.example.org:3128\"";
    if !matches!(url.scheme(), "http" | "https" | "socks5") {
        return Err(Flaw::new("a proxy is reached by http, https or socks5", remedy));
    }
    if has_credentials(&url) {
        return Err(Flaw::new(
            "it carries a user name or a password",
            "use a proxy that knows this machine by its address: no secret stands in this file",
        ));
    }
    let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
    if !is_bare || url.fragment().is_some() || !url.has_host() {
        return Err(Flaw::new("a proxy is a host and a port only", remedy));
    }
    Ok(url)
}

/// Returns `text` with everything that could be a user name or password of an address as `…`.
pub fn without_credentials(text: &str) -> String {
    let Some((before_at, after_at)) = text.rsplit_once('@') else { return text.to_owned() };
    let is_clean = Url::parse(text).is_ok_and(|url| url.has_host() && !has_credentials(&url));
    if is_clean || !(before_at.contains("//") || before_at.contains(':')) {
        return text.to_owned();
    }
    let scheme = before_at.split_once("://").map(|(scheme, _)| scheme);
    match scheme.filter(|scheme| scheme.bytes().all(|b| b.is_ascii_alphabetic())) {
        Some(scheme) => format!("{scheme}://…@{after_at}"),
        None => format!("…@{after_at}"),
    }
}

fn parse(text: &str) -> Result<Url, Flaw> {
    let whole = "write the whole address, as in \"https://www.example.org/terms\"";
    let flaw = if text.is_empty() {
        Flaw::new("it is empty", whole)
    } else if ADDRESS_BYTES_MAX < text.len() {
        Flaw::new(format!("it is longer than {ADDRESS_BYTES_MAX} bytes"), "write a shorter one")
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Flaw::new("white space stands in it", "remove it, or write it as %20")
    } else {
        match Url::parse(text) {
            Ok(url) => return Ok(url),
            Err(ParseError::RelativeUrlWithoutBase) => {
                Flaw::new("https:// is missing", "write the whole address, with https:// in front")
            }
            Err(ParseError::InvalidPort) => {
                Flaw::new("its port is no number up to 65535", "leave the port out")
            }
            Err(error) => Flaw::new(format!("this is no address: {error}"), whole),
        }
    };
    Err(flaw)
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expectation: &str) {
        let got = match read_address(text) {
            Ok(url) => url.to_string(),
            Err(flaw) => flaw.problem,
        };
        assert_eq!(got, expectation, "{text}");
    }

    #[test]
    fn addresses_of_the_web_are_taken() {
        check("https://example.org", "https://example.org/");
        check("http://example.org:8080/a?b=c", "http://example.org:8080/a?b=c");
        check("https://example.org:443/@us", "https://example.org/@us");
        check("https://example.org:80/", "https://example.org:80/");
        check("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4");
        check("http://127.0.0.1:40123/", "http://127.0.0.1:40123/");
        check("http://[::1]:1024/", "http://[::1]:1024/");
    }

    #[test]
    fn all_else_is_refused() {
        check("", "it is empty");
        check("example.org/terms", "https:// is missing");
        check("/terms", "https:// is missing");
        check("example.org:443/x", "https:// is missing, or this is no address of the web");
        check("mailto:a@example.org", "https:// is missing, or this is no address of the web");
        check("ftp://example.org/", "this is no address of the web");
        check("file:///etc/passwd", "https:// is missing, or this is no address of the web");
        check("javascript:alert(1)", "https:// is missing, or this is no address of the web");
        check("https://u:p@example.org/", "it carries a user name or a password");
        check("https://u@example.org/", "it carries a user name or a password");
        check("https://:p@example.org/", "it carries a user name or a password");
        check("https://example.org/#a", "what follows the # never reaches the server");
        check("https://example.org/#", "what follows the # never reaches the server");
        check("https://example.org/a b", "white space stands in it");
        check(" https://example.org/", "white space stands in it");
        check("https://example.org/\n", "white space stands in it");
        check("https://", "this is no address: empty host");
        check("https://example.org:99999/", "its port is no number up to 65535");
        for port in [1, 22, 25, 81, 993, 3_306, 5_432, 6_379, 11_211, 27_017] {
            let problem = format!("port {port} is not one of the web");
            check(&format!("https://example.org:{port}/"), &problem);
        }
        check(&format!("https://a/{}", "a".repeat(2_000)), "it is longer than 2000 bytes");
    }

    #[test]
    fn a_password_is_never_repeated() {
        for (text, expectation) in [
            ("https://u:hunter2@example.org/x", "https://…@example.org/x"),
            ("https://u:hun/ter2@example.org/x", "https://…@example.org/x"),
            ("https://u:hunt@er2@example.org/", "https://…@example.org/"),
            ("u:hunter2@example.org", "…@example.org"),
            ("u:hunter2//@example.org", "…@example.org"),
            ("u:hunter2://@example.org", "…@example.org"),
            ("https://example.org/@us", "https://example.org/@us"),
            ("desk@example.org", "desk@example.org"),
        ] {
            assert_eq!(without_credentials(text), expectation);
        }
    }

    #[test]
    fn a_proxy_is_scheme_host_and_port() {
        for fine in ["http://proxy.example.org:3128", "socks5://127.0.0.1:1080", "https://p/"] {
            assert!(read_proxy(fine).is_ok(), "{fine}");
        }
        for wrong in ["proxy:3128", "ftp://p", "http://u:p@p", "http://p/x", "http://p?x", ""] {
            assert!(read_proxy(wrong).is_err(), "{wrong}");
        }
    }
}
