//! Pledges through the versions of their page and through time, end to end with the clock passed
//! in.

use pledgewatch::model::{
    event::{Event, EventKind, Telling, What},
    pledge::{Happening, PledgeChange, Role, Standing},
};
use serde_json::Value;

use crate::world::{Site, World, framed};

/// A long clause among others, which is promised in `4.9.` of invented terms.
const PAUSE: &str = "Amaranth has put in place a pause on use of FaceFind's matching by police \
    departments in criminal matters.";
const MISSING: &str =
    "This pause does not apply to use of FaceFind's matching to find missing persons.";
const REFERENCE: &str =
    "For more information, see our <a href=\"/news/one-year\">announcement</a>.";
const NEXT: &str = "<h2>5. Storage</h2><p>5.1. Amaranth stores up to ten thousand objects without \
    charge.</p><p>5.2. Objects that nobody reads for a year are deleted by Amaranth after a notice.</p>";
const BEFORE: &str = "<h1>Terms</h1><h2>4. Services</h2><p>4.7. You may distribute the code of \
    Amaranth with your programs.</p><p>4.8. A trained person decides on the basis of an independent \
    examination.</p>";

/// Returns the terms: the number of the clause, and what stands in it and behind it.
fn terms(clause: &str, behind: &str) -> String {
    framed(&format!("{BEFORE}<p>{clause}</p>{behind}{NEXT}"), "a")
}

fn watching(site: &Site, pledge: &str) -> World {
    World::with(&format!(
        "\n[[page]]\nid = \"terms\"\ncompany = \"Amaranth\"\ntitle = \"Service terms\"\n\
         url = \"{}\"\nconfirm_within = 0\n\n[[page.pledge]]\nid = \"pause\"\n\
         name = \"No police use\"\nquote = \"pause on use of FaceFind's matching by police\"\n\
         {pledge}",
        site.url("/p")
    ))
}

/// Returns what each change on record did to the pledge, with how it stood then.
fn steps(world: &World) -> Vec<(Event, PledgeChange)> {
    let log = world.log();
    let changes = log.into_iter().filter_map(|told| match told.event.what.clone() {
        What::Change(change) => Some((told.event, change.pledges.into_iter().next()?)),
        _ => None,
    });
    changes.collect()
}

fn beside(change: &PledgeChange) -> Vec<String> {
    let step = change.step.as_ref().unwrap();
    let each = step.beside.iter().map(|it| {
        let words = it.after.as_ref().or(it.before.as_ref()).unwrap();
        let words: String = words.chars().take(24).collect();
        format!("{} {} {words}", it.role.code(), it.how.code())
    });
    each.collect()
}

fn what(change: &PledgeChange) -> Option<Happening> {
    change.step.as_ref().map(|step| step.what)
}

#[test]
fn a_clause_is_followed_through_years_of_terms_and_what_stands_around_it_is_told() {
    let site = Site::start();
    let world = watching(&site, "condition = \"a law\"\n");
    let whole = format!("4.9. {PAUSE} {MISSING} {REFERENCE}");
    let visits = [
        ("2021-08-17", terms(&whole, "")),
        ("2021-10-05", terms(&whole.replace("4.9.", "3.9."), "")),
        ("2021-10-06", terms(&whole, "")),
        ("2022-03-01", terms(&whole, "<p>4.10. Amaranth Write. Texts are yours to keep.</p>")),
        (
            "2023-08-23",
            terms(
                &format!("4.9. {PAUSE} {MISSING}"),
                "<p>4.10. Amaranth Write. Texts \
            are yours to keep.</p>",
            ),
        ),
        (
            "2024-11-15",
            terms(
                "4.9. FaceFind. The following terms also apply to FaceFind:",
                &format!(
                    "<p>4.9.1. {PAUSE} {MISSING}</p><p>4.9.2. If you use FaceFind to detect faces, you \
             instruct us to store face vectors.</p><p>4.9.3. Your use of FaceFind is subject to \
             more <a href=\"/b\">Biometric Terms</a>.</p><p>4.10. Amaranth Write. Texts are yours \
             to keep.</p>"
                ),
            ),
        ),
        (
            "2025-08-12",
            terms(
                "4.9. FaceFind. The following terms also apply to FaceFind:",
                &format!(
                    "<p>4.9.1. {PAUSE} {MISSING}</p><p>4.9.2. If you use FaceFind to detect faces, you \
             instruct us to store face vectors.</p><p>4.9.3. Your use of FaceFind is subject to \
             more <a href=\"/b\">Biometric Terms</a>.</p><p>4.10. Amaranth Write. Texts belong to \
             you, wherever you are.</p>"
                ),
            ),
        ),
    ];
    for (day, page) in &visits {
        site.page("/p", page);
        world.sweep_at(&format!("{day}T00:00:00Z"));
        world.sweep_at(&format!("{day}T06:00:00Z"));
    }
    let steps = steps(&world);
    let happened: Vec<_> = steps.iter().map(|(_, change)| what(change)).collect();
    assert_eq!(
        happened,
        [
            Some(Happening::Renumbered),
            Some(Happening::Renumbered),
            None,
            Some(Happening::Kept),
            Some(Happening::Renumbered),
            None
        ]
    );
    assert!(steps.iter().all(|(_, change)| change.standing == Standing::Quoted));
    assert_eq!(beside(&steps[3].1), ["reference removed For more information, se"]);
    assert_eq!(
        beside(&steps[4].1),
        [
            "lead_in added 4.9. FaceFind. The follo",
            "neighbor added 4.9.2. If you use FaceFi",
            "reference added 4.9.3. Your use of FaceF",
        ]
    );
    let numbers = steps[4].1.step.as_ref().unwrap().numbers.clone().unwrap();
    assert_eq!(numbers, ("4.9.".to_owned(), "4.9.1.".to_owned()));

    let life = &world.run(&["pledges", "show", "pause", "--json"]).json()[0];
    assert_eq!(life["state"], "quoted");
    assert_eq!(life["wordings"].as_array().unwrap().len(), 1);
    let told: Vec<&Value> = life["steps"].as_array().unwrap().iter().collect();
    let told: Vec<&str> = told.iter().map(|it| it["step"]["what"].as_str().unwrap()).collect();
    assert_eq!(told, ["found", "renumbered", "renumbered", "kept", "renumbered"]);
}

#[test]
fn an_alert_about_a_pledge_says_so_in_its_first_line() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &terms(&format!("4.9. {PAUSE} {MISSING}"), ""));
    world.sweep_at("2026-01-01T00:00:00Z");
    let weaker = PAUSE.replace("has put in place a pause on use", "may at times pause the use");
    site.page("/p", &terms(&format!("4.9. {weaker} {MISSING}"), ""));
    assert_eq!(world.sweep_at("2026-01-02T00:00:00Z").changes, 1);
    site.page("/p", &terms(&format!("4.9. {MISSING}"), ""));
    assert_eq!(world.sweep_at("2026-01-03T00:00:00Z").changes, 1);
    site.page("/p", &terms(&format!("4.9. {PAUSE} {MISSING}"), ""));
    // A wording that the page has shown before is told once it has stayed.
    let returned: usize = ["2026-01-04", "2026-01-05", "2026-01-12"]
        .iter()
        .map(|day| world.sweep_at(&format!("{day}T00:00:00Z")).changes)
        .sum();
    assert_eq!(returned, 1);
    let log = world.log();
    assert_eq!(log.len(), 3);
    let first = |at: usize| pledgewatch::alert::render::plain::subject(&log[at].event);
    assert!(first(0).starts_with("Pledge \"No police use\" was"), "{}", first(0));
    assert!(first(1).starts_with("Pledge \"No police use\" is no longer"), "{}", first(1));
    assert!(first(2).starts_with("Pledge \"No police use\" is back"), "{}", first(2));
    let states: Vec<Standing> = steps(&world).iter().map(|(_, it)| it.standing).collect();
    assert_eq!(states[1..], [Standing::Missing, Standing::Quoted]);
}

#[test]
fn a_pledge_that_is_added_later_is_traced_back_through_the_versions_on_record() {
    let site = Site::start();
    let world = watching(&site, "");
    let quoted = "quote = \"pause on use of FaceFind's matching by police\"";
    let watchlist = std::fs::read_to_string(world.watchlist()).unwrap();
    let (page, pledge) = watchlist.split_once("\n[[page.pledge]]").unwrap();
    std::fs::write(world.watchlist(), page).unwrap();
    let earlier = PAUSE.replace("has put in place a pause on use", "has stopped the use");
    site.page("/p", &terms(&format!("4.9. {earlier} {MISSING}"), ""));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &terms(&format!("4.9. {PAUSE} {MISSING}"), ""));
    world.sweep_at("2026-01-02T00:00:00Z");

    std::fs::write(world.watchlist(), format!("{page}\n[[page.pledge]]{pledge}")).unwrap();
    let asked = world.run(&["pledges", "show", "pause", "--json"]).json();
    world.sweep_at("2026-01-03T00:00:00Z");
    let kept = world.run(&["pledges", "show", "pause", "--json"]).json();
    assert_eq!(asked[0]["steps"], kept[0]["steps"]);
    let wordings = kept[0]["wordings"].as_array().unwrap();
    let states: Vec<&str> = wordings.iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["reworded", "quoted"]);
    assert!(wordings[0]["words"].as_str().unwrap().contains("has stopped the use"));

    // Quoted otherwise, its life is derived anew, and what is not there is told once.
    let other = watchlist.replace(quoted, "quote = \"no such words at all\"");
    std::fs::write(world.watchlist(), other).unwrap();
    world.sweep_at("2026-01-04T00:00:00Z");
    world.sweep_at("2026-01-05T00:00:00Z");
    let alerts = world.log().into_iter().filter(|told| told.event.kind() == EventKind::Pledge);
    let alerts: Vec<Telling> = alerts.map(|told| told.event.telling).collect();
    assert!(matches!(alerts[..], [Telling::Alert(_)]), "{alerts:?}");
}

#[test]
fn an_exception_in_the_next_sentence_narrows_the_pledge_until_it_is_taken_back() {
    let site = Site::start();
    let world = watching(&site, "");
    let subject = |event: &Event| pledgewatch::alert::render::plain::subject(event);
    let visits = [
        ("2026-01-01", format!("4.9. {PAUSE}")),
        ("2026-01-02", format!("4.9. {PAUSE} {MISSING}")),
        ("2026-01-03", format!("4.9. {PAUSE} {MISSING} Write to us.")),
    ];
    for (day, clause) in &visits {
        site.page("/p", &terms(clause, ""));
        world.sweep_at(&format!("{day}T00:00:00Z"));
    }
    let told = steps(&world);
    assert_eq!(what(&told[0].1), Some(Happening::Narrowed));
    let beside = &told[0].1.step.as_ref().unwrap().beside;
    assert_eq!((beside[0].after.as_deref(), beside[0].role), (Some(MISSING), Role::Exception));
    let first = subject(&told[0].0);
    let expected = "Pledge \"No police use\" was narrowed: an exception was added";
    assert!(first.starts_with(expected), "{first}");
    let standings: Vec<Standing> = told.iter().map(|(_, it)| it.standing).collect();
    assert_eq!(standings, [Standing::Narrowed, Standing::Narrowed], "it stays so");

    // A wording that the page has shown before is told once it has stayed.
    site.page("/p", &terms(&format!("4.9. {PAUSE} Write to us."), ""));
    for day in ["2026-01-04", "2026-01-05", "2026-01-12"] {
        world.sweep_at(&format!("{day}T00:00:00Z"));
    }
    let told = steps(&world);
    let (_, last) = told.last().unwrap();
    assert_eq!(last.standing, Standing::Quoted, "{last:?}");
    let life = &world.run(&["pledges", "show", "pause", "--json"]).json()[0];
    assert_eq!(life["state"], "quoted");
}

#[test]
fn how_a_pledge_stands_and_what_the_alert_says_agree_where_sentences_were_joined() {
    let site = Site::start();
    let world = watching(&site, "");
    let pause = PAUSE.trim_end_matches('.');
    let visits = [
        ("01", format!("4.9. {PAUSE} We keep our records of it for a year.")),
        ("02", format!("4.9. {pause} and we keep our records of it for a year.")),
    ];
    for (day, clause) in &visits {
        site.page("/p", &terms(clause, ""));
        world.sweep_at(&format!("2026-01-{day}T00:00:00Z"));
    }
    let told = steps(&world);
    assert_eq!(what(&told[0].1), Some(Happening::Reworded));
    assert_eq!(told[0].1.standing, Standing::Reworded);
    let life = &world.run(&["pledges", "show", "pause", "--json"]).json()[0];
    assert_eq!(life["state"], "reworded");
    // What the page said of a year it said before.
    assert_eq!(news(&world), [""; 0]);
}

#[test]
fn a_list_is_part_of_the_pledge_that_leads_it_in() {
    let site = Site::start();
    let world = World::with(&format!(
        "\n[[page]]\nid = \"terms\"\ncompany = \"Amaranth\"\nurl = \"{}\"\nconfirm_within = 0\n\n\
         [[page.pledge]]\nid = \"buyers\"\nname = \"Not to these\"\n\
         quote = \"will not provide FaceFind to any of these\"\n",
        site.url("/p")
    ));
    let list = |items: &[&str]| {
        let items: String = items.iter().map(|it| format!("<li>{it}</li>")).collect();
        let lead_in = "Amaranth will not provide FaceFind to any of these:";
        framed(&format!("{BEFORE}<p>{lead_in}</p><ul>{items}</ul>{NEXT}"), "a")
    };
    let days: [(&str, &[&str]); 3] = [
        ("01", &["police departments", "border guards", "casinos"]),
        ("02", &["police departments", "casinos"]),
        ("03", &["police departments", "casinos", "private detectives"]),
    ];
    for (day, items) in days {
        site.page("/p", &list(items));
        world.sweep_at(&format!("2026-01-{day}T00:00:00Z"));
    }
    let told = steps(&world);
    let happened: Vec<_> = told.iter().map(|(_, change)| what(change)).collect();
    assert_eq!(happened, [Some(Happening::Narrowed), Some(Happening::Strengthened)]);
    let first = pledgewatch::alert::render::plain::subject(&told[0].0);
    let expected = "Pledge \"Not to these\" was narrowed: a clause was removed";
    assert!(first.starts_with(expected), "{first}");
}

#[test]
fn a_pledge_that_its_lead_in_turned_into_the_contrary_is_weakened() {
    let site = Site::start();
    let world = World::with(&format!(
        "\n[[page]]\nid = \"terms\"\ncompany = \"Amaranth\"\nurl = \"{}\"\nconfirm_within = 0\n\n\
         [[page.pledge]]\nid = \"pause\"\nname = \"No police use\"\n\
         quote = \"provide FaceFind to police departments\"\n",
        site.url("/p")
    ));
    let list = |lead_in: &str| {
        let items = "<li>provide FaceFind to police departments</li><li>train it on photographs \
            of children</li>";
        framed(&format!("{BEFORE}<p>{lead_in}</p><ul>{items}</ul>{NEXT}"), "a")
    };
    for (day, lead_in) in [("01", "At Amaranth, we will not:"), ("02", "At Amaranth, we may:")] {
        site.page("/p", &list(lead_in));
        world.sweep_at(&format!("2026-01-{day}T00:00:00Z"));
    }
    let told = steps(&world);
    assert_eq!(what(&told[0].1), Some(Happening::Weakened));
    assert_eq!(told[0].1.standing, Standing::Weakened);
    let first = pledgewatch::alert::render::plain::subject(&told[0].0);
    let expected = "Pledge \"No police use\" was weakened by the words that lead it in";
    assert!(first.starts_with(expected), "{first}");
    let life = &world.run(&["pledges", "show", "pause", "--json"]).json()[0];
    assert_eq!(life["state"], "weakened");
}

/// Returns the first lines of everything on record about pledges alone.
fn news(world: &World) -> Vec<String> {
    let log = world.log();
    let about = log.iter().filter(|told| told.event.kind() == EventKind::Pledge);
    about
        .map(|told| {
            let quiet = matches!(told.event.telling, Telling::Quiet(_));
            let subject = pledgewatch::alert::render::plain::subject(&told.event);
            let (subject, _) = subject.split_once(": \"").unwrap_or((&subject, ""));
            let (subject, _) = subject.split_once(": Amaranth").unwrap_or((subject, ""));
            format!("{}{subject}", if quiet { "quiet: " } else { "" })
        })
        .collect()
}

fn rewrite(world: &World, before: &str, after: &str) {
    let watchlist = std::fs::read_to_string(world.watchlist()).unwrap();
    assert!(watchlist.contains(before), "{watchlist}");
    std::fs::write(world.watchlist(), watchlist.replace(before, after)).unwrap();
}

#[test]
fn a_deadline_is_told_once_when_near_and_once_when_passed_and_again_when_moved() {
    let site = Site::start();
    let world = watching(&site, "deadline = 2026-03-01\n");
    site.page("/p", &terms(&format!("4.9. {PAUSE}"), ""));
    world.sweep_at("2026-01-01T00:00:00Z");
    world.sweep_at("2026-01-29T00:00:00Z");
    assert_eq!(news(&world), Vec::<String>::new());
    for day in ["2026-01-30", "2026-01-31", "2026-03-01"] {
        world.sweep_at(&format!("{day}T12:00:00Z"));
    }
    let near = "Pledge \"No police use\": its deadline 2026-03-01 is near";
    assert_eq!(news(&world), [near]);
    world.sweep_at("2026-03-02T00:00:00Z");
    // Written anew with the same day, it is the same deadline.
    rewrite(&world, "deadline = 2026-03-01", "deadline = \"2026-03-01\"  # as promised");
    world.sweep_at("2026-03-02T06:00:00Z");
    let passed =
        "Pledge \"No police use\" lapsed, page unchanged: its deadline 2026-03-01 has passed";
    assert_eq!(news(&world), [near, passed]);

    rewrite(&world, "deadline = \"2026-03-01\"", "deadline = 2026-03-20");
    world.sweep_at("2026-03-03T00:00:00Z");
    world.sweep_at("2026-03-04T00:00:00Z");
    let near_again = "Pledge \"No police use\": its deadline 2026-03-20 is near";
    assert_eq!(news(&world), [near, passed, near_again]);
    rewrite(&world, "deadline = 2026-03-20", "deadline = 2026-03-01");
    world.sweep_at("2026-03-05T00:00:00Z");
    world.sweep_at("2026-03-06T00:00:00Z");
    assert_eq!(news(&world), [near, passed, near_again, passed]);
}

#[test]
fn a_time_that_an_edit_moves_or_drops_is_told_once_with_a_line_of_its_own() {
    let site = Site::start();
    let world = World::with(&format!(
        "\n[[page]]\nid = \"terms\"\ncompany = \"Amaranth\"\nurl = \"{}\"\nconfirm_within = 0\n\n\
         [[page.pledge]]\nid = \"coal\"\nname = \"No coal\"\nquote = \"close our last coal plant\"\n",
        site.url("/p")
    ));
    let clause = "4.9. We will close our last coal plant, and sell the ground";
    let visits = [
        ("01", format!("{clause} before 31 December 2026.")),
        ("02", format!("{clause} before 31 December 2028.")),
        ("03", format!("{clause} as soon as we can.")),
        ("04", format!("{clause} as soon as we are able to.")),
    ];
    for (day, clause) in &visits {
        site.page("/p", &terms(clause, ""));
        world.sweep_at(&format!("2026-01-{day}T00:00:00Z"));
        world.sweep_at(&format!("2026-01-{day}T12:00:00Z"));
    }
    let (moved, dropped) = (
        "Pledge \"No coal\": its time was moved, \"before 31 December 2026\" became \
         \"before 31 December 2028\"",
        "Pledge \"No coal\": its time was dropped, \"before 31 December 2028\"",
    );
    assert_eq!(news(&world), [moved, dropped]);
    let states: Vec<Standing> = steps(&world).iter().map(|(_, it)| it.standing).collect();
    assert_eq!(states[0], Standing::Weakened);
    let entries = world.run(&["alert", "list", "--json"]).json();
    let news: Vec<&Value> = entries.iter().filter(|it| it["kind"] == "pledge").collect();
    assert_eq!(news.len(), 2);
    assert_eq!(news[1]["time_after"], Value::Null);
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_note_of_a_day_that_has_not_come_is_refused() {
    let site = Site::start();
    let world = watching(&site, "");
    site.page("/p", &terms(&format!("4.9. {PAUSE}"), ""));
    world.sweep_at("2026-01-01T00:00:00Z");
    let note = |on| {
        world.run(&["pledges", "note", "pause", "--source", "news", "--on", on, "It holds on"])
    };
    let refused = note("2999-01-01");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("2999-01-01 has not come"), "{refused:?}");
    assert_eq!(note("2026-01-05").code, 0);
}

#[test]
fn a_deadline_that_passes_after_an_edit_says_what_became_of_the_clause() {
    let site = Site::start();
    let world = watching(&site, "deadline = 2026-03-01\n");
    rewrite(&world, "confirm_within = 0", "confirm_within = 0\nremind = 0");
    site.page("/p", &terms(&format!("4.9. {PAUSE} {MISSING}"), ""));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &terms(&format!("4.9. {MISSING}"), ""));
    world.sweep_at("2026-02-20T00:00:00Z");
    world.sweep_at("2026-03-02T00:00:00Z");
    let passed = "Pledge \"No police use\" lapsed, and its clause is no longer on the page: its \
        deadline 2026-03-01 has passed";
    assert_eq!(news(&world), [passed]);
}

#[test]
fn a_deadline_that_had_passed_before_the_page_was_watched_is_on_record_only() {
    let site = Site::start();
    let world = watching(&site, "deadline = 2021-06-10\n");
    site.page("/p", &terms(&format!("4.9. {PAUSE}"), ""));
    world.sweep_at("2026-01-01T00:00:00Z");
    world.sweep_at("2026-01-02T00:00:00Z");
    let passed = "quiet: Pledge \"No police use\" lapsed, page unchanged: its deadline 2021-06-10 has passed";
    assert_eq!(news(&world), [passed]);
    let listed = world.run(&["pledges"]);
    assert!(listed.stdout.contains("2021-06-10, passed"), "{}", listed.stdout);
}

#[test]
fn what_people_add_stays_in_the_life_of_a_pledge() {
    let site = Site::start();
    let world = watching(&site, "condition = \"a federal law\"\n");
    site.page("/p", &terms(&format!("4.9. {PAUSE}"), ""));
    world.sweep_at("2026-01-01T00:00:00Z");
    let said = "Extended until further notice";
    let source = "https://news.example/1";
    let note = ["pledges", "note", "pause", "--source", source, "--on", "2026-01-05", said];
    assert_eq!(world.run(&note).code, 0);
    let met = ["pledges", "met", "terms/pause", "--on", "2026-02-01", "--note", "Signed"];
    assert_eq!(world.run(&met).code, 0);
    let listed = world.run(&["pledges", "--json"]).json();
    assert_eq!(listed[0]["met_on"], "2026-02-01");
    let back = ["pledges", "met", "pause", "--on", "2026-02-02", "--take-back", "--json"];
    let life = &world.run(&back).json()[0];
    assert_eq!(life["met_on"], Value::Null);
    let notes = life["notes"].as_array().unwrap();
    let kinds: Vec<&str> = notes.iter().map(|note| note["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["said", "met", "not_met"]);
    assert_eq!((&notes[0]["words"], &notes[0]["source"]), (&said.into(), &source.into()));
    assert_eq!(world.run(&back).code, 2);

    let shown = world.run(&["pledges", "show", "pause"]).stdout;
    assert!(shown.contains("a federal law (not marked as met)"), "{shown}");
    assert!(shown.contains(said) && shown.contains(source), "{shown}");
    assert_eq!(world.run(&["pledges", "show", "paus"]).code, 2);
}
