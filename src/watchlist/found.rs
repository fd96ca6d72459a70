//! What was found wrong, collected while the walk goes on; it does not know the watchlist's keys.

use crate::watchlist::mistakes::{Mistake, Mistakes};

/// What is wrong with a value, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong: lower case, no full stop; repeats nothing that could be a secret.
    pub problem: String,
    /// What would be right: lower case, no full stop.
    pub remedy: String,
}

impl Flaw {
    /// Returns a flaw with its remedy.
    pub fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Flaw {
        Flaw { problem: problem.into(), remedy: remedy.into() }
    }
}

/// The mistakes found so far in one text.
pub struct Findings<'t> {
    text: &'t str,
    /// The byte after each line feed.
    line_starts: Vec<usize>,
    /// The mistakes with the byte at which each begins.
    found: Vec<(usize, Mistake)>,
}

impl<'t> Findings<'t> {
    /// Returns that nothing was found in `text` yet.
    pub fn new(text: &'t str) -> Findings<'t> {
        let line_starts = text.bytes().enumerate().filter(|&(_, b)| b == b'\n');
        let line_starts = line_starts.map(|(at, _)| at + 1).collect();
        Findings { text, line_starts, found: Vec::new() }
    }

    /// Returns the text that is read.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Returns the line of the byte at `at`, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= at) + 1
    }

    /// Adds a mistake that is in no key, at a byte of the text.
    pub fn add_at(&mut self, at: usize, flaw: Flaw) {
        self.add(at, String::new(), None, flaw);
    }

    /// Adds a mistake in the value of `key`, which begins at a byte of the text.
    pub fn add(&mut self, at: usize, key: String, value: Option<String>, flaw: Flaw) {
        let Flaw { problem, remedy } = flaw;
        let line = self.line(at);
        self.found.push((at, Mistake { line, key, value, problem, remedy }));
    }

    /// Returns the mistakes in the order of the text.
    pub fn into_mistakes(mut self) -> Mistakes {
        self.found.sort_by_key(|&(at, _)| at);
        Mistakes(self.found.into_iter().map(|(_, mistake)| mistake).collect())
    }
}
