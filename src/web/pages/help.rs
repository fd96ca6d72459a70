//! The keys, and what the words on the pages mean.

use askama::Template;

use crate::web::{
    answer::{Refusal, written},
    frame::Frame,
};

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage<'a> {
    frame: &'a Frame,
}

/// Returns the page.
pub fn page(frame: &Frame) -> Result<String, Refusal> {
    written(&HelpPage { frame })
}
