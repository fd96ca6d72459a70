//! Text out of a file, made fit for a message: files are hostile, terminals obey.

/// Returns `text` fit for a message: printable, at most 200 characters.
pub fn shown(text: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut shown: String = text.chars().take(200).map(plain).collect();
    if text.chars().nth(200).is_some() {
        shown.push('…');
    }
    shown
}
