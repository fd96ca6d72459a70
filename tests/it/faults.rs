//! The catalogue of faults, end to end: each test carries the number of its row.
//!
//! What holds in every row: one clear line that names page and cause, with a stable code in the
//! record; nothing recorded before altered; the other pages done; the failed visit recorded; no
//! change told because of it; bounded memory and time.

mod addresses;
mod adversarial;
mod answers;
mod bounded;
mod clocks;
mod content;
mod floods;
mod killed;
mod making;
mod names;
mod power;
mod process;
mod readers;
mod rows;
mod storage;
mod watchlist;
mod wire;

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::world::{Ran, Site, World, framed};

const POLICY: &str = "<h1>Facial recognition</h1>\
    <p>We will not sell facial recognition technology to police departments in the United States. \
    This holds until there is a national law, grounded in human rights, that governs it.</p>\
    <h2>Reviews</h2><p>We review every sensitive use of our technology against our principles, and \
    we publish the outcome of each review within ninety days of its end.</p>\
    <ul><li>We do not keep face prints of visitors.</li><li>We tell the people concerned.</li></ul>";

/// Returns the policy with one promise weakened.
fn edited() -> String {
    POLICY.replace("We will not sell", "We do not currently sell")
}

/// Settings for a site on this machine under which each change is told at once.
const AT_ONCE: &str = "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\n\
    confirm_within = 0\nrobots = false\n";

/// Settings for a site on this machine that lose patience within a second.
const IMPATIENT: &str = "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\n\
    retries_max = 0\nhead_timeout = \"500ms\"\nvisit_timeout = \"1s\"\nrobots = false\n";

/// Returns an entry of the watchlist.
fn entry(id: &str, url: &str, keys: &str) -> String {
    format!(
        "\n[[page]]\nid = \"{id}\"\ncompany = \"Acme\"\ntitle = \"Page {id}\"\nurl = \"{url}\"\n{keys}\n"
    )
}

/// Returns a world with exactly this watchlist.
fn world(watchlist: &str) -> World {
    let world = World::empty();
    fs::write(world.watchlist(), watchlist).unwrap();
    world
}

/// Returns a world of pages at `/ID` on the site.
fn watching(site: &Site, settings: &str, ids: &[String], keys: &str) -> World {
    let pages = ids.iter().map(|id| entry(id, &site.url(&format!("/{id}")), keys));
    world(&format!("{settings}{}", pages.collect::<String>()))
}

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

/// Returns the archive's file.
fn archive(world: &World) -> PathBuf {
    world.folder().join("snapshots/archive.db")
}

/// Asserts that the next sweep tells of the pages that were edited, each once.
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

/// Returns names of pages.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("page-{number}")).collect()
}

/// Runs the program under another one, as in `strace OPTIONS pledgewatch check`.
pub fn under(world: &World, wrapper: &[&str], arguments: &[&str]) -> Ran {
    ran(wrapped(world, wrapper, arguments).output().unwrap())
}

/// Returns the program under another one, ready to be run.
fn wrapped(world: &World, wrapper: &[&str], arguments: &[&str]) -> Command {
    let mut command = Command::new(wrapper[0]);
    command
        .args(&wrapper[1..])
        .arg(env!("CARGO_BIN_EXE_pledgewatch"))
        .args(arguments)
        .current_dir(world.folder())
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .stdin(Stdio::null());
    command
}

/// Returns the arguments of a shell that runs `script` with the program and its arguments as
/// `"$0" "$@"`.
fn shell(script: &str) -> [&str; 3] {
    ["sh", "-c", script]
}

fn ran(output: Output) -> Ran {
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    }
}

/// Returns whether a program can be run; says so if it cannot, since the test is skipped then.
pub fn can_run(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    let can = output.is_ok_and(|output| output.status.success());
    if !can {
        println!("skipped: `{program} {}` cannot be run here", arguments.join(" "));
    }
    can
}

/// Returns whether tests that take minutes try all that they can (`PLEDGEWATCH_FULL=1`), and not a
/// sample of it.
pub fn full() -> bool {
    env::var_os("PLEDGEWATCH_FULL").is_some()
}

/// Returns whether the system calls of a program can be traced here.
pub fn can_trace() -> bool {
    can_run("strace", &["-f", "-qq", "-o", "/dev/null", "true"])
}

/// Returns whether file systems can be mounted in a namespace of our own.
fn can_mount() -> bool {
    can_run("unshare", &["--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"])
}

/// Returns what `status` says of a page.
fn status_of(world: &World, page: &str) -> Value {
    world.run(&["status", page, "--json"]).json().into_iter().find(|it| it["page"] == page).unwrap()
}

/// Returns the kinds of what is on record of a page: `change alert`, `trouble`.
fn told(world: &World, page: &str) -> Vec<String> {
    let word = |told: &Value| {
        let alert = if told["alerted"] == true { " alert" } else { "" };
        format!("{}{alert}", told["kind"].as_str().unwrap())
    };
    world.run(&["log", page, "--json"]).json().iter().map(word).collect()
}

/// Asserts that everything that is kept is as it was recorded.
#[track_caller]
fn assert_whole(world: &World) {
    let verified = world.run(&["verify"]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

/// Asserts that nothing panicked, and that nothing on a terminal could be taken for a command.
#[track_caller]
fn assert_decent(ran: &Ran) {
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let raw = |c: char| c.is_control() && c != '\n' && c != '\t';
    for stream in [&ran.stdout, &ran.stderr] {
        assert!(!stream.contains(raw), "{stream:?}");
    }
}
