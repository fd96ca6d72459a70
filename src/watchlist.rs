//! The watchlist's text to a checked `Watchlist`, or all its mistakes at once.
