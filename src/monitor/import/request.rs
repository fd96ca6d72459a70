//! What an import is asked for and what it answers: the values that its files share.

use std::{io, path::PathBuf};

use crate::{
    archive::error::ArchiveError,
    model::{page::PageId, time::Timestamp},
    monitor::{app::MonitorError, import::places::PlaceFailure},
};

/// A file, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Standard,
}

/// What is to be imported, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The files, in order.
    pub inputs: Vec<Input>,
    /// The page that all captures are of; none takes each address as a page.
    pub page: Option<PageId>,
    /// When the files, saved from a browser, were saved; none for web archives.
    pub saved_at: Option<Timestamp>,
    /// Who is told of what the captures bring.
    pub telling: Telling,
}

/// Who is told of what an import brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Nobody: alerts are recorded, and no delivery is due.
    Nobody,
    /// Those who are told at a live visit.
    Everyone,
}

/// What an import tells while it runs.
#[derive(Clone, Debug)]
pub enum Progress {
    /// So many captures were found.
    Found(u64),
    /// So many captures more were judged or passed over.
    Done(u64),
    /// All are judged, and so many bodies are packed smaller now.
    ToPack(u64),
    /// So many of them are done.
    Packed(u64),
    /// Something could not be imported; the rest goes on.
    Flaw(String),
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The captures that were recorded and judged.
    pub captures: u64,
    /// The bytes of their bodies.
    pub bytes: u64,
    /// The pages that they are of, in the order of their ids.
    pub pages: Vec<PageId>,
    /// Changes of wording that were established.
    pub changes: u64,
    /// Captures that were on record already.
    pub on_record: u64,
    /// Captures among these that lie before a visit on record.
    pub early: u64,
    /// The pages that were judged anew as a whole, since captures lie before visits on record.
    pub anew: Vec<PageId>,
    /// Redirects, which are no page.
    pub redirects: u64,
    /// Visits that repeat a body which is not on record.
    pub unknown_repeats: u64,
    /// Captures of something that is no page: pictures, scripts, styles.
    pub no_pages: u64,
    /// Captures for pages of several addresses that are of none of these, or lie before the first
    /// capture of another.
    pub partial: u64,
    /// Records that could not be read.
    pub damaged: u64,
}

/// Why an import cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A temporary file, in which captures are put in order, failed.
    #[error("cannot put the captures in order of time in a temporary file")]
    Spool(#[source] io::Error),
    /// It is not known whose captures they are.
    #[error(transparent)]
    Place(#[from] PlaceFailure),
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What a killed run left could not be finished.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
}
