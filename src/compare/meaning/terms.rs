//! The words by which clauses bind, limit, except and condition.
//!
//! Phrases are of words as `reading` reads them. Where several match at one word, the longest
//! does. From general legal drafting; no list knows a company or a product.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::compare::meaning::reading::Read;

/// What a term does in a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sense {
    /// It looks like a term and is none: `may 2024`, `help center`.
    Mask,
    /// How firmly the clause binds, in half tiers: 10 absolutely, 8 firmly, 5 for now, 4 with
    /// effort, 3 by intent, 2 at discretion.
    Force(u8),
    /// It lowers the force.
    Hedge,
    /// It raises the force.
    Emphasis,
    /// It denies.
    Negation,
    /// It opens a carve-out.
    Exception,
    /// It opens a condition.
    Condition,
    /// It limits to what follows.
    Exclusive,
    /// It names the company.
    Company,
    /// It names the users.
    User,
}

const TERMS: &[(Sense, &[&str])] = &[
    (
        Sense::Mask,
        &[
            "as well as",
            "help center",
            "help page",
            "help us",
            "if any",
            "may 19",
            "may 20",
            "strictly necessary",
            "whether or not",
            "including without limitation",
        ],
    ),
    (
        Sense::Force(10),
        &["guarantee", "guarantees", "in no event", "never", "under no circumstances"],
    ),
    (
        Sense::Force(8),
        &[
            "are required to",
            "commit to",
            "is required to",
            "must",
            "shall",
            "undertake to",
            "will",
        ],
    ),
    (
        Sense::Force(5),
        &["at the moment", "at this time", "currently", "for now", "presently", "today"],
    ),
    (
        Sense::Force(4),
        &[
            "aim to",
            "attempt to",
            "best efforts",
            "commercially reasonable efforts",
            "endeavor to",
            "endeavour to",
            "make every effort",
            "reasonable efforts",
            "reasonable steps",
            "seek to",
            "should",
            "strive to",
            "try to",
            "work to",
            "working to",
            "designed to",
        ],
    ),
    (Sense::Force(3), &["expect to", "hope to", "intend to", "our goal is", "plan to"]),
    (
        Sense::Force(2),
        &[
            "at our discretion",
            "can",
            "could",
            "may",
            "might",
            "reserve the right",
            "reserves the right",
        ],
    ),
    (
        Sense::Hedge,
        &[
            "as appropriate",
            "generally",
            "in most cases",
            "likely",
            "normally",
            "often",
            "primarily",
            "reasonably",
            "to our knowledge",
            "typically",
            "usually",
            "where appropriate",
            "where feasible",
            "where possible",
            "where practicable",
            "knowingly",
        ],
    ),
    (Sense::Emphasis, &["always", "expressly", "fully", "immediately", "strictly"]),
    (Sense::Negation, &["no", "no longer", "nor", "not"]),
    (
        Sense::Exception,
        &[
            "apart from",
            "but not",
            "except",
            "except as",
            "except for",
            "except that",
            "excluding",
            "not apply to",
            "notwithstanding",
            "other than",
            "save for",
            "unless",
        ],
    ),
    (
        Sense::Condition,
        &[
            "as long as",
            "depending on",
            "if",
            "in case",
            "in the event",
            "once",
            "provided that",
            "so long as",
            "subject to",
            "to the extent",
            "until",
            "upon request",
            "when",
            "whenever",
            "where",
        ],
    ),
    (Sense::Exclusive, &["exclusively", "only", "solely"]),
    (Sense::Company, &["our", "us", "we"]),
    (
        Sense::User,
        &["customer", "customers", "member", "members", "user", "users", "you", "your", "yourself"],
    ),
];

type Phrases = BTreeMap<&'static str, Vec<(Vec<&'static str>, Sense)>>;

/// The phrases by their first word, the longest first.
static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::new();
    for (sense, list) in TERMS {
        for phrase in *list {
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

/// Returns the terms of a clause, in order; masks are left out.
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
        if *sense != Sense::Mask {
            found.push(Term { sense: *sense, at: at..at + words.len() });
        }
        at += words.len();
    }
    found
}

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
        assert_eq!(found, [Sense::Company, Sense::Force(4), Sense::Exception, Sense::User]);
        assert_eq!(senses("See the help center, if any."), []);
    }
}
