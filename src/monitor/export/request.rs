//! What an export is asked for and what it answers: the values that its files share.

use std::{io, path::PathBuf};

use crate::{
    archive::error::ArchiveError,
    model::{history::Version, page::PageId, text::Text, time::Timestamp, watch::Watchlist},
    monitor::{app::App, app::MonitorError, visit_form::FormFailure},
};

/// Which part of the record is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Of these pages only; all if there is none.
    pub pages: Vec<PageId>,
    /// Of the pages of this company only.
    pub company: Option<String>,
    /// Captured at or after this instant.
    pub since: Option<Timestamp>,
    /// Captured at or before this instant.
    pub until: Option<Timestamp>,
}

impl Extent {
    /// Returns the pages that are meant, in the order of their ids. Fails on one that is not on
    /// record.
    pub fn pages_of(&self, app: &App) -> Result<Vec<PageId>, MonitorError> {
        for page in &self.pages {
            app.known_page(page)?;
        }
        let mut pages = app.archive.pages()?;
        pages.sort();
        pages.retain(|page| {
            let is_named = self.pages.is_empty() || self.pages.contains(page);
            is_named && self.company.as_deref().is_none_or(|it| is_of(&app.watchlist, page, it))
        });
        Ok(pages)
    }

    /// Returns whether an instant is meant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at <= until)
    }
}

fn is_of(watchlist: &Watchlist, page: &PageId, company: &str) -> bool {
    let lower = company.to_lowercase();
    watchlist.watch(page).is_some_and(|watch| watch.company.to_lowercase() == lower)
}

/// Returns the text of a version; `None` where it was taken out by order.
pub fn text_of(app: &App, version: &Version) -> Result<Option<Text>, ExportFailure> {
    match app.archive.text(&version.text) {
        Ok(text) => Ok(Some(text)),
        Err(ArchiveError::Redacted { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What an export came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many pages.
    pub pages: u64,
    /// How many visits, versions or entries.
    pub entries: u64,
    /// How many records, rows or files.
    pub records: u64,
    /// How many visits are told without what came, which was taken out by order.
    pub redacted: u64,
}

/// Why an export cannot go on. Nothing has the name of what was asked for then.
#[derive(Debug, thiserror::Error)]
pub enum ExportFailure {
    /// It cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was asked for is not there, or the archive failed.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
    /// A visit has no form.
    #[error(transparent)]
    Form(#[from] FormFailure),
}

impl From<ArchiveError> for ExportFailure {
    fn from(error: ArchiveError) -> ExportFailure {
        ExportFailure::Monitor(error.into())
    }
}
