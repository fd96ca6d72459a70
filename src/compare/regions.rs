//! Where two runs of words differ, told so that a reader follows: few regions, whole words and
//! compounds, phrases rather than fragments.
//!
//! Knows words, not how regions are written as marks.

use std::ops::Range;

use crate::compare::clause;
use crate::compare::fold;
use crate::compare::lexicon::{Rank, Sameness, Word};
use crate::compare::words::{self, Effort};

/// The most words of one compound, such as an address; a longer one may be cut.
const COMPOUND_MAX: usize = 16;

/// The most function words between two marks that are absorbed into them.
const ISLAND_WORDS_MAX: usize = 3;

/// From this share of a clause on, per mille of its words, it is shown as replaced whole.
const REPLACED_MIN: usize = 600;

/// Words before and words after, as indices, of which nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The words before.
    pub before: Range<usize>,
    /// The words after.
    pub after: Range<usize>,
}

impl Region {
    /// Returns how many marks it takes to show.
    pub fn mark_count(&self) -> usize {
        usize::from(!self.before.is_empty()) + usize::from(!self.after.is_empty())
    }

    fn len(&self) -> usize {
        self.before.len().max(self.after.len())
    }
}

/// A passage with its words.
pub struct Passage<'a> {
    /// The passage.
    pub text: &'a str,
    /// Its words, in order.
    pub words: Vec<Word>,
}

/// Adds the regions in which two runs of words differ.
pub fn differing(
    before: &Passage<'_>,
    after: &Passage<'_>,
    run: Region,
    sameness: Sameness,
    effort: &mut Effort,
    regions: &mut Vec<Region>,
) {
    if run.mark_count() < 2 {
        regions.extend((run.mark_count() == 1).then_some(run));
        return;
    }
    let (marker, run) = without_marker(before, after, run);
    regions.extend(marker);
    // Punctuation goes with the words around it, so only words are aligned.
    let said = |words: &[Word], range: &Range<usize>| -> (Vec<usize>, Vec<Word>) {
        let points_too = sameness == Sameness::Exact;
        let said = range.clone().filter(|&at| points_too || words[at].rank != Rank::Point);
        said.map(|at| (at, words[at])).unzip()
    };
    let (at_before, said_before) = said(&before.words, &run.before);
    let (at_after, said_after) = said(&after.words, &run.after);
    let kept = words::kept(&said_before, &said_after, effort);
    let mut found = Vec::new();
    let mut from = (run.before.start, run.after.start);
    let end = (run.before.end, run.after.end);
    let kept = kept.into_iter().map(|(b, a)| (at_before[b], at_after[a])).collect();
    let kept = in_whole_compounds(before, after, &run, &(at_before, at_after), kept);
    for (b, a) in kept.into_iter().chain([end]) {
        let region = trimmed(before, after, Region { before: from.0..b, after: from.1..a });
        if 0 < region.mark_count() && differs(before, after, &region, sameness) {
            found.push(region);
        }
        from = (b + 1, a + 1);
    }
    if is_replaced(before, after, &run, &found) {
        found = vec![run];
    }
    regions.extend(found);
}

/// Takes markers such as `(a)` off the start of both passages if they differ, so that they are
/// marked whole.
fn without_marker(
    before: &Passage<'_>,
    after: &Passage<'_>,
    run: Region,
) -> (Option<Region>, Region) {
    let (marker_before, _) = clause::split_marker(before.text);
    let (marker_after, _) = clause::split_marker(after.text);
    let at_start = run.before.start == 0 && run.after.start == 0;
    let both = !marker_before.is_empty() && !marker_after.is_empty();
    if !at_start || !both || marker_before == marker_after {
        return (None, run);
    }
    let end = |passage: &Passage<'_>, marker: &str, range: &Range<usize>| {
        passage.words[range.clone()].partition_point(|it| it.end <= marker.len())
    };
    let b = end(before, marker_before, &run.before);
    let a = end(after, marker_after, &run.after);
    let rest = Region { before: b..run.before.end, after: a..run.after.end };
    (Some(Region { before: 0..b, after: 0..a }), rest)
}

/// Returns those pairs of kept words whose compounds are kept whole, so that of `opt-in`, `$5` and
/// `help@example.org` no part is marked; `said` are the words that can be kept.
fn in_whole_compounds(
    before: &Passage<'_>,
    after: &Passage<'_>,
    run: &Region,
    said: &(Vec<usize>, Vec<usize>),
    kept: Vec<(usize, usize)>,
) -> Vec<(usize, usize)> {
    let compounds_before = compounds(before, &run.before);
    let compounds_after = compounds(after, &run.after);
    let of_before = |at: usize| compounds_before[at - run.before.start];
    let of_after = |at: usize| compounds_after[at - run.after.start];
    let mut sizes_before = vec![0_usize; compounds_before.len()];
    said.0.iter().for_each(|&at| sizes_before[of_before(at)] += 1);
    let mut sizes_after = vec![0_usize; compounds_after.len()];
    said.1.iter().for_each(|&at| sizes_after[of_after(at)] += 1);
    let together = |x: &(usize, usize), y: &(usize, usize)| {
        of_before(x.0) == of_before(y.0) && of_after(x.1) == of_after(y.1)
    };
    let whole = kept.chunk_by(together).filter(|pairs| {
        let (b, a) = pairs[0];
        pairs.len() == sizes_before[of_before(b)] && pairs.len() == sizes_after[of_after(a)]
    });
    whole.flatten().copied().collect()
}

/// Returns for each word of a run the number of the compound it belongs to, rising from 0.
fn compounds(passage: &Passage<'_>, range: &Range<usize>) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(range.len());
    let (mut number, mut size) = (0, 0);
    for at in range.clone() {
        let is_glued = range.start < at && size < COMPOUND_MAX && glued(passage, at - 1);
        if range.start < at && !is_glued {
            (number, size) = (number + 1, 0);
        }
        size += 1;
        numbers.push(number);
    }
    numbers
}

/// Returns whether a word and the next are parts of one compound.
fn glued(passage: &Passage<'_>, at: usize) -> bool {
    let words = &passage.words;
    let (Some(this), Some(next)) = (words.get(at), words.get(at + 1)) else { return false };
    if this.end != next.start {
        return false;
    }
    match (this.rank, next.rank) {
        (Rank::Point, Rank::Point) => false,
        (Rank::Point, _) => is_joint(passage, at),
        (_, Rank::Point) => is_joint(passage, at + 1),
        // Two words stand without a space only with a symbol, or in a script without spaces.
        (_, _) => [this, next]
            .iter()
            .any(|word| !passage.text[word.start..word.end].chars().all(char::is_alphanumeric)),
    }
}

/// Returns whether punctuation joins the words around it, as a hyphen does.
fn is_joint(passage: &Passage<'_>, at: usize) -> bool {
    let word = passage.words[at];
    let joins = |at: Option<usize>, touches: fn(&Word, &Word) -> bool| {
        let neighbour = at.and_then(|at| passage.words.get(at));
        neighbour.is_some_and(|it| it.rank != Rank::Point && touches(it, &word))
    };
    matches!(&passage.text[word.start..word.end], "-" | "‐" | "‑" | "/" | "_" | "@" | "." | "#")
        && joins(at.checked_sub(1), |it, word| it.end == word.start)
        && joins(Some(at + 1), |it, word| it.start == word.end)
}

/// Takes equal punctuation off both ends.
fn trimmed(before: &Passage<'_>, after: &Passage<'_>, region: Region) -> Region {
    let (mut b, mut a) = (region.before, region.after);
    let equal = |b: usize, a: usize| {
        before.words[b].id == after.words[a].id && before.words[b].rank == Rank::Point
    };
    while !b.is_empty() && !a.is_empty() && equal(b.start, a.start) {
        (b.start, a.start) = (b.start + 1, a.start + 1);
    }
    while !b.is_empty() && !a.is_empty() && equal(b.end - 1, a.end - 1) {
        (b.end, a.end) = (b.end - 1, a.end - 1);
    }
    Region { before: b, after: a }
}

/// Returns whether more than typography differs.
fn differs(before: &Passage<'_>, after: &Passage<'_>, region: &Region, sameness: Sameness) -> bool {
    if sameness == Sameness::Exact {
        return true;
    }
    let said = |passage: &Passage<'_>, range: &Range<usize>| -> (String, Vec<u32>) {
        let words = &passage.words[range.clone()];
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return (String::new(), Vec::new());
        };
        // A minus is only known as one with its number, so hinges are compared by themselves.
        let hinges = words.iter().filter(|it| it.rank == Rank::Hinge).map(|it| it.id);
        (fold::stream(&passage.text[first.start..last.end]), hinges.collect())
    };
    said(before, &region.before) != said(after, &region.after)
}

/// Returns whether so little is kept that both clauses read better one after the other.
fn is_replaced(
    before: &Passage<'_>,
    after: &Passage<'_>,
    run: &Region,
    regions: &[Region],
) -> bool {
    let marks: usize = regions.iter().map(Region::mark_count).sum();
    let mass = |passage: &Passage<'_>, range: &Range<usize>| -> usize {
        let words = passage.words[range.clone()].iter();
        words
            .map(|it| match it.rank {
                Rank::Point => 0,
                Rank::Common => 1,
                Rank::Content | Rank::Hinge => 2,
            })
            .sum()
    };
    let all = mass(before, &run.before) + mass(after, &run.after);
    let changed: usize =
        regions.iter().map(|it| mass(before, &it.before) + mass(after, &it.after)).sum();
    2 < marks && REPLACED_MIN * all < 1000 * changed
}

/// Makes regions readable: joins those that touch or have nothing of substance between them, and moves
/// them to where phrases begin.
pub fn readable(before: &Passage<'_>, after: &Passage<'_>, regions: Vec<Region>) -> Vec<Region> {
    let mut regions = merged(regions);
    regions.iter_mut().for_each(|region| slide(before, after, region));
    without_islands(after, regions)
}

/// Joins regions that touch.
fn merged(regions: Vec<Region>) -> Vec<Region> {
    let mut merged: Vec<Region> = Vec::with_capacity(regions.len());
    for region in regions {
        match merged.last_mut() {
            Some(last)
                if last.before.end == region.before.start
                    && last.after.end == region.after.start =>
            {
                last.before.end = region.before.end;
                last.after.end = region.after.end;
            }
            _ => merged.push(region),
        }
    }
    merged
}

/// Joins regions between which nothing but function words and punctuation is kept, or less than
/// is marked on either side.
fn without_islands(after: &Passage<'_>, regions: Vec<Region>) -> Vec<Region> {
    let mut joined: Vec<Region> = Vec::with_capacity(regions.len());
    for region in regions {
        match joined.last_mut() {
            Some(last) if is_island(after, last, &region) => {
                last.before.end = region.before.end;
                last.after.end = region.after.end;
            }
            _ => joined.push(region),
        }
    }
    joined
}

fn is_island(after: &Passage<'_>, last: &Region, next: &Region) -> bool {
    let between = &after.words[last.after.end..next.after.start];
    let count = |rank| between.iter().filter(|it| it.rank == rank).count();
    let (common, content) = (count(Rank::Common), count(Rank::Content));
    let shorter = last.len().min(next.len());
    count(Rank::Hinge) == 0
        && ((content == 0 && common <= ISLAND_WORDS_MAX)
            || (content + common <= 2 && content + common < shorter))
}

/// Moves a lone deletion or insertion along equal words to where a phrase begins, so that
/// `the X [and the Y]` is marked, not `the [X and the] Y`.
fn slide(before: &Passage<'_>, after: &Passage<'_>, region: &mut Region) {
    let (passage, range, other) = match (region.before.is_empty(), region.after.is_empty()) {
        (true, false) => (after, region.after.clone(), (before, region.before.start)),
        (false, true) => (before, region.before.clone(), (after, region.after.start)),
        (true, true) | (false, false) => return,
    };
    let mut shifted = (0_usize, 0_i32);
    let id = |at: usize| passage.words[at].id;
    for shift in 1..=range.start.min(other.1).min(range.len() * 2) {
        let (start, end) = (range.start - shift, range.end - shift);
        let same_kept = other.0.words[other.1 - shift].id == id(start);
        if id(start) != id(end) || !same_kept {
            break;
        }
        let gain = phrase_score(passage, &(start..end)) - phrase_score(passage, &range);
        if shifted.1 < gain {
            shifted = (shift, gain);
        }
    }
    let by = shifted.0;
    region.before = region.before.start - by..region.before.end - by;
    region.after = region.after.start - by..region.after.end - by;
}

/// Returns how much a run of words looks like a phrase of its own.
fn phrase_score(passage: &Passage<'_>, range: &Range<usize>) -> i32 {
    let is_point = |at: usize| passage.words[at].rank == Rank::Point;
    let text = |at: usize| &passage.text[passage.words[at].start..passage.words[at].end];
    let follows_point = range.start == 0 || is_point(range.start - 1);
    let starts_with_point = is_point(range.start);
    let ends_with_point = is_point(range.end - 1);
    let conjunction = matches!(text(range.start), "and" | "or" | "but" | "und" | "oder" | "et");
    match (follows_point, starts_with_point) {
        (true, false) if ends_with_point => 4,
        (_, true) if !ends_with_point => 3,
        (true, false) => 2,
        (_, _) => i32::from(conjunction) * 2,
    }
}
