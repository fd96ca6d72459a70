//! E-mail addresses that are hidden from robots, in plain.
//!
//! Sites switch such a protection on and off; a reader sees the same address either way.

use std::ops::Range;

/// Returns the address in a `data-cfemail` value: hex digits, the first byte the key with which
/// the others are combined (XOR). `None` if it is no such value, or no address.
pub fn from_hex(value: &str) -> Option<String> {
    let digits = value.trim().as_bytes();
    if digits.len() < 4 || !digits.len().is_multiple_of(2) || 1_024 < digits.len() {
        return None;
    }
    let bytes = digits
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()?;
    let (key, hidden) = bytes.split_first()?;
    let address = String::from_utf8(hidden.iter().map(|byte| byte ^ key).collect()).ok()?;
    let is_address = address.contains('@') && !address.contains(char::is_control);
    is_address.then_some(address)
}

/// Returns the address in the target of a protected link,
/// `/cdn-cgi/l/email-protection#HEX`, as a `mailto:` target.
pub fn from_target(target: &str) -> Option<String> {
    let (_, hex) = target.split_once("/cdn-cgi/l/email-protection#")?;
    // What follows the address, such as `?subject=`, is hidden with it.
    from_hex(hex).map(|address| format!("mailto:{address}"))
}

/// Returns words with `name [at] host [dot] com` as `name@host.com`.
///
/// Takes the signs in square, round or curly brackets only; " at " in a sentence is a word.
pub fn spelled_out(words: String) -> String {
    if bracketed(&words, "at").is_none() {
        return words;
    }
    let mut plain = String::with_capacity(words.len());
    let mut rest = words.as_str();
    while let Some(at) = bracketed(rest, "at") {
        let (before, after) = (&rest[..at.start], &rest[at.end..]);
        plain.push_str(before);
        let (host, used) = host_of(after);
        let name_end = plain.trim_end().len();
        if host.contains('.') && ends_in_a_name(&plain[..name_end]) {
            plain.truncate(name_end);
            plain.push('@');
            plain.push_str(&host);
            rest = &after[used..];
        } else {
            plain.push_str(&rest[at]);
            rest = after;
        }
    }
    plain.push_str(rest);
    plain
}

/// The longest name before the `@`. Source: RFC 5321, section 4.5.3.1.1.
const NAME_BYTES_MAX: usize = 64;

fn ends_in_a_name(words: &str) -> bool {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"._%+-".contains(b);
    let length = words.bytes().rev().take(NAME_BYTES_MAX + 1).take_while(is_name).count();
    (1..=NAME_BYTES_MAX).contains(&length)
}

/// Finds `[sign]`, `(sign)` or `{sign}` in any case.
fn bracketed(words: &str, sign: &str) -> Option<Range<usize>> {
    let is_opening = |b: u8| matches!(b, b'[' | b'(' | b'{');
    let starts = words.bytes().enumerate().filter(|(_, b)| is_opening(*b));
    starts.map(|(start, _)| start).find_map(|start| {
        let length = bracketed_length(&words.as_bytes()[start..], sign)?;
        Some(start..start + length)
    })
}

/// Returns how long the bracketed sign is with which `bytes` begin.
fn bracketed_length(bytes: &[u8], sign: &str) -> Option<usize> {
    let closing = match bytes.first()? {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        _ => return None,
    };
    let length = sign.len() + 2;
    let inner = bytes.get(1..length - 1)?;
    let is_match =
        bytes.get(length - 1) == Some(&closing) && inner.eq_ignore_ascii_case(sign.as_bytes());
    is_match.then_some(length)
}

/// Reads `host [dot] com` at the start; returns the host and how many bytes it took.
fn host_of(words: &str) -> (String, usize) {
    let mut host = String::new();
    let mut used = 0;
    loop {
        let label_at = words.len() - words[used..].trim_start().len();
        let is_host = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        let label = words[label_at..].bytes().take_while(|&b| is_host(b)).count();
        let label = words[label_at..label_at + label].trim_end_matches('.');
        if label.is_empty() {
            return (host.trim_end_matches('.').to_owned(), used);
        }
        host.push_str(label);
        used = label_at + label.len();
        let dot_at = words.len() - words[used..].trim_start().len();
        let Some(dot) = bracketed_length(&words.as_bytes()[dot_at..], "dot") else {
            return (host, used);
        };
        host.push('.');
        used = dot_at + dot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_address_is_read() {
        // The key 0x21, then "desk@example.org" combined with it.
        let hidden: String =
            "desk@example.org".bytes().map(|b| format!("{:02x}", b ^ 0x21)).collect();
        assert_eq!(from_hex(&format!("21{hidden}")).as_deref(), Some("desk@example.org"));
        assert_eq!(
            from_target(&format!("/cdn-cgi/l/email-protection#21{hidden}")).as_deref(),
            Some("mailto:desk@example.org")
        );
        for wrong in ["", "21", "zz11", "2144", "+1+2+3", "é1é1"] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
    }

    fn check(words: &str, plain: &str) {
        assert_eq!(spelled_out(words.to_owned()), plain);
    }

    #[test]
    fn a_spelled_out_address_is_put_together() {
        check("Write to desk [at] example [dot] org today.", "Write to desk@example.org today.");
        check("a(at)b.example and c{AT}d{dot}example{Dot}org", "a@b.example and c@d.example.org");
    }

    #[test]
    fn a_bracketed_word_in_a_sentence_stays() {
        check("look (at) this, or [at] that", "look (at) this, or [at] that");
        check("[at]", "[at]");
        check("x [at] y [dot]", "x [at] y [dot]");
    }
}
