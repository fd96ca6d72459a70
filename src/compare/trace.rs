//! What an edit leaves behind in a text: the clauses that came with it, and those that went.
//!
//! By it one can tell whether another text had the same edit, however else it differs. Knows
//! clauses by their words alone, folded as `wording` folds them.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::compare::diff::blocks_of;
use crate::compare::side;
use crate::model::edit::{Diff, DiffRow, Edit, EditKind, Passage};
use crate::model::snapshot::Digest;
use crate::model::text::{Block, Text};

/// What a block says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct BlockSaid {
    /// Its clauses, in order.
    clauses: Vec<Digest>,
    /// What names its words: equal for blocks that `wording` takes for the same; `None` for one that
    /// says nothing but a date of the last update, or nothing at all.
    key: Option<Digest>,
}

impl BlockSaid {
    fn of(block: &Block) -> BlockSaid {
        let mut clauses = Vec::new();
        let stream = side::each_clause_stream(block, |stream| {
            clauses.push(Digest::of(stream.as_bytes()));
        });
        let key = (!stream.is_empty()).then(|| Digest::of(stream.as_bytes()));
        BlockSaid { clauses, key }
    }
}

/// What a text says: its clauses, whatever their order, and the order of its blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    clauses: BTreeSet<Digest>,
    blocks: Vec<BlockSaid>,
    /// Blocks that say something, with their keys.
    order: Vec<(usize, Digest)>,
    neighbors: OnceCell<BTreeSet<(Digest, Digest)>>,
}

impl Said {
    /// Returns whether another text has the same clauses, in whatever order.
    pub fn is_as(&self, other: &Said) -> bool {
        self.clauses == other.clauses
    }

    /// Returns what a text says.
    pub fn of(text: &Text) -> Said {
        Said::beside(text, None)
    }

    /// Returns what a text says, beside another of the same page of which that is known: a block
    /// that both have is folded once.
    pub fn beside(text: &Text, other: Option<(&Text, &Said)>) -> Said {
        let form = |block: &Block| (block.kind, block.marker.is_empty());
        let mut known: BTreeMap<&str, (&Block, &BlockSaid)> = BTreeMap::new();
        if let Some((text, said)) = other {
            let blocks = text.blocks.iter().zip(&said.blocks);
            known.extend(blocks.map(|(block, said)| (block.words.as_str(), (block, said))));
        }
        let said = |block: &Block| match known.get(block.words.as_str()) {
            Some((other, said)) if form(other) == form(block) => (*said).clone(),
            Some(_) | None => BlockSaid::of(block),
        };
        let blocks: Vec<BlockSaid> = text.blocks.iter().map(said).collect();
        Said {
            clauses: blocks.iter().flat_map(|it| &it.clauses).copied().collect(),
            order: blocks.iter().enumerate().filter_map(|(at, it)| Some((at, it.key?))).collect(),
            blocks,
            neighbors: OnceCell::new(),
        }
    }

    /// Returns the blocks that say something, in order: where they stand, and what names them.
    pub fn blocks(&self) -> impl Iterator<Item = (usize, Digest)> + '_ {
        self.order.iter().copied()
    }

    /// Returns whether the text has a clause.
    pub fn has(&self, clause: &Digest) -> bool {
        self.clauses.contains(clause)
    }

    fn are_neighbors(&self, pair: &(Digest, Digest)) -> bool {
        let pairs = || self.order.windows(2).map(|it| (it[0].1, it[1].1)).collect();
        self.neighbors.get_or_init(pairs).contains(pair)
    }

    /// Returns the pairs of neighbors of which one at least is in a range of blocks.
    fn around(&self, blocks: Range<usize>) -> impl Iterator<Item = (Digest, Digest)> + '_ {
        let touches = move |pair: &&[(usize, Digest)]| pair.iter().any(|it| blocks.contains(&it.0));
        self.order.windows(2).filter(touches).map(|it| (it[0].1, it[1].1))
    }
}

/// What an edit leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The clauses that stand in the text before alone.
    pub went: Vec<Digest>,
    /// The clauses that stand in the text after alone.
    pub came: Vec<Digest>,
}

impl Trace {
    /// Returns what an edit of the diff between two texts leaves behind. That of a passage which
    /// only moved, or is there as often as before and once more, is empty.
    pub fn of(edit: &Edit, (before, after): (&Text, &Text), sides: (&Said, &Said)) -> Trace {
        let alone = |text: &Text, passage: Option<&Passage>, other: &Said| -> Vec<Digest> {
            let mut alone = BTreeSet::new();
            let blocks = passage.map_or(0..0, |passage| blocks_of(text, passage));
            for block in &text.blocks[blocks] {
                side::each_clause_stream(block, |stream| {
                    let clause = Digest::of(stream.as_bytes());
                    if !other.has(&clause) {
                        alone.insert(clause);
                    }
                });
            }
            alone.into_iter().collect()
        };
        Trace {
            went: alone(before, edit.before.as_ref(), sides.1),
            came: alone(after, edit.after.as_ref(), sides.0),
        }
    }

    /// Returns whether no clause came or went.
    pub fn is_empty(&self) -> bool {
        self.went.is_empty() && self.came.is_empty()
    }

    /// Returns whether another text had the whole of this edit.
    pub fn is_in(&self, said: &Said) -> bool {
        !self.is_empty()
            && self.came.iter().all(|it| said.has(it))
            && !self.went.iter().any(|it| said.has(it))
    }

    /// Returns whether what this edit took away is not in another text either; where it took
    /// nothing away, whether what it brought is there.
    pub fn holds_in(&self, said: &Said) -> bool {
        match self.went.is_empty() {
            true => self.is_in(said),
            false => !self.went.iter().any(|it| said.has(it)),
        }
    }
}

/// What moving passages leaves behind: who stands beside whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    went: BTreeSet<(Digest, Digest)>,
    came: BTreeSet<(Digest, Digest)>,
}

impl Arrangement {
    /// Returns what some edits of the diff between two texts leave behind, taken together.
    pub fn of<'a>(
        edits: impl IntoIterator<Item = &'a Edit>,
        (before, after): (&Text, &Text),
        sides: (&Said, &Said),
    ) -> Arrangement {
        let mut found = Arrangement::default();
        for edit in edits {
            if let Some(passage) = &edit.before {
                let pairs = sides.0.around(blocks_of(before, passage));
                found.went.extend(pairs.filter(|pair| !sides.1.are_neighbors(pair)));
            }
            if let Some(passage) = &edit.after {
                let pairs = sides.1.around(blocks_of(after, passage));
                found.came.extend(pairs.filter(|pair| !sides.0.are_neighbors(pair)));
            }
        }
        found
    }

    /// Returns whether another text is arranged so.
    pub fn is_in(&self, said: &Said) -> bool {
        self.came.iter().all(|it| said.are_neighbors(it))
            && !self.went.iter().any(|it| said.are_neighbors(it))
    }
}

/// Returns the text after with some edits undone: those for which `is_undone` holds, asked by
/// their number in [`Diff::edits`]. A passage that moved stands where it stood before.
pub fn without(
    (before, after): (&Text, &Text),
    diff: &Diff,
    is_undone: impl Fn(usize) -> bool,
) -> Text {
    // Each piece with the block before that it is, or follows.
    let mut pieces: Vec<(Option<usize>, &[Block])> = Vec::new();
    let mut moved: Vec<(usize, &[Block])> = Vec::new();
    let mut number = 0;
    for row in &diff.rows {
        let edit = match row {
            DiffRow::Same { before, after: at } => {
                pieces.push((Some(*before), &after.blocks[*at..=*at]));
                continue;
            }
            DiffRow::Edited(edit) => edit,
        };
        number += 1;
        let undone = is_undone(number - 1);
        let (source, passage) = match undone {
            true => (before, edit.before.as_ref()),
            false => (after, edit.after.as_ref()),
        };
        let Some(passage) = passage else { continue };
        let blocks = &source.blocks[blocks_of(source, passage)];
        let stood_at = edit.before.as_ref().map(|it| it.block);
        match (undone && edit.kind == EditKind::Moved, stood_at) {
            (true, Some(at)) => moved.push((at, blocks)),
            (_, _) if edit.kind == EditKind::Moved => pieces.push((None, blocks)),
            (_, _) => pieces.push((stood_at, blocks)),
        }
    }
    moved.sort_by_key(|it| it.0);
    for (stood_at, blocks) in moved {
        let follows = |it: &(Option<usize>, _)| it.0.is_some_and(|before| before < stood_at);
        let at = pieces.iter().rposition(follows).map_or(0, |at| at + 1);
        pieces.insert(at, (Some(stood_at), blocks));
    }
    Text { blocks: pieces.into_iter().flat_map(|(_, blocks)| blocks).cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::diff::diff;
    use crate::model::text::BlockKind;

    fn text(blocks: &[&str]) -> Text {
        Text { blocks: blocks.iter().map(|it| Block::new(BlockKind::Paragraph, it)).collect() }
    }

    const BEFORE: [&str; 3] =
        ["We never sell your data.", "You can object at any time.", "Write to our desk."];

    fn traces(after: &Text) -> Vec<Trace> {
        let before = text(&BEFORE);
        let sides = (&Said::of(&before), &Said::of(after));
        let diff = diff(&before, after);
        diff.edits().map(|edit| Trace::of(edit, (&before, after), sides)).collect()
    }

    #[test]
    fn an_edit_is_found_again_in_a_text_that_differs_elsewhere() {
        let after = text(&["We may sell your data.", BEFORE[1], BEFORE[2]]);
        let [trace] = &traces(&after)[..] else { panic!() };
        let other = text(&["WE MAY SELL YOUR DATA", BEFORE[1], "Call us.", "More."]);
        assert!(trace.is_in(&Said::of(&other)) && trace.holds_in(&Said::of(&other)));
        assert!(!trace.is_in(&Said::of(&text(&BEFORE))));
        let third = Said::of(&text(&["We do sell your data.", BEFORE[1]]));
        assert!(!trace.is_in(&third) && trace.holds_in(&third));
    }

    #[test]
    fn what_was_added_or_removed_is_found_by_its_own_words() {
        let added = text(&[BEFORE[0], "A new clause of ours.", BEFORE[1], BEFORE[2]]);
        let removed = text(&[BEFORE[0], BEFORE[2]]);
        let (came, went) = (traces(&added), traces(&removed));
        assert!(came[0].is_in(&Said::of(&added)) && !came[0].is_in(&Said::of(&removed)));
        assert!(went[0].is_in(&Said::of(&removed)) && !went[0].is_in(&Said::of(&added)));
    }

    #[test]
    fn what_a_text_says_is_the_same_whatever_it_is_read_beside() {
        let row = Block::new(BlockKind::Row, "We never sell. You may object.");
        let others = text(&["1. Write to us.", "More.", "See 1–2. –3 days. 第三方。–5"]).blocks;
        let texts = [
            text(&["We never sell. You may object.", "1. Write to us.", "May 1, 2024"]),
            text(&["You may object.", "We never sell. You may object.", "May 1, 2024"]),
            Text { blocks: std::iter::once(&row).chain(&*others).cloned().collect() },
        ];
        for (known, read) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            assert_eq!(Said::beside(read, Some((known, &Said::of(known)))), Said::of(read));
        }
    }

    #[test]
    fn an_edit_is_undone_alone() {
        let before = text(&BEFORE);
        let after = text(&["We may sell your data.", BEFORE[1], "New words.", BEFORE[2]]);
        let diff = diff(&before, &after);
        let half = without((&before, &after), &diff, |at| at == 0);
        assert_eq!(half, text(&[BEFORE[0], BEFORE[1], "New words.", BEFORE[2]]));
        assert_eq!(without((&before, &after), &diff, |_| true), before);
        assert_eq!(without((&before, &after), &diff, |_| false), after);
    }

    #[test]
    fn a_move_that_is_undone_puts_the_passage_back_where_it_stood() {
        let (sell, logs) = ("We sell no data to anyone at all.", "We keep our logs for a month.");
        let (desk, end) = ("Write to our desk.", "This holds for all of our products.");
        let before = text(&[sell, logs, "You can object any time.", desk, end]);
        let after = text(&[desk, sell, logs, "You may object any time.", end]);
        let diff = diff(&before, &after);
        let moved = |at: usize| diff.edits().nth(at).is_some_and(|it| it.kind == EditKind::Moved);
        assert!((0..diff.edits().count()).any(moved), "{diff:?}");
        let back = text(&[sell, logs, "You may object any time.", desk, end]);
        assert_eq!(without((&before, &after), &diff, moved), back);
        assert_eq!(without((&before, &after), &diff, |_| true), before);
        assert_eq!(without((&before, &after), &diff, |_| false), after);
    }
}
