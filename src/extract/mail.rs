//! E-mail addresses that are hidden from robots, in plain.
//!
//! Sites switch such a protection on and off; a reader sees the same address either way.

/// Returns the address in a `data-cfemail` value: hex digits, the first byte the key with which
/// the others are combined (XOR). `None` if it is no such value, or no address.
pub fn from_hex(value: &str) -> Option<String> {
    let digits = value.trim().as_bytes();
    if digits.len() < 4 || digits.len() % 2 != 0 || 1_024 < digits.len() {
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
    let Some(mut at) = bracketed(&words, "at") else { return words };
    let mut plain = words;
    loop {
        let before = plain[..at.start].trim_end();
        let name = before.rsplit(' ').next().unwrap_or("");
        let (host, host_len) = host_of(&plain[at.end..]);
        let is_address = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b))
            && host.contains('.');
        let from = if is_address {
            let address_end = before.len() + 1 + host.len();
            let after = at.end + host_len;
            plain = format!("{before}@{host}{}", &plain[after..]);
            address_end
        } else {
            at.end
        };
        match bracketed(&plain[from..], "at") {
            Some(next) => at = next.start + from..next.end + from,
            None => return plain,
        }
    }
}

/// Finds `[sign]`, `(sign)` or `{sign}` in any case.
fn bracketed(words: &str, sign: &str) -> Option<std::ops::Range<usize>> {
    let bytes = words.as_bytes();
    let length = sign.len() + 2;
    (0..bytes.len().saturating_sub(length - 1)).find_map(|start| {
        let closing = match bytes[start] {
            b'[' => b']',
            b'(' => b')',
            b'{' => b'}',
            _ => return None,
        };
        let inner = &bytes[start + 1..start + length - 1];
        let is_match =
            bytes[start + length - 1] == closing && inner.eq_ignore_ascii_case(sign.as_bytes());
        is_match.then_some(start..start + length)
    })
}

/// Reads `host [dot] com` at the start; returns the host and how many bytes it took.
fn host_of(words: &str) -> (String, usize) {
    let mut host = String::new();
    let mut used = 0;
    loop {
        let rest = &words[used..];
        let label_at = used + rest.len() - rest.trim_start().len();
        let is_host = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
        let label = words[label_at..].bytes().take_while(|&b| is_host(b)).count();
        let label_text = words[label_at..label_at + label].trim_end_matches('.');
        if label_text.is_empty() {
            return (host.trim_end_matches('.').to_owned(), used.min(words.len()));
        }
        host.push_str(label_text);
        used = label_at + label_text.len();
        let after = &words[used..];
        let gap = after.len() - after.trim_start().len();
        match bracketed(after, "dot") {
            Some(dot) if dot.start == gap => {
                host.push('.');
                used += dot.end;
            }
            Some(_) | None => return (host, used),
        }
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
