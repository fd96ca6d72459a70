//! ntfy: a title and plain text on a phone's lock screen; a message holds 4,096 bytes, and one that
//! is longer would arrive as a file.

use serde_json::{Value, json};

use crate::{
    alert::render::{account::Account, chat::words::rest, plain, visible::clipped},
    model::event::EventKind,
};

const TITLE_CHARS_MAX: usize = 200;
/// Something below the 4,096 bytes that a message holds.
const MESSAGE_BYTES_MAX: usize = 3_900;

/// Returns the body of a POST to the server's root, as ntfy publishes JSON.
pub fn message(account: &Account, topic: &str, kind: EventKind) -> Value {
    let mut lines: Vec<String> = account.caveats.clone();
    lines.extend(account.facts.iter().map(|it| format!("{}: {}", it.label, it.words)));
    let mut rest = rest(account, account.excerpts.len());
    rest.extend(account.checkpoint.iter().map(|head| format!("Log: {}", clipped(head, 200))));
    let rest = rest.join("\n");
    let mut room = MESSAGE_BYTES_MAX.saturating_sub(lines.join("\n").len() + rest.len() + 80);
    let mut left_out = 0;
    for excerpt in &account.excerpts {
        let passages = excerpt.passages.iter().map(|passage| {
            let words: String = passage.runs.iter().map(plain::bracketed).collect();
            let label = passage.label.map_or(String::new(), |label| format!("{label}: "));
            format!("{label}{}", words.trim())
        });
        let text =
            format!("\n{}\n{}", plain::title(excerpt), passages.collect::<Vec<_>>().join("\n"));
        match 0 < left_out || room < text.len() + 1 {
            true => left_out += 1,
            false => {
                room -= text.len() + 1;
                lines.push(text);
            }
        }
    }
    if 0 < left_out {
        lines.push(format!("\nand {left_out} more, not shown on a phone"));
    }
    if !rest.is_empty() {
        lines.push(format!("\n{rest}"));
    }
    let mut body = json!({
        "topic": topic,
        "title": clipped(&account.headline, TITLE_CHARS_MAX),
        "message": within(&lines.join("\n"), MESSAGE_BYTES_MAX),
        "priority": priority(kind),
    });
    if let Some(link) = &account.link {
        body["click"] = json!(link);
    }
    body
}

/// From 1 to 5; 3 is what ntfy gives without being asked, 4 rings longer.
fn priority(kind: EventKind) -> u8 {
    match kind {
        EventKind::Pledge | EventKind::Gone => 4,
        EventKind::Change | EventKind::Moved => 3,
        EventKind::Trouble | EventKind::Recovered => 2,
    }
}

fn within(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
