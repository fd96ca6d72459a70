//! The forms that the archive has had, each made from the one before in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use crate::archive::error::Fault;

/// What makes each form from the one before. Only ever added to.
const MIGRATIONS: [&str; 14] = [
    include_str!("migrations/0001_archive.sql"),
    include_str!("migrations/0002_reread.sql"),
    include_str!("migrations/0003_ground.sql"),
    include_str!("migrations/0004_fingerprint.sql"),
    include_str!("migrations/0005_log.sql"),
    include_str!("migrations/0006_pledges.sql"),
    include_str!("migrations/0007_search.sql"),
    include_str!("migrations/0008_reviews.sql"),
    include_str!("migrations/0009_rules_and_bundles.sql"),
    include_str!("migrations/0010_removed.sql"),
    include_str!("migrations/0011_lesson.sql"),
    include_str!("migrations/0012_alerted_changes.sql"),
    include_str!("migrations/0013_pieces.sql"),
    include_str!("migrations/0014_signed.sql"),
];

/// The newest form that this program knows.
pub const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Brings the database to the newest form; one that is newer is left as it is.
///
/// Returns the form that the database has then. A run that is killed in between leaves a form
/// that the next run goes on from.
pub fn migrate(connection: &mut Connection) -> Result<i64, Fault> {
    migrate_by(connection, &MIGRATIONS)
}

fn migrate_by(connection: &mut Connection, migrations: &[&str]) -> Result<i64, Fault> {
    loop {
        let found = form(connection)?;
        let at = usize::try_from(found).unwrap_or(usize::MAX);
        let Some(migration) = migrations.get(at) else { return Ok(found) };
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have taken the same step since.
        if form(&step)? == found {
            step.execute_batch(migration)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps that alter what is there and write much.
    const STEPS: [&str; 3] = [
        "CREATE TABLE a (x TEXT) STRICT;
         INSERT INTO a SELECT printf('%500d', value) FROM
             (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 200)
              SELECT value FROM n);",
        "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = x; CREATE INDEX a_by_y ON a (y);",
        "CREATE TABLE b (x TEXT) STRICT; INSERT INTO b SELECT y FROM a; DROP TABLE a;",
    ];

    /// Returns the database's statements and how many rows its table has.
    fn shape(connection: &Connection) -> (Vec<String>, i64) {
        let mut statement =
            connection.prepare("SELECT name FROM sqlite_schema ORDER BY name").unwrap();
        let names: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let rows = match names.iter().find(|name| name.len() == 1) {
            Some(table) => {
                let sql = format!("SELECT count(*) FROM {table}");
                connection.query_row(&sql, [], |row| row.get(0)).unwrap()
            }
            None => 0,
        };
        (names, rows)
    }

    #[test]
    fn a_migration_that_finds_no_room_leaves_the_last_whole_form_and_goes_on_later() {
        let mut whole = Vec::new();
        for count in 0..=STEPS.len() {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate_by(&mut connection, &STEPS[..count]).unwrap();
            whole.push(shape(&connection));
        }
        let mut failures = [0; STEPS.len()];
        for pages in 1.. {
            let directory = tempfile::tempdir().unwrap();
            let mut connection = Connection::open(directory.path().join("a.db")).unwrap();
            connection.pragma_update(None, "max_page_count", pages).unwrap();
            let migrated = migrate_by(&mut connection, &STEPS);
            let form = usize::try_from(form(&connection).unwrap()).unwrap();
            assert_eq!(shape(&connection), whole[form], "{pages} pages");
            if migrated.is_ok() {
                break;
            }
            failures[form] += 1;
            connection.pragma_update(None, "max_page_count", 100_000).unwrap();
            assert_eq!(migrate_by(&mut connection, &STEPS).unwrap(), 3);
            assert_eq!(shape(&connection), whole[3], "{pages} pages");
        }
        assert!(failures.iter().all(|count| 0 < *count), "{failures:?}");
    }

    #[test]
    fn a_form_of_a_later_program_is_left_as_it_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &STEPS).unwrap();
        let before = shape(&connection);
        assert_eq!(migrate_by(&mut connection, &STEPS[..2]).unwrap(), 3);
        assert_eq!(shape(&connection), before);
    }
}
