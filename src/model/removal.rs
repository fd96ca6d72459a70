//! What was removed by order: the trace that it leaves.

use crate::model::time::Timestamp;

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
