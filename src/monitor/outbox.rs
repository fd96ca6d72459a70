//! Alerts on their way: each delivery is tried until it succeeds, later each time.

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::watch::Receiver;

use crate::{
    alert::deliver::{self, Sending, post::Post},
    archive::events::{EventQuery, ToldFilter},
    fetch::{address, client::guarded_client},
    model::{
        address::AddressRule,
        channel::{Channel, ChannelKind, UrlSource},
        event::{Addressee, Delivery, DeliveryState, Event, EventId, Telling, Told, What},
        page::PageId,
        time::Timestamp,
        watch::{Heartbeat, Settings},
    },
    monitor::{
        app::{App, MonitorError},
        clock::Clock,
        seal::{self, Sealed},
        swept::Swept,
    },
};

/// The most deliveries of one run; the rest stays due.
const DELIVERIES_MAX: usize = 5_000;

/// After so many failures in a row, a channel's other deliveries are not tried in this run.
const FAILURES_MAX: usize = 3;

/// How long a failed delivery waits before it is due again: doubling from a minute to an hour.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3_600));

/// Failed deliveries are given up, and shown in `status`, after this long and so many attempts.
const GIVE_UP_AFTER: (Duration, u32) = (Duration::from_secs(14 * 86_400), 10);

/// Delivers everything that is due. Alerts for standard output are handed back in
/// `swept.printed`: the caller prints them and then says so with [`printed`].
///
/// A channel that fails delays no other: after a few failures in a row, its other deliveries stay
/// due without being tried in this run. When `stop` turns true, the rest stays due.
pub async fn deliver_due(
    app: &mut App,
    clock: &Clock,
    stop: &Receiver<bool>,
    swept: &mut Swept,
) -> Result<(), MonitorError> {
    let due = app.archive.due_deliveries(clock.now(), DELIVERIES_MAX)?;
    let mut failures: BTreeMap<String, usize> = BTreeMap::new();
    let head = match due.is_empty() {
        true => None,
        false => head_line(app),
    };
    for (event, delivery) in due {
        if *stop.borrow() {
            swept.interrupted = true;
            break;
        }
        let to = format!("{} to {}", event.id, delivery.addressee.recipient);
        let channel = find_channel(&app.watchlist.channels, &delivery.addressee.channel);
        let Some(channel) = channel else {
            let reason = "the watchlist has no such channel any more";
            let state = DeliveryState::GivenUp(clock.now());
            app.archive.record_delivery(&event.id, &delivery.addressee, state, Some(reason))?;
            swept.undelivered.push(format!("{to} ({}): {reason}", delivery.addressee.channel));
            continue;
        };
        if channel.kind == ChannelKind::Stdout {
            swept.printed.push(Told { event, deliveries: vec![delivery] });
            continue;
        }
        let failed = failures.entry(channel.name.clone()).or_default();
        if FAILURES_MAX <= *failed {
            continue;
        }
        let attempt = {
            let sending = Sending {
                recipient: &delivery.addressee.recipient,
                now: clock.now(),
                log_head: head.as_deref(),
            };
            attempt(&app.watchlist.settings, &channel, &event, sending).await
        };
        match &attempt {
            Ok(()) => *failed = 0,
            Err(reason) => {
                *failed += 1;
                swept.undelivered.push(format!("{to} ({}): {reason}", channel.name));
            }
        }
        settle(app, &event, &delivery, attempt, clock.now())?;
    }
    Ok(())
}

/// Returns the log's signed head in a line, what is told now included. That it could not be signed is
/// told where the sweep ends.
fn head_line(app: &App) -> Option<String> {
    match seal::seal(&app.archive) {
        Ok(Sealed::Signed(head)) => Some(head.line()),
        Ok(Sealed::Unsigned(_)) | Err(_) => None,
    }
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

fn settle(
    app: &mut App,
    event: &Event,
    delivery: &Delivery,
    outcome: Result<(), String>,
    now: Timestamp,
) -> Result<(), MonitorError> {
    let (state, error) = match outcome {
        Ok(()) => (DeliveryState::Delivered(now), None),
        Err(reason) => (after_failure(event, delivery, now), Some(reason)),
    };
    Ok(app.archive.record_delivery(&event.id, &delivery.addressee, state, error.as_deref())?)
}

fn after_failure(event: &Event, delivery: &Delivery, now: Timestamp) -> DeliveryState {
    let due_since = match event.telling {
        Telling::Alert(at) => at,
        Telling::Pending | Telling::Quiet(_) => event.recorded_at,
    };
    if GIVE_UP_AFTER.0 <= now.since(due_since) && GIVE_UP_AFTER.1 <= delivery.attempts {
        return DeliveryState::GivenUp(now);
    }
    let doublings = delivery.attempts.min(16);
    let wait = BACKOFF.0.saturating_mul(1 << doublings).min(BACKOFF.1);
    DeliveryState::Due(now.after(wait))
}

async fn attempt(
    settings: &Settings,
    channel: &Channel,
    event: &Event,
    sending: Sending<'_>,
) -> Result<(), String> {
    let rule = address_rule(channel)?;
    let client = guarded_client(settings, rule).map_err(|error| error.to_string())?;
    let post = Post { client };
    deliver::deliver(channel, event, sending, &post).await.map_err(|failure| failure.to_string())
}

/// Returns which addresses a channel may reach, once its own address has been checked.
fn address_rule(channel: &Channel) -> Result<AddressRule, String> {
    let (url, rule) = match &channel.kind {
        ChannelKind::Webhook(webhook) => (&webhook.url, webhook.addresses),
        ChannelKind::Chat(chat) => (&chat.url, chat.addresses),
        ChannelKind::Stdout | ChannelKind::Email(_) | ChannelKind::Command(_) => {
            return Ok(AddressRule::PublicOnly);
        }
    };
    checked(url, rule).map(|()| rule)
}

/// Fails if `url` is no address that `rule` allows. What a name stands for is checked when it is
/// connected to.
fn checked(url: &UrlSource, rule: AddressRule) -> Result<(), String> {
    let url = deliver::secret::url(url).map_err(|failure| failure.to_string())?;
    address::check_url(&url, rule)
        .map_err(|failure| format!("{failure}; `allow_private_addresses = true` would allow it"))
}

/// Calls the heartbeat, if there is one: a sweep ran to its end, whatever it found.
pub async fn beat(settings: &Settings) -> Result<(), String> {
    let Some(Heartbeat { url, addresses }) = &settings.heartbeat else { return Ok(()) };
    checked(url, *addresses)?;
    let client = guarded_client(settings, *addresses).map_err(|error| error.to_string())?;
    deliver::post::beat(url, &Post { client }).await.map_err(|failure| failure.to_string())
}

fn find_channel(channels: &[Channel], name: &str) -> Option<Channel> {
    let found = channels.iter().find(|channel| channel.name == name).cloned();
    found.or_else(|| (name == "stdout").then(Channel::stdout))
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
            let sending =
                Sending { recipient: &addressee.recipient, now: clock.now(), log_head: None };
            let settings = &app.watchlist.settings;
            let outcome = attempt(settings, channel, &event, sending).await;
            tested.push(Tested { addressee, outcome });
        }
    }
    Ok((event, tested))
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
