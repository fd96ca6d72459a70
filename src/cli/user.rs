//! `user`: who may sign in to `serve`.

use std::io::{self, BufRead as _, Read as _};

use serde_json::json;

use crate::{
    alert::render::visible::visible,
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::review::Reviewer,
    monitor::app::Paths,
    web::users::{self, PASSWORD_BYTES_MAX, Rights},
};

/// Say who may sign in to the pages that `serve` serves.
#[derive(Debug, clap::Args)]
pub struct UserArguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Let somebody in, or give them another password; prints one that nobody can guess.
    Add {
        /// Who: the name that stands beside their decisions.
        name: Reviewer,
        /// They may read where only those may who sign in, and not review.
        #[arg(long)]
        read_only: bool,
        /// Take the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let somebody in no more; their decisions stay.
    Remove {
        /// Who.
        name: String,
    },
    /// List who may sign in.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(
    arguments: &UserArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let file = users::file_beside(&paths.watchlist);
    match &arguments.act {
        Act::Add { name, read_only, password_stdin } => {
            let rights = if *read_only { Rights::Read } else { Rights::Review };
            let password = match password_stdin {
                true => first_line()?,
                false => users::new_password()?,
            };
            users::add(&file, name, rights, &password)?;
            terminal
                .say(&format!("{name} may sign in; `pledgewatch serve --review` lets them review"));
            if !password_stdin {
                terminal.say("their password, which is kept nowhere:");
                terminal.print(&password)?;
            }
        }
        Act::Remove { name } => {
            users::remove(&file, name)?;
            terminal.say(&format!("{name} may sign in no more"));
        }
        Act::List { json } => {
            for user in users::read(&file)? {
                let (name, rights) = (user.name.as_str(), user.rights.code());
                match json {
                    true => terminal.print_json(&json!({ "name": name, "may": rights }))?,
                    false => terminal.print(&format!("{}: {rights}", visible(name)))?,
                }
            }
        }
    }
    Ok(Exit::Done)
}

fn first_line() -> Result<String, CliError> {
    let most = u64::try_from(PASSWORD_BYTES_MAX + 2).unwrap_or(u64::MAX);
    let mut line = String::new();
    io::BufReader::new(io::stdin().lock().take(most)).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
