//! What an edit means for a promise that is followed: `meaning`'s verdict, asked of the clause where
//! it stands, and read as what happened to the promise.

use std::ops::Range;

use crate::compare::clause;
use crate::compare::course::Cut;
use crate::compare::meaning;
use crate::compare::meaning::qualify::Qualifies;
use crate::compare::meaning::standing as around;
use crate::model::pledge::{Happening, Role, Standing};
use crate::model::text::{BlockKind, Text};
use crate::model::verdict::{Direction, Meaning, Tag, Verdict};

/// A run of clauses with what stands around it, in words of its own.
struct Clause {
    words: String,
    previous: String,
    next: String,
    lead_in: String,
    previous_lead_in: String,
    heading: String,
    /// The items that it leads in, as an enumeration.
    list: String,
}

impl Clause {
    fn of(cut: &Cut, run: &Range<usize>) -> Clause {
        let at = |at: Option<usize>| at.map(|at| cut.body(at).to_owned()).unwrap_or_default();
        let heading = (0..run.start).rev().find(|&it| cut.is_heading(it));
        let next = Some(run.end).filter(|at| *at < cut.clauses.len());
        let block = cut.clauses[run.start].block;
        // What stands before it in its block, or the last clause before its block.
        let own = (0..run.start).rev().take_while(|&it| cut.clauses[it].block == block).last();
        let previous = match own {
            Some(first) => cut.words(first..run.start),
            None => at(run.start.checked_sub(1)),
        };
        let last_block = run.start.checked_sub(1).map(|at| cut.clauses[at].block);
        Clause {
            words: cut.words(run.clone()),
            previous,
            next: at(next),
            lead_in: lead_in(cut.text, block),
            previous_lead_in: last_block.map(|at| lead_in(cut.text, at)).unwrap_or_default(),
            heading: at(heading),
            list: list_after(cut, run),
        }
    }

    /// Returns the clause with the items that it leads in, where the other leads in none: that one
    /// may say all of it in a sentence.
    fn beside(self, other: &str) -> Clause {
        let leads = |words: &str| words.trim_end().ends_with(':');
        match leads(&self.words) && !leads(other) && !self.list.is_empty() {
            true => Clause { words: format!("{} {}", self.words, self.list), ..self },
            false => self,
        }
    }

    fn standing(&self, is_watched: bool) -> around::Standing<'_> {
        around::Standing {
            words: &self.words,
            previous: &self.previous,
            next: &self.next,
            lead_in: &self.lead_in,
            previous_lead_in: &self.previous_lead_in,
            heading: &self.heading,
            is_watched,
            ..around::Standing::default()
        }
    }
}

/// Returns the verdict on what became of a run of clauses that is no promise itself; one side may
/// be missing.
pub fn judged(
    before: Option<(&Cut, &Range<usize>)>,
    after: Option<(&Cut, &Range<usize>)>,
) -> Verdict {
    let clause = |(cut, run): (&Cut, &Range<usize>)| Clause::of(cut, run);
    let (before, after) = (before.map(clause), after.map(clause));
    let before = before.as_ref().map(|it| it.standing(false));
    let after = after.as_ref().map(|it| it.standing(false));
    meaning::judge(before.as_ref(), after.as_ref())
}

/// Returns the verdict on what became of a promise that stands on both sides.
pub fn judged_promise(
    (cut_before, before): (&Cut, &Range<usize>),
    (cut_after, after): (&Cut, &Range<usize>),
) -> Verdict {
    let (before, after) = (Clause::of(cut_before, before), Clause::of(cut_after, after));
    let words = (before.words.clone(), after.words.clone());
    let (before, after) = (before.beside(&words.1), after.beside(&words.0));
    meaning::judge(Some(&before.standing(true)), Some(&after.standing(true)))
}

/// Returns the verdict on a promise beside words that it once had, where it stands now.
pub fn judged_since(words: &str, (cut, run): (&Cut, &Range<usize>)) -> Verdict {
    let after = Clause::of(cut, run).beside(words);
    let before = around::Standing { words, ..after.standing(true) };
    meaning::judge(Some(&before), Some(&after.standing(true)))
}

/// Returns the words that lead in the list in which a block stands, those of the outermost list
/// first; empty if none do.
pub fn lead_in(text: &Text, block: usize) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut at = Some(block);
    while let Some(lead) = at.and_then(|at| list_lead_in(text, at)) {
        let words = text.blocks[lead].words.as_str();
        parts.push(clause::sentences(words).pop().map_or("", |span| &words[span]));
        at = Some(lead).filter(|_| parts.len() < LEAD_DEPTH_MAX);
    }
    parts.reverse();
    parts.join(" ")
}

/// The most lists within lists whose lead-ins are read.
const LEAD_DEPTH_MAX: usize = 4;

/// The most items of a list that are read with what leads it in.
const LIST_LEN_MAX: usize = 40;

/// Returns the items of the list that starts at a block, as a sentence would enumerate them.
pub fn list_at(text: &Text, block: usize) -> String {
    let items = text.blocks.get(block..).unwrap_or_default().iter();
    let items = items.take_while(|it| matches!(it.kind, BlockKind::Item(_))).take(LIST_LEN_MAX);
    let words: Vec<&str> = items.map(|it| it.words.trim_end_matches([',', ';', '.'])).collect();
    words.join(", ")
}

fn list_after(cut: &Cut, run: &Range<usize>) -> String {
    let last = cut.clauses[run.end - 1].block;
    let is_last = cut.clauses.get(run.end).is_none_or(|it| it.block != last);
    if is_last { list_at(cut.text, last + 1) } else { String::new() }
}

/// Returns whether a clause is an item of the list that a promise leads in: part of it.
pub fn is_led_by(cut: &Cut, run: &Range<usize>, at: usize) -> bool {
    let lead = cut.clauses[run.end - 1].block;
    cut.body(run.end - 1).trim_end().ends_with(':')
        && list_lead_in(cut.text, cut.clauses[at].block) == Some(lead)
}

/// Returns what a clause takes from the promise whose last clause ends at `end`, or from one that
/// takes from it: `None` if it says something of its own, or something else stands between.
pub fn takes_from(cut: &Cut, run: &Range<usize>, at: usize) -> Option<Qualifies> {
    if at < run.end {
        return None;
    }
    // What stands under a list takes from each of its items.
    let block = cut.clauses[run.end - 1].block;
    let is_item = |block: usize| matches!(cut.text.blocks[block].kind, BlockKind::Item(_));
    let from = match is_item(block) && !is_item(cut.clauses[at].block) {
        true => (run.end..at).find(|&it| !is_item(cut.clauses[it].block)).unwrap_or(at),
        false => run.end,
    };
    let qualifies = |at: usize| {
        let previous = at.checked_sub(1).map_or("", |at| cut.body(at));
        meaning::qualifies(cut.body(at), previous)
    };
    match (from..at).all(|at| qualifies(at).is_some()) {
        true => qualifies(at),
        false => None,
    }
}

/// Returns how a promise stands that words take from which stand behind it; `None` if they take
/// nothing from it.
pub fn standing_with(words: &str, promise: &str) -> Option<Standing> {
    let first = clause::sentences(words).into_iter().next()?;
    meaning::qualifies(&words[first], promise).map(|how| match how {
        Qualifies::Excepts | Qualifies::Conditions => Standing::Narrowed,
        Qualifies::Softens => Standing::Weakened,
    })
}

/// How far above a list item the words that lead it in are looked for, in blocks.
const LEAD_IN_MAX: usize = 80;

/// Returns the block that leads in the list in which a block stands.
pub fn list_lead_in(text: &Text, block: usize) -> Option<usize> {
    let BlockKind::Item(depth) = text.blocks[block].kind else { return None };
    for at in (0..block).rev().take(LEAD_IN_MAX) {
        match text.blocks[at].kind {
            BlockKind::Item(other) if depth <= other => (),
            BlockKind::Item(_) | BlockKind::Paragraph => return Some(at),
            BlockKind::Heading(_) | BlockKind::Row => return None,
        }
    }
    None
}

/// Returns what an edit with this verdict did to a promise that has other words now.
///
/// What has less force binds less, whatever the words are taken for after it: they were a promise.
pub fn happening(verdict: &Verdict) -> Happening {
    use Direction::{Looser, Tighter};
    match (verdict.meaning, verdict.direction) {
        (Meaning::Cosmetic | Meaning::Editorial, _) => Happening::Reworded,
        (Meaning::Weakened | Meaning::Removed, _) | (Meaning::Widened, Looser) => {
            Happening::Weakened
        }
        // What is kept later, or ends earlier, or is less, is worth less.
        (Meaning::Condition, Looser) if verdict.has(Tag::Deadline) || verdict.has(Tag::Number) => {
            Happening::Weakened
        }
        (_, Tighter) | (Meaning::Strengthened, _) => Happening::Strengthened,
        (Meaning::Narrowed, _) => Happening::Narrowed,
        (Meaning::Exception | Meaning::Condition | Meaning::Added, Looser) => Happening::Narrowed,
        (Meaning::Exception, _) if verdict.has(Tag::ExceptionAdded) => Happening::Narrowed,
        (Meaning::Exception | Meaning::Condition | Meaning::Added | Meaning::Widened, _) => {
            Happening::Reworded
        }
    }
}

/// Returns how a promise stands that differs by this verdict from what was quoted.
pub fn standing(verdict: &Verdict) -> Standing {
    match happening(verdict) {
        Happening::Strengthened => Standing::Strengthened,
        Happening::Narrowed => Standing::Narrowed,
        Happening::Weakened => Standing::Weakened,
        Happening::Kept
        | Happening::Found
        | Happening::Renumbered
        | Happening::Moved
        | Happening::Reworded
        | Happening::Back
        | Happening::Ambiguous
        | Happening::Missing => Standing::Reworded,
    }
}

/// Returns what a clause beside a promise is to it, by the verdict on what became of it.
pub fn role(verdict: &Verdict) -> Role {
    let has = |tags: &[Tag]| tags.iter().any(|tag| verdict.has(*tag));
    let exception = [Tag::ExceptionAdded, Tag::ExceptionRemoved, Tag::ExceptionChanged];
    if verdict.meaning == Meaning::Exception || has(&exception) {
        Role::Exception
    } else if has(&[Tag::EvidenceLost, Tag::Reference]) {
        Role::Reference
    } else if verdict.meaning == Meaning::Condition || has(&[Tag::Trigger, Tag::Deadline]) {
        Role::Condition
    } else {
        Role::Neighbor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::Block;

    fn check(quoted: &str, now: &str, expected: Standing) {
        let text = Text::from(vec![Block::new(BlockKind::Paragraph, now)]);
        let cut = Cut::of(&text);
        let verdict = judged_since(quoted, (&cut, &(0..cut.clauses.len())));
        assert_eq!(standing(&verdict), expected, "{now}: {verdict:?}");
    }

    #[test]
    fn a_promise_is_weakened_narrowed_or_said_otherwise() {
        let quoted = "We will not sell face recognition to police departments.";
        check(quoted, "We may sell face recognition to police departments.", Standing::Weakened);
        let except = "We will not sell face recognition to police departments, except where the \
            law requires it.";
        check(quoted, except, Standing::Narrowed);
        check(quoted, "We won't sell face recognition to police departments.", Standing::Reworded);
        let more = "We will never sell face recognition to police departments or schools.";
        let text = Text::from(vec![Block::new(BlockKind::Paragraph, more)]);
        let cut = Cut::of(&text);
        let verdict = judged_since(quoted, (&cut, &(0..1)));
        let standing = standing(&verdict);
        assert_ne!(standing, Standing::Weakened, "{verdict:?}");
        assert_ne!(standing, Standing::Narrowed, "{verdict:?}");
    }
}
