//! The bytes held in memory within one transaction, and the texts held beyond it. It knows no shelf
//! and no database.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::model::{
    snapshot::Digest,
    text::{Block, Link, Text},
};

/// Bytes written or read lately, so that a successor need not decode the chain below it.
///
/// Named by digest alone, so that what a rolled back transaction left here is still true.
#[derive(Default)]
pub struct Recent {
    entries: VecDeque<(Digest, Bytes)>,
    bytes: usize,
}

impl Recent {
    /// The most that is held, in bytes.
    const BYTES_MAX: usize = 12 << 20;

    /// Returns the bytes of this digest, if they are held.
    pub fn get(&mut self, digest: &Digest) -> Option<Bytes> {
        let at = self.entries.iter().position(|(held, _)| held == digest)?;
        let entry = self.entries.remove(at)?;
        let bytes = entry.1.clone();
        self.entries.push_back(entry);
        Some(bytes)
    }

    /// Returns whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Lets go of everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    /// Holds these bytes, of this digest, in place of those that were used longest ago.
    pub fn keep(&mut self, digest: Digest, bytes: &Bytes) {
        if Self::BYTES_MAX < bytes.len() || self.get(&digest).is_some() {
            return;
        }
        self.bytes += bytes.len();
        self.entries.push_back((digest, bytes.clone()));
        while Self::BYTES_MAX < self.bytes {
            let Some((_, gone)) = self.entries.pop_front() else { break };
            self.bytes -= gone.len();
        }
    }
}

/// Texts read lately: what a visit is held against, it is held against again and again.
///
/// Valid as long as nobody else wrote, who could have taken one of them out.
#[derive(Default)]
pub struct LatelyRead {
    /// By which the database tells that another connection wrote.
    written: i64,
    texts: VecDeque<(Digest, Text)>,
    bytes: usize,
}

impl LatelyRead {
    /// The most that is held, in bytes: what most pages are held against at one visit.
    const BYTES_MAX: usize = 16 << 20;

    /// Returns the text of this digest, if it is held and nobody else wrote.
    pub fn get(&mut self, written: i64, digest: &Digest) -> Option<Text> {
        if self.written != written {
            *self = LatelyRead { written, ..LatelyRead::default() };
        }
        let at = self.texts.iter().position(|(held, _)| held == digest)?;
        let entry = self.texts.remove(at)?;
        let text = entry.1.clone();
        self.texts.push_back(entry);
        Some(text)
    }

    /// Returns the digest of a text that is one of those held. That it is held no more in truth is
    /// no matter: its digest stays the same.
    pub fn digest_of(&self, text: &Text) -> Option<Digest> {
        let held = self.texts.iter().rev().find(|(_, held)| held.is_clone_of(text));
        held.map(|(digest, _)| *digest)
    }

    /// Holds a text that was read, in place of those that were asked for longest ago.
    pub fn keep(&mut self, digest: Digest, text: &Text) {
        self.bytes += size(text);
        self.texts.push_back((digest, text.clone()));
        while Self::BYTES_MAX < self.bytes {
            let Some((_, gone)) = self.texts.pop_front() else { break };
            self.bytes -= size(&gone);
        }
    }
}

fn size(text: &Text) -> usize {
    let links = |block: &Block| -> usize {
        block.links.iter().map(|link| link.target.len() + size_of::<Link>()).sum()
    };
    let block = |it: &Block| it.words.len() + it.marker.len() + links(it) + size_of::<Block>();
    text.blocks.iter().map(block).sum()
}
