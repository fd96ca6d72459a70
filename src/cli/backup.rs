//! `backup`: a copy of the archive, made while it is used, and proved.

use std::path::{Path, PathBuf};

use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        terminal::{Terminal, shown},
    },
    monitor::{
        app::{App, Paths},
        keep::{self, BackedUp},
    },
};

/// Copy the archive, for every night: as of one instant, proved against its digests, while a sweep
/// may go on.
///
/// A copy gets its name when it is whole; one of that name before stays until then.
#[derive(Debug, clap::Args)]
pub struct BackupArguments {
    /// A file for the database; or a folder, which is an archive's then: with the log and all else
    /// that stands beside the database.
    #[arg(value_name = "FILE|DIR")]
    target: PathBuf,
}

/// Runs the command.
pub fn run(
    arguments: &BackupArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    let target = &arguments.target;
    let backed = match is_folder(target) {
        true => keep::back_up_all(&app, target)?,
        false => keep::back_up(&app, target)?,
    };
    match backed {
        BackedUp::Whole { path, bytes } => {
            let size = bytes as f64 / 1e6;
            terminal.detail(&format!("copied {size:.1} MB to {}, and proved them", shown(&path)));
            Ok(Exit::Done)
        }
        BackedUp::Damaged(damages) => {
            for damage in &damages {
                terminal.print(&format!("damaged: {}: {}", damage.what, damage.problem))?;
            }
            terminal.say("the archive is damaged, and so is the copy, which was not kept");
            Ok(Exit::Failed)
        }
    }
}

fn is_folder(target: &Path) -> bool {
    let ends_so = target.to_string_lossy().ends_with(std::path::is_separator);
    ends_so || target.is_dir()
}
