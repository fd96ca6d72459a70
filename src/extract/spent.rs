//! How much work a test made this thread do, however busy the machine is.

use std::time::Duration;

/// Returns how long this thread has had a processor; zero where the system does not tell.
pub fn time_spent() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}
