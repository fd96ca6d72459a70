//! Passages beside one another: what holds is told, what rotates is not, what flaps is known.

use super::*;
use crate::{
    model::text::{Block, BlockKind},
    monitor::memory::Memory,
};

fn text(words: &str) -> Text {
    Text { blocks: words.split('|').map(|it| Block::new(BlockKind::Paragraph, it)).collect() }
}

fn hour(hour: u64) -> Timestamp {
    Timestamp::from_millis((hour * 3_600_000) as i64)
}

/// Weighs the last of these texts, each shown at its hour, against what was established.
fn weighed(established: &str, shown: &[(u64, &str)]) -> Weighed {
    let (&(now, after), earlier) = shown.split_last().unwrap();
    let regime = Regime { revision: 1, selection: Digest::of(b"") };
    let mut memory = Memory { regime: Some(regime), ..Memory::default() };
    for (number, (at, words)) in earlier.iter().enumerate() {
        memory.add(VisitId(number as i64), hour(*at), &text(words));
    }
    let ground = text(established);
    let reading = Reading { text: text(after), regime, wording: Digest::of(after.as_bytes()) };
    let diff = compare::diff::diff(&ground, &reading.text);
    let established = Established {
        version: ground.digest(),
        ground: &ground,
        last_at: None,
        is_seen_twice: false,
    };
    let within = Duration::from_secs(36 * 3_600);
    let now = Now { visit: VisitId(99), at: hour(now), text: Some((&reading, &diff)), within };
    let taught = Taught { learning: Learning::On, learnt: &[], pledges: &[] };
    weigh(&memory, &established, now, &taught)
}

/// Returns the words of each passage that is told, before and after.
fn told(weighed: &Weighed) -> Vec<(String, String)> {
    let words = |passage: &Option<crate::model::edit::Passage>| {
        passage.as_ref().map_or(String::new(), |it| it.words.clone())
    };
    let settled = weighed.settled.iter();
    settled.flat_map(|it| it.told().map(|it| (words(&it.before), words(&it.after)))).collect()
}

fn pair(before: &str, after: &str) -> (String, String) {
    (before.to_owned(), after.to_owned())
}

const BASE: &str = "We pause sales.|We keep logs.|Write to us.";

#[test]
fn a_mixture_of_what_was_shown_apart_is_known() {
    let shown = [
        (0, BASE),
        (6, "We stop sales.|We keep logs.|Write to us."),
        (12, BASE),
        (18, "We pause sales.|We keep records.|Write to us."),
        (21, BASE),
        (24, "We stop sales.|We keep records.|Write to us."),
    ];
    let weighed = weighed(BASE, &shown);
    assert!(weighed.stands.iter().all(|stand| matches!(stand, Stand::Known(_))), "{weighed:?}");
    assert!(weighed.settled.is_none());
}

#[test]
fn what_holds_is_told_while_what_rotates_beside_it_is_not() {
    let shown = [
        (0, "We never sell.|Ann won a prize for boats.|Write to us."),
        (48, "We never sell.|Bob opened his bakery on Monday.|Write to us."),
        (96, "We may sell.|Cy ran home through the snow.|Write to us."),
        (144, "We may sell.|Di found a coin in her garden.|Write to us."),
    ];
    let found = weighed(shown[0].1, &shown);
    assert_eq!(told(&found), [pair("We never sell.", "We may sell.")]);
    let settled = found.settled.unwrap();
    assert_eq!((settled.first_at, settled.before_last_at), (hour(96), hour(48)));
    assert_eq!((settled.untold(), settled.certainty), (2, Certainty::Confirmed));
    assert_eq!(settled.text, text(shown[2].1));
    let ground = "We may sell.|Ann won a prize for boats.|Write to us.";
    assert_eq!(*settled.ground(), text(ground));
}

#[test]
fn a_sentence_that_rotates_within_a_paragraph_hides_no_edit_of_it() {
    let shown = [
        (0, "We never sell. Ann won a prize.|Write to us."),
        (6, "We never sell. Bob won a prize.|Write to us."),
        (12, "We may sell. Cy won a prize.|Write to us."),
        (18, "We may sell. Di won a prize.|Write to us."),
    ];
    assert!(weighed(shown[0].1, &shown[..3]).settled.is_none());
    assert_eq!(told(&weighed(shown[0].1, &shown)).len(), 1);
}

#[test]
fn a_promise_that_gives_way_to_what_is_another_each_time_is_told_in_time() {
    let base = "We never sell faces.|Write to us.";
    let shown = [
        (0, base),
        (6, base),
        (12, "Ann won a prize for boats.|Write to us."),
        (24, "Bob opened his bakery on Monday.|Write to us."),
    ];
    assert!(weighed(base, &shown[..3]).settled.is_none());
    assert_eq!(told(&weighed(base, &shown)), [pair("We never sell faces.", "")]);
    let shown = [
        (0, base),
        (6, base),
        (12, "We never sell red faces.|Write to us."),
        (24, "We never sell blue faces.|Write to us."),
        (36, "We never sell green faces.|Write to us."),
        (48, "We never sell white faces.|Write to us."),
    ];
    assert!(weighed(base, &shown[..5]).settled.is_none());
    let found = weighed(base, &shown);
    assert_eq!(told(&found).len(), 1, "{found:?}");
    assert_eq!(found.settled.unwrap().certainty, Certainty::Unsure);
}

#[test]
fn a_wording_seen_once_that_gave_way_after_its_time_is_told_if_it_replaced_what_stood() {
    let shown = [
        (0, "We never sell faces.|Write to us."),
        (48, "We never sell faces.|Write to us."),
        (96, "We may sell faces.|Write to us."),
        (144, "We will sell all faces.|Write to us."),
    ];
    let found = weighed(shown[0].1, &shown);
    assert_eq!(told(&found), [pair("We never sell faces.", "We may sell faces.")]);
    assert_eq!(found.settled.unwrap().first_at, hour(96));
}

#[test]
fn an_order_seen_twice_by_chance_is_no_news_and_one_that_stays_is() {
    let (a, b) = (
        "We keep no logs of it.|We sell no data to anyone.",
        "We sell no data to anyone.|We keep no logs of it.",
    );
    let mut shown = vec![(0, a), (6, a), (12, b), (18, b)];
    assert!(weighed(a, &shown).settled.is_none());
    shown.push((48, b));
    let found = weighed(a, &shown);
    assert_eq!(told(&found).len(), 1, "{found:?}");
}

#[test]
fn an_edit_that_holds_among_others_that_flap_lasts() {
    let stop = "We stop sales.|We keep logs.|Write to us.";
    let both = "We stop sales.|We keep records.|Write to us.";
    let mut shown = vec![(0, stop), (6, BASE), (12, both), (18, BASE)];
    shown.extend([(24, stop), (36, both), (48, stop), (59, both)]);
    assert!(weighed(BASE, &shown).settled.is_none());
    shown.push((60, stop));
    let found = weighed(BASE, &shown);
    assert_eq!(told(&found), [pair("We pause sales.", "We stop sales.")]);
    let settled = found.settled.unwrap();
    assert_eq!((settled.first_at, settled.before_last_at), (hour(24), hour(18)));
}

#[test]
fn what_flapped_for_long_has_to_hold_for_longer() {
    let stop = "We stop sales.|We keep logs.|Write to us.";
    let mut shown = vec![(0, BASE), (6, stop), (40, stop), (46, BASE), (50, stop), (86, stop)];
    assert!(weighed(BASE, &shown).settled.is_none());
    shown.push((130, stop));
    assert!(weighed(BASE, &shown).settled.is_some());
}

#[test]
fn passages_that_were_not_told_stay_undone_in_a_version_that_reads_otherwise_today() {
    let ground = text("We may sell.|Ann won a prize for boats.|Write to us.");
    let version = text("We may sell.|Bob opened his bakery on Monday.|Write to us.");
    let today = text("We may sell.|Bob opened his bakery on Monday.|Write to us.|Follow us.");
    let again = ground_again((&ground, &version), &today);
    assert_eq!(again, text("We may sell.|Ann won a prize for boats.|Write to us.|Follow us."));
}

#[test]
fn what_is_known_goes_along_with_what_came_at_the_same_visit() {
    let shown = [
        (0, "We never sell.|Write to us."),
        (12, "We never sell.|We keep logs.|Write to us."),
        (96, "We may sell.|Write to us."),
        (102, "We may sell.|Write to us."),
    ];
    let found = weighed(shown[1].1, &shown);
    let both = [pair("We never sell.", "We may sell."), pair("We keep logs.", "")];
    assert_eq!(told(&found), both);
}

const PROMOTIONS: [&str; 7] = [
    "Boats are cheap on Monday.",
    "Fresh bread wins a medal.",
    "Our choir sings outdoors.",
    "Snow covers seven valleys.",
    "A violin crossed an ocean.",
    "Lanterns light old harbors.",
    "Tea grows beside glaciers.",
];

/// Returns what a page showed every six hours up to an hour, with another promotion each day
/// between its pledge and its foot; `alter` has the last word on each.
fn daily(until: u64, alter: impl Fn(u64, String) -> String) -> Vec<(u64, String)> {
    let shown = |hour: u64| {
        let promotion = PROMOTIONS[(hour / 24) as usize % PROMOTIONS.len()];
        let page = format!("We never sell faces.|{promotion}|Write to us.");
        (hour, alter(hour, page))
    };
    (0..=until / 6).map(|visit| shown(visit * 6)).collect()
}

fn weighed_daily(established: &str, shown: &[(u64, String)]) -> Weighed {
    let shown: Vec<(u64, &str)> = shown.iter().map(|(at, it)| (*at, it.as_str())).collect();
    weighed(established, &shown)
}

#[test]
fn a_promotion_of_each_day_is_told_until_four_have_come_and_gone() {
    let plain = |_, page| page;
    let ground = |day: usize| format!("We never sell faces.|{}|Write to us.", PROMOTIONS[day]);
    for day in 1..=4 {
        let found = weighed_daily(&ground(day - 1), &daily(day as u64 * 24 + 6, plain));
        assert!(!told(&found).is_empty(), "day {day}");
        assert!(found.lessons.is_empty());
    }
    let found = weighed_daily(&ground(4), &daily(5 * 24 + 6, plain));
    assert_eq!(told(&found), []);
    assert_eq!(found.lessons.len(), 1);
    assert_eq!((found.lessons[0].passages, found.relied.len()), (4, 1), "{found:?}");
    assert!(found.relied[0].contains("after \"We never sell faces.\""), "{found:?}");
}

#[test]
fn beside_a_place_that_rotates_what_stood_is_told_as_ever_and_what_is_new_when_it_lasts() {
    let ground = format!("We never sell faces.|{}|Write to us.", PROMOTIONS[4]);
    let edited = |hour, page: String| match hour {
        120.. => page.replace("never", "may"),
        _ => page,
    };
    let found = weighed_daily(&ground, &daily(126, edited));
    assert_eq!(told(&found), [pair("We never sell faces.", "We may sell faces.")]);
    let gone = |hour, page: String| match hour {
        120.. => page.replace("We never sell faces.|", ""),
        _ => page,
    };
    assert_eq!(told(&weighed_daily(&ground, &daily(126, gone))).len(), 1);
    let stays = |hour, page: String| match hour {
        120.. => page.replace("|Write", "|We sell to partners.|Write"),
        _ => page,
    };
    assert_eq!(told(&weighed_daily(&ground, &daily(162, stays))), []);
    let late = told(&weighed_daily(&ground, &daily(168, stays)));
    assert!(late.contains(&pair("", "We sell to partners.")), "{late:?}");
}

#[test]
fn items_of_a_pool_that_come_again_are_no_return_since_another_stays_away() {
    let page = |minutes: u64| format!("We never sell faces.|{minutes} minutes ago|Write to us.");
    let minutes = [4, 15, 26, 37, 48, 11, 22, 33, 44, 55, 15];
    let shown: Vec<(u64, String)> =
        minutes.iter().enumerate().map(|(at, it)| (at as u64 * 6, page(*it))).collect();
    let shown: Vec<(u64, &str)> = shown.iter().map(|(at, it)| (*at, it.as_str())).collect();
    assert!(weighed(shown[0].1, &shown).settled.is_none());
}
