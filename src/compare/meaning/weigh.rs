//! How far what was found can be relied on, which way it goes, and the verdict made of it.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::norm::{self, Stated};
use crate::compare::meaning::sense::Sense;
use crate::model::verdict::{Direction, Meaning, Norm, Side, Sureness, Tag, Trigger, Verdict};

/// Returns how far findings can be relied on.
pub fn sureness(found: &[Found], frames: &(Frame, Frame), regions: &[Region]) -> Sureness {
    let altered: usize = regions.iter().map(|it| it.left.len() + it.came.len()).sum();
    let said = |frame: &Frame| (0..frame.reads.len()).filter(|at| frame.is_content(*at)).count();
    let all = said(&frames.0) + said(&frames.1);
    // Where all that counts is what decided, no other word can mislead.
    let decides = |it: &Found| {
        let is_in = |ranges: &[Range<usize>], at: &usize| ranges.iter().any(|it| it.contains(at));
        regions.iter().all(|region| {
            region.left.iter().all(|at| is_in(&it.before, at))
                && region.came.iter().all(|at| is_in(&it.after, at))
        })
    };
    let is_pointed = found.first().is_some_and(|it| {
        let is_one = matches!(
            it.meaning,
            Meaning::Weakened | Meaning::Strengthened | Meaning::Condition | Meaning::Exception
        );
        is_one && decides(it)
    });
    // A carve-out is one whatever else stands otherwise, if that is little.
    let is_carved = found.first().is_some_and(|it| {
        let tagged = [Tag::ExceptionAdded, Tag::ExceptionRemoved];
        let quoted: usize = it.before.iter().chain(&it.after).map(Range::len).sum();
        it.tags.iter().any(|tag| tagged.contains(tag)) && altered <= 4 && 3 <= quoted
    });
    if is_carved && all < 5 * altered / 2 {
        Sureness::Medium
    } else if all < 5 * altered / 2 && !is_pointed {
        Sureness::Low
    } else if found.len() == 1 && altered <= 8 {
        Sureness::High
    } else {
        Sureness::Medium
    }
}

/// Returns whether it can be told which way an edit goes: who is bound stands in the clause, and
/// what was altered is no more than the finding.
fn is_signed(found: &Found, stated: &Stated, frames: (&Frame, &Frame), sureness: Sureness) -> bool {
    let is_right = stated.norm == Norm::UserRight;
    let is_deadline = found.tags.contains(&Tag::Deadline) || found.tags.contains(&Tag::Number);
    let is_told = match found.meaning {
        Meaning::Widened | Meaning::Narrowed => {
            let altered = (found.before.first(), found.after.first());
            let is_free = match altered {
                (_, Some(it)) => !is_limited(frames.1, it),
                (Some(it), None) => !is_limited(frames.0, it),
                (None, None) => false,
            };
            let is_only = found.tags.contains(&Tag::Exclusivity);
            let is_member = found.tags.contains(&Tag::List) && is_free;
            sureness == Sureness::High && !is_right && (is_member || is_only)
        }
        Meaning::Weakened | Meaning::Strengthened => !is_right,
        Meaning::Removed => {
            stated.norm != Norm::Reservation && !found.tags.contains(&Tag::Appended)
        }
        Meaning::Condition if is_deadline => {
            matches!(stated.norm, Norm::Commitment | Norm::Reservation)
        }
        Meaning::Condition => sureness == Sureness::High,
        Meaning::Exception | Meaning::Added => true,
        Meaning::Cosmetic | Meaning::Editorial => false,
    };
    is_told && Sureness::Low < sureness && (stated.is_sure || stated.is_safeguard)
}

/// Returns whether words stand in a limit or are denied, so that more of them is not more of the
/// norm, or are nothing but names.
fn is_limited(frame: &Frame, range: &Range<usize>) -> bool {
    let limits = |it: Sense| matches!(it, Sense::Condition | Sense::Exception | Sense::Exclusive);
    let is_after = frame.terms.iter().any(|it| limits(it.sense) && it.at.start < range.end);
    // Who requires one thing or another requires less.
    let is_required = (0..range.start)
        .any(|at| matches!(frame.reads[at].root.as_str(), "requir" | "demand" | "insist"));
    is_after
        || is_required
        || range.clone().all(|at| !frame.is_content(at) || frame.reads[at].is_capital)
}

pub fn verdict(
    found: &Found,
    stated: &Stated,
    words: (&str, &str),
    frames: (&Frame, &Frame),
    sureness: Sureness,
) -> Verdict {
    let direction = match found.meaning.is_substantive() {
        true => norm::direction(stated, found.meaning, found.is_more),
        false => Direction::Neutral,
    };
    let direction = match direction {
        Direction::Tighter | Direction::Looser if !is_signed(found, stated, frames, sureness) => {
            Direction::Unclear
        }
        direction => direction,
    };
    let triggers = |side, words: &str, frame: &Frame, of: &[Range<usize>]| -> Vec<Trigger> {
        let of = of.iter().filter(|it| !it.is_empty());
        of.map(|it| {
            let span = frame.reads[it.start].span.start..frame.reads[it.end - 1].span.end;
            Trigger { side, words: words[span.clone()].to_owned(), span }
        })
        .collect()
    };
    let mut all = triggers(Side::Before, words.0, frames.0, &found.before);
    all.extend(triggers(Side::After, words.1, frames.1, &found.after));
    all.truncate(Verdict::TRIGGERS_MAX);
    let mut tags = found.tags.clone();
    if stated.is_safeguard && found.meaning.is_substantive() {
        tags.push(Tag::Safeguard);
    }
    tags.sort_unstable();
    tags.dedup();
    let sureness = match stated.norm {
        Norm::Definition => sureness.min(Sureness::Medium),
        _ => sureness,
    };
    Verdict {
        meaning: found.meaning,
        direction,
        norm: stated.norm,
        bound: stated.bound,
        sureness,
        tags,
        triggers: all,
        on_page: None,
    }
}
