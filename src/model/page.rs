//! Which page is meant: its identity, which outlives its address.

use std::{fmt, str::FromStr};

/// A page's own name, `[a-z0-9-]+`, at most [`PageId::LENGTH_MAX`] characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(String);

impl PageId {
    /// Long enough for a company and a title, short enough for a column and a file name.
    pub const LENGTH_MAX: usize = 100;

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the nearest name for any words: lower case, everything else as one hyphen.
    /// `None` if the words hold no letter or digit of ASCII.
    pub fn from_words(words: &str) -> Option<PageId> {
        let mut name = String::new();
        for c in words.chars() {
            if c.is_ascii_alphanumeric() {
                name.push(c.to_ascii_lowercase());
            } else if !name.is_empty() && !name.ends_with('-') {
                name.push('-');
            }
        }
        name.truncate(Self::LENGTH_MAX);
        name.trim_end_matches('-').parse().ok()
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a name is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id: use 1 to {max} of a-z, 0-9 and `-`", max = PageId::LENGTH_MAX)]
pub struct PageIdFailure(String);

impl FromStr for PageId {
    type Err = PageIdFailure;

    fn from_str(name: &str) -> Result<PageId, PageIdFailure> {
        let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || name.len() > Self::LENGTH_MAX || !name.bytes().all(is_allowed) {
            return Err(PageIdFailure(name.to_owned()));
        }
        Ok(PageId(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert!("amazon-rekognition-1".parse::<PageId>().is_ok());
        for wrong in ["", "Amazon", "a b", "ä", "../etc", &"a".repeat(101)] {
            assert!(wrong.parse::<PageId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_made_from_words() {
        assert_eq!(
            PageId::from_words(" AWS: Service  Terms! ").unwrap().as_str(),
            "aws-service-terms"
        );
        assert_eq!(PageId::from_words("…"), None);
    }
}
