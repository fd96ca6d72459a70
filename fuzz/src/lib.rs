//! What holds for any input, however it came about: one law a file, each a function that takes
//! bytes or a value made of them and panics where the law is broken.
//!
//! They are the one place of these laws: the fuzz targets beside this folder feed them whatever a
//! fuzzer finds, and `tests/it/laws.rs` what its strategies make, on every run of the tests.

pub mod answer;
pub mod diff;
pub mod http;
pub mod page;
pub mod robots;
pub mod warc;
pub mod watchlist;
