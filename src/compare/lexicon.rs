//! The words of the two texts at hand, numbered, and how much each of them says.
//!
//! Knows the commonest function words of some languages, and the words on which a promise hinges.
//! Numbers are given in order of appearance.

use std::collections::BTreeMap;

use crate::compare::fold::{self, PieceKind};

/// How much a word says, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Punctuation.
    Point,
    /// A function word, such as `the`.
    Common,
    /// Any other word.
    Content,
    /// A word that turns the meaning: a negation, an exception, a number.
    Hinge,
}

/// A word in a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The byte at which it starts.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// The number of the word: equal for equal words.
    pub id: u32,
    /// How much it says.
    pub rank: Rank,
}

/// When two words are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// When they differ in typography at most.
    Folded,
    /// When they are written with the same characters.
    Exact,
}

/// The words met so far.
#[derive(Default)]
pub struct Lexicon {
    ids: BTreeMap<String, u32>,
    ranks: Vec<Rank>,
}

impl Lexicon {
    /// Returns the words of a passage, numbered.
    pub fn words(&mut self, text: &str, sameness: Sameness) -> Vec<Word> {
        self.each(text, sameness).collect()
    }

    /// Does what [`Lexicon::words`] does, one word after the other.
    pub fn each(&mut self, text: &str, sameness: Sameness) -> impl Iterator<Item = Word> {
        let mut key = String::new();
        fold::pieces(text).map(move |piece| {
            key.clear();
            fold::push_key(text, piece, &mut key);
            let folded = key.len();
            if sameness == Sameness::Exact {
                // No folded key has a space inside, so exact and folded words never meet.
                key.push(' ');
                key.push_str(&text[piece.start..piece.end]);
            }
            let id = match self.ids.get(key.as_str()) {
                Some(&id) => id,
                None => self.add(&key, rank_of(&key[..folded], piece.kind)),
            };
            let rank = self.ranks[id as usize];
            Word { start: piece.start, end: piece.end, id, rank }
        })
    }

    /// Returns how much the word of this number says.
    pub fn rank(&self, id: u32) -> Rank {
        self.ranks[id as usize]
    }

    fn add(&mut self, key: &str, rank: Rank) -> u32 {
        let id = self.ranks.len() as u32;
        self.ids.insert(key.to_owned(), id);
        self.ranks.push(rank);
        id
    }
}

fn rank_of(key: &str, kind: PieceKind) -> Rank {
    match kind {
        PieceKind::Point => Rank::Point,
        PieceKind::Symbol => Rank::Hinge,
        PieceKind::Word | PieceKind::Glyph => {
            if key.bytes().any(|b| b.is_ascii_digit()) || HINGES.binary_search(&key).is_ok() {
                return Rank::Hinge;
            }
            match COMMON.binary_search(&key) {
                Ok(_) => Rank::Common,
                Err(_) => Rank::Content,
            }
        }
    }
}

/// Negations, exceptions and limits; sorted.
const HINGES: &[&str] = &[
    "cannot", "except", "jamais", "kein", "keine", "nein", "never", "nicht", "nie", "no", "non",
    "none", "nor", "not", "nunca", "only", "pas", "unless", "until", "without",
];

/// Function words of English, German, French, Spanish, Italian, Portuguese and Dutch; sorted.
const COMMON: &[&str] = &[
    "a", "about", "al", "all", "also", "am", "an", "and", "any", "are", "as", "at", "au", "auf",
    "aus", "aux", "be", "been", "bei", "being", "but", "by", "com", "con", "da", "das", "de",
    "dei", "del", "della", "dem", "den", "der", "des", "di", "die", "do", "does", "du", "e", "een",
    "ein", "eine", "einer", "el", "en", "er", "es", "est", "et", "for", "from", "für", "had",
    "has", "have", "he", "her", "het", "his", "i", "if", "il", "im", "in", "into", "is", "ist",
    "it", "its", "la", "las", "le", "les", "lo", "los", "me", "mit", "my", "na", "o", "oder", "of",
    "on", "op", "or", "os", "other", "ou", "our", "over", "par", "para", "per", "por", "pour",
    "que", "qui", "she", "sich", "sie", "sind", "so", "such", "sur", "te", "than", "that", "the",
    "their", "them", "then", "there", "these", "they", "this", "those", "to", "u", "um", "un",
    "una", "und", "une", "up", "us", "van", "vom", "von", "was", "we", "were", "what", "when",
    "which", "who", "will", "wir", "with", "y", "you", "your", "zu", "zum", "zur",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_so_that_they_can_be_searched() {
        assert!(COMMON.is_sorted());
        assert!(HINGES.is_sorted());
    }

    #[test]
    fn words_are_ranked_by_what_they_say() {
        let mut lexicon = Lexicon::default();
        let words = lexicon.words("We never sell 5 faces.", Sameness::Folded);
        let ranks: Vec<Rank> = words.iter().map(|it| it.rank).collect();
        let (c, h) = (Rank::Content, Rank::Hinge);
        assert_eq!(ranks, [Rank::Common, h, c, h, c, Rank::Point]);
        let again = lexicon.words("WE", Sameness::Folded);
        assert_eq!(again[0].id, words[0].id);
        assert_ne!(lexicon.words("WE", Sameness::Exact)[0].id, words[0].id);
    }
}
