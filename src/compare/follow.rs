//! Where the clause that stands somewhere in one text stands in another.
//!
//! By alignment, never by searching for a quotation alone; and where the clause cannot be told
//! apart from others, or from what has come in its place, that is the answer. Knows clauses, not
//! what a pledge is.

use std::ops::Range;

use crate::compare::align::{Group, Tie};
use crate::compare::alike::{ALIKE_MIN, RESCUED_MIN};
use crate::compare::course::{Course, Cut};
use crate::compare::{fold, quote};
use crate::model::pledge::Place;
use crate::model::text::{Block, BlockKind, Text};

/// Where a quotation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nowhere.
    Nowhere,
    /// In this clause, or these in a row; in several with the same words, in the first.
    At(Place),
    /// In several clauses that say different things, in reading order.
    Several(Vec<Place>),
}

/// Where a clause stands in the text after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// Here.
    At {
        /// Where.
        place: Place,
        /// Whether it stands elsewhere, relative to what kept its place.
        moved: bool,
        /// What makes this unsure; empty if nothing does.
        doubt: &'static str,
    },
    /// It cannot be told where.
    Ambiguous {
        /// The likeliest place.
        likeliest: Place,
        /// Why it cannot be told.
        doubt: &'static str,
    },
    /// Nowhere.
    Missing {
        /// What has come where it stood, if anything has.
        in_its_place: Option<Place>,
    },
}

/// Another clause is a rival if it is as alike as the counterpart, give or take this much.
const RIVAL_MARGIN: u32 = 100;

/// The most clauses that have come where one stood among which its successor is looked for.
const GAP_MAX: usize = 40;

/// From this likeness on, of several clauses that have come where one stood one is likelier.
const HINT_MIN: u32 = 100;

const OF_OTHERS: &str = "another clause is as much like it";
const OF_PLACE: &str = "hardly a word is the same, but it stands where the clause stood";
const OF_COMERS: &str = "what has come where it stood shares hardly a word with it";
const OF_TAKEN: &str = "it may be part of another clause now";
const OF_COPY: &str = "the same words stand elsewhere on the page";
const OF_QUOTE: &str = "the quotation stands in another clause now";
const OF_HEADING: &str = "it is alike and stands under the same heading";
const OF_LIKENESS: &str = "it is alike, and stands elsewhere";

/// Returns where a quotation stands in a text, as whole clauses.
///
/// Headings count only where no other clause has it.
pub fn find(text: &Text, quote: &str) -> Found {
    let cut = Cut::of(text);
    let mut runs: Vec<Range<usize>> = Vec::new();
    for place in quote::find_places(text, quote) {
        let run = cut.run(&place);
        if !run.is_empty() && !runs.contains(&run) {
            runs.push(run);
        }
    }
    if runs.iter().any(|run| !cut.is_heading(run.start)) {
        runs.retain(|run| !cut.is_heading(run.start));
    }
    let Some(first) = runs.first() else { return Found::Nowhere };
    let stream = cut.stream(first.clone());
    match runs.iter().all(|run| cut.stream(run.clone()) == stream) {
        true => Found::At(cut.place(first)),
        false => Found::Several(runs.iter().map(|run| cut.place(run)).collect()),
    }
}

/// Returns where the clause at `place` of the text before stands in the text after; `quote` is a
/// phrase by which it may be told apart from others.
pub fn follow(course: &Course<'_>, place: &Place, quote: &str) -> Located {
    let run = course.before.run(place);
    if run.is_empty() {
        return Located::Missing { in_its_place: None };
    }
    let mut groups: Vec<&Group> = run.clone().filter_map(|at| course.of_before(at)).collect();
    groups.dedup();
    let weight = |group: &&&Group| course.before.stream(group.before.clone()).len();
    let Some(main) = groups.iter().max_by_key(weight) else {
        return without_counterpart(course, &run, quote);
    };
    let after = grown(&groups, main.after.clone());
    let moved = main.tie == Tie::Moved;
    let place = course.after.place(&after);
    if course.before.stream(run.clone()) == course.after.stream(after.clone()) {
        return Located::At { place, moved, doubt: "" };
    }
    let likeness = course.likeness(&run, &after);
    if !holds_quote(course, &after, quote) && has_rival(course, (&run, &after), likeness) {
        return Located::Ambiguous { likeliest: place, doubt: OF_OTHERS };
    }
    let doubt = if likeness < ALIKE_MIN { OF_PLACE } else { "" };
    Located::At { place, moved, doubt }
}

/// Returns `main` with the counterparts of the run's other clauses that adjoin it.
fn grown(groups: &[&Group], main: Range<usize>) -> Range<usize> {
    let mut run = main;
    for group in groups {
        if group.after.start == run.end {
            run.end = group.after.end;
        }
    }
    for group in groups.iter().rev() {
        if group.after.end == run.start {
            run.start = group.after.start;
        }
    }
    run
}

fn holds_quote(course: &Course, after: &Range<usize>, quote: &str) -> bool {
    let places = quote::find_places(course.after.text, quote);
    let mut runs = places.iter().map(|place| course.after.run(place));
    runs.any(|run| after.start <= run.start && run.end <= after.end)
}

/// Returns whether another clause could be the counterpart as well: one without a counterpart of
/// its own after, or one before that lost its own and is as much like this one's.
fn has_rival(course: &Course, pair: (&Range<usize>, &Range<usize>), likeness: u32) -> bool {
    let (run, after) = pair;
    let is_rival = |it: u32| ALIKE_MIN <= it && likeness <= it + RIVAL_MARGIN;
    let came = (0..course.after.clauses.len()).filter(|at| course.of_after(*at).is_none());
    let mut came = came.filter(|&at| !course.after.is_heading(at));
    let left = (0..course.before.clauses.len()).filter(|at| course.of_before(*at).is_none());
    let mut left = left.filter(|&at| !course.before.is_heading(at) && !run.contains(&at));
    came.any(|at| is_rival(course.likeness(run, &(at..at + 1))))
        || left.any(|at| is_rival(course.likeness(&(at..at + 1), after)))
}

/// Looks for a clause that the alignment has no counterpart for.
fn without_counterpart(course: &Course, run: &Range<usize>, quote: &str) -> Located {
    let after = &course.after;
    let stream = course.before.stream(run.clone());
    let len = run.len();
    let copy = (0..(after.clauses.len() + 1).saturating_sub(len))
        .find(|&at| !stream.is_empty() && after.stream(at..at + len) == stream);
    if let Some(at) = copy {
        return Located::At { place: after.place(&(at..at + len)), moved: true, doubt: OF_COPY };
    }
    if let Found::At(place) = find(after.text, quote) {
        return Located::At { place, moved: true, doubt: OF_QUOTE };
    }
    if let Some(located) = by_likeness(course, run) {
        return located;
    }
    let (left, came) = course.gap(run.start);
    if let Some(located) = by_place(course, run, (&left, &came)) {
        return located;
    }
    let in_its_place = came.first().map(|&at| after.place(&(at..at + 1)));
    Located::Missing { in_its_place }
}

/// Looks among what has no counterpart, or a poorer one, for what is alike.
fn by_likeness(course: &Course, run: &Range<usize>) -> Option<Located> {
    let after = &course.after;
    let mut found: Vec<(u32, usize, bool)> = Vec::new();
    for at in (0..after.clauses.len()).filter(|&at| !after.is_heading(at)) {
        let own = match course.of_after(at) {
            Some(group) if course.is_equal(group) => continue,
            Some(group) => Some(course.likeness(&group.before, &(at..at + 1))),
            None => None,
        };
        let likeness = course.likeness(run, &(at..at + 1));
        if RESCUED_MIN <= likeness && own.is_none_or(|own| own <= likeness + RIVAL_MARGIN) {
            found.push((likeness, at, own.is_some()));
        }
    }
    found.sort_by_key(|&(likeness, at, _)| (std::cmp::Reverse(likeness), at));
    let &(likeness, at, is_taken) = found.first()?;
    let place = after.place(&(at..at + 1));
    let heading = course.before.heading(run.start);
    let is_under_it = !heading.is_empty() && after.heading(at) == heading;
    let has_rival = found.get(1).is_some_and(|it| likeness <= it.0 + RIVAL_MARGIN);
    if likeness < ALIKE_MIN && !is_under_it {
        return None;
    }
    let doubt = match (is_taken, has_rival, is_under_it) {
        (true, _, _) => OF_TAKEN,
        (false, true, _) => OF_OTHERS,
        (false, false, true) => {
            return Some(Located::At { place, moved: true, doubt: OF_HEADING });
        }
        (false, false, false) => {
            return Some(Located::At { place, moved: true, doubt: OF_LIKENESS });
        }
    };
    Some(Located::Ambiguous { likeliest: place, doubt })
}

/// Looks at what has come where the clause stood, between neighbors that kept their place.
fn by_place(
    course: &Course,
    run: &Range<usize>,
    (left, came): (&[usize], &[usize]),
) -> Option<Located> {
    let came: Vec<usize> =
        came.iter().copied().filter(|&at| !course.after.is_heading(at)).take(GAP_MAX).collect();
    let left: Vec<usize> =
        left.iter().copied().filter(|&at| !course.before.is_heading(at)).collect();
    let number = left.iter().position(|it| *it == run.start)?;
    let likest = came
        .iter()
        .map(|&at| (course.likeness(run, &(at..at + 1)), at))
        .max_by_key(|&(likeness, at)| (likeness, std::cmp::Reverse(at)))?;
    let at = match (likest.0, left.len() - run.len() + 1) {
        (HINT_MIN.., _) => likest.1,
        (_, 1) => came[0],
        (_, others) if others == came.len() => came[number],
        _ => return None,
    };
    let likeliest = course.after.place(&(at..at + 1));
    Some(Located::Ambiguous { likeliest, doubt: OF_COMERS })
}

/// Returns where a clause that was lost stands again: word for word, by its quotation, or as
/// something new that is much like it.
pub fn returned(course: &Course<'_>, words: &[&str], quote: &str) -> Option<Place> {
    let after = &course.after;
    for words in words.iter().filter(|it| !it.is_empty()) {
        if let Found::At(place) = find(after.text, words) {
            return Some(place);
        }
    }
    match find(after.text, quote) {
        Found::At(place) => Some(place),
        Found::Nowhere | Found::Several(_) => None,
    }
}

/// From this likeness on, something new is a lost clause that has come back in other words.
const RETURNED_MIN: u32 = 600;

/// Returns where something new stands that is much like the words of a clause that was lost.
pub fn returned_alike(course: &Course<'_>, words: &str) -> Option<Place> {
    let block = Block::new(BlockKind::Paragraph, words);
    let lost = Text::from(vec![block]);
    let beside = Course::between(&lost, course.after.text);
    let all = 0..beside.before.clauses.len();
    let is_new = |at: &usize| course.of_after(*at).is_none() && !course.after.is_heading(*at);
    let found = (0..course.after.clauses.len()).filter(is_new);
    let found = found.map(|at| (beside.likeness(&all, &(at..at + 1)), at));
    let (likeness, at) = found.max_by_key(|&(likeness, at)| (likeness, std::cmp::Reverse(at)))?;
    (RETURNED_MIN <= likeness).then(|| course.after.place(&(at..at + 1)))
}

/// Returns what words say without typography.
pub fn says(words: &str) -> String {
    fold::stream(words)
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
