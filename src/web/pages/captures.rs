//! The bodies that a page gave, for those who want to see it as it was.

use askama::Template;

use crate::{
    alert::render::visible::{clipped, shown_url, visible},
    model::{capture::Capture, page::PageId, time::Timestamp},
    monitor::{app::App, captures, overview},
    web::{
        answer::{Refusal, written},
        frame::Frame,
        place::Place,
    },
};

/// So many are listed, the latest; the TimeMap has more.
const CAPTURES_MAX: usize = 300;

#[derive(Template)]
#[template(path = "captures.html")]
struct CapturesPage<'a> {
    frame: &'a Frame,
    title: String,
    page: String,
    timemap: String,
    captures: Vec<Item>,
    is_cut: bool,
}

/// A capture as the template shows it.
struct Item {
    at: Timestamp,
    url: String,
    link: String,
    status: String,
    digest: String,
}

/// Returns the page.
pub fn page(app: &App, frame: &Frame, page: &PageId) -> Result<String, Refusal> {
    app.known_page(page)?;
    let found = captures::of_page(app, page, CAPTURES_MAX)?;
    let page = CapturesPage {
        frame,
        title: visible(&overview::page(app, page)?.title),
        page: frame.to(&Place::Page(page.clone())),
        timemap: frame.links.path(&format!("timemap/{page}")),
        is_cut: found.len() == CAPTURES_MAX,
        captures: found.iter().map(|it| item(it, frame)).collect(),
    };
    written(&page)
}

fn item(capture: &Capture, frame: &Frame) -> Item {
    Item {
        at: capture.at,
        url: clipped(&shown_url(&capture.url), 200),
        link: frame.links.path(&format!("captures/{}/{}", capture.visit, capture.part)),
        status: capture.status.map_or("no status".to_owned(), |status| status.to_string()),
        digest: capture.snapshot.short(),
    }
}
