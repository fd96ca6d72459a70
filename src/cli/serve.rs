//! `serve`: the pages in the browser.

use std::net::SocketAddr;

use url::Url;

use crate::{
    cli::{
        check::{runtime, stop_on_signal},
        error::CliError,
        exit::Exit,
        terminal::Terminal,
    },
    monitor::{app::Paths, sweep::stopped},
    web::{
        serve::{Server, state::Options},
        users,
    },
};

/// Serve the record to browsers: what changed, how pledges stand, and, with --review, the review.
#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    /// Where to listen; port 0 lets the system choose one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// The address by which people reach it, where something else, such as a proxy that speaks
    /// https, stands before it.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// Let those review who may (`pledgewatch user add`); without it nothing can be altered.
    #[arg(long)]
    review: bool,
    /// Let only those read who sign in.
    #[arg(long)]
    private: bool,
}

/// Runs the command: until it is asked to stop (SIGINT, SIGTERM).
pub fn run(
    arguments: &ServeArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let file = users::file_beside(&paths.watchlist);
    let users = users::read(&file)?;
    if users.is_empty() && (arguments.review || arguments.private) {
        return Err(CliError::wrong(
            "nobody may sign in yet",
            "`pledgewatch user add NAME` lets somebody in, and prints a password",
        ));
    }
    let mut url = arguments.url.clone();
    if let Some(url) = &mut url {
        if !["http", "https"].contains(&url.scheme()) || url.path() != "/" || url.query().is_some()
        {
            return Err(CliError::wrong(
                format!("cannot serve <{url}>"),
                "name a host alone: `--url https://watch.example.org/`",
            ));
        }
        url.set_fragment(None);
    }
    let options = Options {
        listen: arguments.listen,
        url: url.clone(),
        may_review: arguments.review,
        is_private: arguments.private,
        users: file,
    };
    let runtime = runtime()?;
    let mut stop = stop_on_signal(&runtime);
    runtime.block_on(async {
        let server = Server::open(paths, options).await?;
        let address = server.address()?;
        let reached = url.map_or_else(|| format!("http://{address}/"), String::from);
        terminal.print(&format!("serving {reached}"))?;
        if !address.ip().is_loopback() && !arguments.private {
            terminal.say("warning: whoever reaches this address can read the record");
        }
        server.run(async { stopped(&mut stop).await }).await;
        Ok::<(), CliError>(())
    })?;
    runtime.shutdown_background();
    Ok(Exit::Done)
}
