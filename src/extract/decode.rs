//! Bytes to characters, as browsers do it.
//!
//! Order: byte order mark, the charset of the Content-Type field, what the page's first bytes
//! declare, UTF-8 if they are that, a guess. Source: WHATWG Encoding, and HTML section 13.2.3.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

/// What a body is, by its Content-Type field and its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// HTML or XHTML.
    Html,
    /// Plain text.
    Plain,
}

/// How many bytes are searched for a declaration, or for what kind of body it is.
/// Source: WHATWG HTML 13.2.3.2.
const SNIFFED_BYTES: usize = 1_024;

/// Returns what kind of body it is, or the name of the type that we do not read.
pub fn media_type(content_type: Option<&str>, bytes: &[u8]) -> Result<MediaType, String> {
    if let Some(other) = signature(bytes) {
        return Err(other.to_owned());
    }
    let essence = content_type.unwrap_or("").split(';').next().unwrap_or("").trim();
    match essence.to_ascii_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => Ok(MediaType::Html),
        "text/plain" if !looks_like_html(bytes) => Ok(MediaType::Plain),
        // Servers mislabel: what begins like HTML is read as HTML.
        "" | "text/plain" | "application/octet-stream" | "application/xml" | "text/xml" => {
            sniffed(bytes, essence)
        }
        other => Err(other.to_owned()),
    }
}

fn sniffed(bytes: &[u8], essence: &str) -> Result<MediaType, String> {
    if looks_like_html(bytes) || bytes.is_empty() {
        return Ok(MediaType::Html);
    }
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    match (essence, first) {
        ("" | "text/plain", Some(b'{' | b'[')) => Err("application/json".to_owned()),
        ("", _) => Ok(MediaType::Html),
        ("text/plain", _) => Ok(MediaType::Plain),
        (other, _) => Err(other.to_owned()),
    }
}

/// Types that are known by their first bytes, whatever the field says.
fn signature(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 8] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b", "application/gzip"),
        (b"\xd0\xcf\x11\xe0", "application/msword"),
        (b"{\\rtf", "application/rtf"),
    ];
    SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, name)| *name)
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(SNIFFED_BYTES)];
    let start: Vec<u8> = start
        .iter()
        .filter(|&&b| b != 0)
        .map(u8::to_ascii_lowercase)
        .skip_while(|b| b.is_ascii_whitespace() || matches!(b, 0xef | 0xbb | 0xbf | 0xfe | 0xff))
        .collect();
    const STARTS: [&[u8]; 10] = [
        b"<!doctype html",
        b"<html",
        b"<head",
        b"<body",
        b"<title",
        b"<meta",
        b"<div",
        b"<p>",
        b"<h1",
        b"<main",
    ];
    STARTS.iter().any(|mark| start.starts_with(mark))
        || ((start.starts_with(b"<!--") || start.starts_with(b"<?xml"))
            && start.windows(5).any(|w| w == b"<html"))
}

/// Returns the characters of a body, and the name of the encoding that was used.
///
/// Bytes that are none become U+FFFD; nothing fails here.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> (Cow<'a, str>, &'static str) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
        return (text, encoding.name());
    }
    let told = content_type
        .and_then(charset_of_field)
        .or_else(|| utf_16_by_zeros(bytes))
        .or_else(|| declared(&bytes[..bytes.len().min(SNIFFED_BYTES)]));
    let encoding = match told {
        Some(encoding) => encoding,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => return (text.into(), UTF_8.name()),
            Err(_) => guessed(bytes),
        },
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    (text, encoding.name())
}

/// Reads `charset=` out of a Content-Type value. An encoding that browsers refuse is none.
fn charset_of_field(field: &str) -> Option<&'static Encoding> {
    field.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("charset") {
            return None;
        }
        Encoding::for_label(value.trim().trim_matches(['"', '\'']).as_bytes())
            .filter(|&encoding| encoding != REPLACEMENT)
    })
}

/// UTF-16 without a mark: markup is ASCII, so every other byte of its start is zero.
fn utf_16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(64)];
    if start.len() < 8 {
        return None;
    }
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|&&b| b == 0).count();
    let half = start.len() / 2;
    match (zeros(0) * 10 >= half * 8, zeros(1) * 10 >= half * 8) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        (true, true) | (false, false) => None,
    }
}

/// Reads `<meta charset>` or its http-equiv form, or an XML declaration, in a page's start.
fn declared(start: &[u8]) -> Option<&'static Encoding> {
    let lower = start.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = find(&lower[from..], b"<meta") {
        let tag_start = from + at;
        let tag_end = find(&lower[tag_start..], b">").map_or(lower.len(), |end| tag_start + end);
        let tag = &lower[tag_start..tag_end];
        if let Some(encoding) = find(tag, b"charset").and_then(|at| label_after(&tag[at + 7..])) {
            return Some(encoding);
        }
        from = tag_start + 5;
    }
    let is_xml = lower.starts_with(b"<?xml");
    let at = if is_xml { find(&lower, b"encoding") } else { None };
    at.and_then(|at| label_after(&lower[at + 8..]))
}

fn label_after(bytes: &[u8]) -> Option<&'static Encoding> {
    let rest = bytes.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let is_end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b';' | b'>' | b'/');
    let label = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
    // A declaration that could be read is no UTF-16, and user-defined means windows-1252.
    // Source: WHATWG HTML 13.2.3.2.
    match Encoding::for_label(label)? {
        encoding if encoding == UTF_16BE || encoding == UTF_16LE => Some(UTF_8),
        encoding if encoding == X_USER_DEFINED => Some(encoding_rs::WINDOWS_1252),
        encoding if encoding == REPLACEMENT => None,
        encoding => Some(encoding),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], field: Option<&str>, characters: &str, name: &str) {
        let (decoded, encoding) = decode(bytes, field);
        assert_eq!((decoded.as_ref(), encoding), (characters, name));
    }

    #[test]
    fn a_byte_order_mark_counts_most() {
        let field = Some("text/html; charset=windows-1252");
        check(b"\xef\xbb\xbf\xc3\xa9", field, "\u{e9}", "UTF-8");
        check(b"\xff\xfea\0", field, "a", "UTF-16LE");
    }

    #[test]
    fn the_field_counts_more_than_the_page() {
        let page = b"<meta charset=utf-8>\xe9";
        let field = Some("text/html; Charset=\"ISO-8859-1\"");
        check(page, field, "<meta charset=utf-8>\u{e9}", "windows-1252");
    }

    #[test]
    fn the_page_counts_where_the_field_is_silent() {
        let page = b"<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>\xe9";
        let (decoded, encoding) = decode(page, Some("text/html"));
        assert!(decoded.ends_with('\u{439}') && encoding == "windows-1251");
        let (_, encoding) = decode(b"<?xml version='1.0' encoding='shift_jis'?>", None);
        assert_eq!(encoding, "Shift_JIS");
        // A declaration of UTF-16 that can be read as ASCII is wrong.
        assert_eq!(decode(b"<meta charset=utf-16>\xc3\xa9", None).1, "UTF-8");
    }

    #[test]
    fn undeclared_bytes_are_utf_8_if_they_can_be() {
        check("<p>\u{e9}".as_bytes(), None, "<p>\u{e9}", "UTF-8");
        let (decoded, encoding) = decode(b"<p>caf\xe9 fran\xe7ais, d\xe9j\xe0 vu", None);
        assert_eq!((&decoded[3..8], encoding), ("caf\u{e9}", "windows-1252"));
    }

    #[test]
    fn utf_16_without_a_mark_is_known_by_its_zeros() {
        let bytes: Vec<u8> = "<html><p>data".encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&bytes, None, "<html><p>data", "UTF-16BE");
    }

    #[test]
    fn fault_041_bytes_that_are_no_characters_fail_nothing() {
        for bytes in [&b"\xed\xa0\x80"[..], b"\xff\xff\xfe", b"\0\0\0", b"+ADw-p+AD4-", b"\x1b$B"] {
            let _ = decode(bytes, Some("text/html; charset=utf-7"));
            let _ = decode(bytes, Some("text/html; charset=iso-2022-jp"));
            let _ = decode(bytes, None);
        }
        check(
            b"\xed\xa0\x80",
            Some("text/html; charset=utf-8"),
            "\u{fffd}\u{fffd}\u{fffd}",
            "UTF-8",
        );
    }

    #[test]
    fn fault_046_other_types_are_known() {
        for (field, bytes, expected) in [
            (Some("text/html"), &b"%PDF-1.7"[..], Err("application/pdf")),
            (Some("application/json"), b"{}", Err("application/json")),
            (None, b" {\"a\": 1}", Err("application/json")),
            (Some("image/png"), b"x", Err("image/png")),
            (Some("text/plain"), b"Terms", Ok(MediaType::Plain)),
            (Some("text/plain"), b"<!DOCTYPE html><p>", Ok(MediaType::Html)),
            (Some("TEXT/HTML; charset=x"), b"", Ok(MediaType::Html)),
            (Some("application/xhtml+xml"), b"", Ok(MediaType::Html)),
            (None, b"<p>x", Ok(MediaType::Html)),
        ] {
            assert_eq!(media_type(field, bytes), expected.map_err(str::to_owned), "{field:?}");
        }
    }
}
