//! What an edit does to its clause: a verdict with its reasons.
//!
//! `reading` reads the words of a clause where it is `standing`, by their `roots`; `terms` knows
//! which of them bind, limit, except or condition (`lexicon` holds them as data, `sense` says what
//! they do). `canon` tells what needs no reading, `norm` what a clause states, `altered` which
//! words are others and count. `cascade` asks `force`, `limits` and `scope` in turn and makes a
//! verdict of what they `found`. Deterministic and bounded; knows English alone, and no company,
//! page or sentence.

mod altered;
mod canon;
mod cascade;
mod force;
mod found;
mod lexicon;
mod limits;
mod norm;
mod reading;
mod roots;
mod scope;
mod sense;
pub mod standing;
mod terms;

use crate::compare::meaning::standing::Standing;
use crate::model::verdict::Verdict;

/// Returns what became of a clause: `before` is `None` where it was added, `after` where it was
/// removed. Both `None` is nothing at all: cosmetic.
///
/// Triggers name bytes of `words` on their side. The neighbours serve to tell an addition or a
/// removal from a sentence whose bounds alone moved; the lead-in tells whose duty a list item is.
/// Only an English clause is understood: words that no list knows make an edit editorial.
pub fn judge(before: Option<&Standing<'_>>, after: Option<&Standing<'_>>) -> Verdict {
    cascade::judge(before, after)
}
