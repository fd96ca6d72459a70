//! The program killed at every write and sync of a sweep, and what the next sweep makes of it.

use std::{collections::BTreeSet, env, fs, path::Path};

use serde_json::Value;

use crate::{
    faults::{POLICY, assert_decent, assert_whole, can_trace, edited, entry, names, under},
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
    let mut lines = Vec::new();
    for told in world.run(&["log", "--json"]).json() {
        let facts: Vec<&Value> = FACTS.iter().map(|fact| &told[fact]).collect();
        let states: BTreeSet<String> = told["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| format!("{} {} {}", it["channel"], it["recipient"], it["state"]))
            .collect();
        lines.push(format!("{facts:?} {states:?}"));
    }
    for page in world.run(&["status", "--json"]).json() {
        let facts: Vec<&Value> =
            ["page", "health", "visits", "versions"].iter().map(|fact| &page[fact]).collect();
        lines.push(format!("{facts:?}"));
    }
    for id in ids {
        lines.push(format!("{id}: {}", world.run(&["show", id]).stdout));
    }
    lines.sort();
    lines
}

/// Asserts that each recipient has each alert at least once, under one Message-ID.
fn assert_mailed(mail: &MailServer, edits: usize) {
    let mails = mail.mails();
    for recipient in ["desk@example.org", "law@example.org"] {
        let of = mails.iter().filter(|mail| mail.to == [recipient]);
        let ids: BTreeSet<_> = of.clone().map(|mail| mail.header("message-id").unwrap()).collect();
        let subjects: BTreeSet<_> = of.map(|mail| mail.header("subject").unwrap()).collect();
        assert_eq!((subjects.len(), ids.len()), (edits, edits), "{recipient}: {ids:?}");
    }
}

/// Returns how often the busiest thread of an undisturbed sweep makes one of the calls.
fn calls(scene: &Scene) -> usize {
    let mail = MailServer::start();
    let world = scene.world(&mail);
    let trace = world.folder().join("trace");
    let wrapper = ["strace", "-f", "-qq", "-o", trace.to_str().unwrap(), "-e"];
    let traced = under(&world, &[&wrapper[..], &[&format!("trace={CALLS}")]].concat(), &["check"]);
    assert_eq!(traced.code, 0, "{traced:?}");
    let text = fs::read_to_string(trace).unwrap();
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for line in text.lines().filter(|line| line.contains('(') && !line.contains("resumed")) {
        *counts.entry(line.split(' ').next().unwrap()).or_default() += 1;
    }
    counts.into_values().max().unwrap()
}

fn kill_at(scene: &Scene, number: usize, expected: &[String]) -> bool {
    let mail = MailServer::start();
    let world = scene.world(&mail);
    let inject = format!("inject={CALLS}:signal=SIGKILL:when={number}");
    let wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
    let killed = under(&world, &wrapper, &["check"]);
    assert!([0, -1, 137].contains(&killed.code), "{number}: {killed:?}");
    let next = world.run(&["check"]);
    assert_eq!((next.code, &*next.stderr), (0, ""), "after a kill at call {number}");
    assert_decent(&next);
    assert_whole(&world);
    assert_eq!(account(&world, &scene.ids), expected, "after a kill at call {number}");
    assert_mailed(&mail, scene.edits());
    killed.code != 0
}

/// Rows 60 and 61. With `PLEDGEWATCH_FULL=1` a sweep of twenty pages is killed at each call.
#[test]
fn fault_060_a_sweep_killed_anywhere_is_finished_by_the_next() {
    if !can_trace() {
        return;
    }
    let full = env::var_os("PLEDGEWATCH_FULL").is_some();
    let scene = Scene::with(if full { 20 } else { 4 });
    let mail = MailServer::start();
    let undisturbed = scene.world(&mail);
    assert_eq!(undisturbed.run(&["check"]).code, 0);
    assert_eq!(mail.mails().len(), 2 * scene.edits());
    assert_mailed(&mail, scene.edits());
    let expected = account(&undisturbed, &scene.ids);
    let calls = calls(&scene);
    let step = if full { 1 } else { calls.div_ceil(QUICK_KILLS) };
    let mut kills = 0;
    for number in (1..=calls).step_by(step) {
        kills += usize::from(kill_at(&scene, number, &expected));
    }
    println!("killed at {kills} of {calls} calls");
    assert!(calls / step / 2 < kills, "{kills} of {calls} calls killed the program");
}
