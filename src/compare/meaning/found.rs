//! What a question about a clause finds.

use std::ops::Range;

use crate::model::verdict::{Meaning, Tag};

/// What a question finds.
#[derive(Clone, Debug)]
pub struct Found {
    /// What happened.
    pub meaning: Meaning,
    /// Whether the norm reaches further than before, or binds more; `None` where it cannot be
    /// told, or the meaning tells it.
    pub is_more: Option<bool>,
    /// Whether it is of what is held back or promised, whatever the clause states by its form.
    pub is_of_promise: bool,
    /// What else is to be said.
    pub tags: Vec<Tag>,
    /// The words before that decided, as ranges of words.
    pub before: Vec<Range<usize>>,
    /// The words after that did.
    pub after: Vec<Range<usize>>,
}

impl Found {
    /// Returns a finding without words that decided.
    pub fn new(meaning: Meaning, is_more: Option<bool>) -> Found {
        Found {
            meaning,
            is_more,
            is_of_promise: false,
            tags: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }
}
