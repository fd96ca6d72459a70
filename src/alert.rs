//! An event as words, and its delivery to the channels.
//!
//! `render` is pure, event or diff in, words out: one file for each form, for the terminal and
//! plain text, mail's HTML, Markdown, chat and JSON. `deliver` touches the world: mail servers,
//! webhooks, programs. Neither knows why an event is an alert, nor what was delivered before.

pub mod deliver;
pub mod render;
