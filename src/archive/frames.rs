//! Bytes on their shelves: named by digest, compressed against what they resemble, never rewritten.

use std::{cell::RefCell, io};

use bytes::Bytes;
use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        codec::{self, Proof},
        error::Fault,
    },
    model::snapshot::{self, Digest},
};

/// Where bytes are kept; each shelf is a table of the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Bodies of visits.
    Snapshots,
    /// Texts, as lines.
    Texts,
    /// Header fields of answers.
    Headers,
}

impl Shelf {
    /// Every shelf.
    pub const ALL: [Shelf; 3] = [Shelf::Snapshots, Shelf::Texts, Shelf::Headers];

    /// Returns the shelf's table.
    pub fn table(self) -> &'static str {
        match self {
            Shelf::Snapshots => "snapshot",
            Shelf::Texts => "text",
            Shelf::Headers => "header_set",
        }
    }

    /// Returns the name of something on the shelf, for messages.
    pub fn name(self, digest: &Digest) -> String {
        match self {
            Shelf::Snapshots => format!("snapshot {digest}"),
            Shelf::Texts => format!("text {digest}"),
            Shelf::Headers => format!("header set {digest}"),
        }
    }
}

/// The level of frames that rest on nothing.
pub const LEVEL: i32 = 3;

/// How many frames a reader decodes at most, one upon the other.
pub const CHAIN_MAX: i64 = 50;

/// Returns the number of the bytes of this digest on a shelf, if they are there.
pub fn find(access: Access<'_>, shelf: Shelf, digest: &Digest) -> Result<Option<i64>, Fault> {
    let sql = format!("SELECT id FROM {} WHERE digest = ?1", shelf.table());
    access.maybe(&sql, [digest], |row| row.get(0))
}

/// Returns the number of the bytes of this digest on a shelf, which must be there.
pub fn require(access: Access<'_>, shelf: Shelf, digest: &Digest) -> Result<i64, Fault> {
    find(access, shelf, digest)?.ok_or_else(|| Fault::Unknown(shelf.name(digest)))
}

/// Puts bytes on a shelf unless they are there already, and returns their number.
///
/// `digest` is theirs. `base` is the number of what they are likely to resemble. What is stored
/// was decoded again and compared with `bytes`.
pub fn put(
    access: Access<'_>,
    shelf: Shelf,
    digest: Digest,
    bytes: &Bytes,
    base: Option<i64>,
) -> Result<i64, Fault> {
    if let Some(id) = find(access, shelf, &digest)? {
        return Ok(id);
    }
    let base = match base {
        Some(base) => usable_base(access, shelf, base)?,
        None => None,
    };
    let pressed = press(bytes, base.as_ref()).map_err(Fault::System)?;
    let prefix = base.as_ref().filter(|_| pressed.on_base);
    if !codec::is_frame_of(bytes, &pressed.frame, prefix.map(|it| &*it.bytes)) {
        return Err(Fault::damaged(shelf.name(&digest), "it did not decode to what was written"));
    }
    let sql = format!(
        "INSERT INTO {} (digest, raw_bytes, base, depth, frame) VALUES (?1, ?2, ?3, ?4, ?5)",
        shelf.table()
    );
    let depth = prefix.map_or(0, |it| it.depth + 1);
    let row = params![digest, bytes.len() as i64, prefix.map(|it| it.id), depth, pressed.frame];
    let id = access.insert(&sql, row)?;
    access.recent.borrow_mut().keep(digest, bytes);
    Ok(id)
}

struct Base {
    id: i64,
    depth: i64,
    bytes: Bytes,
}

/// Reads what a frame may rest on. Nothing rests on something damaged: the new bytes are then kept
/// whole, and `verify` names the damage.
fn usable_base(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Option<Base>, Fault> {
    let sql = format!("SELECT depth FROM {} WHERE id = ?1", shelf.table());
    let Some(depth) = access.maybe(&sql, [id], |row| row.get(0))? else { return Ok(None) };
    if CHAIN_MAX <= depth {
        return Ok(None);
    }
    match get(access, shelf, id) {
        Ok(bytes) => Ok(Some(Base { id, depth, bytes })),
        Err(Fault::Damaged { .. } | Fault::Redacted(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

struct Pressed {
    frame: Vec<u8>,
    on_base: bool,
}

fn press(bytes: &[u8], base: Option<&Base>) -> io::Result<Pressed> {
    let whole = || codec::encode(bytes, None, LEVEL, Proof::Elsewhere);
    let Some(base) = base.filter(|base| codec::can_rest(bytes, &base.bytes)) else {
        return Ok(Pressed { frame: whole()?, on_base: false });
    };
    let delta = codec::encode_delta(bytes, &base.bytes)?;
    // A frame of its own is hardly ever under an eighth, so it is not even tried.
    if delta.len() <= bytes.len() / 8 {
        return Ok(Pressed { frame: delta, on_base: true });
    }
    let whole = whole()?;
    Ok(match delta.len() <= whole.len() / 2 {
        true => Pressed { frame: delta, on_base: true },
        false => Pressed { frame: whole, on_base: false },
    })
}

/// Returns bytes as a frame that rests on `prefix` and decodes to them again.
///
/// Fails where both together are larger than a reader would look back.
pub fn pack(
    bytes: &[u8],
    prefix: Option<&[u8]>,
    level: i32,
    proof: Proof,
) -> Result<Vec<u8>, Fault> {
    if prefix.is_some_and(|prefix| !codec::can_rest(bytes, prefix)) {
        return Err(Fault::damaged("a base for a frame", "it is too large to look back to"));
    }
    let frame = codec::encode(bytes, prefix, level, proof).map_err(Fault::System)?;
    match codec::is_frame_of(bytes, &frame, prefix) {
        true => Ok(frame),
        false => Err(Fault::damaged("a new frame", "it did not decode to what was written")),
    }
}

/// Puts a frame in the place of the one that a row has; it must decode to the same.
pub fn replace(
    access: Access<'_>,
    shelf: Shelf,
    id: i64,
    (base, depth): (Option<i64>, i64),
    frame: &[u8],
) -> Result<(), Fault> {
    let table = shelf.table();
    let sql = format!("UPDATE {table} SET base = ?2, depth = ?3, frame = ?4 WHERE id = ?1");
    access.execute(&sql, params![id, base, depth, frame])?;
    Ok(())
}

/// Notes how many frames are below that of a row, whose base was packed anew.
pub fn move_to(access: Access<'_>, shelf: Shelf, id: i64, depth: i64) -> Result<(), Fault> {
    let sql = format!("UPDATE {} SET depth = ?2 WHERE id = ?1", shelf.table());
    access.execute(&sql, [id, depth])?;
    Ok(())
}

/// Sets the depths right of all rows whose base has another depth than it had.
pub fn settle(access: Access<'_>, shelf: Shelf) -> Result<(), Fault> {
    let table = shelf.table();
    let sql = format!(
        "UPDATE {table} SET depth = (SELECT b.depth + 1 FROM {table} b WHERE b.id = {table}.base)
         WHERE base IS NOT NULL
             AND depth <> (SELECT b.depth + 1 FROM {table} b WHERE b.id = {table}.base)"
    );
    // Each round mends one step of the chains.
    for _ in 0..=CHAIN_MAX + 1 {
        if access.execute(&sql, [])? == 0 {
            break;
        }
    }
    Ok(())
}

/// Returns how many frames are below that of a row.
pub fn depth(access: Access<'_>, shelf: Shelf, id: i64) -> Result<i64, Fault> {
    let sql = format!("SELECT depth FROM {} WHERE id = ?1", shelf.table());
    access.one(&sql, [id], |row| row.get(0))
}

struct Link {
    digest: Digest,
    raw_bytes: i64,
    base: Option<i64>,
    frame: Vec<u8>,
}

/// Returns the bytes of this number on a shelf, checked against their digest.
pub fn get(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Bytes, Fault> {
    let mut links: Vec<Link> = Vec::new();
    let mut below: Option<Bytes> = None;
    let mut next = Some(id);
    let has_recent = !access.recent.borrow().is_empty();
    while let Some(id) = next {
        // Where nothing was read lately, it is not asked for at each step.
        if has_recent {
            let digest = digest_of(access, shelf, id)?;
            below = access.recent.borrow_mut().get(&digest);
            if below.is_some() {
                break;
            }
        }
        let link = link(access, shelf, id)?;
        if link.frame.is_empty() {
            return Err(Fault::Redacted(shelf.name(&link.digest)));
        }
        next = link.base;
        links.push(link);
        if CHAIN_MAX < links.len() as i64 - 1 {
            let top = &links[0].digest;
            return Err(Fault::damaged(shelf.name(top), "it rests on too many frames"));
        }
    }
    let Some(top) = links.first() else {
        return below.ok_or_else(|| Fault::Unknown(format!("row {id} of {}", shelf.table())));
    };
    let mut bytes = decode_links(shelf, &links, below.as_deref(), Check::Top);
    if matches!(bytes, Err(Fault::Damaged { .. })) {
        // Slower, and tells which of the frames it was.
        bytes = decode_links(shelf, &links, below.as_deref(), Check::Each);
    }
    let bytes = snapshot::exact(bytes?);
    access.recent.borrow_mut().keep(top.digest, &bytes);
    Ok(bytes)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    /// The bytes that were asked for.
    Top,
    /// What each of the frames holds.
    Each,
}

/// Decodes frames, each upon the next and the last upon `below`, to the bytes of the first.
fn decode_links(
    shelf: Shelf,
    links: &[Link],
    below: Option<&[u8]>,
    check: Check,
) -> Result<Vec<u8>, Fault> {
    let (mut bytes, mut last) = (Vec::new(), Vec::new());
    for (at, link) in links.iter().enumerate().rev() {
        std::mem::swap(&mut bytes, &mut last);
        let is_lowest = at + 1 == links.len();
        let prefix = if is_lowest { below } else { Some(last.as_slice()) };
        let bytes_max = usize::try_from(link.raw_bytes).unwrap_or(0);
        codec::decode(&link.frame, link.base.and(prefix), bytes_max, &mut bytes)
            .map_err(|problem| Fault::damaged(shelf.name(&link.digest), problem))?;
        if at == 0 || check == Check::Each {
            check_digest(shelf, link.digest, &bytes)?;
        }
    }
    Ok(bytes)
}

fn digest_of(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Digest, Fault> {
    let sql = format!("SELECT digest FROM {} WHERE id = ?1", shelf.table());
    access.maybe(&sql, [id], |row| row.get(0))?.ok_or_else(|| missing(shelf, id))
}

fn missing(shelf: Shelf, id: i64) -> Fault {
    Fault::damaged(format!("row {id} of {}", shelf.table()), "it is missing")
}

fn link(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Link, Fault> {
    let sql = format!("SELECT digest, raw_bytes, base, frame FROM {} WHERE id = ?1", shelf.table());
    let found = access.maybe(&sql, [id], |row| {
        Ok(Link {
            digest: row.get(0)?,
            raw_bytes: row.get(1)?,
            base: row.get(2)?,
            frame: row.get(3)?,
        })
    })?;
    found.ok_or_else(|| missing(shelf, id))
}

fn check_digest(shelf: Shelf, digest: Digest, bytes: &[u8]) -> Result<(), Fault> {
    match Digest::of(bytes) {
        found if found == digest => Ok(()),
        found => {
            Err(Fault::damaged(shelf.name(&digest), format!("its bytes have the digest {found}")))
        }
    }
}

/// Reads the bytes of this number from the disk, with `recent` of the caller's own making, and
/// checks digest and length.
pub fn prove(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Bytes, Fault> {
    let bytes = get(access, shelf, id)?;
    let sql = format!("SELECT digest, raw_bytes FROM {} WHERE id = ?1", shelf.table());
    let (digest, raw_bytes): (Digest, i64) =
        access.one(&sql, [id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match raw_bytes == bytes.len() as i64 {
        true => Ok(bytes),
        false => Err(Fault::damaged(
            shelf.name(&digest),
            format!("it has {} bytes, and {raw_bytes} are on record", bytes.len()),
        )),
    }
}

/// Returns the bytes of this digest, read for a caller outside: always from the disk.
pub fn get_by_digest(access: Access<'_>, shelf: Shelf, digest: &Digest) -> Result<Bytes, Fault> {
    let id = require(access, shelf, digest)?;
    get_from_disk(access, shelf, id)
}

/// Does what [`get`] does, with nothing of what was read lately.
pub fn get_from_disk(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Bytes, Fault> {
    get(Access { recent: &RefCell::default(), ..access }, shelf, id)
}
