//! Rules that dismiss changes, written, shown and taken back in the browser and by programs.

use crate::{
    web::client::{Served, ada, form_token},
    world::{Site, World, framed},
};

/// A page with a pledge and a counter.
fn policy(verb: &str, count: &str) -> String {
    framed(
        &format!(
            "<h1>Faces</h1><p>We {verb} sell face data to the police.</p>\
             <p>This promise holds for all our products and has no end date at all.</p>\
             <h2>About</h2><p>This page was read by {count} people of our team so far.</p>"
        ),
        "a",
    )
}

/// A world in which the counter of a page moved once.
fn counted() -> (Site, World) {
    let site = Site::start();
    let world = World::with(&format!(
        "\n[[page]]\nid = \"p\"\ncompany = \"Acme\"\ntitle = \"Faces\"\nurl = \"{}\"\n\
         confirm_within = 0\n[[page.pledge]]\nid = \"police\"\nname = \"None to the police\"\n\
         quote = \"sell face data to the police\"\n",
        site.url("/p")
    ));
    edit(&site, &world, 1, &policy("never", "twelve"));
    edit(&site, &world, 2, &policy("never", "thirteen"));
    (site, world)
}

fn edit(site: &Site, world: &World, day: u32, html: &str) {
    site.page("/p", html);
    world.sweep_at(&format!("2026-01-{day:02}T00:00:00Z"));
}

/// Returns the latest change, and in which state it is.
fn latest(served: &Served) -> (String, String) {
    let changes = served.get("/api/changes").json()["changes"].clone();
    let change = changes.as_array().unwrap().last().unwrap().clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&change["id"]), text(&change["review"]["state"]))
}

#[test]
fn a_rule_is_written_shown_and_taken_back_in_the_browser() {
    let (site, world) = counted();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let cookie = served.sign_in("Ada", &password);
    let (first, _) = latest(&served);
    let change = format!("/changes/{first}/");
    let page = served.get_as(&cookie, &change).text();
    assert!(page.contains("id=\"always\""), "{page}");
    assert!(page.contains("where these words stay: &#34;This page was read by people"), "{page}");
    let token = form_token(&page);
    let send =
        |path: &str, form: &str| served.post(path, &cookie, &format!("form_token={token}&{form}"));
    let review = format!("{change}review");
    // Only what is dismissed is dismissed always, and a rule that cannot be is not half of one.
    assert_eq!(send(&review, "decision=confirm&seen=0&always=yes").status, 400);
    assert_eq!(latest(&served).1, "new");
    let form = "decision=dismiss&reason=editorial&seen=0&always=yes";
    assert_eq!(send(&review, form).status, 303);
    let page = served.get_as(&cookie, &change).text();
    assert!(page.contains("dismisses changes like this on this page from now on"), "{page}");
    assert!(!page.contains("id=\"always\""), "one rule is enough: {page}");
    assert!(page.contains("No other change is left to review"), "{page}");

    edit(&site, &world, 3, &policy("never", "fourteen"));
    let (second, state) = latest(&served);
    assert_eq!(state, "dismissed");
    let page = served.get(&format!("/changes/{second}/")).text();
    assert!(page.contains("<a href=\"../../pages/p/#rule-1\">rule 1</a>"), "{page}");
    let timeline = served.get_as(&cookie, "/pages/p/").text();
    for words in
        ["id=\"rule-1\"", "dismisses changes like", "Written by <bdi>Ada", "Take rule 1 back"]
    {
        assert!(timeline.contains(words), "{words}: {timeline}");
    }
    assert!(!served.get("/pages/p/").text().contains("Take rule 1 back"), "readers get no form");

    let forget = "/rules/1/forget";
    assert_eq!(served.post(forget, &cookie, "form_token=0123").status, 403);
    assert_eq!(served.post(forget, "", &format!("form_token={token}")).status, 401);
    let elsewhere = [("cookie", &*cookie), ("origin", "https://evil.example")];
    assert_eq!(served.ask("POST", forget, &elsewhere, &format!("form_token={token}")).status, 403);
    for unknown in ["/rules/2/forget", "/rules/x/forget", "/rules/-1/forget"] {
        assert_eq!(send(unknown, "").status, 404, "{unknown}");
    }
    let sent = send(forget, "");
    assert_eq!((sent.status, sent.header("location")), (303, "/pages/p/#rules"));
    let timeline = served.get_as(&cookie, "/pages/p/").text();
    assert!(timeline.contains("Taken back by <bdi>Ada"), "{timeline}");
    assert_eq!(world.run(&["review", "--rules", "--json"]).json()[0]["state"], "forgotten");

    edit(&site, &world, 4, &policy("never", "fifteen"));
    assert_eq!(latest(&served).1, "new", "it is told again");
    let (third, _) = latest(&served);
    let page = served.get_as(&cookie, &change).text();
    let next = format!("<a href=\"../../changes/{third}/\">Next to review</a>");
    assert!(page.contains(&next), "{page}");
    assert!(!served.get(&change).text().contains("Next to review"), "for reviewers alone");
    let timeline = served.get("/pages/p/").text();
    for state in ["new", "dismissed"] {
        assert!(timeline.contains(&format!("<span class=\"badge {state}\">")), "{timeline}");
    }
    edit(&site, &world, 5, &policy("may", "fifteen"));
    let (pledge, _) = latest(&served);
    let page = served.get_as(&cookie, &format!("/changes/{pledge}/")).text();
    assert!(page.contains("it touches a pledge") && !page.contains("id=\"always\""), "{page}");
    let refused = send(&format!("/changes/{pledge}/review"), form);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("it touches a pledge"), "{}", refused.text());
    assert_eq!(latest(&served).1, "new", "and dismisses nothing");
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_program_writes_a_rule_and_takes_it_back() {
    let (_site, world) = counted();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let (change, _) = latest(&served);
    let token = format!("Bearer Ada:{password}");
    let send = |path: &str, token: &str, body: &str| {
        let fields = [("authorization", token), ("content-type", "application/json")];
        served.ask("POST", path, &fields, body)
    };
    let review = format!("/api/changes/{change}/review");
    let wrong = send(&review, &token, "{\"decision\":\"dismiss\",\"always\":\"yes\"}");
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    let body = "{\"decision\":\"dismiss\",\"reason\":\"known\",\"always\":true}";
    let done = send(&review, &token, body);
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json()["review"]["wrote_rule"], 1);
    let rules = served.get("/api/rules").json()["rules"].clone();
    assert_eq!(
        (&rules[0]["state"], &rules[0]["from"]),
        (&"active".into(), &change.as_str().into())
    );
    assert_eq!(send("/api/rules/1/forget", "", "").status, 401);
    assert_eq!(send("/api/rules/7/forget", &token, "").status, 404);
    let gone = send("/api/rules/1/forget", &token, "");
    assert_eq!((gone.status, gone.json()["state"].as_str().unwrap()), (200, "forgotten"));
}
