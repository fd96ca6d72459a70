//! An event or a diff as words, in every form in which we show them.
//!
//! Pure: no clock, no files, no network. Page content is hostile, so each form neutralizes what
//! its reader would obey: escapes for the terminal, markup for HTML and Markdown, mentions for
//! chat. None of them knows where its words go.

use crate::model::{edit::Diff, text::Text};

pub mod amounts;

pub mod visible;

pub mod excerpt;

pub mod sought;

pub mod pledges;

pub mod account;

pub mod hunks;

pub mod terminal;

pub mod plain;

pub mod markdown;

pub mod html;

pub mod feed;

pub mod json;

pub mod message;

pub mod reviews;

pub mod chat;

#[cfg(test)]
mod expectations;

#[cfg(test)]
pub mod samples;

/// How a terminal shows things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colors and weights are used.
    pub color: Color,
    /// How many columns a line may have; values outside 40 to 200 count as the nearest inside.
    pub width: usize,
}

/// Whether colors and weights are used. Nothing depends on them: without, brackets mark words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// No escape sequence at all.
    Never,
    /// ANSI escape sequences.
    Always,
}

/// Two texts of a page and how they differ, with what a reader must know of them.
#[derive(Clone, Copy, Debug)]
pub struct DiffView<'a> {
    /// Whose page; may be empty.
    pub company: &'a str,
    /// The page's title.
    pub title: &'a str,
    /// The page's address; becomes a link only if it is http or https.
    pub url: &'a str,
    /// What the text before is called: a version, a time.
    pub before_label: &'a str,
    /// What the text after is called.
    pub after_label: &'a str,
    /// The text before.
    pub before: &'a Text,
    /// The text after.
    pub after: &'a Text,
    /// How they differ.
    pub diff: &'a Diff,
}

impl DiffView<'_> {
    /// Returns company and title as one visible line, `Amazon, Service terms`.
    fn name(&self) -> String {
        match self.company {
            "" => visible::visible(self.title),
            company => format!("{}, {}", visible::visible(company), visible::visible(self.title)),
        }
    }
}
