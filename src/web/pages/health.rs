//! How all watches are doing, and what someone must look at.

use askama::Template;

use crate::{
    alert::render::visible::visible,
    model::{sweep::SweepRecord, time::Timestamp},
    monitor::{
        app::App,
        status::{self, Concern, PageStatus},
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        pages::changes::capital,
        place::Place,
    },
};

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage<'a> {
    frame: &'a Frame,
    concerns: Vec<(Option<(String, String)>, String)>,
    watches: Vec<Watch>,
    last_sweep: Option<(Timestamp, Option<(Timestamp, &'static str)>)>,
    undelivered: Vec<String>,
    left_out: usize,
}

/// A watch as the template shows it.
struct Watch {
    title: String,
    company: String,
    link: String,
    health: &'static str,
    last_healthy_at: Option<Timestamp>,
    last_visit_at: Option<Timestamp>,
    last_change_at: Option<Timestamp>,
    next_due_at: Option<Timestamp>,
    trouble: Option<String>,
    waiting: Option<String>,
    notes: Vec<String>,
}

/// Returns the page.
pub fn page(app: &App, frame: &Frame) -> Result<String, Refusal> {
    let (status, left_out) = status::glance(app, frame.now)?;
    let concerns = status::concerns(app, &status, frame.now);
    let sweep =
        |it: &SweepRecord| (it.began_at, it.ended.as_ref().map(|(at, end)| (*at, end.code())));
    let page = HealthPage {
        frame,
        left_out,
        concerns: concerns.iter().map(|it| concern(it, frame)).collect(),
        watches: status.pages.iter().map(|it| watch(it, frame)).collect(),
        last_sweep: status.last_sweep.as_ref().map(sweep),
        undelivered: status
            .undelivered
            .iter()
            .map(|it| {
                let error = it.last_error.as_deref().map(|it| format!(": {}", visible(it)));
                let to = visible(&it.addressee.recipient);
                let state = it.state.code().replace('_', " ");
                format!("{} to {to}, {state}{}", it.event, error.unwrap_or_default())
            })
            .collect(),
    };
    written(&page)
}

fn concern(concern: &Concern, frame: &Frame) -> (Option<(String, String)>, String) {
    let page = concern.page.as_ref();
    let page = page.map(|page| (page.to_string(), frame.to(&Place::Page(page.clone()))));
    (page, visible(&concern.what))
}

fn watch(page: &PageStatus, frame: &Frame) -> Watch {
    let trouble = page.spell.as_ref().map(|spell| {
        let what = visible(&spell.trouble.to_string());
        format!("{}, since {}, {} visits", capital(&what), spell.since.minute(), spell.visits)
    });
    let waiting = page
        .waiting
        .as_ref()
        .filter(|it| it.is_wording())
        .map(|it| format!("since {}, seen {} times", it.first_at.minute(), it.sightings));
    Watch {
        title: visible(&page.title),
        company: visible(&page.company),
        link: frame.to(&Place::Page(page.page.clone())),
        health: page.health.word(),
        last_healthy_at: page.last_healthy_at,
        last_visit_at: page.last_visit_at,
        last_change_at: page.last_change_at,
        next_due_at: page.next_due_at,
        trouble,
        waiting,
        notes: page.notes.iter().map(|note| capital(&visible(note))).collect(),
    }
}
