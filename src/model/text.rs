//! What the reader of a page is told: normalized blocks in reading order.

use std::{fmt::Write as _, sync::Arc};

use crate::model::snapshot::Digest;

/// What kind of block it is; the kind is structure, never words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A heading, level 1 to 6.
    Heading(u8),
    /// A paragraph, or any other run of words of its own.
    Paragraph,
    /// A list item, depth 1 for the outermost list.
    Item(u8),
    /// A table row; its cells are divided by ` | `.
    Row,
}

/// A link inside a block; its words are part of the block's words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The target as written in the page, trimmed, without white space inside.
    pub target: String,
}

/// One heading, paragraph, list item or table row.
///
/// Invariant, held by whoever makes one (`extract`): `words` and `marker` are normalized, hold
/// no control character and no white space but single spaces inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// What kind of block.
    pub kind: BlockKind,
    /// The number or bullet as shown before the words, such as `3.` or `(a)`; empty if none.
    /// It is structure: two blocks that differ in it alone are renumbered.
    pub marker: String,
    /// The words as read, in typography of the page's choice folded to one form.
    pub words: String,
    /// The links in the words, in order.
    pub links: Vec<Link>,
}

impl Block {
    /// Returns a block without marker and links.
    pub fn new(kind: BlockKind, words: &str) -> Block {
        Block { kind, marker: String::new(), words: words.to_owned(), links: Vec::new() }
    }

    /// Returns marker and words as read.
    pub fn shown(&self) -> String {
        match self.marker.as_str() {
            "" => self.words.clone(),
            marker => format!("{marker} {}", self.words),
        }
    }
}

/// The policy as its reader is told it: a function of snapshot, selection and extractor revision.
///
/// Never altered once it is made: its clones share the blocks.
#[derive(Clone, Debug, Default, Eq)]
pub struct Text {
    /// The blocks in reading order.
    pub blocks: Arc<[Block]>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.is_clone_of(other) || self.blocks == other.blocks
    }
}

impl From<Vec<Block>> for Text {
    fn from(blocks: Vec<Block>) -> Text {
        Text { blocks: blocks.into() }
    }
}

impl Text {
    /// Returns whether both are clones of one text, which is told at once.
    pub fn is_clone_of(&self, other: &Text) -> bool {
        Arc::ptr_eq(&self.blocks, &other.blocks)
    }

    /// Returns how many words (runs without white space) the text has.
    pub fn word_count(&self) -> usize {
        self.blocks
            .iter()
            .map(|block| block.words.split(' ').filter(|w| !w.is_empty()).count())
            .sum()
    }

    /// Returns the characters of all words together.
    pub fn char_count(&self) -> usize {
        self.blocks.iter().map(|block| block.words.chars().count()).sum()
    }

    /// Returns the digest of [`Text::to_lines`], which names the text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_lines().as_bytes())
    }

    /// Returns the text in the form in which it is kept and hashed: UTF-8, one block a line, LF
    /// after each. A line is `kind TAB marker TAB words`, then ` TAB target` for each link; kinds
    /// are `h1` to `h6`, `p`, `li1` and deeper, `tr`.
    pub fn to_lines(&self) -> String {
        let mut lines = String::with_capacity(self.blocks.iter().map(line_len_max).sum());
        for block in self.blocks.iter() {
            // Writing to a string cannot fail.
            let _ = match block.kind {
                BlockKind::Heading(level) => write!(lines, "h{level}"),
                BlockKind::Paragraph => lines.write_str("p"),
                BlockKind::Item(depth) => write!(lines, "li{depth}"),
                BlockKind::Row => lines.write_str("tr"),
            };
            for field in [&block.marker, &block.words] {
                lines.push('\t');
                lines.push_str(field);
            }
            for link in &block.links {
                lines.push('\t');
                lines.push_str(&link.target);
            }
            lines.push('\n');
        }
        lines
    }

    /// Reads what [`Text::to_lines`] wrote; `None` if the lines are not of that form.
    pub fn from_lines(lines: &str) -> Option<Text> {
        let blocks = lines.lines().map(block_from_line).collect::<Option<Arc<[_]>>>()?;
        Some(Text { blocks })
    }
}

fn line_len_max(block: &Block) -> usize {
    let links = block.links.iter().map(|link| link.target.len() + 1).sum::<usize>();
    block.marker.len() + block.words.len() + links + 8
}

fn block_from_line(line: &str) -> Option<Block> {
    let mut fields = line.split('\t');
    let kind = match fields.next()? {
        "p" => BlockKind::Paragraph,
        "tr" => BlockKind::Row,
        other => match (other.strip_prefix('h'), other.strip_prefix("li")) {
            (Some(level), _) => BlockKind::Heading(level.parse().ok()?),
            (_, Some(depth)) => BlockKind::Item(depth.parse().ok()?),
            (None, None) => return None,
        },
    };
    let (marker, words) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    let links = fields.map(|target| Link { target: target.to_owned() }).collect();
    Some(Block { kind, marker, words, links })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_and_read_back() {
        let mut item = Block::new(BlockKind::Item(2), "We do not sell faces.");
        item.marker = "(a)".to_owned();
        item.links = vec![Link { target: "/faces".to_owned() }, Link { target: "#x".to_owned() }];
        let blocks = vec![
            Block::new(BlockKind::Heading(2), "Faces"),
            Block::new(BlockKind::Paragraph, "Today, we pause."),
            item,
            Block::new(BlockKind::Row, "a | b"),
        ];
        let text = Text::from(blocks);
        let lines = "h2\t\tFaces\np\t\tToday, we pause.\nli2\t(a)\tWe do not sell faces.\t/faces\t#x\ntr\t\ta | b\n";
        assert_eq!(text.to_lines(), lines);
        assert_eq!(Text::from_lines(lines), Some(text));
        assert_eq!(Text::from_lines("x\t\ty\n"), None);
        assert_eq!(Text::default().to_lines(), "");
    }
}
