//! Pledges on their way through the versions of their page, and through time.
//!
//! `standing` says purely how a pledge stands in a text, given how it stood in the one before.
//! `following` does so for the versions that a judgement adds, in the judgement's own transaction,
//! and tells of it with the change; `tracing` does it for the versions on record, where a pledge
//! was added later or a page was read again. `deadlines` tells what passes without an edit. `list` answers what
//! the commands ask, and takes what people add.

pub mod deadlines;
pub mod following;
pub mod list;
pub mod standing;
pub mod tracing;
