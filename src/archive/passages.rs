//! The words of all versions, indexed passage by passage: which passages there are, and from which
//! version of a page to which each stood. Derived from the texts, and can be made anew at any time.
//!
//! Rows are added where wording changes and not where a page is visited: the index grows with what
//! was written, not with how often it was looked at.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        frames::{self, Shelf},
        store::Archive,
        versions::text_from_bytes,
    },
    model::{
        page::PageId,
        snapshot::Digest,
        text::{Block, Text},
    },
};

/// What a version of a page is known by while its passages are compared.
struct Read {
    version: i64,
    passages: BTreeMap<i64, String>,
}

/// Returns the number by which equal words are known: the first 63 bits of their digest.
pub fn key(words: &str) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&Digest::of(words.as_bytes()).as_bytes()[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

/// The most bytes that are indexed as one: the index holds all that it knows of a row in memory until
/// the row ends, which is 140 MB where eight megabytes have no word twice.
const PIECE_BYTES_MAX: usize = 256 << 10;

/// How many bytes of a piece stand at the start of the next too, but for those up to the next space: a
/// phrase up to seven eighths of this is found wherever a passage is cut.
const SHARED_BYTES: usize = 8 << 10;

/// Returns the words of a block that are searched: its marker and words, as a reader sees them, as
/// one; those of a very long block in pieces of which each begins with the end of the one before.
pub fn searched(block: &Block) -> Vec<String> {
    let words = block.shown();
    match words.len() {
        0 => Vec::new(),
        1..=PIECE_BYTES_MAX => vec![words],
        _ => pieces(&words),
    }
}

/// Cuts words at spaces where some are near, or within a word.
fn pieces(words: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while PIECE_BYTES_MAX < words.len() - from {
        let most = words.floor_char_boundary(from + PIECE_BYTES_MAX);
        let near = words.floor_char_boundary(most - SHARED_BYTES);
        let last = words[near..most].rfind(' ').map_or(most, |at| near + at);
        pieces.push(words[from..last].to_owned());
        let shared = words.floor_char_boundary(last - SHARED_BYTES);
        let near = words.floor_char_boundary(shared + SHARED_BYTES / 8);
        from = words[shared..near].find(' ').map_or(shared, |at| shared + at + 1);
    }
    pieces.push(words[from..].to_owned());
    pieces
}

fn passages(text: &Text) -> BTreeMap<i64, String> {
    text.blocks.iter().flat_map(searched).map(|words| (key(&words), words)).collect()
}

/// Adds a version that is the page's latest to the index, in the transaction that records it.
///
/// A page whose earlier versions are not indexed is left for [`Archive::index_page`].
pub fn add(access: Access<'_>, page: i64, version: i64, text: &Text) -> Result<(), Fault> {
    let others = "SELECT 1 FROM version WHERE page = ?1 AND id <> ?2 LIMIT 1";
    let is_first = access.maybe(others, [page, version], |_| Ok(()))?.is_none();
    if is_first {
        access.execute("INSERT OR IGNORE INTO searched (page) VALUES (?1)", [page])?;
    }
    match is_indexed(access, page)? {
        true if is_latest(access, page, version)? => {
            follow(access, page, &Read { version, passages: passages(text) })
        }
        true => forget(access, page),
        false => Ok(()),
    }
}

/// Returns whether a version stands behind all others of its page; after a clock that went
/// backwards it may not.
fn is_latest(access: Access<'_>, page: i64, version: i64) -> Result<bool, Fault> {
    let later = access.maybe(
        "SELECT 1 FROM version v
         JOIN judgement j ON j.id = v.judgement AND j.superseded_by IS NULL
         WHERE v.page = ?1 AND v.id <> ?2
             AND v.established_at > (SELECT established_at FROM version WHERE id = ?2) LIMIT 1",
        [page, version],
        |_| Ok(()),
    )?;
    Ok(later.is_none())
}

fn is_indexed(access: Access<'_>, page: i64) -> Result<bool, Fault> {
    let found = access.maybe("SELECT 1 FROM searched WHERE page = ?1", [page], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Ends the stay of passages that the version has no more, and begins that of those it has anew.
fn follow(access: Access<'_>, page: i64, read: &Read) -> Result<(), Fault> {
    let open: BTreeSet<i64> = access
        .all(
            "SELECT p.key FROM stay s JOIN passage p ON p.id = s.passage
             WHERE s.page = ?1 AND s.until_version IS NULL",
            [page],
            |row| row.get(0),
        )?
        .into_iter()
        .collect();
    for gone in open.iter().filter(|key| !read.passages.contains_key(key)) {
        access.execute(
            "UPDATE stay SET until_version = ?3
             WHERE page = ?1 AND until_version IS NULL
                 AND passage = (SELECT id FROM passage WHERE key = ?2)",
            params![page, gone, read.version],
        )?;
    }
    for (key, words) in read.passages.iter().filter(|(key, _)| !open.contains(key)) {
        let passage = passage(access, *key, words)?;
        access.execute(
            "INSERT INTO stay (page, passage, from_version) VALUES (?1, ?2, ?3)",
            params![page, passage, read.version],
        )?;
    }
    Ok(())
}

fn passage(access: Access<'_>, key: i64, words: &str) -> Result<i64, Fault> {
    let found = access.maybe("SELECT id FROM passage WHERE key = ?1", [key], |row| row.get(0))?;
    if let Some(id) = found {
        return Ok(id);
    }
    let id = access.insert("INSERT INTO passage (key) VALUES (?1)", [key])?;
    access
        .execute("INSERT INTO passage_words (rowid, words) VALUES (?1, ?2)", params![id, words])?;
    Ok(id)
}

/// Takes a page out of the index, since its versions are others now. The passages stay: without a
/// stay they are found on no page.
pub fn forget(access: Access<'_>, page: i64) -> Result<(), Fault> {
    access.execute("DELETE FROM stay WHERE page = ?1", [page])?;
    access.execute("DELETE FROM searched WHERE page = ?1", [page])?;
    Ok(())
}

/// Begins a page anew: the versions that will be added are all that it has.
pub fn begin_anew(access: Access<'_>, page: i64) -> Result<(), Fault> {
    access.execute("DELETE FROM stay WHERE page = ?1", [page])?;
    access.execute("INSERT OR IGNORE INTO searched (page) VALUES (?1)", [page])?;
    Ok(())
}

/// The versions of a page that stand, in the order in which it showed them, with their texts.
pub const STANDING: &str = "SELECT v.id, coalesce(a.text, v.text) AS text FROM version v
     JOIN judgement j ON j.id = v.judgement AND j.superseded_by IS NULL
     LEFT JOIN read_again a ON a.version = v.id AND a.judgement =
         (SELECT max(judgement) FROM read_again WHERE version = v.id)
     WHERE v.page = ?1 ORDER BY v.established_at, v.number";

fn standing(access: Access<'_>, page: i64) -> Result<Vec<Read>, Fault> {
    let versions: Vec<(i64, i64)> =
        access.all(STANDING, [page], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let read = |(version, text): (i64, i64)| {
        let bytes = match frames::get(access, Shelf::Texts, text) {
            Ok(bytes) => bytes,
            Err(Fault::Redacted(_)) => return Ok(Read { version, passages: BTreeMap::new() }),
            Err(fault) => return Err(fault),
        };
        let text = text_from_bytes(&Digest::of(&bytes), &bytes)?;
        Ok(Read { version, passages: passages(&text) })
    };
    versions.into_iter().map(read).collect()
}

impl Archive {
    /// Returns the pages whose versions are not indexed: those of an archive of an earlier form,
    /// and those that were read again since.
    pub fn pages_to_index(&self) -> Result<Vec<PageId>, ArchiveError> {
        self.read(|access| {
            access.all(
                "SELECT name FROM page g WHERE NOT EXISTS
                     (SELECT 1 FROM searched s WHERE s.page = g.id)
                     AND EXISTS (SELECT 1 FROM version v WHERE v.page = g.id)
                 ORDER BY name",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Indexes the versions of a page, in one transaction.
    pub fn index_page(&mut self, page: &PageId) -> Result<(), ArchiveError> {
        self.write(|access| {
            let Some(page) = access.page(page)? else { return Ok(()) };
            if is_indexed(access, page)? {
                return Ok(());
            }
            begin_anew(access, page)?;
            standing(access, page)?.iter().try_for_each(|read| follow(access, page, read))
        })
    }

    /// Returns whether nothing can be written into the archive.
    pub fn is_read_only(&self) -> Result<bool, ArchiveError> {
        self.read(|access| Ok(access.connection.is_readonly("main")?))
    }

    /// Puts an empty index in memory before the one on record, which cannot be written: what is
    /// indexed and searched from now on, as long as the archive is open, is that one.
    pub fn index_aside(&mut self) -> Result<(), ArchiveError> {
        self.write(|access| {
            access.connection.execute_batch(ASIDE)?;
            // What was prepared before knows the one on record.
            access.connection.flush_prepared_statement_cache();
            Ok(())
        })
    }

    /// Empties the index, so that it is made anew.
    pub fn empty_index(&mut self) -> Result<(), ArchiveError> {
        self.write(|access| {
            for table in ["stay", "searched", "passage"] {
                access.execute(&format!("DELETE FROM {table}"), [])?;
            }
            access
                .execute("INSERT INTO passage_words (passage_words) VALUES ('delete-all')", [])?;
            Ok(())
        })
    }
}

/// By which the words of a passage are told apart, in the form of `0007_search.sql`.
pub const TOKENS: &str = "tokenize = 'unicode61 remove_diacritics 2'";

/// The tables of the index in the form of `0007_search.sql`, before which they stand.
const ASIDE: &str = "
    PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE passage (id INTEGER PRIMARY KEY, key INTEGER NOT NULL UNIQUE) STRICT;
    CREATE VIRTUAL TABLE temp.passage_words USING fts5 (
        words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TEMP TABLE stay (
        page          INTEGER NOT NULL,
        passage       INTEGER NOT NULL,
        from_version  INTEGER NOT NULL,
        until_version INTEGER,
        PRIMARY KEY (page, passage, from_version)
    ) STRICT, WITHOUT ROWID;
    CREATE TEMP TABLE searched (page INTEGER PRIMARY KEY) STRICT;";

/// Proves that what is indexed of a page is what its versions say, and tells `said` the passages: each
/// by its key, with its words.
pub fn prove(
    access: Access<'_>,
    page: i64,
    said: &mut dyn FnMut(i64, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if !is_indexed(access, page)? {
        return Ok(());
    }
    let mut expected: BTreeSet<(i64, i64, Option<i64>)> = BTreeSet::new();
    let mut open: BTreeMap<i64, i64> = BTreeMap::new();
    for read in standing(access, page)? {
        let gone: Vec<i64> =
            open.keys().filter(|key| !read.passages.contains_key(key)).copied().collect();
        for key in gone {
            let from = open.remove(&key).unwrap_or_default();
            expected.insert((key, from, Some(read.version)));
        }
        for (key, words) in &read.passages {
            open.entry(*key).or_insert(read.version);
            said(*key, words)?;
        }
    }
    expected.extend(open.into_iter().map(|(key, from)| (key, from, None)));
    let found: BTreeSet<(i64, i64, Option<i64>)> = access
        .all(
            "SELECT p.key, s.from_version, s.until_version FROM stay s
             JOIN passage p ON p.id = s.passage WHERE s.page = ?1",
            [page],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?
        .into_iter()
        .collect();
    if found == expected {
        return Ok(());
    }
    let name: String =
        access.one("SELECT name FROM page WHERE id = ?1", [page], |row| row.get(0))?;
    Err(Fault::damaged(
        format!("the search index of page {name}"),
        "it does not agree with the page's versions; `search --rebuild` makes it anew",
    ))
}

/// Removes the passages that stand on no page any more, with their words.
pub fn sweep(access: Access<'_>) -> Result<(), Fault> {
    let unused = "SELECT id FROM passage WHERE id NOT IN (SELECT passage FROM stay)";
    access.execute(&format!("DELETE FROM passage_words WHERE rowid IN ({unused})"), [])?;
    access.execute(&format!("DELETE FROM passage WHERE id IN ({unused})"), [])?;
    Ok(())
}

/// Takes a page out of the index if one of its versions reads otherwise now.
pub fn reread(access: Access<'_>, page: i64, text: i64) -> Result<(), Fault> {
    let sql = "SELECT 1 FROM version WHERE page = ?1 AND text = ?2 LIMIT 1";
    match access.maybe(sql, [page, text], |_| Ok(()))? {
        Some(()) => Ok(()),
        None => forget(access, page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_passage_is_cut_so_that_each_phrase_stays_whole_somewhere() {
        let numbers: String = (0..200_000).map(|at| format!("{at} ")).collect();
        let one_word = "条約".repeat(200_000);
        let long_words = format!("{} ", "条约".repeat(700)).repeat(300);
        let lone = format!("{} {}", "a".repeat(PIECE_BYTES_MAX - SHARED_BYTES), "b".repeat(99_999));
        for words in [numbers.trim_end(), &one_word, long_words.trim_end(), &lone] {
            let pieces = pieces(words);
            assert!(pieces.iter().all(|piece| piece.len() <= PIECE_BYTES_MAX));
            assert!(pieces.len() <= words.len() / (PIECE_BYTES_MAX - 2 * SHARED_BYTES) + 1);
            for at in (0..words.len() - 7000).step_by(2_999) {
                let phrase =
                    &words[words.floor_char_boundary(at)..words.floor_char_boundary(at + 7000)];
                assert!(pieces.iter().any(|piece| piece.contains(phrase)), "{at}");
            }
        }
        assert_eq!(pieces("We promise."), ["We promise."]);
    }
}
