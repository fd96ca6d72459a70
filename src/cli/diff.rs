//! `diff`: how two versions of a page differ.

use std::str::FromStr;

use crate::{
    alert::render::{DiffView, html, json, markdown, plain, terminal as rendered},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{
        event::{EventId, What},
        page::PageId,
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        history::{self, VersionText, Which},
        review,
    },
};

/// Show how two versions of a page differ.
#[derive(Debug, clap::Args)]
pub struct DiffArguments {
    /// The page.
    page: PageId,
    /// Which two versions, each a number, a day or an instant: `2..3`, `2020-06-10..2021-06-10`,
    /// `2..` (to the latest), `..2` (from the first); or a change by its id, as alerts and `log` name
    /// it; without it, the latest change.
    #[arg(value_name = "A..B|CHANGE")]
    asked: Option<Asked>,
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

/// Which versions, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    /// Two.
    Range {
        /// From this one on, or from the first.
        before: Option<Which>,
        /// To this one, or to the latest.
        after: Option<Which>,
    },
    /// Those around a change.
    Change(EventId),
}

impl FromStr for Asked {
    type Err = String;

    fn from_str(text: &str) -> Result<Asked, String> {
        match (text.split_once(".."), text.parse()) {
            (Some((before, after)), _) => {
                Ok(Asked::Range { before: end(before)?, after: end(after)? })
            }
            (None, Ok(change)) => Ok(Asked::Change(change)),
            (None, Err(_)) => Err(format!(
                "`{text}` is no range and no change: write `2..3` or `2020-06-10..2021-06-10`"
            )),
        }
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
    let (before, after) = match &arguments.asked {
        None => (Which::BeforeLatest, Which::Latest),
        Some(Asked::Range { before, after }) => {
            (before.unwrap_or(Which::Number(1)), after.unwrap_or(Which::Latest))
        }
        Some(Asked::Change(id)) => around(&app, &arguments.page, id)?,
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

/// Returns the versions of a page before and after a change.
fn around(app: &App, page: &PageId, id: &EventId) -> Result<(Which, Which), CliError> {
    let event = review::one(app, id)?.told.event;
    match &event.what {
        What::Change(change) if event.page == *page => {
            Ok((Which::At(change.before_last_at), Which::At(event.captured_at)))
        }
        _ => Err(CliError::wrong(
            format!("`{id}` is a change of `{}`", event.page),
            "name that page, or leave the change out",
        )),
    }
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
        let number = |number| Some(Which::Number(number));
        let asked = "2..3".parse::<Asked>().unwrap();
        assert_eq!(asked, Asked::Range { before: number(2), after: number(3) });
        let asked = "2020-06-10..".parse::<Asked>().unwrap();
        assert!(matches!(asked, Asked::Range { before: Some(Which::At(_)), after: None }));
        let change: EventId = "0123456789abcdef".parse().unwrap();
        assert_eq!("0123456789abcdef".parse::<Asked>().unwrap(), Asked::Change(change));
        assert!("2".parse::<Asked>().is_err());
        assert!("x..y".parse::<Asked>().is_err());
    }
}
