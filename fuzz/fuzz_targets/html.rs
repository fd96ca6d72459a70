//! Any characters as a page in UTF-8, whole and under selections.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|html: &str| laws::page::check_html(html));
