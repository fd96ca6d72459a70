//! Visits in the order of their captures, a few at a time, so that a history of any length is read
//! in bounded memory, and nobody who writes is held up.

use rusqlite::params;

use crate::{
    archive::{access::Access, error::ArchiveError, error::Fault, store::Archive},
    model::{history::VisitId, page::PageId, snapshot::Digest, time::Timestamp},
};

/// Where a walk over the visits of a page is: behind this visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it began.
    pub at: Timestamp,
    /// Which.
    pub visit: VisitId,
}

impl Place {
    /// Returns the place before every visit that began at `at` or later.
    pub fn before(at: Option<Timestamp>) -> Place {
        let first = Timestamp::from_millis(i64::MIN);
        Place { at: at.unwrap_or(first), visit: VisitId(i64::MIN) }
    }
}

impl Archive {
    /// Returns the next visits of a page behind a place that began by `until`, oldest first, at
    /// most `limit`.
    pub fn visits_behind(
        &self,
        page: &PageId,
        behind: Place,
        until: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Place>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let until = until.unwrap_or(Timestamp::from_millis(i64::MAX));
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            access.all(
                "SELECT started_at, id FROM visit
                 WHERE page = ?1 AND (started_at, id) > (?2, ?3) AND started_at <= ?4
                 ORDER BY started_at, id LIMIT ?5",
                params![page, behind.at, behind.visit.0, until, limit],
                |row| Ok(Place { at: row.get(0)?, visit: VisitId(row.get(1)?) }),
            )
        })
    }

    /// Returns the latest visit of a page that began by an instant and has a body, captured or
    /// confirmed.
    pub fn last_with_body(
        &self,
        page: &PageId,
        until: Timestamp,
    ) -> Result<Option<VisitId>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(None) };
            access.maybe(
                "SELECT v.id FROM visit v WHERE v.page = ?1 AND v.started_at <= ?2 AND EXISTS
                     (SELECT 1 FROM part p WHERE p.visit = v.id AND p.snapshot IS NOT NULL)
                 ORDER BY v.started_at DESC, v.id DESC LIMIT 1",
                params![page, until],
                |row| row.get(0).map(VisitId),
            )
        })
    }

    /// Returns the visit that captured a body, as `visit` repeats it: the last one of its page
    /// before it, or else the first of any page; `None` if none did.
    pub fn capture_behind(
        &self,
        digest: &Digest,
        visit: VisitId,
    ) -> Result<Option<VisitId>, ArchiveError> {
        self.read(|access| {
            let own = captured(access, digest, visit, "v.page = w.page", "DESC")?;
            match own {
                Some(own) => Ok(Some(own)),
                None => captured(access, digest, visit, "v.page <> w.page", "ASC"),
            }
        })
    }
}

fn captured(
    access: Access<'_>,
    digest: &Digest,
    visit: VisitId,
    whose: &str,
    order: &str,
) -> Result<Option<VisitId>, Fault> {
    let sql = format!(
        "SELECT p.visit FROM part p JOIN visit v ON v.id = p.visit JOIN visit w ON w.id = ?2
         WHERE p.snapshot = (SELECT id FROM snapshot WHERE digest = ?1)
             AND p.outcome = 'captured' AND p.visit <> w.id AND {whose}
         ORDER BY v.started_at <= w.started_at DESC, v.started_at {order}, v.id {order} LIMIT 1"
    );
    access.maybe(&sql, params![digest, visit.0], |row| row.get(0).map(VisitId))
}
