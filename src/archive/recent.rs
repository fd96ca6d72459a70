//! The bytes held in memory within one transaction. It knows no shelf and no database.

use std::{collections::VecDeque, sync::Arc};

use crate::model::snapshot::Digest;

/// Bytes written or read lately, so that a successor need not decode the chain below it.
///
/// Named by digest alone, so that what a rolled back transaction left here is still true.
#[derive(Default)]
pub struct Recent {
    entries: VecDeque<(Digest, Arc<[u8]>)>,
    bytes: usize,
}

impl Recent {
    /// The most that is held, in bytes.
    const BYTES_MAX: usize = 16 << 20;

    /// Returns the bytes of this digest, if they are held.
    pub fn get(&mut self, digest: &Digest) -> Option<Arc<[u8]>> {
        let at = self.entries.iter().position(|(held, _)| held == digest)?;
        let entry = self.entries.remove(at)?;
        let bytes = Arc::clone(&entry.1);
        self.entries.push_back(entry);
        Some(bytes)
    }

    /// Lets go of everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    /// Holds these bytes, of this digest, in place of those that were used longest ago.
    pub fn keep(&mut self, digest: Digest, bytes: &Arc<[u8]>) {
        if Self::BYTES_MAX < bytes.len() || self.get(&digest).is_some() {
            return;
        }
        self.bytes += bytes.len();
        self.entries.push_back((digest, Arc::clone(bytes)));
        while Self::BYTES_MAX < self.bytes {
            let Some((_, gone)) = self.entries.pop_front() else { break };
            self.bytes -= gone.len();
        }
    }
}
