//! Edits that need no reading: typography, numbers, addresses that are hidden or shown, sentences
//! whose bounds moved, page furniture.

use crate::compare::clause;
use crate::compare::fold;
use crate::compare::meaning::standing::{Role, Standing};
use crate::compare::stamp;
use crate::model::verdict::{Meaning, Tag, Verdict};

/// Fewer bytes of a stream than this may stand in the neighbours by chance.
const SHARED_MIN: usize = 12;

/// Returns the verdict on a clause that came or went, if nothing of it binds.
pub fn alone(alone: &Standing<'_>) -> Option<Verdict> {
    let stream = stream(alone.words);
    if stream.is_empty() || alone.role == Role::Links {
        return Some(Verdict::quiet(Meaning::Cosmetic, vec![Tag::Furniture]));
    }
    if stamp::is_stamp(alone.words) {
        return Some(Verdict::quiet(Meaning::Editorial, vec![Tag::DateStamp]));
    }
    None
}

/// Returns the verdict on a pair of clauses, if it needs no reading.
pub fn pair(before: &Standing<'_>, after: &Standing<'_>) -> Option<Verdict> {
    let (words_before, words_after) = shown_alike(before.words, after.words);
    let (stream_before, stream_after) = (stream(&words_before), stream(&words_after));
    if stream_before == stream_after {
        let (marker_before, _) = clause::split_marker(before.words);
        let (marker_after, _) = clause::split_marker(after.words);
        let tags = if marker_before == marker_after { Vec::new() } else { vec![Tag::Renumbered] };
        return Some(Verdict::quiet(Meaning::Cosmetic, tags));
    }
    if before.role == Role::Links && after.role == Role::Links {
        return Some(Verdict::quiet(Meaning::Cosmetic, vec![Tag::Furniture]));
    }
    is_resegmented(before, &stream_before, after, &stream_after)
        .then(|| Verdict::quiet(Meaning::Cosmetic, vec![Tag::Resegmented]))
}

fn stream(words: &str) -> String {
    fold::stream(without_number(words))
}

/// Returns a clause without the number of its section, such as `4.2.` or `80.1`.
fn without_number(words: &str) -> &str {
    let (marker, rest) = clause::split_marker(words);
    if !marker.is_empty() {
        return rest;
    }
    match words.split_once(' ') {
        Some((number, rest))
            if number.contains('.')
                && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && rest.starts_with(|c: char| !c.is_lowercase() && !c.is_ascii_digit()) =>
        {
            rest
        }
        Some(_) | None => words,
    }
}

/// What stands for a mailbox that is hidden from robots.
const HIDDEN: &str = "[email\u{a0}protected]";

/// Returns both sides with all mailboxes alike where one side hides them.
fn shown_alike(before: &str, after: &str) -> (String, String) {
    let unified = |words: &str| words.replace("[email protected]", HIDDEN);
    let (before, after) = (unified(before), unified(after));
    if !before.contains(HIDDEN) && !after.contains(HIDDEN) {
        return (before, after);
    }
    let alike = |words: &str| -> String {
        let each = words.split(' ').map(|word| match word.contains('@') || word.contains(HIDDEN) {
            true => "@",
            false => word,
        });
        each.collect::<Vec<_>>().join(" ")
    };
    (alike(&before), alike(&after))
}

/// Returns whether the words that one side has more are those of its other side's neighbours.
fn is_resegmented(
    before: &Standing<'_>,
    stream_before: &str,
    after: &Standing<'_>,
    stream_after: &str,
) -> bool {
    let shorter = stream_before.len().min(stream_after.len());
    if shorter < SHARED_MIN {
        return false;
    }
    // Neighbours may be cut off, so both are asked by the piece that is theirs. A word or two stand
    // in many a clause by chance: they must have gone to where the neighbour adjoins.
    let given = |more: &str, less: &str, to: &Standing<'_>| {
        let (head, tail) = (more.strip_suffix(less), more.strip_prefix(less));
        let Some(rest) = tail.or(head).filter(|it| !it.is_empty()) else { return false };
        let (previous, next) = (stream(to.previous), stream(to.next));
        let adjoins = (head.is_some() && previous.ends_with(rest))
            || (tail.is_some() && next.starts_with(rest));
        let has = |neighbour: &str| {
            let is_most = rest.len() <= 2 * neighbour.len();
            (SHARED_MIN <= rest.len() && neighbour.contains(rest))
                || (is_most && rest.contains(neighbour))
        };
        adjoins || has(&previous) || has(&next)
    };
    given(stream_before, stream_after, after) || given(stream_after, stream_before, before)
}
