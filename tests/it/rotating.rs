//! News pages with short pledges, beside which modules rotate at each visit: every edit is told once,
//! and nothing else.

use std::fs;

use pledgewatch::model::{
    event::{EventKind, Telling},
    time::Timestamp,
};

use crate::world::{Site, World, framed};

/// What rotates beside the pledges of a page, within its `main`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Module {
    /// Cards of articles, others at each visit.
    Cards,
    /// How many people read the page, and how long ago it was shared.
    Counters,
    /// A banner that half of the visitors see.
    Banner,
    /// A list in another order at each visit.
    Shuffled,
    /// What a customer says, another at each visit.
    Testimonial,
    /// A sentence within the paragraph of a pledge, another at each visit.
    Within,
}

const ALL: [Module; 6] = [
    Module::Cards,
    Module::Counters,
    Module::Banner,
    Module::Shuffled,
    Module::Testimonial,
    Module::Within,
];

/// An edit of the pledges, with words that are in what is told of it, and in nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pledges {
    /// "will not" becomes "will".
    Negated,
    /// A deadline moves.
    Dated,
    /// A sentence is gone.
    Removed,
    /// The next sentence has an exception.
    Excepted,
}

const EDITS: [Pledges; 4] = [Pledges::Negated, Pledges::Excepted, Pledges::Removed, Pledges::Dated];

impl Pledges {
    /// Returns words that are inserted, and words that are deleted.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Pledges::Negated => ("", "not"),
            Pledges::Dated => ("2027", "2031"),
            Pledges::Removed => ("", "We publish the findings of every audit."),
            Pledges::Excepted => ("except where a partner asks for it", ""),
        }
    }
}

/// Returns a number that looks drawn, the same for the same visit and place.
fn drawn(visit: usize, place: usize, below: usize) -> usize {
    let mut state =
        (visit as u64 * 1_000_003 + place as u64 * 7_919 + 17).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state ^= state >> 29;
    state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((state >> 33) as usize) % below
}

const NOUNS: [&str; 12] = [
    "harbor", "lantern", "orchard", "violin", "glacier", "bakery", "meadow", "engine", "library",
    "canyon", "marathon", "kitchen",
];

/// Returns a headline that no other visit or place has.
fn headline(visit: usize, place: usize) -> String {
    let noun = |at: usize| NOUNS[drawn(visit, place * 31 + at, NOUNS.len())];
    format!("How a {} and a {} led our team {visit}-{place} to a new {}", noun(1), noun(2), noun(3))
}

/// Returns a number of minutes; no two visits in a row have one in common.
fn minutes(visit: usize, place: usize) -> usize {
    1 + (visit * 11 + place * 3) % 59
}

fn module(module: Module, visit: usize) -> String {
    match module {
        Module::Cards => {
            let card = |place| {
                format!(
                    "<div><h3><a href=\"/n/{visit}-{place}\">{}</a></h3><p>{} minutes ago</p></div>",
                    headline(visit, place),
                    minutes(visit, place)
                )
            };
            format!("<h2>More stories</h2>{}{}{}", card(1), card(2), card(3))
        }
        Module::Counters => format!(
            "<p>{} people have read this</p><p>Shared {} minutes ago</p>",
            1_204 + visit * 37,
            minutes(visit, 9)
        ),
        Module::Banner => match [0, 1, 0, 1, 1, 0, 0, 1][visit % 8] {
            0 => "<p>Try our new assistant for free until the end of the month.</p>".to_owned(),
            _ => String::new(),
        },
        Module::Shuffled => {
            let mut items = vec![
                "Our work with schools in the north",
                "Our work with hospitals on the coast",
                "Our work with museums of the region",
                "Our work with farmers in the valley",
                "Our work with the fire brigades",
            ];
            let list: String = (0..5)
                .map(|at| format!("<li>{}</li>", items.remove(drawn(visit, at, 5 - at))))
                .collect();
            format!("<h2>Where we help</h2><ul>{list}</ul>")
        }
        Module::Testimonial => {
            format!("<blockquote><p>{}, says a customer.</p></blockquote>", headline(visit, 5))
        }
        Module::Within => String::new(),
    }
}

/// Returns the page at a visit, with these modules, after these edits.
fn page(visit: usize, modules: &[Module], edits: &[Pledges]) -> String {
    let has = |edit| edits.contains(&edit);
    let sell = if has(Pledges::Negated) { "will sell" } else { "will not sell" };
    let year = if has(Pledges::Dated) { "2027" } else { "2031" };
    let findings = match has(Pledges::Removed) {
        true => "",
        false => " We publish the findings of every audit.",
    };
    let except = if has(Pledges::Excepted) { ", except where a partner asks for it" } else { "" };
    let within = match modules.contains(&Module::Within) {
        true => format!(" {}.", headline(visit, 6)),
        false => String::new(),
    };
    let shown = |which: &[Module]| -> String {
        which.iter().filter(|it| modules.contains(it)).map(|it| module(*it, visit)).collect()
    };
    let above = shown(&[Module::Banner, Module::Counters]);
    let between = shown(&[Module::Testimonial, Module::Shuffled]);
    let below = shown(&[Module::Cards]);
    framed(
        &format!(
            "<h1>Our pledges on face recognition</h1>{above}\
             <p>We {sell} face recognition to the police. We delete every face print within thirty \
             days{except}.{within}</p>{between}\
             <p>This holds until 30 June {year}. An auditor looks at all that we do.{findings}</p>\
             <p>Write to the desk for our rights and ethics with any question.</p>{below}"
        ),
        "Aldermoor Vision",
    )
}

/// A series of captures of one page.
#[derive(Clone, Debug)]
struct Series {
    modules: Vec<Module>,
    hours: i64,
    edits: usize,
}

const VISITS: usize = 24;

/// The visits that first show the edits, in order.
const EDITED: [usize; 3] = [7, 12, 17];

impl Series {
    fn at(&self, visit: usize) -> Timestamp {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        Timestamp::from_millis(start.as_millis() + visit as i64 * self.hours * 3_600_000)
    }

    /// Returns the edits of this series, which differ from one to the next.
    fn edits(&self) -> Vec<Pledges> {
        let from = self.modules.len() + self.hours as usize / 6;
        (0..self.edits).map(|at| EDITS[(from + at) % EDITS.len()]).collect()
    }

    fn page(&self, visit: usize) -> String {
        let edits = self.edits();
        let made = EDITED.iter().filter(|it| **it <= visit).count().min(edits.len());
        page(visit, &self.modules, &edits[..made])
    }

    /// Visits the page live.
    fn live(&self) -> World {
        let site = Site::start();
        let world = World::with(&format!("\n[[page]]\nid = \"p\"\nurl = \"{}\"\n", site.url("/p")));
        for visit in 0..VISITS {
            site.page("/p", &self.page(visit));
            world.sweep_at(&self.at(visit).to_string());
        }
        world
    }

    /// Imports what others captured.
    fn imported(&self) -> World {
        let world = World::with("");
        let records: String = (0..VISITS)
            .map(|visit| {
                let block = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}",
                    self.page(visit)
                );
                format!(
                    "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://aldermoor.example/p\r\n\
                     WARC-Date: {}\r\nWARC-Record-ID: <urn:uuid:{visit}>\r\n\
                     Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n\
                     {block}\r\n\r\n",
                    self.at(visit),
                    block.len()
                )
            })
            .collect();
        fs::write(world.folder().join("p.warc"), records).unwrap();
        let ran = world.run(&["import", "--as", "p", "p.warc"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        world
    }

    /// Returns what was not told as it should have been.
    fn faults(&self, world: &World) -> Vec<String> {
        let log = world.log();
        let told: Vec<_> = log
            .iter()
            .map(|told| &told.event)
            .filter(|event| matches!(event.telling, Telling::Alert(_)))
            .collect();
        let mut faults = Vec::new();
        for event in &told {
            let words = |which: Vec<&str>| which.concat();
            let edits: Vec<_> = event.edits().iter().filter(|it| it.kind.is_wording()).collect();
            let inserted = words(edits.iter().flat_map(|it| it.inserted()).collect());
            let deleted = words(edits.iter().flat_map(|it| it.deleted()).collect());
            let is_it = |edit: &Pledges| {
                let (came, went) = edit.words();
                inserted.contains(came) && deleted.contains(went)
            };
            let number = self.edits().iter().position(is_it);
            // A live visit is some milliseconds older than its sweep.
            let right =
                number.is_some_and(|at| event.captured_at.minute() == self.at(EDITED[at]).minute());
            if event.kind() != EventKind::Change || edits.len() != 1 || !right {
                faults.push(format!(
                    "told at {}: {} edits, inserted `{inserted}`, deleted `{deleted}`",
                    event.captured_at,
                    edits.len()
                ));
            }
        }
        if told.len() != self.edits {
            faults.push(format!("{} told of {} edits", told.len(), self.edits));
        }
        faults
    }
}

/// Returns the modules of series of these hours apart. Two days apart, the cards are left out: one of
/// their ages comes back by chance after three weeks, and that it goes again is told (a false alarm
/// that is known).
fn modules(hours: i64) -> &'static [Module] {
    if hours < 48 { &ALL } else { &ALL[1..] }
}

/// Returns series of these hours apart: with each module alone, with and without edits, and with
/// all of them.
fn every(hours: i64) -> Vec<Series> {
    let alone = modules(hours).iter().flat_map(|it| [(vec![*it], 0), (vec![*it], 3)]);
    let series = |(modules, edits)| Series { modules, hours, edits };
    alone.map(series).chain(together(hours)).collect()
}

fn together(hours: i64) -> Vec<Series> {
    (0..=3).map(|edits| Series { modules: modules(hours).to_vec(), hours, edits }).collect()
}

fn assert_told(series: Vec<Series>, watch: impl Fn(&Series) -> World) {
    let faults: Vec<String> = series
        .iter()
        .filter_map(|series| {
            let faults = series.faults(&watch(series));
            (!faults.is_empty()).then(|| format!("{series:?}: {faults:#?}"))
        })
        .collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), series.len(), faults.join("\n"));
}

#[test]
fn imported_captures_six_hours_apart_tell_each_edit_once() {
    assert_told(every(6), Series::imported);
}

#[test]
fn imported_captures_two_days_apart_tell_each_edit_once() {
    assert_told(every(48), Series::imported);
}

#[test]
fn live_visits_six_hours_apart_tell_each_edit_once() {
    assert_told(together(6), Series::live);
}

#[test]
fn live_visits_two_days_apart_tell_each_edit_once() {
    assert_told(together(48), Series::live);
}

/// A page with another promotion each day beside a pledge, visited every six hours: what the page's
/// own history teaches.
#[test]
fn a_promotion_of_each_day_falls_silent_and_edits_beside_it_are_told() {
    let site = Site::start();
    let world = World::with(&format!("\n[[page]]\nid = \"p\"\nurl = \"{}\"\n", site.url("/p")));
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let sweep = |world: &World, visit: usize, edits: &[Pledges]| {
        let promotion = format!("<p>{}.</p>", headline(visit / 4, 8));
        let html =
            page(0, &[], edits).replace("<p>This holds", &format!("{promotion}<p>This holds"));
        site.page("/p", &html);
        let at = Timestamp::from_millis(start.as_millis() + visit as i64 * 6 * 3_600_000);
        world.sweep_at(&at.to_string());
    };
    let changes = |world: &World| {
        let is_alert = |told: &&pledgewatch::model::event::Told| {
            matches!(told.event.telling, Telling::Alert(_))
                && told.event.kind() == EventKind::Change
        };
        world.log().iter().filter(is_alert).count()
    };
    (0..24).for_each(|visit| sweep(&world, visit, &[]));
    let learning = changes(&world);
    assert!(learning <= 5, "{learning}");
    (24..48).for_each(|visit| sweep(&world, visit, &[]));
    assert_eq!(changes(&world), learning, "the place is known by now");
    // An edit beside the place is told at once; a promotion may ride along with it, in an alert more.
    let mut told = learning;
    let both = [Pledges::Negated, Pledges::Removed];
    for (visits, edits) in [(48..52, &both[..1]), (52..56, &both[..])] {
        visits.for_each(|visit| sweep(&world, visit, edits));
        let now = changes(&world);
        assert!((told + 1..=told + 2).contains(&now), "{now} after {told}");
        told = now;
    }
    let why = world.run(&["status", "p", "--why"]);
    assert!(why.stdout.contains("passages come and go by themselves"), "{why:?}");
    let visit = world.run(&["explain", "v48"]);
    assert!(visit.stdout.contains("what is new there has to hold for"), "{visit:?}");
    fs::write(world.watchlist(), {
        let list = fs::read_to_string(world.watchlist()).unwrap();
        format!("{list}learn = false\n")
    })
    .unwrap();
    (56..64).for_each(|visit| sweep(&world, visit, &[Pledges::Negated, Pledges::Removed]));
    assert!(learning + 2 < changes(&world), "nothing is learnt where the user says so");
}
