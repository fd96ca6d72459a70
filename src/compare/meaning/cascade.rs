//! Two readings of a clause compared, strongest finding first.
//!
//! Asked in this order: is it only typography, or a sentence whose bounds moved; does it only
//! refer, date or head; did the force change; a carve-out; a condition; the reach. What none of
//! these finds is editorial.

use std::ops::Range;

use crate::compare::meaning::altered::{self, Frame, Region};
use crate::compare::meaning::canon;
use crate::compare::meaning::force;
use crate::compare::meaning::found::Found;
use crate::compare::meaning::limits;
use crate::compare::meaning::norm::{self, Stated};
use crate::compare::meaning::reading;
use crate::compare::meaning::scope;
use crate::compare::meaning::standing::Standing;
use crate::compare::stamp;
use crate::model::verdict::{Direction, Meaning, Norm, Side, Sureness, Tag, Trigger, Verdict};

/// Returns what became of a clause.
pub fn judge(before: Option<&Standing<'_>>, after: Option<&Standing<'_>>) -> Verdict {
    match (before, after) {
        (None, None) => Verdict::quiet(Meaning::Cosmetic, Vec::new()),
        (Some(alone), None) => judge_alone(alone, Meaning::Removed),
        (None, Some(alone)) => judge_alone(alone, Meaning::Added),
        (Some(before), Some(after)) => judge_pair(before, after),
    }
}

fn judge_alone(alone: &Standing<'_>, meaning: Meaning) -> Verdict {
    if let Some(verdict) = canon::alone(alone) {
        return verdict;
    }
    let frame = Frame::of(reading::read(alone.words));
    let stated = norm::stated(&frame, alone);
    let mut tags = Vec::new();
    if stated.is_reference {
        tags.push(if meaning == Meaning::Removed { Tag::EvidenceLost } else { Tag::Reference });
    }
    let found = Found { tags, ..Found::new(meaning, None) };
    verdict(&found, &stated, (alone.words, alone.words), (&frame, &frame), Sureness::High)
}

fn judge_pair(before: &Standing<'_>, after: &Standing<'_>) -> Verdict {
    if let Some(verdict) = canon::pair(before, after) {
        return verdict;
    }
    if stamp::is_stamp(before.words) && stamp::is_stamp(after.words) {
        return Verdict::quiet(Meaning::Editorial, vec![Tag::DateStamp]);
    }
    let frames = (Frame::of(reading::read(before.words)), Frame::of(reading::read(after.words)));
    let regions = altered::regions(&frames.0, &frames.1);
    let stated = norm::stated(&frames.1, after);
    let found = findings(&frames.0, &frames.1, &regions, &stated);
    let words = (before.words, after.words);
    let sureness = sureness(&found, &frames, &regions);
    let strongest = found.first().cloned().unwrap_or(Found::new(Meaning::Editorial, None));
    let mut verdict = verdict(&strongest, &stated, words, (&frames.0, &frames.1), sureness);
    verdict.tags.extend(found.iter().skip(1).flat_map(|it| it.tags.iter().copied()));
    verdict.tags.sort_unstable();
    verdict.tags.dedup();
    verdict
}

/// Returns what the questions find, strongest first.
fn findings(before: &Frame, after: &Frame, regions: &[Region], stated: &Stated) -> Vec<Found> {
    let counted = regions.iter().any(|it| !it.left.is_empty() || !it.came.is_empty());
    if stated.is_reference && counted {
        let mut found = Found::new(Meaning::Editorial, None);
        found.tags.push(Tag::Reference);
        return vec![found];
    }
    let mut found = Vec::new();
    found.extend(scope::sentence(before, regions));
    found.extend(force::force(before, after, regions, stated));
    found.extend(limits::exception(before, after, regions));
    found.extend(limits::condition(before, after, regions));
    found.extend(scope::scope(before, after, regions));
    found
}

/// Returns how far findings can be relied on.
fn sureness(found: &[Found], frames: &(Frame, Frame), regions: &[Region]) -> Sureness {
    let altered: usize = regions.iter().map(|it| it.left.len() + it.came.len()).sum();
    let said = |frame: &Frame| (0..frame.reads.len()).filter(|at| frame.is_content(*at)).count();
    let all = said(&frames.0) + said(&frames.1);
    if all < 5 * altered / 2 {
        Sureness::Low
    } else if found.len() == 1 && altered <= 8 {
        Sureness::High
    } else {
        Sureness::Medium
    }
}

fn verdict(
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
    }
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
        check("You shall not copy it.", "You may not copy it.", Meaning::Editorial);
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
