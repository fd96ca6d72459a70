//! `show`: the text of a page as it was.

use crate::{
    alert::render::{json, visible},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{
        page::PageId,
        text::{Block, BlockKind},
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        history::{self, Which},
    },
};

/// Print the text of a page as it was.
#[derive(Debug, clap::Args)]
pub struct ShowArguments {
    /// The page.
    page: PageId,
    /// As it was at this time (a day or an RFC 3339 instant); without it, as it is now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// The version with this number.
    #[arg(long, value_name = "NUMBER", conflicts_with = "at")]
    version: Option<u32>,
    /// One JSON object with the blocks.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(
    arguments: &ShowArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    let which = match (arguments.at, arguments.version) {
        (Some(at), _) => Which::At(at),
        (None, Some(number)) => Which::Number(number),
        (None, None) => Which::Latest,
    };
    let found = history::version(&app, &arguments.page, which)?;
    if arguments.json {
        terminal.print_json(&json::version(&found.version, &found.text))?;
        return Ok(Exit::Done);
    }
    let version = &found.version;
    terminal.say(&format!(
        "{}: version {}, first seen {}",
        version.page,
        version.number,
        version.first_at.minute()
    ));
    let mut text = String::new();
    for block in &found.text.blocks {
        text.push_str(&wrapped(block, terminal.look.width));
        text.push('\n');
    }
    terminal.print(&text)?;
    Ok(Exit::Done)
}

/// Returns a block for reading, wrapped, with a blank line where prose wants one.
pub fn wrapped(block: &Block, width: usize) -> String {
    let words = visible::visible(&block.shown());
    let (first, rest, above) = match block.kind {
        BlockKind::Heading(level) => {
            (format!("{} ", "#".repeat(usize::from(level))), String::new(), "\n")
        }
        BlockKind::Paragraph => (String::new(), String::new(), "\n"),
        BlockKind::Item(depth) => {
            let indent = "  ".repeat(usize::from(depth.clamp(1, 8)) - 1);
            let bullet = if block.marker.is_empty() { "- " } else { "" };
            (format!("{indent}{bullet}"), format!("{indent}  "), "")
        }
        BlockKind::Row => ("| ".to_owned(), "| ".to_owned(), ""),
    };
    let options = textwrap::Options::new(width).initial_indent(&first).subsequent_indent(&rest);
    format!("{above}{}", textwrap::fill(&words, options))
}
