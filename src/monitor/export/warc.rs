//! Visits as a web archive that others read: for each visit a metadata record that tells all of it,
//! and behind it its requests and answers. Importing the file gives the same visits.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use url::Url;

use crate::{
    archive::{error::ArchiveError, walk::Place},
    formats::warc::{
        cdx::Line,
        write::{
            Again, Holds, NewRecord, Profile, RecordId, Truncated, answer_head, request_head,
            to_gzip,
        },
    },
    model::{
        history::VisitId,
        snapshot::{Digest, Snapshot},
        time::Timestamp,
        visit::{Answer, FetchFailure, Origin, Outcome, Part, Visit},
    },
    monitor::{
        app::App,
        export::request::{ExportFailure, Exported, Extent},
        visit_form::{MEDIA_TYPE, form_of},
    },
};

/// How many visits are looked up at a time.
const STEP: usize = 256;

/// Of how many bodies the file's place is remembered; they are written again beyond.
const BODIES_MAX: usize = 100_000;

/// How many visits one may need before it, each repeating the next: a bound, not a limit of use.
const NEEDS_MAX: usize = 100_000;

/// Writes the visits of an extent, each page's in order of time; `failure` names what is written,
/// `note` takes the place of each answer.
///
/// Needs memory for one visit, however long the history. A body that is repeated is written once a
/// page; the visit that captured it comes along if it lies before the extent.
pub fn write_warc(
    app: &App,
    extent: &Extent,
    at: Timestamp,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
    note: &mut dyn FnMut(&Line<'_>),
) -> Result<Exported, ExportFailure> {
    let (bodies, redacted) = (BTreeMap::new(), BTreeSet::new());
    let done = Exported::default();
    let mut file = File { app, out, failure, note, bodies, redacted, offset: 0, done };
    file.info(at)?;
    for page in extent.pages_of(app)? {
        file.bodies.clear();
        file.redacted.clear();
        let mut behind = Place::before(extent.since);
        loop {
            let places = app.archive.visits_behind(&page, behind, extent.until, STEP)?;
            let Some(last) = places.last() else { break };
            behind = *last;
            for place in places {
                file.visit_and_its_needs(place.visit)?;
            }
        }
        file.done.pages += 1;
    }
    Ok(file.done)
}

/// Writes these visits, in order, with those that captured what they repeat.
pub fn write_visits(
    app: &App,
    visits: &[VisitId],
    at: Timestamp,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
    note: &mut dyn FnMut(&Line<'_>),
) -> Result<Exported, ExportFailure> {
    let (bodies, redacted) = (BTreeMap::new(), BTreeSet::new());
    let done = Exported::default();
    let mut file = File { app, out, failure, note, bodies, redacted, offset: 0, done };
    file.info(at)?;
    for visit in visits {
        file.visit_and_its_needs(*visit)?;
    }
    Ok(file.done)
}

/// Where in the file a body is.
#[derive(Clone)]
struct Written {
    record: RecordId,
    url: Url,
    at: Timestamp,
}

struct File<'a> {
    app: &'a App,
    out: &'a mut dyn Write,
    failure: &'a dyn Fn(io::Error) -> ExportFailure,
    note: &'a mut dyn FnMut(&Line<'_>),
    /// How many bytes were written.
    offset: u64,
    /// The bodies of this page that the file has.
    bodies: BTreeMap<Digest, Written>,
    /// The visits that are told without what came.
    redacted: BTreeSet<VisitId>,
    done: Exported,
}

impl File<'_> {
    /// Writes a record; returns how long it is, packed.
    fn put(&mut self, record: &NewRecord<'_>) -> Result<u64, ExportFailure> {
        let bytes = to_gzip(record).map_err(self.failure)?;
        self.out.write_all(&bytes).map_err(self.failure)?;
        self.done.records += 1;
        self.offset += bytes.len() as u64;
        Ok(bytes.len() as u64)
    }

    fn info(&mut self, at: Timestamp) -> Result<(), ExportFailure> {
        let software = format!("pledgewatch/{}", env!("CARGO_PKG_VERSION"));
        let fields = [
            ("software", software.as_str()),
            ("format", "WARC File Format 1.1"),
            (
                "conformsTo",
                "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            ),
            (
                "description",
                "Visits of an archive of pledgewatch. Bodies are as after transfer and content \
                 decoding; the fields of answers that tell of the wire have `x-archive-orig-` \
                 before their names. Of requests, method, target and host are known. A metadata \
                 record stands before the records of each visit and tells the rest.",
            ),
        ];
        self.put(&NewRecord {
            id: RecordId::of(&["warcinfo", &at.to_string()]),
            at,
            url: None,
            concurrent_to: None,
            remote: None,
            holds: Holds::Info(&fields),
        })?;
        Ok(())
    }

    /// Writes a visit, and before it those that captured what it repeats and the file has not.
    fn visit_and_its_needs(&mut self, id: VisitId) -> Result<(), ExportFailure> {
        let (mut needs, mut seen) = (vec![id], BTreeSet::from([id]));
        while let Some(&next) = needs.last() {
            let visit = match self.app.archive.whole_visit(next) {
                Ok(visit) => visit,
                Err(ArchiveError::Redacted { what, .. }) => {
                    self.redacted(next, &what)?;
                    needs.pop();
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let repeated = visit.parts.iter().find_map(|part| match &part.outcome {
                Outcome::NotModified { digest } if !self.bodies.contains_key(digest) => {
                    Some(*digest)
                }
                Outcome::NotModified { .. } | Outcome::Captured(_) | Outcome::Failed(_) => None,
            });
            let need = match repeated {
                Some(digest) => self.app.archive.capture_behind(&digest, next)?,
                None => None,
            };
            match need.filter(|need| seen.insert(*need) && needs.len() < NEEDS_MAX) {
                Some(need) => needs.push(need),
                None => {
                    self.visit(next, &visit)?;
                    needs.pop();
                }
            }
        }
        Ok(())
    }

    /// Says of a visit that what it captured was taken out.
    fn redacted(&mut self, id: VisitId, what: &str) -> Result<(), ExportFailure> {
        // One that others repeat is come to more than once.
        if !self.redacted.insert(id) {
            return Ok(());
        }
        let visit = self.app.archive.visit(id)?.visit;
        let (page, at) = (&visit.page, visit.started_at);
        let told = format!(
            "{page} was visited at {at}. What came is not here: {what} was taken out by order.\n"
        );
        self.put(&NewRecord {
            id: RecordId::of(&[page.as_str(), &at.to_string(), &id.0.to_string(), "redacted"]),
            at,
            url: None,
            concurrent_to: None,
            remote: None,
            holds: Holds::Metadata {
                media_type: "text/plain; charset=utf-8",
                block: told.as_bytes(),
            },
        })?;
        self.done.redacted += 1;
        Ok(())
    }

    fn visit(&mut self, id: VisitId, visit: &Visit) -> Result<(), ExportFailure> {
        if BODIES_MAX <= self.bodies.len() {
            self.bodies.clear();
        }
        let (page, number) = (visit.page.as_str(), id.0.to_string());
        let at = visit.started_at.to_string();
        let name = |kind: &str, position: usize| {
            RecordId::of(&[page, &at, &number, kind, &position.to_string()])
        };
        let answers: Vec<Option<RecordId>> = visit
            .parts
            .iter()
            .enumerate()
            .map(|(position, part)| has_record(part).then(|| name("answer", position)))
            .collect();
        let records = answers.iter().map(|it| it.as_ref().map(|it| it.as_str().to_owned()));
        let form = form_of(visit, records.collect())?;
        let block = serde_json::to_vec(&form).map_err(|it| (self.failure)(it.into()))?;
        let told = name("visit", 0);
        self.put(&NewRecord {
            id: told.clone(),
            at: visit.started_at,
            // Under an address it would be replayed as what the address gave.
            url: None,
            concurrent_to: answers.iter().flatten().next(),
            remote: None,
            holds: Holds::Metadata { media_type: MEDIA_TYPE, block: &block },
        })?;
        for (position, (part, answer)) in visit.parts.iter().zip(answers).enumerate() {
            let Some(answer) = answer else { continue };
            self.answer(page, visit.started_at, part, &answer)?;
            if visit.origin == Origin::Live {
                let head = request_head(part.final_url());
                self.put(&NewRecord {
                    id: name("request", position),
                    at: visit.started_at,
                    url: Some(part.final_url()),
                    concurrent_to: Some(&answer),
                    remote: None,
                    holds: Holds::Request(&head),
                })?;
            }
        }
        self.done.entries += 1;
        Ok(())
    }

    fn answer(
        &mut self,
        page: &str,
        at: Timestamp,
        part: &Part,
        id: &RecordId,
    ) -> Result<(), ExportFailure> {
        let (url, answer) = (part.final_url(), part.answer.as_ref());
        let here = Written { record: id.clone(), url: url.clone(), at };
        let head = |body_bytes| match answer {
            Some(it) => answer_head(it.status, &it.headers, body_bytes),
            None => Vec::new(),
        };
        let payload = match &part.outcome {
            Outcome::Captured(snapshot) => Some(snapshot.digest()),
            Outcome::NotModified { digest } => Some(*digest),
            Outcome::Failed(_) => None,
        };
        let (block, written);
        let holds = match &part.outcome {
            Outcome::Captured(snapshot) => match self.bodies.get(&snapshot.digest()).cloned() {
                Some(there) => {
                    (block, written) = (head_again(answer), there);
                    again(&written, (Profile::IdenticalPayload, snapshot.digest()), &block)
                }
                None => {
                    self.bodies.insert(snapshot.digest(), here);
                    block = head(snapshot.bytes().len());
                    whole(snapshot, answer, &block)
                }
            },
            Outcome::NotModified { digest } => {
                let profile = match answer.map(|it| it.status) {
                    Some(304) => Profile::NotModified,
                    Some(_) | None => Profile::IdenticalPayload,
                };
                written = self.bodies.get(digest).cloned().unwrap_or(here);
                block = head_again(answer);
                again(&written, (profile, *digest), &block)
            }
            Outcome::Failed(failed) => {
                block = head(0);
                Holds::Response { head: &block, body: &[], truncated: truncated(failed) }
            }
        };
        let remote = answer.and_then(|it| it.remote).map(|remote| remote.ip());
        let offset = self.offset;
        let is_revisit = matches!(holds, Holds::Revisit(_));
        let record =
            NewRecord { id: id.clone(), at, url: Some(url), concurrent_to: None, remote, holds };
        let bytes = self.put(&record)?;
        if let Some(payload) = payload {
            let media_type = answer.and_then(|it| it.header("content-type")).unwrap_or_default();
            let status = answer.map(|it| it.status);
            let line =
                Line { url, at, page, status, media_type, payload, is_revisit, offset, bytes };
            (self.note)(&line);
        }
        Ok(())
    }
}

/// Returns the head of an answer without its body; nothing where nothing is known of it.
fn head_again(answer: Option<&Answer>) -> Vec<u8> {
    match answer {
        Some(it) if !it.headers.is_empty() || !is_bare(it) => {
            answer_head(it.status, &it.headers, 0)
        }
        Some(_) | None => Vec::new(),
    }
}

/// Returns whether something came of an address that a record holds.
fn has_record(part: &Part) -> bool {
    match &part.outcome {
        Outcome::Captured(_) => true,
        Outcome::NotModified { .. } | Outcome::Failed(_) => part.answer.is_some(),
    }
}

/// Returns whether an answer was kept without a head: of its fields, one is known at most.
fn is_bare(answer: &Answer) -> bool {
    let is_known = |(name, value): &(String, Vec<u8>)| {
        let plain = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        name == "content-type" && !value.is_empty() && value.iter().all(plain)
    };
    let fields = &answer.headers;
    answer.http_version.is_empty()
        && answer.status == 200
        && fields.len() <= 1
        && fields.iter().all(is_known)
}

fn whole<'a>(snapshot: &'a Snapshot, answer: Option<&'a Answer>, head: &'a [u8]) -> Holds<'a> {
    let body = snapshot.bytes();
    match answer {
        Some(answer) if !is_bare(answer) => Holds::Response { head, body, truncated: None },
        Some(_) | None => {
            let media_type = answer.and_then(|it| it.header("content-type")).unwrap_or_default();
            Holds::Resource { media_type, body }
        }
    }
}

fn again<'a>(
    written: &'a Written,
    (profile, payload): (Profile, Digest),
    head: &'a [u8],
) -> Holds<'a> {
    let refers_to = (&written.url, written.at);
    Holds::Revisit(Again { profile, refers_to, record: &written.record, payload, head })
}

/// Returns what a web archive says of an answer whose body did not come.
fn truncated(failure: &FetchFailure) -> Option<Truncated> {
    match failure {
        FetchFailure::NoContent { .. } => None,
        FetchFailure::TooLarge { .. } | FetchFailure::HeadTooLarge => Some(Truncated::Length),
        FetchFailure::TimedOut { .. } => Some(Truncated::Time),
        FetchFailure::Reset { .. }
        | FetchFailure::Truncated { .. }
        | FetchFailure::ChunksCutOff { .. } => Some(Truncated::Disconnect),
        FetchFailure::UnknownHost { .. }
        | FetchFailure::BlockedAddress { .. }
        | FetchFailure::BlockedPort { .. }
        | FetchFailure::RobotsDenied { .. }
        | FetchFailure::Unconnected { .. }
        | FetchFailure::Tls { .. }
        | FetchFailure::TooManyRedirects { .. }
        | FetchFailure::BadRedirect { .. }
        | FetchFailure::BadFraming { .. }
        | FetchFailure::BadEncoding { .. }
        | FetchFailure::Undecodable { .. }
        | FetchFailure::AskedToWait { .. }
        | FetchFailure::BadRequest { .. } => Some(Truncated::Unspecified),
    }
}
