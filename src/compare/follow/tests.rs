//! A clause is known again wherever it goes, or it is said that it cannot be.

use super::*;
use crate::compare::beside::{self, Way};
use crate::model::pledge::{BesideHow, Happening, Role, Step};
use crate::model::text::Link;
use std::sync::Arc;

const PLEDGE: &str = "We have paused sales of FaceFind to police departments for one year.";
const QUOTE: &str = "paused sales of FaceFind to police";

/// Returns a text: `#` begins a heading, `-` an item, `|` a row, and a number stands before.
fn text(lines: &[&str]) -> Text {
    let blocks = lines.iter().map(|line| {
        let (kind, words) = match line.split_at(1) {
            ("#", words) => (BlockKind::Heading(2), words),
            ("-", words) => (BlockKind::Item(1), words),
            (_, _) => (BlockKind::Paragraph, *line),
        };
        Block::new(kind, words.trim())
    });
    Text { blocks: blocks.collect() }
}

fn place(text: &Text) -> Place {
    let Found::At(place) = find(text, QUOTE) else { panic!("{text:?}") };
    place
}

fn followed(before: &Text, after: &Text) -> Located {
    follow(&Course::between(before, after), &place(before), QUOTE)
}

fn words(text: &Text, place: &Place) -> String {
    let cut = Cut::of(text);
    cut.words(cut.run(place))
}

/// Returns where the clause went, `=` before it if it stayed in place, `>` if it moved, `?` if it
/// cannot be told, and `-` if it is gone.
fn went(before: &[&str], after: &[&str]) -> String {
    let (before, after) = (text(before), text(after));
    match followed(&before, &after) {
        Located::At { place, moved: false, .. } => format!("={}", words(&after, &place)),
        Located::At { place, .. } => format!(">{}", words(&after, &place)),
        Located::Ambiguous { likeliest, .. } => format!("?{}", words(&after, &likeliest)),
        Located::Missing { .. } => "-".to_owned(),
    }
}

fn step(before: &Text, after: &Text) -> Option<Step> {
    let course = Course::between(before, after);
    let from = place(before);
    let Located::At { place, moved, doubt } = follow(&course, &from, QUOTE) else { panic!() };
    beside::step(&course, (&from, &place), Way { moved, doubt })
}

const BEFORE: [&str; 5] = [
    "#Our principles",
    "We test every system for bias before it is released.",
    PLEDGE,
    "We publish the results of each test within ninety days.",
    "#Contact",
];

fn with(line: &str) -> Vec<&str> {
    let mut lines = BEFORE.to_vec();
    lines[2] = line;
    lines
}

#[test]
fn a_quotation_is_found_as_a_whole_clause() {
    let before = text(&[
        "#Paused sales of FaceFind to police",
        "A first word. We have paused sales of FaceFind to police, for now. And more.",
    ]);
    assert_eq!(
        words(&before, &place(&before)),
        "We have paused sales of FaceFind to police, for now."
    );
    let twice = text(&[PLEDGE, "Others paused sales of FaceFind to police as well."]);
    assert!(matches!(find(&twice, QUOTE), Found::Several(places) if places.len() == 2));
    let copied = text(&[PLEDGE, "Between them.", PLEDGE]);
    assert!(matches!(find(&copied, QUOTE), Found::At(place) if place.from.block == 0));
    assert_eq!(find(&copied, "never said"), Found::Nowhere);
}

#[test]
fn a_clause_is_followed_through_edits_moves_and_renumbering() {
    assert_eq!(went(&BEFORE, &BEFORE), format!("={PLEDGE}"));
    let weaker = "We have currently paused most sales of FaceFind to police departments.";
    assert_eq!(went(&BEFORE, &with(weaker)), format!("={weaker}"));
    let numbered = format!("4.2. {PLEDGE}");
    assert_eq!(went(&BEFORE, &with(&numbered)), format!("={PLEDGE}"));
    let desk = "Write to our press desk at any time, by mail or through the form on this page.";
    let moved = [BEFORE[0], BEFORE[1], BEFORE[3], BEFORE[4], desk, PLEDGE];
    assert_eq!(went(&[&BEFORE[..], &[desk]].concat(), &moved), format!(">{PLEDGE}"));
    let joined = format!("{} {PLEDGE} {}", BEFORE[1], BEFORE[3]);
    assert_eq!(went(&BEFORE, &[BEFORE[0], &joined, BEFORE[4]]), format!("={PLEDGE}"));
}

#[test]
fn a_clause_of_which_no_word_of_the_quotation_survives_is_not_lost_in_silence() {
    let other = "Law enforcement agencies cannot buy our matching tool until next summer.";
    assert_eq!(went(&BEFORE, &with(other)), format!("?{other}"));
    let near = "For one year, departments of law enforcement are not sold our matching tool.";
    let said = went(&BEFORE, &with(near));
    assert!(said == format!("={near}") || said == format!("?{near}"), "{said}");
}

#[test]
fn a_clause_that_went_is_missing_though_others_come_elsewhere() {
    let mut after = BEFORE.to_vec();
    after.remove(2);
    assert_eq!(went(&BEFORE, &after), "-");
    after.push("Write to our press desk at any time of the day.");
    assert_eq!(went(&BEFORE, &after), "-");
}

#[test]
fn a_clause_that_cannot_be_told_from_others_is_ambiguous() {
    let split = [
        BEFORE[0],
        BEFORE[1],
        "We have paused FaceFind for city police departments for one year.",
        "We have paused FaceFind for state police departments for one year.",
        BEFORE[3],
        BEFORE[4],
    ];
    assert!(went(&BEFORE, &split).starts_with('?'), "{}", went(&BEFORE, &split));
}

#[test]
fn an_exception_in_the_next_sentence_or_item_narrows_the_pledge_and_stands_beside_it() {
    let before = text(&BEFORE);
    let exception = format!("{PLEDGE} This does not apply to searches for missing children.");
    let after = text(&with(&exception));
    let found = step(&before, &after).unwrap();
    assert_eq!(found.what, Happening::Narrowed);
    assert_eq!(step(&after, &before).unwrap().what, Happening::Strengthened);
    let [only] = &found.beside[..] else { panic!("{found:?}") };
    assert_eq!(only.how, BesideHow::Added);
    assert_eq!(
        only.after.as_deref(),
        Some("This does not apply to searches for missing children.")
    );

    let list = [
        "#Rules",
        "FaceFind follows these rules:",
        "-We have paused sales of FaceFind to police departments.",
        "-We test each release.",
    ];
    let mut longer = list.to_vec();
    longer.insert(3, "-Except where a court orders it.");
    let found = step(&text(&list), &text(&longer)).unwrap();
    assert_eq!(found.what, Happening::Narrowed);
    let [only] = &found.beside[..] else { panic!("{found:?}") };
    assert_eq!(only.after.as_deref(), Some("Except where a court orders it."));
}

#[test]
fn what_does_not_speak_of_the_same_is_not_beside_the_pledge() {
    let mut after = BEFORE.to_vec();
    after.insert(3, "Our offices are closed on public holidays.");
    assert_eq!(step(&text(&BEFORE), &text(&after)), None);
    let other = with(PLEDGE);
    let mut far = other.clone();
    far.push("Offices open at nine.");
    assert_eq!(step(&text(&BEFORE), &text(&far)), None);
}

#[test]
fn a_reference_that_went_with_its_link_is_told_as_such() {
    let long = format!("{PLEDGE} For more, see our announcement.");
    let mut before = text(&with(&long));
    Arc::make_mut(&mut before.blocks)[2].links = vec![Link { target: "/news/pause".to_owned() }];
    let after = text(&BEFORE);
    let found = step(&before, &after).unwrap();
    let [only] = &found.beside[..] else { panic!("{found:?}") };
    assert_eq!((only.how, only.role), (BesideHow::Removed, Role::Reference));
}

#[test]
fn a_list_whose_lead_in_changes_is_told_with_its_items() {
    let before = text(&[
        "We will not:",
        "-sell FaceFind.",
        "-share it; we have paused sales of FaceFind to police.",
    ]);
    let after = text(&[
        "We try not to:",
        "-sell FaceFind.",
        "-share it; we have paused sales of FaceFind to police.",
    ]);
    let found = step(&before, &after).unwrap();
    let [only] = &found.beside[..] else { panic!("{found:?}") };
    assert_eq!((only.how, only.role), (BesideHow::Reworded, Role::LeadIn));
}

#[test]
fn what_went_and_comes_back_is_known_again() {
    let (gone, back) = (text(&[BEFORE[0], BEFORE[1], BEFORE[3]]), text(&BEFORE));
    let course = Course::between(&gone, &back);
    let found = returned(&course, &[PLEDGE], "no such words").unwrap();
    assert_eq!(words(&back, &found), PLEDGE);
    let reworded =
        with("We have again paused all sales of FaceFind to police departments for one year.");
    let reworded = text(&reworded);
    let course = Course::between(&gone, &reworded);
    assert_eq!(returned(&course, &[PLEDGE], "no such words"), None);
    assert_eq!(returned_alike(&course, PLEDGE).map(|it| it.from.block), Some(2));
    let other = text(&with("Our cafeteria serves lunch to all departments for one price."));
    assert_eq!(returned_alike(&Course::between(&gone, &other), PLEDGE), None);
}
