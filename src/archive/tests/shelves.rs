//! Snapshots: chains of frames, and what is found when one is damaged.

use crate::{
    archive::{error::ArchiveError, store::Archive, tests::making::*},
    model::{
        history::Finding,
        snapshot::Digest,
        visit::{FetchFailure, Outcome},
    },
};

/// Successive bodies of a page, which resemble each other.
fn body(n: usize) -> String {
    let clause = |k: usize| format!("<p>Clause {k}: {}.</p>\n", Digest::of(&k.to_be_bytes()));
    let clauses: String = (0..200).map(clause).collect();
    format!("{clauses}<script>{}</script>", Digest::of(&(n * n).to_be_bytes()))
}

fn chain(archive: &mut Archive, length: usize) {
    for n in 0..length {
        let visit = visit("a", n as i64, &body(n));
        let finding = if n == 0 { Finding::First } else { Finding::Same };
        judged(archive, &visit, finding, "We promise.");
    }
}

fn depths(archive: &Archive) -> Vec<i64> {
    let recent = Default::default();
    let sql = "SELECT depth FROM snapshot ORDER BY id";
    archive.bare(&recent).all(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_long_chain_reads_back_and_rests_on_one_whole_frame() {
    let (directory, mut archive) = fresh();
    chain(&mut archive, 110);
    let depths = depths(&archive);
    // Where a run ends, the next begins upon the first of it.
    let expected: Vec<i64> = (0..=50).chain(1..=50).chain(2..).take(110).collect();
    assert_eq!(depths, expected);
    archive.close().unwrap();
    let archive = Archive::open_existing(directory.path()).unwrap();
    for n in [0, 1, 49, 50, 51, 109] {
        let snapshot = archive.snapshot(&Digest::of(body(n).as_bytes())).unwrap();
        assert_eq!(snapshot.bytes(), body(n).as_bytes());
    }
    let size = archive.page_size(&page("a")).unwrap();
    assert_eq!((size.snapshots, size.visits, size.versions), (110, 110, 1));
    assert_eq!(size.raw_bytes, (0..110).map(|n| body(n).len() as u64).sum::<u64>());
    assert!(size.stored_bytes < size.raw_bytes / 20, "{size:?}");
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn a_chain_goes_on_after_the_archive_was_opened_again() {
    let (directory, mut archive) = fresh();
    chain(&mut archive, 2);
    archive.close().unwrap();
    let mut archive = Archive::open(directory.path()).unwrap();
    archive.record_visits(&[visit("a", 9, &body(7))]).unwrap();
    assert_eq!(depths(&archive), [0, 1, 2]);
    let read = archive.snapshot(&Digest::of(body(7).as_bytes())).unwrap();
    assert_eq!(read.bytes(), body(7).as_bytes());
}

#[test]
fn the_same_body_is_kept_once_and_another_one_whole() {
    let (_directory, mut archive) = fresh();
    let noise: String = (0..400_usize).map(|n| Digest::of(&n.to_be_bytes()).to_string()).collect();
    let bodies = [body(0), body(0), noise, String::new()];
    for (hour, body) in (0..).zip(&bodies) {
        archive.record_visits(&[visit("a", hour, body), visit("b", hour, body)]).unwrap();
    }
    assert_eq!(depths(&archive), [0, 0, 0]);
    for body in &bodies {
        let read = archive.snapshot(&Digest::of(body.as_bytes())).unwrap();
        assert_eq!(read.bytes(), body.as_bytes());
    }
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn an_error_page_in_between_does_not_break_the_chain() {
    let (_directory, mut archive) = fresh();
    archive.record_visits(&[visit("a", 0, &body(0))]).unwrap();
    let mut error = visit("a", 1, "<h1>500</h1>");
    error.parts[0].answer.as_mut().unwrap().status = 500;
    archive.record_visits(&[error, visit("a", 2, &body(2))]).unwrap();
    assert_eq!(depths(&archive), [0, 0, 1]);
}

#[test]
fn a_snapshot_is_never_rewritten() {
    let (_directory, mut archive) = fresh();
    chain(&mut archive, 1);
    for table in ["snapshot", "text", "header_set"] {
        for other in ["digest = zeroblob(32)", "raw_bytes = 1"] {
            let sql = format!("UPDATE {table} SET {other}");
            let failed = archive.write(|access| access.execute(&sql, []));
            assert!(matches!(failed, Err(ArchiveError::Refused { .. })), "{failed:?}");
        }
    }
}

/// Flips one bit in the middle of a frame, as a bad disk would.
fn flip(archive: &mut Archive, table: &str, id: i64) {
    let sql = format!("SELECT frame FROM {table} WHERE id = ?1");
    let update = format!("UPDATE {table} SET frame = ?2 WHERE id = ?1");
    archive
        .write(|access| {
            let mut frame: Vec<u8> = access.one(&sql, [id], |row| row.get(0))?;
            let middle = frame.len() / 2;
            frame[middle] ^= 0x10;
            unguard(access.connection);
            access.execute(&update, rusqlite::params![id, frame])
        })
        .unwrap();
}

#[test]
fn a_row_that_is_missing_below_a_chain_is_told_as_damage_and_nothing_rests_on_it() {
    let (directory, mut archive) = fresh();
    chain(&mut archive, 4);
    archive.close().unwrap();
    let file = rusqlite::Connection::open(directory.path().join("archive.db")).unwrap();
    file.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM snapshot WHERE id = 1").unwrap();
    drop(file);
    let mut archive = Archive::open(directory.path()).unwrap();
    let damaged = archive.snapshot(&Digest::of(body(2).as_bytes())).unwrap_err();
    assert!(matches!(damaged, ArchiveError::Damaged { .. }), "{damaged:?}");
    assert!(proved(&archive).iter().any(|it| it.contains("it is missing")));
    archive.record_visits(&[visit("a", 50, &body(50))]).unwrap();
    let read = archive.snapshot(&Digest::of(body(50).as_bytes())).unwrap();
    assert_eq!(read.bytes(), body(50).as_bytes());
}

#[test]
fn a_flipped_bit_in_a_snapshot_is_named_and_nothing_rests_on_it() {
    let (directory, mut archive) = fresh();
    chain(&mut archive, 4);
    flip(&mut archive, "snapshot", 2);
    archive.close().unwrap();
    let mut archive = Archive::open(directory.path()).unwrap();
    let digests: Vec<Digest> = (0..4).map(|n| Digest::of(body(n).as_bytes())).collect();
    assert!(archive.snapshot(&digests[0]).is_ok());
    let damaged = archive.snapshot(&digests[1]).unwrap_err();
    let ArchiveError::Damaged { what, .. } = &damaged else { panic!("{damaged:?}") };
    assert_eq!(*what, format!("snapshot {}", digests[1]));
    assert!(damaged.hint().unwrap().contains("verify"));
    let found = proved(&archive);
    assert!(
        found.iter().any(|it| it.starts_with(&format!("snapshot {}", digests[1]))),
        "{found:?}"
    );
    // The next capture is kept all the same, on a frame of its own, and reads back.
    archive.record_visits(&[visit("a", 50, &body(50))]).unwrap();
    assert_eq!(depths(&archive), [0, 1, 2, 3, 0]);
    let read = archive.snapshot(&Digest::of(body(50).as_bytes())).unwrap();
    assert_eq!(read.bytes(), body(50).as_bytes());
}

#[test]
fn a_flipped_bit_in_a_text_or_a_header_is_named() {
    for (table, name) in [("text", "text "), ("header_set", "header set ")] {
        let (_directory, mut archive) = fresh();
        chain(&mut archive, 1);
        flip(&mut archive, table, 1);
        let found = proved(&archive);
        assert!(!found.is_empty() && found.iter().all(|it| it.starts_with(name)), "{found:?}");
    }
}

#[test]
fn a_proof_tells_how_far_it_is() {
    let (_directory, mut archive) = fresh();
    chain(&mut archive, 3);
    let mut told = Vec::new();
    archive
        .verify(&mut |progress| told.push((progress.stage, progress.done, progress.total)))
        .unwrap();
    assert!(told.contains(&("snapshots", 3, 3)), "{told:?}");
    assert_eq!(told.first(), Some(&("file", 0, 1)));
    assert!(told.iter().all(|(_, done, total)| done <= total));
}

#[test]
fn a_record_that_contradicts_itself_is_reported_and_left_as_it_is() {
    for (damage, told) in [
        ("UPDATE visit SET judged = 0", "visit v1: its mark of being judged"),
        ("DELETE FROM part", "visit v1: it has no part"),
        ("UPDATE version SET number = 3", "page a: the numbers of its versions"),
        ("UPDATE address SET url = 'no address'", "the address `no address`: it is none"),
        ("UPDATE failure SET form = '{}'", "a failure: "),
        ("UPDATE route SET hops = '[1]'", "a list of redirects: "),
        ("UPDATE judgement SET wording = 77", "row 1 of judgement: its wording is missing"),
    ] {
        let (_directory, mut archive) = fresh();
        let mut visit = visit("a", 0, "one");
        let failure = FetchFailure::NoContent { status: 204 };
        visit.parts.push(part("a", Outcome::Failed(failure)));
        judged(&mut archive, &visit, Finding::First, "one");
        let recent = Default::default();
        let connection = archive.bare(&recent).connection;
        connection.execute_batch("PRAGMA foreign_keys = 0").unwrap();
        if damage.contains("address") {
            connection.execute_batch("DELETE FROM address WHERE id > 1").unwrap();
        }
        connection.execute_batch(damage).unwrap();
        let found = proved(&archive);
        assert!(found.iter().any(|it| it.starts_with(told)), "{damage}: {found:?}");
        assert_eq!(proved(&archive), found);
    }
}
