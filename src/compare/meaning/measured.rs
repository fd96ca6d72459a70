//! Whether a day, time or amount of a clause is another.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::norm::Stated;
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::stricter;
use crate::compare::meaning::terms::Term;
use crate::compare::meaning::times::{self, Measure, Role, What};
use crate::model::verdict::{Meaning, Tag};

/// Returns whether a day, time or amount is another. In a clause that binds nobody it is a fact.
pub fn measured(
    (before, after): (&Frame, &Frame),
    regions: &[Region],
    stated: &Stated,
) -> Option<Found> {
    let mut left = times::measures(before);
    let mut came = times::measures(after);
    // What stands on both sides, in whatever words and place, is no other.
    left.retain(|it| {
        let same = came.iter().position(|other| stricter::is_same(it, other));
        same.map(|at| came.remove(at)).is_none()
    });
    left.retain(|it| regions.iter().any(|region| touches(&region.before, it)));
    came.retain(|it| regions.iter().any(|region| touches(&region.after, it)));
    left.retain(|it| !is_told(before, it));
    came.retain(|it| !is_told(after, it));
    let mut pairs = Vec::new();
    left.retain(|it| {
        let like = came.iter().position(|other| stricter::is_like(it, other));
        like.map(|at| pairs.push((it.clone(), came.remove(at)))).is_none()
    });
    let is_time =
        |it: &Measure| matches!(it.what, What::Day { .. } | What::Span(_) | What::Rate(_));
    let tag = |it: &Measure| if is_time(it) { Tag::Deadline } else { Tag::Number };
    if !pairs.is_empty() {
        let more = |(from, to): &(Measure, Measure)| {
            stricter::is_more(from, to, stated, is_denied(after, to.at.start))
        };
        let first = more(&pairs[0]);
        let is_more = first.filter(|_| pairs.iter().all(|pair| more(pair) == first));
        let mut found = Found::new(Meaning::Condition, is_more);
        found.tags.push(tag(&pairs[0].1));
        found.before.extend(pairs.iter().map(|it| with_role(before, &it.0)));
        found.after.extend(pairs.iter().map(|it| with_role(after, &it.1)));
        return Some(found);
    }
    let bounds = |it: &&Measure| {
        let is_bound = matches!(it.role, Role::By | Role::Until | Role::From | Role::For);
        is_time(it) && (is_bound || matches!(it.what, What::Rate(_)))
    };
    let (gone, new) = (left.iter().find(bounds), came.iter().find(bounds));
    let (frame, it, is_new) = match (gone, new) {
        (Some(it), None) => (before, it, false),
        (None, Some(it)) => (after, it, true),
        (_, _) => return None,
    };
    let is_more = stricter::is_more_with(it, stated, is_denied(frame, it.at.start));
    // An end that is named no more is a longer promise without a day to look at it again.
    let is_more = match (is_new, it.role) {
        (true, _) => is_more,
        (false, Role::Until | Role::For) => None,
        (false, _) => is_more.map(|it| !it),
    };
    let mut found = Found::new(Meaning::Condition, is_more);
    found.tags.push(tag(it));
    match is_new {
        true => found.after.push(with_role(frame, it)),
        false => found.before.push(with_role(frame, it)),
    }
    Some(found)
}

/// Returns the times by which, until which or for which something holds that one of two clauses
/// names and the other does not.
pub fn retimed(before: &Frame, after: &Frame) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let times = |frame: &Frame| -> Vec<Measure> {
        let mut times = times::measures(frame);
        times.retain(|it| match (&it.what, it.role) {
            (What::Day { .. }, Role::Open) | (What::Span(_), Role::By | Role::In) => false,
            (What::Day { .. }, _) => !is_told(frame, it),
            (What::Span(_), Role::For | Role::Until) => true,
            (What::Vague(words), _) => words == "until further notice" || words == "indefinitely",
            (_, _) => false,
        });
        times
    };
    let (mut left, mut came) = (times(before), times(after));
    left.retain(|it| {
        let same = came.iter().position(|other| stricter::is_same(it, other));
        same.map(|at| came.remove(at)).is_none()
    });
    let ranges = |frame: &Frame, of: &[Measure]| -> Vec<Range<usize>> {
        of.iter().map(|it| with_role(frame, it)).collect()
    };
    (ranges(before, &left), ranges(after, &came))
}

/// How many words before a value may say how it bounds what it measures.
const ROLE_MAX: usize = 4;

fn touches(range: &Range<usize>, it: &Measure) -> bool {
    range.start < it.at.end && it.at.start.saturating_sub(ROLE_MAX) < range.end
}

/// Returns a value with the words before it that say what it does: `by the end of 2030`.
fn with_role(frame: &Frame, it: &Measure) -> Range<usize> {
    let passes = |at: &usize| ROLES.contains(&frame.reads[*at].key.as_str());
    let from = (it.at.start.saturating_sub(ROLES_MAX)..it.at.start).rev().take_while(passes).last();
    from.unwrap_or(it.at.start)..it.at.end
}

/// The most words before a value that are quoted with it.
const ROLES_MAX: usize = 6;

/// Words that say what a value after them does.
const ROLES: &[&str] = &[
    "about",
    "after",
    "approximately",
    "at",
    "before",
    "beginning",
    "by",
    "during",
    "early",
    "end",
    "exactly",
    "fewer",
    "fiscal",
    "for",
    "from",
    "greater",
    "in",
    "late",
    "later",
    "least",
    "less",
    "longer",
    "mid",
    "more",
    "most",
    "no",
    "not",
    "of",
    "over",
    "since",
    "sooner",
    "start",
    "than",
    "the",
    "through",
    "till",
    "to",
    "under",
    "until",
    "up",
    "within",
    "year",
];

/// Returns whether what is said with a value is denied, or held back, before it.
fn is_denied(frame: &Frame, at: usize) -> bool {
    (0..at).any(|at| {
        let read = &frame.reads[at];
        frame.sense(at) == Some(Sense::Negation)
            || read.key == "never"
            || matches!(
                read.root.as_str(),
                "ban" | "moratorium" | "paus" | "prohibition" | "suspension" | "freez"
            )
    })
}

/// Returns whether a value only tells when something was done.
fn is_told(frame: &Frame, it: &Measure) -> bool {
    let is_past = |at: usize| {
        let key = frame.reads.get(at).map_or("", |it| it.key.as_str());
        key.ends_with("ed") || matches!(key, "was" | "were" | "had" | "began" | "made")
    };
    let is_force = |it: &Term| matches!(it.sense, Sense::Force(_));
    it.role == Role::In
        && !frame.terms.iter().any(is_force)
        && frame.terms.iter().any(|it| it.sense == Sense::Company && is_past(it.at.end))
}
