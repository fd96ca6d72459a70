//! `verify`: is everything that is kept as it was recorded?

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    monitor::{
        app::{App, Paths},
        history, integrity, keep,
    },
};

/// Check everything that is kept against its digests.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    /// Print one JSON object for each damage.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(
    arguments: &VerifyArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    let mut proved = BTreeMap::new();
    let damages = history::verify(&app, &mut |progress| {
        proved.insert(progress.stage, progress.done);
    })?;
    for damage in &damages {
        if arguments.json {
            terminal.print_json(&json!({ "what": damage.what, "problem": damage.problem }))?;
        } else {
            terminal.print(&format!("damaged: {}: {}", damage.what, damage.problem))?;
        }
    }
    if damages.is_empty() {
        let counted: Vec<String> =
            proved.iter().map(|(stage, count)| format!("{count} {stage}")).collect();
        terminal.detail(&format!("proved {}", counted.join(", ")));
        let removals = match keep::removals(&app)?.len() {
            0 => String::new(),
            1 => "; 1 removal by order is on record (`redact --list`)".to_owned(),
            count => format!("; {count} removals by order are on record (`redact --list`)"),
        };
        let stands = integrity::stands(&app)?;
        let size = stands.head.map(|head| head.size);
        let unsigned = match size.map(|size| stands.entries.saturating_sub(size)) {
            None | Some(0) => String::new(),
            Some(1) => "; the last entry of its log is not signed yet".to_owned(),
            Some(count) => format!("; the last {count} entries of its log are not signed yet"),
        };
        terminal.say(&format!("the archive is whole{removals}{unsigned}"));
        return Ok(Exit::Done);
    }
    terminal.say(&format!(
        "{} thing{} damaged; nothing was altered by this check. Restore a backup beside the \
         archive to read what is lost",
        damages.len(),
        if damages.len() == 1 { " is" } else { "s are" }
    ));
    Ok(Exit::Failed)
}
