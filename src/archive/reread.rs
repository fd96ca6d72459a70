//! Visits read again under another regime: what they gave before stays on record, superseded.

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        events,
        frames::{self, Shelf},
        log::touched::{Numbered, Subject},
        passages, redact,
        store::Archive,
        texts::{put_text, regime},
    },
    model::{
        history::{NewEvent, Regime, Reread, Version, VisitId},
        page::PageId,
        snapshot::{Digest, Snapshot},
        time::Timestamp,
    },
};

/// A visit that gave a text, without the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadVisit {
    /// The visit.
    pub visit: VisitId,
    /// The text that it gave.
    pub text: Digest,
    /// Under which it was read.
    pub regime: Regime,
}

/// A body on record, with what is needed to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBody {
    /// The body.
    pub snapshot: Snapshot,
    /// The `Content-Type` field under which it was captured.
    pub content_type: Option<String>,
}

impl Archive {
    /// Returns the visits before `before` that showed a version, latest first, at most `limit`.
    pub fn visits_showing(
        &self,
        version: &Version,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<VisitId>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(&version.page)? else { return Ok(Vec::new()) };
            let (since, until) = stood(access, page, version)?;
            access.all(
                "SELECT v.id FROM visit v
                 JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
                 WHERE v.page = ?1 AND v.started_at >= ?2 AND v.started_at < ?3 AND j.accepted <> 0
                     AND (?5 IS NULL OR v.started_at < ?5)
                     AND ((j.finding IN ('first', 'same', 'established') AND v.started_at >= ?4)
                         OR j.wording = (SELECT wording FROM judgement
                             WHERE visit = ?6 AND superseded_by IS NULL))
                 ORDER BY v.started_at DESC, v.id DESC LIMIT ?7",
                params![
                    page,
                    version.first_at,
                    before,
                    since,
                    until,
                    version.first_visit.0,
                    i64::try_from(limit).unwrap_or(i64::MAX)
                ],
                |row| row.get(0).map(VisitId),
            )
        })
    }

    /// Returns the visits of a page that gave a text, in order of time.
    pub fn read_visits(&self, page: &PageId) -> Result<Vec<ReadVisit>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            access.all(
                "SELECT v.id, t.digest, r.revision, r.selection FROM visit v
                 JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
                 JOIN text t ON t.id = j.text
                 JOIN regime r ON r.id = j.regime
                 WHERE v.page = ?1 ORDER BY v.started_at, v.id",
                [page],
                |row| {
                    let regime = Regime { revision: row.get(2)?, selection: row.get(3)? };
                    Ok(ReadVisit { visit: VisitId(row.get(0)?), text: row.get(1)?, regime })
                },
            )
        })
    }

    /// Returns the digests of the bodies that a visit captured or confirmed, in order; empty if a
    /// part of it has none.
    pub fn body_digests(&self, visit: VisitId) -> Result<Vec<Digest>, ArchiveError> {
        self.read(|access| {
            let found: Vec<Option<Digest>> = access.all(
                "SELECT s.digest FROM part p LEFT JOIN snapshot s ON s.id = p.snapshot
                 WHERE p.visit = ?1 ORDER BY p.position",
                [visit.0],
                |row| row.get(0),
            )?;
            Ok(found.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default())
        })
    }

    /// Returns the bodies that a visit captured or confirmed, in order, checked against their
    /// digests; none if a part of it has none. Visits that are asked for in order of time cost
    /// one frame each.
    pub fn bodies(&self, visit: VisitId) -> Result<Option<Vec<KeptBody>>, ArchiveError> {
        self.read(|access| {
            let parts: Vec<(Option<i64>, Option<String>)> = access.all(
                "SELECT p.snapshot, CASE WHEN p.outcome = 'captured' THEN p.content_type ELSE
                     (SELECT c.content_type FROM part c
                      WHERE c.snapshot = p.snapshot AND c.outcome = 'captured'
                      ORDER BY c.visit DESC LIMIT 1) END
                 FROM part p WHERE p.visit = ?1 ORDER BY p.position",
                [visit.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let mut bodies = Vec::new();
            for (snapshot, content_type) in parts {
                let Some(id) = snapshot else { return Ok(None) };
                if redact::is_redacted(access, Shelf::Snapshots, id)? {
                    return Ok(None);
                }
                let bytes = frames::get(access, Shelf::Snapshots, id)?;
                bodies.push(KeptBody { snapshot: Snapshot::new(bytes), content_type });
            }
            Ok(Some(bodies))
        })
    }

    /// Records visits of a page read again, in one transaction. What they were judged to be stays.
    pub fn record_reread(
        &mut self,
        page: &PageId,
        rereads: &[Reread],
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let unknown = || Fault::Unknown(format!("the page `{page}`"));
            let page = access.page(page)?.ok_or_else(unknown)?;
            rereads.iter().try_for_each(|it| supersede(access, (page, at), it).map(|_| ()))
        })
    }

    /// Records what a version reads like, as a visit that showed it does, with the event that tells
    /// of it. The version keeps its number.
    pub fn record_version_reread(
        &mut self,
        version: &Version,
        reread: &Reread,
        event: Option<&NewEvent>,
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let unknown = || Fault::Unknown(format!("the page `{}`", version.page));
            let page = access.page(&version.page)?.ok_or_else(unknown)?;
            // What was read last counts, so that it needs a judgement later than all others.
            let judgement = supersede(access, (page, at), reread)?;
            let reading = &reread.reading;
            let (text, regime) =
                (put_text(access, page, &reading.text)?, regime(access, &reading.regime)?);
            passages::reread(access, page, text)?;
            access.execute(
                "INSERT INTO read_again (version, regime, judgement, text)
                 VALUES (?1, ?2, ?3, ?4)",
                params![version.id.0, regime, judgement, text],
            )?;
            match event {
                Some(event) => events::insert(access, judgement, at, event),
                None => Ok(()),
            }
        })
    }
}

/// Returns from when to when a version was the established one; our own upgrades in between do
/// not count.
fn stood(
    access: Access<'_>,
    page: i64,
    version: &Version,
) -> Result<(Timestamp, Option<Timestamp>), Fault> {
    let stands = "(SELECT superseded_by FROM judgement WHERE id = v.judgement) IS NULL";
    let since: Option<Timestamp> = access.one(
        &format!(
            "SELECT max(v.established_at) FROM version v
             WHERE v.page = ?1 AND {stands} AND v.cause IN ('first', 'page', 'watch')
                 AND (v.established_at, v.number) <= (?2, ?3)"
        ),
        params![page, version.established_at, version.number],
        |row| row.get(0),
    )?;
    let until = access.one(
        &format!(
            "SELECT min(v.established_at) FROM version v
             WHERE v.page = ?1 AND {stands} AND v.cause = 'page'
                 AND (v.established_at, v.number) > (?2, ?3)"
        ),
        params![page, version.established_at, version.number],
        |row| row.get(0),
    )?;
    Ok((since.unwrap_or(version.established_at), until))
}

/// Supersedes the judgement of a visit by one that differs from it in the reading alone; versions
/// and events rest on that one from now on. Returns its number.
pub fn supersede(
    access: Access<'_>,
    (page, at): (i64, Timestamp),
    reread: &Reread,
) -> Result<i64, Fault> {
    let Reread { visit, reading, reason } = reread;
    let sql = "SELECT id FROM judgement WHERE visit = ?1 AND superseded_by IS NULL";
    let before: Option<i64> = access.maybe(sql, [visit.0], |row| row.get(0))?;
    let unjudged = || Fault::Unknown(format!("a judgement of the visit {visit}"));
    let before = before.ok_or_else(unjudged)?;
    let text = put_text(access, page, &reading.text)?;
    let (regime, wording) =
        (regime(access, &reading.regime)?, access.named("wording", "digest", reading.wording)?);
    let after = access.insert(
        "INSERT INTO judgement (visit, page, captured_at, judged_at, finding, trouble, evidence,
             text, regime, wording, accepted)
         SELECT visit, page, captured_at, ?2, finding, trouble, evidence, ?3, ?4, ?5, accepted
         FROM judgement WHERE id = ?1",
        params![before, at, text, regime, wording],
    )?;
    access.execute("UPDATE judgement SET superseded_by = ?2 WHERE id = ?1", [before, after])?;
    access.execute(
        "INSERT INTO reason (judgement, position, sentence)
         SELECT ?2, position, sentence FROM reason WHERE judgement = ?1",
        [before, after],
    )?;
    let sentence = access.named("sentence", "words", reason)?;
    access.execute(
        "INSERT INTO reason (judgement, position, sentence)
         SELECT ?1, coalesce(max(position), -1) + 1, ?2 FROM reason
         WHERE judgement = ?1 HAVING NOT coalesce(max(sentence = ?2), 0)",
        [after, sentence],
    )?;
    let resting: [(&str, Numbered); 3] =
        [("version", Subject::Version), ("event", Subject::Event), ("lesson", Subject::Lesson)];
    for (table, subject) in resting {
        let sql = format!(
            "UPDATE {table} SET judgement = ?2 WHERE page = ?3 AND judgement = ?1 RETURNING id"
        );
        let moved = access.all(&sql, [before, after, page], |row| row.get(0))?;
        moved.into_iter().for_each(|id| access.touch(subject(id)));
    }
    access.touch(Subject::Judgement(after));
    let sql = "SELECT 1 FROM page_status
         WHERE page = ?1 AND waiting_first_visit = ?2 AND waiting_text IS NOT NULL";
    if access.maybe(sql, [page, visit.0], |_| Ok(()))?.is_none() {
        return Ok(after);
    }
    // What waits is known by its wording; where no word differs, by its whole text.
    access.execute(
        "UPDATE page_status SET waiting_text = ?3, waiting_wording = CASE
             WHEN (SELECT digest FROM wording WHERE id = waiting_wording)
                 = (SELECT digest FROM text WHERE id = waiting_text) THEN ?5 ELSE ?4 END
         WHERE page = ?1",
        params![
            page,
            visit.0,
            text,
            wording,
            access.named("wording", "digest", reading.text.digest())?
        ],
    )?;
    Ok(after)
}
