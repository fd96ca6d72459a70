//! The words of the search index, proved: each passage is found by the words that it has, where they
//! are in it, and by no others.
//!
//! The index keeps no passage, only which words are where. They are counted passage by passage and
//! held against an index that is made anew, a few passages at a time, in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher, RandomState},
};

use rusqlite::{Connection, OptionalExtension, params};

use crate::archive::{access::Access, error::Fault, passages::TOKENS};

/// The most bytes of passages that are indexed anew at once.
const BATCH_BYTES: usize = 1 << 20;

/// What mends the index.
const ANEW: &str = "as it should be; `search --rebuild` makes the index anew";

/// What an index holds of a passage: how many words, and the sum of their hashes with their places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    words: u64,
    places: u64,
}

/// The words of passages, as the index holds them and as they are said to be.
pub struct Words {
    /// By a number that is not known beforehand, so that no words can be chosen to have a sum.
    hash: RandomState,
    /// What the index holds, by the number of the passage.
    held: BTreeMap<i64, Sum>,
    /// The numbers of passages by their keys.
    numbers: BTreeMap<i64, i64>,
    made: Connection,
    /// The keys of those in `made`, by their numbers there.
    batch: Vec<i64>,
    batch_bytes: usize,
    seen: BTreeSet<i64>,
    unlike: BTreeSet<i64>,
}

impl Words {
    /// Makes ready.
    pub fn new() -> Result<Words, Fault> {
        let made = Connection::open_in_memory()?;
        made.execute_batch(&format!(
            "CREATE VIRTUAL TABLE passage_words USING fts5 (words, content = '', {TOKENS});
             CREATE VIRTUAL TABLE held USING fts5vocab (passage_words, instance);"
        ))?;
        Ok(Words {
            hash: RandomState::new(),
            held: BTreeMap::new(),
            numbers: BTreeMap::new(),
            made,
            batch: Vec::new(),
            batch_bytes: 0,
            seen: BTreeSet::new(),
            unlike: BTreeSet::new(),
        })
    }

    /// Reads what the index holds.
    pub fn hold(&mut self, access: Access<'_>) -> Result<(), Fault> {
        access.make_temporary(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.held USING fts5vocab
                 (main, passage_words, instance);
             CREATE VIRTUAL TABLE IF NOT EXISTS temp.held_term USING fts5vocab
                 (main, passage_words, row);",
        )?;
        let connection = access.connection;
        let mut sought =
            connection.prepare("SELECT cnt FROM held_term WHERE term = CAST(?1 AS TEXT)")?;
        self.held = sums(connection, &self.hash, &mut |term, count| {
            // A word that is there when all are read may still not be found when it is sought.
            let found: Option<i64> = sought.query_row([term], |row| row.get(0)).optional()?;
            match found == Some(count) {
                true => Ok(()),
                false => {
                    let term: String = String::from_utf8_lossy(term).chars().take(80).collect();
                    Err(Fault::damaged("the search index", format!("`{term}` is not found {ANEW}")))
                }
            }
        })?;
        self.numbers = access
            .all("SELECT key, id FROM main.passage", [], |row| Ok((row.get(0)?, row.get(1)?)))?
            .into_iter()
            .collect();
        Ok(())
    }

    /// Adds a passage that stands on some page. One whose number is missing is left to the page.
    pub fn add(&mut self, key: i64, words: &str) -> Result<(), Fault> {
        if !self.numbers.contains_key(&key) || !self.seen.insert(key) {
            return Ok(());
        }
        self.batch.push(key);
        self.batch_bytes += words.len();
        let sql = "INSERT INTO passage_words (rowid, words) VALUES (?1, ?2)";
        self.made.prepare_cached(sql)?.execute(params![self.batch.len() as i64, words])?;
        if BATCH_BYTES < self.batch_bytes { self.compare() } else { Ok(()) }
    }

    /// Returns the keys of the passages that are not indexed as they are.
    pub fn unlike(mut self, access: Access<'_>) -> Result<BTreeSet<i64>, Fault> {
        self.compare()?;
        let sizes = "SELECT p.key, d.id, d.sz FROM main.passage_words_docsize d
             LEFT JOIN main.passage p ON p.id = d.id";
        let mut sized = BTreeSet::new();
        let sizes: Vec<(Option<i64>, i64, Vec<u8>)> =
            access.all(sizes, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for (key, number, size) in sizes {
            sized.insert(number);
            let held = self.held.get(&number).copied().unwrap_or_default();
            if key.is_none() || varint(&size) != Some(held.words) {
                self.unlike.insert(key.unwrap_or(number));
            }
        }
        let unsized_ = self.numbers.iter().filter(|(_, number)| !sized.contains(number));
        let unsized_: Vec<i64> = unsized_.map(|(key, _)| *key).collect();
        self.unlike.extend(unsized_);
        let numbers: BTreeSet<i64> = self.numbers.values().copied().collect();
        self.unlike.extend(self.held.keys().filter(|number| !numbers.contains(number)));
        Ok(self.unlike)
    }

    fn compare(&mut self) -> Result<(), Fault> {
        let made = sums(&self.made, &self.hash, &mut |_, _| Ok(()))?;
        for (number, key) in (1..).zip(&self.batch) {
            let held = self.numbers.get(key).and_then(|number| self.held.get(number));
            let (held, made) = (held.copied(), made.get(&number).copied());
            if held.unwrap_or_default() != made.unwrap_or_default() {
                self.unlike.insert(*key);
            }
        }
        self.batch.clear();
        self.batch_bytes = 0;
        let sql = "INSERT INTO passage_words (passage_words) VALUES ('delete-all')";
        self.made.execute(sql, [])?;
        Ok(())
    }
}

/// Takes a word, and how often it is anywhere.
type Each<'a> = &'a mut dyn FnMut(&[u8], i64) -> Result<(), Fault>;

/// Adds up which words are where, by the number of the passage; tells `each` how often each word is
/// anywhere.
fn sums(
    connection: &Connection,
    hash: &RandomState,
    each: Each<'_>,
) -> Result<BTreeMap<i64, Sum>, Fault> {
    let mut sums: BTreeMap<i64, Sum> = BTreeMap::new();
    let (mut last, mut count) = (Vec::new(), 0);
    let mut statement = connection.prepare("SELECT term, doc, \"offset\" FROM held")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (number, place): (i64, i64) = (row.get(1)?, row.get(2)?);
        // Bytes: of a word without end the index keeps the start, and may cut within a letter.
        let term = row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?;
        let sum = sums.entry(number).or_default();
        sum.words += 1;
        sum.places = sum.places.wrapping_add(hash.hash_one((term, place)));
        if last != term {
            if 0 < count {
                each(&last, count)?;
            }
            last.clear();
            last.extend_from_slice(term);
            count = 0;
        }
        count += 1;
    }
    if 0 < count {
        each(&last, count)?;
    }
    Ok(sums)
}

/// Reads a number as SQLite writes it: seven bits a byte, the highest first, eight in the ninth.
fn varint(bytes: &[u8]) -> Option<u64> {
    let mut value: u64 = 0;
    for (at, &byte) in bytes.iter().enumerate().take(9) {
        if at == 8 {
            return (bytes.len() == 9).then_some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return (bytes.len() == at + 1).then_some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_sqlite_writes_it() {
        assert_eq!(varint(&[0]), Some(0));
        assert_eq!(varint(&[0x7f]), Some(127));
        assert_eq!(varint(&[0x81, 0x00]), Some(128));
        assert_eq!(varint(&[0xff; 9]), Some(u64::MAX));
        for none in [&[][..], &[0x81], &[0, 0], &[0xff; 10]] {
            assert_eq!(varint(none), None, "{none:?}");
        }
    }
}
