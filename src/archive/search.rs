//! Phrases looked up in the words of all versions. What the words are is `passages`' business.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        frames::{self, Shelf},
        passages::{STANDING, key, searched},
        phrases::query,
        store::Archive,
        versions::text_from_bytes,
    },
    model::{
        cause::Cause,
        page::PageId,
        snapshot::Digest,
        stay::{Stay, Turn},
        time::Timestamp,
    },
};

/// A passage with the phrase: where it stood.
struct Hit {
    from: i64,
    until: Option<i64>,
    key: i64,
}

/// A version that stands.
struct Standing {
    id: i64,
    number: u32,
    cause: Cause,
    first_at: Timestamp,
    text: i64,
    /// Whether its text was taken out by order.
    is_taken_out: bool,
}

impl Archive {
    /// Returns the pages on which a phrase stood in some version, in the order of their names.
    ///
    /// Whatever the phrase is made of is taken as words, in any case and without accents; the last
    /// of them stands for all that begin with it if `*` follows. In scripts without spaces it may be
    /// any part of a run. Only indexed pages are searched.
    pub fn pages_with(&self, phrase: &str) -> Result<Vec<PageId>, ArchiveError> {
        self.read(|access| {
            let Some(query) = query(access, phrase)? else { return Ok(Vec::new()) };
            access.all(
                "SELECT DISTINCT g.name FROM passage_words w
                 JOIN stay s ON s.passage = w.rowid
                 JOIN page g ON g.id = s.page
                 WHERE passage_words MATCH ?1 ORDER BY g.name",
                [query],
                |row| row.get(0),
            )
        })
    }

    /// Returns when a phrase stood on a page: the stretches of versions that have it, in order.
    pub fn stays(&self, page: &PageId, phrase: &str) -> Result<Vec<Stay>, ArchiveError> {
        self.read(|access| {
            let Some(query) = query(access, phrase)? else { return Ok(Vec::new()) };
            let Some(id) = access.page(page)? else { return Ok(Vec::new()) };
            let hits = access.all(
                "SELECT s.from_version, s.until_version, p.key FROM stay s
                 JOIN passage p ON p.id = s.passage
                 WHERE s.page = ?1
                     AND s.passage IN (SELECT rowid FROM passage_words WHERE passage_words MATCH ?2)",
                params![id, query],
                |row| Ok(Hit { from: row.get(0)?, until: row.get(1)?, key: row.get(2)? }),
            )?;
            let versions = standing(access, id)?;
            let told = Told { access, page, id, versions: &versions };
            stretches(&hits, &versions).into_iter().map(|it| told.stay(it)).collect()
        })
    }
}

impl Archive {
    /// Returns when a page was last seen before an instant with the wording that was its own then:
    /// at an established visit, or at one that first showed what was established by then.
    pub fn seen_before(
        &self,
        page: &PageId,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, ArchiveError> {
        self.read(|access| match access.page(page)? {
            Some(page) => seen_before(access, page, at),
            None => Ok(None),
        })
    }
}

fn seen_before(access: Access<'_>, page: i64, at: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let established: Option<Timestamp> = access.maybe(
        "SELECT v.started_at FROM visit v
         JOIN judgement j ON j.visit = v.id AND j.superseded_by IS NULL
         WHERE v.page = ?1 AND v.started_at < ?2 AND j.accepted = 1
         ORDER BY v.started_at DESC LIMIT 1",
        params![page, at],
        |row| row.get(0),
    )?;
    // Where a page changes at nearly every visit, most of them are never established.
    let shown: Option<Timestamp> = access.one(
        "SELECT max(j.captured_at) FROM judgement j
         WHERE j.page = ?1 AND j.accepted <> 0 AND j.superseded_by IS NULL
             AND j.captured_at < ?2 AND j.wording =
             (SELECT k.wording FROM version v
              JOIN judgement k ON k.visit = v.first_visit AND k.superseded_by IS NULL
              JOIN judgement l ON l.id = v.judgement AND l.superseded_by IS NULL
              WHERE v.page = ?1 AND v.first_at < ?2
              ORDER BY v.first_at DESC, v.number DESC LIMIT 1)",
        params![page, at],
        |row| row.get(0),
    )?;
    Ok(established.max(shown))
}

fn standing(access: Access<'_>, page: i64) -> Result<Vec<Standing>, Fault> {
    let sql = format!(
        "SELECT v.id, v.number, v.cause, v.first_at, s.text,
             s.text IN (SELECT item FROM redacted WHERE shelf = 'text')
         FROM ({STANDING}) s JOIN version v ON v.id = s.id ORDER BY v.established_at, v.number"
    );
    access.all(&sql, [page], |row| {
        Ok(Standing {
            id: row.get(0)?,
            number: row.get(1)?,
            cause: row.get(2)?,
            first_at: row.get(3)?,
            text: row.get(4)?,
            is_taken_out: row.get(5)?,
        })
    })
}

/// A run of versions, from the first with the phrase to the first without, and a passage in the
/// first and in the last of them.
struct Stretch {
    from: usize,
    until: usize,
    first_key: i64,
    last_key: i64,
}

fn stretches(hits: &[Hit], versions: &[Standing]) -> Vec<Stretch> {
    let places: BTreeMap<i64, usize> =
        versions.iter().enumerate().map(|(at, version)| (version.id, at)).collect();
    let place = |hit: &Hit| {
        let from = *places.get(&hit.from)?;
        let until = match hit.until {
            Some(until) => *places.get(&until)?,
            None => versions.len(),
        };
        Some(Stretch { from, until, first_key: hit.key, last_key: hit.key })
    };
    let mut found: Vec<Stretch> = hits.iter().filter_map(place).collect();
    found.sort_by_key(|it| (it.from, it.until, it.first_key));
    let mut joined: Vec<Stretch> = Vec::new();
    for stretch in found {
        match joined.last_mut() {
            Some(last) if stretch.from <= last.until => {
                if last.until < stretch.until {
                    last.last_key = stretch.last_key;
                }
                last.until = last.until.max(stretch.until);
            }
            Some(_) | None => joined.push(stretch),
        }
    }
    joined
}

struct Told<'a> {
    access: Access<'a>,
    page: &'a PageId,
    id: i64,
    versions: &'a [Standing],
}

impl Told<'_> {
    fn stay(&self, stretch: Stretch) -> Result<Stay, Fault> {
        let first = &self.versions[stretch.from];
        let before = stretch.from.checked_sub(1).map(|at| &self.versions[at]);
        let came = self.turn(stretch.from, before)?;
        let went = match stretch.until < self.versions.len() {
            true => Some(self.turn(stretch.until, Some(&self.versions[stretch.until]))?),
            false => None,
        };
        let last_seen_at = match &went {
            Some(went) => went.after,
            None => seen_before(self.access, self.id, Timestamp::from_millis(i64::MAX))?,
        };
        Ok(Stay {
            page: self.page.clone(),
            came,
            last_seen_at: last_seen_at.unwrap_or(first.first_at).max(first.first_at),
            went,
            passage: self.passage(self.versions[stretch.until - 1].text, stretch.last_key)?,
            first_passage: match stretch.first_key == stretch.last_key {
                true => None,
                false => Some(self.passage(first.text, stretch.first_key)?),
            },
        })
    }

    /// `other` is the version on the other side, without the phrase.
    fn turn(&self, at: usize, other: Option<&Standing>) -> Result<Turn, Fault> {
        let version = &self.versions[at];
        let after = match at {
            0 => None,
            _ => seen_before(self.access, self.id, version.first_at)?,
        };
        let (number, cause, no_later_than) = (version.number, version.cause, version.first_at);
        let is_taken_out = other.is_some_and(|other| other.is_taken_out);
        Ok(Turn { after, no_later_than, version: number, cause, is_taken_out })
    }

    fn passage(&self, text: i64, sought: i64) -> Result<String, Fault> {
        let bytes = frames::get(self.access, Shelf::Texts, text)?;
        let text = text_from_bytes(&Digest::of(&bytes), &bytes)?;
        let found = text.blocks.iter().flat_map(searched).find(|words| key(words) == sought);
        Ok(found.unwrap_or_default())
    }
}
