//! Captures: the bodies that the addresses of a page gave, each at its instant, for those who ask
//! for a page as it was.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        store::Archive,
    },
    model::{capture::Capture, history::VisitId, page::PageId, time::Timestamp},
};

/// Which way to look from an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// The latest at the instant or before.
    Past,
    /// The earliest after the instant.
    Future,
}

const FIELDS: &str = "SELECT v.id, p.position, g.name, v.started_at, a.url, b.url AS answered,
         p.status, p.content_type, s.digest
     FROM visit v
     JOIN page g ON g.id = v.page
     JOIN part p ON p.visit = v.id
     JOIN address a ON a.id = p.address
     LEFT JOIN address b ON b.id = p.answered
     JOIN snapshot s ON s.id = p.snapshot";

impl Archive {
    /// Returns the captures of a page, latest first, at most `limit`; those of one of its addresses
    /// alone where one is named.
    pub fn captures(
        &self,
        page: &PageId,
        url: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Capture>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            let sql = format!(
                "{FIELDS} WHERE v.page = ?1 AND (?2 IS NULL OR a.url = ?2)
                 ORDER BY v.started_at DESC, v.id DESC, p.position LIMIT ?3"
            );
            access.all(&sql, params![page, url, limit], capture)
        })
    }

    /// Returns the captures of one address of a page from a visit on, in the order of time, at most
    /// `limit`: forward with the visit itself, or back without it. From the first, where none is named.
    pub fn captures_from(
        &self,
        (page, url): (&PageId, &str),
        from: Option<VisitId>,
        toward: Toward,
        limit: usize,
    ) -> Result<Vec<Capture>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (side, order) = match toward {
            Toward::Future => (">=", "v.started_at, v.id, p.position"),
            Toward::Past => ("<", "v.started_at DESC, v.id DESC, p.position DESC"),
        };
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            // Only without a choice within is the visit found by the index.
            let range = match from {
                Some(_) => format!(
                    "(v.started_at, v.id) {side} (SELECT started_at, id FROM visit WHERE id = ?3)"
                ),
                None => "?3 IS NULL".to_owned(),
            };
            let sql = format!(
                "{FIELDS} WHERE v.page = ?1 AND a.url = ?2 AND {range} ORDER BY {order} LIMIT ?4"
            );
            let from = from.map(|visit| visit.0);
            let mut found = access.all(&sql, params![page, url, from, limit], capture)?;
            if toward == Toward::Past {
                found.reverse();
            }
            Ok(found)
        })
    }

    /// Returns the capture of a page that is nearest to an instant on one side of it.
    pub fn capture_toward(
        &self,
        page: &PageId,
        url: Option<&str>,
        at: Timestamp,
        toward: Toward,
    ) -> Result<Option<Capture>, ArchiveError> {
        let side = match toward {
            Toward::Past => "<= ?3 ORDER BY v.started_at DESC, v.id DESC, p.position",
            Toward::Future => "> ?3 ORDER BY v.started_at, v.id, p.position",
        };
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(None) };
            let sql = format!(
                "{FIELDS} WHERE v.page = ?1 AND (?2 IS NULL OR a.url = ?2)
                     AND v.started_at {side} LIMIT 1"
            );
            access.maybe(&sql, params![page, url, at], capture)
        })
    }

    /// Returns the captures of the visits of a page that began at an instant.
    pub fn captures_at(&self, page: &PageId, at: Timestamp) -> Result<Vec<Capture>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            let sql = format!(
                "{FIELDS} WHERE v.page = ?1 AND v.started_at = ?2 ORDER BY v.id, p.position"
            );
            access.all(&sql, params![page, at], capture)
        })
    }

    /// Returns what one part of a visit captured, counted from 0.
    pub fn capture(&self, visit: VisitId, part: u32) -> Result<Option<Capture>, ArchiveError> {
        self.read(|access| {
            let sql = format!("{FIELDS} WHERE v.id = ?1 AND p.position = ?2");
            access.maybe(&sql, params![visit.0, part], capture)
        })
    }

    /// Returns the pages that an address is or was a part of, in the order of their names.
    pub fn pages_at(&self, url: &str) -> Result<Vec<PageId>, ArchiveError> {
        self.read(|access: Access<'_>| -> Result<Vec<PageId>, Fault> {
            access.all(
                "SELECT g.name FROM latest l JOIN page g ON g.id = l.page
                 WHERE l.address = (SELECT id FROM address WHERE url = ?1) ORDER BY g.name",
                [url],
                |row| row.get(0),
            )
        })
    }
}

fn capture(row: &Row<'_>) -> rusqlite::Result<Capture> {
    let url: String = row.get("url")?;
    let answered: Option<String> = row.get("answered")?;
    Ok(Capture {
        visit: VisitId(row.get("id")?),
        part: row.get("position")?,
        page: row.get("name")?,
        at: row.get("started_at")?,
        final_url: answered.unwrap_or_else(|| url.clone()),
        url,
        status: row.get("status")?,
        content_type: row.get("content_type")?,
        snapshot: row.get("digest")?,
    })
}
