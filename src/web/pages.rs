//! The pages, one file each, made from what the monitor finds; the templates beside them decide how
//! they look.

pub mod captures;
pub mod change;
pub mod changes;
pub mod diff;
pub mod health;
pub mod help;
pub mod overview;
pub mod pledge;
pub mod rules;
pub mod search;
pub mod sign_in;
pub mod timeline;
pub mod version;
