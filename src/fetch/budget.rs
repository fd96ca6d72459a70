//! How long a visit may take. Counts only the time in which a server keeps us waiting: neither
//! the host's turn nor the rest before another try is its fault.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use crate::model::visit::FetchFailure;

/// The time that is left for one address.
pub struct Budget {
    limit: Duration,
    left: Duration,
    began: Option<Instant>,
}

/// A deadline within the budget, and what it is called.
#[derive(Clone, Copy)]
pub struct Stage {
    /// Its name, as in [`FetchFailure::TimedOut`].
    pub name: &'static str,
    /// How long it may take.
    pub limit: Duration,
}

impl Budget {
    /// Returns a budget of `limit`, all of it left.
    pub fn new(limit: Duration) -> Budget {
        Budget { limit, left: limit, began: None }
    }

    /// Returns the time since the first request, zero if there was none.
    pub fn took(&self) -> Duration {
        self.began.map_or(Duration::ZERO, |began| began.elapsed())
    }

    /// Returns whether no time is left.
    pub fn is_spent(&self) -> bool {
        self.left.is_zero()
    }

    /// Returns the whole budget as a stage.
    pub fn whole(&self) -> Stage {
        Stage { name: "visit", limit: self.limit }
    }

    /// Runs `work` until it is done, the stage's time is up or the budget is spent.
    pub async fn spend<F: Future>(
        &mut self,
        stage: Stage,
        work: F,
    ) -> Result<F::Output, FetchFailure> {
        let started = Instant::now();
        self.began.get_or_insert(started);
        let is_last = self.left <= stage.limit;
        let done = tokio::time::timeout(self.left.min(stage.limit), work).await;
        self.left = match done {
            Err(_) if is_last => Duration::ZERO,
            Ok(_) | Err(_) => self.left.saturating_sub(started.elapsed()),
        };
        done.map_err(|_| {
            let stage = if is_last { self.whole() } else { stage };
            FetchFailure::TimedOut { stage: stage.name, limit: stage.limit }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn the_shorter_deadline_ends_the_wait_and_is_named() {
        let (ms, hour) = (Duration::from_millis, Duration::from_secs(3_600));
        let mut budget = Budget::new(hour);
        let head = Stage { name: "head", limit: ms(10) };
        let failure = budget.spend(head, pending::<()>()).await.unwrap_err();
        assert_eq!(failure, FetchFailure::TimedOut { stage: "head", limit: ms(10) });
        assert!(!budget.is_spent());
        let mut budget = Budget::new(ms(15));
        let head = Stage { name: "head", limit: hour };
        let failure = budget.spend(head, pending::<()>()).await.unwrap_err();
        assert_eq!(failure, FetchFailure::TimedOut { stage: "visit", limit: ms(15) });
        assert!(budget.is_spent());
        assert!(ms(15) <= budget.took());
    }
}
