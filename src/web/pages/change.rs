//! One change: what it amounts to and why, both texts, how it was reviewed, and the forms to do so.

use askama::Template;

use crate::{
    alert::render::{
        DiffView,
        account::{self, Account, Fact},
        amounts,
        excerpt::{Excerpt, RunKind, label},
        visible::visible,
    },
    model::{
        edit::Edit,
        event::{Change, Event, EventId, What, by_weight},
        page::PageId,
        review::{Decision, Reason, Review, ReviewState},
        snapshot::Digest,
        time::Timestamp,
    },
    monitor::{
        app::App,
        captures,
        history::{self, ChangeTexts, Explained},
        overview,
        review::{self, Reviewed},
    },
    web::{
        answer::{Refusal, written},
        frame::Frame,
        pages::{
            changes::capital,
            diff::{Part, View, parts},
            rules::{self, Offer},
        },
        place::{Links, Place, company_key},
    },
};

/// So many edits are told in words before the texts; the others are in them.
const AMOUNTS_MAX: usize = 12;

/// The most characters of an edit's own words in the list of reasons.
const WORDS_CHARS_MAX: usize = 90;

#[derive(Template)]
#[template(path = "change.html")]
struct ChangePage<'a> {
    frame: &'a Frame,
    account: Account,
    facts: Vec<Fact>,
    untold: Option<String>,
    title: String,
    page: String,
    company: Option<(String, String)>,
    captured_at: Timestamp,
    before_last_at: Timestamp,
    digests: (Digest, Digest),
    amounts: Vec<Amount>,
    more: usize,
    view: View,
    views: (String, String),
    /// The texts with their marks; where they are kept no more, what was recorded of the edits.
    parts: Option<Vec<Part>>,
    excerpts: Vec<Excerpt>,
    standing: Standing,
    trail: Vec<TrailEntry>,
    around: (Option<String>, Option<String>),
    to_review: Option<String>,
    captures: Vec<CaptureLink>,
    steps: Vec<StepItem>,
    left_out: (usize, usize),
    action: String,
    offer: Offer,
    reasons: [(&'static str, &'static str); 4],
    sign_in: String,
    api: String,
}

/// What one edit amounts to.
struct Amount {
    label: &'static str,
    words: String,
    says: String,
    link: Option<String>,
}

/// Where the change stands with the reviewers.
struct Standing {
    state: &'static str,
    words: String,
    entries: usize,
    is_new: bool,
}

/// One entry of the trail.
struct TrailEntry {
    what: String,
    by: String,
    at: Timestamp,
    note: Option<String>,
    rule: Option<(String, String)>,
}

/// A link to a capture.
struct CaptureLink {
    label: &'static str,
    at: Timestamp,
    url: String,
    link: String,
}

/// A visit that led to the change.
struct StepItem {
    at: Timestamp,
    visit: String,
    reasons: Vec<String>,
}

/// Returns the page.
pub fn page(app: &App, frame: &Frame, id: &EventId, view: View) -> Result<String, Refusal> {
    let reviewed = review::one(app, id)?;
    let event = &reviewed.told.event;
    let What::Change(change) = &event.what else {
        return Err(Refusal::Missing(format!("{id} is no change of a wording.")));
    };
    let texts = history::change_texts(app, change)?;
    let account = Account::of(event);
    let explained = history::explained(app, id)?;
    let (steps, left_out) = steps(explained);
    let (previous, next) = overview::around(app, id)?;
    let to = |id: EventId| match view {
        View::Woven => frame.to(&Place::Change(id)),
        View::Sides => frame.to(&Place::Sides(id)),
    };
    let edits: Vec<&Edit> = match &texts {
        Some(texts) => texts.diff.edits().collect(),
        None => change.edits.iter().collect(),
    };
    let (amounts, more) = amounts_of(&edits, texts.is_some());
    let page = ChangePage {
        frame,
        facts: account.facts.iter().filter(|fact| is_news(fact)).cloned().collect(),
        untold: account::untold(change.untold),
        title: visible(&event.title),
        page: frame.to(&Place::Page(event.page.clone())),
        company: company(event, frame),
        captured_at: event.captured_at,
        before_last_at: change.before_last_at,
        digests: (change.before, change.after),
        amounts,
        more,
        view,
        views: (frame.to(&Place::Change(id.clone())), frame.to(&Place::Sides(id.clone()))),
        excerpts: account.excerpts.clone(),
        account,
        parts: texts.map(|texts| texts_shown(&texts, event, view)),
        standing: standing(&reviewed),
        trail: reviewed.trail.iter().map(|it| trail_entry(it, &event.page, frame)).collect(),
        around: (previous.map(to), next.map(to)),
        to_review: match frame.reviewer() {
            Some(_) => overview::next_to_review(app, id)?.map(to),
            None => None,
        },
        captures: match frame.is_served() {
            true => capture_links(app, event, change, &frame.links)?,
            false => Vec::new(),
        },
        steps,
        left_out,
        action: frame.links.path(&format!("changes/{id}/review")),
        offer: rules::offer(app, frame, event)?,
        reasons: Reason::LISTED.map(listed),
        sign_in: frame.to(&Place::SignIn),
        api: frame.links.path(&format!("api/changes/{id}")),
    };
    written(&page)
}

/// Returns whether a fact says what the page does not show beside it.
fn is_news(fact: &Fact) -> bool {
    !["Wording", "Company", "Page"].contains(&fact.label)
}

fn listed(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Editorial => ("editorial", "Only editorial: it means the same"),
        Reason::NotPolicy => ("not-policy", "No part of the policy"),
        Reason::Known => ("known", "Known already"),
        Reason::Misread | Reason::Other(_) => ("misread", "The page was misread"),
    }
}

fn company(event: &Event, frame: &Frame) -> Option<(String, String)> {
    if event.company.is_empty() {
        return None;
    }
    let link = format!("{}#{}", frame.to(&Place::Overview), company_key(&event.company));
    Some((visible(&event.company), link))
}

fn texts_shown(texts: &ChangeTexts, event: &Event, layout: View) -> Vec<Part> {
    let view = DiffView {
        company: &event.company,
        title: &event.title,
        url: event.url.as_str(),
        before_label: "before",
        after_label: "after",
        before: &texts.before,
        after: &texts.after,
        diff: &texts.diff,
    };
    parts(&view, layout)
}

fn amounts_of(edits: &[&Edit], has_texts: bool) -> (Vec<Amount>, usize) {
    let owned: Vec<Edit> = edits.iter().map(|edit| (*edit).clone()).collect();
    let wording: Vec<usize> =
        by_weight(&owned).into_iter().filter(|&at| owned[at].kind.is_wording()).collect();
    let amount = |&at: &usize| {
        let edit = &owned[at];
        let words = edit.after.as_ref().or(edit.before.as_ref()).map(|it| it.words.as_str());
        Amount {
            label: label(edit.kind),
            words: match &edit.verdict {
                Some(verdict) => capital(&amounts::account(verdict)),
                None => "Nobody judged it".to_owned(),
            },
            says: crate::alert::render::visible::clipped(
                &visible(words.unwrap_or_default()),
                WORDS_CHARS_MAX,
            ),
            link: has_texts.then(|| format!("#edit-{}", at + 1)),
        }
    };
    let more = wording.len().saturating_sub(AMOUNTS_MAX);
    (wording.iter().take(AMOUNTS_MAX).map(amount).collect(), more)
}

fn standing(reviewed: &Reviewed) -> Standing {
    let it = &reviewed.standing;
    let by: Vec<String> = it.by.iter().map(|by| visible(by.as_str())).collect();
    let who = match (by.is_empty(), it.rule) {
        (_, Some(rule)) => format!(" by rule {rule}"),
        (true, None) => String::new(),
        (false, None) => format!(" by {}", by.join(" and ")),
    };
    let why = it.reason.as_ref().map(|it| format!(": {}", visible(it.words()))).unwrap_or_default();
    let open = match (it.state, reviewed.is_settled) {
        (ReviewState::Confirmed | ReviewState::Dismissed, false) => {
            " A second person must agree before it is settled."
        }
        (_, _) => "",
    };
    let words = match it.state {
        ReviewState::New => "Nobody has decided yet.".to_owned(),
        state => format!("{}{who}{why}.{open}", capital(state.code())),
    };
    Standing {
        state: it.state.code(),
        words,
        entries: it.entries,
        is_new: it.state == ReviewState::New,
    }
}

fn trail_entry(review: &Review, page: &PageId, frame: &Frame) -> TrailEntry {
    let what = match &review.decision {
        Decision::Confirm => "Confirmed".to_owned(),
        Decision::Dismiss(reason) => format!("Dismissed: {}", visible(reason.words())),
        Decision::Escalate => "Escalated".to_owned(),
        Decision::Reopen => "Opened again".to_owned(),
        Decision::Note => "Note".to_owned(),
    };
    TrailEntry {
        what,
        by: visible(review.by.as_str()),
        at: review.at,
        note: review.note.as_ref().map(|note| note_words(note.as_str())),
        rule: review.rule.map(|rule| {
            let link = format!("{}#rule-{rule}", frame.to(&Place::Page(page.clone())));
            (rule.to_string(), link)
        }),
    }
}

/// Returns a note with its line ends, and all else visible.
fn note_words(note: &str) -> String {
    note.lines().map(visible).collect::<Vec<_>>().join("\n")
}

fn capture_links(
    app: &App,
    event: &Event,
    change: &Change,
    links: &Links,
) -> Result<Vec<CaptureLink>, Refusal> {
    let mut found = Vec::new();
    for (label, at) in [("Before", change.before_last_at), ("After", event.captured_at)] {
        for capture in captures::at(app, &event.page, at)? {
            found.push(CaptureLink {
                label,
                at,
                url: visible(&crate::alert::render::visible::shown_url(&capture.url)),
                link: links.path(&format!("captures/{}/{}", capture.visit, capture.part)),
            });
        }
    }
    Ok(found)
}

fn steps(explained: Option<Explained>) -> (Vec<StepItem>, (usize, usize)) {
    let Some(explained) = explained else { return (Vec::new(), (0, 0)) };
    let step = |record: &crate::model::history::VisitRecord| StepItem {
        at: record.visit.started_at,
        visit: record.id.to_string(),
        reasons: record.reasons.iter().map(|reason| visible(reason)).collect(),
    };
    (explained.visits.iter().map(step).collect(), explained.left_out)
}
