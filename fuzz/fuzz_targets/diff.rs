//! Any two texts; a line with a form feed divides them.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (before, after) = input.split_once("\u{c}").unwrap_or((input, ""));
    laws::diff::check(&laws::diff::text(before), &laws::diff::text(after));
});
