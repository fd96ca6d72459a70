//! What a visit gave, where nothing that is read differs from what was read last: as then.
//!
//! A reading is a function of what its rules read, so it need not be made again where that is the
//! same. What only looks the same is read: a page of several addresses, and one whose fingerprint
//! cannot be told for certain.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
};

use crate::{
    archive::{error::ArchiveError, store::Archive},
    extract::{fingerprint::fingerprint, page::Source},
    model::{
        history::{Judgement, Seal},
        page::PageId,
        snapshot::Digest,
        visit::Visit,
        watch::{Selection, Watch},
    },
    monitor::intake::{self, Intake, only_body, regime, take_in_alone},
};

/// What [`explain`] says of a visit that was not read for itself.
///
/// [`explain`]: crate::monitor::history
pub const REASON: &str = "read as before: nothing that is read of the page differs";

/// What a visit gave, and how it came to be known.
pub struct Familiar {
    /// What it gave.
    pub intake: Intake,
    known: Known,
}

enum Known {
    /// It was read before under this fingerprint.
    ReadBefore,
    /// It was read now; with what the next visit is held against, where that can be told.
    ReadNow(Option<Seal>),
}

/// Reads a visit, or finds that it reads as the page's latest body did.
pub fn take_in(watch: &Watch, visit: &Visit, archive: &Archive) -> Result<Familiar, ArchiveError> {
    let fingerprint = fingerprint_of(visit, &watch.selection);
    if let Some(fingerprint) = &fingerprint
        && let Some((reading, seal)) =
            archive.read_as(&visit.page, &regime(&watch.selection), fingerprint)?
    {
        let Seal { sign, language, fingerprint: _ } = seal;
        let intake = Intake::Text { reading, sign, language, parts: Vec::new() };
        return Ok(Familiar { intake, known: Known::ReadBefore });
    }
    let intake = intake::take_in(watch, visit, archive)?;
    let seal = match (&intake, fingerprint) {
        (Intake::Text { sign, language, .. }, Some(fingerprint)) => {
            Some(Seal { fingerprint, sign: sign.clone(), language: language.clone() })
        }
        (Intake::Text { .. } | Intake::NotModified | Intake::Trouble(_), _) => None,
    };
    Ok(Familiar { intake, known: Known::ReadNow(seal) })
}

impl Familiar {
    /// Divides what the visit gave from how that is noted on its judgement.
    pub fn into_parts(self) -> (Intake, impl FnOnce(&mut Judgement)) {
        let known = self.known;
        (self.intake, move |judgement: &mut Judgement| match known {
            Known::ReadBefore => judgement.reasons.push(REASON.to_owned()),
            Known::ReadNow(seal) => judgement.seal = seal,
        })
    }
}

/// How many pages' readings are held at most, which may take a megabyte each.
const LATELY_MAX: usize = 32;

/// What pages read like lately, held in memory for captures that come by the thousand. It knows
/// readings alone, and leaves no trace on the record.
#[derive(Default)]
pub struct Lately {
    readings: Mutex<BTreeMap<PageId, (Digest, Intake)>>,
}

impl Lately {
    /// Does what [`take_in_alone`] does, by reading or by finding that it was read lately.
    pub fn take_in_alone(&self, watch: &Watch, visit: &Visit) -> Option<Intake> {
        let Some(fingerprint) = fingerprint_of(visit, &watch.selection) else {
            return take_in_alone(watch, visit);
        };
        let regime = regime(&watch.selection);
        let held = || self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((held, intake)) = held().get(&visit.page)
            && *held == fingerprint
            && matches!(intake, Intake::Text { reading, .. } if reading.regime == regime)
        {
            return Some(intake.clone());
        }
        let intake = take_in_alone(watch, visit)?;
        let mut held = held();
        if LATELY_MAX <= held.len() && !held.contains_key(&visit.page) {
            held.pop_first();
        }
        held.insert(visit.page.clone(), (fingerprint, intake.clone()));
        Some(intake)
    }
}

/// Returns the fingerprint of what a visit brought, if it is one body that can be read.
pub fn fingerprint_of(visit: &Visit, selection: &Selection) -> Option<Digest> {
    let (snapshot, content_type) = only_body(visit)?;
    let source = Source { bytes: snapshot.bytes(), content_type };
    // A defect of ours on one page must not stop the others.
    catch_unwind(AssertUnwindSafe(|| fingerprint(&source, selection))).unwrap_or(None)
}
