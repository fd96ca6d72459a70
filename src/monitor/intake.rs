//! What a visit gave, before its history is asked: a text, a confirmation, or trouble.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    archive::{error::ArchiveError, store::Archive},
    compare,
    extract::page::{Extraction, REVISION, Source, extract},
    model::{
        history::{Reading, Regime, VisitId},
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
    },
    /// Every address answered that its body is the one that we know.
    NotModified,
    /// Nothing that could be the policy.
    Trouble(Trouble),
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

/// Reads a recorded visit again under today's regime.
///
/// Returns `None` if it has no bodies, or they cannot be read as a page.
pub fn read_again(
    archive: &Archive,
    visit: VisitId,
    selection: &Selection,
) -> Result<Option<Text>, ArchiveError> {
    let record = archive.visit(visit)?;
    let mut kept = Vec::new();
    for part in &record.visit.parts {
        let Some(digest) = &part.snapshot else { return Ok(None) };
        let content_type = match &part.content_type {
            Some(content_type) => Some(content_type.clone()),
            None => archive.captured_as(digest)?,
        };
        kept.push((archive.snapshot(digest)?, content_type));
    }
    match read_bodies(&kept, selection) {
        Intake::Text { reading, .. } => Ok(Some(reading.text)),
        Intake::NotModified | Intake::Trouble(_) => Ok(None),
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
    let Outcome::Captured(snapshot) = &part.outcome else { return false };
    let wire = part.answer.as_ref().and_then(|answer| answer.wire);
    let bytes = snapshot.bytes();
    // What a server's own tools append after the end of the page is small.
    let tail = &bytes[bytes.len().saturating_sub(1_024)..];
    let closes = tail.windows(6).any(|window| window.eq_ignore_ascii_case(b"</html"));
    wire.is_some_and(|wire| wire.framing == Framing::ClosedOnly) && !closes
}

/// Reads bodies, each with its `Content-Type`, as one text.
fn read_bodies(bodies: &[(Snapshot, Option<String>)], selection: &Selection) -> Intake {
    let mut text = Text::default();
    let mut signs = Vec::new();
    let mut language = None;
    for (snapshot, content_type) in bodies {
        match extract_safely(snapshot, content_type.as_deref(), selection) {
            Ok(extraction) => {
                text.blocks.extend(extraction.text.blocks);
                signs.extend(extraction.signs);
                language = language.or(extraction.language);
            }
            Err(trouble) => return Intake::Trouble(trouble),
        }
    }
    let wording = compare::wording::wording(&text);
    let reading = Reading { text, regime: regime(selection), wording };
    Intake::Text { reading, sign: signs.into_iter().next(), language }
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
        404 | 410 => TroubleKind::Missing,
        _ => TroubleKind::ErrorStatus,
    };
    Some(Trouble::new(kind, format!("<{}> answered with status {status}", part.final_url())))
}
