//! Any bytes as the block of a response record.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|block: &[u8]| laws::http::check(block));
