//! What a process holds of the log between its acts: what it wrote, and frames at hand.

use std::{collections::BTreeMap, sync::Arc};

use crate::archive::log::touched::Touched;

/// What a process holds of the log.
#[derive(Default)]
pub struct Tail {
    /// What this transaction wrote.
    pub touched: Touched,
    /// Frames at hand.
    pub frames: RecentFrames,
}

impl Tail {
    /// Forgets all that was noted and held: what a transaction wrote that was given up.
    pub fn forget(&mut self) {
        *self = Tail::default();
    }
}

/// Frames that were written or read lately, by the number of their first entry.
#[derive(Default)]
pub struct RecentFrames {
    held: BTreeMap<i64, Arc<[u8]>>,
    bytes: usize,
}

impl RecentFrames {
    /// The most that is held, in bytes.
    const BYTES_MAX: usize = 4 << 20;

    /// Returns a frame's bytes, if they are held.
    pub fn get(&self, first: i64) -> Option<Arc<[u8]>> {
        self.held.get(&first).map(Arc::clone)
    }

    /// Holds a frame's bytes in place of the earliest.
    pub fn keep(&mut self, first: i64, bytes: &Arc<[u8]>) {
        if let Some(before) = self.held.insert(first, Arc::clone(bytes)) {
            self.bytes -= before.len();
        }
        self.bytes += bytes.len();
        while Self::BYTES_MAX < self.bytes {
            let Some((_, gone)) = self.held.pop_first() else { break };
            self.bytes -= gone.len();
        }
    }
}
