//! `redact`: bytes that must go, by order of law; what they were named by stays.

use crate::{
    cli::{error::CliError, exit::Exit, signing::close, terminal::Terminal},
    model::{history::VisitId, removal::Taken, snapshot::Digest},
    monitor::{
        app::{App, Paths},
        clock::Clock,
        keep::{self, Redacted},
    },
};

/// Take the bytes of a body out of the archive, and the words that were read from it alone.
///
/// Its digest, the visits that showed it and what they were judged to be stay, so that all that
/// rests on them still holds; when and why it was done is on record. It cannot be taken back. Words
/// that the page still says are read again with its next capture, and the log tells that they were
/// kept again: have the page changed first, or take it out of the watchlist.
#[derive(Debug, clap::Args)]
pub struct RedactArguments {
    /// A body's digest (64 hex digits), or a visit (`v12`), which means all its bodies.
    #[arg(required_unless_present = "list")]
    what: Option<String>,
    /// Why: who ordered it, and when.
    #[arg(long, value_name = "WORDS", required_unless_present = "list")]
    reason: Option<String>,
    /// List what was removed, when and why.
    #[arg(long, conflicts_with_all = ["what", "reason"])]
    list: bool,
    /// With --list, one JSON object a line.
    #[arg(long, requires = "list")]
    json: bool,
}

/// What is said where all that an order names was taken out before.
pub const NOTHING_LEFT: &str =
    "nothing of it is left to take out; `redact --list` says what was removed, when and why";

/// Runs the command.
pub fn run(
    arguments: &RedactArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let (Some(what), Some(reason)) = (&arguments.what, &arguments.reason) else {
        return list(arguments.json, paths, terminal);
    };
    let visit = what.strip_prefix('v').and_then(|number| number.parse().ok()).map(VisitId);
    let whose = match (visit, what.parse::<Digest>()) {
        (Some(visit), _) => Redacted::Visit(visit),
        (None, Ok(digest)) => Redacted::Body(digest),
        (None, Err(_)) => {
            return Err(CliError::wrong(
                format!("`{what}` is neither a body's digest nor a visit"),
                "`pledgewatch explain PAGE --json` shows visits with the digests of their bodies",
            ));
        }
    };
    let mut app = App::open_record(paths)?;
    let Taken { bodies, texts, has_any } = keep::redact(&mut app, whose, reason, &Clock::system())?;
    close(app, terminal)?;
    if !has_any {
        terminal.say(NOTHING_LEFT);
        return Ok(Exit::Done);
    }
    terminal.say(&format!(
        "took out {bodies} bod{} and {texts} text{} read from {} alone; backups and exports made \
         before still have them",
        if bodies == 1 { "y" } else { "ies" },
        if texts == 1 { "" } else { "s" },
        if bodies == 1 { "it" } else { "them" },
    ));
    Ok(Exit::Done)
}

fn list(as_json: bool, paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    for it in keep::removals(&app)? {
        match as_json {
            true => terminal.print_json(&serde_json::json!({
                "at": it.at.to_string(), "kind": it.kind, "what": it.what, "reason": it.reason,
            }))?,
            false => terminal.print(&format!(
                "{}  {:<6}  {}: {}",
                it.at.minute(),
                it.kind,
                it.what,
                crate::alert::render::visible::visible(&it.reason)
            ))?,
        }
    }
    Ok(Exit::Done)
}
