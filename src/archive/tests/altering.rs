//! What plain SQL alters, `verify` names.

use std::time::Duration;

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
        history::{Finding, Lesson, Reading, Reread, Seal, Spell, VisitId, Waiting},
        pledge::{Note, NoteKind, Place, PledgeState, Point, Standing},
        review::{Decision, Reason},
        snapshot::Digest,
        sweep::SweepEnd,
        time::Timestamp,
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
    let trouble = Trouble { kind: TroubleKind::ALL[0], evidence: "a sign".to_owned() };
    judgement.seal = Some(Seal {
        fingerprint: Digest::of(b"fingerprint"),
        sign: Some(trouble.clone()),
        language: Some("en".to_owned()),
    });
    judgement.lessons = vec![lesson(first, "one", at(3)), lesson(first, "", at(3))];
    judgement.lessons[1].after = None;
    judgement.pledges = vec![(0, pledge_state("faces")), (0, pledge_state("police"))];
    judgement.pledges[1].1.step = None;
    judgement.waiting = Some(Waiting {
        wording: Digest::of(b"waiting"),
        text: text("one").digest(),
        first_visit: first,
        first_at: at(1),
        last_at: at(2),
        sightings: 2,
        before_last_at: at(1),
        diverged_at: at(2),
    });
    judgement.spell = Some(Spell {
        trouble,
        since: at(2),
        event: judgement.events[0].event.id.clone(),
        alerted: true,
        visits: 3,
    });
    judgement.away_until = Some(at(9));
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
    // One that the watchlist has followed already.
    archive.rename_page(&page("c"), &page("e")).unwrap();
    archive.rename_page(&page("e"), &page("c")).unwrap();
    archive.end_renaming(&page("c")).unwrap();
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
    archive.record_visits(&[visit("unjudged", 5, "new")]).unwrap();
    for (hour, body) in [(5, "ours"), (6, "theirs")] {
        judged(&mut archive, &visit("d", hour, body), Finding::First, body);
        archive.redact(&[Digest::of(body.as_bytes())], "asked to", at(hour)).unwrap();
    }
    judged(&mut archive, &visit("d", 7, "kept"), Finding::First, "kept");
    archive.compact(&mut |_| ()).unwrap();
    (directory, archive)
}

fn lesson(visit: VisitId, words: &str, at: Timestamp) -> Lesson {
    Lesson {
        after: Some(Digest::of(words.as_bytes())),
        words: words.to_owned(),
        passages: 2,
        longest: Duration::from_secs(60),
        first_visit: visit,
        first_at: at,
        last_visit: visit,
        last_at: at,
    }
}

fn pledge_state(name: &str) -> PledgeState {
    let point = |byte| Point { block: 0, byte };
    PledgeState {
        pledge: page(name),
        quote: "We sell none.".to_owned(),
        standing: Standing::Narrowed,
        place: Some(Place { from: point(0), to: point(3) }),
        words: "two".to_owned(),
        step: pledge_change().step,
    }
}

/// Returns the tables and columns that are altered: all but those that nothing is held against.
fn to_alter(connection: &Connection) -> Vec<(String, Vec<String>)> {
    let is_proved = |name: &str| NOT_PROVED.iter().all(|(unproved, _)| *unproved != name);
    let tables = strings(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    let columns = |table: String| {
        let sql = format!("SELECT name FROM pragma_table_info('{table}')");
        let mut columns = strings(connection, &sql);
        columns.retain(|column| is_proved(&format!("{table}.{column}")));
        (table, columns)
    };
    tables.into_iter().filter(|table| is_proved(table)).map(columns).collect()
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
    unguard(connection);
    connection
        .execute_batch("PRAGMA foreign_keys = 0; PRAGMA ignore_check_constraints = 1")
        .unwrap();
    let mut unnoticed = Vec::new();
    let mut altered = 0;
    for (table, columns) in to_alter(connection) {
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

/// Returns whether no row speaks of a wording: what waited for a while leaves one.
fn is_named_by_none(connection: &Connection, at: i64) -> bool {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM judgement j WHERE j.wording = w.id)
             AND NOT EXISTS (SELECT 1 FROM page_status s WHERE s.waiting_wording = w.id)
         FROM wording w LIMIT 1 OFFSET ?1";
    connection.query_row(sql, [at], |row| row.get(0)).unwrap()
}

/// Returns what is found by each word that some text has, and by phrases and beginnings of them.
fn found(connection: &Connection) -> Vec<Result<Vec<i64>, String>> {
    let asked = [
        "one",
        "two",
        "more",
        "uno",
        "dos",
        "again",
        "kept",
        "but",
        "for",
        "ours",
        "theirs",
        "tw*",
        "one again",
        "o*",
        "zero",
        "agai*",
        "on",
        "kept one",
    ];
    let ask = |asked: &&str| {
        let phrase = match asked.strip_suffix('*') {
            Some(start) => format!("\"{start}\" *"),
            None => format!("\"{asked}\""),
        };
        let sql = "SELECT rowid FROM passage_words WHERE passage_words MATCH ?1";
        let mut statement = connection.prepare(sql).map_err(|error| error.to_string())?;
        let rows = statement.query_map([phrase], |row| row.get(0));
        let rows = rows.map_err(|error| error.to_string())?;
        rows.collect::<Result<Vec<i64>, _>>().map_err(|error| error.to_string())
    };
    asked.iter().map(ask).collect()
}

/// Flips each bit of the index: where `verify` finds all words where they are, so does a search.
#[test]
fn a_bit_flipped_in_the_search_index_is_named_by_verify() {
    let (_directory, archive) = rich();
    let memory = Memory::default();
    let connection = archive.bare(&memory).connection;
    unguard(connection);
    let blocks: Vec<(i64, Vec<u8>)> = {
        let mut statement = connection.prepare("SELECT id, block FROM passage_words_data").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let expected = found(connection);
    let (mut unnoticed, mut flipped) = (Vec::new(), 0);
    for (id, block) in blocks {
        for bit in 0..8 * block.len() {
            let mut altered = block.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let sql = "UPDATE passage_words_data SET block = ?2 WHERE id = ?1";
            connection.execute_batch("BEGIN").unwrap();
            connection.execute(sql, rusqlite::params![id, altered]).unwrap();
            flipped += 1;
            if proved(&archive).is_empty() && found(connection) != expected {
                unnoticed.push(format!("{id} {bit}"));
            }
            connection.execute_batch("ROLLBACK").unwrap();
        }
    }
    assert_eq!(unnoticed, [""; 0], "of {flipped}");
    assert!(200 < flipped, "{flipped}");
}

/// Removes each row and adds a copy of each.
#[test]
fn a_row_removed_by_sql_is_named_by_verify() {
    let (_directory, archive) = rich();
    let memory = Memory::default();
    let connection = archive.bare(&memory).connection;
    unguard(connection);
    connection.execute_batch("PRAGMA foreign_keys = 0").unwrap();
    let mut unnoticed = Vec::new();
    for (table, columns) in to_alter(connection) {
        let columns = columns.join(",");
        let count: i64 = connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
            .unwrap();
        for at in 0..count {
            if table == "wording" && is_named_by_none(connection, at) {
                continue;
            }
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
