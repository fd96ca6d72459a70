//! Sweeps on record: when each began and how it ended.

use rusqlite::params;

use crate::{
    archive::{
        error::{ArchiveError, Fault},
        store::Archive,
    },
    model::time::Timestamp,
};

impl Archive {
    /// Records that a sweep began, and returns its number.
    pub fn begin_sweep(&mut self, at: Timestamp, pages_due: usize) -> Result<i64, ArchiveError> {
        self.write(|access| {
            let pages_due = i64::try_from(pages_due).unwrap_or(i64::MAX);
            let sql = "INSERT INTO sweep (started_at, pages_due) VALUES (?1, ?2)";
            access.insert(sql, params![at, pages_due])
        })
    }

    /// Records that a sweep ended, and with what. Fails if the number is none.
    pub fn end_sweep(
        &mut self,
        sweep: i64,
        at: Timestamp,
        outcome: &str,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let sql = "UPDATE sweep SET ended_at = ?2, outcome = ?3 WHERE id = ?1";
            match access.execute(sql, params![sweep, at, outcome])? {
                0 => Err(Fault::Unknown(format!("the sweep {sweep}"))),
                _ => Ok(()),
            }
        })
    }

    /// Returns when the sweep recorded last began, and when it ended; an end that is missing means
    /// that it runs or was killed. `None` if there was no sweep.
    pub fn last_sweep(&self) -> Result<Option<(Timestamp, Option<Timestamp>)>, ArchiveError> {
        self.read(|access| {
            let sql = "SELECT started_at, ended_at FROM sweep ORDER BY id DESC LIMIT 1";
            access.maybe(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
        })
    }
}
