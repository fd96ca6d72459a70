//! What an edit does to its clause: a verdict with its reasons.
//!
//! `reading` reads the words, `terms` knows which of them bind, limit, except or condition,
//! `norm` tells what a clause states and `cascade` compares both readings, strongest finding
//! first. Deterministic and bounded; knows English alone, and no company, page or sentence.

mod cascade;
mod norm;
mod reading;
mod terms;

use crate::model::verdict::Verdict;

/// A clause and what stands around it; what is not known or not there is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// The clause: a sentence, a list item, a table row; its number may stand before it.
    pub words: &'a str,
    /// The clause before it.
    pub previous: &'a str,
    /// The clause after it.
    pub next: &'a str,
    /// The words that a list item completes, such as `You may not:`.
    pub lead_in: &'a str,
    /// The heading under which it stands.
    pub heading: &'a str,
}

/// Returns what became of a clause: `before` is `None` where it was added, `after` where it was
/// removed. Both `None` is nothing at all: cosmetic.
///
/// Triggers name bytes of `words` on their side. The neighbours serve to tell an addition or a
/// removal from a sentence whose bounds alone moved.
pub fn judge(before: Option<&Standing<'_>>, after: Option<&Standing<'_>>) -> Verdict {
    cascade::judge(before, after)
}
