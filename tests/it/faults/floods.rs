//! Pages of a size that no policy has: bounded in memory and time, and never a change.

use std::{
    fs,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::{
    faults::{
        AT_ONCE, POLICY, assert_decent, assert_whole, full, names, ran, shell, status_of, told,
        under, watching,
    },
    server::reply::Reply,
    world::{Ran, Site, World, framed},
};

/// The general oracle's bound, in kB: what one page may cost at most.
pub const RESIDENT_KB_MAX: u64 = 300_000;

/// Runs the program, and returns what it left with the most memory that it was seen to hold, in kB.
pub fn weighed(world: &World, arguments: &[&str]) -> (Ran, u64) {
    let mut command = world.command(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
        most = most.max(kb.unwrap_or(0));
        thread::sleep(Duration::from_millis(5));
    }
    (ran(child.wait_with_output().unwrap()), most)
}

/// Serves a body in the place of a page that is on record, and asserts that another page is done, and
/// that memory has its bound; what took time in the order of a square would not end here.
#[track_caller]
fn bounded(what: &str, body: &str) -> (World, Ran) {
    let site = Site::start();
    for id in names(2) {
        site.page(&format!("/{id}"), &framed(POLICY, "a"));
    }
    let world = watching(&site, AT_ONCE, &names(2), "");
    world.sweep_at("2026-01-01T00:00:00Z");
    site.reply("/page-0", Reply::page(body));
    let began = Instant::now();
    let (ran, resident_kb) = weighed(&world, &["check", "-v"]);
    println!("{what}: {:?}, {resident_kb} kB", began.elapsed());
    assert_decent(&ran);
    assert!(0 < resident_kb && resident_kb < RESIDENT_KB_MAX, "{what}: {resident_kb} kB");
    // Fresh trouble is looked at twice.
    assert!(2 <= status_of(&world, "page-0")["visits"].as_u64().unwrap(), "{what}");
    assert_eq!(status_of(&world, "page-1")["health"], "healthy", "{what}");
    assert_whole(&world);
    (world, ran)
}

/// Asserts of a body what [`bounded`] does, and that it is trouble of this kind, and no change.
#[track_caller]
fn assert_bounded(what: &str, body: &str, kind: &str) {
    let (world, ran) = bounded(what, body);
    assert_eq!((ran.code, &*ran.stdout), (3, ""), "{what}: {}", ran.stderr);
    let status = status_of(&world, "page-0");
    assert_eq!((&status["trouble"]["kind"], &status["versions"]), (&kind.into(), &1.into()));
    assert_eq!(told(&world, "page-0"), ["trouble"], "{what}");
}

#[test]
fn fault_039_a_table_of_a_million_rows_is_bounded() {
    let rows = "<tr><td>1".repeat(1_000_000);
    assert_bounded("rows", &format!("<!doctype html><table>{rows}"), "unreadable");
}

/// Other words are other words, however many; what is shown of them has a bound. Eight megabytes
/// with `PLEDGEWATCH_FULL=1`, otherwise two.
#[test]
fn fault_039_one_text_of_eight_megabytes_is_bounded() {
    let words = "We promise nothing. ".repeat(if full() { 400_000 } else { 100_000 });
    let (world, ran) = bounded("text", &format!("<!doctype html><p>{words}"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("Acme changed") && ran.stdout.len() < 20_000, "{}", ran.stdout);
    assert_eq!(told(&world, "page-0"), ["change alert"]);
}

#[test]
fn fault_039_a_million_attributes_of_one_tag_are_bounded() {
    let attributes: String = (0..1_000_000).map(|at| format!(" a{at}")).collect();
    let page = format!("<!doctype html><p{attributes}>We promise.");
    assert_bounded("attributes", &page, "unreadable");
}

#[test]
fn fault_043_a_line_of_five_megabytes_is_bounded() {
    let line = "promise".repeat(715_000);
    assert_bounded("line", &format!("<!doctype html><p>{line}"), "empty");
}

/// What reads a page has room, however small the system's stack is, and on the commonest.
#[test]
fn fault_040_a_page_as_deep_as_is_read_needs_no_more_stack_than_there_is() {
    [200, 8192].into_iter().for_each(reads_deep_pages);
}

fn reads_deep_pages(stack_kb: u32) {
    let site = Site::start();
    let deep = |depth: usize| framed(&format!("{}{POLICY}", "<div>".repeat(depth)), "a");
    let world = watching(&site, AT_ONCE, &names(3), "");
    for (id, depth) in names(3).iter().zip([100, 480, 20_000]) {
        site.page(&format!("/{id}"), &deep(depth));
    }
    let script = format!("ulimit -s {stack_kb}; exec \"$0\" \"$@\"");
    let ran = under(&world, &shell(&script), &["check", "-v"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_decent(&ran);
    let health = |id: &str| status_of(&world, id)["health"].clone();
    assert_eq!([health("page-0"), health("page-1")], ["healthy", "healthy"]);
    assert_eq!(status_of(&world, "page-2")["trouble"]["kind"], "unreadable");
    for command in [&["show", "page-1"][..], &["log"], &["verify"], &["check", "page-1"]] {
        let read = under(&world, &shell(&script), command);
        assert_eq!(read.code, 0, "{command:?}: {read:?}");
    }
}
