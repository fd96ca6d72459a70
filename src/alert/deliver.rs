//! An event handed to one recipient, once. What was delivered before, when to try again and when
//! to give up are not known here: the outbox is the archive's and the monitor's.

use crate::{
    alert::{
        deliver::{failure::DeliveryFailure, post::Post},
        render::message::Message,
    },
    model::{
        channel::{Channel, ChannelKind},
        time::Timestamp,
    },
};

pub mod failure;
pub mod feed;
pub mod post;
pub mod secret;

mod command;
mod mail;

/// Hands a message to a recipient of `channel` and waits until it is taken, at most a minute. `now`
/// dates a webhook's signature.
///
/// Sent again, a message carries the same name (`Message-ID`, `Idempotency-Key`,
/// `PLEDGEWATCH_EVENT`), so that a receiver can tell. Fails for standard output and for feeds, which
/// have no delivery.
pub async fn deliver(
    channel: &Channel,
    recipient: &str,
    message: &Message<'_>,
    post: &Post,
    now: Timestamp,
) -> Result<(), DeliveryFailure> {
    match &channel.kind {
        ChannelKind::Stdout | ChannelKind::Feed(_) => Err(DeliveryFailure::Printed),
        ChannelKind::Email(email) => mail::send(email, recipient, message).await,
        ChannelKind::Webhook(webhook) => post::webhook(webhook, message, post, now).await,
        ChannelKind::Chat(chat) => post::chat(chat, message, post).await,
        ChannelKind::Command(it) => command::run(it, message).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::render::samples;

    #[tokio::test]
    async fn standard_output_has_no_delivery() {
        let post = Post { client: post::tests::client() };
        let now = Timestamp::from_millis(0);
        let event = samples::change();
        let message = Message { name: "x", events: &[&event], log_head: None };
        let failure = deliver(&Channel::stdout(), "x", &message, &post, now).await.unwrap_err();
        assert!(failure.is_permanent());
    }
}
