//! Whether a clause reaches further than before: more or fewer things, people, purposes.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::reading::ReadKind;
use crate::compare::meaning::sense::Sense;
use crate::model::verdict::{Meaning, Tag};

/// Returns whether a statement of its own went.
pub fn sentence(before: &Frame, regions: &[Region]) -> Option<Found> {
    regions.iter().find_map(|region| {
        let is_lost = region.came.len() <= 2
            && STATEMENT_MIN <= region.left.len()
            && states(before, &region.before);
        is_lost.then(|| {
            let mut found = Found::new(Meaning::Removed, None);
            found.tags.push(Tag::Appended);
            found.before.push(region.before.clone());
            found
        })
    })
}

/// The least words that count in a statement of its own.
const STATEMENT_MIN: usize = 5;

/// Returns whether a run of words has a subject and a verb that binds.
fn states(frame: &Frame, range: &Range<usize>) -> bool {
    let is_actor = |at: usize| matches!(frame.sense(at), Some(Sense::Company | Sense::User));
    range.clone().any(|at| {
        matches!(frame.sense(at), Some(Sense::Force(_)))
            && (1..=2).any(|by| {
                at.checked_sub(by).is_some_and(|it| {
                    let is_name = by == 1 && frame.reads[it].is_capital && 0 < it;
                    (is_actor(it) || is_name) && range.start <= it + 1
                })
            })
    })
}

/// Returns how the reach changed.
pub fn scope(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    let mut wider = Found::new(Meaning::Widened, None);
    let mut narrower = Found::new(Meaning::Narrowed, None);
    let (mut wide, mut narrow) = (0, 0);
    let renamed = renamed(before, after, regions);
    for region in regions {
        let without = |frame: &Frame, counted: &[usize]| -> Vec<usize> {
            let stays = |at: &&usize| !renamed.contains(&frame.reads[**at].root);
            counted.iter().filter(stays).copied().collect()
        };
        let left_words = without(before, &region.left);
        let came_words = without(after, &region.came);
        let (left, came) = (left_words.len(), came_words.len());
        let (frame, counted, is_insertion) = match (left, came) {
            (0, 0) => continue,
            (0, _) => (after, &came_words, true),
            (_, 0) => (before, &left_words, false),
            (left, came) if 3 * left <= came && 4 <= came => (after, &came_words, true),
            (left, came) if 3 * came <= left && 4 <= left => (before, &left_words, false),
            (_, _) => continue,
        };
        let (other, whole) = match is_insertion {
            true => ((before, &region.before), &region.after),
            false => ((after, &region.after), &region.before),
        };
        let is_name = is_named(frame, counted) && has_actor(other.0, other.1);
        if is_name || is_remark(frame, counted) || is_pointer(frame, counted, whole) {
            continue;
        }
        let range = counted[0]..counted[counted.len() - 1] + 1;
        let is_replaced = 0 < left && 0 < came;
        let is_member = is_replaced || is_member(frame, &range) || leads_to_example(frame, whole);
        let is_wider = is_insertion == is_member;
        match is_wider {
            true => wide += counted.len(),
            false => narrow += counted.len(),
        }
        let found = if is_wider { &mut wider } else { &mut narrower };
        match is_insertion {
            true => found.after.push(range),
            false => found.before.push(range),
        }
        if is_member {
            found.tags.push(Tag::List);
        }
    }
    match (wide, narrow) {
        (0, 0) => None,
        (wide, narrow) if narrow <= wide => Some(wider),
        (_, _) => Some(narrower),
    }
}

/// Returns the words that came, or went, at several places: a term that was renamed.
fn renamed(before: &Frame, after: &Frame, regions: &[Region]) -> Vec<String> {
    let mut once = Vec::new();
    let mut often = Vec::new();
    for region in regions {
        let left = region.left.iter().map(|&at| &before.reads[at].root);
        let came = region.came.iter().map(|&at| &after.reads[at].root);
        let mut roots: Vec<&String> = left.chain(came).collect();
        roots.sort_unstable();
        roots.dedup();
        for root in roots {
            match once.contains(root) {
                true => often.push(root.clone()),
                false => once.push(root.clone()),
            }
        }
    }
    often
}

/// Returns whether words only say where something is to be found, or what else it is called.
fn is_pointer(frame: &Frame, counted: &[usize], whole: &Range<usize>) -> bool {
    let points = |at: &usize| {
        matches!(
            frame.reads[*at].root.as_str(),
            "her" | "link" | "pag" | "click" | "visit" | "url" | "sit" | "locat" | "availabl"
        )
    };
    let refers = whole
        .clone()
        .any(|at| matches!(frame.reads[at].kind, ReadKind::Reference | ReadKind::Address));
    let is_bracketed = 0 < counted[0] && frame.is_point(counted[0] - 1, "(");
    let is_alias = is_bracketed
        && counted.len() <= 3
        && counted.iter().any(|&at| frame.reads[at].is_capital)
        && frame.reads.get(counted[counted.len() - 1] + 1).is_some_and(|it| it.key == ")");
    is_alias
        || (refers && counted.len() <= 4)
        || counted.len() < 2 * counted.iter().filter(|at| points(at)).count()
}

/// Returns whether words are a name, by their capitals.
fn is_named(frame: &Frame, counted: &[usize]) -> bool {
    counted.len() <= 4 && counted.iter().all(|&at| frame.reads[at].is_capital)
}

fn has_actor(frame: &Frame, range: &Range<usize>) -> bool {
    frame.terms_in(range).any(|it| matches!(it.sense, Sense::Company | Sense::User))
}

/// Returns whether words state a fact beside the norm: a subject of theirs that is something, and
/// nobody who is bound.
fn is_remark(frame: &Frame, counted: &[usize]) -> bool {
    let range = counted[0]..counted[counted.len() - 1] + 1;
    let is = |words: &[&str]| range.clone().any(|at| words.contains(&frame.reads[at].key.as_str()));
    is(&["is", "are", "was", "were"])
        && !is(&["that", "which", "who", "if", "when", "where", "unless"])
        && !has_actor(frame, &range)
}

/// Returns whether a run of words is a member of an enumeration, rather than a limit on what it
/// stands beside.
fn is_member(frame: &Frame, range: &Range<usize>) -> bool {
    let joins = |at: usize| {
        frame.is_point(at, ",;(/")
            || (frame.is_point(at, ")")
                && 0 < at
                && frame.reads[at - 1].kind == ReadKind::Reference)
            || matches!(frame.reads[at].key.as_str(), "and" | "or" | "nor" | "well")
    };
    let is_light = |at: usize| {
        matches!(
            frame.reads[at].key.as_str(),
            "a" | "an" | "the" | "our" | "your" | "any" | "other" | "as" | "to" | "of"
        )
    };
    let mut before = range.start;
    let mut limit = None;
    while 0 < before {
        before -= 1;
        if joins(before) {
            break;
        }
        if LIMITS.contains(&frame.reads[before].key.as_str()) {
            limit = Some(before);
        }
        if !is_light(before) && limit.is_none() {
            break;
        }
        if range.start - before > 4 {
            break;
        }
    }
    let is_example = frame.sense(before) == Some(Sense::Example);
    let starts = (joins(before) || is_example) && limit.is_none();
    let ends = range.end < frame.reads.len() && (joins(range.end)) && limit.is_none();
    let is_partial = frame.sense(range.start) == Some(Sense::Partial);
    let is_limit = LIMITS.contains(&frame.reads[range.start].key.as_str());
    (starts || ends) && !is_partial && !is_limit
}

/// Returns whether words make what stands after them an example of what they name: `biometric
/// systems, including` before `face recognition`.
fn leads_to_example(frame: &Frame, whole: &Range<usize>) -> bool {
    whole.end < frame.reads.len()
        && whole.end.checked_sub(1).is_some_and(|at| frame.sense(at) == Some(Sense::Example))
}

/// Words that begin a limit on what stands before them.
const LIMITS: &[&str] = &[
    "that", "which", "who", "whose", "for", "in", "by", "with", "from", "on", "at", "under",
    "within", "through", "during", "based", "located", "related", "relating", "using", "without",
    "via", "where",
];
