//! Pages that differ from visit to visit in nothing that is read: read as before, and judged as if
//! they had been read again.

use std::fs;

use pledgewatch::{
    model::{
        event::EventKind,
        history::{Judgement, VisitRecord},
    },
    monitor::{
        check::{Taken, check, check_taken_in},
        familiar::REASON,
        intake,
        swept::Swept,
    },
};

use crate::{
    server::reply::Reply,
    world::{Site, World, framed},
};

const POLICY: &str = "<h1>Faces</h1><p>We will not sell facial recognition technology to police \
    departments in the United States, and this holds until there is a national law.</p>";

/// The page with what servers change at every visit: a nonce, a token, a note of who served it.
fn served(policy: &str, visit: u32) -> String {
    let noise = format!(
        "<script nonce=\"{visit}\">var served = {visit} < 3;</script><!-- by {visit} -->\
         <input type=hidden name=token value=\"{visit}\"></main>"
    );
    framed(policy, "Products").replace("</main>", &noise)
}

fn watching(site: &Site, keys: &str) -> World {
    World::with(&format!("\n[[page]]\nid = \"p\"\nurl = \"{}\"\n{keys}\n", site.url("/p")))
}

fn is_read_as_before(swept: &Swept) -> bool {
    swept.checked[0].reasons.iter().any(|reason| reason == REASON)
}

fn latest(world: &World) -> VisitRecord {
    world.app().archive.visits(&"p".parse().unwrap(), 1).unwrap().remove(0)
}

#[test]
fn a_page_that_differs_in_nothing_that_is_read_is_read_as_before() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &served(POLICY, 1));
    assert!(!is_read_as_before(&world.sweep_at("2026-01-01T00:00:00Z")));
    let first = latest(&world);
    for day in 2..5 {
        site.page("/p", &served(POLICY, day));
        assert!(is_read_as_before(&world.sweep_at(&format!("2026-01-0{day}T00:00:00Z"))));
        let again = latest(&world);
        assert_eq!((again.text, again.regime), (first.text, first.regime));
        assert_ne!(again.visit.parts[0].snapshot, first.visit.parts[0].snapshot);
    }
    let told = world.run(&["explain", "p", "-n", "1"]);
    assert!(told.stdout.contains(REASON), "{}", told.stdout);
    assert!(world.log().is_empty());
}

#[test]
fn an_edit_that_is_read_as_before_is_told_when_it_holds() {
    let site = Site::start();
    let world = watching(&site, "");
    let edited = POLICY.replace("will not sell", "do not currently sell");
    site.page("/p", &served(POLICY, 1));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &served(&edited, 2));
    let swept = world.sweep_at("2026-01-02T00:00:00Z");
    assert!(!is_read_as_before(&swept), "it was never read");
    assert_eq!(swept.checked.len(), 2, "it is looked at once more");
    site.page("/p", &served(&edited, 3));
    let swept = world.sweep_at("2026-01-03T00:00:00Z");
    assert!(is_read_as_before(&swept));
    assert_eq!(swept.changes, 1);
    assert_eq!(world.log().len(), 1);
}

#[test]
fn what_looks_like_trouble_looks_so_when_it_is_read_as_before() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &served(POLICY, 1));
    world.sweep_at("2026-01-01T00:00:00Z");
    let wall = "<h1>Just a moment</h1><p>Verify you are human.</p>";
    site.page("/p", &served(wall, 2));
    world.sweep_at("2026-01-02T00:00:00Z");
    site.page("/p", &served(wall, 3));
    let swept = world.sweep_at("2026-01-03T00:00:00Z");
    assert!(is_read_as_before(&swept));
    assert_eq!(swept.troubled.len(), 1);
    assert_eq!(world.log()[0].event.kind(), EventKind::Trouble);
}

#[test]
fn an_error_with_the_body_of_the_page_is_not_read_at_all() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &served(POLICY, 1));
    world.sweep_at("2026-01-01T00:00:00Z");
    let body = served(POLICY, 1).into_bytes();
    site.reply("/p", Reply::new(500).header("Content-Type", "text/html").body(&body));
    let swept = world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(swept.troubled.len(), 1);
    assert!(!is_read_as_before(&swept));
}

#[test]
fn another_selection_has_the_page_read_again() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &served(POLICY, 1));
    world.sweep_at("2026-01-01T00:00:00Z");
    let watchlist = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(world.watchlist(), format!("{watchlist}\nremove = [\"h1\"]\n")).unwrap();
    let before = latest(&world).text;
    assert!(!is_read_as_before(&world.sweep_at("2026-01-02T00:00:00Z")));
    assert_ne!(latest(&world).text, before);
    assert!(is_read_as_before(&world.sweep_at("2026-01-03T00:00:00Z")));
}

/// Asserts that the latest visit is judged the same, read as before and read for itself.
#[track_caller]
fn assert_judged_as_if_read(world: &World) -> Judgement {
    let app = world.app();
    let page = "p".parse().unwrap();
    let (watch, channels) = (app.watchlist.watch(&page).unwrap(), &app.watchlist.channels);
    let record = latest(world);
    let id = record.id;
    let visit = app.archive.whole_visit(id).unwrap();
    let mut familiar = check(&app.archive, watch, channels, (id, &visit), visit.ended_at).unwrap();
    let intake = intake::take_in(watch, &visit, &app.archive).unwrap();
    let taken = Taken { id, visit: &visit, intake };
    let mut read = check_taken_in(&app.archive, watch, channels, taken, visit.ended_at).unwrap();
    assert!(familiar.reasons.iter().any(|reason| reason == REASON), "{:?}", familiar.reasons);
    familiar.reasons.retain(|reason| reason != REASON);
    let given =
        |judgement: &Judgement| judgement.reading.as_ref().map(|it| (it.regime(), it.wording()));
    assert_eq!(given(&familiar), given(&read));
    read.reading = familiar.reading.clone();
    assert_eq!(familiar, read);
    familiar
}

#[test]
fn a_visit_that_is_read_as_before_is_judged_as_if_it_were_read() {
    let site = Site::start();
    let world = watching(
        &site,
        "[[page.pledge]]\nid = \"police\"\nname = \"None to the police\"\nquote = \"not sell facial\"\n",
    );
    let show = |words: &str, day: u32| {
        site.page("/p", &served(words, day));
        world.sweep_at(&format!("2026-01-{day:02}T00:00:00Z"));
    };
    show(POLICY, 1);
    show(POLICY, 2);
    assert_judged_as_if_read(&world);
    // Back from another wording that waited, and from trouble.
    let edited = POLICY.replace("will not sell", "do not currently sell");
    show(&edited, 3);
    show(POLICY, 4);
    show(POLICY, 5);
    assert_judged_as_if_read(&world);
    site.reply("/p", Reply::new(503));
    world.sweep_at("2026-01-06T00:00:00Z");
    world.sweep_at("2026-01-12T00:00:00Z");
    show(POLICY, 13);
    show(POLICY, 14);
    assert_judged_as_if_read(&world);
    // An edit that holds, and one beside it that comes and goes.
    for day in 15..18 {
        show(&edited, day);
    }
    assert_judged_as_if_read(&world);
    for day in 18..24 {
        let also =
            format!("{edited}<p>It is number {} of today's promotions for you.</p>", day % 2);
        show(&also, day);
        show(&also, day);
    }
    // A clock that went back.
    show(&edited, 25);
    show(&edited, 24);
    show(&edited, 24);
    assert_judged_as_if_read(&world);
}
