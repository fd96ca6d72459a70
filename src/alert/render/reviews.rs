//! What people decided about a change, as words and as JSON.

use serde_json::{Value, json};

use crate::{
    alert::render::visible::{clipped, visible},
    model::{
        edit::{Edit, MarkKind},
        event::Event,
        review::{Decision, Review, ReviewStanding, ReviewState},
        rule::Rule,
    },
};

/// The most characters of a note on a list.
const NOTE_CHARS_MAX: usize = 2_000;

/// The most characters of a heading, and of the words that stay, where a rule is told.
const HEADING_CHARS_MAX: usize = 60;
const KEPT_CHARS_MAX: usize = 120;

/// Returns where a change stands, in one visible line: `dismissed by Ada: known already`.
pub fn standing(standing: &ReviewStanding, is_settled: bool) -> String {
    let mut words = standing.state.code().to_owned();
    if let Some(rule) = standing.rule {
        words.push_str(&format!(" by rule {rule}"));
    }
    let people: Vec<String> = standing.by.iter().map(|by| visible(by.as_str())).collect();
    if !people.is_empty() {
        let of = if standing.rule.is_some() { " of " } else { " by " };
        words.push_str(&format!("{of}{}", people.join(" and ")));
    }
    if let Some(at) = standing.since.filter(|_| standing.state != ReviewState::New) {
        words.push_str(&format!(", {}", at.minute()));
    }
    if let Some(reason) = &standing.reason {
        words.push_str(&format!(": {}", visible(reason.words())));
    }
    match standing.state {
        ReviewState::Confirmed | ReviewState::Dismissed if !is_settled => {
            words.push_str(" (another person must agree)");
        }
        ReviewState::Confirmed
        | ReviewState::Dismissed
        | ReviewState::New
        | ReviewState::Escalated => (),
    }
    words
}

/// Returns one entry of a trail in visible lines: `2026-11-27 09:00 UTC  Ada confirmed it`.
pub fn entry(review: &Review) -> String {
    let by = match review.rule {
        Some(rule) => format!("rule {rule} of {}", visible(review.by.as_str())),
        None => visible(review.by.as_str()),
    };
    let did = match &review.decision {
        Decision::Confirm => "confirmed it".to_owned(),
        Decision::Dismiss(reason) => {
            format!("dismissed it: {}", visible(reason.words()))
        }
        Decision::Escalate => "escalated it".to_owned(),
        Decision::Reopen => "took the decision back".to_owned(),
        Decision::Note => "noted".to_owned(),
    };
    let mut line = format!("{}  {by} {did}", review.at.minute());
    if let Some(note) = &review.note {
        let note: Vec<String> = note.as_str().lines().map(visible).collect();
        line.push_str(&format!(": \"{}\"", clipped(&note.join(" / "), NOTE_CHARS_MAX)));
    }
    line
}

/// Returns where a change stands, and its trail, for scripts.
pub fn value(standing: &ReviewStanding, trail: &[Review], is_settled: bool) -> Value {
    let entries: Vec<Value> = trail
        .iter()
        .map(|it| {
            json!({
                "decision": it.decision.code(),
                "reason": it.decision.reason().map(|reason| reason.code()),
                "note": it.note.as_ref().map(|note| note.as_str()),
                "by": it.by.as_str(),
                "at": it.at.to_string(),
                "rule": it.rule.map(|rule| rule.0),
            })
        })
        .collect();
    json!({
        "state": standing.state.code(),
        "settled": is_settled,
        "reason": standing.reason.as_ref().map(|reason| reason.code()),
        "by": standing.by.iter().map(|by| by.as_str()).collect::<Vec<_>>(),
        "since": standing.since.map(|at| at.to_string()),
        "rule": standing.rule.map(|rule| rule.0),
        "trail": entries,
    })
}

/// Says which edits a rule made of this change takes for alike, in a visible line each.
pub fn alike(event: &Event) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for edit in event.edits().iter().filter(|edit| edit.kind.is_wording()) {
        let line = alike_to(edit);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn alike_to(edit: &Edit) -> String {
    let heading = match edit.heading.trim() {
        "" => "under no heading".to_owned(),
        heading => format!("under \"{}\"", clipped(&visible(heading), HEADING_CHARS_MAX)),
    };
    let meaning = edit.verdict.as_ref().map_or("unjudged", |verdict| verdict.meaning.code());
    let kept = edit.marks.iter().filter(|it| it.kind == MarkKind::Same);
    let kept: Vec<&str> = kept.flat_map(|mark| mark.words.split_whitespace()).collect();
    let words = match kept.is_empty() {
        true => String::new(),
        false => {
            let kept = clipped(&visible(&kept.join(" ")), KEPT_CHARS_MAX);
            format!(", where these words stay: \"{kept}\"")
        }
    };
    let kind = edit.kind.code();
    let meaning = if meaning == kind { String::new() } else { format!("{meaning}, ") };
    format!("{kind}, {meaning}{heading}{words}")
}

/// Returns a rule for scripts.
pub fn rule(rule: &Rule) -> Value {
    let likenesses = rule.likenesses.iter().map(|it| {
        json!({ "kind": it.kind.code(), "meaning": it.meaning.code(),
            "passage_digest": it.passage.to_string() })
    });
    json!({
        "rule": rule.id.0,
        "revision": rule.revision,
        "page": rule.page.as_str(),
        "from": rule.from.as_str(),
        "state": rule.state.code(),
        "reason": rule.reason.code(),
        "by": rule.by.as_str(),
        "at": rule.at.to_string(),
        "likenesses": likenesses.collect::<Vec<_>>(),
    })
}
