//! Markdown as Mattermost and Discord read it: struck out and bold where words were altered, and
//! nothing in the page's own words that is markup.

use crate::alert::render::{
    account::Account,
    chat::words::{rest, unmentioned},
    excerpt::{Excerpt, Run, RunKind},
    plain,
    visible::clipped,
};

/// The most characters of the log's head; names of logs are short.
const CHECKPOINT_CHARS_MAX: usize = 200;

/// Returns an event's lines below its headline, at most `chars_max` characters of them: excerpts
/// that do not fit any more are counted.
pub fn body(account: &Account, chars_max: usize) -> String {
    let facts = account.facts.iter().map(|it| format!("**{}:** {}", it.label, neutral(&it.words)));
    let caveats = account.caveats.iter().map(|it| format!("**{}**", neutral(it)));
    let mut text = caveats.chain(facts).collect::<Vec<_>>().join("\n");
    let mut shown = 0;
    // What is said below the excerpts must fit in any case.
    let foot_chars = foot(account, 0).chars().count();
    for excerpt in &account.excerpts {
        let next = quoted(excerpt);
        let chars = text.chars().count() + next.chars().count() + foot_chars + 100;
        if chars_max < chars {
            break;
        }
        text.push_str(&format!("\n\n{next}"));
        shown += 1;
    }
    text.push_str(&foot(account, shown));
    text
}

fn foot(account: &Account, shown: usize) -> String {
    let mut foot = String::new();
    for line in rest(account, shown) {
        foot.push_str(&format!("\n\n{}", neutral(&line)));
    }
    foot.push('\n');
    for command in &account.commands {
        foot.push_str(&format!("\n`{command}`"));
    }
    foot.push_str(&format!("\nEvent `{}`", account.id));
    if let Some(checkpoint) = &account.checkpoint {
        foot.push_str(&format!("\nLog: {}", neutral(&clipped(checkpoint, CHECKPOINT_CHARS_MAX))));
    }
    foot
}

fn quoted(excerpt: &Excerpt) -> String {
    let mut lines = vec![format!("**{}**", neutral(&plain::title(excerpt)))];
    for passage in &excerpt.passages {
        let label = passage.label.map_or(String::new(), |label| format!("*{label}:* "));
        lines.push(format!("> {label}{}", woven(&passage.runs).trim()));
    }
    lines.join("\n")
}

fn woven(runs: &[Run]) -> String {
    let edge = |run: Option<&Run>, end: fn(&str) -> Option<char>| run.and_then(|it| end(&it.words));
    let shown = runs.iter().enumerate().map(|(at, run)| {
        let before =
            edge(at.checked_sub(1).and_then(|at| runs.get(at)), |it| it.chars().next_back());
        let after = edge(runs.get(at + 1), |it| it.chars().next());
        marked(run, before, after)
    });
    shown.collect()
}

/// Returns a run between the characters beside it with the marks of its kind, which are brackets
/// where signs of emphasis would not hold: they do so only where a word meets no word
/// (CommonMark 0.31, section 6.2).
fn marked(run: &Run, before: Option<char>, after: Option<char>) -> String {
    let words = neutral(&run.words);
    let meets = |within: Option<char>, beside: Option<char>| {
        within.is_some_and(char::is_alphanumeric) || beside.is_none_or(char::is_whitespace)
    };
    let holds =
        meets(run.words.chars().next(), before) && meets(run.words.chars().next_back(), after);
    match run.kind {
        _ if words.trim().is_empty() => words,
        RunKind::Same => words,
        RunKind::Deleted if holds => format!("~~{words}~~"),
        RunKind::Deleted => format!("\\[-{words}-\\]"),
        RunKind::Inserted if holds => format!("**{words}**"),
        RunKind::Inserted => format!("{{+{words}+}}"),
        RunKind::Folded => format!("*{words}*"),
    }
}

/// Returns visible words in which no character means anything to either service: ASCII signs of
/// markup stand behind a backslash, and a mention is broken.
pub fn neutral(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in unmentioned(words).chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '~' | '|' | '[' | ']' | '<' | '>' | '#' | '!' | '$' | ':'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    let at_start = out.trim_start_matches(|c: char| c.is_ascii_digit());
    match at_start.chars().next() {
        Some('-' | '+' | '=' | '.' | ')') => {
            let (before, after) = out.split_at(out.len() - at_start.len());
            format!("{before}\\{after}")
        }
        Some(_) | None => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_pages_words_is_markup() {
        assert_eq!(
            neutral("<@&1> @everyone **b** [good](https://e.example) ||x|| :tada:"),
            "\\<@\u{200b}&1\\> @\u{200b}everyone \\*\\*b\\*\\* \\[good\\](https\\://e.example) \
             \\|\\|x\\|\\| \\:tada\\:"
        );
        assert_eq!(neutral("1. one"), "1\\. one");
        assert_eq!(neutral("- one"), "\\- one");
    }
}
