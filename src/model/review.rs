//! What people decided about a change: state, reason, who and when. Decisions are only added; what
//! holds is told by the latest.

use std::{fmt, str::FromStr};

use crate::model::time::Timestamp;

/// Where a change stands with the people who review it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewState {
    /// Nobody decided, or the decision was taken back.
    #[default]
    New,
    /// It is what the alert says.
    Confirmed,
    /// It is nothing to act on.
    Dismissed,
    /// Somebody else must look at it.
    Escalated,
}

impl ReviewState {
    /// Every state, for tables and tests.
    pub const ALL: [ReviewState; 4] =
        [ReviewState::New, ReviewState::Confirmed, ReviewState::Dismissed, ReviewState::Escalated];

    /// Returns a stable code for scripts.
    pub fn code(self) -> &'static str {
        match self {
            ReviewState::New => "new",
            ReviewState::Confirmed => "confirmed",
            ReviewState::Dismissed => "dismissed",
            ReviewState::Escalated => "escalated",
        }
    }

    /// Returns the state with this code.
    pub fn from_code(code: &str) -> Option<ReviewState> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Why a change is nothing to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The words differ, and what they mean does not.
    Editorial,
    /// It is no part of the policy.
    NotPolicy,
    /// It is known already.
    Known,
    /// The program misread the page.
    Misread,
    /// Something else, in the reviewer's words.
    Other(Words<200>),
}

impl Reason {
    /// The reasons that need no words.
    pub const LISTED: [Reason; 4] =
        [Reason::Editorial, Reason::NotPolicy, Reason::Known, Reason::Misread];

    /// Returns a stable code for the record and for scripts; for another reason, its words.
    pub fn code(&self) -> &str {
        match self {
            Reason::Editorial => "editorial",
            Reason::NotPolicy => "not-policy",
            Reason::Known => "known",
            Reason::Misread => "misread",
            Reason::Other(words) => words.as_str(),
        }
    }

    /// Returns it for people.
    pub fn words(&self) -> &str {
        match self {
            Reason::Editorial => "only editorial: it means the same",
            Reason::NotPolicy => "no part of the policy",
            Reason::Known => "known already",
            Reason::Misread => "the page was misread",
            Reason::Other(words) => words.as_str(),
        }
    }
}

impl FromStr for Reason {
    type Err = WordsFailure;

    /// Takes the code of a listed reason, or any words.
    fn from_str(text: &str) -> Result<Reason, WordsFailure> {
        let listed = Self::LISTED.into_iter().find(|reason| reason.code() == text.trim());
        listed.map_or_else(|| text.parse().map(Reason::Other), Ok)
    }
}

/// Words that a person wrote: trimmed, at most `MAX` characters, not empty, on one line or several,
/// with no other control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Words<const MAX: usize>(String);

impl<const MAX: usize> Words<MAX> {
    /// Returns them as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Words<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why words cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsFailure {
    /// There are none.
    #[error("it is empty")]
    Empty,
    /// There are too many.
    #[error("it has more than {max} characters")]
    TooLong {
        /// How many it may have.
        max: usize,
    },
    /// A control character stands in them.
    #[error("it has a control character")]
    Control,
}

impl<const MAX: usize> FromStr for Words<MAX> {
    type Err = WordsFailure;

    fn from_str(text: &str) -> Result<Words<MAX>, WordsFailure> {
        let text = text.trim().replace("\r\n", "\n");
        if text.is_empty() {
            return Err(WordsFailure::Empty);
        }
        if MAX < text.chars().count() {
            return Err(WordsFailure::TooLong { max: MAX });
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(WordsFailure::Control);
        }
        Ok(Words(text))
    }
}

/// Who decided: the name that somebody gave.
pub type Reviewer = Words<100>;

/// A note to a decision, or one of its own.
pub type ReviewNote = Words<4_000>;

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is what the alert says.
    Confirm,
    /// It is nothing to act on, for this reason.
    Dismiss(Reason),
    /// Somebody else must look at it.
    Escalate,
    /// What was decided before is taken back.
    Reopen,
    /// Nothing: a note was added.
    Note,
}

impl Decision {
    /// Returns a stable code for the record and for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Decision::Confirm => "confirm",
            Decision::Dismiss(_) => "dismiss",
            Decision::Escalate => "escalate",
            Decision::Reopen => "reopen",
            Decision::Note => "note",
        }
    }

    /// Returns the reason, if it has one.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Decision::Dismiss(reason) => Some(reason),
            Decision::Confirm | Decision::Escalate | Decision::Reopen | Decision::Note => None,
        }
    }

    /// Returns the state that it leads to; `None` if it leads to none.
    pub fn state(&self) -> Option<ReviewState> {
        match self {
            Decision::Confirm => Some(ReviewState::Confirmed),
            Decision::Dismiss(_) => Some(ReviewState::Dismissed),
            Decision::Escalate => Some(ReviewState::Escalated),
            Decision::Reopen => Some(ReviewState::New),
            Decision::Note => None,
        }
    }
}

/// A rule's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub i64);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One entry of a change's audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// What was decided.
    pub decision: Decision,
    /// What the reviewer has to say.
    pub note: Option<ReviewNote>,
    /// Who: of a decision that a rule made, who wrote the rule.
    pub by: Reviewer,
    /// When.
    pub at: Timestamp,
    /// The rule that made it, if no person did.
    pub rule: Option<RuleId>,
}

/// Where a change stands, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewStanding {
    /// Its state.
    pub state: ReviewState,
    /// Why it was dismissed.
    pub reason: Option<Reason>,
    /// The people who decided so and still hold to it, each once, first to last.
    pub by: Vec<Reviewer>,
    /// Since when it is in this state; `None` if nobody ever decided.
    pub since: Option<Timestamp>,
    /// The rule that brought it there, if no person did.
    pub rule: Option<RuleId>,
    /// How many entries its trail has.
    pub entries: usize,
}

impl ReviewStanding {
    /// Returns where a change stands after all that was decided, oldest first.
    ///
    /// Whoever decides the same as the one before agrees; whoever decides otherwise begins anew.
    pub fn after(trail: &[Review]) -> ReviewStanding {
        let mut standing = ReviewStanding::default();
        for review in trail {
            standing.entries += 1;
            let Some(state) = review.decision.state() else { continue };
            if state != standing.state || state == ReviewState::New {
                standing.by.clear();
                standing.since = Some(review.at);
                standing.rule = review.rule;
                standing.state = state;
                standing.reason = None;
            }
            if state != ReviewState::New && !standing.is_by(&review.by) {
                standing.by.push(review.by.clone());
            }
            if let Some(reason) = review.decision.reason() {
                standing.reason = Some(reason.clone());
            }
        }
        standing
    }

    /// Returns whether this person is one of those who decided so; case tells nobody apart.
    pub fn is_by(&self, person: &Reviewer) -> bool {
        let named = |by: &Reviewer| by.as_str().to_lowercase();
        self.by.iter().any(|by| named(by) == named(person))
    }

    /// Returns whether as many people as are needed agree on it. What is new or escalated is open.
    pub fn is_settled(&self, needed: usize) -> bool {
        match self.state {
            ReviewState::Confirmed | ReviewState::Dismissed => needed <= self.by.len(),
            ReviewState::New | ReviewState::Escalated => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(by: &str, decision: Decision) -> Review {
        let by = by.parse().unwrap();
        Review { decision, note: None, by, at: Timestamp::from_millis(1), rule: None }
    }

    fn people(standing: &ReviewStanding) -> Vec<&str> {
        standing.by.iter().map(Words::as_str).collect()
    }

    #[test]
    fn the_latest_decision_holds_and_a_note_alters_nothing() {
        let mut trail = vec![review("Ada", Decision::Confirm), review("Ada", Decision::Note)];
        assert_eq!(ReviewStanding::after(&trail).state, ReviewState::Confirmed);
        trail.push(review("Bo", Decision::Dismiss(Reason::Known)));
        let standing = ReviewStanding::after(&trail);
        assert_eq!(standing.state, ReviewState::Dismissed);
        assert_eq!((standing.reason.clone(), people(&standing)), (Some(Reason::Known), vec!["Bo"]));
        trail.push(review("Bo", Decision::Reopen));
        let standing = ReviewStanding::after(&trail);
        assert_eq!((standing.state, standing.reason.clone()), (ReviewState::New, None));
        assert_eq!((people(&standing), standing.entries), (vec![], 4));
    }

    #[test]
    fn a_second_pair_of_eyes_is_another_person_who_decides_the_same() {
        let mut trail = vec![review("Ada", Decision::Confirm), review(" ada ", Decision::Confirm)];
        assert!(ReviewStanding::after(&trail).is_settled(1));
        assert!(!ReviewStanding::after(&trail).is_settled(2), "one person is one pair of eyes");
        trail.push(review("Bo", Decision::Dismiss(Reason::Editorial)));
        assert!(!ReviewStanding::after(&trail).is_settled(2), "they disagree");
        trail.push(review("Ada", Decision::Dismiss(Reason::Known)));
        let standing = ReviewStanding::after(&trail);
        assert!(standing.is_settled(2));
        assert_eq!(people(&standing), ["Bo", "Ada"]);
        trail.extend([review("Ada", Decision::Escalate), review("Bo", Decision::Escalate)]);
        assert!(!ReviewStanding::after(&trail).is_settled(1), "what is escalated is open");
    }

    #[test]
    fn words_are_bounded_and_reasons_are_listed_or_free() {
        assert_eq!("editorial".parse(), Ok(Reason::Editorial));
        assert_eq!(" a typo ".parse::<Reason>().unwrap().code(), "a typo");
        assert_eq!("".parse::<Reason>(), Err(WordsFailure::Empty));
        assert_eq!("x".repeat(101).parse::<Reviewer>(), Err(WordsFailure::TooLong { max: 100 }));
        assert_eq!("a\u{1b}[2J".parse::<ReviewNote>(), Err(WordsFailure::Control));
        assert_eq!("a\r\nb".parse::<ReviewNote>().unwrap().as_str(), "a\nb");
        for reason in Reason::LISTED {
            assert_eq!(reason.code().parse(), Ok(reason.clone()));
        }
        for state in ReviewState::ALL {
            assert_eq!(ReviewState::from_code(state.code()), Some(state));
        }
    }
}
