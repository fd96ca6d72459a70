//! The words by which clauses bind, limit, except and condition.
//!
//! Phrases are of words as `reading` reads them. Where several match at one word, the longest
//! does. From general legal drafting; no list knows a company or a product.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::compare::meaning::lexicon::TERMS;
use crate::compare::meaning::reading::{Read, ReadKind};
use crate::compare::meaning::sense::Sense;

type Phrases = BTreeMap<&'static str, Vec<(Vec<&'static str>, Sense)>>;

/// The phrases by their first word, the longest first.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::new();
    for (sense, list) in TERMS {
        for phrase in list.split(", ") {
            let words: Vec<&str> = phrase.split(' ').collect();
            phrases.entry(words[0]).or_default().push((words, *sense));
        }
    }
    for list in phrases.values_mut() {
        list.sort_by_key(|(words, _)| usize::MAX - words.len());
    }
    phrases
});

/// A term found in a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it does.
    pub sense: Sense,
    /// Its words, as indices.
    pub at: Range<usize>,
}

/// Returns the terms of a clause, in order, masks too.
pub fn terms(reads: &[Read]) -> Vec<Term> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < reads.len() {
        let fits = |(words, _): &&(Vec<&'static str>, Sense)| {
            let here = reads[at..].iter().take(words.len());
            words.len() <= reads.len() - at && here.zip(words).all(|(it, word)| it.key == **word)
        };
        let phrases = PHRASES.get(reads[at].key.as_str()).map_or(&[][..], Vec::as_slice);
        let Some((words, sense)) = phrases.iter().find(fits) else {
            at += 1;
            continue;
        };
        let opens = at == 0 || reads[at - 1].kind == ReadKind::Point;
        let sense = match sense {
            // "Should you wish" is "if you wish".
            Sense::Force(_) if reads[at].key == "should" && opens => &Sense::Condition,
            sense => sense,
        };
        // What "is provided by" somebody is no condition; "provided" opens one after a point.
        let is_verb = reads[at].key == "provided"
            && words.len() == 1
            && (!opens || reads.get(at + 1).is_none_or(|it| AGENTS.contains(&it.key.as_str())));
        let is_month = reads[at].key == "may"
            && reads[at].is_capital
            && reads.get(at + 1).is_some_and(|it| it.kind == ReadKind::Number);
        // A modal in capitals among small letters is an abbreviation.
        let shouts = |it: Option<usize>| {
            it.and_then(|it| reads.get(it))
                .is_none_or(|it| it.is_upper || it.kind != ReadKind::Word)
        };
        let is_short = reads[at].is_upper
            && matches!(sense, Sense::Force(_))
            && !shouts(at.checked_sub(1))
            && !shouts(Some(at + words.len()));
        let is_short = is_short
            || (reads[at].is_upper
                && reads[at].key == "can"
                && reads.get(at + 1).is_some_and(|it| it.kind == ReadKind::Number));
        if !is_month && !is_short && !is_verb {
            found.push(Term { sense: *sense, at: at..at + words.len() });
        }
        at += words.len();
    }
    found
}

/// Words after which comes who, where or how something is provided.
const AGENTS: &[&str] =
    &["as", "at", "by", "for", "herein", "in", "on", "through", "to", "under", "via", "with"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::meaning::reading::read;

    #[test]
    fn the_longest_term_is_found() {
        let senses = |words: &str| -> Vec<Sense> {
            terms(&read(words)).into_iter().map(|it| it.sense).collect()
        };
        let found = senses("We use commercially reasonable efforts unless you object.");
        assert_eq!(found, [Sense::Company, Sense::Force(38), Sense::Exception, Sense::User]);
        let masked = senses("See the help center, if any, of May 5.");
        assert_eq!(masked, [Sense::Plain, Sense::Mask]);
    }
}
