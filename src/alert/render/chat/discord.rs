//! Discord's webhooks: one embed, whose title holds 256 characters and whose description 4,096,
//! 6,000 in all; nobody is mentioned, whatever stands in it.

use serde_json::{Value, json};

use crate::alert::render::{account::Account, chat::marks, visible::clipped};

const TITLE_CHARS_MAX: usize = 256;
const DESCRIPTION_CHARS_MAX: usize = 4_096;
/// Discord refuses an embed whose address is longer.
const LINK_CHARS_MAX: usize = 2_048;

/// Returns the body of a POST to a webhook.
pub fn message(account: &Account) -> Value {
    let description = marks::body(account, DESCRIPTION_CHARS_MAX);
    let mut embed = json!({
        "title": clipped(&marks::neutral(&account.headline), TITLE_CHARS_MAX),
        "description": clipped(&description, DESCRIPTION_CHARS_MAX),
    });
    match &account.link {
        Some(link) if link.chars().count() <= LINK_CHARS_MAX => embed["url"] = json!(link),
        Some(_) | None => (),
    }
    json!({ "embeds": [embed], "allowed_mentions": { "parse": [] } })
}
