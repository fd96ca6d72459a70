//! The folded form of words: what is left of a passage when typography is taken away.
//!
//! A passage is cut into pieces (words, symbols that carry meaning, points), each with a key that
//! is equal for equal words, and into a *stream*, the keys in order without what stands between
//! them. Knows no language and no blocks. What is content and what is typography is decided here:
//!
//! - case, quotation marks, dashes, white space, other punctuation, invisible characters and
//!   compatibility forms (`ﬁ`, full width) are typography;
//! - letters with their diacritics, digits, decimal points, a minus before a digit, currency,
//!   percent, section and degree signs, `&`, `+`, comparisons before a digit and check marks are
//!   content; so is the apostrophe inside a word (`we'll` is not `well`).

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::model::script::{is_katakana, is_without_spaces};

/// What a piece of a passage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A word or a number.
    Word,
    /// One character of a script written without spaces.
    Glyph,
    /// A symbol that carries meaning, such as `%`.
    Symbol,
    /// Any other visible character: punctuation and ornament.
    Point,
}

/// A piece of a passage; white space belongs to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The byte at which it starts.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// What it is.
    pub kind: PieceKind,
}

/// Returns the pieces of a passage, in order.
pub fn pieces(text: &str) -> Pieces<'_> {
    Pieces { text, at: 0, previous: ' ' }
}

/// The iterator that [`pieces`] returns.
pub struct Pieces<'a> {
    text: &'a str,
    at: usize,
    /// The character right before `at`; a space at the start.
    previous: char,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let c = char_at(self.text, self.at)?;
            if c == ' ' || c.is_whitespace() || is_invisible(c) {
                self.pass(c);
                continue;
            }
            let start = self.at;
            let kind = match self.plain_len() {
                0 => self.take(c),
                len => {
                    self.pass_plain(len);
                    PieceKind::Word
                }
            };
            return Some(Piece { start, end: self.at, kind });
        }
    }
}

impl Pieces<'_> {
    /// Passes spaces and words of which nothing but ASCII letters is told apart, up to anything
    /// that needs a closer look; appends their keys to `stream` and returns how many there were.
    fn pass_plain_words(&mut self, stream: &mut String) -> u32 {
        let mut count = 0;
        loop {
            let start = self.at;
            self.at += self.text.as_bytes()[start..].iter().take_while(|b| **b == b' ').count();
            if start < self.at {
                self.previous = ' ';
            }
            let len = self.plain_len();
            if len == 0 {
                return count;
            }
            let word = &self.text[self.at..self.at + len];
            let folded = stream.len();
            stream.push_str(word);
            stream[folded..].make_ascii_lowercase();
            self.pass_plain(len);
            count += 1;
        }
    }

    fn pass_plain(&mut self, len: usize) {
        self.at += len;
        self.previous = char::from(self.text.as_bytes()[self.at - 1]);
    }

    fn pass(&mut self, c: char) {
        self.at += c.len_utf8();
        self.previous = c;
    }

    fn take(&mut self, c: char) -> PieceKind {
        if c.is_ascii_alphabetic() {
            self.take_word(c);
            return PieceKind::Word;
        }
        let next = char_at(self.text, self.at + c.len_utf8()).unwrap_or(' ');
        if is_glyph(c) {
            self.pass(c);
            self.take_marks();
            return PieceKind::Glyph;
        }
        if is_wordy(c) || (c == '.' && is_digit(next) && opens_number(self.previous)) {
            self.take_word(c);
            return PieceKind::Word;
        }
        let symbol = is_symbol(c) || (is_comparison(c) && self.digit_follows(c)) || {
            is_minus(c) && is_digit(next) && opens_number(self.previous)
        };
        self.pass(c);
        if symbol { PieceKind::Symbol } else { PieceKind::Point }
    }

    /// Returns how many ASCII letters stand at hand, if what comes after them certainly ends a word:
    /// so it is with most words, which need no closer look.
    fn plain_len(&self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        let len = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        match rest.get(len) {
            None | Some(b' ' | b'\n' | b',' | b';' | b':' | b'!' | b'?' | b')' | b'"') => len,
            Some(_) => 0,
        }
    }

    fn take_marks(&mut self) {
        while let Some(c) = char_at(self.text, self.at) {
            if !is_combining_mark(c) && !is_invisible(c) {
                return;
            }
            self.pass(c);
        }
    }

    fn take_word(&mut self, first: char) {
        let mut letters = usize::from(first.is_alphabetic());
        self.pass(first);
        letters += self.take_plain();
        while let Some(c) = char_at(self.text, self.at) {
            // What most words end with.
            if matches!(c, ' ' | ';' | ':' | ')' | '\n') {
                return;
            }
            let next = char_at(self.text, self.at + c.len_utf8()).unwrap_or(' ');
            let joins = match c {
                '.' | ',' | '٫' if is_digit(self.previous) && is_digit(next) => true,
                '.' => letters == 1 && self.is_initial_after(c),
                _ if is_apostrophe(c) => self.previous.is_alphabetic() && next.is_alphabetic(),
                _ => is_invisible(c) || (is_wordy(c) && !is_glyph(c)),
            };
            if !joins {
                return;
            }
            letters = match c {
                '.' => 0,
                _ => letters + usize::from(c.is_alphabetic()),
            };
            self.pass(c);
            letters += self.take_plain();
        }
    }

    /// Takes ASCII letters, of which most words are made; returns how many.
    fn take_plain(&mut self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        let len = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if let Some(last) = rest[..len].last() {
            self.at += len;
            self.previous = char::from(*last);
        }
        len
    }

    /// Returns whether after the full stop at hand a single letter follows, as in `U.S.`.
    fn is_initial_after(&self, stop: char) -> bool {
        let mut rest = self.text[self.at + stop.len_utf8()..].chars();
        let letter = rest.next().is_some_and(|c| c.is_alphabetic() && !is_glyph(c));
        letter && !rest.next().is_some_and(char::is_alphanumeric)
    }

    fn digit_follows(&self, c: char) -> bool {
        let rest = self.text[self.at + c.len_utf8()..].trim_start_matches(['=', ' ']);
        rest.chars().next().is_some_and(|c| is_digit(c) || is_symbol(c))
    }
}

/// Appends the key of a piece: equal for pieces that are the same but for typography.
pub fn push_key(text: &str, piece: Piece, key: &mut String) {
    let raw = &text[piece.start..piece.end];
    match piece.kind {
        PieceKind::Word | PieceKind::Glyph => push_word_key(raw, key),
        PieceKind::Symbol => match raw.chars().next() {
            Some(c) if is_minus(c) => key.push('−'),
            Some(c) => key.push(plain(c)),
            None => (),
        },
        PieceKind::Point => key.extend(raw.chars().map(point_key)),
    }
}

fn push_word_key(raw: &str, key: &mut String) {
    if raw.bytes().all(|b| b.is_ascii_alphanumeric()) {
        key.extend(raw.bytes().map(|b| char::from(b.to_ascii_lowercase())));
        return;
    }
    let visible = raw.chars().filter(|c| !is_invisible(*c));
    let unified = visible.map(|c| if is_apostrophe(c) { '\'' } else { c });
    let chars: Vec<char> = unified.nfkc().flat_map(char::to_lowercase).collect();
    for (at, &c) in chars.iter().enumerate() {
        let digit_next = chars.get(at + 1).is_some_and(|c| is_digit(*c));
        match c {
            '.' if !digit_next => (),
            ',' if is_thousands(&chars[at + 1..]) => (),
            'ς' => key.push('σ'),
            _ => key.push(c),
        }
    }
}

fn is_thousands(rest: &[char]) -> bool {
    rest.iter().take_while(|c| is_digit(**c)).count() == 3
}

/// Appends the stream of a passage to `stream` and returns its weight in half words (a character
/// of a script without spaces counts as half a word).
///
/// The stream is the keys of words and symbols in order. Numbers stand between spaces, so that
/// `1 5` is not `15`; letters do not, so that `opt-in`, `opt in` and `optin` are one. The stream
/// of two passages in a row is their streams in a row (but for a dash between two numbers, which
/// at the start of a passage is a minus): hence a sentence that was split or joined keeps its
/// stream.
pub fn push_stream(text: &str, stream: &mut String) -> u32 {
    let mut weight = 0;
    let mut key = String::new();
    let mut pieces = pieces(text);
    loop {
        weight += 2 * pieces.pass_plain_words(stream);
        let Some(piece) = pieces.next() else { return weight };
        weight += match piece.kind {
            PieceKind::Word => 2,
            PieceKind::Glyph => 1,
            PieceKind::Symbol => 0,
            PieceKind::Point => continue,
        };
        key.clear();
        push_key(text, piece, &mut key);
        push_apart(&key, stream);
    }
}

fn push_apart(key: &str, stream: &mut String) {
    if !key.bytes().any(|b| b.is_ascii_digit() || !b.is_ascii()) {
        stream.push_str(key);
        return;
    }
    let mut in_number = false;
    for c in key.chars() {
        let number = is_digit(c) || matches!(c, '.' | ',' | '٫');
        if number != in_number {
            stream.push(' ');
        }
        in_number = number;
        stream.push(c);
    }
    if in_number {
        stream.push(' ');
    }
}

/// Returns the stream of a passage; see [`push_stream`].
pub fn stream(text: &str) -> String {
    let mut stream = String::with_capacity(text.len());
    push_stream(text, &mut stream);
    stream
}

fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at) {
        Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
        Some(_) => text[at..].chars().next(),
        None => None,
    }
}

fn is_wordy(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric(),
        false => (c.is_alphanumeric() || is_combining_mark(c)) && !is_fraction(c),
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.is_numeric() && !is_fraction(c))
}

/// Superscripts, subscripts and fractions: their compatibility forms would change a number.
fn is_fraction(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '¼'..='¾' | '⁰'..='₉' | '⅐'..='⅟' | '↉')
}

/// Returns whether `c` belongs to a script that is written without spaces, and is a word by itself.
fn is_glyph(c: char) -> bool {
    is_without_spaces(c) && !is_katakana(c) && is_wordy(c)
}

/// Returns whether `c` is not seen: zero width, direction, variation, soft hyphen.
fn is_invisible(c: char) -> bool {
    !c.is_ascii()
        && matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | 'ʹ' | '＇' | '`' | '´' | '′')
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '−' | '–' | '－')
}

fn is_comparison(c: char) -> bool {
    matches!(plain(c), '<' | '>' | '=' | '~' | '≈')
}

/// Returns whether a number can begin after `c`.
fn opens_number(c: char) -> bool {
    c.is_whitespace() || is_symbol(c) || is_minus(c) || matches!(c, '(' | '[' | '{' | '<' | '>')
}

fn is_symbol(c: char) -> bool {
    let c = plain(c);
    is_fraction(c)
        || matches!(c, '%' | '‰' | '§' | '°' | '&' | '+' | '≤' | '≥' | '≠' | '±' | '×' | '÷')
        || matches!(c, '$' | '¢'..='¥' | '֏' | '؋' | '৲' | '৳' | '฿' | '៛' | '₠'..='\u{20cf}')
        || matches!(c, '☐'..='☒' | '✅' | '✓'..='✘' | '❌' | '❎' | '⭕')
}

/// Returns the ordinary form of a full-width character.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '￠' => '¢',
        '￡' => '£',
        '￥' => '¥',
        '￦' => '₩',
        _ => c,
    }
}

fn point_key(c: char) -> char {
    match plain(c) {
        '«' | '»' | '„' | '“' | '”' | '‟' | '″' | '「' | '」' | '『' | '』' => '"',
        '‹' | '›' | '‚' | '‛' => '\'',
        c if is_apostrophe(c) => '\'',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        '。' => '.',
        '、' => ',',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(before: &str, after: &str) {
        assert_eq!(stream(before), stream(after), "{before:?} and {after:?}");
    }

    fn other(before: &str, after: &str) {
        assert_ne!(stream(before), stream(after), "{before:?} and {after:?}");
    }

    #[test]
    fn typography_leaves_the_stream_as_it_is() {
        same("Opt-in", "opt in");
        same("We \"never\" sell, ever.", "We “never” sell — ever");
        same("don’t", "don't");
        same("the U.S. law", "the US law");
        same("1,000 users", "1000 users");
        same("10 %", "10%");
        same("in\u{ad}vis\u{200b}ible", "invisible");
        same("ﬁne １２％", "fine 12%");
        same("cafe\u{301}", "café");
        same("and/or", "and or");
        same("a sentence ends. here", "A sentence. Ends here");
        same("第三方。共享", "第三方 共享");
        same("pages 3–5", "pages 3 - 5");
        same("Acme™ tools", "Acme tools");
    }

    #[test]
    fn content_alters_the_stream() {
        other("1.5", "15");
        other("1 5", "15");
        other("10%", "10");
        other("$5", "€5");
        other("-5", "5");
        other(".5 percent", "5 percent");
        other("§ 5", "5");
        other("we'll", "well");
        other("10²", "102");
        other("< 5", "> 5");
        other("fordern", "fördern");
        other("sharing | ✓", "sharing | ✗");
        other("not sell", "sell");
    }

    #[test]
    fn pieces_are_whole_words() {
        let text = "We don't sell 1.5% of U.S. faces, e.g. 第三方.";
        let found: Vec<&str> = pieces(text).map(|it| &text[it.start..it.end]).collect();
        let words = [
            "We", "don't", "sell", "1.5", "%", "of", "U.S", ".", "faces", ",", "e.g", ".", "第",
            "三", "方", ".",
        ];
        assert_eq!(found, words);
    }

    #[test]
    fn the_stream_of_two_passages_is_their_streams_in_a_row() {
        for (first, second) in [("see 4", "5 days"), ("to", "gether"), ("a.", "-5"), ("1", ".5")] {
            let joined = format!("{first} {second}");
            assert_eq!(stream(first) + &stream(second), stream(&joined), "{joined}");
        }
    }
}
