//! Sweeps on record: when each began and how it ended, and what they tell of the clock.

use rusqlite::{Row, params};

use crate::{
    archive::{
        columns::strange,
        error::{ArchiveError, Fault},
        log::facts::{self, RunEnd, RunStart},
        store::Archive,
    },
    model::{
        sweep::{ClockJump, SweepEnd, SweepRecord},
        time::Timestamp,
    },
};

/// How far the clock may go back between two sweeps without a word: a clock that is set by the
/// network is corrected by less, in milliseconds.
const CLOCK_BACK_MS: i64 = 60_000;

impl Archive {
    /// Records that a sweep began, and returns its number. The log tells of a clock that went back
    /// since the sweep before, and of another extractor.
    pub fn begin_sweep(&mut self, start: &RunStart) -> Result<i64, ArchiveError> {
        self.write(|access| {
            let before: Option<(Timestamp, Option<u32>)> = access.maybe(
                "SELECT coalesce(ended_at, started_at), extractor FROM sweep
                 ORDER BY id DESC LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let last = before.map(|(at, _)| at);
            if let Some(last) = last
                && start.at.as_millis() + CLOCK_BACK_MS <= last.as_millis()
            {
                facts::clock_jump(access, last, start.at);
            }
            if let Some((_, Some(extractor))) = before
                && extractor != start.extractor
            {
                facts::extractor_change(access, start.at, extractor, start.extractor);
            }
            let pages_due = i64::try_from(start.pages_due).unwrap_or(i64::MAX);
            let sweep = access.insert(
                "INSERT INTO sweep (started_at, pages_due, watchlist, extractor)
                 VALUES (?1, ?2, ?3, ?4)",
                params![start.at, pages_due, start.watchlist, start.extractor],
            )?;
            facts::run_start(access, sweep, start, last);
            Ok(sweep)
        })
    }

    /// Records that a sweep ended, and with what. Fails if the number is none.
    pub fn end_sweep(&mut self, sweep: i64, end: &RunEnd) -> Result<(), ArchiveError> {
        self.write(|access| {
            let sql = "UPDATE sweep SET ended_at = ?2, outcome = ?3 WHERE id = ?1";
            match access.execute(sql, params![sweep, end.at, end.end.code()])? {
                0 => Err(Fault::Unknown(format!("the sweep {sweep}"))),
                _ => {
                    facts::run_end(access, sweep, end);
                    Ok(())
                }
            }
        })
    }

    /// Returns the sweep recorded last; `None` if there was none.
    pub fn last_sweep(&self) -> Result<Option<SweepRecord>, ArchiveError> {
        self.read(|access| {
            let sql = "SELECT started_at, ended_at, outcome FROM sweep ORDER BY id DESC LIMIT 1";
            access.maybe(sql, [], sweep)
        })
    }

    /// Returns where the clock went back between two sweeps, by a minute or more; the latest first,
    /// at most `limit`. Sweeps count in the order in which they were recorded.
    pub fn clock_jumps(&self, limit: usize) -> Result<Vec<ClockJump>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            access.all(
                "SELECT before_at, after_at FROM (
                     SELECT id, started_at AS after_at,
                         lag(coalesce(ended_at, started_at)) OVER (ORDER BY id) AS before_at
                     FROM sweep)
                 WHERE after_at + ?2 <= before_at ORDER BY id DESC LIMIT ?1",
                [limit, CLOCK_BACK_MS],
                |row| Ok(ClockJump { before: row.get(0)?, after: row.get(1)? }),
            )
        })
    }
}

fn sweep(row: &Row<'_>) -> rusqlite::Result<SweepRecord> {
    let ended = match (row.get(1)?, row.get::<_, Option<String>>(2)?.as_deref()) {
        (Some(at), Some("done")) => Some((at, SweepEnd::Done)),
        (Some(at), Some("interrupted")) => Some((at, SweepEnd::Interrupted)),
        (None, None) => None,
        (_, other) => return Err(strange(other.unwrap_or("no outcome")).into()),
    };
    Ok(SweepRecord { began_at: row.get(0)?, ended })
}
