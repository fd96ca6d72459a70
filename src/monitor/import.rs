//! Captures that others made, on the path of a live visit: recorded first, read, judged in the
//! order of time, as if the sweep had run at each capture's date.

pub mod anew;
pub mod capture;
pub mod judging;
mod parts;
pub mod places;
mod reading;
mod redirects;
pub mod request;
pub mod source;
mod spool;
pub mod whole;

use crate::{
    archive::lock,
    monitor::{
        app::App,
        clock::Clock,
        import::{
            judging::Judging,
            places::Places,
            request::{ImportFailure, Imported, Progress, Request},
            source::Source,
        },
        sweep,
    },
};

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
/// there. At its end, the bodies are packed smaller: a page's whole history is there. Damaged records are told in `progress` and passed over.
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
    let mut places = Places::new(&app.watchlist, request.page.as_ref());
    if request.saved_at.is_some() {
        places.know_address(&app.archive)?;
    }
    let source = Source::of(request, &places)?;
    progress(Progress::Found(source.captures()));
    let mut judging = Judging::new(app, places, request.telling, clock, progress);
    source.read(&mut |item| judging.take(item))?;
    let imported = judging.finish()?;
    let mut has_told = false;
    app.archive.compact_new(&imported.pages, &mut |it| {
        if !std::mem::replace(&mut has_told, true) {
            progress(Progress::ToPack(it.total as u64));
        }
        progress(Progress::Packed(it.done as u64));
    })?;
    drop(lock);
    Ok(Outcome::Done(imported))
}
