//! `search`: a phrase through all versions of all pages.

use std::fmt::Write as _;

use crate::{
    alert::render::{Look, sought::Sought, terminal as drawn, visible::visible},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{page::PageId, stay::Stay, time::Timestamp},
    monitor::{
        app::{App, Paths},
        export::request::Extent,
        forms::stay::{as_json, came, went},
        keep,
        search::{self, Found, Progress},
    },
};

/// Find a phrase in all versions of all pages: from when to when it stood where.
///
/// The words are taken in any case and without accents, as they follow one another within a
/// paragraph, heading, list item or table row; a `*` at the end takes all words that begin so. In
/// scripts without spaces between words any part of a run is found.
#[derive(Debug, clap::Args)]
pub struct SearchArguments {
    /// The phrase, such as `police use` or `surveill*`.
    #[arg(required_unless_present = "rebuild")]
    phrase: Vec<String>,
    /// On this page only; may be given several times.
    #[arg(long = "page", value_name = "PAGE")]
    pages: Vec<PageId>,
    /// On the pages of this company only.
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// Where it stood at this time or later (a day or an RFC 3339 instant).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Where it stood at this time or earlier.
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// At most this many answers.
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    /// Make the index anew first.
    #[arg(long)]
    rebuild: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(
    arguments: &SearchArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let phrase = arguments.phrase.join(" ");
    if !arguments.rebuild && !phrase.chars().any(char::is_alphanumeric) {
        return Err(CliError::wrong(
            format!("there is no word in `{}`", visible(&phrase)),
            "name the words to look for, such as `police use` or `surveill*`",
        ));
    }
    let mut app = App::open_record(paths)?;
    if arguments.rebuild {
        search::empty_index(&mut app)?;
    }
    let extent = Extent {
        pages: arguments.pages.clone(),
        company: arguments.company.clone(),
        since: arguments.since,
        until: arguments.until,
    };
    let found = search::search(&mut app, &phrase, &extent, arguments.limit, &mut |progress| {
        if let Progress::ToIndex(pages) = progress {
            terminal.remark(&format!("indexing the versions of {pages} pages first"));
        }
    })?;
    if !arguments.json {
        summary(&found, &phrase, terminal);
        if found.count == 0 && !keep::removals(&app)?.is_empty() {
            terminal.say("what was taken out by order (`redact --list`) is not searched");
        }
    }
    for stay in &found.stays {
        match arguments.json {
            true => terminal.print_json(&as_json(stay, &app, &phrase))?,
            false => terminal.print(&in_words(stay, &phrase, &terminal.look))?,
        }
    }
    if found.stays.len() < found.count {
        let more = found.count - found.stays.len();
        terminal.say(&format!("{more} more; `-n {}` shows all", found.count));
    }
    Ok(Exit::Done)
}

fn summary(found: &Found, phrase: &str, terminal: &Terminal) {
    let (Some(first), Some(last)) = (&found.first, &found.last) else {
        terminal.say(&format!("no version has “{}”", visible(phrase)));
        return;
    };
    terminal.say(&format!(
        "“{}” on {} page{}: first seen on {}, {}; last seen on {} at {}{}",
        visible(phrase),
        found.pages,
        if found.pages == 1 { "" } else { "s" },
        first.page,
        came(&first.came),
        last.page,
        last.last_seen_at.minute(),
        if last.went.is_none() { ", and still there" } else { "" },
    ));
}

fn in_words(stay: &Stay, phrase: &str, look: &Look) -> String {
    let mut told = format!("{}\n  came: {}\n", stay.page, came(&stay.came));
    let _ = match &stay.went {
        None => writeln!(told, "  still there: last seen at {}", stay.last_seen_at.minute()),
        Some(turn) => writeln!(told, "  went: {}", went(turn)),
    };
    told.push_str(&drawn::sought(&Sought::of(&stay.passage, phrase), look));
    if let Some(first) = &stay.first_passage {
        told.push_str("\n  it came as\n");
        told.push_str(&drawn::sought(&Sought::of(first, phrase), look));
    }
    told
}
