//! Slack's incoming webhooks: `blocks`, and `text` for notifications and for those that read no
//! blocks, as services that call themselves compatible. In blocks, the page's words stand only where
//! no markup is read (`plain_text`, `rich_text`).

use serde_json::{Value, json};

use crate::alert::render::{
    account::Account,
    chat::words::{rest, unmentioned},
    excerpt::{Excerpt, Run, RunKind},
    plain,
    visible::clipped,
};

/// Slack: a header holds 150 characters.
const HEADER_CHARS_MAX: usize = 150;
/// Slack: a text holds 3000 characters.
const TEXT_CHARS_MAX: usize = 3_000;
/// Slack takes 50 blocks; a screen of chat holds fewer. Header, facts and foot need four.
const EXCERPTS_MAX: usize = 12;

/// Returns the body of a POST to a Slack-compatible incoming webhook.
pub fn message(account: &Account) -> Value {
    json!({
        "text": fallback(account),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks(account),
    })
}

fn blocks(account: &Account) -> Vec<Value> {
    let headline = clipped(&unmentioned(&account.headline), HEADER_CHARS_MAX);
    let mut blocks = vec![
        json!({
            "type": "header",
            "text": { "type": "plain_text", "text": headline, "emoji": false },
        }),
        facts(account),
    ];
    blocks.extend(account.excerpts.iter().take(EXCERPTS_MAX).map(excerpt));
    let rest = rest(account, EXCERPTS_MAX);
    if !rest.is_empty() {
        blocks.push(rich_text(vec![styled(&rest.join("\n"), json!({}))]));
    }
    blocks.push(foot(account));
    blocks
}

fn facts(account: &Account) -> Value {
    let mut elements = Vec::new();
    for caveat in &account.caveats {
        elements.push(styled(&format!("{caveat}\n"), json!({ "bold": true })));
    }
    for fact in &account.facts {
        elements.push(styled(&format!("{}: ", fact.label), json!({ "bold": true })));
        elements.push(styled(&format!("{}\n", fact.words), json!({})));
    }
    rich_text(elements)
}

/// The before and after of one edit, as a quotation.
fn excerpt(excerpt: &Excerpt) -> Value {
    let title = styled(&format!("{}\n", plain::title(excerpt)), json!({ "bold": true }));
    let mut quote = Vec::new();
    let mut room = TEXT_CHARS_MAX - 300;
    for passage in &excerpt.passages {
        if let Some(label) = passage.label {
            let gap = if quote.is_empty() { "" } else { "\n" };
            quote.push(styled(&format!("{gap}{label}: "), json!({ "italic": true })));
        }
        for run in passage.runs.iter().filter(|run| !run.words.is_empty()) {
            if room == 0 {
                break;
            }
            let words = clipped(&run.words, room);
            room = room.saturating_sub(words.chars().count());
            quote.push(styled(&words, style(run)));
        }
    }
    json!({
        "type": "rich_text",
        "elements": [
            { "type": "rich_text_section", "elements": [title] },
            { "type": "rich_text_quote", "elements": quote },
        ],
    })
}

fn foot(account: &Account) -> Value {
    let mut elements = match &account.link {
        Some(link) if link.chars().count() <= TEXT_CHARS_MAX => {
            vec![json!({ "type": "link", "url": link, "text": "Open the page" })]
        }
        Some(_) | None => vec![styled(&account.address, json!({}))],
    };
    for command in &account.commands {
        elements.push(styled("\n", json!({})));
        elements.push(styled(command, json!({ "code": true })));
    }
    elements.push(styled(&format!("\nEvent {}", account.id), json!({})));
    if let Some(checkpoint) = &account.checkpoint {
        elements.push(styled(&format!("\nLog: {checkpoint}"), json!({})));
    }
    rich_text(elements)
}

fn rich_text(elements: Vec<Value>) -> Value {
    json!({
        "type": "rich_text",
        "elements": [{ "type": "rich_text_section", "elements": elements }],
    })
}

/// A text element; Slack refuses empty ones and empty styles.
fn styled(words: &str, style: Value) -> Value {
    let words = clipped(&unmentioned(words), TEXT_CHARS_MAX);
    match style.as_object().is_none_or(|it| it.is_empty()) {
        true => json!({ "type": "text", "text": words }),
        false => json!({ "type": "text", "text": words, "style": style }),
    }
}

fn style(run: &Run) -> Value {
    match run.kind {
        RunKind::Same => json!({}),
        RunKind::Deleted => json!({ "strike": true }),
        RunKind::Inserted => json!({ "bold": true }),
        RunKind::Folded => json!({ "italic": true }),
    }
}

/// Returns the event as one text, for receivers that read no blocks.
fn fallback(account: &Account) -> String {
    let mut lines = vec![neutral(&account.headline)];
    lines.extend(account.caveats.iter().map(|it| neutral(it)));
    lines.extend(account.facts.iter().map(|it| neutral(&format!("{}: {}", it.label, it.words))));
    for excerpt in &account.excerpts {
        let words: Vec<String> = excerpt
            .passages
            .iter()
            .map(|passage| passage.runs.iter().map(plain::bracketed).collect())
            .collect();
        lines.push(neutral(&format!("{}: {}", plain::title(excerpt), words.join(" … "))));
        if TEXT_CHARS_MAX < lines.iter().map(|line| line.chars().count()).sum::<usize>() {
            break;
        }
    }
    let text = clipped(&lines.join("\n"), TEXT_CHARS_MAX);
    let rest =
        rest(account, EXCERPTS_MAX).iter().map(|it| neutral(it)).collect::<Vec<_>>().join("\n");
    let address = neutral(&account.address);
    format!("{text}\n{rest}\n{address}\nEvent {}", account.id).replace("\n\n", "\n")
}

/// Returns words that neither Slack's nor Mattermost's markup reads: Slack's three control
/// characters as entities, the signs of emphasis, code and links as look-alikes, since the two
/// know no common escape. Addresses keep their signs, so that they still lead somewhere.
fn neutral(words: &str) -> String {
    let words: Vec<String> = unmentioned(words).split(' ').map(neutral_word).collect();
    words.join(" ")
}

fn neutral_word(word: &str) -> String {
    let is_address = word.contains("://");
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' => out.push('ˋ'),
            '*' if !is_address => out.push('∗'),
            '~' if !is_address => out.push('∼'),
            '_' if !is_address => out.push('＿'),
            '(' if out.ends_with(']') => out.push_str("\u{200b}("),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_fallback_calls_anyone_or_is_markup() {
        let out = neutral("<!channel> @everyone a@b.example `x` *y* [good](https://e.example) &");
        assert_eq!(
            out,
            "&lt;!channel&gt; @\u{200b}everyone a@b.example ˋxˋ ∗y∗ \
             [good]\u{200b}(https://e.example) &amp;"
        );
        assert_eq!(neutral("at https://a.example/b_c_d?e&f"), "at https://a.example/b_c_d?e&amp;f");
    }
}
