//! A clause never jumps: whatever is done to the others, it is where it is, or it is said that it
//! cannot be told.

use proptest::prelude::*;

use super::*;

const PLEDGE: &str = "We do not offer FaceFind to police forces anywhere in the country.";
const REWORDED: &str = "We do not currently offer FaceFind to most police forces in the country.";
const QUOTE: &str = "not offer FaceFind to police";

const SUBJECTS: &[&str] = &["Customers", "Our partners", "Our staff", "Visitors", "Suppliers"];
const VERBS: &[&str] =
    &["receive", "keep", "review", "publish", "send us", "may object to", "pay for"];
const OBJECTS: &[&str] = &[
    "invoices by mail",
    "the audit of each year",
    "copies of their records",
    "a report on energy",
    "notices about outages",
    "the terms of delivery",
];
const ENDS: &[&str] = &["within ten days.", "on request.", "each spring.", "free of charge."];

fn other() -> impl Strategy<Value = String> {
    let pick = |of: &'static [&'static str]| prop::sample::select(of);
    (pick(SUBJECTS), pick(VERBS), pick(OBJECTS), pick(ENDS))
        .prop_map(|(subject, verb, object, end)| format!("{subject} {verb} {object} {end}"))
}

/// What is done to another clause.
#[derive(Clone, Debug)]
enum Act {
    Keep,
    Drop,
    Double,
    Put(String),
    Extend(String),
    Number(u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Keep),
        1 => Just(Act::Drop),
        1 => Just(Act::Double),
        1 => other().prop_map(Act::Put),
        1 => other().prop_map(Act::Extend),
        1 => (1_u8..60).prop_map(Act::Number),
    ]
}

fn done(line: &str, act: &Act) -> Vec<String> {
    match act {
        Act::Keep => vec![line.to_owned()],
        Act::Drop => Vec::new(),
        Act::Double => vec![line.to_owned(), line.to_owned()],
        Act::Put(other) => vec![other.clone()],
        Act::Extend(other) => vec![format!("{line} {other}")],
        Act::Number(number) => vec![format!("{number}. {line}")],
    }
}

fn text(lines: &[String]) -> Text {
    let block = |line: &String| Block::new(BlockKind::Paragraph, line);
    Text { blocks: lines.iter().map(block).collect() }
}

/// Returns the texts before and after, the clause among other clauses that are edited.
fn texts(
    others: &[(String, Act)],
    at: usize,
    (before, after): (&str, Option<&str>),
) -> (Text, Text) {
    let at = at % (others.len() + 1);
    let mut lines: (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for (number, (line, act)) in others.iter().enumerate() {
        if number == at {
            lines.0.push(before.to_owned());
            lines.1.extend(after.map(str::to_owned));
        }
        lines.0.push(line.clone());
        lines.1.extend(done(line, act));
    }
    if at == others.len() {
        lines.0.push(before.to_owned());
        lines.1.extend(after.map(str::to_owned));
    }
    (text(&lines.0), text(&lines.1))
}

fn located(before: &Text, after: &Text) -> (Located, String) {
    let Found::At(place) = find(before, QUOTE) else { panic!("it is there") };
    let course = Course::between(before, after);
    let located = follow(&course, &place, QUOTE);
    let words = match &located {
        Located::At { place, .. } => course.after.words(course.after.run(place)),
        Located::Ambiguous { .. } | Located::Missing { .. } => String::new(),
    };
    (located, words)
}

proptest! {
    #[test]
    fn a_clause_that_nobody_touched_is_followed_through_any_edits_of_others(
        others in prop::collection::vec((other(), act()), 0..14),
        at in 0_usize..20,
    ) {
        let (before, after) = texts(&others, at, (PLEDGE, Some(PLEDGE)));
        prop_assert_eq!(located(&before, &after).1, PLEDGE);
    }

    #[test]
    fn a_clause_that_was_reworded_is_followed_and_never_taken_for_another(
        others in prop::collection::vec((other(), act()), 0..14),
        at in 0_usize..20,
    ) {
        let (before, after) = texts(&others, at, (PLEDGE, Some(REWORDED)));
        prop_assert_eq!(located(&before, &after).1, REWORDED);
    }

    #[test]
    fn a_clause_that_went_is_never_found_in_another(
        others in prop::collection::vec((other(), act()), 0..14),
        at in 0_usize..20,
    ) {
        let (before, after) = texts(&others, at, (PLEDGE, None));
        let (located, _) = located(&before, &after);
        let is_said = matches!(located, Located::Missing { .. } | Located::Ambiguous { .. });
        prop_assert!(is_said, "{:?}", located);
    }

    #[test]
    fn following_ends_without_panic_for_any_texts(
        before in prop::collection::vec("[a-cA-C.:() 0-9]{0,40}", 0..8),
        after in prop::collection::vec("[a-cA-C.:() 0-9]{0,40}", 0..8),
        from in (0_usize..9, 0_usize..40),
        to in (0_usize..9, 0_usize..40),
    ) {
        let (before, after) = (text(&before), text(&after));
        let point = |(block, byte)| crate::model::pledge::Point { block, byte };
        let place = Place { from: point(from), to: point(to) };
        let course = Course::between(&before, &after);
        if let Located::At { place: there, moved, doubt } = follow(&course, &place, "a b") {
            let way = crate::compare::beside::Way { moved, doubt };
            crate::compare::beside::step(&course, (&place, &there), way);
        }
    }
}
