//! Texts and the regimes under which they are read, put on record.

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::Fault,
        frames::{self, Shelf},
        redact,
    },
    model::{history::Regime, snapshot::Digest, text::Text},
};

/// Returns the number of a regime, which is added if needed.
pub fn regime(access: Access<'_>, regime: &Regime) -> Result<i64, Fault> {
    let key = params![regime.revision, regime.selection];
    let found = access.maybe(
        "SELECT id FROM regime WHERE revision = ?1 AND selection = ?2",
        key,
        |row| row.get(0),
    )?;
    match found {
        Some(id) => Ok(id),
        None => access.insert("INSERT INTO regime (revision, selection) VALUES (?1, ?2)", key),
    }
}

/// Keeps a text as its lines, against the page's latest, which it mostly resembles.
///
/// A text whose lines do not read back is refused: nothing could be compared with it again.
pub fn put_text(access: Access<'_>, page: i64, text: &Text) -> Result<i64, Fault> {
    if let Some(digest) = access.texts.borrow().digest_of(text)
        && let Some(id) = frames::find(access, Shelf::Texts, &digest)?
        && !redact::is_redacted(access, Shelf::Texts, id)?
    {
        return Ok(id);
    }
    let lines = text.to_lines();
    let digest = Digest::of(lines.as_bytes());
    if let Some(id) = frames::find(access, Shelf::Texts, &digest)? {
        redact::come_back(access, Shelf::Texts, id, lines.as_bytes())?;
        return Ok(id);
    }
    if Text::from_lines(&lines).as_ref() != Some(text) {
        let what = Shelf::Texts.name(&digest);
        return Err(Fault::damaged(what, "it has words that do not fit into its lines"));
    }
    let sql = "SELECT latest_text FROM page_status WHERE page = ?1";
    let base = access.maybe(sql, [page], |row| row.get(0))?.flatten();
    frames::put(access, Shelf::Texts, digest, &lines.into_bytes().into(), base)
}
