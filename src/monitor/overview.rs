//! What a reader sees first: the pages and how each stands, cheap enough to be asked at each look.

use std::collections::BTreeMap;

use crate::{
    model::{
        event::EventId,
        history::{Spell, Version},
        page::PageId,
        pledge::Standing,
        time::Timestamp,
        watch::WatchState,
    },
    monitor::{
        app::{App, MonitorError},
        pledges::list::{self, PledgeLife},
        status::Health,
    },
};

/// A page at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRow {
    /// The page.
    pub page: PageId,
    /// Whose page; empty if nobody said.
    pub company: String,
    /// Its title, or its id.
    pub title: String,
    /// Its address; `None` if the watchlist has it no more.
    pub url: Option<String>,
    /// How its watch is doing.
    pub health: Health,
    /// The trouble that it is in.
    pub spell: Option<Spell>,
    /// When it was last seen healthy.
    pub last_healthy_at: Option<Timestamp>,
    /// The first capture of its latest alerted change.
    pub last_change_at: Option<Timestamp>,
    /// The version that stands.
    pub version: Option<Version>,
    /// Its pledges.
    pub pledges: Vec<PledgeLife>,
}

/// Returns all pages, in the watchlist's order, then those that are only on record.
pub fn pages(app: &App) -> Result<Vec<PageRow>, MonitorError> {
    let ids = app.pages()?;
    let watched = app.watchlist.watches.len();
    let mut lives: BTreeMap<PageId, Vec<PledgeLife>> = BTreeMap::new();
    for life in list::all(app)? {
        lives.entry(life.page.clone()).or_default().push(life);
    }
    let mut rows = Vec::with_capacity(ids.len());
    for (at, id) in ids.into_iter().enumerate() {
        let mut row = page(app, &id)?;
        row.pledges = lives.remove(&id).unwrap_or_default();
        if at < watched || row.version.is_some() || row.spell.is_some() {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Returns one page without its pledges.
pub fn page(app: &App, page: &PageId) -> Result<PageRow, MonitorError> {
    let state = app.archive.page_state(page)?;
    let watch = app.watchlist.watch(page);
    let health = match watch {
        None => Health::Unwatched,
        Some(watch) if watch.state == WatchState::Paused => Health::Paused,
        Some(_) if state.spell.is_some() => Health::Trouble,
        Some(_) if state.last_visit_at.is_none() => Health::New,
        Some(_) => Health::Healthy,
    };
    Ok(PageRow {
        page: page.clone(),
        company: watch.map(|watch| watch.company.clone()).unwrap_or_default(),
        title: watch.map_or(page.as_str(), |watch| watch.name()).to_owned(),
        url: watch.map(|watch| watch.url().to_string()),
        health,
        spell: state.spell,
        last_healthy_at: state.last_healthy_at,
        last_change_at: app.archive.last_change_at(page)?,
        version: state.version,
        pledges: Vec::new(),
    })
}

/// Returns whether someone should look at a pledge that stands so.
pub fn is_worrying(standing: Option<Standing>) -> bool {
    match standing {
        None | Some(Standing::Quoted | Standing::Strengthened | Standing::Reworded) => false,
        Some(
            Standing::Narrowed
            | Standing::Weakened
            | Standing::Ambiguous
            | Standing::Missing
            | Standing::Unfound,
        ) => true,
    }
}

/// Returns the reviewed changes before and after one, in the order of their captures.
pub fn around(
    app: &App,
    change: &EventId,
) -> Result<(Option<EventId>, Option<EventId>), MonitorError> {
    Ok(app.archive.changes_around(change)?)
}
