//! What plain SQL alters, `verify` names.

use rusqlite::Connection;

use crate::{
    archive::{
        error::ArchiveError,
        log::keys::LogKey,
        rules::NewRule,
        store::{Archive, Memory},
        tests::making::*,
        verify::NOT_PROVED,
    },
    model::{
        event::{DeliveryState, Telling},
        history::{Finding, Reading, Reread},
        pledge::{Note, NoteKind},
        review::{Decision, Reason},
        snapshot::Digest,
        sweep::SweepEnd,
        trouble::{Trouble, TroubleKind},
        visit::{FetchFailure, Outcome},
    },
};

/// An archive with rows in every table, two and more of most.
fn rich() -> (tempfile::TempDir, Archive) {
    let (directory, mut archive) = fresh();
    let sweep = archive.begin_sweep(&run_start(at(0))).unwrap();
    let first = judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    judged(&mut archive, &visit("b", 1, "uno"), Finding::First, "uno");
    let mut same = visit("a", 2, "");
    same.parts = vec![part("a", Outcome::NotModified { digest: Digest::of(b"one") })];
    judged(&mut archive, &same, Finding::Same, "one");
    archive.end_sweep(sweep, &run_end(at(2), SweepEnd::Done)).unwrap();

    archive.begin_sweep(&run_start(at(3))).unwrap();
    let changed = tagged(visit("a", 3, "two and more"), "\"tag\"");
    let id = archive.record_visits(std::slice::from_ref(&changed)).unwrap()[0];
    let mut judgement = judgement(id, &changed, Finding::Established, "two");
    judgement.versions = vec![version(id, &changed, crate::model::cause::Cause::Page, "two")];
    judgement.versions[0].ground = Some(text("two, but for one"));
    let telling = Telling::Alert(at(3));
    judgement.events = vec![event(&changed, change("one", "two"), telling, &["a@x", "b@x"])];
    judgement.read_again = Some(reading("two"));
    archive.record_judgements(&[judgement.clone()]).unwrap();
    let told = &judgement.events[0].event.id;
    let failed = DeliveryState::Due(at(4));
    archive.record_delivery(told, &addressee("a@x"), failed, Some("no answer")).unwrap();
    archive
        .record_delivery(told, &addressee("b@x"), DeliveryState::Delivered(at(4)), None)
        .unwrap();
    let noted = review(Decision::Note, Some("is it in force?"), None);
    archive.add_review(told, &noted).unwrap();
    archive.add_review(told, &review(Decision::Dismiss(Reason::Known), None, Some(3))).unwrap();
    let taken_back = archive.add_rule(&rule(told)).unwrap();
    archive.add_rule(&NewRule { at: at(7), ..rule(told) }).unwrap();
    archive.forget_rule(taken_back, &"Bo".parse().unwrap(), at(8)).unwrap();

    let mut broken = visit("b", 4, "");
    let failure = FetchFailure::Reset { reason: "gone".to_owned() };
    broken.parts = vec![part("b", Outcome::Failed(failure))];
    let trouble = Trouble { kind: TroubleKind::ALL[0], evidence: "words".to_owned() };
    judged(&mut archive, &broken, Finding::Trouble(trouble), "x");
    let mut later = regime();
    later.revision += 1;
    let reading = Reading { text: text("one again"), regime: later, wording: Digest::of(b"again") };
    let reread = Reread { visit: first, reading, reason: "it was read again".to_owned() };
    archive.record_reread(&page("a"), &[reread], at(5)).unwrap();
    archive.rename_page(&page("b"), &page("c")).unwrap();
    judged(&mut archive, &visit("c", 5, "dos"), Finding::Waiting, "dos");
    let note = Note {
        kind: NoteKind::ALL[0],
        on: "2021-06-10".parse().unwrap(),
        source: "a letter".to_owned(),
        words: "they said so".to_owned(),
        recorded_at: at(6),
    };
    for term in ["2021-06-10", "2022-06-10"] {
        archive.add_note((&page("a"), &page("faces")), &note).unwrap();
        archive.note_term((&page("a"), &page("faces")), term, at(6)).unwrap();
    }
    for (seed, hour) in [(7, 6), (8, 7)] {
        let key = LogKey { origin: "example.org/log".to_owned(), public: [seed; 32] };
        archive.change_log_key(&key, None, at(hour)).unwrap();
    }
    (directory, archive)
}

fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn what_is_recorded_and_not_altered_is_proved() {
    let (_directory, archive) = rich();
    assert_eq!(proved(&archive), [""; 0]);
}

/// Alters each column of each row, one at a time, as `sqlite3` would.
#[test]
fn a_value_altered_by_sql_is_named_by_verify() {
    let (_directory, archive) = rich();
    let memory = Memory::default();
    let connection = archive.bare(&memory).connection;
    for trigger in strings(connection, "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection
        .execute_batch("PRAGMA foreign_keys = 0; PRAGMA ignore_check_constraints = 1")
        .unwrap();
    let mut unnoticed = Vec::new();
    let mut altered = 0;
    for table in strings(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
        if NOT_PROVED.iter().any(|(name, _)| *name == table) {
            continue;
        }
        let columns =
            strings(connection, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let key = format!(
            "SELECT quote({}) FROM {table}",
            columns.iter().map(|it| format!("quote({it})")).collect::<Vec<_>>().join("||','||")
        );
        let rows = strings(connection, &key);
        assert!(!rows.is_empty(), "the test has no row of {table}");
        // The first row and the last: what a column holds may be missing in one of them.
        for (at, column) in
            [0, rows.len() - 1].into_iter().flat_map(|at| columns.iter().map(move |it| (at, it)))
        {
            let sql = format!(
                "UPDATE {table} SET {column} = CASE typeof({column})
                     WHEN 'integer' THEN {column} + 1
                     WHEN 'text' THEN {column} || 'x'
                     WHEN 'blob' THEN CAST(substr({column}, 1, length({column}) - 1) ||
                         CASE substr({column}, -1) WHEN x'a5' THEN x'5a' ELSE x'a5' END AS BLOB)
                     ELSE (SELECT CASE type WHEN 'INTEGER' THEN 1 WHEN 'TEXT' THEN 'x'
                         ELSE zeroblob(32) END
                         FROM pragma_table_info('{table}') WHERE name = '{column}') END
                 WHERE ({}) = (SELECT {} FROM {table} LIMIT 1 OFFSET {at})",
                columns.join(","),
                columns.join(",")
            );
            let sql = sql.replace(") = (SELECT", ") IS (SELECT");
            connection.execute_batch("BEGIN").unwrap();
            match connection.execute(&sql, []) {
                Ok(1) => {
                    altered += 1;
                    if proved(&archive).is_empty() {
                        unnoticed.push(format!("{table}.{column}"));
                    }
                }
                // A number that is taken.
                Err(_) => (),
                Ok(count) => panic!("{count} rows of {table} were altered at {column}: {sql}"),
            }
            connection.execute_batch("ROLLBACK").unwrap();
        }
    }
    unnoticed.sort();
    unnoticed.dedup();
    assert_eq!(unnoticed, [""; 0], "of {altered}");
    assert!(150 < altered, "{altered}");
}

/// Removes each row and adds a copy of each.
#[test]
fn a_row_removed_by_sql_is_named_by_verify() {
    let (_directory, archive) = rich();
    let memory = Memory::default();
    let connection = archive.bare(&memory).connection;
    for trigger in strings(connection, "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    connection.execute_batch("PRAGMA foreign_keys = 0").unwrap();
    let mut unnoticed = Vec::new();
    for table in strings(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
        if NOT_PROVED.iter().any(|(name, _)| *name == table) {
            continue;
        }
        let columns =
            strings(connection, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let columns = columns.join(",");
        let count: i64 = connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            .unwrap();
        for at in 0..count {
            connection.execute_batch("BEGIN").unwrap();
            let sql = format!(
                "DELETE FROM {table} WHERE ({columns}) IS
                     (SELECT {columns} FROM {table} LIMIT 1 OFFSET {at})"
            );
            assert_eq!(connection.execute(&sql, []).unwrap(), 1, "{table}");
            if proved(&archive).is_empty() {
                unnoticed.push(format!("{table} {at}"));
            }
            connection.execute_batch("ROLLBACK").unwrap();
        }
    }
    assert_eq!(unnoticed, [""; 0]);
}

#[test]
fn a_text_that_another_took_out_is_not_shown_from_memory() {
    let (directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    let digest = text("one").digest();
    assert_eq!(archive.text(&digest).unwrap(), text("one"));
    let mut other = Archive::open(directory.path()).unwrap();
    other.redact(&[Digest::of(b"one")], "asked to", at(2)).unwrap();
    assert!(archive.text_if_kept(&digest).unwrap().is_none());
    assert!(other.text_if_kept(&digest).unwrap().is_none());
}

#[test]
fn a_text_of_an_act_that_failed_is_not_on_record() {
    let (_directory, mut archive) = fresh();
    let digest = text("one").digest();
    let failed: Result<(), ArchiveError> = archive.together(|archive| {
        judged(archive, &visit("a", 1, "one"), Finding::First, "one");
        assert_eq!(archive.text(&digest)?, text("one"));
        Err(archive.text(&text("none").digest()).unwrap_err())
    });
    assert!(failed.is_err());
    assert!(archive.text(&digest).is_err());
}
