//! A clause as its words are read: lower case, contractions written out, each with its place.
//!
//! Knows no meaning of any word.

use std::ops::Range;

use crate::compare::fold::{self, PieceKind};

/// The most words of a clause that are read; what comes after them is not judged.
pub const WORDS_MAX: usize = 1_000;

/// A word as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The word in lower case, without typography; of punctuation, the character.
    pub key: String,
    /// Its bytes in the clause. Both words of a written-out contraction have those of the whole.
    pub span: Range<usize>,
    /// Whether it is punctuation.
    pub is_point: bool,
}

/// Returns the words and points of a clause, in order.
pub fn read(words: &str) -> Vec<Read> {
    let mut reads = Vec::new();
    let mut key = String::new();
    for piece in fold::pieces(words).take(WORDS_MAX) {
        key.clear();
        fold::push_key(words, piece, &mut key);
        let span = piece.start..piece.end;
        if piece.kind == PieceKind::Point {
            reads.push(Read { key: words[span.clone()].to_owned(), span, is_point: true });
            continue;
        }
        let (first, second) = written_out(&key);
        reads.push(Read { key: first.to_owned(), span: span.clone(), is_point: false });
        if let Some(second) = second {
            reads.push(Read { key: second.to_owned(), span, is_point: false });
        }
    }
    reads
}

/// Returns the words that a contraction stands for.
fn written_out(key: &str) -> (&str, Option<&str>) {
    match key {
        "won't" => return ("will", Some("not")),
        "can't" | "cannot" => return ("can", Some("not")),
        "shan't" => return ("shall", Some("not")),
        "let's" => return ("let", Some("us")),
        _ => (),
    }
    if let Some(stem) = key.strip_suffix("n't") {
        return (stem, Some("not"));
    }
    for (ending, word) in [("'ll", "will"), ("'re", "are"), ("'ve", "have"), ("'m", "am")] {
        if let Some(stem) = key.strip_suffix(ending) {
            return (stem, Some(word));
        }
    }
    match key {
        "it's" => ("it", Some("is")),
        "that's" => ("that", Some("is")),
        "there's" => ("there", Some("is")),
        "what's" => ("what", Some("is")),
        _ => (key, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(words: &str) -> Vec<String> {
        read(words).into_iter().map(|it| it.key).collect()
    }

    #[test]
    fn contractions_are_written_out() {
        assert_eq!(
            keys("We don’t, and CAN'T."),
            ["we", "do", "not", ",", "and", "can", "not", "."]
        );
        assert_eq!(keys("We'll see: it's ours"), ["we", "will", "see", ":", "it", "is", "ours"]);
    }

    #[test]
    fn a_word_knows_its_place() {
        let words = "We can't sell.";
        let reads = read(words);
        let spans: Vec<&str> = reads.iter().map(|it| &words[it.span.clone()]).collect();
        assert_eq!(spans, ["We", "can't", "can't", "sell", "."]);
    }
}
