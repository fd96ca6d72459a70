//! A pledge's life: its story for people, and all of it as JSON.

use serde_json::{Value, json};

use crate::{
    alert::render::{
        json as as_json,
        pledges::{self as words, WORDING, step_lines},
    },
    model::{
        edit::Mark,
        history::RecordedState,
        pledge::{Happening, NoteKind, Standing, Step},
        time::Timestamp,
        watch::Term,
    },
    monitor::pledges::list::{PledgeLife, today},
};

/// Returns the last step of a pledge's life, and the state that it led to.
pub fn last_step(life: &PledgeLife) -> Option<(&RecordedState, &Step)> {
    life.states.iter().rev().find_map(|it| Some((it, it.state.step.as_ref()?)))
}

/// Returns until when a pledge holds, labelled; `None` where that is open.
pub fn term_line(life: &PledgeLife, now: Timestamp) -> Option<(&'static str, String)> {
    match &life.pledge.until {
        Term::Open => None,
        Term::Deadline(deadline) => {
            let left = life.days_left(now).unwrap_or_default();
            let days = match left {
                0 => "today".to_owned(),
                1 => "1 day left".to_owned(),
                2.. => format!("{left} days left"),
                -1 => "passed yesterday".to_owned(),
                _ => format!("passed {} days ago", -left),
            };
            Some(("deadline", format!("{deadline}, {days}")))
        }
        Term::Condition(condition) => {
            let met = match life.met_on() {
                Some(day) => format!("met on {day}, as noted by hand"),
                None => "not marked as met".to_owned(),
            };
            Some(("until", format!("{condition} ({met})")))
        }
    }
}

/// An entry of a pledge's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// What happened, in one line; the page's own words are in it.
    pub title: String,
    /// How the wording was altered, where it was and both wordings are there.
    pub marks: Vec<Mark>,
    /// What else there is to say, labelled; an altered wording is in it too, with brackets, as
    /// [`WORDING`].
    pub lines: Vec<(&'static str, String)>,
}

/// Returns what happened in a pledge's life, in the order of time.
pub fn entries(life: &PledgeLife, now: Timestamp) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (it, before) in life.states.iter().zip(&life.before_last_at) {
        let Some(step) = &it.state.step else { continue };
        let at = it.version.first_at;
        let what = match step.what {
            Happening::Kept => "altered beside it, its own words are the same".to_owned(),
            _ => words::happened_whole(step),
        };
        let mut lines = step_lines(step);
        if let Some(before) = before {
            let interval = format!("after {} and no later than {}", before.minute(), at.minute());
            lines.insert(0, ("when", interval));
        }
        let version = it.version.number;
        let title = format!("{}  {what} (version {version})", at.day());
        let is_woven = lines.iter().any(|(label, _)| *label == WORDING);
        let marks = if is_woven { step.marks.clone() } else { Vec::new() };
        entries.push(Entry { at, title, marks, lines });
    }
    for note in &life.notes {
        let what = match note.kind {
            NoteKind::Said => "noted",
            NoteKind::Met => "marked as met",
            NoteKind::NotMet => "mark as met taken back",
        };
        let mut lines = Vec::new();
        if !note.words.is_empty() {
            lines.push(("note", note.words.clone()));
        }
        if !note.source.is_empty() {
            lines.push(("source", note.source.clone()));
        }
        lines.push(("added", note.recorded_at.minute()));
        let at = note.on.to_string().parse().unwrap_or(note.recorded_at);
        entries.push(Entry { at, title: format!("{}  {what}", note.on), marks: Vec::new(), lines });
    }
    entries.extend(lapse(life, now));
    for (before, after) in life.terms.iter().zip(life.terms.iter().skip(1)) {
        let (was, (said, at)) = (&before.0, after);
        let title = format!("{}  the watchlist says `{said}`, no longer `{was}`", at.day());
        entries.push(Entry { at: *at, title, marks: Vec::new(), lines: Vec::new() });
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// Returns the entry of a deadline that passed, with how the pledge stood on that day.
fn lapse(life: &PledgeLife, now: Timestamp) -> Option<Entry> {
    let Term::Deadline(deadline) = life.pledge.until else { return None };
    if today(now) <= deadline {
        return None;
    }
    let at: Timestamp = deadline.tomorrow().ok()?.to_string().parse().ok()?;
    let stood = life.states.iter().rfind(|it| it.version.first_at < at);
    let how = match stood.map(|it| it.state.standing) {
        Some(Standing::Missing) => "the clause was on the page no more",
        Some(_) => "the page still said what it said",
        None => "the page was not watched yet",
    };
    let title = format!("{deadline}  its deadline passed: {how}");
    Some(Entry { at, title, marks: Vec::new(), lines: Vec::new() })
}

/// Returns how a pledge stands.
pub fn facts(life: &PledgeLife, now: Timestamp) -> serde_json::Map<String, Value> {
    let (deadline, condition) = match &life.pledge.until {
        Term::Open => (None, None),
        Term::Deadline(day) => (Some(day.to_string()), None),
        Term::Condition(words) => (None, Some(words.as_str())),
    };
    let last = last_step(life);
    let value = json!({
        "pledge": life.pledge.id.as_str(),
        "name": life.pledge.name,
        "page": life.page.as_str(),
        "company": life.company,
        "title": life.title,
        "quote": life.pledge.quote,
        "made": life.pledge.made.map(|day| day.to_string()),
        "watched": life.is_watched,
        "state": life.standing().map(Standing::code),
        "since": life.since().map(|at| at.to_string()),
        "words": life.states.last().map(|it| it.state.words.as_str()),
        "last_step": last.map(|(_, step)| step.what.code()),
        "last_step_at": last.map(|(it, _)| it.version.first_at.to_string()),
        "read_at": life.read_at.map(|at| at.to_string()),
        "deadline": deadline,
        "days_left": life.days_left(now),
        "condition": condition,
        "met_on": life.met_on().map(|day| day.to_string()),
    });
    match value {
        Value::Object(object) => object,
        _ => serde_json::Map::new(),
    }
}

/// Returns a pledge with its whole life.
pub fn whole(life: &PledgeLife, now: Timestamp) -> Value {
    let wordings: Vec<Value> = life
        .wordings()
        .iter()
        .map(|it| {
            json!({
                "state": it.standing.code(),
                "words": it.words,
                "version": it.version,
                "after": it.after.map(|at| at.to_string()),
                "first_at": it.from.to_string(),
                "until_after": it.until.and_then(|it| it.0).map(|at| at.to_string()),
                "until_by": it.until.map(|it| it.1.to_string()),
            })
        })
        .collect();
    let steps = life.states.iter().zip(&life.before_last_at).filter_map(|(it, before)| {
        let step = as_json::step(it.state.step.as_ref()?);
        Some(json!({
            "version": it.version.number,
            "cause": it.version.cause.code(),
            "first_at": it.version.first_at.to_string(),
            "before_last_at": before.map(|at| at.to_string()),
            "state": it.state.standing.code(),
            "step": step,
        }))
    });
    let notes = life.notes.iter().map(|note| {
        json!({
            "kind": note.kind.code(),
            "on": note.on.to_string(),
            "source": note.source,
            "words": note.words,
            "recorded_at": note.recorded_at.to_string(),
        })
    });
    let mut object = facts(life, now);
    object.insert("steps".to_owned(), Value::Array(steps.collect()));
    object.insert("wordings".to_owned(), Value::Array(wordings));
    object.insert("notes".to_owned(), Value::Array(notes.collect()));
    let terms =
        life.terms.iter().map(|(said, at)| json!({ "said": said, "since": at.to_string() }));
    object.insert("terms".to_owned(), Value::Array(terms.collect()));
    Value::Object(object)
}
