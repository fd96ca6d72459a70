//! Two texts to rows and edits of every kind.
//!
//! Bounded by sizes alone: see [`COARSE_MIN`] and the bounds of the stages. Knows blocks, links
//! and headings; how passages are aligned and marked is told by `align` and `marks`.

use std::ops::Range;

use crate::compare::align::{self, Group, Moves, PASSAGES_MAX, Tie};
use crate::compare::fold;
use crate::compare::join;
use crate::compare::lexicon::{Lexicon, Sameness};
use crate::compare::marks;
use crate::compare::side::{self, Side, Stamps, Streams};
use crate::compare::words::Effort;
use crate::model::edit::{Diff, DiffRow, Edit, EditKind, MarkKind, Passage};
use crate::model::text::Text;

/// From this many removed, or added, blocks on, a run of them is one edit instead of one each.
pub const COARSE_MIN: usize = PASSAGES_MAX;

/// Returns how two texts differ, in the reading order of the text after.
///
/// Every block of both texts is in exactly one row. A block that stayed as it was is `Same`. An
/// edit's passage is one block, or a run of blocks where a passage was split or joined (and where
/// more than [`COARSE_MIN`] blocks came or went at once): then `Passage::block` is the first, and
/// the words are those of all, with a space between; [`blocks_of`] tells which.
///
/// A removed block stands after the block that it followed. Blocks that kept their place are
/// chosen so that as few words as possible moved; blocks under four words never move but with
/// their neighbours. A block that moved and was reworded is `Reworded`, with its place before.
pub fn diff(before: &Text, after: &Text) -> Diff {
    if before == after {
        let same = |at| DiffRow::Same { before: at, after: at };
        return Diff { rows: (0..after.blocks.len()).map(same).collect() };
    }
    let mut streams = Streams::default();
    let before = Side::of(before, &mut streams);
    let after = Side::of(after, &mut streams);
    let mut lexicon = Lexicon::default();
    let groups = match same_words(&before, &after, &streams) {
        Some(groups) => groups,
        None => {
            let (units_before, units_after) = (before.units(&streams), after.units(&streams));
            align::align(&units_before, &units_after, &mut lexicon, Moves::Sought)
        }
    };
    let effort = Effort::of_one_diff();
    let mut rows =
        Rows { before, after, streams, lexicon, effort, coarse: false, rows: Vec::new() };
    rows.write(&groups);
    Diff { rows: rows.rows }
}

/// Returns the blocks that a passage of this text is made of.
pub fn blocks_of(text: &Text, passage: &Passage) -> Range<usize> {
    let mut len = 0;
    let mut end = passage.block;
    while end < text.blocks.len() && (end == passage.block || len < passage.words.len()) {
        let space = usize::from(passage.block < end);
        len += space + text.blocks[end].shown().len();
        end += 1;
    }
    passage.block..end
}

/// Returns the groups of two texts that say the same from start to end, however it is divided
/// into blocks; `None` if they do not.
fn same_words(before: &Side<'_>, after: &Side<'_>, streams: &Streams<'_>) -> Option<Vec<Group>> {
    let runs = join::divide(&before.streams(streams), &after.streams(streams))?;
    let full = runs.into_iter().filter(|(b, a)| !b.is_empty() && !a.is_empty());
    Some(full.map(|(before, after)| Group { before, after, tie: Tie::InPlace }).collect())
}

struct Rows<'a> {
    before: Side<'a>,
    after: Side<'a>,
    streams: Streams<'a>,
    lexicon: Lexicon,
    effort: Effort,
    /// Whether runs of blocks that came or went are one edit each.
    coarse: bool,
    rows: Vec<DiffRow>,
}

/// Which of the two texts a block was only in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Only {
    Before,
    After,
}

impl Rows<'_> {
    fn write(&mut self, groups: &[Group]) {
        let counts = (self.before.folds.len(), self.after.folds.len());
        let mut is_left = vec![true; counts.0];
        let mut is_new = vec![true; counts.1];
        for group in groups {
            is_left[group.before.clone()].fill(false);
            is_new[group.after.clone()].fill(false);
        }
        let free = |of: &[bool]| of.iter().filter(|it| **it).count();
        self.coarse = COARSE_MIN < free(&is_left).max(free(&is_new));

        let (mut from_before, mut from_after) = (0, 0);
        let mut moved: Vec<&Group> = Vec::new();
        for group in groups {
            match group.tie {
                Tie::Moved => moved.push(group),
                Tie::InPlace => {
                    self.write_only(from_before..group.before.start, &is_left, Only::Before);
                    self.write_came(from_after..group.after.start, &is_new, &moved);
                    moved.clear();
                    self.write_group(group);
                    (from_before, from_after) = (group.before.end, group.after.end);
                }
            }
        }
        self.write_only(from_before..counts.0, &is_left, Only::Before);
        self.write_came(from_after..counts.1, &is_new, &moved);
    }

    /// Writes the blocks that were added or came from elsewhere.
    fn write_came(&mut self, range: Range<usize>, is_new: &[bool], moved: &[&Group]) {
        let mut from = range.start;
        for group in moved {
            self.write_only(from..group.after.start, is_new, Only::After);
            self.write_group(group);
            from = group.after.end;
        }
        self.write_only(from..range.end, is_new, Only::After);
    }

    /// Writes the blocks of a range that have no counterpart.
    fn write_only(&mut self, range: Range<usize>, is_alone: &[bool], only: Only) {
        let mut from = range.start;
        while from < range.end {
            if !is_alone[from] {
                from += 1;
                continue;
            }
            let run = is_alone[from..range.end].iter().take_while(|it| **it).count();
            let to = if self.coarse { from + run } else { from + 1 };
            self.write_alone(from..to, only);
            from = to;
        }
    }

    fn write_alone(&mut self, blocks: Range<usize>, only: Only) {
        let (side, mark, kind) = match only {
            Only::Before => (&self.before, MarkKind::Deleted, EditKind::Removed),
            Only::After => (&self.after, MarkKind::Inserted, EditKind::Added),
        };
        let passage = passage(side.text, blocks.clone());
        let folds = &side.folds[blocks];
        let is_silent = folds.iter().all(|it| self.streams.stream(it.key).is_empty());
        let kind = match is_silent {
            true if folds.iter().any(|it| it.stamps == Stamps::Only) => EditKind::DateStamp,
            true => EditKind::Typography,
            false => kind,
        };
        let heading = side.heading(passage.block);
        let marks = marks::whole(&passage.words, mark);
        let (before, after) = match only {
            Only::Before => (Some(passage), None),
            Only::After => (None, Some(passage)),
        };
        self.rows.push(DiffRow::Edited(Edit::unjudged(kind, (before, after), heading, marks)));
    }

    fn write_group(&mut self, group: &Group) {
        let Some(kind) = self.kind_of(group) else {
            let (before, after) = (group.before.start, group.after.start);
            self.rows.push(DiffRow::Same { before, after });
            return;
        };
        let before = passage(self.before.text, group.before.clone());
        let after = passage(self.after.text, group.after.clone());
        let sameness = match kind {
            EditKind::Typography | EditKind::Renumbered => Some(Sameness::Exact),
            EditKind::DateStamp | EditKind::Reworded => Some(Sameness::Folded),
            EditKind::LinkTarget | EditKind::Structure | EditKind::Moved => None,
            EditKind::Added | EditKind::Removed => None,
        };
        let marks = match sameness {
            Some(sameness) => {
                let (lexicon, effort) = (&mut self.lexicon, &mut self.effort);
                marks::marks(&before.words, &after.words, sameness, lexicon, effort)
            }
            None => marks::whole(&after.words, MarkKind::Same),
        };
        let heading = self.after.heading(after.block);
        let (before, after) = (Some(before), Some(after));
        self.rows.push(DiffRow::Edited(Edit::unjudged(kind, (before, after), heading, marks)));
    }

    /// Returns what kind of edit a group is, `None` if nothing differs.
    fn kind_of(&self, group: &Group) -> Option<EditKind> {
        let streams = |side: &Side<'_>, of: &Range<usize>| -> String {
            side.folds[of.clone()].iter().map(|it| self.streams.stream(it.key)).collect()
        };
        if streams(&self.before, &group.before) != streams(&self.after, &group.after) {
            return Some(EditKind::Reworded);
        }
        if group.tie == Tie::Moved {
            return Some(EditKind::Moved);
        }
        if self.stamps_differ(group) {
            return Some(EditKind::DateStamp);
        }
        if group.before.len() != 1 || group.after.len() != 1 {
            return Some(EditKind::Structure);
        }
        let before = &self.before.text.blocks[group.before.start];
        let after = &self.after.text.blocks[group.after.start];
        let (marker_before, body_before) = side::marker_and_body(before);
        let (marker_after, body_after) = side::marker_and_body(after);
        if marker_before != marker_after {
            Some(EditKind::Renumbered)
        } else if body_before != body_after {
            Some(EditKind::Typography)
        } else if before.kind != after.kind {
            Some(EditKind::Structure)
        } else if before.links != after.links {
            Some(EditKind::LinkTarget)
        } else {
            None
        }
    }

    fn stamps_differ(&self, group: &Group) -> bool {
        let has_stamp = |side: &Side<'_>, of: &Range<usize>| {
            side.folds[of.clone()].iter().any(|it| it.stamps != Stamps::None)
        };
        let full = |side: &Side<'_>, of: &Range<usize>| -> String {
            let blocks = side.text.blocks[of.clone()].iter();
            blocks.map(|it| fold::stream(side::marker_and_body(it).1)).collect()
        };
        (has_stamp(&self.before, &group.before) || has_stamp(&self.after, &group.after))
            && full(&self.before, &group.before) != full(&self.after, &group.after)
    }
}

fn passage(text: &Text, blocks: Range<usize>) -> Passage {
    let block = blocks.start;
    let shown: Vec<String> = text.blocks[blocks].iter().map(|it| it.shown()).collect();
    Passage { block, words: shown.join(" ") }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
