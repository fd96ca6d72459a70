//! `integrity`: the log of what was recorded: its head, its key, its files.

use std::path::Path;

use serde_json::json;

use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        terminal::{Terminal, shown},
    },
    monitor::{
        app::{App, Paths},
        clock::Clock,
        integrity::{self, Integrity},
    },
};

/// Show the log's signed head, make its key, or write its files for publishing.
#[derive(Debug, clap::Args)]
pub struct IntegrityArguments {
    /// What to do; without it, how the log stands.
    #[command(subcommand)]
    act: Option<Act>,
    /// Print how the log stands as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Make a key to sign the log with; one that there is is put aside, and the log tells of both.
    NewKey,
    /// Go on under another name, after a backup was put back or the last signed head was lost.
    NewLog {
        /// The name, `<host>/<anything>` [default: the one before with today's date].
        #[arg(long, value_name = "NAME")]
        origin: Option<String>,
    },
    /// Write all entries beside the tiles, so that `snapshots/log/` can be served as a tlog-tiles log.
    Publish,
}

/// Runs the command.
pub fn run(
    arguments: &IntegrityArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let mut app = App::open_existing_unlisted(paths)?;
    let now = Clock::system().now();
    match &arguments.act {
        None => return show(&app, arguments.json, terminal),
        Some(Act::NewKey) => {
            let verifier = integrity::new_key(&mut app, now)?;
            terminal.say(&format!(
                "the log is signed from now on by {}\nkeep a copy of {} where the archive is not",
                verifier.to_text(),
                shown(&integrity::key_path(paths))
            ));
        }
        Some(Act::NewLog { origin }) => {
            let verifier = integrity::new_log(&mut app, origin.as_deref(), now)?;
            terminal.say(&format!(
                "the log goes on as {}; its first entry under this name tells which head it follows\n\
                 the files of the one before were put aside",
                verifier.name
            ));
        }
        Some(Act::Publish) => {
            let Some(head) = integrity::publish(&app)? else {
                terminal.say("nothing was written: no head is signed");
                return Ok(Exit::Failed);
            };
            terminal.say(&format!("{} entries are in {}", head.size, log_folder(paths)));
        }
    }
    app.archive.close().map_err(crate::monitor::app::MonitorError::from)?;
    Ok(Exit::Done)
}

fn log_folder(paths: &Paths) -> String {
    shown(Path::new(&paths.archive.join("log")))
}

fn show(app: &App, as_json: bool, terminal: &Terminal) -> Result<Exit, CliError> {
    let stands = integrity::stands(app)?;
    if as_json {
        terminal.print_json(&to_json(&stands))?;
    } else {
        terminal.print(&stands.lines().join("\n"))?;
    }
    Ok(Exit::Done)
}

fn to_json(stands: &Integrity) -> serde_json::Value {
    json!({
        "entries": stands.entries,
        "origin": stands.key.as_ref().map(|key| &key.name),
        "key": stands.key.as_ref().map(|key| key.to_text()),
        "signed": stands.head.as_ref().map(|head| json!({
            "size": head.size,
            "root": head.root.to_string(),
        })),
        "unsigned_because": stands.unsigned,
    })
}
