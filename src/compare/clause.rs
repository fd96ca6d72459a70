//! Clauses: the smallest pieces that can be promised and altered on their own.
//!
//! A clause is a sentence of a paragraph, heading or list item, or a whole table row. Sentences
//! end where Unicode says (UAX 29, rules SB6 to SB11), but not before a small letter, and not at
//! full stops after abbreviations, initials and numbers of lists. Knows nothing of what a clause
//! says.

use std::ops::Range;

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
            BlockKind::Row => std::iter::once(0..it.words.len()).collect(),
            BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Item(_) => {
                sentences(&it.words)
            }
        };
        clauses.extend(spans.into_iter().map(|span| Clause { block, span }));
    }
    clauses
}

/// Returns how many of these sentences of two passages are the same at the start, and how many at
/// the end: with all that stands between them and the ends of the passages.
pub fn same_ends(
    (before, after): (&str, &str),
    spans: (&[Range<usize>], &[Range<usize>]),
) -> (usize, usize) {
    let same = |(b, a): &(u8, u8)| b == a;
    let start = before.bytes().zip(after.bytes()).take_while(same).count();
    let end = before.bytes().rev().zip(after.bytes().rev()).take_while(same).count();
    let is_head = |(b, a): &(&Range<usize>, &Range<usize>)| b == a && b.end <= start;
    let head = spans.0.iter().zip(spans.1).take_while(is_head).count();
    let rest = spans.0[head..].iter().rev().zip(spans.1[head..].iter().rev());
    let from_end =
        |text: &str, span: &Range<usize>| (text.len() - span.start, text.len() - span.end);
    let is_tail = |(b, a): &(&Range<usize>, &Range<usize>)| {
        from_end(before, b) == from_end(after, a) && before.len() - b.start <= end
    };
    (head, rest.take_while(is_tail).count())
}

/// Returns the bytes of each sentence in `words`, in order and without white space around.
pub fn sentences(words: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (start, end) in bounded(words) {
        let sentence = &words[start..end];
        match spans.last_mut() {
            Some(last) if goes_on(&words[last.clone()], sentence) => last.end = end,
            _ => spans.push(start..end),
        }
    }
    spans
}

/// Returns where what looks like a sentence starts and ends, without white space around.
///
/// Written here because a policy of a megabyte would take `unicode-segmentation` a fifth of a
/// second.
fn bounded(words: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = words.len() - words.trim_start().len();
    let mut from = start;
    // What decides is sought once, however many stops stand before it.
    let mut decides = 0;
    while let Some(at) = words[from..].find(is_end).map(|at| at + from) {
        let stop = words[at..].trim_start_matches(is_end);
        let needs_space = !words[at..words.len() - stop.len()].contains(is_wide_end);
        let closed = stop.trim_start_matches(is_close);
        let rest = closed.trim_start();
        decides = decides.max(words.len() - rest.len());
        let is_deciding = |c: char| c.is_alphanumeric() || is_continuing(c);
        decides = words[decides..].find(is_deciding).map_or(words.len(), |it| decides + it);
        let next = words[decides..].chars().next();
        let goes_on = next.is_none_or(|c| c.is_lowercase() || is_continuing(c));
        from = words.len() - closed.len();
        let has_space = rest.len() < closed.len();
        if (has_space || !needs_space) && !goes_on {
            found.push((start, from));
            start = words.len() - rest.len();
            from = start;
        }
    }
    let end = words.trim_end().len();
    if start < end {
        found.push((start, end));
    }
    found
}

fn is_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '؟' | '۔' | '।') || is_wide_end(c)
}

/// Returns whether `c` ends a sentence with no space after it.
fn is_wide_end(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '．')
}

fn is_close(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»' | '›' | '」' | '』' | '）' | '*')
}

/// Returns whether a sentence goes on before `c`, though the one before seems to have ended.
fn is_continuing(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '，' | '；' | '：' | '、')
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

/// Splits a number such as `3.`, `4.2.`, `4.2.1`, `(a)` or `iv)` from the words after it.
///
/// The number must end in a full stop or bracket, or have three parts: `3 days` and `1.5 million`
/// have none. A space may be missing where a capital follows: `3.We`.
pub fn split_marker(words: &str) -> (&str, &str) {
    let end = words.find(' ').unwrap_or(words.len());
    let glued = words[..end]
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|&at| words[..at].ends_with('.') && words[at..].starts_with(char::is_uppercase));
    let (first, rest) = words.split_at(glued.unwrap_or(end));
    let (inner, is_ended) = match first.strip_suffix(['.', ')']) {
        Some(inner) => (inner.strip_prefix('(').unwrap_or(inner), true),
        None => (first, false),
    };
    let is_numeric = inner.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_sound = inner
        .split('.')
        .enumerate()
        .all(|(at, part)| is_number(part) || is_letter(part) || (at == 0 && is_roman(part)));
    // A part that starts with a zero is rather one of a date.
    let has_three = is_numeric
        && 3 <= inner.split('.').count()
        && inner.split('.').all(|part| !part.starts_with('0'));
    if is_sound && (is_ended || has_three) { (first, rest.trim_start()) } else { ("", words) }
}

fn is_number(part: &str) -> bool {
    matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit())
}

fn is_roman(part: &str) -> bool {
    matches!(part.len(), 1..=6) && part.bytes().all(|b| b"ivxIVX".contains(&b))
}

fn is_letter(part: &str) -> bool {
    part.len() == 1 && part.bytes().all(|b| b.is_ascii_alphabetic())
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
        check(
            "Is it “so?” We say: “It is.” (Or not.) All's well...",
            &["Is it “so?”", "We say: “It is.”", "(Or not.)", "All's well..."],
        );
        check(
            "Pay 1.5 % at example.org now. 5 days!",
            &["Pay 1.5 % at example.org now.", "5 days!"],
        );
        check("Yahoo! inc. and so on", &["Yahoo! inc. and so on"]);
        check("", &[]);
        check(" . ", &["."]);
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
        assert_eq!(split_marker("58.4.1 We pause"), ("58.4.1", "We pause"));
        assert_eq!(split_marker("39.11.We pause"), ("39.11.", "We pause"));
        assert_eq!(split_marker("2.4 GHz radio"), ("", "2.4 GHz radio"));
        assert_eq!(split_marker("01.05.24 Deadline"), ("", "01.05.24 Deadline"));
        assert_eq!(split_marker("1.2.2024"), ("", "1.2.2024"));
        assert_eq!(split_marker("3.example.org"), ("", "3.example.org"));
        assert_eq!(split_marker("1.5 million users"), ("", "1.5 million users"));
        assert_eq!(split_marker("Yes. We pause"), ("", "Yes. We pause"));
        assert_eq!(split_marker("2030. A goal"), ("", "2030. A goal"));
    }

    #[test]
    fn a_table_row_is_one_clause() {
        let row = Block::new(BlockKind::Row, "Sold? | No. Never.");
        let paragraph = Block::new(BlockKind::Paragraph, "We pause. You wait.");
        let found = clauses(&Text::from(vec![row, paragraph]));
        let expected = [(0, 0..18), (1, 0..9), (1, 10..19)];
        assert_eq!(found.len(), expected.len());
        for (clause, (block, span)) in found.iter().zip(expected) {
            assert_eq!((clause.block, clause.span.clone()), (block, span));
        }
    }
}
