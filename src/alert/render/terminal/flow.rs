//! Words of several inks, wrapped to columns as a terminal counts them. Knows nothing of events.

use anstyle::{AnsiColor, Style};
use textwrap::{core::Fragment, wrap_algorithms::wrap_first_fit};
use unicode_width::UnicodeWidthChar;

use crate::alert::render::{Color, Look};

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// As the terminal does by itself.
    Plain,
    /// Headlines and headings.
    Strong,
    /// What is beside the matter.
    Faint,
    /// Deleted words: struck through as well as red.
    Deleted,
    /// Inserted words: underlined as well as green.
    Inserted,
}

/// Some words of one ink; visible text without line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    ink: Ink,
    words: String,
}

impl Segment {
    /// Returns a segment.
    pub fn new(ink: Ink, words: &str) -> Segment {
        Segment { ink, words: words.to_owned() }
    }
}

/// Writes segments as lines of at most the look's width, the first behind `edges[0]` and the
/// others behind `edges[1]`; words that are wider than a line are broken.
pub fn write_flow(out: &mut String, look: &Look, edges: [&str; 2], segments: &[Segment]) {
    let columns = look.width.clamp(40, 200);
    let widest = edges.iter().map(|edge| width(edge)).max().unwrap_or(0);
    let room = columns.saturating_sub(widest).max(10);
    let words = words(segments, room);
    let room = f64::from(u32::try_from(room).unwrap_or(u32::MAX));
    for (at, line) in wrap_first_fit(&words, &[room]).into_iter().enumerate() {
        let edge = if at == 0 { edges[0] } else { edges[1] };
        let mut text = edge.to_owned();
        for piece in joined(line) {
            text.push_str(&painted(&piece, look.color));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
}

/// What cannot be broken: parts of one or more inks, and whether a space follows.
#[derive(Clone, Debug, Default)]
struct Word {
    parts: Vec<Segment>,
    width: usize,
    space: Option<Ink>,
}

impl Word {
    fn push(&mut self, ink: Ink, c: char) {
        self.width += c.width().unwrap_or(0);
        match self.parts.last_mut() {
            Some(last) if last.ink == ink => last.words.push(c),
            _ => self.parts.push(Segment { ink, words: c.to_string() }),
        }
    }
}

impl Fragment for Word {
    fn width(&self) -> f64 {
        f64::from(u32::try_from(self.width).unwrap_or(u32::MAX))
    }

    fn whitespace_width(&self) -> f64 {
        if self.space.is_some() { 1.0 } else { 0.0 }
    }

    fn penalty_width(&self) -> f64 {
        0.0
    }
}

/// Returns the words of segments: broken at spaces, around wide characters (which need no
/// space between words), and where a word is wider than `room`.
fn words(segments: &[Segment], room: usize) -> Vec<Word> {
    let (mut words, mut word) = (Vec::new(), Word::default());
    for segment in segments {
        for c in segment.words.chars() {
            if c == ' ' {
                word.space = Some(segment.ink);
                words.push(std::mem::take(&mut word));
                continue;
            }
            let columns = c.width().unwrap_or(0);
            let after_wide = word.width == 2 && word.parts.iter().all(|it| is_wide(&it.words));
            let is_full = room < word.width + columns;
            if 0 < columns && 0 < word.width && (is_full || columns == 2 || after_wide) {
                words.push(std::mem::take(&mut word));
            }
            word.push(segment.ink, c);
        }
    }
    words.push(word);
    words
}

fn is_wide(words: &str) -> bool {
    words.chars().any(|c| c.width() == Some(2))
}

/// Returns the parts of a line with their spaces, those of one ink joined.
fn joined(line: &[Word]) -> Vec<Segment> {
    let mut pieces: Vec<Segment> = Vec::new();
    let mut push = |ink: Ink, words: &str| match pieces.last_mut() {
        Some(last) if last.ink == ink => last.words.push_str(words),
        _ => pieces.push(Segment::new(ink, words)),
    };
    for (at, word) in line.iter().enumerate() {
        word.parts.iter().for_each(|part| push(part.ink, &part.words));
        if let Some(ink) = word.space.filter(|_| at + 1 < line.len()) {
            push(ink, " ");
        }
    }
    pieces
}

fn painted(piece: &Segment, color: Color) -> String {
    let style = match (color, piece.ink) {
        (Color::Never, _) | (Color::Always, Ink::Plain) => return piece.words.clone(),
        (Color::Always, Ink::Strong) => Style::new().bold(),
        (Color::Always, Ink::Faint) => Style::new().dimmed(),
        (Color::Always, Ink::Deleted) => {
            Style::new().strikethrough().fg_color(Some(AnsiColor::Red.into()))
        }
        (Color::Always, Ink::Inserted) => {
            Style::new().bold().underline().fg_color(Some(AnsiColor::Green.into()))
        }
    };
    format!("{style}{}{style:#}", piece.words)
}

fn width(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(width: usize, segments: &[Segment]) -> String {
        let mut out = String::new();
        write_flow(&mut out, &Look { color: Color::Never, width }, ["- ", "  "], segments);
        out
    }

    #[test]
    fn every_line_keeps_within_the_width() {
        let long =
            format!("{} {} 規約{} end", "word ".repeat(30), "x".repeat(130), "約".repeat(60));
        let out = flow(40, &[Segment::new(Ink::Plain, &long)]);
        assert!(out.lines().all(|line| width(line) <= 40), "{out}");
        let kept: String = out.split_whitespace().filter(|it| *it != "-").collect();
        assert_eq!(kept, long.split_whitespace().collect::<String>());
    }

    #[test]
    fn a_line_end_inside_marked_words_closes_and_opens_the_mark() {
        let mut out = String::new();
        let words = "many deleted words that do not fit into one line of forty columns";
        let look = Look { color: Color::Always, width: 40 };
        write_flow(&mut out, &look, ["", ""], &[Segment::new(Ink::Deleted, words)]);
        for line in out.lines() {
            assert!(line.starts_with("\x1b[9m\x1b[31m") && line.ends_with("\x1b[0m"), "{line:?}");
        }
    }

    #[test]
    fn words_of_two_inks_without_a_space_are_not_torn_apart() {
        let segments = [
            Segment::new(Ink::Plain, "1234567890 1234567890 1234567890 data"),
            Segment::new(Ink::Inserted, "{+,+}"),
        ];
        assert_eq!(flow(40, &segments), "- 1234567890 1234567890 1234567890\n  data{+,+}\n");
    }
}
