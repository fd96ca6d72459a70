//! Review: decisions by option and by key, their trail, and rules that dismiss what is alike.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::world::{Ran, Site, World, framed};

/// A page with a pledge, a list of news, and a counter.
fn policy(verb: &str, news: &str, count: &str) -> String {
    framed(
        &format!(
            "<h1>Faces</h1><p>We {verb} sell face data to the police.</p>\
             <p>This promise holds for all our products and has no end date at all.</p>\
             <h2>About</h2><p>This page was read by {count} people of our team so far.</p>\
             <h2>News</h2><ul><li>The team moved to a new house in May.</li>{news}</ul>"
        ),
        "a",
    )
}

fn watching(site: &Site, settings: &str) -> World {
    let world = World::with(&format!(
        "{settings}\n[[page]]\nid = \"p\"\ncompany = \"Acme\"\ntitle = \"Faces\"\nurl = \"{}\"\n\
         confirm_within = 0\n[[page.pledge]]\nid = \"police\"\nname = \"None to the police\"\n\
         quote = \"sell face data to the police\"\n",
        site.url("/p")
    ));
    site.page("/p", &policy("never", "", "twelve"));
    world.sweep_at("2026-01-01T00:00:00Z");
    world
}

/// Edits the page and sweeps on the day, and returns the change's id.
fn edit(site: &Site, world: &World, day: u32, html: &str) -> String {
    site.page("/p", html);
    world.sweep_at(&format!("2026-01-{day:02}T00:00:00Z"));
    let log = world.log();
    log.last().unwrap().event.id.to_string()
}

fn by<'a>(name: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [&["review", "--by", name], arguments].concat()
}

fn list(world: &World, arguments: &[&str]) -> Vec<Value> {
    world.run(&[&["review", "--list", "--json"], arguments].concat()).json()
}

fn verify(world: &World) {
    let ran = world.run(&["verify"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_change_is_new_then_decided_by_whom_and_when_and_its_trail_is_proved() {
    let site = Site::start();
    let world = watching(&site, "");
    let id = edit(&site, &world, 2, &policy("may", "", "twelve"));
    let listed = list(&world, &["--state", "new"]);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["id"], &listed[0]["review"]["state"]),
        (&id.as_str().into(), &"new".into())
    );

    let ran = world.run(&by("Ada", &[&id, "--confirm", "--note", "called them: it is meant"]));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("confirmed by Ada"), "{}", ran.stdout);
    let ran = world.run(&by("Bo", &[&id, "--dismiss", "they say it is a slip"]));
    assert!(ran.stdout.contains("dismissed by Bo"), "{}", ran.stdout);
    assert_eq!(world.run(&by("Bo", &[&id, "--reopen"])).code, 0);
    assert_eq!(world.run(&by("Ada", &[&id, "--escalate"])).code, 0);

    assert_eq!(list(&world, &["--state", "new"]).len(), 0);
    let reviewed = list(&world, &["--state", "escalated", "--company", "Acme", "--page", "p"]);
    let trail = reviewed[0]["review"]["trail"].as_array().unwrap();
    let decided: Vec<_> = trail.iter().map(|it| it["decision"].as_str().unwrap()).collect();
    assert_eq!(decided, ["confirm", "dismiss", "reopen", "escalate"]);
    assert_eq!(trail[0]["note"], "called them: it is meant");
    assert_eq!(trail[1]["reason"], "they say it is a slip");
    let explained = world.run(&["explain", &id]).stdout;
    assert!(explained.contains("Bo dismissed it: they say it is a slip"), "{explained}");
    verify(&world);
}

#[test]
fn a_second_pair_of_eyes_settles_a_decision() {
    let site = Site::start();
    let world = watching(&site, "reviewers = 2");
    let id = edit(&site, &world, 2, &policy("may", "", "twelve"));
    for name in ["Ada", "ada"] {
        let ran = world.run(&by(name, &[&id, "--confirm", "--json"]));
        assert_eq!(ran.json()[0]["review"]["settled"], false, "{name} is one person");
    }
    let ran = world.run(&by("Bo", &[&id, "--confirm", "--json"]));
    assert_eq!(ran.json()[0]["review"]["settled"], true);
}

#[test]
fn what_cannot_be_reviewed_is_told_with_the_way_out() {
    let site = Site::start();
    let world = watching(&site, "");
    let id = edit(&site, &world, 2, &policy("may", "", "twelve"));
    let cases: [(Vec<&str>, &str); 5] = [
        (by("Ada", &["0123456789abcdef", "--confirm"]), "there is no change"),
        (vec!["review", &id, "--confirm"], "it is not known who reviews"),
        (by("Ada", &[]), "needs a terminal"),
        (by("Ada", &[&id, "--dismiss", ""]), "it is empty"),
        (by("Ada", &["--forget-rule", "7"]), "there is no rule 7"),
    ];
    for (arguments, words) in cases {
        let ran = world.run(&arguments);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    assert_eq!(list(&world, &["--state", "new"]).len(), 1);
}

#[test]
fn a_rule_dismisses_what_is_alike_and_nothing_else() {
    let site = Site::start();
    let world = watching(&site, "");
    let first = edit(&site, &world, 2, &policy("never", "", "thirteen"));
    let ran = world.run(&by("Ada", &[&first, "--dismiss", "editorial", "--always"]));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("rule 1 dismisses changes like this"), "{}", ran.stderr);

    let alike = edit(&site, &world, 3, &policy("never", "", "fourteen"));
    let reviewed = list(&world, &["--state", "dismissed"]);
    let found = reviewed.iter().find(|it| it["id"] == alike.as_str()).unwrap();
    assert_eq!((&found["alerted"], &found["review"]["rule"]), (&false.into(), &1.into()));
    assert_eq!(found["deliveries"], Value::Array(Vec::new()));
    let explained = world.run(&["explain", &alike]).stdout;
    assert!(explained.contains("rule 1 by Ada dismisses changes like"), "{explained}");
    let rules = world.run(&["review", "--rules"]).stdout;
    assert!(rules.contains("where these words stay: \"This page was read by people"), "{rules}");

    // Another passage, and a pledge's clause beside an edit that is alike, are told.
    let news = "<li>We hired a new head of research in June.</li>";
    let other = edit(&site, &world, 4, &policy("never", news, "fourteen"));
    let pledge = edit(&site, &world, 5, &policy("may", news, "fifteen"));
    let new: Vec<_> = list(&world, &["--state", "new"]);
    let new: Vec<_> = new.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(new, [&other, &pledge]);

    // What touches a pledge makes no rule.
    let ran = world.run(&by("Ada", &[&pledge, "--dismiss", "known", "--always"]));
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("it touches a pledge"), "{}", ran.stderr);
    assert_eq!(list(&world, &["--state", "new"]).len(), 2, "and dismisses nothing");

    assert_eq!(world.run(&by("Bo", &["--forget-rule", "1"])).code, 0);
    assert_eq!(world.run(&["review", "--rules", "--json"]).json()[0]["state"], "forgotten");
    let told = edit(&site, &world, 6, &policy("may", news, "sixteen"));
    assert_eq!(list(&world, &["--state", "new"]).last().unwrap()["id"], told.as_str());
    verify(&world);
}

/// Runs the program on a terminal of its own, with these keys typed.
fn typed(world: &World, arguments: &[&str], keys: &str) -> Ran {
    let mut words = vec![env!("CARGO_BIN_EXE_pledgewatch")];
    words.extend(arguments);
    let mut child = Command::new("script")
        .args(["-qec", &words.join(" "), "/dev/null"])
        .current_dir(world.folder())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        stdout: String::from_utf8_lossy(&output.stdout).replace('\r', ""),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}

#[test]
fn changes_are_gone_through_one_key_at_a_time() {
    let site = Site::start();
    let world = watching(&site, "");
    let first = edit(&site, &world, 2, &policy("may", "", "twelve"));
    let second = edit(&site, &world, 3, &policy("may", "", "thirteen"));
    let third = edit(&site, &world, 4, &policy("will not", "", "thirteen"));
    // Confirm; dismiss as editorial; take that back; dismiss always; take that and its rule back;
    // dismiss always once more; skip; nothing is left.
    let ran = typed(&world, &["review", "--by", "Ada"], "cd1ua1ua1s");
    assert_eq!(ran.code, 0, "{ran:?}");
    for words in [
        "1 of 3: new",
        "3 of 3: new",
        "confirmed by Ada",
        "rule 1 dismisses",
        "1 new change left",
        "rule 1 is taken back as well",
        "rule 2 dismisses",
        "- reworded,",
    ] {
        assert!(ran.stdout.contains(words), "no `{words}` in\n{}", ran.stdout);
    }
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    let states: Vec<_> = list(&world, &[])
        .iter()
        .map(|it| (it["id"].as_str().unwrap().to_owned(), it["review"]["state"].clone()))
        .collect();
    let expected = [(first, "confirmed"), (second, "dismissed"), (third, "new")];
    assert_eq!(states, expected.map(|(id, state)| (id, Value::from(state))));
    verify(&world);
}

#[test]
fn the_command_that_an_alert_names_shows_that_change_whatever_came_after() {
    let site = Site::start();
    let world = watching(&site, "");
    let first = edit(&site, &world, 2, &policy("may", "", "twelve"));
    let second = edit(&site, &world, 3, &policy("may", "", "thirteen"));
    let diff = |change: &str| world.run(&["diff", "p", change, "--format", "plain"]).stdout;
    let (of_first, of_second) = (diff(&first), diff(&second));
    assert!(of_first.contains("never") && !of_first.contains("thirteen"), "{of_first}");
    assert!(of_second.contains("thirteen") && !of_second.contains("never"), "{of_second}");
    // The texts are called by when they were seen, or by their versions.
    let edits = |diff: &str| {
        diff.lines().filter(|line| !line.contains("seen 2")).collect::<Vec<_>>().join("\n")
    };
    let latest = world.run(&["diff", "p", "--format", "plain"]).stdout;
    assert_eq!(edits(&of_second), edits(&latest));
    let unknown = world.run(&["diff", "p", "0123456789abcdef"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
}
