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
    let ends = clause::same_ends((before, after), (&spans_before, &spans_after));
    paired((before, &spans_before), (after, &spans_after), ends, lexicon)
}

/// Returns the pairs of passages of which so many clauses are the same at the start and at the end.
fn paired(
    (before, spans_before): (&str, &[Range<usize>]),
    (after, spans_after): (&str, &[Range<usize>]),
    (head, tail): (usize, usize),
    lexicon: &mut Lexicon,
) -> Vec<Pair> {
    let rest_before = &spans_before[head..spans_before.len() - tail];
    let rest_after = &spans_after[head..spans_after.len() - tail];
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
            before: Some(hull(spans_before, &group.before)),
            after: Some(hull(spans_after, &group.after)),
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
    use proptest::prelude::*;

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

    const CLAUSES: &[&str] = &[
        "We never sell faces.",
        "We never sell the names of our users.",
        "You may object at any time, by mail.",
        "See section 2 below for more of that.",
        "It holds until May 1, 2027, and for all.",
        "\u{6211}\u{4eec}\u{4e0d}\u{51fa}\u{552e}\u{3002}",
        "\u{4f60}\u{53ef}\u{4ee5}\u{53cd}\u{5bf9}\u{3002}",
    ];

    proptest! {
        #[test]
        fn what_is_the_same_at_both_ends_is_paired_as_ever(
            order in Just(CLAUSES.to_vec()).prop_shuffle(),
            edit in prop::sample::subsequence(CLAUSES.to_vec(), 0..4).prop_shuffle(),
            (from, to) in (0_usize..7, 0_usize..7),
            gaps in (prop::bool::ANY, prop::bool::ANY),
        ) {
            let (from, to) = (from.min(to), from.max(to));
            let gap = |is_wide: bool| if is_wide { " " } else { "" };
            let before = order.join(gap(gaps.0));
            let middle: Vec<&str> = edit.into_iter().filter(|it| order[from..to].contains(it)).collect();
            let after = [&order[..from], &middle, &order[to..]].concat().join(gap(gaps.1));
            let spans = (clause::sentences(&before), clause::sentences(&after));
            prop_assume!(!spans.0.is_empty() && !spans.1.is_empty());
            let of = |ends| {
                let sides = ((&*before, &*spans.0), (&*after, &*spans.1));
                paired(sides.0, sides.1, ends, &mut Lexicon::default())
            };
            prop_assert_eq!(of(clause::same_ends((&before, &after), (&spans.0, &spans.1))), of((0, 0)));
        }
    }
}
