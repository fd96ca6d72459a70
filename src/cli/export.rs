//! `export`: what is on record, for other programs.

use std::path::{Path, PathBuf};

use crate::{
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{page::PageId, time::Timestamp},
    monitor::{
        app::{App, Paths},
        clock::Clock,
        export::{
            output::Output,
            request::{Exported, Extent},
            warc,
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
    let extent = Extent {
        pages: arguments.pages.clone(),
        company: arguments.company.clone(),
        since: arguments.since,
        until: arguments.until,
    };
    if let Some(path) = &arguments.warc {
        let output = output(path);
        let done = output.write(|out| {
            warc::write_warc(&app, &extent, clock.now(), out, &|it| output.failure(it))
        })?;
        terminal.detail(&summary(&done, "visit", "record"));
    }
    Ok(Exit::Done)
}

fn output(path: &Path) -> Output {
    match path.as_os_str() == "-" {
        true => Output::Standard,
        false => Output::File(path.to_owned()),
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
