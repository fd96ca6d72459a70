//! Clauses: the smallest pieces that can be promised and altered on their own.
//!
//! A clause is a sentence of a paragraph, heading or list item, or a whole table row. Sentences
//! end where Unicode says (UAX 29), but for full stops after abbreviations, initials and numbers
//! of lists. Knows nothing of what a clause says.

use std::{iter, ops::Range};

use unicode_segmentation::UnicodeSegmentation as _;

use crate::model::text::{BlockKind, Text};

/// A clause of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The index of its block in the text.
    pub block: usize,
    /// Its bytes in the block's words, without white space around.
    pub span: Range<usize>,
}

/// Returns the clauses of a text, in reading order; a block without words has none.
pub fn clauses(text: &Text) -> Vec<Clause> {
    let mut clauses = Vec::new();
    for (block, it) in text.blocks.iter().enumerate() {
        let spans = match it.kind {
            BlockKind::Row if it.words.is_empty() => Vec::new(),
            BlockKind::Row => iter::once(0..it.words.len()).collect(),
            BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Item(_) => {
                sentences(&it.words)
            }
        };
        clauses.extend(spans.into_iter().map(|span| Clause { block, span }));
    }
    clauses
}

/// Returns the bytes of each sentence in `words`, in order and without white space around.
pub fn sentences(words: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (start, sentence) in words.split_sentence_bound_indices() {
        let sentence = sentence.trim_end();
        if sentence.is_empty() {
            continue;
        }
        let end = start + sentence.len();
        match spans.last_mut() {
            Some(last) if goes_on(&words[last.clone()], sentence) => last.end = end,
            _ => spans.push(start..end),
        }
    }
    spans
}

/// Returns whether a sentence that seems to end in `before` goes on with `after`.
fn goes_on(before: &str, after: &str) -> bool {
    if after.chars().all(|c| !c.is_alphanumeric()) {
        return true;
    }
    let Some(rest) = before.strip_suffix('.') else {
        return before.ends_with(')') && is_marker(before);
    };
    let last = rest.rsplit(|c: char| c.is_whitespace() || "([“\"".contains(c)).next();
    let last = last.unwrap_or(rest).to_lowercase();
    let first = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(after).to_lowercase();
    let initial = last.chars().count() == 1 && last.chars().all(char::is_alphabetic);
    is_marker(before)
        || initial
        || GOES_ON.binary_search(&last.as_str()).is_ok()
        || (MAY_END.binary_search(&last.as_str()).is_ok()
            && OPENERS.binary_search(&first.as_str()).is_err())
        || (BEFORE_NUMBER.binary_search(&last.as_str()).is_ok()
            && after.starts_with(|c: char| c.is_ascii_digit() || "([§".contains(c)))
}

/// Returns whether `words` is nothing but the number of a list item: `3.`, `(a)`, `4.2.`, `iv)`.
fn is_marker(words: &str) -> bool {
    let (marker, rest) = split_marker(words);
    !marker.is_empty() && rest.is_empty()
}

/// Splits a number such as `3.`, `4.2.`, `(a)` or `iv)` from the words after it.
///
/// The number must end in a full stop or bracket: `3 days` and `1.5 million` have none.
pub fn split_marker(words: &str) -> (&str, &str) {
    let end = words.find(' ').unwrap_or(words.len());
    let (first, rest) = words.split_at(end);
    let Some(inner) = first.strip_suffix(['.', ')']) else { return ("", words) };
    let inner = inner.strip_prefix('(').unwrap_or(inner);
    let parts = inner.split('.');
    let number =
        |part: &str| matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit());
    let roman =
        |part: &str| matches!(part.len(), 1..=6) && part.bytes().all(|b| b"ivxIVX".contains(&b));
    let letter = |part: &str| part.len() == 1 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let mut sound = true;
    for (at, part) in parts.enumerate() {
        sound &= number(part) || letter(part) || (at == 0 && roman(part));
    }
    if sound { (first, rest.trim_start()) } else { ("", words) }
}

/// Abbreviations after which a sentence goes on; lower case, without the last full stop, sorted.
const GOES_ON: &[&str] = &[
    "abs", "art", "bzw", "ca", "cf", "cfr", "ch", "dr", "e.g", "fig", "i.e", "lit", "mr", "mrs",
    "ms", "no", "nos", "nr", "p.ej", "par", "para", "paras", "pp", "prof", "pt", "resp", "s.a",
    "sec", "secs", "sect", "sez", "st", "u.a", "viz", "vol", "vs", "z.b",
];

/// Abbreviations which may end a sentence, but mostly do not.
const MAY_END: &[&str] = &[
    "a.m", "co", "corp", "d.c", "e.u", "etc", "gmbh", "inc", "l.l.c", "llc", "ltd", "n.v", "p.m",
    "plc", "s.r.l", "u.k", "u.s", "u.s.a",
];

/// Abbreviations after which a number goes on with the sentence.
const BEFORE_NUMBER: &[&str] = &[
    "apr", "aug", "cl", "dec", "ex", "feb", "jan", "jul", "jun", "mar", "nov", "oct", "pos", "reg",
    "s", "sep", "sept",
];

/// Words with which a new sentence begins after an abbreviation that may end one.
const OPENERS: &[&str] = &[
    "all", "any", "by", "each", "for", "if", "in", "it", "our", "such", "that", "the", "these",
    "they", "this", "those", "to", "we", "when", "where", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::Block;

    fn check(words: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(words).into_iter().map(|span| &words[span]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_lists_are_sorted_so_that_they_can_be_searched() {
        for list in [GOES_ON, MAY_END, BEFORE_NUMBER, OPENERS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn a_sentence_ends_at_its_full_stop() {
        check("We pause. You wait! Who knows?", &["We pause.", "You wait!", "Who knows?"]);
        check("我们不出售数据。您可以选择。", &["我们不出售数据。", "您可以选择。"]);
        check("", &[]);
    }

    #[test]
    fn an_abbreviation_does_not_end_a_sentence() {
        check("See Sec. 4.2 for details. Then go.", &["See Sec. 4.2 for details.", "Then go."]);
        check("Acme Inc. Holdings may act.", &["Acme Inc. Holdings may act."]);
        check("This is Acme Inc. We act.", &["This is Acme Inc.", "We act."]);
        check("Last updated: Jan. 5, 2024", &["Last updated: Jan. 5, 2024"]);
        check("Devices, e.g. Phones.", &["Devices, e.g. Phones."]);
        check("3. We pause. 4. You wait.", &["3. We pause.", "4. You wait."]);
    }

    #[test]
    fn markers_are_split_from_the_words() {
        assert_eq!(split_marker("50.9. We pause"), ("50.9.", "We pause"));
        assert_eq!(split_marker("(a) We pause"), ("(a)", "We pause"));
        assert_eq!(split_marker("iv) We pause"), ("iv)", "We pause"));
        assert_eq!(split_marker("1.5 million users"), ("", "1.5 million users"));
        assert_eq!(split_marker("Yes. We pause"), ("", "Yes. We pause"));
        assert_eq!(split_marker("2030. A goal"), ("", "2030. A goal"));
    }

    #[test]
    fn a_table_row_is_one_clause() {
        let row = Block::new(BlockKind::Row, "Sold? | No. Never.");
        let paragraph = Block::new(BlockKind::Paragraph, "We pause. You wait.");
        let found = clauses(&Text { blocks: vec![row, paragraph] });
        let expected = [(0, 0..18), (1, 0..9), (1, 10..19)];
        assert_eq!(found.len(), expected.len());
        for (clause, (block, span)) in found.iter().zip(expected) {
            assert_eq!((clause.block, clause.span.clone()), (block, span));
        }
    }
}
