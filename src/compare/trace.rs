//! What an edit leaves behind in a text: the blocks that came with it, and those that went.
//!
//! By it one can tell whether another text had the same edit, however else it differs. Knows
//! blocks by their words alone, folded as `wording` folds them.

use std::collections::BTreeSet;

use crate::compare::diff::blocks_of;
use crate::compare::side;
use crate::model::edit::{Diff, DiffRow, Edit, Passage};
use crate::model::snapshot::Digest;
use crate::model::text::{Block, Text};

/// Returns what names the words of a block: equal for blocks that `wording` takes for the same;
/// `None` for one that says nothing but a date of the last update, or nothing at all.
pub fn key(block: &Block) -> Option<Digest> {
    let mut stream = String::new();
    side::push_block_stream(block, &mut stream);
    (!stream.is_empty()).then(|| Digest::of(stream.as_bytes()))
}

/// The blocks of a text, whatever their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks(BTreeSet<Digest>);

impl Blocks {
    /// Returns the blocks of a text.
    pub fn of(text: &Text) -> Blocks {
        Blocks(text.blocks.iter().filter_map(key).collect())
    }

    /// Returns whether a block stands in the text.
    pub fn has(&self, block: &Digest) -> bool {
        self.0.contains(block)
    }
}

/// What an edit leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The blocks that stand in the text before alone.
    went: Vec<Digest>,
    /// The blocks that stand in the text after alone.
    came: Vec<Digest>,
}

impl Trace {
    /// Returns what an edit of the diff between two texts leaves behind. That of a passage which
    /// only moved is empty.
    pub fn of(edit: &Edit, (before, after): (&Text, &Text), sides: (&Blocks, &Blocks)) -> Trace {
        let alone = |text: &Text, passage: Option<&Passage>, other: &Blocks| -> Vec<Digest> {
            let blocks = passage.map_or(0..0, |passage| blocks_of(text, passage));
            text.blocks[blocks].iter().filter_map(key).filter(|it| !other.has(it)).collect()
        };
        Trace {
            went: alone(before, edit.before.as_ref(), sides.1),
            came: alone(after, edit.after.as_ref(), sides.0),
        }
    }

    /// Returns whether another text had the whole of this edit.
    pub fn is_in(&self, blocks: &Blocks) -> bool {
        let is_empty = self.went.is_empty() && self.came.is_empty();
        !is_empty
            && self.came.iter().all(|it| blocks.has(it))
            && !self.went.iter().any(|it| blocks.has(it))
    }

    /// Returns whether what this edit took away is not in another text either; where it took
    /// nothing away, whether what it brought is there.
    pub fn holds_in(&self, blocks: &Blocks) -> bool {
        match self.went.is_empty() {
            true => self.is_in(blocks),
            false => !self.went.iter().any(|it| blocks.has(it)),
        }
    }
}

/// Returns the text after with some edits undone: those for which `is_undone` holds, asked by
/// their number in [`Diff::edits`].
pub fn without(
    (before, after): (&Text, &Text),
    diff: &Diff,
    is_undone: impl Fn(usize) -> bool,
) -> Text {
    let mut text = Text::default();
    let mut number = 0;
    for row in &diff.rows {
        let (source, passage) = match row {
            DiffRow::Same { after: at, .. } => {
                text.blocks.push(after.blocks[*at].clone());
                continue;
            }
            DiffRow::Edited(edit) => {
                number += 1;
                match is_undone(number - 1) {
                    true => (before, edit.before.as_ref()),
                    false => (after, edit.after.as_ref()),
                }
            }
        };
        if let Some(passage) = passage {
            text.blocks.extend_from_slice(&source.blocks[blocks_of(source, passage)]);
        }
    }
    text
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
        let sides = (&Blocks::of(&before), &Blocks::of(after));
        let diff = diff(&before, after);
        diff.edits().map(|edit| Trace::of(edit, (&before, after), sides)).collect()
    }

    #[test]
    fn an_edit_is_found_again_in_a_text_that_differs_elsewhere() {
        let after = text(&["We may sell your data.", BEFORE[1], BEFORE[2]]);
        let [trace] = &traces(&after)[..] else { panic!() };
        let other = text(&["WE MAY SELL YOUR DATA", BEFORE[1], "Call us.", "More."]);
        assert!(trace.is_in(&Blocks::of(&other)) && trace.holds_in(&Blocks::of(&other)));
        assert!(!trace.is_in(&Blocks::of(&text(&BEFORE))));
        let third = Blocks::of(&text(&["We do sell your data.", BEFORE[1]]));
        assert!(!trace.is_in(&third) && trace.holds_in(&third));
    }

    #[test]
    fn what_was_added_or_removed_is_found_by_its_own_words() {
        let added = text(&[BEFORE[0], "A new clause of ours.", BEFORE[1], BEFORE[2]]);
        let removed = text(&[BEFORE[0], BEFORE[2]]);
        let (came, went) = (traces(&added), traces(&removed));
        assert!(came[0].is_in(&Blocks::of(&added)) && !came[0].is_in(&Blocks::of(&removed)));
        assert!(went[0].is_in(&Blocks::of(&removed)) && !went[0].is_in(&Blocks::of(&added)));
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
}
