//! Hostile text made harmless to look at: what a terminal would obey, or a reader would not see,
//! becomes a visible escape. Knows nothing of markup; each form adds its own care.

use std::fmt::Write as _;

use url::Url;

/// Returns `text` as one line in which every control, bidi control and invisible character is
/// written out, `\x1b`, `\n`, `\u{202e}`. The escapes are for eyes: they are not reversible.
pub fn visible(text: &str) -> String {
    // Nearly all that policies say.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(shown, "\\x{:02x}", u32::from(c));
            }
            c if is_unseen(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Returns at most `chars_max` characters of `text`, the last an ellipsis if some were cut off.
pub fn clipped(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// Returns an address as it may be shown: visible, and without the name and password in it.
pub fn shown_url(address: &str) -> String {
    visible(&without_credentials(address))
}

/// Returns an address that may become a link: http or https, well formed, no credentials.
pub fn link(address: &str) -> Option<String> {
    let url = Url::parse(&without_credentials(address)).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// Returns an address without the name and password in it; as it is if it holds none.
pub fn without_credentials(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    if url.username().is_empty() && url.password().is_none() {
        return address.to_owned();
    }
    match (url.set_username(""), url.set_password(None)) {
        (Ok(()), Ok(())) => url.to_string(),
        _ => format!("{}:…", url.scheme()),
    }
}

/// Characters that show nothing, or that reorder or hide what stands near them: C1 controls,
/// soft hyphen, fillers, bidi and zero-width controls, line separators, tags (Unicode 16,
/// categories Cc, Cf, Zl, Zp, and the blank letters of Hangul).
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns words whose brackets cannot be taken for the marks of altered words.
pub fn unbracketed(words: &str) -> String {
    words.replace("[-", "[\\-").replace("-]", "-\\]").replace("{+", "{\\+").replace("+}", "+\\}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(visible("a\x1b[2Jb\x07\x7f\u{9b}c"), "a\\x1b[2Jb\\x07\\x7f\\u{9b}c");
        assert_eq!(visible("a\r\nb\tc"), "a\\r\\nb\\tc");
        assert_eq!(visible("\u{202e}evil\u{200b}\u{feff}"), "\\u{202e}evil\\u{200b}\\u{feff}");
        assert_eq!(visible("§ 3 – naïve 規約 🙂"), "§ 3 – naïve 規約 🙂");
    }

    #[test]
    fn a_clipped_text_says_so() {
        assert_eq!(clipped("abcdef", 6), "abcdef");
        assert_eq!(clipped("abc defg", 5), "abc…");
        assert_eq!(clipped("", 0), "");
    }

    #[test]
    fn credentials_are_never_shown_and_only_web_addresses_are_links() {
        assert_eq!(shown_url("https://u:p@a.example/x"), "https://a.example/x");
        assert_eq!(shown_url("no\naddress"), "no\\naddress");
        assert_eq!(link("https://u:p@a.example/x").as_deref(), Some("https://a.example/x"));
        for wrong in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "x"] {
            assert_eq!(link(wrong), None, "{wrong}");
        }
    }
}
