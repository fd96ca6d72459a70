//! What a page's history taught of its places.

use std::time::Duration;

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        log::touched::Subject,
        store::Archive,
    },
    model::{
        history::{Lesson, VisitId},
        page::PageId,
        time::Timestamp,
    },
};

impl Archive {
    /// Returns what visits before an instant taught of a page's places: of each the latest.
    pub fn lessons(&self, page: &PageId, before: Timestamp) -> Result<Vec<Lesson>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            access.all(
                "SELECT after, words, passages, longest_ms, first_visit, first_at, last_visit,
                     last_at, max(l.id)
                 FROM lesson l JOIN judgement j ON j.id = l.judgement
                 WHERE l.page = ?1 AND j.superseded_by IS NULL AND j.captured_at < ?2
                 GROUP BY after ORDER BY max(l.id)",
                params![page, before],
                |row| {
                    let longest: i64 = row.get(3)?;
                    Ok(Lesson {
                        after: row.get(0)?,
                        words: row.get(1)?,
                        passages: usize::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                        longest: Duration::from_millis(longest.unsigned_abs()),
                        first_visit: VisitId(row.get(4)?),
                        first_at: row.get(5)?,
                        last_visit: VisitId(row.get(6)?),
                        last_at: row.get(7)?,
                    })
                },
            )
        })
    }
}

/// Keeps what a judgement taught.
pub fn insert(
    access: Access<'_>,
    (page, judgement): (i64, i64),
    lesson: &Lesson,
) -> Result<(), Fault> {
    let id = access.insert(
        "INSERT INTO lesson (page, judgement, after, words, passages, longest_ms, first_visit,
             first_at, last_visit, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            page,
            judgement,
            lesson.after,
            lesson.words,
            i64::try_from(lesson.passages).unwrap_or(i64::MAX),
            i64::try_from(lesson.longest.as_millis()).unwrap_or(i64::MAX),
            lesson.first_visit.0,
            lesson.first_at,
            lesson.last_visit.0,
            lesson.last_at
        ],
    )?;
    access.touch(Subject::Lesson(id));
    Ok(())
}
