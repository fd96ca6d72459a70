//! Archives that may not be written or are not ours, and others that read or write them meanwhile.

use std::{fs, os::unix::fs::PermissionsExt as _, time::Instant};

use rusqlite::Connection;

use crate::{
    faults::{
        AT_ONCE, POLICY, archive, assert_decent, assert_goes_on, assert_whole, can_mount, can_run,
        edited, edited_pages, names, shell, told, under, watching,
    },
    world::{Ran, Site, World, framed},
};

#[test]
fn fault_065_what_is_not_our_archive_is_left_alone() {
    let foreign = |path: &std::path::Path| {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch("CREATE TABLE theirs (a); PRAGMA application_id = 7").unwrap();
    };
    type Make<'a> = &'a dyn Fn(&std::path::Path);
    let cases: [(&str, Make); 3] = [
        ("another program's database", &foreign),
        ("is empty", &|path| fs::write(path, "").unwrap()),
        ("not a file", &|path| fs::create_dir(path).unwrap()),
    ];
    for (words, make) in cases {
        let site = Site::start();
        let world = watching(&site, AT_ONCE, &names(1), "");
        fs::create_dir(world.folder().join("snapshots")).unwrap();
        make(&archive(&world));
        let before = fs::read(archive(&world)).ok();
        for command in ["check", "log", "verify", "status"] {
            let ran = world.run(&[command]);
            assert_eq!((ran.code, &*ran.stdout), (4, ""), "{command}: {ran:?}");
            assert!(ran.stderr.contains(words) && ran.stderr.contains("hint: "), "{}", ran.stderr);
            assert_decent(&ran);
        }
        assert_eq!(fs::read(archive(&world)).ok(), before, "{words}");
        assert_eq!(site.server().connections(), 0, "nothing was fetched");
    }
}

/// Commands that read, each with words that its answer must hold.
const READING: [(&[&str], &str); 9] = [
    (&["status"], "page-0: healthy"),
    (&["status", "--json"], "\"health\":\"healthy\""),
    (&["log"], "Acme changed"),
    (&["show", "page-0"], "currently"),
    (&["diff", "page-0"], "currently"),
    (&["explain", "page-0"], "established"),
    (&["alert", "list"], "Acme changed"),
    (&["search", "currently"], "“currently” on 1 page"),
    (&["verify"], "the archive is whole"),
];

/// Asserts that all that reads works, and that what writes refuses in words, when the program is
/// run under `wrapper`, which may write nothing.
#[track_caller]
fn assert_only_read(world: &World, wrapper: &[&str]) {
    for (command, words) in READING {
        let ran = under(world, wrapper, command);
        assert_eq!(ran.code, 0, "{command:?}: {ran:?}");
        assert!([&ran.stdout, &ran.stderr].iter().any(|it| it.contains(words)), "{ran:?}");
        assert_decent(&ran);
    }
    for command in [&["check"][..], &["check", "page-0"], &["alert", "retry"]] {
        let refused = under(world, wrapper, command);
        assert_eq!((refused.code, &*refused.stdout), (4, ""), "{command:?}: {refused:?}");
        let lines: Vec<&str> = refused.stderr.lines().collect();
        let [error, causes @ .., hint] = &lines[..] else { panic!("{command:?}: {lines:?}") };
        assert!(error.starts_with("error: ") && error.ends_with("may not be written"), "{error}");
        assert!(causes.iter().all(|cause| cause.starts_with("caused by: ")), "{lines:?}");
        assert!(hint.starts_with("hint: let the user "), "{hint}");
    }
}

/// Returns a site and a world of one page whose edit is on record and told.
fn told_once() -> (Site, World) {
    let (site, world) = edited_pages(1);
    assert_eq!(world.run(&["check"]).code, 0);
    (site, world)
}

/// A disk that is mounted to be read only refuses even root.
const READ_ONLY: &str =
    "mount --bind snapshots snapshots && mount -o remount,bind,ro snapshots && exec \"$0\" \"$@\"";

#[test]
fn fault_065_an_archive_on_a_disk_that_is_read_only_is_read() {
    if !can_mount() {
        return;
    }
    let (site, world) = told_once();
    // A page that is not indexed is searched all the same.
    let not_indexed = "DELETE FROM searched; DELETE FROM stay";
    Connection::open(archive(&world)).unwrap().execute_batch(not_indexed).unwrap();
    let asked = site.server().connections();
    let before = fs::read(archive(&world)).unwrap();
    let wrapper = [&["unshare", "--mount"][..], &shell(READ_ONLY)].concat();
    assert_only_read(&world, &wrapper);
    assert_eq!(site.server().connections(), asked, "nothing was fetched in vain");
    assert!(fs::read(archive(&world)).unwrap() == before);
    site.page("/page-0", &framed(POLICY, "a"));
    assert_eq!(world.run(&["check", "page-0"]).code, 0);
    assert_whole(&world);
}

/// What a run that was killed left in the log counts, also where the log cannot be folded in.
#[test]
fn fault_065_a_log_that_was_left_is_read_on_a_disk_that_is_read_only() {
    if !can_mount() {
        return;
    }
    let (_site, world) = edited_pages(1);
    let held = Connection::open(archive(&world)).unwrap();
    held.execute_batch("BEGIN; SELECT count(*) FROM visit").unwrap();
    assert_eq!(world.run(&["check"]).code, 0);
    assert!(0 < fs::metadata(archive(&world).with_extension("db-wal")).unwrap().len());
    let wrapper = [&["unshare", "--mount"][..], &shell(READ_ONLY)].concat();
    assert_only_read(&world, &wrapper);
    drop(held);
    assert_whole(&world);
}

#[test]
fn fault_065_an_archive_of_another_user_is_read_and_not_written() {
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let program = env!("CARGO_BIN_EXE_pledgewatch");
    if !can_run(nobody[0], &[&nobody[1..], &[program, "--version"]].concat()) {
        return;
    }
    let (_site, world) = told_once();
    fs::set_permissions(world.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_only_read(&world, &nobody);
    // What may not even be read is said to be so.
    fs::set_permissions(archive(&world), fs::Permissions::from_mode(0o600)).unwrap();
    for command in ["status", "log", "verify", "check"] {
        let refused = under(&world, &nobody, &[command]);
        assert_eq!(refused.code, 4, "{command}: {refused:?}");
        assert!(refused.stderr.contains("Permission denied"), "{}", refused.stderr);
    }
    assert_whole(&world);
}

#[test]
fn fault_069_a_reader_with_a_long_transaction_holds_nobody_up() {
    let (_site, world) = edited_pages(3);
    let reader = Connection::open(archive(&world)).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let count = |reader: &Connection| -> i64 {
        reader.query_row("SELECT count(*) FROM visit", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(&reader), 3);
    let ran = world.run(&["check"]);
    assert_eq!((ran.code, ran.stdout.matches("Acme changed").count()), (0, 3), "{ran:?}");
    assert_eq!(count(&reader), 3, "the reader's view stands");
    drop(reader);
    assert_whole(&world);
}

#[test]
fn fault_069_a_writer_that_keeps_the_archive_is_waited_for_and_then_told() {
    let (_site, world) = edited_pages(1);
    let writer = Connection::open(archive(&world)).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    let ran = world.run(&["check"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("in use by another process"), "{}", ran.stderr);
    assert!(began.elapsed().as_secs() < 30);
    writer.execute_batch("ROLLBACK").unwrap();
    assert_goes_on(&world, 1);
}

/// The log cannot be folded in while someone reads what stood before it, and grows meanwhile.
#[test]
fn fault_069_a_log_that_grew_while_someone_read_is_emptied_by_the_next_sweep() {
    let (site, world) = edited_pages(2);
    let log = archive(&world).with_extension("db-wal");
    let length = || fs::metadata(&log).map_or(0, |log| log.len());
    let reader = Connection::open(archive(&world)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM visit").unwrap();
    let began = Instant::now();
    for turn in 0..6_u64 {
        let noise: String = (0..40_000_u64)
            .map(|at| {
                format!("{:x}", (at + 1).wrapping_mul(turn + 7).wrapping_mul(0x9e37_79b9_7f4a_7c15))
            })
            .collect();
        site.page("/page-0", &format!("{}<!-- {noise} -->", framed(&edited(), "a")));
        let ran: Ran = world.run(&["check", "page-0"]);
        assert_eq!((ran.code, &*ran.stderr), (0, ""));
    }
    // A sweep that waited for the reader would wait for ten seconds each time.
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
    assert!(1_000_000 < length(), "the log has {} bytes", length());
    drop(reader);
    assert_eq!(world.run(&["check"]).code, 0);
    assert_eq!(length(), 0, "a sweep empties the log");
    assert_eq!(told(&world, "page-0"), ["change alert"]);
    assert_whole(&world);
}
