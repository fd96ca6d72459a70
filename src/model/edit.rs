//! How two texts differ, clause by clause.

use crate::model::verdict::Verdict;

/// How two texts differ, in the reading order of the text after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The aligned rows; together they show both texts whole.
    pub rows: Vec<DiffRow>,
}

impl Diff {
    /// Returns the edits, in reading order.
    pub fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.rows.iter().filter_map(|row| match row {
            DiffRow::Edited(edit) => Some(edit),
            DiffRow::Same { .. } => None,
        })
    }

    /// Returns the strongest kind among the edits, `None` if there is no edit.
    pub fn strongest(&self) -> Option<EditKind> {
        self.edits().map(|edit| edit.kind).max()
    }
}

/// One row of a diff: a block that stayed, or an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffRow {
    /// A block that is in both texts.
    Same {
        /// Its index in the text before.
        before: usize,
        /// Its index in the text after.
        after: usize,
    },
    /// An edit. A block that moved stands where it is now, and names where it was.
    Edited(Edit),
}

/// One clause-level alteration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What kind.
    pub kind: EditKind,
    /// The passage before, `None` if it was added.
    pub before: Option<Passage>,
    /// The passage after, `None` if it was removed.
    pub after: Option<Passage>,
    /// The heading under which it stands after (before, if it was removed), empty if none.
    pub heading: String,
    /// Both passages as one marked run of words: same, deleted and inserted parts in reading
    /// order. Joining `Same` and `Inserted` gives the passage after, character by character;
    /// `Same` and `Deleted` the passage before, up to white space and to typography: what is the
    /// same but for case, quotation marks or punctuation is shown as it is after, and has marks
    /// of its own only in an edit of kind `Typography` or `Renumbered`.
    pub marks: Vec<Mark>,
    /// What it amounts to; `None` where nobody judged it, as in records of earlier programs. The
    /// kind says how the wording was altered, the verdict what that does to the clause; whether
    /// an edit alerts is the kind's matter alone.
    pub verdict: Option<Verdict>,
}

impl Edit {
    /// Returns the edit without a verdict.
    pub fn unjudged(
        kind: EditKind,
        (before, after): (Option<Passage>, Option<Passage>),
        heading: String,
        marks: Vec<Mark>,
    ) -> Edit {
        Edit { kind, before, after, heading, marks, verdict: None }
    }

    /// Returns the words that were inserted, one entry a mark.
    pub fn inserted(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().filter(|it| it.kind == MarkKind::Inserted).map(|it| it.words.as_str())
    }

    /// Returns the words that were deleted, one entry a mark.
    pub fn deleted(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().filter(|it| it.kind == MarkKind::Deleted).map(|it| it.words.as_str())
    }
}

/// A passage of a text: one block, or a run of blocks that was split, joined, or came or went at
/// once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The index of its block in the text, the first of a run.
    pub block: usize,
    /// Marker and words as shown; those of a run with a space between its blocks.
    pub words: String,
}

/// A run of words inside an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What happened to them.
    pub kind: MarkKind,
    /// The words, with the white space that belongs to them.
    pub words: String,
}

/// What happened to a run of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// In both passages.
    Same,
    /// Only in the passage before.
    Deleted,
    /// Only in the passage after.
    Inserted,
}

/// The kinds of edit, weakest first: a change's kind is that of its strongest edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EditKind {
    /// The same words link elsewhere.
    LinkTarget,
    /// Structure alone: a heading's level, a list turned into paragraphs.
    Structure,
    /// Punctuation, case, typography or invisible characters alone.
    Typography,
    /// The number or bullet before a block alone.
    Renumbered,
    /// A statement of when the page was last updated, alone.
    DateStamp,
    /// The same words in another place.
    Moved,
    /// Other words.
    Reworded,
    /// A passage that was not there before.
    Added,
    /// A passage that is there no more.
    Removed,
}

impl EditKind {
    /// Every kind, weakest first.
    pub const ALL: [EditKind; 9] = [
        EditKind::LinkTarget,
        EditKind::Structure,
        EditKind::Typography,
        EditKind::Renumbered,
        EditKind::DateStamp,
        EditKind::Moved,
        EditKind::Reworded,
        EditKind::Added,
        EditKind::Removed,
    ];

    /// Returns whether an edit of this kind touches the policy's wording, and so alerts.
    pub fn is_wording(self) -> bool {
        match self {
            EditKind::LinkTarget
            | EditKind::Structure
            | EditKind::Typography
            | EditKind::Renumbered
            | EditKind::DateStamp => false,
            EditKind::Moved | EditKind::Reworded | EditKind::Added | EditKind::Removed => true,
        }
    }

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            EditKind::LinkTarget => "link_target",
            EditKind::Structure => "structure",
            EditKind::Typography => "typography",
            EditKind::Renumbered => "renumbered",
            EditKind::DateStamp => "date_stamp",
            EditKind::Moved => "moved",
            EditKind::Reworded => "reworded",
            EditKind::Added => "added",
            EditKind::Removed => "removed",
        }
    }

    /// Returns the kind with this code.
    pub fn from_code(code: &str) -> Option<EditKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_kinds() {
        for kind in EditKind::ALL {
            assert_eq!(EditKind::from_code(kind.code()), Some(kind));
        }
    }
}
