//! Visits on record: added before anyone reads their bytes, and read back.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        columns::strange,
        error::{ArchiveError, Fault},
        log::touched::Subject,
        parts,
        parts::Bodies,
        status,
        store::Archive,
    },
    model::{
        history::{Answered, Finding, RecordedVisit, Regime, Unjudged, VisitId, VisitRecord},
        page::PageId,
        snapshot::Digest,
        time::Timestamp,
        trouble::{Trouble, TroubleKind},
        visit::{Origin, Visit},
    },
};

impl Archive {
    /// Records visits, their bodies included, in one transaction; returns their ids in order.
    ///
    /// Bodies are safe on the disk when this returns, decoded again and compared. A 304 must name
    /// a snapshot that is on record.
    pub fn record_visits(&mut self, visits: &[Visit]) -> Result<Vec<VisitId>, ArchiveError> {
        self.write(|access| visits.iter().map(|visit| insert(access, visit)).collect())
    }

    /// Returns the visits that were recorded and never judged, since a run was killed in between;
    /// oldest first, with their bodies.
    pub fn unjudged(&self) -> Result<Vec<Unjudged>, ArchiveError> {
        self.read(|access| {
            let mut heads = access.all(
                "SELECT v.id, g.name, v.started_at, v.ended_at, v.origin, v.asked
                 FROM visit v JOIN page g ON g.id = v.page WHERE v.judged = 0 AND NOT EXISTS
                     (SELECT 1 FROM part p JOIN redacted r
                          ON r.shelf = 'snapshot' AND r.item = p.snapshot WHERE p.visit = v.id)",
                [],
                head,
            )?;
            heads.sort_by_key(|head| (head.started_at, head.id));
            heads.into_iter().map(|head| unjudged(access, head)).collect()
        })
    }

    /// Returns what the addresses of a page's visits begun at `at` gave: each address with the
    /// digest of its body, `None` if it gave none.
    pub fn captured_at(
        &self,
        page: &PageId,
        at: Timestamp,
    ) -> Result<Vec<(String, Option<Digest>)>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT a.url, s.digest FROM visit v
                 JOIN page g ON g.id = v.page
                 JOIN part p ON p.visit = v.id
                 JOIN address a ON a.id = p.address
                 LEFT JOIN snapshot s ON s.id = p.snapshot
                 WHERE g.name = ?1 AND v.started_at = ?2",
                params![page, at],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
    }

    /// Returns what an address of a page gave last at `at` or before: when, and the digest of the
    /// body. Answers other than a page's do not count.
    pub fn gave_last(
        &self,
        page: &PageId,
        url: &str,
        at: Timestamp,
    ) -> Result<Option<(Timestamp, Digest)>, ArchiveError> {
        self.read(|access| {
            access.maybe(
                "SELECT v.started_at, s.digest FROM visit v
                 JOIN part p ON p.visit = v.id
                 JOIN address a ON a.id = p.address
                 JOIN snapshot s ON s.id = p.snapshot
                 WHERE v.page = (SELECT id FROM page WHERE name = ?1) AND a.url = ?2
                     AND v.started_at <= ?3 AND coalesce(p.status, 200) IN (200, 203, 304)
                 ORDER BY v.started_at DESC, v.id DESC LIMIT 1",
                params![page, url, at],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
    }

    /// Returns where a page answered at its healthy visits before `before`, latest first, at most
    /// `limit`.
    pub fn answered(
        &self,
        page: &PageId,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Answered>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            access.read(
                "SELECT v.started_at, coalesce(b.url, a.url), r.hops FROM visit v
                 JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
                 JOIN part p ON p.visit = v.id AND p.position = 0
                 JOIN address a ON a.id = p.address
                 LEFT JOIN address b ON b.id = p.answered
                 LEFT JOIN route r ON r.id = p.route
                 WHERE v.page = ?1 AND v.started_at < ?2 AND j.accepted <> 0
                 ORDER BY v.started_at DESC, v.id DESC LIMIT ?3",
                params![page, before, limit],
                |row| {
                    let statuses = parts::hops_of(row)?.iter().map(|hop| hop.status).collect();
                    Ok(Answered { at: row.get(0)?, url: row.get(1)?, statuses })
                },
            )
        })
    }

    /// Returns a visit without its bodies.
    pub fn visit(&self, id: VisitId) -> Result<VisitRecord, ArchiveError> {
        self.read(|access| {
            let found = access.maybe(&records("v.id = ?1"), [id.0], head_and_finding)?;
            let found = found.ok_or_else(|| Fault::Unknown(format!("the visit {id}")))?;
            record(access, found)
        })
    }

    /// Returns the latest visits of a page, newest capture first, at most `limit`; none for a page
    /// that is not on record.
    pub fn visits(&self, page: &PageId, limit: usize) -> Result<Vec<VisitRecord>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            let sql = records("v.page = ?1 ORDER BY v.started_at DESC, v.id DESC LIMIT ?2");
            let found = access.all(&sql, [page, limit], head_and_finding)?;
            found.into_iter().map(|it| record(access, it)).collect()
        })
    }
}

impl Archive {
    /// Returns the visits of a page that began between two instants, both included, newest first,
    /// at most `limit`.
    pub fn visits_between(
        &self,
        page: &PageId,
        (from, until): (Timestamp, Timestamp),
        limit: usize,
    ) -> Result<Vec<VisitRecord>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            let sql = records(
                "v.page = ?1 AND v.started_at BETWEEN ?2 AND ?3
                 ORDER BY v.started_at DESC, v.id DESC LIMIT ?4",
            );
            let found = access.all(&sql, params![page, from, until, limit], head_and_finding)?;
            found.into_iter().map(|it| record(access, it)).collect()
        })
    }
}

fn insert(access: Access<'_>, visit: &Visit) -> Result<VisitId, Fault> {
    let page = access.named("page", "name", &visit.page)?;
    let origin = match visit.origin {
        Origin::Live => "live",
        Origin::Imported => "imported",
    };
    let id = access.insert(
        "INSERT INTO visit (page, started_at, ended_at, origin, asked) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![page, visit.started_at, visit.ended_at, origin, visit.asked],
    )?;
    for (position, part) in visit.parts.iter().enumerate() {
        parts::insert(access, page, id, position, part)?;
    }
    status::visited(access, page, visit.started_at, visit.origin)?;
    access.touch(Subject::Visit(id));
    Ok(VisitId(id))
}

fn unjudged(access: Access<'_>, head: Head) -> Result<Unjudged, Fault> {
    let parts = parts::whole(access, head.id, Bodies::Loaded)?;
    let Head { id, page, started_at, ended_at, origin, asked } = head;
    let visit = Visit { page, started_at, ended_at, origin, asked, parts };
    Ok(Unjudged { id: VisitId(id), visit })
}

struct Head {
    id: i64,
    page: PageId,
    started_at: Timestamp,
    ended_at: Timestamp,
    origin: Origin,
    asked: Option<Digest>,
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        id: row.get(0)?,
        page: row.get(1)?,
        started_at: row.get(2)?,
        ended_at: row.get(3)?,
        origin: origin(row, 4)?,
        asked: row.get(5)?,
    })
}

/// Reads where a visit came from.
pub fn origin(row: &Row<'_>, column: usize) -> rusqlite::Result<Origin> {
    match row.get::<_, String>(column)?.as_str() {
        "live" => Ok(Origin::Live),
        "imported" => Ok(Origin::Imported),
        other => Err(damaged_word(column, other)),
    }
}

fn damaged_word(column: usize, word: &str) -> rusqlite::Error {
    let kind = rusqlite::types::Type::Text;
    rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(strange(word)))
}

/// Returns the query of visits with what they were last judged to be.
fn records(which: &str) -> String {
    format!(
        "SELECT v.id, g.name, v.started_at, v.ended_at, v.origin, v.asked, j.id AS judgement, j.finding,
             j.trouble, e.words AS evidence, t.digest AS text, r.revision, r.selection
         FROM visit v
         JOIN page g ON g.id = v.page
         LEFT JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
         LEFT JOIN sentence e ON e.id = j.evidence
         LEFT JOIN text t ON t.id = j.text
         LEFT JOIN regime r ON r.id = j.regime
         WHERE {which}"
    )
}

struct Judged {
    head: Head,
    judgement: Option<i64>,
    finding: Option<Finding>,
    text: Option<Digest>,
    regime: Option<Regime>,
}

fn head_and_finding(row: &Row<'_>) -> rusqlite::Result<Judged> {
    let finding = match row.get::<_, Option<String>>("finding")? {
        Some(code) => Some(finding(row, &code)?),
        None => None,
    };
    let regime = match row.get("revision")? {
        Some(revision) => Some(Regime { revision, selection: row.get("selection")? }),
        None => None,
    };
    Ok(Judged {
        head: head(row)?,
        judgement: row.get("judgement")?,
        finding,
        text: row.get("text")?,
        regime,
    })
}

fn finding(row: &Row<'_>, code: &str) -> rusqlite::Result<Finding> {
    let kind: Option<TroubleKind> = row.get("trouble")?;
    let plain =
        [Finding::First, Finding::Same, Finding::Waiting, Finding::Established, Finding::Variant];
    match (kind, plain.into_iter().find(|finding| finding.code() == code)) {
        (Some(kind), None) => {
            Ok(Finding::Trouble(Trouble { kind, evidence: row.get("evidence")? }))
        }
        (None, Some(finding)) => Ok(finding),
        (Some(_), Some(_)) | (None, None) => Err(damaged_word(0, code)),
    }
}

fn record(access: Access<'_>, judged: Judged) -> Result<VisitRecord, Fault> {
    let Head { id, page, started_at, ended_at, asked, origin: _ } = judged.head;
    let parts = parts::recorded(access, id)?;
    let reasons = access.all(
        "SELECT s.words FROM reason r JOIN sentence s ON s.id = r.sentence
         WHERE r.judgement = ?1 ORDER BY r.position",
        [judged.judgement],
        |row| row.get(0),
    )?;
    Ok(VisitRecord {
        id: VisitId(id),
        visit: RecordedVisit { page, started_at, ended_at, asked, parts },
        finding: judged.finding,
        reasons,
        text: judged.text,
        regime: judged.regime,
    })
}
