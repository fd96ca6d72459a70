//! Why two texts of a page differ: a word that events and the record share.

/// Why two texts of a page differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Nothing was there before.
    First,
    /// The page itself.
    Page,
    /// The user's selection.
    Selection,
    /// A new revision of our extractor.
    Extractor,
}

impl Cause {
    /// Every cause, for tables and tests.
    pub const ALL: [Cause; 4] = [Cause::First, Cause::Page, Cause::Selection, Cause::Extractor];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Cause::First => "first",
            Cause::Page => "page",
            Cause::Selection => "selection",
            Cause::Extractor => "extractor",
        }
    }

    /// Returns the cause with this code.
    pub fn from_code(code: &str) -> Option<Cause> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}
