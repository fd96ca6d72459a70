//! Whether a clause binds more or less firmly than before.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::lexicon::ENDS;
use crate::compare::meaning::norm::Stated;
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::terms::Term;
use crate::model::verdict::{Meaning, Norm, Tag};

/// The force of a clause in the present tense, without a modal, as `Sense::Force`.
const STATEMENT: u8 = 60;

/// The force of a clause that binds without any exception, as `Sense::Force`.
const ABSOLUTE: u8 = 100;

/// The most words that may count in a region where a modal came or went without another.
const BARE_MAX: usize = 3;

/// Returns how the force of a clause changed.
pub fn force(before: &Frame, after: &Frame, regions: &[Region], stated: &Stated) -> Option<Found> {
    regions.iter().find_map(|region| {
        modal(before, after, region)
            .or_else(|| hedged(before, after, region))
            .or_else(|| discretion(before, after, region, stated))
            .or_else(|| denied(before, after, region))
            .or_else(|| exclusive(before, after, region, stated))
    })
}

/// A modal in a region.
struct Modal {
    force: u8,
    at: Range<usize>,
}

/// Returns the force of the first modal group in a region.
fn group(frame: &Frame, range: &Range<usize>) -> Option<Modal> {
    let mut terms = frame.terms_in(range);
    let is_force = |it: &&Term| matches!(it.sense, Sense::Force(_));
    let first = terms.find(is_force)?;
    let Sense::Force(mut force) = first.sense else { return None };
    let mut at = first.at.clone();
    let is_denied =
        |at: usize| frame.reads.len() > at && matches!(frame.sense(at), Some(Sense::Negation));
    let is_nor = 0 < at.start && is_denied(at.start - 1);
    // "We may not" leaves it open; "you may not" forbids.
    let is_open = matches!(frame.reads[at.start].key.as_str(), "may" | "might")
        && 0 < at.start
        && frame.reads[at.start - 1].key == "we";
    if force == 20 && (is_denied(at.end) || is_nor) && !is_open {
        force = 80;
    }
    // "shall make reasonable efforts" binds to efforts alone.
    for term in terms {
        match term.sense {
            // "will never" is more than "will not".
            Sense::Force(ABSOLUTE) if term.at.start == at.end => {
                force = ABSOLUTE;
                at.end = term.at.end;
            }
            Sense::Force(other) if term.at.start <= at.end + 3 && 20 < other => {
                force = force.min(other);
                at.end = term.at.end;
            }
            _ => (),
        }
    }
    Some(Modal { force, at })
}

fn modal(before: &Frame, after: &Frame, region: &Region) -> Option<Found> {
    let left = group(before, &region.before);
    let came = group(after, &region.after);
    let is_bare = region.left.len() <= BARE_MAX
        && region.came.len() <= BARE_MAX
        && !joins(before, &region.before)
        && !joins(after, &region.after);
    // Below a modal that stayed, another word of effort alters nothing.
    let is_below = |frame: &Frame, modal: &Option<Modal>| {
        let Some(modal) = modal else { return false };
        // "will never" is "will not", and more.
        if modal.force == ABSOLUTE {
            return false;
        }
        let last = modal.at.start.checked_sub(1);
        last.is_some_and(|at| matches!(frame.sense(at), Some(Sense::Force(it)) if it < modal.force))
    };
    if left.is_some() != came.is_some() && (is_below(before, &left) || is_below(after, &came)) {
        return None;
    }
    // A permission that the clause gives on both sides was only said once more.
    let is_said = |frame: &Frame| frame.terms.iter().any(|it| it.sense == Sense::Force(20));
    let is_echo = |modal: &Option<Modal>| modal.as_ref().is_some_and(|it| it.force == 20);
    if left.is_some() != came.is_some()
        && (is_echo(&left) || is_echo(&came))
        && is_said(before)
        && is_said(after)
    {
        return None;
    }
    let (from, to) = match (&left, &came) {
        (Some(left), Some(came)) => (left.force, came.force),
        // What the company promised, something else states now, that binds nobody.
        (Some(left), None) if is_vow(left, before) && !binds(after) => (ABSOLUTE, STATEMENT),
        (None, Some(came)) if is_vow(came, after) && !binds(before) => (STATEMENT, ABSOLUTE),
        (Some(left), None) if is_bare => (left.force, STATEMENT),
        (None, Some(came)) if is_bare => (STATEMENT, came.force),
        // Among many other words, only effort in the place of a plain statement tells.
        (Some(left), None) if is_effort(left, before, region) => (left.force, STATEMENT),
        (None, Some(came)) if is_effort(came, after, region) => (STATEMENT, came.force),
        (Some(_) | None, None) | (None, Some(_)) => return None,
    };
    // A promise and a practice bind alike: `will delete` is `delete`.
    let level = |force: u8| if force == 80 { STATEMENT } else { force };
    let both = left.is_some() && came.is_some();
    let meaning = match both {
        true if to < from => Meaning::Weakened,
        true if from < to => Meaning::Strengthened,
        true => return None,
        false if level(to) < level(from) => Meaning::Weakened,
        false if level(from) < level(to) => Meaning::Strengthened,
        false => return None,
    };
    let mut found = Found::new(meaning, None);
    found.before.extend(left.map(|it| phrase(before, it.at)));
    found.after.extend(came.map(|it| phrase(after, it.at)));
    Some(found)
}

/// Returns a modal with the words that go with it, as a reader would quote it: `will not`, `do not
/// currently`.
fn phrase(frame: &Frame, at: Range<usize>) -> Range<usize> {
    let goes_with = |at: usize| {
        let is_term = matches!(
            frame.sense(at),
            Some(Sense::Force(_) | Sense::Negation | Sense::Hedge | Sense::Emphasis)
        );
        is_term || matches!(frame.reads[at].key.as_str(), "do" | "does" | "is" | "are" | "be")
    };
    let (mut start, mut end) = (at.start, at.end);
    while 0 < start && goes_with(start - 1) {
        start -= 1;
    }
    while end < frame.reads.len() && goes_with(end) {
        end += 1;
    }
    start..end
}

/// Returns whether a modal is one of the company's own, and firm.
fn is_vow(modal: &Modal, frame: &Frame) -> bool {
    let key = |at: usize| frame.reads[at].key.as_str();
    80 <= modal.force
        && 0 < modal.at.start
        && key(modal.at.start - 1) == "we"
        && matches!(key(modal.at.start), "will" | "shall" | "never")
}

/// Returns whether a modal binds in a clause, or the company acts in it.
fn binds(frame: &Frame) -> bool {
    let is_force = |it: &Term| matches!(it.sense, Sense::Force(_));
    frame.reads.iter().any(|it| it.key == "we") || frame.terms.iter().any(is_force)
}

/// Returns whether words say two things.
fn joins(frame: &Frame, range: &Range<usize>) -> bool {
    range.clone().any(|at| matches!(frame.reads[at].key.as_str(), "and" | "or" | "("))
        && 2 < range.len()
}

/// Returns whether the company promises effort where something else was stated instead.
fn is_effort(modal: &Modal, frame: &Frame, region: &Region) -> bool {
    let is_company = |at: usize| frame.sense(at) == Some(Sense::Company);
    !region.left.is_empty()
        && !region.came.is_empty()
        && (30..=45).contains(&modal.force)
        && (1..=2).any(|by| modal.at.start.checked_sub(by).is_some_and(is_company))
}

fn hedged(before: &Frame, after: &Frame, region: &Region) -> Option<Found> {
    if !region.left.is_empty() || !region.came.is_empty() {
        return None;
    }
    let hedges = |frame: &Frame, range: &Range<usize>, sense: Sense| -> Vec<Range<usize>> {
        frame.terms_in(range).filter(|it| it.sense == sense).map(|it| it.at.clone()).collect()
    };
    let hedges_left = hedges(before, &region.before, Sense::Hedge);
    let hedges_came = hedges(after, &region.after, Sense::Hedge);
    let raised_left = hedges(before, &region.before, Sense::Emphasis);
    let raised_came = hedges(after, &region.after, Sense::Emphasis);
    let left = hedges_left.len() + raised_came.len();
    let came = hedges_came.len() + raised_left.len();
    let meaning = match () {
        () if left < came => Meaning::Weakened,
        () if came < left => Meaning::Strengthened,
        () => return None,
    };
    let mut found = Found::new(meaning, None);
    found.tags.push(Tag::Hedge);
    found.before.extend(hedges_left.into_iter().chain(raised_left));
    found.after.extend(hedges_came.into_iter().chain(raised_came));
    Some(found)
}

/// Returns whether more or less is left to whoever acts: that firms a reservation, and softens a
/// promise.
fn discretion(before: &Frame, after: &Frame, region: &Region, stated: &Stated) -> Option<Found> {
    let at_will = |frame: &Frame, range: &Range<usize>| -> Vec<Range<usize>> {
        let is = |it: &&Term| it.sense == Sense::Discretion;
        frame.terms_in(range).filter(is).map(|it| it.at.clone()).collect()
    };
    let left = at_will(before, &region.before);
    let came = at_will(after, &region.after);
    if left.len() == came.len() || 6 < region.left.len() + region.came.len() {
        return None;
    }
    let is_promise = matches!(stated.norm, Norm::Commitment | Norm::UserRight);
    let meaning = match (left.len() < came.len()) == is_promise {
        true => Meaning::Weakened,
        false => Meaning::Strengthened,
    };
    let mut found = Found::new(meaning, None);
    found.tags.push(Tag::Hedge);
    (found.before, found.after) = (left, came);
    Some(found)
}

fn denied(before: &Frame, after: &Frame, region: &Region) -> Option<Found> {
    if 1 < region.left.len() + region.came.len() && !is_other_verb(before, after, region) {
        return None;
    }
    let denials = |frame: &Frame, range: &Range<usize>| -> Vec<Range<usize>> {
        frame.terms_in(range).filter(|it| denies(frame, it)).map(|it| it.at.clone()).collect()
    };
    let left = denials(before, &region.before);
    let came = denials(after, &region.after);
    let is_bare = |frame: &Frame, range: &Range<usize>| {
        range.clone().all(|at| match frame.sense(at) {
            Some(Sense::Company | Sense::User | Sense::Condition | Sense::Exception) => false,
            Some(_) | None => !matches!(frame.reads[at].key.as_str(), "and" | "or" | ","),
        })
    };
    let are_bare = is_bare(before, &region.before) && is_bare(after, &region.after);
    if left.len() % 2 == came.len() % 2 || !are_bare {
        return None;
    }
    let meaning = if came.len() < left.len() { Meaning::Weakened } else { Meaning::Strengthened };
    let mut found = Found::new(meaning, None);
    found.tags.push(Tag::Polarity);
    (found.before, found.after) = (left, came);
    Some(found)
}

/// Returns whether what is not done, and something else that is, stand right after the same modal:
/// "we will not pursue" and "we will carefully assess". A verb that holds back says the same.
fn is_other_verb(before: &Frame, after: &Frame, region: &Region) -> bool {
    let follows_modal = |frame: &Frame, range: &Range<usize>| {
        let last = range.start.checked_sub(1);
        let key = last.map_or("", |at| frame.reads[at].key.as_str());
        matches!(key, "will" | "shall" | "must")
    };
    let holds_back = |frame: &Frame, counted: &[usize]| {
        counted.iter().any(|&at| {
            let root = frame.reads[at].root.as_str();
            ENDS.contains(root)
                || matches!(root, "avoid" | "refrain" | "abstain" | "prevent" | "limit")
        })
    };
    (1..=2).contains(&region.left.len())
        && (1..=2).contains(&region.came.len())
        && region.before.len() <= 4
        && region.after.len() <= 4
        && follows_modal(before, &region.before)
        && follows_modal(after, &region.after)
        && !holds_back(before, &region.left)
        && !holds_back(after, &region.came)
}

/// Returns whether a term turns what it stands before into its contrary: `not`, and the words that
/// bind and deny at once, such as `never` and `are prohibited from`. `are not required to` only
/// permits.
fn denies(frame: &Frame, term: &Term) -> bool {
    const DENYING: [&str; 5] = ["never", "no", "not", "prohibited", "forbidden"];
    match term.sense {
        Sense::Negation => true,
        Sense::Force(force) => {
            80 <= force && term.at.clone().any(|at| DENYING.contains(&frame.reads[at].key.as_str()))
        }
        _ => false,
    }
}

fn exclusive(before: &Frame, after: &Frame, region: &Region, stated: &Stated) -> Option<Found> {
    let only = |frame: &Frame, range: &Range<usize>| -> Vec<Range<usize>> {
        let is = |it: &&Term| it.sense == Sense::Exclusive;
        frame.terms_in(range).filter(is).map(|it| it.at.clone()).collect()
    };
    let left = only(before, &region.before);
    let came = only(after, &region.after);
    if left.len() == came.len() || 4 < region.left.len() + region.came.len() {
        return None;
    }
    let is_promise = stated.norm == Norm::Commitment;
    let meaning = match (came.len() < left.len(), is_promise) {
        (true, true) => Meaning::Weakened,
        (true, false) => Meaning::Widened,
        (false, true) => Meaning::Strengthened,
        (false, false) => Meaning::Narrowed,
    };
    let mut found = Found::new(meaning, None);
    found.tags.push(Tag::Exclusivity);
    (found.before, found.after) = (left, came);
    Some(found)
}
