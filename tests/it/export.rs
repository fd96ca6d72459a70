//! What is written for other programs: nothing is lost on the way out and back in.

use std::{fs, io::Read as _};

use pledgewatch::model::{
    page::PageId,
    visit::{Origin, Outcome, Visit},
};

use crate::{
    server::reply::{self, Reply},
    world::{Site, World, framed},
};

/// Returns a policy with these words in its first clause.
fn policy(words: &str) -> String {
    framed(
        &format!(
            "<h1>Facial recognition</h1><p>We {words} facial recognition technology to police \
             departments in the United States, until there is a national law that governs it.</p>\
             <h2>Reviews</h2><p>We review every sensitive use of our technology, and we publish \
             the outcome of each review within ninety days of its end.</p>"
        ),
        "Products",
    )
}

/// A world with all that may come of a visit: bodies plain and packed, a body again, 304, pages of
/// two addresses, redirects, errors with and without an answer, a change.
fn lived_in() -> (Site, World) {
    let site = Site::start();
    let entry = |id: &str, urls: &[&str]| {
        let urls: Vec<String> = urls.iter().map(|path| format!("\"{}\"", site.url(path))).collect();
        format!("\n[[page]]\nid = \"{id}\"\ncompany = \"Acme\"\nurls = [{}]\n", urls.join(", "))
    };
    let entries =
        entry("faces", &["/faces"]) + &entry("parts", &["/a", "/b"]) + &entry("gone", &["/moved"]);
    let world = World::with(&entries);
    site.reply("/moved", Reply::redirect(302, "/there"));
    site.page("/there", &policy("may sell"));
    site.page("/b", &framed("<h1>More</h1><p>We keep no prints of faces of visitors.</p>", "b"));
    let days: [Box<dyn Fn()>; 8] = [
        Box::new(|| {
            let page = Reply::page(&policy("will not sell"));
            site.reply("/faces", page.clone().header("etag", "\"a\""));
            site.reply("/a", page.gzip());
        }),
        Box::new(|| site.reply("/faces", Reply::new(304).header("etag", "\"a\""))),
        Box::new(|| site.reply("/faces", Reply::page(&policy("will not sell")).chunked())),
        Box::new(|| {
            site.reply("/faces", Reply::reset());
            site.reply("/a", Reply::new(503).body("<h1>Out of order</h1>"));
        }),
        Box::new(|| {
            site.reply("/faces", Reply::page(""));
            site.page("/a", &policy("will not sell"));
        }),
        Box::new(|| site.page("/faces", &policy("do not currently sell"))),
        Box::new(|| site.reply("/there", Reply::new(404).body("<h1>Not found</h1>"))),
        Box::new(|| ()),
    ];
    for (at, show) in days.iter().enumerate() {
        show();
        world.sweep_at(&format!("2026-01-{:02}T08:00:00Z", at + 1));
    }
    drop(days);
    (site, world)
}

/// Returns every visit of a world's pages, whole, with what it was judged to be.
fn visits(world: &World) -> Vec<(Visit, String)> {
    let app = world.app();
    let mut all = Vec::new();
    for page in app.archive.pages().unwrap() {
        let mut records = app.archive.visits(&page, usize::MAX).unwrap();
        records.reverse();
        for record in records {
            let mut visit = app.archive.whole_visit(record.id).unwrap();
            visit.origin = Origin::Imported;
            all.push((visit, format!("{:?}", record.finding)));
        }
    }
    all
}

/// Returns the versions and events of a world, as far as they do not tell when they were recorded.
fn history(world: &World) -> Vec<String> {
    let app = world.app();
    let mut all = Vec::new();
    for page in app.archive.pages().unwrap() {
        for it in app.archive.versions(&page).unwrap() {
            let (number, text, regime) = (it.number, it.text, it.regime);
            all.push(format!(
                "{page} {number} {text} {regime:?} {} {}",
                it.first_at, it.established_at
            ));
        }
    }
    for told in world.log() {
        all.push(format!("{} {} {:?}", told.event.id, told.event.captured_at, told.event.what));
    }
    all
}

/// Returns a world with the same watchlist and nothing else.
fn beside(world: &World) -> World {
    let other = World::empty();
    fs::copy(world.watchlist(), other.watchlist()).unwrap();
    other
}

/// Programs that replay archives take any record under an address for what the address gave.
#[test]
fn what_we_say_of_a_visit_stands_under_no_address() {
    let (_site, world) = lived_in();
    assert_eq!(world.run(&["export", "--warc", "all.warc.gz"]).code, 0);
    let packed = fs::read(world.folder().join("all.warc.gz")).unwrap();
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(&*packed).read_to_end(&mut plain).unwrap();
    let plain = String::from_utf8_lossy(&plain);
    let heads: Vec<&str> = plain
        .split("WARC/1.1\r\n")
        .filter_map(|record| record.split("\r\n\r\n").next())
        .filter(|head| head.contains("WARC-Type: metadata"))
        .collect();
    assert!(8 <= heads.len(), "{}", heads.len());
    assert!(heads.iter().all(|head| !head.contains("WARC-Target-URI")), "{heads:?}");
}

#[test]
fn fault_078_an_export_that_may_not_grow_ends_in_words_and_leaves_what_was_there() {
    let (site, world) = lived_in();
    // Words that hardly pack, so that the export grows past what the archive itself needs to open.
    let words: String = (0..10_000_u64)
        .map(|at| format!("{:x} ", at.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)))
        .collect();
    site.page("/b", &framed(&format!("<h1>More</h1><p>{words}</p>"), "b"));
    world.sweep_at("2026-01-09T08:00:00Z");
    fs::write(world.folder().join("all.warc.gz"), "before").unwrap();
    let program = world.command(&["export", "--warc", "all.warc.gz"]);
    let mut limited = std::process::Command::new("sh");
    // In units of 512 bytes.
    limited.args(["-c", "ulimit -f 80; exec \"$0\" \"$@\""]).arg(program.get_program());
    limited.args(program.get_args()).current_dir(world.folder());
    let output = limited.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{stderr}");
    assert!(stderr.starts_with("error: cannot write all.warc.gz"), "{stderr}");
    assert_eq!(fs::read_to_string(world.folder().join("all.warc.gz")).unwrap(), "before");
    let left = fs::read_dir(world.folder()).unwrap().map(|it| it.unwrap().file_name());
    let left: Vec<_> = left.filter(|it| it.to_string_lossy().ends_with(".part")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_exported_is_imported_without_loss() {
    let (_site, world) = lived_in();
    let ran = world.run(&["export", "--warc", "all.warc.gz", "-v"]);
    assert_eq!((ran.code, &*ran.stdout), (0, ""), "{ran:?}");
    let other = beside(&world);
    let file = world.folder().join("all.warc.gz");
    let ran = other.run(&["import", file.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let before = visits(&world);
    let has = |is: fn(&Outcome) -> bool| {
        before.iter().flat_map(|(visit, _)| &visit.parts).any(|part| is(&part.outcome))
    };
    assert!(has(|it| matches!(it, Outcome::NotModified { .. })), "no 304");
    assert!(has(|it| matches!(it, Outcome::Failed(_))), "no failure");
    for (before, after) in before.iter().zip(visits(&other)) {
        assert_eq!(*before, after);
    }
    assert_eq!(visits(&other).len(), before.len());
    assert_eq!(history(&other), history(&world));
    assert_eq!(other.run(&["verify"]).code, 0);

    let ran = other.run(&["import", file.to_str().unwrap()]);
    assert!(ran.stderr.contains("imported 0 captures"), "{ran:?}");
    let ran = other.run(&["export", "--warc", "again.warc.gz"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn an_export_of_a_page_and_a_time_brings_the_bodies_that_it_repeats() {
    let (_site, world) = lived_in();
    let arguments = ["--since", "2026-01-02", "--until", "2026-01-03", "--page", "faces"];
    let ran = world.run(&[&["export", "--warc", "some.warc.gz"], &arguments[..]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let other = beside(&world);
    let file = world.folder().join("some.warc.gz");
    assert_eq!(other.run(&["import", file.to_str().unwrap()]).code, 0);
    let found: Vec<Visit> = visits(&other).into_iter().map(|(visit, _)| visit).collect();
    let days: Vec<String> = found.iter().map(|visit| visit.started_at.day()).collect();
    assert_eq!(days, ["2026-01-01", "2026-01-02"], "{found:?}");
    assert_eq!(found[0].page, "faces".parse::<PageId>().unwrap());
}

#[test]
fn an_export_that_cannot_be_written_leaves_what_had_the_name() {
    let (_site, world) = lived_in();
    let ran = world.run(&["export", "--warc", "nowhere/all.warc.gz"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("cannot write nowhere/all.warc.gz"), "{ran:?}");
    let ran = world.run(&["export", "--warc", "a", "--page", "none"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(!world.folder().join("a").exists());
    let ran = world.run(&["export"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn standard_output_takes_a_web_archive() {
    let (_site, world) = lived_in();
    let output = world.command(&["export", "--warc", "-"]).output().unwrap();
    assert!(output.status.success());
    assert!(output.stdout.starts_with(&reply::gzip(b"")[..2]));
}

#[test]
fn tables_and_folders_are_read_without_us() {
    let (_site, world) = lived_in();
    let lines = world.run(&["export", "--json"]);
    assert_eq!(lines.code, 0, "{lines:?}");
    let records = lines.json();
    let count = |kind: &str| records.iter().filter(|it| it["record"] == kind).count();
    assert!(8 < count("visit") && 2 < count("version") && 0 < count("entry"), "{lines:?}");

    let table = world.run(&["export", "--csv", "-"]).stdout;
    assert!(table.starts_with("captured_at,page,company,title,url,kind,"), "{table}");
    assert_eq!(table.matches("\r\n").count(), 1 + count("entry"));

    let ran = world.run(&["export", "--markdown", "folder"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let first = fs::read_to_string(world.folder().join("folder/faces/0001-2026-01-01.md")).unwrap();
    assert!(first.starts_with("---\npage: faces\nversion: 1\n"), "{first}");
    assert!(first.contains("\n# Facial recognition\n\nWe will not sell facial"), "{first}");

    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        let ran = git.arg("-C").arg(world.folder().join("repository")).args(arguments).output();
        String::from_utf8(ran.unwrap().stdout).unwrap()
    };
    let mut heads = Vec::new();
    for _ in 0..2 {
        let ran = world.run(&["export", "--git", "repository"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        heads.push(git(&["rev-parse", "pledgewatch"]));
    }
    assert_eq!(heads[0], heads[1]);
    let log = git(&["log", "--format=%cI %s", "--reverse", "--", "faces.md"]);
    assert!(log.starts_with("2026-01-01T08:00:00Z faces: version 1\n"), "{log}");
    let shown = git(&["show", "pledgewatch:faces.md"]);
    assert!(shown.contains("do not currently sell"), "{shown}");
}
