//! Which passages of two texts are each other's, in stages from the surest to the least sure.
//!
//! Serves for the blocks of a text and for the sentences of a passage alike. Knows of a passage
//! its stream and its words, nothing of kinds, links or edits.

use std::ops::Range;

use crate::compare::alike::{self, Bag, Judge, MOVED_MIN, RESCUED_MIN};
use crate::compare::chain::{self, Item, Pair};
use crate::compare::join;
use crate::compare::lexicon::Lexicon;

/// The least weight, in half words, at which a passage can be said to have moved; anything
/// shorter ("Yes", "Contact us") may as well be another one.
const MOVED_WEIGHT_MIN: u32 = 8;

/// The least words at which a passage can be said to have moved and been reworded.
const MOVED_WORDS_MIN: usize = 8;

/// The most passages on one side for which likeness is asked at all; above, what is not equal is
/// removed and added.
pub const PASSAGES_MAX: usize = 50_000;

/// The most passages that one passage is split into or joined from, where words differ too.
const ABSORBED_MAX: usize = 8;

/// A passage to align.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Equal for equal streams; dense, counted from 0.
    pub key: u32,
    /// The weight of its stream in half words.
    pub weight: u32,
    /// What it says, without typography.
    pub stream: &'a str,
    /// Its words as they are.
    pub words: &'a str,
    /// Whether it is a heading.
    pub is_heading: bool,
}

/// How passages belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// In the same place: in order with every other tie of this kind.
    InPlace,
    /// In another place.
    Moved,
}

/// Passages before that are passages after; each range holds at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The passages before.
    pub before: Range<usize>,
    /// The passages after.
    pub after: Range<usize>,
    /// How they belong together.
    pub tie: Tie,
}

impl Group {
    /// Returns the group of one passage before and one after.
    pub fn pair(before: usize, after: usize, tie: Tie) -> Group {
        Group { before: before..before + 1, after: after..after + 1, tie }
    }
}

/// Whether passages may have moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// They are looked for.
    Sought,
    /// Passages that are not in place are removed and added.
    Ignored,
}

/// Returns the groups of passages that belong together, by their place after; what is in no group
/// was removed or added. Groups in place rise on both sides.
pub fn align(before: &[Unit], after: &[Unit], lexicon: &mut Lexicon, moves: Moves) -> Vec<Group> {
    let mut state = State {
        before,
        after,
        groups: Vec::new(),
        taken_before: vec![false; before.len()],
        taken_after: vec![false; after.len()],
    };
    state.keep_equal();
    state.join_split();
    if moves == Moves::Sought {
        state.move_equal();
    }
    state.pair_alike(lexicon, moves);
    state.sort();
    state.groups
}

struct State<'a> {
    before: &'a [Unit<'a>],
    after: &'a [Unit<'a>],
    groups: Vec<Group>,
    taken_before: Vec<bool>,
    taken_after: Vec<bool>,
}

impl State<'_> {
    fn add(&mut self, group: Group) {
        self.taken_before[group.before.clone()].fill(true);
        self.taken_after[group.after.clone()].fill(true);
        self.groups.push(group);
    }

    fn sort(&mut self) {
        self.groups.sort_by_key(|group| group.after.start);
    }

    /// Returns the passages without counterpart between each two groups in place.
    fn gaps(&mut self) -> Vec<(Vec<usize>, Vec<usize>)> {
        self.sort();
        let mut gaps = Vec::new();
        let mut from = (0, 0);
        let end = (self.before.len(), self.after.len());
        let in_place = self.groups.iter().filter(|group| group.tie == Tie::InPlace);
        let starts = in_place.map(|it| (it.before.clone(), it.after.clone()));
        for (before, after) in starts.chain([(end.0..end.0, end.1..end.1)]) {
            let left = (from.0..before.start).filter(|&at| !self.taken_before[at]);
            let came = (from.1..after.start).filter(|&at| !self.taken_after[at]);
            let gap: (Vec<usize>, Vec<usize>) = (left.collect(), came.collect());
            if !gap.0.is_empty() && !gap.1.is_empty() {
                gaps.push(gap);
            }
            from = (before.end, after.end);
        }
        gaps
    }

    fn keep_equal(&mut self) {
        let items = |units: &[Unit]| -> Vec<Item> {
            units.iter().map(|it| Item { key: it.key, worth: it.weight }).collect()
        };
        for (before, after) in chain::keep(&items(self.before), &items(self.after)) {
            self.add(Group::pair(before, after, Tie::InPlace));
        }
    }

    fn join_split(&mut self) {
        let (before, after) = (self.before, self.after);
        for (left, came) in self.gaps() {
            // Nothing was taken within the gaps yet, so they are whole runs.
            let (b, a) = (left[0], came[0]);
            let left: Vec<&str> = left.iter().map(|&at| before[at].stream).collect();
            let came: Vec<&str> = came.iter().map(|&at| after[at].stream).collect();
            for (before, after) in join::joins(&left, &came) {
                self.add(Group {
                    before: b + before.start..b + before.end,
                    after: a + after.start..a + after.end,
                    tie: Tie::InPlace,
                });
            }
        }
    }

    fn move_equal(&mut self) {
        let orphans = |units: &[Unit<'_>], taken: &[bool]| -> Vec<(u32, usize)> {
            let free = units
                .iter()
                .enumerate()
                .filter(|(at, it)| !taken[*at] && MOVED_WEIGHT_MIN <= it.weight);
            let mut orphans: Vec<(u32, usize)> = free.map(|(at, it)| (it.key, at)).collect();
            orphans.sort_unstable();
            orphans
        };
        let left = orphans(self.before, &self.taken_before);
        let came = orphans(self.after, &self.taken_after);
        let (mut i, mut j) = (0, 0);
        while i < left.len() && j < came.len() {
            match left[i].0.cmp(&came[j].0) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    let (b, a) = (left[i].1, came[j].1);
                    if !self.taken_before[b] && !self.taken_after[a] {
                        self.add(Group::pair(b, a, Tie::Moved));
                        self.take_along(b, a);
                    }
                    i += 1;
                    j += 1;
                }
            }
        }
    }

    /// Moves the short neighbours of a passage that moved along with it, such as its heading.
    fn take_along(&mut self, before: usize, after: usize) {
        let (mut b, mut a) = (before, after);
        while 0 < b && 0 < a && self.is_free_and_equal(b - 1, a - 1) {
            (b, a) = (b - 1, a - 1);
            self.add(Group::pair(b, a, Tie::Moved));
        }
        let (mut b, mut a) = (before + 1, after + 1);
        while b < self.before.len() && a < self.after.len() && self.is_free_and_equal(b, a) {
            self.add(Group::pair(b, a, Tie::Moved));
            (b, a) = (b + 1, a + 1);
        }
    }

    fn is_free_and_equal(&self, b: usize, a: usize) -> bool {
        let equal = self.before[b].key == self.after[a].key && 0 < self.before[b].weight;
        equal && !self.taken_before[b] && !self.taken_after[a]
    }

    fn pair_alike(&mut self, lexicon: &mut Lexicon, moves: Moves) {
        let free = |taken: &[bool]| taken.iter().filter(|it| !**it).count();
        let (left, came) = (free(&self.taken_before), free(&self.taken_after));
        if left == 0 || came == 0 || PASSAGES_MAX < left.max(came) {
            return;
        }
        let mut bags = |units: &[Unit<'_>], taken: &[bool]| -> Vec<Bag> {
            let each = units.iter().zip(taken);
            each.map(|(unit, taken)| match taken {
                true => Bag::default(),
                false => Bag::of(unit.words, lexicon),
            })
            .collect()
        };
        let mut before = bags(self.before, &self.taken_before);
        let mut after = bags(self.after, &self.taken_after);
        let mut judge = Judge::new(lexicon);
        self.pair_in_place(&mut judge, &before, &after);
        self.absorb(&mut judge, &mut before, &mut after);
        if moves == Moves::Sought {
            self.move_alike(&mut judge, &before, &after);
        }
        self.rescue(&mut judge, &before, &after);
    }

    fn pair_in_place(&mut self, judge: &mut Judge<'_>, before: &[Bag], after: &[Bag]) {
        for (left, came) in self.gaps() {
            let left_bags: Vec<&Bag> = left.iter().map(|&at| &before[at]).collect();
            let came_bags: Vec<&Bag> = came.iter().map(|&at| &after[at]).collect();
            let pairs = alike::alike_pairs(judge, &left_bags, &came_bags);
            for Pair { before, after, .. } in chain::heaviest_chain(pairs) {
                self.add(Group::pair(left[before], came[after], Tie::InPlace));
            }
        }
    }

    /// Lets a pair take in a neighbour without counterpart whose words its other side has: a
    /// passage that was split or joined and reworded at once.
    fn absorb(&mut self, judge: &mut Judge<'_>, before: &mut [Bag], after: &mut [Bag]) {
        for at in 0..self.groups.len() {
            let group = self.groups[at].clone();
            let alone = group.before.len() == 1 && group.after.len() == 1;
            // An empty bag is that of a passage which was equal.
            if !alone || before[group.before.start].len() == 0 || group.tie == Tie::Moved {
                continue;
            }
            let side = Absorbing { bags: before, taken: &mut self.taken_before };
            let grown = side.grow(judge, group.before.clone(), &after[group.after.start]);
            let (at_before, grown_before) = (grown.start, grown.len());
            self.groups[at].before = grown;
            if 1 < grown_before {
                continue;
            }
            let side = Absorbing { bags: after, taken: &mut self.taken_after };
            self.groups[at].after = side.grow(judge, group.after, &before[at_before]);
        }
    }

    fn move_alike(&mut self, judge: &mut Judge<'_>, before: &[Bag], after: &[Bag]) {
        let free = |bags: &[Bag], taken: &[bool]| -> Vec<usize> {
            let fit = |at: &usize| !taken[*at] && MOVED_WORDS_MIN <= bags[*at].len();
            (0..bags.len()).filter(fit).collect()
        };
        let left = free(before, &self.taken_before);
        let came = free(after, &self.taken_after);
        let left_bags: Vec<&Bag> = left.iter().map(|&at| &before[at]).collect();
        let came_bags: Vec<&Bag> = came.iter().map(|&at| &after[at]).collect();
        let mut found: Vec<(u32, usize, usize)> = Vec::new();
        for (b, a) in alike::candidates(&left_bags, &came_bags) {
            let likeness = judge.dice(left_bags[b], came_bags[a]);
            if MOVED_MIN <= likeness {
                found.push((likeness, left[b], came[a]));
            }
        }
        found.sort_by_key(|&(likeness, b, a)| (1000 - likeness.min(1000), b, a));
        for (_, b, a) in found {
            if !self.taken_before[b] && !self.taken_after[a] {
                self.add(Group::pair(b, a, Tie::Moved));
            }
        }
    }

    /// Pairs two passages which alone are left between neighbours that stayed.
    fn rescue(&mut self, judge: &mut Judge<'_>, before: &[Bag], after: &[Bag]) {
        for (left, came) in self.gaps() {
            let (&[b], &[a]) = (left.as_slice(), came.as_slice()) else { continue };
            let headings = self.before[b].is_heading && self.after[a].is_heading;
            // What leads in the same list leads it in, however little of it stayed.
            let leads = [self.before[b].words, self.after[a].words]
                .iter()
                .all(|it| it.trim_end().ends_with(':'));
            if headings || leads || RESCUED_MIN <= judge.likeness(&before[b], &after[a]) {
                self.add(Group::pair(b, a, Tie::InPlace));
            }
        }
    }
}

/// One side of a pair that may take in its neighbours.
struct Absorbing<'a> {
    bags: &'a mut [Bag],
    taken: &'a mut [bool],
}

impl Absorbing<'_> {
    /// Returns `run` with the neighbours that `counterpart` holds; their bags go into the first's.
    fn grow(self, judge: &mut Judge<'_>, run: Range<usize>, counterpart: &Bag) -> Range<usize> {
        let (mut from, mut to) = (run.start, run.end);
        let mut grown: Option<Bag> = None;
        let mut dice = judge.dice(&self.bags[run.start], counterpart);
        while to - from < ABSORBED_MAX {
            let next = (to < self.bags.len() && !self.taken[to]).then_some(to);
            let last = (0 < from && !self.taken[from - 1]).then(|| from - 1);
            let better = next.into_iter().chain(last).find_map(|at| {
                if judge.containment(&self.bags[at], counterpart) < 700 {
                    return None;
                }
                let bag = grown.as_ref().unwrap_or(&self.bags[run.start]);
                let joined = bag.join(&self.bags[at]);
                let joined_dice = judge.dice(&joined, counterpart);
                (dice + 50 < joined_dice).then_some((at, joined, joined_dice))
            });
            let Some((at, joined, joined_dice)) = better else { break };
            self.taken[at] = true;
            (from, to) = (from.min(at), to.max(at + 1));
            (grown, dice) = (Some(joined), joined_dice);
        }
        if let Some(bag) = grown {
            self.bags[from] = bag;
        }
        from..to
    }
}
