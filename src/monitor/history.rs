//! What is on record, asked by page and time.

use crate::{
    archive::{
        error::ArchiveError,
        events::EventQuery,
        verify::{Damage, Progress},
    },
    compare,
    model::{
        edit::Diff,
        event::{Change, EventId, Telling, Told, What},
        history::{Version, VisitId, VisitRecord},
        page::PageId,
        review::Review,
        snapshot::Digest,
        text::Text,
        time::Timestamp,
    },
    monitor::{
        app::{App, MonitorError},
        seal,
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
    app.known_page(page)?;
    let versions = app.archive.versions(page)?;
    let found = match which {
        Which::Latest => app.archive.page_state(page)?.version,
        Which::BeforeLatest => versions.iter().rev().nth(1).cloned(),
        Which::Number(number) => versions.into_iter().find(|it| it.number == number),
        Which::At(at) => app.archive.version_at(page, at)?,
    };
    let Some(version) = found else {
        return Err(MonitorError::NoVersion { page: page.clone(), asked: asked(which) });
    };
    let text = app.archive.text(&version.text)?;
    Ok(VersionText { version, text })
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
    let diff = judged_diff(&before.text, &after.text);
    Ok(Compared { before, after, diff })
}

fn judged_diff(before: &Text, after: &Text) -> Diff {
    let diff = compare::diff::diff(before, after);
    compare::verdicts::judged(before, after, diff, &compare::verdicts::Elsewhere::default())
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

/// Returns the two texts of a change, whole; `None` where one of them is kept no more.
pub fn change_texts(app: &App, change: &Change) -> Result<Option<ChangeTexts>, MonitorError> {
    let text = |digest: &Digest| match app.archive.text(digest) {
        Ok(text) => Ok(Some(text)),
        Err(ArchiveError::Redacted { .. } | ArchiveError::Unknown { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let (Some(before), Some(after)) = (text(&change.before)?, text(&change.after)?) else {
        return Ok(None);
    };
    let diff = judged_diff(&before, &after);
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

/// Returns all that was recorded, alerted or not, oldest first.
pub fn log(app: &App, query: &LogQuery) -> Result<Vec<Told>, MonitorError> {
    if let Some(page) = &query.page {
        app.known_page(page)?;
    }
    let query = EventQuery {
        page: query.page.clone(),
        since: query.since,
        limit: query.limit,
        ..EventQuery::default()
    };
    Ok(app.archive.events(&query)?)
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
