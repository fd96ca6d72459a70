//! Faults: a kill at any moment, a full disk, two at once, and flipped bits.

use std::{fs, path::Path};

use crate::{
    archive::{
        error::{ArchiveError, Fault},
        store::{Archive, Memory},
        tests::making::*,
    },
    model::{history::Finding, snapshot::Digest},
};

/// Copies the file and its log as a power cut would leave them, the log cut off at `log_bytes`.
fn copy(from: &Path, log_bytes: usize) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::copy(from.join("archive.db"), copy.path().join("archive.db")).unwrap();
    let log = fs::read(from.join("archive.db-wal")).unwrap();
    let log = &log[..log_bytes.min(log.len())];
    fs::write(copy.path().join("archive.db-wal"), log).unwrap();
    copy
}

#[test]
fn fault_060_a_kill_after_the_bytes_and_before_the_judgement_leaves_the_visit_to_be_judged() {
    let (directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    let late = [visit("a", 3, "three"), visit("b", 2, "two")];
    archive.record_visits(&late).unwrap();
    let copy = copy(directory.path(), usize::MAX);
    let mut survivor = Archive::open(copy.path()).unwrap();
    let unjudged = survivor.unjudged().unwrap();
    let visits: Vec<_> = unjudged.iter().map(|it| it.visit.clone()).collect();
    assert_eq!(visits, [late[1].clone(), late[0].clone()]);
    let judgements: Vec<_> =
        unjudged.iter().map(|it| judgement(it.id, &it.visit, Finding::Same, "one")).collect();
    survivor.record_judgements(&judgements).unwrap();
    assert!(survivor.unjudged().unwrap().is_empty());
    assert_eq!(proved(&survivor), [""; 0]);
}

#[test]
fn fault_060_a_kill_inside_a_transaction_leaves_what_was_before_it() {
    let (directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    let mut copied = None;
    let failed = archive.write(|access| {
        access.named("page", "name", page("never"))?;
        // Enough that SQLite writes uncommitted pages to the log before the end.
        access.connection.execute_batch("PRAGMA cache_size = 2; PRAGMA cache_spill = 1;")?;
        for n in 0..400 {
            access.named("sentence", "words", format!("{n} {}", "x".repeat(2_000)))?;
        }
        copied = Some(copy(directory.path(), usize::MAX));
        Err::<(), Fault>(Fault::Unknown("a reason".to_owned()))
    });
    assert!(failed.is_err());
    let copied = copied.unwrap();
    let log = fs::metadata(copied.path().join("archive.db-wal")).unwrap().len();
    assert!(log > 200_000, "the log has {log} bytes");
    for archive in [&archive, &Archive::open(copied.path()).unwrap()] {
        assert_eq!(archive.pages().unwrap(), [page("a")]);
        assert_eq!(proved(archive), [""; 0]);
    }
}

#[test]
fn fault_067_a_log_cut_off_anywhere_opens_with_whole_transactions() {
    let (directory, mut archive) = fresh();
    let mut last = 0;
    for hour in 1..6 {
        judged(&mut archive, &visit("a", hour, &format!("body {hour}")), Finding::Same, "one");
    }
    let log = fs::metadata(directory.path().join("archive.db-wal")).unwrap().len() as usize;
    for log_bytes in (0..=log).step_by(1_733) {
        let copy = copy(directory.path(), log_bytes);
        let survivor = Archive::open(copy.path()).unwrap();
        assert_eq!(proved(&survivor), [""; 0], "cut at {log_bytes}");
        let visits = survivor.visits(&page("a"), 99).unwrap();
        assert!(last <= visits.len(), "a longer log holds no less");
        last = visits.len();
        let unjudged = visits.iter().filter(|it| it.finding.is_none()).count();
        assert!(unjudged <= 1, "each visit was judged before the next was recorded");
    }
    assert!(4 <= last);
}

#[test]
fn fault_064_a_full_disk_leaves_the_archive_whole_and_goes_on_afterwards() {
    let (_directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    let limit = |archive: &Archive, pages: &str| {
        let recent = Memory::default();
        let sql = format!("PRAGMA max_page_count = {pages}");
        archive.bare(&recent).one(&sql, [], |_| Ok(())).unwrap();
    };
    limit(&archive, "1");
    let noise: String =
        (0..9_000_usize).map(|n| Digest::of(&n.to_be_bytes()).to_string()).collect();
    let large = [visit("a", 2, "small"), visit("a", 3, &noise)];
    let full = archive.record_visits(&large).unwrap_err();
    assert!(matches!(full, ArchiveError::DiskFull { .. }), "{full:?}");
    assert!(full.hint().unwrap().contains("space"));
    assert_eq!(archive.visits(&page("a"), 9).unwrap().len(), 1);
    assert_eq!(proved(&archive), [""; 0]);
    limit(&archive, "1000000");
    archive.record_visits(&large).unwrap();
    assert_eq!(archive.visits(&page("a"), 9).unwrap().len(), 3);
    assert_eq!(archive.snapshot(&Digest::of(noise.as_bytes())).unwrap().bytes(), noise.as_bytes());
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn fault_065_an_archive_that_may_not_be_written_says_so_and_can_be_read() {
    let (_directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    // Permissions do not bind the superuser; this brings the same answer from SQLite.
    let recent = Memory::default();
    archive.bare(&recent).connection.execute_batch("PRAGMA query_only = 1").unwrap();
    let refused = archive.record_visits(&[visit("a", 2, "two")]).unwrap_err();
    assert!(matches!(refused, ArchiveError::ReadOnly { .. }), "{refused:?}");
    assert_eq!(archive.visits(&page("a"), 9).unwrap().len(), 1);
}

#[test]
fn fault_065_a_directory_that_cannot_be_made_says_so() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("file"), b"x").unwrap();
    let directory = parent.path().join("file/snapshots");
    let error = Archive::open(&directory).err().unwrap();
    assert!(matches!(error, ArchiveError::Io { .. }), "{error:?}");
    assert_eq!(fs::read(parent.path().join("file")).unwrap(), b"x");
}

#[test]
fn fault_069_a_reader_sees_the_record_as_it_was_while_a_sweep_writes() {
    let (directory, mut writer) = fresh();
    judged(&mut writer, &visit("a", 1, "one"), Finding::First, "one");
    let reader = Archive::open_existing(directory.path()).unwrap();
    writer
        .write(|access| {
            access.named("page", "name", page("b"))?;
            let late = Archive::open_existing(directory.path()).unwrap();
            for reader in [&reader, &late] {
                assert_eq!(reader.pages().unwrap(), [page("a")]);
                assert_eq!(reader.page_state(&page("a")).unwrap().last_visit_at, Some(at(1)));
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(reader.pages().unwrap(), [page("a"), page("b")]);
    writer.close().unwrap();
    assert_eq!(reader.pages().unwrap(), [page("a"), page("b")]);
}

#[test]
fn fault_069_a_second_writer_waits_for_a_while_and_then_says_that_it_is_busy() {
    let (directory, mut first) = fresh();
    let mut second = Archive::open(directory.path()).unwrap();
    let recent = Memory::default();
    let wait = std::time::Duration::from_millis(20);
    second.bare(&recent).connection.busy_timeout(wait).unwrap();
    first
        .write(|access| {
            access.named("page", "name", page("b"))?;
            let busy = second.record_visits(&[visit("a", 1, "x")]).unwrap_err();
            assert!(matches!(busy, ArchiveError::Busy { .. }), "{busy:?}");
            Ok(())
        })
        .unwrap();
    second.record_visits(&[visit("a", 1, "x")]).unwrap();
    assert_eq!(first.pages().unwrap(), [page("a"), page("b")]);
}

/// Flips a bit at many places of the file: it is refused, or reported, or did no harm.
#[test]
fn fault_072_a_flipped_bit_anywhere_is_found_or_harmless() {
    let (directory, mut archive) = fresh();
    let clauses: String =
        (0..900_usize).map(|n| Digest::of(&n.to_be_bytes()).to_string()).collect();
    for hour in 0..8 {
        let body = format!("{clauses} {hour}");
        judged(&mut archive, &visit("a", hour, &body), Finding::Same, "one");
    }
    archive.close().unwrap();
    let whole = fs::read(directory.path().join("archive.db")).unwrap();
    let (mut found, mut harmless) = (0, 0);
    for position in (3..whole.len()).step_by(1_361) {
        let copy = tempfile::tempdir().unwrap();
        let mut bytes = whole.clone();
        bytes[position] ^= 0x04;
        fs::write(copy.path().join("archive.db"), &bytes).unwrap();
        let Ok(archive) = Archive::open(copy.path()) else {
            found += 1;
            continue;
        };
        match archive.verify(&mut |_| ()) {
            Ok(damages) if damages.is_empty() => harmless += 1,
            Ok(_) | Err(_) => {
                found += 1;
                continue;
            }
        }
        for hour in 0..8 {
            let body = format!("{clauses} {hour}");
            let read = archive.snapshot(&Digest::of(body.as_bytes())).unwrap();
            assert_eq!(read.bytes(), body.as_bytes(), "flipped at {position}");
        }
    }
    assert!(10 < found, "{found} found, {harmless} harmless");
}
