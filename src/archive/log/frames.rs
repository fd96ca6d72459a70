//! Entries on the disk: those of a transaction together, as one frame against an earlier one.

use std::sync::Arc;

use rusqlite::params;

use crate::archive::{
    access::Access,
    codec::{self, Proof},
    error::Fault,
    frames,
    log::touched::Subject,
};

/// The most entries and bytes of a frame.
const FRAME_ENTRIES_MAX: usize = 256;
const FRAME_BYTES_MAX: usize = 256 << 10;

/// How many frames rest upon one another at most. Those of one sweep are read one after the other,
/// each with all that it rests on.
const DEPTH_MAX: i64 = 24;

/// An entry to be added.
pub struct NewEntry {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The visit that it tells of.
    pub visit: Option<i64>,
    /// The judgement that it tells of.
    pub judgement: Option<i64>,
}

/// Returns how many entries there are.
pub fn size(access: Access<'_>) -> Result<i64, Fault> {
    let sql = "SELECT first + entries FROM log_frame ORDER BY first DESC LIMIT 1";
    Ok(access.maybe(sql, [], |row| row.get(0))?.unwrap_or(0))
}

/// Adds entries at the end. `base` is the first number of the frame that they are likely to
/// resemble.
pub fn append(access: Access<'_>, entries: &[NewEntry], base: Option<i64>) -> Result<(), Fault> {
    let mut first = size(access)?;
    let mut left = entries;
    while !left.is_empty() {
        let mut bytes = 0;
        let fits = |entry: &&NewEntry| {
            bytes += entry.bytes.len() + 2;
            bytes <= FRAME_BYTES_MAX
        };
        let count = left.iter().take(FRAME_ENTRIES_MAX).take_while(fits).count().max(1);
        put(access, first, &left[..count], base)?;
        first += count as i64;
        left = &left[count..];
    }
    Ok(())
}

fn put(
    access: Access<'_>,
    first: i64,
    entries: &[NewEntry],
    base: Option<i64>,
) -> Result<(), Fault> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.bytes.len())
            .map_err(|_| Fault::damaged("an entry of the log", "it is too long"))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&entry.bytes);
    }
    let base = match base {
        Some(base) => usable(access, base)?,
        None => None,
    };
    let prefix = base.as_ref().map(|base| &*base.bytes);
    let frame =
        codec::encode(&bytes, prefix, frames::LEVEL, Proof::Within).map_err(Fault::System)?;
    if !codec::is_frame_of(&bytes, &frame, prefix) {
        return Err(Fault::damaged(name(first), "it did not decode to what was written"));
    }
    access.insert(
        "INSERT INTO log_frame (first, entries, visit, judgement, raw_bytes, base, depth, frame)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            first,
            entries.len() as i64,
            entries.iter().find_map(|entry| entry.visit),
            entries.iter().find_map(|entry| entry.judgement),
            bytes.len() as i64,
            base.as_ref().map(|base| base.first),
            base.as_ref().map_or(0, |base| base.depth + 1),
            frame
        ],
    )?;
    access.log.borrow_mut().frames.keep(first, &bytes.into());
    Ok(())
}

/// What a frame may rest on.
struct Base {
    first: i64,
    depth: i64,
    bytes: Arc<[u8]>,
}

/// Reads what a frame may rest on; nothing rests on something damaged.
fn usable(access: Access<'_>, base: i64) -> Result<Option<Base>, Fault> {
    let sql = "SELECT depth FROM log_frame WHERE first = ?1";
    let Some(depth) = access.maybe(sql, [base], |row| row.get(0))? else { return Ok(None) };
    if DEPTH_MAX <= depth {
        return Ok(None);
    }
    match raw(access, base) {
        Ok(bytes) => Ok(Some(Base { first: base, depth, bytes })),
        Err(Fault::Damaged { .. }) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Returns the frame's bytes as they were before they were compressed.
fn raw(access: Access<'_>, first: i64) -> Result<Arc<[u8]>, Fault> {
    let mut links = Vec::new();
    let mut below: Option<Arc<[u8]>> = None;
    let mut next = Some(first);
    while let Some(at) = next {
        below = access.log.borrow().frames.get(at);
        if below.is_some() {
            break;
        }
        if DEPTH_MAX < links.len() as i64 {
            return Err(Fault::damaged(name(first), "it rests on too many frames"));
        }
        let sql = "SELECT raw_bytes, base, frame FROM log_frame WHERE first = ?1";
        let found: Option<(i64, Option<i64>, Vec<u8>)> =
            access.maybe(sql, [at], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let missing = || Fault::damaged(name(at), "it is missing");
        let (raw_bytes, base, frame) = found.ok_or_else(missing)?;
        next = base;
        links.push((at, raw_bytes, base, frame));
    }
    for (at, raw_bytes, base, frame) in links.into_iter().rev() {
        let bytes_max = usize::try_from(raw_bytes).unwrap_or(0);
        let mut bytes = Vec::new();
        codec::decode(&frame, base.and(below.as_deref()), bytes_max, &mut bytes)
            .map_err(|problem| Fault::damaged(name(at), problem))?;
        let bytes: Arc<[u8]> = bytes.into();
        access.log.borrow_mut().frames.keep(at, &bytes);
        below = Some(bytes);
    }
    below.ok_or_else(|| Fault::damaged(name(first), "it is missing"))
}

/// Returns the name of a frame, for messages.
fn name(first: i64) -> String {
    format!("the log from entry {first} on")
}

/// What takes entries one after the other, each with its number.
pub type Taker<'a> = &'a mut dyn FnMut(i64, &[u8]) -> Result<(), Fault>;

/// Hands the entries from number `from` to before `to` to `take`, in order.
pub fn each(access: Access<'_>, (from, to): (i64, i64), take: Taker<'_>) -> Result<(), Fault> {
    let mut next = match access.maybe(
        "SELECT first FROM log_frame WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
        [from],
        |row| row.get::<_, i64>(0),
    )? {
        Some(first) => first,
        None => return Ok(()),
    };
    while next < to {
        let sql = "SELECT entries, raw_bytes, base, depth FROM log_frame WHERE first = ?1";
        let found: Option<(i64, i64, Option<i64>, i64)> = access
            .maybe(sql, [next], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let missing = || Fault::damaged(name(next), "it is missing");
        let (count, raw_bytes, base, depth) = found.ok_or_else(missing)?;
        check_depth(access, next, base, depth)?;
        let bytes = raw(access, next)?;
        if bytes.len() as i64 != raw_bytes {
            return Err(Fault::damaged(name(next), format!("it has {} bytes", bytes.len())));
        }
        let entries = split(&bytes).filter(|entries| entries.len() as i64 == count);
        let wrong = || Fault::damaged(name(next), format!("it does not hold {count} entries"));
        for (at, entry) in (next..).zip(entries.ok_or_else(wrong)?) {
            if (from..to).contains(&at) {
                take(at, entry)?;
            }
        }
        next += count;
    }
    Ok(())
}

fn check_depth(access: Access<'_>, first: i64, base: Option<i64>, depth: i64) -> Result<(), Fault> {
    let below = match base {
        Some(base) => {
            let sql = "SELECT depth + 1 FROM log_frame WHERE first = ?1 AND first < ?2";
            access.maybe(sql, [base, first], |row| row.get(0))?
        }
        None => Some(0),
    };
    match below == Some(depth) {
        true => Ok(()),
        false => Err(Fault::damaged(name(first), "its depth does not agree with its base")),
    }
}

/// Returns the entries of a frame; `None` if its lengths do not add up.
fn split(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

/// Returns the first number of the frame that holds a visit's or judgement's entry, if one does.
pub fn frame_of(access: Access<'_>, subject: Subject) -> Result<Option<i64>, Fault> {
    let (sql, id) = match subject {
        Subject::Visit(id) => {
            ("SELECT first FROM log_frame WHERE visit <= ?1 ORDER BY visit DESC LIMIT 1", id)
        }
        Subject::Judgement(id) => (
            "SELECT first FROM log_frame WHERE judgement <= ?1 ORDER BY judgement DESC LIMIT 1",
            id,
        ),
        Subject::Version(_)
        | Subject::Event(_)
        | Subject::Delivery(_)
        | Subject::Note(_)
        | Subject::Term(_)
        | Subject::Review(_)
        | Subject::Rule(_)
        | Subject::State(_)
        | Subject::Lesson(_)
        | Subject::Removal(_) => {
            return Ok(None);
        }
    };
    access.maybe(sql, [id], |row| row.get(0))
}
