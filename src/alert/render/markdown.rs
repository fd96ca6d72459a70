//! Markdown (CommonMark): an event or a diff to paste into an issue or a note. Altered words are
//! `<del>` and `<ins>`, which hold at any place where `~~` and `**` would not; the page's own
//! Markdown and HTML are neutralized.

use std::fmt::Write as _;

use crate::{
    alert::render::{
        DiffView,
        account::Account,
        excerpt::{Run, RunKind, Shown},
        hunks::{Row, Sign, Stretch, folded_words, heading_above, row, stretches},
        plain,
        visible::{link, shown_url, visible},
    },
    model::{
        event::Event,
        text::{BlockKind, Text},
    },
};

/// Returns an event as Markdown, lines ended by LF.
pub fn event(event: &Event) -> String {
    let account = Account::of(event);
    let mut text = format!("## {}\n\n", neutral(&account.headline));
    for caveat in &account.caveats {
        let _ = writeln!(text, "**{}**\n", neutral(caveat));
    }
    for fact in &account.facts {
        let _ = writeln!(text, "- {}: {}", fact.label, neutral(&fact.words));
    }
    for (at, excerpt) in account.excerpts.iter().enumerate() {
        let _ = writeln!(text, "\n### {}. {}", at + 1, neutral(&plain::title(excerpt)));
        for passage in &excerpt.passages {
            let _ = writeln!(text, "\n> {}", shown(passage));
        }
    }
    for line in account.rest.iter().chain(&account.advice) {
        let _ = writeln!(text, "\n{}", neutral(line));
    }
    let _ = writeln!(text, "\n- Address: {}", address(account.link.as_deref(), &account.address));
    for command in &account.commands {
        let _ = writeln!(text, "- Look: `{command}`");
    }
    let _ = writeln!(text, "- Event: `{}`", account.id);
    text
}

/// Returns a diff as Markdown, unchanged stretches folded.
pub fn diff(view: &DiffView) -> String {
    let mut text = format!("## {}\n\n", neutral(&view.name()));
    let _ = writeln!(text, "- Before: {}", neutral(&visible(view.before_label)));
    let _ = writeln!(text, "- After: {}", neutral(&visible(view.after_label)));
    let shown = shown_url(view.url);
    let _ = writeln!(text, "- Address: {}", address(link(view.url).as_deref(), &shown));
    for stretch in stretches(view.diff) {
        match &stretch {
            Stretch::Folded(lines) => {
                let _ = writeln!(text, "\n*… {} …*", folded_words(lines));
            }
            Stretch::Shown(lines) => {
                if let Some(heading) = heading_above(lines, view) {
                    let _ = writeln!(text, "\n*under \"{}\"*", neutral(&heading));
                }
                for line in lines {
                    let _ = writeln!(text, "\n{}", row_words(&row(line, view)));
                }
            }
        }
    }
    text
}

/// Returns a text as Markdown, a blank line between its blocks, so that an edit of one alters the
/// lines of no other.
pub fn text(text: &Text) -> String {
    let mut out = String::new();
    for block in text.blocks.iter() {
        let words = visible(&block.words);
        let words = match block.marker.as_str() {
            "" => neutral(&words),
            marker => format!("{} {}", neutral(&visible(marker)), inline(&words)),
        };
        let line = match block.kind {
            BlockKind::Heading(level) => {
                format!("{} {words}", "#".repeat(usize::from(level.clamp(1, 6))))
            }
            BlockKind::Paragraph | BlockKind::Row => words,
            BlockKind::Item(depth) => {
                format!("{}- {words}", "  ".repeat(usize::from(depth.clamp(1, 8)) - 1))
            }
        };
        let _ = writeln!(out, "{line}\n");
    }
    out
}

/// Returns visible text that begins a line, in which no character means anything to Markdown,
/// HTML or a mention.
fn neutral(text: &str) -> String {
    let marker = text.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    match marker.chars().next() {
        Some('-' | '+' | '=' | '.' | ')' | ':') => {
            let (before, after) = text.split_at(text.len() - marker.len());
            format!("{before}\\{}", inline(after))
        }
        Some(_) | None => inline(text),
    }
}

/// Returns visible text inside a line, in which no character means anything to Markdown, HTML or
/// a mention.
///
/// Backslash escapes hold for all ASCII punctuation (CommonMark 0.31, section 2.4). A mention
/// (`@name`) is read after them, so a zero-width space as entity stands behind its sign.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' if !before.is_alphanumeric() => out.push_str("@&#8203;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

fn address(link: Option<&str>, shown: &str) -> String {
    match link {
        Some(link) => format!("<{link}>"),
        None => neutral(shown),
    }
}

fn shown(passage: &Shown) -> String {
    match passage.label {
        Some(label) => format!("{label}: {}", woven(&passage.runs)),
        None => woven(&passage.runs),
    }
}

fn woven(runs: &[Run]) -> String {
    runs.iter().enumerate().map(|(at, run)| marked(run, at == 0)).collect()
}

fn marked(run: &Run, begins_line: bool) -> String {
    match run.kind {
        RunKind::Same if begins_line => neutral(&run.words),
        RunKind::Same => inline(&run.words),
        RunKind::Deleted => format!("<del>{}</del>", inline(&run.words)),
        RunKind::Inserted => format!("<ins>{}</ins>", inline(&run.words)),
        RunKind::Folded => format!("*{}*", inline(&run.words)),
    }
}

fn row_words(row: &Row) -> String {
    let words = woven(&row.runs);
    let label = match row.sign {
        Sign::Same => return words,
        Sign::Reworded => "Reworded",
        Sign::Added => "Added",
        Sign::Removed => "Removed",
        Sign::MovedHere | Sign::MovedAway | Sign::Small => "Note",
    };
    match (row.note.as_str(), row.amounts_to.as_str()) {
        ("", "") => format!("> **{label}:** {words}"),
        ("", amounts_to) => format!("> **{label}:** *{}*\n>\n> {words}", neutral(amounts_to)),
        (note, _) => format!("> *{}:* {words}", neutral(note)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_own_markup_means_nothing() {
        assert_eq!(neutral("*a* _b_ `c` [d](e)"), "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e)");
        assert_eq!(
            neutral("<b>&amp;@all a@b.example"),
            "&lt;b&gt;&amp;amp;@&#8203;all a@b.example"
        );
        assert_eq!(neutral("1. one"), "1\\. one");
        assert_eq!(neutral("- one - two"), "\\- one - two");
        assert_eq!(inline(". End"), ". End");
        assert_eq!(neutral("# h"), "\\# h");
    }
}
