//! Proving the archive: everything against its digest, every reference, and the file itself.
//! Damage is reported and never mended.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{BuildHasher as _, RandomState},
};

use rusqlite::Connection;

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        events, frames,
        frames::Shelf,
        log, migrations, parts,
        parts::Bodies,
        passage_words::Words,
        passages,
        store::{Archive, Memory},
        versions,
    },
    model::snapshot::Digest,
};

/// How far a proof is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being proved: `file`, `snapshots`, `texts`, `headers`, `visits`, `events`,
    /// `search index`, `log entries`, `record`.
    pub stage: &'static str,
    /// How many of it are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What, by name.
    pub what: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What [`Archive::verify`] does not hold against anything, and why: tables, and columns of tables.
pub const NOT_PROVED: [(&str, &str); 12] = [
    (
        "latest.snapshot",
        "what the next body is packed against, no more: it is held to be of its page",
    ),
    ("latest.headers", "what the next header is packed against, no more"),
    ("latest.run", "what the next body is packed against, no more: it is held to be of its page"),
    ("latest.packed", "up to where bodies are packed anew, no more: it is held to be of its page"),
    ("log_key.signed", "whether the head is missed where there is none: it is there, or is missed"),
    ("passage_words", "the form in which SQLite shows the tables of the index, which are proved"),
    ("passage_words_data", "proved as a whole: what it finds, and where"),
    ("passage_words_idx", "proved as a whole: SQLite holds it against the rows that it leads to"),
    ("passage_words_config.v", "4 or 5, which are read alike"),
    ("passage_words_docsize.origin", "where the index looks first for a passage that is removed"),
    ("sqlite_stat1", "SQLite's own: how many rows there are about, for its plans"),
    ("sqlite_stat4", "SQLite's own: how many rows there are about, for its plans"),
];

/// What must not be found: the rows that contradict the rest, by name and problem.
const CONTRADICTIONS: [(&str, &str); 28] = [
    (
        "SELECT 'judgement ' || j.id FROM judgement j WHERE j.superseded_by IS NOT
         (SELECT min(k.id) FROM judgement k WHERE k.visit = j.visit AND k.id > j.id)",
        "it is not superseded by the next judgement of its visit",
    ),
    (
        "SELECT 'snapshot ' || lower(hex(s.digest)) FROM snapshot s WHERE s.depth IS NOT
         CASE WHEN s.base IS NULL THEN 0 ELSE
             (SELECT b.depth + 1 FROM snapshot b WHERE b.id = s.base) END",
        "its depth does not agree with what it rests on",
    ),
    (
        "SELECT 'text ' || lower(hex(s.digest)) FROM text s WHERE s.depth IS NOT
         CASE WHEN s.base IS NULL THEN 0 ELSE
             (SELECT b.depth + 1 FROM text b WHERE b.id = s.base) END",
        "its depth does not agree with what it rests on",
    ),
    (
        "SELECT 'header set ' || lower(hex(s.digest)) FROM header_set s WHERE s.depth IS NOT
         CASE WHEN s.base IS NULL THEN 0 ELSE
             (SELECT b.depth + 1 FROM header_set b WHERE b.id = s.base) END",
        "its depth does not agree with what it rests on",
    ),
    (
        "SELECT 'visit v' || p.visit FROM part p
         WHERE p.position >= (SELECT count(*) FROM part q WHERE q.visit = p.visit)",
        "the positions of its parts have a gap",
    ),
    (
        "SELECT 'visit v' || id FROM visit v
         WHERE judged <> EXISTS (SELECT 1 FROM judgement j
             WHERE j.visit = v.id AND j.superseded_by IS NULL)",
        "its mark of being judged does not agree with its judgements",
    ),
    (
        "SELECT 'visit v' || id FROM visit v
         WHERE NOT EXISTS (SELECT 1 FROM part p WHERE p.visit = v.id)",
        "it has no part",
    ),
    (
        "SELECT 'visit v' || v.id FROM visit v JOIN judgement j ON j.visit = v.id
         WHERE j.page <> v.page",
        "its judgement is of another page",
    ),
    (
        "SELECT 'visit v' || visit FROM judgement
         WHERE superseded_by IS NULL GROUP BY visit HAVING count(*) > 1",
        "it has two judgements, neither of which supersedes the other",
    ),
    (
        "SELECT 'page ' || g.name FROM page g JOIN version v ON v.page = g.id
         GROUP BY g.id HAVING max(v.number) <> count(*) OR min(v.number) <> 1",
        "the numbers of its versions have a gap",
    ),
    (
        "SELECT 'page ' || g.name FROM page g JOIN page_status s ON s.page = g.id
         JOIN version v ON v.id = s.version WHERE v.page <> g.id",
        "its version is another page's",
    ),
    (
        "SELECT 'event ' || name FROM event WHERE before_text IS NOT NULL
         AND before_text NOT IN (SELECT digest FROM text)",
        "the text before the change is not on record",
    ),
    (
        "SELECT 'event ' || name FROM event WHERE after_text IS NOT NULL
         AND after_text NOT IN (SELECT digest FROM text)",
        "the text after the change is not on record",
    ),
    (
        "SELECT 'snapshot ' || lower(hex(digest)) FROM snapshot WHERE length(frame) = 0
         AND id NOT IN (SELECT item FROM redacted WHERE shelf = 'snapshot')",
        "its bytes were taken out, and nothing on record says why",
    ),
    (
        "SELECT 'text ' || lower(hex(digest)) FROM text WHERE length(frame) = 0
         AND id NOT IN (SELECT item FROM redacted WHERE shelf = 'text')",
        "its bytes were taken out, and nothing on record says why",
    ),
    (
        "SELECT 'sentence ' || id FROM sentence WHERE (digest IS NULL) <> (removal IS NULL)
             OR (digest IS NULL) <> (raw_bytes IS NULL)
             OR (digest IS NOT NULL AND words <> '[redacted ' || id || ']')",
        "its words were taken out, and what is on record of it does not agree",
    ),
    (
        "SELECT 'event ' || e.name FROM event e
         WHERE e.telling <> 'alert' AND EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id)",
        "it is no alert, and has deliveries",
    ),
    (
        "SELECT shelf || ' ' || item FROM redacted r
         WHERE NOT EXISTS (SELECT 1 FROM snapshot s
                 WHERE r.shelf = 'snapshot' AND s.id = r.item AND length(s.frame) = 0)
             AND NOT EXISTS (SELECT 1 FROM text t
                 WHERE r.shelf = 'text' AND t.id = r.item AND length(t.frame) = 0)",
        "it counts as taken out, and its bytes are there",
    ),
    (
        "SELECT 'page ' || g.name FROM page g LEFT JOIN page_status s ON s.page = g.id
         WHERE s.first_visit_at IS NOT (SELECT min(started_at) FROM visit WHERE page = g.id)",
        "its first visit is not when it is said to have been",
    ),
    // Among live visits the order of recording counts; an imported one moves it on by its time.
    (
        "SELECT 'page ' || g.name FROM page g LEFT JOIN page_status s ON s.page = g.id
         WHERE s.last_visit_at IS NOT (
             SELECT max(started_at) FROM visit v WHERE v.page = g.id AND v.id >= coalesce(
                 (SELECT max(id) FROM visit WHERE page = g.id AND origin = 'live'), 0))",
        "its last visit is not when it is said to have been",
    ),
    (
        "SELECT 'page ' || g.name FROM latest l JOIN page g ON g.id = l.page
         WHERE NOT EXISTS (SELECT 1 FROM visit v CROSS JOIN part p ON p.visit = v.id
             WHERE v.page = l.page AND p.address = l.address)",
        "an address is noted for it that it never had",
    ),
    (
        "SELECT DISTINCT 'page ' || g.name FROM visit v JOIN part p ON p.visit = v.id
         JOIN page g ON g.id = v.page
         WHERE NOT EXISTS (SELECT 1 FROM latest l WHERE l.page = v.page AND l.address = p.address)",
        "an address of its is not noted",
    ),
    // Page by page: a body may be that of very many pages.
    (
        "SELECT 'page ' || g.name FROM latest l JOIN page g ON g.id = l.page
         JOIN snapshot s ON s.id IN (l.snapshot, l.run, l.packed)
         WHERE NOT EXISTS (SELECT 1 FROM visit v CROSS JOIN part p ON p.visit = v.id
             WHERE v.page = l.page AND p.snapshot = s.id)",
        "its next body would be packed against another page's",
    ),
    (
        "SELECT 'page ' || g.name FROM page g
         WHERE EXISTS (SELECT 1 FROM stay WHERE page = g.id)
             AND NOT EXISTS (SELECT 1 FROM searched WHERE page = g.id)",
        "its passages are in the search index, and it does not count as indexed; \
         `search --rebuild` makes it anew",
    ),
    (
        "SELECT 'page ' || g.name FROM searched s JOIN page g ON g.id = s.page
         WHERE NOT EXISTS (SELECT 1 FROM visit v WHERE v.page = s.page)",
        "it counts as indexed, and was never visited",
    ),
    (
        "SELECT 'pledge ' || p.name FROM pledge p
         WHERE NOT EXISTS (SELECT 1 FROM pledge_state WHERE pledge = p.id)
             AND NOT EXISTS (SELECT 1 FROM pledge_note WHERE pledge = p.id)
             AND NOT EXISTS (SELECT 1 FROM pledge_term WHERE pledge = p.id)",
        "nothing is on record of it",
    ),
    (
        "SELECT 'page ' || g.name FROM page g
         WHERE NOT EXISTS (SELECT 1 FROM visit WHERE page = g.id)
             AND NOT EXISTS (SELECT 1 FROM pledge WHERE page = g.id)
             AND NOT EXISTS (SELECT 1 FROM event WHERE page = g.id)",
        "nothing is on record of it",
    ),
    (
        "SELECT 'the search index' WHERE (SELECT sum(CASE k WHEN 'version' THEN v IN (4, 5)
             WHEN 'secure-delete' THEN v = 1 ELSE -1 END) FROM passage_words_config) IS NOT 2",
        "it is not set to remove words for good; `search --rebuild` makes it anew",
    ),
];

/// The tables whose numbers are given once, in rising order, and whose rows are never removed.
const NUMBERED: [&str; 8] =
    ["visit", "version", "event", "delivery", "sweep", "review", "review_rule", "removal"];

impl Archive {
    /// Proves the whole archive and returns all damage found, in the order in which it was found;
    /// tells `report` how far it is. Writes nothing.
    ///
    /// Proves the file by SQLite's own check, every reference, every snapshot, text and header set
    /// against its digest, that every visit and event reads back, and that the record does not
    /// contradict itself. Fails only where the file cannot be read at all.
    pub fn verify(&self, report: &mut dyn FnMut(Progress)) -> Result<Vec<Damage>, ArchiveError> {
        // Nothing is taken from memory: what is proved is what the disk holds.
        let memory = Memory::default();
        let mut proof = Proof {
            access: self.bare(&memory),
            damages: Vec::new(),
            known: HashSet::new(),
            hash: RandomState::new(),
            report,
        };
        // As of one instant: what others write meanwhile would look like rows without entries.
        self.at_one_instant(|| proof.all().map_err(|fault| fault.at(self.path())))?;
        Ok(proof.damages)
    }
}

struct Proof<'a> {
    access: Access<'a>,
    damages: Vec<Damage>,
    /// The hashes of those, by which one that was found before is known.
    known: HashSet<u64>,
    hash: RandomState,
    report: &'a mut dyn FnMut(Progress),
}

impl Proof<'_> {
    fn all(&mut self) -> Result<(), Fault> {
        let file = self.file();
        self.note(file)?;
        for shelf in Shelf::ALL {
            let stage = match shelf {
                Shelf::Snapshots => "snapshots",
                Shelf::Texts => "texts",
                Shelf::Headers => "headers",
            };
            self.each(stage, shelf.table(), |access, id| on_shelf(access, shelf, id))?;
        }
        self.each("visits", "visit", |access, id| {
            parts::whole(access, id, Bodies::Left).map(|_| ())
        })?;
        self.each("events", "event", |access, id| events::by_number(access, id).map(|_| ()))?;
        self.index()?;
        let report = &mut *self.report;
        let mut tell = |done: usize, total: usize| {
            report(Progress { stage: "log entries", done: done as u64, total: total as u64 });
        };
        match log::prove::prove(self.access, &mut tell) {
            Ok(wrong) => wrong.into_iter().for_each(|(what, problem)| {
                self.add(Damage { what, problem });
            }),
            Err(fault) => self.note(Err(fault))?,
        }
        for (at, (sql, problem)) in CONTRADICTIONS.into_iter().enumerate() {
            let found = self.contradiction(sql, problem);
            self.note(found)?;
            self.tell("record", at + 1, CONTRADICTIONS.len());
        }
        for table in NUMBERED {
            let sql = format!(
                "SELECT 'the numbers of {table}' WHERE
                     (SELECT seq FROM sqlite_sequence WHERE name = '{table}')
                     IS NOT (SELECT max(id) FROM {table})"
            );
            let found =
                self.contradiction(&sql, "the highest that was given is not the last row's");
            self.note(found)?;
        }
        Ok(())
    }

    /// Proves the search index: where passages stood, and by which words they are found.
    fn index(&mut self) -> Result<(), Fault> {
        let mut words = Words::new()?;
        let held = words.hold(self.access);
        let is_held = held.is_ok();
        self.note(held)?;
        let pages = self.access.all("SELECT id FROM page ORDER BY id", [], |row| row.get(0))?;
        for (at, &page) in pages.iter().enumerate() {
            let proved = passages::prove(self.access, page, &mut |key, said| words.add(key, said));
            self.note(proved)?;
            self.tell("search index", at + 1, pages.len());
        }
        let problem = "its words are not found, or where they are not; \
                       `search --rebuild` makes the index anew";
        if !is_held {
            return Ok(());
        }
        match words.unlike(self.access) {
            Ok(keys) => keys.into_iter().for_each(|key| {
                let what = format!("passage {key} of the search index");
                self.add(Damage { what, problem: problem.to_owned() });
            }),
            Err(fault) => self.note(Err(fault))?,
        }
        Ok(())
    }

    /// Asks SQLite; what it answers is read, since its checks end well even when they find damage.
    fn file(&mut self) -> Result<(), Fault> {
        self.tell("file", 0, 1);
        let answers: Vec<String> =
            self.access.all("PRAGMA integrity_check", [], |row| row.get(0))?;
        for answer in answers.into_iter().filter(|answer| answer != "ok") {
            self.damages.push(Damage { what: "the file".to_owned(), problem: answer });
        }
        let dangling: Vec<(String, Option<i64>, String)> =
            self.access.all("PRAGMA foreign_key_check", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        for (table, row, parent) in dangling {
            let row = row.map_or_else(|| "a row".to_owned(), |row| format!("row {row}"));
            let what = format!("{row} of {table}");
            self.damages.push(Damage { what, problem: format!("its {parent} is missing") });
        }
        self.schema()?;
        self.tell("file", 1, 1);
        Ok(())
    }

    /// Holds the tables, indexes and triggers against those that this program makes.
    fn schema(&mut self) -> Result<(), Fault> {
        let mut made = Connection::open_in_memory()?;
        migrations::migrate(&mut made)?;
        let (expected, found) = (schema_of(&made)?, schema_of(self.access.connection)?);
        let mut unlike: Vec<&String> = Vec::new();
        unlike.extend(
            found.iter().filter(|(name, sql)| expected.get(*name) != Some(sql)).map(|it| it.0),
        );
        unlike.extend(expected.keys().filter(|name| !found.contains_key(*name)));
        for name in unlike {
            let problem = match (expected.contains_key(name), found.contains_key(name)) {
                (true, false) => "it is missing",
                (false, _) => "pledgewatch made no such thing",
                (true, true) => "it is not as pledgewatch made it",
            };
            self.add(Damage { what: name.clone(), problem: problem.to_owned() });
        }
        Ok(())
    }

    fn each(
        &mut self,
        stage: &'static str,
        table: &'static str,
        prove: impl Fn(Access<'_>, i64) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let ids =
            self.access.all(&format!("SELECT id FROM {table} ORDER BY id"), [], |row| row.get(0));
        let ids: Vec<i64> = match ids {
            Ok(ids) => ids,
            Err(fault) => return self.note(Err(fault)),
        };
        for (at, &id) in ids.iter().enumerate() {
            let proved = prove(self.access, id);
            self.note(proved)?;
            self.tell(stage, at + 1, ids.len());
        }
        Ok(())
    }

    fn contradiction(&mut self, sql: &str, problem: &str) -> Result<(), Fault> {
        let found: Vec<String> = self.access.all(sql, [], |row| row.get(0))?;
        let damage = |what| Damage { what, problem: problem.to_owned() };
        self.damages.extend(found.into_iter().map(damage));
        Ok(())
    }

    /// Notes damage and goes on; any other fault ends the proof.
    fn note(&mut self, proved: Result<(), Fault>) -> Result<(), Fault> {
        let Err(fault) = proved else { return Ok(()) };
        let Some((what, problem)) = fault.as_damage().or_else(|| of_index(&fault)) else {
            return Err(fault);
        };
        self.add(Damage { what, problem });
        Ok(())
    }

    fn add(&mut self, damage: Damage) {
        // What many rows rest upon is found with each of them.
        let key = self.hash.hash_one((&damage.what, &damage.problem));
        if self.known.insert(key) {
            self.damages.push(damage);
        }
    }

    fn tell(&mut self, stage: &'static str, done: usize, total: usize) {
        (self.report)(Progress { stage, done: done as u64, total: total as u64 });
    }
}

/// Returns what a database is made of, by kind and name, without what SQLite adds by itself: each as
/// it was written, but for white space.
fn schema_of(connection: &Connection) -> Result<BTreeMap<String, String>, Fault> {
    let mut statement = connection.prepare(
        "SELECT type || ' ' || name, sql FROM sqlite_schema
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let rows = statement.query_map([], |row| {
        let sql: String = row.get(1)?;
        Ok((row.get(0)?, sql.split_whitespace().collect::<String>()))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Returns what is damaged where SQLite cannot make sense of what it is asked for. What it is asked
/// here is always the same, so it is the search index, which is a program of its own within.
fn of_index(fault: &Fault) -> Option<(String, String)> {
    let Fault::Sqlite(rusqlite::Error::SqliteFailure(error, Some(message))) = fault else {
        return None;
    };
    let is_senseless = error.extended_code == rusqlite::ffi::SQLITE_ERROR;
    is_senseless.then(|| ("the search index".to_owned(), message.clone()))
}

fn on_shelf(access: Access<'_>, shelf: Shelf, id: i64) -> Result<(), Fault> {
    let bytes = match frames::prove(access, shelf, id) {
        Ok(bytes) => bytes,
        // Its removal is held against the record below.
        Err(Fault::Redacted(_)) => return Ok(()),
        Err(fault) => return Err(fault),
    };
    match shelf {
        Shelf::Snapshots => Ok(()),
        Shelf::Texts => versions::text_from_bytes(&Digest::of(&bytes), &bytes).map(|_| ()),
        Shelf::Headers => match parts::fields_from_bytes(&bytes) {
            Some(_) => Ok(()),
            None => Err(Fault::damaged(shelf.name(&Digest::of(&bytes)), "it is no header")),
        },
    }
}
