//! The archive kept: copied, packed anew, and what must go removed from it.

use std::fs;

use crate::world::{Site, World, framed};

/// Returns a page with a number in it that no page had before, so that each body is another.
fn page(words: &str, visit: usize) -> String {
    let clause = format!(
        "<h1>Facial recognition</h1><p>We {words} facial recognition technology to police \
         departments in the United States, until there is a national law that governs it.</p>"
    );
    let filler: String = (0..200).map(|at| format!("<!-- {} -->", at * at * 7_919)).collect();
    framed(&format!("{clause}{filler}<!-- visit {visit} -->"), "Products")
}

/// A page visited so often, whose words change at visit 3.
fn visited(visits: usize) -> (Site, World) {
    let site = Site::start();
    let entry = |id: &str| {
        format!("\n[[page]]\nid = \"{id}\"\nurl = \"{}\"\n", site.url(&format!("/{id}")))
    };
    let world = World::with(&(entry("faces") + &entry("other")));
    site.page("/other", &page("sell", 0));
    for visit in 0..visits {
        let words = if visit < 3 { "will not sell" } else { "do not currently sell" };
        site.page("/faces", &page(words, visit));
        world.sweep_at(&format!("2026-{:02}-{:02}T08:00:00Z", 1 + visit / 28, 1 + visit % 28));
    }
    (site, world)
}

/// Returns the visits of a page by their names, in the order of time.
fn visits_of(world: &World, page: &str) -> Vec<String> {
    let archive = world.folder().join("snapshots/archive.db");
    let archive = rusqlite::Connection::open(archive).unwrap();
    let sql = "SELECT 'v' || v.id FROM visit v JOIN page g ON g.id = v.page
        WHERE g.name = ?1 ORDER BY v.started_at";
    let mut statement = archive.prepare(sql).unwrap();
    let rows = statement.query_map([page], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn ask(world: &World, sql: &str) -> i64 {
    let archive = world.folder().join("snapshots/archive.db");
    rusqlite::Connection::open(archive).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_backup_is_whole_and_restores_what_was_there() {
    let (_site, world) = visited(5);
    let ran = world.run(&["backup", "night.db", "-v"]);
    assert_eq!((ran.code, &*ran.stdout), (0, ""), "{ran:?}");
    assert!(ran.stderr.contains("and proved them"), "{ran:?}");
    fs::create_dir(world.folder().join("snapshots/beside")).unwrap();
    fs::write(world.folder().join("snapshots/beside/note"), "a").unwrap();
    for _ in 0..2 {
        let ran = world.run(&["backup", "nights/"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let copied = fs::read(world.folder().join("nights/beside/note")).unwrap();
    assert_eq!(copied, b"a");
    let log = world.run(&["log", "--json"]);
    assert_eq!(world.run(&["--archive", "nights", "log", "--json"]).stdout, log.stdout);
    assert_eq!(world.run(&["--archive", "nights", "verify"]).code, 0);
    let names = |folder: &str| {
        let entries = fs::read_dir(world.folder().join(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("nights"), ["archive.db", "beside"]);
}

#[test]
fn a_backup_never_takes_the_archives_own_place() {
    let (_site, world) = visited(2);
    std::os::unix::fs::symlink("snapshots", world.folder().join("other-name")).unwrap();
    for own in [
        "snapshots",
        "snapshots/",
        "./snapshots/../snapshots/",
        "snapshots/archive.db",
        "snapshots/archive.db-wal",
        "snapshots/inside/it/",
        "other-name",
        "other-name/archive.db",
    ] {
        let ran = world.run(&["backup", own]);
        assert_eq!(ran.code, 2, "{own}: {ran:?}");
        assert!(ran.stderr.contains("the archive itself is there"), "{own}: {ran:?}");
    }
    assert!(!world.folder().join("snapshots/inside").exists());
    assert_eq!(world.run(&["verify"]).code, 0);
    assert_eq!(world.run(&["backup", "snapshots/night.db"]).code, 0);
    assert_eq!(world.run(&["backup", "archive.db"]).code, 0);
}

#[test]
fn a_backup_of_a_damaged_archive_keeps_the_one_before() {
    let (_site, world) = visited(2);
    assert_eq!(world.run(&["backup", "night.db"]).code, 0);
    let before = fs::read(world.folder().join("night.db")).unwrap();
    let archive = world.folder().join("snapshots/archive.db");
    let harm = "UPDATE snapshot SET frame = x'28b52ffd2000010000' WHERE id = 1";
    rusqlite::Connection::open(archive).unwrap().execute_batch(harm).unwrap();
    let ran = world.run(&["backup", "night.db"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stdout.contains("damaged: snapshot"), "{ran:?}");
    assert_eq!(fs::read(world.folder().join("night.db")).unwrap(), before);
}

#[test]
fn a_long_history_rests_on_few_whole_frames_and_is_packed_anew() {
    let (_site, world) = visited(120);
    let of_faces = "FROM snapshot s JOIN part p ON p.snapshot = s.id JOIN visit v ON v.id = p.visit
        JOIN page g ON g.id = v.page WHERE g.name = 'faces'";
    let whole = format!("SELECT count(*) {of_faces} AND s.base IS NULL");
    assert_eq!(ask(&world, &whole), 1);
    assert_eq!(ask(&world, &format!("SELECT max(s.depth) {of_faces}")), 50);
    let digests = "SELECT count(*) FROM snapshot";
    let (before, size) =
        (ask(&world, digests), ask(&world, "SELECT sum(length(frame)) FROM snapshot"));
    let ran = world.run(&["archive", "compact"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ask(&world, digests), before);
    assert!(ask(&world, "SELECT sum(length(frame)) FROM snapshot") < size);
    assert!(ask(&world, "SELECT max(depth) FROM snapshot") <= 50);
    assert_eq!(world.run(&["verify"]).code, 0);
    assert_eq!(world.run(&["archive", "compact"]).code, 0);
    world.sweep_at("2026-09-01T08:00:00Z");
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn what_is_redacted_is_gone_and_its_digest_stays() {
    let (_site, world) = visited(8);
    let visits = world.run(&["explain", "faces", "--json"]).json();
    assert!(!visits.is_empty());
    let digest = "SELECT id FROM snapshot WHERE id IN (SELECT base FROM snapshot) LIMIT 1";
    assert!(0 < ask(&world, digest), "nothing rests on anything");
    let count = ask(&world, "SELECT count(*) FROM visit");
    let ran = world.run(&["redact", "v1", "--reason", "order of 2 March"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ask(&world, "SELECT count(*) FROM snapshot WHERE length(frame) = 0"), 1);
    assert_eq!(ask(&world, "SELECT count(*) FROM visit"), count);
    assert_eq!(world.run(&["verify"]).code, 0, "{:?}", world.run(&["verify"]));
    let listed = world.run(&["redact", "--list", "--json"]).json();
    assert_eq!(listed[0]["reason"], "order of 2 March");
    assert!(listed[0]["what"].as_str().unwrap().starts_with("snapshot "), "{listed:?}");
    assert_eq!(world.run(&["search", "--json", "facial"]).code, 0);
    assert_eq!(world.run(&["export", "--warc", "a.warc.gz"]).code, 0);
    assert_eq!(world.run(&["log"]).code, 0);
    world.sweep_at("2026-09-01T08:00:00Z");
    assert_eq!(world.run(&["verify"]).code, 0);

    for visit in 1..=ask(&world, "SELECT max(id) FROM visit") {
        let ran = world.run(&["redact", &format!("v{visit}"), "--reason", "all"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert_eq!(world.run(&["verify"]).code, 0);
    assert!(world.run(&["search", "facial recognition", "--json"]).json().is_empty());
    let bytes = fs::read(world.folder().join("snapshots/archive.db")).unwrap();
    let holds = |words: &[u8]| bytes.windows(words.len()).any(|it| it == words);
    assert!(!holds(b"recognition technology"), "words were left in the file");
    let ran = world.run(&["redact", "nothing", "--reason", "x"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn a_body_is_written_as_it_was_served() {
    let (_site, world) = visited(4);
    let raw = |arguments: &[&str]| {
        let output = world.command(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    assert_eq!(raw(&["show", "faces", "--raw"]), page("do not currently sell", 3).as_bytes());
    let second = page("will not sell", 1);
    assert_eq!(raw(&["show", "faces", "--raw", "--at", "2026-01-02T23:00:00Z"]), second.as_bytes());
    let first = raw(&["show", "faces", "--raw", "--version", "1"]);
    assert_eq!(first, page("will not sell", 0).as_bytes());
    let digest = world.run(&["show", "faces", "--raw"]).stderr;
    let digest = digest.trim().rsplit_once("sha256 ").unwrap().1.to_owned();
    assert_eq!(raw(&["show", "--body", &digest]), page("do not currently sell", 3).as_bytes());
    assert_eq!(world.run(&["show", "--body", &"0".repeat(64)]).code, 2);
    assert_eq!(world.run(&["show", "faces", "--raw", "--at", "2025-12-31"]).code, 2);
    assert_eq!(world.run(&["show"]).code, 2);
}

#[test]
fn a_long_log_shows_its_latest_entries_and_says_how_to_see_the_others() {
    let (_site, world) = visited(5);
    let copies = "INSERT INTO event (name, page, kind, company, title, address, captured_at,
             recorded_at, judgement, telling, alerted_at, quiet_because, before_text, after_text,
             what, packed)
         SELECT substr(e.name, 1, 8) || printf('%08x', n.value), e.page, e.kind, e.company, e.title,
             e.address, e.captured_at + n.value, e.recorded_at, e.judgement, e.telling,
             e.alerted_at, e.quiet_because, e.before_text, e.after_text, e.what, e.packed
         FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 250)
             SELECT value FROM n) n, (SELECT * FROM event WHERE kind = 'change' LIMIT 1) e";
    let archive = rusqlite::Connection::open(world.folder().join("snapshots/archive.db")).unwrap();
    archive.execute_batch(copies).unwrap();
    let count = ask(&world, "SELECT count(*) FROM event") as usize;
    let shown = world.run(&["log"]);
    assert_eq!(shown.stdout.lines().count(), 200, "two lines an entry");
    assert!(shown.stderr.contains("latest 100; `-n COUNT`"), "{}", shown.stderr);
    let all = world.run(&["log", "--json"]).json();
    assert_eq!(all.len(), count);
    let times: Vec<&str> = all.iter().map(|it| it["captured_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "oldest first");
    let since = world.run(&["log", "--since", times[0]]);
    assert_eq!((since.stdout.lines().count(), &*since.stderr), (2 * count, ""));
    let latest = world.run(&["log", "-n", "120", "--json"]).json();
    assert_eq!(latest, all[count - 120..]);
    // What is asked for is counted, not what was looked at.
    let kind = all[0]["verdict"]["meaning"].as_str().map(str::to_owned);
    let of_kind = world.run(&["log", "-n", "2", "--kind", kind.as_deref().unwrap_or("editorial")]);
    assert_eq!(of_kind.stdout.lines().count(), 4, "{of_kind:?}");
}

/// What an event, a pledge and a reason quoted is nowhere in the file as plain bytes.
#[test]
fn words_that_are_redacted_are_in_no_sentence_index_or_free_page() {
    let site = Site::start();
    let pledge = "[[page.pledge]]\nid = \"sale\"\nname = \"Sale\"\nquote = \"sell facial\"\n";
    let url = site.url("/faces");
    let world = World::with(&format!(
        "confirm_within = 0\n[[page]]\nid = \"faces\"\nurl = \"{url}\"\n{pledge}"
    ));
    site.page("/faces", &page("will not sell", 0));
    world.sweep_at("2026-01-01T08:00:00Z");
    site.page("/faces", &page("quixotically do not ever sell", 1));
    world.sweep_at("2026-01-02T08:00:00Z");
    let strange = "Zanzibar xylophones. ".repeat(40);
    let strange = format!("<h1>Xylophones quarterly</h1><p>{strange}</p>");
    site.page("/faces", &framed(&strange, "Other"));
    world.sweep_at("2026-01-03T08:00:00Z");
    site.page("/faces", &page("will not sell", 2));
    for day in 4..8 {
        world.sweep_at(&format!("2026-01-0{day}T08:00:00Z"));
    }
    let sentences = "SELECT count(*) FROM sentence WHERE words LIKE";
    assert!(0 < ask(&world, &format!("{sentences} '%quixotically%'")), "nothing quotes it");
    assert!(0 < ask(&world, &format!("{sentences} '%Xylophones%'")), "nothing quotes it");
    let search = |word: &str| world.run(&["search", word, "--json"]).json().len();
    assert_eq!(search("quixotically"), 1);

    for day in [2, 3] {
        let visits = "SELECT min(v.id) FROM visit v JOIN part p ON p.visit = v.id";
        let from = 1_767_225_600_000_i64 + (day - 1) * 86_400_000;
        let visit = ask(&world, &format!("{visits} WHERE started_at >= {from}"));
        let ran = world.run(&["redact", &format!("v{visit}"), "--reason", "order"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    for file in fs::read_dir(world.folder().join("snapshots")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for words in ["quixotic", "xylophone", "zanzibar"] {
            assert!(!text.contains(words), "`{words}` was left");
        }
    }
    let verified = world.run(&["verify"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert_eq!(search("quixotically"), 0);
    assert_eq!(search("xylophones"), 0);
    let log = world.run(&["log", "--json"]).stdout.to_lowercase();
    assert!(!log.contains("quixotic") && !log.contains("xylophone"), "{log}");
    assert!(log.contains("[redacted]"), "{log}");
    assert_eq!(world.run(&["pledges", "show", "sale"]).code, 0);
    // What still says so elsewhere stays.
    assert_ne!(search("will not sell"), 0);
    world.sweep_at("2026-01-09T08:00:00Z");
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_page_that_is_forgotten_leaves_its_trace_alone() {
    let (_site, world) = visited(6);
    let other = world.run(&["show", "other"]).stdout;
    let ran = world.run(&["forget", "faces", "--reason", "not ours"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("the next sweep begins it anew"), "{ran:?}");
    assert!(world.run(&["search", "not sell", "--json"]).json().is_empty());
    assert_eq!(ask(&world, "SELECT count(*) FROM snapshot WHERE length(frame) = 0"), 6);
    assert_eq!(world.run(&["verify"]).code, 0);
    assert_eq!(world.run(&["show", "other"]).stdout, other);
    let listed = world.run(&["redact", "--list"]).stdout;
    assert!(listed.contains("page faces: not ours"), "{listed}");
    world.sweep_at("2026-09-01T08:00:00Z");
    let ran = world.run(&["verify"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(world.run(&["forget", "none", "--reason", "x"]).code, 2);
}

#[test]
fn what_very_many_pages_take_up_is_told_of_each_that_is_named() {
    let site = Site::start();
    let pages = (0..201).map(|at| {
        format!("\n[[page]]\nid = \"p{at}\"\nurl = \"{}\"\n", site.url(&format!("/{at}")))
    });
    let world = World::with(&pages.collect::<String>());
    world.run(&["check", "p7"]);
    let all = world.run(&["status"]).stdout;
    assert!(all.contains("p200: ") && !all.contains("\n    kept"), "{all}");
    assert!(all.contains("kept: `status PAGE` tells what a page takes up"), "{all}");
    let one = world.run(&["status", "p7"]).stdout;
    assert!(one.contains("    kept            1 visit, 0 versions"), "{one}");
    assert!(!one.contains("kept: "), "{one}");
}

#[test]
fn a_removal_that_no_order_made_is_named() {
    let (_site, world) = visited(4);
    let file = world.folder().join("snapshots/archive.db");
    let body = rusqlite::Connection::open(&file).unwrap();
    // What of it another could have kept.
    let sql = "SELECT s.id, quote(s.frame), s.base IS NULL FROM snapshot s
        WHERE s.id = (SELECT snapshot FROM part WHERE visit = 1)";
    let kept = body.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let (id, frame, is_whole): (i64, String, bool) = kept.unwrap();
    assert!(is_whole);
    drop(body);
    assert_eq!(world.run(&["redact", "v1", "--reason", "order of 2 March"]).code, 0);
    assert_eq!(world.run(&["verify"]).code, 0);
    let undone = format!(
        "DELETE FROM redacted WHERE shelf = 'snapshot';
         UPDATE snapshot SET frame = {frame} WHERE id = {id}"
    );
    let whole = fs::read(&file).unwrap();
    let forged = "INSERT INTO removal (removed_at, kind, what, reason)
             SELECT removed_at, kind, what, reason FROM removal;
         INSERT INTO redacted (shelf, item, removal) SELECT 'snapshot', max(id),
             (SELECT max(id) FROM removal) FROM snapshot;
         UPDATE snapshot SET base = NULL, depth = 0, frame = x'' WHERE id =
             (SELECT max(id) FROM snapshot);";
    let borrowed = "INSERT INTO redacted (shelf, item, removal) SELECT 'snapshot', max(id),
             (SELECT max(id) FROM removal) FROM snapshot;
         UPDATE snapshot SET base = NULL, depth = 0, frame = x'' WHERE id =
             (SELECT max(id) FROM snapshot);";
    for (sql, named) in [
        (forged, "the log does not tell of that order"),
        (borrowed, "the log does not tell of that order"),
        ("UPDATE removal SET reason = 'another'", "its `reason` is"),
        ("UPDATE removal SET removed_at = removed_at + 1", "its `at` is"),
        ("DELETE FROM removal", "removal"),
        ("UPDATE redacted SET item = item + 1", "its bytes are there"),
        (&undone, "the log says that it was taken out, and it is here"),
        (
            "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END",
            "made no such thing",
        ),
        ("DROP INDEX visit_by_time", "index visit_by_time: it is missing"),
        ("INSERT INTO pledge (page, name) VALUES (1, 'phantom')", "pledge phantom: nothing is on"),
        ("INSERT INTO page (name) VALUES ('phantom')", "page phantom: nothing is on record"),
    ] {
        let archive = rusqlite::Connection::open(&file).unwrap();
        archive.execute_batch("PRAGMA foreign_keys = 0").unwrap();
        archive.execute_batch(sql).unwrap();
        drop(archive);
        let ran = world.run(&["verify"]);
        assert_eq!(ran.code, 4, "{sql}: {ran:?}");
        assert!(ran.stdout.contains(named), "{sql}: {ran:?}");
        fs::write(&file, &whole).unwrap();
    }
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn what_is_taken_out_twice_is_said_to_be_gone_and_listed_once() {
    let (_site, world) = visited(4);
    let first = &visits_of(&world, "faces")[0];
    for (round, said) in [(0, "took out 1 body"), (1, "nothing of it is left to take out")] {
        let ran = world.run(&["redact", first, "--reason", "order of 2 March"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.contains(said), "{round}: {ran:?}");
    }
    for (round, said) in [(0, "forgot what `faces` said: 3 bodies"), (1, "nothing of it is left")] {
        let ran = world.run(&["forget", "faces", "--reason", "not ours"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stderr.contains(said), "{round}: {ran:?}");
    }
    assert_eq!(world.run(&["redact", "--list"]).stdout.lines().count(), 2);
    let ran = world.run(&["verify"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("2 removals by order are on record"), "{ran:?}");
    let ran = world.run(&["export", "--warc", "a.warc.gz"]);
    let count = visits_of(&world, "faces").len();
    let said = format!("of {count} visits what came was taken out by order");
    assert!(ran.stderr.contains(&said), "{ran:?}");
}

#[test]
fn the_evidence_of_a_change_that_was_taken_out_is_its_digests_entries_and_order() {
    let (_site, world) = visited(5);
    assert_eq!(world.run(&["integrity", "new-key"]).code, 0);
    world.sweep_at("2026-02-01T08:00:00Z");
    let id = world.run(&["log", "faces", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    let whole = world.run(&["export", "--evidence", &id, "--to", "whole"]);
    assert_eq!(whole.code, 0, "{whole:?}");
    let judged = fs::read(world.folder().join("whole/log/before-judgement.json")).unwrap();
    let body = fs::read(world.folder().join("whole/before/body-1")).unwrap();
    for visit in &visits_of(&world, "faces")[..3] {
        let ran = world.run(&["redact", visit, "--reason", "order of 2 March"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let ran = world.run(&["export", "--evidence", &id, "--to", "bundle"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let bundle = world.folder().join("bundle");
    let readme = fs::read_to_string(bundle.join("README.txt")).unwrap();
    assert!(
        readme.contains("Not here, since it was taken out of the archive by order"),
        "{readme}"
    );
    assert!(readme.contains("because: order of 2 March"), "{readme}");
    assert!(!bundle.join("before/body-1").exists() && !bundle.join("before/text").exists());
    assert!(bundle.join("after/body-1").exists(), "the body after was kept");
    assert_eq!(fs::read(bundle.join("log/before-judgement.json")).unwrap(), judged);
    let digest = pledgewatch::model::snapshot::Digest::of(&body).to_string();
    let entry = fs::read_to_string(bundle.join("log/before-capture.json")).unwrap();
    assert!(entry.contains(&digest), "{entry}");
    let order = fs::read_to_string(bundle.join("log/removal-1.json")).unwrap();
    assert!(order.contains("order of 2 March"), "{order}");
    assert!(bundle.join("log/removal-1.tlog-proof").exists());

    // A second try does not stumble over a first that found no room.
    let again = world.run(&["export", "--evidence", &id, "--to", "bundle"]);
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.stderr.contains("is there already"), "{again:?}");
}

#[test]
fn a_page_that_was_forgotten_counts_as_new_and_says_why_it_has_no_text() {
    let (_site, world) = visited(4);
    assert_eq!(world.run(&["forget", "faces", "--reason", "not ours"]).code, 0);
    let status = world.run(&["status", "faces"]).stdout;
    assert!(status.starts_with("faces: new\n"), "{status}");
    let ran = world.run(&["show", "faces"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("what it showed was taken out by order"), "{ran:?}");
}

#[test]
fn what_a_page_showed_at_a_time_is_told_by_the_captures_beside_it() {
    let (site, world) = visited(5);
    let said = |arguments: &[&str]| {
        let ran = world.run(&[&["show", "faces"], arguments].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stderr
    };
    let told = said(&["--version", "2"]);
    let interval = "first seen 2026-01-04 08:00 UTC, not yet on 2026-01-03 08:00 UTC";
    assert!(told.contains(interval), "{told}");
    let told = said(&["--at", "2026-01-02"]);
    assert!(
        told.contains("version 1, first seen 2026-01-01 08:00 UTC, at the first capture"),
        "{told}"
    );
    let between = "captured so by then on 2026-01-01 08:00 UTC, and again on 2026-01-02 08:00 UTC";
    assert!(told.contains(between), "{told}");
    let told = said(&["--at", "2026-01-04"]);
    let either = "on 2026-01-04 08:00 UTC it was version 2, and which of them it showed in between";
    assert!(told.contains(either), "{told}");
    let told = said(&["--at", "2030-01-01"]);
    assert!(told.contains("of 2026-01-05 08:00 UTC, and none followed so far"), "{told}");
    site.page("/faces", &framed("<p>We are down for maintenance.</p>", "Sorry"));
    world.sweep_at("2026-01-06T08:00:00Z");
    let told = said(&["--at", "2026-01-07"]);
    assert!(told.contains("the visit on 2026-01-06 08:00 UTC found it in trouble"), "{told}");
    let diff = world.run(&["diff", "faces", "1..2", "--format", "plain"]).stdout;
    assert!(diff.contains(interval), "{diff}");
}

#[test]
fn what_was_taken_out_is_told_as_that_by_search_and_in_the_browser() {
    let (site, world) = visited(6);
    let second = "2026-01-02T08:00:00Z";
    let texts = visits_of(&world, "faces");
    site.page("/faces", &page("will not sell", 9));
    for day in 7..10 {
        world.sweep_at(&format!("2026-01-{day:02}T08:00:00Z"));
    }
    let versions = ask(
        &world,
        "SELECT count(*) FROM version WHERE page =
        (SELECT id FROM page WHERE name = 'faces')",
    );
    assert_eq!(versions, 3);
    // The second version's bodies go: in between nobody knows what the page said.
    for visit in &texts[3..] {
        let ran = world.run(&["redact", visit, "--reason", "order"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let told = world.run(&["search", "--page", "faces", "will not sell"]).stdout;
    assert!(told.contains("not known: what the page said from 2026-01-04"), "{told}");
    assert!(told.contains("what stood before was taken out by order"), "{told}");
    let ran = world.run(&["publish", "site"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let page = world.folder().join("site/pages/faces/versions/2/index.html");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("taken out of the archive by order"), "{page}");
    assert_eq!(world.run(&["show", "faces", "--at", second]).code, 0);
    let ran = world.run(&["verify"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// A page that still says what was taken out is read again: the log says so, and `verify` knows.
#[test]
fn what_comes_anew_after_it_was_taken_out_is_kept_again_and_told() {
    let (_site, world) = visited(2);
    let first = visits_of(&world, "faces")[0].clone();
    assert_eq!(world.run(&["redact", &first, "--reason", "order"]).code, 0);
    assert_eq!(world.run(&["forget", "faces", "--reason", "all"]).code, 0);
    world.sweep_at("2026-02-01T08:00:00Z");
    let ran = world.run(&["verify"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(world.run(&["show", "faces"]).stdout.contains("will not sell"));
}

#[test]
fn a_proof_beside_sweeps_tells_of_no_damage() {
    let (_site, world) = visited(2);
    assert_eq!(world.run(&["integrity", "new-key"]).code, 0);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let proofs = scope.spawn(|| {
            let mut count = 0;
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                let ran = world.run(&["verify"]);
                assert_eq!(ran.code, 0, "{ran:?}");
                count += 1;
            }
            count
        });
        for _ in 0..40 {
            assert_eq!(world.run(&["check"]).code, 0);
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(5 < proofs.join().unwrap());
    });
}
