//! The verdict on every edit between two texts.
//!
//! An edit's verdict is that of its strongest clause. Before a clause is said to have gone, the
//! whole text after is searched for it (`elsewhere` searches other pages); before it is said to
//! have come, the text before. English alone is read: elsewhere only what needs no reading has a
//! verdict.

use std::cell::LazyCell;
use std::ops::Range;

use crate::compare::diff::blocks_of;
use crate::compare::elsewhere::FOUND_MIN;
use crate::compare::lexicon::Lexicon;
use crate::compare::meaning;
use crate::compare::meaning::standing::{Role, Standing};
use crate::compare::pairs::{self, Pair};
use crate::compare::{clause, fold, side};
use crate::model::edit::{Diff, DiffRow, Edit, EditKind, Passage};
use crate::model::text::{Block, BlockKind, Text};
use crate::model::verdict::{Direction, Meaning, Side, Sureness, Tag, Verdict};

/// The most clauses that are read in one diff; edits after them have no verdict.
const CLAUSES_MAX: usize = 6_000;

/// Returns the diff between two texts with a verdict on each of its edits.
///
/// Kinds, passages and marks stay as they are.
pub fn judged(before: &Text, after: &Text, mut diff: Diff) -> Diff {
    let moved = moved(&diff);
    let mut judge = Judge {
        before,
        after,
        whole: (LazyCell::new(|| stream(before)), LazyCell::new(|| stream(after))),
        is_english: is_english(before) && is_english(after),
        lexicon: Lexicon::default(),
        left: CLAUSES_MAX,
    };
    for (at, row) in diff.rows.iter_mut().enumerate() {
        if let DiffRow::Edited(edit) = row {
            edit.verdict = judge.verdict(edit, moved.contains(&at));
        }
    }
    diff
}

/// Returns the text before a diff as far as verdicts ask for it, from the text after: each block
/// that stayed, and each passage that was altered in the place of its first block. What only
/// links or structure told apart is as it is after.
pub fn text_before(after: &Text, diff: &Diff) -> Text {
    let mut blocks: Vec<Block> = Vec::new();
    let mut put = |at: usize, block: Block| {
        if blocks.len() <= at {
            blocks.resize(at + 1, Block::new(BlockKind::Paragraph, ""));
        }
        blocks[at] = block;
    };
    for row in &diff.rows {
        match row {
            DiffRow::Same { before, after: at } => {
                if let Some(block) = after.blocks.get(*at) {
                    put(*before, block.clone());
                }
            }
            DiffRow::Edited(edit) => {
                let Some(passage) = &edit.before else { continue };
                let kind = edit.after.as_ref().and_then(|it| after.blocks.get(it.block));
                let kind = kind.map_or(BlockKind::Paragraph, |it| it.kind);
                put(passage.block, Block::new(kind, &passage.words));
            }
        }
    }
    blocks.into()
}

/// Returns the rows whose passage stands elsewhere than before.
fn moved(diff: &Diff) -> Vec<usize> {
    let place = |row: &DiffRow| match row {
        DiffRow::Same { before, .. } => Some(*before),
        DiffRow::Edited(edit) => edit.after.as_ref().and(edit.before.as_ref()).map(|it| it.block),
    };
    let mut found = Vec::new();
    let (mut last, mut next) = (None, vec![usize::MAX; diff.rows.len() + 1]);
    for (at, row) in diff.rows.iter().enumerate().rev() {
        next[at] = match row {
            DiffRow::Same { before, .. } => *before,
            DiffRow::Edited(_) => next[at + 1],
        };
    }
    for (at, row) in diff.rows.iter().enumerate() {
        match (row, place(row)) {
            (DiffRow::Same { before, .. }, _) => last = Some(*before),
            (DiffRow::Edited(_), Some(block)) => {
                if last.is_some_and(|last| block < last) || next[at + 1] < block {
                    found.push(at);
                }
            }
            (DiffRow::Edited(_), None) => (),
        }
    }
    found
}

fn stream(text: &Text) -> String {
    let mut stream = String::new();
    for block in text.blocks.iter() {
        fold::push_stream(side::marker_and_body(block).1, &mut stream);
        stream.push('\n');
    }
    stream
}

/// The share of words, per mille, that commonly are function words in English, at the least.
const ENGLISH_MIN: usize = 150;

/// Returns whether a text is in English, by the function words among its first words; one with too
/// few words to tell is taken for English.
fn is_english(text: &Text) -> bool {
    let words = text.blocks.iter().flat_map(|it| it.words.split(' ')).take(2_000);
    let (mut all, mut english) = (0, 0);
    for word in words {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        all += usize::from(!word.is_empty());
        english += usize::from(ENGLISH.contains(&word.as_str()));
    }
    all < 20 || ENGLISH_MIN * all <= 1000 * english
}

/// The commonest words of English that are rare elsewhere.
const ENGLISH: &[&str] = &[
    "and", "any", "are", "for", "from", "is", "not", "of", "on", "or", "our", "that", "the",
    "this", "to", "us", "we", "will", "with", "you", "your",
];

/// The stream of a text whole, made when it is first asked for: most changes lose no clause.
type Whole<F> = LazyCell<String, F>;

struct Judge<'a, F: FnOnce() -> String, G: FnOnce() -> String> {
    before: &'a Text,
    after: &'a Text,
    /// The streams of both texts.
    whole: (Whole<F>, Whole<G>),
    is_english: bool,
    lexicon: Lexicon,
    /// How many clauses may still be read.
    left: usize,
}

impl<F: FnOnce() -> String, G: FnOnce() -> String> Judge<'_, F, G> {
    fn verdict(&mut self, edit: &Edit, is_moved: bool) -> Option<Verdict> {
        let quiet =
            |meaning, tag: Option<Tag>| Some(Verdict::quiet(meaning, tag.into_iter().collect()));
        match edit.kind {
            EditKind::LinkTarget | EditKind::Structure | EditKind::Typography => {
                quiet(Meaning::Cosmetic, None)
            }
            EditKind::Renumbered => quiet(Meaning::Cosmetic, Some(Tag::Renumbered)),
            EditKind::Moved => quiet(Meaning::Cosmetic, Some(Tag::Moved)),
            EditKind::DateStamp => quiet(Meaning::Editorial, Some(Tag::DateStamp)),
            EditKind::Reworded | EditKind::Added | EditKind::Removed => {
                let mut verdict = self.strongest(edit)?;
                if is_moved {
                    verdict.tags.push(Tag::Moved);
                    verdict.tags.sort_unstable();
                }
                Some(verdict)
            }
        }
    }

    /// Returns the verdict on the strongest clause of an edit, with places in its passages.
    fn strongest(&mut self, edit: &Edit) -> Option<Verdict> {
        if !self.is_english {
            return None;
        }
        let words =
            |passage: Option<&Passage>| passage.map_or("", |it| it.words.as_str()).to_owned();
        let (before, after) = (words(edit.before.as_ref()), words(edit.after.as_ref()));
        let pairs = self.pairs(edit, &before, &after);
        self.left = self.left.checked_sub(pairs.len())?;
        let around = Around {
            before: edit.before.as_ref().map(|it| Surroundings::of(self.before, it)),
            after: edit.after.as_ref().map(|it| Surroundings::of(self.after, it)),
        };
        let mut verdicts = Vec::new();
        for pair in &pairs {
            let same = match (&pair.before, &pair.after) {
                (Some(b), Some(a)) => before[b.clone()] == after[a.clone()],
                (_, _) => false,
            };
            if !same {
                verdicts.push(self.clause(&before, &after, pair, &around));
            }
        }
        Some(of_strongest(verdicts))
    }

    fn pairs(&mut self, edit: &Edit, before: &str, after: &str) -> Vec<Pair> {
        let is_row = |text: &Text, passage: Option<&Passage>| {
            let block = passage.and_then(|it| text.blocks.get(it.block));
            block.is_some_and(|it| it.kind == BlockKind::Row)
        };
        let is_whole =
            is_row(self.before, edit.before.as_ref()) || is_row(self.after, edit.after.as_ref());
        let spans = |words: &str| match is_whole {
            true => std::iter::once(0..words.len()).collect(),
            false => clause::sentences(words),
        };
        match (&edit.before, &edit.after) {
            (Some(_), Some(_)) => pairs::pairs(before, after, is_whole, &mut self.lexicon),
            (Some(_), None) => {
                let each = spans(before).into_iter();
                each.map(|span| Pair { before: Some(span), after: None }).collect()
            }
            (None, _) => {
                let each = spans(after).into_iter();
                each.map(|span| Pair { before: None, after: Some(span) }).collect()
            }
        }
    }

    fn clause(&self, before: &str, after: &str, pair: &Pair, around: &Around) -> Verdict {
        let standing_before = around.before.as_ref().zip(pair.before.as_ref());
        let standing_before = standing_before.map(|(it, span)| it.standing(before, span));
        let standing_after = around.after.as_ref().zip(pair.after.as_ref());
        let standing_after = standing_after.map(|(it, span)| it.standing(after, span));
        let mut verdict = meaning::judge(standing_before.as_ref(), standing_after.as_ref());
        let alone = match (&pair.before, &pair.after) {
            (Some(span), None) => Some(&before[span.clone()]),
            (None, Some(span)) => Some(&after[span.clone()]),
            (_, _) => None,
        };
        if let Some(words) = alone.filter(|_| verdict.meaning.is_substantive()) {
            let stream = fold::stream(clause::split_marker(words).1);
            let stays = || match pair.after {
                None => self.whole.1.contains(&stream),
                Some(_) => self.whole.0.contains(&stream),
            };
            if FOUND_MIN <= stream.len() && stays() {
                let tag = if pair.after.is_none() { Tag::Duplicate } else { Tag::Moved };
                verdict = Verdict::quiet(Meaning::Cosmetic, vec![tag]);
            }
        }
        for trigger in &mut verdict.triggers {
            let span = match trigger.side {
                Side::Before => &pair.before,
                Side::After => &pair.after,
            };
            let start = span.as_ref().map_or(0, |it| it.start);
            trigger.span = trigger.span.start + start..trigger.span.end + start;
        }
        verdict
    }
}

/// Returns the strongest verdict; it says so if others go the other way.
fn of_strongest(verdicts: Vec<Verdict>) -> Verdict {
    let goes = |direction: Direction| verdicts.iter().any(|it| it.direction == direction);
    let is_mixed = goes(Direction::Tighter) && goes(Direction::Looser);
    let strongest = verdicts.into_iter().max_by_key(Verdict::weight);
    let mut verdict = strongest.unwrap_or(Verdict::quiet(Meaning::Cosmetic, Vec::new()));
    if is_mixed {
        verdict.tags.push(Tag::Mixed);
        verdict.tags.sort_unstable();
        verdict.sureness = verdict.sureness.min(Sureness::Medium);
    }
    verdict
}

/// What stands around both passages of an edit.
struct Around {
    before: Option<Surroundings>,
    after: Option<Surroundings>,
}

/// What stands around a passage.
struct Surroundings {
    previous: String,
    next: String,
    lead_in: String,
    role: Role,
}

impl Surroundings {
    fn of(text: &Text, passage: &Passage) -> Surroundings {
        let blocks = blocks_of(text, passage);
        let edge = |at: Option<usize>, is_last: bool| -> String {
            let Some(block) = at.and_then(|at| text.blocks.get(at)) else { return String::new() };
            let spans = clause::sentences(&block.words);
            let span = if is_last { spans.last() } else { spans.first() };
            span.map_or("", |span| &block.words[span.clone()]).to_owned()
        };
        let kind = text.blocks.get(passage.block).map(|it| it.kind);
        let is_item = |at: &usize| matches!(text.blocks[*at].kind, BlockKind::Item(_));
        let lead = (0..passage.block).rev().take(LEAD_DISTANCE_MAX).find(|at| !is_item(at));
        let lead_in = match kind {
            Some(BlockKind::Item(_)) => edge(lead, true),
            Some(BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Row) | None => {
                String::new()
            }
        };
        let role = match kind {
            Some(BlockKind::Heading(_)) => Role::Heading,
            Some(BlockKind::Item(_) | BlockKind::Paragraph | BlockKind::Row) | None => Role::Words,
        };
        Surroundings {
            previous: edge(passage.block.checked_sub(1), true),
            next: edge(Some(blocks.end), false),
            lead_in,
            role,
        }
    }

    fn standing<'a>(&'a self, words: &'a str, span: &Range<usize>) -> Standing<'a> {
        let before = words[..span.start].trim_end();
        let after = words[span.end..].trim_start();
        Standing {
            words: &words[span.clone()],
            previous: if before.is_empty() { &self.previous } else { before },
            next: if after.is_empty() { &self.next } else { after },
            lead_in: &self.lead_in,
            heading: "",
            role: self.role,
        }
    }
}

/// The most list items between an item and the words that lead in.
const LEAD_DISTANCE_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::diff::diff;

    fn text(blocks: &[&str]) -> Text {
        Text { blocks: blocks.iter().map(|it| Block::new(BlockKind::Paragraph, it)).collect() }
    }

    fn verdicts(before: &[&str], after: &[&str]) -> Vec<Verdict> {
        let (before, after) = (text(before), text(after));
        let judged = judged(&before, &after, diff(&before, &after));
        judged.edits().filter_map(|it| it.verdict.clone()).collect()
    }

    const CLAUSE: &str = "We will never sell the faces that you give us to anyone else.";

    #[test]
    fn an_edit_has_the_verdict_of_its_strongest_clause() {
        let before = ["You can write to our desk. We will delete your face within a day."];
        let after = ["You may write to our desk. We may delete your face within a day."];
        let found = verdicts(&before, &after);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].meaning, Meaning::Weakened);
        let words: Vec<&str> = found[0].triggers.iter().map(|it| it.words.as_str()).collect();
        assert_eq!(words, ["will", "may"]);
        let last = &found[0].triggers[1];
        assert_eq!(&after[0][last.span.clone()], "may");
    }

    #[test]
    fn the_text_before_is_told_from_the_text_after_and_the_diff() {
        let before = text(&[CLAUSE, "Other words.", "More of the same about another matter."]);
        let after = text(&["Other words.", "New words.", "More of the same about any matter."]);
        assert_eq!(text_before(&after, &diff(&before, &after)), before);
    }

    #[test]
    fn what_still_stands_in_another_paragraph_was_not_removed() {
        let before = [CLAUSE, "Other words.", "More of the same about another matter."];
        let long = format!("Here is what we say of it. {CLAUSE} It is so.");
        let after = ["Other words.", "More of the same about another matter.", long.as_str()];
        let found = verdicts(&before, &after);
        assert!(found.iter().all(|it| it.meaning != Meaning::Removed), "{found:?}");
    }

    #[test]
    fn another_language_is_not_judged() {
        let german = "Wir geben Ihre Daten niemals an andere weiter, solange Sie uns das nicht \
                      ausdrücklich erlaubt haben, und wir löschen sie, wenn Sie das wollen, binnen \
                      eines Tages, ohne dass Sie dafür einen Grund nennen müssen oder zahlen müssen.";
        let after = german.replace("niemals", "nur");
        assert_eq!(verdicts(&[german], &[&after]), []);
    }
}
