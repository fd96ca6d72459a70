//! A clause as its words are read: lower case, contractions written out, each with its place.
//!
//! Knows which pieces are numbers, addresses and references, and the root of a word; no meaning.

use std::ops::Range;

use crate::compare::clause;
use crate::compare::fold::{self, PieceKind};
use crate::compare::meaning::roots;

/// The most words of a clause that are read; what comes after them is not judged.
pub const WORDS_MAX: usize = 800;

/// What a piece of a clause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadKind {
    /// A word.
    Word,
    /// A number, in digits or words.
    Number,
    /// A number that names another place: `Section 4.2`, `(a)`.
    Reference,
    /// An address of a page or a mailbox.
    Address,
    /// Punctuation.
    Point,
}

/// A word as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The word in lower case, without typography; of punctuation, the character.
    pub key: String,
    /// What is left of it without endings and spelling of a region.
    pub root: String,
    /// Its bytes in the clause. Both words of a written-out contraction have those of the whole.
    pub span: Range<usize>,
    /// What it is.
    pub kind: ReadKind,
    /// Whether it begins with a capital.
    pub is_capital: bool,
    /// Whether it is in capitals throughout, of two letters and more.
    pub is_upper: bool,
}

/// Returns the words and points of a clause, in order; the number before it is left out.
pub fn read(words: &str) -> Vec<Read> {
    let from = words.len() - clause::split_marker(words).1.len();
    let mut reads = Vec::new();
    let mut key = String::new();
    let mut address = 0..0;
    for piece in fold::pieces(words).skip_while(|it| it.start < from).take(WORDS_MAX) {
        if piece.start < address.end {
            continue;
        }
        let chunk = chunk_at(words, piece.start);
        if is_address(&words[chunk.clone()]) {
            address = chunk.clone();
            let key = words[chunk.clone()].to_lowercase();
            reads.push(new(key, chunk, ReadKind::Address, words));
            continue;
        }
        key.clear();
        fold::push_key(words, piece, &mut key);
        let span = piece.start..piece.end;
        let kind = match piece.kind {
            PieceKind::Point => {
                reads.push(new(words[span.clone()].to_owned(), span, ReadKind::Point, words));
                continue;
            }
            _ if key.bytes().any(|b| b.is_ascii_digit()) || is_count(&key) => ReadKind::Number,
            PieceKind::Word | PieceKind::Glyph | PieceKind::Symbol => ReadKind::Word,
        };
        let (first, second) = written_out(&key);
        reads.push(new(first.to_owned(), span.clone(), kind, words));
        if let Some(second) = second {
            reads.push(new(second.to_owned(), span, kind, words));
        }
    }
    mark_references(&mut reads);
    reads
}

fn new(key: String, span: Range<usize>, kind: ReadKind, words: &str) -> Read {
    let root = match kind {
        ReadKind::Word => roots::root(&key),
        ReadKind::Number => number(&key).to_owned(),
        ReadKind::Reference | ReadKind::Address | ReadKind::Point => key.clone(),
    };
    let is_capital = words[span.clone()].starts_with(char::is_uppercase);
    let is_upper = 1 < span.len() && words[span.clone()].bytes().all(|b| b.is_ascii_uppercase());
    Read { key, root, span, kind, is_capital, is_upper }
}

/// The most bytes that are looked at for an address: where nothing is spaced, the rest of the words
/// would be gone through for each of them.
const ADDRESS_BYTES_MAX: usize = 2048;

/// Returns the run without white space from a place on, without brackets and stops at its end.
fn chunk_at(words: &str, at: usize) -> Range<usize> {
    let ahead = &words[at..words.floor_char_boundary(at + ADDRESS_BYTES_MAX)];
    let chunk = ahead.split(char::is_whitespace).next().unwrap_or(ahead);
    let stop = |c: char| ".,;:!?)]}>\"'”’".contains(c);
    at..at + chunk.trim_end_matches(stop).len()
}

fn is_address(chunk: &str) -> bool {
    if chunk.len() < 5 || !chunk.contains('.') || !chunk.starts_with(char::is_alphanumeric) {
        return false;
    }
    if chunk.contains("://") || chunk.starts_with("www.") || chunk.contains('@') {
        return true;
    }
    let host = chunk.split(['/', '?', '#', ':']).next().unwrap_or(chunk);
    let mut labels = host.split('.');
    let sound =
        |it: &str| 2 <= it.len() && it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let last = host.rsplit('.').next().unwrap_or(host);
    labels.all(sound)
        && host.contains('.')
        && (2..=6).contains(&last.len())
        && last.bytes().all(|b| b.is_ascii_lowercase())
}

/// Takes bracketed numbers, and those after a word such as `section`, for references.
fn mark_references(reads: &mut [Read]) {
    for at in 0..reads.len() {
        let is_point = |at: Option<usize>, points: &str| {
            let read = at.and_then(|at| reads.get(at));
            read.is_some_and(|it| it.kind == ReadKind::Point && points.contains(&it.key))
        };
        let before = at.checked_sub(1);
        let is_bracketed = is_point(Some(at + 1), ")")
            && (is_point(before, "(") || before.is_none_or(|it| reads[it].kind == ReadKind::Point));
        let short = reads[at].key.len() <= 4
            && clause::split_marker(&format!("{}.", reads[at].key)).1.is_empty();
        let named = before.is_some_and(|it| {
            matches!(
                reads[it].root.as_str(),
                "section"
                    | "clause"
                    | "article"
                    | "paragraph"
                    | "schedule"
                    | "annex"
                    | "exhibit"
                    | "appendix"
                    | "chapter"
                    | "module"
                    | "§"
                    | "part"
            )
        });
        if reads[at].kind != ReadKind::Point
            && ((is_bracketed && short) || (named && reads[at].kind == ReadKind::Number))
        {
            reads[at].kind = ReadKind::Reference;
        }
    }
}

fn is_count(key: &str) -> bool {
    number(key) != key
}

/// Returns the digits of a small number in words, or the word itself.
pub fn number(key: &str) -> &str {
    match key {
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" => "8",
        "nine" => "9",
        "ten" => "10",
        "eleven" => "11",
        "twelve" => "12",
        "thirteen" => "13",
        "fourteen" => "14",
        "fifteen" => "15",
        "sixteen" => "16",
        "seventeen" => "17",
        "eighteen" => "18",
        "nineteen" => "19",
        "twenty" => "20",
        "thirty" => "30",
        "forty" => "40",
        "fifty" => "50",
        "sixty" => "60",
        "seventy" => "70",
        "eighty" => "80",
        "ninety" => "90",
        "hundred" => "100",
        _ => key,
    }
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
        let words = "4.2. We can't sell.";
        let reads = read(words);
        let spans: Vec<&str> = reads.iter().map(|it| &words[it.span.clone()]).collect();
        assert_eq!(spans, ["We", "can't", "can't", "sell", "."]);
    }

    #[test]
    fn no_address_is_longer_than_is_looked_at_and_what_follows_is_read() {
        let words =
            format!("https://example.org/{} We never sell.", "policyofacompany/".repeat(180));
        let reads = read(&words);
        let first = (reads[0].kind, reads[0].span.clone());
        assert_eq!(first, (ReadKind::Address, 0..ADDRESS_BYTES_MAX));
        let last: Vec<&str> = reads.iter().rev().take(4).map(|it| it.key.as_str()).collect();
        assert_eq!(last, [".", "sell", "never", "we"]);
    }

    #[test]
    fn numbers_references_and_addresses_are_told_apart() {
        let kinds = |words: &str| -> Vec<ReadKind> {
            let of_interest = |it: &ReadKind| !matches!(it, ReadKind::Word | ReadKind::Point);
            read(words).into_iter().map(|it| it.kind).filter(of_interest).collect()
        };
        use ReadKind::{Address, Number, Reference};
        assert_eq!(kinds("within 30 days or three weeks"), [Number, Number]);
        assert_eq!(kinds("as in Section 4.2 and (a) above"), [Reference, Reference]);
        assert_eq!(
            kinds("write to desk@example.org or see example.org/terms."),
            [Address, Address]
        );
        assert_eq!(kinds("the end.We go on"), []);
    }
}
