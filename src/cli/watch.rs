//! `watch`: for those without cron. Sweeps as pages fall due, and stops gracefully.

use std::time::Duration;

use crate::{
    cli::{
        check::{print_alerts, report, runtime, stop_on_signal},
        error::CliError,
        exit::Exit,
        terminal::Terminal,
    },
    model::time::in_words,
    monitor::{
        app::{App, MonitorError, Paths},
        clock::Clock,
        status,
        sweep::{self, Scope, Sweep, stopped},
    },
};

/// The longest sleep: deliveries that failed are tried again meanwhile, and a system that slept
/// is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(300);

/// The shortest sleep, so that a page that is always due cannot make us spin.
const SLEEP_MIN: Duration = Duration::from_secs(1);

/// Stay resident and check each page as it falls due.
#[derive(Debug, clap::Args)]
pub struct WatchArguments {
    /// Print alerts as JSON, one object a line.
    #[arg(long)]
    json: bool,
}

/// Runs the command: until it is asked to stop (SIGINT, SIGTERM).
///
/// The watchlist is read again before each sweep; one that has mistakes is said so, and the last
/// good one goes on.
pub fn run(
    arguments: &WatchArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let runtime = runtime()?;
    let mut stop = stop_on_signal(&runtime);
    let mut app = App::open(paths)?;
    terminal.say(&format!("watching {} pages; stop with Ctrl-C", app.watchlist.watches.len()));
    let mut complaint = String::new();
    loop {
        let clock = Clock::system();
        match crate::monitor::app::read_watchlist(&paths.watchlist) {
            Ok(watchlist) => {
                app.take_watchlist(watchlist)?;
                complaint.clear();
            }
            Err(error) => {
                let error = CliError::from(error);
                let text = error.error.to_string();
                if complaint != text {
                    terminal.error(&error);
                    terminal.say("warning: the last good watchlist goes on being used");
                    complaint = text;
                }
            }
        }
        let swept = runtime.block_on(sweep::sweep(
            &mut app,
            &Scope::Due,
            &clock,
            &mut stop,
            &mut |_| (),
        ))?;
        if let Sweep::Done(mut swept, _lock) = swept {
            print_alerts(&mut app, &mut swept, arguments.json, terminal, &clock)?;
            if !swept.checked.is_empty() || swept.interrupted {
                report(&swept, terminal);
            }
        }
        app.archive.fold().map_err(MonitorError::from)?;
        let pause = status::next_due_in(&app, Clock::system().now())?.unwrap_or(SLEEP_MAX);
        let pause = pause.clamp(SLEEP_MIN, SLEEP_MAX);
        terminal.detail(&format!("sleeping {}", in_words(pause)));
        let is_stopped = runtime.block_on(async {
            tokio::select! {
                () = stopped(&mut stop) => true,
                () = tokio::time::sleep(pause) => false,
            }
        });
        if is_stopped {
            runtime.shutdown_background();
            app.archive.close().map_err(MonitorError::from)?;
            return Ok(Exit::Done);
        }
    }
}
