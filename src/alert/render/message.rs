//! What is sent as one message: an event, or several that are told together, with the head of the
//! log that holds them.

use crate::{
    alert::render::{
        account::{self, Account, Fact},
        excerpt::{Excerpt, Run, RunKind, Shown},
        visible::{clipped, visible},
    },
    model::{
        edit::EditKind,
        event::{Event, EventKind, What},
        page::PageId,
        time::Timestamp,
    },
};

/// The most characters of a subject; phones show some 40, mail clients some 100.
const SUBJECT_CHARS_MAX: usize = 120;
/// The most bytes of words of one event among several.
const EXCERPT_BYTES_MAX: usize = 600;
/// The most events that are told one by one; of more, the rest is counted.
const SHOWN_MAX: usize = 60;

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its name, the same whenever it is sent again: the event's, or that of all of them.
    pub name: &'a str,
    /// What it tells, oldest first; never empty.
    pub events: &'a [&'a Event],
    /// The signed head of the log in a line; `None` while it is not signed.
    pub log_head: Option<&'a str>,
}

impl Message<'_> {
    /// Returns it in words, before any form.
    pub fn account(&self) -> Account {
        let mut account = match self.events {
            [one] => Account::of(one),
            several => together(self.name, several),
        };
        account.checkpoint = Some(self.log_head.map_or("not signed yet".to_owned(), visible));
        account
    }

    /// Returns it as one line of at most 120 characters, without controls.
    pub fn subject(&self) -> String {
        match self.events {
            [one] => clipped(&account::headline(one, 30, 50), SUBJECT_CHARS_MAX),
            several => clipped(&headline(several), SUBJECT_CHARS_MAX),
        }
    }

    /// Returns the code of its kind: the event's, or `digest`.
    pub fn kind(&self) -> &'static str {
        match self.events {
            [one] => one.kind().code(),
            _ => "digest",
        }
    }

    /// Returns the kind of event that is told most urgently.
    pub fn gravest(&self) -> EventKind {
        let kinds = self.events.iter().map(|event| event.kind());
        kinds.min_by_key(|kind| rank(*kind)).unwrap_or(EventKind::Change)
    }

    /// Returns the page, if it tells of one alone.
    pub fn page(&self) -> Option<&PageId> {
        let first = &self.events.first()?.page;
        self.events.iter().all(|event| event.page == *first).then_some(first)
    }

    /// Returns when the last of its events was recorded.
    pub fn recorded_at(&self) -> Timestamp {
        let at = self.events.iter().map(|event| event.recorded_at).max();
        at.unwrap_or(Timestamp::from_millis(0))
    }
}

/// Returns how urgent a kind is, most urgent first.
fn rank(kind: EventKind) -> u8 {
    match kind {
        EventKind::Pledge => 0,
        EventKind::Gone => 1,
        EventKind::Change => 2,
        EventKind::Moved => 3,
        EventKind::Trouble => 4,
        EventKind::Recovered => 5,
    }
}

/// Returns events in the order in which a reader wants them: what touches a pledge first, then what
/// weighs most, then as they happened.
fn by_interest<'a>(events: &[&'a Event]) -> Vec<&'a Event> {
    let mut order: Vec<&Event> = events.to_vec();
    order.sort_by_key(|event| {
        let touches = match &event.what {
            What::Change(change) => change.pledges.iter().any(|pledge| pledge.is_told()),
            What::Trouble { .. }
            | What::Moved { .. }
            | What::Gone { .. }
            | What::Recovered { .. }
            | What::QuoteMissing { .. }
            | What::Pledge { .. } => false,
        };
        let kind = if touches { 0 } else { rank(event.kind()) };
        (kind, std::cmp::Reverse(event.verdict().map(|verdict| verdict.weight())))
    });
    order
}

/// Returns the strongest thing in one line, and how many others there are.
fn headline(events: &[&Event]) -> String {
    let first = by_interest(events).first().map(|event| account::headline(event, 40, 60));
    let others = events.len().saturating_sub(1);
    format!("{} alerts: {}; and {others} more", events.len(), first.unwrap_or_default())
}

fn together(name: &str, events: &[&Event]) -> Account {
    let order = by_interest(events);
    let excerpts = order.iter().take(SHOWN_MAX).map(|event| excerpt(event)).collect();
    let mut rest = Vec::new();
    let left_out = events.len().saturating_sub(SHOWN_MAX);
    if 0 < left_out {
        rest.push(format!("and {left_out} more: `pledgewatch alert list` shows all"));
    }
    let mut pages: Vec<&str> = events.iter().map(|event| event.page.as_str()).collect();
    pages.sort_unstable();
    pages.dedup();
    let at = |at: Option<Timestamp>| at.map(Timestamp::minute).unwrap_or_default();
    let captured = || events.iter().map(|event| event.captured_at);
    Account {
        headline: headline(events),
        caveats: Vec::new(),
        facts: vec![
            Fact { label: "Pages", words: clipped(&pages.join(", "), 500) },
            Fact {
                label: "When",
                words: format!("from {} to {}", at(captured().min()), at(captured().max())),
            },
        ],
        excerpts,
        rest,
        advice: Vec::new(),
        address: match pages.len() {
            1 => "one page, named above".to_owned(),
            count => format!("{count} pages, named above"),
        },
        link: None,
        commands: vec!["pledgewatch alert list".to_owned(), "pledgewatch review".to_owned()],
        id: name.to_owned(),
        checkpoint: None,
    }
}

/// Returns an event among several: its own first line, and the strongest passage where it is short.
fn excerpt(event: &Event) -> Excerpt {
    let own = Account::of(event);
    let when = event.captured_at.minute();
    let title = format!("{} ({}, {when}, {})", own.headline, event.page, event.id);
    let mut passages = Vec::new();
    let mut kind = EditKind::Reworded;
    match own.excerpts.into_iter().next() {
        Some(strongest) if strongest.byte_count() <= EXCERPT_BYTES_MAX => {
            kind = strongest.kind;
            passages = strongest.passages;
        }
        Some(_) => (),
        None => {
            let facts = own.facts.iter().filter(|it| it.label != "Company" && it.label != "Page");
            let words: Vec<String> =
                facts.map(|fact| format!("{}: {}", fact.label, fact.words)).collect();
            let words = clipped(&words.join("; "), EXCERPT_BYTES_MAX);
            passages.push(Shown { label: None, runs: vec![Run { kind: RunKind::Same, words }] });
        }
    }
    Excerpt { title: Some(title), kind, amounts_to: None, heading: String::new(), passages }
}
