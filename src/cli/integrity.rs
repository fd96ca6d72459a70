//! `integrity`: the log of what was recorded: its head, its key, its files.

use std::{error::Error as _, path::Path};

use url::Url;

use crate::{
    cli::{
        check::runtime,
        error::CliError,
        exit::Exit,
        terminal::{Terminal, shown},
    },
    model::{address::AddressRule, time::in_words},
    monitor::{
        anchor,
        app::{App, Paths},
        clock::Clock,
        forms::page::log,
        integrity,
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
    /// Have others vouch for the head: timestamp authorities (RFC 3161) and witnesses (C2SP
    /// tlog-witness); from cron, after `check`.
    Anchor {
        /// The address of a timestamp authority; may be given several times.
        #[arg(long, value_name = "URL", required_unless_present = "witnesses")]
        authority: Vec<Url>,
        /// The address of a witness; may be given several times.
        #[arg(id = "witnesses", long = "witness", value_name = "URL")]
        witness: Vec<Url>,
        /// They may be at private addresses.
        #[arg(long)]
        allow_private_addresses: bool,
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
    let mut app = App::open_record(paths)?;
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
        Some(Act::Anchor { authority, witness, allow_private_addresses }) => {
            let rule = match allow_private_addresses {
                true => AddressRule::AnyAddress,
                false => AddressRule::PublicOnly,
            };
            return anchor(&app, (authority, witness), rule, terminal);
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

/// Asks each; one that fails keeps no other from being asked.
fn anchor(
    app: &App,
    (authorities, witnesses): (&[Url], &[Url]),
    rule: AddressRule,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let (runtime, clock) = (runtime()?, Clock::system());
    let stamps = authorities
        .iter()
        .map(|url| (url, runtime.block_on(anchor::stamp(app, (url, rule), clock.now()))));
    let mut outcomes: Vec<_> = stamps.collect();
    let signed =
        witnesses.iter().map(|url| (url, runtime.block_on(anchor::witness(app, (url, rule)))));
    outcomes.extend(signed);
    runtime.shutdown_background();
    let mut exit = Exit::Done;
    for (url, outcome) in outcomes {
        match outcome {
            Ok(anchored) => {
                terminal.remark(&format!(
                    "the first {} entries are vouched for: {}",
                    anchored.size, anchored.path
                ));
                if let Some(off) = anchored.clock_off {
                    terminal.say(&format!(
                        "warning: the clock here is {} from that of <{url}>",
                        in_words(off)
                    ));
                }
            }
            Err(failure) => {
                let mut text = format!("warning: the log was not anchored: {failure}");
                if let Some(source) = failure.source() {
                    text.push_str(&format!(": {source}"));
                }
                terminal.say(&text);
                exit = Exit::Partly;
            }
        }
    }
    Ok(exit)
}

fn log_folder(paths: &Paths) -> String {
    shown(Path::new(&paths.archive.join("log")))
}

fn show(app: &App, as_json: bool, terminal: &Terminal) -> Result<Exit, CliError> {
    let stands = integrity::stands(app)?;
    if as_json {
        terminal.print_json(&log(&stands))?;
    } else {
        terminal.print(&stands.lines().join("\n"))?;
    }
    Ok(Exit::Done)
}
