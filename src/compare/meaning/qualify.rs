//! Sentences that take something from the one before them: "This does not apply to …".
//!
//! They bind nobody by themselves. What they do they do to the sentence that they take up, by a
//! pronoun, by a noun for what it promises, or by standing there as a mere fragment.

use crate::compare::clause;
use crate::compare::meaning::altered::{self, Frame};
use crate::compare::meaning::lexicon::{
    CARVES, CONTRASTS, ENDS, NOT_FIRM, PROMISES, REACHES, RELAXES, Roots, SUBSIDES,
};
use crate::compare::meaning::norm;
use crate::compare::meaning::reading::{self, ReadKind};
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::standing::Standing;
use crate::model::verdict::Norm;

/// What a sentence does to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualifies {
    /// It takes something out of it.
    Excepts,
    /// It makes it depend on something, or ends it.
    Conditions,
    /// It says that it binds less.
    Softens,
}

/// The most sentences that are passed over on the way to the one which is taken up.
const CHAIN_MAX: usize = 6;

/// The most words of a subject that takes up something.
const SUBJECT_MAX: usize = 9;

/// How far from its subject a predicate is looked for, in words.
const PREDICATE_MAX: usize = 7;

/// The most words of a fragment.
const FRAGMENT_MAX: usize = 30;

/// Returns what a sentence does to the one before it, `previous`; `None` if it stands by itself.
pub fn qualifies(frame: &Frame, previous: &str) -> Option<Qualifies> {
    let (start, is_contrast) = opening(frame);
    if start == frame.reads.len() {
        return None;
    }
    fragment(frame, start)
        .or_else(|| taken_up(frame, start, previous))
        .or_else(|| carve_out(frame, start))
        .or_else(|| nothing_prevents(frame, start))
        .or_else(|| relaxed(frame, start))
        .or_else(|| (is_contrast && leaves_open(frame)).then_some(Qualifies::Excepts))
}

/// Returns the sentence that a qualifying one takes up, as it stands: the last before it that
/// takes up none itself. `None` if none is known.
pub fn qualified<'a>(standing: &Standing<'a>) -> Option<Standing<'a>> {
    let previous = tail(standing.previous);
    let spans = clause::sentences(previous);
    let lead_in = standing.previous_lead_in;
    for (at, span) in spans.iter().enumerate().rev().take(CHAIN_MAX) {
        let words = &previous[span.clone()];
        let before = at.checked_sub(1).map_or("", |it| &previous[spans[it].clone()]);
        if qualifies(&Frame::of(reading::read(words)), before).is_none() {
            return Some(Standing { words, lead_in, ..Standing::default() });
        }
    }
    None
}

/// Returns the sentence that stands right before one; empty if none does.
pub fn last_sentence(previous: &str) -> &str {
    let previous = tail(previous);
    clause::sentences(previous).pop().map_or("", |span| &previous[span])
}

/// The most bytes that are looked at before a sentence.
const TAIL_MAX: usize = 4_000;

fn tail(previous: &str) -> &str {
    let mut from = previous.len().saturating_sub(TAIL_MAX);
    while !previous.is_char_boundary(from) {
        from += 1;
    }
    &previous[from..]
}

/// Returns where a sentence says its first word of weight, and whether words of contrast come
/// before it.
fn opening(frame: &Frame) -> (usize, bool) {
    let (mut at, mut is_contrast) = (0, false);
    while let Some(read) = frame.reads.get(at) {
        let run = CONTRASTS.iter().find(|run| is_run(frame, at, run));
        match run {
            Some(run) => {
                is_contrast = true;
                at += run.len();
            }
            None if read.kind == ReadKind::Point || read.key == "and" => at += 1,
            None => break,
        }
    }
    (at, is_contrast)
}

fn is_run(frame: &Frame, at: usize, run: &[&str]) -> bool {
    run.len() <= frame.reads.len() - at
        && frame.reads[at..].iter().zip(run).all(|(it, word)| it.key == *word)
}

fn key(frame: &Frame, at: usize) -> &str {
    frame.reads.get(at).map_or("", |it| it.key.as_str())
}

fn root(frame: &Frame, at: usize) -> &str {
    frame.reads.get(at).map_or("", |it| it.root.as_str())
}

/// Returns what a sentence does that opens with a carve-out or a condition and says nothing else,
/// or only what becomes of what was said before.
fn fragment(frame: &Frame, start: usize) -> Option<Qualifies> {
    let first = key(frame, start);
    let how = match (frame.sense(start), first) {
        // What stands notwithstanding what was said takes from it.
        (_, "notwithstanding") => {
            let takes_up = (start + 1..start + 4).any(|at| {
                matches!(key(frame, at), "foregoing" | "above" | "preceding" | "this" | "anything")
            });
            return takes_up.then_some(Qualifies::Excepts);
        }
        (Some(Sense::Exception | Sense::Legal), _) => Qualifies::Excepts,
        (Some(Sense::Condition), "subject") => Qualifies::Excepts,
        (Some(Sense::Vague), "until") => Qualifies::Conditions,
        (Some(Sense::Condition), "provided" | "until" | "only" | "as" | "so" | "to") => {
            Qualifies::Conditions
        }
        (Some(Sense::Exclusive), _) => Qualifies::Conditions,
        (_, _) => return None,
    };
    let comma = (start..frame.reads.len()).find(|&at| frame.is_point(at, ","));
    let says_more = |from: usize| {
        let mut rest = from..frame.reads.len();
        rest.any(|at| matches!(frame.sense(at), Some(Sense::Force(_) | Sense::Company)))
    };
    let main = comma.map(|at| at + 1).filter(|&at| says_more(at));
    match main {
        None => {
            let binds = |at: usize| {
                matches!(key(frame, at), "we" | "you")
                    && matches!(frame.sense(at + 1), Some(Sense::Force(_)))
            };
            let is_bare = frame.reads.len() <= FRAGMENT_MAX
                && !(comma.is_some() && says_more(start))
                && !(start + 1..frame.reads.len().saturating_sub(1)).any(binds);
            is_bare.then_some(how)
        }
        Some(main) => {
            let is_taken_up = matches!(
                key(frame, main),
                "it" | "this" | "that" | "these" | "those" | "which" | "in"
            ) && (key(frame, main) != "in" || key(frame, main + 1) == "which");
            // "Except where the law requires it, we may sell them."
            let takes_up = how == Qualifies::Excepts
                && frame.sense(start) == Some(Sense::Exception)
                && (main..frame.reads.len()).any(|at| matches!(key(frame, at), "it" | "them"));
            (is_taken_up || (takes_up && leaves_open(frame))).then_some(how)
        }
    }
}

/// Returns whether a sentence leaves the company, or others, free to do something.
fn leaves_open(frame: &Frame) -> bool {
    let standing = Standing::default();
    norm::stated(frame, &standing).norm == Norm::Reservation
}

/// Returns what a sentence does whose subject is what was said before.
fn taken_up(frame: &Frame, start: usize, previous: &str) -> Option<Qualifies> {
    let verb = subject_end(frame, start, previous)?;
    let end = frame.reads.len().min(verb + PREDICATE_MAX);
    let is_denied = (verb..end).any(|at| frame.sense(at) == Some(Sense::Negation))
        || frame.terms_in(&(verb..end)).any(|it| {
            it.sense == Sense::Exception && it.at.clone().any(|at| key(frame, at) == "not")
        });
    let does = |roots: &Roots| (verb..end).find(|&at| roots.contains(root(frame, at)));
    let is_of_users = |from: usize| {
        let to = frame.reads.len().min(from + 8);
        (from..to).any(|at| matches!(key(frame, at), "your" | "rights" | "right"))
    };
    let is_to = |word: &str| (verb..end).any(|at| key(frame, at) == word);
    if does(&NOT_FIRM).is_some() || (is_denied && is_to("binding")) {
        return Some(Qualifies::Softens);
    }
    if let Some(at) = does(&REACHES).filter(|_| is_denied) {
        let protects = matches!(root(frame, at), "limit" | "affect" | "restrict" | "prejudic");
        return (!protects || !is_of_users(at)).then_some(Qualifies::Excepts);
    }
    if does(&CARVES).is_some() {
        return Some(Qualifies::Excepts);
    }
    let is_only = (verb..end).any(|at| frame.sense(at) == Some(Sense::Exclusive));
    if is_only || is_to("subject") || (is_to("limited") && is_to("to")) {
        return Some(Qualifies::Excepts);
    }
    let may = (verb..end).any(|at| matches!(frame.sense(at), Some(Sense::Force(20))));
    if may && does(&RELAXES).is_some() {
        return Some(Qualifies::Excepts);
    }
    let limits = |at: usize| {
        let is_until = matches!(frame.sense(at), Some(Sense::Condition | Sense::Exception));
        let is_span = key(frame, at) == "for"
            && (at + 1..at + 3)
                .any(|it| frame.reads.get(it).is_some_and(|read| read.kind == ReadKind::Number));
        is_until || is_span
    };
    let is_limited = (verb..frame.reads.len()).any(limits);
    let is_over = does(&SUBSIDES).is_some();
    (is_over || is_limited).then_some(Qualifies::Conditions)
}

/// Returns where the predicate of a sentence begins whose subject takes up what was said before.
fn subject_end(frame: &Frame, start: usize, previous: &str) -> Option<usize> {
    let is_verb = |at: usize| {
        let word = key(frame, at);
        matches!(frame.sense(at), Some(Sense::Force(_)))
            || matches!(frame.sense(at), Some(Sense::Exception) if word.starts_with("do") || word == "will" || word == "shall")
            || matches!(
                word,
                "is" | "are"
                    | "was"
                    | "were"
                    | "has"
                    | "have"
                    | "does"
                    | "do"
                    | "applies"
                    | "apply"
                    | "covers"
                    | "excludes"
                    | "exclude"
                    | "exempts"
                    | "ends"
                    | "expires"
                    | "lapses"
                    | "holds"
                    | "lasts"
                    | "remains"
                    | "stands"
                    | "runs"
                    | "only"
            )
    };
    let first = key(frame, start);
    if matches!(first, "this" | "that" | "it" | "these" | "those") && is_verb(start + 1) {
        return Some(start + 1);
    }
    let end = frame.reads.len().min(start + SUBJECT_MAX);
    let verb = (start + 1..end).find(|&at| is_verb(at))?;
    if !matches!(first, "this" | "that" | "these" | "those" | "such" | "the" | "our" | "any") {
        return None;
    }
    let words = || (start + 1..verb).filter(|&at| frame.reads[at].kind == ReadKind::Word);
    if words().any(|at| matches!(frame.sense(at), Some(Sense::User)) || key(frame, at) == "we") {
        return None;
    }
    // The noun before what is said of it: "the pause on sales".
    let is_link = |at: &usize| {
        matches!(key(frame, *at), "on" | "of" | "to" | "in" | "for" | "above" | "under")
    };
    let head = words().take_while(|at| !is_link(at)).last();
    let takes_up = words()
        .any(|at| matches!(key(frame, at), "foregoing" | "preceding" | "aforementioned"))
        || matches!(key(frame, start + 1), "above");
    let is_promise = head.is_some_and(|at| PROMISES.contains(root(frame, at)));
    // "The recall" after "we recall every car".
    let is_said = matches!(first, "this" | "that" | "such" | "the")
        && head.is_some_and(|at| {
            let said = &frame.reads[at];
            !altered::is_function(&said.key)
                && ENDS.contains(said.root.as_str())
                && reading::read(previous).iter().any(|it| it.root == said.root)
        });
    (takes_up || is_promise || is_said).then_some(verb)
}

/// Returns what a sentence does that speaks of exceptions, or of whom they are.
fn carve_out(frame: &Frame, start: usize) -> Option<Qualifies> {
    let end = frame.reads.len().min(start + 12);
    let is_denied = |upto: usize| {
        (start..upto).any(|at| {
            frame.sense(at) == Some(Sense::Negation) || matches!(key(frame, at), "without")
        })
    };
    let noun = (start..end)
        .find(|&at| matches!(root(frame, at), "exception" | "exemption" | "waiver" | "carve-out"));
    if let Some(at) = noun {
        // A tax exemption is none.
        let is_bare =
            at == start || at.checked_sub(1).is_some_and(|it| EXCEPTING.contains(&key(frame, it)));
        return (is_bare && !is_denied(at)).then_some(Qualifies::Excepts);
    }
    let state = (start + 1..end).find(|&at| {
        matches!(key(frame, at), "exempt" | "exempted" | "excluded" | "excepted")
            && (1..=2).any(|by| {
                at.checked_sub(by).is_some_and(|it| {
                    matches!(key(frame, it), "is" | "are" | "be" | "remain" | "remains")
                })
            })
    })?;
    let is_user = (start..state).any(|at| key(frame, at) == "you");
    (!is_denied(state) && !is_user).then_some(Qualifies::Excepts)
}

/// Words right before exceptions by which those are of what was said.
const EXCEPTING: &[&str] = &[
    "allow",
    "an",
    "any",
    "certain",
    "few",
    "following",
    "grant",
    "limited",
    "make",
    "narrow",
    "one",
    "permit",
    "rare",
    "some",
    "such",
    "these",
    "two",
];

/// Returns what a sentence does that says that nothing keeps the company from something.
fn nothing_prevents(frame: &Frame, start: usize) -> Option<Qualifies> {
    let end = frame.reads.len().min(start + 14);
    let verb = (start + 1..end).find(|&at| {
        matches!(
            root(frame, at),
            "prevent" | "limit" | "restrict" | "prohibit" | "preclud" | "oblig" | "requir" | "stop"
        )
    })?;
    let to = frame.reads.len().min(verb + 4);
    let is_ours = (verb + 1..to).any(|at| frame.sense(at) == Some(Sense::Company));
    (key(frame, start) == "nothing" && is_ours).then_some(Qualifies::Excepts)
}

/// Returns what a sentence does by which the company may take back or relax what was promised.
fn relaxed(frame: &Frame, start: usize) -> Option<Qualifies> {
    let may = frame.terms.iter().find(|it| it.sense == Sense::Force(20) && start < it.at.start)?;
    let is_ours = (start..may.at.start).any(|at| frame.sense(at) == Some(Sense::Company));
    let end = frame.reads.len().min(may.at.end + 10);
    let verb = (may.at.end..end).find(|&at| RELAXES.contains(root(frame, at)))?;
    let object = (verb + 1..frame.reads.len().min(verb + 6)).any(|at| {
        matches!(key(frame, at), "this" | "these" | "that" | "such")
            && (at + 1..at + 3).any(|it| PROMISES.contains(root(frame, it)))
    });
    (is_ours && object).then_some(Qualifies::Excepts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(previous: &str, words: &str) -> Option<Qualifies> {
        qualifies(&Frame::of(reading::read(words)), previous)
    }

    #[test]
    fn a_sentence_that_takes_up_the_one_before_takes_from_it() {
        let promise = "We will not sell the recordings to advertisers.";
        for words in [
            "This does not apply to recordings of adults.",
            "This commitment does not extend to affiliates.",
            "Except where required by law.",
            "Except where required by law, in which case we may sell them.",
            "Except where a court orders otherwise, we may keep them.",
            "The foregoing is subject to applicable law.",
            "However, we may sell them to research institutes.",
            "Nothing in this section prevents us from sharing summaries.",
            "Exceptions may be made for research.",
            "State hospitals are exempt.",
            "We reserve the right to revise this commitment.",
            "This promise may be suspended by our board.",
            "It applies only to recordings made at home.",
            "These restrictions do not cover trials.",
            "The above shall not prevent us from licensing them.",
            "Notwithstanding the foregoing, partners can buy them.",
        ] {
            assert_eq!(found(promise, words), Some(Qualifies::Excepts), "{words}");
        }
        for words in [
            "This commitment ends in 2027.",
            "This holds until a court decides otherwise.",
            "Only if you agree.",
            "Until further notice.",
        ] {
            assert_eq!(found(promise, words), Some(Qualifies::Conditions), "{words}");
        }
        let words = "This commitment is not legally binding.";
        assert_eq!(found(promise, words), Some(Qualifies::Softens));
    }

    #[test]
    fn a_sentence_that_says_something_of_its_own_takes_nothing() {
        let promise = "We will not sell the recordings to advertisers.";
        for words in [
            "We will delete them within a week.",
            "Except as required by law, we will not share them either.",
            "This policy does not apply to other sites.",
            "This does not affect your statutory rights.",
            "This data may be used for several purposes, including to test it.",
            "These terms will not limit any rights that you have by law.",
            "However, you must not copy them.",
            "There are no exceptions.",
            "If you object, we will stop.",
            "You may write to us at any time.",
            "This means that nobody hears them.",
            "Subject to our notice, Fernhill may send its partners the number of your licence.",
            "To the extent permitted by law, and except for our indemnities, we are not liable.",
            "You warrant that any tax exemption on your account holds.",
        ] {
            assert_eq!(found(promise, words), None, "{words}");
        }
    }

    #[test]
    fn the_sentence_that_is_taken_up_is_the_last_that_takes_up_none() {
        let previous = "We like you. We will not sell it. This does not apply to adults.";
        let standing = Standing { previous, ..Standing::default() };
        assert_eq!(qualified(&standing).map(|it| it.words), Some("We will not sell it."));
        assert!(qualified(&Standing::default()).is_none());
    }
}
