//! `alert list`, `alert test`, `alert retry`.

use clap::Subcommand;
use serde_json::json;

use crate::{
    alert::render::{terminal as rendered, visible},
    cli::{
        check::runtime, error::CliError, exit::Exit, log::print_told, signing::close,
        terminal::Terminal,
    },
    model::{
        channel::ChannelKind,
        event::{Delivery, DeliveryState},
        page::PageId,
    },
    monitor::{
        app::{App, Paths},
        clock::Clock,
        outbox,
    },
};

/// List alerts, test channels, retry deliveries.
#[derive(Debug, clap::Args)]
pub struct AlertArguments {
    #[command(subcommand)]
    command: AlertCommand,
}

#[derive(Debug, Subcommand)]
enum AlertCommand {
    /// List the alerts, oldest first, with how far their deliveries got.
    List {
        /// Of this page only.
        page: Option<PageId>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Send a test alert through the channels, to prove that they work.
    Test {
        /// Only these channels.
        channels: Vec<String>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Make all deliveries that failed, or were given up, due at the next sweep.
    Retry {},
}

/// Runs the command.
pub fn run(
    arguments: &AlertArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    match &arguments.command {
        AlertCommand::List { page, json } => list(page.as_ref(), *json, paths, terminal),
        AlertCommand::Test { channels, json } => test(channels, *json, paths, terminal),
        AlertCommand::Retry {} => retry(paths, terminal),
    }
}

fn list(
    page: Option<&PageId>,
    as_json: bool,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    if let Some(page) = page {
        app.known_page(page)?;
    }
    let alerts = outbox::alerts(&app, page)?;
    if alerts.is_empty() && !as_json {
        terminal.say("no alert yet");
    }
    for told in &alerts {
        print_told(told, as_json, terminal)?;
        for delivery in told.deliveries.iter().filter(|_| !as_json) {
            terminal.print(&format!("    {}", delivery_line(delivery)))?;
        }
    }
    Ok(Exit::Done)
}

/// Returns how far a delivery got, on one line.
pub fn delivery_line(delivery: &Delivery) -> String {
    let to = format!("to {} ({})", delivery.addressee.recipient, delivery.addressee.channel);
    let state = match delivery.state {
        DeliveryState::Delivered(at) => format!("delivered {}", at.minute()),
        DeliveryState::Due(at) if delivery.attempts == 0 => format!("due since {}", at.minute()),
        DeliveryState::Due(at) => {
            format!("failed {} times, due again {}", delivery.attempts, at.minute())
        }
        DeliveryState::GivenUp(at) => format!("given up {}", at.minute()),
    };
    let error = delivery.last_error.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
    visible::visible(&format!("{to}: {state}{error}"))
}

fn test(
    names: &[String],
    as_json: bool,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open(paths)?;
    let runtime = runtime()?;
    let tested = runtime.block_on(outbox::test_channels(&app, names, &Clock::system()));
    runtime.shutdown_background();
    let (event, tested) = tested?;
    let prints = |name: &String| name == "stdout" || is_stdout(&app, name);
    if !as_json && (names.is_empty() || names.iter().any(prints)) {
        terminal.print(&rendered::event(&event, &terminal.look))?;
    }
    let mut exit = Exit::Done;
    for test in &tested {
        let to = &test.addressee;
        let outcome = match &test.outcome {
            Ok(()) => "accepted".to_owned(),
            Err(reason) => {
                exit = Exit::Partly;
                format!("failed: {reason}")
            }
        };
        if as_json {
            terminal.print_json(&json!({
                "channel": to.channel,
                "recipient": to.recipient,
                "accepted": test.outcome.is_ok(),
                "error": test.outcome.as_ref().err(),
            }))?;
        } else {
            terminal.say(&format!("{} to {}: {outcome}", to.channel, to.recipient));
        }
    }
    if tested.is_empty() && names.is_empty() {
        terminal.say("the watchlist has no channel beside standard output");
    }
    Ok(exit)
}

fn is_stdout(app: &App, name: &str) -> bool {
    let is_it = |channel: &&crate::model::channel::Channel| channel.name == name;
    app.watchlist.channels.iter().find(is_it).is_some_and(|it| it.kind == ChannelKind::Stdout)
}

fn retry(paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    let mut app = App::open_existing(paths)?;
    let count = outbox::retry(&mut app, Clock::system().now())?;
    terminal.say(&format!(
        "{count} deliver{} due; the next `pledgewatch check` tries them",
        if count == 1 { "y is" } else { "ies are" }
    ));
    close(app, terminal)?;
    Ok(Exit::Done)
}
