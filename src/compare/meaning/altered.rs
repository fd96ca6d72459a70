//! Which words of two readings are others, root by root, and which of them count.
//!
//! Words that bind are compared as they are, all others by their roots. Words that only changed
//! places within the clause do not count, nor do function words.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compare::lexicon::{Rank, Word};
use crate::compare::meaning::reading::{Read, ReadKind};
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::terms::{self, Term};
use crate::compare::words::{self, Effort};

/// A clause as read, with its terms.
pub struct Frame {
    /// The words.
    pub reads: Vec<Read>,
    /// The terms among them, in order.
    pub terms: Vec<Term>,
    /// For each word, the sense of its term.
    senses: Vec<Option<Sense>>,
}

impl Frame {
    /// Returns the frame of a clause as read.
    pub fn of(reads: Vec<Read>) -> Frame {
        let terms = terms::terms(&reads);
        let mut senses = vec![None; reads.len()];
        for term in &terms {
            senses[term.at.clone()].fill(Some(term.sense));
        }
        Frame { reads, terms, senses }
    }

    /// Returns the sense of the term that a word belongs to.
    pub fn sense(&self, at: usize) -> Option<Sense> {
        self.senses[at]
    }

    /// Returns the terms that touch a range of words.
    pub fn terms_in(&self, range: &Range<usize>) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|it| it.at.start < range.end && range.start < it.at.end)
    }

    /// Returns whether a word says something of its own: neither a function word nor a term.
    pub fn is_content(&self, at: usize) -> bool {
        let is_bare = match self.senses[at] {
            None
            | Some(Sense::Plain | Sense::Vague | Sense::Partial | Sense::User | Sense::Threshold) => {
                true
            }
            Some(_) => false,
        };
        is_bare
            && match self.reads[at].kind {
                ReadKind::Word => !is_function(&self.reads[at].key),
                ReadKind::Number => true,
                ReadKind::Reference | ReadKind::Address | ReadKind::Point => false,
            }
    }

    /// Returns whether a word is a certain point; past the end there is none.
    pub fn is_point(&self, at: usize, points: &str) -> bool {
        let read = self.reads.get(at);
        read.is_some_and(|it| it.kind == ReadKind::Point && points.contains(&it.key))
    }

    fn key(&self, at: usize) -> &str {
        let read = &self.reads[at];
        match self.senses[at] {
            Some(sense) if binds(sense) => &read.key,
            Some(_) | None => &read.root,
        }
    }

    fn rank(&self, at: usize) -> Rank {
        let read = &self.reads[at];
        match (read.kind, self.senses[at]) {
            (ReadKind::Point | ReadKind::Reference, _) => Rank::Point,
            (ReadKind::Number | ReadKind::Address, _) => Rank::Hinge,
            (ReadKind::Word, Some(Sense::Negation | Sense::Exception | Sense::Exclusive)) => {
                Rank::Hinge
            }
            (ReadKind::Word, _) if is_function(&read.key) => Rank::Common,
            (ReadKind::Word, _) => Rank::Content,
        }
    }
}

fn binds(sense: Sense) -> bool {
    match sense {
        Sense::Force(_)
        | Sense::Hedge
        | Sense::Emphasis
        | Sense::Negation
        | Sense::Exception
        | Sense::Legal
        | Sense::Condition
        | Sense::Exclusive
        | Sense::Discretion
        | Sense::Threshold
        | Sense::Vague => true,
        Sense::Mask
        | Sense::Plain
        | Sense::Partial
        | Sense::Example
        | Sense::Company
        | Sense::User => false,
    }
}

/// A run of words that another stands for; one of the two may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The words before.
    pub before: Range<usize>,
    /// The words after.
    pub after: Range<usize>,
    /// Those before that count: they say something, and stand nowhere in the altered words after.
    pub left: Vec<usize>,
    /// Those after that count.
    pub came: Vec<usize>,
}

/// Returns the altered runs, in order.
pub fn regions(before: &Frame, after: &Frame) -> Vec<Region> {
    let mut ids: BTreeMap<&str, u32> = BTreeMap::new();
    let mut words = [before, after].map(|frame| {
        let numbered = (0..frame.reads.len()).map(|at| {
            let next = ids.len() as u32;
            let id = *ids.entry(frame.key(at)).or_insert(next);
            Word { start: at, end: at + 1, id, rank: frame.rank(at) }
        });
        numbered.collect::<Vec<Word>>()
    });
    let words_after = std::mem::take(&mut words[1]);
    let words_before = std::mem::take(&mut words[0]);
    let kept = words::kept(&words_before, &words_after, &mut Effort::of_one_diff());
    let mut regions = Vec::new();
    let mut from = (0, 0);
    for (b, a) in kept.into_iter().chain([(words_before.len(), words_after.len())]) {
        if from.0 < b || from.1 < a {
            let (left, came) = (Vec::new(), Vec::new());
            regions.push(Region { before: from.0..b, after: from.1..a, left, came });
        }
        from = (b + 1, a + 1);
    }
    count(before, after, &mut regions);
    regions
}

/// Notes the words that count: those that the altered words of the other side do not have.
fn count(before: &Frame, after: &Frame, regions: &mut [Region]) {
    let bag = |frame: &Frame, ranges: Vec<Range<usize>>| -> BTreeMap<String, usize> {
        let mut bag = BTreeMap::new();
        for at in ranges.into_iter().flatten().filter(|&at| frame.is_content(at)) {
            *bag.entry(frame.reads[at].root.clone()).or_default() += 1;
        }
        bag
    };
    let mut left = bag(before, regions.iter().map(|it| it.before.clone()).collect());
    let mut came = bag(after, regions.iter().map(|it| it.after.clone()).collect());
    let take = |frame: &Frame, range: Range<usize>, other: &mut BTreeMap<String, usize>| {
        let mut counted = Vec::new();
        for at in range.filter(|&at| frame.is_content(at)) {
            match other.get_mut(&frame.reads[at].root) {
                Some(count) if 0 < *count => *count -= 1,
                Some(_) | None if is_repeated(frame, at) => (),
                Some(_) | None => counted.push(at),
            }
        }
        counted
    };
    for region in regions {
        region.left = take(before, region.before.clone(), &mut came);
        region.came = take(after, region.after.clone(), &mut left);
    }
}

/// Returns whether a word was said twice in a row by mistake, alone or in a pair.
fn is_repeated(frame: &Frame, at: usize) -> bool {
    let same = |other: Option<usize>| {
        other.and_then(|it| frame.reads.get(it)).is_some_and(|it| it.key == frame.reads[at].key)
    };
    let pair = |other: Option<usize>| {
        let before = at.checked_sub(1).and_then(|it| frame.reads.get(it));
        let other = other.and_then(|it| it.checked_sub(1)).and_then(|it| frame.reads.get(it));
        before.zip(other).is_some_and(|(it, other)| it.key == other.key)
    };
    same(at.checked_sub(1))
        || same(Some(at + 1))
        || (same(Some(at + 2)) && pair(Some(at + 2)))
        || (same(at.checked_sub(2)) && pair(at.checked_sub(2)))
}

/// Returns whether a word only holds others together.
pub fn is_function(key: &str) -> bool {
    FUNCTION.binary_search(&key).is_ok()
}

/// Function words of English, and those that add nothing; sorted.
const FUNCTION: &[&str] = &[
    "a",
    "about",
    "above",
    "accordance",
    "accordingly",
    "across",
    "additionally",
    "after",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "before",
    "being",
    "below",
    "both",
    "but",
    "by",
    "concerning",
    "consequently",
    "do",
    "does",
    "each",
    "either",
    "etc",
    "every",
    "following",
    "follows",
    "for",
    "from",
    "further",
    "furthermore",
    "had",
    "has",
    "have",
    "having",
    "he",
    "hereafter",
    "hereby",
    "herein",
    "hereof",
    "hereunder",
    "however",
    "i",
    "in",
    "into",
    "is",
    "it",
    "its",
    "itself",
    "moreover",
    "my",
    "namely",
    "of",
    "off",
    "on",
    "onto",
    "or",
    "other",
    "our",
    "out",
    "over",
    "own",
    "per",
    "please",
    "regarding",
    "respective",
    "respectively",
    "said",
    "she",
    "so",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "themselves",
    "then",
    "there",
    "thereby",
    "therefore",
    "therein",
    "thereof",
    "these",
    "they",
    "this",
    "those",
    "through",
    "thus",
    "to",
    "too",
    "under",
    "up",
    "us",
    "via",
    "was",
    "we",
    "were",
    "what",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "with",
    "within",
    "you",
    "your",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::meaning::reading::read;

    fn counted(before: &str, after: &str) -> Vec<(Vec<String>, Vec<String>)> {
        let (before, after) = (Frame::of(read(before)), Frame::of(read(after)));
        let words = |frame: &Frame, of: &[usize]| -> Vec<String> {
            of.iter().map(|&at| frame.reads[at].key.clone()).collect()
        };
        let regions = regions(&before, &after);
        regions.iter().map(|it| (words(&before, &it.left), words(&after, &it.came))).collect()
    }

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(FUNCTION.is_sorted());
    }

    #[test]
    fn what_changed_places_or_spelling_does_not_count() {
        let found = counted(
            "If we do not take action immediately, you honour it.",
            "If we do not take immediate action now, you honor it.",
        );
        assert!(found.iter().flat_map(|it| &it.0).all(|it| it != "honour"), "{found:?}");
        let found = counted("We share names with partners.", "We disclose names with the partner.");
        assert!(found.iter().all(|it| it.0.is_empty() && it.1.is_empty()), "{found:?}");
    }
}
