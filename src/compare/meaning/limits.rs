//! What limits a clause: its carve-outs and its conditions.

use std::ops::Range;

use crate::compare::meaning::altered::{Frame, Region};
use crate::compare::meaning::found::Found;
use crate::compare::meaning::lexicon::KEEPS;
use crate::compare::meaning::norm::Stated;
use crate::compare::meaning::reading::ReadKind;
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::stricter;
use crate::compare::meaning::terms::Term;
use crate::compare::meaning::times::{self, Measure, Role, What};
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
        let is_replaced = !region.left.is_empty() && region.left.len() == region.came.len();
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
        && let Some(found) = measured((before, after), regions, stated)
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

/// Returns whether a day, time or amount is another. In a clause that binds nobody it is a fact.
fn measured(
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

/// Returns a value with the word before it that says what it does: `by 2030`.
fn with_role(frame: &Frame, it: &Measure) -> Range<usize> {
    const ROLES: [&str; 12] = [
        "by", "until", "till", "within", "before", "in", "for", "after", "through", "least", "to",
        "under",
    ];
    let last = it.at.start.checked_sub(1).filter(|at| {
        let read = &frame.reads[*at];
        ROLES.contains(&read.key.as_str())
    });
    last.unwrap_or(it.at.start)..it.at.end
}

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
