//! A diff shows both texts whole, and its edits touch the wording exactly if the wording differs.

use pledgewatch::{
    compare::{
        clause,
        diff::{blocks_of, diff},
        wording::{likeness, wording},
    },
    extract::words::normalized,
    model::{
        edit::{Diff, DiffRow, Edit, EditKind, Mark, MarkKind, Passage},
        text::{Block, BlockKind, Link, Text},
    },
};
use unicode_normalization::UnicodeNormalization;

/// Checks the law for two texts.
pub fn check(before: &Text, after: &Text) {
    let found = diff(before, after);
    assert_eq!(found, diff(before, after), "the same texts give the same diff");
    check_rows(&found, before, after);
    found.edits().for_each(check_marks);
    let is_touched = found.strongest().is_some_and(EditKind::is_wording);
    assert_eq!(wording(before) != wording(after), is_touched, "{found:?}");
    let is_same = |row: &DiffRow| matches!(row, DiffRow::Same { before, after } if before == after);
    assert!(diff(after, &after.clone()).rows.iter().all(is_same), "a text differs from itself");
    assert!((0..=1000).contains(&likeness(before, after)));
    check_clauses(before);
}

/// Returns a text of these lines, well formed: what a line begins with says what it is.
pub fn text(lines: &str) -> Text {
    Text { blocks: lines.split('\n').filter_map(block).collect() }
}

fn block(line: &str) -> Option<Block> {
    let kind = match line.chars().next()? {
        '#' => BlockKind::Heading(2),
        '*' => BlockKind::Item(1),
        '|' => BlockKind::Row,
        _ => BlockKind::Paragraph,
    };
    let rest = line.trim_start_matches(['#', '*', '|']);
    let (marker, rest) = match rest.split_once('\t') {
        Some((marker, rest)) => (normalized(marker), rest),
        None => (String::new(), rest),
    };
    let (words, target) = match rest.split_once('>') {
        Some((words, target)) => (normalized(words), normalized(target).replace(' ', "")),
        None => (normalized(rest), String::new()),
    };
    let links = if target.is_empty() { Vec::new() } else { vec![Link { target }] };
    (!words.is_empty()).then_some(Block { kind, marker, words, links })
}

/// Each block of both texts is in exactly one row, in the order of the text after.
fn check_rows(found: &Diff, before: &Text, after: &Text) {
    let mut seen_before = vec![0; before.blocks.len()];
    let mut seen_after = vec![0; after.blocks.len()];
    let mut order = Vec::new();
    for row in &found.rows {
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
    assert!(seen_before.iter().chain(&seen_after).all(|count| *count == 1), "{found:?}");
    assert!(order.is_sorted(), "{found:?}");
}

/// The marks of an edit joined again are both passages.
fn check_marks(edit: &Edit) {
    let after = joined(&edit.marks, MarkKind::Inserted);
    assert_eq!(after, words_of(&edit.after), "{edit:?}");
    let (shown, before) = (joined(&edit.marks, MarkKind::Deleted), words_of(&edit.before));
    match edit.kind {
        EditKind::Typography | EditKind::Renumbered => {
            assert_eq!(without_space(&shown), without_space(before), "{edit:?}");
        }
        EditKind::Reworded | EditKind::DateStamp | EditKind::Added | EditKind::Removed => {
            assert_eq!(letters(&shown), letters(before), "{edit:?}");
        }
        EditKind::LinkTarget | EditKind::Structure | EditKind::Moved => (),
    }
    for pair in edit.marks.windows(2) {
        assert_ne!(pair[0].kind, pair[1].kind, "{edit:?}");
    }
    assert!(edit.marks.iter().all(|it| !it.words.is_empty()), "{edit:?}");
}

/// The sentences of a block stand in it in order, and nothing but white space between them.
fn check_clauses(text: &Text) {
    for block in text.blocks.iter() {
        let mut end = 0;
        for sentence in clause::sentences(&block.words) {
            assert!(block.words[end..sentence.start].trim().is_empty(), "{block:?}");
            end = sentence.end;
        }
        assert!(block.words[end..].trim().is_empty(), "{block:?}");
        let (marker, rest) = clause::split_marker(&block.words);
        assert!(block.words.starts_with(marker) && block.words.ends_with(rest), "{block:?}");
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

/// Letters and digits, in one case: all that is shown of what was but typography. A sign that only
/// depicts letters, such as `™`, is an ornament.
fn letters(words: &str) -> String {
    let depicts = |c: &char| !c.is_alphanumeric() && c.nfkc().any(char::is_alphanumeric);
    let lower = words.chars().filter(|c| !depicts(c)).nfkc().flat_map(char::to_lowercase);
    lower.nfkc().filter(|c| c.is_alphanumeric()).collect()
}
