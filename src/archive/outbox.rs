//! Deliveries: recorded with their event, handed out when due, and never forgotten.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        columns::strange,
        error::{ArchiveError, Fault},
        events,
        store::Archive,
    },
    model::{
        event::{Addressee, Delivery, DeliveryState, Event, EventId},
        time::Timestamp,
    },
};

impl Archive {
    /// Returns deliveries that are due at `now` with their events, longest due first, at most
    /// `limit`.
    pub fn due_deliveries(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(Event, Delivery)>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let sql = deliveries(
                "d.state = 'due' AND d.state_at <= ?1 ORDER BY d.state_at, d.id LIMIT ?2",
            );
            let due = access.all(&sql, params![now, limit], delivery)?;
            let with_event = |(event, delivery)| Ok((events::by_number(access, event)?, delivery));
            due.into_iter().map(with_event).collect()
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
            let touched = access.execute(
                "UPDATE delivery SET attempts = attempts + 1, last_error = ?4,
                     state_at = CASE WHEN state = 'delivered' THEN state_at ELSE ?6 END,
                     state = CASE WHEN state = 'delivered' THEN state ELSE ?5 END
                 WHERE event = ?1 AND channel = ?2 AND recipient = ?3",
                params![
                    events::require(access, event)?,
                    addressee.channel,
                    addressee.recipient,
                    error,
                    state.code(),
                    instant(state)
                ],
            )?;
            match touched {
                0 => Err(Fault::Unknown(format!(
                    "a delivery of {event} to `{}` by `{}`",
                    addressee.recipient, addressee.channel
                ))),
                _ => Ok(()),
            }
        })
    }

    /// Makes every delivery that failed or was given up due at `now`; returns how many.
    pub fn make_due(&mut self, now: Timestamp) -> Result<usize, ArchiveError> {
        self.write(|access| {
            access.execute(
                "UPDATE delivery SET state = 'due', state_at = ?1
                 WHERE state <> 'delivered' AND 0 < attempts",
                [now],
            )
        })
    }

    /// Returns the deliveries that are due or were given up, oldest first.
    pub fn undelivered(&self) -> Result<Vec<Delivery>, ArchiveError> {
        self.read(|access| {
            let sql = deliveries("d.state <> 'delivered' ORDER BY d.id");
            let found = access.all(&sql, [], delivery)?;
            Ok(found.into_iter().map(|(_, delivery)| delivery).collect())
        })
    }
}

fn instant(state: DeliveryState) -> Timestamp {
    match state {
        DeliveryState::Due(at) | DeliveryState::Delivered(at) | DeliveryState::GivenUp(at) => at,
    }
}

/// Adds the deliveries of an event, due at once; one that is on record is left as it is.
pub fn insert(
    access: Access<'_>,
    event: i64,
    at: Timestamp,
    addressees: &[Addressee],
) -> Result<(), Fault> {
    for addressee in addressees {
        access.execute(
            "INSERT INTO delivery (event, channel, recipient, state, state_at)
             VALUES (?1, ?2, ?3, 'due', ?4)
             ON CONFLICT (event, channel, recipient) DO NOTHING",
            params![event, addressee.channel, addressee.recipient, at],
        )?;
    }
    Ok(())
}

/// Returns the deliveries of an event, by channel and recipient.
pub fn of_event(access: Access<'_>, event: i64) -> Result<Vec<Delivery>, Fault> {
    let sql = deliveries("d.event = ?1 ORDER BY d.channel, d.recipient");
    let found = access.all(&sql, [event], delivery)?;
    Ok(found.into_iter().map(|(_, delivery)| delivery).collect())
}

fn deliveries(which: &str) -> String {
    format!(
        "SELECT d.event, e.name, d.channel, d.recipient, d.state, d.state_at, d.attempts,
             d.last_error
         FROM delivery d JOIN event e ON e.id = d.event WHERE {which}"
    )
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<(i64, Delivery)> {
    let at: Timestamp = row.get("state_at")?;
    let state = match row.get::<_, String>("state")?.as_str() {
        "due" => DeliveryState::Due(at),
        "delivered" => DeliveryState::Delivered(at),
        "given_up" => DeliveryState::GivenUp(at),
        other => {
            let (kind, word) = (rusqlite::types::Type::Text, strange(other));
            return Err(rusqlite::Error::FromSqlConversionFailure(4, kind, Box::new(word)));
        }
    };
    let delivery = Delivery {
        event: row.get("name")?,
        addressee: Addressee { channel: row.get("channel")?, recipient: row.get("recipient")? },
        state,
        attempts: row.get("attempts")?,
        last_error: row.get("last_error")?,
    };
    Ok((row.get("event")?, delivery))
}
