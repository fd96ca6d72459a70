//! Why a page could not be read as the policy.

use std::fmt;

/// A state in which a page cannot be read as the policy; never a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What kind.
    pub kind: TroubleKind,
    /// What was seen, one sentence without a full stop, escaped by nobody yet.
    pub evidence: String,
}

impl Trouble {
    /// Returns trouble of a kind with its evidence.
    pub fn new(kind: TroubleKind, evidence: impl Into<String>) -> Trouble {
        Trouble { kind, evidence: evidence.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.words(), self.evidence)
    }
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TroubleKind {
    /// No usable answer came.
    Unreachable,
    /// robots.txt or our own rules keep us from asking.
    NotAllowed,
    /// An error status other than that the page is missing.
    ErrorStatus,
    /// 404 or 410: the page is not there.
    Missing,
    /// A not-found page served as 200.
    SoftMissing,
    /// A bot wall or captcha.
    BotWall,
    /// A login page.
    Login,
    /// A consent page in place of the policy.
    Consent,
    /// A shell that waits for JavaScript.
    NeedsScript,
    /// No text, or hardly any.
    Empty,
    /// The user's selection matches nothing.
    SelectionEmpty,
    /// The text collapsed to under a third.
    Collapsed,
    /// Sections are missing from an otherwise equal page.
    Partial,
    /// Another language than before.
    OtherLanguage,
    /// Another document than before stands at the address.
    OtherPage,
    /// The address leads to another page, such as the home page.
    Redirected,
    /// Not HTML any more, or not at all.
    OtherType,
    /// The page cannot be read within our bounds.
    Unreadable,
}

impl TroubleKind {
    /// Every kind, for tables and tests.
    pub const ALL: [TroubleKind; 18] = [
        TroubleKind::Unreachable,
        TroubleKind::NotAllowed,
        TroubleKind::ErrorStatus,
        TroubleKind::Missing,
        TroubleKind::SoftMissing,
        TroubleKind::BotWall,
        TroubleKind::Login,
        TroubleKind::Consent,
        TroubleKind::NeedsScript,
        TroubleKind::Empty,
        TroubleKind::SelectionEmpty,
        TroubleKind::Collapsed,
        TroubleKind::Partial,
        TroubleKind::OtherLanguage,
        TroubleKind::OtherPage,
        TroubleKind::Redirected,
        TroubleKind::OtherType,
        TroubleKind::Unreadable,
    ];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            TroubleKind::Unreachable => "unreachable",
            TroubleKind::NotAllowed => "not_allowed",
            TroubleKind::ErrorStatus => "error_status",
            TroubleKind::Missing => "missing",
            TroubleKind::SoftMissing => "soft_missing",
            TroubleKind::BotWall => "bot_wall",
            TroubleKind::Login => "login",
            TroubleKind::Consent => "consent",
            TroubleKind::NeedsScript => "needs_script",
            TroubleKind::Empty => "empty",
            TroubleKind::SelectionEmpty => "selection_empty",
            TroubleKind::Collapsed => "collapsed",
            TroubleKind::Partial => "partial",
            TroubleKind::OtherLanguage => "other_language",
            TroubleKind::OtherPage => "other_page",
            TroubleKind::Redirected => "redirected",
            TroubleKind::OtherType => "other_type",
            TroubleKind::Unreadable => "unreadable",
        }
    }

    /// Returns the kind with this code.
    pub fn from_code(code: &str) -> Option<TroubleKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Returns what is wrong, as the beginning of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            TroubleKind::Unreachable => "the page could not be fetched",
            TroubleKind::NotAllowed => "the page may not be fetched",
            TroubleKind::ErrorStatus => "the server answered with an error",
            TroubleKind::Missing => "the page is not there",
            TroubleKind::SoftMissing => "a not-found page came in its place",
            TroubleKind::BotWall => "a bot wall came in its place",
            TroubleKind::Login => "a login page came in its place",
            TroubleKind::Consent => "a consent page came in its place",
            TroubleKind::NeedsScript => "the page is an empty shell without JavaScript",
            TroubleKind::Empty => "the page has no text",
            TroubleKind::SelectionEmpty => "the selection matches nothing",
            TroubleKind::Collapsed => "most of the text is missing",
            TroubleKind::Partial => "sections are missing",
            TroubleKind::OtherLanguage => "the page came in another language",
            TroubleKind::OtherPage => "another document stands at the address",
            TroubleKind::Redirected => "the address leads to another page",
            TroubleKind::OtherType => "the page is not HTML",
            TroubleKind::Unreadable => "the page cannot be read within our bounds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_kinds() {
        for kind in TroubleKind::ALL {
            assert_eq!(TroubleKind::from_code(kind.code()), Some(kind));
        }
    }
}
