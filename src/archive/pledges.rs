//! Pledges on record: how each stands in each version of its page, and what people added.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        columns::{from_json, to_json},
        error::{ArchiveError, Fault},
        log::touched::Subject,
        mark_forms::known,
        pledge_forms::StepForm,
        store::Archive,
        versions::{self, STANDS},
    },
    model::{
        history::{RecordedState, VersionId},
        page::PageId,
        pledge::{Note, NoteKind, Place, PledgeState, Point, Standing},
        snapshot::Digest,
        time::Timestamp,
    },
};

impl Archive {
    /// Returns the pledges on record, by page and id.
    pub fn pledges(&self) -> Result<Vec<(PageId, PageId)>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT g.name, p.name FROM pledge p JOIN page g ON g.id = p.page
                 ORDER BY g.name, p.name",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
    }

    /// Returns how a pledge stands in each version of its page that stands itself, oldest first;
    /// nothing for one that is not on record. Versions that were read again since, or added
    /// without being followed, are left out: see [`Archive::is_followed`].
    pub fn pledge_life(
        &self,
        page: &PageId,
        pledge: &PageId,
    ) -> Result<Vec<RecordedState>, ArchiveError> {
        self.read(|access| {
            let Some(id) = find(access, page, pledge)? else { return Ok(Vec::new()) };
            let numbers = access.all(
                "SELECT version FROM pledge_state WHERE pledge = ?1 AND superseded_by IS NULL",
                [id],
                |row| row.get::<_, i64>(0),
            )?;
            let mut life = Vec::new();
            if numbers.is_empty() {
                return Ok(life);
            }
            for version in versions::of_page(access, page)? {
                let found =
                    access.read(STATE, params![id, version.id.0], |row| state(row, pledge))?;
                let state = found.into_iter().find(|(text, _)| *text == version.text);
                life.extend(state.map(|(_, state)| RecordedState { version, state }));
            }
            Ok(life)
        })
    }

    /// Returns whether a pledge was followed by this quotation through every version of its page,
    /// as they read today; those whose text was taken out cannot be.
    pub fn is_followed(
        &self,
        page: &PageId,
        pledge: &PageId,
        quote: &str,
    ) -> Result<bool, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(true) };
            let sql = format!(
                "SELECT NOT EXISTS (SELECT 1 FROM version v
                 WHERE v.page = ?1 AND {STANDS} AND NOT {TAKEN_OUT} AND NOT EXISTS
                     (SELECT 1 FROM pledge p
                      JOIN pledge_state s ON s.pledge = p.id AND s.version = v.id
                          AND s.superseded_by IS NULL
                      JOIN sentence q ON q.id = s.quote
                      WHERE p.page = ?1 AND p.name = ?2 AND q.words = ?3
                          AND s.text = coalesce((SELECT text FROM read_again
                              WHERE version = v.id ORDER BY judgement DESC LIMIT 1), v.text)))"
            );
            access.one(&sql, params![page, pledge, quote], |row| row.get(0))
        })
    }

    /// Returns the versions of a page whose text, as they read today, was taken out by order.
    pub fn versions_taken_out(&self, page: &PageId) -> Result<Vec<VersionId>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(Vec::new()) };
            let sql = format!("SELECT v.id FROM version v WHERE v.page = ?1 AND {TAKEN_OUT}");
            access.all(&sql, [page], |row| row.get(0).map(VersionId))
        })
    }

    /// Records a pledge's life derived anew; what was recorded before stays, superseded.
    pub fn record_life(
        &mut self,
        (page, pledge): (&PageId, &PageId),
        life: &[(VersionId, PledgeState)],
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let unknown = || Fault::Unknown(format!("the page `{page}`"));
            let page = access.page(page)?.ok_or_else(unknown)?;
            let id = require(access, page, pledge)?;
            let superseded = access.all(
                "UPDATE pledge_state SET superseded_by = id
                 WHERE pledge = ?1 AND superseded_by IS NULL RETURNING id",
                [id],
                |row| row.get(0),
            )?;
            superseded.into_iter().for_each(|id| access.touch(Subject::State(id)));
            life.iter()
                .try_for_each(|(version, state)| insert(access, (page, version.0), state, at))
        })
    }

    /// Returns when a page was last seen with an established wording before an instant.
    pub fn last_established_before(
        &self,
        page: &PageId,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(None) };
            access.maybe(
                "SELECT v.started_at FROM visit v
                 JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
                 WHERE v.page = ?1 AND v.started_at < ?2
                     AND j.finding IN ('first', 'same', 'established')
                 ORDER BY v.started_at DESC, v.id DESC LIMIT 1",
                params![page, at],
                |row| row.get(0),
            )
        })
    }

    /// Returns when the first visit of our own to a page began.
    pub fn first_live_visit_at(&self, page: &PageId) -> Result<Option<Timestamp>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(None) };
            access.maybe(
                "SELECT started_at FROM visit WHERE page = ?1 AND origin = 'live'
                 ORDER BY started_at LIMIT 1",
                [page],
                |row| row.get(0),
            )
        })
    }

    /// Adds what a person has to say of a pledge. Fails for a page that is not on record.
    pub fn add_note(
        &mut self,
        (page, pledge): (&PageId, &PageId),
        note: &Note,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let page = access.named("page", "name", page)?;
            let id = require(access, page, pledge)?;
            let added = access.insert(
                "INSERT INTO pledge_note (pledge, kind, day, source, words, recorded_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    id,
                    note.kind.code(),
                    note.on.to_string(),
                    note.source,
                    note.words,
                    note.recorded_at
                ],
            )?;
            access.touch(Subject::Note(added));
            Ok(())
        })
    }

    /// Returns what people added to a pledge's life, in the order of adding.
    pub fn notes(&self, page: &PageId, pledge: &PageId) -> Result<Vec<Note>, ArchiveError> {
        self.read(|access| {
            let Some(id) = find(access, page, pledge)? else { return Ok(Vec::new()) };
            access.read(
                "SELECT kind, day, source, words, recorded_at FROM pledge_note
                 WHERE pledge = ?1 ORDER BY id",
                [id],
                |row| {
                    let (kind, day): (String, String) = (row.get(0)?, row.get(1)?);
                    Ok(Note {
                        kind: known(&kind, NoteKind::from_code(&kind))?,
                        on: known(&day, day.parse().ok())?,
                        source: row.get(2)?,
                        words: row.get(3)?,
                        recorded_at: row.get(4)?,
                    })
                },
            )
        })
    }

    /// Notes until when the watchlist says that a pledge holds, and returns how many times it has
    /// said something else so far, counting this one. What it says already is not noted again.
    pub fn note_term(
        &mut self,
        (page, pledge): (&PageId, &PageId),
        term: &str,
        at: Timestamp,
    ) -> Result<u64, ArchiveError> {
        self.write(|access| {
            let page = access.named("page", "name", page)?;
            let id = require(access, page, pledge)?;
            let last: Option<String> = access.maybe(
                "SELECT term FROM pledge_term WHERE pledge = ?1 ORDER BY id DESC LIMIT 1",
                [id],
                |row| row.get(0),
            )?;
            if last.as_deref() != Some(term) {
                let added = access.insert(
                    "INSERT INTO pledge_term (pledge, term, recorded_at) VALUES (?1, ?2, ?3)",
                    params![id, term, at],
                )?;
                access.touch(Subject::Term(added));
            }
            let count = "SELECT count(*) FROM pledge_term WHERE pledge = ?1";
            access.one(count, [id], |row| row.get::<_, u32>(0)).map(u64::from)
        })
    }

    /// Returns what the watchlist said until when a pledge holds, and since when, oldest first.
    pub fn terms(
        &self,
        page: &PageId,
        pledge: &PageId,
    ) -> Result<Vec<(String, Timestamp)>, ArchiveError> {
        self.read(|access| {
            let Some(id) = find(access, page, pledge)? else { return Ok(Vec::new()) };
            access.all(
                "SELECT term, recorded_at FROM pledge_term WHERE pledge = ?1 ORDER BY id",
                [id],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
    }
}

/// Whether the text of a version `v`, as it reads today, was taken out by order.
const TAKEN_OUT: &str = "coalesce((SELECT text FROM read_again WHERE version = v.id
         ORDER BY judgement DESC LIMIT 1), v.text)
     IN (SELECT item FROM redacted WHERE shelf = 'text')";

const STATE: &str = "SELECT t.digest, q.words, s.standing, s.from_block, s.from_byte, s.to_block,
         s.to_byte, w.words, s.step
     FROM pledge_state s
     JOIN text t ON t.id = s.text
     JOIN sentence q ON q.id = s.quote
     JOIN sentence w ON w.id = s.words
     WHERE s.pledge = ?1 AND s.version = ?2 AND s.superseded_by IS NULL ORDER BY s.id DESC";

fn state(row: &Row<'_>, pledge: &PageId) -> Result<(Digest, PledgeState), Fault> {
    let standing: String = row.get(2)?;
    let number = |column| -> Result<Option<usize>, Fault> {
        let number: Option<u32> = row.get(column)?;
        Ok(number.and_then(|it| usize::try_from(it).ok()))
    };
    let point = |block: Option<usize>, byte: Option<usize>| {
        block.zip(byte).map(|(block, byte)| Point { block, byte })
    };
    let from = point(number(3)?, number(4)?);
    let to = point(number(5)?, number(6)?);
    let step: Option<String> = row.get(8)?;
    let step = step.map(|json| from_json::<StepForm>("a pledge's state", &json)?.read());
    let state = PledgeState {
        pledge: pledge.clone(),
        quote: row.get(1)?,
        standing: known(&standing, Standing::from_code(&standing))?,
        place: from.zip(to).map(|(from, to)| Place { from, to }),
        words: row.get(7)?,
        step: step.transpose()?,
    };
    Ok((row.get(0)?, state))
}

fn find(access: Access<'_>, page: &PageId, pledge: &PageId) -> Result<Option<i64>, Fault> {
    access.maybe(
        "SELECT p.id FROM pledge p JOIN page g ON g.id = p.page
         WHERE g.name = ?1 AND p.name = ?2",
        params![page, pledge],
        |row| row.get(0),
    )
}

fn require(access: Access<'_>, page: i64, pledge: &PageId) -> Result<i64, Fault> {
    let key = params![page, pledge];
    let sql = "SELECT id FROM pledge WHERE page = ?1 AND name = ?2";
    match access.maybe(sql, key, |row| row.get(0))? {
        Some(id) => Ok(id),
        None => access.insert("INSERT INTO pledge (page, name) VALUES (?1, ?2)", key),
    }
}

/// Records how a pledge stands in a version, as the version reads today.
pub fn insert(
    access: Access<'_>,
    (page, version): (i64, i64),
    state: &PledgeState,
    at: Timestamp,
) -> Result<(), Fault> {
    let pledge = require(access, page, &state.pledge)?;
    let text: i64 = access.one(
        "SELECT coalesce((SELECT text FROM read_again WHERE version = v.id
             ORDER BY judgement DESC LIMIT 1), v.text) FROM version v WHERE v.id = ?1",
        [version],
        |row| row.get(0),
    )?;
    let step = state.step.as_ref().map(|step| to_json(&StepForm::of(step))).transpose()?;
    let (from, to) = (state.place.map(|it| it.from), state.place.map(|it| it.to));
    let id = access.insert(
        "INSERT INTO pledge_state (pledge, version, text, quote, standing, from_block, from_byte,
             to_block, to_byte, words, step, recorded_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            pledge,
            version,
            text,
            access.named("sentence", "words", &state.quote)?,
            state.standing.code(),
            from.map(|it| it.block as i64),
            from.map(|it| it.byte as i64),
            to.map(|it| it.block as i64),
            to.map(|it| it.byte as i64),
            access.named("sentence", "words", &state.words)?,
            step,
            at
        ],
    )?;
    access.touch(Subject::State(id));
    Ok(())
}
