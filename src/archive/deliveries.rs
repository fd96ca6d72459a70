//! Rows of deliveries, each with its event's number. What is due when is not known here.

use rusqlite::{Row, params};

use crate::{
    archive::{access::Access, columns::strange, error::Fault, log::touched::Subject},
    model::{
        event::{Addressee, Delivery, DeliveryState},
        time::Timestamp,
    },
};

/// Adds the deliveries of an event, due at once; one that is on record is left as it is.
pub fn insert(
    access: Access<'_>,
    event: i64,
    at: Timestamp,
    addressees: &[Addressee],
) -> Result<(), Fault> {
    for addressee in addressees {
        let added = access.maybe(
            "INSERT INTO delivery (event, channel, recipient, state, state_at)
             VALUES (?1, ?2, ?3, 'due', ?4)
             ON CONFLICT (event, channel, recipient) DO NOTHING RETURNING id",
            params![event, addressee.channel, addressee.recipient, at],
            |row| row.get(0),
        )?;
        if let Some(id) = added {
            access.touch(Subject::Delivery(id));
        }
    }
    Ok(())
}

/// Returns the deliveries of an event, by channel and recipient.
pub fn of_event(access: Access<'_>, event: i64) -> Result<Vec<Delivery>, Fault> {
    let sql = select("d.event = ?1 ORDER BY d.channel, d.recipient");
    let found = access.all(&sql, [event], delivery)?;
    Ok(found.into_iter().map(|(_, delivery)| delivery).collect())
}

/// Returns the statement that reads which deliveries, for [`delivery`].
pub fn select(which: &str) -> String {
    format!(
        "SELECT d.event, e.name, d.channel, d.recipient, d.state, d.state_at, d.attempts,
             d.last_error, d.bundle
         FROM delivery d JOIN event e ON e.id = d.event WHERE {which}"
    )
}

/// Reads a row of [`select`]: the number of its event, and the delivery.
pub fn delivery(row: &Row<'_>) -> rusqlite::Result<(i64, Delivery)> {
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
        bundle: row.get("bundle")?,
    };
    Ok((row.get("event")?, delivery))
}
