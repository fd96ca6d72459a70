//! How the model's words stand in a column.

use rusqlite::{
    Row, ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use crate::{
    archive::error::Fault,
    model::{
        cause::Cause, event::EventId, page::PageId, snapshot::Digest, time::Timestamp,
        trouble::TroubleKind,
    },
};

/// A stored word that this program does not know.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is none of the words that are written here")]
pub struct StrangeWord(pub String);

/// Returns the fault of a stored word that this program does not know.
pub fn strange(word: &str) -> FromSqlError {
    FromSqlError::other(StrangeWord(word.to_owned()))
}

/// Reads the text of a column that holds an address.
pub fn url(row: &Row<'_>, column: &str) -> Result<Url, Fault> {
    let text: String = row.get(column)?;
    Url::parse(&text).map_err(|_| Fault::damaged(format!("the address `{text}`"), "it is none"))
}

/// Reads JSON of a form of ours.
pub fn from_json<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, Fault> {
    serde_json::from_str(json).map_err(|error| Fault::damaged(what, error.to_string()))
}

/// Writes a form of ours as JSON.
pub fn to_json(form: &impl Serialize) -> Result<String, Fault> {
    let failed =
        |error: serde_json::Error| Fault::damaged("what was to be written", error.to_string());
    serde_json::to_string(form).map_err(failed)
}

impl ToSql for Digest {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.as_bytes())))
    }
}

impl FromSql for Digest {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Digest> {
        <[u8; 32]>::column_result(value).map(Digest::from_bytes)
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_millis().into())
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Timestamp> {
        i64::column_result(value).map(Timestamp::from_millis)
    }
}

impl ToSql for PageId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for PageId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<PageId> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

impl ToSql for EventId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for EventId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<EventId> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

impl FromSql for Cause {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Cause> {
        let code = value.as_str()?;
        Cause::from_code(code).ok_or_else(|| strange(code))
    }
}

impl FromSql for TroubleKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<TroubleKind> {
        let code = value.as_str()?;
        TroubleKind::from_code(code).ok_or_else(|| strange(code))
    }
}
