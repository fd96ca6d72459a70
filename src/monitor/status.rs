//! How each watch is doing, and what silence means.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    archive::pages::PageSize,
    model::{
        address::AddressRule,
        event::{Delivery, DeliveryState},
        history::{Lesson, PageState, Spell, Waiting},
        page::PageId,
        pledge::Standing,
        sweep::{ClockJump, SweepRecord},
        time::Timestamp,
        watch::{Learning, RobotsRule, Watch, WatchState},
    },
    monitor::{
        app::{App, MonitorError},
        history::{self, Which},
        integrity::{self, Integrity},
        judge::places,
        pledges::list,
        sweep::due_at,
        turns::{Turns, turns_of},
    },
};

/// How one watch is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct PageStatus {
    /// The page.
    pub page: PageId,
    /// Whose page.
    pub company: String,
    /// Its title.
    pub title: String,
    /// Its address in the watchlist; `None` if it is there no more.
    pub url: Option<String>,
    /// Where it answered last, if that is elsewhere.
    pub final_url: Option<String>,
    /// In one word.
    pub health: Health,
    /// When it was first visited.
    pub first_visit_at: Option<Timestamp>,
    /// When it was last visited.
    pub last_visit_at: Option<Timestamp>,
    /// When it was last seen healthy.
    pub last_healthy_at: Option<Timestamp>,
    /// The first capture of its latest alerted change.
    pub last_change_at: Option<Timestamp>,
    /// How many versions it has.
    pub versions: u32,
    /// The trouble that it is in.
    pub spell: Option<Spell>,
    /// The wording that waits.
    pub waiting: Option<Waiting>,
    /// When it is due next; `None` if it is now, or paused.
    pub next_due_at: Option<Timestamp>,
    /// The turns that it took lately, if it alternates between wordings.
    pub turns: Option<Turns>,
    /// What it takes up; `None` where nobody asked for it.
    pub size: Option<PageSize>,
    /// What the user should know, one sentence each.
    pub notes: Vec<String>,
    /// What of the page is taken for the policy, in a sentence.
    pub region: String,
    /// Whether what its history taught counts.
    pub learns: bool,
    /// What its history taught of its places, a sentence each.
    pub learnt: Vec<String>,
}

/// How a watch is doing, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It was seen as the policy at its last visit.
    Healthy,
    /// It is in trouble.
    Trouble,
    /// It was never visited, or is to begin anew: what it showed was taken out by order.
    New,
    /// It is paused.
    Paused,
    /// The watchlist has it no more; its history is kept.
    Unwatched,
}

impl Health {
    /// Returns how a page is doing that stands so; `watch` is its watch, if it has one.
    pub fn of(watch: Option<&Watch>, state: &PageState) -> Health {
        match watch {
            None => Health::Unwatched,
            Some(watch) if watch.state == WatchState::Paused => Health::Paused,
            Some(_) if state.spell.is_some() => Health::Trouble,
            Some(_) if state.last_healthy_at.is_none() => Health::New,
            Some(_) => Health::Healthy,
        }
    }

    /// Returns the word.
    pub fn word(self) -> &'static str {
        match self {
            Health::Healthy => "healthy",
            Health::Trouble => "trouble",
            Health::New => "new",
            Health::Paused => "paused",
            Health::Unwatched => "unwatched",
        }
    }
}

/// How everything is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The pages, in the watchlist's order, then those that are only in the archive.
    pub pages: Vec<PageStatus>,
    /// Deliveries that are due or given up.
    pub undelivered: Vec<Delivery>,
    /// Deliveries that were not tried so far, since a digest or the end of quiet hours is waited for.
    pub held: Vec<Delivery>,
    /// The last sweep.
    pub last_sweep: Option<SweepRecord>,
    /// Where the clock went back between two sweeps, the latest first.
    pub clock_jumps: Vec<ClockJump>,
    /// How the log stands: who signs it, and who else vouches for it.
    pub log: Integrity,
}

/// So many times at which the clock went back are shown.
const CLOCK_JUMPS_MAX: usize = 3;

/// Whether it is counted what pages take up: each of their visits is looked at for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sizes {
    Counted,
    Left,
}

/// Of more pages than this it is not counted what they take up, unless each is named: that takes
/// longer with every visit.
const SIZED_MAX: usize = 200;

/// Returns how the pages asked for are doing; all of them if none is named.
pub fn status(app: &App, pages: &[PageId], now: Timestamp) -> Result<Status, MonitorError> {
    for page in pages {
        app.known_page(page)?;
    }
    let mut asked = app.pages()?;
    asked.retain(|page| pages.is_empty() || pages.contains(page));
    let sizes = match pages.is_empty() && SIZED_MAX < asked.len() {
        true => Sizes::Left,
        false => Sizes::Counted,
    };
    status_of(app, asked, sizes, now)
}

/// So many pages are looked at for a glance.
const GLANCE_MAX: usize = 500;

/// Returns how pages are doing, without what they take up, and how many were left out: where there
/// are very many, those in trouble are kept, and then those that were seen healthy the longest ago.
pub fn glance(app: &App, now: Timestamp) -> Result<(Status, usize), MonitorError> {
    let mut pages = app.pages()?;
    let left_out = pages.len().saturating_sub(GLANCE_MAX);
    if 0 < left_out {
        let healthy_at: BTreeMap<_, _> = app.archive.pages_healthy_at()?.into_iter().collect();
        let active = app.watchlist.watches.iter().filter(|it| it.state != WatchState::Paused);
        let active: BTreeSet<&PageId> = active.map(|watch| &watch.page).collect();
        let mut order: Vec<usize> = (0..pages.len()).collect();
        let troubled: BTreeSet<PageId> = app.archive.pages_in_trouble()?.into_iter().collect();
        let rank = |page: &PageId| {
            let healthy_at = healthy_at.get(page).copied().flatten();
            (!active.contains(page), !troubled.contains(page), healthy_at)
        };
        order.sort_by_key(|&at| pages.get(at).map(rank));
        order.truncate(GLANCE_MAX);
        let kept: BTreeSet<usize> = order.into_iter().collect();
        let mut at = 0..;
        pages.retain(|_| at.next().is_some_and(|at| kept.contains(&at)));
    }
    Ok((status_of(app, pages, Sizes::Left, now)?, left_out))
}

fn status_of(
    app: &App,
    pages: Vec<PageId>,
    sizes: Sizes,
    now: Timestamp,
) -> Result<Status, MonitorError> {
    let mut found = Vec::new();
    for page in &pages {
        found.push(page_status(app, page, sizes, now)?);
    }
    let (held, undelivered) =
        app.archive.undelivered()?.into_iter().partition(|it| is_held(app, it, now));
    Ok(Status {
        pages: found,
        undelivered,
        held,
        last_sweep: app.archive.last_sweep()?,
        clock_jumps: app.archive.clock_jumps(CLOCK_JUMPS_MAX)?,
        log: integrity::stands(app)?,
    })
}

/// Returns whether a delivery waits for the time at which its channel tells.
fn is_held(app: &App, delivery: &Delivery, now: Timestamp) -> bool {
    let mut channels = app.watchlist.channels.iter();
    let channel = channels.find(|channel| channel.name == delivery.addressee.channel);
    match (delivery.state, channel) {
        (DeliveryState::Due(since), Some(channel)) => {
            delivery.attempts == 0 && !channel.timing.is_ready(since, now)
        }
        (DeliveryState::Due(_), None)
        | (DeliveryState::Delivered(_) | DeliveryState::GivenUp(_), _) => false,
    }
}

fn page_status(
    app: &App,
    page: &PageId,
    sizes: Sizes,
    now: Timestamp,
) -> Result<PageStatus, MonitorError> {
    let state = app.archive.page_state(page)?;
    let watch = app.watchlist.watch(page);
    let health = Health::of(watch, &state);
    let next_due_at = match watch {
        Some(watch) if health != Health::Paused => due_at(watch, &state).filter(|due| now < *due),
        Some(_) | None => None,
    };
    let final_url =
        state.final_url.clone().filter(|it| watch.is_some_and(|watch| watch.url().as_str() != it));
    let turns = turns_of(app, page)?;
    Ok(PageStatus {
        turns,
        page: page.clone(),
        company: watch.map(|watch| watch.company.clone()).unwrap_or_default(),
        title: watch.map_or(page.as_str(), |watch| watch.name()).to_owned(),
        url: watch.map(|watch| watch.url().to_string()),
        notes: notes(app, watch, final_url.as_deref(), state.version.is_some(), turns)?,
        final_url,
        health,
        first_visit_at: state.first_visit_at,
        last_visit_at: state.last_visit_at,
        last_healthy_at: state.last_healthy_at,
        last_change_at: app.archive.last_change_at(page)?,
        versions: state.version.as_ref().map_or(0, |version| version.number),
        spell: state.spell,
        waiting: state.waiting,
        next_due_at,
        size: match sizes {
            Sizes::Counted => Some(app.archive.page_size(page)?),
            Sizes::Left => None,
        },
        region: region(watch),
        learns: watch.is_none_or(|watch| watch.learning == Learning::On),
        learnt: app.archive.lessons(page, now)?.iter().map(|it| learnt(it, now)).collect(),
    })
}

/// Returns what of a page is taken for the policy, and what decides that.
fn region(watch: Option<&Watch>) -> String {
    let selection = watch.map(|watch| &watch.selection);
    let select = selection.map_or(&[][..], |it| &it.select);
    let remove = selection.map_or(&[][..], |it| &it.remove);
    let mut words = match select {
        [] => {
            "found by pledgewatch: the page without menus, footers, dialogs, sharing and related \
               links (`show` prints it; `select` overrules)"
                .to_owned()
        }
        some => format!("what the watchlist selects: {}", some.join(", ")),
    };
    if !remove.is_empty() {
        words.push_str(&format!("; without {}", remove.join(", ")));
    }
    words
}

/// Returns what was learnt of a place, and whether it is relied on still.
fn learnt(lesson: &Lesson, now: Timestamp) -> String {
    let words = places::learnt(lesson);
    match places::is_in_doubt(lesson, now) {
        true => format!("{words}; it has been still for so long that this is relied on no more"),
        false => words,
    }
}

/// A text of fewer characters may be a stub or a teaser that was never the policy: that is some 200
/// words, of which the shortest policies have twice as many.
const STUB_CHARS: usize = 1_200;

fn notes(
    app: &App,
    watch: Option<&Watch>,
    final_url: Option<&str>,
    has_version: bool,
    turns: Option<Turns>,
) -> Result<Vec<String>, MonitorError> {
    let mut notes = Vec::new();
    let Some(watch) = watch else {
        notes.push("the watchlist has this page no more; its history is kept".to_owned());
        return Ok(notes);
    };
    if let Some(final_url) = final_url {
        notes.push(format!("it answers at {final_url}"));
    }
    notes.extend(turns.map(|turns| turns.to_string()));
    if watch.robots == RobotsRule::Ignored {
        notes.push("robots.txt is ignored for this page, as the watchlist says".to_owned());
    }
    if watch.addresses == AddressRule::AnyAddress {
        notes.push("private addresses are allowed for this page, as the watchlist says".to_owned());
    }
    if has_version {
        let latest = history::version(app, &watch.page, Which::Latest)?;
        if latest.text.char_count() < STUB_CHARS {
            notes.push(format!(
                "only {} words are read of it, where policies have thousands: `show {}` tells \
                 whether they are the policy's",
                latest.text.word_count(),
                watch.page
            ));
        }
        for pledge in &watch.pledges {
            let life = list::states(app, &watch.page, pledge)?;
            let standing = life.last().map(|it| it.state.standing);
            notes.extend(standing.and_then(|standing| pledge_note(&pledge.id, standing)));
        }
    }
    Ok(notes)
}

/// Something that someone must look at, or silence means nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Which page; `None` if it is of no single one.
    pub page: Option<PageId>,
    /// What is wrong, in words.
    pub what: String,
}

/// Returns what is wrong with the watching itself: watched pages that were not visited for twice
/// as long as they ask for, or not seen healthy for longer than trouble may last, and alerts that
/// were given up. Pages that are paused or watched no more are of no concern.
pub fn concerns(app: &App, status: &Status, now: Timestamp) -> Vec<Concern> {
    let of_page = |page: &PageStatus| {
        let watch = app.watchlist.watch(&page.page)?;
        let what = neglect(watch, page, now)?;
        Some(Concern { page: Some(page.page.clone()), what })
    };
    let mut concerns: Vec<Concern> = status.pages.iter().filter_map(of_page).collect();
    let is_given_up = |it: &&Delivery| matches!(it.state, DeliveryState::GivenUp(_));
    let given_up = status.undelivered.iter().filter(is_given_up).count();
    if 0 < given_up {
        let what = format!("{given_up} deliveries of alerts were given up; see `alert retry`");
        concerns.push(Concern { page: None, what });
    }
    concerns
}

fn neglect(watch: &Watch, page: &PageStatus, now: Timestamp) -> Option<String> {
    if watch.state == WatchState::Paused {
        return None;
    }
    let Some(last_visit_at) = page.last_visit_at else {
        return Some("it was never visited".to_owned());
    };
    let rhythm = watch.every.saturating_mul(2);
    if rhythm < now.since(last_visit_at) {
        return Some(format!("it was not visited since {}", last_visit_at.minute()));
    }
    let trouble = page.spell.as_ref().map_or(String::new(), |it| format!(": {}", it.trouble));
    match page.last_healthy_at {
        None => Some(format!("it was never seen healthy{trouble}")),
        Some(at) if watch.trouble_after.max(rhythm) < now.since(at) => {
            Some(format!("it was not seen healthy since {}{trouble}", at.minute()))
        }
        Some(_) => None,
    }
}

fn pledge_note(pledge: &PageId, standing: Standing) -> Option<String> {
    let what = match standing {
        Standing::Unfound => "the quotation of the pledge",
        Standing::Missing => "the clause of the pledge",
        Standing::Ambiguous => return Some(format!("the pledge `{pledge}` cannot be told apart")),
        Standing::Quoted
        | Standing::Reworded
        | Standing::Narrowed
        | Standing::Weakened
        | Standing::Strengthened => return None,
    };
    Some(format!("{what} `{pledge}` is not on the page"))
}

/// Returns how long until the first watch is due: what `watch` sleeps.
pub fn next_due_in(app: &App, now: Timestamp) -> Result<Option<Duration>, MonitorError> {
    let mut next: Option<Timestamp> = None;
    for watch in &app.watchlist.watches {
        if watch.state == WatchState::Paused {
            continue;
        }
        let state = app.archive.page_state(&watch.page)?;
        let due = due_at(watch, &state).unwrap_or(now);
        next = Some(next.map_or(due, |next| next.min(due)));
    }
    Ok(next.map(|next| next.since(now)))
}
