//! Entries of the log, read back.

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        log::{
            entries,
            frames::{self, frame_of},
            touched::Subject,
        },
        store::Archive,
    },
    model::{event::EventId, history::VisitId, snapshot::Digest},
};

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number, from 0.
    pub index: u64,
    /// Its bytes: a canonical JSON object.
    pub bytes: Vec<u8>,
}

impl Archive {
    /// Returns how many entries the log has.
    pub fn log_size(&self) -> Result<u64, ArchiveError> {
        self.read(|access| Ok(frames::size(access)?.unsigned_abs()))
    }

    /// Hands the log's entries from number `from` to before `to` to `take`, in order.
    pub fn log_entries(
        &self,
        (from, to): (u64, u64),
        take: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<(), ArchiveError> {
        let number = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        self.read(|access| {
            frames::each(access, (number(from), number(to)), &mut |at, bytes| {
                take(at.unsigned_abs(), bytes);
                Ok(())
            })
        })
    }

    /// Returns the entries that tell of a visit: its own, and those of its judgements; none where
    /// it was recorded before there was a log.
    pub fn log_of_visit(&self, visit: VisitId) -> Result<Vec<LogEntry>, ArchiveError> {
        self.read(|access| {
            let judgements = access.all(
                "SELECT id FROM judgement WHERE visit = ?1 ORDER BY id",
                [visit.0],
                |row| row.get(0).map(Subject::Judgement),
            )?;
            let mut found = Vec::new();
            for subject in [Subject::Visit(visit.0)].into_iter().chain(judgements) {
                found.extend(find(access, subject)?);
            }
            Ok(found)
        })
    }
}

impl Archive {
    /// Returns the latest entry of an event that was added with the judgement it rests on.
    pub fn log_of_event(&self, event: &EventId) -> Result<Option<LogEntry>, ArchiveError> {
        self.read(|access| {
            let sql = "SELECT id, judgement FROM event WHERE name = ?1";
            let found = access.maybe(sql, [event], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let Some((id, judgement)) = found else { return Ok(None) };
            find_beside(access, Subject::Judgement(judgement), Subject::Event(id))
        })
    }
}

impl Archive {
    /// Returns the entries that say of these digests that their bytes were taken out. Reads the whole
    /// log.
    pub fn log_of_removals(&self, digests: &[Digest]) -> Result<Vec<LogEntry>, ArchiveError> {
        let hex: Vec<String> = digests.iter().map(Digest::to_string).collect();
        let mut found = Vec::new();
        self.log_entries((0, self.log_size()?), &mut |index, bytes| {
            if entries::removed(bytes).is_some_and(|it| hex.contains(&it)) {
                found.push(LogEntry { index, bytes: bytes.to_vec() });
            }
        })?;
        Ok(found)
    }
}

/// Returns the entry of a visit or judgement.
fn find(access: Access<'_>, subject: Subject) -> Result<Option<LogEntry>, Fault> {
    find_beside(access, subject, subject)
}

/// Returns the last entry of a row in the frame that holds the entry of a visit or judgement.
fn find_beside(
    access: Access<'_>,
    beside: Subject,
    subject: Subject,
) -> Result<Option<LogEntry>, Fault> {
    let Some(first) = frame_of(access, beside)? else { return Ok(None) };
    let sql = "SELECT first + entries FROM log_frame WHERE first = ?1";
    let end = access.one(sql, [first], |row| row.get(0))?;
    let mut found = None;
    frames::each(access, (first, end), &mut |at, bytes| {
        if entries::subject(bytes) == Some(subject) {
            found = Some(LogEntry { index: at.unsigned_abs(), bytes: bytes.to_vec() });
        }
        Ok(())
    })?;
    Ok(found)
}
