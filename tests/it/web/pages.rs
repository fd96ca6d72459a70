//! The pages, what they say, and that they lead to one another; as served and as files.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{
    web::client::{EDITED, POLICY, Served, changed},
    world::{Site, World, framed},
};

/// Returns what a page links to.
fn links(page: &str) -> Vec<String> {
    let of = |attribute: &str| {
        let parts = page.split(attribute).skip(1);
        parts.map(|it| it.split('"').next().unwrap().replace("&#38;", "&")).collect::<Vec<_>>()
    };
    [of(" href=\""), of(" src=\"")].concat()
}

#[test]
fn every_page_is_there_and_leads_only_to_what_is_there() {
    let (_site, world) = changed();
    let served = Served::start(&world, &[]);
    let root = url::Url::parse(&served.url()).unwrap();
    let (mut waiting, mut seen) = (vec![root.clone()], BTreeSet::new());
    while let Some(url) = waiting.pop() {
        if !seen.insert(url.to_string()) {
            continue;
        }
        let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
        let answer = served.get(&format!("{}{query}", url.path()));
        assert_eq!(answer.status, 200, "{url}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{url}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src 'unsafe"));
        // A capture's links are its own.
        if !answer.header("content-type").starts_with("text/html")
            || url.path().contains("captures/v")
        {
            continue;
        }
        for link in links(&answer.text()) {
            let mut target = url.join(&link).unwrap();
            target.set_fragment(None);
            if target.origin() == root.origin() {
                waiting.push(target);
            }
        }
    }
    for part in [
        "sides/",
        "versions/2/",
        "captures/v",
        "pledges/faces/police/",
        "feeds/all.atom",
        "feeds/companies/amber-co.atom",
        "feeds/all.json",
        "feeds/pages/faces.json",
        "feeds/pledges/faces/police.json",
        "feeds/pages/down.atom",
        "timemap/",
        "api/changes/",
        "health/",
    ] {
        assert!(seen.iter().any(|url| url.contains(part)), "{part}: {seen:#?}");
    }
}

#[test]
fn the_pages_say_what_happened_how_it_was_decided_and_how_pledges_stand() {
    let (_site, world) = changed();
    let served = Served::start(&world, &[]);
    let has = |path: &str, words: &[&str]| {
        let page = served.get(path).text();
        for words in words {
            assert!(page.contains(words), "{path} does not say `{words}`: {page}");
        }
    };
    has(
        "/",
        &[
            "Amber &#38; Co.",
            "1 change</a> to review".trim_end_matches("</a> to review"),
            "No sale to the police",
            "in trouble",
            "deadline 2031-06-10",
        ],
    );
    let id = served.change();
    let change = format!("/changes/{id}/");
    has(
        &change,
        &[
            "<del>",
            "<ins>",
            "What it amounts to",
            "visits led to it",
            "sha256:",
            "after 2026-01-01 00:00 UTC",
            "as captured 2026-01-02 00:00 UTC",
        ],
    );
    has(&format!("{change}sides/"), &["class=\"pair\"", "<del>", "<ins>"]);
    has("/pages/faces/", &["Version 2", "Version 1", "2026-01-02 00:00 UTC"]);
    has("/pages/down/", &["The server answered with an error", "trouble"]);
    has("/pledges/faces/police/", &["weakened", "Quotation", "do not currently sell"]);
    has("/search/?q=national+law", &["until there is a <mark>national law</mark>", "Went: after"]);
    has("/search/?q=zebra", &["No version of any page has"]);
    has("/health/", &["it was not", "down"]);
}

#[test]
fn empty_places_say_what_to_do() {
    let world = World::empty();
    let none = world.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(none.code, 4, "{}", none.stderr);
    assert!(none.stderr.contains("there is no archive"), "{}", none.stderr);
    assert_eq!(world.run(&["init"]).code, 0);
    let served = Served::start(&world, &[]);
    for (path, advice) in [
        ("/", "pledgewatch add URL"),
        ("/changes/", "There is no such change"),
        ("/pledges/", "[[page.pledge]]"),
        ("/health/", "pledgewatch check"),
    ] {
        let page = served.get(path);
        assert_eq!(page.status, 200);
        assert!(page.text().contains(advice), "{path}: {}", page.text());
    }
}

#[test]
fn what_is_written_as_files_leads_only_to_files_and_replaces_only_itself() {
    let (_site, world) = changed();
    let folder = world.folder().join("public/pages");
    let publish = || world.run(&["publish", "public/pages", "--url", "https://desk.example/watch"]);
    let ran = publish();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut folders = vec![folder.clone()];
    let mut count = 0;
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(&inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "html") {
                count += 1;
                lead_to_files(&path);
            }
        }
    }
    assert!(10 <= count, "{count}");
    let feed = fs::read_to_string(folder.join("feeds/all.atom")).unwrap();
    assert!(feed.contains("https://desk.example/watch/changes/"), "{feed}");
    let feed = fs::read(folder.join("feeds/companies/amber-co.json")).unwrap();
    let feed: serde_json::Value = serde_json::from_slice(&feed).unwrap();
    let url = feed["items"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("https://desk.example/watch/"), "{feed}");
    fs::write(folder.join("stale.html"), "x").unwrap();
    assert_eq!(publish().code, 0);
    assert!(!folder.join("stale.html").exists());
    let beside: Vec<_> = fs::read_dir(world.folder().join("public")).unwrap().collect();
    assert_eq!(beside.len(), 1, "nothing is left beside it: {beside:?}");
    fs::create_dir(world.folder().join("mine")).unwrap();
    fs::write(world.folder().join("mine/notes.txt"), "keep").unwrap();
    let refused = world.run(&["publish", "mine"]);
    assert_eq!(refused.code, 2);
    assert_eq!(fs::read_to_string(world.folder().join("mine/notes.txt")).unwrap(), "keep");
}

fn lead_to_files(page: &Path) {
    let text = fs::read_to_string(page).unwrap();
    assert!(!text.contains("<form"), "{} has a form", page.display());
    for link in links(&text) {
        if link.starts_with("http") || link.starts_with('#') {
            continue;
        }
        let target = page.parent().unwrap().join(link.split('#').next().unwrap());
        assert!(target.is_file(), "{} leads to {link}", page.display());
    }
}

#[test]
fn a_hundred_readers_hold_up_no_sweep_and_each_sees_one_instant() {
    let (site, world) = changed();
    let served = Served::start(&world, &[]);
    let (id, done) = (served.change(), AtomicBool::new(false));
    let paths = [
        "/".to_owned(),
        format!("/changes/{id}/"),
        "/api/pages".to_owned(),
        "/pages/faces/".to_owned(),
        "/feeds/all.atom".to_owned(),
    ];
    let visits = |world: &World| {
        world.run(&["explain", "faces", "-n", "1000", "--json"]).stdout.lines().count()
    };
    let before = visits(&world);
    thread::scope(|scope| {
        for reader in 0..100 {
            let (served, paths, done) = (&served, &paths, &done);
            scope.spawn(move || {
                // Each reads once at least, and on as long as the sweeps go on.
                for round in 0..6 {
                    let path = &paths[(reader + round) % paths.len()];
                    let answer = served.get(path);
                    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        for sweep in 0..3 {
            let edited = format!("{EDITED}<p>This is said for the time {sweep}.</p>");
            site.page("/faces", &framed(&edited, "a"));
            let ran = world.run(&["check", "faces"]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(before + 3 <= visits(&world), "no visit is lost");
    assert_eq!(served.stop(), Some(0));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_server_that_is_asked_to_stop_finishes_what_it_answers() {
    let (_site, world) = changed();
    let served = Served::start(&world, &[]);
    let _silent = std::net::TcpStream::connect(served.address()).unwrap();
    assert_eq!(served.get("/").status, 200);
    assert_eq!(served.stop(), Some(0));
}

#[test]
fn a_long_watchlist_is_listed_whole_and_its_health_first_where_it_matters() {
    let site = Site::start();
    site.page("/faces", &framed(POLICY, "a"));
    let quiet = (0..520).map(|at| {
        format!(
            "\n[[page]]\nid = \"q{at}\"\ntitle = \"Quiet {at}.\"\ncompany = \"Company {}\"\n\
             url = \"https://quiet.example/{at}\"\npaused = true\n",
            at % 7
        )
    });
    let faces = format!("\n[[page]]\nid = \"faces\"\nurl = \"{}\"\n", site.url("/faces"));
    let world = World::with(&format!("{}{faces}", quiet.collect::<String>()));
    world.sweep_at("2026-01-01T00:00:00Z");
    let served = Served::start(&world, &[]);
    let overview = served.get("/").text();
    assert!(overview.contains("521 pages, 0 pledges"), "{overview}");
    for at in 0..520 {
        let title = format!("<bdi>Quiet {at}.</bdi>");
        assert_eq!(overview.matches(&title).count(), 1, "{title}");
    }
    assert_eq!(overview.matches("id=\"company-3\"").count(), 1, "each company once");
    assert!(overview.contains("href=\"pages/faces/\""), "{overview}");
    let health = served.get("/health/").text();
    assert!(health.contains("21 others are left out"), "{health}");
    assert!(health.contains("href=\"../pages/faces/\""), "what is watched comes first");
}
