//! The verdict on every edit between two texts.
//!
//! An edit's verdict is that of its strongest clause. Before a clause is said to have gone, the
//! whole text after is searched for it (`elsewhere` searches other pages); before it is said to
//! have come, the text before. English alone is read: elsewhere only what needs no reading has a
//! verdict.

use std::cell::LazyCell;
use std::ops::Range;

use crate::compare::diff::blocks_of;
use crate::compare::lexicon::Lexicon;
use crate::compare::meaning;
use crate::compare::meaning::standing::{Role, Standing};
use crate::compare::pairs::{self, Pair};
use crate::compare::whole::Whole;
use crate::compare::{clause, promise};
use crate::model::edit::{Diff, DiffRow, Edit, EditKind, Passage};
use crate::model::text::{BlockKind, Text};
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
        whole: (LazyCell::new(|| Whole::of(before)), LazyCell::new(|| Whole::of(after))),
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

/// A text ready to be searched, made when it is first asked for: most changes lose no clause.
type Lazy<'a, F> = LazyCell<Whole<'a>, F>;

struct Judge<'a, F: FnOnce() -> Whole<'a>, G: FnOnce() -> Whole<'a>> {
    before: &'a Text,
    after: &'a Text,
    /// Both texts, to be searched.
    whole: (Lazy<'a, F>, Lazy<'a, G>),
    is_english: bool,
    lexicon: Lexicon,
    /// How many clauses may still be read.
    left: usize,
}

impl<'a, F: FnOnce() -> Whole<'a>, G: FnOnce() -> Whole<'a>> Judge<'a, F, G> {
    fn verdict(&mut self, edit: &Edit, is_moved: bool) -> Option<Verdict> {
        let quiet =
            |meaning, tag: Option<Tag>| Some(Verdict::quiet(meaning, tag.into_iter().collect()));
        match edit.kind {
            EditKind::LinkTarget | EditKind::Structure | EditKind::Typography => {
                quiet(Meaning::Cosmetic, None)
            }
            EditKind::Renumbered => quiet(Meaning::Cosmetic, Some(Tag::Renumbered)),
            EditKind::Moved => match self.moved_under(edit) {
                Some(verdict) => Some(with_tag(verdict, Tag::Moved)),
                None => quiet(Meaning::Cosmetic, Some(Tag::Moved)),
            },
            EditKind::DateStamp => quiet(Meaning::Editorial, Some(Tag::DateStamp)),
            EditKind::Reworded | EditKind::Added | EditKind::Removed => {
                let verdict = self.strongest(edit)?;
                Some(if is_moved { with_tag(verdict, Tag::Moved) } else { verdict })
            }
        }
    }

    /// Returns the verdict on a passage that moved, in the same words, under words that make
    /// another norm of them; `None` if it means what it meant.
    fn moved_under(&mut self, edit: &Edit) -> Option<Verdict> {
        let (before, after) = (edit.before.as_ref()?, edit.after.as_ref()?);
        let sides = (Surroundings::of(self.before, before), Surroundings::of(self.after, after));
        if !self.is_english || sides.0.lead_in == sides.1.lead_in {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let verdict = meaning::judge(
            Some(&sides.0.standing(&before.words, &(0..before.words.len()))),
            Some(&sides.1.standing(&after.words, &(0..after.words.len()))),
        );
        verdict.meaning.is_substantive().then_some(verdict)
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
        let (whole_before, whole_after) = wholes(around, (standing_before, standing_after));
        let mut verdict = meaning::judge(
            in_words(standing_before, &whole_before).as_ref(),
            in_words(standing_after, &whole_after).as_ref(),
        );
        let alone = match (&pair.before, &pair.after) {
            (Some(span), None) => Some(&before[span.clone()]),
            (None, Some(span)) => Some(&after[span.clone()]),
            (_, _) => None,
        };
        if let Some(words) = alone.filter(|_| verdict.meaning.is_substantive()) {
            let is_gone = pair.after.is_none();
            let lead_in = standing_before.or(standing_after).map_or("", |it| it.lead_in);
            let stays = match is_gone {
                true => self.whole.1.has(words, lead_in),
                false => self.whole.0.has(words, lead_in),
            };
            if stays {
                let tag = if is_gone { Tag::Duplicate } else { Tag::Moved };
                verdict = Verdict::quiet(Meaning::Cosmetic, vec![tag]);
            }
        }
        for trigger in &mut verdict.triggers {
            let span = match trigger.side {
                Side::Before => &pair.before,
                Side::After => &pair.after,
            };
            let span = span.clone().unwrap_or_default();
            // What stands in an item of the list has no place in the words that lead it in.
            trigger.span = match trigger.span.end <= span.len() {
                true => trigger.span.start + span.start..trigger.span.end + span.start,
                false => span.start..span.start,
            };
        }
        verdict
    }
}

fn with_tag(mut verdict: Verdict, tag: Tag) -> Verdict {
    verdict.tags.push(tag);
    verdict.tags.sort_unstable();
    verdict.tags.dedup();
    verdict
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

/// Returns a clause with other words, where there are such.
fn in_words<'a>(standing: Option<Standing<'a>>, words: &'a Option<String>) -> Option<Standing<'a>> {
    match words {
        Some(words) => standing.map(|it| Standing { words, ..it }),
        None => standing,
    }
}

/// Returns the clauses with the lists that they lead in, where only one of two leads one in: the
/// other may say all of it in a sentence.
fn wholes(
    around: &Around,
    (before, after): (Option<Standing<'_>>, Option<Standing<'_>>),
) -> (Option<String>, Option<String>) {
    let (Some(before), Some(after)) = (before, after) else { return (None, None) };
    let leads = |it: &Standing<'_>| it.words.trim_end().ends_with(':');
    let whole = |standing: &Standing<'_>, around: &Option<Surroundings>| {
        let list = around.as_ref().map_or("", |it| it.list.as_str());
        let is_last = list.starts_with(standing.next) && !standing.next.is_empty();
        is_last.then(|| format!("{} {list}", standing.words))
    };
    match (leads(&before), leads(&after)) {
        (true, false) => (whole(&before, &around.before), None),
        (false, true) => (None, whole(&after, &around.after)),
        (_, _) => (None, None),
    }
}

/// What stands around both passages of an edit.
struct Around {
    before: Option<Surroundings>,
    after: Option<Surroundings>,
}

/// What stands around a passage.
struct Surroundings {
    previous: String,
    previous_lead_in: String,
    next: String,
    /// The items that stand right after it, as an enumeration.
    list: String,
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
        let lead_in =
            if kind.is_some() { promise::lead_in(text, passage.block) } else { String::new() };
        let last = passage.block.checked_sub(1);
        let previous_lead_in = last.map_or(String::new(), |at| promise::lead_in(text, at));
        let role = match kind {
            Some(BlockKind::Heading(_)) => Role::Heading,
            Some(BlockKind::Item(_) | BlockKind::Paragraph | BlockKind::Row) | None => Role::Words,
        };
        Surroundings {
            previous: edge(last, true),
            previous_lead_in,
            next: edge(Some(blocks.end), false),
            list: promise::list_at(text, blocks.end),
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
            previous_lead_in: match before.is_empty() {
                true => &self.previous_lead_in,
                false => &self.lead_in,
            },
            heading: "",
            role: self.role,
            is_watched: false,
        }
    }
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::diff::diff;
    use crate::model::text::Block;

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
