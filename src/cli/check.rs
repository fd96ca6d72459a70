//! `check`: what cron runs. Prints alerts, and nothing when there is nothing to tell.

use std::{collections::BTreeSet, io, path::Path, sync::mpsc, thread, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::{runtime::Runtime, sync::watch};

use crate::{
    alert::render::{json, message::Message, terminal as rendered},
    cli::{error::CliError, exit::Exit, signing::warn_if_unsigned, terminal::Terminal},
    model::{
        event::{Told, What},
        history::{Finding, Judgement},
        page::PageId,
    },
    monitor::{
        app::{App, MonitorError, Paths},
        clock::Clock,
        outbox, seal,
        sweep::{self, Progress, Scope, Sweep},
        swept::{Checked, Swept},
    },
};

/// Visit the pages that are due, record what they say, and tell of changes.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// Only these pages, whether or not they are due.
    pages: Vec<PageId>,
    /// Print alerts as JSON, one object a line.
    #[arg(long)]
    json: bool,
    /// End with 1 if a change was found.
    #[arg(long)]
    exit_code: bool,
    /// Visit and compare, but write nothing and tell nobody.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub fn run(
    arguments: &CheckArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let clock = Clock::system();
    let runtime = runtime()?;
    if arguments.dry_run {
        let exit = runtime.block_on(rehearse(arguments, paths, terminal, &clock));
        runtime.shutdown_background();
        return exit;
    }
    let mut app = App::open(paths)?;
    let scope = scope(&app, &arguments.pages)?;
    if app.watchlist.watches.is_empty() {
        terminal.say("the watchlist has no page yet; `pledgewatch add URL` adds one");
    }
    let mut stop = stop_on_signal(&runtime);
    let mut bar = Bar::new(terminal);
    let swept =
        runtime.block_on(sweep::sweep(&mut app, &scope, &clock, &mut stop, &mut |progress| {
            bar.show(&progress, terminal);
        }));
    // Nobody waits for what the system's resolver may still be waiting for.
    runtime.shutdown_background();
    bar.finish();
    let exit = match swept? {
        Sweep::Running(running) => {
            let pid = running.pid.map(|pid| format!(", process {pid}")).unwrap_or_default();
            let since = running.since.map(|at| format!(", since {}", at.minute()));
            terminal.detail(&format!(
                "another sweep is running{pid}{}; nothing was done",
                since.unwrap_or_default()
            ));
            Exit::Done
        }
        Sweep::Done(mut swept, _lock) => {
            print_alerts(&mut app, &mut swept, arguments.json, terminal, &clock)?;
            report(&swept, terminal);
            exit_of(&swept, arguments.exit_code)
        }
    };
    app.archive.close().map_err(MonitorError::from)?;
    Ok(exit)
}

/// Returns the runtime for commands that fetch. Its threads have room for deep pages.
///
/// Fails where the system refuses the threads, as under `ulimit -u` or `ulimit -v`.
pub fn runtime() -> Result<Runtime, CliError> {
    can_have_threads()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()?;
    Ok(runtime)
}

const THREADS: usize = 2;
const STACK_BYTES: usize = 8 << 20;

/// Asks for the runtime's threads ahead of it: it panics where it is refused one, and then waits
/// for ever for those that it was given.
fn can_have_threads() -> io::Result<()> {
    thread::scope(|scope| {
        let mut held = Vec::new();
        for _ in 0..THREADS {
            let (sender, receiver) = mpsc::channel::<()>();
            // The thread lives until its sender is dropped, so that all are there at once.
            let thread = thread::Builder::new().stack_size(STACK_BYTES);
            thread.spawn_scoped(scope, move || receiver.recv().is_ok())?;
            held.push(sender);
        }
        Ok(())
    })
}

fn scope(app: &App, pages: &[PageId]) -> Result<Scope, CliError> {
    if pages.is_empty() {
        return Ok(Scope::Due);
    }
    for page in pages {
        if app.watchlist.watch(page).is_none() {
            app.known_page(page)?;
            return Err(CliError::wrong(
                format!("the watchlist has no page `{page}` any more"),
                "its history can still be read: `log`, `show`, `diff`",
            ));
        }
    }
    Ok(Scope::Pages(pages.to_vec()))
}

/// Returns what turns true when the program is asked to stop (SIGINT, SIGTERM).
pub fn stop_on_signal(runtime: &Runtime) -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    runtime.spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
        // Nobody listens any more if the sweep is over.
        let _ = sender.send(true);
    });
    receiver
}

/// Prints the alerts for standard output and records that they arrived, or did not; the first
/// that did not is added to those undelivered, and the others wait with it.
pub fn print_alerts(
    app: &mut App,
    swept: &mut Swept,
    as_json: bool,
    terminal: &Terminal,
    clock: &Clock,
) -> Result<(), CliError> {
    for (at, told) in swept.printed.iter().enumerate() {
        let mut text = alert_text(told, swept.log_head.as_deref(), as_json, terminal);
        if !as_json && 0 < at {
            text.insert(0, '\n');
        }
        let outcome = terminal
            .try_print(&text)
            .map_err(|error| format!("standard output could not be written: {error}"));
        let failed = outcome.clone().err();
        outbox::printed(app, told, outcome, clock.now())?;
        if let Some(reason) = failed {
            swept.undelivered.push(format!("{}: {reason}", told.event.id));
            break;
        }
    }
    if !swept.printed.is_empty() && swept.unsigned.is_none() {
        swept.unsigned = seal::sign(&app.archive);
    }
    Ok(())
}

fn alert_text(told: &Told, log_head: Option<&str>, as_json: bool, terminal: &Terminal) -> String {
    let event = &told.event;
    match as_json {
        true => json::event(told).to_string(),
        false => {
            let message = Message { name: event.id.as_str(), events: &[event], log_head };
            rendered::message(&message, &terminal.look)
        }
    }
}

/// Says what failed, and on a terminal or with `-v` how the sweep went.
pub fn report(swept: &Swept, terminal: &Terminal) {
    for undelivered in &swept.undelivered {
        terminal
            .say(&format!("warning: an alert could not be delivered and stays due: {undelivered}"));
    }
    if let Some(reason) = &swept.heartbeat_failure {
        terminal.say(&format!("warning: the heartbeat could not be sent: {reason}"));
    }
    warn_if_unsigned(swept.unsigned.as_deref(), terminal);
    for (page, trouble) in &swept.troubled {
        let warning = format!("warning: {page}: {trouble}");
        match swept.unread.contains(page) {
            true => terminal.say(&format!("{warning}; this page was never read so far")),
            false => terminal.remark(&warning),
        }
    }
    if swept.interrupted {
        terminal.say("warning: the sweep was interrupted; pages that were not visited stay due");
    }
    let visited: BTreeSet<_> = swept.checked.iter().map(|checked| &checked.page).collect();
    terminal.remark(&format!(
        "{} visited, {} changed, {} in trouble",
        pages(visited.len()),
        swept.changes,
        swept.troubled.len()
    ));
}

fn pages(count: usize) -> String {
    format!("{count} page{}", if count == 1 { "" } else { "s" })
}

fn exit_of(swept: &Swept, exit_code: bool) -> Exit {
    let has_failed = !swept.troubled.is_empty()
        || !swept.undelivered.is_empty()
        || swept.heartbeat_failure.is_some()
        || swept.interrupted;
    if has_failed {
        Exit::Partly
    } else if exit_code && 0 < swept.changes {
        Exit::Changes
    } else {
        Exit::Done
    }
}

/// A progress bar on a terminal, and a line for each page with `-v`.
struct Bar {
    bar: Option<ProgressBar>,
}

impl Bar {
    fn new(terminal: &Terminal) -> Bar {
        Bar { bar: terminal.draws_progress().then(ProgressBar::hidden) }
    }

    fn show(&mut self, progress: &Progress, terminal: &Terminal) {
        match progress {
            Progress::Begun { pages } => self.begin(*pages),
            Progress::Checked(checked) => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
                terminal.detail(&line(checked));
            }
        }
    }

    /// Draws the bar, for sweeps that are long enough to be waited for.
    fn begin(&mut self, pages: usize) {
        const PAGES_MIN: usize = 4;
        self.bar = self.bar.take().filter(|_| PAGES_MIN <= pages).map(|_| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pages, {elapsed}");
            let bar = ProgressBar::new(u64::try_from(pages).unwrap_or(u64::MAX));
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn line(checked: &Checked) -> String {
    format!("{}: {}: {}", checked.page, checked.finding.code(), checked.reasons.join("; "))
}

async fn rehearse(
    arguments: &CheckArguments,
    paths: &Paths,
    terminal: &Terminal,
    clock: &Clock,
) -> Result<Exit, CliError> {
    let scratch = tempfile::tempdir()?;
    let app = open_without_writing(paths, scratch.path())?;
    let scope = scope(&app, &arguments.pages)?;
    let judgements = sweep::rehearse(&app.watchlist, &app.archive, &scope, clock).await?;
    let mut exit = Exit::Done;
    for judgement in &judgements {
        if arguments.json {
            terminal.print_json(&rehearsed(judgement))?;
        } else {
            let reasons = judgement.reasons.join("; ");
            terminal.print(&format!(
                "{}: {}: {}",
                judgement.page,
                judgement.finding.code(),
                crate::alert::render::visible::visible(&reasons)
            ))?;
        }
        match &judgement.finding {
            Finding::Trouble(_) => exit = Exit::Partly,
            Finding::Waiting | Finding::Established
                if arguments.exit_code && exit == Exit::Done =>
            {
                exit = Exit::Changes;
            }
            Finding::First
            | Finding::Same
            | Finding::Waiting
            | Finding::Established
            | Finding::Variant => (),
        }
    }
    terminal.say("nothing was written (--dry-run)");
    Ok(exit)
}

/// Opens the archive if there is one, and an empty one elsewhere if there is none.
pub fn open_without_writing(paths: &Paths, scratch: &Path) -> Result<App, CliError> {
    if paths.archive.join("archive.db").exists() {
        return Ok(App::open_existing(paths)?);
    }
    let elsewhere = Paths { archive: scratch.to_owned(), ..paths.clone() };
    Ok(App::open(&elsewhere)?)
}

fn rehearsed(judgement: &Judgement) -> serde_json::Value {
    let events: Vec<_> = judgement
        .events
        .iter()
        .filter(|event| !matches!(event.event.what, What::Recovered { .. }))
        .map(|event| json::event(&Told { event: event.event.clone(), deliveries: Vec::new() }))
        .collect();
    json!({
        "page": judgement.page.as_str(),
        "captured_at": judgement.captured_at.to_string(),
        "finding": judgement.finding.code(),
        "reasons": judgement.reasons,
        "events": events,
    })
}
