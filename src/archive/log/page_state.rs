//! What the log says of where a page stands: a digest of all that its next visit is held against.
//!
//! The last judgement of a page in a transaction has it as a member; where a page is put back
//! without one, it is a fact of its own. It is not made again later: the page has moved on by then,
//! and the latest that was told is what the rows must agree with.

use std::collections::BTreeMap;

use rusqlite::Row;

use crate::{
    archive::{
        access::Access,
        error::Fault,
        log::{
            item::{Fields, Item, canonical, fields},
            row::{digest as digest_of, integer, time, words},
            touched::Subject,
        },
    },
    model::snapshot::Digest,
};

/// The member of an entry that says it, and the kind of the entry that says nothing else.
pub const MEMBER: &str = "page_state";

/// Returns the last judgement of each page among what a transaction wrote.
pub fn last_judgements(
    access: Access<'_>,
    subjects: &[Subject],
) -> Result<BTreeMap<i64, i64>, Fault> {
    let mut lasts = BTreeMap::new();
    for subject in subjects {
        if let Subject::Judgement(id) = *subject {
            let sql = "SELECT page FROM judgement WHERE id = ?1";
            lasts.insert(access.one(sql, [id], |row| row.get(0))?, id);
        }
    }
    Ok(lasts)
}

/// Returns the entry that says where a page stands.
pub fn fact(access: Access<'_>, page: i64) -> Result<Fields, Fault> {
    let name: String =
        access.one("SELECT name FROM page WHERE id = ?1", [page], |row| row.get(0))?;
    Ok(fields([
        ("kind", Some(Item::words(MEMBER))),
        ("page", Some(Item::words(name))),
        (MEMBER, Some(Item::digest(digest(access, page)?))),
    ]))
}

/// Returns the digest of where a page stands.
pub fn digest(access: Access<'_>, page: i64) -> Result<Digest, Fault> {
    let mut all = access
        .maybe(
            "SELECT last_healthy_at, judged_visit, judged_captured_at, version, version_last_at,
                 final_address, latest_text, away_until,
                 (SELECT digest FROM wording WHERE id = waiting_wording) AS waiting_wording, waiting_text,
                 waiting_first_visit, waiting_first_at, waiting_last_at, waiting_sightings,
                 waiting_before_last_at, waiting_diverged_at, spell_trouble, spell_evidence,
                 spell_since, spell_event, spell_alerted, spell_visits
             FROM page_status WHERE page = ?1",
            [page],
            status,
        )?
        .unwrap_or_default();
    let known = access.all(
        "SELECT position, address, snapshot, etag, last_modified FROM known
         WHERE page = ?1 ORDER BY position",
        [page],
        |row| {
            Ok(Item::Fields(fields([
                ("position", integer(row, 0)?),
                ("address", integer(row, 1)?),
                ("snapshot", integer(row, 2)?),
                ("etag", words(row, 3)?),
                ("last_modified", words(row, 4)?),
            ])))
        },
    )?;
    if !known.is_empty() {
        all.insert("known".into(), Item::List(known));
    }
    let read_as = access.maybe(
        "SELECT fingerprint, revision, selection, text, wording, sign, evidence, language
         FROM read_as WHERE page = ?1",
        [page],
        |row| {
            Ok(Item::Fields(fields([
                ("fingerprint", digest_of(row, 0)?),
                ("revision", integer(row, 1)?),
                ("selection", digest_of(row, 2)?),
                ("text", digest_of(row, 3)?),
                ("wording", digest_of(row, 4)?),
                ("sign", words(row, 5)?),
                ("evidence", words(row, 6)?),
                ("language", words(row, 7)?),
            ])))
        },
    )?;
    if let Some(read_as) = read_as {
        all.insert("read_as".into(), read_as);
    }
    Ok(Digest::of(&canonical(&all)?))
}

/// Returns the digest of where a page stands of which nothing is judged.
pub fn blank() -> Result<Digest, Fault> {
    Ok(Digest::of(&canonical(&Fields::new())?))
}

fn status(row: &Row<'_>) -> rusqlite::Result<Fields> {
    Ok(fields([
        ("last_healthy_at", time(row, "last_healthy_at")?),
        ("judged_visit", integer(row, "judged_visit")?),
        ("judged_captured_at", time(row, "judged_captured_at")?),
        ("version", integer(row, "version")?),
        ("version_last_at", time(row, "version_last_at")?),
        ("final_address", integer(row, "final_address")?),
        ("latest_text", integer(row, "latest_text")?),
        ("away_until", time(row, "away_until")?),
        ("waiting_wording", digest_of(row, "waiting_wording")?),
        ("waiting_text", integer(row, "waiting_text")?),
        ("waiting_first_visit", integer(row, "waiting_first_visit")?),
        ("waiting_first_at", time(row, "waiting_first_at")?),
        ("waiting_last_at", time(row, "waiting_last_at")?),
        ("waiting_sightings", integer(row, "waiting_sightings")?),
        ("waiting_before_last_at", time(row, "waiting_before_last_at")?),
        ("waiting_diverged_at", time(row, "waiting_diverged_at")?),
        ("spell_trouble", words(row, "spell_trouble")?),
        ("spell_evidence", integer(row, "spell_evidence")?),
        ("spell_since", time(row, "spell_since")?),
        ("spell_event", words(row, "spell_event")?),
        ("spell_alerted", integer(row, "spell_alerted")?),
        ("spell_visits", integer(row, "spell_visits")?),
    ]))
}
