//! The forms that the archive has had, each made from the one before in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use crate::archive::error::Fault;

/// What makes each form from the one before. Only ever added to.
const MIGRATIONS: [&str; 2] =
    [include_str!("migrations/0001_archive.sql"), include_str!("migrations/0004_reread.sql")];

/// The newest form that this program knows.
pub const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Brings the database to the newest form; one that is newer is left as it is.
///
/// Returns the form that the database has then. A run that is killed in between leaves a form
/// that the next run goes on from.
pub fn migrate(connection: &mut Connection) -> Result<i64, Fault> {
    loop {
        let found = form(connection)?;
        if KNOWN <= found {
            return Ok(found);
        }
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have taken the same step since.
        if form(&step)? == found {
            let at = usize::try_from(found).unwrap_or(0);
            step.execute_batch(MIGRATIONS[at])?;
            step.pragma_update(None, "user_version", found + 1)?;
        }
        step.commit()?;
    }
}

/// Returns the form that the database has; 0 is none.
pub fn form(connection: &Connection) -> Result<i64, Fault> {
    let form: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match form {
        0.. => Ok(form),
        _ => Err(Fault::damaged("the form's number", format!("it is {form}"))),
    }
}
