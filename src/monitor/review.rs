//! Review: which changes wait for whom, and what people decided about them. The terminal and the
//! web both work with this.

use crate::{
    archive::{reviews::ChangeQuery, rules::NewRule, store::Archive},
    model::{
        event::{EventId, EventKind, Told},
        page::PageId,
        review::{Decision, Review, ReviewNote, ReviewStanding, Reviewer, RuleId},
        rule::{Likeness, NoLikeness, Rule},
        time::Timestamp,
    },
    monitor::app::{App, MonitorError},
};

/// Which changes to list.
pub type ReviewQuery = ChangeQuery;

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
    let trail = app.archive.together(|archive| record(archive, change, review))?;
    Ok(reviewed(app, told, trail))
}

/// Dismisses a change, and writes the rule by which changes like it are dismissed on its page from
/// now on, as they are recorded. Fails as [`decide`] does, and with [`MonitorError::NoRule`] where
/// too much would be alike.
pub fn always(
    app: &mut App,
    change: &EventId,
    review: &NewReview,
) -> Result<(Reviewed, RuleId), MonitorError> {
    let told = one(app, change)?.told;
    let no_rule = |reason| MonitorError::NoRule { change: change.clone(), reason };
    let Decision::Dismiss(reason) = &review.decision else {
        return Err(no_rule(NoLikeness::NotDismissed));
    };
    let rule = NewRule {
        from: change.clone(),
        likenesses: Likeness::of_change(&told.event).map_err(no_rule)?,
        reason: reason.clone(),
        by: review.by.clone(),
        at: review.at,
    };
    let (trail, rule) = app.archive.together(|archive| {
        let trail = record(archive, change, review)?;
        Ok::<_, MonitorError>((trail, archive.add_rule(&rule)?))
    })?;
    Ok((reviewed(app, told, trail), rule))
}

fn record(
    archive: &mut Archive,
    change: &EventId,
    review: &NewReview,
) -> Result<Vec<Review>, MonitorError> {
    let NewReview { decision, note, by, at, seen } = review.clone();
    let trail = archive.reviews(change)?;
    if seen.is_some_and(|seen| seen != trail.len()) {
        return Err(MonitorError::ReviewedSince { change: change.clone() });
    }
    archive.add_review(change, &Review { decision, note, by, at, rule: None })?;
    Ok(archive.reviews(change)?)
}

/// A rule with the change that it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRule {
    /// The rule as it stands.
    pub rule: Rule,
    /// The change.
    pub from: Option<Told>,
}

/// Returns all rules as they stand, those that were taken back included.
pub fn rules(app: &App) -> Result<Vec<ShownRule>, MonitorError> {
    shown(app, app.archive.rules()?)
}

/// Returns the rules of a page as they stand, those that were taken back included.
pub fn rules_of(app: &App, page: &PageId) -> Result<Vec<ShownRule>, MonitorError> {
    shown(app, app.archive.rules_of(page)?)
}

fn shown(app: &App, rules: Vec<Rule>) -> Result<Vec<ShownRule>, MonitorError> {
    let shown = |rule: Rule| Ok(ShownRule { from: app.archive.event(&rule.from)?, rule });
    rules.into_iter().map(shown).collect()
}

/// Takes a rule back from now on, and returns how it stands then; what it dismissed stays dismissed
/// until somebody decides otherwise.
pub fn forget_rule(
    app: &mut App,
    rule: RuleId,
    by: &Reviewer,
    at: Timestamp,
) -> Result<Rule, MonitorError> {
    let found = |app: &App| Ok(app.archive.rules()?.into_iter().find(|it| it.id == rule));
    let unknown = || MonitorError::UnknownRule { rule };
    found(app).and_then(|it: Option<Rule>| it.ok_or_else(unknown))?;
    app.archive.forget_rule(rule, by, at)?;
    found(app).and_then(|it| it.ok_or_else(unknown))
}

fn reviewed(app: &App, told: Told, trail: Vec<Review>) -> Reviewed {
    let standing = ReviewStanding::after(&trail);
    let is_settled = standing.is_settled(app.watchlist.settings.reviewers);
    Reviewed { told, trail, standing, is_settled }
}
