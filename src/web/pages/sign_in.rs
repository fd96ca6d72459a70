//! Signing in.

use askama::Template;

use crate::web::{
    answer::{Refusal, written},
    frame::Frame,
    place::Place,
};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: &'a Frame,
    action: String,
    then: String,
    mistake: Option<&'a str>,
}

/// Returns the page; `then` is the path to go to after it.
pub fn page(frame: &Frame, then: &str, mistake: Option<&str>) -> Result<String, Refusal> {
    let action = frame.to(&Place::SignIn);
    written(&SignInPage { frame, action, then: then.to_owned(), mistake })
}
