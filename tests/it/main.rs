//! Integration tests: the library and the program against a site of our own on 127.0.0.1.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "all of it is test code, also what is outside of a #[test]"
)]

mod channels;
mod commands;
mod corpus;
mod export;
mod familiar;
mod faults;
mod fetch;
mod import;
mod integrity;
mod island;
mod keep;
mod laws;
mod mail;
mod outside;
mod pledges;
mod reread;
mod review;
mod rotating;
mod routes;
mod search;
mod server;
mod stories;
mod variants;
mod watched;
mod web;
mod world;
