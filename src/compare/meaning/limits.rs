//! What limits a clause: its carve-outs and its conditions.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::reading::ReadKind;
use crate::compare::meaning::sense::Sense;
use crate::model::verdict::{Meaning, Tag};

/// The most words that a limit is taken to hold.
const LIMIT_LEN_MAX: usize = 40;

/// A limit in a clause: the words that open it and those that it holds.
struct Limit {
    opening: Range<usize>,
    /// With the opening.
    all: Range<usize>,
}

/// Returns the limits that certain terms open.
fn limits(frame: &Frame, opens: fn(Sense) -> bool) -> Vec<Limit> {
    let opening = frame.terms.iter().filter(|it| opens(it.sense));
    opening
        .map(|it| {
            let start = it.at.start;
            let is_first = start == 0
                || frame.is_point(start - 1, ".;:()")
                || (start < 3 && frame.terms.first().is_some_and(|first| first.at == it.at));
            // One that stands first ends at its comma, another with its part of the sentence.
            let ends = if is_first { ",.;:" } else { ".;:" };
            let mut depth = 0_usize;
            let mut end = it.at.end;
            while end < frame.reads.len() && end < start + LIMIT_LEN_MAX {
                if frame.is_point(end, "(") {
                    depth += 1;
                } else if frame.is_point(end, ")") {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                } else if depth == 0 && frame.is_point(end, ends) {
                    break;
                }
                end += 1;
            }
            Limit { opening: it.at.clone(), all: start..end }
        })
        .collect()
}

/// What became of the limits of a clause.
#[derive(Default)]
struct Became {
    added: Vec<Range<usize>>,
    removed: Vec<Range<usize>>,
    changed_before: Vec<Range<usize>>,
    changed_after: Vec<Range<usize>>,
}

fn became(before: &Frame, after: &Frame, regions: &[Region], opens: fn(Sense) -> bool) -> Became {
    let (left, came) = (limits(before, opens), limits(after, opens));
    let mut became = Became::default();
    for region in regions {
        let opened = |limits: &[Limit], range: &Range<usize>| -> Vec<Range<usize>> {
            let is_in =
                |it: &&Limit| range.start <= it.opening.start && it.opening.start < range.end;
            limits.iter().filter(is_in).map(|it| it.all.clone()).collect()
        };
        let (gone, new) = (opened(&left, &region.before), opened(&came, &region.after));
        let holds = |counted: &[usize], limits: &[Range<usize>]| {
            counted.iter().any(|at| limits.iter().any(|it| it.contains(at)))
        };
        if gone.len() < new.len() && holds(&region.came, &new) {
            became.added.extend(new);
        } else if new.len() < gone.len() && holds(&region.left, &gone) {
            became.removed.extend(gone);
        } else {
            let within = |limits: &[Limit], counted: &[usize]| -> Vec<Range<usize>> {
                let is_in = |at: &&usize| limits.iter().any(|it| it.all.contains(at));
                counted.iter().filter(is_in).map(|&at| at..at + 1).collect()
            };
            // One name for another is no other limit.
            let is_replaced = region.left.len() == region.came.len();
            let is_test = |frame: &Frame, counted: &[usize]| {
                counted.iter().any(|&at| {
                    frame.reads[at].kind == ReadKind::Number
                        || frame.sense(at) == Some(Sense::Threshold)
                })
            };
            let tests = is_test(before, &region.left) || is_test(after, &region.came);
            if !is_replaced || tests {
                became.changed_before.extend(within(&left, &region.left));
                became.changed_after.extend(within(&came, &region.came));
            }
        }
    }
    became
}

/// Returns whether most of what counts lies within these words.
fn is_most(within: usize, regions: &[Region]) -> bool {
    let all: usize = regions.iter().map(|it| it.left.len() + it.came.len()).sum();
    0 < within && all <= 2 * within
}

fn size(ranges: &[Range<usize>]) -> usize {
    ranges.iter().map(Range::len).sum()
}

fn found(became: Became, regions: &[Region], meaning: Meaning, tags: [Tag; 3]) -> Option<Found> {
    let [added, removed, changed] = tags;
    let mut found = match (became.added.is_empty(), became.removed.is_empty()) {
        (false, true) => Found { tags: vec![added], ..Found::new(meaning, Some(false)) },
        (true, false) => Found { tags: vec![removed], ..Found::new(meaning, Some(true)) },
        (false, false) => Found { tags: vec![changed], ..Found::new(meaning, None) },
        (true, true) => {
            let (left, came) = (size(&became.changed_before), size(&became.changed_after));
            if !is_most(left + came, regions) {
                return None;
            }
            let is_more = match (left, came) {
                (0, _) => Some(false),
                (_, 0) => Some(true),
                (_, _) => None,
            };
            Found { tags: vec![changed], ..Found::new(meaning, is_more) }
        }
    };
    found.before.extend(became.removed.into_iter().chain(became.changed_before));
    found.after.extend(became.added.into_iter().chain(became.changed_after));
    Some(found)
}

/// Returns what became of the carve-outs.
pub fn exception(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    let became = became(before, after, regions, |it| matches!(it, Sense::Exception));
    let tags = [Tag::ExceptionAdded, Tag::ExceptionRemoved, Tag::ExceptionChanged];
    found(became, regions, Meaning::Exception, tags).or_else(|| legal(before, after, regions))
}

/// Returns whether a carve-out for what the law says came or went.
fn legal(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    regions.iter().find_map(|region| {
        let legal = |frame: &Frame, range: &Range<usize>| -> Vec<Range<usize>> {
            let terms = frame.terms_in(range).filter(|it| it.sense == Sense::Legal);
            terms.map(|it| it.at.clone()).collect()
        };
        let (left, came) = (legal(before, &region.before), legal(after, &region.after));
        if left.is_empty() == came.is_empty() {
            return None;
        }
        let (tag, is_more) = match left.is_empty() {
            true => (Tag::ExceptionAdded, false),
            false => (Tag::ExceptionRemoved, true),
        };
        let mut found = Found::new(Meaning::Exception, Some(is_more));
        found.tags.push(tag);
        (found.before, found.after) = (left, came);
        Some(found)
    })
}

/// Returns what became of the conditions, times and numbers.
pub fn condition(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    if let Some(found) = numbers(before, after, regions) {
        return Some(found);
    }
    if let Some(found) = threshold(before, after, regions) {
        return Some(found);
    }
    let became = became(before, after, regions, |it| matches!(it, Sense::Condition));
    found(became, regions, Meaning::Condition, [Tag::Trigger; 3])
}

/// Returns whether it is another how sure one must be.
fn threshold(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    regions.iter().find_map(|region| {
        let tests = |frame: &Frame, range: &Range<usize>| -> Vec<Range<usize>> {
            let terms = frame.terms_in(range).filter(|it| it.sense == Sense::Threshold);
            terms.map(|it| it.at.clone()).collect()
        };
        let (left, came) = (tests(before, &region.before), tests(after, &region.after));
        if left.is_empty() && came.is_empty() || 8 < region.left.len() + region.came.len() {
            return None;
        }
        let mut found = Found::new(Meaning::Condition, None);
        found.tags.push(Tag::Trigger);
        (found.before, found.after) = (left, came);
        Some(found)
    })
}

/// Returns whether a number or time is another.
fn numbers(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    regions.iter().find_map(|region| {
        let timed = |frame: &Frame, counted: &[usize]| -> Vec<Range<usize>> {
            let is = |at: &&usize| {
                frame.reads[**at].kind == ReadKind::Number
                    || frame.sense(**at) == Some(Sense::Vague)
            };
            counted.iter().filter(is).map(|&at| at..at + 1).collect()
        };
        let (left, came) = (timed(before, &region.left), timed(after, &region.came));
        if left.is_empty() || came.is_empty() {
            return None;
        }
        let mut found = Found::new(Meaning::Condition, None);
        found.tags.push(Tag::Number);
        (found.before, found.after) = (left, came);
        Some(found)
    })
}
