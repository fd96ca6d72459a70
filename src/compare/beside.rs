//! What an edit did to a clause that is followed, and to what stands around it.
//!
//! Around it are the other sentences of its block, what leads it in, and the neighboring items or
//! paragraphs of its section that speak of the same thing, up to the first that stayed as it was.
//! What an exception in the next item takes away it takes from the clause, so that is told.

use std::ops::Range;

use crate::compare::course::{Course, Cut, Which};
use crate::compare::lexicon::{Lexicon, Sameness};
use crate::compare::marks;
use crate::compare::meaning::qualify::Qualifies;
use crate::compare::promise;
use crate::compare::words::Effort;
use crate::model::edit::Mark;
use crate::model::pledge::{Beside, BesideHow, Happening, Place, Role, Step};
use crate::model::text::{Block, BlockKind, Link, Text};
use crate::model::verdict::{Direction, Verdict};

/// How many other sentences of its block are looked at, to either side.
const SENTENCES_MAX: usize = 12;

/// How many neighboring blocks are looked at, to either side.
const BLOCKS_MAX: usize = 6;

/// How far above a list item or numbered paragraph its lead-in is looked for, in blocks.
const LEAD_IN_MAX: usize = 80;

/// The most neighbors that one step tells of.
const BESIDE_MAX: usize = 12;

/// How the clause got from its place before to the one after.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// Whether it stands elsewhere, relative to what kept its place.
    pub moved: bool,
    /// What makes it unsure that it is the same clause; empty if nothing does.
    pub doubt: &'a str,
}

/// Returns what an edit did to the clause that stood at `before` and stands at `after`, and to
/// what stands around it; `None` if nothing.
pub fn step(course: &Course, (before, after): (&Place, &Place), way: Way) -> Option<Step> {
    let runs = (course.before.run(before), course.after.run(after));
    if runs.0.is_empty() || runs.1.is_empty() {
        return None;
    }
    let words = (course.before.words(runs.0.clone()), course.after.words(runs.1.clone()));
    let numbers = (course.before.number(runs.0.start), course.after.number(runs.1.start));
    let numbers = (numbers.0 != numbers.1).then(|| (numbers.0.to_owned(), numbers.1.to_owned()));
    let is_same = course.before.stream(runs.0.clone()) == course.after.stream(runs.1.clone());
    let sides = ((&course.before, &runs.0), (&course.after, &runs.1));
    // The same words may say another thing under other words that lead them in.
    let verdict = promise::judged_promise(sides.0, sides.1);
    let verdict = Some(verdict).filter(|it| !is_same || it.meaning.is_substantive());
    let what = match (&verdict, way.moved, &numbers) {
        (Some(verdict), _, _) => promise::happening(verdict),
        (None, true, _) => Happening::Moved,
        (None, false, Some(_)) => Happening::Renumbered,
        (None, false, None) => Happening::Kept,
    };
    let (beside, taken) = beside(course, Some(&runs.0), Some(&runs.1));
    let what = with_taken(what, taken);
    if what == Happening::Kept && beside.is_empty() {
        return None;
    }
    let marks = if is_same { Vec::new() } else { marked(&words.0, &words.1) };
    Some(Step {
        what,
        numbers,
        moved: way.moved,
        doubt: way.doubt.to_owned(),
        before: Some(words.0),
        after: Some(words.1),
        marks,
        verdict,
        beside,
    })
}

/// Returns what an edit did to the clause that stood at `before` and stands nowhere now.
pub fn lost(course: &Course, before: &Place, in_its_place: Option<&Place>) -> Step {
    let run = course.before.run(before);
    let (mut beside, _) = beside(course, Some(&run), None);
    if let Some(place) = in_its_place {
        let run = course.after.run(place);
        let added = |after| Beside {
            how: BesideHow::Added,
            role: Role::Neighbor,
            before: None,
            after: Some(after),
        };
        beside.push(added(course.after.words(run)));
    }
    Step {
        what: Happening::Missing,
        numbers: None,
        moved: false,
        doubt: String::new(),
        before: Some(course.before.words(run)),
        after: None,
        marks: Vec::new(),
        verdict: None,
        beside,
    }
}

/// Returns two wordings as one marked run of words.
pub fn marked(before: &str, after: &str) -> Vec<Mark> {
    let (mut lexicon, mut effort) = (Lexicon::default(), Effort::of_one_diff());
    marks::marks(before, after, Sameness::Folded, &mut lexicon, &mut effort)
}

/// A clause around another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Around {
    at: usize,
    role: Role,
}

/// Returns what happened to a promise, given what the sentences that take from it came to: one
/// that lost an exception and has the same words is the stronger, one that got one is narrower.
fn with_taken(what: Happening, taken: Option<Happening>) -> Happening {
    match (what, taken) {
        (
            Happening::Kept | Happening::Renumbered | Happening::Moved | Happening::Reworded,
            Some(taken),
        ) => taken,
        (Happening::Strengthened, Some(Happening::Narrowed | Happening::Weakened)) => {
            Happening::Narrowed
        }
        (what, _) => what,
    }
}

/// Returns what was altered around a run, and what that did to it where it took something from it.
fn beside(
    course: &Course,
    before: Option<&Range<usize>>,
    after: Option<&Range<usize>>,
) -> (Vec<Beside>, Option<Happening>) {
    let mut found = Vec::new();
    let mut taken: Vec<Happening> = Vec::new();
    if let Some(run) = before {
        for it in around(course, Which::Before, run) {
            if course.of_before(it.at).is_none() {
                let takes = promise::takes_from(&course.before, run, it.at);
                taken.extend(takes.map(|_| Happening::Strengthened));
                if promise::is_led_by(&course.before, run, it.at) {
                    let own = it.at..it.at + 1;
                    let verdict = promise::judged(Some((&course.before, &own)), None);
                    taken.extend(by_part(&verdict));
                }
                let role = takes
                    .map(taking)
                    .unwrap_or_else(|| role(course, it, (before, after), BesideHow::Removed));
                push(&mut found, &course.before, it.at, (BesideHow::Removed, role));
            }
        }
    }
    if let Some(run) = after {
        come(course, (before, run), &mut found, &mut taken);
    }
    if let Some(lost) = lost_link(course, before, after).filter(|_| found.is_empty()) {
        found.push(Entry { beside: lost, next: None });
    }
    found.truncate(BESIDE_MAX);
    // What took something away counts for more than what gave something back.
    let taken = taken.into_iter().max();
    (found.into_iter().map(|it| it.beside).collect(), taken)
}

/// Tells of what came, or has other words, around a run.
fn come(
    course: &Course,
    (before, run): (Option<&Range<usize>>, &Range<usize>),
    found: &mut Vec<Entry>,
    taken: &mut Vec<Happening>,
) {
    let mut told: Option<Range<usize>> = None;
    for it in around(course, Which::After, run) {
        let takes = promise::takes_from(&course.after, run, it.at);
        let Some(group) = course.of_after(it.at) else {
            taken.extend(takes.map(|it| match it {
                Qualifies::Excepts | Qualifies::Conditions => Happening::Narrowed,
                Qualifies::Softens => Happening::Weakened,
            }));
            let role = takes
                .map(taking)
                .unwrap_or_else(|| role(course, it, (before, Some(run)), BesideHow::Added));
            if promise::is_led_by(&course.after, run, it.at) {
                let own = it.at..it.at + 1;
                taken.extend(by_part(&promise::judged(None, Some((&course.after, &own)))));
            }
            push(found, &course.after, it.at, (BesideHow::Added, role));
            continue;
        };
        let is_own =
            before.is_some_and(|run| group.before.start < run.end && run.start < group.before.end);
        if is_own || course.is_equal(group) || told.as_ref() == Some(&group.after) {
            continue;
        }
        told = Some(group.after.clone());
        let sides = ((&course.before, &group.before), (&course.after, &group.after));
        let verdict = promise::judged(Some(sides.0), Some(sides.1));
        // What says the same in other words beside the clause takes nothing from it.
        if !verdict.meaning.is_substantive() {
            continue;
        }
        let role = match (it.role, takes) {
            (Role::LeadIn, _) => Role::LeadIn,
            (_, Some(takes)) => taking(takes),
            (_, None) => promise::role(&verdict),
        };
        if takes.is_some() || promise::is_led_by(&course.after, run, it.at) {
            taken.extend(by_part(&verdict));
        }
        let words = |cut: &Cut, run: &Range<usize>| Some(cut.words(run.clone()));
        let (before, after) = (words(sides.0.0, sides.0.1), words(sides.1.0, sides.1.1));
        let beside = Beside { how: BesideHow::Reworded, role, before, after };
        found.push(Entry { beside, next: None });
    }
}

/// Returns what happened to a promise of which a part came or went.
fn by_part(verdict: &Verdict) -> Option<Happening> {
    match verdict.direction {
        Direction::Looser => Some(Happening::Narrowed),
        Direction::Tighter => Some(Happening::Strengthened),
        _ => None,
    }
}

/// Returns what a sentence is to the promise that it takes from.
fn taking(how: Qualifies) -> Role {
    match how {
        Qualifies::Excepts => Role::Exception,
        Qualifies::Conditions => Role::Condition,
        Qualifies::Softens => Role::Neighbor,
    }
}

/// What is told, with the clause that would go on with it.
struct Entry {
    beside: Beside,
    next: Option<(usize, usize)>,
}

/// Tells of a clause that came or went; one that goes on with the last one told joins it.
fn push(found: &mut Vec<Entry>, cut: &Cut, at: usize, (how, role): (BesideHow, Role)) {
    let block = cut.clauses[at].block;
    let next = Some((block, at + 1));
    if let Some(last) = found.last_mut()
        && last.next == Some((block, at))
        && (last.beside.how, last.beside.role) == (how, role)
    {
        let words = last.beside.before.as_mut().or(last.beside.after.as_mut());
        if let Some(words) = words {
            words.push(' ');
            words.push_str(cut.body(at));
        }
        last.next = next;
        return;
    }
    let is_first = at == 0 || cut.clauses[at - 1].block != block;
    let words = match cut.number(at) {
        number if is_first && !number.is_empty() => format!("{number} {}", cut.body(at)),
        _ => cut.body(at).to_owned(),
    };
    let (before, after) = match how {
        BesideHow::Removed => (Some(words), None),
        BesideHow::Added | BesideHow::Reworded => (None, Some(words)),
    };
    found.push(Entry { beside: Beside { how, role, before, after }, next });
}

/// Returns what a clause that came or went is: one that took a link along, or brought one, refers.
fn role(
    course: &Course,
    it: Around,
    (before, after): (Option<&Range<usize>>, Option<&Range<usize>>),
    how: BesideHow,
) -> Role {
    if it.role != Role::Neighbor {
        return it.role;
    }
    let block = |cut: &Cut, run: Option<&Range<usize>>| run.map(|it| cut.clauses[it.start].block);
    let own = (block(&course.before, before), block(&course.after, after));
    let (text, here, other) = match how {
        BesideHow::Removed => (course.before.text, own.0, own.1.map(|at| (course.after.text, at))),
        BesideHow::Added | BesideHow::Reworded => {
            (course.after.text, own.1, own.0.map(|at| (course.before.text, at)))
        }
    };
    let cut = if how == BesideHow::Removed { &course.before } else { &course.after };
    let standing = cut.clauses[it.at].block;
    let links = &text.blocks[standing].links;
    let took = match other {
        Some((text, at)) if here == Some(standing) => {
            !only(links, &text.blocks[at].links).is_empty()
        }
        Some(_) | None => !links.is_empty(),
    };
    if took {
        return Role::Reference;
    }
    let run = it.at..it.at + 1;
    promise::role(&match how {
        BesideHow::Removed => promise::judged(Some((cut, &run)), None),
        BesideHow::Added | BesideHow::Reworded => promise::judged(None, Some((cut, &run))),
    })
}

/// Returns the links that one block has and the other has not.
fn only<'a>(links: &'a [Link], other: &[Link]) -> Vec<&'a Link> {
    links.iter().filter(|link| !other.contains(link)).collect()
}

/// Returns the link that went from the block of the clause though no word of it went.
fn lost_link(
    course: &Course,
    before: Option<&Range<usize>>,
    after: Option<&Range<usize>>,
) -> Option<Beside> {
    let links = |cut: &Cut<'_>, run: &Range<usize>| -> Vec<Link> {
        cut.text.blocks[cut.clauses[run.start].block].links.clone()
    };
    let (before, after) = (links(&course.before, before?), links(&course.after, after?));
    if before.len() <= after.len() {
        return None;
    }
    let lost = only(&before, &after).first().map(|link| link.target.clone())?;
    Some(Beside {
        how: BesideHow::Removed,
        role: Role::Reference,
        before: Some(format!("the link to {lost}")),
        after: None,
    })
}

/// Returns the clauses around a run, in reading order.
fn around(course: &Course, which: Which, run: &Range<usize>) -> Vec<Around> {
    let cut = match which {
        Which::Before => &course.before,
        Which::After => &course.after,
    };
    let is_stable = |at: usize| match which {
        Which::Before => course.of_before(at).is_some_and(|group| course.is_equal(group)),
        Which::After => course.of_after(at).is_some_and(|group| course.is_equal(group)),
    };
    let (first, last) = (cut.clauses[run.start].block, cut.clauses[run.end - 1].block);
    let mut found: Vec<Around> = Vec::new();
    let within = run.start.saturating_sub(SENTENCES_MAX)..run.end + SENTENCES_MAX;
    for at in within.filter(|at| *at < cut.clauses.len() && !run.contains(at)) {
        if (first..=last).contains(&cut.clauses[at].block) {
            found.push(Around { at, role: Role::Neighbor });
        }
    }
    let lead_in = lead_in(cut.text, first);
    for block in lead_in.into_iter() {
        found.extend(clauses_of(cut, block).map(|at| Around { at, role: Role::LeadIn }));
    }
    let own = &cut.text.blocks[first];
    // What stands under one numbered clause is about one thing.
    let is_led_in = lead_in.is_some() && own.kind == BlockKind::Paragraph;
    // The whole of a list that it leads in is part of it.
    let is_led = |block: &usize| {
        clauses_of(cut, *block).next().is_some_and(|at| promise::is_led_by(cut, run, at))
    };
    let below = last + 1..cut.text.blocks.len();
    let led = below.clone().take(LEAD_IN_MAX).take_while(is_led).count();
    let down: Vec<usize> = below.take(BLOCKS_MAX.max(led)).collect();
    let up: Vec<usize> = (0..first).rev().take(BLOCKS_MAX).collect();
    for blocks in [down, up] {
        for block in blocks {
            if Some(block) == lead_in || !is_sibling(own, &cut.text.blocks[block]) {
                break;
            }
            let clauses: Vec<usize> = clauses_of(cut, block).collect();
            let is_about = |at: &usize| {
                is_led_in
                    || promise::is_led_by(cut, run, *at)
                    || qualifies(cut.body(*at))
                    || run.clone().any(|own| course.share_topic(which, own, *at))
            };
            if clauses.iter().any(is_about) {
                found.extend(clauses.iter().map(|&at| Around { at, role: Role::Neighbor }));
            }
            if clauses.iter().all(|&at| is_stable(at)) && !is_led(&block) {
                break;
            }
        }
    }
    found.sort_by_key(|it| it.at);
    found
}

fn clauses_of(cut: &Cut, block: usize) -> Range<usize> {
    let from = cut.clauses.partition_point(|it| it.block < block);
    from..cut.clauses.partition_point(|it| it.block <= block)
}

/// Returns the block that leads in the list or the numbered section in which a block stands.
fn lead_in(text: &Text, block: usize) -> Option<usize> {
    let own = &text.blocks[block];
    let above = (0..block).rev().take(LEAD_IN_MAX);
    let numbers = parts(own);
    if 2 < numbers.len() {
        let parent = &numbers[..numbers.len() - 1];
        return above.into_iter().find(|&at| parts(&text.blocks[at]) == parent);
    }
    promise::list_lead_in(text, block)
}

/// Returns the parts of a block's number, `4.2.1`; none if it has none of numbers.
fn parts(block: &Block) -> Vec<u32> {
    let number = crate::compare::side::marker_and_body(block).0;
    let number = number.trim_end_matches(['.', ')']);
    let parts: Option<Vec<u32>> = number.split('.').map(|part| part.parse().ok()).collect();
    parts.unwrap_or_default()
}

/// Returns whether a block next to another is of the same list or section, or of a list that the
/// other leads in.
fn is_sibling(own: &Block, other: &Block) -> bool {
    let numbers = (parts(own), parts(other));
    if 2 <= numbers.0.len() && 2 <= numbers.1.len() {
        let parent = &numbers.0[..numbers.0.len() - 1];
        return numbers.1.starts_with(&numbers.0)
            || (numbers.1.len() == numbers.0.len() && numbers.1.starts_with(parent));
    }
    match (own.kind, other.kind) {
        (BlockKind::Heading(_), _) | (_, BlockKind::Heading(_)) => false,
        (BlockKind::Item(own), BlockKind::Item(other)) => own <= other,
        (BlockKind::Paragraph, BlockKind::Item(_)) => own.words.ends_with(':'),
        (BlockKind::Row, BlockKind::Row) => true,
        (BlockKind::Paragraph, BlockKind::Paragraph) => true,
        (BlockKind::Item(_), BlockKind::Paragraph) => true,
        (BlockKind::Row, _) | (_, BlockKind::Row) => false,
    }
}

/// Returns whether a clause says by its first words that it goes with the one before.
fn qualifies(words: &str) -> bool {
    let mut first = words.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty());
    let first = first.next().unwrap_or_default().to_lowercase();
    QUALIFIERS.binary_search(&first.as_str()).is_ok()
}

/// Words with which a clause limits or takes up the one before; sorted.
const QUALIFIERS: &[&str] = &[
    "but",
    "except",
    "exceptions",
    "foregoing",
    "however",
    "nevertheless",
    "nothing",
    "notwithstanding",
    "only",
    "provided",
    "subject",
    "such",
    "that",
    "these",
    "this",
    "those",
    "unless",
    "until",
    "where",
];
