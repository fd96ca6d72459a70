//! Deliveries: recorded with their event, handed out when due, and never forgotten.

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        deliveries::{self, delivery},
        error::{ArchiveError, Fault},
        events,
        log::touched::Subject,
        store::Archive,
    },
    model::{
        event::{Addressee, Delivery, DeliveryState, Event, EventId},
        time::Timestamp,
    },
};

/// No delivery is put off for longer: one that is due later than this was recorded by a clock that
/// ran ahead, and is due now.
const AHEAD_MAX_MS: i64 = 7 * 86_400_000;

/// A delivery `d` that is due at `?1`.
const DUE: &str = "d.state = 'due' AND (d.state_at <= ?1 OR ?1 + ?2 < d.state_at)";

impl Archive {
    /// Returns to whom deliveries are due at `now`, longest due first.
    pub fn due_addressees(&self, now: Timestamp) -> Result<Vec<Addressee>, ArchiveError> {
        self.read(|access| {
            let sql = format!(
                "SELECT d.channel, d.recipient FROM delivery d WHERE {DUE}
                 GROUP BY d.channel, d.recipient ORDER BY min(d.state_at), min(d.id)"
            );
            access.all(&sql, params![now, AHEAD_MAX_MS], |row| {
                Ok(Addressee { channel: row.get(0)?, recipient: row.get(1)? })
            })
        })
    }

    /// Returns deliveries to one recipient that are due at `now` with their events, longest due
    /// first, at most `limit`.
    pub fn due_to(
        &self,
        addressee: &Addressee,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Event, Delivery)>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let sql = deliveries::select(&format!(
                "{DUE} AND d.channel = ?3 AND d.recipient = ?4
                 ORDER BY d.state_at, d.id LIMIT ?5"
            ));
            let Addressee { channel, recipient } = addressee;
            let key = params![now, AHEAD_MAX_MS, channel, recipient, limit];
            let due = access.all(&sql, key, delivery)?;
            with_events(access, due)
        })
    }

    /// Makes deliveries to one recipient, none of which was delivered, go as one message of this name.
    pub fn bundle(
        &mut self,
        addressee: &Addressee,
        events: &[EventId],
        name: &str,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            for event in events {
                let id = access.maybe(
                    "UPDATE delivery SET bundle = ?4
                     WHERE event = ?1 AND channel = ?2 AND recipient = ?3 AND state = 'due'
                     RETURNING id",
                    params![
                        events::require(access, event)?,
                        addressee.channel,
                        addressee.recipient,
                        name
                    ],
                    |row| row.get(0),
                )?;
                let unknown = || Fault::Unknown(format!("a due delivery of {event}"));
                access.touch(Subject::Delivery(id.ok_or_else(unknown)?));
            }
            Ok(())
        })
    }

    /// Returns the deliveries that go as one message, as far as they are due at any time, in the
    /// order in which they were made.
    pub fn bundled(
        &self,
        addressee: &Addressee,
        name: &str,
    ) -> Result<Vec<(Event, Delivery)>, ArchiveError> {
        self.read(|access| {
            let sql = deliveries::select(
                "d.channel = ?1 AND d.recipient = ?2 AND d.bundle = ?3 AND d.state = 'due'
                 ORDER BY d.id",
            );
            let key = params![addressee.channel, addressee.recipient, name];
            let found = access.all(&sql, key, delivery)?;
            with_events(access, found)
        })
    }

    /// Records one more attempt at a delivery, how far it got, and what went wrong.
    ///
    /// What was delivered stays delivered. Fails if there is no such delivery.
    pub fn record_delivery(
        &mut self,
        event: &EventId,
        addressee: &Addressee,
        state: DeliveryState,
        error: Option<&str>,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let touched = access.maybe(
                "UPDATE delivery SET attempts = attempts + 1, last_error = ?4,
                     state_at = CASE WHEN state = 'delivered' THEN state_at ELSE ?6 END,
                     state = CASE WHEN state = 'delivered' THEN state ELSE ?5 END
                 WHERE event = ?1 AND channel = ?2 AND recipient = ?3 RETURNING id",
                params![
                    events::require(access, event)?,
                    addressee.channel,
                    addressee.recipient,
                    error,
                    state.code(),
                    instant(state)
                ],
                |row| row.get(0),
            )?;
            match touched {
                None => Err(Fault::Unknown(format!(
                    "a delivery of {event} to `{}` by `{}`",
                    addressee.recipient, addressee.channel
                ))),
                Some(id) => {
                    access.touch(Subject::Delivery(id));
                    Ok(())
                }
            }
        })
    }

    /// Makes every delivery that failed or was given up due at `now`; returns how many.
    pub fn make_due(&mut self, now: Timestamp) -> Result<usize, ArchiveError> {
        self.write(|access| {
            let due = access.all(
                "UPDATE delivery SET state = 'due', state_at = ?1
                 WHERE state <> 'delivered' AND 0 < attempts RETURNING id",
                [now],
                |row| row.get(0),
            )?;
            due.iter().for_each(|&id| access.touch(Subject::Delivery(id)));
            Ok(due.len())
        })
    }

    /// Returns the deliveries that are due or were given up, oldest first.
    pub fn undelivered(&self) -> Result<Vec<Delivery>, ArchiveError> {
        self.read(|access| {
            let sql = deliveries::select("d.state <> 'delivered' ORDER BY d.id");
            let found = access.all(&sql, [], delivery)?;
            Ok(found.into_iter().map(|(_, delivery)| delivery).collect())
        })
    }
}

fn with_events(
    access: Access<'_>,
    found: Vec<(i64, Delivery)>,
) -> Result<Vec<(Event, Delivery)>, Fault> {
    let with_event = |(event, delivery)| Ok((events::by_number(access, event)?, delivery));
    found.into_iter().map(with_event).collect()
}

fn instant(state: DeliveryState) -> Timestamp {
    match state {
        DeliveryState::Due(at) | DeliveryState::Delivered(at) | DeliveryState::GivenUp(at) => at,
    }
}
