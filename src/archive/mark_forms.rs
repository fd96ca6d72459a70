//! The form in which marked words are kept, which events and pledges share.

use serde::{Deserialize, Serialize};

use crate::{
    archive::error::Fault,
    model::edit::{Mark, MarkKind},
};

/// What happened to a run of words.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum MarkForm {
    /// In both passages.
    #[serde(rename = "=")]
    Same,
    /// Only before.
    #[serde(rename = "-")]
    Deleted,
    /// Only after.
    #[serde(rename = "+")]
    Inserted,
}

/// Returns the form of a mark.
pub fn mark_form(mark: &Mark) -> (MarkForm, String) {
    let kind = match mark.kind {
        MarkKind::Same => MarkForm::Same,
        MarkKind::Deleted => MarkForm::Deleted,
        MarkKind::Inserted => MarkForm::Inserted,
    };
    (kind, mark.words.clone())
}

/// Returns the mark.
pub fn mark((kind, words): (MarkForm, String)) -> Mark {
    let kind = match kind {
        MarkForm::Same => MarkKind::Same,
        MarkForm::Deleted => MarkKind::Deleted,
        MarkForm::Inserted => MarkKind::Inserted,
    };
    Mark { kind, words }
}

/// Returns what a stored word means, or the fault of one that this program does not know.
pub fn known<T>(word: &str, read: Option<T>) -> Result<T, Fault> {
    read.ok_or_else(|| Fault::damaged("an event", format!("`{word}` is not known here")))
}
