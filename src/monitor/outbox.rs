//! Alerts on their way: each delivery is tried until it succeeds, later each time.

use std::collections::BTreeMap;

use tokio::sync::watch::Receiver;

use crate::{
    alert::{
        deliver::{self, post::Post},
        render::message::Message,
    },
    archive::events::{EventQuery, ToldFilter},
    fetch::client::guarded_client,
    model::{
        channel::{Channel, ChannelKind},
        event::{Addressee, Event, EventId, Telling, Told, What},
        page::PageId,
        time::Timestamp,
        watch::{Heartbeat, Settings},
    },
    monitor::{
        app::{App, MonitorError},
        clock::Clock,
        outbox::{
            attempt::{attempt, checked, find_channel, settle},
            round::Round,
        },
        seal::{self, Sealed},
        swept::Swept,
    },
};

pub mod feeds;

mod attempt;
mod round;

/// Delivers everything that is due. Alerts for standard output are handed back in
/// `swept.printed`: the caller prints them and then says so with [`printed`].
///
/// A channel that fails delays no other: after a few failures in a row, its other deliveries stay
/// due without being tried in this run. In the quiet hours of a channel, and before the time of its
/// digest, what is due stays due. When `stop` turns true, the rest stays due.
/// Where the log could not be signed, that is the failure that is returned, after all were told.
pub async fn deliver_due(
    app: &mut App,
    clock: &Clock,
    stop: &Receiver<bool>,
    swept: &mut Swept,
) -> Result<(), MonitorError> {
    let addressees = app.archive.due_addressees(clock.now())?;
    let mut sealed = Ok(());
    if !addressees.is_empty() {
        match head_line(app) {
            Ok(line) => swept.log_head = line,
            Err(failure) => sealed = Err(failure),
        }
    }
    let mut round = Round { app, clock, stop, swept, failures: BTreeMap::new() };
    for addressee in addressees {
        round.deliver_to(&addressee).await?;
        if round.swept.interrupted {
            break;
        }
    }
    // Nobody is left untold because of it, and nothing is signed again in this run: a sync that
    // failed once would then count as done.
    sealed
}

/// Returns the log's signed head in a line, what is told now included; none where it is not signed,
/// why is told where the sweep ends.
fn head_line(app: &App) -> Result<Option<String>, MonitorError> {
    Ok(match seal::seal(&app.archive)? {
        Sealed::Signed(head) => Some(head.line()),
        Sealed::Unsigned(_) => None,
    })
}

/// Records that an alert was printed to standard output, or why it could not be.
pub fn printed(
    app: &mut App,
    told: &Told,
    outcome: Result<(), String>,
    now: Timestamp,
) -> Result<(), MonitorError> {
    for delivery in &told.deliveries {
        settle(app, &told.event, delivery, outcome.clone(), now)?;
    }
    Ok(())
}

/// Calls the heartbeat, if there is one: a sweep ran to its end, whatever it found.
pub async fn beat(settings: &Settings) -> Result<(), String> {
    let Some(Heartbeat { url, addresses }) = &settings.heartbeat else { return Ok(()) };
    checked(url, *addresses)?;
    let client = guarded_client(settings, *addresses).map_err(|error| error.to_string())?;
    deliver::post::beat(url, &Post { client }).await.map_err(|failure| failure.to_string())
}

/// What came of a test of one channel for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The channel and recipient.
    pub addressee: Addressee,
    /// Whether the channel took it.
    pub outcome: Result<(), String>,
}

/// Sends a test alert through the channels named, or all. Nothing is recorded.
///
/// The channel for standard output is left to the caller: it is in no answer.
pub async fn test_channels(
    app: &App,
    names: &[String],
    clock: &Clock,
) -> Result<(Event, Vec<Tested>), MonitorError> {
    let channels = &app.watchlist.channels;
    for name in names {
        if find_channel(channels, name).is_none() {
            let known = channels.iter().map(|channel| channel.name.clone()).collect();
            return Err(MonitorError::UnknownChannel { name: name.clone(), known });
        }
    }
    let event = test_event(clock.now());
    let mut tested = Vec::new();
    for channel in channels {
        let is_asked = names.is_empty() || names.contains(&channel.name);
        if !is_asked || channel.kind == ChannelKind::Stdout {
            continue;
        }
        for recipient in channel.recipients() {
            let addressee = Addressee { channel: channel.name.clone(), recipient };
            let outcome = test(app, channel, &addressee.recipient, &event, clock.now()).await;
            tested.push(Tested { addressee, outcome });
        }
    }
    Ok((event, tested))
}

/// Sends a test alert; of feeds, it is proved that they can be written, and nothing is added to them.
async fn test(
    app: &App,
    channel: &Channel,
    recipient: &str,
    event: &Event,
    now: Timestamp,
) -> Result<(), String> {
    if let ChannelKind::Feed(feeds) = &channel.kind {
        let files = feeds::files(app, channel, feeds, &[], now).map_err(|it| it.to_string())?;
        let written = deliver::feed::write(&feeds.folder, &files);
        return written.map_err(|failure| failure.to_string());
    }
    let message = Message { name: event.id.as_str(), events: &[event], log_head: None };
    attempt(&app.watchlist.settings, channel, recipient, &message, now).await
}

/// An alert that says that it is a test, on a page that does not exist.
fn test_event(now: Timestamp) -> Event {
    let page = PageId::from_words("test").expect("the word has letters");
    let what = What::Moved {
        from: "https://example.org/".to_owned(),
        to: "https://example.org/this-is-a-test".to_owned(),
    };
    Event {
        id: EventId::of(&page, crate::model::event::EventKind::Moved, now, "test"),
        page,
        company: "pledgewatch".to_owned(),
        title: "This is a test of the channel; nothing happened".to_owned(),
        url: "https://example.org/".parse().expect("it is a valid address"),
        captured_at: now,
        recorded_at: now,
        what,
        telling: Telling::Alert(now),
    }
}

/// Makes deliveries that were given up, or are put off, due now. Returns how many.
pub fn retry(app: &mut App, now: Timestamp) -> Result<usize, MonitorError> {
    Ok(app.archive.make_due(now)?)
}

/// Returns the alerts, oldest first, with their deliveries.
pub fn alerts(app: &App, page: Option<&PageId>) -> Result<Vec<Told>, MonitorError> {
    let query =
        EventQuery { page: page.cloned(), told: ToldFilter::Alerts, ..EventQuery::default() };
    Ok(app.archive.events(&query)?)
}
