//! An event or a diff on a terminal: wrapped, and marked by signs and weights beside color.
//! Without color, brackets mark the altered words and no escape sequence is written.

use crate::{
    alert::render::{
        Color, DiffView, Look,
        account::{Account, Breadth, Fact},
        excerpt::{Run, RunKind, Shown},
        hunks::{Row, Sign, Stretch, folded_words, heading_above, row, stretches},
        message::Message,
        plain,
        sought::Sought,
        terminal::flow::{Ink, Segment, write_flow},
        visible::{shown_url, visible},
    },
    model::{event::Event, text::BlockKind},
};

mod flow;

/// The column in which facts begin.
const FACT_COLUMN: usize = 11;

/// Returns an event as a terminal shows it, lines ended by LF.
pub fn event(event: &Event, look: &Look) -> String {
    event_with(event, Breadth::Strongest, look)
}

/// Returns an event with as many of its edits as are asked for.
pub fn event_with(event: &Event, breadth: Breadth, look: &Look) -> String {
    written(Account::with(event, breadth), look)
}

/// Returns a message as a terminal shows it, as [`event`].
pub fn message(message: &Message<'_>, look: &Look) -> String {
    written(message.account(), look)
}

fn written(account: Account, look: &Look) -> String {
    let mut out = String::new();
    write_flow(&mut out, look, ["", ""], &[Segment::new(Ink::Strong, &account.headline)]);
    out.push('\n');
    for caveat in &account.caveats {
        write_flow(&mut out, look, ["! ", "  "], &[Segment::new(Ink::Strong, caveat)]);
        out.push('\n');
    }
    account.facts.iter().for_each(|fact| write_fact(&mut out, look, fact));
    for (at, excerpt) in account.excerpts.iter().enumerate() {
        out.push('\n');
        let title = format!("{}. {}", at + 1, plain::title(excerpt));
        write_flow(&mut out, look, ["", "   "], &[Segment::new(Ink::Strong, &title)]);
        excerpt.passages.iter().for_each(|passage| write_passage(&mut out, look, passage));
    }
    for line in account.rest.iter().chain(&account.advice) {
        out.push('\n');
        write_flow(&mut out, look, ["", ""], &[Segment::new(Ink::Plain, line)]);
    }
    out.push('\n');
    write_fact(&mut out, look, &Fact { label: "Address", words: account.address });
    for command in account.commands {
        write_fact(&mut out, look, &Fact { label: "Look", words: command });
    }
    write_fact(&mut out, look, &Fact { label: "Event", words: account.id });
    if let Some(words) = account.checkpoint {
        write_fact(&mut out, look, &Fact { label: "Log", words });
    }
    out
}

/// Returns a diff as a terminal shows it, lines ended by LF: a sign at the edge of each line,
/// unchanged stretches folded, moved passages at both ends.
pub fn diff(view: &DiffView, look: &Look) -> String {
    let mut out = String::new();
    write_flow(&mut out, look, ["", ""], &[Segment::new(Ink::Strong, &view.name())]);
    write_flow(&mut out, look, ["", ""], &[Segment::new(Ink::Faint, &shown_url(view.url))]);
    for (label, words) in [("Before", view.before_label), ("After", view.after_label)] {
        write_fact(&mut out, look, &Fact { label, words: visible(words) });
    }
    for stretch in stretches(view.diff) {
        out.push('\n');
        match &stretch {
            Stretch::Folded(lines) => {
                let words = format!("… {} …", folded_words(lines));
                write_flow(&mut out, look, ["  ", "  "], &[Segment::new(Ink::Faint, &words)]);
            }
            Stretch::Shown(lines) => {
                if let Some(heading) = heading_above(lines, view) {
                    let words = format!("under \"{heading}\"");
                    write_flow(&mut out, look, ["  ", "  "], &[Segment::new(Ink::Faint, &words)]);
                }
                lines.iter().for_each(|line| write_row(&mut out, look, &row(line, view)));
            }
        }
    }
    out
}

/// Returns what was looked for within its passage, lines ended by LF: a bar at the edge, the phrase
/// strong.
pub fn sought(sought: &Sought, look: &Look) -> String {
    let mut out = String::new();
    let inks = [Ink::Plain, Ink::Strong, Ink::Plain];
    let words = [&sought.before, &sought.phrase, &sought.after];
    let segments: Vec<Segment> =
        inks.into_iter().zip(words).map(|(ink, words)| Segment::new(ink, words)).collect();
    write_flow(&mut out, look, ["  | ", "  | "], &segments);
    out
}

fn write_fact(out: &mut String, look: &Look, fact: &Fact) {
    let label = format!("{:<FACT_COLUMN$}", fact.label);
    let rest = " ".repeat(FACT_COLUMN);
    write_flow(out, look, [&label, &rest], &[Segment::new(Ink::Plain, &fact.words)]);
}

fn write_passage(out: &mut String, look: &Look, passage: &Shown) {
    let mut segments = Vec::new();
    if let Some(label) = passage.label {
        segments.push(Segment::new(Ink::Faint, &format!("{label}: ")));
    }
    segments.extend(passage.runs.iter().map(|run| segment(run, look)));
    write_flow(out, look, ["   ", "   "], &segments);
}

fn write_row(out: &mut String, look: &Look, row: &Row) {
    let (sign, ink) = match row.sign {
        Sign::Same => (" ", Ink::Plain),
        Sign::Reworded => ("~", Ink::Plain),
        Sign::Added => ("+", Ink::Inserted),
        Sign::Removed => ("-", Ink::Deleted),
        Sign::MovedHere => (">", Ink::Plain),
        Sign::MovedAway => ("<", Ink::Faint),
        Sign::Small => (".", Ink::Faint),
    };
    let edge = format!("{sign} {}", indent(row.kind));
    if !row.amounts_to.is_empty() {
        let amounts_to = [Segment::new(Ink::Faint, &format!("[{}]", row.amounts_to))];
        write_flow(out, look, [&edge, &edge], &amounts_to);
    }
    let mut segments = Vec::new();
    if !row.note.is_empty() {
        segments.push(Segment::new(Ink::Faint, &format!("[{}] ", row.note)));
    }
    for run in &row.runs {
        let is_heading = matches!(row.kind, BlockKind::Heading(_)) && row.sign == Sign::Same;
        segments.push(match row.sign {
            Sign::Reworded | Sign::Small if run.kind != RunKind::Same => segment(run, look),
            // Whole passages need no brackets: the sign at the edge of each line marks them.
            Sign::Same
            | Sign::Added
            | Sign::Removed
            | Sign::MovedHere
            | Sign::MovedAway
            | Sign::Reworded
            | Sign::Small => Segment::new(if is_heading { Ink::Strong } else { ink }, &run.words),
        });
    }
    write_flow(out, look, [&edge, &edge], &segments);
}

/// Returns the room before a block: lists are set in by depth.
fn indent(kind: BlockKind) -> String {
    match kind {
        BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Row => String::new(),
        BlockKind::Item(depth) => "  ".repeat(usize::from(depth).min(6)),
    }
}

fn segment(run: &Run, look: &Look) -> Segment {
    let ink = match run.kind {
        RunKind::Same => Ink::Plain,
        RunKind::Deleted => Ink::Deleted,
        RunKind::Inserted => Ink::Inserted,
        RunKind::Folded => Ink::Faint,
    };
    match look.color {
        Color::Always => Segment::new(ink, &run.words),
        Color::Never => Segment::new(ink, &plain::bracketed(run)),
    }
}
