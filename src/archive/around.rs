//! The changes beside a change, for those who go through them one after the other.

use rusqlite::params;

use crate::{
    archive::{
        error::ArchiveError,
        reviews::{LATEST, REVIEWED},
        store::Archive,
    },
    model::event::EventId,
};

impl Archive {
    /// Returns the names of all changes, in the order of their captures.
    pub fn change_ids(&self) -> Result<Vec<EventId>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT e.name FROM event e WHERE e.kind = 'change' AND e.superseded_by IS NULL
                 ORDER BY e.captured_at, e.id",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Returns the reviewed changes just before and just after an event, in the order of captures
    /// and of recording within one; none for an event that is not on record.
    pub fn changes_around(
        &self,
        event: &EventId,
    ) -> Result<(Option<EventId>, Option<EventId>), ArchiveError> {
        self.read(|access| {
            let of = access.maybe(
                "SELECT captured_at, id FROM event WHERE name = ?1",
                [event],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
            )?;
            let Some((at, id)) = of else { return Ok((None, None)) };
            let beside = |side: &str, way: &str| {
                let sql = format!(
                    "SELECT e.name FROM event e WHERE {REVIEWED} AND (e.captured_at, e.id) {side} (?1, ?2)
                     ORDER BY e.captured_at {way}, e.id {way} LIMIT 1"
                );
                access.maybe(&sql, params![at, id], |row| row.get(0))
            };
            Ok((beside("<", "DESC")?, beside(">", "ASC")?))
        })
    }

    /// Returns the change that nobody decided about which was captured last before an event; where
    /// there is none, the last of all but the event itself.
    pub fn undecided_beside(&self, event: &EventId) -> Result<Option<EventId>, ArchiveError> {
        self.read(|access| {
            let last = |side: &str| {
                let sql = format!(
                    "SELECT e.name FROM event e WHERE {REVIEWED} AND {LATEST} = 'reopen' AND
                         (e.captured_at, e.id) {side} (SELECT captured_at, id FROM event WHERE name = ?1)
                     ORDER BY e.captured_at DESC, e.id DESC LIMIT 1"
                );
                access.maybe(&sql, [event], |row| row.get(0))
            };
            match last("<")? {
                Some(before) => Ok(Some(before)),
                None => last(">"),
            }
        })
    }
}
