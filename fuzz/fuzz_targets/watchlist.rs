//! Any text as a watchlist.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| laws::watchlist::check(text));
