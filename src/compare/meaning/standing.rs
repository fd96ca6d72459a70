//! A clause and what stands around it.

/// A clause and what stands around it; what is not known or not there is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// The clause: a sentence, a list item, a table row; its number may stand before it.
    pub words: &'a str,
    /// The clause before it.
    pub previous: &'a str,
    /// The clause after it.
    pub next: &'a str,
    /// The words that a list item completes, such as `You may not:`.
    pub lead_in: &'a str,
    /// The words that lead in the list to which the clause before it belongs, if it is of one.
    pub previous_lead_in: &'a str,
    /// The heading under which it stands.
    pub heading: &'a str,
    /// What it is on the page.
    pub role: Role,
    /// Whether somebody takes it for a promise, whatever its words.
    pub is_watched: bool,
}

/// What a clause is on the page, as far as that tells something about its meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Words like others.
    #[default]
    Words,
    /// It heads others.
    Heading,
    /// It is links from its first word to its last, as in a menu.
    Links,
}
