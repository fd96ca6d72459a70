//! Review: which changes wait for whom, and what people decided about them. The terminal and the
//! web both work with this.

use crate::{
    archive::reviews::ChangeQuery,
    model::{
        event::{EventId, EventKind, Told},
        review::{Decision, Review, ReviewNote, ReviewStanding, Reviewer},
        time::Timestamp,
    },
    monitor::app::{App, MonitorError},
};

pub use crate::archive::reviews::ChangeQuery as ReviewQuery;

/// A change with all that was decided about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    /// The change, and who was told.
    pub told: Told,
    /// All that was decided, oldest first.
    pub trail: Vec<Review>,
    /// Where that leaves it.
    pub standing: ReviewStanding,
    /// Whether as many people agree as the watchlist asks for.
    pub is_settled: bool,
}

/// What somebody decides about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReview {
    /// What, with its reason.
    pub decision: Decision,
    /// A note to it; required where the decision is a note and nothing else.
    pub note: Option<ReviewNote>,
    /// Who.
    pub by: Reviewer,
    /// When.
    pub at: Timestamp,
    /// How many entries the trail had when the reviewer looked ([`ReviewStanding::entries`]): when
    /// somebody else decided since, nothing is recorded. `None` decides whatever happened.
    pub seen: Option<usize>,
}

/// Returns changes with where they stand, in the order of their captures: those that were alerted,
/// and those that were dismissed by a rule.
pub fn list(app: &App, query: &ChangeQuery) -> Result<Vec<Reviewed>, MonitorError> {
    let found = app.archive.reviewed_changes(query)?;
    Ok(found.into_iter().map(|(told, trail)| reviewed(app, told, trail)).collect())
}

/// Returns one change with where it stands. Fails where there is none, or it is no change of a
/// wording.
pub fn one(app: &App, change: &EventId) -> Result<Reviewed, MonitorError> {
    let told = app.archive.event(change)?;
    let told = told.ok_or_else(|| MonitorError::UnknownChange { change: change.clone() })?;
    if told.event.kind() != EventKind::Change {
        let kind = told.event.kind().code();
        return Err(MonitorError::NotReviewed { event: change.clone(), kind });
    }
    let trail = app.archive.reviews(change)?;
    Ok(reviewed(app, told, trail))
}

/// Returns all that was decided about a change, oldest first.
pub fn history(app: &App, change: &EventId) -> Result<Vec<Review>, MonitorError> {
    Ok(one(app, change)?.trail)
}

/// Returns how many changes are in each state, in the order of
/// [`ReviewState::ALL`](crate::model::review::ReviewState::ALL).
pub fn counts(app: &App) -> Result<[u64; 4], MonitorError> {
    Ok(app.archive.review_counts()?)
}

/// Records what somebody decides about a change, and returns where that leaves it.
///
/// Nothing that was decided before is altered. Fails as [`one`] does, where a note has no
/// words, and with [`MonitorError::ReviewedSince`] where somebody else decided since the reviewer
/// looked.
pub fn decide(
    app: &mut App,
    change: &EventId,
    review: &NewReview,
) -> Result<Reviewed, MonitorError> {
    let told = one(app, change)?.told;
    if review.decision == Decision::Note && review.note.is_none() {
        return Err(MonitorError::NoNote { change: change.clone() });
    }
    let NewReview { decision, note, by, at, seen } = review.clone();
    let review = Review { decision, note, by, at, rule: None };
    let trail = app.archive.together(|archive| {
        let trail = archive.reviews(change)?;
        if seen.is_some_and(|seen| seen != trail.len()) {
            return Err(MonitorError::ReviewedSince { change: change.clone() });
        }
        archive.add_review(change, &review)?;
        Ok(archive.reviews(change)?)
    })?;
    Ok(reviewed(app, told, trail))
}

fn reviewed(app: &App, told: Told, trail: Vec<Review>) -> Reviewed {
    let standing = ReviewStanding::after(&trail);
    let is_settled = standing.is_settled(app.watchlist.settings.reviewers);
    Reviewed { told, trail, standing, is_settled }
}
