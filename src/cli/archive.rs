//! `archive`: the archive itself, kept small.

use crate::{
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    monitor::{
        app::{App, Paths},
        clock::Clock,
        keep,
    },
};

/// Keep the archive itself small.
#[derive(Debug, clap::Args)]
pub struct ArchiveArguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Pack all bodies anew, harder, and give back the room that is free. No digest is touched;
    /// may be killed and run again at any time, and needs as much room again for a while.
    Compact,
}

/// Runs the command.
pub fn run(
    arguments: &ArchiveArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    match arguments.act {
        Act::Compact => compact(paths, terminal),
    }
}

fn compact(paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    let mut app = App::open_record(paths)?;
    let mut told = 0;
    let compacted = keep::compact(&mut app, &Clock::system(), &mut |progress| {
        let tenth = 10 * progress.done / progress.total.max(1);
        if told < tenth {
            told = tenth;
            terminal.remark(&format!("{} of {} bodies", progress.done, progress.total));
        }
    })?;
    app.archive.close().map_err(crate::monitor::app::MonitorError::from)?;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    terminal.say(&format!(
        "packed {} bodies anew: {:.2} MB before, {:.2} MB after",
        compacted.frames,
        megabytes(compacted.bytes_before),
        megabytes(compacted.bytes_after)
    ));
    Ok(Exit::Done)
}
