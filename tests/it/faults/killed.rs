//! The program killed at every write and sync of a sweep, and what the next sweep makes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use pledgewatch::{
    alert::render::json,
    monitor::{
        clock::Clock,
        history::{self, LogQuery, Which},
        status,
    },
};
use serde_json::Value;

use crate::{
    faults::{POLICY, assert_decent, assert_whole, can_trace, edited, entry, full, names, under},
    mail::MailServer,
    world::{Site, World, framed},
};

/// The system calls by which anything leaves the process for the disk or the network.
const CALLS: &str = "pwrite64,write,writev,fsync,fdatasync,ftruncate,rename,renameat,renameat2,\
    unlink,unlinkat,sendto,sendmsg";

/// How many instants the quick run tries, beside the full one's all of them.
const QUICK_KILLS: usize = 24;

/// A site of which every third page is edited, and an archive that holds the pages before.
struct Scene {
    site: Site,
    ids: Vec<String>,
    before: World,
}

impl Scene {
    fn with(pages: usize) -> Scene {
        let (site, ids) = (Site::start(), names(pages));
        for id in &ids {
            site.page(&format!("/{id}"), &framed(POLICY, "a"));
        }
        let scene = Scene { before: World::empty(), site, ids };
        fs::write(scene.before.watchlist(), scene.watchlist(1)).unwrap();
        scene.before.sweep_at("2026-01-01T00:00:00Z");
        for (at, id) in scene.ids.iter().enumerate() {
            let (policy, furniture) =
                if at % 3 == 0 { (edited(), "a") } else { (POLICY.to_owned(), "b") };
            scene.site.page(&format!("/{id}"), &framed(&policy, furniture));
        }
        scene
    }

    fn edits(&self) -> usize {
        self.ids.len().div_ceil(3)
    }

    fn watchlist(&self, port: u16) -> String {
        let pages = self.ids.iter().map(|id| entry(id, &self.site.url(&format!("/{id}")), ""));
        format!(
            "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\nconfirm_within = 0\n{}\
             \n[[channel]]\nkind = \"email\"\nserver = \"127.0.0.1\"\nport = {port}\n\
             security = \"plain\"\nfrom = \"pledgewatch@example.org\"\n\
             to = [\"desk@example.org\", \"law@example.org\"]\n",
            pages.collect::<String>()
        )
    }

    /// Returns a world that holds what the archive held before, with mails to this server.
    fn world(&self, mail: &MailServer) -> World {
        let world = World::empty();
        fs::write(world.watchlist(), self.watchlist(mail.port())).unwrap();
        copy(&self.before.folder().join("snapshots"), &world.folder().join("snapshots"));
        world
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Returns all that is on record, but for times and the names that hang on them.
fn account(world: &World, ids: &[String]) -> Vec<String> {
    const FACTS: [&str; 10] = [
        "page",
        "company",
        "title",
        "kind",
        "alerted",
        "cause",
        "before_text",
        "after_text",
        "inserted",
        "deleted",
    ];
    // Read in this process: a program started for each page would take longer than the sweep.
    let app = world.app();
    let mut lines = Vec::new();
    for told in history::log(&app, &LogQuery::default()).unwrap().iter().map(json::event) {
        let facts: Vec<&Value> = FACTS.iter().map(|fact| &told[fact]).collect();
        let states: BTreeSet<String> = told["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| format!("{} {} {}", it["channel"], it["recipient"], it["state"]))
            .collect();
        lines.push(format!("{facts:?} {states:?}"));
    }
    for page in status::status(&app, &[], Clock::system().now()).unwrap().pages {
        let health = page.health.word();
        lines.push(format!(
            "{} {health} {} visits {} versions",
            page.page,
            page.size.unwrap().visits,
            page.versions
        ));
    }
    for id in ids {
        let latest = history::version(&app, &id.parse().unwrap(), Which::Latest).unwrap();
        lines.push(format!("{id}: {:?}", latest.text));
    }
    lines.sort();
    lines
}

/// Asserts that each recipient has each alert at least once, under one Message-ID.
fn assert_mailed(mail: &MailServer, edits: usize) {
    let mails = mail.mails();
    for recipient in ["desk@example.org", "law@example.org"] {
        let mut ids = BTreeMap::<String, BTreeSet<String>>::new();
        for mail in mails.iter().filter(|mail| mail.to == [recipient]) {
            let subject = mail.header("subject").unwrap();
            ids.entry(subject).or_default().insert(mail.header("message-id").unwrap());
        }
        assert_eq!(ids.len(), edits, "{recipient}: {ids:?}");
        assert!(ids.values().all(|ids| ids.len() == 1), "{recipient}: {ids:?}");
    }
}

/// An instant to kill at: the so manieth call of this name in one thread.
///
/// strace counts each system call of each thread by itself. The archive is written by one thread,
/// so that each of its writes and syncs is an instant; those of the network are spread over threads.
#[derive(Clone, Debug)]
struct Instant {
    call: String,
    number: usize,
}

/// Returns every instant of an undisturbed sweep, in the order of the first thread to come there.
fn instants(scene: &Scene) -> Vec<Instant> {
    let mail = MailServer::start();
    let world = scene.world(&mail);
    let trace = world.folder().join("trace");
    let wrapper = ["strace", "-f", "-qq", "-o", trace.to_str().unwrap(), "-e"];
    let traced = under(&world, &[&wrapper[..], &[&format!("trace={CALLS}")]].concat(), &["check"]);
    assert_eq!(traced.code, 0, "{traced:?}");
    let text = fs::read_to_string(trace).unwrap();
    let mut counts = BTreeMap::<(&str, &str), usize>::new();
    let mut instants = Vec::<Instant>::new();
    for line in text.lines().filter(|line| line.contains('(') && !line.contains("resumed")) {
        let (thread, call) = line.split_once('(').unwrap().0.split_once(' ').unwrap();
        let count = counts.entry((thread, call.trim())).or_default();
        *count += 1;
        let is_known = |it: &Instant| it.call == call.trim() && it.number == *count;
        if !instants.iter().any(is_known) {
            instants.push(Instant { call: call.trim().to_owned(), number: *count });
        }
    }
    instants
}

/// Kills a sweep at an instant, lets the next one run, and returns whether it was killed.
fn kill_at(scene: &Scene, instant: &Instant, expected: &[String]) -> bool {
    let mail = MailServer::start();
    let world = scene.world(&mail);
    let Instant { call, number } = instant;
    let inject = format!("inject={call}:signal=SIGKILL:when={number}");
    let trace = format!("trace={call}");
    let wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    let killed = under(&world, &wrapper, &["check"]);
    assert!([0, -1, 137].contains(&killed.code), "{instant:?}: {killed:?}");
    let next = world.run(&["check"]);
    assert_eq!((next.code, &*next.stderr), (0, ""), "after a kill at {instant:?}");
    assert_decent(&next);
    assert_whole(&world);
    assert_eq!(account(&world, &scene.ids), expected, "after a kill at {instant:?}");
    assert_mailed(&mail, scene.edits());
    killed.code != 0
}

/// Kills at all of these instants, two sweeps at a time, and returns how many were killed.
fn kill_at_each(scene: &Scene, instants: &[Instant], expected: &[String]) -> usize {
    let (next, kills) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(instant) = instants.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let killed = kill_at(scene, instant, expected);
                    kills.fetch_add(usize::from(killed), Ordering::Relaxed);
                }
            });
        }
    });
    kills.into_inner()
}

/// Rows 60 and 61. With `PLEDGEWATCH_FULL=1` a sweep of twenty pages is killed at each call.
#[test]
fn fault_060_a_sweep_killed_anywhere_is_finished_by_the_next() {
    if !can_trace() {
        return;
    }
    let full = full();
    let scene = Scene::with(if full { 20 } else { 4 });
    let mail = MailServer::start();
    let undisturbed = scene.world(&mail);
    assert_eq!(undisturbed.run(&["check"]).code, 0);
    assert_eq!(mail.mails().len(), 2 * scene.edits());
    assert_mailed(&mail, scene.edits());
    let expected = account(&undisturbed, &scene.ids);
    let mut instants = instants(&scene);
    let all = instants.len();
    if !full {
        let step = all.div_ceil(QUICK_KILLS);
        instants = instants.into_iter().step_by(step).collect();
    }
    let kills = kill_at_each(&scene, &instants, &expected);
    println!("killed at {kills} of {} instants tried, of {all}", instants.len());
    // How many calls of the network a thread makes is never the same twice.
    assert!(instants.len() * 3 / 4 < kills, "{kills} of {} instants", instants.len());
}
