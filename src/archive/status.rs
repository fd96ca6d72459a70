//! Where a page stands: one row a page, moved on with each visit and judgement.
//!
//! What was captured later counts as later, so that an import of earlier captures leaves a page
//! where it stands. Among our own live visits the order of recording counts: a clock that ran
//! ahead for a day does not hold the page there.

use rusqlite::params;
use url::Url;

use crate::{
    archive::{
        access::Access,
        error::Fault,
        frames::{self, Shelf},
        parts,
        parts::Bodies,
    },
    model::{
        cause::Cause,
        history::{Accepted, Finding, Judgement, Spell, Waiting},
        time::Timestamp,
        visit::{Origin, Outcome, Part, Validators},
    },
};

/// Notes that a page was visited.
pub fn visited(
    access: Access<'_>,
    page: i64,
    started_at: Timestamp,
    origin: Origin,
) -> Result<(), Fault> {
    access.execute(
        "INSERT INTO page_status (page, first_visit_at, last_visit_at) VALUES (?1, ?2, ?2)
         ON CONFLICT (page) DO UPDATE SET
             first_visit_at = min(first_visit_at, ?2),
             last_visit_at = CASE WHEN ?3 THEN ?2 ELSE max(last_visit_at, ?2) END",
        params![page, started_at, origin == Origin::Live],
    )?;
    Ok(())
}

/// A judgement as recorded, with the numbers that it got.
pub struct Placed<'a> {
    /// The judgement.
    pub judgement: &'a Judgement,
    /// The page's number.
    pub page: i64,
    /// Where the visit came from.
    pub origin: Origin,
    /// The text of the reading.
    pub text: Option<i64>,
    /// The last of the versions that it added.
    pub version: Option<i64>,
}

/// Moves a page on by a judgement.
pub fn judged(access: Access<'_>, placed: &Placed<'_>) -> Result<(), Fault> {
    let judgement = placed.judgement;
    let (last_visit, last_at): (Option<i64>, Option<Timestamp>) = access.one(
        "SELECT judged_visit, judged_captured_at FROM page_status WHERE page = ?1",
        [placed.page],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let is_newest = placed.origin == Origin::Live && last_visit <= Some(judgement.visit.0);
    let moves = is_newest || last_at <= Some(judgement.captured_at);
    move_version(access, placed, moves)?;
    if moves {
        move_state(access, placed)?;
        move_waiting(access, placed.page, judgement.waiting.as_ref())?;
        move_spell(access, placed.page, judgement.spell.as_ref())?;
    }
    if judgement.accepted != Accepted::Yes && !judgement.versions.is_empty() {
        // The bodies known so far are not those of the version that stands now.
        access.execute("DELETE FROM known WHERE page = ?1", [placed.page])?;
    }
    match judgement.accepted {
        Accepted::Yes | Accepted::Unestablished => move_health(access, placed, moves),
        Accepted::No => Ok(()),
    }
}

fn move_state(access: Access<'_>, placed: &Placed<'_>) -> Result<(), Fault> {
    let judgement = placed.judgement;
    access.execute(
        "UPDATE page_status SET judged_visit = ?2, judged_captured_at = ?3, away_until = ?4,
             latest_text = coalesce(?5, latest_text)
         WHERE page = ?1",
        params![
            placed.page,
            judgement.visit.0,
            judgement.captured_at,
            judgement.away_until,
            placed.text
        ],
    )?;
    Ok(())
}

/// An earlier capture may still be the latest that showed the version.
fn move_version(access: Access<'_>, placed: &Placed<'_>, moves: bool) -> Result<(), Fault> {
    let shows_version = match placed.judgement.finding {
        Finding::First | Finding::Same | Finding::Established => true,
        Finding::Waiting | Finding::Variant | Finding::Trouble(_) => false,
    };
    // A version that is established without being seen at this visit was last seen before it.
    let by_the_page = placed.judgement.versions.iter().rev().find(|it| it.cause == Cause::Page);
    let added_at = by_the_page.map(|version| version.first_at);
    access.execute(
        "UPDATE page_status SET
             version = coalesce(?2, version),
             version_last_at = CASE WHEN ?3 THEN ?4 ELSE coalesce(?6, version_last_at, ?4) END
         WHERE page = ?1 AND (?2 IS NOT NULL OR version IS NOT NULL)
             AND (?5 OR version IS NULL OR version_last_at <= ?4)",
        params![
            placed.page,
            placed.version,
            shows_version,
            placed.judgement.captured_at,
            moves,
            added_at
        ],
    )?;
    Ok(())
}

fn move_waiting(access: Access<'_>, page: i64, waiting: Option<&Waiting>) -> Result<(), Fault> {
    let wording = match waiting {
        Some(it) => Some(access.named("wording", "digest", it.wording)?),
        None => None,
    };
    let text = match waiting {
        Some(it) => Some(frames::require(access, Shelf::Texts, &it.text)?),
        None => None,
    };
    access.execute(
        "UPDATE page_status SET waiting_wording = ?2, waiting_text = ?3, waiting_first_visit = ?4,
             waiting_first_at = ?5, waiting_last_at = ?6, waiting_sightings = ?7,
             waiting_before_last_at = ?8, waiting_diverged_at = ?9
         WHERE page = ?1",
        params![
            page,
            wording,
            text,
            waiting.map(|it| it.first_visit.0),
            waiting.map(|it| it.first_at),
            waiting.map(|it| it.last_at),
            waiting.map(|it| it.sightings),
            waiting.map(|it| it.before_last_at),
            waiting.map(|it| it.diverged_at)
        ],
    )?;
    Ok(())
}

fn move_spell(access: Access<'_>, page: i64, spell: Option<&Spell>) -> Result<(), Fault> {
    let evidence = match spell {
        Some(it) => Some(access.named("sentence", "words", &it.trouble.evidence)?),
        None => None,
    };
    access.execute(
        "UPDATE page_status SET spell_trouble = ?2, spell_evidence = ?3, spell_since = ?4,
             spell_event = ?5, spell_alerted = ?6, spell_visits = ?7
         WHERE page = ?1",
        params![
            page,
            spell.map(|it| it.trouble.kind.code()),
            evidence,
            spell.map(|it| it.since),
            spell.map(|it| &it.event),
            spell.map(|it| it.alerted),
            spell.map(|it| it.visits)
        ],
    )?;
    Ok(())
}

fn move_health(access: Access<'_>, placed: &Placed<'_>, moves: bool) -> Result<(), Fault> {
    access.execute(
        "UPDATE page_status SET last_healthy_at = ?2
         WHERE page = ?1 AND (?3 OR last_healthy_at IS NULL OR last_healthy_at <= ?2)",
        params![placed.page, placed.judgement.captured_at, moves],
    )?;
    if !moves {
        return Ok(());
    }
    let parts = parts::whole(access, placed.judgement.visit.0, Bodies::Left)?;
    if let Some(first) = parts.first() {
        let address = access.named("address", "url", first.final_url().as_str())?;
        let sql = "UPDATE page_status SET final_address = ?2 WHERE page = ?1";
        access.execute(sql, [placed.page, address])?;
    }
    match (placed.origin, placed.judgement.accepted) {
        (Origin::Live, Accepted::Yes) => move_known(access, placed, &parts),
        // Validators of another's capture are not for us to ask the server with.
        (Origin::Imported, _) | (Origin::Live, Accepted::Unestablished | Accepted::No) => Ok(()),
    }
}

/// Keeps the validators of an accepted visit; what a 304 confirmed stays known as it was.
fn move_known(access: Access<'_>, placed: &Placed<'_>, parts: &[Part]) -> Result<(), Fault> {
    let before: Vec<(String, i64, Validators)> = access.all(
        "SELECT a.url, k.snapshot, k.etag, k.last_modified
         FROM known k JOIN address a ON a.id = k.address WHERE k.page = ?1 ORDER BY k.position",
        [placed.page],
        |row| {
            let validators = Validators { etag: row.get(2)?, last_modified: row.get(3)? };
            Ok((row.get(0)?, row.get(1)?, validators))
        },
    )?;
    access.execute("DELETE FROM known WHERE page = ?1", [placed.page])?;
    for (position, part) in parts.iter().enumerate() {
        let known = match &part.outcome {
            Outcome::Captured(_) => captured(access, placed, position, part)?,
            Outcome::NotModified { digest } => {
                let snapshot = frames::require(access, Shelf::Snapshots, digest)?;
                let kept = before
                    .iter()
                    .find(|(url, id, _)| *url == part.final_url().as_str() && *id == snapshot);
                kept.map(|(_, _, validators)| (snapshot, validators.clone()))
            }
            Outcome::Failed(_) => None,
        };
        if let Some((snapshot, validators)) = known {
            let url = part.final_url();
            insert_known(access, placed.page, position, url, (snapshot, &validators))?;
        }
    }
    Ok(())
}

fn captured(
    access: Access<'_>,
    placed: &Placed<'_>,
    position: usize,
    part: &Part,
) -> Result<Option<(i64, Validators)>, Fault> {
    let validators = part.answer.as_ref().map(|it| it.validators()).unwrap_or_default();
    if validators == Validators::default() {
        return Ok(None);
    }
    let sql = "SELECT snapshot FROM part WHERE visit = ?1 AND position = ?2";
    let snapshot =
        access.one(sql, [placed.judgement.visit.0, position as i64], |row| row.get(0))?;
    Ok(Some((snapshot, validators)))
}

fn insert_known(
    access: Access<'_>,
    page: i64,
    position: usize,
    url: &Url,
    (snapshot, validators): (i64, &Validators),
) -> Result<(), Fault> {
    let address = access.named("address", "url", url.as_str())?;
    access.execute(
        "INSERT INTO known (page, position, address, snapshot, etag, last_modified)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            page,
            position as i64,
            address,
            snapshot,
            validators.etag,
            validators.last_modified
        ],
    )?;
    Ok(())
}
