//! Plain text: the mail's text part and what cron sends on. Altered words stand in brackets,
//! `[-deleted-]` and `{+inserted+}`; nothing is wrapped.

use std::fmt::Write as _;

use crate::{
    alert::render::{
        DiffView,
        account::{self, Account},
        excerpt::{Excerpt, Run, RunKind, Shown},
        hunks::{Line, Stretch, link_targets, place, stretches},
        message::Message,
        visible::{clipped, shown_url, unbracketed, visible},
    },
    model::{
        edit::{Edit, EditKind},
        event::Event,
    },
};

/// The most characters of a subject; phones show some 40, mail clients some 100.
const SUBJECT_CHARS_MAX: usize = 120;

/// Returns an event as plain text, lines ended by LF, safe to print on a terminal.
pub fn event(event: &Event) -> String {
    written(&Account::of(event))
}

/// Returns a message as plain text, as [`event`].
pub fn message(message: &Message<'_>) -> String {
    written(&message.account())
}

fn written(account: &Account) -> String {
    let mut text = format!("{}\n\n", account.headline);
    for caveat in &account.caveats {
        let _ = writeln!(text, "{caveat}\n");
    }
    for fact in &account.facts {
        let _ = writeln!(text, "{}: {}", fact.label, fact.words);
    }
    for (at, excerpt) in account.excerpts.iter().enumerate() {
        let _ = writeln!(text, "\n{}. {}", at + 1, title(excerpt));
        for passage in &excerpt.passages {
            let _ = writeln!(text, "{}", shown(passage));
        }
    }
    for line in account.rest.iter().chain(&account.advice) {
        let _ = writeln!(text, "\n{line}");
    }
    let _ = writeln!(text, "\nAddress: {}", account.address);
    for command in &account.commands {
        let _ = writeln!(text, "Look: {command}");
    }
    let _ = writeln!(text, "Event: {}", account.id);
    if let Some(checkpoint) = &account.checkpoint {
        let _ = writeln!(text, "Log: {checkpoint}");
    }
    text
}

/// Returns an event as one line of at most 120 characters, without CR, LF or other controls.
pub fn subject(event: &Event) -> String {
    clipped(&account::headline(event, 30, 50), SUBJECT_CHARS_MAX)
}

/// Returns a diff in the unified form, one passage a line, two lines of context; tools that
/// apply such diffs take it. What lines cannot say follows after the last hunk, a note each:
/// where a passage moved, which links changed, and the address.
pub fn diff(view: &DiffView) -> String {
    let name = view.name();
    let mut text = format!("--- {name}, {}\n", visible(view.before_label));
    let _ = writeln!(text, "+++ {name}, {}", visible(view.after_label));
    let (mut before, mut after) = (0, 0);
    for stretch in stretches(view.diff) {
        let (lines, is_shown) = match &stretch {
            Stretch::Folded(lines) => (lines, false),
            Stretch::Shown(lines) => (lines, true),
        };
        let (removed, added) = line_counts(lines);
        if is_shown {
            let spans = format!("-{} +{}", span(before, removed), span(after, added));
            let _ = writeln!(text, "@@ {spans} @@{}", heading(lines));
            lines.iter().for_each(|line| write_line(&mut text, line, view));
        }
        before += removed;
        after += added;
    }
    text.push('\n');
    view.diff.edits().for_each(|edit| write_notes(&mut text, edit, view));
    let _ = writeln!(text, "Address: {}", shown_url(view.url));
    text
}

/// Returns an excerpt's title: what was done, under which heading, and what it amounts to.
pub fn title(excerpt: &Excerpt) -> String {
    if let Some(title) = &excerpt.title {
        return title.clone();
    }
    let title = match excerpt.heading.as_str() {
        "" => excerpt.label().to_owned(),
        heading => format!("{}, under \"{heading}\"", excerpt.label()),
    };
    match &excerpt.amounts_to {
        Some(amounts_to) => format!("{title}: {amounts_to}"),
        None => title,
    }
}

/// Returns a run with its brackets; brackets in the page's own words are broken by a backslash.
pub fn bracketed(run: &Run) -> String {
    let words = unbracketed(&run.words);
    match run.kind {
        RunKind::Same => words,
        RunKind::Deleted => format!("[-{words}-]"),
        RunKind::Inserted => format!("{{+{words}+}}"),
        RunKind::Folded => run.words.clone(),
    }
}

fn shown(passage: &Shown) -> String {
    let words: String = passage.runs.iter().map(bracketed).collect();
    match passage.label {
        Some(label) => format!("{label}: {}", words.trim()),
        None => words.trim().to_owned(),
    }
}

/// Returns `start,count` as unified diffs count: from 1, and the line before where it is empty.
fn span(done: usize, count: usize) -> String {
    let start = if count == 0 { done } else { done + 1 };
    format!("{start},{count}")
}

fn heading(lines: &[Line]) -> String {
    let heading = lines.iter().find_map(|line| match line {
        Line::Edited(edit) if !edit.heading.is_empty() => Some(edit.heading.as_str()),
        Line::Edited(_) | Line::Left(_) | Line::Same { .. } => None,
    });
    heading.map_or(String::new(), |words| format!(" {}", clipped(&visible(words), 80)))
}

/// Returns how many lines of before and of after the lines hold.
fn line_counts(lines: &[Line]) -> (usize, usize) {
    lines.iter().fold((0, 0), |(before, after), line| match line {
        Line::Same { .. } => (before + 1, after + 1),
        Line::Left(_) => (before + 1, after),
        Line::Edited(edit) if edit.kind == EditKind::Moved => (before, after + 1),
        Line::Edited(edit) => {
            (before + usize::from(edit.before.is_some()), after + usize::from(edit.after.is_some()))
        }
    })
}

fn write_line(text: &mut String, line: &Line, view: &DiffView) {
    match line {
        Line::Same { after, .. } => {
            let words = view.after.blocks.get(*after).map(|block| block.shown());
            write_side(text, ' ', Some(words.as_deref().unwrap_or_default()));
        }
        Line::Left(edit) => write_side(text, '-', edit.before.as_ref().map(|it| it.words.as_str())),
        Line::Edited(edit) => {
            if edit.kind != EditKind::Moved {
                write_side(text, '-', edit.before.as_ref().map(|it| it.words.as_str()));
            }
            write_side(text, '+', edit.after.as_ref().map(|it| it.words.as_str()));
        }
    }
}

fn write_side(text: &mut String, sign: char, words: Option<&str>) {
    if let Some(words) = words {
        let _ = writeln!(text, "{sign}{}", visible(words));
    }
}

/// Writes what the lines of an edit cannot say.
fn write_notes(text: &mut String, edit: &Edit, view: &DiffView) {
    let words = edit.after.as_ref().or(edit.before.as_ref()).map_or("", |it| it.words.as_str());
    let words = clipped(&visible(words), 60);
    match edit.kind {
        EditKind::Moved => {
            let before = place(edit.before.as_ref(), view.before, "from");
            let after = place(edit.after.as_ref(), view.after, "to");
            let _ = writeln!(text, "Moved {before} {after}: {words}");
        }
        EditKind::LinkTarget => {
            for (before, after) in link_targets(edit, view) {
                let _ = writeln!(text, "Link target, {before} became {after}: {words}");
            }
        }
        EditKind::Structure => {
            let _ = writeln!(text, "Structure alone: {words}");
        }
        EditKind::Typography
        | EditKind::Renumbered
        | EditKind::DateStamp
        | EditKind::Reworded
        | EditKind::Added
        | EditKind::Removed => (),
    }
}
