//! Rules that dismiss changes like one that a person dismissed: which edits are alike.
//!
//! Narrow on purpose: what a rule keeps from people must be what they have seen and judged.

use crate::model::{
    cause::Cause,
    edit::{Edit, EditKind, MarkKind},
    event::{Event, EventId, What},
    page::PageId,
    pledge::PledgeChange,
    review::{Reason, Reviewer, RuleId},
    snapshot::Digest,
    time::Timestamp,
    verdict::Meaning,
};

/// The fewest words that must have stayed for a passage to be known again.
const KEPT_WORDS_MIN: usize = 3;

/// What edits have in common that a rule takes for alike: the same heading above, the same kind of
/// edit with the same weight, and, of a passage that was reworded or moved, the same words left as
/// they were. Of the page's words it holds a digest alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The kind of edit.
    pub kind: EditKind,
    /// What it does to its clause.
    pub meaning: Meaning,
    /// The digest of heading and words that stayed.
    pub passage: Digest,
}

/// Why no rule can be made of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLikeness {
    /// It is not a change that the page itself made in its wording.
    #[error("no words of the page itself changed")]
    NoWording,
    /// What was decided is no dismissal.
    #[error("only what is dismissed can be dismissed always")]
    NotDismissed,
    /// A pledge's clause, or one beside it, is altered.
    #[error("it touches a pledge, and what touches a pledge is always told")]
    Pledge,
    /// Nobody judged what an edit amounts to, or nobody can tell.
    #[error(
        "what an edit amounts to was not judged or is not clear, so that others cannot be held \
         against it"
    )]
    Unjudged,
    /// Passages came or went under no heading.
    #[error("a passage came or went under no heading, so that any on the page would be alike")]
    NoHeading,
    /// Hardly a word stayed.
    #[error("hardly a word of a passage stayed, so that it could not be known again")]
    NothingKept,
}

impl Likeness {
    /// Returns what is alike to an edit of the wording.
    fn of(edit: &Edit) -> Result<Likeness, NoLikeness> {
        let verdict = edit.verdict.as_ref().filter(|it| !it.is_unclear());
        let verdict = verdict.ok_or(NoLikeness::Unjudged)?;
        let kept = match edit.kind {
            EditKind::Added | EditKind::Removed if edit.heading.trim().is_empty() => {
                return Err(NoLikeness::NoHeading);
            }
            EditKind::Added | EditKind::Removed => String::new(),
            EditKind::Moved
            | EditKind::Reworded
            | EditKind::DateStamp
            | EditKind::Renumbered
            | EditKind::Typography
            | EditKind::Structure
            | EditKind::LinkTarget => kept(edit)?,
        };
        let passage = Digest::of(format!("{}\n{kept}", edit.heading.trim()).as_bytes());
        Ok(Likeness { kind: edit.kind, meaning: verdict.meaning, passage })
    }

    /// Returns what is alike to a change: one likeness for each edit of its wording.
    pub fn of_change(event: &Event) -> Result<Vec<Likeness>, NoLikeness> {
        let What::Change(change) = &event.what else { return Err(NoLikeness::NoWording) };
        if change.cause != Cause::Page {
            return Err(NoLikeness::NoWording);
        }
        if change.pledges.iter().any(PledgeChange::is_told) {
            return Err(NoLikeness::Pledge);
        }
        let wording = change.edits.iter().filter(|edit| edit.kind.is_wording());
        let mut likenesses: Vec<Likeness> = Vec::new();
        for likeness in wording.map(Likeness::of) {
            let likeness = likeness?;
            if !likenesses.contains(&likeness) {
                likenesses.push(likeness);
            }
        }
        match likenesses.is_empty() {
            true => Err(NoLikeness::NoWording),
            false => Ok(likenesses),
        }
    }
}

/// Returns the words of a passage that stayed, with single spaces.
fn kept(edit: &Edit) -> Result<String, NoLikeness> {
    let same = edit.marks.iter().filter(|mark| mark.kind == MarkKind::Same);
    let words: Vec<&str> = same.flat_map(|mark| mark.words.split_whitespace()).collect();
    match words.len() < KEPT_WORDS_MIN {
        true => Err(NoLikeness::NothingKept),
        false => Ok(words.join(" ")),
    }
}

/// A rule as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its number.
    pub id: RuleId,
    /// How many times it was written, counting this one.
    pub revision: u32,
    /// The page.
    pub page: PageId,
    /// The change that was dismissed.
    pub from: EventId,
    /// What is alike to it.
    pub likenesses: Vec<Likeness>,
    /// Why such changes are dismissed.
    pub reason: Reason,
    /// Who wrote this revision.
    pub by: Reviewer,
    /// When.
    pub at: Timestamp,
    /// Whether it counts.
    pub state: RuleState,
}

/// Whether a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleState {
    /// It dismisses what is alike.
    Active,
    /// It was taken back.
    Forgotten,
}

impl RuleState {
    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            RuleState::Active => "active",
            RuleState::Forgotten => "forgotten",
        }
    }

    /// Returns the state with this code.
    pub fn from_code(code: &str) -> Option<RuleState> {
        [RuleState::Active, RuleState::Forgotten].into_iter().find(|state| state.code() == code)
    }
}

impl Rule {
    /// Returns whether it dismisses a change: on its page, every edit of the wording is alike to one
    /// that was dismissed, and no pledge is touched.
    pub fn takes(&self, event: &Event) -> bool {
        self.state == RuleState::Active
            && event.page == self.page
            && Likeness::of_change(event)
                .is_ok_and(|found| found.iter().all(|it| self.likenesses.contains(it)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        edit::{Mark, Passage},
        event::{Certainty, Change, EventKind, Telling},
        pledge::{Happening, Standing, Step},
        verdict::{Sureness, Verdict},
    };

    fn reworded(heading: &str, meaning: Meaning, (same, deleted): (&str, &str)) -> Edit {
        let mark = |kind, words: &str| Mark { kind, words: words.to_owned() };
        let passage = |words: &str| Some(Passage { block: 1, words: words.to_owned() });
        Edit {
            kind: EditKind::Reworded,
            before: passage(deleted),
            after: passage(same),
            heading: heading.to_owned(),
            marks: vec![mark(MarkKind::Same, same), mark(MarkKind::Deleted, deleted)],
            verdict: Some(Verdict::quiet(meaning, Vec::new())),
        }
    }

    fn change(edits: Vec<Edit>) -> Event {
        let (page, at): (PageId, _) = ("p".parse().unwrap(), Timestamp::from_millis(1));
        let (before, after) = (Digest::of(b"before"), Digest::of(b"after"));
        let what = What::Change(Change {
            cause: Cause::Page,
            certainty: Certainty::Confirmed,
            before,
            after,
            before_last_at: at,
            edits,
            untold: 0,
            pledges: Vec::new(),
        });
        Event {
            id: EventId::of(&page, EventKind::Change, at, ""),
            page,
            company: String::new(),
            title: "P".to_owned(),
            url: "https://example.org/".parse().unwrap(),
            captured_at: at,
            recorded_at: at,
            what,
            telling: Telling::Alert(at),
        }
    }

    fn rule(from: &Event) -> Rule {
        Rule {
            id: RuleId(1),
            revision: 1,
            page: from.page.clone(),
            from: from.id.clone(),
            likenesses: Likeness::of_change(from).unwrap(),
            reason: Reason::Editorial,
            by: "Ada".parse().unwrap(),
            at: from.captured_at,
            state: RuleState::Active,
        }
    }

    /// Returns an edit of which nobody can tell what it amounts to.
    fn unclear(mut edit: Edit) -> Edit {
        edit.verdict = edit.verdict.map(|it| Verdict { sureness: Sureness::Low, ..it });
        edit
    }

    const COUNTER: (&str, &str) = ("This page was read by people", "twelve");

    #[test]
    fn a_rule_takes_the_same_passage_with_the_same_weight_and_no_other() {
        let from = change(vec![reworded("About", Meaning::Editorial, COUNTER)]);
        let rule = rule(&from);
        let edit = reworded("About", Meaning::Editorial, (COUNTER.0, "forty"));
        assert!(rule.takes(&change(vec![edit.clone()])));
        for other in [
            reworded("Sale", Meaning::Editorial, COUNTER),
            reworded("About", Meaning::Weakened, COUNTER),
            reworded("About", Meaning::Editorial, ("This page was read by few people", "ten")),
            Edit { kind: EditKind::Removed, ..edit.clone() },
            Edit { verdict: None, ..edit.clone() },
            unclear(edit.clone()),
        ] {
            assert!(!rule.takes(&change(vec![edit.clone(), other.clone()])), "{other:?}");
        }
        let mut elsewhere = change(vec![edit.clone()]);
        elsewhere.page = "q".parse().unwrap();
        assert!(!rule.takes(&elsewhere));
        assert!(!Rule { state: RuleState::Forgotten, ..rule }.takes(&change(vec![edit])));
    }

    #[test]
    fn what_would_make_too_much_alike_makes_no_rule() {
        let no = |event: &Event| Likeness::of_change(event).unwrap_err();
        let edit = reworded("", Meaning::Editorial, COUNTER);
        let removed = Edit { kind: EditKind::Removed, ..edit.clone() };
        assert_eq!(no(&change(vec![removed])), NoLikeness::NoHeading);
        let other_words = reworded("About", Meaning::Editorial, ("and so", "all else"));
        assert_eq!(no(&change(vec![other_words])), NoLikeness::NothingKept);
        assert_eq!(no(&change(vec![Edit { verdict: None, ..edit.clone() }])), NoLikeness::Unjudged);
        assert_eq!(no(&change(Vec::new())), NoLikeness::NoWording);
        let mut pledged = change(vec![edit]);
        let What::Change(touched) = &mut pledged.what else { panic!() };
        touched.pledges = vec![PledgeChange {
            pledge: "faces".parse().unwrap(),
            name: "Faces".to_owned(),
            standing: Standing::Weakened,
            step: Some(Step {
                what: Happening::Weakened,
                numbers: None,
                moved: false,
                doubt: String::new(),
                before: None,
                after: None,
                marks: Vec::new(),
                verdict: None,
                beside: Vec::new(),
            }),
        }];
        assert_eq!(no(&pledged), NoLikeness::Pledge);
    }
}
