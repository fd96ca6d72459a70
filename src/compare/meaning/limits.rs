//! What limits a clause: its carve-outs and its conditions.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::lexicon::KEEPS;
use crate::compare::meaning::measured;
use crate::compare::meaning::norm::Stated;
use crate::compare::meaning::reading::ReadKind;
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::terms::Term;
use crate::compare::meaning::times::{self, Measure};
use crate::model::verdict::{Meaning, Norm, Tag};

/// The most words that a limit is taken to hold.
const LIMIT_LEN_MAX: usize = 40;

/// The most words that a limit is taken to hold that enumerates.
const LIST_LEN_MAX: usize = 200;

/// The fewest words of a limit that came or went whole.
const CARVED_MIN: usize = 4;

/// How far from its opening, in words, a limit is still taken to be the one that was altered.
const NEAR_MAX: usize = 16;

/// A limit in a clause: the words that open it and those that it holds.
struct Limit {
    opening: Range<usize>,
    /// With the opening.
    all: Range<usize>,
}

/// Returns the limits that certain terms open.
fn limits(frame: &Frame, opens: fn(Sense) -> bool) -> Vec<Limit> {
    // "including where" opens an example.
    let is_example =
        |it: &&Term| 0 < it.at.start && frame.sense(it.at.start - 1) == Some(Sense::Example);
    // "subject to Section 2" refers.
    let refers = |it: &&Term| {
        let refers = |at: usize| frame.reads[at].kind == ReadKind::Reference;
        let end = frame.reads.len().min(it.at.end + 3);
        list_after(frame, it.at.end).is_none() && (it.at.end..end).any(refers)
    };
    let opening = frame.terms.iter().filter(|it| opens(it.sense) && !is_example(it) && !refers(it));
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
            let list = list_after(frame, end);
            end = list.unwrap_or(end);
            let len_max = if list.is_some() { LIST_LEN_MAX } else { LIMIT_LEN_MAX };
            while end < frame.reads.len() && end < start + len_max {
                if list.is_some() && enumerates(frame, end) {
                    end += 3;
                    continue;
                }
                if frame.is_point(end, "(") {
                    depth += 1;
                } else if frame.is_point(end, ")") {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                } else if depth == 0
                    && frame.is_point(end, ends)
                    && !(list.is_some() && is_followed(frame, end))
                {
                    break;
                }
                end += 1;
            }
            Limit { opening: it.at.clone(), all: start..end }
        })
        .collect()
}

/// Returns where an enumeration opens that stands right after a word: `except: (a) …; (b) …`.
fn list_after(frame: &Frame, at: usize) -> Option<usize> {
    [at, at + 1].into_iter().find(|it| enumerates(frame, *it))
}

/// Returns whether an item of an enumeration opens here: `(a)`.
fn enumerates(frame: &Frame, at: usize) -> bool {
    frame.is_point(at, "(")
        && at + 2 < frame.reads.len()
        && frame.reads[at + 1].kind == ReadKind::Reference
        && frame.is_point(at + 2, ")")
}

/// Returns whether the next item of an enumeration stands after this point.
fn is_followed(frame: &Frame, at: usize) -> bool {
    frame.is_point(at, ",;") && (1..=2).any(|by| enumerates(frame, at + by))
}

/// Returns where the item of an enumeration opens in which a word stands, or the first word.
fn last_of(frame: &Frame, at: usize) -> usize {
    let from = at.saturating_sub(LIMIT_LEN_MAX);
    (from..at).rev().find(|&it| enumerates(frame, it)).unwrap_or(0)
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
    let is_exception = opens(Sense::Exception);
    let (left, came) = (limits(before, opens), limits(after, opens));
    let measures = (times::measures(before), times::measures(after));
    let mut became = Became::default();
    for region in regions {
        let opened = |limits: &[Limit], range: &Range<usize>| -> Vec<Range<usize>> {
            let is_in =
                |it: &&Limit| range.start <= it.opening.start && it.opening.start < range.end;
            limits.iter().filter(is_in).map(|it| it.all.clone()).collect()
        };
        let (gone, new) = (opened(&left, &region.before), opened(&came, &region.after));
        let holds = |counted: &[usize], limits: &[Range<usize>]| {
            let within = counted.iter().filter(|at| limits.iter().any(|it| it.contains(at)));
            let within = within.count();
            0 < within && counted.len() <= 2 * within
        };
        // A carve-out of words that never count, such as "strictly necessary", is one still.
        let is_all = |range: &Range<usize>, limits: &[Range<usize>]| {
            let held: usize = limits.iter().map(|it| it.end.min(range.end) - it.start).sum();
            CARVED_MIN <= held && range.len() <= held + 3
        };
        // A carve-out that opens what came, or went, is no mere conjunction.
        let opens = |limits: &[Limit], range: &Range<usize>, frame: &Frame| {
            let first = range.clone().find(|&at| frame.reads[at].kind != ReadKind::Point);
            limits.iter().any(|it| Some(it.opening.start) == first)
        };
        let is_opened = opens(&left, &region.before, before) || opens(&came, &region.after, after);
        let is_replaced = !region.left.is_empty()
            && region.left.len() == region.came.len()
            && !(is_opened && is_exception);
        if is_replaced && gone.len() != new.len() {
            // One name for another beside a conjunction that came or went.
        } else if gone.len() < new.len()
            && (holds(&region.came, &new) || is_all(&region.after, &new))
        {
            became.added.extend(new);
        } else if new.len() < gone.len()
            && (holds(&region.left, &gone) || is_all(&region.before, &gone))
        {
            became.removed.extend(gone);
        } else {
            let within =
                |frame: &Frame, limits: &[Limit], counted: &[usize]| -> Vec<Range<usize>> {
                    let is_in = |at: &&usize| {
                        let near =
                            |it: &Limit| **at < last_of(frame, **at).max(it.opening.end) + NEAR_MAX;
                        limits.iter().any(|it| it.all.contains(*at) && near(it))
                    };
                    counted.iter().filter(is_in).map(|&at| at..at + 1).collect()
                };
            // One name for another is no other limit.
            let is_replaced = region.left.len() == region.came.len();
            let is_test = |frame: &Frame, measures: &[Measure], counted: &[usize]| {
                counted.iter().any(|&at| {
                    measures.iter().any(|it| it.at.contains(&at))
                        || frame.sense(at) == Some(Sense::Threshold)
                })
            };
            let tests = is_test(before, &measures.0, &region.left)
                || is_test(after, &measures.1, &region.came);
            if !is_replaced || tests {
                became.changed_before.extend(within(before, &left, &region.left));
                became.changed_after.extend(within(after, &came, &region.came));
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
    found(became, regions, Meaning::Exception, tags)
        .or_else(|| legal(before, after, regions))
        .or_else(|| without(before, after, regions))
}

/// Returns whether something that is not done at all is, or was, left undone only "without" a thing
/// such as consent.
fn without(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    regions.iter().find_map(|region| {
        let opens = |frame: &Frame, range: &Range<usize>, other: &Range<usize>| {
            let first = range.clone().find(|&at| frame.reads[at].kind != ReadKind::Point)?;
            let is_denied = (0..first).any(|at| {
                frame.sense(at) == Some(Sense::Negation) || frame.reads[at].key == "never"
            });
            let is_alone = other.is_empty() && frame.reads[first].key == "without";
            (is_alone && is_denied).then_some(first..range.end)
        };
        let left = opens(before, &region.before, &region.after);
        let came = opens(after, &region.after, &region.before);
        let (tag, is_more) = match (&left, &came) {
            (None, Some(_)) => (Tag::ExceptionAdded, false),
            (Some(_), None) => (Tag::ExceptionRemoved, true),
            (_, _) => return None,
        };
        let mut found = Found::new(Meaning::Exception, Some(is_more));
        found.tags.push(tag);
        (found.before, found.after) = (left.into_iter().collect(), came.into_iter().collect());
        Some(found)
    })
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
///
/// `is_watched` tells a clause that somebody takes for a promise, whatever it states.
pub fn condition(
    (before, after): (&Frame, &Frame),
    regions: &[Region],
    stated: &Stated,
    is_watched: bool,
) -> Option<Found> {
    let binds = |frame: &Frame| {
        frame.terms.iter().any(|it| match it.sense {
            Sense::Force(_) | Sense::Negation | Sense::User | Sense::Vague => true,
            Sense::Company => frame.reads[it.at.start].key != "our",
            _ => false,
        }) || frame.reads.iter().any(|it| KEEPS.contains(it.root.as_str()))
    };
    let is_norm = is_watched || !matches!(stated.norm, Norm::Fact | Norm::Definition);
    if (is_norm || binds(before) || binds(after))
        && let Some(found) = measured::measured((before, after), regions, stated)
    {
        return Some(found);
    }
    if let Some(found) = threshold(before, after, regions) {
        return Some(found);
    }
    let became = became(before, after, regions, |it| matches!(it, Sense::Condition));
    let added = became.removed.is_empty() && !became.added.is_empty();
    let mut found = found(became, regions, Meaning::Condition, [Tag::Trigger; 3])?;
    if !added {
        found.is_more = None;
    }
    Some(found)
}

/// Returns whether it is another how sure one must be.
fn threshold(before: &Frame, after: &Frame, regions: &[Region]) -> Option<Found> {
    regions.iter().find_map(|region| {
        let tests = |frame: &Frame, range: &Range<usize>| -> Vec<Range<usize>> {
            let terms = frame.terms_in(range).filter(|it| it.sense == Sense::Threshold);
            terms.map(|it| it.at.clone()).collect()
        };
        let (left, came) = (tests(before, &region.before), tests(after, &region.after));
        let keys = |frame: &Frame, of: &[Range<usize>]| -> Vec<String> {
            of.iter().cloned().flatten().map(|at| frame.reads[at].key.clone()).collect()
        };
        if keys(before, &left) == keys(after, &came) || 8 < region.left.len() + region.came.len() {
            return None;
        }
        let mut found = Found::new(Meaning::Condition, None);
        found.tags.push(Tag::Trigger);
        (found.before, found.after) = (left, came);
        Some(found)
    })
}
