//! An event or a diff as JSON, for scripts and for the channels that carry JSON. Keys are stable:
//! they are added to, never renamed. Nothing is shortened; strings are the page's own.

use serde_json::{Map, Value, json};

use crate::{
    alert::render::{DiffView, amounts, message::Message, plain, visible::without_credentials},
    model::{
        edit::{DiffRow, Edit, EditKind, Mark, MarkKind, Passage},
        event::{Delivery, DeliveryState, Event, Telling, Told, What},
        history::Version,
        pledge::{Beside, News, PledgeChange, Step},
        text::{BlockKind, Text},
        time::Timestamp,
        trouble::Trouble,
        verdict::{Side, Trigger, Verdict},
    },
};

/// Returns an event with its deliveries. Instants are RFC 3339 in UTC; `deliveries` is an array
/// of `channel`, `recipient`, `state`, `at`, `attempts`, `last_error`.
pub fn event(told: &Told) -> Value {
    let mut object = event_facts(&told.event);
    object.insert(
        "deliveries".to_owned(),
        Value::Array(told.deliveries.iter().map(delivery).collect()),
    );
    Value::Object(object)
}

/// Returns a version with its text, block by block.
pub fn version(version: &Version, text: &Text) -> Value {
    let blocks: Vec<_> = text
        .blocks
        .iter()
        .map(|block| {
            let (kind, level) = match block.kind {
                BlockKind::Heading(level) => ("heading", Some(level)),
                BlockKind::Paragraph => ("paragraph", None),
                BlockKind::Item(depth) => ("item", Some(depth)),
                BlockKind::Row => ("row", None),
            };
            let links: Vec<_> = block.links.iter().map(|link| link.target.as_str()).collect();
            json!({ "kind": kind, "level": level, "marker": block.marker, "words": block.words,
                "links": links })
        })
        .collect();
    json!({
        "page": version.page.as_str(),
        "version": version.number,
        "cause": version.cause.code(),
        "first_at": version.first_at.to_string(),
        "established_at": version.established_at.to_string(),
        "text_digest": version.text.to_string(),
        "extractor_revision": version.regime.revision,
        "selection_digest": version.regime.selection.to_string(),
        "blocks": blocks,
    })
}

/// Returns a message as a channel is told it: with `version` 1, the form's, with the alert in plain
/// words, `headline` and `text`, the signed head of the log, and without deliveries. Several events
/// are a `digest` with all of them as `alerts`.
pub fn message(message: &Message<'_>) -> Value {
    let mut object = match message.events {
        [one] => event_facts(one),
        several => object(json!({
            "id": message.name,
            "kind": message.kind(),
            "alerts": several.iter().map(|it| Value::Object(event_facts(it))).collect::<Vec<_>>(),
        })),
    };
    object.insert("version".to_owned(), json!(1));
    object.insert("headline".to_owned(), json!(message.subject()));
    object.insert("text".to_owned(), json!(plain::message(message)));
    object.insert("log_head".to_owned(), json!(message.log_head));
    Value::Object(object)
}

/// Returns a diff whole: every block of both texts, in reading order.
pub fn diff(view: &DiffView) -> Value {
    let rows = view.diff.rows.iter().map(|row| match row {
        DiffRow::Same { before, after } => json!({
            "kind": "same",
            "before_block": before,
            "after_block": after,
            "words": view.after.blocks.get(*after).map(|block| block.shown()),
        }),
        DiffRow::Edited(it) => edit(it),
    });
    let edits: Vec<&Edit> = view.diff.edits().collect();
    json!({
        "company": view.company,
        "title": view.title,
        "url": without_credentials(view.url),
        "before": side(view.before_label, view.before),
        "after": side(view.after_label, view.after),
        "change_kind": view.diff.strongest().map(EditKind::code),
        "inserted": altered(edits.iter().copied(), MarkKind::Inserted),
        "deleted": altered(edits.iter().copied(), MarkKind::Deleted),
        "rows": rows.collect::<Vec<_>>(),
    })
}

fn event_facts(event: &Event) -> Map<String, Value> {
    let (alerted_at, quiet) = match &event.telling {
        Telling::Alert(at) => (Some(instant(*at)), None),
        Telling::Pending => (None, None),
        Telling::Quiet(reason) => (None, Some(reason.as_str())),
    };
    let value = json!({
        "id": event.id.as_str(),
        "page": event.page.as_str(),
        "company": event.company,
        "title": event.title,
        "url": without_credentials(event.url.as_str()),
        "captured_at": instant(event.captured_at),
        "recorded_at": instant(event.recorded_at),
        "kind": event.kind().code(),
        "alerted": matches!(event.telling, Telling::Alert(_)),
        "alerted_at": alerted_at,
        "pending": matches!(event.telling, Telling::Pending),
        "quiet": quiet,
    });
    let verdict = json!({ "verdict": event.verdict().map(verdict) });
    [value, what(&event.what), verdict].into_iter().flat_map(object).collect()
}

fn what(what: &What) -> Value {
    match what {
        What::Change(change) => json!({
            "change_kind": change.kind().code(),
            "cause": change.cause.code(),
            "certainty": change.certainty.code(),
            "untold": change.untold,
            "before_last_at": instant(change.before_last_at),
            "before_text": change.before.to_string(),
            "after_text": change.after.to_string(),
            "inserted": altered(&change.edits, MarkKind::Inserted),
            "deleted": altered(&change.edits, MarkKind::Deleted),
            "edits": change.edits.iter().map(edit).collect::<Vec<_>>(),
            "pledges": change.pledges.iter().map(pledge_change).collect::<Vec<_>>(),
        }),
        What::Trouble { trouble, last_good_at } | What::Gone { trouble, last_good_at } => {
            trouble_facts(trouble, *last_good_at)
        }
        What::Moved { from, to } => {
            json!({ "from": without_credentials(from), "to": without_credentials(to) })
        }
        What::Recovered { kind, since } => {
            json!({ "trouble": kind.code(), "since": instant(*since) })
        }
        What::QuoteMissing { pledge, name, quote } => {
            json!({ "pledge": pledge.as_str(), "pledge_name": name, "quote": quote })
        }
        What::Pledge { pledge, name, news } => {
            let mut object = object(news_facts(news));
            object.insert("pledge".to_owned(), json!(pledge.as_str()));
            object.insert("pledge_name".to_owned(), json!(name));
            Value::Object(object)
        }
    }
}

fn news_facts(news: &News) -> Value {
    match news {
        News::Indistinct { quote } => json!({ "news": "indistinct", "quote": quote }),
        News::Nears { deadline, standing } => json!({
            "news": "nears", "deadline": deadline.to_string(), "state": standing.code(),
        }),
        News::Retimed { before, after } => {
            json!({ "news": "retimed", "time_before": before, "time_after": after })
        }
        News::Lapsed { deadline, standing, since, read_at } => json!({
            "news": "lapsed", "deadline": deadline.to_string(), "state": standing.code(),
            "since": since.map(instant), "read_at": read_at.map(instant),
        }),
    }
}

fn pledge_change(change: &PledgeChange) -> Value {
    json!({
        "pledge": change.pledge.as_str(),
        "pledge_name": change.name,
        "state": change.standing.code(),
        "step": change.step.as_ref().map(step),
    })
}

fn verdict_facts(verdict: &Verdict) -> Value {
    json!({
        "meaning": verdict.meaning.code(),
        "direction": verdict.direction.code(),
        "norm": verdict.norm.code(),
        "sureness": verdict.sureness.code(),
        "tags": verdict.tags.iter().map(|tag| tag.code()).collect::<Vec<_>>(),
        "triggers": verdict.triggers.iter().map(|it| it.words.as_str()).collect::<Vec<_>>(),
    })
}

/// Returns what a version did to a pledge, and to what stands around it.
pub fn step(step: &Step) -> Value {
    let beside = |it: &Beside| {
        json!({ "how": it.how.code(), "role": it.role.code(), "before": it.before,
            "after": it.after })
    };
    json!({
        "what": step.what.code(),
        "number_before": step.numbers.as_ref().map(|it| &it.0),
        "number_after": step.numbers.as_ref().map(|it| &it.1),
        "moved": step.moved,
        "unsure": (!step.doubt.is_empty()).then_some(&step.doubt),
        "before": step.before,
        "after": step.after,
        "marks": step.marks.iter().map(mark).collect::<Vec<_>>(),
        "verdict": step.verdict.as_ref().map(verdict_facts),
        "beside": step.beside.iter().map(beside).collect::<Vec<_>>(),
    })
}

fn trouble_facts(trouble: &Trouble, last_good_at: Option<Timestamp>) -> Value {
    json!({
        "trouble": trouble.kind.code(),
        "trouble_words": trouble.kind.words(),
        "evidence": trouble.evidence,
        "last_good_at": last_good_at.map(instant),
    })
}

/// Returns the runs of words that edits inserted or deleted, in reading order. Edits with the
/// same words (moved, renumbered, links, structure, typography) insert and delete none.
fn altered<'a>(edits: impl IntoIterator<Item = &'a Edit>, kind: MarkKind) -> Vec<String> {
    edits
        .into_iter()
        .filter(|edit| has_other_words(edit.kind))
        .flat_map(|it| runs(it, kind))
        .collect()
}

fn has_other_words(kind: EditKind) -> bool {
    match kind {
        EditKind::Reworded | EditKind::Added | EditKind::Removed | EditKind::DateStamp => true,
        EditKind::LinkTarget
        | EditKind::Structure
        | EditKind::Typography
        | EditKind::Renumbered
        | EditKind::Moved => false,
    }
}

/// Returns one edit's runs; the whole passage where it was added or removed whole.
fn runs(edit: &Edit, kind: MarkKind) -> Vec<String> {
    let whole = match (edit.kind, kind) {
        (EditKind::Added, MarkKind::Inserted) => edit.after.as_ref(),
        (EditKind::Removed, MarkKind::Deleted) => edit.before.as_ref(),
        (_, MarkKind::Inserted) if edit.marks.is_empty() => edit.after.as_ref(),
        (_, MarkKind::Deleted) if edit.marks.is_empty() => edit.before.as_ref(),
        (_, _) => None,
    };
    if let Some(passage) = whole {
        return vec![passage.words.clone()];
    }
    let marks = edit.marks.iter().filter(|mark| mark.kind == kind);
    marks.map(|mark| mark.words.trim().to_owned()).filter(|words| !words.is_empty()).collect()
}

fn edit(edit: &Edit) -> Value {
    let words = |passage: &Option<Passage>| passage.as_ref().map(|it| it.words.clone());
    let block = |passage: &Option<Passage>| passage.as_ref().map(|it| it.block);
    json!({
        "kind": edit.kind.code(),
        "before": words(&edit.before),
        "after": words(&edit.after),
        "before_block": block(&edit.before),
        "after_block": block(&edit.after),
        "heading": edit.heading,
        "marks": edit.marks.iter().map(mark).collect::<Vec<_>>(),
        "verdict": edit.verdict.as_ref().map(verdict),
    })
}

fn verdict(verdict: &Verdict) -> Value {
    let trigger = |it: &Trigger| {
        let side = match it.side {
            Side::Before => "before",
            Side::After => "after",
        };
        json!({ "side": side, "start": it.span.start, "end": it.span.end, "words": it.words })
    };
    json!({
        "meaning": verdict.meaning.code(),
        "direction": verdict.direction.code(),
        "norm": verdict.norm.code(),
        "bound": verdict.bound.code(),
        "sureness": verdict.sureness.code(),
        "tags": verdict.tags.iter().map(|it| it.code()).collect::<Vec<_>>(),
        "triggers": verdict.triggers.iter().map(trigger).collect::<Vec<_>>(),
        "on_page": verdict.on_page.as_ref().map(|it| it.page.as_str()),
        "on_page_title": verdict.on_page.as_ref().map(|it| it.title.as_str()),
        "words": amounts::account(verdict),
    })
}

fn mark(mark: &Mark) -> Value {
    let kind = match mark.kind {
        MarkKind::Same => "same",
        MarkKind::Deleted => "deleted",
        MarkKind::Inserted => "inserted",
    };
    json!({ "kind": kind, "words": mark.words })
}

fn side(label: &str, text: &Text) -> Value {
    json!({ "label": label, "text": text.digest().to_string(), "words": text.word_count() })
}

fn delivery(delivery: &Delivery) -> Value {
    let at = match delivery.state {
        DeliveryState::Due(at) | DeliveryState::Delivered(at) | DeliveryState::GivenUp(at) => at,
    };
    json!({
        "channel": delivery.addressee.channel,
        "recipient": delivery.addressee.recipient,
        "state": delivery.state.code(),
        "at": instant(at),
        "attempts": delivery.attempts,
        "last_error": delivery.last_error,
    })
}

fn instant(at: Timestamp) -> String {
    at.to_string()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}
