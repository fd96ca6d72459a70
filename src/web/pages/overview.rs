//! The overview: companies and their pages, pledges and how they stand, the latest changes.

use std::collections::BTreeMap;

use askama::Template;

use crate::{
    alert::render::visible::visible,
    model::time::Timestamp,
    monitor::{
        app::App,
        forms::pledge::term_line,
        overview::{self, Glance, PageRow, is_worrying},
        pledges::list::PledgeLife,
        review::{self, ReviewQuery},
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        pages::changes::{Entry, entry},
        place::{Feed, Place, company_key},
    },
};

/// So many changes are shown here; the others are one link away.
const LATEST_MAX: usize = 8;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage<'a> {
    frame: &'a Frame,
    companies: Vec<Company>,
    latest: Vec<Entry>,
    pages: usize,
    pledges: usize,
    to_review: u64,
    troubled: usize,
    changes: String,
    new_changes: String,
    health: String,
}

/// A company as the template shows it.
struct Company {
    name: String,
    key: String,
    feed: String,
    pages: Vec<PageItem>,
    /// The titles of its other pages, with a link to each.
    others: Vec<(String, String)>,
}

/// A page as the template shows it.
struct PageItem {
    title: String,
    link: String,
    health: &'static str,
    note: Option<String>,
    last_change_at: Option<Timestamp>,
    last_healthy_at: Option<Timestamp>,
    versions: u32,
    pledges: Vec<PledgeItem>,
}

/// A pledge as a list shows it.
pub struct PledgeItem {
    /// What people call it.
    pub name: String,
    /// A link to its life.
    pub link: String,
    /// How it stands, in words.
    pub state: String,
    /// Whether someone should look.
    pub is_worrying: bool,
    /// Until when it holds.
    pub term: Option<String>,
    /// Since when it stands so.
    pub since: Option<Timestamp>,
}

/// Returns the page.
pub fn page(app: &App, frame: &Frame) -> Result<String, Refusal> {
    let glance = overview::glance(app)?;
    let query = ReviewQuery { limit: Some(LATEST_MAX), ..ReviewQuery::default() };
    let mut latest = review::list(app, &query)?;
    latest.reverse();
    let [to_review, ..] = review::counts(app)?;
    let page = OverviewPage {
        frame,
        pages: glance.rows.len() + glance.others.len(),
        pledges: glance.pledges,
        troubled: glance.troubled,
        to_review,
        latest: latest.iter().map(|it| entry(it, frame)).collect(),
        companies: companies(&glance, frame),
        changes: frame.to(&Place::Changes),
        new_changes: match frame.is_served() {
            true => format!("{}?state=new", frame.to(&Place::Changes)),
            false => frame.to(&Place::Changes),
        },
        health: frame.to(&Place::Health),
    };
    written(&page)
}

fn companies(glance: &Glance, frame: &Frame) -> Vec<Company> {
    let mut companies: Vec<Company> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    let rows = glance.rows.iter().map(|row| (row.company.as_str(), Some(row), None));
    let others = glance.others.iter().map(|other| (other.company.as_str(), None, Some(other)));
    for (name, row, other) in rows.chain(others) {
        let index = *at.entry(name).or_insert_with(|| {
            let key = company_key(name);
            let feed = frame.to(&Place::Feed(Feed::Company(key.clone())));
            let (name, pages, others) = (visible(name), Vec::new(), Vec::new());
            companies.push(Company { name, key, feed, pages, others });
            companies.len() - 1
        });
        let Some(company) = companies.get_mut(index) else { continue };
        company.pages.extend(row.map(|row| page_item(row, frame)));
        company.others.extend(
            other.map(|other| (visible(&other.title), frame.to(&Place::Page(other.page.clone())))),
        );
    }
    companies
}

fn page_item(row: &PageRow, frame: &Frame) -> PageItem {
    PageItem {
        title: visible(&row.title),
        link: frame.to(&Place::Page(row.page.clone())),
        health: row.health.word(),
        note: row.spell.as_ref().map(|spell| visible(spell.trouble.kind.words())),
        last_change_at: row.last_change_at,
        last_healthy_at: row.last_healthy_at,
        versions: row.version.as_ref().map_or(0, |version| version.number),
        pledges: row.pledges.iter().map(|life| pledge_item(life, frame)).collect(),
    }
}

/// Returns a pledge as a list shows it.
pub fn pledge_item(life: &PledgeLife, frame: &Frame) -> PledgeItem {
    let standing = life.standing();
    PledgeItem {
        name: visible(&life.pledge.name),
        link: frame.to(&Place::Pledge(life.page.clone(), life.pledge.id.clone())),
        state: standing.map_or("not read yet", |it| it.words()).to_owned(),
        is_worrying: is_worrying(standing),
        term: term_line(life, frame.now)
            .map(|(label, words)| format!("{label} {}", visible(&words))),
        since: life.since(),
    }
}
