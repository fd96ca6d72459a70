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
        history::{Judgement, NamedReading, PageState, Reading, Seal},
        page::PageId,
        snapshot::Digest,
        text::Text,
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
    pub came: Came,
    known: Known,
}

/// What a visit gave, as far as it had to be read and loaded.
pub enum Came {
    /// What was read.
    Intake(Intake),
    /// The text of the established version, word for word and read as it was.
    Established(NamedReading),
}

enum Known {
    /// It was read before under this fingerprint.
    ReadBefore,
    /// It was read now; with what the next visit is held against, where that can be told.
    ReadNow(Option<Seal>),
}

impl Came {
    /// Returns the text that was loaded, if one was, and those of the page's addresses where it has
    /// several.
    pub fn texts(&self) -> (Option<Text>, Vec<Text>) {
        match self {
            Came::Intake(Intake::Text { reading, parts, .. }) => {
                (Some(reading.text.clone()), intake::texts(parts))
            }
            Came::Intake(Intake::NotModified | Intake::Trouble(_)) | Came::Established(_) => {
                (None, Vec::new())
            }
        }
    }
}

/// Reads a visit of a page in this state, or finds that it reads as the page's latest body did.
pub fn take_in(
    watch: &Watch,
    visit: &Visit,
    archive: &Archive,
    state: &PageState,
) -> Result<Familiar, ArchiveError> {
    let fingerprint = fingerprint_of(visit, &watch.selection);
    if let Some(fingerprint) = &fingerprint
        && let Some((named, seal)) =
            archive.read_as(&visit.page, &regime(&watch.selection), fingerprint)?
    {
        let came = match is_established(archive, state, &named)? {
            true => Came::Established(named),
            false => Came::Intake(load(archive, &named, seal)?),
        };
        return Ok(Familiar { came, known: Known::ReadBefore });
    }
    let intake = intake::take_in(watch, visit, archive)?;
    let seal = match (&intake, fingerprint) {
        (Intake::Text { sign, language, .. }, Some(fingerprint)) => {
            Some(Seal { fingerprint, sign: sign.clone(), language: language.clone() })
        }
        (Intake::Text { .. } | Intake::NotModified | Intake::Trouble(_), _) => None,
    };
    Ok(Familiar { came: Came::Intake(intake), known: Known::ReadNow(seal) })
}

/// Returns whether a reading is that of the established version, of which all was told, and nothing
/// else waits: then it is what a visit is held against, and no text need be loaded to say so. A text
/// that was damaged meanwhile is told by `verify` then, or by the next visit that is held against it.
fn is_established(
    archive: &Archive,
    state: &PageState,
    named: &NamedReading,
) -> Result<bool, ArchiveError> {
    let Some(version) = &state.version else { return Ok(false) };
    Ok(state.waiting.is_none()
        && (version.text, version.regime) == (named.text, named.regime)
        && archive.ground(version.id)?.is_none())
}

fn load(archive: &Archive, named: &NamedReading, seal: Seal) -> Result<Intake, ArchiveError> {
    let NamedReading { text, regime, wording } = *named;
    let reading = Reading { text: archive.text(&text)?, regime, wording };
    let Seal { sign, language, fingerprint: _ } = seal;
    Ok(Intake::Text { reading, sign, language, parts: Vec::new() })
}

impl Familiar {
    /// Divides what the visit gave from how that is noted on its judgement.
    pub fn into_parts(self) -> (Came, impl FnOnce(&mut Judgement)) {
        let known = self.known;
        (self.came, move |judgement: &mut Judgement| match known {
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
