//! A passage around a phrase that was looked for. The words are told apart as the archive's index
//! does it: in any case, without accents, one after the other whatever stands between them.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{alert::render::visible::visible, model::script::is_without_spaces};

/// The most characters of a passage that are shown on either side of the phrase: what the longest
/// paragraph that is pleasant to read has, and enough to see what the phrase is about.
const CONTEXT_CHARS: usize = 300;

/// A passage as a search shows it: visible, and of a long one what is near the phrase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// What stands before the phrase; begins with an ellipsis if more does.
    pub before: String,
    /// The phrase as it stands there; empty where it could not be made out.
    pub phrase: String,
    /// What stands after it; ends with an ellipsis if more does.
    pub after: String,
}

impl Sought {
    /// Returns `passage` around the first place of `phrase`, which may end with a `*` for all words
    /// that begin so; its beginning where the phrase is not found in it.
    pub fn of(passage: &str, phrase: &str) -> Sought {
        let at = place(passage, phrase).unwrap_or(0..0);
        Sought {
            before: last_of(&passage[..at.start]),
            phrase: visible(&passage[at.clone()]),
            after: first_of(&passage[at.end..]),
        }
    }
}

/// Returns where the phrase first stands.
fn place(passage: &str, phrase: &str) -> Option<Range<usize>> {
    let trimmed = phrase.trim();
    let is_prefix = trimmed.ends_with('*');
    let sought: Vec<String> = words(trimmed).map(|at| folded(&trimmed[at])).collect();
    let last = sought.len().checked_sub(1)?;
    let said: Vec<(Range<usize>, String)> =
        words(passage).map(|at| (at.clone(), folded(&passage[at]))).collect();
    let is_it = |run: &&[(Range<usize>, String)]| {
        run.iter().zip(&sought).enumerate().all(|(at, ((_, word), asked))| {
            word == asked || (is_prefix && at == last && word.starts_with(asked.as_str()))
        })
    };
    match said.windows(sought.len()).find(is_it) {
        Some(found) => Some(found.first()?.0.start..found.last()?.0.end),
        // Scripts without spaces: a part of a run, as it is written.
        None if trimmed.contains(is_without_spaces) => {
            let part = trimmed.trim_end_matches('*');
            passage.find(part).map(|at| at..at + part.len())
        }
        None => None,
    }
}

/// Returns where the words stand, in bytes.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_in_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_in_word)?;
        let end = text[start..].find(|c| !is_in_word(c)).map_or(text.len(), |it| start + it);
        at = end;
        Some(start..end)
    })
}

/// Returns a word without case and accents.
fn folded(word: &str) -> String {
    word.nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase).collect()
}

/// Returns the end of `text`, from a word on.
fn last_of(text: &str) -> String {
    let Some((start, _)) = text.char_indices().rev().nth(CONTEXT_CHARS) else {
        return visible(text);
    };
    let kept = &text[start..];
    let from = kept.find(' ').map_or(0, |at| at + 1);
    format!("… {}", visible(&kept[from..]))
}

/// Returns the beginning of `text`, to the end of a word.
fn first_of(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(CONTEXT_CHARS) else {
        return visible(text);
    };
    let kept = &text[..end];
    let to = kept.rfind(' ').unwrap_or(kept.len());
    format!("{} …", visible(&kept[..to]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the passage with the phrase in brackets.
    fn shown(passage: &str, phrase: &str) -> String {
        let Sought { before, phrase, after } = Sought::of(passage, phrase);
        format!("{before}[{phrase}]{after}")
    }

    #[test]
    fn a_phrase_is_found_as_the_index_finds_it() {
        assert_eq!(shown("We will not sell it.", "NOT SELL"), "We will [not sell] it.");
        assert_eq!(shown("Notre Éthique, d’abord", "ethique d abord"), "Notre [Éthique, d’abord]");
        assert_eq!(shown("of mass surveillance.", "mass surveill*"), "of [mass surveillance].");
        assert_eq!(shown("a surveillance b", "surveill"), "[]a surveillance b");
        assert_eq!(shown("not to sell, not sell", "not sell"), "not to sell, [not sell]");
        assert_eq!(shown("E\u{301}thique", "éthique"), "[E\u{301}thique]");
        assert_eq!(shown("警察に販売", "警察に販売"), "[警察に販売]");
        assert_eq!(shown("警察に販売", "に販"), "警察[に販]売");
        assert_eq!(shown("İstanbul", "istanbul"), "[İstanbul]");
        for nothing in ["", "*", "\"", "absent words", "a much longer phrase than all of it"] {
            assert_eq!(shown("Some words.", nothing), "[]Some words.", "{nothing}");
        }
    }

    #[test]
    fn of_a_long_passage_what_is_near_is_shown() {
        let passage = format!("{}here it is {}", "before ".repeat(200), "after ".repeat(200));
        let shown = Sought::of(&passage, "here it is");
        assert!(shown.before.starts_with("… before before "), "{}", shown.before);
        assert!(shown.before.ends_with("before "), "{}", shown.before);
        assert_eq!(shown.phrase, "here it is");
        assert!(shown.after.starts_with(" after after"), "{}", shown.after);
        assert!(shown.after.ends_with("after …"), "{}", shown.after);
        for side in [&shown.before, &shown.after] {
            assert!((250..=305).contains(&side.chars().count()), "{side}");
        }
        // No space to end at.
        let run = "字".repeat(10_000);
        assert_eq!(Sought::of(&run, "absent").after, format!("{} …", "字".repeat(CONTEXT_CHARS)));
    }

    #[test]
    fn hostile_words_are_made_visible_on_every_side() {
        let shown = shown("\u{1b}[2J a\u{202e}b \u{7}", "a*");
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown:?}");
    }
}
