//! `log`: all that was recorded, alerted or not.

use crate::{
    alert::render::{account::Breadth, json, plain, terminal as rendered, visible},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{
        event::{EventId, Telling, Told},
        page::PageId,
        time::Timestamp,
        verdict::Meaning,
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
    /// At most this many, the latest [default: 100, and all with --since or --json].
    #[arg(short = 'n', long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Show this entry whole.
    #[arg(long, value_name = "ID", conflicts_with_all = ["since", "limit"])]
    event: Option<EventId>,
    /// With --event: unfold the editorial edits too.
    #[arg(long, requires = "event")]
    all: bool,
    /// Only changes whose strongest edit is of this kind: removed, weakened, strengthened, added,
    /// exception, condition, narrowed, widened, editorial, cosmetic.
    #[arg(long, value_name = "KIND", value_parser = meaning, conflicts_with = "event")]
    kind: Vec<Meaning>,
    /// Leave out changes whose strongest edit is weaker than this kind, in the order above.
    #[arg(long, value_name = "KIND", value_parser = meaning, conflicts_with = "event")]
    min_kind: Option<Meaning>,
    /// One JSON object a line, oldest first.
    #[arg(long)]
    json: bool,
}

impl LogArguments {
    /// Returns whether an entry is asked for. What is no change, what nobody judged, and what
    /// nobody can tell is left out by `--kind` alone.
    fn asks_for(&self, told: &Told) -> bool {
        let verdict = told.event.verdict();
        let is_kind = self.kind.is_empty()
            || verdict.is_some_and(|verdict| self.kind.contains(&verdict.meaning));
        let is_strong = self.min_kind.is_none_or(|least| {
            verdict.is_none_or(|verdict| least <= verdict.meaning || verdict.is_unclear())
        });
        is_kind && is_strong
    }
}

/// So many entries are shown where nobody says how many.
const SHOWN_MAX: usize = 100;

fn meaning(code: &str) -> Result<Meaning, String> {
    let known = || {
        let codes: Vec<&str> = Meaning::ALL.iter().rev().map(|it| it.code()).collect();
        format!("no kind of edit; one of {} is", codes.join(", "))
    };
    Meaning::from_code(code).ok_or_else(known)
}

/// Runs the command.
pub fn run(arguments: &LogArguments, paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    if let Some(id) = &arguments.event {
        return one(&app, id, arguments, terminal);
    }
    let mut query =
        LogQuery { page: arguments.page.clone(), since: arguments.since, limit: arguments.limit };
    let asks_for = |told: &Told| arguments.asks_for(told);
    if query.limit.is_none() && (arguments.json || query.since.is_some()) {
        history::each_logged(&app, &query, &mut |told| match asks_for(told) {
            true => print_told(told, arguments.json, terminal),
            false => Ok(()),
        })?;
        return Ok(Exit::Done);
    }
    query.limit.get_or_insert(SHOWN_MAX);
    let (log, has_more) = history::latest(&app, &query, &asks_for)?;
    if log.is_empty() && !arguments.json {
        terminal.say("nothing of that is on record");
    }
    log.iter().try_for_each(|told| print_told(told, arguments.json, terminal))?;
    if has_more && arguments.limit.is_none() {
        terminal.say(&format!(
            "these are the latest {SHOWN_MAX}; `-n COUNT` or `--since TIME` shows those before them"
        ));
    }
    Ok(Exit::Done)
}

/// What is said of an alert that no channel took, or that was imported.
pub const TOLD_NOBODY: &str = "an alert, sent to nobody";

/// Prints one entry: a line for people, an object for scripts.
pub fn print_told(told: &Told, as_json: bool, terminal: &Terminal) -> Result<(), CliError> {
    if as_json {
        return terminal.print_json(&json::event(told));
    }
    let event = &told.event;
    let telling = match &event.telling {
        Telling::Alert(_) if told.deliveries.is_empty() => TOLD_NOBODY.to_owned(),
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

fn one(
    app: &App,
    id: &EventId,
    arguments: &LogArguments,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let Some(told) = history::event(app, id)? else {
        return Err(CliError::wrong(
            format!("there is no entry `{id}`"),
            "`pledgewatch log` lists them",
        ));
    };
    if arguments.json {
        terminal.print_json(&json::event(&told))?;
    } else {
        let breadth = if arguments.all { Breadth::All } else { Breadth::Strongest };
        terminal.print(&rendered::event_with(&told.event, breadth, &terminal.look))?;
    }
    Ok(Exit::Done)
}
