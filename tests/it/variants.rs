//! Wordings that a page alternates with, and the edits among them: told once, and no more.

use pledgewatch::model::{
    event::{EventKind, Telling},
    time::Timestamp,
};

use crate::world::{Site, World, framed};

/// Returns a policy with these words in its clauses.
fn policy(sale: &str, logs: &str, desk: &str) -> String {
    format!(
        "<h1>Facial recognition</h1><p>We {sale} facial recognition technology to police \
         departments in the United States, until there is a national law that governs it.</p>\
         <h2>Logs</h2><p>We keep the logs of our servers for {logs}, and delete them then without \
         a trace.</p><ul><li>We do not keep face prints of visitors.</li><li>Write to our {desk} \
         with any question about this.</li></ul>"
    )
}

/// A world that watches one page, swept every six hours.
struct Watched {
    site: Site,
    world: World,
    hour: i64,
}

impl Watched {
    fn new() -> Watched {
        let site = Site::start();
        let world = World::with(&format!("\n[[page]]\nid = \"p\"\nurl = \"{}\"\n", site.url("/p")));
        Watched { site, world, hour: 0 }
    }

    /// Shows this policy at the next sweep.
    fn show(&mut self, policy: &str) {
        self.site.page("/p", &framed(policy, "a"));
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let at = Timestamp::from_millis(start.as_millis() + self.hour * 3_600_000);
        self.world.sweep_at(&at.to_string());
        self.hour += 6;
    }

    /// Returns the words that each alert of a change inserts.
    fn told(&self) -> Vec<String> {
        let log = self.world.log();
        let alerts = log.iter().map(|told| &told.event).filter(|event| {
            event.kind() == EventKind::Change && matches!(event.telling, Telling::Alert(_))
        });
        alerts
            .map(|event| {
                let words: Vec<&str> = event.edits().iter().flat_map(|it| it.inserted()).collect();
                words.join(" ")
            })
            .collect()
    }
}

/// The arms of a test that draws each of three variants anew at each visit: bit by bit.
const DRAWS: [u8; 24] = [1, 0, 2, 0, 4, 0, 3, 5, 0, 6, 7, 2, 1, 4, 3, 7, 5, 6, 1, 2, 7, 4, 3, 5];

fn drawn(draw: u8, sale: &str) -> String {
    let pick = |bit: u8, off, on| if draw & bit == 0 { off } else { on };
    let sale = match sale {
        "" => pick(1, "will not sell", "shall never sell"),
        sale => sale,
    };
    policy(sale, pick(2, "thirty days", "one month"), pick(4, "privacy desk", "help desk"))
}

#[test]
fn three_variants_drawn_apart_ring_for_none_of_their_mixtures() {
    let mut page = Watched::new();
    page.show(&drawn(0, ""));
    for draw in DRAWS {
        page.show(&drawn(draw, ""));
    }
    assert_eq!(page.told(), Vec::<String>::new());
}

#[test]
fn a_true_edit_among_variants_is_told_once_when_it_was_seen_twice() {
    let mut page = Watched::new();
    page.show(&drawn(0, ""));
    for draw in DRAWS {
        page.show(&drawn(draw & 6, ""));
    }
    assert_eq!(page.told(), Vec::<String>::new());
    page.show(&drawn(2, "may now sell"));
    assert_eq!(page.told(), Vec::<String>::new());
    page.show(&drawn(4, "may now sell"));
    let told = page.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("may now"), "{told:?}");
    for draw in DRAWS {
        page.show(&drawn(draw & 6, "may now sell"));
    }
    assert_eq!(page.told(), told);
}

#[test]
fn an_edit_deployed_to_half_of_the_servers_is_told_when_it_is_on_all_of_them() {
    let mut page = Watched::new();
    page.show(&drawn(0, ""));
    for draw in DRAWS {
        page.show(&drawn(draw & 6, ""));
    }
    for (at, draw) in DRAWS.into_iter().enumerate() {
        let sale = if at % 2 == 0 { "may now sell" } else { "" };
        page.show(&drawn(draw & 6, sale));
    }
    assert_eq!(page.told(), Vec::<String>::new());
    for draw in &DRAWS[..9] {
        page.show(&drawn(draw & 6, "may now sell"));
    }
    let told = page.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("may now"), "{told:?}");
}

#[test]
fn a_lasting_return_of_one_clause_is_told_while_others_alternate() {
    let mut page = Watched::new();
    page.show(&drawn(0, ""));
    for draw in DRAWS {
        page.show(&drawn(draw & 6, ""));
    }
    page.show(&drawn(0, "may now sell"));
    page.show(&drawn(2, "may now sell"));
    assert_eq!(page.told().len(), 1);
    for draw in DRAWS {
        page.show(&drawn(draw & 6, ""));
    }
    let told = page.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("will not"), "{told:?}");
}

#[test]
fn an_entry_and_a_visit_are_explained_step_by_step() {
    let mut page = Watched::new();
    page.show(&drawn(0, ""));
    page.show(&drawn(0, "may now sell"));
    page.show(&drawn(0, "may now sell"));
    let id = page.world.log()[0].event.id.to_string();
    let ran = page.world.run(&["explain", &id]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for words in [
        "It was alerted at 2026-01-01 12:00 UTC",
        "2026-01-01 00:00 UTC  v1  first version",
        "2026-01-01 06:00 UTC  v2  another text, which waits",
        "another wording (a passage was reworded), seen once so far",
        "another text, established",
        "it is alerted as a change of the wording",
        "to standard output (stdout)",
        "seen 2 times within minutes",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {ran:?}");
    }
    let one = page.world.run(&["explain", "v2"]);
    assert!(one.stdout.starts_with("2026-01-01 06:00 UTC  v2"), "{one:?}");
    let json = page.world.run(&["explain", &id, "--json"]).json();
    assert_eq!((json[0]["id"].as_str(), &json[1]["visit"]), (Some(id.as_str()), &"v1".into()));
    let at = page.world.run(&["explain", "p", "--at", "2026-01-01T05:00:00Z"]);
    assert!(at.stdout.contains(" v1 ") && !at.stdout.contains(" v2 "), "{at:?}");
    let wrong = page.world.run(&["explain", "0123456789abcdef"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert_eq!(page.world.run(&["explain", "v999"]).code, 2);
}
