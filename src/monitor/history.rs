//! What is on record, asked by page and time.

use crate::{
    archive::{
        events::EventQuery,
        verify::{Damage, Progress},
    },
    compare,
    model::{
        edit::Diff,
        event::{EventId, Told},
        history::{Version, VisitRecord},
        page::PageId,
        text::Text,
        time::Timestamp,
    },
    monitor::app::{App, MonitorError},
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
    let diff = compare::diff::diff(&before.text, &after.text);
    Ok(Compared { before, after, diff })
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

/// Returns one entry of the log.
pub fn event(app: &App, id: &EventId) -> Result<Option<Told>, MonitorError> {
    Ok(app.archive.event(id)?)
}

/// Returns the latest visits of a page, newest first.
pub fn visits(app: &App, page: &PageId, limit: usize) -> Result<Vec<VisitRecord>, MonitorError> {
    app.known_page(page)?;
    Ok(app.archive.visits(page, limit)?)
}

/// Checks everything that is kept, and returns what is damaged.
pub fn verify(app: &App, report: &mut dyn FnMut(Progress)) -> Result<Vec<Damage>, MonitorError> {
    Ok(app.archive.verify(report)?)
}
