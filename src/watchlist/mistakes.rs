//! The mistakes of a watchlist as its reader is told them. How they are found is not known here.

use std::fmt;

/// All mistakes of a watchlist, in the order of the text; shown as one paragraph each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// One mistake: where it is, what is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line in the text, counted from 1.
    pub line: usize,
    /// The key: `settings.every`, `page "ibm-x".every`, or, where a page has no id, `page[2].every`
    /// with entries counted from 1; empty if the mistake is in no key.
    pub key: String,
    /// The value as TOML, at most 80 characters and without control characters; none if there is
    /// none, if it is a list or table, or if it could hold a secret.
    pub value: Option<String>,
    /// What is wrong: lower case, no full stop.
    pub problem: String,
    /// What would be right: lower case, no full stop.
    pub remedy: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.value {
            Some(value) => write!(f, "{} = {value}: ", self.key)?,
            None if self.key.is_empty() => (),
            None => write!(f, "{}: ", self.key)?,
        }
        write!(f, "{}; {}", self.problem, self.remedy)
    }
}
