//! `reextract`: everything that is kept, read again with today's extractor and selections.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::{
    alert::render::{DiffView, json as rendered_json, plain, terminal as rendered},
    cli::{error::CliError, exit::Exit, signing::close, terminal::Terminal},
    model::page::PageId,
    monitor::{
        app::{App, Paths},
        clock::Clock,
        reextract::{
            self,
            request::{Mode, Outcome, PageReread, Progress, Reach, Request, VersionReread},
        },
    },
};

/// Read everything that is kept again, with today's extractor and selections.
///
/// Nothing is fetched and nobody is told. What was read before stays on record, superseded. It can
/// be stopped at any moment and run again, and goes on from there.
#[derive(Debug, clap::Args)]
pub struct ReextractArguments {
    /// The pages; all if none is named.
    pages: Vec<PageId>,
    /// Write nothing, and list what would read differently.
    #[arg(long)]
    dry_run: bool,
    /// Show how the texts of each version differ.
    #[arg(long)]
    diff: bool,
    /// Read what was read with today's extractor and selection as well.
    #[arg(long)]
    all: bool,
    /// Print one JSON object for each version and page.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(
    arguments: &ReextractArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let (clock, began) = (Clock::system(), Instant::now());
    let mut app = App::open_existing_unlisted(paths)?;
    let request = Request {
        pages: arguments.pages.clone(),
        mode: if arguments.dry_run { Mode::Rehearse } else { Mode::Record },
        reach: if arguments.all { Reach::All } else { Reach::Outdated },
    };
    let bar = bar(terminal);
    let (mut total, mut printed) = (Total::default(), Ok(()));
    let outcome =
        reextract::reextract(&mut app, &request, &clock, &mut |progress| match progress {
            Progress::Found(visits) => bar.set_length(visits),
            Progress::Done(visits) => bar.inc(visits),
            Progress::Page(page) => {
                total.add(page);
                let print = || bar.suspend(|| print(page, arguments, terminal));
                if printed.is_ok() {
                    printed = print();
                }
            }
        });
    bar.finish_and_clear();
    if let Outcome::Running(_) = outcome? {
        return Err(CliError::wrong(
            "a sweep is running, which must not be disturbed",
            "run it again when the sweep is over, or with --dry-run",
        ));
    }
    printed?;
    terminal.say(&total.summary(request.mode, began.elapsed()));
    if request.mode == Mode::Record {
        close(app, terminal)?;
    }
    Ok(Exit::Done)
}

fn bar(terminal: &Terminal) -> ProgressBar {
    if !terminal.draws_progress() {
        return ProgressBar::hidden();
    }
    let template = "{bar:30} {pos}/{len} visits, {elapsed}, {eta} to go";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(0);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// Prints what reads differently on a page; nothing if nothing does.
fn print(
    page: &PageReread,
    arguments: &ReextractArguments,
    terminal: &Terminal,
) -> Result<(), CliError> {
    let told = |version: &&VersionReread| version.differs() || version.after.is_none();
    let versions: Vec<&VersionReread> = page.versions.iter().filter(told).collect();
    if versions.is_empty() && page.differing == 0 && page.unreadable == 0 && !page.left_out {
        return Ok(());
    }
    if arguments.json {
        for version in &versions {
            terminal.print_json(&version_json(page, version, arguments.diff))?;
        }
        return terminal.print_json(&page_json(page));
    }
    terminal.print(&page_line(page))?;
    for version in versions {
        terminal.print(&version_line(version))?;
        if arguments.diff && version.differs() {
            with_view(page, version, |view| {
                terminal.print(&match terminal.draws_color() {
                    true => rendered::diff(view, &terminal.look),
                    false => plain::diff(view),
                })
            })?;
        }
    }
    Ok(())
}

fn page_line(page: &PageReread) -> String {
    if page.left_out {
        return format!(
            "{}: left as it is, since the watchlist has it no more and its selection is not known",
            page.page
        );
    }
    let mut line = match page.reread {
        0 => format!("{}: its visits were read again before", page.page),
        reread => format!(
            "{}: {} of {} that were read again read differently",
            page.page,
            page.differing,
            counted(reread, "visit")
        ),
    };
    if 0 < page.unreadable {
        line.push_str(&format!(
            "; {} cannot be read so and stay{} as read before",
            counted(page.unreadable, "visit"),
            if page.unreadable == 1 { "s" } else { "" }
        ));
    }
    line
}

fn version_line(version: &VersionReread) -> String {
    let (before, after) = version.differing;
    let name =
        format!("    version {} of {}", version.version.number, version.version.first_at.minute());
    match version.after {
        None => format!("{name}: cannot be read so and stays as read before"),
        Some(_) => format!(
            "{name}: {} differ, {before} of {} before and {after} of {} after",
            counted(before.max(after) as u64, "block"),
            version.before.blocks.len(),
            version.after.as_ref().map_or(0, |text| text.blocks.len())
        ),
    }
}

fn version_json(page: &PageReread, version: &VersionReread, with_diff: bool) -> Value {
    let mut object = json!({
        "page": page.page.as_str(),
        "version": version.version.number,
        "first_at": version.version.first_at.to_string(),
        "is_readable": version.after.is_some(),
        "visit": version.visit.map(|visit| visit.to_string()),
        "blocks_before": version.before.blocks.len(),
        "blocks_after": version.after.as_ref().map(|text| text.blocks.len()),
        "blocks_differing_before": version.differing.0,
        "blocks_differing_after": version.differing.1,
        "text_before": version.before.digest().to_string(),
        "text_after": version.after.as_ref().map(|text| text.digest().to_string()),
    });
    if with_diff && version.differs() {
        with_view(page, version, |view| object["diff"] = rendered_json::diff(view));
    }
    object
}

fn page_json(page: &PageReread) -> Value {
    json!({
        "page": page.page.as_str(),
        "left_out": page.left_out,
        "visits": page.visits,
        "visits_reread": page.reread,
        "visits_differing": page.differing,
        "visits_unreadable": page.unreadable,
        "versions_reread": page.versions.len(),
        "versions_differing": page.versions.iter().filter(|it| it.differs()).count(),
    })
}

/// Hands over a version's two texts as a diff.
fn with_view<T>(
    page: &PageReread,
    version: &VersionReread,
    show: impl FnOnce(&DiffView) -> T,
) -> T {
    let after = version.after.as_ref().unwrap_or(&version.before);
    let diff = reextract::diff(version);
    let labels = ["read before", "read now"]
        .map(|read| format!("version {}, as it was {read}", version.version.number));
    show(&DiffView {
        company: "",
        title: page.page.as_str(),
        url: "",
        before_label: &labels[0],
        after_label: &labels[1],
        before: &version.before,
        after,
        diff: &diff,
    })
}

/// What all pages came to.
#[derive(Default)]
struct Total {
    pages: u64,
    reread: u64,
    differing: u64,
    unreadable: u64,
    versions: u64,
    versions_differing: u64,
}

impl Total {
    fn add(&mut self, page: &PageReread) {
        self.pages += 1;
        self.reread += page.reread;
        self.differing += page.differing;
        self.unreadable += page.unreadable;
        self.versions += page.versions.len() as u64;
        self.versions_differing += page.versions.iter().filter(|it| it.differs()).count() as u64;
    }

    fn summary(&self, mode: Mode, took: Duration) -> String {
        let reads = match mode {
            Mode::Record => "read",
            Mode::Rehearse => "would read",
        };
        let mut summary = format!(
            "read {} of {} again in {:.1} s; {} {reads} differently, and {} of {}",
            counted(self.reread, "visit"),
            counted(self.pages, "page"),
            took.as_secs_f64(),
            self.differing,
            self.versions_differing,
            counted(self.versions, "version")
        );
        if 0 < self.unreadable {
            summary.push_str(&format!("; {} cannot be read so", counted(self.unreadable, "visit")));
        }
        summary
    }
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
