//! Two texts to aligned edits, purely.
//!
//! A comparison goes from what is sure to what is likely, each stage bounded by sizes, never by
//! time: `fold` takes typography away and `stamp` date stamps; `side` makes both texts ready;
//! `align` finds which blocks are each other's (`chain` those that kept their place, `join` those
//! that were split or joined, `alike` those that were reworded); `marks` sets the words of a pair
//! side by side, sentence by sentence (`clause`) and word by word (`words`, `lexicon`, `regions`);
//! `diff` names the kinds; `verdicts` judges the clauses that `pairs` finds to be each other's by
//! their `meaning`; `whole` looks for lost ones in the whole text, `elsewhere` on other pages.
//! `wording`, `quote` and `trace` ask one question each of the same folded words.
//!
//! `course` aligns two texts clause by clause; on it `follow` says where one clause went, and `beside`
//! what was done to it and around it, which `promise` reads from `meaning`'s verdicts.
//!
//! The room knows no page, no history and no settings.

mod align;
mod alike;
pub mod beside;
mod chain;
pub mod clause;
pub mod course;
pub mod diff;
pub mod elsewhere;
mod fold;
pub mod follow;
mod join;
mod lexicon;
mod marks;
pub mod meaning;
pub mod pairs;
pub mod promise;
pub mod quote;
mod regions;
mod side;
mod stamp;
pub mod trace;
pub mod verdicts;
mod whole;
pub mod wording;
mod words;
