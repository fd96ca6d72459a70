//! `forget`: all that a page said, taken out.

use crate::{
    cli::{error::CliError, exit::Exit, redact::NOTHING_LEFT, signing::close, terminal::Terminal},
    model::page::PageId,
    monitor::{
        app::{App, Paths},
        clock::Clock,
        keep,
    },
};

/// Take all that a page said out of the archive; that it was visited stays.
///
/// What goes: bodies that no other page has shown, texts, the words of its changes. That it was
/// visited, when, and the digests of what it gave stay, as does when and why this was done
/// (`redact --list`). It cannot be taken back.
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
    let taken = keep::forget(&mut app, &arguments.page, &arguments.reason, &Clock::system())?;
    let is_watched = app.watchlist.watch(&arguments.page).is_some();
    close(app, terminal)?;
    match taken.bodies {
        _ if !taken.has_any => terminal.say(NOTHING_LEFT),
        1 => terminal.say(&format!("forgot what `{}` said: 1 body", arguments.page)),
        bodies => terminal.say(&format!("forgot what `{}` said: {bodies} bodies", arguments.page)),
    }
    if is_watched {
        terminal.say("it is still in the watchlist: the next sweep begins it anew");
    }
    Ok(Exit::Done)
}
