//! Entries of the log that are no row: sweeps, the clock, keys, renamings, what was removed.

use crate::{
    archive::{
        access::Access,
        log::item::{Fields, Item, fields},
    },
    model::{page::PageId, snapshot::Digest, sweep::SweepEnd, time::Timestamp},
};

/// What is known when a sweep begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunStart {
    /// When it begins.
    pub at: Timestamp,
    /// How many pages are due.
    pub pages_due: usize,
    /// The digest of the watchlist's file.
    pub watchlist: Option<Digest>,
    /// The revision of the extractor.
    pub extractor: u32,
}

/// What a sweep came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub end: SweepEnd,
    /// How many pages were visited.
    pub visited: usize,
    /// How many of those that were due were not.
    pub missed: usize,
    /// How many changes were told.
    pub changes: usize,
    /// How many pages were in trouble.
    pub troubled: usize,
}

/// Bytes that were removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// When.
    pub at: Timestamp,
    /// What kind of bytes, as the shelf's table is called: `snapshot`, `text`, `header_set`.
    pub shelf: String,
    /// The digest of what was removed; it stays.
    pub digest: Digest,
    /// Why.
    pub reason: String,
    /// The row that tells of the order.
    pub removal: i64,
}

fn count(value: usize) -> Option<Item> {
    Some(Item::integer(i64::try_from(value).unwrap_or(i64::MAX)))
}

/// Notes that a sweep begins. `last` is the last instant on record.
pub fn run_start(access: Access<'_>, sweep: i64, start: &RunStart, last: Option<Timestamp>) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("run_start"))),
            ("sweep", Some(Item::integer(sweep))),
            ("at", Some(Item::time(start.at))),
            ("pages_due", count(start.pages_due)),
            ("watchlist", start.watchlist.map(Item::digest)),
            ("extractor", Some(Item::integer(start.extractor.into()))),
            ("clock_last", last.map(Item::time)),
        ]),
    );
}

/// Notes how a sweep ended.
pub fn run_end(access: Access<'_>, sweep: i64, end: &RunEnd) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("run_end"))),
            ("sweep", Some(Item::integer(sweep))),
            ("at", Some(Item::time(end.at))),
            ("outcome", Some(Item::words(end.end.code()))),
            ("visited", count(end.visited)),
            ("missed", count(end.missed)),
            ("changes", count(end.changes)),
            ("troubled", count(end.troubled)),
        ]),
    );
}

/// Notes that the clock went back, or far ahead.
pub fn clock_jump(access: Access<'_>, before: Timestamp, after: Timestamp) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("clock_jump"))),
            ("before", Some(Item::time(before))),
            ("after", Some(Item::time(after))),
        ]),
    );
}

/// Notes that another extractor reads the pages from now on.
pub fn extractor_change(access: Access<'_>, at: Timestamp, before: u32, after: u32) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("extractor_change"))),
            ("at", Some(Item::time(at))),
            ("before", Some(Item::integer(before.into()))),
            ("after", Some(Item::integer(after.into()))),
        ]),
    );
}

/// Notes that a page has another name from now on.
pub fn rename(access: Access<'_>, before: &PageId, after: &PageId) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("rename"))),
            ("before", Some(Item::words(before.as_str()))),
            ("after", Some(Item::words(after.as_str()))),
        ]),
    );
}

/// Notes that the watchlist has a renamed page by its name after.
pub fn rename_followed(access: Access<'_>, before: &PageId) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("rename_followed"))),
            ("before", Some(Item::words(before.as_str()))),
        ]),
    );
}

/// Notes that what was removed is kept again, since it came anew.
pub fn kept_again(access: Access<'_>, shelf: &str, digest: Digest) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("kept_again"))),
            ("shelf", Some(Item::words(shelf))),
            ("sha256", Some(Item::digest(digest))),
        ]),
    );
}

/// Notes that bytes were removed. Their digest stays, so that what it proves is proved still.
pub fn redact(access: Access<'_>, redaction: &Redaction) {
    note(
        access,
        fields([
            ("kind", Some(Item::words("redact"))),
            ("at", Some(Item::time(redaction.at))),
            ("shelf", Some(Item::words(&redaction.shelf))),
            ("sha256", Some(Item::digest(redaction.digest))),
            ("reason", Some(Item::words(&redaction.reason))),
            ("removal", Some(Item::integer(redaction.removal))),
        ]),
    );
}

/// Notes a fact for the log, which it enters when the transaction ends.
pub fn note(access: Access<'_>, fact: Fields) {
    access.log.borrow_mut().touched.fact(fact);
}

/// Notes who signs the log from now on. `follows` is the last head signed under the name before,
/// where the log goes on under another name: its origin, size and root.
pub fn key_change(access: Access<'_>, change: &KeyChange<'_>) {
    let follows = change.follows.map(|(origin, size, root)| {
        Item::Fields(fields([
            ("origin", Some(Item::words(origin))),
            ("size", Some(Item::integer(i64::try_from(size).unwrap_or(i64::MAX)))),
            ("root", Some(Item::digest(root))),
        ]))
    });
    note(
        access,
        fields([
            ("kind", Some(Item::words("key_change"))),
            ("at", Some(Item::time(change.at))),
            ("origin", Some(Item::words(change.origin))),
            ("public", Some(Item::digest(Digest::from_bytes(change.public)))),
            ("before", change.before.map(|public| Item::digest(Digest::from_bytes(public)))),
            ("follows", follows),
        ]),
    );
}

/// Who signs the log from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyChange<'a> {
    /// When.
    pub at: Timestamp,
    /// The name under which the log is signed.
    pub origin: &'a str,
    /// The public key (Ed25519).
    pub public: [u8; 32],
    /// The public key before.
    pub before: Option<[u8; 32]>,
    /// The last head that was signed under another name.
    pub follows: Option<(&'a str, u64, Digest)>,
}
