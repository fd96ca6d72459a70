//! What a clause states: whose duty or right.

use crate::compare::meaning::reading::Read;
use crate::compare::meaning::terms::{Sense, Term};
use crate::model::verdict::{Bound, Direction, Meaning, Norm};

/// Returns what a clause states and who is bound by it.
pub fn norm(reads: &[Read], terms: &[Term]) -> (Norm, Bound) {
    let is = |word: &str| reads.iter().any(|it| it.key == word);
    if is("means") || is("mean") {
        return (Norm::Definition, Bound::Nobody);
    }
    let force = terms.iter().position(|it| matches!(it.sense, Sense::Force(_)));
    let actor = |terms: &[Term]| {
        let actors = terms.iter().rev().map(|it| it.sense);
        actors.into_iter().find(|it| matches!(it, Sense::Company | Sense::User))
    };
    let governing = force.map(|at| (actor(&terms[..at]), terms[at].sense, terms.get(at + 1)));
    let denied = |next: Option<&Term>| next.is_some_and(|it| it.sense == Sense::Negation);
    match governing {
        Some((Some(Sense::User), Sense::Force(2), next)) if !denied(next) => {
            (Norm::UserRight, Bound::Company)
        }
        Some((Some(Sense::User), _, _)) => (Norm::UserDuty, Bound::User),
        Some((Some(Sense::Company), Sense::Force(2), next)) if !denied(next) => {
            (Norm::Reservation, Bound::Company)
        }
        Some((Some(_), _, _)) => (Norm::Commitment, Bound::Company),
        Some((None, _, _)) | None => match terms.iter().map(|it| it.sense).next() {
            Some(Sense::Company) if terms.iter().any(|it| it.sense == Sense::Negation) => {
                (Norm::Commitment, Bound::Company)
            }
            Some(Sense::Company) => (Norm::Reservation, Bound::Company),
            Some(Sense::User) => (Norm::UserDuty, Bound::User),
            _ => (Norm::Fact, Bound::Nobody),
        },
    }
}

/// Returns which way a meaning goes for a norm; `is_more` tells for exceptions and conditions
/// whether the norm reaches further than before, `None` where it cannot be told.
pub fn direction(norm: Norm, meaning: Meaning, is_more: Option<bool>) -> Direction {
    let is_more = match meaning {
        Meaning::Cosmetic | Meaning::Editorial => return Direction::Neutral,
        Meaning::Added | Meaning::Strengthened | Meaning::Widened => Some(true),
        Meaning::Removed | Meaning::Weakened | Meaning::Narrowed => Some(false),
        Meaning::Exception | Meaning::Condition => is_more,
    };
    let Some(is_more) = is_more else { return Direction::Unclear };
    match (norm, is_more) {
        (Norm::Commitment | Norm::UserRight, true) => Direction::Tighter,
        (Norm::Commitment | Norm::UserRight, false) => Direction::Looser,
        (Norm::Reservation, true) => Direction::Looser,
        (Norm::Reservation, false) => Direction::Tighter,
        (Norm::UserDuty, true) => Direction::UserMore,
        (Norm::UserDuty, false) => Direction::UserLess,
        (Norm::Definition, _) => Direction::Unclear,
        (Norm::Fact, _) => Direction::Neutral,
    }
}
