//! Two texts to aligned edits, purely.
//!
//! A comparison goes from what is sure to what is likely, each stage bounded by sizes, never by
//! time: `fold` takes typography away and `stamp` date stamps; `side` makes both texts ready;
//! `align` finds which blocks are each other's (`chain` those that kept their place, `join` those
//! that were split or joined, `alike` those that were reworded); `marks` sets the words of a pair
//! side by side, sentence by sentence (`clause`) and word by word (`words`, `lexicon`, `regions`);
//! `diff` names the kinds; `verdicts` judges the clauses that `pairs` finds to be each other's by
//! their `meaning`. `wording`, `quote` and `trace` ask one question each of the same folded words.
//!
//! The room knows no page, no history and no settings.

mod align;
mod alike;
mod chain;
pub mod clause;
pub mod diff;
mod fold;
mod join;
mod lexicon;
mod marks;
pub mod meaning;
pub mod pairs;
pub mod quote;
mod regions;
mod side;
mod stamp;
pub mod trace;
pub mod verdicts;
pub mod wording;
mod words;
