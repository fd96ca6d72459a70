//! A clause that leaves one page of a company for another, end to end.

use crate::world::{Site, World, framed};

const PROMISE: &str =
    "<p>Amaranth will never sell the faces that you give us to police departments.</p>";
const REST: &str = "<h1>Pledges</h1><p>We write here what we promise to those who use FaceFind, our \
    service for photographs.</p><p>You can write to our desk at any time, and a person will answer \
    you within a week.</p><p>We keep your photographs for a year, and delete them then.</p>";
const TERMS: &str = "<h1>Terms</h1><p>These terms hold for everyone who uses FaceFind at work or at \
    home.</p><p>You may use it as long as you pay the fee of the month before it ends.</p>";

/// Watches two pages of one company, and one of another that says the same.
fn watching(site: &Site) -> World {
    let page = |id: &str, company: &str| {
        let url = site.url(&format!("/{id}"));
        format!(
            "\n[[page]]\nid = \"{id}\"\ncompany = \"{company}\"\nurl = \"{url}\"\nconfirm_within = 0\n"
        )
    };
    World::with(&[page("pledges", "Amaranth"), page("terms", "Amaranth"), page("z", "Z")].concat())
}

#[test]
fn a_promise_that_went_to_another_page_of_the_company_is_told_with_its_new_place() {
    let site = Site::start();
    let world = watching(&site);
    let with = |policy: &str, promise: &str| framed(&format!("{policy}{promise}"), "a");
    site.page("/pledges", &with(REST, PROMISE));
    site.page("/terms", &with(TERMS, ""));
    site.page("/z", &with(TERMS, PROMISE));
    world.sweep_at("2026-01-01T00:00:00Z");

    site.page("/terms", &with(TERMS, &PROMISE.replace("give", "gave")));
    world.sweep_at("2026-01-02T00:00:00Z");
    site.page("/pledges", &with(REST, ""));
    world.sweep_at("2026-01-03T00:00:00Z");

    let alerts = world.run(&["alert", "list", "pledges", "--json"]).json();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let verdict = &alerts[0]["edits"][0]["verdict"];
    assert_eq!((&verdict["meaning"], &verdict["on_page"]), (&"removed".into(), &"terms".into()));
    assert_eq!(verdict["direction"], "unclear");
    let shown = world.run(&["explain", alerts[0]["id"].as_str().unwrap()]);
    let words = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("was removed, and is now on terms"), "{shown:?}");
    for format in ["terminal", "plain", "markdown", "html"] {
        let diff = world.run(&["diff", "pledges", "--format", format]);
        let words = diff.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("was removed, and is now on terms"), "{format}: {diff:?}");
    }

    // Who says the same under another name is nobody to this company.
    site.page("/terms", &with(TERMS, ""));
    // It read so before: that is told when it has stayed.
    for day in ["2026-01-04", "2026-01-05", "2026-01-07"] {
        world.sweep_at(&format!("{day}T00:00:00Z"));
    }
    let alerts = world.run(&["alert", "list", "terms", "--json"]).json();
    let verdict = &alerts.last().unwrap()["edits"][0]["verdict"];
    assert_eq!((&verdict["meaning"], &verdict["on_page"]), (&"removed".into(), &().into()));
    assert_eq!(verdict["direction"], "looser");
    assert_eq!(world.run(&["verify"]).code, 0);

    // What comes to another page after it went is told with where it stood.
    site.page(
        "/pledges",
        &with(REST, "<p>Amaranth keeps no copy of the faces of your children.</p>"),
    );
    world.sweep_at("2026-02-01T00:00:00Z");
    site.page("/pledges", &with(REST, ""));
    for day in ["2026-02-02", "2026-02-03", "2026-02-10"] {
        world.sweep_at(&format!("{day}T00:00:00Z"));
    }
    let kept = "<p>Amaranth keeps no copy of the faces of your children.</p>";
    site.page("/terms", &with(TERMS, kept));
    world.sweep_at("2026-02-11T00:00:00Z");
    let alerts = world.run(&["alert", "list", "terms", "--json"]).json();
    let verdict = &alerts.last().unwrap()["edits"][0]["verdict"];
    assert_eq!((&verdict["meaning"], &verdict["on_page"]), (&"added".into(), &"pledges".into()));
    let words = verdict["words"].as_str().unwrap();
    assert!(words.contains("was added, which stood on pledges before"), "{words}");
}
