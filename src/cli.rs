//! The door: one file a command, named as typed. The one place that prints and sets exit codes.

use std::{ffi::OsString, path::PathBuf, sync::Arc};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, error::ErrorKind};

use crate::{
    cli::deferred::Deferred,
    cli::exit::Exit,
    cli::terminal::Terminal,
    monitor::app::{Paths, defaults},
};

pub mod add;
pub mod alert;
pub mod archive;
pub mod backup;
pub mod check;
pub mod deferred;
pub mod demo;
pub mod diff;
pub mod error;
pub mod exit;
pub mod explain;
pub mod export;
pub mod forget;
pub mod import;
pub mod init;
pub mod integrity;
pub mod log;
pub mod pledges;
pub mod publish;
pub mod redact;
pub mod reextract;
pub mod rename;
pub mod review;
pub mod search;
pub mod serve;
pub mod show;
pub mod signing;
pub mod status;
pub mod terminal;
pub mod user;
pub mod verify;
pub mod watch;

/// Watches the web pages that carry corporate promises, and tells you when their wording changes.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Arguments {
    /// The watchlist.
    #[arg(long, global = true, value_name = "FILE", default_value = "watchlist.toml")]
    pub watchlist: PathBuf,
    /// The archive's folder [default: `snapshots` beside the watchlist].
    #[arg(long, global = true, value_name = "DIR")]
    pub archive: Option<PathBuf>,
    /// Say more on standard error about what is done.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 changes found (only with --exit-code); 2 the command or the watchlist is
wrong; 3 some pages or alerts failed, the rest is done; 4 the archive or the program failed.

From cron: 0 */6 * * *  cd /path/to/pledgewatch && pledgewatch check";

/// As wide as the column of keys in the long help.
const HANGING: &str = "                                            ";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented watchlist, make the archive and the key that signs its log.
    Init(Deferred<init::InitArguments>),
    /// Add a page to the watchlist: fetch it, show what would be followed, append an entry.
    Add(Deferred<add::AddArguments>),
    /// Visit the pages that are due, record what they say, and tell of changes.
    Check(Deferred<check::CheckArguments>),
    /// Stay resident and check each page as it falls due.
    Watch(Deferred<watch::WatchArguments>),
    /// Show how each watch is doing.
    Status(Deferred<status::StatusArguments>),
    /// List all that was recorded: changes, trouble, moves; alerted or not.
    Log(Deferred<log::LogArguments>),
    /// Print the text of a page as it was.
    Show(Deferred<show::ShowArguments>),
    /// Find a phrase in all versions of all pages: from when to when it stood where.
    Search(Deferred<search::SearchArguments>),
    /// Show how two versions of a page differ.
    Diff(Deferred<diff::DiffArguments>),
    /// Say why a page's latest visits were or were not alerted.
    Explain(Deferred<explain::ExplainArguments>),
    /// List the pledges and how each stands, show one's whole life, add to it by hand.
    Pledges(Deferred<pledges::PledgesArguments>),
    /// Go through changes: confirm, dismiss or escalate each; nothing is deleted.
    Review(Deferred<review::ReviewArguments>),
    /// List alerts, test channels, retry deliveries.
    Alert(Deferred<alert::AlertArguments>),
    /// Show the record in the browser, and review it there.
    Serve(Deferred<serve::ServeArguments>),
    /// Write the pages of `serve` as files for any host.
    Publish(Deferred<publish::PublishArguments>),
    /// Say who may sign in to the pages.
    User(Deferred<user::UserArguments>),
    /// Import captures that others made: web archives (WARC), or pages saved by hand.
    Import(Deferred<import::ImportArguments>),
    /// Write what is on record for other programs: web archives that `import` reads back.
    Export(Deferred<export::ExportArguments>),
    /// Read everything that is kept again, with today's extractor and selections.
    Reextract(Deferred<reextract::ReextractArguments>),
    /// Rename a page's id, in the watchlist and in the archive.
    Rename(Deferred<rename::RenameArguments>),
    /// Copy the archive while it is used, and prove the copy.
    Backup(Deferred<backup::BackupArguments>),
    /// Keep the archive itself small.
    Archive(Deferred<archive::ArchiveArguments>),
    /// Take bytes out of the archive that must go by order; their digests stay.
    Redact(Deferred<redact::RedactArguments>),
    /// Take all that a page said out of the archive; that it was visited stays.
    Forget(Deferred<forget::ForgetArguments>),
    /// Check everything that is kept against its digests.
    Verify(Deferred<verify::VerifyArguments>),
    /// Show the log's signed head, make its key, or write its files for publishing.
    Integrity(Deferred<integrity::IntegrityArguments>),
    /// Play the story of three pledges, with no network.
    Demo(Deferred<demo::DemoArguments>),
}

/// Runs the command line and returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut parsed = parse(Arguments::command(), &arguments);
    let is_help = |kind| {
        use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand};
        matches!(kind, DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand)
    };
    if parsed.as_ref().is_err_and(|error| is_help(error.kind())) {
        parsed = parse(Arguments::command().after_long_help(long_help()), &arguments);
    }
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            let is_asked = error.exit_code() == 0;
            let printed = error.print();
            return if is_asked && printed.is_ok() { Exit::Done } else { Exit::Wrong };
        }
    };
    refuse_to_die_of_large_files();
    let terminal = Terminal::new(arguments.verbose);
    let paths = paths(&arguments);
    match dispatch(arguments.command, &paths, &terminal) {
        Ok(exit) => exit,
        Err(error) => {
            terminal.error(&error);
            error.exit
        }
    }
}

fn parse(command: clap::Command, arguments: &[OsString]) -> Result<Arguments, clap::Error> {
    Arguments::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// Where files may not grow (`ulimit -f`), a write shall fail and be told, not kill the program.
fn refuse_to_die_of_large_files() {
    // Once listened for, the signal has lost its own effect. A system that does not know it does
    // not send it.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

/// Returns what `--help` says after the commands: exit codes, and each key's default.
fn long_help() -> String {
    let mut help = format!("{AFTER_HELP}\n\nThe watchlist's keys and their defaults:\n");
    for row in defaults() {
        let default = format!("{} = {}", row.key, row.value);
        let options = textwrap::Options::new(100).initial_indent("  ").subsequent_indent(HANGING);
        help.push_str(&textwrap::fill(&format!("{default:<41} {}", row.means), options));
        help.push('\n');
    }
    help
}

fn paths(arguments: &Arguments) -> Paths {
    let watchlist = arguments.watchlist.clone();
    let archive =
        arguments.archive.clone().unwrap_or_else(|| watchlist.with_file_name("snapshots"));
    Paths { watchlist, archive }
}

fn dispatch(command: Command, paths: &Paths, terminal: &Terminal) -> Result<Exit, error::CliError> {
    match command {
        Command::Init(Deferred(arguments)) => init::run(&arguments, paths, terminal),
        Command::Add(Deferred(arguments)) => add::run(arguments, paths, terminal),
        Command::Check(Deferred(arguments)) => check::run(&arguments, paths, terminal),
        Command::Watch(Deferred(arguments)) => watch::run(&arguments, paths, terminal),
        Command::Status(Deferred(arguments)) => status::run(&arguments, paths, terminal),
        Command::Log(Deferred(arguments)) => log::run(&arguments, paths, terminal),
        Command::Show(Deferred(arguments)) => show::run(&arguments, paths, terminal),
        Command::Search(Deferred(arguments)) => search::run(&arguments, paths, terminal),
        Command::Backup(Deferred(arguments)) => backup::run(&arguments, paths, terminal),
        Command::Archive(Deferred(arguments)) => archive::run(&arguments, paths, terminal),
        Command::Redact(Deferred(arguments)) => redact::run(&arguments, paths, terminal),
        Command::Forget(Deferred(arguments)) => forget::run(&arguments, paths, terminal),
        Command::Diff(Deferred(arguments)) => diff::run(&arguments, paths, terminal),
        Command::Explain(Deferred(arguments)) => explain::run(&arguments, paths, terminal),
        Command::Pledges(Deferred(arguments)) => pledges::run(&arguments, paths, terminal),
        Command::Review(Deferred(arguments)) => review::run(&arguments, paths, terminal),
        Command::Alert(Deferred(arguments)) => alert::run(&arguments, paths, terminal),
        Command::Serve(Deferred(arguments)) => serve::run(&arguments, paths, terminal),
        Command::Publish(Deferred(arguments)) => publish::run(&arguments, paths, terminal),
        Command::User(Deferred(arguments)) => user::run(&arguments, paths, terminal),
        Command::Import(Deferred(arguments)) => import::run(&arguments, paths, terminal),
        Command::Export(Deferred(arguments)) => export::run(&arguments, paths, terminal),
        Command::Reextract(Deferred(arguments)) => reextract::run(&arguments, paths, terminal),
        Command::Rename(Deferred(arguments)) => rename::run(&arguments, paths, terminal),
        Command::Verify(Deferred(arguments)) => verify::run(&arguments, paths, terminal),
        Command::Integrity(Deferred(arguments)) => integrity::run(&arguments, paths, terminal),
        Command::Demo(Deferred(arguments)) => demo::run(&arguments, terminal),
    }
}
