//! The pledges and how they stand, and the whole life of one.

use askama::Template;

use crate::{
    alert::render::{
        excerpt::{Run, RunKind, bounded},
        pledges::WORDING,
        visible::visible,
    },
    model::{page::PageId, time::Timestamp},
    monitor::{
        app::App,
        forms::pledge::{entries, term_line},
        overview::is_worrying,
        pledges::list::{self, PledgeLife, Wording},
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        pages::{
            changes::capital,
            overview::{PledgeItem, pledge_item},
        },
        place::{Feed, Place, company_key},
    },
};

#[derive(Template)]
#[template(path = "pledges.html")]
struct PledgesPage<'a> {
    frame: &'a Frame,
    pledges: Vec<(String, PledgeItem)>,
}

#[derive(Template)]
#[template(path = "pledge.html")]
struct PledgePage<'a> {
    frame: &'a Frame,
    name: String,
    company: Option<(String, String)>,
    title: String,
    page: String,
    state: &'static str,
    is_worrying: bool,
    since: Option<Timestamp>,
    quote: String,
    made: Option<String>,
    term: Option<(String, String)>,
    read_at: Option<Timestamp>,
    is_watched: bool,
    wordings: Vec<WordingItem>,
    entries: Vec<EntryItem>,
    feeds: (String, String),
}

/// A wording as the template shows it.
struct WordingItem {
    state: &'static str,
    words: String,
    version: (u32, String),
    from: Timestamp,
    after: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// What happened, as the template shows it.
struct EntryItem {
    title: String,
    wording: Vec<Run>,
    lines: Vec<(String, String)>,
}

/// Returns the list of all pledges.
pub fn list(app: &App, frame: &Frame) -> Result<String, Refusal> {
    let lives = list::all(app)?;
    let item = |life: &PledgeLife| {
        let title = visible(&life.title);
        let page = match life.company.as_str() {
            "" => title,
            company => format!("{}, {title}", visible(company)),
        };
        (page, pledge_item(life, frame))
    };
    written(&PledgesPage { frame, pledges: lives.iter().map(item).collect() })
}

/// Returns the life of one pledge.
pub fn page(app: &App, frame: &Frame, page: &PageId, pledge: &PageId) -> Result<String, Refusal> {
    let life = list::one(app, &format!("{page}/{pledge}"))?;
    let mut wordings: Vec<WordingItem> =
        life.wordings().iter().map(|it| wording_item(it, &life, frame)).collect();
    wordings.reverse();
    let mut happened: Vec<EntryItem> = entries(&life, frame.now)
        .into_iter()
        .map(|it| EntryItem {
            title: visible(&it.title),
            wording: bounded(&it.marks),
            lines: it
                .lines
                .into_iter()
                .filter(|(label, _)| *label != WORDING)
                .map(|(label, words)| (capital(label), visible(&words)))
                .collect(),
        })
        .collect();
    happened.reverse();
    let standing = life.standing();
    let page = PledgePage {
        frame,
        name: visible(&life.pledge.name),
        company: (!life.company.is_empty()).then(|| {
            let overview = frame.to(&Place::Overview);
            (visible(&life.company), format!("{overview}#{}", company_key(&life.company)))
        }),
        title: visible(&life.title),
        page: frame.to(&Place::Page(life.page.clone())),
        state: standing.map_or("not read yet", |it| it.words()),
        is_worrying: is_worrying(standing),
        since: life.since(),
        quote: visible(&life.pledge.quote),
        made: life.pledge.made.map(|day| day.to_string()),
        term: term_line(&life, frame.now).map(|(label, words)| (capital(label), visible(&words))),
        read_at: life.read_at,
        is_watched: life.is_watched,
        wordings,
        entries: happened,
        feeds: frame.feeds(Feed::Pledge(life.page.clone(), life.pledge.id.clone())),
    };
    written(&page)
}

fn wording_item(wording: &Wording, life: &PledgeLife, frame: &Frame) -> WordingItem {
    WordingItem {
        state: wording.standing.words(),
        words: visible(&wording.words),
        version: (wording.version, frame.to(&Place::Version(life.page.clone(), wording.version))),
        from: wording.from,
        after: wording.after,
        until: wording.until.map(|(_, by)| by),
    }
}
