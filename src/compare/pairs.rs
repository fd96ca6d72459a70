//! Which clauses of two passages are each other's.
//!
//! Knows passages as words and clauses as their spans; serves verdicts and the following of a
//! clause alike.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compare::align::{self, Group, Moves, Tie, Unit};
use crate::compare::clause;
use crate::compare::fold;
use crate::compare::lexicon::Lexicon;

/// Clauses of two passages that belong together; a side is empty where the other came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The bytes before, from the first clause's start to the last one's end.
    pub before: Option<Range<usize>>,
    /// The bytes after.
    pub after: Option<Range<usize>>,
}

/// Returns the clauses of two passages in pairs, in the order of the passage after; a clause that
/// went stands where it stood before. Clauses that were split or joined share a pair. `is_whole`
/// tells passages that are one clause each, such as table rows.
pub fn pairs(before: &str, after: &str, is_whole: bool, lexicon: &mut Lexicon) -> Vec<Pair> {
    let spans = |words: &str| match is_whole {
        true => std::iter::once(0..words.len()).collect(),
        false => clause::sentences(words),
    };
    let (spans_before, spans_after) = (spans(before), spans(after));
    if spans_before.len() < 2 && spans_after.len() < 2 {
        return vec![Pair { before: Some(0..before.len()), after: Some(0..after.len()) }];
    }
    // What stands as it stood at both ends is paired as it is: of a long passage, all but the edit.
    let is_same =
        |(b, a): &(&Range<usize>, &Range<usize>)| before[(*b).clone()] == after[(*a).clone()];
    let head = spans_before.iter().zip(&spans_after).take_while(is_same).count();
    let (rest_before, rest_after) = (&spans_before[head..], &spans_after[head..]);
    let tail = rest_before.iter().rev().zip(rest_after.iter().rev()).take_while(is_same).count();
    let rest_before = &rest_before[..rest_before.len() - tail];
    let rest_after = &rest_after[..rest_after.len() - tail];
    let streams = |words: &str, spans: &[Range<usize>]| -> Vec<String> {
        let stream =
            |span: &Range<usize>| fold::stream(clause::split_marker(&words[span.clone()]).1);
        spans.iter().map(stream).collect()
    };
    let (streams_before, streams_after) =
        (streams(before, rest_before), streams(after, rest_after));
    let mut keys = BTreeMap::new();
    let units_before = units((before, rest_before), &streams_before, &mut keys);
    let units_after = units((after, rest_after), &streams_after, &mut keys);
    let within = align::align(&units_before, &units_after, lexicon, Moves::Sought);
    let as_it_stood = |(b, a)| Group::pair(b, a, Tie::InPlace);
    let moved_on = |group: Group| Group {
        before: group.before.start + head..group.before.end + head,
        after: group.after.start + head..group.after.end + head,
        ..group
    };
    let tail_before = spans_before.len() - tail..spans_before.len();
    let tail_after = spans_after.len() - tail..spans_after.len();
    let groups: Vec<Group> = (0..head)
        .map(|at| as_it_stood((at, at)))
        .chain(within.into_iter().map(moved_on))
        .chain(tail_before.zip(tail_after).map(as_it_stood))
        .collect();
    let mut is_left = vec![true; spans_before.len()];
    let mut found = Vec::new();
    let mut is_new = vec![true; spans_after.len()];
    for group in &groups {
        is_left[group.before.clone()].fill(false);
        is_new[group.after.clone()].fill(false);
        let hull = |spans: &[Range<usize>], of: &Range<usize>| {
            spans[of.start].start..spans[of.end - 1].end
        };
        let pair = Pair {
            before: Some(hull(&spans_before, &group.before)),
            after: Some(hull(&spans_after, &group.after)),
        };
        found.push((group.after.start, 1, pair));
    }
    for (at, span) in spans_after.iter().enumerate().filter(|(at, _)| is_new[*at]) {
        found.push((at, 1, Pair { before: None, after: Some(span.clone()) }));
    }
    for (at, span) in spans_before.iter().enumerate().filter(|(at, _)| is_left[*at]) {
        let next = groups.iter().filter(|it| at < it.before.start).map(|it| it.after.start).min();
        let place = next.unwrap_or(spans_after.len());
        found.push((place, 0, Pair { before: Some(span.clone()), after: None }));
    }
    found.sort_by_key(|(place, order, _)| (*place, *order));
    found.into_iter().map(|(_, _, pair)| pair).collect()
}

/// Returns the clauses of a passage as the aligner takes them; `keys` numbers what they say.
fn units<'a>(
    (words, spans): (&'a str, &[Range<usize>]),
    streams: &'a [String],
    keys: &mut BTreeMap<&'a str, u32>,
) -> Vec<Unit<'a>> {
    let units = spans.iter().zip(streams).map(|(span, stream)| {
        let next = keys.len() as u32;
        Unit {
            key: *keys.entry(stream.as_str()).or_insert(next),
            weight: stream.len() as u32,
            stream,
            words: &words[span.clone()],
            is_heading: false,
        }
    });
    units.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> Vec<(String, String)> {
        let pairs = pairs(before, after, false, &mut Lexicon::default());
        let words = |of: &str, span: Option<Range<usize>>| {
            span.map_or("-".to_owned(), |span| of[span].to_owned())
        };
        pairs.into_iter().map(|it| (words(before, it.before), words(after, it.after))).collect()
    }

    #[test]
    fn what_stands_as_it_stood_is_paired_around_what_moved() {
        let (a, b, c, d) =
            ("We keep names.", "We sell none of it, ever.", "You may object.", "See below.");
        let before = [a, b, c, d].join(" ");
        let after = [a, c, b, "More.", d].join(" ");
        let found = shown(&before, &after);
        for pair in [(a, a), (b, b), (c, c), ("-", "More."), (d, d)] {
            let pair = (pair.0.to_owned(), pair.1.to_owned());
            assert!(found.contains(&pair), "{pair:?} in {found:?}");
        }
        assert_eq!(found.len(), 5);
        assert_eq!((found[0].1.as_str(), found[4].1.as_str()), (a, d));
    }

    #[test]
    fn a_clause_that_went_stands_where_it_stood() {
        let before = "We keep names for a year. We never sell them. You may object at any time.";
        let after = "We keep names for two years. You may object at any time.";
        let expected = [
            ("We keep names for a year.", "We keep names for two years."),
            ("We never sell them.", "-"),
            ("You may object at any time.", "You may object at any time."),
        ];
        let found = shown(before, after);
        for ((before, after), expected) in found.iter().zip(expected) {
            assert_eq!((before.as_str(), after.as_str()), expected);
        }
        assert_eq!(found.len(), 3);
    }
}
