//! Pages on record: where each stands, how much is kept of it, and its name.

use rusqlite::{Row, params};
use url::Url;

use crate::{
    archive::{
        access::Access,
        columns,
        error::{ArchiveError, Fault},
        log::facts,
        store::Archive,
        versions,
    },
    model::{
        history::{PageState, Spell, VisitId, Waiting},
        page::PageId,
        time::Timestamp,
        trouble::Trouble,
        visit::{Known, Validators},
    },
};

/// How much is kept of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageSize {
    /// How many visits.
    pub visits: u64,
    /// How many versions.
    pub versions: u64,
    /// How many different snapshots; one that several pages share counts for each.
    pub snapshots: u64,
    /// The bytes of these snapshots.
    pub raw_bytes: u64,
    /// What they take on the disk, in bytes.
    pub stored_bytes: u64,
}

impl Archive {
    /// Returns where a page stands; the default for a page that is not on record.
    pub fn page_state(&self, page: &PageId) -> Result<PageState, ArchiveError> {
        self.read(|access| match access.page(page)? {
            Some(id) => state(access, id),
            None => Ok(PageState::default()),
        })
    }

    /// Returns the pages on record, by name.
    pub fn pages(&self) -> Result<Vec<PageId>, ArchiveError> {
        self.read(|access| access.all("SELECT name FROM page ORDER BY name", [], |row| row.get(0)))
    }

    /// Returns the pages that were ever read, or are in trouble, by name.
    pub fn pages_seen(&self) -> Result<Vec<PageId>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT g.name FROM page g JOIN page_status s ON s.page = g.id
                 WHERE s.version IS NOT NULL OR s.spell_since IS NOT NULL ORDER BY g.name",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Returns the pages that are in trouble.
    pub fn pages_in_trouble(&self) -> Result<Vec<PageId>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT g.name FROM page_status s JOIN page g ON g.id = s.page
                 WHERE s.spell_since IS NOT NULL",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Returns when each page was last seen healthy, if it ever was.
    pub fn pages_healthy_at(&self) -> Result<Vec<(PageId, Option<Timestamp>)>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT g.name, s.last_healthy_at FROM page g
                 LEFT JOIN page_status s ON s.page = g.id ORDER BY g.name",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
    }

    /// Gives a page another name; all that is on record of it follows, and its events keep theirs.
    ///
    /// Fails if `before` is not on record, or `after` is.
    pub fn rename_page(&mut self, before: &PageId, after: &PageId) -> Result<(), ArchiveError> {
        self.write(|access| {
            let unknown = || Fault::Unknown(format!("the page `{before}`"));
            let page = access.page(before)?.ok_or_else(unknown)?;
            if access.page(after)?.is_some() {
                return Err(Fault::Taken(after.clone()));
            }
            access.execute("UPDATE page SET name = ?2 WHERE id = ?1", params![page, after])?;
            facts::rename(access, before, after);
            access.execute(
                "INSERT INTO renaming (before, after) VALUES (?1, ?2)
                 ON CONFLICT (before) DO UPDATE SET after = excluded.after",
                params![before, after],
            )?;
            Ok(())
        })
    }

    /// Returns the pages that were renamed here and may have their name before in the watchlist
    /// still: before and after.
    pub fn renamings(&self) -> Result<Vec<(PageId, PageId)>, ArchiveError> {
        self.read(|access| {
            access.all("SELECT before, after FROM renaming ORDER BY before", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
        })
    }

    /// Notes that the watchlist has a renamed page by its name after.
    pub fn end_renaming(&mut self, before: &PageId) -> Result<(), ArchiveError> {
        self.write(|access| {
            let sql = "DELETE FROM renaming WHERE before = ?1";
            if 0 < access.execute(sql, [before])? {
                facts::rename_followed(access, before);
            }
            Ok(())
        })
    }

    /// Returns how much is kept of a page; zeros for one that is not on record.
    pub fn page_size(&self, page: &PageId) -> Result<PageSize, ArchiveError> {
        self.read(|access| match access.page(page)? {
            Some(id) => size(access, id),
            None => Ok(PageSize::default()),
        })
    }
}

fn size(access: Access<'_>, page: i64) -> Result<PageSize, Fault> {
    let count = |row: &Row<'_>, at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
    let (visits, versions) = access.one(
        "SELECT (SELECT count(*) FROM visit WHERE page = ?1),
             (SELECT count(*) FROM version WHERE page = ?1)",
        [page],
        |row| Ok((count(row, 0)?, count(row, 1)?)),
    )?;
    access.one(
        "SELECT count(*), coalesce(sum(raw_bytes), 0), coalesce(sum(length(frame)), 0)
         FROM snapshot WHERE id IN (
             SELECT p.snapshot FROM visit v JOIN part p ON p.visit = v.id
             WHERE v.page = ?1 AND p.snapshot IS NOT NULL)",
        [page],
        |row| {
            let (snapshots, raw_bytes) = (count(row, 0)?, count(row, 1)?);
            let stored_bytes = count(row, 2)?;
            Ok(PageSize { visits, versions, snapshots, raw_bytes, stored_bytes })
        },
    )
}

fn state(access: Access<'_>, page: i64) -> Result<PageState, Fault> {
    let found = access.maybe(
        "SELECT s.first_visit_at, s.last_visit_at, s.last_healthy_at, s.version, s.version_last_at,
             s.away_until, a.url, w.digest AS wording, t.digest AS text, s.waiting_first_visit,
             s.waiting_first_at, s.waiting_last_at, s.waiting_sightings, s.waiting_before_last_at,
             s.waiting_diverged_at,
             s.spell_trouble, e.words AS evidence, s.spell_since, s.spell_event, s.spell_alerted,
             s.spell_visits
         FROM page_status s
         LEFT JOIN address a ON a.id = s.final_address
         LEFT JOIN wording w ON w.id = s.waiting_wording
         LEFT JOIN text t ON t.id = s.waiting_text
         LEFT JOIN sentence e ON e.id = s.spell_evidence
         WHERE s.page = ?1",
        [page],
        |row| {
            let state = PageState {
                version: None,
                waiting: waiting(row)?,
                spell: spell(row)?,
                last_visit_at: row.get("last_visit_at")?,
                last_healthy_at: row.get("last_healthy_at")?,
                version_last_at: row.get("version_last_at")?,
                first_visit_at: row.get("first_visit_at")?,
                final_url: row.get("url")?,
                known: Vec::new(),
                away_until: row.get("away_until")?,
            };
            Ok((state, row.get::<_, Option<i64>>("version")?))
        },
    )?;
    let Some((state, version)) = found else { return Ok(PageState::default()) };
    let version = match version {
        Some(id) => versions::by_number(access, id)?,
        None => None,
    };
    Ok(PageState { version, known: known(access, page)?, ..state })
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<Option<Waiting>> {
    let Some(wording) = row.get("wording")? else { return Ok(None) };
    Ok(Some(Waiting {
        wording,
        text: row.get("text")?,
        first_visit: VisitId(row.get("waiting_first_visit")?),
        first_at: row.get("waiting_first_at")?,
        last_at: row.get("waiting_last_at")?,
        sightings: row.get("waiting_sightings")?,
        before_last_at: row.get("waiting_before_last_at")?,
        diverged_at: row.get("waiting_diverged_at")?,
    }))
}

fn spell(row: &Row<'_>) -> rusqlite::Result<Option<Spell>> {
    let Some(kind) = row.get("spell_trouble")? else { return Ok(None) };
    Ok(Some(Spell {
        trouble: Trouble { kind, evidence: row.get("evidence")? },
        since: row.get("spell_since")?,
        event: row.get("spell_event")?,
        alerted: row.get("spell_alerted")?,
        visits: row.get("spell_visits")?,
    }))
}

fn known(access: Access<'_>, page: i64) -> Result<Vec<Known>, Fault> {
    access.read(
        "SELECT a.url, s.digest, k.etag, k.last_modified FROM known k
         JOIN address a ON a.id = k.address JOIN snapshot s ON s.id = k.snapshot
         WHERE k.page = ?1 ORDER BY k.position",
        [page],
        |row| {
            let url: Url = columns::url(row, "url")?;
            let validators = Validators { etag: row.get(2)?, last_modified: row.get(3)? };
            Ok(Known { url, digest: row.get(1)?, validators })
        },
    )
}
