//! What is answered, and why something is refused, before it is HTTP or a file.

use askama::Template;

use crate::{
    monitor::app::MonitorError,
    web::{
        frame::{Frame, Visitor},
        place::{Links, Place},
    },
};

/// Writes a page of ours.
pub fn written(page: &impl Template) -> Result<String, Refusal> {
    Ok(page.render()?)
}

/// Why there is no page.
#[derive(Debug)]
pub enum Refusal {
    /// There is nothing of that name.
    Missing(String),
    /// What was asked cannot be right.
    Wrong(String),
    /// It may not be done, or not by this visitor.
    Forbidden(String),
    /// Somebody must sign in first.
    SignIn,
    /// It was taken out by order.
    Redacted,
    /// Somebody else was faster.
    Conflict(String),
    /// Too often.
    TooMany {
        /// When to come back.
        seconds: u64,
    },
    /// Too many at once, or too slow.
    Busy,
    /// The archive cannot be read.
    Failed(String),
}

impl Refusal {
    /// Returns its HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Missing(_) => 404,
            Refusal::Wrong(_) => 400,
            Refusal::Forbidden(_) => 403,
            Refusal::SignIn => 401,
            Refusal::Redacted => 410,
            Refusal::Conflict(_) => 409,
            Refusal::TooMany { .. } => 429,
            Refusal::Busy => 503,
            Refusal::Failed(_) => 500,
        }
    }

    /// Returns what to tell the visitor, and what to do.
    pub fn words(&self) -> (String, &'static str) {
        match self {
            Refusal::Missing(what) => (what.clone(), "The overview lists what there is."),
            Refusal::Wrong(what) | Refusal::Forbidden(what) => {
                (what.clone(), "Nothing was changed.")
            }
            Refusal::SignIn => ("You are not signed in.".to_owned(), "Sign in, and try again."),
            Refusal::Redacted => (
                "These bytes were taken out of the archive by order.".to_owned(),
                "That they were captured, and their digest, stays on record.",
            ),
            Refusal::Conflict(what) => {
                (what.clone(), "Nothing was recorded: look at it again, and decide.")
            }
            Refusal::TooMany { seconds } => (
                format!("Too many attempts: come back in {seconds} seconds."),
                "Nothing was changed.",
            ),
            Refusal::Busy => ("Too much is going on at once.".to_owned(), "Try again in a moment."),
            Refusal::Failed(what) => {
                (what.clone(), "The record could not be read; the server's log says more.")
            }
        }
    }

    /// Returns it as a page.
    pub fn page(&self, visitor: Visitor, now: crate::model::time::Timestamp) -> String {
        let frame = Frame {
            links: Links::absolute(),
            place: Place::Asset("refusal"),
            visitor,
            now,
            base: None,
        };
        let (words, advice) = self.words();
        let page = RefusalPage { frame: &frame, status: self.status(), words, advice };
        page.render().unwrap_or_else(|_| "<!doctype html><title>Error</title>".to_owned())
    }
}

impl From<MonitorError> for Refusal {
    fn from(error: MonitorError) -> Refusal {
        match &error {
            MonitorError::UnknownPage { .. }
            | MonitorError::UnknownPledge { .. }
            | MonitorError::UnknownChange { .. }
            | MonitorError::NotReviewed { .. }
            | MonitorError::UnknownRule { .. }
            | MonitorError::NoVersion { .. } => Refusal::Missing(sentence(&error)),
            MonitorError::NoRule { reason, .. } => {
                Refusal::Wrong(format!("No rule can be made of it: {reason}."))
            }
            MonitorError::NoNote { .. } => Refusal::Wrong("A note has no words.".to_owned()),
            MonitorError::ReviewedSince { .. } => {
                Refusal::Conflict("Somebody else decided since you looked.".to_owned())
            }
            MonitorError::Busy => Refusal::Busy,
            error if error.is_of_removal() => Refusal::Redacted,
            _ => Refusal::Failed(chain(&error)),
        }
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Refusal {
        Refusal::Failed(format!("the page could not be written: {error}"))
    }
}

fn sentence(error: &MonitorError) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => words,
    }
}

/// Returns an error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    frame: &'a Frame,
    status: u16,
    words: String,
    advice: &'static str,
}
