//! `demo`: the story of three pledges, played by the real program on a site of its own.
//!
//! The site is on 127.0.0.1 and its pages are edited between sweeps; the clock that the sweeps
//! are handed runs through the summer of 2020 and on. Nothing of the network is touched.

pub mod site;
pub mod story;

use std::fs;

use crate::{
    alert::render::{DiffView, terminal as rendered},
    cli::{
        check::{print_alerts, runtime},
        demo::{site::Site, story::Act},
        error::CliError,
        exit::Exit,
        terminal::Terminal,
    },
    model::{page::PageId, time::Timestamp},
    monitor::{
        app::{App, MonitorError, Paths},
        clock::Clock,
        history::{self, Which},
        sweep::{self, Scope, Sweep},
    },
};

/// Play the story of three pledges, with no network.
#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    /// Keep the demo's watchlist and archive in this folder, which must not exist yet.
    #[arg(long, value_name = "DIR")]
    keep: Option<std::path::PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &DemoArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let scratch = tempfile::tempdir()?;
    let folder = match &arguments.keep {
        Some(folder) if folder.exists() => {
            return Err(CliError::wrong(
                format!("{} exists already", folder.display()),
                "name a folder that does not exist yet",
            ));
        }
        Some(folder) => folder.clone(),
        None => scratch.path().join("demo"),
    };
    fs::create_dir_all(&folder)?;
    let site = Site::start()?;
    let paths =
        Paths { watchlist: folder.join("watchlist.toml"), archive: folder.join("snapshots") };
    fs::write(&paths.watchlist, story::watchlist(site.port()))?;
    terminal.print(story::OPENING)?;
    let mut app = App::open(&paths)?;
    for act in story::acts() {
        play(&act, &site, &mut app, terminal)?;
    }
    show_diff(&app, terminal)?;
    app.archive.close().map_err(MonitorError::from)?;
    terminal.print(story::CLOSING)?;
    if let Some(folder) = &arguments.keep {
        terminal.say(&format!("the demo's watchlist and archive are in {}", folder.display()));
    }
    Ok(Exit::Done)
}

/// Edits the site, sweeps at the act's time, and prints what the sweep tells.
fn play(act: &Act, site: &Site, app: &mut App, terminal: &Terminal) -> Result<(), CliError> {
    let at: Timestamp = act.at.parse().expect("the story's times are valid");
    terminal.print(&format!("\n[{}] {}\n", at.minute(), act.told))?;
    for (path, page) in &act.pages {
        site.serve(path, page.clone());
    }
    let clock = Clock::starting_at(at);
    let (_sender, mut stop) = tokio::sync::watch::channel(false);
    let runtime = runtime()?;
    let swept = runtime.block_on(sweep::sweep(app, &Scope::Due, &clock, &mut stop, &mut |_| ()))?;
    let Sweep::Done(mut swept) = swept else { return Ok(()) };
    for checked in &swept.checked {
        terminal.print(&format!(
            "    {:<10} {}",
            checked.page,
            checked.reasons.first().map_or("", String::as_str)
        ))?;
    }
    if swept.printed.is_empty() {
        terminal.print("    (no alert)")?;
        return Ok(());
    }
    terminal.print("")?;
    print_alerts(app, &mut swept, false, terminal, &clock)
}

fn show_diff(app: &App, terminal: &Terminal) -> Result<(), CliError> {
    let page: PageId = story::EDITED.parse().expect("the story's ids are valid");
    let compared = history::compare(app, &page, Which::BeforeLatest, Which::Latest)?;
    let watch = app.watchlist.watch(&page);
    terminal.print(&format!("\n$ pledgewatch diff {page}\n"))?;
    let view = DiffView {
        company: watch.map_or("", |watch| watch.company.as_str()),
        title: watch.map_or("", |watch| watch.title.as_str()),
        url: watch.map_or("", |watch| watch.url().as_str()),
        before_label: &format!("version {}", compared.before.version.number),
        after_label: &format!("version {}", compared.after.version.number),
        before: &compared.before.text,
        after: &compared.after.text,
        diff: &compared.diff,
    };
    terminal.print(&rendered::diff(&view, &terminal.look))
}
