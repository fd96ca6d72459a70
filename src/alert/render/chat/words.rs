//! Words that every chat service is told in the same way.

use crate::alert::render::account::Account;

/// Returns words in which nothing calls anyone: a zero-width space stands behind each `@` that
/// begins a mention, since Mattermost and Discord read mentions in any text.
pub fn unmentioned(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut before = ' ';
    for c in words.chars() {
        out.push(c);
        if c == '@' && !before.is_alphanumeric() {
            out.push('\u{200b}');
        }
        before = c;
    }
    out
}

/// Returns what an alert says beside its excerpts, of which so many are shown: what was left out,
/// and what it asks of the reader.
pub fn rest(account: &Account, excerpts_shown: usize) -> Vec<String> {
    let mut rest = account.rest.clone();
    let count = account.excerpts.len().saturating_sub(excerpts_shown);
    if 0 < count {
        let edits = match account.excerpts.iter().any(|it| it.title.is_some()) {
            true if count == 1 => "alert",
            true => "alerts",
            false if count == 1 => "edit",
            false => "edits",
        };
        rest.insert(0, format!("and {count} more {edits}, not shown in chat"));
    }
    rest.extend(account.advice.iter().cloned());
    rest
}
