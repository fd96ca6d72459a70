//! One transaction's view of the database: prepared statements and the bodies held in memory.

use std::cell::RefCell;

use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::{
    archive::{
        error::Fault,
        log::{tail::Tail, touched::Subject},
        recent::{LatelyRead, Recent},
    },
    model::page::PageId,
};

/// What the inside of the archive works with; valid within one transaction.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// The connection, inside a transaction.
    pub connection: &'a Connection,
    /// Bodies written or read lately.
    pub recent: &'a RefCell<Recent>,
    /// Texts read lately.
    pub texts: &'a RefCell<LatelyRead>,
    /// What the transaction puts into the log when it ends.
    pub log: &'a RefCell<Tail>,
}

impl Access<'_> {
    /// Notes that a row was written, for the log.
    pub fn touch(&self, subject: Subject) {
        self.log.borrow_mut().touched.add(subject);
    }

    /// Notes that a page stands elsewhere now, for the log.
    pub fn touch_page(&self, page: i64) {
        self.log.borrow_mut().touched.page(page);
    }

    /// Runs a statement and returns how many rows it touched.
    pub fn execute(&self, sql: &str, params: impl Params) -> Result<usize, Fault> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// Runs an insert and returns the row's number.
    pub fn insert(&self, sql: &str, params: impl Params) -> Result<i64, Fault> {
        Ok(self.connection.prepare_cached(sql)?.insert(params)?)
    }

    /// Makes something temporary, beside the archive: also for one who only reads.
    pub fn make_temporary(&self, sql: &str) -> Result<(), Fault> {
        let connection = self.connection;
        let is_reading: bool =
            connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
        connection.pragma_update(None, "query_only", false)?;
        let made = connection.execute_batch(sql);
        connection.pragma_update(None, "query_only", is_reading)?;
        Ok(made?)
    }

    /// Returns the one row that a query gives.
    pub fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Fault> {
        Ok(self.connection.prepare_cached(sql)?.query_row(params, read)?)
    }

    /// Returns the first row that a query gives, if it gives one.
    pub fn maybe<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.connection.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    /// Returns all rows that a query gives.
    pub fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<rusqlite::Result<Vec<T>>>()?)
    }

    /// Returns all rows that a query gives, where reading one may find it damaged.
    pub fn read<T>(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// Returns the number of a page, if it is on record.
    pub fn page(&self, page: &PageId) -> Result<Option<i64>, Fault> {
        self.maybe("SELECT id FROM page WHERE name = ?1", [page], |row| row.get(0))
    }

    /// Returns the number of the row of `table` whose `column` is `value`, and adds it if needed.
    pub fn named(
        &self,
        table: &'static str,
        column: &'static str,
        value: impl rusqlite::ToSql,
    ) -> Result<i64, Fault> {
        let find = format!("SELECT id FROM {table} WHERE {column} = ?1");
        match self.maybe(&find, [&value], |row| row.get(0))? {
            Some(id) => Ok(id),
            None => self.insert(&format!("INSERT INTO {table} ({column}) VALUES (?1)"), [&value]),
        }
    }
}
