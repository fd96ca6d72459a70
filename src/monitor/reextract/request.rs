//! What reading again is asked for and what it answers: the values that its files share.

use crate::{
    archive::lock,
    model::{
        history::{Version, VisitId},
        page::PageId,
        text::Text,
    },
};

/// What is to be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The pages; all if none is named.
    pub pages: Vec<PageId>,
    /// Whether it is recorded.
    pub mode: Mode,
    /// Which visits.
    pub reach: Reach,
}

/// Whether what is read is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Record,
    /// Nothing is written.
    Rehearse,
}

/// Which visits are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those that were read by another revision of the extractor, or with another selection.
    Outdated,
    /// All.
    All,
}

/// What came of asking to read again.
#[derive(Debug)]
pub enum Outcome {
    /// It is done.
    Done,
    /// A sweep is running, which must not be disturbed.
    Running(lock::Running),
}

/// What is told meanwhile.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// There are so many visits.
    Found(u64),
    /// So many visits more are done.
    Done(u64),
    /// A page is done.
    Page(&'a PageReread),
}

/// A page, read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageReread {
    /// Which page.
    pub page: PageId,
    /// Whether it was left out, since the watchlist has it no more and its selection is not known.
    pub left_out: bool,
    /// How many visits of it gave a text.
    pub visits: u64,
    /// How many of them were read again.
    pub reread: u64,
    /// How many of these read otherwise than before.
    pub differing: u64,
    /// How many cannot be read under today's rules, and stay as they were read.
    pub unreadable: u64,
    /// Its versions that were read again, oldest first.
    pub versions: Vec<VersionReread>,
}

impl PageReread {
    /// Returns a page of which nothing was read yet.
    pub fn of(page: PageId) -> PageReread {
        PageReread {
            page,
            left_out: false,
            visits: 0,
            reread: 0,
            differing: 0,
            unreadable: 0,
            versions: Vec::new(),
        }
    }
}

/// A version, read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionReread {
    /// The version as it was.
    pub version: Version,
    /// The visit that it was read from; none if it cannot be read under today's rules.
    pub visit: Option<VisitId>,
    /// Its text as it was read before.
    pub before: Text,
    /// Its text as it reads now.
    pub after: Option<Text>,
    /// How many blocks before, and how many after, have no equal in the other text.
    pub differing: (usize, usize),
}

impl VersionReread {
    /// Returns whether it reads otherwise than before.
    pub fn differs(&self) -> bool {
        self.after.as_ref().is_some_and(|after| *after != self.before)
    }
}
