//! The log of what is recorded: each transaction adds its entries before it is committed, and no
//! entry is ever altered. What is signed, and by whom, is not known here.
//!
//! `touched` holds what a transaction wrote, `entries` says it in the log's words, `item` turns
//! that into bytes, `frames` keeps them. `facts` are entries that are no row. `prove` holds the
//! rows against the log. `page_state` tells where a page stands. `files` are what is written beside the database, `keys` tells who signs.

pub mod facts;
pub mod files;
pub mod item;
pub mod keys;
pub mod prove;
pub mod reading;
pub mod tail;
pub mod touched;

mod bits;
mod by_hand;
mod entries;
mod frames;
mod made;
mod page_state;
mod removed;
mod row;
mod unlike;

use std::collections::BTreeMap;

use crate::archive::{
    access::Access,
    error::Fault,
    log::{
        frames::{NewEntry, frame_of},
        item::{Fields, Item, encode, fields},
        touched::Subject,
    },
};

/// Puts all that the transaction noted into the log.
pub fn flush(access: Access<'_>) -> Result<(), Fault> {
    let touched = std::mem::take(&mut access.log.borrow_mut().touched);
    let (subjects, pages, facts) = touched.into_parts();
    if subjects.is_empty() && pages.is_empty() && facts.is_empty() {
        return Ok(());
    }
    let lasts = page_state::last_judgements(access, &subjects)?;
    let mut added = Vec::with_capacity(subjects.len() + facts.len() + 1);
    if frames::size(access)? == 0 {
        added.push(plain(encode(begins(access)?)?));
        // The log tells of all of these, also of those that are older than it.
        for subject in added_by_hand(access)?.into_iter().filter(|it| !subjects.contains(it)) {
            added.push(entry_of(access, subject, &lasts)?);
        }
    }
    for subject in &subjects {
        added.push(entry_of(access, *subject, &lasts)?);
    }
    for page in pages.into_iter().filter(|page| !lasts.contains_key(page)) {
        added.push(plain(encode(page_state::fact(access, page)?)?));
    }
    for fact in facts {
        added.push(plain(encode(fact)?));
    }
    let base = match subjects.first() {
        Some(subject) => resembled(access, *subject)?,
        None => None,
    };
    frames::append(access, &added, base)
}

fn plain(bytes: Vec<u8>) -> NewEntry {
    NewEntry { bytes, visit: None, judgement: None }
}

/// `lasts` are the judgements that say where their page stands in the end.
fn entry_of(
    access: Access<'_>,
    subject: Subject,
    lasts: &BTreeMap<i64, i64>,
) -> Result<NewEntry, Fault> {
    let derived = entries::derive(access, subject)?;
    let mut members = derived.fields;
    let (mut visit, mut judgement) = (None, None);
    match subject {
        Subject::Visit(id) => {
            visit = Some(id);
            if let Some(page) = derived.page
                && let Some(before) = entries::version_before(access, page)?
            {
                members.insert(entries::VERSION_BEFORE.into(), before);
            }
        }
        Subject::Judgement(id) => {
            judgement = Some(id);
            if let Some(page) = derived.page
                && lasts.get(&page) == Some(&id)
            {
                let state = Item::digest(page_state::digest(access, page)?);
                members.insert(page_state::MEMBER.into(), state);
            }
        }
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
    Ok(NewEntry { bytes: encode(members)?, visit, judgement })
}

/// Returns the entry that the log begins with: up to which numbers rows are older than it.
fn begins(access: Access<'_>) -> Result<Fields, Fault> {
    let number = |row: &rusqlite::Row<'_>, at| row.get(at).map(|it| Some(Item::integer(it)));
    access.one(
        "SELECT visit, judgement, version, event, delivery, sweep FROM log_begins",
        [],
        |row| {
            Ok(fields([
                ("kind", Some(Item::words("log_begins"))),
                ("after_visit", number(row, 0)?),
                ("after_judgement", number(row, 1)?),
                ("after_version", number(row, 2)?),
                ("after_event", number(row, 3)?),
                ("after_delivery", number(row, 4)?),
                ("after_sweep", number(row, 5)?),
                ("after_pledge_note", Some(Item::integer(0))),
                ("after_pledge_term", Some(Item::integer(0))),
                ("after_pledge_state", Some(Item::integer(0))),
                ("after_lesson", Some(Item::integer(0))),
                ("after_removal", Some(Item::integer(0))),
            ]))
        },
    )
}

fn added_by_hand(access: Access<'_>) -> Result<Vec<Subject>, Fault> {
    let ids = |table: &str| {
        let sql = format!("SELECT id FROM {table} ORDER BY id");
        access.all(&sql, [], |row| row.get::<_, i64>(0))
    };
    let notes = ids("pledge_note")?.into_iter().map(Subject::Note);
    Ok(notes.chain(ids("pledge_term")?.into_iter().map(Subject::Term)).collect())
}

/// Returns the frame that told of the same page before: its entries mostly repeat.
fn resembled(access: Access<'_>, subject: Subject) -> Result<Option<i64>, Fault> {
    let before = |visit: i64| {
        access.maybe(
            "SELECT id FROM visit
             WHERE page = (SELECT page FROM visit WHERE id = ?1) AND id < ?1
             ORDER BY started_at DESC LIMIT 1",
            [visit],
            |row| row.get::<_, i64>(0),
        )
    };
    let before = match subject {
        Subject::Visit(visit) => before(visit)?.map(Subject::Visit),
        Subject::Judgement(id) => {
            let sql = "SELECT visit FROM judgement WHERE id = ?1";
            let visit = match access.maybe(sql, [id], |row| row.get(0))? {
                Some(visit) => before(visit)?,
                None => None,
            };
            match visit {
                Some(visit) => {
                    let sql = "SELECT max(id) FROM judgement WHERE visit = ?1";
                    access.one(sql, [visit], |row| row.get::<_, Option<i64>>(0))?
                }
                None => None,
            }
            .map(Subject::Judgement)
        }
        Subject::Version(_)
        | Subject::Event(_)
        | Subject::Delivery(_)
        | Subject::Note(_)
        | Subject::Term(_)
        | Subject::Review(_)
        | Subject::Rule(_)
        | Subject::State(_)
        | Subject::Lesson(_)
        | Subject::Removal(_) => None,
    };
    match before {
        Some(before) => frame_of(access, before),
        None => Ok(None),
    }
}
