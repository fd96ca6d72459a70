//! One attempt at a delivery, and what is put on record of it.

use std::time::Duration;

use crate::{
    alert::{
        deliver::{self, post::Post},
        render::message::Message,
    },
    fetch::{address, client::guarded_client},
    model::{
        address::AddressRule,
        channel::{Channel, ChannelKind, UrlSource},
        event::{Delivery, DeliveryState, Event, Telling},
        time::Timestamp,
        watch::Settings,
    },
    monitor::app::{App, MonitorError},
};

/// The most deliveries of one run to one recipient; the rest stays due.
pub const DELIVERIES_MAX: usize = 5_000;

/// The most alerts of one message.
pub const TOGETHER_MAX: usize = 200;

/// So many alerts go one by one after an outage or quiet hours; more go as one message.
pub const FLOOD: usize = 5;

/// After so many failures in a row, a channel's other deliveries are not tried in this run.
pub const FAILURES_MAX: usize = 3;

/// How long a failed delivery waits before it is due again: doubling from a minute to an hour.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3_600));

/// Failed deliveries are given up, and shown in `status`, after this long and so many attempts.
const GIVE_UP_AFTER: (Duration, u32) = (Duration::from_secs(14 * 86_400), 10);

/// Puts on record what came of a delivery.
pub fn settle(
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

/// Settles deliveries that went, or did not go, as one message: all of them alike, or none.
pub fn settle_together(
    app: &mut App,
    together: &[(Event, Delivery)],
    outcome: &Result<(), String>,
    now: Timestamp,
) -> Result<(), MonitorError> {
    let Some((first, delivery)) = together.first() else { return Ok(()) };
    let (state, error) = match outcome {
        Ok(()) => (DeliveryState::Delivered(now), None),
        Err(reason) => (after_failure(first, delivery, now), Some(reason.as_str())),
    };
    app.archive.together(|archive| {
        for (event, delivery) in together {
            archive.record_delivery(&event.id, &delivery.addressee, state, error)?;
        }
        Ok(())
    })
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

/// Tries to hand a message to a recipient.
pub async fn attempt(
    settings: &Settings,
    channel: &Channel,
    recipient: &str,
    message: &Message<'_>,
    now: Timestamp,
) -> Result<(), String> {
    let rule = address_rule(channel)?;
    let client = guarded_client(settings, rule).map_err(|error| error.to_string())?;
    let post = Post { client };
    let delivered = deliver::deliver(channel, recipient, message, &post, now).await;
    delivered.map_err(|failure| failure.to_string())
}

/// Returns which addresses a channel may reach, once its own address has been checked.
fn address_rule(channel: &Channel) -> Result<AddressRule, String> {
    let (url, rule) = match &channel.kind {
        ChannelKind::Webhook(webhook) => (&webhook.url, webhook.addresses),
        ChannelKind::Chat(chat) => (&chat.url, chat.addresses),
        ChannelKind::Stdout
        | ChannelKind::Email(_)
        | ChannelKind::Command(_)
        | ChannelKind::Feed(_) => return Ok(AddressRule::PublicOnly),
    };
    checked(url, rule).map(|()| rule)
}

/// Fails if `url` is no address that `rule` allows. What a name stands for is checked when it is
/// connected to.
pub fn checked(url: &UrlSource, rule: AddressRule) -> Result<(), String> {
    let url = deliver::secret::url(url).map_err(|failure| failure.to_string())?;
    address::check_url(&url, rule)
        .map_err(|failure| format!("{failure}; `allow_private_addresses = true` would allow it"))
}

/// Returns the channel of this name.
pub fn find_channel(channels: &[Channel], name: &str) -> Option<Channel> {
    let found = channels.iter().find(|channel| channel.name == name).cloned();
    found.or_else(|| (name == "stdout").then(Channel::stdout))
}
