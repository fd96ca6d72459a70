//! Captures of pages that are made of several addresses: each capture shows one, and the others are
//! taken as they were captured last, as a visit at that time would have found them.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{
        page::PageId,
        snapshot::Digest,
        time::Timestamp,
        visit::{Outcome, Part},
        watch::Watch,
    },
};

/// What each address of such pages gave last in this import.
#[derive(Default)]
pub struct Assembly {
    latest: BTreeMap<(PageId, usize), Held>,
}

/// What an address gave.
struct Held {
    at: Timestamp,
    part: Part,
    digest: Digest,
    /// Whether a visit that holds the body was made.
    is_handed_over: bool,
}

impl Assembly {
    /// Returns the parts of the visit that a capture of one address stands for; `None` while
    /// another address was never captured.
    pub fn visit(
        &mut self,
        archive: &Archive,
        watch: &Watch,
        (position, at): (usize, Timestamp),
        part: Part,
    ) -> Result<Option<Vec<Part>>, ArchiveError> {
        let is_page = part.answer.as_ref().is_none_or(|it| matches!(it.status, 200 | 203 | 304));
        let digest = match &part.outcome {
            Outcome::Captured(snapshot) => Some(snapshot.digest()),
            Outcome::NotModified { digest } => Some(*digest),
            Outcome::Failed(_) => None,
        };
        let mut parts = Vec::new();
        for other in 0..watch.urls.len() {
            if other == position {
                parts.push(Some(part.clone()));
            } else {
                parts.push(self.as_last(archive, watch, (other, at))?);
            }
        }
        let parts: Option<Vec<Part>> = parts.into_iter().collect();
        if let Some(digest) = digest.filter(|_| is_page) {
            let is_handed_over = parts.is_some();
            let held = Held { at, part, digest, is_handed_over };
            self.latest.insert((watch.page.clone(), position), held);
        }
        if parts.is_some() {
            let held = self.latest.iter_mut().filter(|((page, _), _)| *page == watch.page);
            held.for_each(|(_, held)| held.is_handed_over = true);
        }
        Ok(parts)
    }

    /// Returns an address as it was captured last.
    fn as_last(
        &self,
        archive: &Archive,
        watch: &Watch,
        (position, at): (usize, Timestamp),
    ) -> Result<Option<Part>, ArchiveError> {
        let url = &watch.urls[position];
        let on_record = archive.gave_last(&watch.page, url.as_str(), at)?;
        let held = self.latest.get(&(watch.page.clone(), position));
        let again = |digest| Part {
            url: url.clone(),
            hops: Vec::new(),
            answer: None,
            outcome: Outcome::NotModified { digest },
            attempts: 1,
            took: Duration::ZERO,
        };
        Ok(match (held, on_record) {
            (Some(held), on_record) if on_record.is_none_or(|(since, _)| since <= held.at) => {
                Some(if held.is_handed_over { again(held.digest) } else { held.part.clone() })
            }
            (_, Some((_, digest))) => Some(again(digest)),
            (Some(_) | None, None) => None,
        })
    }
}
