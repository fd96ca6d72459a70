//! What a page does over days, and what is told of it: the judgement, end to end through the
//! library, with the clock passed in.

use pledgewatch::model::{
    cause::Cause,
    event::{Certainty, EventKind, Telling, What},
    history::{Accepted, Finding, Given, Judgement, NewVersion, Reading, Regime},
    text::Text,
    trouble::TroubleKind,
};

use crate::{
    server::reply::Reply,
    world::{Site, World, framed},
};

const POLICY: &str = "<h1>Facial recognition</h1>\
    <p>We will not sell facial recognition technology to police departments in the United States. \
    This holds until there is a national law, grounded in human rights, that governs it.</p>\
    <h2>Reviews</h2><p>We review every sensitive use of our technology against our principles, and \
    we publish the outcome of each review within ninety days of its end.</p>\
    <ul><li>We do not keep face prints of visitors.</li><li>We tell the people concerned.</li></ul>";

/// Returns a world that watches `/p` on the site, with more keys for the page.
fn watching(site: &Site, keys: &str) -> World {
    World::with(&format!(
        "\n[[page]]\nid = \"p\"\ncompany = \"Acme\"\ntitle = \"Faces\"\nurl = \"{}\"\n{keys}\n",
        site.url("/p")
    ))
}

fn edited() -> String {
    POLICY.replace("We will not sell", "We do not currently sell")
}

/// Returns kind and telling of everything on record: `change alert`, `trouble pending`.
fn told(world: &World) -> Vec<String> {
    world
        .log()
        .iter()
        .map(|told| {
            let telling = match &told.event.telling {
                Telling::Alert(_) => "alert",
                Telling::Pending => "pending",
                Telling::Quiet(_) => "quiet",
            };
            format!("{} {telling}", told.event.kind().code())
        })
        .collect()
}

#[test]
fn furniture_alone_is_never_told() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "Products"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(POLICY, "Products and AI"));
    world.sweep_at("2026-01-01T06:00:00Z");
    let banner = "<div role=\"dialog\"><p>We use cookies. Accept?</p><button>Accept</button></div>";
    site.page("/p", &framed(POLICY, "More").replace("<header>", &format!("{banner}<header>")));
    world.sweep_at("2026-01-01T12:00:00Z");
    assert_eq!(told(&world), Vec::<String>::new());
}

#[test]
fn an_edit_waits_until_it_is_seen_again_and_is_told_once() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-01T06:00:00Z");
    assert_eq!(told(&world), Vec::<String>::new());
    let swept = world.sweep_at("2026-01-01T12:00:00Z");
    assert_eq!(swept.changes, 1);
    world.sweep_at("2026-01-01T18:00:00Z");
    assert_eq!(told(&world), ["change alert"]);
    let log = world.log();
    let event = &log[0].event;
    assert_eq!(event.captured_at.minute(), "2026-01-01 06:00 UTC");
    let What::Change(change) = &event.what else { panic!("{event:?}") };
    assert_eq!(change.certainty, Certainty::Confirmed);
    assert_eq!(change.before_last_at.minute(), "2026-01-01 00:00 UTC");
    let inserted: Vec<&str> = event.edits().iter().flat_map(|edit| edit.inserted()).collect();
    assert!(inserted.join(" ").contains("currently"), "{inserted:?}");
}

#[test]
fn an_edit_is_told_at_once_where_nothing_need_be_confirmed() {
    let site = Site::start();
    let world = watching(&site, "confirm_within = 0");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    assert_eq!(world.sweep_at("2026-01-01T06:00:00Z").changes, 1);
    for (there, back) in [("01T12", "01T18"), ("02T00", "02T06"), ("02T12", "02T18")] {
        site.page("/p", &framed(POLICY, "a"));
        world.sweep_at(&format!("2026-01-{there}:00:00Z"));
        site.page("/p", &framed(&edited(), "a"));
        world.sweep_at(&format!("2026-01-{back}:00:00Z"));
    }
    let known = |it: &&String| *it == "change alert";
    assert_eq!(told(&world).iter().filter(known).count(), 1, "{:?}", told(&world));
    site.page("/p", &framed(POLICY, "a"));
    for time in ["03T00", "03T06", "04T11", "04T18"] {
        world.sweep_at(&format!("2026-01-{time}:00:00Z"));
    }
    assert_eq!(told(&world).iter().filter(known).count(), 2, "{:?}", told(&world));
}

#[test]
fn a_flap_is_withdrawn_and_its_return_needs_longer_to_be_believed() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    for day in 1..6 {
        site.page("/p", &framed(&edited(), "a"));
        world.sweep_at(&format!("2026-02-0{day}T00:00:00Z"));
        site.page("/p", &framed(POLICY, "a"));
        world.sweep_at(&format!("2026-02-0{day}T12:00:00Z"));
    }
    assert_eq!(told(&world), ["change quiet"; 5], "each is on record");
    site.page("/p", &framed(&edited(), "a"));
    for time in ["07T00", "07T06", "07T12", "08T00"] {
        world.sweep_at(&format!("2026-02-{time}:00:00Z"));
        assert_eq!(told(&world).len(), 5, "{time}");
    }
    world.sweep_at("2026-02-08T13:00:00Z");
    assert_eq!(told(&world).last().unwrap(), "change alert");
}

#[test]
fn a_lasting_return_to_an_earlier_wording_is_a_change() {
    let site = Site::start();
    let world = watching(&site, "");
    let sweeps = ["01-01", "01-03", "01-05", "01-07", "01-09", "01-11"];
    for (at, day) in sweeps.into_iter().enumerate() {
        let policy = if (2..4).contains(&at) { edited() } else { POLICY.to_owned() };
        site.page("/p", &framed(&policy, "a"));
        world.sweep_at(&format!("2026-{day}T00:00:00Z"));
    }
    assert_eq!(told(&world), ["change alert", "change alert"]);
}

#[test]
fn a_wording_that_was_seen_once_is_told_when_its_time_is_up() {
    let site = Site::start();
    let world = watching(&site, "every = \"30d\"");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2025-12-01T00:00:00Z");
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-02-01T00:00:00Z");
    site.page("/p", &framed(&edited().replace("police", "public police"), "a"));
    world.sweep_at("2026-03-01T00:00:00Z");
    assert_eq!(told(&world), ["change alert"]);
    let log = world.log();
    assert_eq!(log[0].event.captured_at.day(), "2026-02-01");
    let What::Change(change) = &log[0].event.what else { panic!("no change") };
    assert_eq!(change.certainty, Certainty::Unsure);
    world.sweep_at("2026-04-01T00:00:00Z");
    assert_eq!(told(&world), ["change alert", "change alert"]);
}

#[test]
fn trouble_does_not_stop_the_time_of_a_waiting_wording() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    site.reply("/p", Reply::new(503));
    world.sweep_at("2026-01-03T00:00:00Z");
    assert_eq!(told(&world), ["trouble pending"]);
    world.sweep_at("2026-01-03T13:00:00Z");
    assert_eq!(told(&world), ["change alert", "trouble pending"]);
}

#[test]
fn an_outage_is_trouble_told_once_when_it_lasts_and_once_when_it_is_over() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.reply("/p", Reply::new(503).body("<h1>Service unavailable</h1>"));
    for day in 2..8 {
        world.sweep_at(&format!("2026-01-0{day}T00:00:00Z"));
    }
    assert_eq!(told(&world), ["trouble alert"]);
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-08T00:00:00Z");
    assert_eq!(told(&world), ["trouble alert", "recovered alert"]);
}

#[test]
fn a_short_outage_is_on_record_and_told_to_nobody() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.reply("/p", Reply::reset());
    world.sweep_at("2026-01-01T06:00:00Z");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T12:00:00Z");
    assert_eq!(told(&world), ["trouble quiet", "recovered quiet"]);
}

#[test]
fn a_page_that_is_removed_for_good_is_news() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.reply("/p", Reply::new(410).body("<h1>Gone</h1>"));
    for day in 2..7 {
        world.sweep_at(&format!("2026-01-0{day}T00:00:00Z"));
    }
    let mut kinds = told(&world);
    kinds.sort();
    assert_eq!(kinds, ["gone alert", "trouble quiet"]);
}

#[test]
fn walls_and_error_pages_served_as_200_are_trouble() {
    let walls = [
        (
            "bot",
            "<h1>Just a moment...</h1><p>Checking your browser before you access this site. \
            Verify you are human.</p>",
        ),
        ("login", "<h1>Sign in</h1><form><input name=u><input type=password></form>"),
        ("missing", "<title>404 Not Found</title><h1>Page not found</h1><p>Sorry.</p>"),
        ("empty", "<div id=root></div>"),
    ];
    for (name, wall) in walls {
        let site = Site::start();
        let world = watching(&site, "confirm_within = 0");
        site.page("/p", &framed(POLICY, "a"));
        world.sweep_at("2026-01-01T00:00:00Z");
        site.page("/p", &format!("<!doctype html><html><body>{wall}</body></html>"));
        world.sweep_at("2026-01-02T00:00:00Z");
        assert_eq!(told(&world), ["trouble pending"], "{name}");
    }
}

#[test]
fn a_page_that_moved_for_good_is_told_and_followed() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.reply("/p", Reply::redirect(301, "/elsewhere"));
    site.page("/elsewhere", &framed(POLICY, "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    world.sweep_at("2026-01-03T00:00:00Z");
    assert_eq!(told(&world), ["moved alert"]);
}

#[test]
fn a_new_selection_is_recorded_with_its_cause_and_hides_no_edit_of_the_same_day() {
    let site = Site::start();
    let world = watching(&site, "confirm_within = 0");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    let list = std::fs::read_to_string(world.watchlist()).unwrap();
    std::fs::write(world.watchlist(), list + "remove = [\"ul\"]\n").unwrap();
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(told(&world).len(), 2, "{:?}", told(&world));
    let log = world.log();
    let causes: Vec<&str> = log
        .iter()
        .filter_map(|told| match &told.event.what {
            What::Change(change) => Some(change.cause.code()),
            _ => None,
        })
        .collect();
    assert!(causes.contains(&"selection") && causes.contains(&"page"), "{causes:?}");
    let page_change = log.iter().find(|told| matches!(told.event.telling, Telling::Alert(_)));
    let deleted: String =
        page_change.unwrap().event.edits().iter().flat_map(|edit| edit.deleted()).collect();
    assert!(!deleted.contains("face prints"), "{deleted}");
}

#[test]
fn no_edit_hides_behind_a_304_of_a_page_edited_in_the_second_in_which_it_was_served() {
    let site = Site::start();
    let world = watching(&site, "");
    let modified = "Wed, 31 Dec 2025 23:59:59 GMT";
    let served_at = |date: &str| {
        Reply::page(&framed(POLICY, "a"))
            .header("etag", "\"6955b7ff-1a2\"")
            .header("last-modified", modified)
            .header("date", date)
    };
    site.reply("/p", served_at(modified));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.reply("/p", served_at("Thu, 01 Jan 2026 06:00:00 GMT"));
    world.sweep_at("2026-01-01T06:00:00Z");
    world.sweep_at("2026-01-01T12:00:00Z");
    let asked = site.server().requests();
    let asked = asked.iter().filter(|request| request.path == "/p");
    let conditions: Vec<(bool, bool)> = asked
        .map(|it| (it.header("if-none-match").is_some(), it.header("if-modified-since").is_some()))
        .collect();
    assert_eq!(conditions, [(false, false), (false, false), (true, true)]);
}

#[test]
fn validators_of_a_page_in_trouble_are_not_used() {
    let site = Site::start();
    let world = watching(&site, "");
    site.reply("/p", Reply::page(&framed(POLICY, "a")).header("etag", "\"good\""));
    world.sweep_at("2026-01-01T00:00:00Z");
    let wall = "<h1>Just a moment...</h1><p>Verify you are human.</p>";
    site.reply("/p", Reply::page(wall).header("etag", "\"wall\""));
    world.sweep_at("2026-01-02T00:00:00Z");
    world.sweep_at("2026-01-03T00:00:00Z");
    let asked: Vec<Option<String>> = site
        .server()
        .requests()
        .iter()
        .filter(|request| request.path == "/p")
        .map(|request| request.header("if-none-match").map(str::to_owned))
        .collect();
    assert!(asked.iter().flatten().all(|tag| tag == "\"good\""), "{asked:?}");
    assert!(asked.last().unwrap().is_some());
}

#[test]
fn an_unsettled_page_is_looked_at_sooner_than_its_watch_asks() {
    let site = Site::start();
    let world = watching(&site, "every = \"7d\"");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    assert_eq!(world.sweep_at("2026-01-02T00:00:00Z").checked.len(), 0);
    site.reply("/p", Reply::new(503));
    assert_eq!(world.sweep_at("2026-01-08T00:00:00Z").checked.len(), 1);
    site.page("/p", &framed(&edited(), "a"));
    assert_eq!(world.sweep_at("2026-01-08T06:00:00Z").checked.len(), 2, "and a second look");
    assert_eq!(world.sweep_at("2026-01-08T12:00:00Z").changes, 1);
    assert_eq!(world.sweep_at("2026-01-09T00:00:00Z").checked.len(), 0);
}

#[test]
fn a_revised_extractor_is_no_change_and_hides_none() {
    let site = Site::start();
    let world = watching(&site, "confirm_within = 0");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    read_by_an_earlier_revision(&world);
    site.page("/p", &framed(POLICY, "b"));
    world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(told(&world), ["change quiet"]);
    read_by_an_earlier_revision(&world);
    site.page("/p", &framed(&edited(), "b"));
    world.sweep_at("2026-01-03T00:00:00Z");
    let log = world.log();
    let alerts: Vec<_> =
        log.iter().filter(|told| matches!(told.event.telling, Telling::Alert(_))).collect();
    assert_eq!(alerts.len(), 1, "{:?}", told(&world));
    let words: Vec<&str> =
        alerts[0].event.edits().iter().flat_map(|edit| edit.inserted()).collect();
    assert!(words.join(" ").contains("currently"), "{words:?}");
    assert!(!words.join(" ").contains("Facial recognition"), "{words:?}");
}

/// Puts on record that the page's latest visit was read by an extractor that lost the heading.
fn read_by_an_earlier_revision(world: &World) {
    let mut app = world.app();
    let page = "p".parse().unwrap();
    let version = app.archive.page_state(&page).unwrap().version.unwrap();
    let text = app.archive.text(&version.text).unwrap();
    let text = Text::from(text.blocks[1..].to_vec());
    let regime = Regime { revision: 0, ..version.regime };
    let wording = pledgewatch::compare::wording::wording(&text);
    let judgement = Judgement {
        visit: version.first_visit,
        page,
        captured_at: version.first_at,
        judged_at: version.first_at,
        finding: Finding::Established,
        reasons: Vec::new(),
        reading: Some(Given::Read(Reading { text: text.clone(), regime, wording })),
        seal: None,
        read_again: None,
        reread: Vec::new(),
        lessons: Vec::new(),
        pledges: Vec::new(),
        versions: vec![NewVersion {
            ground: None,
            cause: Cause::Extractor,
            text,
            regime,
            first_visit: version.first_visit,
            first_at: version.first_at,
        }],
        waiting: None,
        spell: None,
        accepted: Accepted::Yes,
        away_until: None,
        events: Vec::new(),
        alerted: Vec::new(),
        quieted: Vec::new(),
        dismissed: Vec::new(),
    };
    app.archive.record_judgements(&[judgement]).unwrap();
}

#[test]
fn a_quotation_that_is_not_on_the_page_is_said_at_once() {
    let site = Site::start();
    let pledge = "\n[[page.pledge]]\nid = \"faces\"\nname = \"No faces\"\nquote = \"never to police\"\n\
        \n[[page.pledge]]\nid = \"there\"\nname = \"There\"\nquote = \"will not sell FACIAL recognition\"";
    let world = watching(&site, pledge);
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    assert_eq!(told(&world), ["pledge alert"]);
    let log = world.log();
    assert_eq!(log[0].event.kind(), EventKind::Pledge);
    let What::QuoteMissing { pledge, .. } = &log[0].event.what else { panic!("no pledge") };
    assert_eq!(pledge.as_str(), "faces");
}

#[test]
fn what_long_stands_in_the_place_of_a_policy_is_told_and_watched_on() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(&POLICY.repeat(3), "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    let rest = "<h1>Facial recognition</h1><p>We will not sell facial recognition technology to \
        police departments in the United States. More about this soon, on this page.</p>";
    site.page("/p", &framed(rest, "a"));
    for day in 2..8 {
        world.sweep_at(&format!("2026-01-0{day}T00:00:00Z"));
    }
    assert_eq!(told(&world), ["trouble quiet", "change alert"]);
    site.page("/p", &framed(&rest.replace("will not sell", "may sell"), "a"));
    world.sweep_at("2026-01-09T00:00:00Z");
    world.sweep_at("2026-01-09T06:00:00Z");
    assert_eq!(told(&world), ["trouble quiet", "change alert", "change alert"]);
}

#[test]
fn an_edit_without_other_words_is_told_if_the_watchlist_asks_for_it() {
    for (asked, telling) in [("", "quiet"), ("also_alert = [\"date_stamp\"]", "alert")] {
        let site = Site::start();
        let world = watching(&site, asked);
        let dated = |day: u32| format!("{POLICY}<p>Last updated: {day} May 2025</p>");
        site.page("/p", &framed(&dated(3), "a"));
        world.sweep_at("2026-01-01T00:00:00Z");
        site.page("/p", &framed(&dated(4), "a"));
        world.sweep_at("2026-01-02T00:00:00Z");
        world.sweep_at("2026-01-02T06:00:00Z");
        assert_eq!(told(&world), [format!("change {telling}")], "{asked:?}");
    }
}

#[test]
fn another_page_that_is_another_at_each_visit_never_becomes_the_policy() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(&POLICY.repeat(3), "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    for day in 2..20 {
        let news = format!(
            "<h1>Today</h1><p>Quiz number {day}: which waterfall do we see in picture \
            {day} of this month, and where does the river end? Storm warning {day} is lifted.</p>"
        );
        site.page("/p", &framed(&news, "a"));
        world.sweep_at(&format!("2026-01-{day:02}T00:00:00Z"));
    }
    assert_eq!(told(&world), ["trouble alert"]);
    site.page("/p", &framed(&POLICY.repeat(3), "a"));
    world.sweep_at("2026-01-21T00:00:00Z");
    assert_eq!(told(&world), ["trouble alert", "recovered alert"]);
}

#[test]
fn a_return_behind_a_304_after_an_unconfirmed_version_is_not_hidden() {
    let site = Site::start();
    let world = watching(&site, "");
    let tagged = |policy: &str, tag: &str| Reply::page(&framed(policy, "a")).header("etag", tag);
    site.reply("/p", tagged(POLICY, "\"one\""));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.reply("/p", tagged(&edited(), "\"two\""));
    world.sweep_at("2026-01-02T00:00:00Z");
    site.reply("/p", Reply::new(503));
    world.sweep_at("2026-01-04T00:00:00Z");
    site.reply("/p", tagged(POLICY, "\"one\""));
    world.sweep_at("2026-01-05T00:00:00Z");
    let asked = site.server().requests();
    let last = asked.iter().rev().find(|request| request.path == "/p").unwrap();
    assert_eq!(last.header("if-none-match"), None);
    world.sweep_at("2026-01-07T00:00:00Z");
    let changes = told(&world).iter().filter(|it| *it == "change alert").count();
    assert_eq!(changes, 2, "{:?}", told(&world));
}

#[test]
fn a_clock_that_ran_ahead_holds_nothing_up() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2040-01-01T00:00:00Z");
    for time in ["02T00", "02T06", "02T12", "04T00"] {
        world.sweep_at(&format!("2026-01-{time}:00:00Z"));
    }
    assert!(told(&world).contains(&"change alert".to_owned()), "{:?}", told(&world));
}

#[test]
fn a_text_that_collapses_is_trouble_and_not_a_removal_of_everything() {
    let site = Site::start();
    let world = watching(&site, "confirm_within = 0");
    site.page("/p", &framed(&POLICY.repeat(3), "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(
        "<h1>Facial recognition</h1><p>We will not sell facial recognition technology to police \
         departments in the United States. More about this soon, on this page or another.</p>",
        "a",
    ));
    world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(told(&world), ["trouble pending"]);
    let log = world.log();
    let What::Trouble { trouble, .. } = &log[0].event.what else { panic!("no trouble") };
    assert_eq!(trouble.kind, TroubleKind::Collapsed);
}

#[test]
fn an_edit_that_is_followed_by_another_within_hours_is_told_by_itself() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-01T06:00:00Z");
    let more = edited().replace("within ninety days of its end", "whenever we see fit");
    site.page("/p", &framed(&more, "a"));
    world.sweep_at("2026-01-01T12:00:00Z");
    assert_eq!(told(&world), ["change alert"]);
    world.sweep_at("2026-01-01T18:00:00Z");
    assert_eq!(told(&world), ["change alert", "change alert"]);
    let inserted = |at: usize| {
        let log = world.log();
        let runs: Vec<String> =
            log[at].event.edits().iter().flat_map(|it| it.inserted()).map(str::to_owned).collect();
        runs.join(" ")
    };
    assert!(inserted(0).contains("currently") && !inserted(0).contains("fit"));
    assert!(inserted(1).contains("fit") && !inserted(1).contains("currently"));
}

#[test]
fn a_wording_that_the_next_one_replaces_is_not_told() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&edited(), "a"));
    world.sweep_at("2026-01-01T06:00:00Z");
    let other = POLICY.replace("We will not sell", "Starting today, no one sells");
    site.page("/p", &framed(&other, "a"));
    world.sweep_at("2026-01-01T12:00:00Z");
    assert_eq!(told(&world), Vec::<String>::new());
    world.sweep_at("2026-01-01T18:00:00Z");
    assert_eq!(told(&world), ["change alert"]);
}

#[test]
fn a_collapse_does_not_stop_the_time_of_a_waiting_wording() {
    let site = Site::start();
    let world = watching(&site, "");
    let long = format!("{POLICY}{}", "<p>We keep this promise in every country.</p>".repeat(20));
    site.page("/p", &framed(&long, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&long.replace("will not", "may"), "a"));
    world.sweep_at("2026-01-02T00:00:00Z");
    site.page("/p", &framed("<h1>Faces</h1><p>This text will be back.</p>", "a"));
    world.sweep_at("2026-01-04T00:00:00Z");
    assert_eq!(told(&world), ["change alert", "trouble pending"]);
}
