//! The process among others: signals, limits, bare environments, and sweeps that overlap.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    faults::{
        IMPATIENT, POLICY, assert_decent, assert_whole, edited, names, ran, shell, status_of, told,
        under, watching,
    },
    server::reply::Reply,
    world::{Ran, Site, World, framed},
};

const PATIENT: &str = "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\n\
    confirm_within = 0\nvisit_timeout = \"30s\"\nrobots = false\n";

/// Returns a site and a world of healthy pages, each on record once.
fn kept(settings: &str, count: usize) -> (Site, World) {
    let site = Site::start();
    for id in names(count) {
        site.page(&format!("/{id}"), &framed(POLICY, "a"));
    }
    let world = watching(&site, settings, &names(count), "");
    world.sweep_at("2026-01-01T00:00:00Z");
    (site, world)
}

fn edit(site: &Site, count: usize) {
    for id in names(count) {
        site.page(&format!("/{id}"), &framed(&edited(), "a"));
    }
}

fn wait_for_request(site: &Site, before: usize, path: &str) {
    while site.server().paths().iter().skip(before).all(|it| it != path) {
        thread::yield_now();
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn start(world: &World, arguments: &[&str]) -> Child {
    world.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) -> Ran {
    ran(child.wait_with_output().unwrap())
}

#[test]
fn fault_063_a_sweep_that_is_asked_to_stop_ends_soon_and_says_so() {
    for signal in ["-TERM", "-INT"] {
        let (site, world) = kept(PATIENT, 3);
        edit(&site, 1);
        site.reply("/page-2", Reply::hang());
        let before = site.server().requests().len();
        let child = start(&world, &["check"]);
        wait_for_request(&site, before, "/page-2");
        let asked = Instant::now();
        send(signal, &child);
        let ended = end(child);
        assert!(asked.elapsed() < Duration::from_secs(5), "{signal}");
        assert_eq!(ended.code, 3, "{ended:?}");
        assert!(ended.stderr.contains("the sweep was interrupted"), "{}", ended.stderr);
        assert_decent(&ended);
        let outcome: String = open(&world)
            .query_row("SELECT outcome FROM sweep ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
            .unwrap();
        assert_eq!(outcome, "interrupted");
        let status = world.run(&["status"]).stdout;
        assert!(
            status.contains("\nlast sweep: ") && status.contains(", interrupted 2"),
            "{status}"
        );
        let rest = world.run(&["status", "--json"]).json().pop().unwrap();
        assert_eq!(rest["last_sweep_outcome"], "interrupted");
        assert_eq!(status_of(&world, "page-2")["visits"], 1, "a visit that was dropped is none");
        site.page("/page-2", &framed(POLICY, "a"));
        assert_eq!(world.run(&["check"]).code, 0);
        assert_eq!(told(&world, "page-0"), ["change alert"]);
        assert_eq!(status_of(&world, "page-2")["visits"], 2, "it was still due");
        assert_whole(&world);
    }
}

fn open(world: &World) -> rusqlite::Connection {
    rusqlite::Connection::open(world.folder().join("snapshots/archive.db")).unwrap()
}

#[test]
fn fault_063_a_reader_that_goes_away_is_no_crash() {
    let (site, world) = kept(PATIENT, 40);
    edit(&site, 40);
    assert_eq!(under(&world, &shell("\"$0\" \"$@\" | head -c 1"), &["check"]).code, 0);
    for arguments in [
        &["log"][..],
        &["log", "--json"],
        &["status"],
        &["status", "--json"],
        &["show", "page-0"],
        &["diff", "page-0"],
        &["diff", "page-0", "--format", "html"],
        &["explain", "page-0", "-n", "99"],
        &["alert", "list"],
        &["--help"],
    ] {
        let headed = under(&world, &shell("\"$0\" \"$@\" | head -c 1"), arguments);
        assert_eq!(headed.code, 0, "{arguments:?}");
        assert!(!headed.stderr.contains("error"), "{arguments:?}: {}", headed.stderr);
        assert_decent(&headed);
    }
    assert_whole(&world);
}

#[test]
fn fault_068_of_ten_sweeps_at_once_one_works_and_the_others_end_in_peace() {
    let (site, world) = kept(PATIENT, 4);
    edit(&site, 4);
    site.reply("/page-3", Reply::page(&framed(POLICY, "b")).drip(Duration::from_micros(200)));
    let children: Vec<Child> = (0..10).map(|_| start(&world, &["check"])).collect();
    let ended: Vec<Ran> = children.into_iter().map(end).collect();
    assert!(ended.iter().all(|it| it.code == 0 && it.stderr.is_empty()), "{ended:?}");
    let alerts: usize = ended.iter().map(|it| it.stdout.matches("Acme changed").count()).sum();
    assert_eq!(alerts, 3, "each alert is printed once");
    for id in names(4) {
        assert_eq!(status_of(&world, &id)["visits"], 2, "{id}: visited once by all ten");
    }
    assert_whole(&world);
}

#[test]
fn fault_068_a_lock_that_a_killed_sweep_left_holds_nobody_up() {
    let (site, world) = kept(PATIENT, 2);
    site.reply("/page-1", Reply::hang());
    let before = site.server().requests().len();
    let mut child = start(&world, &["check"]);
    wait_for_request(&site, before, "/page-1");
    let told = world.run(&["check", "-v"]);
    let pid = format!("process {}", child.id());
    assert!(told.stderr.contains(&pid) && told.stderr.contains("since 20"), "{}", told.stderr);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(world.folder().join("snapshots/sweep.lock").exists());
    site.page("/page-1", &framed(POLICY, "a"));
    assert_eq!(world.run(&["check"]).code, 0);
    assert_eq!(status_of(&world, "page-1")["visits"], 2);
    assert_whole(&world);
}

#[test]
fn fault_078_few_files_and_little_memory_are_enough() {
    for limit in ["ulimit -n 64", "ulimit -v 400000", "ulimit -n 32; ulimit -v 400000"] {
        let (site, world) = kept(PATIENT, 30);
        edit(&site, 30);
        let limited =
            under(&world, &shell(&format!("{limit}; exec \"$0\" \"$@\"")), &["check", "-v"]);
        assert_eq!(limited.code, 0, "{limit}: {}", limited.stderr);
        assert_eq!(limited.stdout.matches("Acme changed").count(), 30);
        assert_decent(&limited);
        assert_whole(&world);
    }
}

#[test]
fn fault_078_too_few_files_end_in_words() {
    for limit in ["ulimit -n 8", "ulimit -n 12"] {
        let (_site, world) = kept(PATIENT, 3);
        let limited =
            under(&world, &shell(&format!("{limit}; exec \"$0\" \"$@\"")), &["check", "-v"]);
        assert!([3, 4].contains(&limited.code), "{limit}: {limited:?}");
        assert!(!limited.stderr.is_empty(), "{limit}");
        assert_decent(&limited);
        assert_eq!(world.run(&["check"]).code, 0, "{limit}: the next run goes on");
        assert_whole(&world);
    }
}

/// What the rest of the program does without memory is Rust's to say; the archive is ours.
#[test]
fn fault_078_too_little_memory_ends_and_costs_nothing_that_was_kept() {
    let (_site, world) = kept(PATIENT, 3);
    for limit in ["ulimit -v 30000", "ulimit -v 40000"] {
        let script = format!("{limit}; exec timeout 20 \"$0\" \"$@\"");
        let limited = under(&world, &shell(&script), &["check", "page-0"]);
        assert!(limited.code != 124, "{limit}: it hangs: {limited:?}");
        assert_whole(&world);
    }
    assert_eq!(world.run(&["check"]).code, 0);
    assert_eq!(status_of(&world, "page-1")["visits"], 2);
}

#[test]
fn fault_078_files_that_may_not_grow_end_in_words() {
    let (site, world) = kept(PATIENT, 6);
    edit(&site, 6);
    // In units of 512 bytes.
    let limited = under(&world, &shell("ulimit -f 30; exec \"$0\" \"$@\""), &["check"]);
    assert_eq!(limited.code, 4, "{limited:?}");
    assert!(limited.stderr.starts_with("error: "), "{}", limited.stderr);
    assert_decent(&limited);
    assert_whole(&world);
    let next = world.run(&["check"]);
    assert_eq!(next.code, 0, "{next:?}");
    for id in names(6) {
        assert_eq!(told(&world, &id), ["change alert"]);
    }
}

#[test]
fn fault_079_no_home_no_locale_and_no_temporary_folder_are_needed() {
    let (site, world) = kept(PATIENT, 2);
    edit(&site, 1);
    let mut command = world.command(&["check"]);
    command.env("LANG", "C").env("LC_ALL", "C").env("TMPDIR", "/no/such/folder");
    let bare = ran(command.env_remove("PATH").output().unwrap());
    assert_eq!(bare.code, 0, "{bare:?}");
    assert!(bare.stdout.contains("Acme changed"), "{}", bare.stdout);
    assert_whole(&world);
}

#[test]
fn fault_079_a_closed_standard_output_loses_no_alert() {
    let (site, world) = kept(PATIENT, 1);
    edit(&site, 1);
    for closed in [">&-", ">/dev/full", ">&- 2>&- <&-"] {
        let script = format!("exec \"$0\" \"$@\" {closed}");
        let unheard = under(&world, &shell(&script), &["check", "page-0"]);
        assert_decent(&unheard);
        assert_ne!(unheard.code, -1, "{closed}: {unheard:?}");
    }
    let alerts = world.run(&["alert", "list", "--json"]).json();
    assert_eq!(alerts.len(), 1);
    let state = &alerts[0]["deliveries"][0]["state"];
    assert!(state == "due" || state == "delivered", "{alerts:?}");
    assert_whole(&world);
}

#[test]
fn fault_079_an_alert_that_could_not_be_printed_stays_due_and_is_said_so() {
    let (site, world) = kept(PATIENT, 1);
    edit(&site, 1);
    let unheard = under(&world, &shell("exec \"$0\" \"$@\" >/dev/full"), &["check"]);
    assert_eq!(unheard.code, 3, "{unheard:?}");
    assert!(unheard.stderr.contains("standard output"), "{}", unheard.stderr);
    let alerts = world.run(&["alert", "list", "--json"]).json();
    assert_eq!(alerts[0]["deliveries"][0]["state"], "due");
    world.run(&["alert", "retry"]);
    let heard = world.run(&["check"]);
    assert!(heard.stdout.contains("Acme changed"), "{heard:?}");
}

#[test]
fn fault_080_a_system_that_slept_judges_its_deadlines_anew() {
    let (site, world) = kept(IMPATIENT, 3);
    site.reply("/page-2", Reply::hang());
    let before = site.server().requests().len();
    let child = start(&world, &["check", "-v"]);
    wait_for_request(&site, before, "/page-2");
    send("-STOP", &child);
    thread::sleep(Duration::from_millis(1_500));
    send("-CONT", &child);
    let woken = Instant::now();
    let ended = end(child);
    assert!(woken.elapsed() < Duration::from_secs(3));
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("page-2") && !ended.stderr.contains("interrupted"));
    assert_eq!(site.server().requests().len() - before, 3, "nothing is caught up on");
    assert_whole(&world);
}

/// A host is asked no faster for the time that was slept through.
#[test]
fn fault_080_a_sweep_that_slept_catches_up_on_no_host() {
    let site = Site::start();
    for id in names(6) {
        site.page(&format!("/{id}"), &framed(POLICY, "a"));
    }
    let settings = PATIENT.replace("host_gap = \"0\"", "host_gap = \"300ms\"");
    let world = watching(&site, &settings, &names(6), "");
    let child = start(&world, &["check", "-v"]);
    wait_for_request(&site, 0, "/page-1");
    send("-STOP", &child);
    thread::sleep(Duration::from_millis(2_500));
    send("-CONT", &child);
    let ended = end(child);
    assert_eq!(ended.code, 0, "{ended:?}");
    let asked = site.server().requests();
    assert_eq!(asked.len(), 6, "each page is visited once");
    for two in asked.windows(2) {
        let gap = two[1].at - two[0].at;
        assert!(Duration::from_millis(290) <= gap, "{} follows after {gap:?}", two[1].path);
    }
    assert_whole(&world);
}
