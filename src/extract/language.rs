//! The language of a text.

use crate::model::text::Text;

/// How many bytes are read to tell the language; more does not make it surer.
const READ_BYTES: usize = 4_000;

/// Returns the primary part of a declared language tag, in lower case: `en` of `en-GB`.
pub fn primary(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    let is_code =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
    is_code.then_some(primary)
}

/// Returns the language that the words are in, if that can be told.
pub fn detected(text: &Text) -> Option<String> {
    let mut sample = String::new();
    for block in text.blocks.iter() {
        sample.push_str(&block.words);
        sample.push(' ');
        if READ_BYTES < sample.len() {
            break;
        }
    }
    let found = whatlang::detect(&sample)?;
    found.is_reliable().then(|| short(found.lang().code()).to_owned())
}

/// Returns the two-letter code for a three-letter one, where there is one that pages declare.
/// Source: ISO 639-1 and 639-3.
fn short(code: &str) -> &str {
    const CODES: [(&str, &str); 44] = [
        ("eng", "en"),
        ("rus", "ru"),
        ("cmn", "zh"),
        ("spa", "es"),
        ("por", "pt"),
        ("ita", "it"),
        ("fra", "fr"),
        ("deu", "de"),
        ("ukr", "uk"),
        ("kat", "ka"),
        ("ara", "ar"),
        ("hin", "hi"),
        ("jpn", "ja"),
        ("heb", "he"),
        ("pol", "pl"),
        ("kor", "ko"),
        ("nob", "nb"),
        ("dan", "da"),
        ("swe", "sv"),
        ("fin", "fi"),
        ("tur", "tr"),
        ("nld", "nl"),
        ("hun", "hu"),
        ("ces", "cs"),
        ("ell", "el"),
        ("bul", "bg"),
        ("bel", "be"),
        ("ron", "ro"),
        ("slv", "sl"),
        ("hrv", "hr"),
        ("srp", "sr"),
        ("mkd", "mk"),
        ("lit", "lt"),
        ("lav", "lv"),
        ("est", "et"),
        ("tam", "ta"),
        ("vie", "vi"),
        ("tha", "th"),
        ("ind", "id"),
        ("slk", "sk"),
        ("cat", "ca"),
        ("pes", "fa"),
        ("ben", "bn"),
        ("hye", "hy"),
    ];
    CODES.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short)
}
