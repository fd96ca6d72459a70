//! The words of the domain, as types: no input or output, no clock, no serialization.
//!
//! `watch` is what is watched (`page`, by which `address` rule) and `channel` who is told. `visit`
//! is what came, each body a `snapshot`, what was odd on its way a `flag`, what could not be read
//! `trouble`; `text` is what was
//! read, `edit` how two texts differ, `verdict` what an edit amounts to and `cause` why. `event` is what may be told, `review` what
//! people decided about it and `rule` what that dismisses from then on, `history` what is on record, `capture` one body of it, `time` when.

pub mod address;
pub mod capture;
pub mod cause;
pub mod channel;
pub mod edit;
pub mod event;
pub mod flag;
pub mod history;
pub mod page;
pub mod pledge;
pub mod removal;
pub mod review;
pub mod rule;
pub mod script;
pub mod snapshot;
pub mod stay;
pub mod sweep;
pub mod text;
pub mod time;
pub mod timing;
pub mod trouble;
pub mod verdict;
pub mod visit;
pub mod watch;
