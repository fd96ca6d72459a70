//! A text in the making, within the bounds of what can be kept and compared in little memory.

use crate::model::text::{Block, Text};

/// The most blocks of a text. The longest policies that we know of have some five thousand.
pub const BLOCKS_MAX: usize = 100_000;

/// The most bytes of a text's words and links. The longest policies that we know of have a million.
pub const TEXT_BYTES_MAX: usize = 8 << 20;

/// The blocks so far. What comes beyond a bound is not kept, and the text is then refused as a whole:
/// half of a text would look like a removal.
#[derive(Debug, Default)]
pub struct Growing {
    blocks: Vec<Block>,
    bytes: usize,
    is_too_long: bool,
}

/// The text is longer than [`BLOCKS_MAX`] or [`TEXT_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl Growing {
    /// Adds a block.
    pub fn push(&mut self, block: Block) {
        let links = block.links.iter().map(|link| link.target.len()).sum::<usize>();
        self.bytes += block.marker.len() + block.words.len() + links;
        self.is_too_long |= TEXT_BYTES_MAX < self.bytes || BLOCKS_MAX <= self.blocks.len();
        if !self.is_too_long {
            self.blocks.push(block);
        }
    }

    /// Returns the text, unless it is too long.
    pub fn finish(self) -> Result<Text, TooLong> {
        if self.is_too_long { Err(TooLong) } else { Ok(self.blocks.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::text::BlockKind;

    fn grown(count: usize, words: &str) -> Result<usize, TooLong> {
        let mut text = Growing::default();
        for _ in 0..count {
            text.push(Block::new(BlockKind::Paragraph, words));
        }
        text.finish().map(|text| text.blocks.len())
    }

    #[test]
    fn fault_039_a_text_is_whole_or_refused() {
        assert_eq!(grown(BLOCKS_MAX, "a"), Ok(BLOCKS_MAX));
        assert_eq!(grown(BLOCKS_MAX + 1, "a"), Err(TooLong));
        let half = "a".repeat(TEXT_BYTES_MAX / 2);
        assert_eq!(grown(2, &half), Ok(2));
        assert_eq!(grown(3, &half), Err(TooLong));
    }
}
