//! Whether what a page lost stands on other pages, or what came stood there, in the same words or
//! nearly.
//!
//! Clauses are compared as bags of words, and found only where the same words deny and limit.

use std::ops::Range;

use crate::compare::alike::{Bag, Judge};
use crate::compare::clause;
use crate::compare::fold;
use crate::compare::lexicon::{Lexicon, Rank};
use crate::compare::pairs;
use crate::model::edit::Edit;
use crate::model::text::Text;
use crate::model::verdict::{Direction, Meaning, OtherPage, Side, Tag};

/// The fewest bytes of a clause's stream by which it is found.
pub const FOUND_MIN: usize = 20;

/// From this share of its pairs of words on, per mille, a clause is found in another.
const NEAR_MIN: u32 = 800;

/// The fewest words of a clause that is found in other words.
const NEAR_WORDS_MIN: usize = 8;

/// Other pages, to be searched for what one page lost.
#[derive(Default)]
pub struct Elsewhere {
    lexicon: Lexicon,
    pages: Vec<Page>,
}

struct Page {
    other: OtherPage,
    stream: String,
    clauses: Vec<Bag>,
}

impl Elsewhere {
    /// Returns the pages ready to be searched, in the order in which they are named.
    pub fn of<'a>(texts: impl IntoIterator<Item = (OtherPage, &'a Text)>) -> Elsewhere {
        let mut elsewhere = Elsewhere::default();
        for (other, text) in texts {
            let mut stream = String::new();
            let mut clauses = Vec::new();
            for block in text.blocks.iter() {
                fold::push_stream(&block.words, &mut stream);
                stream.push('\n');
            }
            for it in clause::clauses(text) {
                let words = clause::split_marker(&text.blocks[it.block].words[it.span]).1;
                clauses.push(Bag::of(words, &mut elsewhere.lexicon));
            }
            elsewhere.pages.push(Page { other, stream, clauses });
        }
        elsewhere
    }

    /// Notes with an edit that lost clauses, or brought some, the first page on which one of them
    /// stands. Which way it goes is not clear where each of them stands on one: the promise may
    /// hold there as it did.
    pub fn seek(&mut self, edit: &mut Edit) {
        let meaning = edit.verdict.as_ref().map(|it| it.meaning);
        let alone = match meaning {
            Some(Meaning::Removed) => lost(edit, &mut self.lexicon),
            Some(Meaning::Added) => came(edit, &mut self.lexicon),
            _ => return,
        };
        let found: Vec<Option<OtherPage>> = alone.iter().map(|words| self.page_of(words)).collect();
        let is_all = found.iter().all(Option::is_some);
        let first = found.into_iter().flatten().next();
        let (Some(page), Some(verdict)) = (first, &mut edit.verdict) else { return };
        verdict.on_page = Some(Box::new(page));
        if is_all {
            verdict.direction = Direction::Unclear;
            verdict.tags.push(Tag::OnOtherPage);
            verdict.tags.sort_unstable();
            verdict.tags.dedup();
        }
    }

    /// Returns the first page on which these words stand.
    fn page_of(&mut self, words: &str) -> Option<OtherPage> {
        let lexicon = &mut self.lexicon;
        self.pages.iter().find(|page| page.has(words, lexicon)).map(|it| it.other.clone())
    }
}

impl Page {
    fn has(&self, words: &str, lexicon: &mut Lexicon) -> bool {
        if self.stream.contains(&fold::stream(words)) {
            return true;
        }
        let bag = Bag::of(words, lexicon);
        if bag.len() < NEAR_WORDS_MIN {
            return false;
        }
        let hinges = |bag: &Bag| bag.shared(bag).into_iter().filter(|id| is_hinge(lexicon, *id));
        let ours: Vec<u32> = hinges(&bag).collect();
        let mut judge = Judge::new(lexicon);
        self.clauses.iter().any(|other| {
            let (shorter, longer) = (bag.len().min(other.len()), bag.len().max(other.len()));
            5 * shorter >= 4 * longer
                && NEAR_MIN <= judge.containment(&bag, other)
                && ours.iter().copied().eq(hinges(other))
        })
    }
}

fn is_hinge(lexicon: &Lexicon, id: u32) -> bool {
    lexicon.rank(id) == Rank::Hinge
}

/// Returns the clauses that an edit lost, without their numbers; where it lost part of one, the
/// words that decided.
fn lost(edit: &Edit, lexicon: &mut Lexicon) -> Vec<String> {
    let Some(before) = &edit.before else { return Vec::new() };
    let whole = |words: &str| -> Vec<String> {
        let spans = clause::sentences(words).into_iter();
        spans.map(|span| words[span].to_owned()).collect()
    };
    let mut lost = match &edit.after {
        None => whole(&before.words),
        Some(after) => {
            let pairs = pairs::pairs(&before.words, &after.words, false, lexicon);
            let gone = pairs.into_iter().filter(|it| it.after.is_none());
            gone.filter_map(|it| it.before).map(|span| before.words[span].to_owned()).collect()
        }
    };
    if lost.is_empty() {
        let triggers = edit.verdict.iter().flat_map(|it| &it.triggers);
        lost.extend(triggers.filter(|it| it.side == Side::Before).map(|it| it.words.clone()));
    }
    let each = lost.iter().map(|it| clause::split_marker(it).1.to_owned());
    each.filter(|it| FOUND_MIN <= fold::stream(it).len()).collect()
}

/// Returns the clauses that an edit brought, without their numbers.
fn came(edit: &Edit, lexicon: &mut Lexicon) -> Vec<String> {
    let Some(after) = &edit.after else { return Vec::new() };
    let came: Vec<Range<usize>> = match &edit.before {
        None => clause::sentences(&after.words),
        Some(before) => {
            let pairs = pairs::pairs(&before.words, &after.words, false, lexicon);
            pairs.into_iter().filter(|it| it.before.is_none()).filter_map(|it| it.after).collect()
        }
    };
    let each = came.into_iter().map(|span| clause::split_marker(&after.words[span]).1.to_owned());
    each.filter(|it| FOUND_MIN <= fold::stream(it).len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::diff::diff;
    use crate::compare::verdicts::judged;
    use crate::model::text::{Block, BlockKind};
    use crate::model::verdict::Verdict;

    const CLAUSE: &str = "We will never sell the faces that you give us to anyone else.";

    fn text(blocks: &[&str]) -> Text {
        Text { blocks: blocks.iter().map(|it| Block::new(BlockKind::Paragraph, it)).collect() }
    }

    fn verdict(before: &[&str], after: &[&str], other: &[&str]) -> Verdict {
        let (before, after, other) = (text(before), text(after), text(other));
        let page = OtherPage { page: "terms".parse().unwrap(), title: "Terms".to_owned() };
        let judged = judged(&before, &after, diff(&before, &after));
        let mut edit = judged.edits().next().unwrap().clone();
        Elsewhere::of([(page, &other)]).seek(&mut edit);
        edit.verdict.unwrap()
    }

    #[test]
    fn what_went_to_another_page_is_found_there_exactly_or_nearly() {
        let after = ["Other words."];
        let before = [CLAUSE, "Other words."];
        for there in [CLAUSE, "We will never sell the faces that you gave us to anyone else."] {
            let found = verdict(&before, &after, &["Something else.", there]);
            assert_eq!(found.meaning, Meaning::Removed);
            assert_eq!(found.on_page.as_ref().map(|it| it.page.as_str()), Some("terms"), "{there}");
            assert_eq!(found.direction, Direction::Unclear);
            assert!(found.has(Tag::OnOtherPage));
        }
    }

    #[test]
    fn the_contrary_on_another_page_is_not_what_was_lost() {
        for there in ["We will sell the faces that you give us to anyone else.", "Other words."] {
            let found = verdict(&[CLAUSE, "Other words."], &["Other words."], &[there]);
            assert_eq!((found.on_page.clone(), found.direction), (None, Direction::Looser));
        }
    }

    #[test]
    fn where_a_part_of_what_was_lost_stands_it_is_told_and_which_way_the_rest_goes() {
        let both = format!("Hear this. {CLAUSE} We delete all of them within a day of your word.");
        let found = verdict(&[both.as_str()], &["Hear this."], &[CLAUSE]);
        assert_eq!((found.meaning, found.direction), (Meaning::Removed, Direction::Looser));
        assert!(found.on_page.is_some() && !found.has(Tag::OnOtherPage), "{found:?}");
    }

    #[test]
    fn what_came_from_another_page_is_told_so() {
        let found = verdict(&["Other words."], &["Other words.", CLAUSE], &[CLAUSE]);
        assert_eq!((found.meaning, found.direction), (Meaning::Added, Direction::Unclear));
        assert!(found.on_page.is_some() && found.has(Tag::OnOtherPage), "{found:?}");
    }
}
