//! `log`: all that was recorded, alerted or not.

use crate::{
    alert::render::{json, plain, visible},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{
        event::{EventId, Telling, Told},
        page::PageId,
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        history::{self, LogQuery},
    },
};

/// List all that was recorded: changes, trouble, moves; alerted or not.
#[derive(Debug, clap::Args)]
pub struct LogArguments {
    /// Of this page only.
    page: Option<PageId>,
    /// Captured at this time or later (a day or an RFC 3339 instant).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// At most this many, the latest.
    #[arg(short = 'n', long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Show this entry whole.
    #[arg(long, value_name = "ID", conflicts_with_all = ["since", "limit"])]
    event: Option<EventId>,
    /// One JSON object a line, oldest first.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(arguments: &LogArguments, paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    if let Some(id) = &arguments.event {
        return one(&app, id, arguments.json, terminal);
    }
    let query =
        LogQuery { page: arguments.page.clone(), since: arguments.since, limit: arguments.limit };
    let log = history::log(&app, &query)?;
    if log.is_empty() && !arguments.json {
        terminal.say("nothing is on record yet");
    }
    for told in &log {
        print_told(told, arguments.json, terminal)?;
    }
    Ok(Exit::Done)
}

/// Prints one entry: a line for people, an object for scripts.
pub fn print_told(told: &Told, as_json: bool, terminal: &Terminal) -> Result<(), CliError> {
    if as_json {
        return terminal.print_json(&json::event(told));
    }
    let event = &told.event;
    let telling = match &event.telling {
        Telling::Alert(_) => "alerted".to_owned(),
        Telling::Pending => "not alerted so far".to_owned(),
        Telling::Quiet(reason) => format!("not alerted: {}", visible::visible(reason)),
    };
    terminal.print(&format!(
        "{}  {}  {:<9}  {}\n    {} ({telling})",
        event.captured_at.minute(),
        event.id,
        event.kind().code(),
        event.page,
        plain::subject(event),
    ))
}

fn one(app: &App, id: &EventId, as_json: bool, terminal: &Terminal) -> Result<Exit, CliError> {
    let Some(told) = history::event(app, id)? else {
        return Err(CliError::wrong(
            format!("there is no entry `{id}`"),
            "`pledgewatch log` lists them",
        ));
    };
    if as_json {
        terminal.print_json(&json::event(&told))?;
    } else {
        terminal.print(&crate::alert::render::terminal::event(&told.event, &terminal.look))?;
    }
    Ok(Exit::Done)
}
