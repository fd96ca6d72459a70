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
        let is_whole = region.after.is_empty() && is_conjunct(before, &region.before);
        let is_lost = region.came.len() <= 2
            && (is_whole || (STATEMENT_MIN <= region.left.len() && states(before, &region.before)));
        is_lost.then(|| {
            let mut found = Found::new(Meaning::Removed, None);
            found.tags.push(Tag::Appended);
            let joins = |at: &usize| {
                let read = &before.reads[*at];
                read.kind == ReadKind::Point || matches!(read.key.as_str(), "and" | "but")
            };
            let start = region.before.clone().find(|at| !joins(at));
            found.before.push(start.unwrap_or(region.before.start)..region.before.end);
            found
        })
    })
}

/// Returns whether words are "and", or "but", with a modal right after, or with somebody who acts
/// before it: "and we will never build one", "and will stay so".
fn is_conjunct(frame: &Frame, range: &Range<usize>) -> bool {
    let key = |at: usize| frame.reads[at].key.as_str();
    let mut words = range.clone().filter(|&at| frame.reads[at].kind != ReadKind::Point);
    let joins = words.next().is_some_and(|at| matches!(key(at), "and" | "but"));
    let mut next = words.next();
    if next.is_some_and(|at| matches!(key(at), "we" | "you")) {
        next = words.next();
    }
    let binds = |at: usize| matches!(frame.sense(at), Some(Sense::Force(60..)));
    joins && next.is_some_and(binds)
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
        let Some(is_insertion) = is_insertion(before, after, region, (left, came)) else {
            continue;
        };
        let (frame, counted) = match is_insertion {
            true => (after, &came_words),
            false => (before, &left_words),
        };
        let (other, whole) = match is_insertion {
            true => ((before, &region.before), &region.after),
            false => ((after, &region.after), &region.before),
        };
        let is_name = is_named(frame, counted)
            && (has_actor(other.0, other.1) || is_full_name(frame, counted, whole));
        let is_beside = is_remark(frame, counted) || is_relative(frame, whole);
        if is_name || is_beside || is_pointer(frame, counted, whole) {
            continue;
        }
        // That an open list names one example less alters nothing.
        if !is_insertion && is_example(frame, counted[0]) {
            continue;
        }
        let range = counted[0]..counted[counted.len() - 1] + 1;
        let is_replaced = 0 < left && 0 < came;
        let is_member = is_replaced
            || is_joined(frame, whole)
            || is_member(frame, &range)
            || leads_to_example(frame, whole);
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

/// Returns whether what matters of a region is what came, given how many words count on both sides;
/// `None` if one merely stands for the other.
fn is_insertion(
    before: &Frame,
    after: &Frame,
    region: &Region,
    (left, came): (usize, usize),
) -> Option<bool> {
    let joined = (is_joined(before, &region.before), is_joined(after, &region.after));
    let universal = (is_universal(before, &region.before), is_universal(after, &region.after));
    match (left, came) {
        (0, 0) => None,
        (0, _) => Some(true),
        (_, 0) => Some(false),
        (_, _) if joined.0 != joined.1 => Some(joined.1),
        (_, _) if universal.0 != universal.1 => Some(universal.1),
        (left, came) if 3 * left <= came && 4 <= came => Some(true),
        (left, came) if 3 * came <= left && 4 <= left => Some(false),
        (_, _) => None,
    }
}

/// Returns the words that came, or went, at several places, and in the place of others: a term
/// that was renamed.
fn renamed(before: &Frame, after: &Frame, regions: &[Region]) -> Vec<String> {
    let mut once = Vec::new();
    let mut often = Vec::new();
    if regions.iter().all(|it| it.left.is_empty() || it.came.is_empty()) {
        return often;
    }
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
    // A name in brackets, with quotation marks or without.
    let first = (0..counted[0]).rev().find(|&at| !frame.is_point(at, QUOTES));
    let last = (counted[counted.len() - 1] + 1..).find(|&at| !frame.is_point(at, QUOTES));
    let is_alias = first.is_some_and(|at| frame.is_point(at, "("))
        && last.is_some_and(|at| frame.is_point(at, ")"))
        && counted.len() <= 3
        && counted.iter().any(|&at| frame.reads[at].is_capital);
    is_alias
        || (refers && counted.len() <= 4)
        || counted.len() < 2 * counted.iter().filter(|at| points(at)).count()
}

const QUOTES: &str = "\"'“”‘’";

/// Returns whether words are a name, by their capitals.
fn is_named(frame: &Frame, counted: &[usize]) -> bool {
    counted.len() <= 4 && counted.iter().all(|&at| frame.reads[at].is_capital)
}

/// Returns whether words only say in full a name that stands before them.
fn is_full_name(frame: &Frame, counted: &[usize], whole: &Range<usize>) -> bool {
    let last = counted[0].checked_sub(1).map(|at| &frame.reads[at]);
    last.is_some_and(|it| it.is_capital && it.kind == ReadKind::Word)
        && counted.len() <= 2
        && !is_joined(frame, whole)
}

/// Returns whether words are a relative clause that tells more of what stands before them without
/// limiting it: `, which is our newest product`.
fn is_relative(frame: &Frame, whole: &Range<usize>) -> bool {
    let mut start = whole.start;
    let is_apart = frame.is_point(start, ",") || (0 < start && frame.is_point(start - 1, ","));
    if frame.is_point(start, ",") {
        start += 1;
    }
    let key = |at: usize| frame.reads.get(at).map_or("", |it| it.key.as_str());
    is_apart
        && matches!(key(start), "which" | "who")
        && matches!(key(start + 1), "is" | "are" | "was" | "were")
        && !frame.terms_in(whole).any(|it| matches!(it.sense, Sense::Force(_) | Sense::Negation))
}

/// Returns whether a word is one of the examples of an open list.
fn is_example(frame: &Frame, at: usize) -> bool {
    let mut depth = 0_usize;
    for at in (0..at).rev().take(EXAMPLES_MAX) {
        if frame.is_point(at, ")") {
            depth += 1;
        } else if frame.is_point(at, "(") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && frame.is_point(at, ".;:") {
            return false;
        } else if depth == 0 && frame.sense(at) == Some(Sense::Example) {
            return true;
        }
    }
    false
}

/// The most words of the examples of a list.
const EXAMPLES_MAX: usize = 24;

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

/// Returns whether words reach for all of something.
fn is_universal(frame: &Frame, whole: &Range<usize>) -> bool {
    whole.clone().any(|at| matches!(frame.reads[at].key.as_str(), "any" | "all" | "every"))
}

/// Returns whether words join on to what stands before them, as a member or an example of it.
fn is_joined(frame: &Frame, whole: &Range<usize>) -> bool {
    let first = whole.clone().find(|&at| frame.reads[at].kind != ReadKind::Point);
    first.is_some_and(|at| {
        let key = frame.reads[at].key.as_str();
        matches!(key, "and" | "or" | "nor" | "including") || frame.sense(at) == Some(Sense::Example)
    })
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
