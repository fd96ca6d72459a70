//! Mattermost's incoming webhooks: Markdown, where a message holds 16,383 characters.

use serde_json::{Value, json};

use crate::alert::render::{account::Account, chat::marks};

/// Half of what a post holds: more is not read in a channel.
const TEXT_CHARS_MAX: usize = 8_000;

/// Returns the body of a POST to an incoming webhook.
pub fn message(account: &Account) -> Value {
    let headline = marks::neutral(&account.headline);
    let body = marks::body(account, TEXT_CHARS_MAX);
    let address = match &account.link {
        Some(link) => format!("<{link}>"),
        None => marks::neutral(&account.address),
    };
    json!({ "text": format!("#### {headline}\n{body}\n{address}") })
}
