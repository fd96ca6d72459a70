//! When a phrase stood on a page: told by captures, and never more exactly than they can tell.

use crate::model::{cause::Cause, page::PageId, time::Timestamp};

/// How a phrase came or went: between two captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The last capture with the wording before; none where the page was never captured before.
    pub after: Option<Timestamp>,
    /// The first capture with the wording after.
    pub no_later_than: Timestamp,
    /// The number of the version that brought it.
    pub version: u32,
    /// Why that version is there.
    pub cause: Cause,
    /// Whether what the page said on the other side was taken out by order, so that nobody can tell
    /// whether the phrase stood there: before it came, or after it went.
    pub is_taken_out: bool,
}

/// A stretch of versions of a page in each of which a phrase stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The page.
    pub page: PageId,
    /// How it came.
    pub came: Turn,
    /// The last capture that is known to show it.
    pub last_seen_at: Timestamp,
    /// How it went; none where it is still there.
    pub went: Option<Turn>,
    /// The passage with the phrase, as the last of the versions has it.
    pub passage: String,
    /// The same as the first of them had it, where that is another.
    pub first_passage: Option<String>,
}

impl Stay {
    /// Returns whether it was there at some time between two instants, as far as captures tell.
    pub fn touches(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> bool {
        let began = self.came.no_later_than;
        let is_over_before = |since| self.went.is_some() && self.last_seen_at < since;
        !since.is_some_and(is_over_before) && until.is_none_or(|until| began <= until)
    }
}
