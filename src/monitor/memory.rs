//! What a page has shown lately, gathered for a judgement: bounded, and read under one regime.

use std::collections::BTreeMap;

use crate::{
    archive::{error::ArchiveError, store::Archive},
    compare::trace::Said,
    model::{
        history::{Regime, Shown, VisitId},
        page::PageId,
        snapshot::Digest,
        text::Text,
        time::Timestamp,
    },
};

/// The most visits that are looked back on: a hundred days of six-hourly ones.
const VISITS_MAX: usize = 400;

/// The most different texts of them that are read; visits with others are left out.
const TEXTS_MAX: usize = 48;

/// How many bytes of words they may have before no further text is read: long ones are remembered
/// less far back.
const TEXTS_BYTES_MAX: usize = 16 << 20;

/// What a page showed at its latest healthy visits.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Under which its texts were read.
    pub regime: Option<Regime>,
    /// The visits, oldest first.
    pub visits: Vec<Seen>,
    /// The different texts of them.
    pub texts: Vec<Remembered>,
}

/// One healthy visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The visit.
    pub visit: VisitId,
    /// When it was.
    pub at: Timestamp,
    /// Which of the texts it showed.
    pub text: usize,
}

/// A text that the page has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its digest.
    pub digest: Digest,
    /// The text.
    pub text: Text,
    /// What it says.
    pub said: Said,
}

/// What is established now, for visits at which the server confirmed the body that we know.
#[derive(Clone, Copy, Debug)]
pub struct Established {
    /// Its text.
    pub text: Digest,
    /// When it was first seen.
    pub first_at: Timestamp,
}

/// Returns what a page showed at its latest healthy visits before an instant, as far as it was
/// read under `regime`: texts of different regimes are not to be compared.
pub fn recall(
    archive: &Archive,
    page: &PageId,
    before: Timestamp,
    regime: &Regime,
    established: Established,
) -> Result<Memory, ArchiveError> {
    let mut memory = Memory { regime: Some(*regime), ..Memory::default() };
    let mut bytes = 0;
    let mut known: BTreeMap<Digest, usize> = BTreeMap::new();
    for shown in archive.shown(page, before, VISITS_MAX)? {
        let Some(digest) = text_of(&shown, regime, established) else { continue };
        let text = match known.get(&digest) {
            Some(&text) => text,
            None if memory.texts.len() == TEXTS_MAX || TEXTS_BYTES_MAX < bytes => continue,
            None => {
                let Some(text) = archive.text_if_kept(&digest)? else { continue };
                bytes += text.blocks.iter().map(|block| block.words.len()).sum::<usize>();
                memory.texts.push(Remembered { digest, said: memory.said(&text), text });
                known.insert(digest, memory.texts.len() - 1);
                memory.texts.len() - 1
            }
        };
        memory.visits.push(Seen { visit: shown.visit, at: shown.captured_at, text });
    }
    memory.visits.reverse();
    Ok(memory)
}

impl Memory {
    /// Returns what a text of the page says, most of which it mostly said before.
    pub fn said(&self, text: &Text) -> Said {
        Said::beside(text, self.texts.last().map(|it| (&it.text, &it.said)))
    }

    /// Adds a visit whose text was read again, unless it is there.
    pub fn add(&mut self, visit: VisitId, at: Timestamp, text: &Text) {
        if self.visits.iter().any(|seen| seen.visit == visit) {
            return;
        }
        let digest = text.digest();
        let known = self.texts.iter().position(|it| it.digest == digest);
        let number = known.unwrap_or(self.texts.len());
        if known.is_none() {
            let said = self.said(text);
            self.texts.push(Remembered { digest, said, text: text.clone() });
        }
        let place = self.visits.partition_point(|seen| (seen.at, seen.visit) < (at, visit));
        self.visits.insert(place, Seen { visit, at, text: number });
    }
}

fn text_of(shown: &Shown, regime: &Regime, established: Established) -> Option<Digest> {
    match &shown.text {
        Some((digest, read_under)) => (read_under == regime).then_some(*digest),
        None => (established.first_at <= shown.captured_at).then_some(established.text),
    }
}
