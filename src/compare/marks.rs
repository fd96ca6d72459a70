//! Two passages as one marked run of words.
//!
//! Sentences are aligned first, then the words of those that differ. Marks never cut a word,
//! leave no function word or punctuation alone between them, and carry the white space that makes
//! both passages readable. Knows words and sentences, nothing of blocks.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compare::align::{self, Moves, Unit};
use crate::compare::clause;
use crate::compare::fold;
use crate::compare::lexicon::{Lexicon, Sameness};
use crate::compare::regions::{self, Passage, Region};
use crate::compare::words::Effort;
use crate::model::edit::{Mark, MarkKind};

/// Returns both passages as one marked run of words.
///
/// `Same` and `Inserted` parts joined are `after`, character by character; `Same` and `Deleted`
/// joined are `before`, up to white space, and, where `sameness` is folded, up to typography:
/// parts that are the same but for typography are shown as they are after.
pub fn marks(
    before: &str,
    after: &str,
    sameness: Sameness,
    lexicon: &mut Lexicon,
    effort: &mut Effort,
) -> Vec<Mark> {
    if before == after {
        return vec![Mark { kind: MarkKind::Same, words: after.to_owned() }];
    }
    let ends = match before.len().max(after.len()) < LONG_BYTES {
        true => (0, 0),
        false => same_ends(before, after, NEIGHBOUR_BYTES),
    };
    marks_between(ends, (before, after), sameness, lexicon, effort)
}

/// Does what [`marks`] does for passages that are known to be the same for so many bytes at their
/// starts and at their ends.
fn marks_between(
    (head, tail): (usize, usize),
    (before, after): (&str, &str),
    sameness: Sameness,
    lexicon: &mut Lexicon,
    effort: &mut Effort,
) -> Vec<Mark> {
    let within = |words: &str| head..words.len() - tail;
    let between = (&before[within(before)], &after[within(after)]);
    let mut marks = marks_within(between.0, between.1, sameness, lexicon, effort);
    let (head, tail) = (&after[..head], &after[after.len() - tail..]);
    match marks.first_mut().filter(|it| it.kind == MarkKind::Same) {
        Some(first) => first.words.insert_str(0, head),
        None => marks.splice(0..0, same(head)).for_each(drop),
    }
    match marks.last_mut().filter(|it| it.kind == MarkKind::Same) {
        Some(last) => last.words.push_str(tail),
        None => marks.extend(same(tail)),
    }
    marks
}

/// From this length on, what is the same at both ends of two passages is not looked into.
const LONG_BYTES: usize = 16 << 10;

fn same(words: &str) -> Option<Mark> {
    (!words.is_empty()).then(|| Mark { kind: MarkKind::Same, words: words.to_owned() })
}

/// So much of what is the same is left beside what is not, so that it has neighbours.
const NEIGHBOUR_BYTES: usize = 2 << 10;

/// Returns how many bytes are the same at the start and at the end of both passages, but for the
/// nearest so many to what is not. Words may be cut there: both passages have the same halves.
fn same_ends(before: &str, after: &str, neighbour: usize) -> (usize, usize) {
    let same = |(b, a): &(u8, u8)| b == a;
    let start = before.bytes().zip(after.bytes()).take_while(same).count();
    let rest = before.len().min(after.len()) - start;
    let ends = before.bytes().rev().zip(after.bytes().rev());
    let end = ends.take(rest).take_while(same).count();
    let head = before.floor_char_boundary(start.saturating_sub(neighbour));
    let tail = before.ceil_char_boundary(before.len() - end.saturating_sub(neighbour));
    (head, before.len() - tail)
}

fn marks_within(
    before: &str,
    after: &str,
    sameness: Sameness,
    lexicon: &mut Lexicon,
    effort: &mut Effort,
) -> Vec<Mark> {
    let before = Passage { text: before, words: lexicon.words(before, sameness) };
    let after = Passage { text: after, words: lexicon.words(after, sameness) };
    let pairs = sentence_pairs(&before, &after, sameness, lexicon);
    let mut regions = Vec::new();
    for pair in pairs {
        regions::differing(&before, &after, pair, sameness, effort, &mut regions);
    }
    written(&before, &after, &regions::readable(&before, &after, regions))
}

/// Returns a passage that is in one text only as marks.
pub fn whole(words: &str, kind: MarkKind) -> Vec<Mark> {
    vec![Mark { kind, words: words.to_owned() }]
}

/// Returns the runs of words, before and after, that are to be compared with each other; together
/// they are both passages whole.
fn sentence_pairs(
    before: &Passage<'_>,
    after: &Passage<'_>,
    sameness: Sameness,
    lexicon: &mut Lexicon,
) -> Vec<Region> {
    let spans = (clause::sentences(before.text), clause::sentences(after.text));
    let whole = Region { before: 0..before.words.len(), after: 0..after.words.len() };
    if spans.0.len() < 2 && spans.1.len() < 2 {
        return vec![whole];
    }
    let streams = |text: &str, spans: &[Range<usize>]| -> Vec<String> {
        let sentence = |span: &Range<usize>| match sameness {
            Sameness::Folded => fold::stream(&text[span.clone()]),
            Sameness::Exact => text[span.clone()].to_owned(),
        };
        spans.iter().map(sentence).collect()
    };
    let streams = (streams(before.text, &spans.0), streams(after.text, &spans.1));
    let mut keys = BTreeMap::new();
    let units_before = units(before.text, &spans.0, &streams.0, &mut keys);
    let units_after = units(after.text, &spans.1, &streams.1, &mut keys);
    let groups = align::align(&units_before, &units_after, lexicon, Moves::Ignored);

    let bounds = (bounds(before, &spans.0), bounds(after, &spans.1));
    let mut pairs = Vec::new();
    let mut from = (0, 0);
    for group in groups {
        let start = (bounds.0[group.before.start], bounds.1[group.after.start]);
        let end = (bounds.0[group.before.end], bounds.1[group.after.end]);
        pairs.extend(apart(from.0..start.0, from.1..start.1));
        pairs.push(Region { before: start.0..end.0, after: start.1..end.1 });
        from = end;
    }
    pairs.extend(apart(from.0..whole.before.end, from.1..whole.after.end));
    pairs
}

/// Returns sentences without counterpart as pairs with nothing.
fn apart(before: Range<usize>, after: Range<usize>) -> [Region; 2] {
    let left = Region { before: before.clone(), after: after.start..after.start };
    [left, Region { before: before.end..before.end, after }]
}

fn units<'a>(
    text: &'a str,
    spans: &[Range<usize>],
    streams: &'a [String],
    keys: &mut BTreeMap<String, u32>,
) -> Vec<Unit<'a>> {
    let mut units = Vec::with_capacity(spans.len());
    for (span, stream) in spans.iter().zip(streams) {
        let next = keys.len() as u32;
        let key = match keys.get(stream) {
            Some(&key) => key,
            None => *keys.entry(stream.clone()).or_insert(next),
        };
        let words = &text[span.clone()];
        let weight = stream.len() as u32;
        units.push(Unit { key, weight, stream, words, is_heading: false });
    }
    units
}

/// Returns for each sentence the index of its first word, then the count of all words.
fn bounds(passage: &Passage<'_>, spans: &[Range<usize>]) -> Vec<usize> {
    let first = |span: &Range<usize>| passage.words.partition_point(|it| it.start < span.start);
    spans.iter().map(first).chain([passage.words.len()]).collect()
}

/// Writes the marks, and gives white space at their seams to the part it belongs to.
fn written(before: &Passage<'_>, after: &Passage<'_>, regions: &[Region]) -> Vec<Mark> {
    let mut marks = Marks::default();
    let mut from = (0, 0);
    for region in regions {
        marks.push_same(slice(after, from.1..region.after.start));
        let deleted = slice(before, region.before.clone());
        let inserted = slice(after, region.after.clone());
        let next = slice(after, region.after.end..after.words.len());
        let next_before = slice(before, region.before.end..before.words.len());
        marks.push_region(deleted, inserted, next.starts_with(' '), next_before.starts_with(' '));
        from = (region.before.end, region.after.end);
    }
    marks.push_same(slice(after, from.1..after.words.len()));
    marks.done
}

/// Returns the text of a run of words, with what stands before each, and after the last of all.
fn slice<'a>(passage: &Passage<'a>, range: Range<usize>) -> &'a str {
    if range.is_empty() {
        return "";
    }
    let start = match range.start {
        0 => 0,
        at => passage.words[at - 1].end,
    };
    let end = match range.end == passage.words.len() {
        true => passage.text.len(),
        false => passage.words[range.end - 1].end,
    };
    &passage.text[start..end]
}

/// The marks written so far.
#[derive(Default)]
struct Marks {
    done: Vec<Mark>,
    /// Whether the space before what comes next in the text after was given to a mark already.
    space_given: bool,
}

impl Marks {
    fn push(&mut self, kind: MarkKind, words: &str) {
        if !words.is_empty() {
            self.done.push(Mark { kind, words: words.to_owned() });
        }
    }

    /// Takes the space off words of the text after if it was given away.
    fn rest<'a>(&mut self, words: &'a str) -> &'a str {
        let is_given = self.space_given && !words.is_empty();
        self.space_given &= !is_given;
        if is_given { words.strip_prefix(' ').unwrap_or(words) } else { words }
    }

    fn push_same(&mut self, words: &str) {
        let words = self.rest(words);
        self.push(MarkKind::Same, words);
    }

    /// Writes a deletion, an insertion or both; `next` tells whether a space comes after them in
    /// the text after, `next_before` whether one does in the text before.
    fn push_region(&mut self, deleted: &str, inserted: &str, next: bool, next_before: bool) {
        let (mut deleted, mut inserted) = (deleted.to_owned(), self.rest(inserted).to_owned());
        let both = !deleted.is_empty() && !inserted.is_empty();
        let leads = |words: &str| words.is_empty() || words.starts_with(' ');
        let lead = leads(&deleted) && leads(&inserted);
        let last = self.done.last_mut().filter(|it| it.kind == MarkKind::Same);
        // `the[ old] policy` becomes `the [old ]policy`, and `to[ -] 5` becomes `to [-]5`.
        let shifts = lead && (both || next || (deleted.is_empty() && next_before));
        let mut give = false;
        if let Some(last) = last.filter(|_| shifts) {
            for words in [&mut deleted, &mut inserted] {
                *words = words.strip_prefix(' ').unwrap_or(words).to_owned();
            }
            last.words.push(' ');
            give = !both && next;
        } else if self.done.is_empty() && !both && !inserted.is_empty() && next {
            give = true;
        }
        if give && (!inserted.is_empty() || next_before) {
            match inserted.is_empty() {
                true => deleted.push(' '),
                false => inserted.push(' '),
            }
        } else if !deleted.is_empty() && next_before && !next {
            deleted.push(' ');
        }
        self.push(MarkKind::Deleted, &deleted);
        self.push(MarkKind::Inserted, &inserted);
        self.space_given |= give;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENTENCES: &[&str] = &[
        "We never sell faces.",
        "We never sell your face.",
        "You may object, e.g. by mail.",
        "See section 2.",
        "(a) To police;",
        "No.",
        "It holds until May 1, 2027.",
        "never",
        "\u{6211}\u{4eec}\u{4e0d}\u{51fa}\u{552e}\u{3002}",
        "\u{4f60}\u{53ef}\u{4ee5}\u{53cd}\u{5bf9}\u{ff01}",
    ];

    fn passage() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(SENTENCES), 0..12)
    }

    /// The passages in a row; where a wide sign ends a sentence, a space may follow or not.
    fn joined(passages: [&[&str]; 3], is_wide: bool) -> String {
        let gap = |sentence: &&str| if sentence.is_ascii() || is_wide { " " } else { "" };
        let each = passages.concat().into_iter().map(|it| format!("{it}{}", gap(&it)));
        each.collect::<String>().trim_end().to_owned()
    }

    fn between(ends: (usize, usize), texts: (&str, &str)) -> Vec<Mark> {
        marks_between(
            ends,
            texts,
            Sameness::Folded,
            &mut Lexicon::default(),
            &mut Effort::of_one_diff(),
        )
    }

    #[test]
    fn a_long_passage_is_marked_where_it_was_altered() {
        let many = "We never sell faces. ".repeat(1_000);
        let (before, after) =
            (format!("{many}Nor names. {many}"), format!("{many}Nor voices. {many}"));
        let (head, tail) = same_ends(&before, &after, NEIGHBOUR_BYTES);
        assert!(37_900 < head + tail, "{head} and {tail}");
        let marks = marks(
            &before,
            &after,
            Sameness::Folded,
            &mut Lexicon::default(),
            &mut Effort::of_one_diff(),
        );
        let altered: Vec<&str> = marks
            .iter()
            .filter(|it| it.kind != MarkKind::Same)
            .map(|it| it.words.as_str())
            .collect();
        assert_eq!(altered, ["names", "voices"]);
        assert_eq!(marks, between((0, 0), (&before, &after)));
    }

    #[test]
    fn of_a_long_passage_the_same_is_marked_as_if_all_of_it_were_looked_into() {
        let sentences: Vec<String> =
            (0..1_000).map(|at| format!("We keep record {at} for {} days.", at * 7 % 90)).collect();
        type Act = fn(&mut Vec<String>, usize);
        let acts: [Act; 4] = [
            |all, at| all[at] = all[at].replace("keep", "never sell"),
            |all, at| drop(all.remove(at)),
            |all, at| all.insert(at, "You may object.".to_owned()),
            |all, at| all[at..at + 3].rotate_left(1),
        ];
        let before = sentences.join(" ");
        for act in acts {
            for at in [0, 1, 500, 996] {
                let mut altered = sentences.clone();
                act(&mut altered, at);
                let after = altered.join(" ");
                let ends = same_ends(&before, &after, NEIGHBOUR_BYTES);
                assert!(13_000 < ends.0.max(ends.1), "{ends:?}");
                let marks = between(ends, (&before, &after));
                assert_eq!(marks, between((0, 0), (&before, &after)), "at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn marks_between_ends_that_are_the_same_make_both_passages(
            head in passage(), tail in passage(), before in passage(), after in passage(),
            gaps in (prop::bool::ANY, prop::bool::ANY),
        ) {
            let before = joined([&head, &before, &tail], gaps.0);
            let after = joined([&head, &after, &tail], gaps.1);
            prop_assume!(before != after);
            let ends = same_ends(&before, &after, 64);
            let without = |marks: &[Mark], gone| -> String {
                marks.iter().filter(|it| it.kind != gone).map(|it| it.words.as_str()).collect()
            };
            let marks = between(ends, (&before, &after));
            prop_assert_eq!(without(&marks, MarkKind::Deleted), after.clone());
            // Up to typography, which is shown as it is after.
            let kept = without(&marks, MarkKind::Inserted);
            prop_assert_eq!(fold::stream(&kept), fold::stream(&before));
        }
    }
}
