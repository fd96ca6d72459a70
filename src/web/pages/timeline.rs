//! A page's timeline: what was recorded of it, told or not, and its versions.

use std::collections::BTreeMap;

use askama::Template;

use crate::{
    alert::render::{
        account::headline,
        visible::{clipped, link, shown_url, visible},
    },
    model::{
        event::{Event, EventId, EventKind, Telling},
        history::Version,
        page::PageId,
        time::Timestamp,
    },
    monitor::{
        app::App,
        history::{self, LogQuery},
        overview,
        pledges::list,
        review::{self, ReviewQuery},
        status::Health,
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        pages::{
            changes::capital,
            overview::{PledgeItem, pledge_item},
            rules::{self, RuleItem},
        },
        place::{Feed, Place, company_key},
    },
};

/// So many entries are shown, the latest.
const ENTRIES_MAX: usize = 500;

#[derive(Template)]
#[template(path = "timeline.html")]
struct TimelinePage<'a> {
    frame: &'a Frame,
    title: String,
    company: Option<(String, String)>,
    address: String,
    link: Option<String>,
    health: &'static str,
    trouble: Option<String>,
    last_healthy_at: Option<Timestamp>,
    is_new: bool,
    pledges: Vec<PledgeItem>,
    told: Vec<Entry>,
    quiet: Vec<Entry>,
    is_cut: bool,
    versions: Vec<VersionItem>,
    rules: Vec<RuleItem>,
    feeds: (String, String),
    captures: String,
    timemap: String,
}

/// An entry of the timeline.
struct Entry {
    at: Timestamp,
    kind: String,
    headline: String,
    link: Option<String>,
    note: Option<String>,
    state: Option<&'static str>,
}

/// A version of the page.
struct VersionItem {
    number: u32,
    first_at: Timestamp,
    cause: &'static str,
    link: String,
}

/// Returns the page.
pub fn page(app: &App, frame: &Frame, page: &PageId) -> Result<String, Refusal> {
    app.known_page(page)?;
    let row = overview::page(app, page)?;
    let query = LogQuery { page: Some(page.clone()), since: None, limit: Some(ENTRIES_MAX) };
    let log = history::log(app, &query)?;
    let events: Vec<&Event> = log.iter().rev().map(|told| &told.event).collect();
    let (told, quiet): (Vec<&Event>, Vec<&Event>) =
        events.into_iter().partition(|event| !matches!(event.telling, Telling::Quiet(_)));
    let query =
        ReviewQuery { page: Some(page.clone()), limit: Some(ENTRIES_MAX), ..Default::default() };
    let states: BTreeMap<EventId, &'static str> = review::list(app, &query)?
        .into_iter()
        .map(|it| (it.told.event.id, it.standing.state.code()))
        .collect();
    let entry = |event: &Event| entry(event, states.get(&event.id).copied(), frame);
    let lives = list::of(app, &|it| it == page)?;
    let of_page = lives.iter();
    let mut versions = history::versions(app, page)?;
    versions.reverse();
    let address = row.url.clone().unwrap_or_default();
    let page = TimelinePage {
        frame,
        title: visible(&row.title),
        company: (!row.company.is_empty()).then(|| {
            let overview = frame.to(&Place::Overview);
            (visible(&row.company), format!("{overview}#{}", company_key(&row.company)))
        }),
        link: link(&address),
        address: clipped(&shown_url(&address), 300),
        health: row.health.word(),
        trouble: row.spell.as_ref().map(|spell| {
            let evidence = clipped(&visible(&spell.trouble.evidence), 300);
            let what = capital(spell.trouble.kind.words());
            let why = if evidence.is_empty() { String::new() } else { format!(" ({evidence})") };
            format!("{what}{why}, since {}.", spell.since.minute())
        }),
        last_healthy_at: row.last_healthy_at,
        is_new: row.health == Health::New,
        pledges: of_page.map(|life| pledge_item(life, frame)).collect(),
        is_cut: log.len() == ENTRIES_MAX,
        told: told.into_iter().map(entry).collect(),
        quiet: quiet.into_iter().map(entry).collect(),
        versions: versions.iter().map(|version| version_item(version, frame)).collect(),
        rules: rules::of_page(app, frame, page)?,
        feeds: frame.feeds(Feed::Page(page.clone())),
        captures: frame.to(&Place::Captures(page.clone())),
        timemap: frame.links.path(&format!("timemap/{page}")),
    };
    written(&page)
}

fn entry(event: &Event, state: Option<&'static str>, frame: &Frame) -> Entry {
    let is_change = event.kind() == EventKind::Change;
    let note = match &event.telling {
        Telling::Alert(_) => None,
        Telling::Pending => Some("Not told yet: it has not lasted long enough.".to_owned()),
        Telling::Quiet(reason) => Some(format!("Not told: {}.", visible(reason))),
    };
    Entry {
        at: event.captured_at,
        kind: capital(event.kind().code()),
        headline: headline(event, 60, 100),
        link: is_change.then(|| frame.to(&Place::Change(event.id.clone()))),
        note,
        state,
    }
}

fn version_item(version: &Version, frame: &Frame) -> VersionItem {
    VersionItem {
        number: version.number,
        first_at: version.first_at,
        cause: cause(version),
        link: frame.to(&Place::Version(version.page.clone(), version.number)),
    }
}

/// Returns why a version is there.
pub fn cause(version: &Version) -> &'static str {
    use crate::model::cause::Cause;
    match version.cause {
        Cause::First => "the first that was read",
        Cause::Page => "the page changed",
        Cause::Selection => "our selection changed",
        Cause::Watch => "the watchlist changed",
        Cause::Extractor => "our extractor changed",
    }
}
