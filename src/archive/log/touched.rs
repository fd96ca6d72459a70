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
    /// What somebody decided about a change.
    Review(i64),
    /// A rule that dismisses changes.
    Rule(i64),
}

/// Says which row a number stands for.
pub type Numbered = fn(i64) -> Subject;

/// The rows that a transaction wrote, in the order in which it wrote them first, and what is a fact
/// of its own.
#[derive(Default)]
pub struct Touched {
    subjects: Vec<Subject>,
    known: BTreeSet<Subject>,
    facts: Vec<Fields>,
}

impl Touched {
    /// Notes that a row was written; the log tells of it as it is when the transaction ends.
    pub fn add(&mut self, subject: Subject) {
        if self.known.insert(subject) {
            self.subjects.push(subject);
        }
    }

    /// Notes a fact that is no row.
    pub fn fact(&mut self, fact: Fields) {
        self.facts.push(fact);
    }

    /// Returns all that was noted.
    pub fn into_parts(self) -> (Vec<Subject>, Vec<Fields>) {
        (self.subjects, self.facts)
    }
}
