//! Two readings of a clause compared, strongest finding first.

use std::cmp::Ordering;
use std::ops::Range;

use crate::compare::clause;
use crate::compare::fold;
use crate::compare::meaning::Standing;
use crate::compare::meaning::norm;
use crate::compare::meaning::reading::{self, Read};
use crate::compare::meaning::terms::{self, Sense, Term};
use crate::compare::stamp;
use crate::model::verdict::{Bound, Meaning, Norm, Side, Sureness, Tag, Trigger, Verdict};

/// Returns what became of a clause.
pub fn judge(before: Option<&Standing<'_>>, after: Option<&Standing<'_>>) -> Verdict {
    match (before, after) {
        (None, None) => Verdict::quiet(Meaning::Cosmetic, Vec::new()),
        (Some(alone), None) => judge_alone(alone, Side::Before),
        (None, Some(alone)) => judge_alone(alone, Side::After),
        (Some(before), Some(after)) => judge_pair(before, after),
    }
}

fn stream(words: &str) -> String {
    fold::stream(clause::split_marker(words).1)
}

fn judge_alone(alone: &Standing<'_>, side: Side) -> Verdict {
    if stream(alone.words).is_empty() {
        return Verdict::quiet(Meaning::Cosmetic, Vec::new());
    }
    if stamp::is_stamp(alone.words) {
        return Verdict::quiet(Meaning::Editorial, vec![Tag::DateStamp]);
    }
    let meaning = match side {
        Side::Before => Meaning::Removed,
        Side::After => Meaning::Added,
    };
    let reads = reading::read(alone.words);
    let (norm, bound) = norm::norm(&reads, &terms::terms(&reads));
    let direction = norm::direction(norm, meaning, None);
    let sureness = if norm == Norm::Fact { Sureness::Medium } else { Sureness::High };
    Verdict { meaning, direction, norm, bound, sureness, tags: Vec::new(), triggers: Vec::new() }
}

/// A clause as read.
struct Frame {
    reads: Vec<Read>,
    terms: Vec<Term>,
}

impl Frame {
    fn of(words: &str) -> Frame {
        let reads = reading::read(words);
        let terms = terms::terms(&reads);
        Frame { reads, terms }
    }

    /// Returns the terms of a sense that stand in an altered range.
    fn altered(&self, range: &Range<usize>, is: fn(Sense) -> bool) -> Vec<&Term> {
        let touches = |it: &&Term| it.at.start < range.end && range.start < it.at.end;
        self.terms.iter().filter(touches).filter(|it| is(it.sense)).collect()
    }
}

fn judge_pair(before: &Standing<'_>, after: &Standing<'_>) -> Verdict {
    let (stream_before, stream_after) = (stream(before.words), stream(after.words));
    if stream_before == stream_after {
        return Verdict::quiet(Meaning::Cosmetic, Vec::new());
    }
    if is_resegmented(before, &stream_before, after, &stream_after) {
        return Verdict::quiet(Meaning::Cosmetic, vec![Tag::Resegmented]);
    }
    if stamp::is_stamp(before.words) && stamp::is_stamp(after.words) {
        return Verdict::quiet(Meaning::Editorial, vec![Tag::DateStamp]);
    }
    let frames = (Frame::of(before.words), Frame::of(after.words));
    compared(before.words, after.words, &frames.0, &frames.1)
}

/// Returns whether the words that one side has more are those of its other side's neighbours.
fn is_resegmented(
    before: &Standing<'_>,
    stream_before: &str,
    after: &Standing<'_>,
    stream_after: &str,
) -> bool {
    let around = |it: &Standing<'_>| {
        format!("{}{}{}", stream(it.previous), stream(it.words), stream(it.next))
    };
    8 < stream_before.len()
        && 8 < stream_after.len()
        && (stream_after.contains(stream_before) || stream_before.contains(stream_after))
        && around(before).contains(stream_after)
        && around(after).contains(stream_before)
}

fn compared(words_before: &str, words_after: &str, before: &Frame, after: &Frame) -> Verdict {
    let keys = |frame: &Frame| frame.reads.iter().map(|it| it.key.clone()).collect::<Vec<_>>();
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, &keys(before), &keys(after));
    let altered: Vec<(Range<usize>, Range<usize>)> = ops
        .iter()
        .filter(|op| !matches!(op, similar::DiffOp::Equal { .. }))
        .map(|op| (op.old_range(), op.new_range()))
        .collect();
    let (norm, bound) = norm::norm(&after.reads, &after.terms);
    for Question { is, judged } in CASCADE {
        for (b, a) in &altered {
            let (left, came) = (before.altered(b, *is), after.altered(a, *is));
            let Some((meaning, is_more)) = judged(&left, &came) else { continue };
            let trigger = |side, words: &str, frame: &Frame, it: &Term| {
                let span = frame.reads[it.at.start].span.start..frame.reads[it.at.end - 1].span.end;
                Trigger { side, words: words[span.clone()].to_owned(), span }
            };
            let left = left.iter().map(|it| trigger(Side::Before, words_before, before, it));
            let came = came.iter().map(|it| trigger(Side::After, words_after, after, it));
            let triggers = left.chain(came).take(Verdict::TRIGGERS_MAX).collect();
            return verdict(meaning, norm, bound, is_more, triggers);
        }
    }
    let said = |frame: &Frame, range: &Range<usize>| {
        frame.reads[range.clone()].iter().filter(|it| !it.is_point).count()
    };
    let left: usize = altered.iter().map(|it| said(before, &it.0)).sum();
    let came: usize = altered.iter().map(|it| said(after, &it.1)).sum();
    let meaning = match (left, came) {
        (0, 2..) => Meaning::Widened,
        (2.., 0) => Meaning::Narrowed,
        _ => Meaning::Editorial,
    };
    verdict(meaning, norm, bound, None, Vec::new())
}

/// A meaning, and whether the norm reaches further than before where that can be told.
type Answer = (Meaning, Option<bool>);

/// Which terms of an altered range are asked for, and what they come to.
struct Question {
    is: fn(Sense) -> bool,
    judged: fn(&[&Term], &[&Term]) -> Option<Answer>,
}

/// What is asked of each altered range, in order.
const CASCADE: &[Question] = &[
    Question {
        is: |it| matches!(it, Sense::Force(_)),
        judged: |left, came| {
            let force = |of: &[&Term]| of.iter().map(|it| it.sense).max();
            match (force(left)?, force(came)?) {
                (before, after) if after < before => Some((Meaning::Weakened, None)),
                (before, after) if before < after => Some((Meaning::Strengthened, None)),
                _ => None,
            }
        },
    },
    Question {
        is: |it| it == Sense::Hedge,
        judged: |left, came| match left.len().cmp(&came.len()) {
            Ordering::Less => Some((Meaning::Weakened, None)),
            Ordering::Greater => Some((Meaning::Strengthened, None)),
            Ordering::Equal => None,
        },
    },
    Question {
        is: |it| it == Sense::Exception,
        judged: |left, came| match left.len().cmp(&came.len()) {
            Ordering::Less => Some((Meaning::Exception, Some(false))),
            Ordering::Greater => Some((Meaning::Exception, Some(true))),
            Ordering::Equal => None,
        },
    },
    Question {
        is: |it| it == Sense::Condition,
        judged: |left, came| (left.len() != came.len()).then_some((Meaning::Condition, None)),
    },
];

fn verdict(
    meaning: Meaning,
    norm: Norm,
    bound: Bound,
    is_more: Option<bool>,
    triggers: Vec<Trigger>,
) -> Verdict {
    let direction = norm::direction(norm, meaning, is_more);
    let sureness = if triggers.is_empty() { Sureness::Low } else { Sureness::Medium };
    Verdict { meaning, direction, norm, bound, sureness, tags: Vec::new(), triggers }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: Meaning) {
        let standing = |words| Standing { words, ..Standing::default() };
        let verdict = judge(Some(&standing(before)), Some(&standing(after)));
        assert_eq!(verdict.meaning, expected, "{before} / {after}");
    }

    #[test]
    fn a_lower_modal_weakens() {
        check("We will delete it.", "We may delete it.", Meaning::Weakened);
        check("We may delete it.", "We will delete it.", Meaning::Strengthened);
    }

    #[test]
    fn a_carve_out_is_an_exception() {
        check("We never sell it.", "We never sell it, unless you agree.", Meaning::Exception);
    }

    #[test]
    fn typography_and_numbers_of_clauses_are_cosmetic() {
        check("2. We  never sell it", "3. we never sell it.", Meaning::Cosmetic);
    }
}
