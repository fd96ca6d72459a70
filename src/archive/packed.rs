//! What happened, packed as it is kept. What stands in it is not known here.

use rusqlite::Row;

use crate::archive::{
    codec::{self, Proof},
    error::Fault,
    frames,
};

/// Packs what happened: the words of a long change take a fifth of the room then.
pub fn pack(json: &str) -> Result<Vec<u8>, Fault> {
    let level = if json.len() <= THOROUGH_BYTES_MAX { WHAT_LEVEL } else { frames::LEVEL };
    frames::pack(json.as_bytes(), None, level, Proof::Within)
}

/// The level at which it is packed: a few are written a month, and all are kept for good.
const WHAT_LEVEL: i32 = 12;

/// Up to here that level is used. Of 24 MB it makes hardly less than the level of bodies, with tables
/// of 45 MB more.
const THOROUGH_BYTES_MAX: usize = 1 << 20;

/// The most bytes of what happened; a change quotes two texts at most.
const WHAT_BYTES_MAX: usize = 256 << 20;

/// Returns what happened as JSON, from a row with `what` and `packed`; it stands unpacked where an
/// earlier program wrote it, and is empty where it is packed.
pub fn what_in(row: &Row<'_>) -> rusqlite::Result<String> {
    let Some(packed) = row.get::<_, Option<Vec<u8>>>("packed")? else {
        return row.get("what");
    };
    let damaged = |problem: String| {
        let kind = rusqlite::types::Type::Blob;
        rusqlite::Error::FromSqlConversionFailure(0, kind, problem.into())
    };
    if !row.get_ref("what")?.as_str()?.is_empty() {
        return Err(damaged("it stands there packed and unpacked".to_owned()));
    }
    let bytes = codec::unpack(&packed, WHAT_BYTES_MAX).map_err(damaged)?;
    String::from_utf8(bytes).map_err(|error| damaged(error.to_string()))
}
