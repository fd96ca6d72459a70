//! A diff as lines to show: moved passages at both ends, long unchanged stretches set apart for
//! folding. Knows nothing of the form.

use crate::{
    alert::render::{
        DiffView, amounts,
        excerpt::{Run, RunKind, runs},
        visible::{clipped, visible},
    },
    model::{
        edit::{Diff, DiffRow, Edit, EditKind, Passage},
        text::{Block, BlockKind, Text},
        verdict::{Tag, Verdict},
    },
};

/// How many unchanged blocks are shown on either side of an edit.
const CONTEXT_BLOCKS: usize = 2;

/// One line of a diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A block in both texts, by its indices.
    Same {
        /// In the text before.
        before: usize,
        /// In the text after.
        after: usize,
    },
    /// An edit; a moved passage where it is now.
    Edited(&'a Edit),
    /// A moved passage where it was.
    Left(&'a Edit),
}

/// Consecutive lines that are shown, or that are folded since no edit is near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch<'a> {
    /// Unchanged blocks far from any edit, at least two.
    Folded(Vec<Line<'a>>),
    /// Edits with the blocks around them.
    Shown(Vec<Line<'a>>),
}

/// What stands at the edge of a line; a sign, since nothing may depend on color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Unchanged.
    Same,
    /// Other words.
    Reworded,
    /// There since after.
    Added,
    /// There until before.
    Removed,
    /// Moved here.
    MovedHere,
    /// Moved away from here.
    MovedAway,
    /// Altered, but not in its words.
    Small,
}

/// A line in words, all of them visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What happened to it.
    pub sign: Sign,
    /// What the words cannot say, such as where it moved; empty if nothing.
    pub note: String,
    /// What the edit amounts to; empty if nobody judged it, or the note says it.
    pub amounts_to: String,
    /// What kind of block it is.
    pub kind: BlockKind,
    /// The words.
    pub runs: Vec<Run>,
}

/// Returns the lines of a diff as stretches, in the reading order of the text after. No edits,
/// no shown stretch.
pub fn stretches(diff: &Diff) -> Vec<Stretch<'_>> {
    let lines = lines(diff);
    let is_near = near_edits(&lines);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (line, near) in lines.into_iter().zip(is_near) {
        match (stretches.last_mut(), near) {
            (Some(Stretch::Shown(lines)), true) | (Some(Stretch::Folded(lines)), false) => {
                lines.push(line);
            }
            (_, true) => stretches.push(Stretch::Shown(vec![line])),
            (_, false) => stretches.push(Stretch::Folded(vec![line])),
        }
    }
    stretches
}

/// Returns a line in words.
pub fn row(line: &Line, view: &DiffView) -> Row {
    match line {
        Line::Same { after, .. } => {
            let block = view.after.blocks.get(*after);
            let words = block.map(|block| visible(&block.shown())).unwrap_or_default();
            plain_row(Sign::Same, String::new(), kind_of(block), words)
        }
        Line::Left(edit) => {
            let block = edit.before.as_ref().and_then(|it| view.before.blocks.get(it.block));
            let words = edit.before.as_ref().map(|it| visible(&it.words)).unwrap_or_default();
            let and = if edit.kind == EditKind::Reworded { ", and reworded there" } else { "" };
            let place = place(edit.after.as_ref(), view.after, "to");
            let note = format!("moved from here {place}{and}");
            plain_row(Sign::MovedAway, note, kind_of(block), words)
        }
        Line::Edited(edit) => edit_row(edit, view),
    }
}

/// Returns how many unchanged blocks a folded stretch holds, in words.
pub fn folded_words(lines: &[Line]) -> String {
    format!("{} unchanged blocks", lines.len())
}

/// Returns the heading that a stretch stands under, if the stretch does not show it itself.
pub fn heading_above(lines: &[Line], view: &DiffView) -> Option<String> {
    let heading = lines.iter().find_map(|line| match line {
        Line::Edited(edit) if !edit.heading.is_empty() => Some(edit.heading.as_str()),
        Line::Edited(_) | Line::Same { .. } | Line::Left(_) => None,
    })?;
    let is_shown = lines.iter().any(|line| match line {
        Line::Same { after, .. } => {
            view.after.blocks.get(*after).is_some_and(|it| is_heading(it, heading))
        }
        Line::Edited(edit) => edit.after.as_ref().is_some_and(|it| it.words == heading),
        Line::Left(_) => false,
    });
    (!is_shown).then(|| clipped(&visible(heading), 100))
}

/// Returns the link targets that an edit altered, before and after, visible, at most five.
pub fn link_targets(edit: &Edit, view: &DiffView) -> Vec<(String, String)> {
    let block = |text: &Text, passage: &Option<Passage>| -> Vec<String> {
        let block = passage.as_ref().and_then(|it| text.blocks.get(it.block));
        let links = block.map(|block| block.links.as_slice()).unwrap_or_default();
        links.iter().map(|link| clipped(&visible(&link.target), 200)).collect()
    };
    let before = block(view.before, &edit.before);
    let after = block(view.after, &edit.after);
    let at = |targets: &[String], at: usize| match targets.get(at) {
        Some(target) => target.clone(),
        None => "no link".to_owned(),
    };
    (0..before.len().max(after.len()))
        .map(|n| (at(&before, n), at(&after, n)))
        .filter(|(before, after)| before != after)
        .take(5)
        .collect()
}

fn lines(diff: &Diff) -> Vec<Line<'_>> {
    let mut left: Vec<&Edit> = diff.edits().filter(|edit| has_moved(edit)).collect();
    left.sort_by_key(|edit| edit.before.as_ref().map(|it| it.block));
    let mut left = left.into_iter().peekable();
    let mut lines = Vec::with_capacity(diff.rows.len());
    for row in &diff.rows {
        let before = match row {
            DiffRow::Same { before, .. } => Some(*before),
            DiffRow::Edited(edit) if has_moved(edit) => None,
            DiffRow::Edited(edit) => edit.before.as_ref().map(|it| it.block),
        };
        let is_due = |edit: &&Edit| {
            before.is_some_and(|at| edit.before.as_ref().is_some_and(|it| it.block < at))
        };
        while let Some(edit) = left.next_if(is_due) {
            lines.push(Line::Left(edit));
        }
        lines.push(match row {
            DiffRow::Same { before, after } => Line::Same { before: *before, after: *after },
            DiffRow::Edited(edit) => Line::Edited(edit),
        });
    }
    lines.extend(left.map(Line::Left));
    lines
}

/// Returns whether a passage stands elsewhere than before, in the same words or in others.
fn has_moved(edit: &Edit) -> bool {
    let is_tagged = || edit.verdict.as_ref().is_some_and(|it| it.has(Tag::Moved));
    edit.before.is_some()
        && edit.after.is_some()
        && (edit.kind == EditKind::Moved || (edit.kind == EditKind::Reworded && is_tagged()))
}

fn near_edits(lines: &[Line]) -> Vec<bool> {
    let mut near = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        if matches!(line, Line::Edited(_) | Line::Left(_)) {
            let end = (at + CONTEXT_BLOCKS + 1).min(lines.len());
            near[at.saturating_sub(CONTEXT_BLOCKS)..end].fill(true);
        }
    }
    // One block alone is shown rather than folded: the fold would take as much room.
    for at in 0..near.len() {
        let before = at == 0 || near[at - 1];
        let after = at + 1 == near.len() || near[at + 1];
        if !near[at] && before && after && 1 < near.len() {
            near[at] = true;
        }
    }
    near
}

fn is_heading(block: &Block, heading: &str) -> bool {
    matches!(block.kind, BlockKind::Heading(_))
        && (block.words == heading || block.shown() == heading)
}

fn kind_of(block: Option<&Block>) -> BlockKind {
    block.map_or(BlockKind::Paragraph, |block| block.kind)
}

fn plain_row(sign: Sign, note: String, kind: BlockKind, words: String) -> Row {
    let runs = vec![Run { kind: RunKind::Same, words }];
    Row { sign, note, amounts_to: String::new(), kind, runs }
}

fn edit_row(edit: &Edit, view: &DiffView) -> Row {
    let after = edit.after.as_ref().and_then(|it| view.after.blocks.get(it.block));
    let before = edit.before.as_ref().and_then(|it| view.before.blocks.get(it.block));
    let kind = kind_of(after.or(before));
    let (sign, note) = match edit.kind {
        EditKind::Reworded if has_moved(edit) => {
            let place = place(edit.before.as_ref(), view.before, "from");
            (Sign::Reworded, format!("moved here {place}, and reworded"))
        }
        EditKind::Reworded => (Sign::Reworded, String::new()),
        EditKind::Added => (Sign::Added, String::new()),
        EditKind::Removed => (Sign::Removed, String::new()),
        EditKind::Moved => {
            let place = place(edit.before.as_ref(), view.before, "from");
            return moved_row(edit, kind, format!("moved here {place}"));
        }
        EditKind::Renumbered => (Sign::Small, renumbered(before, after)),
        EditKind::DateStamp => (Sign::Small, "date stamp".to_owned()),
        EditKind::Typography => (Sign::Small, "typography alone".to_owned()),
        EditKind::Structure => (Sign::Small, restructured(before, after)),
        EditKind::LinkTarget => (Sign::Small, relinked(edit, view)),
    };
    if matches!(edit.kind, EditKind::Renumbered | EditKind::Structure | EditKind::LinkTarget) {
        let words = after.or(before).map(|it| visible(&it.words)).unwrap_or_default();
        return plain_row(sign, note, BlockKind::Paragraph, clipped(&words, 60));
    }
    Row { sign, note, amounts_to: amounts_to(edit).unwrap_or_default(), kind, runs: runs(edit) }
}

/// Returns what an edit of words amounts to, as alerts say it; where it is altered in no word, its
/// kind says all.
pub fn amounts_to(edit: &Edit) -> Option<String> {
    let is_worded = matches!(edit.kind, EditKind::Reworded | EditKind::Added | EditKind::Removed);
    let is_said =
        |it: &&Verdict| is_worded || (edit.kind == EditKind::Moved && it.meaning.is_substantive());
    edit.verdict.as_ref().filter(is_said).map(amounts::account)
}

fn moved_row(edit: &Edit, kind: BlockKind, note: String) -> Row {
    let words = edit.after.as_ref().map(|it| visible(&it.words)).unwrap_or_default();
    let amounts_to = amounts_to(edit).unwrap_or_default();
    Row { amounts_to, ..plain_row(Sign::MovedHere, note, kind, words) }
}

fn renumbered(before: Option<&Block>, after: Option<&Block>) -> String {
    let marker = |block: Option<&Block>| match block.map(|it| it.marker.as_str()) {
        None | Some("") => "no number".to_owned(),
        Some(marker) => clipped(&visible(marker), 20),
    };
    format!("renumbered, {} became {}", marker(before), marker(after))
}

fn restructured(before: Option<&Block>, after: Option<&Block>) -> String {
    let name = |block: Option<&Block>| match kind_of(block) {
        BlockKind::Heading(level) => format!("heading {level}"),
        BlockKind::Paragraph => "paragraph".to_owned(),
        BlockKind::Item(depth) => format!("list item of depth {depth}"),
        BlockKind::Row => "table row".to_owned(),
    };
    format!("structure, {} became {}", name(before), name(after))
}

fn relinked(edit: &Edit, view: &DiffView) -> String {
    let targets: Vec<String> = link_targets(edit, view)
        .into_iter()
        .map(|(before, after)| format!("{before} became {after}"))
        .collect();
    match targets.is_empty() {
        true => "link target".to_owned(),
        false => format!("link target, {}", targets.join("; ")),
    }
}

/// Returns where the other end of a move is: the block's number from 1, and its heading.
pub fn place(other: Option<&Passage>, text: &Text, word: &str) -> String {
    let Some(block) = other.map(|it| it.block) else { return String::new() };
    let above = text.blocks.get(..block).unwrap_or_default();
    let heading = above.iter().rev().find(|it| matches!(it.kind, BlockKind::Heading(_)));
    match heading {
        Some(heading) => {
            let heading = clipped(&visible(&heading.words), 60);
            format!("{word} block {}, under \"{heading}\"", block + 1)
        }
        None => format!("{word} block {}", block + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(at: usize) -> DiffRow {
        DiffRow::Same { before: at, after: at }
    }

    fn edited(kind: EditKind, before: Option<usize>, after: Option<usize>) -> DiffRow {
        let passage = |block| Passage { block, words: format!("block {block}") };
        DiffRow::Edited(Edit {
            kind,
            before: before.map(passage),
            after: after.map(passage),
            heading: String::new(),
            marks: Vec::new(),
            verdict: None,
        })
    }

    fn shape(diff: &Diff) -> String {
        let sign = |line: &Line| match line {
            Line::Same { .. } => "=",
            Line::Edited(_) => "*",
            Line::Left(_) => "<",
        };
        let shown = |stretch: &Stretch| match stretch {
            Stretch::Folded(lines) => format!("({})", lines.len()),
            Stretch::Shown(lines) => lines.iter().map(sign).collect(),
        };
        stretches(diff).iter().map(shown).collect()
    }

    #[test]
    fn unchanged_blocks_far_from_any_edit_are_folded() {
        let mut rows: Vec<DiffRow> = (0..10).map(same).collect();
        rows.push(edited(EditKind::Added, None, Some(10)));
        rows.extend((11..14).map(same));
        assert_eq!(shape(&Diff { rows }), "(8)==*===");
        assert_eq!(shape(&Diff::default()), "");
        assert_eq!(shape(&Diff { rows: (0..9).map(same).collect() }), "(9)");
    }

    #[test]
    fn a_block_that_moved_and_was_reworded_stands_at_both_ends() {
        use crate::model::verdict::Meaning;
        let mut moved = edited(EditKind::Reworded, Some(9), Some(1));
        let DiffRow::Edited(edit) = &mut moved else { panic!() };
        edit.verdict = Some(Verdict::quiet(Meaning::Editorial, vec![Tag::Moved]));
        let mut rows = vec![same(0), moved];
        rows.extend((1..9).map(|n| DiffRow::Same { before: n, after: n + 1 }));
        assert_eq!(shape(&Diff { rows }), "=*==(4)==<");
    }

    #[test]
    fn a_moved_block_stands_at_both_ends() {
        let mut rows = vec![same(0), edited(EditKind::Moved, Some(9), Some(1))];
        rows.extend((1..9).map(|n| DiffRow::Same { before: n, after: n + 1 }));
        assert_eq!(shape(&Diff { rows: rows.clone() }), "=*==(4)==<");
        rows.push(DiffRow::Same { before: 10, after: 10 });
        assert_eq!(shape(&Diff { rows }), "=*==(4)==<=");
    }
}
