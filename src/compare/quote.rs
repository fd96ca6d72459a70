//! Where a quotation stands in a text.
//!
//! Knows words, not what a pledge is.

use crate::compare::clause;
use crate::compare::fold::{self, PieceKind};
use crate::model::pledge::{Place, Point};
use crate::model::text::Text;

/// The most places of one quotation that are told apart.
const PLACES_MAX: usize = 16;

/// Finds a quotation in a text, whatever its case, typography and punctuation; returns the index
/// of the block in which it stands, or in which it starts where it runs over several blocks.
///
/// Whole words are compared: `police use` is not found in `police users`. The number of a list
/// item at its start is not needed. `None` for a quotation without words.
pub fn find_quote(text: &Text, quote: &str) -> Option<usize> {
    let places = find_places(text, quote);
    let within = places.iter().find(|place| place.from.block == place.to.block);
    within.or(places.first()).map(|place| place.from.block)
}

/// Finds a quotation wherever it stands in a text, as [`find_quote`] does; in reading order, at
/// most sixteen places.
pub fn find_places(text: &Text, quote: &str) -> Vec<Place> {
    let (_, without_marker) = clause::split_marker(quote.trim());
    let mut stream = Bounded::default();
    for (at, block) in text.blocks.iter().enumerate() {
        stream.push(&block.words, at);
    }
    let quotes = [quote, without_marker].map(fold::stream);
    let found = quotes.iter().map(|quote| stream.find(quote));
    found.into_iter().find(|places| !places.is_empty()).unwrap_or_default()
}

/// A stream with the bounds of its words.
#[derive(Default)]
struct Bounded {
    text: String,
    /// The byte at which each word starts, rising.
    starts: Vec<usize>,
    /// Where each word stands: its block, and its bytes there.
    places: Vec<(usize, usize, usize)>,
}

impl Bounded {
    fn push(&mut self, words: &str, block: usize) {
        let mut piece = String::new();
        for it in fold::pieces(words).filter(|it| it.kind != PieceKind::Point) {
            piece.clear();
            fold::push_stream(&words[it.start..it.end], &mut piece);
            // A lone minus is no symbol where its number does not follow.
            if it.kind == PieceKind::Symbol && piece.is_empty() {
                fold::push_key(words, it, &mut piece);
            }
            self.starts.push(self.text.len());
            self.places.push((block, it.start, it.end));
            self.text.push_str(&piece);
        }
    }

    /// Returns where `quote` stands as whole words.
    fn find(&self, quote: &str) -> Vec<Place> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.text[from..].find(quote).map(|at| at + from) {
            if quote.is_empty() || found.len() == PLACES_MAX {
                break;
            }
            let end = at + quote.len();
            let word = |at: usize| self.starts.binary_search(&at).ok();
            let last = if end == self.text.len() { Some(self.starts.len()) } else { word(end) };
            if let (Some(first), Some(last)) = (word(at), last.filter(|it| 0 < *it)) {
                let (start, end) = (self.places[first], self.places[last - 1]);
                found.push(Place {
                    from: Point { block: start.0, byte: start.1 },
                    to: Point { block: end.0, byte: end.2 },
                });
            }
            from = at + self.text[at..].chars().next().map_or(1, char::len_utf8);
        }
        found
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
