//! The text of one version of a page, as its reader is told it.

use askama::Template;

use crate::{
    alert::render::visible::visible,
    model::{page::PageId, snapshot::Digest, text::Text, time::Timestamp},
    monitor::{
        app::App,
        history::{self, Which},
        overview,
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        pages::{diff::block_class, timeline::cause},
        place::Place,
    },
};

#[derive(Template)]
#[template(path = "version.html")]
struct VersionPage<'a> {
    frame: &'a Frame,
    title: String,
    company: String,
    page: String,
    number: u32,
    first_at: Timestamp,
    cause: &'static str,
    digest: Digest,
    /// How many words it has; none where they were taken out by order.
    words: Option<usize>,
    blocks: Vec<(&'static str, String)>,
    before: Option<String>,
    after: Option<String>,
}

/// Returns the page.
pub fn page(app: &App, frame: &Frame, page: &PageId, number: u32) -> Result<String, Refusal> {
    let (version, text) = history::version_if_kept(app, page, Which::Number(number))?;
    let row = overview::page(app, page)?;
    let versions = history::versions(app, page)?;
    let beside = |number: Option<u32>| {
        let number = number.filter(|number| versions.iter().any(|it| it.number == *number))?;
        Some(frame.to(&Place::Version(page.clone(), number)))
    };
    let blocks = text.iter().flat_map(|text| text.blocks.iter());
    let page = VersionPage {
        frame,
        title: visible(&row.title),
        company: visible(&row.company),
        page: frame.to(&Place::Page(page.clone())),
        number,
        first_at: version.first_at,
        cause: cause(&version),
        digest: version.text,
        words: text.as_ref().map(Text::word_count),
        blocks: blocks.map(|it| (block_class(it.kind), visible(&it.shown()))).collect(),
        before: beside(number.checked_sub(1)),
        after: beside(number.checked_add(1)),
    };
    written(&page)
}
