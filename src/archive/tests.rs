//! The archive against real files, faults included.

mod altering;
mod faults;
mod judging;
pub mod making;
mod opening;
mod reviewing;
mod shelves;
mod telling;
mod visiting;
