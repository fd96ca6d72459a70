//! Rules that dismiss changes: those of a page, and what one more would take for alike.

use crate::{
    alert::render::{account::headline, reviews, visible::visible},
    model::{
        event::Event,
        page::PageId,
        rule::{Likeness, RuleState},
        time::Timestamp,
    },
    monitor::{
        app::App,
        review::{self, ShownRule},
    },
    web::{answer::Refusal, frame::Frame, place::Place},
};

/// The most characters of a company and of a title in the line of a change.
const NAME_CHARS_MAX: (usize, usize) = (60, 100);

/// A rule as a template shows it.
pub struct RuleItem {
    /// Its number.
    pub number: String,
    /// Whether it counts.
    pub is_active: bool,
    /// Where it is shown.
    pub link: String,
    /// Where the form leads that takes it back.
    pub action: String,
    /// The change that it was made of: its link and its first line.
    pub from: (String, String),
    /// Why it dismisses.
    pub reason: String,
    /// Who wrote it, or took it back.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Which edits are alike.
    pub alike: Vec<String>,
}

/// What a rule made of a change would be.
pub struct Offer {
    /// Which edits would be alike; empty where no rule can be made.
    pub alike: Vec<String>,
    /// Why no rule can be made.
    pub refused: Option<String>,
    /// The rules that were made of it already, and count.
    pub written: Vec<RuleItem>,
}

/// Returns the rules of a page, those that count first.
pub fn of_page(app: &App, frame: &Frame, page: &PageId) -> Result<Vec<RuleItem>, Refusal> {
    let rules = review::rules_of(app, page)?;
    let mut items: Vec<RuleItem> = rules.iter().map(|it| item(it, frame)).collect();
    items.sort_by_key(|it| !it.is_active);
    Ok(items)
}

/// Returns what a rule made of a change would take for alike.
pub fn offer(app: &App, frame: &Frame, event: &Event) -> Result<Offer, Refusal> {
    let refused = Likeness::of_change(event).err();
    let rules = review::rules_of(app, &event.page)?;
    let of_change = |it: &&ShownRule| it.rule.from == event.id;
    let is_active = |it: &&ShownRule| it.rule.state == RuleState::Active;
    Ok(Offer {
        alike: if refused.is_none() { reviews::alike(event) } else { Vec::new() },
        refused: refused.map(|reason| reason.to_string()),
        written: rules
            .iter()
            .filter(of_change)
            .filter(is_active)
            .map(|it| item(it, frame))
            .collect(),
    })
}

fn item(shown: &ShownRule, frame: &Frame) -> RuleItem {
    let ShownRule { rule, from } = shown;
    let event = from.as_ref().map(|told| &told.event);
    let (company_max, title_max) = NAME_CHARS_MAX;
    let place = Place::Page(rule.page.clone());
    RuleItem {
        number: rule.id.to_string(),
        is_active: rule.state == RuleState::Active,
        link: format!("{}#rule-{}", frame.to(&place), rule.id),
        action: frame.links.path(&format!("rules/{}/forget", rule.id)),
        from: (
            frame.to(&Place::Change(rule.from.clone())),
            event.map_or_else(
                || rule.from.to_string(),
                |event| headline(event, company_max, title_max),
            ),
        ),
        reason: visible(rule.reason.words()),
        by: visible(rule.by.as_str()),
        at: rule.at,
        alike: event.map(reviews::alike).unwrap_or_default(),
    }
}
