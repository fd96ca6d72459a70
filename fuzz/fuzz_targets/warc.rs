//! Any bytes as a WARC file, also behind a whole record.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    laws::warc::check(file);
    laws::warc::check(&[&laws::warc::whole("a"), file].concat());
});
