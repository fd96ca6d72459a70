//! What a clause states: whose duty or right, and which way an edit of it goes.
//!
//! Told from the main clause: who its subject is, and which modal or verb binds it. What opens a
//! clause (conditions, purposes, connectives) is passed over up to its comma.

use std::ops::Range;

use crate::compare::clause;
use crate::compare::meaning::altered::{self, Frame};
use crate::compare::meaning::lexicon::{
    ADVERSE, CONTACTS, DATA, DEFINES, DISCLAIMS, DUTIES, ENDS, GRANTS, IMPERATIVES, MATTER,
    PROTECTS, REFERS, RIGHTS, Runs, SAFEGUARDS, STEPS,
};
use crate::compare::meaning::opening;
use crate::compare::meaning::reading::{self, Read, ReadKind};
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::standing::{Role, Standing};
use crate::compare::meaning::terms::Term;
use crate::model::verdict::{Bound, Direction, Meaning, Norm};

/// What a clause states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Whose duty or right.
    pub norm: Norm,
    /// Who is bound.
    pub bound: Bound,
    /// Whether that stands in the clause, rather than being the likeliest.
    pub is_sure: bool,
    /// Whether it only refers to other places.
    pub is_reference: bool,
    /// Whether it heads others.
    pub is_heading: bool,
    /// Whether it keeps third parties from harm.
    pub is_safeguard: bool,
}

/// Returns what a clause states.
pub fn stated(frame: &Frame, standing: &Standing<'_>) -> Stated {
    let (norm, is_sure) = norm(frame, standing);
    let bound = match norm {
        Norm::Commitment | Norm::Reservation | Norm::UserRight => Bound::Company,
        Norm::UserDuty => Bound::User,
        Norm::Definition | Norm::Fact => Bound::Nobody,
    };
    Stated {
        norm,
        bound,
        is_sure,
        is_reference: has_run(frame, &REFERS),
        is_heading: standing.role == Role::Heading,
        is_safeguard: norm == Norm::UserDuty
            && has_run(frame, &SAFEGUARDS)
            && frame.terms.iter().all(|it| it.sense != Sense::Condition),
    }
}

fn has_run(frame: &Frame, runs: &Runs) -> bool {
    has_run_in(&frame.reads, runs)
}

/// Returns whether these words of a clause, and no others, refer to another place or say whom to
/// write to.
pub fn refers(frame: &Frame, range: &Range<usize>) -> bool {
    let words = &frame.reads[range.clone()];
    has_run_in(words, &REFERS) || has_run_in(words, &CONTACTS)
}

fn has_run_in(keys: &[Read], runs: &Runs) -> bool {
    (0..keys.len()).any(|at| {
        let after = &keys[at + 1..];
        let rests = runs.get(keys[at].key.as_str()).into_iter().flatten();
        let mut fits = rests.filter(|rest| rest.len() <= after.len());
        fits.any(|rest| after.iter().zip(rest).all(|(it, word)| it.key == *word))
    })
}

/// Returns the norm, and whether the words say it rather than make it likely.
fn norm(frame: &Frame, standing: &Standing<'_>) -> (Norm, bool) {
    if has_run(frame, &DISCLAIMS) {
        return (Norm::Reservation, true);
    }
    if has_run(frame, &DEFINES) {
        return (Norm::Definition, true);
    }
    if has_run(frame, &GRANTS) {
        return (Norm::Reservation, true);
    }
    let start = opening::main_start(frame);
    let own = governed(frame, start);
    match own {
        Some((norm, actor)) if actor != Actor::Thing && has_subject(frame, start) => {
            (norm, actor != Actor::CompanySomehow)
        }
        own => match (led(standing), own) {
            (Some(norm), _) => (norm, true),
            (None, Some((Norm::Fact, _)) | None) if is_of_promise(frame, start) => {
                (Norm::Commitment, true)
            }
            (None, Some((norm, actor))) => {
                (norm, !matches!(actor, Actor::Thing | Actor::CompanySomehow))
            }
            (None, None) => (ungoverned(frame, start, standing), false),
        },
    }
}

/// Returns whether a clause is about a promise that was made: "The moratorium remains in place".
fn is_of_promise(frame: &Frame, start: usize) -> bool {
    const PROMISED: [&str; 9] = [
        "ban",
        "commitment",
        "freez",
        "moratorium",
        "paus",
        "pledg",
        "prohibition",
        "promiz",
        "suspension",
    ];
    let end = frame.reads.len().min(start + 4);
    let noun = (start..end).find(|&at| PROMISED.contains(&frame.reads[at].root.as_str()));
    let is_subject = matches!(
        frame.reads.get(start).map(|it| it.key.as_str()),
        Some("the" | "this" | "our" | "that" | "such")
    );
    is_subject && noun.is_some() && frame.reads.last().is_some_and(|it| it.key == ".")
}

/// Returns whether a clause begins with somebody who acts; what completes a lead-in may name
/// somebody further on: "sell it to advertisers".
fn has_subject(frame: &Frame, start: usize) -> bool {
    let end = frame.reads.len().min(start + 3);
    (start..end).any(|at| match frame.sense(at) {
        Some(Sense::Company) => matches!(frame.reads[at].key.as_str(), "we" | "company" | "our"),
        Some(Sense::User) => !matches!(frame.reads[at].key.as_str(), "your" | "yours"),
        _ => false,
    })
}

/// Returns whose duty or right the items of a list are, by the words that lead it in: what
/// completes "We will not:" binds the company.
fn led(standing: &Standing<'_>) -> Option<Norm> {
    let lead = match (standing.lead_in, standing.previous) {
        ("", previous) if previous.trim_end().ends_with(':') => previous,
        (lead_in, _) => lead_in,
    };
    if !leads(lead) {
        return None;
    }
    let spans = clause::sentences(lead);
    let frame = Frame::of(reading::read(&lead[spans.last()?.clone()]));
    match governed(&frame, opening::main_start(&frame)) {
        Some((_, Actor::Thing)) | None => None,
        Some((norm, _)) => Some(norm),
    }
}

/// Returns whether words are the beginning of what an item completes.
pub fn leads(words: &str) -> bool {
    let words = words.trim_end();
    !words.is_empty() && !words.ends_with(['.', '!', '?', ';'])
}

/// Returns whose duty or right a sentence states and whether it denies, where it says who is
/// bound.
pub fn stance(words: &str) -> Option<(Norm, bool)> {
    let frame = Frame::of(reading::read(words));
    let (norm, actor) = governed(&frame, opening::main_start(&frame))?;
    let denies = |it: &Term| it.sense == Sense::Negation || frame.reads[it.at.start].key == "never";
    (actor != Actor::Thing).then(|| (norm, frame.terms.iter().any(denies)))
}

/// Returns whether a clause says by itself who is bound.
pub fn is_governed(frame: &Frame) -> bool {
    let start = opening::main_start(frame);
    let found = governed(frame, start).filter(|_| has_subject(frame, start));
    found.is_some_and(|(_, actor)| actor != Actor::Thing)
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Actor {
    Company,
    /// The company, by a verb of which no list knows whether it protects.
    CompanySomehow,
    User,
    Thing,
}

/// The most words of a subject.
const SUBJECT_MAX: usize = 16;

/// Returns the norm by the first verb that binds and the subject before it, with that subject.
fn governed(frame: &Frame, start: usize) -> Option<(Norm, Actor)> {
    let mut actor = None;
    let end = frame.reads.len().min(start + 60);
    for at in start..end {
        let read = &frame.reads[at];
        let key = read.key.as_str();
        match frame.sense(at) {
            // "Our policy prohibits" is "we prohibit".
            Some(Sense::Company) if key == "our" && actor.is_none() && is_rule(frame, at + 1) => {
                actor = Some(Actor::Company);
                continue;
            }
            Some(Sense::Company) if matches!(key, "we" | "company") => {
                actor = actor.or(Some(Actor::Company));
                continue;
            }
            Some(Sense::User) if !matches!(key, "your" | "yours" | "yourself") => {
                actor = actor.or(Some(Actor::User));
                continue;
            }
            Some(Sense::Force(force))
                if (force != 50 && force != 100)
                    || matches!(key, "never" | "guarantee" | "guarantees") =>
            {
                let actor = actor.unwrap_or_else(|| subject(frame, start, at));
                return Some((modal_norm(frame, actor, force, at), actor));
            }
            Some(Sense::Negation) => {
                let actor = actor.unwrap_or_else(|| subject(frame, start, at));
                return Some((denied_norm(frame, actor, start, at), actor));
            }
            _ => (),
        }
        let is_late = start + SUBJECT_MAX < at && actor.is_none();
        if is_late || (frame.is_point(at, ";:") && actor.is_some()) {
            return None;
        }
        if let Some(found) = plain_norm(frame, actor, start, at) {
            return Some(found);
        }
    }
    (actor == Some(Actor::User)).then_some((Norm::UserDuty, Actor::User))
}

/// Returns whether a word is one for what a company lays down.
fn is_rule(frame: &Frame, at: usize) -> bool {
    let root = frame.reads.get(at).map_or("", |it| it.root.as_str());
    matches!(root, "policy" | "rul" | "guidelin" | "practic" | "standard" | "principl" | "stanc")
}

/// Returns the norm of a verb that is denied.
fn denied_norm(frame: &Frame, actor: Actor, start: usize, at: usize) -> Norm {
    let is_verb = 0 < at && matches!(frame.reads[at - 1].key.as_str(), "do" | "does");
    match actor {
        Actor::Company | Actor::CompanySomehow => Norm::Commitment,
        Actor::User => Norm::UserDuty,
        Actor::Thing if is_verb && at <= start + 2 => Norm::UserDuty,
        Actor::Thing => Norm::Fact,
    }
}

/// Returns the norm of a verb without modal, if the word at hand is one.
fn plain_norm(
    frame: &Frame,
    actor: Option<Actor>,
    start: usize,
    at: usize,
) -> Option<(Norm, Actor)> {
    let read = &frame.reads[at];
    let key = read.key.as_str();
    let is_plain = read.kind == ReadKind::Word && !altered::is_function(key);
    match actor {
        Some(Actor::Company) if is_plain && !(0 < at && frame.reads[at - 1].key == "our") => {
            // "We have suspended sales" is a promise, "we suspend accounts" none.
            let has_ended = 0 < at
                && matches!(frame.reads[at - 1].key.as_str(), "have" | "has")
                && ENDS.contains(read.root.as_str());
            // "We keep no copy" is "we do not keep a copy".
            let next = frame.reads.get(at + 1).map_or("", |it| it.key.as_str());
            let is_denied = matches!(next, "no" | "none" | "nothing" | "nobody");
            let protects = has_ended || is_denied || PROTECTS.contains(read.root.as_str());
            let norm = if protects { Norm::Commitment } else { Norm::Reservation };
            let is_known = protects || ADVERSE.contains(read.root.as_str());
            Some((norm, if is_known { Actor::Company } else { Actor::CompanySomehow }))
        }
        Some(Actor::User) if DUTIES.contains(key) => Some((Norm::UserDuty, Actor::User)),
        Some(Actor::User) if RIGHTS.contains(key) => Some((Norm::UserRight, Actor::User)),
        None if start < at && matches!(key, "is" | "are" | "has" | "have" | "does") => {
            auxiliary_norm(frame, start, at).map(|norm| (norm, subject(frame, start, at)))
        }
        Some(_) | None => None,
    }
}

/// Returns the norm of a clause whose verb is formed with `is`, `has` or `does`.
fn auxiliary_norm(frame: &Frame, start: usize, at: usize) -> Option<Norm> {
    let next = frame.reads.get(at + 1).map_or("", |it| it.root.as_str());
    match subject(frame, start, at) {
        Actor::Company if frame.reads[at].key == "does" => Some(Norm::Commitment),
        Actor::Company if next == "not" || PROTECTS.contains(next) => Some(Norm::Commitment),
        Actor::Thing if matches!(next, "subject" | "prohibit" | "forbid") => Some(Norm::UserDuty),
        // "Your photographs are used for …"
        Actor::Thing if frame.reads[start].key == "your" && ADVERSE.contains(next) => {
            Some(Norm::Reservation)
        }
        Actor::Company | Actor::CompanySomehow | Actor::User | Actor::Thing => None,
    }
}

fn modal_norm(frame: &Frame, actor: Actor, force: u8, at: usize) -> Norm {
    let term = frame.terms.iter().find(|it| it.at.contains(&at));
    let end = term.map_or(at + 1, |it| it.at.end);
    let denied = end < frame.reads.len() && frame.sense(end) == Some(Sense::Negation);
    let key = |at: usize| frame.reads.get(at).map_or("", |it| it.key.as_str());
    let root = |at: usize| frame.reads.get(at).map_or("", |it| it.root.as_str());
    let verb = (end..end + 4).find(|&at| {
        frame.reads.get(at).is_some_and(|it| {
            it.kind == ReadKind::Word
                && !altered::is_function(&it.key)
                && frame.sense(at) != Some(Sense::Negation)
        })
    });
    let verb = verb.unwrap_or(end);
    let is_limited =
        (end..frame.reads.len().min(end + 12)).any(|at| frame.sense(at) == Some(Sense::Exclusive));
    match (actor, force) {
        // What users lose is at their cost, unless it keeps others from harm.
        (Actor::User, _)
            if matches!(root(verb), "los" | "forfeit") && !has_run(frame, &SAFEGUARDS) =>
        {
            Norm::Reservation
        }
        (Actor::User, 20) if !denied && key(end) != "need" && !is_limited => Norm::UserRight,
        (Actor::User, _) if matches!(root(verb), "obtain" | "abl" | "entitl") && !denied => {
            Norm::UserRight
        }
        (Actor::User, _) if denied && key(verb) == "have" => Norm::Reservation,
        (Actor::User, _) => Norm::UserDuty,
        (Actor::Company, 20) if !denied && asks_users(frame, verb) => Norm::UserDuty,
        (Actor::Company, 20) if !denied && is_limited => Norm::Commitment,
        (Actor::Company, 20) if !denied || matches!(key(at), "may" | "might") => Norm::Reservation,
        (Actor::Company, 80) if !denied && ADVERSE.contains(root(verb)) => {
            // What is removed that is not the users' own is rather what does harm.
            let is_theirs = (verb + 1..frame.reads.len().min(verb + 8))
                .any(|at| frame.sense(at) == Some(Sense::User));
            // "We will keep this promise."
            let is_promise = (verb + 1..frame.reads.len().min(verb + 4))
                .any(|at| matches!(root(at), "promiz" | "pledg" | "commitment" | "word"));
            let removes = matches!(root(verb), "remov" | "block" | "suspend") && !is_theirs;
            match is_promise || removes {
                true => Norm::Commitment,
                false => Norm::Reservation,
            }
        }
        (Actor::Company | Actor::CompanySomehow, _) => Norm::Commitment,
        (Actor::Thing, 20) if !denied => Norm::Reservation,
        (Actor::Thing, 20) => Norm::UserDuty,
        (Actor::Thing, _) if matches!(root(verb), "prohibit" | "du" | "charg") => Norm::UserDuty,
        // To what a company holds its suppliers it holds itself.
        (Actor::Thing, _) if holds_others(frame, at) => Norm::Commitment,
        (Actor::Thing, _) if key(at) == "must" => Norm::UserDuty,
        (Actor::Thing, _) if denied || root(verb) == "obtain" => Norm::Commitment,
        (Actor::Thing, _) => Norm::Fact,
    }
}

/// Returns whether the company asks something of users.
fn asks_users(frame: &Frame, verb: usize) -> bool {
    let root = frame.reads.get(verb).map_or("", |it| it.root.as_str());
    let is_you = frame.reads.get(verb + 1).is_some_and(|it| it.key == "you");
    root == "requir" || (root == "request" && is_you)
}

/// Returns who the words before a verb name, where no pronoun says it: a name in capitals that
/// goes with a singular verb is the company.
fn subject(frame: &Frame, start: usize, verb: usize) -> Actor {
    let words: Vec<usize> = (start..verb)
        .filter(|&at| frame.reads[at].kind != ReadKind::Point)
        .filter(|&at| {
            !matches!(frame.reads[at].key.as_str(), "do" | "does" | "is" | "has" | "also")
        })
        .collect();
    let Some(&last) = words.last() else { return Actor::User };
    let verb_key = frame.reads[verb].key.as_str();
    // "All of our eggs will be" is a promise of the company's, "our partners will" none.
    let others = |at: &usize| OTHERS.contains(&frame.reads[*at].root.as_str());
    let is_ours = matches!(frame.reads[verb].key.as_str(), "can" | "will" | "shall" | "must")
        && words.iter().take(3).any(|&at| frame.reads[at].key == "our");
    if is_ours && !words.iter().any(others) {
        return Actor::Company;
    }
    let is_plural = matches!(verb_key, "are" | "have" | "do")
        || (0 < verb && frame.reads[verb - 1].key == "do");
    let is_name = |at: usize| frame.reads[at].is_capital && frame.sense(at).is_none();
    let all = words.iter().all(|&at| is_name(at) || altered::is_function(&frame.reads[at].key));
    let common = frame.reads[last].key.ends_with('s') && words.len() == 1 && is_plural;
    match is_name(last) && all && words.len() <= 6 && !common {
        true => Actor::Company,
        false => Actor::Thing,
    }
}

/// Returns whether a modal before which "our suppliers", or the like, stand says what they must do.
fn holds_others(frame: &Frame, at: usize) -> bool {
    let from = at.saturating_sub(5);
    let is = |roots: &[&str]| (from..at).any(|at| roots.contains(&frame.reads[at].root.as_str()));
    let is_ours = (from..at).any(|at| frame.reads[at].key == "our");
    is_ours
        && is(&["supplier", "vendor", "contractor", "partner"])
        && matches!(frame.reads[at].key.as_str(), "must" | "shall" | "should" | "have")
}

/// Those of a company's whose acts are not its own.
const OTHERS: [&str; 10] = [
    "partner",
    "supplier",
    "provider",
    "vendor",
    "affiliat",
    "user",
    "seller",
    "liability",
    "advertiser",
    "contractor",
];

/// Returns the norm of a clause without a verb that binds: a command, a list item, a heading.
fn ungoverned(frame: &Frame, start: usize, standing: &Standing<'_>) -> Norm {
    let Some(first) = frame.reads.get(start) else { return Norm::Fact };
    let lead = format!("{} {}", standing.lead_in, standing.previous).to_lowercase();
    let key = first.key.as_str();
    let next = frame.reads.get(start + 1).map_or("", |it| it.key.as_str());
    if STEPS.contains(key) || (key == "please" && STEPS.contains(next)) {
        return Norm::UserRight;
    }
    if IMPERATIVES.contains(key) {
        return if next == "you" { Norm::Reservation } else { Norm::UserDuty };
    }
    if standing.lead_in.is_empty()
        && frame.reads.iter().any(|it| matches!(it.key.as_str(), "is" | "are"))
        && !key.ends_with("ing")
    {
        return Norm::Fact;
    }
    if DATA.contains(key) {
        return Norm::Reservation;
    }
    let is_act = key.ends_with("ing") && 5 < key.len();
    let is_forbidden = ["not ", "prohibit", "forbidden", "disallow", "don't", "violat", "banned"]
        .iter()
        .any(|it| lead.contains(it));
    match MATTER.contains(key) || is_act || (is_forbidden && !first.is_capital) {
        true => Norm::UserDuty,
        false => Norm::Fact,
    }
}

/// Returns which way a meaning goes for a norm; `is_more` tells for exceptions and conditions
/// whether the norm reaches further than before, `None` where it cannot be told.
pub fn direction(stated: &Stated, meaning: Meaning, is_more: Option<bool>) -> Direction {
    let is_more = match meaning {
        Meaning::Cosmetic | Meaning::Editorial => return Direction::Neutral,
        Meaning::Added | Meaning::Strengthened | Meaning::Widened => Some(true),
        Meaning::Removed | Meaning::Weakened | Meaning::Narrowed => Some(false),
        Meaning::Exception | Meaning::Condition => is_more,
    };
    let Some(is_more) = is_more else { return Direction::Unclear };
    match (stated.norm, is_more) {
        (Norm::Commitment | Norm::UserRight, true) => Direction::Tighter,
        (Norm::Commitment | Norm::UserRight, false) => Direction::Looser,
        (Norm::Reservation, true) => Direction::Looser,
        (Norm::Reservation, false) => Direction::Tighter,
        (Norm::UserDuty, true) if stated.is_safeguard => Direction::Tighter,
        (Norm::UserDuty, false) if stated.is_safeguard => Direction::Looser,
        (Norm::UserDuty, true) => Direction::UserMore,
        (Norm::UserDuty, false) => Direction::UserLess,
        (Norm::Definition, _) => Direction::Unclear,
        (Norm::Fact, _) => Direction::Neutral,
    }
}
