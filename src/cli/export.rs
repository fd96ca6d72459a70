//! `export`: what is on record, for other programs.

use std::path::{Path, PathBuf};

use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        terminal::{Terminal, shown},
    },
    model::{event::EventId, page::PageId, time::Timestamp},
    monitor::{
        app::{App, Paths},
        clock::Clock,
        evidence,
        export::{
            folder,
            output::Output,
            request::{Exported, Extent},
            tables, wacz, warc,
        },
    },
};

/// Write what is on record for other programs.
///
/// A file is written whole or not at all, and one that is there is replaced; `-` is standard
/// output.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("form").required(true))]
pub struct ExportArguments {
    /// All visits as a web archive (WARC 1.1, gzip a record), which `import` reads without loss.
    #[arg(long, value_name = "FILE", group = "form", num_args = 0..=1, default_missing_value = "-")]
    warc: Option<PathBuf>,
    /// All visits as a WACZ package, which a browser replays: the web archive with an index.
    #[arg(long, value_name = "FILE", group = "form")]
    wacz: Option<PathBuf>,
    /// Visits, versions with their texts, and all that was recorded: one JSON object a line.
    #[arg(long, value_name = "FILE", group = "form", num_args = 0..=1, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// All that was recorded (changes, trouble, moves), as a table.
    #[arg(long, value_name = "FILE", group = "form", num_args = 0..=1, default_missing_value = "-")]
    csv: Option<PathBuf>,
    /// The versions as Markdown: a folder a page, a file a version.
    #[arg(long, value_name = "DIR", group = "form")]
    markdown: Option<PathBuf>,
    /// The versions as commits with the captures' dates, on the branch `pledgewatch` of a git
    /// repository, which is made if there is none; `-` prints them for `git fast-import`.
    #[arg(long, value_name = "DIR", group = "form")]
    git: Option<PathBuf>,
    /// The evidence of a change, by its id in `log`: what was captured before and after, its entries
    /// in the log with their proofs, and how others check all of it.
    #[arg(long, value_name = "CHANGE", group = "form")]
    evidence: Option<EventId>,
    /// Where the evidence goes, a folder that is not there yet; the same as a zip file goes beside it
    /// [default: `evidence-CHANGE`].
    #[arg(long, value_name = "DIR", requires = "evidence")]
    to: Option<PathBuf>,
    /// Of this page only; may be given several times.
    #[arg(long = "page", value_name = "PAGE")]
    pages: Vec<PageId>,
    /// Of the pages of this company only.
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// Captured at this time or later (a day or an RFC 3339 instant).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Captured at this time or earlier.
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

/// Runs the command.
pub fn run(
    arguments: &ExportArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let (app, clock) = (App::open_record(paths)?, Clock::system());
    if let Some(change) = &arguments.evidence {
        return put_together(&app, change, arguments.to.as_deref(), &clock, terminal);
    }
    let extent = Extent {
        pages: arguments.pages.clone(),
        company: arguments.company.clone(),
        since: arguments.since,
        until: arguments.until,
    };
    if let Some(path) = &arguments.warc {
        let output = output(path);
        let done = output.write(|out| {
            let failure = |it| output.failure(it);
            warc::write_warc(&app, &extent, clock.now(), out, &failure, &mut |_| ())
        })?;
        terminal.detail(&summary(&done, "visit", "record"));
        say_redacted(&done, terminal);
    }
    if let Some(path) = &arguments.wacz {
        let output = output(path);
        let done = output.write(|out| {
            wacz::write_wacz(&app, &extent, clock.now(), out, &|it| output.failure(it))
        })?;
        terminal.detail(&summary(&done, "visit", "record"));
        say_redacted(&done, terminal);
    }
    if let Some(path) = &arguments.json {
        let output = output(path);
        let done =
            output.write(|out| tables::write_json(&app, &extent, out, &|it| output.failure(it)))?;
        terminal.detail(&summary(&done, "record", "line"));
    }
    if let Some(path) = &arguments.csv {
        let output = output(path);
        let done =
            output.write(|out| tables::write_csv(&app, &extent, out, &|it| output.failure(it)))?;
        terminal.detail(&summary(&done, "entry", "row"));
    }
    if let Some(path) = &arguments.markdown {
        let done = folder::write_folder(&app, &extent, path)?;
        terminal.detail(&summary(&done, "version", "file"));
    }
    match &arguments.git {
        Some(path) if path.as_os_str() == "-" => {
            let output = Output::Standard;
            let failure = |it| output.failure(it);
            output.write(|out| folder::write_commits(&app, &extent, out, &failure))?;
        }
        Some(path) => {
            let done = folder::write_repository(&app, &extent, path)?;
            terminal.detail(&summary(&done, "version", "commit"));
        }
        None => (),
    }
    Ok(Exit::Done)
}

fn put_together(
    app: &App,
    change: &EventId,
    to: Option<&Path>,
    clock: &Clock,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let folder = to.map_or_else(|| evidence::default_folder(change), Path::to_owned);
    let bundle = evidence::write(app, change, &folder, clock.now())?;
    let signed = match bundle.is_signed {
        true => "",
        false => "; the log is not signed, so that nothing in it is proved by a key",
    };
    terminal.say(&format!(
        "wrote {} and {}{signed}\nREADME.txt in it says what it shows, what it does not, and how to \
         check it",
        shown(&bundle.folder),
        shown(&bundle.zip)
    ));
    Ok(Exit::Done)
}

fn output(path: &Path) -> Output {
    match path.as_os_str() == "-" {
        true => Output::Standard,
        false => Output::File(path.to_owned()),
    }
}

/// Says of how many visits the file does not have what came.
fn say_redacted(done: &Exported, terminal: &Terminal) {
    match done.redacted {
        0 => (),
        1 => terminal.say(
            "of 1 visit what came was taken out by order: the file says so in its place \
             (`redact --list` tells when and why)",
        ),
        count => terminal.say(&format!(
            "of {count} visits what came was taken out by order: the file says so in their place \
             (`redact --list` tells when and why)"
        )),
    }
}

fn summary(done: &Exported, entry: &str, record: &str) -> String {
    let counted =
        |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!(
        "exported {} of {} as {}",
        counted(done.entries, entry),
        counted(done.pages, "page"),
        counted(done.records, record)
    )
}
