//! The whole archive read again under today's extractor and selection: nothing is fetched, nobody
//! is told, and what was read before stays on record, superseded.

pub mod readers;
pub mod request;

use std::collections::BTreeMap;

use crate::{
    archive::{error::ArchiveError, lock, reread::ReadVisit},
    compare,
    model::{
        cause::Cause,
        edit::{Diff, DiffRow},
        history::{Reading, Reread, Version, VisitId},
        page::PageId,
        snapshot::Digest,
        text::Text,
        time::Timestamp,
        watch::Watch,
    },
    monitor::{
        app::{App, MonitorError},
        clock::Clock,
        earlier::REREAD,
        intake::regime,
        judge::events::{Teller, own_change},
        pledges::tracing,
        reextract::{
            readers::Readers,
            request::{Mode, Outcome, PageReread, Progress, Reach, Request, VersionReread},
        },
        sweep,
    },
};

/// The most visits that share a transaction.
const BATCH_VISITS_MAX: usize = 100;

/// How many of the visits that showed a version are tried, the latest first.
const CANDIDATES_MAX: usize = 4;

/// Reads pages again.
///
/// Killed at any moment, it leaves an archive in which each visit is read one way or the other,
/// and running it again goes on from there. With [`Mode::Rehearse`] nothing is written.
pub fn reextract(
    app: &mut App,
    request: &Request,
    clock: &Clock,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome, MonitorError> {
    for page in &request.pages {
        app.known_page(page)?;
    }
    let _lock = match request.mode {
        Mode::Rehearse => None,
        Mode::Record => match lock::lock_sweep(app.archive.directory(), clock.now())? {
            Ok(lock) => {
                sweep::finish_what_was_left(app, clock)?;
                Some(lock)
            }
            Err(running) => return Ok(Outcome::Running(running)),
        },
    };
    let mut found = Vec::new();
    for page in app.archive.pages()? {
        if request.pages.is_empty() || request.pages.contains(&page) {
            let (watch, left_out) = watch(app, &page)?;
            let visits = app.archive.read_visits(&page)?;
            found.push((watch, left_out, visits));
        }
    }
    let visits = found.iter().filter(|(_, left_out, _)| !left_out).map(|(.., it)| it.len() as u64);
    tell(Progress::Found(visits.sum()));
    readers::with_readers(|readers| {
        for (watch, left_out, visits) in found {
            let reread = match left_out {
                true => PageReread { left_out, ..PageReread::of(watch.page) },
                false => {
                    Rereading { app, request, clock, watch: &watch, readers, tell }.page(&visits)?
                }
            };
            tell(Progress::Page(&reread));
        }
        Ok::<(), MonitorError>(())
    })?;
    if request.mode == Mode::Record {
        tracing::catch_up(app, clock)?;
    }
    Ok(Outcome::Done)
}

/// Returns the watch of a page, and whether it is left out: of a page that the watchlist has no
/// more, nobody knows the selection, unless it had none.
fn watch(app: &App, page: &PageId) -> Result<(Watch, bool), MonitorError> {
    if let Some(watch) = app.watchlist.watch(page) {
        return Ok((watch.clone(), false));
    }
    let version = app.archive.page_state(page)?.version;
    let visits = app.archive.visits(page, 1)?;
    let urls =
        visits.iter().flat_map(|it| &it.visit.parts).filter_map(|part| part.url.parse().ok());
    let watch = Watch::new(page.clone(), urls.collect());
    let plain = watch.selection.digest();
    let left_out = version.is_none_or(|it| it.regime.selection != plain) || watch.urls.is_empty();
    Ok((watch, left_out))
}

/// One page on its way.
struct Rereading<'a> {
    app: &'a mut App,
    request: &'a Request,
    clock: &'a Clock,
    watch: &'a Watch,
    readers: &'a mut Readers,
    tell: &'a mut dyn FnMut(Progress),
}

impl Rereading<'_> {
    fn page(mut self, visits: &[ReadVisit]) -> Result<PageReread, MonitorError> {
        let today = regime(&self.watch.selection);
        let mut page = PageReread::of(self.watch.page.clone());
        page.visits = visits.len() as u64;
        let asked = |visit: &ReadVisit| self.request.reach == Reach::All || visit.regime != today;
        let due: Vec<&ReadVisit> = visits.iter().filter(|visit| asked(visit)).collect();
        (self.tell)(Progress::Done((visits.len() - due.len()) as u64));
        for batch in due.chunks(BATCH_VISITS_MAX) {
            let readings = self.read(batch)?;
            let mut rereads = Vec::new();
            for (visit, reading) in batch.iter().zip(readings) {
                let Some(reading) = reading else {
                    page.unreadable += 1;
                    continue;
                };
                page.reread += 1;
                let text = reading.text.digest();
                page.differing += u64::from(text != visit.text);
                if visit.regime != today || text != visit.text {
                    rereads.push(self.reread(visit.visit, reading));
                }
            }
            if self.request.mode == Mode::Record {
                let at = self.clock.now();
                self.app.archive.record_reread(&self.watch.page, &rereads, at)?;
            }
            (self.tell)(Progress::Done(batch.len() as u64));
        }
        let by_id: BTreeMap<VisitId, &ReadVisit> =
            visits.iter().map(|visit| (visit.visit, visit)).collect();
        let gone = self.app.archive.versions_taken_out(&self.watch.page)?;
        for version in self.app.archive.versions(&self.watch.page)? {
            if gone.contains(&version.id) {
                continue;
            }
            if self.request.reach == Reach::All || version.regime != today {
                page.versions.push(self.version(version, &by_id)?);
            }
        }
        Ok(page)
    }

    fn reread(&self, visit: VisitId, reading: Reading) -> Reread {
        Reread { visit, reading, reason: REREAD.to_owned() }
    }

    /// Reads visits in order of time, each distinct run of bodies once.
    fn read(&mut self, batch: &[&ReadVisit]) -> Result<Vec<Option<Reading>>, ArchiveError> {
        let selection = &self.watch.selection;
        let mut keys: Vec<Vec<Digest>> = Vec::new();
        let mut which = Vec::new();
        for visit in batch {
            let key = self.app.archive.body_digests(visit.visit)?;
            let known = keys.iter().position(|it| *it == key);
            if known.is_none() {
                // The bodies of one visit after the other: each rests on the one before.
                let bodies =
                    if key.is_empty() { None } else { self.app.archive.bodies(visit.visit)? };
                self.readers.send(bodies.unwrap_or_default(), selection);
                keys.push(key);
            }
            which.push(known.unwrap_or(keys.len() - 1));
        }
        let readings = self.readers.collect();
        Ok(which.into_iter().map(|at| readings.get(at).cloned().flatten()).collect())
    }

    /// Reads a version again, from the latest visit that showed it and can be read.
    fn version(
        &mut self,
        version: Version,
        visits: &BTreeMap<VisitId, &ReadVisit>,
    ) -> Result<VersionReread, MonitorError> {
        let end = Timestamp::from_millis(i64::MAX);
        let archive = &self.app.archive;
        let mut shown = archive.visits_showing(&version, end, CANDIDATES_MAX)?;
        shown.push(version.first_visit);
        for visit in shown {
            let bodies = archive.bodies(visit)?.unwrap_or_default();
            self.readers.send(bodies, &self.watch.selection);
            if let Some(reading) = self.readers.collect().into_iter().next().flatten() {
                return self.compared(version, (visit, visits.get(&visit).copied()), reading);
            }
        }
        let before = archive.text(&version.text)?;
        Ok(VersionReread { version, visit: None, before, after: None, differing: (0, 0) })
    }

    /// Holds what a visit reads like now against what the same visit was read as before: the
    /// version's own text may be another visit's, with other links.
    fn compared(
        &mut self,
        version: Version,
        (visit, recorded): (VisitId, Option<&ReadVisit>),
        reading: Reading,
    ) -> Result<VersionReread, MonitorError> {
        let after = reading.text.clone();
        // A visit that was read as today before, while the version was not: a run was killed.
        let is_newer = |it: &&ReadVisit| it.regime == version.regime || it.regime != reading.regime;
        let text = recorded.filter(is_newer).map_or(version.text, |it| it.text);
        let before = self.app.archive.text(&text)?;
        let is_other = after != before;
        if self.request.mode == Mode::Record && (is_other || version.regime != reading.regime) {
            let at = self.clock.now();
            let cause = match version.regime.selection == reading.regime.selection {
                true => Cause::Extractor,
                false => Cause::Selection,
            };
            let captured_at = self.app.archive.visit(visit)?.visit.started_at;
            let teller = Teller::of(self.watch, &self.app.watchlist.channels, captured_at, at);
            let change = || teller.own(own_change(cause, (&before, &after), captured_at));
            let event = is_other.then(change);
            let reread = self.reread(visit, reading);
            self.app.archive.record_version_reread(&version, &reread, event.as_ref(), at)?;
        }
        let differing = if is_other { differing(&before, &after) } else { (0, 0) };
        Ok(VersionReread { version, visit: Some(visit), before, after: Some(after), differing })
    }
}

/// Returns how a version reads otherwise than before.
pub fn diff(version: &VersionReread) -> Diff {
    let after = version.after.as_ref().unwrap_or(&version.before);
    compare::diff::diff(&version.before, after)
}

/// Returns how many blocks of the text before, and of the one after, have no equal in the other.
fn differing(before: &Text, after: &Text) -> (usize, usize) {
    let diff = compare::diff::diff(before, after);
    let same = diff.rows.iter().filter(|row| matches!(row, DiffRow::Same { .. })).count();
    (before.blocks.len() - same, after.blocks.len() - same)
}
