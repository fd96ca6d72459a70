//! Captures recorded and judged, batch by batch: their bytes first, then what they mean.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    time::Duration,
};

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{
        event::EventKind,
        history::Judgement,
        page::PageId,
        snapshot::{Digest, Snapshot, exact},
        time::Timestamp,
        visit::{Answer, FetchFailure, Hop, Origin, Outcome, Part, Visit},
    },
    monitor::{
        app::App,
        check::{Taken, check_taken_in},
        clock::Clock,
        elsewhere::seek_into,
        familiar::Lately,
        import::{
            anew::{judge_anew, tell_nobody},
            capture::{Came, Captured},
            parts::Assembly,
            places::Places,
            reading::{read_pages, watch_of},
            redirects::{Followed, Redirects},
            request::{ImportFailure, Imported, Progress, Telling},
            source::Item,
            whole::{Found, WholeVisit},
        },
        intake::read_known,
        visit_form::FormFailure,
    },
};

/// The most captures that share a transaction.
const BATCH_CAPTURES_MAX: usize = 100;

/// The most bytes of bodies that a batch holds, give or take one body: with this, an import of 6,475
/// captures of 51 pages (1.9 GB in one file) takes 192 MB of memory.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// How many bodies are remembered by the digest that their records state.
const BODIES_MAX: usize = 100_000;

/// Records and judges captures as they come.
pub struct Judging<'a> {
    app: &'a mut App,
    places: Places,
    telling: Telling,
    clock: &'a Clock,
    progress: &'a mut dyn FnMut(Progress),
    batch: Vec<Found>,
    batch_bytes: usize,
    /// The latest visit of each page that was met.
    latest: BTreeMap<PageId, Option<Timestamp>>,
    /// Bodies by the digest that their records state.
    bodies: BTreeMap<String, Digest>,
    /// The captures of this batch: page, instant, address and digest of the body.
    fresh: BTreeSet<(PageId, Timestamp, String, Option<Digest>)>,
    /// The bodies of this batch, which are not on record yet.
    fresh_bodies: BTreeMap<Digest, Snapshot>,
    /// Captures of pages that are made of several addresses.
    assembly: Assembly,
    /// Redirects whose targets are yet to come.
    redirects: Redirects,
    /// The pages with captures before visits on record.
    anew: BTreeSet<PageId>,
    imported: Imported,
    /// What the pages read like lately.
    lately: Lately,
}

impl<'a> Judging<'a> {
    /// Returns one that has taken nothing yet.
    pub fn new(
        app: &'a mut App,
        places: Places,
        telling: Telling,
        clock: &'a Clock,
        progress: &'a mut dyn FnMut(Progress),
    ) -> Judging<'a> {
        Judging {
            app,
            places,
            telling,
            clock,
            progress,
            batch: Vec::new(),
            batch_bytes: 0,
            latest: BTreeMap::new(),
            bodies: BTreeMap::new(),
            fresh: BTreeSet::new(),
            fresh_bodies: BTreeMap::new(),
            assembly: Assembly::default(),
            redirects: Redirects::default(),
            anew: BTreeSet::new(),
            imported: Imported::default(),
            lately: Lately::default(),
        }
    }

    /// Takes what a source gives.
    pub fn take(&mut self, item: Item) -> Result<(), ImportFailure> {
        let found = match item {
            Item::Found(found) => *found,
            Item::Damaged(words) => {
                self.flaw(words);
                return Ok(());
            }
        };
        self.batch_bytes += found.bodies().iter().map(|body| body.len()).sum::<usize>();
        self.batch.push(found);
        if BATCH_CAPTURES_MAX <= self.batch.len() || BATCH_BYTES_MAX <= self.batch_bytes {
            self.judge_batch()?;
        }
        Ok(())
    }

    fn flaw(&mut self, words: String) {
        self.imported.damaged += 1;
        (self.progress)(Progress::Flaw(words));
    }

    /// Judges what is left and returns what the import came to.
    pub fn finish(mut self) -> Result<Imported, ImportFailure> {
        self.judge_batch()?;
        let unfollowed = self.redirects.finish();
        let visits = self.read_all(unfollowed)?;
        self.judge_visits(visits)?;
        let anew: Vec<PageId> = self.anew.into_iter().collect();
        for page in &anew {
            judge_anew(self.app, page, self.clock)?;
        }
        self.imported.anew = anew;
        self.imported.pages = self.latest.into_keys().collect();
        Ok(self.imported)
    }

    fn judge_batch(&mut self) -> Result<(), ImportFailure> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let done = batch.len() as u64;
        let mut visits = Vec::new();
        for found in batch {
            match found {
                Found::One(captured) => visits.extend(self.followed(captured)?),
                Found::Whole(whole) => {
                    let visit = self.whole(whole)?;
                    self.keep_bodies(visit.as_ref());
                    visits.extend(visit);
                }
            }
        }
        self.judge_visits(visits)?;
        (self.progress)(Progress::Done(done));
        Ok(())
    }

    fn judge_visits(&mut self, visits: Vec<Visit>) -> Result<(), ImportFailure> {
        self.fresh.clear();
        self.fresh_bodies.clear();
        let all = visits.len() as u64;
        let (visits, late): (Vec<Visit>, Vec<Visit>) =
            visits.into_iter().partition(|visit| !self.anew.contains(&visit.page));
        // These wait, unjudged, until their pages are judged anew as a whole.
        self.app.archive.record_visits(&late)?;
        let ids = self.app.archive.record_visits(&visits)?;
        let intakes = read_pages(&visits, &self.places, &self.lately);
        let judged = ids.into_iter().zip(&visits).zip(intakes);
        let (places, clock, telling) = (&self.places, self.clock, self.telling);
        let channels = &self.app.watchlist.channels;
        let watches = &self.app.watchlist.watches;
        let changes = self.app.archive.together(|archive| {
            let mut changes = 0;
            for ((id, visit), intake) in judged {
                let watch = watch_of(places, visit);
                let intake = match intake {
                    Some(intake) => intake,
                    None => read_known(archive, visit, &watch.selection)?,
                };
                let taken = Taken { id, visit, intake };
                let mut judgement = check_taken_in(archive, &watch, channels, taken, clock.now())?;
                seek_into(archive, watches, &mut judgement)?;
                if telling == Telling::Nobody {
                    tell_nobody(&mut judgement);
                }
                changes += alerted_changes(&judgement);
                archive.record_judgements(&[judgement])?;
            }
            Ok::<u64, ArchiveError>(changes)
        })?;
        self.imported.changes += changes;
        self.imported.captures += all;
        Ok(())
    }

    /// Counts a capture that shows no page, or none of the addresses of its page.
    fn passes_over(&mut self, captured: &Captured) -> Result<bool, ImportFailure> {
        let count = if self.says_nothing(captured)? {
            &mut self.imported.redirects
        } else if !self.places.is_named() && !captured.may_be_page() {
            &mut self.imported.no_pages
        } else {
            let page = self.places.page(&captured.url);
            let several = 1 < self.places.watch(&page, &captured.url).urls.len();
            if !several || self.places.position(&page, &captured.url).is_some() {
                return Ok(false);
            }
            &mut self.imported.partial
        };
        *count += 1;
        Ok(true)
    }

    /// Returns whether a capture is a redirect of which nothing is known: one of a page that was
    /// there before is what became of it.
    fn says_nothing(&self, captured: &Captured) -> Result<bool, ImportFailure> {
        let repeats = captured.status == 304 && matches!(captured.came, Came::Again(_));
        if !(300..400).contains(&captured.status) || repeats {
            return Ok(false);
        }
        let page = self.places.page(&captured.url);
        let several = self.places.known_watch(&page).is_some_and(|watch| 1 < watch.urls.len());
        let is_told = captured.status != 304 && captured.field("location").is_some() && !several;
        let was_met = || matches!(self.latest.get(&page), Some(Some(_)));
        let is_known =
            is_told && (was_met() || self.app.archive.page_state(&page)?.last_visit_at.is_some());
        Ok(!is_known)
    }

    /// Returns the visits that a capture and the redirects before it stand for.
    fn followed(&mut self, captured: Captured) -> Result<Vec<Visit>, ImportFailure> {
        let page = self.places.page(&captured.url);
        let several = 1 < self.places.watch(&page, &captured.url).urls.len();
        let given = match several {
            true => vec![(captured, Vec::new())],
            false => self.redirects.take(&page, captured),
        };
        self.read_all(given)
    }

    fn read_all(&mut self, given: Vec<Followed>) -> Result<Vec<Visit>, ImportFailure> {
        let mut visits = Vec::new();
        for (captured, hops) in given {
            let visit = self.visit(captured, hops)?;
            self.keep_bodies(visit.as_ref());
            visits.extend(visit);
        }
        Ok(visits)
    }

    /// Returns the visit that a capture stands for; `None` where it stands for none, or for one
    /// that is on record. What is passed over is counted.
    fn visit(
        &mut self,
        captured: Captured,
        hops: Vec<Hop>,
    ) -> Result<Option<Visit>, ImportFailure> {
        if self.passes_over(&captured)? {
            return Ok(None);
        }
        let page = self.places.page(&captured.url);
        let latest = self.latest_of(&page)?;
        let counts = &mut self.imported;
        let is_whole = self.places.watch(&page, &captured.url).urls.len() == 1;
        let archive = &self.app.archive;
        let (at, url) = (captured.at(), captured.url.clone());
        let stated = captured.payload_digest.clone();
        let Some(mut part) = part(captured, archive, &self.places, &self.bodies)? else {
            counts.unknown_repeats += 1;
            return Ok(None);
        };
        let address = self.places.position(&page, &url).filter(|_| !is_whole);
        if let Some(position) = address {
            // By the name that the watchlist has for it, as at a live visit.
            part.url = self.places.watch(&page, &url).urls[position].clone();
        }
        if let Some(first) = hops.first() {
            part.url = first.url.clone();
            part.hops = hops;
        }
        let url = part.url.clone();
        let digest = part.outcome.digest();
        let is_known = Some(at) <= latest
            && archive.captured_at(&page, at)?.contains(&(url.to_string(), digest));
        if !is_known && Some(at) < latest {
            counts.early += 1;
            self.anew.insert(page.clone());
        }
        if let (Some(stated), Some(digest)) = (stated, digest)
            && self.bodies.len() < BODIES_MAX
        {
            self.bodies.insert(stated, digest);
        }
        let key = (page.clone(), at, url.to_string(), digest);
        if is_known || self.fresh.contains(&key) {
            counts.on_record += 1;
            return Ok(None);
        }
        self.fresh.insert(key);
        if let Outcome::Captured(snapshot) = &part.outcome {
            counts.bytes += snapshot.bytes().len() as u64;
        }
        let parts = match address {
            None => vec![part],
            Some(position) => {
                let watch = self.places.watch(&page, &url);
                match self.assembly.visit(archive, watch, (position, at), part)? {
                    Some(parts) => parts,
                    None => {
                        counts.partial += 1;
                        return Ok(None);
                    }
                }
            }
        };
        self.latest.insert(page.clone(), latest.max(Some(at)));
        let origin = Origin::Imported;
        Ok(Some(Visit { page, started_at: at, ended_at: at, origin, asked: None, parts }))
    }
}

impl Judging<'_> {
    /// Returns when the latest visit of a page on record began, or of this import.
    fn latest_of(&mut self, page: &PageId) -> Result<Option<Timestamp>, ImportFailure> {
        if !self.latest.contains_key(page) {
            let latest = self.app.archive.page_state(page)?.last_visit_at;
            self.latest.insert(page.clone(), latest);
        }
        Ok(self.latest.get(page).copied().flatten())
    }

    fn keep_bodies(&mut self, visit: Option<&Visit>) {
        for part in visit.into_iter().flat_map(|visit| &visit.parts) {
            if let Outcome::Captured(snapshot) = &part.outcome {
                self.fresh_bodies.insert(snapshot.digest(), snapshot.clone());
            }
        }
    }

    /// Returns a visit that was exported from an archive of ours; `None` where it is on record.
    fn whole(&mut self, whole: WholeVisit) -> Result<Option<Visit>, ImportFailure> {
        match self.read_whole(whole) {
            Ok(visit) => Ok(visit),
            Err(WholeFailure::Form(failure)) => {
                self.flaw(failure.to_string());
                Ok(None)
            }
            Err(WholeFailure::Import(failure)) => Err(failure),
        }
    }

    fn read_whole(&mut self, whole: WholeVisit) -> Result<Option<Visit>, WholeFailure> {
        let page = self.places.page_of_visit(&whole.page()?, whole.url());
        let (at, gave) = (whole.at(), whole.gave()?);
        let latest = self.latest_of(&page)?;
        let archive = &self.app.archive;
        let kept = match Some(at) <= latest {
            true => archive.captured_at(&page, at).map_err(ImportFailure::from)?,
            false => Vec::new(),
        };
        let key = |(url, digest): &(String, _)| (page.clone(), at, url.clone(), *digest);
        let is_fresh = gave.iter().all(|it| self.fresh.contains(&key(it)));
        if is_fresh || gave.iter().all(|it| kept.contains(it)) {
            self.imported.on_record += 1;
            return Ok(None);
        }
        let body = |digest: &Digest| match self.fresh_bodies.get(digest) {
            Some(snapshot) => Ok(Some(snapshot.clone())),
            None if !archive.has_snapshot(digest)? => Ok(None),
            None => Ok::<_, WholeFailure>(Some(archive.snapshot(digest)?)),
        };
        let is_kept = |digest: &Digest| {
            Ok(self.fresh_bodies.contains_key(digest) || archive.has_snapshot(digest)?)
        };
        let visit = whole.visit(page.clone(), body, is_kept)?;
        self.fresh.extend(gave.iter().map(key));
        if Some(at) < latest {
            self.imported.early += 1;
            self.anew.insert(page.clone());
        }
        let bodies = visit.parts.iter().filter_map(|part| match &part.outcome {
            Outcome::Captured(snapshot) => Some(snapshot.bytes().len() as u64),
            Outcome::NotModified { .. } | Outcome::Failed(_) => None,
        });
        self.imported.bytes += bodies.sum::<u64>();
        self.latest.insert(page, latest.max(Some(at)));
        Ok(Some(visit))
    }
}

/// Why a visit that was exported is not taken.
enum WholeFailure {
    /// It cannot be read; the rest goes on.
    Form(FormFailure),
    /// Nothing goes on.
    Import(ImportFailure),
}

impl From<FormFailure> for WholeFailure {
    fn from(failure: FormFailure) -> WholeFailure {
        WholeFailure::Form(failure)
    }
}

impl From<ImportFailure> for WholeFailure {
    fn from(failure: ImportFailure) -> WholeFailure {
        WholeFailure::Import(failure)
    }
}

impl From<ArchiveError> for WholeFailure {
    fn from(error: ArchiveError) -> WholeFailure {
        WholeFailure::Import(error.into())
    }
}

/// Returns what an address gave; `None` if it repeats a body that is not on record.
fn part(
    captured: Captured,
    archive: &Archive,
    places: &Places,
    bodies: &BTreeMap<String, Digest>,
) -> Result<Option<Part>, ArchiveError> {
    let status = captured.status;
    let outcome = match captured.came {
        Came::Body(body) if body.is_empty() && (200..300).contains(&status) => {
            Outcome::Failed(FetchFailure::NoContent { status })
        }
        Came::Body(body) => Outcome::Captured(Snapshot::new(exact(body))),
        Came::Cut(bytes, reason) => Outcome::Failed(FetchFailure::Truncated { bytes, reason }),
        Came::Again(refers_to) => {
            let stated = captured.payload_digest.as_ref().and_then(|stated| bodies.get(stated));
            let found = match (stated, refers_to) {
                (Some(digest), _) => Some(*digest),
                (None, Some(earlier)) => {
                    let page = places.page(&earlier.url);
                    let found = archive.captured_at(&page, earlier.at())?;
                    let is_it = |(address, _): &(String, _)| *address == earlier.url.as_str();
                    found.into_iter().find(is_it).and_then(|(_, digest)| digest)
                }
                (None, None) => None,
            };
            let Some(digest) = found else { return Ok(None) };
            Outcome::NotModified { digest }
        }
    };
    let port = captured.url.port_or_known_default().unwrap_or(0);
    let answer = Answer {
        url: captured.url.clone(),
        status,
        http_version: captured.http_version,
        headers: captured.headers,
        remote: captured.remote.map(|address| SocketAddr::new(address, port)),
        certificate: None,
        wire: None,
    };
    Ok(Some(Part {
        url: captured.url,
        hops: Vec::new(),
        answer: Some(answer),
        outcome,
        attempts: 1,
        took: Duration::ZERO,
    }))
}

fn alerted_changes(judgement: &Judgement) -> u64 {
    use crate::model::event::Telling;
    let is_one = |event: &&crate::model::history::NewEvent| {
        event.event.kind() == EventKind::Change && matches!(event.event.telling, Telling::Alert(_))
    };
    judgement.events.iter().filter(is_one).count() as u64
}
