//! An event handed to one recipient, once. What was delivered before, when to try again and when
//! to give up are not known here: the outbox is the archive's and the monitor's.

use crate::{
    alert::{
        deliver::{failure::DeliveryFailure, post::Post},
        render::json,
    },
    model::{
        channel::{Channel, ChannelKind},
        event::Event,
        time::Timestamp,
    },
};

pub mod failure;
pub mod post;
pub mod secret;

mod command;
mod mail;

/// What goes with an event on its way.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// Who gets it.
    pub recipient: &'a str,
    /// Now; it dates a webhook's signature.
    pub now: Timestamp,
    /// The signed head of the log in a line, which each inbox keeps for us.
    pub log_head: Option<&'a str>,
}

/// Hands `event` to a recipient of `channel` and waits until it is taken, at most a minute.
///
/// Sent again, a delivery carries the same name (`Message-ID`, `Idempotency-Key`,
/// `PLEDGEWATCH_EVENT`), so that a receiver can tell. Fails for standard output, which has no
/// delivery.
pub async fn deliver(
    channel: &Channel,
    event: &Event,
    sending: Sending<'_>,
    post: &Post,
) -> Result<(), DeliveryFailure> {
    let now = sending.now;
    match &channel.kind {
        ChannelKind::Stdout => Err(DeliveryFailure::Printed),
        ChannelKind::Email(email) => {
            mail::send(email, sending.recipient, event, sending.log_head).await
        }
        ChannelKind::Webhook(webhook) => {
            post::webhook(webhook, &json::message(event), event, post, now).await
        }
        ChannelKind::Chat(chat) => post::chat(chat, event, post).await,
        ChannelKind::Command(it) => command::run(it, &json::message(event), event).await,
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
        let sending = Sending { recipient: "x", now, log_head: None };
        let failure = deliver(&Channel::stdout(), &event, sending, &post).await.unwrap_err();
        assert!(failure.is_permanent());
    }
}
