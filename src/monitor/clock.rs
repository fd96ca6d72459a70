//! The one place where the clock is read; everything else is handed the time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::model::time::Timestamp;

/// A clock: the system's, or one that starts at an instant of the caller's choice.
///
/// It runs on the monotonic clock from the instant at which it was made, so that a system clock
/// that jumps while a sweep runs cannot disorder what the sweep records.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    base: Timestamp,
    started: Instant,
}

impl Clock {
    /// Reads the system's clock.
    pub fn system() -> Clock {
        let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Clock::starting_at(Timestamp::from_millis(ms))
    }

    /// Returns a clock that shows `base` now.
    pub fn starting_at(base: Timestamp) -> Clock {
        Clock { base, started: Instant::now() }
    }

    /// Returns what it shows.
    pub fn now(&self) -> Timestamp {
        self.base.after(self.started.elapsed())
    }
}
