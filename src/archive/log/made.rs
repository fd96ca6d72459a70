//! What the log says of rows that are made of texts: how pledges stand, and what a page's history
//! taught. By digest, since they quote words that must go one day.

use crate::{
    archive::{
        access::Access,
        error::Fault,
        log::{
            item::{Fields, Item, canonical, fields},
            row::{Derived, digest, integer, time, words},
        },
    },
    model::snapshot::Digest,
};

/// Returns how a pledge stands in a version.
pub fn state(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    let found = access.maybe(
        "SELECT p.page, g.name, p.name, s.version, s.recorded_at, s.superseded_by, t.digest, q.words,
             s.standing, s.from_block, s.from_byte, s.to_block, s.to_byte, w.words, s.step
         FROM pledge_state s
         JOIN pledge p ON p.id = s.pledge JOIN page g ON g.id = p.page
         JOIN text t ON t.id = s.text
         JOIN sentence q ON q.id = s.quote JOIN sentence w ON w.id = s.words
         WHERE s.id = ?1",
        [id],
        |row| {
            let members = fields([
                ("kind", Some(Item::words("pledge_state"))),
                ("pledge_state", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("pledge", words(row, 2)?),
                ("version", integer(row, 3)?),
                ("recorded_at", time(row, 4)?),
                ("superseded_by", integer(row, 5)?),
            ]);
            let kept = fields([
                ("text", digest(row, 6)?),
                ("quote", words(row, 7)?),
                ("standing", words(row, 8)?),
                ("from_block", integer(row, 9)?),
                ("from_byte", integer(row, 10)?),
                ("to_block", integer(row, 11)?),
                ("to_byte", integer(row, 12)?),
                ("words", words(row, 13)?),
                ("step", words(row, 14)?),
            ]);
            Ok((row.get(0)?, members, kept))
        },
    )?;
    found.map(with_row).transpose()
}

/// Returns what a page's history taught of one of its places.
pub fn lesson(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    let found = access.maybe(
        "SELECT l.page, g.name, l.judgement, l.after, l.words, l.passages, l.longest_ms, l.first_visit,
             l.first_at, l.last_visit, l.last_at
         FROM lesson l JOIN page g ON g.id = l.page WHERE l.id = ?1",
        [id],
        |row| {
            let members = fields([
                ("kind", Some(Item::words("lesson"))),
                ("lesson", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("judgement", integer(row, 2)?),
            ]);
            let kept = fields([
                ("after", digest(row, 3)?),
                ("words", words(row, 4)?),
                ("passages", integer(row, 5)?),
                ("longest_ms", integer(row, 6)?),
                ("first_visit", integer(row, 7)?),
                ("first_at", time(row, 8)?),
                ("last_visit", integer(row, 9)?),
                ("last_at", time(row, 10)?),
            ]);
            Ok((row.get(0)?, members, kept))
        },
    )?;
    found.map(with_row).transpose()
}

fn with_row((page, mut members, kept): (i64, Fields, Fields)) -> Result<Derived, Fault> {
    let row = Item::digest(Digest::of(&canonical(&kept)?));
    members.insert("row".into(), row);
    Ok(Derived { fields: members, page: Some(page) })
}
