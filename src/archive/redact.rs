//! What must go, by order: the bytes of a body and all words that were read from it alone, or a page
//! with all that is on record of it. What was removed, when and why stays, and so do digests.

use std::cell::Cell;

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        anew,
        codec::Proof,
        error::{ArchiveError, Fault},
        frames::{self, LEVEL, Shelf},
        log::facts,
        passages,
        quoted::{self, Order},
        store::Archive,
    },
    model::{
        history::VisitId,
        page::PageId,
        removal::{Removal, Taken},
        snapshot::Digest,
        time::Timestamp,
    },
};

impl Archive {
    /// Takes out the bytes of bodies, the texts that were read from them alone, and the words of
    /// these texts in events, sentences, states of pledges and the search index. Visits, digests, lengths and judgements stay.
    ///
    /// What was packed upon the bytes is packed anew first. Of bodies that are taken out already,
    /// what was read anew since goes; where there is nothing of it, nothing is put on record. Nothing
    /// of the bytes is left in the file.
    pub fn redact(
        &mut self,
        bodies: &[Digest],
        reason: &str,
        at: Timestamp,
    ) -> Result<Taken, ArchiveError> {
        let taken = self.write(|access| {
            access.connection.pragma_update(None, "secure_delete", "ON")?;
            let mut taken = Taken::default();
            for digest in bodies {
                let id = frames::require(access, Shelf::Snapshots, digest)?;
                let what = Shelf::Snapshots.name(digest);
                let order = Order { kind: "redact", what, at, reason, removal: Cell::new(None) };
                take_out_body(access, id, &order, &mut taken)?;
                taken.has_any |= order.removal.get().is_some();
            }
            settle(access)?;
            access.recent.borrow_mut().clear();
            Ok(taken)
        })?;
        self.let_go_of_texts();
        self.leave_nothing()?;
        Ok(taken)
    }

    /// Takes out the bytes of all bodies that this page alone has shown, the texts that were read
    /// from them, and the words of both in events and in the index. That it was visited, when, and
    /// the digests of what it gave stay: the log tells of them for good. Where all of it went before,
    /// nothing is put on record.
    pub fn forget(
        &mut self,
        page: &PageId,
        reason: &str,
        at: Timestamp,
    ) -> Result<Taken, ArchiveError> {
        let taken = self.write(|access| {
            access.connection.pragma_update(None, "secure_delete", "ON")?;
            let unknown = || Fault::Unknown(format!("the page `{page}`"));
            let id = access.page(page)?.ok_or_else(unknown)?;
            let what = format!("page {page}");
            let order = Order { kind: "forget", what, at, reason, removal: Cell::new(None) };
            let bodies: Vec<i64> = access.all(
                "SELECT DISTINCT p.snapshot FROM part p JOIN visit v ON v.id = p.visit
                 WHERE v.page = ?1 AND p.snapshot IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM part q JOIN visit w ON w.id = q.visit
                         WHERE q.snapshot = p.snapshot AND w.page <> v.page)
                 ORDER BY p.snapshot DESC",
                [id],
                |row| row.get(0),
            )?;
            let mut taken = Taken::default();
            for &body in &bodies {
                take_out_body(access, body, &order, &mut taken)?;
            }
            taken.has_any = order.removal.get().is_some();
            settle(access)?;
            access.recent.borrow_mut().clear();
            Ok(taken)
        })?;
        self.let_go_of_texts();
        self.leave_nothing()?;
        Ok(taken)
    }

    /// Writes the file anew without what is free in it: rows that were moved before may have left
    /// copies of themselves there, and the index drops words when it is merged.
    fn leave_nothing(&mut self) -> Result<(), ArchiveError> {
        self.write(|access| {
            access.execute("INSERT INTO passage_words (passage_words) VALUES ('optimize')", [])?;
            Ok(())
        })?;
        self.vacuum()?;
        self.fold()
    }

    /// Returns what was removed, oldest first.
    pub fn removals(&self) -> Result<Vec<Removal>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT removed_at, kind, what, reason FROM removal ORDER BY id",
                [],
                removal,
            )
        })
    }

    /// Returns by which order the bytes of this digest, a body's or a text's, were taken out; `None`
    /// where they were not.
    pub fn removal_of(&self, digest: &Digest) -> Result<Option<Removal>, ArchiveError> {
        self.read(|access| {
            access.maybe(
                "SELECT m.removed_at, m.kind, m.what, m.reason FROM redacted r
                 JOIN removal m ON m.id = r.removal
                 WHERE r.shelf = 'snapshot' AND r.item = (SELECT id FROM snapshot WHERE digest = ?1)
                     OR r.shelf = 'text' AND r.item = (SELECT id FROM text WHERE digest = ?1)",
                [digest],
                removal,
            )
        })
    }

    /// Returns the digests of the bodies that a visit captured or confirmed.
    pub fn bodies_of(&self, visit: VisitId) -> Result<Vec<Digest>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT s.digest FROM part p JOIN snapshot s ON s.id = p.snapshot
                 WHERE p.visit = ?1 ORDER BY p.position",
                [visit.0],
                |row| row.get(0),
            )
        })
    }
}

fn removal(row: &Row<'_>) -> rusqlite::Result<Removal> {
    Ok(Removal { at: row.get(0)?, kind: row.get(1)?, what: row.get(2)?, reason: row.get(3)? })
}

/// Returns whether the bytes of this number on a shelf were taken out.
pub fn is_redacted(access: Access<'_>, shelf: Shelf, id: i64) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM redacted WHERE shelf = ?1 AND item = ?2";
    Ok(access.maybe(sql, params![shelf.table(), id], |_| Ok(()))?.is_some())
}

/// Takes the pages with versions of a text out of the index, which is made anew of them.
fn index_anew(access: Access<'_>, text: i64) -> Result<(), Fault> {
    let pages: Vec<i64> = access.all(
        "SELECT page FROM version WHERE text = ?1 UNION SELECT v.page FROM read_again a
         JOIN version v ON v.id = a.version WHERE a.text = ?1",
        [text],
        |row| row.get(0),
    )?;
    pages.into_iter().try_for_each(|page| passages::forget(access, page))
}

/// Keeps a text again that was taken out and comes anew: a page that still says it is still read. The
/// removal stays on record.
pub fn come_back(access: Access<'_>, shelf: Shelf, id: i64, bytes: &[u8]) -> Result<(), Fault> {
    if !is_redacted(access, shelf, id)? {
        return Ok(());
    }
    let frame = frames::pack(bytes, None, LEVEL, Proof::Elsewhere)?;
    frames::replace(access, shelf, id, (None, 0), &frame)?;
    let sql = "DELETE FROM redacted WHERE shelf = ?1 AND item = ?2";
    access.execute(sql, params![shelf.table(), id])?;
    facts::kept_again(access, shelf.table(), Digest::of(bytes));
    match shelf {
        Shelf::Texts => index_anew(access, id),
        Shelf::Snapshots | Shelf::Headers => Ok(()),
    }
}

fn take_out_body(
    access: Access<'_>,
    id: i64,
    order: &Order<'_>,
    taken: &mut Taken,
) -> Result<(), Fault> {
    // Texts of visits to this body, but those that a visit to bodies that are there gave too.
    let texts: Vec<i64> = access.all(
        "SELECT DISTINCT j.text FROM part p JOIN judgement j ON j.visit = p.visit
         WHERE p.snapshot = ?1 AND j.text IS NOT NULL
             AND j.text NOT IN (SELECT item FROM redacted WHERE shelf = 'text')
             AND NOT EXISTS (
                 SELECT 1 FROM judgement k WHERE k.text = j.text AND NOT EXISTS (
                     SELECT 1 FROM part q WHERE q.visit = k.visit AND (q.snapshot = ?1
                         OR q.snapshot IN (SELECT item FROM redacted WHERE shelf = 'snapshot'))))",
        [id],
        |row| row.get(0),
    )?;
    quoted::take_out(access, id, &texts, order)?;
    // Taken out before, it may have been read anew since: its words go then.
    if !is_redacted(access, Shelf::Snapshots, id)? {
        take_out(access, Shelf::Snapshots, id, order)?;
        taken.bodies += 1;
    }
    let sql = "DELETE FROM known WHERE snapshot = ?1 RETURNING page";
    access.all(sql, [id], |row| row.get(0))?.into_iter().for_each(|page| access.touch_page(page));
    access.execute("UPDATE latest SET snapshot = NULL WHERE snapshot = ?1", [id])?;
    access.execute("UPDATE latest SET run = NULL WHERE run = ?1", [id])?;
    for &text in &texts {
        let sql = "DELETE FROM read_as WHERE text = (SELECT digest FROM text WHERE id = ?1)
             RETURNING page";
        let pages = access.all(sql, [text], |row| row.get(0))?;
        pages.into_iter().for_each(|page| access.touch_page(page));
        take_out(access, Shelf::Texts, text, order)?;
        index_anew(access, text)?;
    }
    for &text in &texts {
        // Nothing can be compared with what is gone: the page begins anew, and nobody is told.
        let stands = "SELECT page FROM page_status WHERE waiting_text = ?1
             OR version IN (SELECT id FROM version WHERE text = ?1)
             OR version IN (SELECT version FROM read_again WHERE text = ?1)
             OR version IN (SELECT version FROM ground WHERE text = ?1)";
        let pages: Vec<i64> = access.all(stands, [text], |row| row.get(0))?;
        for page in pages {
            anew::put_back(access, page)?;
            access.touch_page(page);
        }
    }
    passages::sweep(access)?;
    taken.texts += texts.len() as u64;
    Ok(())
}

/// Takes the bytes of a row off a shelf, once nothing rests on them any more.
fn take_out(access: Access<'_>, shelf: Shelf, id: i64, order: &Order<'_>) -> Result<(), Fault> {
    free(access, shelf, id)?;
    let sql = format!("SELECT digest FROM {} WHERE id = ?1", shelf.table());
    let digest = access.one(&sql, [id], |row| row.get(0))?;
    let removal = order.note(access, shelf.table(), digest)?;
    frames::replace(access, shelf, id, (None, 0), &[])?;
    access.execute(
        "INSERT INTO redacted (shelf, item, removal) VALUES (?1, ?2, ?3)",
        params![shelf.table(), id, removal],
    )?;
    Ok(())
}

/// Packs anew what rests on a row: on what that one rests on, or whole.
fn free(access: Access<'_>, shelf: Shelf, id: i64) -> Result<(), Fault> {
    let table = shelf.table();
    let below: Option<i64> =
        access.one(&format!("SELECT base FROM {table} WHERE id = ?1"), [id], |row| row.get(0))?;
    let resting: Vec<i64> =
        access.all(&format!("SELECT id FROM {table} WHERE base = ?1"), [id], |row| row.get(0))?;
    for above in resting {
        let bytes = frames::get(access, shelf, above)?;
        let prefix = match below {
            Some(below) => Some(frames::get(access, shelf, below)?),
            None => None,
        };
        let depth = match below {
            Some(below) => frames::depth(access, shelf, below)? + 1,
            None => 0,
        };
        let frame = frames::pack(&bytes, prefix.as_deref(), LEVEL, Proof::Elsewhere)?;
        frames::replace(access, shelf, above, (below, depth), &frame)?;
    }
    Ok(())
}

/// Sets the depths right of what rests on something that was packed anew.
fn settle(access: Access<'_>) -> Result<(), Fault> {
    for shelf in [Shelf::Snapshots, Shelf::Texts] {
        frames::settle(access, shelf)?;
    }
    Ok(())
}
