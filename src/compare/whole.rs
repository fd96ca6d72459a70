//! A text whole, to be searched for a clause before that is said to have gone, or to have come.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use crate::compare::elsewhere::FOUND_MIN;
use crate::compare::meaning;
use crate::compare::{clause, fold, promise, side};
use crate::model::text::Text;

/// The fewest bytes of a lead-in by which a sentence is known to be the list that it leads in.
const LEAD_MIN: usize = 8;

/// A text, ready to be searched.
pub struct Whole<'a> {
    text: &'a Text,
    /// What its blocks say, a line each.
    stream: String,
    /// Its sentences, made when they are first asked for.
    sentences: OnceCell<Vec<Sentence>>,
    /// How often they may still be walked through.
    left: Cell<usize>,
}

/// How often the sentences of a text are walked through; what is asked for after that, and cannot
/// be found at a glance, counts as not there.
const WALKS_MAX: usize = 1_000;

/// A sentence, an item or a row.
struct Sentence {
    block: usize,
    span: Range<usize>,
    stream: String,
}

impl<'a> Whole<'a> {
    /// Returns a text ready to be searched.
    pub fn of(text: &'a Text) -> Whole<'a> {
        let mut stream = String::new();
        for block in text.blocks.iter() {
            fold::push_stream(side::marker_and_body(block).1, &mut stream);
            stream.push('\n');
        }
        Whole { text, stream, sentences: OnceCell::new(), left: Cell::new(WALKS_MAX) }
    }

    fn sentences(&self) -> &[Sentence] {
        self.sentences.get_or_init(|| {
            let blocks = self.text.blocks.iter().enumerate();
            let each = blocks.flat_map(|(at, block)| {
                clause::sentences(&block.words).into_iter().map(move |span| {
                    let stream = fold::stream(clause::split_marker(&block.words[span.clone()]).1);
                    Sentence { block: at, span, stream }
                })
            });
            each.collect()
        })
    }

    /// Returns whether a clause stands in the text, whatever it is part of there: one of a few
    /// words, as a clause of its own. An item that completes others is the same only under words
    /// that say the same of the same one, or in a sentence that has those words too.
    pub fn has(&self, words: &str, lead_in: &str) -> bool {
        let stream = fold::stream(clause::split_marker(words).1);
        if stream.is_empty() || !self.stream.contains(&stream) {
            return false;
        }
        let is_long = FOUND_MIN <= stream.len();
        let is_led = meaning::is_led(lead_in, words);
        if is_long && !is_led {
            return true;
        }
        let Some(left) = self.left.get().checked_sub(1) else { return false };
        self.left.set(left);
        let lead = fold::stream(lead_in);
        let enumerates = |said: &str| {
            let rest = said.split_once(lead.as_str()).map_or("", |(_, rest)| rest);
            is_led && LEAD_MIN <= lead.len() && rest.contains(&stream)
        };
        let has = |said: &str| match is_long {
            true => said.contains(&stream),
            false => said == stream || enumerates(said),
        };
        self.sentences().iter().filter(|it| has(&it.stream)).any(|it| {
            let there = promise::lead_in(self.text, it.block);
            match (is_led, there.is_empty()) {
                (false, is_alone) => is_alone,
                (true, false) => meaning::are_alike_led(lead_in, &there),
                (true, true) => {
                    let sentence = &self.text.blocks[it.block].words[it.span.clone()];
                    meaning::are_alike_led(lead_in, sentence)
                }
            }
        })
    }
}
