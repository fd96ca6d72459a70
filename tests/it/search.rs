//! Phrases through all versions: each answer is an interval with its two captures.

use crate::world::{Site, World, framed};

fn policy(words: &str, desk: &str) -> String {
    framed(
        &format!(
            "<h1>Facial recognition</h1><p>We {words} facial recognition technology to police \
             departments in the United States, until there is a national law that governs it.</p>\
             <h2>Reviews</h2><p>We review every sensitive use of our technology, and we publish \
             the outcome of each review within ninety days of its end. Write to the {desk}.</p>"
        ),
        "Products",
    )
}

/// Two pages over eight days: a clause of one goes on day 3 and comes back on day 6.
fn told() -> (Site, World) {
    let site = Site::start();
    let entry = |id: &str, company: &str| {
        let url = site.url(&format!("/{id}"));
        format!("\n[[page]]\nid = \"{id}\"\ncompany = \"{company}\"\nurl = \"{url}\"\n")
    };
    let world = World::with(&(entry("faces", "Acme") + &entry("other", "Umbrella")));
    site.page("/other", &policy("sell", "privacy office"));
    for (day, words) in ["will not sell"; 2]
        .into_iter()
        .chain(["do not currently sell"; 3])
        .chain(["will not sell"; 20])
        .enumerate()
    {
        site.page("/faces", &policy(words, "privacy desk"));
        world.sweep_at(&format!("2026-01-{:02}T08:00:00Z", day + 1));
    }
    (site, world)
}

fn days(value: &serde_json::Value) -> String {
    let day = |value: &serde_json::Value| match value.as_str() {
        Some(text) => text.chars().take(10).skip(5).collect(),
        None => "-".to_owned(),
    };
    let turn = |value: &serde_json::Value| {
        format!("{}..{}", day(&value["after"]), day(&value["no_later_than"]))
    };
    let page = value["page"].as_str().unwrap();
    format!("{page} {} {}", turn(&value["came"]), turn(&value["went"]))
}

fn found(world: &World, arguments: &[&str]) -> Vec<String> {
    let ran = world.run(&[&["search", "--json"], arguments].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.json().iter().map(days).collect()
}

#[test]
fn a_phrase_is_followed_through_all_versions() {
    let (_site, world) = told();
    let back = ["faces -..01-01 01-02..01-03", "faces 01-05..01-06 -..-"];
    assert_eq!(found(&world, &["will not sell"]), back);
    assert_eq!(found(&world, &["will", "not", "sell", "facial"]), back);
    assert_eq!(found(&world, &["CURRENTLY sell*"]), ["faces 01-02..01-03 01-05..01-06"]);
    let both = ["faces -..01-01 -..-", "other -..01-01 -..-"];
    assert_eq!(found(&world, &["sensitive use"]), both);
    assert_eq!(found(&world, &["recogn*"]), both);
    assert_eq!(found(&world, &["sensitive use", "--company", "umbrella"]), both[1..]);
    assert_eq!(found(&world, &["sensitive use", "--page", "faces"]), both[..1]);
    assert_eq!(found(&world, &["currently", "--until", "2026-01-02"]), Vec::<String>::new());
    assert_eq!(found(&world, &["currently", "--since", "2026-01-04"]).len(), 1);
    assert_eq!(found(&world, &["currently", "--since", "2026-01-07"]), Vec::<String>::new());
    assert_eq!(found(&world, &["use sensitive"]), Vec::<String>::new());

    let ran = world.run(&["search", "do not currently sell"]);
    assert!(
        ran.stdout.contains("after 2026-01-02 08:00 UTC and no later than 2026-01-03"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("on 1 page: first seen on faces"), "{ran:?}");
    let ran = world.run(&["search", "will not sell"]);
    assert!(ran.stdout.contains("there at the first capture, 2026-01-01"), "{ran:?}");
    assert!(ran.stdout.contains("still there: last seen at 2026-01-25"), "{ran:?}");
}

#[test]
fn fault_059_syntax_of_the_index_is_taken_as_words() {
    let (_site, world) = told();
    for hostile in [
        "\"*NEAR(",
        "NEAR(sensitive use)",
        "sensitive OR use",
        "words : sensitive",
        "-sensitive",
        "^sensitive",
        "sensitive' OR 1=1 --",
        "(sensitive",
        "sensitive AND NOT use",
        "{words} : x",
        "a\" OR words:\"b",
    ] {
        let ran = world.run(&["search", "--json", "--", hostile]);
        assert_eq!(ran.code, 0, "{hostile}: {ran:?}");
        let may_match = matches!(hostile, "-sensitive" | "^sensitive" | "(sensitive");
        assert_eq!(ran.json().len(), if may_match { 2 } else { 0 }, "{hostile}: {ran:?}");
    }
    for empty in ["\"*\"", "*", " ", "--("] {
        let ran = world.run(&["search", "--", empty]);
        assert_eq!(ran.code, 2, "{empty}: {ran:?}");
    }
}

#[test]
fn the_index_is_proved_and_made_anew() {
    let (_site, world) = told();
    let before = found(&world, &["will not sell"]);
    assert_eq!(world.run(&["verify"]).code, 0);
    let archive = world.folder().join("snapshots/archive.db");
    let harm = |sql: &str| {
        rusqlite::Connection::open(&archive).unwrap().execute_batch(sql).unwrap();
    };
    harm("DELETE FROM stay WHERE until_version IS NOT NULL");
    let ran = world.run(&["verify"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stdout.contains("the search index of page faces"), "{ran:?}");
    world.run(&["search", "--rebuild", "sell"]);
    assert_eq!(world.run(&["verify"]).code, 0);
    assert_eq!(found(&world, &["will not sell"]), before);
    // As an archive of an earlier form has it: nothing is indexed.
    harm("DELETE FROM stay; DELETE FROM searched;");
    assert_eq!(found(&world, &["will not sell"]), before);
}

#[test]
fn a_very_long_passage_is_searched_in_pieces() {
    let site = Site::start();
    let entry = |id: &str| {
        format!("\n[[page]]\nid = \"{id}\"\nurl = \"{}\"\n", site.url(&format!("/{id}")))
    };
    let world = World::with(&(entry("long") + &entry("short")));
    let words: String = (0..100_000).map(|at| format!("w{at} ")).collect();
    site.page("/long", &framed(&format!("<h1>Words</h1><p>{words}"), "Products"));
    site.page("/short", &policy("sell", "privacy desk"));
    world.sweep_at("2026-01-01T08:00:00Z");
    let everywhere = || {
        for at in (0..99_990).step_by(5_003) {
            let phrase: String = (at..at + 10).map(|at| format!("w{at} ")).collect();
            assert_eq!(found(&world, &[&phrase]), ["long -..01-01 -..-"], "{phrase}");
        }
    };
    everywhere();
    let ran = world.run(&["search", "w50000 w50001"]);
    assert!(
        ran.stdout.replace("\n  |", "").contains(" w50000 w50001 "),
        "what is near is shown: {ran:?}"
    );
    assert!(ran.stdout.len() < 1_500, "and not all of the piece: {ran:?}");
    // An archive of the form before, in which a passage is a row, however long it is.
    let archive = rusqlite::Connection::open(world.folder().join("snapshots/archive.db")).unwrap();
    let others = "UPDATE passage SET key = key + 1 WHERE id IN (SELECT passage FROM stay
         WHERE page = (SELECT id FROM page WHERE name = 'long'))";
    let form = "ALTER TABLE log_key DROP COLUMN signed; PRAGMA user_version = 12";
    archive.execute_batch(&format!("{others}; {form}")).unwrap();
    assert_eq!(world.run(&["check", "--dry-run"]).code, 0);
    let indexed: i64 =
        archive.query_row("SELECT count(*) FROM searched", [], |row| row.get(0)).unwrap();
    assert_eq!(indexed, 1, "what is short is left as it was");
    everywhere();
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn what_still_stands_is_quoted_as_it_stands_and_as_it_came() {
    let site = Site::start();
    let url = site.url("/faces");
    let world = World::with(&format!("[[page]]\nid = \"faces\"\nurl = \"{url}\"\n"));
    for day in 1..=12 {
        let words = if day < 12 { "will not sell" } else { "sell" };
        site.page("/faces", &policy(words, &format!("desk number {day} on floor {}", 40 - day)));
        world.sweep_at(&format!("2026-01-{day:02}T08:00:00Z"));
    }
    for day in 13..=15 {
        world.sweep_at(&format!("2026-01-{day:02}T08:00:00Z"));
    }
    // What was shown once only is no version: the captures that are told are those of versions.
    assert_eq!(found(&world, &["will not sell"]), ["faces -..01-01 01-01..01-12"]);
    let stay = world.run(&["search", "--json", "write to the desk"]).json()[0].clone();
    assert!(stay["passage"].as_str().unwrap().contains("desk number 12 "), "{stay}");
    assert!(stay["first_passage"].as_str().unwrap().contains("desk number 1 "), "{stay}");
    let told = world.run(&["search", "write to the desk"]).stdout;
    assert!(told.contains("desk number 12 ") && told.contains("it came as"), "{told}");
}

#[test]
fn a_part_of_a_run_without_spaces_is_found_and_marked() {
    let site = Site::start();
    let url = site.url("/faces");
    let world = World::with(&format!("[[page]]\nid = \"faces\"\nurl = \"{url}\"\n"));
    let clause = "当社は警察に顔認識技術を販売しません。この約束は連邦機関にも適用されます。";
    site.page("/faces", &framed(&format!("<h1>顔認識</h1><p>{clause}</p>"), "製品"));
    world.sweep_at("2026-01-01T08:00:00Z");
    for phrase in ["顔認", "識技術を販売", "連邦機関"] {
        assert_eq!(found(&world, &[phrase]), ["faces -..01-01 -..-"], "{phrase}");
        let told = world.run(&["search", phrase]).stdout;
        assert!(told.contains(phrase), "{phrase}: {told}");
    }
    assert_eq!(found(&world, &["販売します"]), Vec::<String>::new());
    assert_eq!(world.run(&["verify"]).code, 0);
}
