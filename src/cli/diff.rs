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
        history::{self, ChangeTexts, Compared, VersionText, Which},
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
    let (texts, labels) = match &arguments.asked {
        None => between(&app, &arguments.page, Which::BeforeLatest, Which::Latest)?,
        Some(Asked::Range { before, after }) => {
            let (before, after) =
                (before.unwrap_or(Which::Number(1)), after.unwrap_or(Which::Latest));
            between(&app, &arguments.page, before, after)?
        }
        Some(Asked::Change(id)) => of_change(&app, &arguments.page, id)?,
    };
    let watch = app.watchlist.watch(&arguments.page);
    let view = DiffView {
        company: watch.map_or("", |watch| watch.company.as_str()),
        title: watch.map_or(arguments.page.as_str(), |watch| watch.name()),
        url: watch.map_or("", |watch| watch.url().as_str()),
        before_label: &labels[0],
        after_label: &labels[1],
        before: &texts.before,
        after: &texts.after,
        diff: &texts.diff,
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
    let differs = texts.diff.edits().next().is_some();
    Ok(if arguments.exit_code && differs { Exit::Changes } else { Exit::Done })
}

/// Returns two versions of a page with what each is called.
fn between(
    app: &App,
    page: &PageId,
    before: Which,
    after: Which,
) -> Result<(ChangeTexts, [String; 2]), CliError> {
    let Compared { before, after, diff } = history::compare(app, page, before, after)?;
    let labels = [label(app, &before)?, label(app, &after)?];
    Ok((ChangeTexts { before: before.text, after: after.text, diff }, labels))
}

/// Returns the two texts of a change, whether they were versions or not, with when each was seen.
fn of_change(
    app: &App,
    page: &PageId,
    id: &EventId,
) -> Result<(ChangeTexts, [String; 2]), CliError> {
    let event = review::one(app, id)?.told.event;
    let What::Change(change) = &event.what else { return Err(no_change_of(id, &event.page)) };
    if event.page != *page {
        return Err(no_change_of(id, &event.page));
    }
    let Some(texts) = history::change_texts(app, change)? else {
        return Err(CliError::wrong(
            format!("a text of the change `{id}` is kept no more"),
            format!("`pledgewatch log --event {id}` shows what is on record of it"),
        ));
    };
    let labels = [
        format!("last seen {}", change.before_last_at.minute()),
        format!("seen {}", event.captured_at.minute()),
    ];
    Ok((texts, labels))
}

fn no_change_of(id: &EventId, page: &PageId) -> CliError {
    CliError::wrong(
        format!("`{id}` is an entry of `{page}`"),
        "name that page and a change of its wording, or leave the change out",
    )
}

fn label(app: &App, found: &VersionText) -> Result<String, CliError> {
    let version = &found.version;
    Ok(format!("version {}, {}", version.number, history::seen(app, version)?))
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
