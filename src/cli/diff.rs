//! `diff`: how two versions of a page differ.

use std::str::FromStr;

use crate::{
    alert::render::{DiffView, html, json, markdown, plain, terminal as rendered},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{page::PageId, time::Timestamp},
    monitor::{
        app::{App, Paths},
        history::{self, VersionText, Which},
    },
};

/// Show how two versions of a page differ.
#[derive(Debug, clap::Args)]
pub struct DiffArguments {
    /// The page.
    page: PageId,
    /// Which two versions, each a number, a day or an instant: `2..3`, `2020-06-10..2021-06-10`,
    /// `2..` (to the latest), `..2` (from the first); without it, the latest change.
    #[arg(value_name = "A..B")]
    range: Option<Range>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// The same as `--format json`.
    #[arg(long)]
    json: bool,
    /// End with 1 if the versions differ.
    #[arg(long)]
    exit_code: bool,
}

/// How a diff is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For reading here: marked words, folded context.
    Terminal,
    /// Unified plain text.
    Plain,
    /// Markdown.
    Markdown,
    /// One HTML page that needs nothing else.
    Html,
    /// One JSON object.
    Json,
}

/// Two versions, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    before: Option<Which>,
    after: Option<Which>,
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Range, String> {
        let Some((before, after)) = text.split_once("..") else {
            return Err(format!("`{text}` is no range: write `2..3` or `2020-06-10..2021-06-10`"));
        };
        Ok(Range { before: end(before)?, after: end(after)? })
    }
}

fn end(text: &str) -> Result<Option<Which>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(number) = text.parse() {
        return Ok(Some(Which::Number(number)));
    }
    let at: Timestamp =
        text.parse().map_err(|failure| format!("{failure}, or a version's number"))?;
    Ok(Some(Which::At(at)))
}

/// Runs the command.
pub fn run(
    arguments: &DiffArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    let (before, after) = match arguments.range {
        None => (Which::BeforeLatest, Which::Latest),
        Some(range) => {
            (range.before.unwrap_or(Which::Number(1)), range.after.unwrap_or(Which::Latest))
        }
    };
    let compared = history::compare(&app, &arguments.page, before, after)?;
    let watch = app.watchlist.watch(&arguments.page);
    let labels = [label(&compared.before), label(&compared.after)];
    let view = DiffView {
        company: watch.map_or("", |watch| watch.company.as_str()),
        title: watch.map_or(arguments.page.as_str(), |watch| watch.name()),
        url: watch.map_or("", |watch| watch.url().as_str()),
        before_label: &labels[0],
        after_label: &labels[1],
        before: &compared.before.text,
        after: &compared.after.text,
        diff: &compared.diff,
    };
    let format = if arguments.json { Format::Json } else { arguments.format };
    let text = match format {
        Format::Terminal => rendered::diff(&view, &terminal.look),
        Format::Plain => plain::diff(&view),
        Format::Markdown => markdown::diff(&view),
        Format::Html => html::diff(&view),
        Format::Json => json::diff(&view).to_string(),
    };
    terminal.print(&text)?;
    let differs = compared.diff.edits().next().is_some();
    Ok(if arguments.exit_code && differs { Exit::Changes } else { Exit::Done })
}

fn label(found: &VersionText) -> String {
    let version = &found.version;
    format!("version {}, first seen {}", version.number, version.first_at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_numbers_or_times() {
        let range: Range = "2..3".parse().unwrap();
        assert_eq!(range.before, Some(Which::Number(2)));
        let range: Range = "2020-06-10..".parse().unwrap();
        assert!(matches!(range.before, Some(Which::At(_))));
        assert_eq!(range.after, None);
        assert!("2".parse::<Range>().is_err());
        assert!("x..y".parse::<Range>().is_err());
    }
}
