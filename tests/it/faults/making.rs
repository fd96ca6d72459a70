//! Archives while they are made, and those of other days' programs.

use std::fs;

use rusqlite::Connection;

use crate::{
    faults::{
        AT_ONCE, POLICY, archive, assert_decent, assert_whole, can_trace, edited_pages, full,
        names, status_of, under, watching,
    },
    world::{Site, World, framed},
};

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

/// The calls by which an archive comes to be.
const CALLS: [&str; 5] = ["pwrite64", "fsync", "ftruncate", "openat", "renameat2"];

/// Row 71: the first form is made by a migration as any other is. With `PLEDGEWATCH_FULL=1` each call
/// fails, and the program is killed at each; otherwise fewer the later they are.
#[test]
fn fault_071_an_archive_that_is_killed_or_has_no_room_while_it_is_made_is_made_by_the_next_run() {
    if !can_trace() {
        return;
    }
    let site = Site::start();
    site.page("/page-0", &framed(POLICY, "a"));
    for fault in ["signal=SIGKILL", "error=ENOSPC"] {
        for call in CALLS {
            let mut number = 1;
            while disturbed(&site, &format!("{call}:{fault}:when={number}")) {
                number += if full() { 1 } else { 1 + number };
            }
            println!("{call}, {fault}: the first {number}");
            assert!(1 < number, "{call}, {fault}: the fault was never met");
        }
    }
}

/// Makes an archive with a fault, and returns whether the fault was met before it was done.
fn disturbed(site: &Site, fault: &str) -> bool {
    let world: World = watching(site, AT_ONCE, &names(1), "");
    let trace = world.folder().join("trace");
    let (call, _) = fault.split_once(':').unwrap();
    let (inject, only) = (format!("inject={fault}"), format!("trace={call}"));
    let wrapper = ["strace", "-f", "-qq", "-o", trace.to_str().unwrap(), "-e", &only];
    let init = ["--watchlist", "elsewhere.toml", "--archive", "snapshots", "init"];
    let ran = under(&world, &[&wrapper[..], &["-e", &inject]].concat(), &init);
    assert_decent(&ran);
    assert!([0, 2, 4, -1, 137, 127].contains(&ran.code), "{fault}: {ran:?}");
    let traced = fs::read_to_string(trace).unwrap();
    let met = traced.contains("(INJECTED)") || traced.contains("killed by SIGKILL");
    if archive(&world).exists() {
        assert_whole(&world);
    }
    let next = world.run(&["check"]);
    assert_eq!((next.code, &*next.stderr), (0, ""), "after {fault}");
    assert_eq!(status_of(&world, "page-0")["visits"], 1, "after {fault}");
    assert_whole(&world);
    met
}
