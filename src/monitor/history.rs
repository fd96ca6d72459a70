//! What is on record, asked by page and time.

use crate::{
    archive::{
        error::ArchiveError,
        events::{End, EventQuery},
        verify::{Damage, Progress},
    },
    compare,
    model::{
        edit::{Diff, DiffRow, Edit},
        event::{Change, EventId, Telling, Told, What},
        history::{Version, VisitId, VisitRecord},
        page::PageId,
        review::Review,
        snapshot::{Digest, Snapshot},
        text::Text,
        time::Timestamp,
    },
    monitor::{
        app::{App, MonitorError},
        elsewhere, seal,
    },
};

/// Which version of a page is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The latest.
    Latest,
    /// The one before the latest.
    BeforeLatest,
    /// The one with this number.
    Number(u32),
    /// The one that stood at this instant.
    At(Timestamp),
}

/// A version with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionText {
    /// The version.
    pub version: Version,
    /// Its text.
    pub text: Text,
}

/// Two versions and how they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The version before.
    pub before: VersionText,
    /// The version after.
    pub after: VersionText,
    /// How they differ.
    pub diff: Diff,
}

/// Returns one version of a page.
pub fn version(app: &App, page: &PageId, which: Which) -> Result<VersionText, MonitorError> {
    let version = found(app, page, which)?;
    let text = app.archive.text(&version.text)?;
    Ok(VersionText { version, text })
}

/// Returns the same; no text where it was taken out by order.
pub fn version_if_kept(
    app: &App,
    page: &PageId,
    which: Which,
) -> Result<(Version, Option<Text>), MonitorError> {
    let version = found(app, page, which)?;
    let text = app.archive.text_if_kept(&version.text)?;
    Ok((version, text))
}

fn found(app: &App, page: &PageId, which: Which) -> Result<Version, MonitorError> {
    app.known_page(page)?;
    let versions = app.archive.versions(page)?;
    let has_versions = !versions.is_empty();
    let found = match which {
        Which::Latest => app.archive.page_state(page)?.version,
        Which::BeforeLatest => versions.iter().rev().nth(1).cloned(),
        Which::Number(number) => versions.into_iter().find(|it| it.number == number),
        Which::At(at) => app.archive.version_at(page, at)?,
    };
    let Some(version) = found else {
        let asked = match which {
            Which::Latest if has_versions => {
                "any more: what it showed was taken out by order (`redact --list`)".to_owned()
            }
            which => asked(which),
        };
        return Err(MonitorError::NoVersion { page: page.clone(), asked });
    };
    Ok(version)
}

/// Returns when a version came, as what captures tell of it: `first seen 2026-01-03 08:00 UTC, not yet
/// on 2026-01-02 08:00 UTC`.
pub fn seen(app: &App, version: &Version) -> Result<String, MonitorError> {
    let first = format!("first seen {}", version.first_at.minute());
    Ok(match app.archive.seen_before(&version.page, version.first_at)? {
        Some(before) => format!("{first}, not yet on {}", before.minute()),
        None => format!("{first}, at the first capture"),
    })
}

/// Returns what is to be said where a version is shown as the page's at an instant: by which captures
/// that is known, and where it is not.
pub fn known_by(app: &App, version: &Version, at: Timestamp) -> Result<String, MonitorError> {
    let beside = app.archive.neighbours(&version.page, at)?;
    let last = beside.last.map_or_else(|| "no capture".to_owned(), |it| it.minute());
    let mut words = match beside.next {
        None => format!("the last capture by then is of {last}, and none followed so far"),
        Some(next) => {
            let follows = app.archive.version_at(&version.page, next)?;
            match follows.filter(|it| it.number != version.number) {
                None => {
                    format!("it was captured so by then on {last}, and again on {}", next.minute())
                }
                Some(other) => format!(
                    "it was captured so by then on {last}; on {} it was version {}, and which of \
                     them it showed in between is not known",
                    next.minute(),
                    other.number
                ),
            }
        }
    };
    if let Some(troubled) = beside.troubled.filter(|it| beside.last < Some(*it)) {
        words.push_str(&format!("; the visit on {} found it in trouble", troubled.minute()));
    }
    Ok(words)
}

fn asked(which: Which) -> String {
    match which {
        Which::Latest => "yet".to_owned(),
        Which::BeforeLatest => {
            "before its latest: it has not changed since it is watched".to_owned()
        }
        Which::Number(number) => format!("number {number}"),
        Which::At(at) => format!("at {}: it was first seen later", at.minute()),
    }
}

/// Returns two versions of a page and how they differ.
pub fn compare(
    app: &App,
    page: &PageId,
    before: Which,
    after: Which,
) -> Result<Compared, MonitorError> {
    let (before, after) = (version(app, page, before)?, version(app, page, after)?);
    let diff = compare::diff::diff(&before.text, &after.text);
    let mut diff = compare::verdicts::judged(&before.text, &after.text, diff);
    let edits = diff.rows.iter_mut().filter_map(|row| match row {
        DiffRow::Edited(edit) => Some(edit),
        DiffRow::Same { .. } => None,
    });
    elsewhere::seek(&app.archive, &app.watchlist.watches, (page, after.version.first_at), edits)?;
    Ok(Compared { before, after, diff })
}

fn judged_diff(before: &Text, after: &Text) -> Diff {
    let diff = compare::diff::diff(before, after);
    compare::verdicts::judged(before, after, diff)
}

/// The two texts of a change, whole, and how they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeTexts {
    /// The text before.
    pub before: Text,
    /// The text after.
    pub after: Text,
    /// How they differ, with what is not told of it.
    pub diff: Diff,
}

/// Returns the two texts of a change, whole, with the verdicts that were told; `None` where one of
/// them is kept no more.
pub fn change_texts(app: &App, change: &Change) -> Result<Option<ChangeTexts>, MonitorError> {
    let text = |digest: &Digest| match app.archive.text(digest) {
        Ok(text) => Ok(Some(text)),
        Err(ArchiveError::Redacted { .. } | ArchiveError::Unknown { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let (Some(before), Some(after)) = (text(&change.before)?, text(&change.after)?) else {
        return Ok(None);
    };
    let mut diff = judged_diff(&before, &after);
    for row in &mut diff.rows {
        let DiffRow::Edited(edit) = row else { continue };
        let is_told =
            |it: &&Edit| (it.kind, &it.before, &it.after) == (edit.kind, &edit.before, &edit.after);
        if let Some(told) = change.edits.iter().find(is_told).filter(|it| it.verdict.is_some()) {
            edit.verdict.clone_from(&told.verdict);
        }
    }
    Ok(Some(ChangeTexts { before, after, diff }))
}

/// Returns the versions of a page, oldest first.
pub fn versions(app: &App, page: &PageId) -> Result<Vec<Version>, MonitorError> {
    app.known_page(page)?;
    Ok(app.archive.versions(page)?)
}

/// Which entries of the log are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// Of one page only.
    pub page: Option<PageId>,
    /// Captured at or after this instant.
    pub since: Option<Timestamp>,
    /// At most so many, the latest.
    pub limit: Option<usize>,
}

/// So many entries are read at a time: those of long changes take many kilobytes.
const LOG_BATCH: usize = 100;

/// Returns what was recorded, alerted or not, oldest first.
pub fn log(app: &App, query: &LogQuery) -> Result<Vec<Told>, MonitorError> {
    Ok(latest(app, query, &|_| true)?.0)
}

/// Returns the latest entries that `asks_for` wants, oldest first, and whether there are more.
pub fn latest(
    app: &App,
    query: &LogQuery,
    asks_for: &dyn Fn(&Told) -> bool,
) -> Result<(Vec<Told>, bool), MonitorError> {
    let limit = query.limit.unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut behind = None;
    let mut count = limit.saturating_add(1).min(LOG_BATCH);
    while let Some(batch) = batch(app, query, (End::Latest, count), &behind)? {
        count = LOG_BATCH;
        behind = batch.first().map(|told| told.event.id.clone());
        let wanted = batch.into_iter().rev().filter(asks_for);
        found.extend(wanted.take(limit.saturating_add(1) - found.len()));
        if limit < found.len() {
            break;
        }
    }
    let has_more = limit < found.len();
    found.truncate(limit);
    found.reverse();
    Ok((found, has_more))
}

/// Hands each entry to `take`, oldest first, a few in memory at a time; `query.limit` is none here.
pub fn each_logged<E: From<MonitorError>>(
    app: &App,
    query: &LogQuery,
    take: &mut dyn FnMut(&Told) -> Result<(), E>,
) -> Result<(), E> {
    let mut behind = None;
    while let Some(batch) = batch(app, query, (End::Oldest, LOG_BATCH), &behind)? {
        batch.iter().try_for_each(&mut *take)?;
        behind = batch.last().map(|told| told.event.id.clone());
    }
    Ok(())
}

/// Returns the next `count` entries behind one, seen from an end, oldest first; `None` if there are none.
fn batch(
    app: &App,
    query: &LogQuery,
    (end, count): (End, usize),
    behind: &Option<EventId>,
) -> Result<Option<Vec<Told>>, MonitorError> {
    if let (Some(page), None) = (&query.page, behind) {
        app.known_page(page)?;
    }
    let query = EventQuery {
        page: query.page.clone(),
        since: query.since,
        limit: Some(count),
        end,
        behind: behind.clone(),
        ..EventQuery::default()
    };
    let found = app.archive.events(&query)?;
    Ok(Some(found).filter(|found| !found.is_empty()))
}

/// Returns the names of all changes on record, told or not, in their order.
pub fn change_ids(app: &App) -> Result<Vec<EventId>, MonitorError> {
    Ok(app.archive.change_ids()?)
}

/// Returns one entry of the log.
pub fn event(app: &App, id: &EventId) -> Result<Option<Told>, MonitorError> {
    Ok(app.archive.event(id)?)
}

/// Returns the latest visits of a page, newest first.
pub fn visits(app: &App, page: &PageId, limit: usize) -> Result<Vec<VisitRecord>, MonitorError> {
    app.known_page(page)?;
    Ok(app.archive.visits(page, limit)?)
}

/// Returns the latest visits of a page that began by `until`, newest first; without an instant,
/// its latest at all.
pub fn visits_until(
    app: &App,
    page: &PageId,
    until: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<VisitRecord>, MonitorError> {
    app.known_page(page)?;
    match until {
        None => Ok(app.archive.visits(page, limit)?),
        Some(until) => Ok(app.archive.visits_between(
            page,
            (Timestamp::from_millis(i64::MIN), until),
            limit,
        )?),
    }
}

/// Returns one visit, if it is on record.
pub fn visit(app: &App, id: VisitId) -> Result<Option<VisitRecord>, MonitorError> {
    match app.archive.visit(id) {
        Ok(record) => Ok(Some(record)),
        Err(ArchiveError::Unknown { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Returns the visit whose bodies a page stood with: that which first showed a version, or the
/// latest with a body by an instant, whatever it was judged to be.
pub fn bodies(app: &App, page: &PageId, which: Which) -> Result<VisitRecord, MonitorError> {
    app.known_page(page)?;
    let latest = Timestamp::from_millis(i64::MAX);
    let found = match which {
        Which::Latest => app.archive.last_with_body(page, latest)?,
        Which::At(at) => app.archive.last_with_body(page, at)?,
        Which::BeforeLatest | Which::Number(_) => {
            Some(version(app, page, which)?.version.first_visit)
        }
    };
    let Some(visit) = found else {
        return Err(MonitorError::NoVersion { page: page.clone(), asked: asked(which) });
    };
    Ok(app.archive.visit(visit)?)
}

/// Returns a body, checked against its digest; `None` if none of it is on record.
pub fn body(app: &App, digest: &Digest) -> Result<Option<Snapshot>, MonitorError> {
    Ok(app.archive.snapshot_if_there(digest)?)
}

/// An entry of the log with the visits that led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The entry.
    pub told: Told,
    /// The visits, oldest first: from the last with the wording before to the one that decided.
    pub visits: Vec<VisitRecord>,
    /// What people or a rule decided about it, oldest first.
    pub trail: Vec<Review>,
    /// After how many of them others were left out, and how many.
    pub left_out: (usize, usize),
}

/// The most visits that are shown of each end of what led to an entry.
const STEPS_MAX: usize = 6;

/// Returns an entry of the log with the visits that led to it, if it is on record.
pub fn explained(app: &App, id: &EventId) -> Result<Option<Explained>, MonitorError> {
    let Some(told) = app.archive.event(id)? else { return Ok(None) };
    let event = &told.event;
    let decided = app.archive.visit(app.archive.decided_by(id)?)?.visit.started_at;
    let from = match &event.what {
        What::Change(change) => change.before_last_at.min(event.captured_at),
        What::Trouble { .. }
        | What::Moved { .. }
        | What::Gone { .. }
        | What::Recovered { .. }
        | What::QuoteMissing { .. }
        | What::Pledge { .. } => event.captured_at,
    };
    let until = match (&event.what, &event.telling) {
        // An alert of trouble is due at a later visit than the one that began it.
        (What::Trouble { .. }, Telling::Alert(_)) => app.archive.alerted_by(id)?.unwrap_or(decided),
        (_, _) => decided,
    };
    let range = (from, until.max(event.captured_at));
    let mut visits = app.archive.visits_between(&event.page, range, usize::MAX)?;
    visits.reverse();
    let mut left_out = (0, 0);
    if 2 * STEPS_MAX < visits.len() {
        left_out = (STEPS_MAX, visits.len() - 2 * STEPS_MAX);
        visits.drain(STEPS_MAX..visits.len() - STEPS_MAX);
    }
    let trail = app.archive.reviews(id)?;
    Ok(Some(Explained { told, visits, trail, left_out }))
}

/// Checks everything that is kept, and returns what is damaged.
pub fn verify(app: &App, report: &mut dyn FnMut(Progress)) -> Result<Vec<Damage>, MonitorError> {
    let mut damages = app.archive.verify(report)?;
    match seal::verify(&app.archive) {
        Ok(found) => damages.extend(found),
        // It is named already.
        Err(ArchiveError::Damaged { .. }) if !damages.is_empty() => (),
        Err(error) => return Err(error.into()),
    }
    Ok(damages)
}
