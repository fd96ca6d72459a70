//! One request at a time to a host, with a rest between two. Knows no HTTP.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Gate, OwnedMutexGuard},
    time::Instant,
};

/// Hosts that are remembered before those at rest are forgotten.
const HOSTS_KEPT: usize = 4_096;

/// The gate of a host: it holds how the last turn ended.
type HostGate = Arc<Gate<Option<Rest>>>;

/// How a turn ended.
#[derive(Clone, Copy)]
struct Rest {
    since: Instant,
    /// Whether its connection may still be open, for the next.
    is_kept: bool,
}

/// Whose turn it is, host by host; shared by everything that asks.
pub struct Turns {
    gap: Duration,
    gates: Mutex<HashMap<String, HostGate>>,
}

/// A host's turn: while it is held, nobody else asks that host. It ends when it is dropped.
pub struct Turn {
    gate: OwnedMutexGuard<Option<Rest>>,
    keeps: bool,
}

impl Turns {
    /// Returns turns with a rest of `gap` between the end of one and the start of the next.
    pub fn new(gap: Duration) -> Turns {
        Turns { gap, gates: Mutex::default() }
    }

    /// Waits for the turn of a host, named with its port, `example.org:443`.
    ///
    /// Turns are given in the order in which they were asked for.
    pub async fn take(&self, host: &str) -> Turn {
        let gate = self.gate(host).lock_owned().await;
        if let Some(rest) = *gate {
            tokio::time::sleep_until(rest.since + self.gap).await;
        }
        Turn { gate, keeps: false }
    }

    fn gate(&self, host: &str) -> HostGate {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= HOSTS_KEPT {
            let gap = self.gap;
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || !is_at_rest(gate, gap));
        }
        Arc::clone(gates.entry(host.to_owned()).or_default())
    }
}

fn is_at_rest(gate: &HostGate, gap: Duration) -> bool {
    match gate.try_lock() {
        Ok(rest) => rest.is_none_or(|rest| gap <= rest.since.elapsed()),
        Err(_) => false,
    }
}

impl Turn {
    /// Returns whether a request may have gone out on a connection that the turn before left
    /// open, and that the server may have closed since.
    pub fn follows_kept(&self) -> bool {
        self.gate.is_some_and(|rest| rest.is_kept)
    }

    /// Says that the host answered: the connection may stay open for the next turn.
    pub fn keep(&mut self) {
        self.keeps = true;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.gate = Some(Rest { since: Instant::now(), is_kept: self.keeps });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn a_host_rests_between_two_turns_and_others_need_not_wait() {
        let turns = Turns::new(GAP);
        let began = Instant::now();
        drop(turns.take("a:80").await);
        drop(turns.take("b:80").await);
        drop(turns.take("a:443").await);
        assert!(began.elapsed() < GAP, "other hosts waited");
        drop(turns.take("a:80").await);
        assert!(GAP <= began.elapsed(), "the same host did not wait");
    }

    #[tokio::test]
    async fn a_turn_is_held_by_one() {
        let turns = Turns::new(Duration::ZERO);
        let first = turns.take("a:80").await;
        let second = tokio::time::timeout(GAP, turns.take("a:80")).await;
        assert!(second.is_err());
        drop(first);
        assert!(tokio::time::timeout(GAP, turns.take("a:80")).await.is_ok());
    }

    #[tokio::test]
    async fn a_turn_knows_whether_the_one_before_left_a_connection() {
        let turns = Turns::new(Duration::ZERO);
        let mut first = turns.take("a:80").await;
        assert!(!first.follows_kept(), "nobody was there before");
        first.keep();
        drop(first);
        assert!(turns.take("a:80").await.follows_kept());
        assert!(!turns.take("a:80").await.follows_kept(), "nobody answered in between");
    }

    #[tokio::test]
    async fn hosts_at_rest_are_forgotten() {
        let turns = Turns::new(Duration::ZERO);
        for host in 0..=HOSTS_KEPT {
            drop(turns.take(&host.to_string()).await);
        }
        assert!(turns.gates.lock().unwrap().len() < HOSTS_KEPT);
    }
}
