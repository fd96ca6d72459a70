//! `pledges`: how each pledge stands, its whole life, and what people add to it.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::{
    alert::render::{json as as_json, pledges as words, pledges::step_lines, visible},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{
        history::RecordedState,
        pledge::{Happening, Note, NoteKind, Standing},
        time::Timestamp,
        watch::Term,
    },
    monitor::{
        app::{App, Paths},
        clock::Clock,
        pledges::list::{self, PledgeLife, Wording, today},
    },
};

/// List the pledges and how each stands, show one's whole life, add to it by hand.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct PledgesArguments {
    /// One JSON object a pledge.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    act: Option<Act>,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Show a pledge's whole life: every wording, the edits between, what stood around it, notes.
    Show {
        /// The pledge's id; `PAGE/ID` where several pages have one of this id.
        id: String,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Add a statement that was made elsewhere to a pledge's life.
    Note {
        /// The pledge's id; `PAGE/ID` where several pages have one of this id.
        id: String,
        /// What was said.
        words: String,
        /// Where it was said: an address, or words.
        #[arg(long, value_name = "URL|TEXT")]
        source: String,
        /// The day on which it was said.
        #[arg(long, value_name = "DATE")]
        on: Date,
        /// One JSON object: the pledge with its life.
        #[arg(long)]
        json: bool,
    },
    /// Mark a pledge's condition as met, or take the mark back.
    Met {
        /// The pledge's id; `PAGE/ID` where several pages have one of this id.
        id: String,
        /// The day on which it was met; with --take-back, the day of which that is said.
        #[arg(long, value_name = "DATE")]
        on: Date,
        /// What there is to say of it.
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// Where that stands: an address, or words.
        #[arg(long, value_name = "URL|TEXT", default_value = "")]
        source: String,
        /// It was not met after all. The mark stays in the pledge's life.
        #[arg(long)]
        take_back: bool,
        /// One JSON object: the pledge with its life.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(
    arguments: &PledgesArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let now = Clock::system().now();
    match &arguments.act {
        None => all(arguments.json, paths, terminal, now),
        Some(Act::Show { id, json }) => {
            let app = App::open_existing_unlisted(paths)?;
            show(&list::one(&app, id)?, *json, terminal, now)
        }
        Some(Act::Note { id, words, source, on, json }) => {
            let note = Note {
                kind: NoteKind::Said,
                on: *on,
                source: source.clone(),
                words: words.clone(),
                recorded_at: now,
            };
            add(id, &note, *json, paths, terminal)
        }
        Some(Act::Met { id, on, note, source, take_back, json }) => {
            let note = Note {
                kind: if *take_back { NoteKind::NotMet } else { NoteKind::Met },
                on: *on,
                source: source.clone(),
                words: note.clone(),
                recorded_at: now,
            };
            add(id, &note, *json, paths, terminal)
        }
    }
}

fn add(
    id: &str,
    note: &Note,
    as_json: bool,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let mut app = App::open(paths)?;
    let life = list::add_note(&mut app, id, note)?;
    match as_json {
        true => terminal.print_json(&whole(&life, note.recorded_at))?,
        false => terminal.remark(&format!("added to {}: {}", life.pledge.id, state_words(&life))),
    }
    Ok(Exit::Done)
}

fn all(
    as_json: bool,
    paths: &Paths,
    terminal: &Terminal,
    now: Timestamp,
) -> Result<Exit, CliError> {
    let app = App::open_existing_unlisted(paths)?;
    let lives = list::all(&app)?;
    if lives.is_empty() && !as_json {
        terminal.say("the watchlist has no pledge: add a [[page.pledge]] below its page");
    }
    for life in &lives {
        match as_json {
            true => terminal.print_json(&Value::Object(facts(life, now)))?,
            false => terminal.print(&line(life, terminal.look.width, now))?,
        }
    }
    Ok(Exit::Done)
}

fn show(
    life: &PledgeLife,
    as_json: bool,
    terminal: &Terminal,
    now: Timestamp,
) -> Result<Exit, CliError> {
    match as_json {
        true => terminal.print_json(&whole(life, now))?,
        false => terminal.print(&story(life, terminal.look.width, now))?,
    }
    Ok(Exit::Done)
}

/// Returns how a pledge stands: its id and state, then what else there is to know, a line each.
fn line(life: &PledgeLife, width: usize, now: Timestamp) -> String {
    let mut text = format!("{}: {}\n", life.pledge.id, state_words(life));
    for (key, value) in head(life, now) {
        text.push_str(&keyed(key, &value, width));
    }
    text
}

fn keyed(key: &str, value: &str, width: usize) -> String {
    let first = format!("    {key:<10} ");
    let rest = " ".repeat(first.len());
    let options = textwrap::Options::new(width).initial_indent(&first).subsequent_indent(&rest);
    format!("{}\n", textwrap::fill(&visible::visible(value), options))
}

fn state_words(life: &PledgeLife) -> String {
    let state = match life.standing() {
        None => return "its page was not read yet".to_owned(),
        Some(standing) => standing.words(),
    };
    let since = life.since().map(|at| format!(" since {}", at.day())).unwrap_or_default();
    format!("{state}{since}")
}

/// Returns what a reader must know of a pledge, labelled.
fn head(life: &PledgeLife, now: Timestamp) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if life.pledge.name != life.pledge.id.as_str() {
        lines.push(("pledge", life.pledge.name.clone()));
    }
    let page = match life.company.as_str() {
        "" => format!("{} ({})", life.title, life.page),
        company => format!("{company}, {} ({})", life.title, life.page),
    };
    lines.push(("page", page));
    lines.extend(term_line(life, now));
    if let Some((it, step)) = last_step(life) {
        let own = match step.what {
            Happening::Kept => None,
            _ => Some(words::happened_whole(step)),
        };
        let beside = (!step.beside.is_empty())
            .then(|| format!("beside it {}", words::beside_counted(&step.beside)));
        let what = [own, beside].into_iter().flatten().collect::<Vec<_>>().join("; ");
        let what: String = what.chars().take(200).collect();
        lines.push(("last", format!("{}: {what}", it.version.first_at.day())));
    }
    if let Some(read_at) = life.read_at {
        lines.push(("read", read_at.minute()));
    }
    if !life.is_watched {
        lines.push(("note", "the watchlist has this pledge no more".to_owned()));
    }
    lines
}

fn last_step(life: &PledgeLife) -> Option<(&RecordedState, &crate::model::pledge::Step)> {
    life.states.iter().rev().find_map(|it| Some((it, it.state.step.as_ref()?)))
}

fn term_line(life: &PledgeLife, now: Timestamp) -> Option<(&'static str, String)> {
    match &life.pledge.until {
        Term::Open => None,
        Term::Deadline(deadline) => {
            let left = life.days_left(now).unwrap_or_default();
            let days = match left {
                0 => "today".to_owned(),
                1 => "1 day left".to_owned(),
                2.. => format!("{left} days left"),
                -1 => "passed yesterday".to_owned(),
                _ => format!("passed {} days ago", -left),
            };
            Some(("deadline", format!("{deadline}, {days}")))
        }
        Term::Condition(condition) => {
            let met = match life.met_on() {
                Some(day) => format!("met on {day}, as noted by hand"),
                None => "not marked as met".to_owned(),
            };
            Some(("until", format!("{condition} ({met})")))
        }
    }
}

/// An entry of a pledge's life.
struct Entry {
    at: Timestamp,
    title: String,
    lines: Vec<(&'static str, String)>,
}

fn story(life: &PledgeLife, width: usize, now: Timestamp) -> String {
    let mut text = line(life, width, now);
    text.push_str(&keyed("quotation", &format!("\"{}\"", life.pledge.quote), width));
    if let Some(made) = life.pledge.made {
        text.push_str(&keyed("made", &made.to_string(), width));
    }
    text.push_str("\nWordings\n");
    for wording in life.wordings() {
        text.push_str(&wording_text(&wording, width));
    }
    text.push_str("\nWhat happened\n");
    for entry in entries(life, now) {
        text.push_str(&format!("  {}\n", wrapped(&entry.title, width, 2)));
        for (key, value) in &entry.lines {
            text.push_str(&keyed(key, value, width));
        }
    }
    text
}

fn wrapped(words: &str, width: usize, indent: usize) -> String {
    let rest = " ".repeat(indent + 2);
    let options = textwrap::Options::new(width.saturating_sub(indent)).subsequent_indent(&rest);
    textwrap::fill(&visible::visible(words), options)
}

fn wording_text(wording: &Wording, width: usize) -> String {
    let began = match wording.after {
        Some(after) => {
            format!("after {} and no later than {}", after.minute(), wording.from.minute())
        }
        None => format!("first seen {}", wording.from.minute()),
    };
    let ended = match wording.until {
        None => "; stands".to_owned(),
        Some((Some(after), by)) => {
            format!("; until after {} and no later than {}", after.minute(), by.minute())
        }
        Some((None, by)) => format!("; until no later than {}", by.minute()),
    };
    let title =
        format!("{} (version {}): {began}{ended}", wording.standing.words(), wording.version);
    let mut text = format!("  {}\n", wrapped(&title, width, 2));
    if !wording.words.is_empty() {
        let options =
            textwrap::Options::new(width).initial_indent("    \"").subsequent_indent("    ");
        text.push_str(&textwrap::fill(&visible::visible(&wording.words), options));
        text.push_str("\"\n");
    }
    text
}

fn entries(life: &PledgeLife, now: Timestamp) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (it, before) in life.states.iter().zip(&life.before_last_at) {
        let Some(step) = &it.state.step else { continue };
        let at = it.version.first_at;
        let what = match step.what {
            Happening::Kept => "altered beside it, its own words are the same".to_owned(),
            _ => words::happened_whole(step),
        };
        let mut lines = step_lines(step);
        if let Some(before) = before {
            let interval = format!("after {} and no later than {}", before.minute(), at.minute());
            lines.insert(0, ("when", interval));
        }
        let version = it.version.number;
        let title = format!("{}  {what} (version {version})", at.day());
        entries.push(Entry { at, title, lines });
    }
    for note in &life.notes {
        let what = match note.kind {
            NoteKind::Said => "noted",
            NoteKind::Met => "marked as met",
            NoteKind::NotMet => "mark as met taken back",
        };
        let mut lines = Vec::new();
        if !note.words.is_empty() {
            lines.push(("note", note.words.clone()));
        }
        if !note.source.is_empty() {
            lines.push(("source", note.source.clone()));
        }
        lines.push(("added", note.recorded_at.minute()));
        let at = note.on.to_string().parse().unwrap_or(note.recorded_at);
        entries.push(Entry { at, title: format!("{}  {what}", note.on), lines });
    }
    entries.extend(lapse(life, now));
    for (before, after) in life.terms.iter().zip(life.terms.iter().skip(1)) {
        let (was, (said, at)) = (&before.0, after);
        let title = format!("{}  the watchlist says `{said}`, no longer `{was}`", at.day());
        entries.push(Entry { at: *at, title, lines: Vec::new() });
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// Returns the entry of a deadline that passed, with how the pledge stood on that day.
fn lapse(life: &PledgeLife, now: Timestamp) -> Option<Entry> {
    let Term::Deadline(deadline) = life.pledge.until else { return None };
    if today(now) <= deadline {
        return None;
    }
    let at: Timestamp = deadline.tomorrow().ok()?.to_string().parse().ok()?;
    let stood = life.states.iter().rfind(|it| it.version.first_at < at);
    let how = match stood.map(|it| it.state.standing) {
        Some(Standing::Missing) => "the clause was on the page no more",
        Some(_) => "the page still said what it said",
        None => "the page was not watched yet",
    };
    Some(Entry { at, title: format!("{deadline}  its deadline passed: {how}"), lines: Vec::new() })
}

fn facts(life: &PledgeLife, now: Timestamp) -> serde_json::Map<String, Value> {
    let (deadline, condition) = match &life.pledge.until {
        Term::Open => (None, None),
        Term::Deadline(day) => (Some(day.to_string()), None),
        Term::Condition(words) => (None, Some(words.as_str())),
    };
    let last = last_step(life);
    let value = json!({
        "pledge": life.pledge.id.as_str(),
        "name": life.pledge.name,
        "page": life.page.as_str(),
        "company": life.company,
        "title": life.title,
        "quote": life.pledge.quote,
        "made": life.pledge.made.map(|day| day.to_string()),
        "watched": life.is_watched,
        "state": life.standing().map(Standing::code),
        "since": life.since().map(|at| at.to_string()),
        "words": life.states.last().map(|it| it.state.words.as_str()),
        "last_step": last.map(|(_, step)| step.what.code()),
        "last_step_at": last.map(|(it, _)| it.version.first_at.to_string()),
        "read_at": life.read_at.map(|at| at.to_string()),
        "deadline": deadline,
        "days_left": life.days_left(now),
        "condition": condition,
        "met_on": life.met_on().map(|day| day.to_string()),
    });
    match value {
        Value::Object(object) => object,
        _ => serde_json::Map::new(),
    }
}

fn whole(life: &PledgeLife, now: Timestamp) -> Value {
    let wordings: Vec<Value> = life
        .wordings()
        .iter()
        .map(|it| {
            json!({
                "state": it.standing.code(),
                "words": it.words,
                "version": it.version,
                "after": it.after.map(|at| at.to_string()),
                "first_at": it.from.to_string(),
                "until_after": it.until.and_then(|it| it.0).map(|at| at.to_string()),
                "until_by": it.until.map(|it| it.1.to_string()),
            })
        })
        .collect();
    let steps = life.states.iter().zip(&life.before_last_at).filter_map(|(it, before)| {
        let step = as_json::step(it.state.step.as_ref()?);
        Some(json!({
            "version": it.version.number,
            "cause": it.version.cause.code(),
            "first_at": it.version.first_at.to_string(),
            "before_last_at": before.map(|at| at.to_string()),
            "state": it.state.standing.code(),
            "step": step,
        }))
    });
    let notes = life.notes.iter().map(|note| {
        json!({
            "kind": note.kind.code(),
            "on": note.on.to_string(),
            "source": note.source,
            "words": note.words,
            "recorded_at": note.recorded_at.to_string(),
        })
    });
    let mut object = facts(life, now);
    object.insert("steps".to_owned(), Value::Array(steps.collect()));
    object.insert("wordings".to_owned(), Value::Array(wordings));
    object.insert("notes".to_owned(), Value::Array(notes.collect()));
    let terms =
        life.terms.iter().map(|(said, at)| json!({ "said": said, "since": at.to_string() }));
    object.insert("terms".to_owned(), Value::Array(terms.collect()));
    Value::Object(object)
}
