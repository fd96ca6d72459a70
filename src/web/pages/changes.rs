//! The changes, latest first: those that wait for review, or all.

use askama::Template;

use crate::{
    alert::render::{account::headline, amounts, visible::visible},
    model::{page::PageId, review::ReviewState, time::Timestamp},
    monitor::{
        app::App,
        review::{self, ReviewQuery, Reviewed},
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        place::Place,
    },
};

/// So many changes are on one page, the latest.
const CHANGES_MAX: usize = 200;

/// Which changes are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// In this state alone.
    pub state: Option<ReviewState>,
    /// Of this page alone.
    pub page: Option<PageId>,
}

/// A change as a list shows it.
pub struct Entry {
    /// When it was captured.
    pub at: Timestamp,
    /// Whose page, and its title.
    pub page: String,
    /// What happened, in one line.
    pub headline: String,
    /// What its strongest edit amounts to.
    pub amounts: Option<String>,
    /// A link to it.
    pub link: String,
    /// Where it stands with the reviewers.
    pub state: &'static str,
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage<'a> {
    frame: &'a Frame,
    entries: Vec<Entry>,
    filters: Vec<(String, String, bool)>,
    is_cut: bool,
    max: usize,
}

/// Returns the page.
pub fn page(app: &App, frame: &Frame, asked: &Asked) -> Result<String, Refusal> {
    let query = ReviewQuery {
        state: asked.state,
        page: asked.page.clone(),
        limit: Some(CHANGES_MAX),
        ..ReviewQuery::default()
    };
    let mut found = review::list(app, &query)?;
    found.reverse();
    let counts = review::counts(app)?;
    let here = frame.to(&Place::Changes);
    let filter = |state: ReviewState, count: u64| {
        let link = format!("{here}?state={}", state.code());
        (format!("{} {count}", capital(state.code())), link, asked.state == Some(state))
    };
    let mut filters = vec![("All".to_owned(), here.clone(), asked.state.is_none())];
    filters.extend(ReviewState::ALL.into_iter().zip(counts).map(|(state, n)| filter(state, n)));
    if !frame.is_served() {
        filters.clear();
    }
    let page = ChangesPage {
        frame,
        is_cut: found.len() == CHANGES_MAX,
        entries: found.iter().map(|it| entry(it, frame)).collect(),
        filters,
        max: CHANGES_MAX,
    };
    written(&page)
}

/// Returns a change as a list shows it.
pub fn entry(reviewed: &Reviewed, frame: &Frame) -> Entry {
    let event = &reviewed.told.event;
    let title = visible(&event.title);
    Entry {
        at: event.captured_at,
        page: match event.company.as_str() {
            "" => title,
            company => format!("{}, {title}", visible(company)),
        },
        headline: headline(event, 60, 100),
        amounts: event.verdict().map(|verdict| capital(&amounts::phrase(verdict))),
        link: frame.to(&Place::Change(event.id.clone())),
        state: reviewed.standing.state.code(),
    }
}

/// Returns words with a capital first letter.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => format!("{}{}", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}
