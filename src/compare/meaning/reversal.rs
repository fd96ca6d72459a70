//! Verbs that say the contrary of each other: what stopped goes on, what was required is asked for.
//!
//! Which of two verbs binds more is told from what they do and to what: who ends a ban goes on
//! with what was banned.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::lexicon::{
    ENDS, FIRM, FORBIDS, GOES_ON, KEEPS, PROMISES, Roots, SOFT,
};
use crate::compare::meaning::norm::Stated;
use crate::compare::meaning::sense::Sense;
use crate::model::verdict::{Meaning, Norm, Tag};

/// The most words that may count on one side of a region in which two verbs are set against each
/// other.
const COUNTED_MAX: usize = 4;

/// How far from a verb its subject and object are looked for, in words.
const OBJECT_MAX: usize = 7;

/// Returns whether what a clause says was turned into its contrary.
pub fn reversed(
    before: &Frame,
    after: &Frame,
    regions: &[Region],
    stated: &Stated,
) -> Option<Found> {
    if let Some(found) = opted(before, after).or_else(|| lapsed(before, after, regions)) {
        return Some(found);
    }
    regions.iter().find_map(|region| {
        let counted = region.left.len().max(region.came.len());
        if COUNTED_MAX < counted {
            return None;
        }
        ended(before, after, region)
            .or_else(|| softened(before, after, region))
            .or_else(|| agreed(before, after, region, stated))
            .or_else(|| asked(before, after, region, stated))
    })
}

/// Returns the finding where something is done whether or not those agree to it who had to before.
fn asked(before: &Frame, after: &Frame, region: &Region, stated: &Stated) -> Option<Found> {
    if stated.norm != Norm::Reservation {
        return None;
    }
    let asks = |frame: &Frame, range: &Range<usize>, other: &Range<usize>| {
        let is = |of: fn(&str) -> bool| range.clone().any(|at| of(&frame.reads[at].root));
        let opens = frame.terms_in(range).any(|it| it.sense == Sense::Condition);
        let agrees = is(|root| matches!(root, "agre" | "consent"));
        let is_yours = frame.terms_in(range).any(|it| it.sense == Sense::User);
        (other.is_empty() && opens && agrees && is_yours).then(|| range.clone())
    };
    let left = asks(before, &region.before, &region.after);
    let came = asks(after, &region.after, &region.before);
    let meaning = match (&left, &came) {
        (Some(_), None) => Meaning::Weakened,
        (None, Some(_)) => Meaning::Strengthened,
        (_, _) => return None,
    };
    let found = turned(meaning, Tag::Trigger, left, came);
    Some(Found { is_of_promise: true, ..found })
}

fn turned(
    meaning: Meaning,
    tag: Tag,
    left: impl IntoIterator<Item = Range<usize>>,
    came: impl IntoIterator<Item = Range<usize>>,
) -> Found {
    let mut found = Found::new(meaning, None);
    found.tags.push(tag);
    found.before.extend(left);
    found.after.extend(came);
    found
}

/// Returns the finding where those who did not agree are taken to have agreed: "if you opt in" and
/// "unless you opt out".
fn opted(before: &Frame, after: &Frame) -> Option<Found> {
    let opts = |frame: &Frame, way: &str| {
        let whole = format!("opt-{way}");
        (0..frame.reads.len()).find_map(|at| {
            let key = |at: usize| frame.reads.get(at).map_or("", |it| it.key.as_str());
            let is_two =
                matches!(key(at), "opt" | "opts" | "opted" | "opting") && key(at + 1) == way;
            match (is_two, key(at) == whole) {
                (true, _) => Some(at..at + 2),
                (false, true) => Some(one(at)),
                (false, false) => None,
            }
        })
    };
    let both = |way: &str| (opts(before, way), opts(after, way));
    let (meaning, left, came) = match (both("in"), both("out")) {
        ((Some(left), None), (None, Some(came))) => (Meaning::Weakened, left, came),
        ((None, Some(came)), (Some(left), None)) => (Meaning::Strengthened, left, came),
        (_, _) => return None,
    };
    Some(Found { is_of_promise: true, ..turned(meaning, Tag::Trigger, [left], [came]) })
}

/// Returns the finding where what held back is told as of the past: "the moratorium was".
fn lapsed(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    const NOW: [&str; 6] = ["is", "are", "remains", "remain", "stands", "continues"];
    const THEN: [&str; 4] = ["was", "were", "ended", "expired"];
    let of = |frame: &Frame, range: &Range<usize>, verbs: &[&str]| {
        range.clone().find(|&at| {
            let is_held = (at.saturating_sub(OBJECT_MAX)..at)
                .any(|it| PROMISES.contains(frame.reads[it].root.as_str()));
            is_held && verbs.contains(&frame.reads[at].key.as_str())
        })
    };
    regions.iter().find_map(|region| {
        let ended = of(before, &region.before, &NOW).zip(of(after, &region.after, &THEN));
        let began = of(before, &region.before, &THEN).zip(of(after, &region.after, &NOW));
        let (meaning, (left, came)) = match (ended, began) {
            (Some(at), None) => (Meaning::Weakened, at),
            (None, Some(at)) => (Meaning::Strengthened, at),
            (_, _) => return None,
        };
        let found = turned(meaning, Tag::Polarity, [one(left)], [one(came)]);
        Some(Found { is_of_promise: true, ..found })
    })
}

fn one(at: usize) -> Range<usize> {
    at..at + 1
}

/// Returns the finding where something ends that went on, or goes on that had ended.
fn ended(before: &Frame, after: &Frame, region: &Region) -> Option<Found> {
    let (left, came) = (does(before, &region.left)?, does(after, &region.came)?);
    if left.ends == came.ends {
        return None;
    }
    let (was, is) = (left.restrains(before), came.restrains(after));
    let meaning = match (was, is) {
        (true, false) => Meaning::Weakened,
        (false, true) => Meaning::Strengthened,
        (_, _) => return None,
    };
    // What the company may end it need not have promised.
    let may = |frame: &Frame| frame.terms.iter().any(|it| it.sense == Sense::Force(20));
    let found = turned(meaning, Tag::Polarity, [one(left.at)], [one(came.at)]);
    Some(Found { is_of_promise: !may(before) && !may(after), ..found })
}

/// Returns whether the words that count in a region are two verbs which hold the same back, such
/// as `prohibit` and, denied, `allow`.
pub fn says_alike(before: &Frame, after: &Frame, region: &Region) -> bool {
    let is_one = region.left.len() == 1 && region.came.len() == 1;
    let verbs = does(before, &region.left).zip(does(after, &region.came));
    is_one && verbs.is_some_and(|(left, came)| left.restrains(before) == came.restrains(after))
}

/// A verb by which something ends or goes on.
struct Does {
    at: usize,
    ends: bool,
}

fn does(frame: &Frame, counted: &[usize]) -> Option<Does> {
    counted.iter().find_map(|&at| {
        let root = frame.reads[at].root.as_str();
        if ENDS.contains(root) {
            Some(Does { at, ends: true })
        } else if GOES_ON.contains(root) {
            Some(Does { at, ends: false })
        } else {
            None
        }
    })
}

impl Does {
    /// Returns whether the clause holds something back by this: it ends what could do harm, or
    /// goes on with what keeps from it.
    fn restrains(&self, frame: &Frame) -> bool {
        let is_denied = (self.at.saturating_sub(4)..self.at)
            .any(|at| frame.sense(at) == Some(Sense::Negation) || frame.reads[at].key == "never");
        let from = match FORBIDS.contains(frame.reads[self.at].root.as_str()) {
            true => self.at,
            false => self.at.saturating_sub(OBJECT_MAX),
        };
        let mut near = from..frame.reads.len().min(self.at + OBJECT_MAX);
        let keeps = near.any(|at| at != self.at && KEEPS.contains(frame.reads[at].root.as_str()));
        (self.ends != keeps) != is_denied
    }
}

/// Returns the finding where a duty became a wish, or a wish a duty.
fn softened(before: &Frame, after: &Frame, region: &Region) -> Option<Found> {
    let of = |frame: &Frame, range: &Range<usize>, roots: &Roots| {
        range.clone().find(|&at| roots.contains(frame.reads[at].root.as_str()))
    };
    let (meaning, left, came) = match (
        (of(before, &region.before, &FIRM), of(after, &region.after, &SOFT)),
        (of(before, &region.before, &SOFT), of(after, &region.after, &FIRM)),
    ) {
        ((Some(left), Some(came)), (None, _) | (_, None)) => (Meaning::Weakened, left, came),
        ((None, _) | (_, None), (Some(left), Some(came))) => (Meaning::Strengthened, left, came),
        (_, _) => return None,
    };
    let found = turned(meaning, Tag::Hedge, [one(left)], [one(came)]);
    Some(Found { is_of_promise: true, ..found })
}

/// Returns the finding where something is done without what it was done with, such as consent, or
/// after what it was done before.
fn agreed(before: &Frame, after: &Frame, region: &Region, stated: &Stated) -> Option<Found> {
    let of = |frame: &Frame, range: &Range<usize>, word: &str| {
        range.clone().find(|&at| frame.reads[at].key == word)
    };
    let turned_from = |from: &str, to: &str| {
        let (left, came) = (of(before, &region.before, from), of(after, &region.after, to));
        let is_alone = region.left.len() <= 1 && region.came.len() <= 1;
        left.zip(came).filter(|_| is_alone)
    };
    let is_promise = !matches!(stated.norm, Norm::Reservation);
    let lost = turned_from("with", "without").or_else(|| turned_from("before", "after"));
    let won = turned_from("without", "with").or_else(|| turned_from("after", "before"));
    let (is_less, (left, came)) = match (lost, won) {
        (Some(at), None) => (true, at),
        (None, Some(at)) => (false, at),
        (_, _) => return None,
    };
    // A time is no order of things.
    let is_time = |frame: &Frame, at: usize| {
        let next = frame.reads.get(at + 1);
        next.is_some_and(|it| it.key.bytes().any(|b| b.is_ascii_digit()))
    };
    if is_time(before, left) || is_time(after, came) {
        return None;
    }
    let meaning = match is_less == is_promise {
        true => Meaning::Weakened,
        false => Meaning::Strengthened,
    };
    Some(turned(meaning, Tag::Trigger, [one(left)], [one(came)]))
}
