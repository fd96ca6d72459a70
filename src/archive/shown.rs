//! What a page has shown, visit by visit.

use rusqlite::params;

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{
        history::{Regime, Shown, VisitId},
        page::PageId,
        time::Timestamp,
    },
};

impl Archive {
    /// Returns what a page showed at its latest healthy visits before an instant, newest first, at
    /// most `limit`, without those whose text was taken out by order; nothing for a page that is not on record.
    pub fn shown(
        &self,
        page: &PageId,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Shown>, ArchiveError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            access.all(
                "SELECT v.id, v.started_at, t.digest, r.revision, r.selection
                 FROM visit v
                 JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
                 LEFT JOIN text t ON t.id = j.text
                 LEFT JOIN regime r ON r.id = j.regime
                 WHERE v.page = ?1 AND v.started_at < ?2 AND j.accepted <> 0
                     AND (t.id IS NULL OR length(t.frame) > 0)
                 ORDER BY v.started_at DESC, v.id DESC LIMIT ?3",
                params![page, before, limit],
                |row| {
                    let text = match (row.get(2)?, row.get(3)?) {
                        (Some(digest), Some(revision)) => {
                            Some((digest, Regime { revision, selection: row.get(4)? }))
                        }
                        (_, _) => None,
                    };
                    let (visit, captured_at) = (VisitId(row.get(0)?), row.get(1)?);
                    Ok(Shown { visit, captured_at, text })
                },
            )
        })
    }
}
