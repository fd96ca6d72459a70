//! Like with like: whatever of ours changes between two visits, the page's own edits alone are
//! told, and all of them; and the whole archive read again.

use std::fs;

use pledgewatch::model::event::{Certainty, Telling, Told, What};

use crate::{
    server::reply::Reply,
    world::{Ran, Site, World, framed},
};

const POLICY: &str = "<h1>Facial recognition</h1>\
    <p>We will not sell facial recognition technology to police departments in the United States. \
    This holds until there is a national law, grounded in human rights, that governs it.</p>\
    <h2>Reviews</h2><p>We review every sensitive use of our technology against our principles, and \
    we publish the outcome of each review within ninety days of its end.</p>\
    <ul><li>We do not keep face prints of visitors.</li><li>We tell the people concerned.</li></ul>";

const MAPS: &str = "<h1>Maps</h1><p>We do not track where the people that use our maps go, and we \
    delete what a device sends to us within one day.</p>";

fn edited() -> String {
    POLICY.replace("We will not sell", "We do not currently sell")
}

/// Returns a world that watches `/p`, with these lines after the address.
fn watching(site: &Site, keys: &str) -> World {
    World::with(&format!(
        "\n[[page]]\nid = \"p\"\ncompany = \"Acme\"\ntitle = \"Faces\"\nurl = \"{}\"\n{keys}",
        site.url("/p")
    ))
}

/// Replaces words in the watchlist.
fn rewrite(world: &World, before: &str, after: &str) {
    let list = fs::read_to_string(world.watchlist()).unwrap();
    assert!(list.contains(before), "{list}");
    fs::write(world.watchlist(), list.replace(before, after)).unwrap();
}

fn append(world: &World, line: &str) {
    let list = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(world.watchlist(), format!("{list}\n{line}\n")).unwrap();
}

/// Returns kind, telling and, of a change, the cause of everything on record.
fn told(world: &World) -> Vec<String> {
    let words = |told: &Told| {
        let telling = match &told.event.telling {
            Telling::Alert(_) => "alert",
            Telling::Pending => "pending",
            Telling::Quiet(_) => "quiet",
        };
        let cause = match &told.event.what {
            What::Change(change) => format!(" {}", change.cause.code()),
            _ => String::new(),
        };
        format!("{} {telling}{cause}", told.event.kind().code())
    };
    world.log().iter().map(words).collect()
}

/// Returns what the alerted changes inserted and deleted.
fn altered(world: &World) -> String {
    let log = world.log();
    let alerts = log.iter().filter(|told| matches!(told.event.telling, Telling::Alert(_)));
    let edits = alerts.flat_map(|told| told.event.edits());
    let runs: Vec<&str> = edits.flat_map(|edit| edit.deleted().chain(edit.inserted())).collect();
    runs.join("|")
}

fn done(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

#[test]
fn another_language_asked_for_is_our_own_doing() {
    let site = Site::start();
    let world = watching(&site, "language = \"en\"\n");
    site.reply("/p", Reply::page(&framed(POLICY, "a")).header("etag", "\"one\""));
    world.sweep_at("2026-01-01T00:00:00Z");
    rewrite(&world, "\"en\"", "\"de\"");
    let german = "<h1>Gesichtserkennung</h1><p>Wir verkaufen der Polizei in den Vereinigten Staaten \
        keine Gesichtserkennung, bis ein Gesetz sie regelt, das die Menschenrechte achtet.</p>";
    site.page("/p", &framed(german, "a").replace("lang=\"en\"", "lang=\"de\""));
    for day in 2..8 {
        world.sweep_at(&format!("2026-01-0{day}T00:00:00Z"));
    }
    assert_eq!(told(&world), ["change quiet watch"]);
    let asked = site.server().requests();
    let second = asked.iter().filter(|request| request.path == "/p").nth(1).unwrap();
    assert_eq!(second.header("if-none-match"), None, "the validator was another language's");
    site.page("/p", &framed(&german.replace("keine", "selten"), "a").replace("\"en\"", "\"de\""));
    world.sweep_at("2026-01-09T00:00:00Z");
    world.sweep_at("2026-01-09T06:00:00Z");
    assert_eq!(told(&world), ["change quiet watch", "change alert page"]);
    assert!(altered(&world).contains("selten"), "{}", altered(&world));
}

#[test]
fn other_headers_do_not_hide_an_edit_that_waited() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-01T06:00:00Z");
    append(&world, "headers = { X-Consent = \"yes\" }");
    world.sweep_at("2026-01-01T12:00:00Z");
    world.sweep_at("2026-01-01T18:00:00Z");
    assert!(altered(&world).contains("currently"), "{:?}", told(&world));
    let alerts = told(&world).iter().filter(|it| *it == "change alert page").count();
    assert_eq!(alerts, 1, "{:?}", told(&world));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn an_address_that_is_added_or_removed_is_our_own_doing_and_hides_no_edit() {
    let site = Site::start();
    let world = watching(&site, "confirm_within = 0\n");
    site.page("/p", &framed(POLICY, "a"));
    site.page("/maps", &framed(MAPS, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    let (one, two) = (site.url("/p"), site.url("/maps"));
    rewrite(&world, &format!("url = \"{one}\""), &format!("urls = [\"{two}\", \"{one}\"]"));
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    let mut kinds = told(&world);
    kinds.retain(|kind| kind.starts_with("change"));
    kinds.sort();
    assert_eq!(kinds, ["change alert page", "change quiet watch"]);
    assert!(altered(&world).contains("currently") && !altered(&world).contains("maps"));
    rewrite(&world, &format!("urls = [\"{two}\", \"{one}\"]"), &format!("urls = [\"{two}\"]"));
    world.sweep_at("2026-01-03T00:00:00Z");
    world.sweep_at("2026-01-04T00:00:00Z");
    assert_eq!(told(&world).iter().filter(|it| it.contains("alert")).count(), 1);
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn what_the_latest_visit_showed_is_read_again_and_not_the_first() {
    let site = Site::start();
    let world = watching(&site, "remove = [\"ul\"]\nconfirm_within = 0\n");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    let unseen = POLICY.replace("face prints", "pictures");
    site.page("/p", &framed(&unseen, "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    rewrite(&world, "remove = [\"ul\"]", "");
    world.sweep_at("2026-01-03T00:00:00Z");
    assert_eq!(told(&world), ["change quiet selection"]);
}

#[test]
fn what_cannot_be_read_as_today_is_not_compared_with_what_can() {
    let site = Site::start();
    let world = watching(&site, "confirm_within = 0\n");
    site.page("/p", &framed(&format!("{POLICY}<p>And more.</p>"), "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    append(&world, "select = [\"#policy\"]");
    site.page("/p", &framed(&format!("<div id=policy>{POLICY}</div><p>And more.</p>"), "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    site.page("/p", &framed(&format!("<div id=policy>{}</div>", edited()), "a"));
    world.sweep_at("2026-01-03T00:00:00Z");
    let alerts: Vec<_> = told(&world).into_iter().filter(|it| it.contains("alert")).collect();
    assert_eq!(alerts, ["change alert page"], "{:?}", told(&world));
    assert!(!altered(&world).contains("more"), "{}", altered(&world));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_wall_before_a_small_part_is_trouble_however_large_the_others_are() {
    let site = Site::start();
    let world = World::with(&format!(
        "\n[[page]]\nid = \"p\"\nurls = [\"{}\", \"{}\"]\nconfirm_within = 0\n",
        site.url("/p"),
        site.url("/maps")
    ));
    site.page("/p", &framed(&POLICY.repeat(6), "a"));
    site.page("/maps", &framed(MAPS, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    let wall = "<h1>Just a moment...</h1><p>Checking your browser before you access this site. \
        Verify you are human.</p>";
    site.page("/maps", &format!("<!doctype html><html><body>{wall}</body></html>"));
    world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(told(&world), ["trouble pending"]);
    site.page("/maps", &framed(&MAPS.replace("one day", "one year"), "a"));
    world.sweep_at("2026-01-03T00:00:00Z");
    assert!(told(&world).contains(&"change alert page".to_owned()), "{:?}", told(&world));
    assert!(altered(&world).contains("year"), "{}", altered(&world));
}

#[test]
fn a_wording_that_waits_goes_on_waiting_under_another_selection() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-01T06:00:00Z");
    append(&world, "remove = [\"ul\"]");
    world.sweep_at("2026-01-01T12:00:00Z");
    assert_eq!(told(&world), ["change alert page", "change quiet selection"]);
    let log = world.log();
    let What::Change(change) = &log[0].event.what else { panic!("no change") };
    assert_eq!(change.certainty, Certainty::Confirmed);
    assert_eq!(log[0].event.captured_at.minute(), "2026-01-01 06:00 UTC");
    assert!(!altered(&world).contains("face prints"), "{}", altered(&world));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_wording_that_waits_is_told_in_its_time_under_another_selection_in_an_outage() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-01T06:00:00Z");
    append(&world, "remove = [\"ul\"]");
    site.reply("/p", Reply::new(503));
    world.sweep_at("2026-01-02T00:00:00Z");
    world.sweep_at("2026-01-03T00:00:00Z");
    assert!(altered(&world).contains("currently"), "{:?}", told(&world));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_renaming_that_was_cut_off_is_finished_by_the_same_command() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    // The program was killed here: the archive is renamed, the watchlist is not.
    world.app().archive.rename_page(&"p".parse().unwrap(), &"q".parse().unwrap()).unwrap();
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    done(world.run(&["rename", "p", "q"]));
    world.sweep_at("2026-01-02T06:00:00Z");
    assert_eq!(told(&world), ["change alert page"]);
    assert_eq!(world.app().archive.pages().unwrap().len(), 1);
    assert_eq!(world.run(&["rename", "p", "q"]).code, 2, "it is done");
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_temporary_redirect_that_becomes_permanent_or_lasts_is_a_move() {
    for (status, days) in [(301, "03"), (302, "28")] {
        let site = Site::start();
        let world = watching(&site, "");
        site.page("/p", &framed(POLICY, "a"));
        world.sweep_at("2026-01-01T00:00:00Z");
        site.reply("/p", Reply::redirect(302, "/elsewhere"));
        site.page("/elsewhere", &framed(POLICY, "a"));
        world.sweep_at("2026-01-02T00:00:00Z");
        assert_eq!(told(&world), ["moved quiet"]);
        site.reply("/p", Reply::redirect(status, "/elsewhere"));
        world.sweep_at(&format!("2026-01-{days}T00:00:00Z"));
        world.sweep_at("2026-02-10T00:00:00Z");
        world.sweep_at("2026-03-10T00:00:00Z");
        assert_eq!(told(&world), ["moved quiet", "moved alert"], "{status}");
    }
}

#[test]
fn a_page_that_always_answered_elsewhere_for_now_did_not_move() {
    let site = Site::start();
    let world = watching(&site, "");
    site.reply("/p", Reply::redirect(302, "/en/p"));
    site.page("/en/p", &framed(POLICY, "a"));
    for month in 1..6 {
        world.sweep_at(&format!("2026-0{month}-01T00:00:00Z"));
    }
    assert_eq!(told(&world), ["moved quiet"]);
}

/// Returns a world whose page was edited once, and told, with a list that is removed since.
fn with_another_selection(site: &Site) -> World {
    let world = watching(site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    for time in ["02T00", "02T06", "02T12"] {
        world.sweep_at(&format!("2026-01-{time}:00:00Z"));
    }
    append(&world, "remove = [\"ul\"]");
    world
}

#[test]
fn a_rehearsal_lists_what_would_read_differently_and_writes_nothing() {
    let site = Site::start();
    let world = with_another_selection(&site);
    let file = world.folder().join("snapshots/archive.db");
    let before = fs::read(&file).unwrap();
    let ran = done(world.run(&["reextract", "--dry-run"]));
    assert!(ran.stdout.contains("version 1 of 2026-01-01 00:00 UTC: 2 blocks differ"), "{ran:?}");
    assert!(ran.stdout.contains("version 2 of 2026-01-02 00:00 UTC: 2 blocks differ"), "{ran:?}");
    assert!(ran.stderr.contains("2 of 2 versions"), "{ran:?}");
    let shown = done(world.run(&["reextract", "p", "--dry-run", "--diff"]));
    assert!(shown.stdout.contains("face prints"), "{shown:?}");
    let json = done(world.run(&["reextract", "--dry-run", "--diff", "--json"])).json();
    assert_eq!(json[0]["version"], 1);
    assert_eq!(json[0]["blocks_differing_before"], 2);
    assert_eq!(json[2]["versions_differing"], 2);
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(world.run(&["reextract", "nobody"]).code, 2);
}

#[test]
fn an_archive_read_again_tells_nobody_and_forgets_nothing() {
    let site = Site::start();
    let world = with_another_selection(&site);
    let before = world.log();
    let ran = done(world.run(&["reextract"]));
    assert!(ran.stderr.contains("2 of 2 versions"), "{ran:?}");
    let shown = done(world.run(&["show", "p"]));
    assert!(shown.stdout.contains("currently") && !shown.stdout.contains("face prints"));
    let first = done(world.run(&["show", "p", "--at", "2026-01-01T12:00:00Z"]));
    assert!(first.stdout.contains("will not sell") && !first.stdout.contains("face prints"));
    let diff = done(world.run(&["diff", "p", "1..2", "--format", "plain"]));
    assert!(!diff.stdout.contains("face prints"), "{diff:?}");
    let after = world.log();
    assert!(before.iter().all(|event| after.contains(event)), "what was told stands as it was");
    assert_eq!(
        told(&world),
        ["change quiet selection", "change alert page", "change quiet selection"]
    );
    assert_eq!(world.run(&["verify"]).code, 0);
    let again = done(world.run(&["reextract"]));
    assert!(again.stderr.contains("read 0 visits") && again.stdout.is_empty(), "{again:?}");
    assert_eq!(world.log(), after);

    site.page("/p", &framed(&edited().replace("ninety", "nine hundred"), "a"));
    world.sweep_at("2026-01-03T00:00:00Z");
    world.sweep_at("2026-01-03T06:00:00Z");
    assert_eq!(told(&world).len(), 4, "{:?}", told(&world));
    assert!(altered(&world).contains("nine hundred") && !altered(&world).contains("face"));

    // The selection is taken back, and so is what it did.
    rewrite(&world, "remove = [\"ul\"]", "");
    done(world.run(&["reextract"]));
    let shown = done(world.run(&["show", "p", "--at", "2026-01-01T12:00:00Z"]));
    assert!(shown.stdout.contains("face prints"), "{shown:?}");
    world.sweep_at("2026-01-04T00:00:00Z");
    let alerts = told(&world).iter().filter(|it| it.contains("alert")).count();
    assert_eq!(alerts, 2, "{:?}", told(&world));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_wording_that_waits_is_told_after_everything_was_read_again() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-01T06:00:00Z");
    append(&world, "remove = [\"ul\"]");
    done(world.run(&["reextract"]));
    world.sweep_at("2026-01-01T12:00:00Z");
    let log = world.log();
    let alerts: Vec<&Told> =
        log.iter().filter(|told| matches!(told.event.telling, Telling::Alert(_))).collect();
    assert_eq!(alerts.len(), 1, "{:?}", told(&world));
    let What::Change(change) = &alerts[0].event.what else { panic!("no change") };
    assert_eq!(change.certainty, Certainty::Confirmed);
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn reading_again_that_is_killed_is_gone_on_with() {
    let site = Site::start();
    let world = watching(&site, "");
    for hour in 0..60 {
        let policy = if hour < 30 { POLICY.to_owned() } else { edited() };
        site.page("/p", &framed(&policy, &format!("News of the hour {hour}")));
        world.sweep_at(&format!("2026-01-{:02}T{:02}:00:00Z", 1 + hour / 4, 6 * (hour % 4)));
    }
    let before = world.log();
    append(&world, "remove = [\"ul\"]");
    for ms in [4, 8, 12, 16, 24, 32, 48, 64] {
        let mut child = world.command(&["reextract"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(ms));
        let _ = child.kill();
        child.wait().unwrap();
        assert_eq!(world.run(&["verify"]).code, 0, "killed after {ms} ms");
    }
    done(world.run(&["reextract"]));
    assert!(world.run(&["reextract"]).stderr.contains("read 0 visits"));
    assert_eq!(world.run(&["verify"]).code, 0);
    let after = world.log();
    assert!(before.iter().all(|event| after.contains(event)));
    assert_eq!(after.len(), before.len() + 2, "{:?}", told(&world));
}

#[test]
fn an_archive_without_a_watchlist_is_read_again_as_far_as_its_selections_are_known() {
    let site = Site::start();
    let world = with_another_selection(&site);
    world.sweep_at("2026-01-03T00:00:00Z");
    fs::remove_file(world.watchlist()).unwrap();
    let ran = done(world.run(&["reextract"]));
    assert!(ran.stdout.contains("left as it is"), "{ran:?}");
    let ran = done(world.run(&["reextract", "--json"]));
    assert_eq!(ran.json()[0]["left_out"], true);
    fs::write(world.watchlist(), "[[page]]\nid = 1\n").unwrap();
    assert_eq!(world.run(&["reextract"]).code, 2);
}
