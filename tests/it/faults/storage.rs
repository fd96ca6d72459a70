//! Disks that are full or fail, archives that are not ours, others at the archive, and clocks.

use std::{fs, time::Instant};

use rusqlite::Connection;

use crate::{
    faults::{
        IMPATIENT, POLICY, assert_decent, assert_whole, can_mount, can_trace, edited, names, shell,
        status_of, told, under, watching,
    },
    world::{Site, World, framed},
};

const AT_ONCE: &str = "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\n\
    confirm_within = 0\nrobots = false\n";

/// Returns a site and a world of pages, each on record once and edited since.
fn edited_pages(count: usize) -> (Site, World) {
    let site = Site::start();
    for id in names(count) {
        site.page(&format!("/{id}"), &framed(POLICY, "a"));
    }
    let world = watching(&site, AT_ONCE, &names(count), "");
    world.sweep_at("2026-01-01T00:00:00Z");
    for id in names(count) {
        site.page(&format!("/{id}"), &framed(&edited(), "a"));
    }
    (site, world)
}

fn archive(world: &World) -> std::path::PathBuf {
    world.folder().join("snapshots/archive.db")
}

#[track_caller]
fn assert_goes_on(world: &World, count: usize) {
    assert_whole(world);
    let next = world.run(&["check"]);
    assert_eq!((next.code, &*next.stderr), (0, ""));
    for id in names(count) {
        assert_eq!(told(world, &id), ["change alert"], "{id}");
    }
    assert_whole(world);
}

#[test]
fn fault_064_a_disk_without_room_stops_the_run_and_the_next_goes_on() {
    if !can_mount() {
        return;
    }
    let (_site, world) = edited_pages(3);
    // The archive is kept on a small disk of the program's own, which is filled and freed.
    let script = "mkdir small && mount -t tmpfs -o size=1m tmpfs small && \
        cp snapshots/* small && cat /dev/zero > small/filler 2>/dev/null; \
        \"$0\" --archive small check >first 2>&1; echo $? >first.code; \
        rm small/filler; \"$0\" --archive small verify >>second 2>&1; echo $? >second.code; \
        \"$0\" --archive small check >third 2>&1; echo $? >third.code; \
        \"$0\" --archive small log --json >log; \"$0\" --archive small verify";
    let verified = under(&world, &[&["unshare", "--mount"][..], &shell(script)].concat(), &[]);
    let read = |name: &str| fs::read_to_string(world.folder().join(name)).unwrap();
    assert_eq!(read("first.code"), "4\n", "{}", read("first"));
    assert!(read("first").contains("error: the disk is full"), "{}", read("first"));
    assert!(!read("first").contains("panicked"));
    assert_eq!((read("second.code"), read("third.code")), ("0\n".to_owned(), "0\n".to_owned()));
    assert_eq!(read("third").matches("Acme changed").count(), 3);
    assert_eq!(read("log").lines().count(), 3);
    assert_eq!(verified.code, 0, "{verified:?}");
}

/// Rows 64 and 66: every write from the Nth on finds no room, or the Nth sync fails.
#[test]
fn fault_064_a_write_or_sync_that_fails_anywhere_is_told_and_harms_nothing() {
    if !can_trace() {
        return;
    }
    let (_site, world) = edited_pages(2);
    let mut failed = 0;
    for what in [
        "pwrite64:error=ENOSPC:when=1+",
        "pwrite64:error=ENOSPC:when=4+",
        "pwrite64:error=ENOSPC:when=9+",
        "pwrite64:error=ENOSPC:when=16+",
        "fdatasync:error=EIO:when=1",
        "fdatasync:error=EIO:when=2",
        "fdatasync:error=EIO:when=3",
    ] {
        let inject = format!("inject={what}");
        let wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
        let ran = under(&world, &wrapper, &["check", "page-0"]);
        assert_decent(&ran);
        assert!([0, 4].contains(&ran.code), "{what}: {ran:?}");
        if ran.code == 4 {
            failed += 1;
            assert!(ran.stderr.starts_with("error: "), "{what}: {}", ran.stderr);
        }
        assert_whole(&world);
    }
    assert!(3 <= failed, "{failed} runs met their fault");
    assert_goes_on(&world, 2);
}

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

/// A disk that is mounted to be read only refuses even root.
#[test]
fn fault_065_an_archive_that_may_not_be_written_is_said_to_be() {
    if !can_mount() {
        return;
    }
    let (_site, world) = edited_pages(1);
    let script = "mount --bind snapshots snapshots && mount -o remount,bind,ro snapshots && \
        exec \"$0\" \"$@\"";
    let wrapper = [&["unshare", "--mount"][..], &shell(script)].concat();
    let ran = under(&world, &wrapper, &["check"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("may not be written"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Read-only file system"), "{}", ran.stderr);
    // SQLite cannot read a log without a place for its index, so reading ends in words as well.
    for command in [&["log"][..], &["show", "page-0"], &["verify"]] {
        let read = under(&world, &wrapper, command);
        assert_eq!(read.code, 4, "{command:?} {read:?}");
        assert!(read.stderr.contains("may not be written"), "{}", read.stderr);
    }
    assert_goes_on(&world, 1);
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

#[test]
fn fault_070_a_clock_that_jumps_misses_nothing_and_asks_nothing_twice() {
    let site = Site::start();
    site.page("/page-0", &framed(POLICY, "a"));
    let world = watching(&site, AT_ONCE, &names(1), "");
    let asked = || site.server().paths().len();
    world.sweep_at("2026-06-02T00:00:00Z");
    assert_eq!(asked(), 1);
    site.page("/page-0", &framed(&edited(), "a"));
    assert_eq!(world.sweep_at("2026-06-01T00:00:00Z").changes, 1, "back a day");
    world.sweep_at("2026-06-01T01:00:00Z");
    assert_eq!(asked(), 2, "an hour later by the clock as it is now");
    site.page("/page-0", &framed(POLICY, "a"));
    assert_eq!(world.sweep_at("2036-06-01T00:00:00Z").changes, 1, "forward ten years");
    world.sweep_at("2036-06-01T00:01:00Z");
    assert_eq!(asked(), 3, "ten years are caught up on with one visit");
    site.page("/page-0", &framed(&edited(), "a"));
    assert_eq!(world.sweep_at("1970-01-01T00:00:10Z").changes, 1, "no clock at all");
    assert_eq!(status_of(&world, "page-0")["versions"], 4);
    assert_whole(&world);
}

#[test]
fn fault_071_an_archive_of_a_newer_program_is_refused_and_left_as_it_is() {
    let (site, world) = edited_pages(1);
    let asked = site.server().requests().len();
    Connection::open(archive(&world)).unwrap().execute_batch("PRAGMA user_version = 999").unwrap();
    let before = fs::read(archive(&world)).unwrap();
    for command in ["check", "log", "verify"] {
        let ran = world.run(&[command]);
        assert_eq!(ran.code, 4, "{ran:?}");
        assert!(ran.stderr.contains("form 999"), "{}", ran.stderr);
    }
    assert!(before == fs::read(archive(&world)).unwrap());
    assert_eq!(site.server().requests().len(), asked);
}

#[test]
fn fault_077_a_page_that_left_the_watchlist_keeps_its_history() {
    let (_site, world) = edited_pages(2);
    assert_eq!(world.run(&["check"]).code, 0);
    fs::write(world.watchlist(), IMPATIENT).unwrap();
    for id in names(2) {
        assert!(world.run(&["show", &id]).stdout.contains("currently"), "{id}");
        assert_eq!(told(&world, &id), ["change alert"]);
    }
    assert_whole(&world);
}
