//! Feeds of everything, a company, a page, a pledge: Atom (RFC 4287) and JSON Feed 1.1. An entry keeps
//! its id for good, the same in both, so that no reader shows it twice.

use crate::{
    alert::render::{feed as atom, visible::visible},
    model::{
        event::{Event, EventKind, Telling, Told, What},
        page::PageId,
    },
    monitor::{
        app::App,
        history::{self, LogQuery},
        overview,
        pledges::list,
    },
    web::{
        answer::Refusal,
        frame::Frame,
        place::{Feed, Place, company_key},
    },
};

/// So many entries are in a feed, the latest.
const ENTRIES_MAX: usize = 50;

/// So many of the latest entries of the record are looked through for them: a few first, since
/// mostly those are enough.
const LOOKED_THROUGH: [usize; 2] = [4 * ENTRIES_MAX, 2_000];

/// In which form a feed is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

/// Returns a feed.
pub fn feed(app: &App, frame: &Frame, feed: &Feed, form: Form) -> Result<String, Refusal> {
    let title = title(app, feed)?;
    let page = match feed {
        Feed::All | Feed::Company(_) => None,
        Feed::Page(page) | Feed::Pledge(page, _) => Some(page.clone()),
    };
    let mut log = Vec::new();
    for most in LOOKED_THROUGH {
        let query = LogQuery { page: page.clone(), since: None, limit: Some(most) };
        log = history::log(app, &query)?;
        let is_whole = log.len() < most;
        log.retain(|told| is_of(feed, told));
        if is_whole || ENTRIES_MAX <= log.len() {
            break;
        }
    }
    let told = log.iter().rev().take(ENTRIES_MAX);
    let address = |place: &Place| match &frame.base {
        Some(base) => format!("{base}{}", place.path()),
        None => frame.to(place),
    };
    let scope = Place::Feed(feed.clone()).path();
    let page = atom::Feed {
        scope: &scope,
        title,
        home: frame.base.is_some().then(|| address(&Place::Overview)),
        atom_url: frame.base.is_some().then(|| address(&Place::Feed(feed.clone()))),
        json_url: frame.base.is_some().then(|| address(&Place::JsonFeed(feed.clone()))),
        made_at: frame.now,
        entries: told.map(|told| entry(&told.event, &address)).collect(),
    };
    Ok(match form {
        Form::Atom => atom::atom(&page),
        Form::Json => format!("{}\n", atom::json(&page)),
    })
}

fn title(app: &App, feed: &Feed) -> Result<String, Refusal> {
    Ok(match feed {
        Feed::All => "pledgewatch: all changes".to_owned(),
        Feed::Company(key) => {
            let mut names = app.watchlist.watches.iter().map(|watch| watch.company.as_str());
            let name = names.find(|name| company_key(name) == *key);
            let name = name.ok_or_else(|| Refusal::Missing("There is no such company.".into()))?;
            format!("pledgewatch: {}", visible(name))
        }
        Feed::Page(page) => {
            app.known_page(page)?;
            format!("pledgewatch: {}", visible(&overview::page(app, page)?.title))
        }
        Feed::Pledge(page, pledge) => {
            let life = list::one(app, &format!("{page}/{pledge}"))?;
            format!("pledgewatch: {}", visible(&life.pledge.name))
        }
    })
}

fn is_of(feed: &Feed, told: &Told) -> bool {
    let event = &told.event;
    if !matches!(event.telling, Telling::Alert(_)) {
        return false;
    }
    match feed {
        Feed::All | Feed::Page(_) => true,
        Feed::Company(key) => company_key(&event.company) == *key,
        Feed::Pledge(_, pledge) => is_of_pledge(&event.what, pledge),
    }
}

fn is_of_pledge(what: &What, pledge: &PageId) -> bool {
    match what {
        What::Change(change) => {
            change.pledges.iter().any(|it| it.pledge == *pledge && it.step.is_some())
        }
        What::QuoteMissing { pledge: of, .. } | What::Pledge { pledge: of, .. } => of == pledge,
        What::Gone { .. } => true,
        What::Trouble { .. } | What::Moved { .. } | What::Recovered { .. } => false,
    }
}

fn entry<'a>(event: &'a Event, address: &dyn Fn(&Place) -> String) -> atom::Entry<'a> {
    let place = match event.kind() {
        EventKind::Change => Place::Change(event.id.clone()),
        EventKind::Trouble
        | EventKind::Moved
        | EventKind::Gone
        | EventKind::Recovered
        | EventKind::Pledge => Place::Page(event.page.clone()),
    };
    atom::Entry { event, link: Some(address(&place)) }
}
