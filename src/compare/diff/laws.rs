//! What holds for the diff of any two texts.

use proptest::prelude::*;

use crate::compare::diff::{blocks_of, diff};
use crate::compare::fold;
use crate::compare::wording::wording;
use crate::model::edit::{Diff, DiffRow, Edit, EditKind, Mark, MarkKind, Passage};
use crate::model::text::{Block, BlockKind, Link, Text};

const WORDS: &[&str] = &[
    "we",
    "we",
    "the",
    "and",
    "not",
    "never",
    "sell",
    "sell,",
    "Faces",
    "faces.",
    "faces. We",
    "“data”",
    "opt-in",
    "opt in",
    "5",
    "1.5",
    "-5",
    "10%",
    "$",
    "don't",
    "don’t",
    "to",
    "gether",
    "together",
    "police;",
    "3.",
    "数据",
    "第三方。",
    "é",
    "e\u{301}",
    ".",
    "—",
];

const BLOCKS: &[&str] = &[
    "Last updated: May 1, 2024",
    "Effective June 2, 2025",
    "May 1, 2024",
    "***",
    "We never sell the faces of our customers.",
    "We never sell the faces of our customers. You may ask.",
    "You may ask.",
    "3. You may ask.",
    "Version 2. You may ask.",
];

fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS);
    prop_oneof![
        3 => prop::collection::vec(word, 1..12).prop_map(|it| it.join(" ")),
        1 => prop::sample::select(BLOCKS).prop_map(str::to_owned),
    ]
}

fn block() -> impl Strategy<Value = Block> {
    let kind = prop_oneof![
        Just(BlockKind::Paragraph),
        Just(BlockKind::Item(1)),
        Just(BlockKind::Heading(2)),
        Just(BlockKind::Row),
    ];
    let marker = prop::sample::select(&["", "", "1.", "(a)"][..]);
    let links = prop::sample::select(&["", "", "/a"][..]);
    (kind, marker, words(), links).prop_map(|(kind, marker, words, link)| {
        let links = if link.is_empty() { vec![] } else { vec![Link { target: link.to_owned() }] };
        Block { kind, marker: marker.to_owned(), words, links }
    })
}

/// Two texts, the second made of the first's blocks, altered, and of others.
fn texts() -> impl Strategy<Value = (Text, Text)> {
    let before = prop::collection::vec(block(), 0..8);
    let steps = prop::collection::vec((0_usize..8, 0_u8..6, block()), 0..10);
    (before, steps).prop_map(|(before, steps)| {
        let mut after = before.clone();
        for (at, step, other) in steps {
            let at = at.min(after.len());
            match step {
                0 => after.insert(at, other),
                1 if at < after.len() => {
                    after.remove(at);
                }
                2 if at < after.len() => after[at] = other,
                3 if at + 1 < after.len() => after.swap(at, at + 1),
                4 if at + 1 < after.len() => {
                    let next = after.remove(at + 1);
                    after[at].words = format!("{} {}", after[at].words, next.words);
                }
                _ if at < after.len() => split(&mut after, at),
                _ => (),
            }
        }
        (before.into(), after.into())
    })
}

fn split(blocks: &mut Vec<Block>, at: usize) {
    if let Some((first, rest)) = blocks[at].words.clone().split_once(' ') {
        let mut next = blocks[at].clone();
        next.words = rest.to_owned();
        blocks[at].words = first.to_owned();
        blocks.insert(at + 1, next);
    }
}

fn joined(marks: &[Mark], kind: MarkKind) -> String {
    let parts = marks.iter().filter(|it| it.kind == MarkKind::Same || it.kind == kind);
    parts.map(|it| it.words.as_str()).collect()
}

fn words_of(passage: &Option<Passage>) -> &str {
    passage.as_ref().map_or("", |it| &it.words)
}

fn without_space(words: &str) -> String {
    words.split_whitespace().collect()
}

/// The keys of the words, which is all of them but case, punctuation and typography.
fn folded(words: &str) -> Vec<String> {
    let said = fold::pieces(words).filter(|it| it.kind != fold::PieceKind::Point);
    said.map(|it| {
        let mut key = String::new();
        fold::push_key(words, it, &mut key);
        key
    })
    .collect()
}

fn check_marks(edit: &Edit) {
    let after = joined(&edit.marks, MarkKind::Inserted);
    assert_eq!(after, words_of(&edit.after), "{edit:?}");
    let before = joined(&edit.marks, MarkKind::Deleted);
    match edit.kind {
        EditKind::Typography | EditKind::Renumbered => {
            assert_eq!(without_space(&before), without_space(words_of(&edit.before)), "{edit:?}");
        }
        EditKind::Reworded | EditKind::DateStamp | EditKind::Added | EditKind::Removed => {
            let (found, wanted) = (folded(&before).concat(), folded(words_of(&edit.before)));
            assert_eq!(found, wanted.concat(), "{edit:?}");
        }
        EditKind::LinkTarget | EditKind::Structure | EditKind::Moved => (),
    }
    for pair in edit.marks.windows(2) {
        assert_ne!(pair[0].kind, pair[1].kind, "{edit:?}");
        assert!(pair[0].kind != MarkKind::Inserted || pair[1].kind == MarkKind::Same, "{edit:?}");
    }
    assert!(edit.marks.iter().all(|it| !it.words.is_empty()), "{edit:?}");
}

fn check_rows(diff: &Diff, before: &Text, after: &Text) {
    let mut seen_before = vec![0; before.blocks.len()];
    let mut seen_after = vec![0; after.blocks.len()];
    let mut order = Vec::new();
    for row in &diff.rows {
        match row {
            DiffRow::Same { before: b, after: a } => {
                seen_before[*b] += 1;
                seen_after[*a] += 1;
                order.push(*a);
            }
            DiffRow::Edited(edit) => {
                for at in edit.before.iter().flat_map(|it| blocks_of(before, it)) {
                    seen_before[at] += 1;
                }
                for at in edit.after.iter().flat_map(|it| blocks_of(after, it)) {
                    seen_after[at] += 1;
                    order.push(at);
                }
            }
        }
    }
    assert!(seen_before.iter().chain(&seen_after).all(|count| *count == 1), "{diff:?}");
    assert!(order.is_sorted(), "{diff:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..Default::default() })]

    #[test]
    fn each_block_is_in_one_row_in_reading_order((before, after) in texts()) {
        check_rows(&diff(&before, &after), &before, &after);
    }

    #[test]
    fn the_marks_of_an_edit_make_its_passages((before, after) in texts()) {
        diff(&before, &after).edits().for_each(check_marks);
    }

    #[test]
    fn the_wording_is_the_same_exactly_if_no_edit_touches_it((before, after) in texts()) {
        let found = diff(&before, &after);
        let touched = found.strongest().is_some_and(EditKind::is_wording);
        prop_assert_eq!(wording(&before) != wording(&after), touched, "{:?}", found);
    }

    #[test]
    fn a_text_does_not_differ_from_itself((text, _) in texts()) {
        let same = |row: &DiffRow| matches!(row, DiffRow::Same { before, after } if before == after);
        prop_assert!(diff(&text, &text.clone()).rows.iter().all(same));
    }

    #[test]
    fn the_same_texts_give_the_same_diff((before, after) in texts()) {
        prop_assert_eq!(diff(&before, &after), diff(&before.clone(), &after.clone()));
    }
}

/// Every pair of passages of up to three of these words: small enough to try them all.
#[test]
fn no_sign_of_a_number_is_lost_in_marks() {
    const SIGNED: [&str; 5] = ["5", "-5", "we", "sell.", "—"];
    let mut passages = vec![String::new()];
    let mut last = vec![String::new()];
    for _ in 0..3 {
        let longer = |it: &String| SIGNED.map(|word| format!("{it} {word}").trim().to_owned());
        last = last.iter().flat_map(longer).collect();
        passages.extend(last.iter().cloned());
    }
    let text = |words: &str| Text::from(vec![Block::new(BlockKind::Paragraph, words)]);
    // A seam may put white space between a sign and its number, never take the sign away.
    let signs = |words: &str| without_space(words).matches("-5").count();
    for before in passages.iter().skip(1) {
        for after in passages.iter().skip(1) {
            for edit in diff(&text(before), &text(after)).edits() {
                let shown = joined(&edit.marks, MarkKind::Deleted);
                assert_eq!(signs(&shown), signs(words_of(&edit.before)), "{edit:?}");
                let shown = joined(&edit.marks, MarkKind::Inserted);
                assert_eq!(signs(&shown), signs(words_of(&edit.after)), "{edit:?}");
            }
        }
    }
}
