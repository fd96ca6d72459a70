//! Errors as the user reads them: what failed, why, and what to do.

use std::{error::Error, io, path::Path};

use crate::{
    cli::exit::Exit,
    monitor::{
        app::MonitorError,
        evidence::EvidenceFailure,
        export::{output, request::ExportFailure},
        import::{places::PlaceFailure, request::ImportFailure},
        keys::KeyFailure,
    },
    web::{publish::PublishFailure, serve::ServeError, users::UsersError},
};

/// An error with its way out.
#[derive(Debug)]
pub struct CliError {
    /// What failed, with its sources.
    pub error: Box<dyn Error>,
    /// What to do about it.
    pub hint: Option<String>,
    /// What the program ends with.
    pub exit: Exit,
}

impl CliError {
    /// Returns the error of a command that is wrong as typed.
    pub fn wrong(message: impl Into<String>, hint: impl Into<String>) -> CliError {
        CliError { error: message.into().into(), hint: Some(hint.into()), exit: Exit::Wrong }
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> CliError {
        CliError { error: Box::new(error), hint: None, exit: Exit::Failed }
    }
}

impl From<MonitorError> for CliError {
    fn from(error: MonitorError) -> CliError {
        let (exit, hint) = way_out(&error);
        CliError { error: Box::new(error), hint, exit }
    }
}

impl From<ImportFailure> for CliError {
    fn from(error: ImportFailure) -> CliError {
        let (exit, hint) = match &error {
            ImportFailure::Read { .. } => {
                (Exit::Wrong, hint("what was imported before stays; run it again to go on"))
            }
            ImportFailure::Spool(_) => (Exit::Failed, hint("TMPDIR names a folder with room")),
            ImportFailure::Place(PlaceFailure::NoAddress { .. }) => {
                (Exit::Wrong, hint("give the page an entry in the watchlist first"))
            }
            ImportFailure::Place(PlaceFailure::Archive(_)) | ImportFailure::Archive(_) => {
                (Exit::Failed, None)
            }
            ImportFailure::Place(PlaceFailure::Unnamed | PlaceFailure::SeveralAddresses { .. }) => {
                (Exit::Wrong, None)
            }
            ImportFailure::Monitor(error) => way_out(error),
        };
        CliError { error: Box::new(error), hint, exit }
    }
}

impl From<ExportFailure> for CliError {
    fn from(error: ExportFailure) -> CliError {
        let (exit, hint) = match &error {
            ExportFailure::Write { path, .. } => {
                // What was sent elsewhere is cut off there.
                let is_whole = path != Path::new(output::STANDARD);
                let kept = is_whole.then(|| "what had the name before is as it was".to_owned());
                (Exit::Failed, kept)
            }
            ExportFailure::Form(_) => (Exit::Failed, None),
            ExportFailure::Monitor(error) => way_out(error),
        };
        CliError { error: Box::new(error), hint, exit }
    }
}

impl From<EvidenceFailure> for CliError {
    fn from(error: EvidenceFailure) -> CliError {
        let (exit, hint) = match &error {
            EvidenceFailure::Unknown(_) | EvidenceFailure::NoChange(_) => {
                (Exit::Wrong, hint("`pledgewatch log` lists the changes with their ids"))
            }
            EvidenceFailure::NoCapture { .. } | EvidenceFailure::TooMany => (Exit::Failed, None),
            EvidenceFailure::Exists(_) => (Exit::Wrong, hint("name another with `--to`")),
            EvidenceFailure::Write { .. } | EvidenceFailure::Export(_) => (
                Exit::Failed,
                hint("check the folder's owner and permissions, and the disk's space"),
            ),
            EvidenceFailure::Monitor(error) => way_out(error),
        };
        CliError { error: Box::new(error), hint, exit }
    }
}

impl From<ServeError> for CliError {
    fn from(error: ServeError) -> CliError {
        let (exit, hint) = match &error {
            ServeError::Listen { .. } => {
                (Exit::Wrong, hint("`--listen 127.0.0.1:0` takes any port that is free"))
            }
            ServeError::Monitor(error) => way_out(error),
        };
        CliError { error: Box::new(error), hint, exit }
    }
}

impl From<PublishFailure> for CliError {
    fn from(error: PublishFailure) -> CliError {
        let (exit, hint) = match &error {
            PublishFailure::Foreign(_) => (Exit::Wrong, hint("name a folder that is not there")),
            PublishFailure::Write { .. } => (
                Exit::Wrong,
                hint("check the folder's owner and permissions, and the disk's space"),
            ),
            PublishFailure::Page { .. } => (Exit::Failed, hint("nothing was replaced")),
            PublishFailure::Monitor(error) => way_out(error),
        };
        CliError { error: Box::new(error), hint, exit }
    }
}

impl From<UsersError> for CliError {
    fn from(error: UsersError) -> CliError {
        let (exit, hint) = match &error {
            UsersError::Io { .. } => (Exit::Wrong, hint("check the file's owner and permissions")),
            UsersError::Line { .. } => {
                (Exit::Wrong, hint("take the line out; `pledgewatch user add` writes them anew"))
            }
            UsersError::Password => {
                (Exit::Wrong, hint("without `--password-stdin` one is made and printed"))
            }
            UsersError::Unknown(_) => (Exit::Wrong, hint("`pledgewatch user list` names them")),
            UsersError::Full | UsersError::Hash(_) => (Exit::Failed, None),
        };
        CliError { error: Box::new(error), hint, exit }
    }
}

fn way_out(error: &MonitorError) -> (Exit, Option<String>) {
    match error {
        MonitorError::NoWatchlist { .. } => {
            (Exit::Wrong, hint("`pledgewatch init` writes one, `--watchlist FILE` names another"))
        }
        MonitorError::WatchlistExists { .. } => {
            (Exit::Wrong, hint("edit it, add to it with `pledgewatch add URL`, or name another"))
        }
        MonitorError::WatchlistNotUtf8 { .. } => (Exit::Wrong, hint("save it as UTF-8")),
        MonitorError::Watchlist { .. } => {
            (Exit::Wrong, hint("nothing was fetched; mend these lines and run it again"))
        }
        MonitorError::ReadWatchlist { .. } | MonitorError::WriteWatchlist { .. } => {
            (Exit::Wrong, hint("check the file's owner and permissions, and the disk's space"))
        }
        MonitorError::Busy => {
            (Exit::Partly, hint("nothing was changed; try again when it is over"))
        }
        MonitorError::Edit(_) => (Exit::Wrong, None),
        MonitorError::UnknownPage { page, known } => {
            let names: Vec<&str> = known.iter().map(|page| page.as_str()).collect();
            (Exit::Wrong, Some(nearest(page.as_str(), &names)))
        }
        MonitorError::NoCondition { .. }
        | MonitorError::NotYet { .. }
        | MonitorError::NotMarked { .. } => (Exit::Wrong, note_hint(error)),
        MonitorError::UnknownPledge { pledge: name, known }
        | MonitorError::UnknownChannel { name, known } => {
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            (Exit::Wrong, Some(nearest(name, &names)))
        }
        MonitorError::UnknownChange { .. } => {
            (Exit::Wrong, hint("`pledgewatch review --list` shows the changes with their ids"))
        }
        MonitorError::NotReviewed { event, .. } => {
            (Exit::Wrong, Some(format!("`pledgewatch explain {event}` says what is on record")))
        }
        MonitorError::NoNote { .. } => (Exit::Wrong, hint("write one with `--note TEXT`")),
        MonitorError::NoRule { .. } => {
            (Exit::Wrong, hint("nothing was recorded; dismiss it without `--always`"))
        }
        MonitorError::UnknownRule { .. } => {
            (Exit::Wrong, hint("`pledgewatch review --rules` lists them"))
        }
        MonitorError::ReviewedSince { .. } => {
            (Exit::Wrong, hint("nothing was recorded; look at it again and decide"))
        }
        MonitorError::NoVersion { page, .. } => {
            (Exit::Wrong, Some(format!("`pledgewatch log {page}` lists what is on record")))
        }
        MonitorError::Archive(error) if error.is_of_command() => {
            (Exit::Wrong, error.hint().map(str::to_owned))
        }
        MonitorError::Archive(error) => (Exit::Failed, error.hint().map(str::to_owned)),
        MonitorError::Key(KeyFailure::Name(_)) => {
            (Exit::Wrong, hint("a log's name is like `example.org/pledgewatch`"))
        }
        MonitorError::Key(KeyFailure::Archive(error)) => {
            (Exit::Failed, error.hint().map(str::to_owned))
        }
        MonitorError::Key(_) => (Exit::Failed, hint("it was left as it is")),
        MonitorError::Unsigned(reason) => (Exit::Failed, hint(reason.hint())),
        MonitorError::TakenOrigin { .. } => (Exit::Wrong, hint("name another with `--origin`")),
        MonitorError::Fetcher(_) => (Exit::Wrong, None),
        MonitorError::CannotAdd { .. } => {
            (Exit::Partly, hint("nothing was added; the watchlist is as it was"))
        }
    }
}

fn hint(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Returns the way out of an entry in a pledge's life that cannot be made.
fn note_hint(error: &MonitorError) -> Option<String> {
    match error {
        MonitorError::NoCondition { .. } => {
            hint("give it a `condition` in the watchlist, or add a note instead")
        }
        MonitorError::NotYet { .. } => hint("`--on` takes the day on which it was said or done"),
        _ => hint("there is nothing to take back; `pledgewatch pledges` shows it"),
    }
}

/// Names the likeliest of the known names, or all if they are few.
fn nearest(name: &str, known: &[&str]) -> String {
    let alike = |other: &&&str| {
        let parts: Vec<&str> = name.split('-').filter(|part| 2 < part.len()).collect();
        parts.iter().any(|part| other.contains(part))
    };
    let likely: Vec<&str> = known.iter().filter(alike).take(5).copied().collect();
    match (likely.as_slice(), known.len()) {
        ([], 0) => "there is none yet".to_owned(),
        ([], 1..=12) => format!("there is: {}", known.join(", ")),
        ([], _) => "`pledgewatch status` lists them".to_owned(),
        (likely, _) => format!("did you mean {}?", likely.join(" or ")),
    }
}
