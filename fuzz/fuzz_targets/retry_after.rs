//! Any bytes as a Retry-After field, at any instant that a clock may show.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pledgewatch::model::time::Timestamp;

fuzz_target!(|input: (i64, &[u8])| {
    let (millis, value) = input;
    laws::answer::check_retry_after(value, Timestamp::from_millis(millis));
});
