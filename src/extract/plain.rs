//! Plain text to blocks.

use crate::{
    extract::{
        growing::{Growing, TooLong},
        mail,
        marker::{self, Place},
        words::Words,
    },
    model::text::{Block, BlockKind, Text},
};

/// Returns the paragraphs of a plain text: what stands between empty lines, or begins with a
/// number or bullet on a line of its own; fails if that is too long.
pub fn blocks(characters: &str) -> Result<Text, TooLong> {
    let mut text = Growing::default();
    let mut words = Words::new();
    let lines =
        characters.split(['\n', '\u{c}']).map(|line| line.strip_suffix('\r').unwrap_or(line));
    for line in lines.flat_map(|line| line.split('\r')) {
        let (number, _) = marker::split(line.trim(), Place::Elsewhere);
        if line.trim().is_empty() || !number.is_empty() {
            flush(&mut words, &mut text);
        }
        words.push(line);
        words.space();
    }
    flush(&mut words, &mut text);
    text.finish()
}

fn flush(words: &mut Words, text: &mut Growing) {
    let run = mail::spelled_out(words.take());
    if run.is_empty() {
        return;
    }
    let (number, rest) = marker::split(&run, Place::Elsewhere);
    let mut block = Block::new(BlockKind::Paragraph, rest);
    block.marker = number.to_owned();
    text.push(block);
}
