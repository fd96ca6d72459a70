//! When a phrase stood on a page, in words and as JSON.

use serde_json::{Value, json};

use crate::{
    model::{
        cause::Cause,
        stay::{Stay, Turn},
        time::Timestamp,
    },
    monitor::app::App,
};

/// Returns a stretch in which a phrase stood on a page.
pub fn as_json(stay: &Stay, app: &App, phrase: &str) -> Value {
    let watch = app.watchlist.watch(&stay.page);
    let turn = |turn: &Turn| {
        json!({
            "after": turn.after.map(|it| it.to_string()),
            "no_later_than": turn.no_later_than.to_string(),
            "version": turn.version,
            "cause": turn.cause.code(),
            "taken_out": turn.is_taken_out,
        })
    };
    json!({
        "phrase": phrase,
        "page": stay.page.as_str(),
        "company": watch.map(|it| it.company.as_str()),
        "title": watch.map(|it| it.title.as_str()),
        "came": turn(&stay.came),
        "last_seen_at": stay.last_seen_at.to_string(),
        "went": stay.went.as_ref().map(turn),
        "still_there": stay.went.is_none(),
        "passage": stay.passage,
        "first_passage": stay.first_passage,
    })
}

/// Tells how a phrase came.
pub fn came(turn: &Turn) -> String {
    match turn.after {
        Some(_) if turn.is_taken_out => format!(
            "there on {} (version {}); what stood before was taken out by order",
            turn.no_later_than.minute(),
            turn.version
        ),
        Some(after) => between(after, turn),
        None => format!("there at the first capture, {}", turn.no_later_than.minute()),
    }
}

/// Tells how a phrase went.
pub fn went(turn: &Turn) -> String {
    match turn.after {
        _ if turn.is_taken_out => format!(
            "not known: what the page said from {} on (version {}) was taken out by order",
            turn.no_later_than.minute(),
            turn.version
        ),
        Some(after) => between(after, turn),
        None => format!("no later than {} (version {})", turn.no_later_than.minute(), turn.version),
    }
}

/// Tells a turn as what is known of it: the two captures between which it lies.
fn between(after: Timestamp, turn: &Turn) -> String {
    let cause = match turn.cause {
        Cause::First | Cause::Page => "",
        Cause::Selection => ", with another selection",
        Cause::Watch => ", with other addresses or headers",
        Cause::Extractor => ", read by another revision of pledgewatch",
    };
    format!(
        "after {} and no later than {} (version {}{cause})",
        after.minute(),
        turn.no_later_than.minute(),
        turn.version
    )
}
