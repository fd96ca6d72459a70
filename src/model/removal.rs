//! What was removed by order: the trace that it leaves.

use crate::model::time::Timestamp;

/// What stands in the place of words that were taken out.
pub const TAKEN_OUT: &str = "[redacted]";

/// How much an order took out. Zeros where all of it was taken out before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many bodies.
    pub bodies: u64,
    /// How many texts.
    pub texts: u64,
    /// Whether anything went: one of these, or words that quoted them.
    pub has_any: bool,
}

/// A removal on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// When.
    pub at: Timestamp,
    /// `redact` or `forget`.
    pub kind: String,
    /// What was removed.
    pub what: String,
    /// Why, in the words of who did it.
    pub reason: String,
}
