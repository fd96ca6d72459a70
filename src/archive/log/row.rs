//! Columns of a row as members of an entry.

use rusqlite::Row;

use crate::{
    archive::log::item::{Fields, Item},
    model::{snapshot::Digest, time::Timestamp},
};

/// What the log says of a row.
pub struct Derived {
    /// The members of the entry.
    pub fields: Fields,
    /// The number of the page whose name is the member `page`.
    pub page: Option<i64>,
}

/// Returns words of a column; none where it is null.
pub fn words(row: &Row<'_>, at: impl rusqlite::RowIndex) -> rusqlite::Result<Option<Item>> {
    Ok(row.get::<_, Option<String>>(at)?.map(Item::Words))
}

/// Returns a whole number of a column; none where it is null.
pub fn integer(row: &Row<'_>, at: impl rusqlite::RowIndex) -> rusqlite::Result<Option<Item>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Item::integer))
}

/// Returns an instant of a column; none where it is null.
pub fn time(row: &Row<'_>, at: impl rusqlite::RowIndex) -> rusqlite::Result<Option<Item>> {
    Ok(row.get::<_, Option<Timestamp>>(at)?.map(Item::time))
}

/// Returns a digest of a column; none where it is null.
pub fn digest(row: &Row<'_>, at: impl rusqlite::RowIndex) -> rusqlite::Result<Option<Item>> {
    Ok(row.get::<_, Option<Digest>>(at)?.map(Item::digest))
}

/// Returns digest and length that two columns have; none where they are null.
pub fn stored(
    row: &Row<'_>,
    digest: impl rusqlite::RowIndex,
    bytes: impl rusqlite::RowIndex,
) -> rusqlite::Result<Option<Item>> {
    let found = (row.get::<_, Option<Digest>>(digest)?, row.get::<_, Option<i64>>(bytes)?);
    Ok(match found {
        (Some(digest), Some(bytes)) => Some(Item::bytes(digest, bytes)),
        (_, _) => None,
    })
}

/// Returns digest and length of words.
pub fn hashed(row: &Row<'_>, at: impl rusqlite::RowIndex) -> rusqlite::Result<Option<Item>> {
    let words: Option<String> = row.get(at)?;
    Ok(words.map(|it| Item::bytes(Digest::of(it.as_bytes()), it.len() as i64)))
}
