//! `pledges`: how each pledge stands, its whole life, and what people add to it.

use jiff::civil::Date;
use serde_json::Value;

use crate::{
    alert::render::{pledges as words, visible},
    cli::{error::CliError, exit::Exit, signing::close, terminal::Terminal},
    model::{
        pledge::{Happening, Note, NoteKind},
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        clock::Clock,
        forms::pledge::{entries, facts, last_step, term_line, whole},
        pledges::list::{self, PledgeLife, Wording},
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
    close(app, terminal)?;
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
