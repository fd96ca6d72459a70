//! One round of deliveries: what goes to whom, alone or together, and what waits.

use std::collections::BTreeMap;

use tokio::sync::watch::Receiver;

use crate::{
    alert::{deliver, render::message::Message},
    model::{
        channel::{Channel, ChannelKind, FeedChannel},
        event::{Addressee, Delivery, DeliveryState, Event, EventId, Telling, Told},
        snapshot::Digest,
        time::Timestamp,
    },
    monitor::{
        app::{App, MonitorError},
        clock::Clock,
        outbox::{
            attempt::{
                DELIVERIES_MAX, FAILURES_MAX, FLOOD, TOGETHER_MAX, attempt, find_channel,
                settle_together,
            },
            feeds,
        },
        swept::Swept,
    },
};

/// Alerts for one recipient, each with its delivery.
type Due = Vec<(Event, Delivery)>;

/// A round of deliveries.
pub struct Round<'a> {
    /// Watchlist and archive.
    pub app: &'a mut App,
    /// Now.
    pub clock: &'a Clock,
    /// Turns true when the rest is to stay due.
    pub stop: &'a Receiver<bool>,
    /// What came of it.
    pub swept: &'a mut Swept,
    /// How often each channel failed since it last took something.
    pub failures: BTreeMap<String, usize>,
}

impl Round<'_> {
    /// Delivers what is due to one recipient.
    pub async fn deliver_to(&mut self, addressee: &Addressee) -> Result<(), MonitorError> {
        let now = self.clock.now();
        let due = self.app.archive.due_to(addressee, now, DELIVERIES_MAX)?;
        let Some(channel) = find_channel(&self.app.watchlist.channels, &addressee.channel) else {
            return self.give_up(&due, now);
        };
        let is_ready = |it: &(Event, Delivery)| channel.timing.is_ready(alerted_at(&it.0), now);
        let due: Due = due.into_iter().filter(is_ready).collect();
        if due.is_empty() {
            return Ok(());
        }
        match &channel.kind {
            ChannelKind::Stdout => {
                let told = |(event, delivery)| Told { event, deliveries: vec![delivery] };
                self.swept.printed.extend(due.into_iter().map(told));
                Ok(())
            }
            ChannelKind::Feed(feeds) => self.write(&channel, feeds, &due),
            ChannelKind::Email(_)
            | ChannelKind::Webhook(_)
            | ChannelKind::Chat(_)
            | ChannelKind::Command(_) => self.send(&channel, addressee, due).await,
        }
    }

    fn give_up(&mut self, due: &Due, now: Timestamp) -> Result<(), MonitorError> {
        let reason = "the watchlist has no such channel any more";
        for (event, delivery) in due {
            let Delivery { addressee, .. } = delivery;
            let state = DeliveryState::GivenUp(now);
            self.app.archive.record_delivery(&event.id, addressee, state, Some(reason))?;
            let to = format!("{} to {}", event.id, addressee.recipient);
            self.swept.undelivered.push(format!("{to} ({}): {reason}", addressee.channel));
        }
        Ok(())
    }

    /// Writes the feeds anew, which tells of all that is due at once.
    fn write(
        &mut self,
        channel: &Channel,
        feeds: &FeedChannel,
        due: &Due,
    ) -> Result<(), MonitorError> {
        let now = self.clock.now();
        let events: Vec<&Event> = due.iter().map(|(event, _)| event).collect();
        let files = feeds::files(self.app, channel, feeds, &events, now)?;
        let written = deliver::feed::write(&feeds.folder, &files);
        let outcome = written.map_err(|failure| failure.to_string());
        if let Err(reason) = &outcome {
            self.swept.undelivered.push(format!(
                "{} alerts ({}): {reason}",
                due.len(),
                channel.name
            ));
        }
        settle_together(self.app, due, &outcome, now)
    }

    /// Sends what is due: first the messages that were made before, then the rest.
    async fn send(
        &mut self,
        channel: &Channel,
        addressee: &Addressee,
        due: Due,
    ) -> Result<(), MonitorError> {
        let (bundled, single): (Due, Due) =
            due.into_iter().partition(|(_, delivery)| delivery.bundle.is_some());
        let mut names: Vec<String> = Vec::new();
        for name in bundled.into_iter().filter_map(|(_, delivery)| delivery.bundle) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let together = self.app.archive.bundled(addressee, &name)?;
            if !self.hand_over(channel, &name, &together).await? {
                // A channel that fails gets no new message of many, which would be one more to send.
                return Ok(());
            }
        }
        let now = self.clock.now();
        if channel.timing.digest.is_some() {
            return self.send_together(channel, addressee, single).await;
        }
        let was_held = |(event, delivery): &(Event, Delivery)| {
            0 < delivery.attempts || channel.timing.was_quiet(alerted_at(event), now)
        };
        if single.len() <= FLOOD || !single.iter().any(was_held) {
            return self.send_each(channel, single).await;
        }
        // The oldest goes first: whether the channel is alive again is not known before.
        let mut oldest = single;
        let rest = oldest.split_off(1);
        let mut has_gone = true;
        for (event, delivery) in oldest {
            let name = event.id.to_string();
            has_gone &= self.hand_over(channel, &name, &vec![(event, delivery)]).await?;
        }
        match has_gone {
            true => self.send_together(channel, addressee, rest).await,
            false => Ok(()),
        }
    }

    async fn send_each(&mut self, channel: &Channel, due: Due) -> Result<(), MonitorError> {
        for one in due {
            let name = one.0.id.to_string();
            self.hand_over(channel, &name, &vec![one]).await?;
        }
        Ok(())
    }

    /// Makes messages of many, puts on record what goes with which, and sends them; one alert goes by
    /// itself.
    async fn send_together(
        &mut self,
        channel: &Channel,
        addressee: &Addressee,
        due: Due,
    ) -> Result<(), MonitorError> {
        let mut left = due;
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(TOGETHER_MAX));
            let together = std::mem::replace(&mut left, rest);
            let events: Vec<EventId> = together.iter().map(|(event, _)| event.id.clone()).collect();
            let name = match events.as_slice() {
                [one] => one.to_string(),
                several => {
                    let name = bundle_name(addressee, several);
                    self.app.archive.bundle(addressee, several, &name)?;
                    name
                }
            };
            if !self.hand_over(channel, &name, &together).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Sends one message and puts on record what came of it; returns whether it was taken. Nothing is
    /// tried with a channel that failed too often in this round.
    async fn hand_over(
        &mut self,
        channel: &Channel,
        name: &str,
        together: &Due,
    ) -> Result<bool, MonitorError> {
        if *self.stop.borrow() {
            self.swept.interrupted = true;
            return Ok(false);
        }
        let failed = self.failures.get(&channel.name).copied().unwrap_or_default();
        let Some((_, delivery)) = together.first().filter(|_| failed < FAILURES_MAX) else {
            return Ok(false);
        };
        let recipient = &delivery.addressee.recipient;
        let events: Vec<&Event> = together.iter().map(|(event, _)| event).collect();
        let log_head = self.swept.log_head.as_deref();
        let message = Message { name, events: &events, log_head };
        let settings = &self.app.watchlist.settings;
        let outcome = attempt(settings, channel, recipient, &message, self.clock.now()).await;
        match &outcome {
            Ok(()) => {
                self.failures.remove(&channel.name);
            }
            Err(reason) => {
                self.failures.insert(channel.name.clone(), failed + 1);
                let to = format!("{name} to {recipient} ({})", channel.name);
                self.swept.undelivered.push(format!("{to}: {reason}"));
            }
        }
        settle_together(self.app, together, &outcome, self.clock.now())?;
        Ok(outcome.is_ok())
    }
}

fn alerted_at(event: &Event) -> Timestamp {
    match event.telling {
        Telling::Alert(at) => at,
        Telling::Pending | Telling::Quiet(_) => event.recorded_at,
    }
}

/// Returns the name of the message that tells one recipient of these events.
fn bundle_name(addressee: &Addressee, events: &[EventId]) -> String {
    let mut form = format!("{}\n{}\n", addressee.channel, addressee.recipient);
    for event in events {
        form.push_str(&format!("{event}\n"));
    }
    Digest::of(form.as_bytes()).to_string().chars().take(16).collect()
}
