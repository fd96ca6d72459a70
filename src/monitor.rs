//! Where the rooms meet: whatever one would ask another, the monitor asks, and hands over as a
//! value.

pub mod app;
pub mod check;
pub mod clock;
pub mod earlier;
pub mod export;
pub mod history;
pub mod import;
pub mod intake;
pub mod judge;
pub mod keep;
pub mod memory;
pub mod outbox;
pub mod propose;
pub mod reextract;
pub mod search;
pub mod status;
pub mod sweep;
pub mod swept;
pub mod turns;
pub mod visit_form;
