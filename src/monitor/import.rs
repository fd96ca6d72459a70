//! Captures that others made, on the path of a live visit: recorded first, read, judged in the
//! order of time, as if the sweep had run at each capture's date.

pub mod anew;
pub mod capture;
pub mod judging;
pub mod places;
pub mod source;
mod spool;

use std::{io, path::PathBuf};

use crate::{
    archive::{error::ArchiveError, lock},
    model::{page::PageId, time::Timestamp},
    monitor::{
        app::App,
        clock::Clock,
        import::{
            judging::Judging,
            places::{PlaceFailure, Places},
            source::{Input, Source},
        },
        sweep,
    },
};

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
    /// Captures of one of several addresses of a page.
    pub partial: u64,
    /// Records that could not be read.
    pub damaged: u64,
}

/// What came of asking to import.
#[derive(Debug)]
pub enum Outcome {
    /// It ran.
    Done(Imported),
    /// A sweep is running, which must not be disturbed.
    Running(lock::Running),
}

/// Imports captures.
///
/// What was recorded when it fails stays on record, and importing the same again goes on from
/// there. Damaged records are told in `progress` and passed over.
pub fn import(
    app: &mut App,
    request: &Request,
    clock: &Clock,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, ImportFailure> {
    let lock = match lock::lock_sweep(app.archive.directory(), clock.now())? {
        Ok(lock) => lock,
        Err(running) => return Ok(Outcome::Running(running)),
    };
    sweep::finish_what_was_left(app, clock)?;
    let mut places = Places::new(&app.watchlist, request.page.as_ref())?;
    if request.saved_at.is_some() {
        places.know_address(&app.archive)?;
    }
    let source = Source::of(request, &places)?;
    progress(Progress::Found(source.captures()));
    let mut judging = Judging::new(app, places, request.telling, clock, progress);
    source.read(&mut |item| judging.take(item))?;
    let imported = judging.finish()?;
    drop(lock);
    Ok(Outcome::Done(imported))
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
    Monitor(#[from] crate::monitor::app::MonitorError),
}
