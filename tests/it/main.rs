//! Integration tests: the library and the program against a site of our own on 127.0.0.1.

#![allow(clippy::unwrap_used, reason = "all of it is test code, also what is outside of a #[test]")]

mod fetch;
mod server;
