//! Snapshots, texts and versions, read back.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        frames::{self, Shelf},
        store::Archive,
    },
    model::{
        history::{
            Ground, Neighbours, Regime, Seen, Sightings, Standing, Version, VersionId, VisitId,
        },
        page::PageId,
        snapshot::{Digest, Snapshot},
        text::Text,
        time::Timestamp,
    },
};

/// In the order in which the page showed them: an earlier capture that was imported later stands
/// where it belongs. What was established last is what counts, though it may have been seen first.
const ORDER: &str = "ORDER BY v.established_at, v.number";

/// A version whose judgement was superseded, since its page was judged anew, stands no more.
pub const STANDS: &str =
    "(SELECT superseded_by FROM judgement WHERE judgement.id = v.judgement) IS NULL";

impl Archive {
    /// Returns a snapshot, read from the disk and checked against its digest.
    pub fn snapshot(&self, digest: &Digest) -> Result<Snapshot, ArchiveError> {
        let bytes = self.read(|access| frames::get_by_digest(access, Shelf::Snapshots, digest))?;
        Ok(Snapshot::digested(bytes, *digest))
    }

    /// Does what [`Archive::snapshot`] does; `None` if it is not on record.
    pub fn snapshot_if_there(&self, digest: &Digest) -> Result<Option<Snapshot>, ArchiveError> {
        let bytes = self.read(|access| {
            let id = frames::find(access, Shelf::Snapshots, digest)?;
            id.map(|id| frames::get_from_disk(access, Shelf::Snapshots, id)).transpose()
        })?;
        Ok(bytes.map(|bytes| Snapshot::digested(bytes, *digest)))
    }

    /// Returns whether a snapshot is on record.
    pub fn has_snapshot(&self, digest: &Digest) -> Result<bool, ArchiveError> {
        self.read(|access| Ok(frames::find(access, Shelf::Snapshots, digest)?.is_some()))
    }

    /// Returns the header fields of an answer as they are kept, netstrings of name and value by
    /// turns, read from the disk and checked against their digest.
    pub fn header_set(&self, digest: &Digest) -> Result<Vec<u8>, ArchiveError> {
        let bytes = self.read(|access| frames::get_by_digest(access, Shelf::Headers, digest))?;
        Ok(bytes.to_vec())
    }

    /// Returns a text, read from the disk and checked against its digest, if not now then lately.
    pub fn text(&self, digest: &Digest) -> Result<Text, ArchiveError> {
        self.held_or_read(digest, |access| {
            let bytes = frames::get_by_digest(access, Shelf::Texts, digest)?;
            text_from_bytes(digest, &bytes)
        })
    }

    /// Returns a text; `None` if it was taken out by order.
    pub fn text_if_kept(&self, digest: &Digest) -> Result<Option<Text>, ArchiveError> {
        match self.text(digest) {
            Err(ArchiveError::Redacted { .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Returns the versions of a page, oldest first; none for a page that is not on record.
    pub fn versions(&self, page: &PageId) -> Result<Vec<Version>, ArchiveError> {
        self.read(|access| of_page(access, page))
    }

    /// Returns the version that the page showed at an instant: the last one that was seen by then.
    pub fn version_at(
        &self,
        page: &PageId,
        at: Timestamp,
    ) -> Result<Option<Version>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(None) };
            let sql = versions(&format!(
                "v.page = ?1 AND v.first_at <= ?2 AND {STANDS}
                 ORDER BY v.established_at DESC, v.number DESC LIMIT 1",
            ));
            access.maybe(&sql, params![page, at], version)
        })
    }

    /// Returns the captures of a page beside an instant.
    pub fn neighbours(&self, page: &PageId, at: Timestamp) -> Result<Neighbours, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Neighbours::default()) };
            let visit = |which: &str| {
                let sql = format!(
                    "SELECT v.started_at FROM visit v
                     JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
                     WHERE v.page = ?1 AND {which} LIMIT 1"
                );
                access.maybe(&sql, params![page, at], |row| row.get(0))
            };
            Ok(Neighbours {
                last: visit("v.started_at <= ?2 AND j.accepted <> 0 ORDER BY v.started_at DESC")?,
                next: visit("v.started_at > ?2 AND j.accepted <> 0 ORDER BY v.started_at")?,
                troubled: visit(
                    "v.started_at <= ?2 AND j.accepted = 0 ORDER BY v.started_at DESC",
                )?,
            })
        })
    }

    /// Returns the `Content-Type` field under which a snapshot was captured last; `None` if there
    /// was none.
    pub fn captured_as(&self, snapshot: &Digest) -> Result<Option<String>, ArchiveError> {
        self.read(|access| {
            let found = access.maybe(
                "SELECT p.content_type FROM part p
                 WHERE p.snapshot = (SELECT id FROM snapshot WHERE digest = ?1)
                     AND p.outcome = 'captured'
                 ORDER BY p.visit DESC LIMIT 1",
                [snapshot],
                |row| row.get(0),
            )?;
            Ok(found.flatten())
        })
    }

    /// Returns how a wording has stood on a page at visits in trouble, from `since` on; `None` if it
    /// was not seen so.
    pub fn standing(
        &self,
        page: &PageId,
        wording: &Digest,
        since: Timestamp,
    ) -> Result<Option<Standing>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(None) };
            access.maybe(
                "SELECT j.visit, t.digest, count(*) OVER (), j.captured_at,
                     max(j.captured_at) OVER ()
                 FROM judgement j JOIN text t ON t.id = j.text
                 WHERE j.page = ?1 AND j.wording = (SELECT id FROM wording WHERE digest = ?2)
                     AND j.captured_at >= ?3
                     AND j.accepted = 0 AND j.superseded_by IS NULL AND j.wording IS NOT NULL
                 ORDER BY j.captured_at, j.id LIMIT 1",
                params![page, wording, since],
                |row| {
                    let (visits, first_at, last_at) = (row.get(2)?, row.get(3)?, row.get(4)?);
                    Ok(Standing {
                        first_visit: VisitId(row.get(0)?),
                        text: row.get(1)?,
                        sightings: Sightings { visits, first_at, last_at },
                    })
                },
            )
        })
    }

    /// Returns the wordings of a page's latest visits, oldest first, at most `limit`; visits in
    /// trouble are left out. Visits count in the order of their captures.
    pub fn latest_wordings(&self, page: &PageId, limit: usize) -> Result<Vec<Seen>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            let mut seen = access.all(
                "SELECT v.started_at, w.digest, j.accepted FROM visit v
                 JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
                 LEFT JOIN wording w ON w.id = j.wording
                 WHERE v.page = ?1 AND j.accepted <> 0
                 ORDER BY v.started_at DESC, v.id DESC LIMIT ?2",
                [page, limit],
                |row| {
                    let is_established = row.get::<_, i64>(2)? == 1;
                    Ok(Seen { at: row.get(0)?, wording: row.get(1)?, is_established })
                },
            )?;
            seen.reverse();
            Ok(seen)
        })
    }

    /// Returns what texts are held against beside a version, where that is not its own text.
    pub fn ground(&self, version: VersionId) -> Result<Option<Ground>, ArchiveError> {
        self.read(|access| {
            access.maybe(
                "SELECT g.digest, t.digest FROM ground
                 JOIN version v ON v.id = ground.version
                 JOIN text g ON g.id = ground.text
                 JOIN text t ON t.id = v.text
                 WHERE ground.version = ?1",
                [version.0],
                |row| Ok(Ground { text: row.get(0)?, version: row.get(1)? }),
            )
        })
    }
}

/// Reads the lines of a text.
pub fn text_from_bytes(digest: &Digest, bytes: &[u8]) -> Result<Text, Fault> {
    let text = std::str::from_utf8(bytes).ok().and_then(Text::from_lines);
    text.ok_or_else(|| Fault::damaged(Shelf::Texts.name(digest), "its lines are no text"))
}

/// Returns the versions of a page that stand, oldest first.
pub fn of_page(access: Access<'_>, page: &PageId) -> Result<Vec<Version>, Fault> {
    let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
    access.all(&versions(&format!("v.page = ?1 AND {STANDS} {ORDER}")), [page], version)
}

/// Returns the version of this number among all.
pub fn by_number(access: Access<'_>, id: i64) -> Result<Option<Version>, Fault> {
    access.maybe(&versions("v.id = ?1"), [id], version)
}

fn versions(which: &str) -> String {
    format!(
        "SELECT v.id, g.name, v.number, v.cause, t.digest, r.revision, r.selection, v.first_visit,
             v.first_at, v.established_at
         FROM version v
         JOIN page g ON g.id = v.page
         LEFT JOIN read_again a ON a.version = v.id AND a.judgement =
             (SELECT max(judgement) FROM read_again WHERE version = v.id)
         JOIN text t ON t.id = coalesce(a.text, v.text)
         JOIN regime r ON r.id = coalesce(a.regime, v.regime)
         WHERE {which}"
    )
}

fn version(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        id: VersionId(row.get(0)?),
        page: row.get(1)?,
        number: row.get(2)?,
        cause: row.get(3)?,
        text: row.get(4)?,
        regime: Regime { revision: row.get(5)?, selection: row.get(6)? },
        first_visit: VisitId(row.get(7)?),
        first_at: row.get(8)?,
        established_at: row.get(9)?,
    })
}
