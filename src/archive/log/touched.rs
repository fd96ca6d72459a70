//! What a transaction wrote, to be put into the log before it is committed.

use std::collections::BTreeSet;

use crate::archive::log::item::Fields;

/// A row that the log tells of, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A visit with its parts.
    Visit(i64),
    /// A judgement with its reasons.
    Judgement(i64),
    /// A version.
    Version(i64),
    /// An event.
    Event(i64),
    /// A delivery.
    Delivery(i64),
    /// What a person added to a pledge's life.
    Note(i64),
    /// Until when the watchlist says that a pledge holds.
    Term(i64),
    /// What somebody decided about a change.
    Review(i64),
    /// A rule that dismisses changes.
    Rule(i64),
    /// How a pledge stands in a version.
    State(i64),
    /// What a page's history taught of its places.
    Lesson(i64),
    /// What was removed by order.
    Removal(i64),
}

impl Subject {
    /// Returns the table that has the row.
    pub fn table(self) -> &'static str {
        match self {
            Subject::Visit(_) => "visit",
            Subject::Judgement(_) => "judgement",
            Subject::Version(_) => "version",
            Subject::Event(_) => "event",
            Subject::Delivery(_) => "delivery",
            Subject::Note(_) => "pledge_note",
            Subject::Term(_) => "pledge_term",
            Subject::Review(_) => "review",
            Subject::Rule(_) => "review_rule",
            Subject::State(_) => "pledge_state",
            Subject::Lesson(_) => "lesson",
            Subject::Removal(_) => "removal",
        }
    }

    /// Returns the row's number.
    pub fn number(self) -> i64 {
        match self {
            Subject::Visit(id)
            | Subject::Judgement(id)
            | Subject::Version(id)
            | Subject::Event(id)
            | Subject::Delivery(id)
            | Subject::Note(id)
            | Subject::Term(id)
            | Subject::Review(id)
            | Subject::Rule(id)
            | Subject::State(id)
            | Subject::Lesson(id)
            | Subject::Removal(id) => id,
        }
    }
}

/// Says which row a number stands for.
pub type Numbered = fn(i64) -> Subject;

/// The rows that a transaction wrote, in the order in which it wrote them first, and what is a fact
/// of its own.
#[derive(Default)]
pub struct Touched {
    subjects: Vec<Subject>,
    known: BTreeSet<Subject>,
    pages: BTreeSet<i64>,
    facts: Vec<Fields>,
}

impl Touched {
    /// Notes that a row was written; the log tells of it as it is when the transaction ends.
    pub fn add(&mut self, subject: Subject) {
        if self.known.insert(subject) {
            self.subjects.push(subject);
        }
    }

    /// Notes that a page stands elsewhere now, where no judgement of it says so.
    pub fn page(&mut self, page: i64) {
        self.pages.insert(page);
    }

    /// Notes a fact that is no row.
    pub fn fact(&mut self, fact: Fields) {
        self.facts.push(fact);
    }

    /// Returns all that was noted: rows, pages and facts.
    pub fn into_parts(self) -> (Vec<Subject>, BTreeSet<i64>, Vec<Fields>) {
        (self.subjects, self.pages, self.facts)
    }
}
