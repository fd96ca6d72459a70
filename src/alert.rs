//! An event as words, and its delivery to the channels.
//!
//! `render` is pure: event or diff in, words out. `deliver` touches the world: mail servers,
//! webhooks, programs. Neither knows why an event is an alert, nor what was delivered before.

pub mod render;

pub mod deliver;
