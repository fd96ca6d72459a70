//! Pages that differ from visit to visit in nothing that is read: read as before, and judged as if
//! they had been read again.

use std::fs;

use pledgewatch::{
    model::{event::EventKind, history::VisitRecord},
    monitor::{familiar::REASON, swept::Swept},
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
