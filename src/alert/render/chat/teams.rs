//! Microsoft Teams, by the webhook of a workflow: an adaptive card of form 1.4. The page's words
//! stand in text runs, which read no markup. A message holds 28 KB.

use serde_json::{Value, json};

use crate::alert::render::{
    account::Account,
    chat::words::rest,
    excerpt::{Excerpt, Run, RunKind},
    plain,
    visible::clipped,
};

/// Bytes of the card's excerpts at most: Teams refuses messages above 28 KB, and the rest of the
/// card takes up to 8.
const EXCERPT_BYTES_MAX: usize = 18_000;
/// Characters of any other text of the card.
const TEXT_CHARS_MAX: usize = 600;

/// Returns the body of a POST to a workflow that posts cards to a channel.
pub fn message(account: &Account) -> Value {
    let mut body =
        vec![rich(vec![run(&account.headline, json!({ "weight": "Bolder", "size": "Medium" }))])];
    for caveat in &account.caveats {
        body.push(rich(vec![run(caveat, json!({ "weight": "Bolder" }))]));
    }
    let facts = account.facts.iter().flat_map(|fact| {
        let label = run(&format!("{}: ", fact.label), json!({ "weight": "Bolder" }));
        [label, line(&fact.words, json!({}))]
    });
    body.push(rich(facts.collect()));
    let (mut room, mut shown) = (EXCERPT_BYTES_MAX, 0);
    for excerpt in &account.excerpts {
        let element = quoted(excerpt);
        let bytes = element.to_string().len();
        if room < bytes {
            break;
        }
        room -= bytes;
        shown += 1;
        body.push(element);
    }
    for line in rest(account, shown) {
        body.push(rich(vec![run(&line, json!({}))]));
    }
    body.push(foot(account));
    json!({ "type": "message", "attachments": [{
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": card(account, body),
    }] })
}

fn foot(account: &Account) -> Value {
    let subtle = || json!({ "isSubtle": true });
    let mut foot = vec![line(&account.address, subtle())];
    foot.extend(account.commands.iter().map(|command| line(command, subtle())));
    match &account.checkpoint {
        Some(checkpoint) => {
            foot.push(line(&format!("Event {}", account.id), subtle()));
            foot.push(run(&format!("Log: {checkpoint}"), subtle()));
        }
        None => foot.push(run(&format!("Event {}", account.id), subtle())),
    }
    rich(foot)
}

fn card(account: &Account, body: Vec<Value>) -> Value {
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": { "width": "Full" },
        "body": body,
    });
    match &account.link {
        Some(link) if link.chars().count() <= TEXT_CHARS_MAX => {
            card["actions"] =
                json!([{ "type": "Action.OpenUrl", "title": "Open the page", "url": link }]);
        }
        Some(_) | None => (),
    }
    card
}

fn quoted(excerpt: &Excerpt) -> Value {
    let title = line(&plain::title(excerpt), json!({ "weight": "Bolder" }));
    let mut inlines = vec![title];
    for (at, passage) in excerpt.passages.iter().enumerate() {
        if let Some(label) = passage.label {
            let gap = if at == 0 { "" } else { "\n" };
            inlines.push(run(&format!("{gap}{label}: "), json!({ "italic": true })));
        }
        let words = passage.runs.iter().filter(|run| !run.words.is_empty());
        inlines.extend(words.map(|words| whole(&words.words, style(words))));
    }
    json!({ "type": "Container", "style": "emphasis", "items": [rich(inlines)] })
}

fn style(run: &Run) -> Value {
    match run.kind {
        RunKind::Same => json!({}),
        RunKind::Deleted => json!({ "strikethrough": true }),
        RunKind::Inserted => json!({ "weight": "Bolder", "underline": true }),
        RunKind::Folded => json!({ "italic": true, "isSubtle": true }),
    }
}

fn rich(inlines: Vec<Value>) -> Value {
    json!({ "type": "RichTextBlock", "inlines": inlines })
}

fn run(words: &str, style: Value) -> Value {
    whole(&clipped(words, TEXT_CHARS_MAX), style)
}

/// Returns a run after which a line ends.
fn line(words: &str, style: Value) -> Value {
    whole(&format!("{}\n", clipped(words, TEXT_CHARS_MAX)), style)
}

fn whole(words: &str, mut style: Value) -> Value {
    style["type"] = json!("TextRun");
    style["text"] = json!(words);
    style
}
