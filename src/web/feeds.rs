//! Atom feeds (RFC 4287) of everything, a company, a page, a pledge. An entry keeps its id for good,
//! so that no reader shows it twice.

use askama::Template;

use crate::{
    alert::render::{account::headline, plain, visible::visible},
    model::{
        event::{Event, EventKind, Telling, Told, What},
        page::PageId,
        snapshot::Digest,
        time::Timestamp,
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
        site::written,
    },
};

/// So many entries are in a feed, the latest.
const ENTRIES_MAX: usize = 50;

/// So many of the latest entries of the record are looked through for them.
const LOOKED_THROUGH_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "record_feed.xml")]
struct FeedPage {
    id: String,
    title: String,
    updated: Timestamp,
    here: String,
    home: String,
    entries: Vec<Entry>,
}

/// An entry as the template writes it.
struct Entry {
    id: String,
    title: String,
    company: String,
    published: Timestamp,
    updated: Timestamp,
    link: String,
    words: String,
}

/// Returns a feed.
pub fn feed(app: &App, frame: &Frame, feed: &Feed) -> Result<String, Refusal> {
    let title = title(app, feed)?;
    let page = match feed {
        Feed::All | Feed::Company(_) => None,
        Feed::Page(page) | Feed::Pledge(page, _) => Some(page.clone()),
    };
    let query = LogQuery { page, since: None, limit: Some(LOOKED_THROUGH_MAX) };
    let log = history::log(app, &query)?;
    let told = log.iter().rev().filter(|told| is_of(feed, told)).take(ENTRIES_MAX);
    let address = |place: &Place| match &frame.base {
        Some(base) => format!("{base}{}", place.path()),
        None => frame.to(place),
    };
    let entries: Vec<Entry> = told.map(|told| entry(&told.event, &address)).collect();
    let page = FeedPage {
        id: urn(&format!("feed {}", Place::Feed(feed.clone()).path())),
        title: legal(&title),
        updated: entries.iter().map(|it| it.updated).max().unwrap_or(Timestamp::from_millis(0)),
        here: address(&frame.place),
        home: address(&Place::Overview),
        entries,
    };
    written(&page)
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

fn entry(event: &Event, address: &dyn Fn(&Place) -> String) -> Entry {
    let place = match event.kind() {
        EventKind::Change => Place::Change(event.id.clone()),
        EventKind::Trouble
        | EventKind::Moved
        | EventKind::Gone
        | EventKind::Recovered
        | EventKind::Pledge => Place::Page(event.page.clone()),
    };
    let told_at = match event.telling {
        Telling::Alert(at) => at,
        Telling::Pending | Telling::Quiet(_) => event.recorded_at,
    };
    Entry {
        id: urn(&format!("event {}", event.id)),
        title: legal(&headline(event, 60, 100)),
        company: legal(&visible(&event.company)),
        published: event.captured_at,
        updated: told_at,
        link: address(&place),
        words: legal(&plain::event(event)),
    }
}

/// Returns a name that is the same wherever the record is read: a UUID of the digest (RFC 9562,
/// version 8).
fn urn(name: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Digest::of(format!("pledgewatch {name}").as_bytes()).as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let [a, b, c, d, e] = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    format!("urn:uuid:{a}-{b}-{c}-{d}-{e}")
}

/// Returns words without characters that XML 1.0 does not have.
fn legal(words: &str) -> String {
    let is_legal = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    words.chars().map(|c| if is_legal(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_056_no_word_of_a_feed_has_a_character_that_xml_has_not() {
        assert_eq!(legal("a\u{0}b\u{1b}c\u{ffff}\n]]>&"), "a\u{fffd}b\u{fffd}c\u{fffd}\n]]>&");
        let name = urn("event x");
        assert_eq!(name, urn("event x"));
        assert_ne!(name, urn("event y"));
        assert_eq!((name.len(), name.as_bytes()[23]), (45, b'8'), "{name}");
    }
}
