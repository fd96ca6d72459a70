//! Two texts as rows that a template shows: woven into one, or side by side.

use std::{collections::BTreeMap, ptr};

use crate::{
    alert::render::{
        DiffView, amounts,
        excerpt::{Run, RunKind, label},
        hunks::{Line, Row, Sign, Stretch, folded_words, heading_above, row, stretches},
        visible::visible,
    },
    model::{
        edit::{Edit, EditKind},
        text::{Block, BlockKind},
    },
    web::pages::changes::capital,
};

/// How a diff is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Before and after woven into one text.
    Woven,
    /// Before beside after.
    Sides,
}

/// A stretch of a diff; folded if it has a summary.
pub struct Part {
    /// What is folded, in words.
    pub summary: Option<String>,
    /// The heading that it stands under, where it does not show it.
    pub heading: Option<String>,
    /// Its rows.
    pub rows: Vec<Shown>,
}

/// A row of a diff.
pub struct Shown {
    /// What to jump to.
    pub id: Option<String>,
    /// Whether keys stop here: each edit once.
    pub is_stop: bool,
    /// Its class in the style sheet.
    pub class: &'static str,
    /// What happened, in a word.
    pub label: &'static str,
    /// What the words cannot say.
    pub note: String,
    /// The other end of a move.
    pub other_end: Option<String>,
    /// What it amounts to, and why.
    pub amounts: Option<String>,
    /// The class of its block.
    pub block: &'static str,
    /// Its words, where it is woven.
    pub runs: Vec<Run>,
    /// Its words before, where sides are shown; `None` if it was not there.
    pub before: Option<Vec<Run>>,
    /// Its words after, where sides are shown; `None` if it is not there.
    pub after: Option<Vec<Run>>,
}

/// Returns the parts of a diff, with what the layout shows of each row.
pub fn parts(view: &DiffView, layout: View) -> Vec<Part> {
    let numbers: BTreeMap<*const Edit, usize> =
        view.diff.edits().zip(1..).map(|(edit, number)| (ptr::from_ref(edit), number)).collect();
    let part = |stretch: &Stretch| {
        let (summary, heading, lines) = match stretch {
            Stretch::Folded(lines) => (Some(folded_words(lines)), None, lines),
            Stretch::Shown(lines) => (None, heading_above(lines, view), lines),
        };
        let rows = lines.iter().map(|line| shown(line, view, layout, &numbers)).collect();
        Part { summary, heading, rows }
    };
    stretches(view.diff).iter().map(part).collect()
}

fn shown(
    line: &Line,
    view: &DiffView,
    layout: View,
    numbers: &BTreeMap<*const Edit, usize>,
) -> Shown {
    let Row { sign, note, kind, runs, .. } = row(line, view);
    let number = |edit: &Edit| numbers.get(&ptr::from_ref(edit)).copied().unwrap_or_default();
    let mut shown = Shown {
        id: None,
        is_stop: false,
        class: class(sign),
        label: "",
        note,
        other_end: None,
        amounts: None,
        block: block_class(kind),
        before: None,
        after: None,
        runs,
    };
    match (layout, line) {
        (View::Woven, _) => (),
        (View::Sides, Line::Same { before, .. }) => {
            shown.before = Some(block_runs(view.before.blocks.get(*before)));
            shown.after = Some(std::mem::take(&mut shown.runs));
        }
        (View::Sides, Line::Left(_) | Line::Edited(_)) => {
            shown.before = side(&shown.runs, RunKind::Inserted);
            shown.after = side(&shown.runs, RunKind::Deleted);
        }
    }
    match line {
        Line::Same { .. } => (),
        Line::Left(edit) => {
            shown.id = Some(format!("from-{}", number(edit)));
            shown.other_end = Some(format!("edit-{}", number(edit)));
            shown.label = "Moved away";
            shown.after = None;
        }
        Line::Edited(edit) => {
            shown.id = Some(format!("edit-{}", number(edit)));
            shown.is_stop = true;
            shown.label = label(edit.kind);
            // What is altered in no word that counts is told by its kind.
            if sign != Sign::Small {
                shown.amounts = edit.verdict.as_ref().map(|it| capital(&amounts::account(it)));
            }
            shown.note = beside_label(edit.kind, shown.note);
            if sign == Sign::MovedHere {
                shown.other_end = Some(format!("from-{}", number(edit)));
                shown.before = None;
            }
        }
    }
    shown
}

/// Returns what is to be said of an edit beside its label.
fn beside_label(kind: EditKind, note: String) -> String {
    match kind {
        EditKind::DateStamp | EditKind::Typography => String::new(),
        EditKind::LinkTarget => {
            note.strip_prefix("link target, ").map(str::to_owned).unwrap_or(note)
        }
        EditKind::Moved
        | EditKind::Reworded
        | EditKind::Added
        | EditKind::Removed
        | EditKind::Renumbered
        | EditKind::Structure => note,
    }
}

fn class(sign: Sign) -> &'static str {
    match sign {
        Sign::Same => "same",
        Sign::Reworded => "edit reworded",
        Sign::Added => "edit added",
        Sign::Removed => "edit removed",
        Sign::MovedHere => "edit moved",
        Sign::MovedAway => "edit moved away",
        Sign::Small => "edit small",
    }
}

/// Returns the runs of one side; `None` if nothing of it is on that side.
fn side(runs: &[Run], absent: RunKind) -> Option<Vec<Run>> {
    let runs: Vec<Run> = runs.iter().filter(|run| run.kind != absent).cloned().collect();
    runs.iter().any(|run| !run.words.trim().is_empty()).then_some(runs)
}

fn block_runs(block: Option<&Block>) -> Vec<Run> {
    let words = block.map(|block| visible(&block.shown())).unwrap_or_default();
    vec![Run { kind: RunKind::Same, words }]
}

/// Returns the class of a block in the style sheet.
pub fn block_class(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Heading(0 | 1) => "h1",
        BlockKind::Heading(2) => "h2",
        BlockKind::Heading(3) => "h3",
        BlockKind::Heading(4) => "h4",
        BlockKind::Heading(5) => "h5",
        BlockKind::Heading(_) => "h6",
        BlockKind::Paragraph => "p",
        BlockKind::Item(0 | 1) => "li1",
        BlockKind::Item(2) => "li2",
        BlockKind::Item(3) => "li3",
        BlockKind::Item(_) => "li4",
        BlockKind::Row => "tr",
    }
}
