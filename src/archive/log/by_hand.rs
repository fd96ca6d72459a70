//! What the log says of what people added, decided or wrote in the watchlist.

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::Fault,
        log::{
            item::{Item, canonical, fields},
            row::{Derived, hashed, integer, time, words},
        },
    },
    model::snapshot::Digest,
};

/// Returns what a person added to a pledge's life. Source and words are named by their digests: the
/// log may be published, and an editor's notes are nobody's business.
pub fn note(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    access.maybe(
        "SELECT p.page, g.name, p.name, n.kind, n.day, n.source, n.words, n.recorded_at
         FROM pledge_note n JOIN pledge p ON p.id = n.pledge JOIN page g ON g.id = p.page
         WHERE n.id = ?1",
        [id],
        |row| {
            let members = fields([
                ("kind", Some(Item::words("pledge_note"))),
                ("pledge_note", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("pledge", words(row, 2)?),
                ("of", words(row, 3)?),
                ("day", words(row, 4)?),
                ("source", hashed(row, 5)?),
                ("words", hashed(row, 6)?),
                ("recorded_at", time(row, 7)?),
            ]);
            Ok(Derived { fields: members, page: Some(row.get(0)?) })
        },
    )
}

/// Returns until when the watchlist said that a pledge holds.
pub fn term(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    access.maybe(
        "SELECT p.page, g.name, p.name, t.term, t.recorded_at
         FROM pledge_term t JOIN pledge p ON p.id = t.pledge JOIN page g ON g.id = p.page
         WHERE t.id = ?1",
        [id],
        |row| {
            let members = fields([
                ("kind", Some(Item::words("pledge_term"))),
                ("pledge_term", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("pledge", words(row, 2)?),
                ("term", words(row, 3)?),
                ("recorded_at", time(row, 4)?),
            ]);
            Ok(Derived { fields: members, page: Some(row.get(0)?) })
        },
    )
}

/// Returns what was removed by order, when and why.
pub fn removal(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    access.maybe("SELECT removed_at, kind, what, reason FROM removal WHERE id = ?1", [id], |row| {
        let members = fields([
            ("kind", Some(Item::words("removal"))),
            ("removal", Some(Item::integer(id))),
            ("at", time(row, 0)?),
            ("of", words(row, 1)?),
            ("what", words(row, 2)?),
            ("reason", words(row, 3)?),
        ]);
        Ok(Derived { fields: members, page: None })
    })
}

/// Returns what somebody decided as a salted digest of all that is kept of it: the log may be
/// published before a newsroom has told what it makes of a change.
pub fn review(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    let found = access.maybe(
        "SELECT event, decision, reason, note, reviewer, at, rule, lower(hex(salt)) FROM review
         WHERE id = ?1",
        params![id],
        |row| {
            Ok(fields([
                ("event", integer(row, 0)?),
                ("decision", words(row, 1)?),
                ("reason", words(row, 2)?),
                ("note", words(row, 3)?),
                ("reviewer", words(row, 4)?),
                ("at", time(row, 5)?),
                ("rule", integer(row, 6)?),
                ("salt", words(row, 7)?),
            ]))
        },
    )?;
    let Some(kept) = found else { return Ok(None) };
    let members = fields([
        ("kind", Some(Item::words("review"))),
        ("review", Some(Item::integer(id))),
        ("event", kept.get("event").cloned()),
        ("row", Some(Item::digest(Digest::of(&canonical(&kept)?)))),
    ]);
    Ok(Some(Derived { fields: members, page: None }))
}

/// Returns a rule as a salted digest, as a review.
pub fn rule(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    let found = access.maybe(
        "SELECT rule, revision, page, event, state, likenesses, reason, reviewer, at,
             lower(hex(salt)) FROM review_rule WHERE id = ?1",
        params![id],
        |row| {
            Ok(fields([
                ("rule", integer(row, 0)?),
                ("revision", integer(row, 1)?),
                ("page", integer(row, 2)?),
                ("event", integer(row, 3)?),
                ("state", words(row, 4)?),
                ("likenesses", words(row, 5)?),
                ("reason", words(row, 6)?),
                ("reviewer", words(row, 7)?),
                ("at", time(row, 8)?),
                ("salt", words(row, 9)?),
            ]))
        },
    )?;
    let Some(kept) = found else { return Ok(None) };
    let members = fields([
        ("kind", Some(Item::words("review_rule"))),
        ("review_rule", Some(Item::integer(id))),
        ("row", Some(Item::digest(Digest::of(&canonical(&kept)?)))),
    ]);
    Ok(Some(Derived { fields: members, page: None }))
}
