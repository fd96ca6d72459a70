//! Characters to words: one form for what readers cannot tell apart.
//!
//! White space is one space; what cannot be seen is gone; quotes, dashes and the ellipsis are
//! those of a typewriter; composed characters are composed (NFC). Case, punctuation,
//! superscripts and emoji stay as they are.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Words in the making.
#[derive(Debug, Default)]
pub struct Words {
    text: String,
    is_space_due: bool,
    is_seam: bool,
    has_other_than_ascii: bool,
}

impl Words {
    /// Returns an empty run of words.
    pub fn new() -> Words {
        Words::default()
    }

    /// Adds a run of characters as it stands in the page.
    pub fn push(&mut self, run: &str) {
        if std::mem::take(&mut self.is_seam) {
            self.join(run);
        }
        let mut rest = run;
        while let Some(first) = rest.bytes().next() {
            // Most of a page is runs of plain ASCII: they are copied whole.
            let plain = rest.bytes().take_while(|b| (0x21..=0x7e).contains(b)).count();
            if 0 < plain {
                self.settle_space();
                self.text.push_str(&rest[..plain]);
                rest = &rest[plain..];
            } else if first == b' ' {
                self.is_space_due = true;
                rest = &rest[1..];
            } else {
                let c = rest.chars().next().unwrap_or(' ');
                self.push_char(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }

    /// Divides what comes from what was.
    pub fn space(&mut self) {
        self.is_space_due = true;
    }

    /// Notes that an element begins or ends here without a space of its own.
    pub fn seam(&mut self) {
        self.is_seam = true;
    }

    /// Puts a space where two elements are set apart by style alone, as in
    /// `<span>Updated</span><span>January</span>`: a small letter, then a capital.
    fn join(&mut self, run: &str) {
        let is_small = self.text.chars().next_back().is_some_and(char::is_lowercase);
        self.is_space_due |= is_small && run.chars().next().is_some_and(char::is_uppercase);
    }

    /// Returns the words, without white space around, and starts anew.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        let is_ascii = !std::mem::take(&mut self.has_other_than_ascii);
        self.is_space_due = false;
        self.is_seam = false;
        if is_ascii || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            return text;
        }
        text.nfc().collect()
    }

    fn settle_space(&mut self) {
        if self.is_space_due && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.is_space_due = false;
    }

    fn push_char(&mut self, c: char) {
        match folded(c) {
            Folded::Space => self.is_space_due = true,
            Folded::Gone => (),
            Folded::Ascii(as_ascii) => {
                self.settle_space();
                self.text.push_str(as_ascii);
            }
            Folded::Same => {
                self.settle_space();
                self.text.push(c);
                self.has_other_than_ascii |= !c.is_ascii();
            }
        }
    }
}

/// Returns `run` as words.
pub fn normalized(run: &str) -> String {
    let mut words = Words::new();
    words.push(run);
    words.take()
}

enum Folded {
    Space,
    Gone,
    Ascii(&'static str),
    Same,
}

fn folded(c: char) -> Folded {
    match c {
        c if c.is_whitespace() => Folded::Space,
        c if c.is_control() => Folded::Gone,
        '\u{20}'..='\u{7e}' => Folded::Same,
        // Soft hyphen, joiners, fillers, bidi controls, variation selectors, tags, marks.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => Folded::Gone,
        // Private use: the icons of some font.
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => Folded::Gone,
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2bc}' | '\u{2039}' | '\u{203a}' => {
            Folded::Ascii("'")
        }
        '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{ab}' | '\u{bb}' => Folded::Ascii("\""),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Folded::Ascii("-"),
        '\u{2026}' => Folded::Ascii("..."),
        '\u{fb00}' => Folded::Ascii("ff"),
        '\u{fb01}' => Folded::Ascii("fi"),
        '\u{fb02}' => Folded::Ascii("fl"),
        '\u{fb03}' => Folded::Ascii("ffi"),
        '\u{fb04}' => Folded::Ascii("ffl"),
        '\u{fb05}' | '\u{fb06}' => Folded::Ascii("st"),
        _ => Folded::Same,
    }
}

/// What a run of characters weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Runs with a letter or digit; two characters of Chinese, Japanese or Thai are one.
    pub words: u32,
    /// Whether a sentence ends in it.
    pub has_stop: bool,
}

/// Weighs a run of characters.
pub fn weigh(run: &str) -> Weight {
    let mut weight = Weight::default();
    let (mut is_in_word, mut dense, mut was_stop) = (false, 0u32, false);
    for c in run.chars() {
        if c.is_ascii() {
            let is_space = c.is_ascii_whitespace();
            weight.has_stop |= was_stop && is_space;
            was_stop = matches!(c, '.' | '!' | '?') || (was_stop && matches!(c, ')' | '"' | '\''));
            if c.is_ascii_alphanumeric() {
                weight.words += u32::from(!is_in_word);
                is_in_word = true;
            } else if is_space {
                is_in_word = false;
            }
        } else if is_dense(c) {
            dense += 1;
            is_in_word = false;
        } else {
            weight.has_stop |= is_stop(c);
            was_stop &= matches!(c, '\u{201d}' | '\u{2019}');
            if c.is_whitespace() {
                is_in_word = false;
            } else if c.is_alphanumeric() {
                weight.words += u32::from(!is_in_word);
                is_in_word = true;
            }
        }
    }
    weight.has_stop |= was_stop;
    weight.words += dense.div_ceil(2);
    weight
}

/// Signs that end a sentence in Chinese and Japanese, Hindi, Armenian, Amharic, Arabic and Urdu,
/// Burmese, Khmer and Tibetan.
fn is_stop(c: char) -> bool {
    matches!(
        c,
        '\u{3002}'
            | '\u{ff01}'
            | '\u{ff0e}'
            | '\u{ff1f}'
            | '\u{ff1b}'
            | '\u{ff61}'
            | '\u{964}'
            | '\u{965}'
            | '\u{589}'
            | '\u{1362}'
            | '\u{61f}'
            | '\u{6d4}'
            | '\u{104b}'
            | '\u{17d4}'
            | '\u{f0d}'
    )
}

/// Scripts that put no spaces between words.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{0e01}'..='\u{0eff}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, words: &str) {
        assert_eq!(normalized(page), words, "{page:?}");
    }

    #[test]
    fn white_space_of_every_kind_is_one_space() {
        check(" a\u{a0}\t\n b\u{2003}c\u{3000}", "a b c");
    }

    #[test]
    fn a_capital_after_a_seam_begins_a_word() {
        let joined = |runs: &[&str]| {
            let mut words = Words::new();
            for run in runs {
                words.push(run);
                words.seam();
            }
            words.take()
        };
        assert_eq!(joined(&["Updated", "January 3"]), "Updated January 3");
        assert_eq!(joined(&["T", "he", " end", "s", "."]), "The ends.");
        assert_eq!(joined(&["Part 2", "B", "(A)"]), "Part 2B(A)");
    }

    #[test]
    fn what_cannot_be_seen_is_gone() {
        check(
            "da\u{ad}ta\u{200b} \u{2060}\u{feff}\u{202e}x\u{fe0f}\u{e0041}\u{0}\u{1b}[2J\u{9b}",
            "data x[2J",
        );
    }

    #[test]
    fn typography_is_that_of_a_typewriter() {
        check(
            "\u{201c}don\u{2019}t\u{201d} 1\u{2013}2 \u{2014} \u{2212}3\u{2026} \u{fb01}le non\u{2011}us",
            "\"don't\" 1-2 - -3... file non-us",
        );
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same() {
        check("cafe\u{301}", "caf\u{e9}");
    }

    #[test]
    fn superscripts_emoji_and_case_are_kept() {
        check("Note\u{b2} \u{1f600} OK", "Note\u{b2} \u{1f600} OK");
        check("m\u{b2} is not m2", "m\u{b2} is not m2");
    }

    #[test]
    fn words_are_weighed_in_every_script() {
        assert_eq!(weigh("We don't sell data. Ever"), Weight { words: 5, has_stop: true });
        assert_eq!(weigh("Home | Pricing"), Weight { words: 2, has_stop: false });
        assert_eq!(
            weigh("\u{6211}\u{4eec}\u{4e0d}\u{51fa}\u{552e}\u{6570}\u{636e}\u{3002}"),
            Weight { words: 4, has_stop: true }
        );
        assert!(!weigh("example.com is 3.5").has_stop);
    }
}
