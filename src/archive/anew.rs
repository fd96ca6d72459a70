//! A page judged anew: what was recorded late but captured early puts another light on all that
//! follows. The judgements before stay, superseded.

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        columns::from_json,
        error::{ArchiveError, Fault},
        event_forms::WhatForm,
        log::touched::Subject,
        packed, parts,
        parts::Bodies,
        passages,
        store::Archive,
        visits,
    },
    model::{history::VisitId, page::PageId, time::Timestamp, visit::Visit},
};

impl Archive {
    /// Returns the pages with imported visits that were never judged and lie before one that was.
    pub fn to_judge_anew(&self) -> Result<Vec<PageId>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT DISTINCT g.name FROM visit v
                 JOIN page g ON g.id = v.page
                 JOIN page_status s ON s.page = v.page
                 WHERE v.judged = 0 AND v.origin = 'imported'
                     AND v.started_at < s.judged_captured_at
                 ORDER BY g.name",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Puts a page back to where nothing is judged, and returns its visits in order of time.
    ///
    /// Belongs into one act ([`Archive::together`]) with the judgements of all of them and
    /// [`Archive::end_anew`].
    pub fn begin_anew(&mut self, page: &PageId) -> Result<Vec<VisitId>, ArchiveError> {
        self.write(|access| {
            let page = known(access, page)?;
            passages::begin_anew(access, page)?;
            put_back(access, page)?;
            access.all(
                "SELECT id FROM visit WHERE page = ?1 ORDER BY started_at, id",
                [page],
                |row| row.get(0).map(VisitId),
            )
        })
    }

    /// Takes back the events that no judgement holds any more, unless they were delivered.
    pub fn end_anew(&mut self, page: &PageId, at: Timestamp) -> Result<(), ArchiveError> {
        self.write(|access| {
            let page = known(access, page)?;
            let overturned = access.all(
                "SELECT id, what, packed FROM event
                 WHERE page = ?1 AND superseded_by IS NULL
                     AND (SELECT superseded_by FROM judgement
                          WHERE id = event.judgement) IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM delivery
                         WHERE delivery.event = event.id AND state = 'delivered')",
                [page],
                |row| Ok((row.get::<_, i64>("id")?, packed::what_in(row)?)),
            )?;
            for (id, what) in overturned {
                // A deadline is no matter of what visits brought.
                if let WhatForm::Pledge { .. } = from_json(&format!("event {id}"), &what)? {
                    continue;
                }
                access.execute("UPDATE event SET superseded_by = id WHERE id = ?1", [id])?;
                access.touch(Subject::Event(id));
            }
            let given_up = access.all(
                "UPDATE delivery SET state = 'given_up', state_at = ?2,
                     last_error = 'earlier captures were imported, and it did not hold'
                 WHERE state = 'due'
                     AND event IN (SELECT id FROM event WHERE page = ?1 AND superseded_by = id)
                 RETURNING id",
                params![page, at],
                |row| row.get(0),
            )?;
            given_up.into_iter().for_each(|id| access.touch(Subject::Delivery(id)));
            Ok(())
        })
    }

    /// Returns a visit with its bodies.
    pub fn whole_visit(&self, id: VisitId) -> Result<Visit, ArchiveError> {
        self.visit_with(id, Bodies::Loaded)
    }

    /// Returns a visit with an empty body in place of each, which may be taken out.
    pub fn visit_without_bodies(&self, id: VisitId) -> Result<Visit, ArchiveError> {
        self.visit_with(id, Bodies::Left)
    }

    fn visit_with(&self, id: VisitId, bodies: Bodies) -> Result<Visit, ArchiveError> {
        self.read(|access| {
            let sql = "SELECT g.name, v.started_at, v.ended_at, v.origin, v.asked
                 FROM visit v JOIN page g ON g.id = v.page WHERE v.id = ?1";
            let parts = parts::whole(access, id.0, bodies)?;
            let found = access.maybe(sql, [id.0], |row| {
                let origin = visits::origin(row, 3)?;
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, origin, row.get(4)?))
            })?;
            let unknown = || Fault::Unknown(format!("the visit {id}"));
            let (page, started_at, ended_at, origin, asked) = found.ok_or_else(unknown)?;
            Ok(Visit { page, started_at, ended_at, origin, asked, parts })
        })
    }
}

/// Puts a page back to where nothing is judged: its next visit is its first.
pub fn put_back(access: Access<'_>, page: i64) -> Result<(), Fault> {
    access.execute(
        "UPDATE page_status SET last_healthy_at = NULL, judged_visit = NULL,
             judged_captured_at = NULL, version = NULL, version_last_at = NULL,
             final_address = NULL, away_until = NULL, waiting_wording = NULL,
             waiting_text = NULL, waiting_first_visit = NULL, waiting_first_at = NULL,
             waiting_last_at = NULL, waiting_sightings = NULL,
             waiting_before_last_at = NULL, waiting_diverged_at = NULL,
             spell_trouble = NULL, spell_evidence = NULL, spell_since = NULL,
             spell_event = NULL, spell_alerted = NULL, spell_visits = NULL
         WHERE page = ?1",
        [page],
    )?;
    Ok(())
}

fn known(access: Access<'_>, page: &PageId) -> Result<i64, Fault> {
    access.page(page)?.ok_or_else(|| Fault::Unknown(format!("the page `{page}`")))
}
