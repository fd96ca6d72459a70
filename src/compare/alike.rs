//! How alike two passages are, and which pairs are worth asking for.
//!
//! Knows passages as bags of numbered words. All work is bounded by counts of words and pairs.

use crate::compare::chain::Pair;
use crate::compare::lexicon::{Lexicon, Rank, Sameness};

/// From this likeness on, two passages in the same place are one, reworded.
pub const ALIKE_MIN: u32 = 400;

/// From this likeness on, two passages in different places are one, moved and reworded.
pub const MOVED_MIN: u32 = 750;

/// From this likeness on, two passages alone between neighbours that stayed are one, rewritten.
pub const RESCUED_MIN: u32 = 200;

/// The most pairs for which every passage is compared with every other; above, only passages that
/// share rare pairs of words are.
const EVERY_PAIR_MAX: usize = 4096;

/// The most passages in which a pair of words is still rare.
const RARE_MAX: usize = 8;

/// The most others with which a passage is compared, where not all are.
const CANDIDATES_MAX: usize = 6;

/// A passage as a bag of words and of pairs of neighbours.
#[derive(Clone, Debug, Default)]
pub struct Bag {
    ids: Vec<u32>,
    pairs: Vec<u64>,
    mass: u64,
}

impl Bag {
    /// Returns the bag of a passage.
    pub fn of(text: &str, lexicon: &mut Lexicon) -> Bag {
        let mut bag = Bag::default();
        for word in lexicon.each(text, Sameness::Folded).filter(|it| it.rank != Rank::Point) {
            bag.ids.push(word.id);
            bag.mass += mass(word.rank);
        }
        let neighbours = bag.ids.windows(2);
        bag.pairs = neighbours.map(|w| u64::from(w[0]) << 32 | u64::from(w[1])).collect();
        bag.ids.sort_unstable();
        bag.pairs.sort_unstable();
        bag
    }

    /// Returns the bag of two passages in a row.
    pub fn join(&self, other: &Bag) -> Bag {
        let mut ids = [self.ids.as_slice(), &other.ids].concat();
        let mut pairs = [self.pairs.as_slice(), &other.pairs].concat();
        ids.sort_unstable();
        pairs.sort_unstable();
        Bag { ids, pairs, mass: self.mass + other.mass }
    }

    /// Returns whether a word is in the bag.
    pub fn has(&self, id: u32) -> bool {
        self.ids.binary_search(&id).is_ok()
    }

    /// Returns the numbers of the words that both bags have, each once.
    pub fn shared(&self, other: &Bag) -> Vec<u32> {
        let mut shared = Vec::new();
        walk(&self.ids, &other.ids, |id| shared.push(id));
        shared.dedup();
        shared
    }

    /// Returns how many words are in the bag.
    pub fn len(&self) -> usize {
        self.ids.len()
    }
}

fn mass(rank: Rank) -> u64 {
    match rank {
        Rank::Point => 0,
        Rank::Common => 1,
        Rank::Content | Rank::Hinge => 4,
    }
}

/// Compares passages until its effort is spent; a count of words, so never a matter of time.
pub struct Judge<'a> {
    lexicon: &'a Lexicon,
    effort: u64,
}

/// The most words that one judge walks through.
const EFFORT_MAX: u64 = 20_000_000;

impl<'a> Judge<'a> {
    /// Returns a judge with all its effort ahead.
    pub fn new(lexicon: &'a Lexicon) -> Judge<'a> {
        Judge { lexicon, effort: EFFORT_MAX }
    }

    /// Returns the per mille of what two passages say that they share: Dice's coefficient of
    /// their words. Zero if no effort is left.
    pub fn dice(&mut self, a: &Bag, b: &Bag) -> u32 {
        if !self.spend(a.len() + b.len()) || a.mass + b.mass == 0 {
            return 0;
        }
        let mut shared = 0;
        walk(&a.ids, &b.ids, |id| shared += mass(self.lexicon.rank(id)));
        (2000 * shared / (a.mass + b.mass)) as u32
    }

    /// Returns how alike two passages are, per mille: their Dice, or more where one is part of
    /// the other, as when sentences were added to a paragraph.
    pub fn likeness(&mut self, a: &Bag, b: &Bag) -> u32 {
        let dice = self.dice(a, b);
        dice.max((dice + self.containment(a, b)) / 2)
    }

    /// Returns the per mille of the shorter passage's pairs of words that the longer has; zero
    /// for passages too short to tell.
    pub fn containment(&mut self, a: &Bag, b: &Bag) -> u32 {
        let shorter = a.pairs.len().min(b.pairs.len());
        if shorter < 3 || !self.spend(a.len() + b.len()) {
            return 0;
        }
        let mut shared = 0_usize;
        walk(&a.pairs, &b.pairs, |_| shared += 1);
        (1000 * shared / shorter) as u32
    }

    fn spend(&mut self, words: usize) -> bool {
        let words = words as u64;
        let can = words <= self.effort;
        self.effort -= words.min(self.effort);
        can
    }
}

/// Calls `found` for each entry of both sorted lists, as often as it is in both.
fn walk<T: Ord + Copy>(a: &[T], b: &[T], mut found: impl FnMut(T)) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                found(a[i]);
                i += 1;
                j += 1;
            }
        }
    }
}

/// Returns the pairs of passages, as indices into both lists, that may be alike, in order.
pub fn candidates(before: &[&Bag], after: &[&Bag]) -> Vec<(usize, usize)> {
    if before.len() * after.len() <= EVERY_PAIR_MAX {
        let each = |b| (0..after.len()).map(move |a| (b, a));
        return (0..before.len()).flat_map(each).collect();
    }
    let mut rare: Vec<(u64, u32)> = Vec::new();
    for (at, bag) in after.iter().enumerate() {
        let mut pairs = bag.pairs.clone();
        pairs.dedup();
        rare.extend(pairs.into_iter().map(|pair| (pair, at as u32)));
    }
    rare.sort_unstable();
    let mut found = Vec::new();
    let mut votes: Vec<u32> = Vec::new();
    for (at, bag) in before.iter().enumerate() {
        votes.clear();
        let mut pairs = bag.pairs.clone();
        pairs.dedup();
        for pair in pairs {
            let from = rare.partition_point(|it| it.0 < pair);
            let standing = rare[from..].iter().take(RARE_MAX + 1).take_while(|it| it.0 == pair);
            if standing.clone().count() <= RARE_MAX {
                votes.extend(standing.map(|it| it.1));
            }
        }
        found.extend(most_voted(&mut votes, at).into_iter().map(|after| (at, after)));
    }
    found
}

/// Returns the candidates with the most votes; of equals, those nearest to `at`.
fn most_voted(votes: &mut [u32], at: usize) -> Vec<usize> {
    votes.sort_unstable();
    let mut counts: Vec<(usize, usize)> =
        votes.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0] as usize)).collect();
    counts.sort_by_key(|&(count, after)| (usize::MAX - count, after.abs_diff(at), after));
    counts.truncate(CANDIDATES_MAX);
    let mut found: Vec<usize> = counts.into_iter().map(|(_, after)| after).collect();
    found.sort_unstable();
    found
}

/// Returns what keeping a pair of passages is worth: likeness, times the words of the shorter.
pub fn worth(likeness: u32, before: &Bag, after: &Bag) -> u64 {
    u64::from(likeness) * (1 + before.len().min(after.len()) as u64)
}

/// Returns the pairs among the candidates that are alike, with their worth.
pub fn alike_pairs(judge: &mut Judge<'_>, before: &[&Bag], after: &[&Bag]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (b, a) in candidates(before, after) {
        let likeness = judge.likeness(before[b], after[a]);
        if ALIKE_MIN <= likeness {
            pairs.push(Pair { before: b, after: a, worth: worth(likeness, before[b], after[a]) });
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(before: &str, after: &str) -> u32 {
        let mut lexicon = Lexicon::default();
        let (a, b) = (Bag::of(before, &mut lexicon), Bag::of(after, &mut lexicon));
        Judge::new(&lexicon).likeness(&a, &b)
    }

    #[test]
    fn a_clause_that_lost_a_word_is_alike() {
        assert!(ALIKE_MIN < likeness("We never sell your faces.", "We do not sell your faces."));
        assert_eq!(likeness("We pause now.", "we PAUSE, now"), 1000);
    }

    #[test]
    fn a_paragraph_with_sentences_added_is_alike() {
        let before = "We do not sell the faces of our customers to anyone.";
        let after =
            format!("{before} {}", "Other words follow here, many of them indeed. ".repeat(4));
        assert!(ALIKE_MIN < likeness(before, &after));
    }

    #[test]
    fn clauses_that_share_function_words_alone_are_not_alike() {
        let (before, after) =
            ("We delete the logs of all our servers.", "The parks in our town are for all of you.");
        assert!(likeness(before, after) < ALIKE_MIN);
    }

    #[test]
    fn in_long_lists_rare_words_lead_to_the_counterpart() {
        let mut lexicon = Lexicon::default();
        let bags: Vec<Bag> = (0..100)
            .map(|at| Bag::of(&format!("we collect item{at} and thing{at} too"), &mut lexicon))
            .collect();
        let before: Vec<&Bag> = bags.iter().collect();
        let after: Vec<&Bag> = bags.iter().rev().collect();
        let found = candidates(&before, &after);
        assert!((0..100).all(|at| found.contains(&(at, 99 - at))));
        assert!(found.len() <= 100 * CANDIDATES_MAX);
    }
}
