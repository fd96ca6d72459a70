//! An event or a diff as a page of HTML that needs nothing beside itself: no script, no image, no
//! address that is fetched. The event's is the mail's HTML part too, so that what matters is
//! styled inline, since mail clients strip the rest. askama escapes every word.

use askama::Template;

use crate::{
    alert::render::{
        DiffView,
        account::Account,
        excerpt::{Run, RunKind},
        hunks::{Line, Row, Sign, Stretch, folded_words, heading_above, row, stretches},
        message::Message,
        plain,
        visible::{clipped, link, shown_url, visible},
    },
    model::{event::Event, text::BlockKind},
};

/// The most characters of the line that mail clients show beside the subject.
const PREHEADER_CHARS_MAX: usize = 140;

/// Returns an event as a page of its own.
pub fn event(event: &Event) -> String {
    page(Account::of(event))
}

/// Returns a message as a page of its own.
pub fn message(message: &Message<'_>) -> String {
    page(message.account())
}

fn page(account: Account) -> String {
    let preheader = preheader(&account);
    let titles = account.excerpts.iter().map(plain::title).collect();
    rendered(&EventPage { account, preheader, titles })
}

/// Returns a diff as a page of its own; unchanged stretches can be folded open.
pub fn diff(view: &DiffView) -> String {
    let parts = stretches(view.diff).iter().map(|stretch| part(stretch, view)).collect();
    rendered(&DiffPage {
        name: view.name(),
        address: clipped(&shown_url(view.url), 500),
        link: link(view.url),
        before_label: visible(view.before_label),
        after_label: visible(view.after_label),
        parts,
    })
}

/// Returns an event as a piece of HTML for a page of another's, such as a feed reader's.
pub fn piece(event: &Event) -> String {
    let account = Account::of(event);
    let titles = account.excerpts.iter().map(plain::title).collect();
    rendered(&EventPiece { account, titles })
}

#[derive(Template)]
#[template(path = "piece.html")]
struct EventPiece {
    account: Account,
    titles: Vec<String>,
}

#[derive(Template)]
#[template(path = "event.html")]
struct EventPage {
    account: Account,
    preheader: String,
    titles: Vec<String>,
}

#[derive(Template)]
#[template(path = "diff.html")]
struct DiffPage {
    name: String,
    address: String,
    link: Option<String>,
    before_label: String,
    after_label: String,
    parts: Vec<Part>,
}

/// A stretch as the template shows it: folded if it has a summary.
struct Part {
    summary: Option<String>,
    heading: Option<String>,
    rows: Vec<Shown>,
}

/// A row as the template shows it.
struct Shown {
    class: &'static str,
    label: &'static str,
    note: String,
    block: String,
    runs: Vec<Run>,
}

/// A template of ours writes to a string, which does not fail; should it, the words say so
/// rather than that an alert is lost.
fn rendered(page: &impl Template) -> String {
    page.render().unwrap_or_else(|_| "<!doctype html><p>This page could not be written.".to_owned())
}

/// Returns what mail clients show beside the subject: the first edit, or the first fact.
fn preheader(account: &Account) -> String {
    let words = match account.excerpts.first() {
        Some(excerpt) => excerpt
            .passages
            .iter()
            .flat_map(|passage| &passage.runs)
            .map(plain::bracketed)
            .collect::<String>(),
        None => account.advice.first().cloned().unwrap_or_default(),
    };
    clipped(words.trim(), PREHEADER_CHARS_MAX)
}

fn part(stretch: &Stretch, view: &DiffView) -> Part {
    let (summary, heading, lines) = match stretch {
        Stretch::Folded(lines) => (Some(folded_words(lines)), None, lines),
        Stretch::Shown(lines) => (None, heading_above(lines, view), lines),
    };
    Part { summary, heading, rows: lines.iter().map(|line| shown(line, view)).collect() }
}

fn shown(line: &Line, view: &DiffView) -> Shown {
    let row = row(line, view);
    // Moves and edits beside the words say what they are in their note.
    let (class, label) = match row.sign {
        Sign::Same => ("same", ""),
        Sign::Reworded => ("edit", "Reworded"),
        Sign::Added => ("edit", "Added"),
        Sign::Removed => ("edit", "Removed"),
        Sign::MovedHere => ("edit", ""),
        Sign::MovedAway => ("small", ""),
        Sign::Small => ("small", ""),
    };
    Shown { class, label, block: block_class(&row), note: row.note, runs: row.runs }
}

fn block_class(row: &Row) -> String {
    match row.kind {
        BlockKind::Heading(level) => format!("h{}", level.clamp(1, 6)),
        BlockKind::Paragraph => "p".to_owned(),
        BlockKind::Item(depth) => format!("li{}", depth.clamp(1, 6)),
        BlockKind::Row => "tr".to_owned(),
    }
}
