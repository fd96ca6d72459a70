//! Holding the rows against the log: each says what the log says of it, and none is missing on
//! either side.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::archive::{
    access::Access,
    error::Fault,
    log::{
        bits::Bits,
        entries::{self, VERSION_BEFORE, derive},
        frames,
        item::{Item, encode},
        page_state,
        removed::Removed,
        row::Derived,
        touched::{Numbered, Subject},
        unlike::unlike,
    },
};

/// What is wrong, and with what.
pub type Wrong = (String, String);

/// Columns of a row, each by the name that the log has for it.
type Columns<const N: usize> = [(&'static str, Option<Value>); N];

/// Tables whose rows the log tells of one by one, with the row that each number stands for.
const TOLD: [(&str, Numbered); 12] = [
    ("visit", Subject::Visit),
    ("judgement", Subject::Judgement),
    ("version", Subject::Version),
    ("event", Subject::Event),
    ("delivery", Subject::Delivery),
    ("pledge_note", Subject::Note),
    ("pledge_term", Subject::Term),
    ("review", Subject::Review),
    ("review_rule", Subject::Rule),
    ("pledge_state", Subject::State),
    ("lesson", Subject::Lesson),
    ("removal", Subject::Removal),
];

/// Tables that the log tells of since a later form: where it began before, it does not say from
/// which row on, and tells of all from the first that it tells of.
const TOLD_LATER: [&str; 5] = ["pledge_note", "pledge_term", "pledge_state", "lesson", "removal"];

/// Members of entries that are not made again.
const ONCE: [&str; 2] = [VERSION_BEFORE, page_state::MEMBER];

/// Tables with rows that are older than the log, up to a number that `log_begins` has.
const OLDER: [&str; 6] = ["visit", "judgement", "version", "event", "delivery", "sweep"];

/// Holds the rows against the log and returns what is wrong; tells `report` how many entries of how
/// many are done.
pub fn prove(
    access: Access<'_>,
    report: &mut dyn FnMut(usize, usize),
) -> Result<Vec<Wrong>, Fault> {
    let mut proof = Proof {
        access,
        names: BTreeMap::new(),
        told: BTreeMap::new(),
        firsts: BTreeMap::new(),
        sweeps: Bits::default(),
        ended: Bits::default(),
        leads: (None, None),
        keys: Vec::new(),
        states: BTreeMap::new(),
        removed: Removed::default(),
        renamings: BTreeSet::new(),
        is_renamed_in_full: false,
        suspects: BTreeMap::new(),
        wrong: Vec::new(),
    };
    let is_readable = proof.entries(report)?;
    proof.wrong.extend(std::mem::take(&mut proof.suspects).into_values());
    if is_readable {
        proof.missing()?;
    }
    Ok(proof.wrong)
}

struct Proof<'a> {
    access: Access<'a>,
    /// The name of each page as of the entry that is read.
    names: BTreeMap<i64, String>,
    /// The rows that the log told of, by table.
    told: BTreeMap<&'static str, Bits>,
    /// Behind which row of the tables of [`TOLD_LATER`] the log tells of all.
    firsts: BTreeMap<&'static str, i64>,
    sweeps: Bits,
    ended: Bits,
    /// The first visit and judgement of the frame that is read.
    leads: (Option<i64>, Option<i64>),
    /// The keys that the log tells of: origin and public key.
    keys: Vec<(i64, String, String)>,
    /// Where each page stands: the entry that said it last, and the digest.
    states: BTreeMap<i64, (i64, String)>,
    removed: Removed,
    /// Renamings that the watchlist has not followed yet: before and after.
    renamings: BTreeSet<(String, String)>,
    /// Whether the log tells of each renaming when the watchlist follows it.
    is_renamed_in_full: bool,
    /// Rows that are not as the latest entry says that was read.
    suspects: BTreeMap<Subject, Wrong>,
    wrong: Vec<Wrong>,
}

impl Proof<'_> {
    /// Returns whether all of the log could be read.
    fn entries(&mut self, report: &mut dyn FnMut(usize, usize)) -> Result<bool, Fault> {
        let access = self.access;
        let sql = "SELECT first, entries, visit, judgement FROM log_frame ORDER BY first";
        let frames = access.all(sql, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, (row.get(2)?, row.get(3)?)))
        })?;
        let total = frames.last().map_or(0, |(first, count, _)| first + count);
        let mut is_readable = true;
        let mut expected = 0;
        for (first, count, leads) in frames {
            if first != expected {
                let what = format!("the log before entry {first}");
                self.wrong.push((what, format!("its entries should end at {expected}")));
                is_readable = false;
            }
            expected = first + count;
            self.leads = (None, None);
            let read =
                frames::each(access, (first, expected), &mut |at, entry| self.entry(at, entry));
            if !self.note(read)? {
                is_readable = false;
            } else if self.leads != leads {
                let what = format!("the log from entry {first} on");
                let problem = "it tells of other visits or judgements than is noted beside it";
                self.wrong.push((what, problem.to_owned()));
            }
            report(expected.unsigned_abs() as usize, total.unsigned_abs() as usize);
        }
        Ok(is_readable)
    }

    /// Returns whether nothing was damaged; any other fault ends the proof.
    fn note(&mut self, done: Result<(), Fault>) -> Result<bool, Fault> {
        let Err(fault) = done else { return Ok(true) };
        self.wrong.push(fault.as_damage().ok_or(fault)?);
        Ok(false)
    }

    fn entry(&mut self, at: i64, entry: &[u8]) -> Result<(), Fault> {
        if let Some(subject) = entries::subject(entry) {
            return self.row(at, subject, entry);
        }
        let Ok(Value::Object(members)) = serde_json::from_slice(entry) else {
            self.wrong.push((format!("entry {at} of the log"), "it is no JSON object".to_owned()));
            return Ok(());
        };
        let words = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |name: &str| members.get(name).and_then(Value::as_i64).unwrap_or_default();
        match words("kind") {
            "run_start" => self.run_start(number("sweep"), &members),
            "run_end" => self.run_end(number("sweep"), &members),
            "rename" => {
                let (before, after) = (words("before"), words("after").to_owned());
                for name in self.names.values_mut().filter(|name| *name == before) {
                    name.clone_from(&after);
                }
                self.renamings.retain(|(earlier, _)| earlier != before);
                self.renamings.insert((before.to_owned(), after));
                Ok(())
            }
            "rename_followed" => {
                let before = words("before");
                self.renamings.retain(|(earlier, _)| earlier != before);
                Ok(())
            }
            page_state::MEMBER => {
                let named = |(_, name): &(&i64, &String)| *name == words("page");
                if let Some((&page, _)) = self.names.iter().find(named) {
                    self.states.insert(page, (at, words(page_state::MEMBER).to_owned()));
                }
                Ok(())
            }
            "redact" | "kept_again" => {
                self.removed.tell(&members);
                Ok(())
            }
            "key_change" => {
                let number = self.keys.len() as i64 + 1;
                self.keys.push((number, words("origin").to_owned(), words("public").to_owned()));
                Ok(())
            }
            "log_begins" if at == 0 => self.begins(&members),
            // Facts that no row repeats, and kinds of a later program's.
            _ => Ok(()),
        }
    }

    fn row(&mut self, at: i64, subject: Subject, entry: &[u8]) -> Result<(), Fault> {
        let told = self.told.entry(subject.table()).or_default().add(subject.number());
        self.firsts.entry(subject.table()).or_insert(subject.number() - 1);
        match subject {
            Subject::Visit(id) => self.leads.0 = self.leads.0.or(Some(id)),
            Subject::Judgement(id) => self.leads.1 = self.leads.1.or(Some(id)),
            Subject::Version(_)
            | Subject::Event(_)
            | Subject::Delivery(_)
            | Subject::Note(_)
            | Subject::Term(_)
            | Subject::Review(_)
            | Subject::Rule(_)
            | Subject::State(_)
            | Subject::Lesson(_)
            | Subject::Removal(_) => (),
        }
        let is_once = match subject {
            Subject::Visit(_)
            | Subject::Judgement(_)
            | Subject::Note(_)
            | Subject::Term(_)
            | Subject::Review(_)
            | Subject::Rule(_)
            | Subject::Removal(_) => true,
            Subject::Version(_)
            | Subject::Event(_)
            | Subject::Delivery(_)
            | Subject::State(_)
            | Subject::Lesson(_) => false,
        };
        if is_once && !told {
            let problem = "the log tells of it twice".to_owned();
            self.wrong.push((entries::name(subject), problem));
        }
        let derived = match derive(self.access, subject) {
            Ok(derived) => derived,
            Err(fault) => {
                let wrong = fault.as_damage().ok_or(fault)?;
                self.suspects.insert(subject, wrong);
                return Ok(());
            }
        };
        match self.difference(derived, at, entry)? {
            None => self.suspects.remove(&subject),
            Some(problem) => {
                let problem = format!("{problem} (entry {at} of the log)");
                self.suspects.insert(subject, (entries::name(subject), problem))
            }
        };
        Ok(())
    }

    /// Returns how a row differs from what the log says of it.
    fn difference(
        &mut self,
        derived: Derived,
        at: i64,
        entry: &[u8],
    ) -> Result<Option<String>, Fault> {
        let Derived { mut fields, page } = derived;
        let said: Value = serde_json::from_slice(entry).unwrap_or_default();
        if let Some(page) = page {
            let said_name = said.get("page").and_then(Value::as_str).unwrap_or_default();
            let name = self.names.entry(page).or_insert_with(|| said_name.to_owned());
            fields.insert("page".into(), Item::words(&*name));
            if let Some(state) = said.get(page_state::MEMBER).and_then(Value::as_str) {
                self.states.insert(page, (at, state.to_owned()));
            }
        }
        for member in ONCE {
            if let Some(item) = said.get(member).cloned().and_then(Item::from_json) {
                fields.insert(member.into(), item);
            }
        }
        let found = encode(fields)?;
        if found == entry || as_written_now(&said, entry)?.as_ref() == Some(&found) {
            return Ok(None);
        }
        let found: Value = serde_json::from_slice(&found).unwrap_or_default();
        Ok(Some(unlike(&said, &found, String::new())))
    }

    fn run_start(
        &mut self,
        sweep: i64,
        said: &serde_json::Map<String, Value>,
    ) -> Result<(), Fault> {
        self.sweeps.add(sweep);
        let access = self.access;
        let found = access.maybe(
            "SELECT started_at, pages_due, watchlist, extractor FROM sweep WHERE id = ?1",
            [sweep],
            |row| {
                let at: crate::model::time::Timestamp = row.get(0)?;
                let watchlist: Option<crate::model::snapshot::Digest> = row.get(2)?;
                Ok([
                    ("at", Some(Value::from(at.to_string()))),
                    ("pages_due", Some(Value::from(row.get::<_, i64>(1)?))),
                    ("watchlist", watchlist.map(|it| Value::from(it.to_string()))),
                    ("extractor", row.get::<_, Option<i64>>(3)?.map(Value::from)),
                ])
            },
        );
        self.sweep(sweep, said, found)
    }

    fn run_end(&mut self, sweep: i64, said: &serde_json::Map<String, Value>) -> Result<(), Fault> {
        self.ended.add(sweep);
        let found = self.access.maybe(
            "SELECT ended_at, outcome FROM sweep WHERE id = ?1",
            [sweep],
            |row| {
                let at: Option<crate::model::time::Timestamp> = row.get(0)?;
                let outcome: Option<String> = row.get(1)?;
                Ok([
                    ("at", at.map(|at| Value::from(at.to_string()))),
                    ("outcome", outcome.map(Value::from)),
                ])
            },
        );
        self.sweep(sweep, said, found)
    }

    fn sweep<const N: usize>(
        &mut self,
        sweep: i64,
        said: &serde_json::Map<String, Value>,
        found: Result<Option<Columns<N>>, Fault>,
    ) -> Result<(), Fault> {
        let what = format!("sweep {sweep}");
        let found = match found {
            Ok(Some(found)) => found,
            Ok(None) => {
                self.wrong.push((what, "it is in the log, and missing here".to_owned()));
                return Ok(());
            }
            Err(fault) => return self.note(Err(fault)).map(|_| ()),
        };
        for (name, found) in found {
            if said.get(name) != found.as_ref() {
                let problem = format!("its `{name}` is not what the log says");
                self.wrong.push((what.clone(), problem));
            }
        }
        Ok(())
    }

    fn begins(&mut self, said: &serde_json::Map<String, Value>) -> Result<(), Fault> {
        let sql = "SELECT count(*) FROM log_begins";
        let rows: i64 = self.access.one(sql, [], |row| row.get(0))?;
        if rows != 1 {
            let problem = format!("there are {rows} rows that say it");
            self.wrong.push(("where the log begins".to_owned(), problem));
        }
        for table in TOLD_LATER {
            if let Some(after) = said.get(&format!("after_{table}")).and_then(Value::as_i64) {
                self.firsts.insert(table, after);
            }
        }
        self.is_renamed_in_full = said.contains_key("after_removal");
        for table in OLDER {
            let found = self.begin(table)?;
            if said.get(&format!("after_{table}")).and_then(Value::as_i64) != Some(found) {
                let what = "where the log begins".to_owned();
                self.wrong.push((what, format!("its `{table}` is not what the log says")));
            }
        }
        Ok(())
    }

    /// Returns up to which number the rows of a table are older than the log.
    fn begin(&self, table: &str) -> Result<i64, Fault> {
        if TOLD_LATER.contains(&table) {
            return Ok(self.firsts.get(table).copied().unwrap_or(i64::MAX));
        }
        if !OLDER.contains(&table) {
            return Ok(0);
        }
        let sql = format!("SELECT {table} FROM log_begins");
        Ok(self.access.maybe(&sql, [], |row| row.get(0))?.unwrap_or_default())
    }

    /// Looks for rows that the log does not tell of.
    fn missing(&mut self) -> Result<(), Fault> {
        let access = self.access;
        let nothing = Bits::default();
        let ids = |table: &str, after: i64| {
            let sql = format!("SELECT id FROM {table} WHERE id > ?1 ORDER BY id");
            access.all(&sql, [after], |row| row.get::<_, i64>(0))
        };
        for (table, subject) in TOLD {
            let told = self.told.get(table).unwrap_or(&nothing);
            for id in ids(table, self.begin(table)?)?.into_iter().filter(|id| !told.has(*id)) {
                self.wrong.push((entries::name(subject(id)), "it is not in the log".to_owned()));
            }
        }
        for id in ids("sweep", self.begin("sweep")?)?.into_iter().filter(|id| !self.sweeps.has(*id))
        {
            self.wrong.push((format!("sweep {id}"), "it is not in the log".to_owned()));
        }
        let sql = "SELECT id FROM sweep
             WHERE (ended_at IS NOT NULL OR outcome IS NOT NULL) AND id > ?1";
        let ended = access.all(sql, [self.begin("sweep")?], |row| row.get::<_, i64>(0))?;
        for id in ended.into_iter().filter(|id| !self.ended.has(*id)) {
            self.wrong.push((format!("sweep {id}"), "its end is not in the log".to_owned()));
        }
        for (page, name) in &self.names {
            let sql = "SELECT name FROM page WHERE id = ?1";
            let found: Option<String> = access.maybe(sql, [page], |row| row.get(0))?;
            if found.as_ref() != Some(name) {
                let problem = "its name is not what the log says".to_owned();
                self.wrong.push((format!("page {name}"), problem));
            }
        }
        self.wrong.extend(self.removed.unlike_rows(access)?);
        self.pages()?;
        let keys = access.all("SELECT id, origin, public FROM log_key ORDER BY id", [], |row| {
            let public: [u8; 32] = row.get(2)?;
            let public = crate::model::snapshot::Digest::from_bytes(public).to_string();
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, public))
        })?;
        if keys != self.keys {
            let problem = "they are not those that the log tells of".to_owned();
            self.wrong.push(("the keys of the log".to_owned(), problem));
        }
        Ok(())
    }

    /// Holds where the pages stand, and their renamings, against what the log says last.
    fn pages(&mut self) -> Result<(), Fault> {
        let access = self.access;
        let pages = access.all(
            "SELECT id, name, EXISTS (SELECT 1 FROM judgement WHERE page = page.id) FROM page
             WHERE id IN (SELECT page FROM page_status UNION SELECT page FROM known
                 UNION SELECT page FROM read_as UNION SELECT page FROM visit)",
            [],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?)),
        )?;
        for (page, name, is_judged) in pages {
            let (expected, by) = match self.states.get(&page) {
                Some((at, digest)) => (digest.clone(), format!("entry {at} of the log says")),
                None if is_judged => continue,
                None => {
                    let by = "a page of which nothing is judged".to_owned();
                    (page_state::blank()?.to_string(), by)
                }
            };
            if page_state::digest(access, page)?.to_string() != expected {
                let what = format!("where page {name} stands");
                self.wrong.push((what, format!("it is not as {by}")));
            }
        }
        let found: BTreeSet<(String, String)> = access
            .all("SELECT before, after FROM renaming", [], |row| Ok((row.get(0)?, row.get(1)?)))?
            .into_iter()
            .collect();
        let untold = found.difference(&self.renamings);
        let mut unlike: Vec<String> = untold.map(|(before, _)| before.clone()).collect();
        if self.is_renamed_in_full {
            unlike.extend(self.renamings.difference(&found).map(|(before, _)| before.clone()));
        }
        for before in unlike {
            let what = format!("the renaming of page {before}");
            self.wrong.push((what, "it is not what the log says".to_owned()));
        }
        Ok(())
    }
}

/// Returns what today's revision writes for a judgement's entry of an earlier one, which wrote its
/// sentences out; `None` for any other entry.
fn as_written_now(said: &Value, entry: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    if said.get("kind").and_then(Value::as_str) != Some("judgement") {
        return Ok(None);
    }
    let Some(Item::Fields(mut fields)) = Item::from_json(said.clone()) else { return Ok(None) };
    let is_canonical = encode(fields.clone())? == entry;
    match is_canonical && entries::hash_sentences(&mut fields) {
        true => encode(fields).map(Some),
        false => Ok(None),
    }
}
