//! A phrase through all versions of all pages.

use askama::Template;

use crate::{
    alert::render::{sought::Sought, visible::visible},
    model::stay::Stay,
    monitor::{
        app::App,
        export::request::Extent,
        forms::stay::{came, went},
        overview, search,
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        place::Place,
    },
};

/// So many answers are shown.
const ANSWERS_MAX: usize = 100;

/// The most characters of a phrase.
pub const PHRASE_CHARS_MAX: usize = 200;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The phrase, as typed.
    pub phrase: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    frame: &'a Frame,
    phrase: String,
    answers: Vec<Answer>,
    count: usize,
    has_asked: bool,
    has_words: bool,
    unindexed: usize,
    action: String,
    max: usize,
}

/// A stretch in which the phrase stood.
struct Answer {
    page: String,
    link: String,
    came: String,
    went: Option<String>,
    last_seen: String,
    passage: Sought,
    first_passage: Option<Sought>,
    version: String,
}

/// Returns the page. Nothing that is typed is more than words: the index knows no syntax but a `*`.
pub fn page(app: &App, frame: &Frame, asked: &Asked) -> Result<String, Refusal> {
    let phrase = asked.phrase.trim();
    if PHRASE_CHARS_MAX < phrase.chars().count() {
        return Err(Refusal::Wrong(format!(
            "A phrase of more than {PHRASE_CHARS_MAX} characters is not looked for."
        )));
    }
    let has_words = phrase.chars().any(char::is_alphanumeric);
    let search::Found { stays, count, .. } = match has_words {
        true => search::find(app, phrase, &Extent::default(), ANSWERS_MAX)?,
        false => search::Found::default(),
    };
    let answers = stays.iter().map(|stay| answer(app, frame, (stay, phrase)));
    let page = SearchPage {
        frame,
        phrase: visible(phrase),
        answers: answers.collect::<Result<_, Refusal>>()?,
        count,
        has_asked: !phrase.is_empty(),
        has_words,
        unindexed: search::unindexed(app)?,
        action: frame.to(&Place::Search),
        max: ANSWERS_MAX,
    };
    written(&page)
}

fn answer(app: &App, frame: &Frame, (stay, phrase): (&Stay, &str)) -> Result<Answer, Refusal> {
    let row = overview::page(app, &stay.page)?;
    let title = visible(&row.title);
    Ok(Answer {
        page: match row.company.as_str() {
            "" => title,
            company => format!("{}, {title}", visible(company)),
        },
        link: frame.to(&Place::Page(stay.page.clone())),
        came: came(&stay.came),
        went: stay.went.as_ref().map(went),
        last_seen: stay.last_seen_at.minute(),
        passage: Sought::of(&stay.passage, phrase),
        first_passage: stay.first_passage.as_ref().map(|first| Sought::of(first, phrase)),
        version: frame.to(&Place::Version(stay.page.clone(), stay.came.version)),
    })
}
