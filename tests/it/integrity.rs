//! The log of what is recorded: signed, proved, and never signed against itself.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    faults::{can_trace, full, under},
    world::{Ran, Site, World, framed},
};

const POLICY: &str = "<h1>Faces</h1><p>We will not sell facial recognition technology to police \
    departments in the United States until there is a national law.</p>\
    <p>We review every sensitive use of our technology against our principles.</p>";

/// Returns a site of three pages and a world that `init` made, which watches them.
pub fn signed() -> (Site, World) {
    let (site, world) = (Site::start(), World::empty());
    assert_eq!(world.run(&["init"]).code, 0);
    let mut list = "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\n\
        confirm_within = 0\nrobots = false\n"
        .to_owned();
    for id in ["one", "two", "three"] {
        let path = format!("/{id}");
        site.page(&path, &framed(&format!("{POLICY}<p>This is page {id}.</p>"), "a"));
        list.push_str(&format!("\n[[page]]\nid = \"{id}\"\nurl = \"{}\"\n", site.url(&path)));
    }
    fs::write(world.watchlist(), list).unwrap();
    (site, world)
}

pub fn check(world: &World) -> Ran {
    world.run(&["check", "one", "two", "three"])
}

fn stands(world: &World) -> Value {
    world.run(&["integrity", "--json"]).json().remove(0)
}

fn read(world: &World, path: &str) -> String {
    fs::read_to_string(world.folder().join(path)).unwrap()
}

/// Returns what the note of a head says: origin, size and root.
fn head(note: &str) -> (String, u64, String) {
    let lines: Vec<&str> = note.lines().take(3).collect();
    (lines[0].to_owned(), lines[1].parse().unwrap(), lines[2].to_owned())
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let to = to.join(file.file_name());
        match file.file_type().unwrap().is_dir() {
            true => copy(&file.path(), &to),
            false => fs::copy(file.path(), to).map(|_| ()).unwrap(),
        }
    }
}

/// Returns a copy of a world's files, which has the same pages.
fn twin(world: &World) -> World {
    let twin = World::empty();
    copy(world.folder(), twin.folder());
    twin
}

#[track_caller]
fn assert_whole(world: &World) {
    let verified = world.run(&["verify"]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[test]
fn init_makes_a_key_that_only_its_owner_reads_and_each_sweep_signs_all_that_was_recorded() {
    let (_site, world) = signed();
    let key = world.folder().join("snapshots.key");
    let mode = fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    assert!(read(&world, "snapshots.key").starts_with("PRIVATE+KEY+"));
    assert_eq!(check(&world).code, 0);
    let first = read(&world, "snapshots/log/checkpoint");
    assert_eq!(first, read(&world, "snapshots.head"));
    assert_eq!(head(&first).1, stands(&world)["entries"].as_u64().unwrap());
    assert_whole(&world);
    assert_eq!(check(&world).code, 0);
    let second = read(&world, "snapshots/log/checkpoint");
    assert!(head(&first).1 < head(&second).1);
    assert_eq!(stands(&world)["signed"]["size"], head(&second).1);
    let tiles = fs::read_dir(world.folder().join("snapshots/log/tile/0/000.p")).unwrap().count();
    assert_eq!(tiles, 1, "a tile that has grown stands alone");
    assert_whole(&world);
    assert_eq!(world.run(&["integrity", "publish"]).code, 0);
    let (_, size, _) = head(&second);
    let bundle = world.folder().join(format!("snapshots/log/tile/entries/000.p/{size}"));
    let bundle = fs::read(bundle).unwrap();
    let length = usize::from(u16::from_be_bytes([bundle[0], bundle[1]]));
    let entry: Value = serde_json::from_slice(&bundle[2..2 + length]).unwrap();
    assert_eq!(entry["kind"], "log_begins");
}

#[test]
fn what_people_do_is_signed_as_soon_as_it_is_done() {
    let (site, world) = signed();
    let pledge = "[[page.pledge]]\nid = \"police\"\nname = \"None to the police\"\n\
        quote = \"We will not sell facial recognition technology to police\"\n";
    fs::write(world.watchlist(), read(&world, "watchlist.toml") + pledge).unwrap();
    check(&world);
    site.page("/one", &framed(&POLICY.replace("will not", "do not currently"), "a"));
    let told = check(&world);
    assert!(told.stdout.contains("do not currently"), "an alert is printed: {told:?}");
    let mut entries = stands(&world)["entries"].as_u64().unwrap();
    assert_eq!(stands(&world)["signed"]["size"], entries, "that it was printed is signed as well");

    let change = world.log().last().unwrap().event.id.to_string();
    let visit = world.run(&["explain", "one", "--json"]).json()[0].to_string();
    let visit = visit.split("\"visit\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let saved = world.folder().join("saved.html");
    fs::write(&saved, framed(POLICY, "saved")).unwrap();
    let acts: [&[&str]; 8] = [
        &["review", &change, "--confirm", "--by", "Ada"],
        &["review", &change, "--dismiss", "known", "--always", "--by", "Bo"],
        &["review", "--forget-rule", "1", "--by", "Bo"],
        &[
            "pledges",
            "note",
            "three/police",
            "It holds",
            "--source",
            "a letter",
            "--on",
            "2026-01-02",
        ],
        &["import", saved.to_str().unwrap(), "--as", "three", "--at", "2026-01-01"],
        &["rename", "two", "zwei"],
        &["redact", &visit, "--reason", "an order"],
        &["forget", "zwei", "--reason", "an order"],
    ];
    for act in acts {
        let ran = world.run(act);
        assert_eq!((ran.code, ran.stderr.contains("not signed")), (0, false), "{act:?}: {ran:?}");
        let stands = stands(&world);
        assert!(entries < stands["entries"].as_u64().unwrap(), "{act:?}");
        assert_eq!(stands["signed"]["size"], stands["entries"], "{act:?}");
        entries = stands["entries"].as_u64().unwrap();
    }
    assert_whole(&world);

    let (log, aside) = (world.folder().join("snapshots/log"), world.folder().join("aside"));
    fs::rename(&log, &aside).unwrap();
    fs::write(&log, "").unwrap();
    let ran = world.run(&["review", &change, "--reopen", "--by", "Ada"]);
    assert_eq!(ran.code, 0, "what was decided stays so: {ran:?}");
    assert!(ran.stderr.contains("warning: the log is not signed"), "{}", ran.stderr);
    assert!(ran.stderr.contains(": Not a directory"), "it says why: {}", ran.stderr);
    fs::remove_file(&log).unwrap();
    fs::rename(&aside, &log).unwrap();

    fs::remove_file(world.folder().join("snapshots.key")).unwrap();
    let ran = world.run(&["review", &change, "--escalate", "--by", "Ada"]);
    assert_eq!(ran.code, 0, "what was decided stays so: {ran:?}");
    assert!(ran.stderr.contains("warning: the log is not signed: its key"), "{}", ran.stderr);
    let reviewed = world.run(&["review", &change, "--json"]).json();
    assert_eq!(reviewed[0]["review"]["state"], "escalated");
}

#[test]
fn two_that_sign_at_once_sign_one_after_the_other() {
    let (site, world) = signed();
    check(&world);
    site.page("/one", &framed(&POLICY.replace("will not", "do not currently"), "a"));
    check(&world);
    let change = world.log().last().unwrap().event.id.to_string();
    let key = fs::File::open(world.folder().join("snapshots.key")).unwrap();
    key.lock().unwrap();
    let noting = |word: &str| {
        let mut note = world.command(&["review", &change, "--note", word, "--by", "Ada"]);
        note.stdout(Stdio::null()).spawn().unwrap()
    };
    let mut running = ["first", "second", "third"].map(noting);
    let recorded = || {
        let trail = world.run(&["review", &change, "--json"]).json().remove(0);
        trail["review"]["trail"].as_array().unwrap().len()
    };
    let patience = Instant::now() + Duration::from_secs(60);
    while recorded() < 3 {
        assert!(Instant::now() < patience, "they record before they sign");
    }
    for process in &mut running {
        assert!(process.try_wait().unwrap().is_none(), "it waits for who signs");
    }
    drop(key);
    for process in &mut running {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(stands(&world)["signed"]["size"], stands(&world)["entries"]);
    assert_whole(&world);
}

#[test]
fn what_is_of_the_archive_alone_is_done_beside_a_watchlist_with_mistakes() {
    let (_site, world) = signed();
    check(&world);
    fs::write(world.watchlist(), "[settings]\n[settings]\n").unwrap();
    assert_eq!(check(&world).code, 2);
    for act in [
        &["integrity"][..],
        &["integrity", "new-key"],
        &["archive", "compact"],
        &["redact", "v1", "--reason", "an order"],
        &["verify"],
    ] {
        let ran = world.run(act);
        assert_eq!(ran.code, 0, "{act:?}: {ran:?}");
    }
}

#[test]
fn what_happened_stands_in_the_log_and_what_was_altered_is_named() {
    let (site, world) = signed();
    check(&world);
    site.page("/one", &framed(&POLICY.replace("will not", "do not currently"), "a"));
    check(&world);
    world.run(&["rename", "two", "zwei"]);
    assert_whole(&world);
    let altered = "UPDATE visit SET started_at = started_at - 86400000 WHERE id = 2";
    let database = world.folder().join("snapshots/archive.db");
    rusqlite::Connection::open(&database).unwrap().execute_batch(altered).unwrap();
    let verified = world.run(&["verify"]);
    assert_eq!(verified.code, 4, "{verified:?}");
    assert!(verified.stdout.contains("visit v2: its `started_at` is"), "{}", verified.stdout);
}

#[test]
fn fault_072_a_flipped_bit_in_a_file_of_the_log_is_named() {
    let (_site, world) = signed();
    check(&world);
    let size = head(&read(&world, "snapshots.head")).1;
    world.run(&["integrity", "publish"]);
    let tile = format!("tile/0/000.p/{size}");
    let bundle = format!("tile/entries/000.p/{size}");
    for (path, name) in [
        (format!("snapshots/log/{tile}"), &*tile),
        (format!("snapshots/log/{bundle}"), &bundle),
        ("snapshots/log/checkpoint".to_owned(), "checkpoint"),
        ("snapshots.head".to_owned(), "the last signed head"),
    ] {
        let path = world.folder().join(path);
        let whole = fs::read(&path).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 3] {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs::write(&path, bytes).unwrap();
            let verified = world.run(&["verify"]);
            assert_eq!(verified.code, 4, "{name} at {at}");
            let named = format!("damaged: {name}: ");
            assert!(verified.stdout.contains(&named), "{name} at {at}: {verified:?}");
        }
        fs::write(&path, whole).unwrap();
    }
    assert_whole(&world);
}

#[test]
fn status_says_how_much_is_signed_and_that_nobody_else_vouches_for_it() {
    let (_site, world) = signed();
    check(&world);
    let status = world.run(&["status"]).stdout;
    assert!(status.contains(" entries, all signed\n"), "{status}");
    assert!(status.contains("log: unanchored: no authority"), "{status}");
    let rest = world.run(&["status", "--json"]).json().pop().unwrap();
    assert!(0 < rest["log"]["signed"]["size"].as_u64().unwrap(), "{rest}");
    assert!(rest["log"]["anchored"].is_null());
}

/// A tile that is missing or damaged is made again from the entries by the next sweep.
#[test]
fn fault_072_damaged_tiles_are_made_again_byte_for_byte() {
    let (_site, world) = signed();
    check(&world);
    let size = head(&read(&world, "snapshots.head")).1;
    let tile = world.folder().join(format!("snapshots/log/tile/0/000.p/{size}"));
    let whole = fs::read(&tile).unwrap();
    fs::remove_dir_all(world.folder().join("snapshots/log/tile")).unwrap();
    check(&world);
    assert_whole(&world);
    let after = head(&read(&world, "snapshots.head")).1;
    let tile = world.folder().join(format!("snapshots/log/tile/0/000.p/{after}"));
    assert!(fs::read(tile).unwrap().starts_with(&whole));
}

/// The program killed at each rename and sync while it writes tiles, head and checkpoint.
#[test]
fn fault_062_a_kill_between_commit_tile_and_checkpoint_is_made_good_with_the_same_bytes() {
    if !can_trace() {
        return;
    }
    let (_site, world) = signed();
    check(&world);
    let step = if full() { 1 } else { 3 };
    let mut killed = 0;
    for call in ["rename", "fsync"] {
        for nth in (1..20).step_by(step) {
            let twin = twin(&world);
            let inject = format!("inject={call}:signal=SIGKILL:when={nth}");
            let wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
            let ran = under(&twin, &wrapper, &["check", "one", "two", "three"]);
            if ran.code == 0 {
                break;
            }
            killed += 1;
            let published = read(&twin, "snapshots/log/checkpoint");
            let signed = read(&twin, "snapshots.head");
            assert!(head(&published).1 <= head(&signed).1, "what is published was kept before");
            assert_eq!(check(&twin).code, 0);
            assert_whole(&twin);
            let after = read(&twin, "snapshots.head");
            assert_eq!(after, read(&twin, "snapshots/log/checkpoint"));
            assert!(head(&signed).1 < head(&after).1);
        }
    }
    assert!(3 <= killed, "{killed} runs were killed");
}

#[test]
fn fault_073_a_backup_that_was_put_back_is_not_signed_over_and_a_new_log_goes_on() {
    let (_site, world) = signed();
    check(&world);
    let backup = tempfile::tempdir().unwrap();
    copy(&world.folder().join("snapshots"), backup.path());
    check(&world);
    check(&world);
    let last = read(&world, "snapshots.head");
    fs::remove_dir_all(world.folder().join("snapshots")).unwrap();
    copy(backup.path(), &world.folder().join("snapshots"));
    for sweep in 0..4 {
        // The archive is behind at first, and another one when it has grown past the head.
        let ran = check(&world);
        assert_eq!(ran.code, 0, "captures go on");
        let words = "warning: the log is not signed";
        assert!(ran.stderr.contains(words), "sweep {sweep}: {}", ran.stderr);
        assert!(ran.stderr.contains("backup was put back"), "{}", ran.stderr);
        assert!(ran.stderr.contains("integrity new-log"), "{}", ran.stderr);
        assert_eq!(read(&world, "snapshots.head"), last);
    }
    assert_eq!(world.run(&["verify"]).code, 4);
    let ran = world.run(&["integrity", "new-log"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_whole(&world);
    let begun = read(&world, "snapshots.head");
    assert_ne!(head(&begun).0, head(&last).0);
    assert_eq!(check(&world).stderr, "");
    assert_whole(&world);
}

#[test]
fn fault_074_without_its_key_the_log_goes_on_unsigned_with_a_warning_and_no_key_is_made() {
    let (_site, world) = signed();
    check(&world);
    let key = world.folder().join("snapshots.key");
    let secret = fs::read(&key).unwrap();
    let last = read(&world, "snapshots.head");
    let another = {
        let (_site, world) = signed();
        fs::read(world.folder().join("snapshots.key")).unwrap()
    };
    let set = |bytes: &[u8], mode| {
        let _ = fs::remove_file(&key);
        fs::write(&key, bytes).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    };
    let warned = |words: &str| {
        let ran = check(&world);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.contains("warning: the log is not signed"), "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "no `{words}` in {}", ran.stderr);
        assert_eq!(read(&world, "snapshots.head"), last);
        assert!(stands(&world)["unsigned_because"].as_str().unwrap().contains(words));
    };
    set(&secret, 0o644);
    warned("others can read its key");
    set(b"", 0o600);
    warned("has no bytes");
    set(&[0; 100], 0o600);
    warned("has no bytes");
    set(b"PRIVATE+KEY+nonsense", 0o600);
    warned("cannot be used");
    set(&another, 0o600);
    warned("is not the key that the log was signed with");
    fs::remove_file(&key).unwrap();
    warned("is missing");
    assert!(!key.exists(), "no key is made in silence");
    set(&secret, 0o600);
    assert_eq!(check(&world).stderr, "");
    assert!(head(&last).1 < head(&read(&world, "snapshots.head")).1);
    assert_whole(&world);
    fs::remove_file(&key).unwrap();
    assert_eq!(world.run(&["integrity", "new-key"]).code, 0);
    assert_eq!(check(&world).stderr, "");
    assert_whole(&world);
}

#[test]
fn an_archive_without_a_key_says_so_when_asked_and_warns_nobody() {
    let site = Site::start();
    site.page("/one", &framed(POLICY, "a"));
    let world = World::with(&format!("\n[[page]]\nid = \"one\"\nurl = \"{}\"\n", site.url("/one")));
    assert_eq!(world.run(&["check"]).stderr, "");
    assert!(!world.folder().join("snapshots/log").exists());
    assert!(stands(&world)["unsigned_because"].as_str().unwrap().contains("no key was made"));
    assert_whole(&world);
    assert_eq!(world.run(&["integrity", "new-key"]).code, 0);
    assert!(stands(&world)["signed"]["size"].as_u64().unwrap() > 3);
    assert_whole(&world);
}

#[test]
fn a_log_whose_last_head_is_lost_is_not_signed_on_until_somebody_says_so() {
    let (_site, world) = signed();
    check(&world);
    let elsewhere = world.folder().join("elsewhere");
    // A backup that is restored where its head is not, with its key: of the folder, of the file.
    for (backup, is_folder) in [("elsewhere/snapshots/", true), ("elsewhere/archive.db", false)] {
        fs::create_dir_all(&elsewhere).unwrap();
        assert_eq!(world.run(&["backup", backup]).code, 0);
        if !is_folder {
            fs::create_dir(elsewhere.join("snapshots")).unwrap();
            let from = elsewhere.join("archive.db");
            fs::rename(from, elsewhere.join("snapshots/archive.db")).unwrap();
        }
        fs::copy(world.folder().join("snapshots.key"), elsewhere.join("snapshots.key")).unwrap();
        let there = |arguments: &[&str]| {
            world.run(&[&["--archive", "elsewhere/snapshots"], arguments].concat())
        };
        let ran = there(&["check"]);
        assert_eq!(ran.code, 0, "captures go on: {ran:?}");
        assert!(
            ran.stderr.contains("last signed head elsewhere/snapshots.head is missing"),
            "{ran:?}"
        );
        assert!(!elsewhere.join("snapshots.head").exists());
        let ran = there(&["integrity"]);
        assert!(ran.stdout.contains("is missing: it was lost, or a backup"), "{ran:?}");
        assert_eq!(there(&["verify"]).code, 0);
        assert_eq!(there(&["integrity", "new-log"]).code, 0);
        let ran = there(&["check"]);
        assert_eq!((ran.code, &*ran.stderr), (0, ""), "{ran:?}");
        assert_eq!(there(&["verify"]).code, 0);
        fs::remove_dir_all(&elsewhere).unwrap();
    }
}

#[test]
fn an_archive_that_is_gone_is_not_begun_anew_in_silence() {
    let (_site, world) = signed();
    check(&world);
    let key = read(&world, "snapshots.key");
    let archive = world.folder().join("snapshots/archive.db");
    let whole = fs::read(&archive).unwrap();
    fs::remove_file(&archive).unwrap();
    for command in ["check", "log", "integrity"] {
        let ran = world.run(&[command]);
        assert_eq!(ran.code, 4, "{command:?}: {ran:?}");
        assert!(ran.stderr.contains("snapshots.head says that there was one"), "{ran:?}");
        assert!(!archive.exists());
    }
    fs::write(&archive, whole).unwrap();
    assert_whole(&world);
    // Begun anew at the user's word, it takes the key that is there.
    fs::remove_dir_all(world.folder().join("snapshots")).unwrap();
    fs::remove_file(world.folder().join("snapshots.head")).unwrap();
    check(&world);
    let ran = world.run(&["integrity"]);
    assert!(ran.stdout.contains("`pledgewatch integrity new-key` takes it"), "{ran:?}");
    assert_eq!(world.run(&["integrity", "new-key"]).code, 0);
    assert_eq!(read(&world, "snapshots.key"), key);
    assert_eq!(check(&world).stderr, "");
    assert_whole(&world);
}

#[test]
fn an_earlier_state_that_was_put_back_is_told_with_the_way_out() {
    let (_site, world) = signed();
    check(&world);
    let file = world.folder().join("snapshots/archive.db");
    let earlier = fs::read(&file).unwrap();
    check(&world);
    fs::write(&file, earlier).unwrap();
    for name in ["archive.db-wal", "archive.db-shm"] {
        let _ = fs::remove_file(world.folder().join("snapshots").join(name));
    }
    let ran = world.run(&["verify"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stdout.contains("`pledgewatch integrity new-log` goes on"), "{ran:?}");
    let ran = world.run(&["status"]);
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    assert!(shown.contains(" were signed") && shown.contains("a backup was put back"), "{ran:?}");
}
