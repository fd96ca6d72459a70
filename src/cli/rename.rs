//! `rename`: a page's id changes, its history stays with it.

use crate::{
    cli::{error::CliError, exit::Exit, signing::warn_if_unsigned, terminal::Terminal},
    model::page::PageId,
    monitor::{
        app::{self, Paths},
        clock::Clock,
    },
};

/// Rename a page's id, in the watchlist and in the archive.
#[derive(Debug, clap::Args)]
pub struct RenameArguments {
    /// The page's id.
    before: PageId,
    /// Its id from now on.
    after: PageId,
}

/// Runs the command.
pub fn run(
    arguments: &RenameArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let now = Clock::system().now();
    let unsigned = app::rename(paths, &arguments.before, &arguments.after, now)?;
    warn_if_unsigned(unsigned.as_deref(), terminal);
    terminal.detail(&format!("`{}` is `{}` now", arguments.before, arguments.after));
    Ok(Exit::Done)
}
