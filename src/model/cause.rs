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
    /// What the watch asks for: its addresses, its language, its headers.
    Watch,
    /// A new revision of our extractor.
    Extractor,
}

impl Cause {
    /// Every cause, for tables and tests.
    pub const ALL: [Cause; 5] =
        [Cause::First, Cause::Page, Cause::Selection, Cause::Watch, Cause::Extractor];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Cause::First => "first",
            Cause::Page => "page",
            Cause::Selection => "selection",
            Cause::Watch => "watch",
            Cause::Extractor => "extractor",
        }
    }

    /// Returns the cause with this code.
    pub fn from_code(code: &str) -> Option<Cause> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}
