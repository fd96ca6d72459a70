//! The policy's part of the page, written down block by block.

use crate::{
    extract::{
        growing::{Growing, TooLong},
        links,
        lists::{self, Numbering},
        mail,
        marker::{self, Place},
        outline::{Node, Outline},
        tag::Tag,
        words::Words,
    },
    model::text::{Block, BlockKind, Link, Text},
};

/// Writes down what is shown under `roots`, in the order of reading; fails if that is too long.
pub fn write(outline: &Outline, roots: &[usize]) -> Result<Text, TooLong> {
    let mut writer = Writer::default();
    for &root in roots {
        writer.write(outline, root);
    }
    writer.text.finish()
}

/// What an open element means for the words in it.
#[derive(Debug)]
enum Frame {
    Plain,
    Heading(u8),
    List {
        numbering: Numbering,
        next: i32,
        step: i32,
    },
    Item,
    Row {
        cells: u32,
    },
    Pre,
    /// A link, or a space-keeping control.
    Spaced,
    Block,
}

/// The state of one run through the outline.
#[derive(Debug, Default)]
struct Writer {
    text: Growing,
    words: Words,
    links: Vec<Link>,
    /// Open elements: where each ends, and what it means.
    frames: Vec<(usize, Frame)>,
    /// The number of the innermost item, as long as no words of it are written; and its depth.
    pending: Option<(String, u8)>,
    headings: Vec<u8>,
    list_depth: u8,
    rows: u32,
    pre: u32,
    breaks: u32,
}

impl Writer {
    fn write(&mut self, outline: &Outline, root: usize) {
        let end = outline.nodes[root].end;
        let mut index = root;
        while index < end {
            self.close_until(index);
            let node = &outline.nodes[index];
            if node.is_left_out {
                if node.tag.is_block() {
                    self.end_block();
                } else if node.tag == Tag::Button {
                    self.words.space();
                }
                index = node.end;
                continue;
            }
            index = self.open(outline, index);
        }
        self.close_until(usize::MAX);
        self.end_block();
    }

    /// Reads one node. Returns where to go on.
    fn open(&mut self, outline: &Outline, index: usize) -> usize {
        let node = &outline.nodes[index];
        if node.tag != Tag::Text && node.tag != Tag::Break {
            self.breaks = 0;
        }
        let frame = match node.tag {
            Tag::Text => {
                self.push_text(node.text);
                return index + 1;
            }
            Tag::Break => {
                self.push_break();
                return index + 1;
            }
            Tag::Anchor | Tag::Inline | Tag::Unseen => {
                self.words.seam();
                self.links.extend(node.attr("href").and_then(links::link));
                if let Some(address) = node.attr("data-cfemail").and_then(mail::from_hex) {
                    self.words.push(&address);
                    return node.end;
                }
                Frame::Plain
            }
            Tag::Button | Tag::Field => {
                self.words.space();
                Frame::Spaced
            }
            Tag::Heading(level) => Frame::Heading(level),
            Tag::Ordered => ordered(outline, index),
            Tag::Unordered => Frame::List { numbering: Numbering::Bullet, next: 0, step: 0 },
            Tag::Item => Frame::Item,
            Tag::Row if is_data_row(outline, index) => Frame::Row { cells: 0 },
            Tag::Cell => {
                self.begin_cell();
                if 0 < self.rows { Frame::Spaced } else { Frame::Block }
            }
            Tag::Pre | Tag::TextArea => Frame::Pre,
            Tag::Rule
            | Tag::Block
            | Tag::Caption
            | Tag::Table
            | Tag::Row
            | Tag::Nav
            | Tag::Footer
            | Tag::Header
            | Tag::Aside
            | Tag::Dialog
            | Tag::Main
            | Tag::Article => Frame::Block,
        };
        self.begin(frame, node);
        index + 1
    }

    fn begin(&mut self, frame: Frame, node: &Node) {
        if !matches!(frame, Frame::Plain | Frame::Spaced) {
            self.end_block();
        }
        match &frame {
            Frame::Heading(level) => self.headings.push(*level),
            Frame::List { .. } => self.list_depth = self.list_depth.saturating_add(1),
            Frame::Item => {
                let number = self.next_number(node);
                self.pending = Some((number, self.list_depth.max(1)));
            }
            Frame::Row { .. } => self.rows += 1,
            Frame::Pre => self.pre += 1,
            Frame::Plain | Frame::Spaced | Frame::Block => (),
        }
        self.frames.push((node.end, frame));
    }

    fn close_until(&mut self, index: usize) {
        while self.frames.last().is_some_and(|(end, _)| *end <= index) {
            let Some((_, frame)) = self.frames.pop() else { return };
            match frame {
                Frame::Plain => self.words.seam(),
                Frame::Spaced => self.words.space(),
                Frame::Heading(_) => {
                    self.end_block();
                    self.headings.pop();
                }
                Frame::List { .. } => {
                    self.end_block();
                    self.list_depth = self.list_depth.saturating_sub(1);
                }
                Frame::Item => {
                    self.end_block();
                    self.pending = None;
                }
                Frame::Row { .. } => {
                    self.rows -= 1;
                    match self.rows {
                        0 => self.flush(BlockKind::Row),
                        _ => self.words.space(),
                    }
                }
                Frame::Pre => {
                    self.end_block();
                    self.pre -= 1;
                }
                Frame::Block => self.end_block(),
            }
        }
    }

    fn push_text(&mut self, run: &str) {
        if self.pre == 0 {
            if self.breaks != 0 && !run.trim().is_empty() {
                self.breaks = 0;
            }
            self.words.push(run);
            return;
        }
        // In preformatted text an empty line divides paragraphs.
        for (number, line) in run.split('\n').enumerate() {
            if 0 < number && line.trim().is_empty() {
                self.end_block();
            }
            self.words.push(line);
            self.words.space();
        }
    }

    /// Two breaks in a row divide paragraphs; one is a space.
    fn push_break(&mut self) {
        self.breaks += 1;
        self.words.space();
        if 2 <= self.breaks {
            self.end_block();
        }
    }

    fn begin_cell(&mut self) {
        let row = self.frames.iter_mut().rev().find_map(|(_, frame)| match frame {
            Frame::Row { cells } => Some(cells),
            Frame::Plain
            | Frame::Heading(_)
            | Frame::List { .. }
            | Frame::Item
            | Frame::Pre
            | Frame::Spaced
            | Frame::Block => None,
        });
        let Some(cells) = row else { return };
        *cells += 1;
        if 1 < *cells {
            self.words.space();
            self.words.push("|");
            self.words.space();
        }
    }

    /// Ends what runs on, as a block of its own unless it stands in a table's row.
    fn end_block(&mut self) {
        self.breaks = 0;
        if 0 < self.rows {
            self.words.space();
            return;
        }
        let kind = match (self.headings.last(), &self.pending) {
            (Some(level), _) => BlockKind::Heading(*level),
            (None, Some((_, depth))) => BlockKind::Item(*depth),
            (None, None) => BlockKind::Paragraph,
        };
        self.flush(kind);
    }

    fn flush(&mut self, kind: BlockKind) {
        let links = std::mem::take(&mut self.links);
        let words = mail::spelled_out(self.words.take());
        if words.is_empty() || (kind == BlockKind::Row && !words.contains(char::is_alphanumeric)) {
            return;
        }
        let place = match kind {
            BlockKind::Heading(_) => Place::Heading,
            BlockKind::Paragraph | BlockKind::Item(_) | BlockKind::Row => Place::Elsewhere,
        };
        let (typed, rest) = match kind {
            BlockKind::Row => ("", words.as_str()),
            BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Item(_) => {
                marker::split(&words, place)
            }
        };
        let number = match kind {
            BlockKind::Row => None,
            BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Item(_) => {
                self.pending.take().map(|(number, _)| number)
            }
        };
        // What the author typed is what the reader reads; the list's own number is the default.
        let marker = match (typed.is_empty(), number) {
            (true, Some(number)) => number,
            (true, None) | (false, _) => typed.to_owned(),
        };
        self.text.push(Block { kind, marker, words: rest.to_owned(), links });
    }

    /// Returns the marker of an item, and counts on.
    fn next_number(&mut self, item: &Node) -> String {
        let list = self.frames.iter_mut().rev().find_map(|(_, frame)| match frame {
            Frame::List { numbering, next, step } => Some((*numbering, next, *step)),
            Frame::Plain
            | Frame::Heading(_)
            | Frame::Item
            | Frame::Row { .. }
            | Frame::Pre
            | Frame::Spaced
            | Frame::Block => None,
        });
        let Some((numbering, next, step)) = list else { return String::new() };
        if let Some(value) = item.attr("value").and_then(|value| value.trim().parse().ok()) {
            *next = value;
        }
        let number = *next;
        *next = next.saturating_add(step);
        lists::marker(numbering, number)
    }
}

fn ordered(outline: &Outline, index: usize) -> Frame {
    let node = &outline.nodes[index];
    let start = node.attr("start").and_then(|start| start.trim().parse().ok());
    let is_reversed = node.attr("reversed").is_some();
    let items = || {
        let items = outline.children(index).filter(|&c| outline.nodes[c].tag == Tag::Item).count();
        i32::try_from(items).unwrap_or(i32::MAX)
    };
    let next = start.unwrap_or_else(|| if is_reversed { items() } else { 1 });
    let step = if is_reversed { -1 } else { 1 };
    Frame::List { numbering: Numbering::of(node.attr("type")), next, step }
}

/// A cell with more sentences than this is a page's column, not a table's cell.
const CELL_PROSE_MAX: u32 = 200;

/// Returns whether a row is one of a table of data; tables that lay out a page are none: those
/// that say so, with headings or tables in them, one cell, or a cell as long as a page.
fn is_data_row(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    let table = outline.ancestors(index).take(3).find(|&at| outline.nodes[at].tag == Tag::Table);
    if table.is_some_and(|at| matches!(outline.nodes[at].role().as_str(), "presentation" | "none"))
    {
        return false;
    }
    let cells = outline.children(index).filter(|&at| outline.nodes[at].tag == Tag::Cell);
    let (mut count, mut is_column) = (0, false);
    for cell in cells {
        count += 1;
        is_column |= CELL_PROSE_MAX < outline.nodes[cell].sum.prose;
    }
    let has_structure =
        0 < node.sum.headings || (index..node.end).any(|at| outline.nodes[at].tag == Tag::Table);
    2 <= count && !is_column && !has_structure
}
