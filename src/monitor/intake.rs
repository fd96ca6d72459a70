//! What a visit gave, before its history is asked: a text, a confirmation, or trouble.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    archive::{error::ArchiveError, store::Archive},
    compare,
    extract::page::{Extraction, REVISION, Source, extract},
    model::{
        history::{Reading, Regime},
        snapshot::Snapshot,
        text::Text,
        trouble::{Trouble, TroubleKind},
        visit::{FetchFailure, Framing, Origin, Outcome, Part, Visit},
        watch::{Selection, Watch},
    },
};

/// What a visit gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Intake {
    /// Its text, with the signs of trouble on the page itself.
    Text {
        /// The text.
        reading: Reading,
        /// The strongest sign of trouble, if there is one.
        sign: Option<Trouble>,
        /// The language of the page, declared or detected, as a primary subtag.
        language: Option<String>,
        /// What each address gave, in order, where the page has several; else none.
        parts: Vec<PartReading>,
    },
    /// Every address answered that its body is the one that we know.
    NotModified,
    /// Nothing that could be the policy.
    Trouble(Trouble),
}

/// What one of several addresses gave: a wall before one of them is no matter of the others' size.
#[derive(Clone, Debug, PartialEq)]
pub struct PartReading {
    /// Its text.
    pub text: Text,
    /// The strongest sign of trouble, if there is one.
    pub sign: Option<Trouble>,
    /// Its language, declared or detected, as a primary subtag.
    pub language: Option<String>,
}

/// Returns the regime under which the pages of a watch are read today.
pub fn regime(selection: &Selection) -> Regime {
    Regime { revision: REVISION, selection: selection.digest() }
}

/// Reads a visit: all its parts, in order, as one text.
///
/// A body that was confirmed by a 304 beside one that changed is taken from the archive.
pub fn take_in(watch: &Watch, visit: &Visit, archive: &Archive) -> Result<Intake, ArchiveError> {
    match take_in_alone(watch, visit) {
        Some(intake) => Ok(intake),
        None => read_known(archive, visit, &watch.selection),
    }
}

/// Reads a visit without asking the archive; `None` if a body that it needs is only there.
///
/// What a 304 confirmed is the body of the established version. What another's web archive calls
/// the same as before may be any earlier body, which is read like one that came.
pub fn take_in_alone(watch: &Watch, visit: &Visit) -> Option<Intake> {
    if let Some(failure) = visit.failure() {
        return Some(Intake::Trouble(trouble_of_failure(failure)));
    }
    if let Some(trouble) = visit.parts.iter().find_map(trouble_of_status) {
        return Some(Intake::Trouble(trouble));
    }
    let is_known = |part: &Part| matches!(part.outcome, Outcome::NotModified { .. });
    if visit.origin == Origin::Live && visit.parts.iter().all(is_known) {
        return Some(Intake::NotModified);
    }
    let captured = |part: &Part| match &part.outcome {
        Outcome::Captured(snapshot) => {
            let content_type = part.answer.as_ref().and_then(|it| it.header("content-type"));
            Some((snapshot.clone(), content_type.map(str::to_owned)))
        }
        Outcome::NotModified { .. } | Outcome::Failed(_) => None,
    };
    let bodies: Option<Vec<_>> = visit.parts.iter().map(captured).collect();
    Some(read_bodies(&bodies?, &watch.selection))
}

/// Returns the body that is all that a visit brought, with its `Content-Type`; none of an answer
/// that is no page's.
pub fn only_body(visit: &Visit) -> Option<(&Snapshot, Option<&str>)> {
    match visit.parts.as_slice() {
        [part] if trouble_of_status(part).is_none() => match &part.outcome {
            Outcome::Captured(snapshot) => {
                Some((snapshot, part.answer.as_ref().and_then(|it| it.header("content-type"))))
            }
            Outcome::NotModified { .. } | Outcome::Failed(_) => None,
        },
        _ => None,
    }
}

/// Reads the bodies that a visit captured or that its 304 answers named, from the archive.
pub fn read_known(
    archive: &Archive,
    visit: &Visit,
    selection: &Selection,
) -> Result<Intake, ArchiveError> {
    let mut kept = Vec::new();
    for part in &visit.parts {
        match &part.outcome {
            Outcome::Captured(snapshot) => {
                let content_type = part.answer.as_ref().and_then(|it| it.header("content-type"));
                kept.push((snapshot.clone(), content_type.map(str::to_owned)));
            }
            Outcome::NotModified { digest } => {
                kept.push((archive.snapshot(digest)?, archive.captured_as(digest)?));
            }
            Outcome::Failed(_) => (),
        }
    }
    Ok(read_bodies(&kept, selection))
}

/// Returns whether a body may have been cut off without a word: the connection's end alone ended
/// it, and it does not close its `html` element.
pub fn may_be_cut(part: &Part) -> bool {
    let wire = part.answer.as_ref().and_then(|answer| answer.wire);
    wire.is_some_and(|wire| wire.framing == Framing::ClosedOnly) && is_open(part)
}

/// Returns whether a body does not close its `html` element; many a whole one does not.
pub fn is_open(part: &Part) -> bool {
    let Outcome::Captured(snapshot) = &part.outcome else { return false };
    let bytes = snapshot.bytes();
    // What a server's own tools append after the end of the page is small.
    let tail = &bytes[bytes.len().saturating_sub(1_024)..];
    !tail.windows(6).any(|window| window.eq_ignore_ascii_case(b"</html"))
}

/// Reads bodies, each with its `Content-Type`, as one text.
pub fn read_bodies(bodies: &[(Snapshot, Option<String>)], selection: &Selection) -> Intake {
    let mut parts = Vec::new();
    for (snapshot, content_type) in bodies {
        match extract_safely(snapshot, content_type.as_deref(), selection) {
            Ok(extraction) => parts.push(PartReading {
                sign: extraction.signs.into_iter().next(),
                text: extraction.text,
                language: extraction.language,
            }),
            Err(trouble) => return Intake::Trouble(trouble),
        }
    }
    let sign = parts.iter().find_map(|part| part.sign.clone());
    let language = parts.iter().find_map(|part| part.language.clone());
    let text = match parts.as_mut_slice() {
        [only] => std::mem::take(&mut only.text),
        several => joined(several.iter().map(|part| &part.text)),
    };
    if parts.len() < 2 {
        parts.clear();
    }
    let reading = reading(text, selection);
    Intake::Text { reading, sign, language, parts }
}

/// Returns the texts of a page's addresses as one.
pub fn joined<'a>(texts: impl Iterator<Item = &'a Text>) -> Text {
    Text { blocks: texts.flat_map(|text| text.blocks.iter().cloned()).collect() }
}

/// Returns the texts of a page's addresses, each by itself.
pub fn texts(parts: &[PartReading]) -> Vec<Text> {
    parts.iter().map(|part| part.text.clone()).collect()
}

/// Returns a text as it is read today.
pub fn reading(text: Text, selection: &Selection) -> Reading {
    let wording = compare::wording::wording(&text);
    Reading { text, regime: regime(selection), wording }
}

/// Extracts, and turns even a defect of ours into trouble of this one page.
fn extract_safely(
    snapshot: &Snapshot,
    content_type: Option<&str>,
    selection: &Selection,
) -> Result<Extraction, Trouble> {
    let source = Source { bytes: snapshot.bytes(), content_type };
    match catch_unwind(AssertUnwindSafe(|| extract(&source, selection))) {
        Ok(Ok(extraction)) => Ok(extraction),
        Ok(Err(failure)) => Err(failure.trouble()),
        Err(_) => Err(Trouble::new(
            TroubleKind::Unreadable,
            format!("reading the snapshot {} failed inside pledgewatch", snapshot.digest()),
        )),
    }
}

fn trouble_of_failure(failure: &FetchFailure) -> Trouble {
    let kind = match failure {
        FetchFailure::RobotsDenied { .. }
        | FetchFailure::BlockedAddress { .. }
        | FetchFailure::BlockedPort { .. }
        | FetchFailure::BadRequest { .. } => TroubleKind::NotAllowed,
        FetchFailure::NoContent { .. } => TroubleKind::Empty,
        FetchFailure::UnknownHost { .. }
        | FetchFailure::Unconnected { .. }
        | FetchFailure::Reset { .. }
        | FetchFailure::Tls { .. }
        | FetchFailure::TimedOut { .. }
        | FetchFailure::TooManyRedirects { .. }
        | FetchFailure::BadRedirect { .. }
        | FetchFailure::TooLarge { .. }
        | FetchFailure::HeadTooLarge
        | FetchFailure::Truncated { .. }
        | FetchFailure::ChunksCutOff { .. }
        | FetchFailure::BadFraming { .. }
        | FetchFailure::BadEncoding { .. }
        | FetchFailure::Undecodable { .. }
        | FetchFailure::AskedToWait { .. } => TroubleKind::Unreachable,
    };
    Trouble::new(kind, format!("{failure} ({})", failure.code()))
}

fn trouble_of_status(part: &Part) -> Option<Trouble> {
    let status = part.answer.as_ref()?.status;
    let kind = match status {
        200..=299 | 304 => return None,
        300..=399 => return Some(redirect(part, status)),
        404 | 410 => TroubleKind::Missing,
        _ => TroubleKind::ErrorStatus,
    };
    Some(Trouble::new(kind, format!("<{}> answered with status {status}", part.final_url())))
}

/// Returns the trouble of a redirect that could not be followed: in a web archive, its target may
/// not have been captured.
fn redirect(part: &Part, status: u16) -> Trouble {
    let target = part.answer.as_ref().and_then(|answer| answer.header("location"));
    let target = target.map_or("nowhere".to_owned(), |target| format!("to <{target}>"));
    let evidence = format!("<{}> leads {target} (status {status})", part.final_url());
    Trouble::new(TroubleKind::Redirected, evidence)
}
