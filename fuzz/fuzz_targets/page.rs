//! Any bytes as a page, its first line as what the server says of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pledgewatch::model::watch::Selection;

const TYPES: [Option<&str>; 6] = [
    None,
    Some("text/html"),
    Some("text/plain"),
    Some("text/html; charset=windows-1252"),
    Some("application/xhtml+xml; charset=\"utf-16\""),
    Some("application/octet-stream"),
];

fuzz_target!(|input: (u8, &str, &[u8])| {
    let (number, field, bytes) = input;
    let content_type = TYPES.get(usize::from(number)).copied().unwrap_or(Some(field));
    laws::page::check(bytes, content_type, &Selection::default());
});
