//! Where a quotation stands in a text.
//!
//! Knows words, not what a pledge is.

use crate::compare::clause;
use crate::compare::fold::{self, PieceKind};
use crate::model::text::Text;

/// Finds a quotation in a text, whatever its case, typography and punctuation; returns the index
/// of the block in which it stands, or in which it starts where it runs over several blocks.
///
/// Whole words are compared: `police use` is not found in `police users`. The number of a list
/// item at its start is not needed. `None` for a quotation without words.
pub fn find_quote(text: &Text, quote: &str) -> Option<usize> {
    let (_, without_marker) = clause::split_marker(quote.trim());
    let quotes = [quote, without_marker].map(fold::stream);
    let mut stream = Bounded::default();
    let mut ends = Vec::with_capacity(text.blocks.len());
    for block in &text.blocks {
        stream.push(&block.words);
        ends.push(stream.text.len());
    }
    quotes.iter().find_map(|quote| stream.find(quote, &ends))
}

/// A stream with the bounds of its words.
#[derive(Default)]
struct Bounded {
    text: String,
    /// The byte at which each word starts, rising.
    starts: Vec<usize>,
}

impl Bounded {
    fn push(&mut self, words: &str) {
        let mut piece = String::new();
        for it in fold::pieces(words).filter(|it| it.kind != PieceKind::Point) {
            piece.clear();
            fold::push_stream(&words[it.start..it.end], &mut piece);
            // A lone minus is no symbol where its number does not follow.
            if it.kind == PieceKind::Symbol && piece.is_empty() {
                fold::push_key(words, it, &mut piece);
            }
            self.starts.push(self.text.len());
            self.text.push_str(&piece);
        }
    }

    /// Returns the block in which the first place of `quote` that is within one block stands, or
    /// else the first at all; `ends` are the bytes at which blocks end.
    fn find(&self, quote: &str, ends: &[usize]) -> Option<usize> {
        if quote.is_empty() {
            return None;
        }
        let mut across = None;
        let mut from = 0;
        while let Some(at) = self.text[from..].find(quote).map(|at| at + from) {
            let end = at + quote.len();
            let bounded = |at| at == self.text.len() || self.starts.binary_search(&at).is_ok();
            if bounded(at) && bounded(end) {
                let block = ends.partition_point(|it| *it <= at);
                if end <= ends[block] {
                    return Some(block);
                }
                across = across.or(Some(block));
            }
            from = at + self.text[at..].chars().next().map_or(1, char::len_utf8);
        }
        across
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::{Block, BlockKind};

    fn text() -> Text {
        let words = [
            "Faces",
            "",
            "A moratorium on police users was none.",
            "We announce a one‑year “moratorium” on Police use; it doesn’t cover",
            "missing persons. See § 5.",
            "我们不会出售您的数据。",
        ];
        Text { blocks: words.iter().map(|it| Block::new(BlockKind::Paragraph, it)).collect() }
    }

    #[test]
    fn a_quotation_is_found_whatever_its_typography() {
        for (quote, block) in [
            ("moratorium on police use", Some(3)),
            ("One year moratorium", Some(3)),
            ("it doesn't cover", Some(3)),
            ("cover missing persons", Some(3)),
            ("“missing persons.”", Some(4)),
            ("3. We announce a one-year", Some(3)),
            ("不会出售您的数据", Some(5)),
            ("see § 5", Some(4)),
        ] {
            assert_eq!(find_quote(&text(), quote), block, "{quote}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for quote in ["police us", "oratorium", "we never sell", "", "…", "see § 6"] {
            assert_eq!(find_quote(&text(), quote), None, "{quote}");
        }
    }
}
