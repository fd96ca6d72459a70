//! Which clauses of two passages are each other's.
//!
//! Knows passages as words and clauses as their spans; serves verdicts and the following of a
//! clause alike.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compare::align::{self, Moves, Unit};
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
    let streams = |words: &str, spans: &[Range<usize>]| -> Vec<String> {
        spans
            .iter()
            .map(|span| fold::stream(clause::split_marker(&words[span.clone()]).1))
            .collect()
    };
    let streams_before = streams(before, &spans_before);
    let streams_after = streams(after, &spans_after);
    let mut keys = BTreeMap::new();
    let mut units = |words: &'_ str, spans: &[Range<usize>], streams: &[String]| {
        let each = spans.iter().zip(streams).map(|(span, stream)| {
            let next = keys.len() as u32;
            let key = *keys.entry(stream.clone()).or_insert(next);
            (key, stream.clone(), words[span.clone()].to_owned())
        });
        each.collect::<Vec<(u32, String, String)>>()
    };
    let owned_before = units(before, &spans_before, &streams_before);
    let owned_after = units(after, &spans_after, &streams_after);
    let groups =
        align::align(&borrowed(&owned_before), &borrowed(&owned_after), lexicon, Moves::Sought);
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

fn borrowed(owned: &[(u32, String, String)]) -> Vec<Unit<'_>> {
    let units = owned.iter().map(|(key, stream, words)| Unit {
        key: *key,
        weight: stream.len() as u32,
        stream,
        words,
        is_heading: false,
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
