//! The archive itself, kept: copied, packed anew, and what must go removed from it.

use std::path::{Path, PathBuf};

use crate::{
    archive::{
        backup::Backed,
        compact::{Compacted, Progress},
        lock::{self, SweepLock},
        verify::Damage,
    },
    model::{
        history::VisitId,
        page::PageId,
        removal::{Removal, Taken},
        snapshot::Digest,
    },
    monitor::{
        app::{App, MonitorError},
        clock::Clock,
    },
};

/// What came of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackedUp {
    /// It is whole.
    Whole {
        /// Where it is.
        path: PathBuf,
        /// How large it is, in bytes.
        bytes: u64,
    },
    /// The archive is damaged, and so was the copy, which was not kept.
    Damaged(Vec<Damage>),
}

/// Copies the archive's database to a file, and proves the copy.
pub fn back_up(app: &App, target: &Path) -> Result<BackedUp, MonitorError> {
    Ok(match app.archive.back_up(target)? {
        Backed::Up(copied) => BackedUp::Whole { path: copied.path, bytes: copied.bytes },
        Backed::Damaged(damages) => BackedUp::Damaged(damages),
    })
}

/// Copies the archive with all that stands beside its database to a folder, and proves the copy.
pub fn back_up_all(app: &App, target: &Path) -> Result<BackedUp, MonitorError> {
    // The log first: a database that is behind its log would be taken for one that was put back.
    app.archive.copy_beside(target)?;
    back_up(app, &target.join(app.archive.file_name()))
}

/// Packs all bodies anew and gives back the room that is free in the file.
pub fn compact(
    app: &mut App,
    clock: &Clock,
    report: &mut dyn FnMut(Progress),
) -> Result<Compacted, MonitorError> {
    let _lock = alone(app, clock)?;
    let compacted = app.archive.compact(report)?;
    app.archive.vacuum()?;
    Ok(compacted)
}

/// Whose bytes are taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redacted {
    /// A body's.
    Body(Digest),
    /// Those of all bodies that a visit captured or confirmed.
    Visit(VisitId),
}

/// Takes the bytes of bodies out of the archive, and the words that were read from them alone.
pub fn redact(
    app: &mut App,
    whose: Redacted,
    reason: &str,
    clock: &Clock,
) -> Result<Taken, MonitorError> {
    let _lock = alone(app, clock)?;
    let bodies = match whose {
        Redacted::Body(digest) => vec![digest],
        Redacted::Visit(visit) => {
            app.archive.visit(visit)?;
            app.archive.bodies_of(visit)?
        }
    };
    Ok(app.archive.redact(&bodies, reason, clock.now())?)
}

/// Takes all that a page said out of the archive.
pub fn forget(
    app: &mut App,
    page: &PageId,
    reason: &str,
    clock: &Clock,
) -> Result<Taken, MonitorError> {
    app.known_page(page)?;
    let _lock = alone(app, clock)?;
    Ok(app.archive.forget(page, reason, clock.now())?)
}

/// Returns what was removed, oldest first.
pub fn removals(app: &App) -> Result<Vec<Removal>, MonitorError> {
    Ok(app.archive.removals()?)
}

fn alone(app: &App, clock: &Clock) -> Result<SweepLock, MonitorError> {
    lock::lock_sweep(app.archive.directory(), clock.now())?.map_err(|_| MonitorError::Busy)
}
