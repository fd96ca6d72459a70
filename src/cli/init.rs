//! `init`: a commented watchlist and an empty archive.

use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        terminal::{Terminal, shown},
    },
    monitor::app::{self, Paths},
};

/// Write a commented watchlist and make the archive.
#[derive(Debug, clap::Args)]
pub struct InitArguments {}

/// Runs the command.
pub fn run(_: &InitArguments, paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    app::init(paths)?;
    terminal.say(&format!(
        "wrote {} and made the archive in {}\nnext: `pledgewatch add URL` for each page, then \
         `pledgewatch check` from cron",
        shown(&paths.watchlist),
        shown(&paths.archive)
    ));
    Ok(Exit::Done)
}
