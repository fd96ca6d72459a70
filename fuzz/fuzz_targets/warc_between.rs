//! Any bytes between two whole records.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|damage: &[u8]| {
    let (before, after) = (laws::warc::whole("before"), laws::warc::whole("after"));
    laws::warc::check_between(&before, damage, &after);
});
