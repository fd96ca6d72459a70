//! The words of the domain, as types: no input or output, no clock, no serialization.

pub mod address;
pub mod cause;
pub mod channel;
pub mod edit;
pub mod event;
pub mod history;
pub mod page;
pub mod snapshot;
pub mod text;
pub mod time;
pub mod trouble;
pub mod visit;
pub mod watch;
