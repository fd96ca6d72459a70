//! `init`: a commented watchlist, an empty archive and the key that signs its log.

use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        terminal::{Terminal, shown},
    },
    monitor::{
        app::{self, Paths},
        clock::Clock,
        integrity,
    },
};

/// Write a commented watchlist, make the archive and the key that signs its log.
#[derive(Debug, clap::Args)]
pub struct InitArguments {}

/// Runs the command.
pub fn run(_: &InitArguments, paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    app::init(paths, Clock::system().now())?;
    terminal.say(&format!(
        "wrote {} and made the archive in {}\nthe key that signs its log is {}: keep a copy where \
         the archive is not\nnext: `pledgewatch add URL` for each page, then \
         `pledgewatch check` from cron",
        shown(&paths.watchlist),
        shown(&paths.archive),
        shown(&integrity::key_path(paths))
    ));
    Ok(Exit::Done)
}
