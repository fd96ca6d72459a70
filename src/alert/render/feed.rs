//! Alerts as a feed: Atom (RFC 4287) and JSON Feed 1.1, the same entries under the same names in both.

use askama::Template;
use serde_json::{Value, json};

use crate::{
    alert::render::{
        html, plain,
        visible::{link, visible},
    },
    model::{
        event::{Event, Telling},
        snapshot::Digest,
        time::Timestamp,
    },
};

/// A feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed<'a> {
    /// What it is of, the same for good: its name in the world is made of it.
    pub scope: &'a str,
    /// Its title.
    pub title: String,
    /// Where pages for people are, if anywhere.
    pub home: Option<String>,
    /// Where the Atom feed is, if it is served.
    pub atom_url: Option<String>,
    /// Where the JSON feed is, if it is served.
    pub json_url: Option<String>,
    /// When it is made; an empty feed is as old as that.
    pub made_at: Timestamp,
    /// Its entries, newest first.
    pub entries: Vec<Entry<'a>>,
}

/// An entry of a feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// What it tells.
    pub event: &'a Event,
    /// Where to look; `None` leads to the page itself.
    pub link: Option<String>,
}

#[derive(Template)]
#[template(path = "feed.xml")]
struct AtomFeed {
    id: String,
    title: String,
    updated_at: String,
    version: &'static str,
    own: Option<String>,
    home: Option<String>,
    entries: Vec<Shown>,
}

struct Shown {
    id: String,
    title: String,
    at: String,
    link: Option<String>,
    tags: Vec<String>,
    html: String,
}

/// Returns the Atom feed, as UTF-8.
pub fn atom(feed: &Feed<'_>) -> String {
    let page = AtomFeed {
        id: feed.atom_url.clone().unwrap_or_else(|| urn(&format!("feed\n{}", feed.scope))),
        title: visible(&feed.title),
        updated_at: updated_at(feed).to_string(),
        version: env!("CARGO_PKG_VERSION"),
        own: feed.atom_url.clone(),
        home: feed.home.clone(),
        entries: feed.entries.iter().map(shown).collect(),
    };
    // A template of ours writes to a string, which does not fail.
    xml(&page.render().unwrap_or_default())
}

/// Returns the JSON feed.
pub fn json(feed: &Feed<'_>) -> Value {
    let items = feed.entries.iter().map(|entry| {
        let Shown { id, title, at, link, tags, html } = shown(entry);
        json!({
            "id": id,
            "url": link,
            "title": title,
            "content_html": html,
            "content_text": plain::event(entry.event),
            "date_published": at,
            "date_modified": at,
            "tags": tags,
        })
    });
    let mut value = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": visible(&feed.title),
        "authors": [{ "name": "pledgewatch" }],
        "items": items.collect::<Vec<_>>(),
    });
    for (name, address) in [("home_page_url", &feed.home), ("feed_url", &feed.json_url)] {
        if let Some(address) = address {
            value[name] = json!(address);
        }
    }
    for item in value["items"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut)
    {
        item.retain(|_, value| !value.is_null());
    }
    value
}

/// Returns since when the event is told.
fn told_at(event: &Event) -> Timestamp {
    match event.telling {
        Telling::Alert(at) => at,
        Telling::Pending | Telling::Quiet(_) => event.recorded_at,
    }
}

fn updated_at(feed: &Feed<'_>) -> Timestamp {
    feed.entries.iter().map(|entry| told_at(entry.event)).max().unwrap_or(feed.made_at)
}

fn shown(entry: &Entry<'_>) -> Shown {
    let event = entry.event;
    let mut tags = vec![event.kind().code().to_owned(), event.page.to_string()];
    if !event.company.is_empty() {
        tags.push(visible(&event.company));
    }
    if let Some(verdict) = event.verdict() {
        tags.push(verdict.meaning.code().to_owned());
    }
    Shown {
        id: urn(&format!("event\n{}", event.id)),
        title: plain::subject(event),
        at: told_at(event).to_string(),
        link: entry.link.clone().or_else(|| link(event.url.as_str())),
        tags,
        html: html::piece(event),
    }
}

/// Returns a name in the world made of words: a UUID of form 8 (RFC 9562), the same for the same
/// words.
fn urn(words: &str) -> String {
    let hex = Digest::of(words.as_bytes()).to_string();
    let variant = match hex.as_bytes()[16] % 4 {
        0 => '8',
        1 => '9',
        2 => 'a',
        _ => 'b',
    };
    format!(
        "urn:uuid:{}-{}-8{}-{variant}{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

/// Returns text without the characters that XML 1.0 does not have; controls are visible already.
fn xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::render::samples;

    fn feed<'a>(entries: &'a [Event]) -> Feed<'a> {
        let entry = |event| Entry { event, link: None };
        Feed {
            scope: "all",
            title: "All <alerts>".to_owned(),
            home: None,
            atom_url: Some("https://example.org/all.atom".to_owned()),
            json_url: Some("https://example.org/all.json".to_owned()),
            made_at: samples::at("2026-11-20T00:00:00Z"),
            entries: entries.iter().map(entry).collect(),
        }
    }

    #[test]
    fn both_feeds_have_the_same_entries_under_names_that_stay() {
        let events = [samples::change()];
        let (atom, json) = (atom(&feed(&events)), json(&feed(&events)));
        let id = json["items"][0]["id"].as_str().unwrap();
        assert!(id.starts_with("urn:uuid:") && id.len() == 45, "{id}");
        assert!(atom.contains(&format!("<id>{id}</id>")), "{atom}");
        assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
        assert_eq!(json["items"][0]["url"], "https://www.example.com/news/moratorium?a=1&b=2");
        assert!(atom.contains("<updated>2026-11-20T12:00:05.000Z</updated>"), "{atom}");
        assert!(atom.contains("All &#60;alerts&#62;"), "{atom}");
        assert!(json["items"][0]["content_html"].as_str().unwrap().contains("<del"));
    }

    #[test]
    fn fault_056_hostile_words_are_words_in_a_feed() {
        let mut events = samples::hostile();
        events[0].title.push('\u{ffff}');
        let atom = atom(&feed(&events));
        assert!(!atom.contains("<script") && !atom.contains("]]>"));
        let is_allowed =
            |c: char| c == '\n' || (!c.is_control() && c < '\u{fffe}') || c > '\u{ffff}';
        assert!(atom.chars().all(is_allowed));
        for item in json(&feed(&events))["items"].as_array().unwrap() {
            assert!(!item["content_html"].as_str().unwrap().contains("<script"));
        }
    }

    #[test]
    fn an_empty_feed_is_one() {
        let atom = atom(&feed(&[]));
        assert!(atom.contains("<updated>2026-11-20T00:00:00.000Z</updated>"), "{atom}");
        assert_eq!(json(&feed(&[]))["items"], json!([]));
    }
}
