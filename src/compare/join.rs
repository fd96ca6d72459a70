//! Passages that were split or joined without a word altered.
//!
//! Knows passages as streams, whose joining is the stream of the passages in a row.

use std::collections::BTreeMap;
use std::ops::Range;

/// How many bytes two streams must share at their start to be tried.
const START_LEN: usize = 8;

/// The most passages of the same start that are tried.
const TRIES_MAX: usize = 8;

/// The most passages on one side of a join that is found by its start.
const JOINED_MAX: usize = 256;

/// Returns the runs of passages whose joined streams are equal, in order on both sides.
///
/// Each run is as short as can be. Finds a join only where both sides start at the same word.
pub fn joins<S: AsRef<str>>(before: &[S], after: &[S]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut starts: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (at, stream) in after.iter().enumerate() {
        if let Some(start) = stream.as_ref().as_bytes().get(..START_LEN) {
            starts.entry(start).or_default().push(at);
        }
    }
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let (mut from, mut done) = (0, 0);
    while from < before.len() {
        let start = before[from].as_ref().as_bytes().get(..START_LEN);
        let tries = start.and_then(|start| starts.get(start)).map_or(&[][..], Vec::as_slice);
        // Places rise: a walk over those that are done would make long lists quadratic.
        let tries = tries[tries.partition_point(|at| *at < done)..].iter().take(TRIES_MAX);
        let mut runs = tries.filter_map(|&at| {
            let (b, a) = equal_run(&before[from..], &after[at..], JOINED_MAX)?;
            Some((from..from + b, at..at + a))
        });
        match runs.next() {
            Some(run) => {
                (from, done) = (run.0.end, run.1.end);
                found.push(run);
            }
            None => from += 1,
        }
    }
    found
}

/// Divides two texts whose streams are equal as a whole into the shortest runs that are.
///
/// Returns `None` if they are not equal. A run has no passage on one side only where the other
/// side has passages with empty streams.
pub fn divide<S: AsRef<str>>(
    before: &[S],
    after: &[S],
) -> Option<Vec<(Range<usize>, Range<usize>)>> {
    let mut runs = Vec::new();
    let (mut b, mut a) = (0, 0);
    while b < before.len() || a < after.len() {
        let is_empty = |of: &[S], at: usize| of.get(at).is_some_and(|it| it.as_ref().is_empty());
        let (lb, la) = match (is_empty(before, b), is_empty(after, a)) {
            (true, true) => (1, 1),
            (true, false) => (1, 0),
            (false, true) => (0, 1),
            (false, false) => equal_run(&before[b..], &after[a..], usize::MAX)?,
        };
        runs.push((b..b + lb, a..a + la));
        (b, a) = (b + lb, a + la);
    }
    Some(runs)
}

/// Returns how many passages of both sides, from the first, have equal streams: the fewest, and
/// at most `most`.
fn equal_run<S: AsRef<str>>(before: &[S], after: &[S], most: usize) -> Option<(usize, usize)> {
    let (mut b, mut a) = (1, 1);
    let mut rest_before = before.first()?.as_ref().as_bytes();
    let mut rest_after = after.first()?.as_ref().as_bytes();
    loop {
        let len = rest_before.len().min(rest_after.len());
        if rest_before[..len] != rest_after[..len] {
            return None;
        }
        (rest_before, rest_after) = (&rest_before[len..], &rest_after[len..]);
        match (rest_before.is_empty(), rest_after.is_empty()) {
            (true, true) => return Some((b, a)),
            (true, false) => {
                rest_before = before.get(b).filter(|_| b < most)?.as_ref().as_bytes();
                b += 1;
            }
            (false, true) => {
                rest_after = after.get(a).filter(|_| a < most)?.as_ref().as_bytes();
                a += 1;
            }
            (false, false) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_that_became_two_is_found() {
        let before = ["other words", "wepausetoday,youwait", "end of it"];
        let after = ["wepausetoday,", "youwait", "more"];
        assert_eq!(joins(&before, &after), [(1..2, 0..2)]);
        assert_eq!(joins(&after, &before), [(0..2, 1..2)]);
    }

    #[test]
    fn equal_texts_are_divided_at_their_common_bounds() {
        let before = ["ab", "", "c", "de"];
        let after = ["a", "bc", "de", ""];
        let runs = divide(&before, &after).unwrap();
        assert_eq!(runs, [(0..3, 0..2), (3..4, 2..3), (4..4, 3..4)]);
        assert_eq!(divide(&["ab"], &["a"]), None);
        assert_eq!(divide(&["ab"], &["a", "c"]), None);
    }
}
