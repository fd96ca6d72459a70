//! The program as typed: standard output, standard error and exit code at once.

use std::{collections::BTreeSet, fs};

use crate::{
    server::reply::Reply,
    world::{Site, World, framed},
};

const POLICY: &str = "<h1>Faces</h1><p>We will not sell facial recognition technology to police \
    departments in the United States until there is a national law.</p>\
    <p>We review every sensitive use of our technology against our principles.</p>";

fn edited() -> String {
    POLICY.replace("will not", "do not currently")
}

fn two_pages(site: &Site, keys: &str) -> World {
    let mut list = String::new();
    for id in ["one", "two"] {
        list.push_str(&format!(
            "\n[[page]]\nid = \"{id}\"\ncompany = \"Acme\"\ntitle = \"Page {id}\"\nurl = \"{}\"\n{keys}\n",
            site.url(&format!("/{id}"))
        ));
    }
    World::with(&list)
}

#[test]
fn a_first_check_is_silent_and_an_edit_is_printed() {
    let site = Site::start();
    let world = two_pages(&site, "confirm_within = 0");
    for path in ["/one", "/two"] {
        site.page(path, &framed(POLICY, "a"));
    }
    let first = world.run(&["check"]);
    assert_eq!((first.code, &*first.stdout, &*first.stderr), (0, "", ""));
    let second = world.run(&["check"]);
    assert_eq!((second.code, &*second.stdout, &*second.stderr), (0, "", ""), "nothing is due");
    site.page("/one", &framed(&edited(), "a"));
    let third = world.run(&["check", "one", "two", "--exit-code"]);
    assert_eq!(third.code, 1, "{third:?}");
    for words in ["Acme", "Page one", "currently", "pledgewatch diff one", &site.url("/one")] {
        assert!(third.stdout.contains(words), "no `{words}` in\n{}", third.stdout);
    }
    assert!(!third.stdout.contains('\u{1b}'), "no colour where nobody sees it");
    let listed = world.run(&["alert", "list", "--json"]).json();
    assert_eq!(listed.len(), 1);
    let alert = &listed[0];
    assert_eq!(alert["page"], "one");
    assert_eq!(alert["kind"], "change");
    assert_eq!(alert["url"], site.url("/one"));
    assert!(alert["captured_at"].as_str().unwrap().ends_with('Z'));
    assert!(alert["inserted"].to_string().contains("currently"));
    assert!(alert["deleted"].to_string().contains("will"));
    assert_eq!(alert["edits"][0]["kind"], "reworded");
    assert_eq!(alert["deliveries"][0]["state"], "delivered");
    let diff = world.run(&["diff", "one"]);
    assert!(diff.stdout.contains("currently"), "{}", diff.stdout);
    for format in ["plain", "markdown", "html", "json"] {
        let diff = world.run(&["diff", "one", "1..2", "--format", format]);
        assert_eq!(diff.code, 0, "{diff:?}");
        assert!(diff.stdout.contains("currently"), "{format}: {}", diff.stdout);
    }
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn one_page_in_trouble_does_not_touch_the_others() {
    let site = Site::start();
    let world = two_pages(&site, "");
    site.reply("/one", Reply::new(500).body("oops"));
    site.page("/two", &framed(POLICY, "a"));
    let ran = world.run(&["check"]);
    assert_eq!((ran.code, &*ran.stdout), (3, ""), "{ran:?}");
    assert!(ran.stderr.contains("one") && ran.stderr.contains("500"), "{}", ran.stderr);
    assert!(ran.stderr.contains("never read so far"), "{}", ran.stderr);
    let again = world.run(&["check", "one"]);
    assert_eq!((again.code, &*again.stderr), (3, ""), "said once");
    let status = world.run(&["status", "--json"]).json();
    assert_eq!(status[0]["health"], "trouble");
    assert_eq!(status[0]["trouble"]["kind"], "error_status");
    assert_eq!(status[1]["health"], "healthy");
    assert!(status[1]["last_healthy_at"].is_string() && status[1]["next_due_at"].is_string());
    let words = world.run(&["status"]).stdout;
    assert!(words.contains("trouble since") && words.contains("last healthy"), "{words}");
}

#[test]
fn a_wrong_watchlist_stops_everything_before_any_fetch() {
    let site = Site::start();
    let world = World::with(&format!(
        "\n[[page]]\nid = \"Bad Id\"\nurl = \"{}\"\nevery = \"sometimes\"\nselektor = \"main\"\n",
        site.url("/one")
    ));
    let ran = world.run(&["check"]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    for words in ["watchlist.toml", "Bad Id", "every", "sometimes", "selektor", "select"] {
        assert!(ran.stderr.contains(words), "no `{words}` in\n{}", ran.stderr);
    }
    assert_eq!(site.server().connections(), 0);
}

#[test]
fn what_is_wrong_as_typed_is_said_with_a_way_out() {
    let world = World::empty();
    let ran = world.run(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("pledgewatch init"), "{}", ran.stderr);
    assert_eq!(world.run(&["chekc"]).code, 2);
    assert_eq!(world.run(&["--help"]).code, 0);
    assert_eq!(world.run(&["--version"]).code, 0);
    assert_eq!(world.run(&["init"]).code, 0);
    let again = world.run(&["init"]);
    assert_eq!(again.code, 2, "{again:?}");
    let unknown = world.run(&["show", "nothing-here"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("nothing-here") && unknown.stderr.contains("hint"));
}

#[test]
fn a_page_is_added_without_disturbing_comments() {
    let site = Site::start();
    site.page(
        "/policy",
        &framed(POLICY, "a").replace("<title>Policy", "<title>Face policy | Acme Inc."),
    );
    let world = World::empty();
    assert_eq!(world.run(&["init"]).code, 0);
    let before = fs::read_to_string(world.watchlist()).unwrap();
    let url = site.url("/policy");
    let refused = world.run(&["add", &url]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("not a public address"), "{}", refused.stderr);
    let ran = world.run(&["add", &url, "--allow-private-addresses", "--company", "Acme"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("will not sell facial recognition"), "{}", ran.stdout);
    let after = fs::read_to_string(world.watchlist()).unwrap();
    assert!(after.starts_with(before.trim_end()), "{after}");
    assert!(after.contains(&url));
    assert_eq!(world.run(&["check"]).code, 0);
    let status = world.run(&["status", "--json"]).json();
    assert_eq!(status[0]["health"], "healthy");
    assert_eq!(status[0]["page"], "acme-face-policy");
    let twice = world.run(&["add", &url, "--allow-private-addresses"]);
    assert_eq!(twice.code, 3);
    assert!(twice.stderr.contains("watches it already"), "{}", twice.stderr);
}

#[test]
fn a_renamed_page_keeps_its_history() {
    let site = Site::start();
    let world = two_pages(&site, "confirm_within = 0");
    site.page("/one", &framed(POLICY, "a"));
    site.page("/two", &framed(POLICY, "a"));
    world.run(&["check"]);
    assert_eq!(world.run(&["rename", "one", "faces"]).code, 0);
    let shown = world.run(&["show", "faces"]);
    assert!(shown.stdout.contains("We will not sell"), "{shown:?}");
    assert_eq!(world.run(&["show", "one"]).code, 2);
    assert_eq!(world.run(&["rename", "faces", "two"]).code, 2, "the name is taken");
}

#[test]
fn a_page_that_left_the_watchlist_is_still_on_record() {
    let site = Site::start();
    let world = two_pages(&site, "");
    site.page("/one", &framed(POLICY, "a"));
    site.page("/two", &framed(POLICY, "a"));
    world.run(&["check"]);
    fs::write(world.watchlist(), "").unwrap();
    assert!(world.run(&["show", "one"]).stdout.contains("We will not sell"));
    fs::remove_file(world.watchlist()).unwrap();
    assert!(world.run(&["show", "one"]).stdout.contains("We will not sell"));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let site = Site::start();
    let world = two_pages(&site, "");
    site.page("/one", &framed(POLICY, "a"));
    site.page("/two", &framed(POLICY, "a"));
    let ran = world.run(&["check", "--dry-run"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("one: first"), "{}", ran.stdout);
    assert!(!world.folder().join("snapshots").exists());
    world.run(&["check"]);
    site.page("/one", &framed(&edited(), "a"));
    let before = fs::read(world.folder().join("snapshots/archive.db")).unwrap();
    let ran = world.run(&["check", "one", "--dry-run"]);
    assert!(ran.stdout.contains("one: waiting"), "{}", ran.stdout);
    let after = fs::read(world.folder().join("snapshots/archive.db")).unwrap();
    assert!(before == after, "the archive was written");
}

#[test]
fn a_second_sweep_at_the_same_time_does_nothing_and_says_so_only_when_asked() {
    let site = Site::start();
    let world = two_pages(&site, "");
    site.page("/one", &framed(POLICY, "a"));
    site.reply("/two", Reply::hang());
    let mut first = world.command(&["check"]).spawn().unwrap();
    while site.server().paths().iter().all(|path| path != "/two") {
        std::thread::yield_now();
    }
    let second = world.run(&["check"]);
    assert_eq!((second.code, &*second.stdout, &*second.stderr), (0, "", ""));
    let told = world.run(&["check", "-v"]);
    assert!(told.stderr.contains("another sweep is running"), "{}", told.stderr);
    assert_eq!(world.run(&["status"]).code, 0, "reading goes on");
    assert_eq!(first.wait().unwrap().code(), Some(3));
}

#[test]
fn a_killed_sweep_leaves_an_archive_that_the_next_goes_on_from() {
    let site = Site::start();
    let world = two_pages(&site, "");
    site.page("/one", &framed(POLICY, "a"));
    site.reply("/two", Reply::hang());
    let mut first = world.command(&["check"]).spawn().unwrap();
    while site.server().paths().iter().all(|path| path != "/two") {
        std::thread::yield_now();
    }
    first.kill().unwrap();
    first.wait().unwrap();
    site.page("/two", &framed(POLICY, "a"));
    let next = world.run(&["check"]);
    assert_eq!(next.code, 0, "{next:?}");
    let status = world.run(&["status", "--json"]).json();
    assert!(status.iter().take(2).all(|page| page["health"] == "healthy"), "{status:?}");
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_foreign_archive_is_refused_and_left_as_it_is() {
    let site = Site::start();
    let world = two_pages(&site, "");
    let folder = world.folder().join("snapshots");
    fs::create_dir(&folder).unwrap();
    let foreign = b"this is some other program's file, and long enough to be looked at twice\n";
    fs::write(folder.join("archive.db"), foreign.repeat(100)).unwrap();
    let ran = world.run(&["check"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("archive.db"), "{}", ran.stderr);
    assert_eq!(fs::read(folder.join("archive.db")).unwrap(), foreign.repeat(100));
    assert_eq!(site.server().connections(), 0);
}

#[test]
fn the_shipped_watchlist_is_read_by_the_program() {
    let world = World::empty();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/watchlist.toml");
    fs::copy(shipped, world.watchlist()).unwrap();
    let status = world.run(&["status", "--json"]).json();
    let companies: Vec<_> = status.iter().filter_map(|page| page["company"].as_str()).collect();
    assert_eq!(companies.len(), 10);
    for company in ["Microsoft", "Amazon", "IBM"] {
        assert!(companies.contains(&company), "{companies:?}");
    }
}

#[test]
fn the_demo_tells_its_story() {
    let world = World::empty();
    let ran = world.run(&["demo"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for words in ["one-year", "currently", "pledgewatch diff amaranth", "(no alert)"] {
        assert!(ran.stdout.contains(words), "no `{words}` in\n{}", ran.stdout);
    }
    assert_eq!(ran.stdout.matches("Amaranth changed").count(), 1, "{}", ran.stdout);
}

/// Two sentences that bind and one that does not, in paragraphs apart.
const THREE: &str = "<h1>Records</h1><p>We will never sell your records to anyone at all.</p>\
    <p>You can write to our desk in the old town, and a person will read what you write.</p>\
    <p>Our offices in the harbour are open to visitors on each day of the week.</p>";

#[test]
fn the_log_is_filtered_by_what_edits_amount_to_and_unfolds_what_it_folds() {
    let site = Site::start();
    let world = two_pages(&site, "confirm_within = 0");
    for path in ["/one", "/two"] {
        site.page(path, &framed(THREE, "a"));
    }
    world.run(&["check"]);
    // Page one loses a promise and alters a description, page two the description alone.
    let described = THREE.replace("in the harbour are open", "by the river are open");
    let loosened = described.replace("will never sell", "may sell");
    site.page("/one", &framed(&loosened, "a"));
    site.page("/two", &framed(&described, "a"));
    assert_eq!(world.run(&["check", "one", "two"]).code, 0);

    let pages = |arguments: &[&str]| -> Vec<String> {
        let arguments: Vec<&str> = ["log", "--json"].iter().chain(arguments).copied().collect();
        let found = world.run(&arguments).json();
        let pages = found.iter().map(|it| it["page"].as_str().unwrap().to_owned());
        // Of two pages that are visited at once, either may come first.
        pages.collect::<BTreeSet<String>>().into_iter().collect()
    };
    assert_eq!(pages(&[]), ["one", "two"]);
    assert_eq!(pages(&["--min-kind", "condition"]), ["one"]);
    assert_eq!(pages(&["--min-kind", "removed"]), [""; 0]);
    assert_eq!(pages(&["--min-kind", "cosmetic"]), ["one", "two"]);
    assert_eq!(pages(&["--kind", "weakened"]), ["one"]);
    assert_eq!(pages(&["--kind", "editorial"]), ["two"]);
    let wrong = world.run(&["log", "--min-kind", "worse"]);
    assert_eq!(wrong.code, 2);

    let log = world.run(&["log", "--json", "--kind", "weakened"]).json();
    let id = log[0]["id"].as_str().unwrap();
    let folded = world.run(&["log", "--event", id]).stdout;
    assert!(folded.contains("and 1 editorial edit"), "{folded}");
    assert!(!folded.contains("river"), "{folded}");
    let whole = world.run(&["log", "--event", id, "--all"]).stdout;
    assert!(whole.contains("river") && !whole.contains("editorial edit:"), "{whole}");
}

#[test]
fn an_alert_and_the_diff_of_its_versions_have_the_same_verdicts() {
    let site = Site::start();
    let world = two_pages(&site, "confirm_within = 0");
    let list = "<h1>Uses</h1><p>We will not provide our models to any of these:</p><ul>\
        <li>armed forces</li><li>secret services</li><li>border guards</li></ul>\
        <p>You can write to our desk in the old town at any time.</p>";
    site.page("/one", &framed(list, "a"));
    site.page("/two", &framed(list, "a"));
    world.run(&["check"]);
    site.page("/one", &framed(&list.replace("<li>secret services</li>", ""), "a"));
    world.run(&["check", "one"]);
    let alert = &world.run(&["alert", "list", "--json"]).json()[0];
    let id = alert["id"].as_str().unwrap();
    let told = &alert["edits"][0]["verdict"];
    assert_eq!((&told["meaning"], &told["bound"]), (&"removed".into(), &"company".into()));
    assert_eq!(told["direction"], "looser");
    for asked in ["1..2", id] {
        let diff = world.run(&["diff", "one", asked, "--format", "json"]).json();
        let rows = diff[0]["rows"].as_array().unwrap();
        let shown: Vec<_> = rows.iter().filter(|row| row["verdict"].is_object()).collect();
        assert_eq!(shown.len(), 1, "{asked}: {rows:?}");
        assert_eq!(&shown[0]["verdict"], told, "{asked}");
    }
}

#[test]
fn an_alert_that_no_channel_takes_is_not_said_to_have_been_told() {
    let site = Site::start();
    let world = two_pages(&site, "confirm_within = 0");
    let watchlist = fs::read_to_string(world.watchlist()).unwrap();
    let channel = "\n[[channel]]\nkind = \"stdout\"\nkinds = [\"gone\"]\n";
    fs::write(world.watchlist(), format!("{watchlist}{channel}")).unwrap();
    for path in ["/one", "/two"] {
        site.page(path, &framed(POLICY, "a"));
    }
    world.run(&["check"]);
    site.page("/one", &framed(&edited(), "a"));
    assert_eq!(world.run(&["check", "one"]).stdout, "");
    let log = world.run(&["log"]).stdout;
    assert!(log.contains("(an alert, sent to nobody)"), "{log}");
    let id = world.run(&["log", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    let explained = world.run(&["explain", &id]).stdout;
    assert!(explained.contains("sent to nobody"), "{explained}");
    assert!(!explained.contains("its time was up"), "{explained}");
}
