//! What a sweep came to, as its commands tell it.

use crate::model::{
    event::Told,
    history::{Finding, VisitId},
    page::PageId,
    trouble::Trouble,
};

/// A page that was visited and judged.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Which page.
    pub page: PageId,
    /// The visit.
    pub visit: VisitId,
    /// What it was judged to be.
    pub finding: Finding,
    /// Why.
    pub reasons: Vec<String>,
}

/// What a sweep came to.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// The pages that were visited, in the order in which they were judged.
    pub checked: Vec<Checked>,
    /// How many changes were established.
    pub changes: usize,
    /// Pages in trouble, with the trouble.
    pub troubled: Vec<(PageId, Trouble)>,
    /// Pages in trouble that were never read so far, at the first visit that found it.
    pub unread: Vec<PageId>,
    /// Deliveries that failed, in words.
    pub undelivered: Vec<String>,
    /// Why the heartbeat could not be sent, if it could not.
    pub heartbeat_failure: Option<String>,
    /// The alerts for standard output, oldest first, to be printed and then settled.
    pub printed: Vec<Told>,
    /// The signed head of the log that holds the alerts, in a line; `None` while it is not signed.
    pub log_head: Option<String>,
    /// Why the log could not be signed, with what to do, where it was to be.
    pub unsigned: Option<String>,
    /// Whether the sweep was asked to stop before its end.
    pub interrupted: bool,
}
