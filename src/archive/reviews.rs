//! What people decided about changes, in the order in which they did. Nothing is taken back here but
//! by a later decision.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        events,
        log::touched::Subject,
        mark_forms::known,
        store::Archive,
    },
    model::{
        event::{EventId, Told},
        page::PageId,
        review::{Decision, Review, ReviewState, RuleId},
        time::Timestamp,
    },
};

/// Which changes to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeQuery {
    /// In this state alone.
    pub state: Option<ReviewState>,
    /// Of one page alone.
    pub page: Option<PageId>,
    /// Of one company alone, as the watchlist called it then.
    pub company: Option<String>,
    /// Captured at this instant or later.
    pub since: Option<Timestamp>,
    /// At most so many, the latest ones.
    pub limit: Option<usize>,
}

/// The decision that holds for the event `e`; `reopen` where none does.
pub(super) const LATEST: &str = "coalesce((SELECT decision FROM review r
    WHERE r.event = e.id AND r.decision <> 'note' ORDER BY r.id DESC LIMIT 1), 'reopen')";

/// Changes that are reviewed: alerts, and what somebody or a rule decided about.
pub(super) const REVIEWED: &str = "e.kind = 'change' AND e.superseded_by IS NULL
    AND (e.telling = 'alert' OR EXISTS (SELECT 1 FROM review r WHERE r.event = e.id))";

impl Archive {
    /// Adds what was decided about an event to its trail. Fails for one that is not on record.
    pub fn add_review(&mut self, event: &EventId, review: &Review) -> Result<(), ArchiveError> {
        self.write(|access| {
            let event = events::require(access, event)?;
            insert(access, event, review)
        })
    }

    /// Returns all that was decided about an event, oldest first.
    pub fn reviews(&self, event: &EventId) -> Result<Vec<Review>, ArchiveError> {
        self.read(|access| {
            access.read(
                "SELECT r.decision, r.reason, r.note, r.reviewer, r.at, r.rule FROM review r
                 JOIN event e ON e.id = r.event WHERE e.name = ?1 ORDER BY r.id",
                [event],
                review,
            )
        })
    }

    /// Returns changes with their trails, in the order of their captures.
    pub fn reviewed_changes(
        &self,
        query: &ChangeQuery,
    ) -> Result<Vec<(Told, Vec<Review>)>, ArchiveError> {
        let limit = query.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(i64::MAX);
        let decision = query.state.map(decision_of);
        let since = query.since.map_or(i64::MIN, Timestamp::as_millis);
        self.read(|access| {
            let page = match &query.page {
                Some(page) => match access.page(page)? {
                    Some(id) => Some(id),
                    None => return Ok(Vec::new()),
                },
                None => None,
            };
            // Two statements, so that each finds its index.
            let of_page = if page.is_some() { "e.page = ?1" } else { "?1 IS NULL" };
            let which = format!(
                "{of_page} AND {REVIEWED} AND e.captured_at >= ?2
                     AND (?3 IS NULL OR e.company = ?3) AND (?4 IS NULL OR {LATEST} = ?4)
                 ORDER BY e.captured_at DESC, e.id DESC LIMIT ?5"
            );
            let mut found = events::select(
                access,
                &which,
                params![page, since, query.company, decision, limit],
            )?;
            found.reverse();
            let with_trail = |(id, told)| Ok((told, trail(access, id)?));
            found.into_iter().map(with_trail).collect()
        })
    }

    /// Returns how many changes are in each state, in the order of [`ReviewState::ALL`].
    pub fn review_counts(&self) -> Result<[u64; 4], ArchiveError> {
        self.read(|access| {
            let count = |row: &Row<'_>, at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
            // What nobody decided about is most of it: it is counted by an index of its own.
            let alerted = access.one(
                "SELECT count(*) FROM event WHERE kind = 'change' AND superseded_by IS NULL
                     AND telling = 'alert'",
                [],
                |row| count(row, 0),
            )?;
            let sql = format!(
                "SELECT {LATEST} AS latest, count(*), coalesce(sum(e.telling = 'alert'), 0)
                 FROM event e WHERE e.id IN (SELECT event FROM review)
                     AND e.kind = 'change' AND e.superseded_by IS NULL GROUP BY latest"
            );
            let counts = access.all(&sql, [], |row| {
                Ok((row.get::<_, String>(0)?, count(row, 1)?, count(row, 2)?))
            })?;
            let told: u64 = counts.iter().map(|(_, _, told)| told).sum();
            Ok(ReviewState::ALL.map(|state| {
                let of_state = counts.iter().find(|(latest, ..)| latest == decision_of(state));
                let touched = of_state.map_or(0, |(_, count, _)| *count);
                match state {
                    ReviewState::New => touched + alerted.saturating_sub(told),
                    ReviewState::Confirmed | ReviewState::Dismissed | ReviewState::Escalated => {
                        touched
                    }
                }
            }))
        })
    }
}

/// Adds a row to the trail of an event.
pub fn insert(access: Access<'_>, event: i64, review: &Review) -> Result<(), Fault> {
    let id = access.insert(
        "INSERT INTO review (event, decision, reason, note, reviewer, at, rule, salt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, randomblob(16))",
        params![
            event,
            review.decision.code(),
            review.decision.reason().map(|reason| reason.code()),
            review.note.as_ref().map(|note| note.as_str()),
            review.by.as_str(),
            review.at,
            review.rule.map(|rule| rule.0)
        ],
    )?;
    access.touch(Subject::Review(id));
    Ok(())
}

/// Adds what a rule decided about an event that is told to nobody; where anything was decided about
/// it, or it was told when the page was judged before, nothing is added.
pub fn dismiss(access: Access<'_>, event: &EventId, review: &Review) -> Result<(), Fault> {
    let event = events::require(access, event)?;
    let sql = "SELECT telling = 'quiet' AND NOT EXISTS (SELECT 1 FROM review WHERE event = e.id)
         FROM event e WHERE id = ?1";
    match access.one(sql, [event], |row| row.get(0))? {
        true => insert(access, event, review),
        false => Ok(()),
    }
}

fn trail(access: Access<'_>, event: i64) -> Result<Vec<Review>, Fault> {
    access.read(
        "SELECT decision, reason, note, reviewer, at, rule FROM review
         WHERE event = ?1 ORDER BY id",
        [event],
        review,
    )
}

fn review(row: &Row<'_>) -> Result<Review, Fault> {
    let (code, reason): (String, Option<String>) = (row.get(0)?, row.get(1)?);
    let decision = match (code.as_str(), reason) {
        ("confirm", None) => Some(Decision::Confirm),
        ("dismiss", Some(reason)) => reason.parse().ok().map(Decision::Dismiss),
        ("escalate", None) => Some(Decision::Escalate),
        ("reopen", None) => Some(Decision::Reopen),
        ("note", None) => Some(Decision::Note),
        (_, _) => None,
    };
    let (note, by): (Option<String>, String) = (row.get(2)?, row.get(3)?);
    let note = note.map(|note| known(&note, note.parse().ok())).transpose()?;
    Ok(Review {
        decision: known(&code, decision)?,
        note,
        by: known(&by, by.parse().ok())?,
        at: row.get(4)?,
        rule: row.get::<_, Option<i64>>(5)?.map(RuleId),
    })
}

/// Returns the code of the decision that leads to a state.
fn decision_of(state: ReviewState) -> &'static str {
    match state {
        ReviewState::New => "reopen",
        ReviewState::Confirmed => "confirm",
        ReviewState::Dismissed => "dismiss",
        ReviewState::Escalated => "escalate",
    }
}
