//! Where the rooms meet: whatever one would ask another, the monitor asks, and hands over as a
//! value.

pub mod anchor;
pub mod app;
pub mod captures;
pub mod check;
pub mod clock;
pub mod earlier;
pub mod elsewhere;
pub mod evidence;
pub mod export;
pub mod familiar;
pub mod forms;
pub mod history;
pub mod import;
pub mod intake;
pub mod integrity;
pub mod judge;
pub mod keep;
pub mod keys;
pub mod memory;
pub mod outbox;
pub mod overview;
pub mod pledges;
pub mod propose;
pub mod reextract;
pub mod review;
pub mod rules;
pub mod seal;
pub mod search;
pub mod status;
pub mod sweep;
pub mod swept;
pub mod turns;
pub mod unsigned;
pub mod visit_form;
pub mod whereabouts;
