//! Captures by time (RFC 7089): a TimeGate that leads to the capture nearest to a time, TimeMaps
//! that list them, and the captures themselves, which can be looked at and do nothing.

use std::fmt::Write as _;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};

use crate::{
    model::{capture::Capture, history::VisitId, time::Timestamp},
    monitor::{
        app::App,
        captures::{self, Original, Placed},
    },
    web::{answer::Refusal, guard},
};

/// The most captures in one TimeMap: three years and a half of a visit every six hours.
const TIMEMAP_MAX: usize = 5_000;

const MEMENTO_DATETIME: HeaderName = HeaderName::from_static("memento-datetime");

/// What a TimeGate or a TimeMap is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The address, or a page's name.
    pub original: String,
    /// The root of this server, with a slash at its end.
    pub root: String,
}

/// Returns the redirect to the capture that is nearest to the `Accept-Datetime` field; without one,
/// to the latest.
pub fn time_gate(app: &App, asked: &Asked, field: Option<&str>) -> Result<Response<Body>, Refusal> {
    let original = original(app, asked)?;
    let at = match field {
        Some(field) => datetime(field)?,
        None => Timestamp::from_millis(i64::MAX),
    };
    let Some(placed) = captures::nearest(app, &original, at)? else { return Err(missing(asked)) };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    let fields = response.headers_mut();
    fields.insert(header::LOCATION, value(&address(&asked.root, &placed.capture))?);
    fields.insert(header::VARY, HeaderValue::from_static("accept-datetime"));
    fields.insert(header::LINK, value(&links(&asked.root, &placed))?);
    Ok(response)
}

/// Returns the TimeMap of an address, `application/link-format`: its captures from a visit on, which
/// is named `v7`, or from the first. Where there are more, it leads to the TimeMaps before and after
/// it (RFC 7089, section 5.1.1).
pub fn time_map(app: &App, asked: &Asked, from: Option<&str>) -> Result<Response<Body>, Refusal> {
    let original = original(app, asked)?;
    let nothing = || missing(asked);
    let from = from.map(|it| visit(it).ok_or_else(nothing)).transpose()?;
    let found = captures::stretch(app, &original, from, TIMEMAP_MAX)?;
    let (Some(first), Some(last)) = (found.captures.first(), found.captures.last()) else {
        return Err(nothing());
    };
    let root = &asked.root;
    let here = quoted(&original.url);
    let list = |address: &str, rel: &str, (first, last): (&Capture, &Capture)| {
        format!(
            "<{address}>;rel=\"{rel}\";type=\"application/link-format\";\
             from=\"{}\";until=\"{}\"",
            http_date(first.at),
            http_date(last.at),
        )
    };
    let page_from = |first: &Capture| format!("{root}timemap-from/{}/{here}", first.visit);
    let own = from.map_or_else(|| format!("{root}timemap/{here}"), |_| page_from(first));
    let mut map = format!(
        "<{here}>;rel=\"original\",\n<{root}timegate/{here}>;rel=\"timegate\",\n{}",
        list(&own, "self", (first, last)),
    );
    for (first, last) in [&found.before, &found.after].into_iter().flatten() {
        map.push_str(",\n");
        map.push_str(&list(&page_from(first), "timemap", (first, last)));
    }
    for (at, capture) in found.captures.iter().enumerate() {
        let is_first = at == 0 && found.before.is_none();
        let is_last = at + 1 == found.captures.len() && found.after.is_none();
        let rel = match (is_first, is_last) {
            (true, true) => "first last memento",
            (true, false) => "first memento",
            (false, true) => "last memento",
            (false, false) => "memento",
        };
        let address = address(root, capture);
        let _ = write!(map, ",\n<{address}>;rel=\"{rel}\";datetime=\"{}\"", http_date(capture.at));
    }
    map.push('\n');
    let mut response = Response::new(Body::from(map));
    let kind = HeaderValue::from_static("application/link-format");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Reads a visit's name.
fn visit(name: &str) -> Option<VisitId> {
    name.strip_prefix('v').and_then(|it| it.parse().ok()).map(VisitId)
}

/// Returns one capture, byte for byte, in a sandbox: its type is the one it came with where a
/// browser only shows it, and a file to save otherwise.
pub fn capture(app: &App, name: &str, root: &str) -> Result<Response<Body>, Refusal> {
    let nothing = || Refusal::Missing("There is no such capture.".to_owned());
    let (name, part) = name.split_once('/').ok_or_else(nothing)?;
    let visit = visit(name).ok_or_else(nothing)?;
    let part = part.parse().map_err(|_| nothing())?;
    let found = captures::with_body(app, visit, part)?;
    let (capture, body) = found.ok_or_else(nothing)?;
    let captures::Body::Kept(snapshot) = body else { return Err(Refusal::Redacted) };
    let placed = captures::placed(app, capture)?;
    let capture = &placed.capture;
    let mut response = Response::new(Body::from(snapshot.bytes().to_vec()));
    let fields = response.headers_mut();
    fields.insert(MEMENTO_DATETIME, value(&http_date(capture.at))?);
    fields.insert(header::LINK, value(&links(root, &placed))?);
    fields.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(guard::SANDBOX));
    fields.insert(header::ETAG, value(&format!("\"{}\"", capture.snapshot))?);
    match shown_type(capture.content_type.as_deref()) {
        Some(kind) => fields.insert(header::CONTENT_TYPE, value(&kind)?),
        None => {
            let saved = format!("attachment; filename=\"{}-{part}.bin\"", capture.visit);
            fields.insert(header::CONTENT_DISPOSITION, value(&saved)?);
            let kind = HeaderValue::from_static("application/octet-stream");
            fields.insert(header::CONTENT_TYPE, kind)
        }
    };
    Ok(response)
}

fn original(app: &App, asked: &Asked) -> Result<Original, Refusal> {
    captures::original(app, &asked.original)?.ok_or_else(|| missing(asked))
}

fn missing(asked: &Asked) -> Refusal {
    let what = crate::alert::render::visible::clipped(&asked.original, 200);
    Refusal::Missing(format!("There is no capture of {what}."))
}

/// Returns the type under which a body is shown; `None` where it is only saved. What is not said to
/// be a text is never guessed to be one.
fn shown_type(content_type: Option<&str>) -> Option<String> {
    let mut parts = content_type?.split(';').map(str::trim);
    let essence = parts.next()?.to_ascii_lowercase();
    if !["text/html", "application/xhtml+xml", "text/plain"].contains(&essence.as_str()) {
        return None;
    }
    let charset = parts.find_map(|it| {
        let (name, value) = it.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_:.".contains(&b);
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        (is_charset && !value.is_empty() && value.bytes().all(is_name)).then(|| value.to_owned())
    });
    Some(match charset {
        Some(charset) => format!("{essence}; charset={charset}"),
        None => essence,
    })
}

fn address(root: &str, capture: &Capture) -> String {
    format!("{root}captures/{}/{}", capture.visit, capture.part)
}

/// Returns the `Link` field of a capture: its original, its TimeGate and TimeMap, and the captures
/// around it.
fn links(root: &str, placed: &Placed) -> String {
    let original = quoted(&placed.capture.url);
    let mut links = format!(
        "<{original}>; rel=\"original\", <{root}timegate/{original}>; rel=\"timegate\", \
         <{root}timemap/{original}>; rel=\"timemap\"; type=\"application/link-format\""
    );
    let mut told: Vec<(&Capture, Vec<&str>)> = Vec::new();
    let beside = [
        ("first", Some(&placed.first)),
        ("prev", placed.before.as_ref()),
        ("", Some(&placed.capture)),
        ("next", placed.after.as_ref()),
        ("last", Some(&placed.last)),
    ];
    for (rel, capture) in beside {
        let Some(capture) = capture else { continue };
        match told.iter_mut().find(|(it, _)| *it == capture) {
            Some((_, rels)) => rels.push(rel),
            None => told.push((capture, vec![rel])),
        }
    }
    for (capture, rels) in told {
        let rels: String =
            rels.iter().filter(|it| !it.is_empty()).map(|it| format!("{it} ")).collect();
        let (address, at) = (address(root, capture), http_date(capture.at));
        let _ = write!(links, ", <{address}>; rel=\"{rels}memento\"; datetime=\"{at}\"");
    }
    links
}

/// Returns an address that can stand in angle brackets and in a header field.
fn quoted(url: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>\"".contains(c);
    let mut quoted = String::with_capacity(url.len());
    for c in url.chars() {
        match is_plain(c) {
            true => quoted.push(c),
            false => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(quoted, "%{byte:02X}");
                }
            }
        }
    }
    quoted
}

/// Reads an `Accept-Datetime` field (RFC 7089, section 2.1.1: the form of RFC 1123, in GMT).
fn datetime(field: &str) -> Result<Timestamp, Refusal> {
    let wrong = || {
        Refusal::Wrong(
            "The field Accept-Datetime is a date such as `Thu, 31 May 2007 20:35:00 GMT`."
                .to_owned(),
        )
    };
    let field = field.trim();
    let read = jiff::fmt::rfc2822::parse(field).map_err(|_| wrong())?;
    match field.ends_with("GMT") {
        true => Ok(Timestamp::from_millis(read.timestamp().as_millisecond())),
        false => Err(wrong()),
    }
}

/// Writes an instant as HTTP does, to the second.
fn http_date(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn value(text: &str) -> Result<HeaderValue, Refusal> {
    let refused = |_| Refusal::Failed("an address cannot be written into a header".to_owned());
    HeaderValue::from_str(text).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written_as_http_does() {
        let at = datetime("Thu, 31 May 2007 20:35:00 GMT").unwrap();
        assert_eq!(at.to_string(), "2007-05-31T20:35:00.000Z");
        assert_eq!(http_date(at), "Thu, 31 May 2007 20:35:00 GMT");
        for wrong in ["", "yesterday", "2007-05-31", "Thu, 31 May 2007 20:35:00 +0200"] {
            assert!(datetime(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_texts_are_shown_and_nothing_of_their_type_but_a_charset_is_taken_over() {
        let shown = |kind: &str| shown_type(Some(kind));
        assert_eq!(shown("Text/HTML; charset=\"utf-8\"").unwrap(), "text/html; charset=utf-8");
        assert_eq!(shown("text/html; charset=a\"b, x").unwrap(), "text/html");
        assert_eq!(shown("text/plain").unwrap(), "text/plain");
        for saved in ["image/svg+xml", "application/pdf", "text/xml", "text/javascript", ""] {
            assert_eq!(shown(saved), None, "{saved}");
        }
        assert_eq!(shown_type(None), None);
    }

    #[test]
    fn fault_051_an_address_cannot_leave_its_brackets() {
        assert_eq!(
            quoted("https://a.example/\">,\r\n<x ä"),
            "https://a.example/%22%3E,%0D%0A%3Cx%20%C3%A4"
        );
    }
}
