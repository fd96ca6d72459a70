//! Bytes on their shelves: named by digest, compressed against what they resemble, never rewritten.

use std::{cell::RefCell, io, sync::Arc};

use rusqlite::params;
use zstd::zstd_safe::{self, CCtx, CParameter, DCtx};

use crate::{
    archive::{access::Access, error::Fault},
    model::snapshot::Digest,
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

/// The level of bytes on those before them, whose places its one table holds: for bodies, a third
/// less work than the level of whole ones for a fortieth more room, on ten pages' histories of sixty
/// captures.
const DELTA_LEVEL: i32 = 1;

/// How many frames a reader decodes at most, one upon the other.
pub const CHAIN_MAX: i64 = 50;

/// The largest window of a frame, as a power of two: 128 MiB.
const WINDOW_LOG_MAX: u32 = 27;

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
    bytes: &Arc<[u8]>,
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
    let check = unpress(&pressed.frame, prefix.map(|it| &*it.bytes), bytes.len());
    if check.as_deref() != Ok(&**bytes) {
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
    bytes: Arc<[u8]>,
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
    let window_max = 1 << WINDOW_LOG_MAX;
    let Some(base) = base.filter(|base| base.bytes.len() + bytes.len() <= window_max) else {
        return Ok(Pressed { frame: encode(bytes, None, LEVEL)?, on_base: false });
    };
    let delta = encode_delta(bytes, &base.bytes)?;
    // A frame of its own is hardly ever under an eighth, so it is not even tried.
    if delta.len() <= bytes.len() / 8 {
        return Ok(Pressed { frame: delta, on_base: true });
    }
    let whole = encode(bytes, None, LEVEL)?;
    Ok(match delta.len() <= whole.len() / 2 {
        true => Pressed { frame: delta, on_base: true },
        false => Pressed { frame: whole, on_base: false },
    })
}

/// Encodes bytes that are nearly those of `prefix`.
fn encode_delta(bytes: &[u8], prefix: &[u8]) -> io::Result<Vec<u8>> {
    // The prefix is noted at every third place; at this level's own size, the table would hold the
    // end of a long one alone.
    let table = CParameter::HashLog(window_log(prefix, bytes) - 3);
    compress(bytes, Some(prefix), &[CParameter::CompressionLevel(DELTA_LEVEL), table])
}

/// Encodes bytes to a frame, on a prefix if there is one.
pub fn encode(bytes: &[u8], prefix: Option<&[u8]>, level: i32) -> io::Result<Vec<u8>> {
    compress(bytes, prefix, &[CParameter::CompressionLevel(level)])
}

/// Returns the window that reaches over prefix and bytes, as a power of two.
fn window_log(prefix: &[u8], bytes: &[u8]) -> u32 {
    let reach = (prefix.len() + bytes.len()).max(2);
    (usize::BITS - (reach - 1).leading_zeros()).clamp(18, WINDOW_LOG_MAX)
}

/// Encodes in one go: a stream would copy all of the bytes into a window of its own.
fn compress(bytes: &[u8], prefix: Option<&[u8]>, parameters: &[CParameter]) -> io::Result<Vec<u8>> {
    let failed = |code| io::Error::other(zstd_safe::get_error_name(code));
    let mut context = CCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
    let mut set = |parameter| context.set_parameter(parameter).map_err(failed);
    for parameter in parameters {
        set(*parameter)?;
    }
    set(CParameter::ChecksumFlag(true))?;
    if let Some(prefix) = prefix {
        // The prefix helps only as far as the window reaches.
        set(CParameter::WindowLog(window_log(prefix, bytes)))?;
        context.ref_prefix(prefix).map_err(failed)?;
    }
    let mut frame = Vec::with_capacity(zstd_safe::compress_bound(bytes.len()));
    context.compress2(&mut frame, bytes).map_err(failed)?;
    frame.shrink_to_fit();
    Ok(frame)
}

/// Decodes a frame to at most `bytes_max` bytes, for which there has to be memory; the reason if it
/// does not decode.
pub fn unpress(frame: &[u8], prefix: Option<&[u8]>, bytes_max: usize) -> Result<Vec<u8>, String> {
    let failed = |code| zstd_safe::get_error_name(code).to_owned();
    let told = zstd_safe::get_frame_content_size(frame).ok().flatten();
    if told.is_some_and(|bytes| (bytes_max as u64) < bytes) {
        return Err(format!("it decodes to more than {bytes_max} bytes"));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(bytes_max).map_err(|failure| failure.to_string())?;
    let mut context = DCtx::try_create().ok_or("there is no memory to decode it")?;
    context.ref_prefix(prefix.unwrap_or_default()).map_err(failed)?;
    context.decompress(&mut bytes, frame).map_err(failed)?;
    Ok(bytes)
}

/// Returns bytes as a frame that rests on `prefix` and decodes to them again.
///
/// Fails where both together are larger than a reader would look back.
pub fn pack(bytes: &[u8], prefix: Option<&[u8]>, level: i32) -> Result<Vec<u8>, Fault> {
    let reach = bytes.len() + prefix.map_or(0, <[u8]>::len);
    if prefix.is_some() && (1 << WINDOW_LOG_MAX) < reach {
        return Err(Fault::damaged("a base for a frame", "it is too large to look back to"));
    }
    let frame = encode(bytes, prefix, level).map_err(Fault::System)?;
    match unpress(&frame, prefix, bytes.len()).as_deref() == Ok(bytes) {
        true => Ok(frame),
        false => Err(Fault::damaged("a new frame", "it did not decode to what was written")),
    }
}

/// Decodes a frame that rests on nothing, to at most `bytes_max` bytes; the reason if it does not
/// decode.
pub fn unpack(frame: &[u8], bytes_max: usize) -> Result<Vec<u8>, String> {
    let told = zstd_safe::get_frame_content_size(frame).ok().flatten();
    let told = told.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(bytes_max);
    unpress(frame, None, told.min(bytes_max))
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
pub fn get(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Arc<[u8]>, Fault> {
    let mut links: Vec<Link> = Vec::new();
    let mut below: Option<Arc<[u8]>> = None;
    let mut next = Some(id);
    while let Some(id) = next {
        let digest = digest_of(access, shelf, id)?;
        below = access.recent.borrow_mut().get(&digest);
        if below.is_some() {
            break;
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
    let whole = links.first().map(|link| link.digest);
    for link in links.iter().rev() {
        below = Some(unpress_link(shelf, link, below.as_deref())?.into());
    }
    let bytes = below.ok_or_else(|| Fault::Unknown(format!("row {id} of {}", shelf.table())))?;
    if let Some(digest) = whole {
        check_digest(shelf, digest, &bytes)?;
        access.recent.borrow_mut().keep(digest, &bytes);
    }
    Ok(bytes)
}

fn digest_of(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Digest, Fault> {
    let sql = format!("SELECT digest FROM {} WHERE id = ?1", shelf.table());
    let found = access.maybe(&sql, [id], |row| row.get(0))?;
    found.ok_or_else(|| Fault::damaged(format!("row {id} of {}", shelf.table()), "it is missing"))
}

fn link(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Link, Fault> {
    let sql = format!("SELECT digest, raw_bytes, base, frame FROM {} WHERE id = ?1", shelf.table());
    access.one(&sql, [id], |row| {
        Ok(Link {
            digest: row.get(0)?,
            raw_bytes: row.get(1)?,
            base: row.get(2)?,
            frame: row.get(3)?,
        })
    })
}

fn unpress_link(shelf: Shelf, link: &Link, below: Option<&[u8]>) -> Result<Vec<u8>, Fault> {
    let raw_bytes = usize::try_from(link.raw_bytes).unwrap_or(0);
    let prefix = link.base.and(below);
    unpress(&link.frame, prefix, raw_bytes)
        .map_err(|problem| Fault::damaged(shelf.name(&link.digest), problem))
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
pub fn prove(access: Access<'_>, shelf: Shelf, id: i64) -> Result<Arc<[u8]>, Fault> {
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
pub fn get_by_digest(
    access: Access<'_>,
    shelf: Shelf,
    digest: &Digest,
) -> Result<Arc<[u8]>, Fault> {
    let id = require(access, shelf, digest)?;
    get(Access { recent: &RefCell::default(), ..access }, shelf, id)
}
