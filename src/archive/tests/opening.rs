//! Opening: what is made, what is refused, and that refusing leaves no trace.

use std::{collections::BTreeMap, fs, path::Path};

use rusqlite::Connection;

use crate::{
    archive::{error::ArchiveError, migrations::KNOWN, store::Archive, tests::making::*},
    model::history::Finding,
};

/// Every file in a directory with its bytes.
fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entry = |entry: fs::DirEntry| {
        let bytes = fs::read(entry.path()).unwrap_or_default();
        (entry.file_name().into_string().unwrap(), bytes)
    };
    fs::read_dir(directory).unwrap().map(|it| entry(it.unwrap())).collect()
}

/// Opens in both ways, and holds that neither changed a byte.
fn refused(directory: &Path) -> ArchiveError {
    let before = contents(directory);
    let existing = Archive::open_existing(directory).err().unwrap();
    let error = Archive::open(directory).err().unwrap();
    assert_eq!(existing.to_string(), error.to_string());
    assert!(error.to_string().contains(directory.to_str().unwrap()), "{error}");
    assert!(contents(directory) == before, "refusing left a trace");
    error
}

#[test]
fn an_archive_is_made_with_its_directory_and_found_again() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("deep/snapshots");
    let missing = Archive::open_existing(&directory).err().unwrap();
    assert!(matches!(missing, ArchiveError::Missing { .. }), "{missing:?}");
    assert!(!directory.exists());
    let mut archive = Archive::open(&directory).unwrap();
    assert_eq!(archive.directory(), directory);
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    archive.close().unwrap();
    assert_eq!(contents(&directory).keys().collect::<Vec<_>>(), ["archive.db"]);
    let archive = Archive::open_existing(&directory).unwrap();
    assert_eq!(archive.pages().unwrap(), [page("a")]);
}

#[test]
fn the_settings_that_keep_the_record_safe_are_on() {
    let (_directory, archive) = fresh();
    let recent = Default::default();
    let access = archive.bare(&recent);
    let setting = |name: &str| {
        access.one(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
    };
    for (name, value) in [("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0)] {
        assert_eq!(setting(name).unwrap(), value.into(), "{name}");
    }
    assert_eq!(setting("journal_mode").unwrap(), "wal".to_owned().into());
    assert!(access.all("SELECT \"no such word\"", [], |_| Ok(())).is_err());
}

#[test]
fn another_programs_database_is_refused_untouched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("archive.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE t (x); PRAGMA application_id = 7;").unwrap();
    other.close().unwrap();
    let error = refused(directory.path());
    assert!(matches!(error, ArchiveError::Foreign { found: 7, .. }), "{error:?}");

    // One that is open and has not folded its log in yet.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("archive.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (x);").unwrap();
    let error = refused(directory.path());
    assert!(matches!(error, ArchiveError::Foreign { found: 0, .. }), "{error:?}");
}

#[test]
fn an_archive_of_a_newer_program_is_refused_untouched() {
    let (directory, archive) = fresh();
    archive.close().unwrap();
    let path = directory.path().join("archive.db");
    let newer = Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    newer.close().unwrap();
    // By what SQLite says, since this process has read the header before.
    let before = fs::read(&path).unwrap();
    let error = Archive::open(directory.path()).err().unwrap();
    assert!(matches!(error, ArchiveError::TooNew { found: 99, known: KNOWN, .. }), "{error:?}");
    assert!(fs::read(&path).unwrap() == before);
    // By the header.
    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(&path, elsewhere.path().join("archive.db")).unwrap();
    let error = refused(elsewhere.path());
    assert!(matches!(error, ArchiveError::TooNew { found: 99, known: KNOWN, .. }), "{error:?}");
}

#[test]
fn a_file_of_no_bytes_and_a_directory_are_refused_untouched() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("archive.db"), b"").unwrap();
    assert!(matches!(refused(directory.path()), ArchiveError::Empty { .. }));
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("archive.db")).unwrap();
    assert!(matches!(refused(directory.path()), ArchiveError::NotAFile { .. }));
}

#[test]
fn a_log_without_its_archive_is_refused_untouched() {
    let (directory, mut archive) = fresh();
    archive.record_visits(&[visit("a", 1, "x")]).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(directory.path().join("archive.db-wal"), elsewhere.path().join("archive.db-wal"))
        .unwrap();
    assert!(matches!(refused(elsewhere.path()), ArchiveError::Orphaned { .. }));
}

#[test]
fn what_is_no_database_or_was_cut_off_is_refused_untouched() {
    for bytes in [&b"hello"[..], &[0; 8_192], b"SQLite format 3\0 and then nothing of the kind"] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("archive.db"), bytes).unwrap();
        assert!(matches!(refused(directory.path()), ArchiveError::NotADatabase { .. }));
    }
    let (directory, archive) = fresh();
    archive.close().unwrap();
    let whole = fs::read(directory.path().join("archive.db")).unwrap();
    for length in [4_096, whole.len() / 2, whole.len() - 4_096] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("archive.db"), &whole[..length]).unwrap();
        let error = refused(directory.path());
        assert!(matches!(error, ArchiveError::Damaged { .. }), "{length}: {error:?}");
    }
}

#[test]
fn errors_say_what_can_be_done() {
    let (_directory, archive) = fresh();
    drop(archive);
    let missing = Archive::open_existing(Path::new("/nowhere/at/all")).err().unwrap();
    assert_eq!(missing.to_string(), "there is no archive in /nowhere/at/all");
    assert!(missing.hint().unwrap().contains("check"));
}

#[test]
fn two_processes_that_make_an_archive_at_once_get_the_same() {
    let directory = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let directory = directory.path();
            scope.spawn(move || {
                let mut archive = Archive::open(directory).unwrap();
                archive.record_visits(&[visit(&format!("page-{n}"), n, "x")]).unwrap();
            });
        }
    });
    let archive = Archive::open_existing(directory.path()).unwrap();
    assert_eq!(archive.pages().unwrap().len(), 4);
    assert_eq!(proved(&archive), [""; 0]);
}
