//! Cases: two texts, and the edits between them.

use expect_test::{Expect, expect};

use crate::compare::diff::{blocks_of, diff};
use crate::compare::wording::wording;
use crate::model::edit::{Diff, DiffRow, EditKind, MarkKind};
use crate::model::text::{Block, BlockKind, Link, Text};

/// Reads a text, one block a line: `# ` and more are headings, `* ` items, `| ` rows; `<3.> ` is
/// a marker before the words, ` ->x` at the end a link.
pub fn text(lines: &str) -> Text {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    Text { blocks: lines.map(block).collect() }
}

fn block(line: &str) -> Block {
    let (line, link) = match line.split_once(" ->") {
        Some((line, target)) => (line, Some(Link { target: target.to_owned() })),
        None => (line, None),
    };
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (kind, rest) = match first {
        "#" | "##" | "###" => (BlockKind::Heading(first.len() as u8), rest),
        "*" => (BlockKind::Item(1), rest),
        "|" => (BlockKind::Row, rest),
        _ => (BlockKind::Paragraph, line),
    };
    let marked = rest.strip_prefix('<').and_then(|rest| rest.split_once("> "));
    let (marker, words) = marked.unwrap_or(("", rest));
    let mut block = Block::new(kind, words);
    block.marker = marker.to_owned();
    block.links.extend(link);
    block
}

/// Shows the rows of a diff: `=` a block that stayed, else kind, place and marks of an edit.
fn shown(diff: &Diff, after: &Text) -> String {
    let mut shown = String::new();
    for row in &diff.rows {
        match row {
            DiffRow::Same { after: at, .. } => {
                shown += &format!("= {}\n", after.blocks[*at].shown());
            }
            DiffRow::Edited(edit) => {
                shown += edit.kind.code();
                if let (Some(before), Some(after)) = (&edit.before, &edit.after)
                    && edit.kind >= EditKind::Moved
                    && before.block != after.block
                {
                    shown += &format!(" {}>{}", before.block, after.block);
                }
                if !edit.heading.is_empty() {
                    shown += &format!(" ({})", edit.heading);
                }
                shown += ": ";
                for mark in &edit.marks {
                    shown += &match mark.kind {
                        MarkKind::Same => mark.words.clone(),
                        MarkKind::Deleted => format!("[-{}-]", mark.words),
                        MarkKind::Inserted => format!("{{+{}+}}", mark.words),
                    };
                }
                shown.push('\n');
            }
        }
    }
    shown
}

fn check(before: &str, after: &str, expected: Expect) {
    let (before, after) = (text(before), text(after));
    let found = diff(&before, &after);
    expected.assert_eq(&shown(&found, &after));
    let is_wording = found.edits().any(|edit| edit.kind.is_wording());
    assert_eq!(wording(&before) != wording(&after), is_wording);
}

#[test]
fn a_changed_word_is_marked_in_its_clause() {
    check(
        "# Faces\nWe will never sell your data.\nYou may leave.",
        "# Faces\nWe will not sell your data.\nYou may leave.",
        expect![[r#"
            = Faces
            reworded (Faces): We will [-never-]{+not+} sell your data.
            = You may leave.
        "#]],
    );
}

#[test]
fn only_the_sentence_that_changed_has_marks() {
    check(
        "We collect names. We keep them for 30 days. We share them with nobody at all. You may ask.",
        "We collect names. We keep them for 90 days. We share them with nobody at all. You may ask.",
        expect![[r#"
            reworded: We collect names. We keep them for [-30-]{+90+} days. We share them with nobody at all. You may ask.
        "#]],
    );
}

#[test]
fn an_added_sentence_is_one_mark() {
    check(
        "We collect your name. You may ask us for a copy.",
        "We collect your name. We also collect your face. You may ask us for a copy.",
        expect![[r#"
            reworded: We collect your name. {+We also collect your face. +}You may ask us for a copy.
        "#]],
    );
}

#[test]
fn a_removed_sentence_is_one_mark() {
    check(
        "Privacy is a right. That is why we will never sell your data. Write to us with questions.",
        "Privacy is a right. Write to us with questions.",
        expect![[r#"
            reworded: Privacy is a right. [-That is why we will never sell your data. -]Write to us with questions.
        "#]],
    );
}

#[test]
fn added_and_removed_blocks_stand_where_they_were() {
    check(
        "# Rules\n* No spam\n* No military use\n* No fraud\nThe end.",
        "# Rules\n* No spam\n* No fraud\n* No lies told to children\nThe end.",
        expect![[r#"
            = Rules
            = No spam
            removed (Rules): [-No military use-]
            = No fraud
            added (Rules): {+No lies told to children+}
            = The end.
        "#]],
    );
}

#[test]
fn a_paragraph_that_moved_is_moved() {
    check(
        "# One\nWe delete all logs after ten days.\nWe store them in Europe and nowhere else.\n# Two\nYou can write to us about all of it.",
        "# One\nWe store them in Europe and nowhere else.\n# Two\nYou can write to us about all of it.\nWe delete all logs after ten days.",
        expect![[r#"
            = One
            = We store them in Europe and nowhere else.
            = Two
            = You can write to us about all of it.
            moved 1>4 (Two): We delete all logs after ten days.
        "#]],
    );
}

#[test]
fn a_section_moves_with_its_heading() {
    check(
        "# Cookies\nWe set cookies on your device to count visits.\n# Faces\nWe never look for faces in the pictures you send us.\nWe never sell those pictures to anyone.",
        "# Faces\nWe never look for faces in the pictures you send us.\nWe never sell those pictures to anyone.\n# Cookies\nWe set cookies on your device to count visits.",
        expect![[r#"
            = Faces
            = We never look for faces in the pictures you send us.
            = We never sell those pictures to anyone.
            moved 0>3 (Faces): Cookies
            moved 1>4 (Cookies): We set cookies on your device to count visits.
        "#]],
    );
}

#[test]
fn a_paragraph_that_moved_and_was_edited_is_reworded_at_its_new_place() {
    check(
        "We delete all logs of your visits after ten days have gone by.\nFirst thing that stays as it is here.\nSecond thing that stays as it is here.",
        "First thing that stays as it is here.\nSecond thing that stays as it is here.\nWe delete all logs of your visits after ninety days have gone by.",
        expect![[r#"
            = First thing that stays as it is here.
            = Second thing that stays as it is here.
            reworded 0>2: We delete all logs of your visits after [-ten-]{+ninety+} days have gone by.
        "#]],
    );
}

#[test]
fn short_blocks_do_not_move() {
    check(
        "Yes\nWe keep the records of every call.\nNo",
        "No\nWe keep the records of every call.\nYes",
        expect![[r#"
            removed: [-Yes-]
            added: {+No+}
            = We keep the records of every call.
            removed: [-No-]
            added: {+Yes+}
        "#]],
    );
}

#[test]
fn a_split_paragraph_is_structure() {
    check(
        "We collect names. We keep them.\nOther words stay.",
        "We collect names.\nWe keep them.\nOther words are here.",
        expect![[r#"
            structure: We collect names. We keep them.
            reworded 1>2: Other words [-stay-]{+are here+}.
        "#]],
    );
}

#[test]
fn a_list_that_became_a_paragraph_is_structure() {
    check(
        "We collect:\n* your name;\n* your face.\nWe pause.",
        "We collect: your name, your face.\nWe stop.",
        expect![[r#"
            structure: We collect: your name, your face.
            reworded 3>1: We [-pause-]{+stop+}.
        "#]],
    );
}

#[test]
fn a_split_paragraph_that_was_reworded_too_is_one_edit() {
    check(
        "Intro stays.\nWe collect the names of our visitors. We keep them in a vault for ten years and then burn them.\nEnd stays.",
        "Intro stays.\nWe collect the names of our visitors.\nWe keep them in a vault for twenty years and then burn them.\nEnd stays.",
        expect![[r#"
            = Intro stays.
            reworded: We collect the names of our visitors. We keep them in a vault for [-ten-]{+twenty+} years and then burn them.
            = End stays.
        "#]],
    );
}

#[test]
fn typography_is_no_wording() {
    check(
        "We don't \"sell\" data, ever.\nOpt-in only.",
        "We don’t “sell” data – ever.\nOpt in only.",
        expect![[r#"
            typography: We [-don't "sell" data,-]{+don’t “sell” data –+} ever.
            typography: [-Opt-in-]{+Opt in+} only.
        "#]],
    );
}

#[test]
fn numbers_and_signs_are_wording() {
    check(
        "Keep 1.5 days.\nA fee of $5 is due.\nA tenth, 10%, is kept.\nUp to -5 degrees.",
        "Keep 15 days.\nA fee of €5 is due.\nA tenth, 10, is kept.\nUp to 5 degrees.",
        expect![[r#"
            reworded: Keep [-1.5-]{+15+} days.
            reworded: A fee of [-$5-]{+€5+} is due.
            reworded: A tenth, [-10%-]{+10+}, is kept.
            reworded: Up to 5 degrees.
        "#]],
    );
}

#[test]
fn renumbering_is_no_wording() {
    check(
        "* <1.> We pause.\n50.9. We wait for you.\n* <(a)> Old words here.",
        "* <2.> We pause.\n49.9. We wait for you.\n* <(b)> New words here.",
        expect![[r#"
            renumbered: [-1-]{+2+}. We pause.
            renumbered: [-50.9-]{+49.9+}. We wait for you.
            reworded: ([-a) Old-]{+b) New+} words here.
        "#]],
    );
}

#[test]
fn date_stamps_are_no_wording() {
    check(
        "Last updated: May 1, 2024\nMay 1, 2024\nThis policy was last modified on May 1, 2024. We do not sell.",
        "Last updated: June 2, 2025\nJune 2, 2025\nThis policy was last modified on June 2, 2025. We do not sell.\nVersion 2.1",
        expect![[r#"
            date_stamp: Last updated: [-May 1, 2024-]{+June 2, 2025+}
            date_stamp: [-May 1, 2024-]{+June 2, 2025+}
            date_stamp: This policy was last modified on [-May 1, 2024-]{+June 2, 2025+}. We do not sell.
            date_stamp: {+Version 2.1+}
        "#]],
    );
}

#[test]
fn a_date_inside_a_clause_is_wording() {
    check(
        "The moratorium is in effect until June 10, 2021.",
        "The moratorium is in effect until June 10, 2022.",
        expect![[r#"
            reworded: The moratorium is in effect until June 10, [-2021-]{+2022+}.
        "#]],
    );
}

#[test]
fn links_and_levels_are_no_wording() {
    check(
        "# Faces\nRead our promise. ->/a\n* One item\nPlain words.",
        "## Faces\nRead our promise. ->/b\nOne item\nPlain words. ->/c",
        expect![[r#"
            structure: Faces
            link_target (Faces): Read our promise.
            structure (Faces): One item
            link_target (Faces): Plain words.
        "#]],
    );
}

#[test]
fn a_block_without_words_is_typography() {
    check(
        "We pause.\n***",
        "* • •\nWe pause.",
        expect![[r#"
        typography: {+• •+}
        = We pause.
        typography: [-***-]
    "#]],
    );
}

#[test]
fn a_rewritten_clause_is_shown_old_above_new() {
    check(
        "# Suppliers\nWe will end our business with those who harm.\nStay.",
        "# Partners\nHarm to people puts their place in our chain at risk, with some exceptions.\nStay.",
        expect![[r#"
            removed: [-Suppliers-]
            removed (Suppliers): [-We will end our business with those who harm.-]
            added: {+Partners+}
            added (Partners): {+Harm to people puts their place in our chain at risk, with some exceptions.+}
            = Stay.
        "#]],
    );
}

#[test]
fn function_words_are_no_islands_between_marks() {
    check(
        "We may share the reports of our partners with the police.",
        "We may send the records of other companies to the police.",
        expect![[r#"
            reworded: We may [-share the reports of our partners with-]{+send the records of other companies to+} the police.
        "#]],
    );
}

#[test]
fn texts_without_spaces_are_compared_by_character() {
    check(
        "我们不会向第三方出售您的个人数据。您可以联系我们。",
        "我们可能向第三方出售您的个人数据。您可以联系我们。",
        expect![[r#"
            reworded: 我们[-不会-]{+可能+}向第三方出售您的个人数据。您可以联系我们。
        "#]],
    );
}

#[test]
fn a_text_that_came_or_went_whole() {
    check(
        "",
        "# Faces\nWe pause.",
        expect![[r#"
        added: {+Faces+}
        added (Faces): {+We pause.+}
    "#]],
    );
    check(
        "# Faces\nWe pause.",
        "",
        expect![[r#"
        removed: [-Faces-]
        removed (Faces): [-We pause.-]
    "#]],
    );
    check("", "", expect![[""]]);
}

#[test]
fn a_passage_of_several_blocks_tells_which() {
    let before = text("We collect names.\nWe keep them.\nSecond.");
    let after = text("We collect names. We keep them.\nThird.");
    let found = diff(&before, &after);
    let edit = found.edits().next().unwrap();
    assert_eq!(edit.kind, EditKind::Structure);
    assert_eq!(blocks_of(&before, edit.before.as_ref().unwrap()), 0..2);
    assert_eq!(blocks_of(&after, edit.after.as_ref().unwrap()), 0..1);
}
