//! A page as it was: the bodies that its addresses gave, found by time.

use crate::{
    archive::{captures::Toward, error::ArchiveError},
    model::{
        capture::Capture, history::VisitId, page::PageId, snapshot::Snapshot, time::Timestamp,
    },
    monitor::app::{App, MonitorError},
};

/// One address of a page, of which captures are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The page.
    pub page: PageId,
    /// The address.
    pub url: String,
}

/// A capture with those around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The capture.
    pub capture: Capture,
    /// The first of its address.
    pub first: Capture,
    /// The one before it.
    pub before: Option<Capture>,
    /// The one after it.
    pub after: Option<Capture>,
    /// The last.
    pub last: Capture,
}

/// The body of a capture.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Its bytes.
    Kept(Snapshot),
    /// They were taken out of the archive by order.
    Redacted,
}

/// Returns which page an address belongs to: the first that the watchlist names it for, or that it
/// was captured for. A page's own name stands for the first of its addresses.
pub fn original(app: &App, asked: &str) -> Result<Option<Original>, MonitorError> {
    if let Ok(page) = asked.parse::<PageId>() {
        let latest = app.archive.captures(&page, None, 1)?;
        return Ok(latest.into_iter().next().map(|it| Original { page, url: it.url }));
    }
    // Clients write an address as people do, the record as it was asked for.
    let url = url::Url::parse(asked).map_or_else(|_| asked.to_owned(), String::from);
    let page = app.archive.pages_at(&url)?.into_iter().next();
    Ok(page.map(|page| Original { page, url }))
}

/// Some captures of an address, in the order of time, and what lies around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The captures.
    pub captures: Vec<Capture>,
    /// Where as many as that begin before them; the first and the last of those.
    pub before: Option<(Capture, Capture)>,
    /// And after them.
    pub after: Option<(Capture, Capture)>,
}

/// Returns the captures of an address from a visit on, or from the first, at most `limit`.
pub fn stretch(
    app: &App,
    original: &Original,
    from: Option<VisitId>,
    limit: usize,
) -> Result<Stretch, MonitorError> {
    let place = (&original.page, original.url.as_str());
    let ends = |found: &[Capture]| Some((found.first()?.clone(), found.last()?.clone()));
    let mut captures =
        app.archive.captures_from(place, from, Toward::Future, limit.saturating_mul(2))?;
    let after = captures.split_off(limit.min(captures.len()));
    let before = match from {
        Some(_) => app.archive.captures_from(place, from, Toward::Past, limit)?,
        None => Vec::new(),
    };
    Ok(Stretch { captures, before: ends(&before), after: ends(&after) })
}

/// Returns the captures of a page, latest first, at most `limit`.
pub fn of_page(app: &App, page: &PageId, limit: usize) -> Result<Vec<Capture>, MonitorError> {
    Ok(app.archive.captures(page, None, limit)?)
}

/// Returns the capture of an address that is nearest to an instant, with those around it; `None` if
/// it has none.
pub fn nearest(
    app: &App,
    original: &Original,
    at: Timestamp,
) -> Result<Option<Placed>, MonitorError> {
    let toward = |way| app.archive.capture_toward(&original.page, Some(&original.url), at, way);
    let found = match (toward(Toward::Past)?, toward(Toward::Future)?) {
        (Some(past), Some(future)) if future.at.since(at) < at.since(past.at) => Some(future),
        (past, future) => past.or(future),
    };
    found.map(|capture| placed(app, capture)).transpose()
}

/// Returns a capture with those around it.
pub fn placed(app: &App, capture: Capture) -> Result<Placed, MonitorError> {
    let toward = |at, way| app.archive.capture_toward(&capture.page, Some(&capture.url), at, way);
    let millisecond_before = Timestamp::from_millis(capture.at.as_millis().saturating_sub(1));
    let before = toward(millisecond_before, Toward::Past)?;
    let after = toward(capture.at, Toward::Future)?;
    let first = toward(Timestamp::from_millis(i64::MIN), Toward::Future)?;
    let last = toward(Timestamp::from_millis(i64::MAX), Toward::Past)?;
    Ok(Placed {
        first: first.unwrap_or_else(|| capture.clone()),
        last: last.unwrap_or_else(|| capture.clone()),
        before,
        after,
        capture,
    })
}

/// Returns the captures that a page gave at an instant.
pub fn at(app: &App, page: &PageId, at: Timestamp) -> Result<Vec<Capture>, MonitorError> {
    Ok(app.archive.captures_at(page, at)?)
}

/// Returns what a part of a visit captured, with its body; `None` if it captured none.
pub fn with_body(
    app: &App,
    visit: VisitId,
    part: u32,
) -> Result<Option<(Capture, Body)>, MonitorError> {
    let Some(capture) = app.archive.capture(visit, part)? else { return Ok(None) };
    let body = match app.archive.snapshot(&capture.snapshot) {
        Ok(snapshot) => Body::Kept(snapshot),
        Err(ArchiveError::Redacted { .. }) => Body::Redacted,
        Err(error) => return Err(error.into()),
    };
    Ok(Some((capture, body)))
}
