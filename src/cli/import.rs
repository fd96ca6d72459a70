//! `import`: captures that others made, on the path of a live visit.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli::{
        check::{print_alerts, runtime, stop_on_signal},
        error::CliError,
        exit::Exit,
        signing::close,
        terminal::Terminal,
    },
    model::{page::PageId, time::Timestamp},
    monitor::{
        app::{App, Paths},
        clock::Clock,
        import::{
            self, Outcome,
            request::{Imported, Input, Progress, Request, Telling},
        },
        outbox,
        swept::Swept,
    },
};

/// Import captures that others made: web archives (WARC), or pages saved by hand.
///
/// They are judged in order of time, as if `check` had run at the date of each. Importing the same
/// again adds nothing.
#[derive(Debug, clap::Args)]
pub struct ImportArguments {
    /// The files; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Take all captures as this page; without it, each address is a page.
    #[arg(long = "as", value_name = "PAGE")]
    page: Option<PageId>,
    /// The files are HTML, saved from a browser at this time (a day or an RFC 3339 instant).
    #[arg(long, value_name = "TIME", requires = "page")]
    at: Option<Timestamp>,
    /// Send the alerts; without it they are recorded and nobody is told.
    #[arg(long)]
    send: bool,
    /// With --send, print alerts as JSON, one object a line.
    #[arg(long, requires = "send")]
    json: bool,
}

/// Runs the command.
pub fn run(
    arguments: &ImportArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let (clock, began) = (Clock::system(), Instant::now());
    let mut app = App::open_unlisted(paths)?;
    let bar = bar(terminal);
    let imported =
        import::import(&mut app, &request(arguments), &clock, &mut |progress| match progress {
            Progress::Found(captures) => bar.set_length(captures),
            Progress::Done(captures) => bar.inc(captures),
            Progress::ToPack(bodies) => {
                bar.set_length(bodies);
                bar.set_message("bodies to pack");
            }
            Progress::Packed(bodies) => bar.set_position(bodies),
            Progress::Flaw(words) => bar.suspend(|| terminal.say(&format!("warning: {words}"))),
        });
    bar.finish_and_clear();
    let imported = match imported? {
        Outcome::Done(imported) => imported,
        Outcome::Running(_) => {
            return Err(CliError::wrong(
                "a sweep is running, which an import must not disturb",
                "run it again when the sweep is over",
            ));
        }
    };
    terminal.say(&summary(&imported, began.elapsed()));
    let mut exit = if imported.damaged == 0 { Exit::Done } else { Exit::Partly };
    if arguments.send {
        let mut swept = Swept::default();
        let runtime = runtime()?;
        let stop = stop_on_signal(&runtime);
        runtime.block_on(outbox::deliver_due(&mut app, &clock, &stop, &mut swept))?;
        print_alerts(&mut app, &mut swept, arguments.json, terminal, &clock)?;
        for undelivered in &swept.undelivered {
            terminal.say(&format!("warning: an alert stays due: {undelivered}"));
            exit = Exit::Partly;
        }
    }
    close(app, terminal)?;
    Ok(exit)
}

fn request(arguments: &ImportArguments) -> Request {
    let input = |path: &PathBuf| match path.as_os_str() == "-" {
        true => Input::Standard,
        false => Input::File(path.clone()),
    };
    Request {
        inputs: arguments.files.iter().map(input).collect(),
        page: arguments.page.clone(),
        saved_at: arguments.at,
        telling: if arguments.send { Telling::Everyone } else { Telling::Nobody },
    }
}

fn bar(terminal: &Terminal) -> ProgressBar {
    if !terminal.draws_progress() {
        return ProgressBar::hidden();
    }
    let template = "{bar:30} {pos}/{len} {msg}, {elapsed}, {eta} to go";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(0).with_message("captures");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// Returns what an import came to, on one line.
fn summary(imported: &Imported, took: Duration) -> String {
    let mut parts = vec![format!(
        "imported {} ({:.1} MB) of {} in {:.1} s",
        counted(imported.captures, "capture"),
        imported.bytes as f64 / 1e6,
        counted(imported.pages.len() as u64, "page"),
        took.as_secs_f64()
    )];
    parts.push(format!("{} of wording", counted(imported.changes, "change")));
    let passed_over = [
        (imported.on_record, "on record already"),
        (imported.redirects, "left out, since they redirect"),
        (imported.unknown_repeats, "left out, since they repeat a body that is not on record"),
        (imported.no_pages, "left out, since they are no page of text"),
        (
            imported.partial,
            "left out, since their page is made of several addresses, and they are of none of \
             these or before the first of another",
        ),
        (imported.damaged, "damaged"),
    ];
    for (count, what) in passed_over.into_iter().filter(|(count, _)| 0 < *count) {
        parts.push(format!("{count} {what}"));
    }
    if !imported.anew.is_empty() {
        parts.push(format!(
            "{} lie before visits on record, so {} judged anew, nobody being told",
            counted(imported.early, "capture"),
            counted(imported.anew.len() as u64, "page")
        ));
    }
    parts.join("; ")
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
