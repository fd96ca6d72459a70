//! A text made ready to be compared: each block's stream, without marker and date stamps.
//!
//! Knows what of a block is its body. Two texts that are compared share one [`Streams`], so that
//! equal streams have equal keys.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::compare::align::Unit;
use crate::compare::{clause, fold, stamp};
use crate::model::text::{Block, BlockKind, Text};

/// Whether a block states when its page was last updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamps {
    /// It does not.
    None,
    /// Among other things.
    Some,
    /// It says nothing else.
    Only,
}

/// What besides its words decides over a block's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Treatment {
    /// A number at the start of its words counts as its marker.
    may_have_number: bool,
    /// Words that are nothing but a date count as a date stamp: not in lists and tables.
    may_be_date: bool,
}

fn treatment(block: &Block) -> Treatment {
    let (may_have_number, may_be_date) = match block.kind {
        BlockKind::Heading(_) | BlockKind::Paragraph => (true, true),
        BlockKind::Item(_) => (true, false),
        BlockKind::Row => (false, false),
    };
    let may_have_number = may_have_number && block.marker.is_empty();
    Treatment { may_have_number, may_be_date }
}

/// Returns the number at the start of a block and the words after it; the number is the block's
/// marker, or where it has none, what looks like one in its words.
pub fn marker_and_body(block: &Block) -> (&str, &str) {
    let (marker, body) = clause::split_marker(&block.words);
    match treatment(block).may_have_number && !body.is_empty() {
        true => (marker, body),
        false => (&block.marker, &block.words),
    }
}

/// Appends a block's stream without its date stamps; returns its weight in half words.
pub fn push_block_stream(block: &Block, stream: &mut String) -> (u32, Stamps) {
    let (_, body) = marker_and_body(block);
    if !stamp::may_hold_stamp(body) {
        return (fold::push_stream(body, stream), Stamps::None);
    }
    if (treatment(block).may_be_date && stamp::is_date(body)) || stamp::is_stamp(body) {
        return (0, Stamps::Only);
    }
    let sentences = clause::sentences(body);
    let is_stamp: Vec<bool> =
        sentences.iter().map(|span| stamp::is_stamp(&body[span.clone()])).collect();
    if !is_stamp.contains(&true) {
        return (fold::push_stream(body, stream), Stamps::None);
    }
    let mut weight = 0;
    let mut length = 0;
    for (span, _) in sentences.into_iter().zip(is_stamp).filter(|(_, is_stamp)| !is_stamp) {
        let start = stream.len();
        weight += fold::push_stream(&body[span], stream);
        length += stream.len() - start;
    }
    (weight, if length == 0 { Stamps::Only } else { Stamps::Some })
}

/// Calls `each` with the stream of every clause of a block that says something and is no statement
/// of the last update; returns the stream of the block, as [`push_block_stream`] gives it.
pub fn each_clause_stream(block: &Block, mut each: impl FnMut(&str)) -> String {
    let (_, body) = marker_and_body(block);
    let may_hold_stamp = stamp::may_hold_stamp(body);
    if may_hold_stamp && treatment(block).may_be_date && stamp::is_date(body) {
        return String::new();
    }
    let spans: Vec<_> = match block.kind {
        BlockKind::Row => std::iter::once(0..body.len()).collect(),
        BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Item(_) => {
            clause::sentences(body)
        }
    };
    let mut stream = String::with_capacity(body.len());
    // What divides two clauses is white space, or a sign after which a dash is no minus.
    let mut is_whole = !may_hold_stamp;
    for span in spans {
        is_whole &= span.start == 0 || body[..span.start].ends_with(char::is_whitespace);
        if may_hold_stamp && stamp::is_stamp(&body[span.clone()]) {
            continue;
        }
        let start = stream.len();
        fold::push_stream(&body[span], &mut stream);
        if start < stream.len() {
            each(&stream[start..]);
        }
    }
    if !is_whole {
        stream.clear();
        push_block_stream(block, &mut stream);
    }
    stream
}

/// The streams met so far.
#[derive(Default)]
pub struct Streams<'a> {
    keys: BTreeMap<Rc<str>, u32>,
    streams: Vec<Rc<str>>,
    known: BTreeMap<(Treatment, &'a str), Fold>,
}

/// What is compared of one block.
#[derive(Clone, Copy, Debug)]
pub struct Fold {
    /// The key of its stream.
    pub key: u32,
    /// The weight of its stream, in half words.
    pub weight: u32,
    /// Whether it states when the page was last updated.
    pub stamps: Stamps,
}

/// The least bytes of words for which it pays to remember what they came to.
const KNOWN_LEN_MIN: usize = 64;

/// Stands for the stream of a block that is a date stamp; no stream holds this character.
const STAMP: &str = "\u{1}";

impl<'a> Streams<'a> {
    /// Returns the stream with this key; that of a date stamp is empty.
    pub fn stream(&self, key: u32) -> &str {
        match &*self.streams[key as usize] {
            STAMP => "",
            stream => stream,
        }
    }

    fn fold(&mut self, block: &'a Block) -> Fold {
        let known = (treatment(block), block.words.as_str());
        let is_long = KNOWN_LEN_MIN <= block.words.len();
        if let Some(fold) = self.known.get(&known).filter(|_| is_long) {
            return *fold;
        }
        let mut stream = String::with_capacity(block.words.len());
        let (weight, stamps) = push_block_stream(block, &mut stream);
        if stamps == Stamps::Only {
            stream.push_str(STAMP);
        }
        let fold = Fold { key: self.key(stream), weight, stamps };
        if is_long {
            self.known.insert(known, fold);
        }
        fold
    }

    fn key(&mut self, stream: String) -> u32 {
        if let Some(&key) = self.keys.get(stream.as_str()) {
            return key;
        }
        let key = self.streams.len() as u32;
        let stream: Rc<str> = Rc::from(stream);
        self.keys.insert(Rc::clone(&stream), key);
        self.streams.push(stream);
        key
    }
}

/// One of the two texts.
pub struct Side<'a> {
    /// The text.
    pub text: &'a Text,
    /// What is compared of each block.
    pub folds: Vec<Fold>,
    /// For each block, the heading above it.
    headings: Vec<Option<usize>>,
}

impl<'a> Side<'a> {
    /// Returns the text made ready.
    pub fn of(text: &'a Text, streams: &mut Streams<'a>) -> Side<'a> {
        let folds = text.blocks.iter().map(|block| streams.fold(block)).collect();
        let mut above = None;
        let mut headings = Vec::with_capacity(text.blocks.len());
        for (at, block) in text.blocks.iter().enumerate() {
            headings.push(above);
            if matches!(block.kind, BlockKind::Heading(_)) {
                above = Some(at);
            }
        }
        Side { text, folds, headings }
    }

    /// Returns the streams of the blocks, in order.
    pub fn streams<'s>(&self, streams: &'s Streams<'_>) -> Vec<&'s str> {
        self.folds.iter().map(|fold| streams.stream(fold.key)).collect()
    }

    /// Returns the blocks as passages to align.
    pub fn units<'s>(&'s self, streams: &'s Streams<'_>) -> Vec<Unit<'s>> {
        let each = self.folds.iter().zip(self.text.blocks.iter());
        each.map(|(fold, block)| Unit {
            key: fold.key,
            weight: fold.weight,
            stream: streams.stream(fold.key),
            words: marker_and_body(block).1,
            is_heading: matches!(block.kind, BlockKind::Heading(_)),
        })
        .collect()
    }

    /// Returns the heading under which a block stands, as shown; empty if there is none.
    pub fn heading(&self, block: usize) -> String {
        match self.headings.get(block) {
            Some(Some(heading)) => self.text.blocks[*heading].shown(),
            Some(None) | None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_block_is_the_same_with_its_clauses_and_without() {
        let words = [
            "We sell no faces. We never did! -5 days.",
            "3. Pages 1. -5 are ours.\u{201d} .5 of them.",
            "第三方。-5 天。共享",
            "Stops here?) -3 or <. 5",
            "Last updated: May 1, 2024. We keep 3 logs. Version 2.",
            "May 1, 2024",
            "Effective May 1, 2024. Last updated May 2, 2024.",
            "no end",
            "",
        ];
        let kinds = [BlockKind::Paragraph, BlockKind::Row, BlockKind::Item(1)];
        for (words, kind) in words.iter().flat_map(|it| kinds.map(|kind| (it, kind))) {
            let block = Block::new(kind, words);
            let mut stream = String::new();
            push_block_stream(&block, &mut stream);
            assert_eq!(each_clause_stream(&block, |_| ()), stream, "{block:?}");
        }
    }
}
