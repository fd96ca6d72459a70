//! What a reader sees first: the pages and how each stands, cheap enough to be asked at each look.

use std::collections::{BTreeMap, HashSet};

use crate::{
    model::{
        event::EventId,
        history::{Spell, Version},
        page::PageId,
        pledge::Standing,
        time::Timestamp,
        watch::{Watch, WatchState},
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

/// A page, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageName {
    /// The page.
    pub page: PageId,
    /// Whose page; empty if nobody said.
    pub company: String,
    /// Its title, or its id.
    pub title: String,
}

/// So many pages are told about at a glance; of the others the names.
const DETAILED_MAX: usize = 500;

/// Everything at a glance.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    /// The first pages.
    pub rows: Vec<PageRow>,
    /// The others.
    pub others: Vec<PageName>,
    /// How many watched pages are in trouble.
    pub troubled: usize,
    /// How many pledges there are.
    pub pledges: usize,
}

/// Returns all pages by name: the watchlist's in its order, then those on record only that were ever
/// read, or are in trouble.
pub fn names(app: &App) -> Result<Vec<PageName>, MonitorError> {
    // Sets that are only asked whether they hold a page: of ten thousand, hashing costs the least.
    let watched: HashSet<&PageId> = app.watchlist.watches.iter().map(|it| &it.page).collect();
    let name = |watch: &Watch| PageName {
        page: watch.page.clone(),
        company: watch.company.clone(),
        title: watch.name().to_owned(),
    };
    let mut names: Vec<PageName> = app.watchlist.watches.iter().map(name).collect();
    // Mostly there are no others, which is soon told.
    let is_other = |page: &PageId| !watched.contains(page);
    let others = match app.archive.pages()?.iter().any(is_other) {
        true => app.archive.pages_seen()?,
        false => Vec::new(),
    };
    names.extend(others.into_iter().filter(is_other).map(|page| PageName {
        title: page.to_string(),
        company: String::new(),
        page,
    }));
    Ok(names)
}

/// Returns all pages in the order of [`names`], the first of them with how each stands.
pub fn glance(app: &App) -> Result<Glance, MonitorError> {
    let mut names = names(app)?;
    let others = names.split_off(DETAILED_MAX.min(names.len()));
    let shown: HashSet<&PageId> = names.iter().map(|name| &name.page).collect();
    let mut lives: BTreeMap<PageId, Vec<PledgeLife>> = BTreeMap::new();
    for life in list::of(app, &|page| shown.contains(page))? {
        lives.entry(life.page.clone()).or_default().push(life);
    }
    let elsewhere: usize = {
        let of_others = app.watchlist.watches.iter().filter(|it| !shown.contains(&it.page));
        of_others.map(|watch| watch.pledges.len()).sum()
    };
    let mut rows = Vec::with_capacity(names.len());
    for name in &names {
        let mut row = page(app, &name.page)?;
        row.pledges = lives.remove(&name.page).unwrap_or_default();
        rows.push(row);
    }
    let troubled: HashSet<PageId> = app.archive.pages_in_trouble()?.into_iter().collect();
    let active = app.watchlist.watches.iter().filter(|it| it.state != WatchState::Paused);
    Ok(Glance {
        troubled: active.filter(|it| troubled.contains(&it.page)).count(),
        pledges: elsewhere + rows.iter().map(|row| row.pledges.len()).sum::<usize>(),
        rows,
        others,
    })
}

/// Returns one page without its pledges.
pub fn page(app: &App, page: &PageId) -> Result<PageRow, MonitorError> {
    let state = app.archive.page_state(page)?;
    let watch = app.watchlist.watch(page);
    let health = Health::of(watch, &state);
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

/// Returns the change to review after one: the latest before it that nobody decided about, and where
/// there is none, the latest of all.
pub fn next_to_review(app: &App, change: &EventId) -> Result<Option<EventId>, MonitorError> {
    Ok(app.archive.undecided_beside(change)?)
}
