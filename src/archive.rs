//! The only SQL and the only writer of `snapshots/`.
