//! `publish`: the pages as files.

use std::path::PathBuf;

use url::Url;

use crate::{
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    monitor::{
        app::{App, Paths},
        clock::Clock,
    },
    web::publish,
};

/// Write the pages as files for any host: no server, no script of theirs, links that lead anywhere.
#[derive(Debug, clap::Args)]
pub struct PublishArguments {
    /// The folder; one that was written before is replaced in one step.
    folder: PathBuf,
    /// The address at which it will stand, for the feeds.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
}

/// Runs the command.
pub fn run(
    arguments: &PublishArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_reading(paths)?;
    let mut url = arguments.url.clone();
    if let Some(url) = &mut url
        && !url.path().ends_with('/')
    {
        url.set_path(&format!("{}/", url.path()));
    }
    let now = Clock::system().now();
    let count = publish::publish(&app, &arguments.folder, url.as_ref(), now)?;
    terminal.say(&format!("{count} files are in {}", arguments.folder.display()));
    Ok(Exit::Done)
}
