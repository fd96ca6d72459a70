//! A sweep as it is on record, and what two in a row tell of the clock.

use crate::model::time::Timestamp;

/// How a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepEnd {
    /// All that was due was visited and what was due was delivered, or tried.
    Done,
    /// It was asked to stop before.
    Interrupted,
}

impl SweepEnd {
    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            SweepEnd::Done => "done",
            SweepEnd::Interrupted => "interrupted",
        }
    }
}

/// A sweep on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepRecord {
    /// When it began.
    pub began_at: Timestamp,
    /// When and how it ended; `None` means that it runs or was killed.
    pub ended: Option<(Timestamp, SweepEnd)>,
}

/// A clock that went back between two sweeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockJump {
    /// What the clock showed last at the sweep before.
    pub before: Timestamp,
    /// What it showed when the sweep after began.
    pub after: Timestamp,
}
