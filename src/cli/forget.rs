//! `forget`: a page removed with all that is on record of it.

use crate::{
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::page::PageId,
    monitor::{
        app::{App, Paths},
        clock::Clock,
        keep,
    },
};

/// Remove a page from the archive with all that is on record of it: visits, bodies, versions,
/// events. That it was done, when and why, stays (`redact --list`). It cannot be taken back.
#[derive(Debug, clap::Args)]
pub struct ForgetArguments {
    /// The page.
    page: PageId,
    /// Why.
    #[arg(long, value_name = "WORDS")]
    reason: String,
}

/// Runs the command.
pub fn run(
    arguments: &ForgetArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let mut app = App::open_existing_unlisted(paths)?;
    let visits = keep::forget(&mut app, &arguments.page, &arguments.reason, &Clock::system())?;
    let is_watched = app.watchlist.watch(&arguments.page).is_some();
    app.archive.close().map_err(crate::monitor::app::MonitorError::from)?;
    terminal.say(&format!("forgot `{}` and its {visits} visits", arguments.page));
    if is_watched {
        terminal.say("it is still in the watchlist: the next sweep begins it anew");
    }
    Ok(Exit::Done)
}
