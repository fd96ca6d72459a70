//! A body at its address and instant, for those who ask for a page as it was.

use crate::model::{history::VisitId, page::PageId, snapshot::Digest, time::Timestamp};

/// A body that one address gave at one visit, captured then or confirmed by a 304.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The visit.
    pub visit: VisitId,
    /// Which part of it, from 0.
    pub part: u32,
    /// Which page.
    pub page: PageId,
    /// When the visit began.
    pub at: Timestamp,
    /// The address as the watchlist had it.
    pub url: String,
    /// The address that answered.
    pub final_url: String,
    /// The status.
    pub status: Option<u16>,
    /// The `Content-Type` field.
    pub content_type: Option<String>,
    /// The digest of the body.
    pub snapshot: Digest,
}
