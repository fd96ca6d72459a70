//! Two passages as one marked run of words.
//!
//! Sentences are aligned first, then the words of those that differ. Marks never cut a word,
//! leave no function word or punctuation alone between them, and carry the white space that makes
//! both passages readable. Knows words and sentences, nothing of blocks.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compare::align::{self, Moves, Unit};
use crate::compare::clause;
use crate::compare::fold;
use crate::compare::lexicon::{Lexicon, Rank, Sameness, Word};
use crate::compare::words::{self, Effort};
use crate::model::edit::{Mark, MarkKind};

/// The most function words between two marks that are absorbed into them.
const ISLAND_WORDS_MAX: usize = 3;

/// From this share of a clause on, per mille of its words, it is shown as replaced whole.
const REPLACED_MIN: usize = 600;

/// Words before and words after, as indices, of which nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Region {
    before: Range<usize>,
    after: Range<usize>,
}

impl Region {
    fn mark_count(&self) -> usize {
        usize::from(!self.before.is_empty()) + usize::from(!self.after.is_empty())
    }

    fn len(&self) -> usize {
        self.before.len().max(self.after.len())
    }
}

/// A passage with its words.
struct Passage<'a> {
    text: &'a str,
    words: Vec<Word>,
}

/// Returns both passages as one marked run of words.
///
/// `Same` and `Inserted` parts joined are `after`, character by character; `Same` and `Deleted`
/// joined are `before`, up to white space, and, where `sameness` is folded, up to typography:
/// parts that are the same but for typography are shown as they are after.
pub fn marks(
    before: &str,
    after: &str,
    sameness: Sameness,
    lexicon: &mut Lexicon,
    effort: &mut Effort,
) -> Vec<Mark> {
    if before == after {
        return vec![Mark { kind: MarkKind::Same, words: after.to_owned() }];
    }
    let before = Passage { text: before, words: lexicon.words(before, sameness) };
    let after = Passage { text: after, words: lexicon.words(after, sameness) };
    let pairs = sentence_pairs(&before, &after, sameness, lexicon);
    let mut regions = Vec::new();
    for pair in pairs {
        differing(&before, &after, pair, sameness, effort, &mut regions);
    }
    let mut regions = merged(regions);
    regions.iter_mut().for_each(|region| slide(&before, &after, region));
    whole_tokens(&before, &after, &mut regions);
    written(&before, &after, &without_islands(&after, regions))
}

/// Returns a passage that is in one text only as marks.
pub fn whole(words: &str, kind: MarkKind) -> Vec<Mark> {
    vec![Mark { kind, words: words.to_owned() }]
}

/// Returns the runs of words, before and after, that are to be compared with each other; together
/// they are both passages whole.
fn sentence_pairs(
    before: &Passage<'_>,
    after: &Passage<'_>,
    sameness: Sameness,
    lexicon: &mut Lexicon,
) -> Vec<Region> {
    let spans = (clause::sentences(before.text), clause::sentences(after.text));
    let whole = Region { before: 0..before.words.len(), after: 0..after.words.len() };
    if spans.0.len() < 2 && spans.1.len() < 2 {
        return vec![whole];
    }
    let streams = |text: &str, spans: &[Range<usize>]| -> Vec<String> {
        let sentence = |span: &Range<usize>| match sameness {
            Sameness::Folded => fold::stream(&text[span.clone()]),
            Sameness::Exact => text[span.clone()].to_owned(),
        };
        spans.iter().map(sentence).collect()
    };
    let streams = (streams(before.text, &spans.0), streams(after.text, &spans.1));
    let mut keys = BTreeMap::new();
    let units_before = units(before.text, &spans.0, &streams.0, &mut keys);
    let units_after = units(after.text, &spans.1, &streams.1, &mut keys);
    let groups = align::align(&units_before, &units_after, lexicon, Moves::Ignored);

    let bounds = (bounds(before, &spans.0), bounds(after, &spans.1));
    let mut pairs = Vec::new();
    let mut from = (0, 0);
    for group in groups {
        let start = (bounds.0[group.before.start], bounds.1[group.after.start]);
        let end = (bounds.0[group.before.end], bounds.1[group.after.end]);
        pairs.extend(apart(from.0..start.0, from.1..start.1));
        pairs.push(Region { before: start.0..end.0, after: start.1..end.1 });
        from = end;
    }
    pairs.extend(apart(from.0..whole.before.end, from.1..whole.after.end));
    pairs
}

/// Returns sentences without counterpart as pairs with nothing.
fn apart(before: Range<usize>, after: Range<usize>) -> [Region; 2] {
    let left = Region { before: before.clone(), after: after.start..after.start };
    [left, Region { before: before.end..before.end, after }]
}

fn units<'a>(
    text: &'a str,
    spans: &[Range<usize>],
    streams: &'a [String],
    keys: &mut BTreeMap<String, u32>,
) -> Vec<Unit<'a>> {
    let mut units = Vec::with_capacity(spans.len());
    for (span, stream) in spans.iter().zip(streams) {
        let next = keys.len() as u32;
        let key = match keys.get(stream) {
            Some(&key) => key,
            None => *keys.entry(stream.clone()).or_insert(next),
        };
        let words = &text[span.clone()];
        let weight = stream.len() as u32;
        units.push(Unit { key, weight, stream, words, is_heading: false });
    }
    units
}

/// Returns for each sentence the index of its first word, then the count of all words.
fn bounds(passage: &Passage<'_>, spans: &[Range<usize>]) -> Vec<usize> {
    let first = |span: &Range<usize>| passage.words.partition_point(|it| it.start < span.start);
    spans.iter().map(first).chain([passage.words.len()]).collect()
}

/// Adds the regions in which two runs of words differ.
fn differing(
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
    let kept = kept.into_iter().map(|(b, a)| (at_before[b], at_after[a]));
    for (b, a) in kept.chain([end]) {
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

/// Takes equal words, which are punctuation, off both ends.
fn trimmed(before: &Passage<'_>, after: &Passage<'_>, region: Region) -> Region {
    let (mut b, mut a) = (region.before, region.after);
    let id = |passage: &Passage<'_>, at: usize| passage.words[at].id;
    while !b.is_empty() && !a.is_empty() && id(before, b.start) == id(after, a.start) {
        (b.start, a.start) = (b.start + 1, a.start + 1);
    }
    while !b.is_empty() && !a.is_empty() && id(before, b.end - 1) == id(after, a.end - 1) {
        (b.end, a.end) = (b.end - 1, a.end - 1);
    }
    Region { before: b, after: a }
}

/// Returns whether more than typography differs.
fn differs(before: &Passage<'_>, after: &Passage<'_>, region: &Region, sameness: Sameness) -> bool {
    let text = |passage: &Passage<'_>, range: &Range<usize>| match range.is_empty() {
        true => String::new(),
        false => {
            let span = passage.words[range.start].start..passage.words[range.end - 1].end;
            fold::stream(&passage.text[span])
        }
    };
    match sameness {
        Sameness::Exact => true,
        Sameness::Folded => text(before, &region.before) != text(after, &region.after),
    }
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

/// Joins regions between which nothing but function words and punctuation is kept, or no more
/// than is marked on either side.
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
            || (content + common <= ISLAND_WORDS_MAX && content + common <= shorter))
}

/// The most words and points that a mark takes in beside it to hold a token whole.
const TOKEN_WORDS_MAX: usize = 16;

/// Widens regions to whole tokens, so that an address, a number of a section or a compound is
/// marked as one: `[example.com]`, not `[example].com`.
fn whole_tokens(before: &Passage<'_>, after: &Passage<'_>, regions: &mut [Region]) {
    for at in 0..regions.len() {
        let low = match at.checked_sub(1) {
            Some(last) => (regions[last].before.end, regions[last].after.end),
            None => (0, 0),
        };
        let high = match regions.get(at + 1) {
            Some(next) => (next.before.start, next.after.start),
            None => (before.words.len(), after.words.len()),
        };
        let region = &regions[at];
        let leading = (region.before.start - low.0).min(region.after.start - low.1);
        let trailing = (high.0 - region.before.end).min(high.1 - region.after.end);
        let (left, right) = (
            glued(before, after, region, leading, |start, by| start.0.checked_sub(by + 1)),
            glued(before, after, region, trailing, |start, by| Some(start.1 + by)),
        );
        let region = &mut regions[at];
        region.before = region.before.start - left..region.before.end + right;
        region.after = region.after.start - left..region.after.end + right;
    }
}

/// Returns how many of the next words, at most `most`, belong to a token of the region; `next`
/// gives the index of a word by how far it lies from the bounds of a range.
fn glued(
    before: &Passage<'_>,
    after: &Passage<'_>,
    region: &Region,
    most: usize,
    next: impl Fn((usize, usize), usize) -> Option<usize>,
) -> usize {
    let at = |range: &Range<usize>, by| next((range.start, range.end), by);
    let touches = |passage: &Passage<'_>, range: &Range<usize>, by: usize| {
        let Some(word) = at(range, by).and_then(|at| passage.words.get(at).map(|it| (at, it)))
        else {
            return false;
        };
        // The nearest word touches the region only where the region has words of this side.
        let other = match by {
            0 if range.is_empty() => return false,
            0 if word.0 < range.start => range.start,
            0 => range.end - 1,
            _ => at(range, by - 1).unwrap_or(word.0),
        };
        let (left, right) = (word.0.min(other), word.0.max(other));
        passage.words[left].end == passage.words[right].start
    };
    let mut taken = 0;
    for by in 0..most.min(TOKEN_WORDS_MAX) {
        let (Some(b), Some(a)) = (at(&region.before, by), at(&region.after, by)) else { break };
        let (word, text) = (after.words[a], after.text);
        let spaced = text[word.start..word.end].chars().all(|c| c < SPACED_END);
        let touch = touches(before, &region.before, by) || touches(after, &region.after, by);
        if before.words[b].id != word.id || !spaced || !touch {
            break;
        }
        // Punctuation belongs to a token only inside of it.
        if word.rank != Rank::Point {
            taken = by + 1;
        }
    }
    taken
}

/// Scripts before this character put spaces between words.
const SPACED_END: char = '\u{e00}';

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

/// Writes the marks, and gives white space at their seams to the part it belongs to.
fn written(before: &Passage<'_>, after: &Passage<'_>, regions: &[Region]) -> Vec<Mark> {
    let mut marks = Marks::default();
    let mut from = (0, 0);
    for region in regions {
        marks.push_same(slice(after, from.1..region.after.start));
        let deleted = slice(before, region.before.clone());
        let inserted = slice(after, region.after.clone());
        let next = slice(after, region.after.end..after.words.len());
        let next_before = slice(before, region.before.end..before.words.len());
        marks.push_region(deleted, inserted, next.starts_with(' '), next_before.starts_with(' '));
        from = (region.before.end, region.after.end);
    }
    marks.push_same(slice(after, from.1..after.words.len()));
    marks.done
}

/// Returns the text of a run of words, with what stands before each, and after the last of all.
fn slice<'a>(passage: &Passage<'a>, range: Range<usize>) -> &'a str {
    if range.is_empty() {
        return "";
    }
    let start = match range.start {
        0 => 0,
        at => passage.words[at - 1].end,
    };
    let end = match range.end == passage.words.len() {
        true => passage.text.len(),
        false => passage.words[range.end - 1].end,
    };
    &passage.text[start..end]
}

/// The marks written so far.
#[derive(Default)]
struct Marks {
    done: Vec<Mark>,
    /// Whether the space before what comes next in the text after was given to a mark already.
    space_given: bool,
}

impl Marks {
    fn push(&mut self, kind: MarkKind, words: &str) {
        if !words.is_empty() {
            self.done.push(Mark { kind, words: words.to_owned() });
        }
    }

    /// Takes the space off words of the text after if it was given away.
    fn rest<'a>(&mut self, words: &'a str) -> &'a str {
        let is_given = self.space_given && !words.is_empty();
        self.space_given &= !is_given;
        if is_given { words.strip_prefix(' ').unwrap_or(words) } else { words }
    }

    fn push_same(&mut self, words: &str) {
        let words = self.rest(words);
        self.push(MarkKind::Same, words);
    }

    /// Writes a deletion, an insertion or both; `next` tells whether a space comes after them in
    /// the text after, `next_before` whether one does in the text before.
    fn push_region(&mut self, deleted: &str, inserted: &str, next: bool, next_before: bool) {
        let (mut deleted, mut inserted) = (deleted.to_owned(), self.rest(inserted).to_owned());
        let both = !deleted.is_empty() && !inserted.is_empty();
        let leads = |words: &str| words.is_empty() || words.starts_with(' ');
        let lead = leads(&deleted) && leads(&inserted);
        let last = self.done.last_mut().filter(|it| it.kind == MarkKind::Same);
        let mut give = false;
        if let Some(last) = last.filter(|_| lead && (both || next)) {
            // `the[ old] policy` becomes `the [old ]policy`.
            for words in [&mut deleted, &mut inserted] {
                *words = words.strip_prefix(' ').unwrap_or(words).to_owned();
            }
            last.words.push(' ');
            give = !both;
        } else if self.done.is_empty() && !both && !inserted.is_empty() && next {
            give = true;
        }
        if give {
            match inserted.is_empty() {
                true => deleted.push(' '),
                false => inserted.push(' '),
            }
        } else if !deleted.is_empty() && next_before && !next {
            deleted.push(' ');
        }
        self.push(MarkKind::Deleted, &deleted);
        self.push(MarkKind::Inserted, &inserted);
        self.space_given |= give;
    }
}
