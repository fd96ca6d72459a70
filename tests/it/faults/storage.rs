//! Disks that are full or fail, and what stays when a page leaves.

use std::fs;

use crate::{
    faults::{
        IMPATIENT, archive, assert_decent, assert_goes_on, assert_whole, can_mount, can_trace,
        edited_pages, full, names, shell, told, under,
    },
    world::{Ran, World},
};

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

/// Row 64: from the Nth write on, nothing finds room.
#[test]
fn fault_064_a_disk_that_fills_up_anywhere_is_told_and_harms_nothing() {
    if !can_trace() {
        return;
    }
    let (_site, world) = edited_pages(2);
    let mut failed = 0;
    for from in [1, 4, 9, 16] {
        let ran = failing(&world, &format!("pwrite64:error=ENOSPC:when={from}+"), "check page-0");
        failed += usize::from(ran.is_some_and(|ran| ran.code == 4));
        assert_whole(&world);
    }
    assert!(3 <= failed, "{failed} runs met their fault");
    assert_goes_on(&world, 2);
}

/// Rows 64 and 66: the first write fails, then the second, and so on until a sweep passes; and the
/// same with each sync. With `PLEDGEWATCH_FULL=1` all of them, otherwise fewer the later they are.
#[test]
fn fault_064_a_sweep_whose_nth_write_or_sync_fails_is_healed_by_the_next() {
    if !can_trace() {
        return;
    }
    let (_site, before) = edited_pages(2);
    for fault in ["pwrite64:error=ENOSPC", "pwrite64:error=EIO", "fsync:error=EIO"] {
        let (mut number, mut met) = (1, 0);
        loop {
            let world = copied(&before);
            let what = format!("{fault}:when={number}");
            let Some(ran) = failing(&world, &what, "check") else { break };
            met += 1;
            assert_whole(&world);
            let next = world.run(&["check"]);
            assert_eq!((next.code, &*next.stderr), (0, ""), "after {what}");
            for id in names(2) {
                assert_eq!(told(&world, &id), ["change alert"], "{what}: {id}");
                let line = format!("Acme changed \"Page {id}\"");
                let printed = [&ran, &next].iter().any(|it| it.stdout.contains(&line));
                assert!(printed, "{what}: the alert of {id} was printed by neither run");
            }
            assert_whole(&world);
            number += if full() { 1 } else { 1 + number / 2 };
        }
        println!("{fault}: {met} of the first {number}");
        assert!(3 <= met, "{fault}: {met} runs met their fault");
    }
}

/// A sync that fails once ends the run: the system may have dropped what it could not write, and a
/// second one would call that written.
#[test]
fn fault_066_a_sync_that_fails_once_ends_the_run_and_is_not_tried_again() {
    if !can_trace() {
        return;
    }
    let (_site, before) = edited_pages(2);
    let mut met = 0;
    for number in (1..).step_by(if full() { 1 } else { 3 }) {
        let world = copied(&before);
        let what = format!("fsync:error=EIO:when={number}");
        let Some(ran) = failing(&world, &what, "check") else { break };
        met += 1;
        let trace = fs::read_to_string(world.folder().join("trace")).unwrap();
        let (until, later) = trace.split_once("(INJECTED)").unwrap();
        // SQLite passes over the sync of a folder, which many file systems refuse (`unixSync`).
        if until.lines().last().is_some_and(|call| call.contains("/snapshots>")) {
            assert_goes_on(&world, 2);
            continue;
        }
        assert_eq!(ran.code, 4, "{what}: {ran:?}");
        assert!(!later.contains("fsync("), "{what}: {later}");
        assert_goes_on(&world, 2);
    }
    assert!(1 < met, "{met} runs met their fault");
}

/// Returns a world of its own with the watchlist and the archive of another.
fn copied(before: &World) -> World {
    let world = World::empty();
    fs::copy(before.watchlist(), world.watchlist()).unwrap();
    fs::create_dir(world.folder().join("snapshots")).unwrap();
    fs::copy(archive(before), archive(&world)).unwrap();
    world
}

/// Runs a command with a fault, asserts that the program passes it or says so in words, and returns
/// what it left; `None` if it ended before it met the fault.
#[track_caller]
fn failing(world: &World, fault: &str, command: &str) -> Option<Ran> {
    let trace = world.folder().join("trace");
    let call = fault.split(':').next().unwrap();
    let (inject, only) = (format!("inject={fault}"), format!("trace={call}"));
    let wrapper = ["strace", "-f", "-qq", "-y", "-o", trace.to_str().unwrap(), "-e", &only];
    let wrapper = [&wrapper[..], &["-e", &inject]].concat();
    let ran = under(world, &wrapper, &command.split(' ').collect::<Vec<_>>());
    assert_decent(&ran);
    assert!([0, 4].contains(&ran.code), "{fault}: {ran:?}");
    if ran.code == 4 {
        assert!(ran.stderr.starts_with("error: "), "{fault}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: "), "{fault}: {}", ran.stderr);
    }
    fs::read_to_string(trace).unwrap().contains("(INJECTED)").then_some(ran)
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
