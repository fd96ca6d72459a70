//! Two texts clause by clause: which clauses of one are which of the other.
//!
//! Clauses are aligned over the whole text, whatever blocks they stand in, so that one is known
//! again through edits, splits, joins, moves and renumbering. Knows nothing of what they say.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compare::align::{self, Group, Moves, Tie, Unit};
use crate::compare::alike::{Bag, Judge};
use crate::compare::clause::{self, Clause};
use crate::compare::fold;
use crate::compare::lexicon::{Lexicon, Rank};
use crate::compare::side;
use crate::model::pledge::{Place, Point};
use crate::model::text::{BlockKind, Text};

/// A text cut into clauses.
pub struct Cut<'a> {
    /// The text.
    pub text: &'a Text,
    /// Its clauses, in reading order.
    pub clauses: Vec<Clause>,
    /// What each says without typography, and without its number.
    pub streams: Vec<String>,
    weights: Vec<u32>,
}

impl<'a> Cut<'a> {
    /// Cuts a text.
    pub fn of(text: &'a Text) -> Cut<'a> {
        let clauses = clause::clauses(text);
        let mut cut = Cut { text, clauses, streams: Vec::new(), weights: Vec::new() };
        for at in 0..cut.clauses.len() {
            let mut stream = String::new();
            let weight = fold::push_stream(cut.body(at), &mut stream);
            cut.streams.push(stream);
            cut.weights.push(weight);
        }
        cut
    }

    /// Returns a clause's words without the number before them.
    pub fn body(&self, at: usize) -> &'a str {
        let clause = &self.clauses[at];
        let block = &self.text.blocks[clause.block];
        let body = block.words.len() - side::marker_and_body(block).1.len();
        &block.words[clause.span.start.max(body).min(clause.span.end)..clause.span.end]
    }

    /// Returns the words of a run of clauses.
    pub fn words(&self, run: Range<usize>) -> String {
        run.map(|at| self.body(at)).collect::<Vec<_>>().join(" ")
    }

    /// Returns what a run of clauses says without typography.
    pub fn stream(&self, run: Range<usize>) -> String {
        self.streams[run].concat()
    }

    /// Returns whether a clause stands in a heading.
    pub fn is_heading(&self, at: usize) -> bool {
        let block = &self.text.blocks[self.clauses[at].block];
        matches!(block.kind, BlockKind::Heading(_))
    }

    /// Returns the number before the block of a clause; empty if there is none.
    pub fn number(&self, at: usize) -> &'a str {
        side::marker_and_body(&self.text.blocks[self.clauses[at].block]).0
    }

    /// Returns what the heading above a clause says without typography; empty if there is none.
    pub fn heading(&self, at: usize) -> String {
        let above = (0..at).rev().find(|&it| self.is_heading(it));
        above.map_or(String::new(), |it| self.streams[it].clone())
    }

    /// Returns the clauses that a place touches; none for a place that is not in the text.
    pub fn run(&self, place: &Place) -> Range<usize> {
        let start = self.clauses.partition_point(|it| {
            let end = Point { block: it.block, byte: it.span.end };
            end <= place.from
        });
        let end = self.clauses.partition_point(|it| {
            let from = Point { block: it.block, byte: it.span.start };
            from < place.to
        });
        start..end.max(start)
    }

    /// Returns the place of a run of clauses, which is not empty.
    pub fn place(&self, run: &Range<usize>) -> Place {
        let (first, last) = (&self.clauses[run.start], &self.clauses[run.end - 1]);
        Place {
            from: Point { block: first.block, byte: first.span.start },
            to: Point { block: last.block, byte: last.span.end },
        }
    }

    fn units(&self, keys: &mut BTreeMap<String, u32>) -> Vec<Unit<'_>> {
        let key = |stream: &String| {
            let next = keys.len() as u32;
            *keys.entry(stream.clone()).or_insert(next)
        };
        let keys: Vec<u32> = self.streams.iter().map(key).collect();
        let unit = |at: usize| Unit {
            key: keys[at],
            weight: self.weights[at],
            stream: &self.streams[at],
            words: self.body(at),
            is_heading: self.is_heading(at),
        };
        (0..self.clauses.len()).map(unit).collect()
    }
}

/// Which of the two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The text before.
    Before,
    /// The text after.
    After,
}

/// In so many clauses a word is rare, however short the text.
const RARE_MIN: usize = 4;

/// In one in so many clauses a word is rare.
const RARE_PART: usize = 50;

/// Two texts with their clauses aligned.
pub struct Course<'a> {
    /// The text before.
    pub before: Cut<'a>,
    /// The text after.
    pub after: Cut<'a>,
    /// The groups of clauses that belong together, by their place after.
    pub groups: Vec<Group>,
    of_before: Vec<Option<usize>>,
    of_after: Vec<Option<usize>>,
    lexicon: Lexicon,
    bags: (Vec<Bag>, Vec<Bag>),
}

impl<'a> Course<'a> {
    /// Aligns two texts.
    pub fn between(before: &'a Text, after: &'a Text) -> Course<'a> {
        let (before, after) = (Cut::of(before), Cut::of(after));
        let mut lexicon = Lexicon::default();
        let mut keys = BTreeMap::new();
        let (units_before, units_after) = (before.units(&mut keys), after.units(&mut keys));
        let groups = align::align(&units_before, &units_after, &mut lexicon, Moves::Sought);
        let mut of_before = vec![None; before.clauses.len()];
        let mut of_after = vec![None; after.clauses.len()];
        for (number, group) in groups.iter().enumerate() {
            of_before[group.before.clone()].fill(Some(number));
            of_after[group.after.clone()].fill(Some(number));
        }
        let mut bags = |cut: &Cut| -> Vec<Bag> {
            (0..cut.clauses.len()).map(|at| Bag::of(cut.body(at), &mut lexicon)).collect()
        };
        let bags = (bags(&before), bags(&after));
        Course { before, after, groups, of_before, of_after, lexicon, bags }
    }

    /// Returns the group in which a clause of the text before is.
    pub fn of_before(&self, at: usize) -> Option<&Group> {
        self.of_before[at].map(|number| &self.groups[number])
    }

    /// Returns the group in which a clause of the text after is.
    pub fn of_after(&self, at: usize) -> Option<&Group> {
        self.of_after[at].map(|number| &self.groups[number])
    }

    /// Returns whether both sides of a group say the same.
    pub fn is_equal(&self, group: &Group) -> bool {
        self.before.stream(group.before.clone()) == self.after.stream(group.after.clone())
    }

    /// Returns how alike two runs of clauses are, per mille.
    pub fn likeness(&self, before: &Range<usize>, after: &Range<usize>) -> u32 {
        let join = |bags: &[Bag]| bags.iter().fold(Bag::default(), |all, bag| all.join(bag));
        let (before, after) =
            (join(&self.bags.0[before.clone()]), join(&self.bags.1[after.clone()]));
        Judge::new(&self.lexicon).likeness(&before, &after)
    }

    /// Returns whether two clauses of one text speak of the same thing: whether they share a word
    /// that few clauses of the text have.
    pub fn share_topic(&self, side: Which, a: usize, b: usize) -> bool {
        let bags = match side {
            Which::Before => &self.bags.0,
            Which::After => &self.bags.1,
        };
        let rare_max = RARE_MIN.max(bags.len() / RARE_PART);
        bags[a].shared(&bags[b]).into_iter().any(|id| {
            let is_content = self.lexicon.rank(id) == Rank::Content;
            is_content
                && bags.iter().filter(|bag| bag.has(id)).take(rare_max + 1).count() <= rare_max
        })
    }

    /// Returns the clauses without counterpart between the clauses in place around `at`, before
    /// and after.
    pub fn gap(&self, at: usize) -> (Vec<usize>, Vec<usize>) {
        let in_place = |it: usize| {
            let group = self.of_before(it).filter(|group| group.tie == Tie::InPlace);
            group.map(|group| group.after.clone())
        };
        let above = (0..at).rev().find_map(|it| Some((it, in_place(it)?)));
        let below = (at + 1..self.before.clauses.len()).find_map(|it| Some((it, in_place(it)?)));
        let from = above.map_or((0, 0), |(it, after)| (it + 1, after.end));
        let to = below
            .map_or((self.before.clauses.len(), self.after.clauses.len()), |it| (it.0, it.1.start));
        let left = (from.0..to.0).filter(|&it| self.of_before[it].is_none());
        let came = (from.1..to.1).filter(|&it| self.of_after[it].is_none());
        (left.collect(), came.collect())
    }
}
