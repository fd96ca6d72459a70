//! `serve`, `publish` and `user`, by the real program and plain HTTP.

pub mod client;

mod access;
mod hostile;
mod pages;
mod rules;
mod time;
