//! Earlier visits read under today's rules, so that like is compared with like: with our extractor,
//! the user's selection and what the watch asks for as they are now.

use url::Url;

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{
        cause::Cause,
        history::{NewVersion, PageState, Reading, Reread, Version, VisitId, VisitRecord, Waiting},
        snapshot::Digest,
        text::Text,
        time::Timestamp,
        visit::Visit,
        watch::Watch,
    },
    monitor::{
        intake::{Intake, joined, read_bodies, reading, regime},
        judge::{case::Rederived, events::is_same_place},
    },
};

/// How many of the visits that showed a version are tried, the latest first.
const CANDIDATES_MAX: usize = 4;

/// Why a judgement has another reading than before, as its reasons say.
pub const REREAD: &str = "the visit was read again under today's extractor and selection";

/// The visit that earlier ones are held against.
#[derive(Clone, Copy, Debug)]
pub struct Today<'a> {
    /// Its watch.
    pub watch: &'a Watch,
    /// The visit's number.
    pub id: VisitId,
    /// The visit.
    pub visit: &'a Visit,
    /// The text that it gave, if it gave one.
    pub text: Option<&'a Text>,
    /// What each of its addresses gave, where there are several.
    pub parts: &'a [Text],
}

/// What was asked for at an earlier visit, beside what is asked for today.
enum Request {
    /// The same, as far as is known.
    Same,
    /// Other addresses: for each of today's, which of those it was.
    OtherAddresses(Vec<Option<usize>>),
    /// Nothing that could be held against today's: other headers, another language, no address
    /// in common.
    Otherwise,
}

/// An earlier visit as it is read today.
enum Again {
    /// The texts of its addresses.
    Read(Vec<Text>),
    /// The same for today's addresses; what was not asked for then is as it is today.
    Composed(Vec<Text>),
    /// Its bodies cannot be read so.
    Unreadable,
    /// It asked for something else.
    Otherwise,
}

/// The established text under today's rules, and how it came to be read so.
pub struct Before {
    /// The text.
    pub text: Text,
    /// What each address gave, where the page has several and its bodies can be read.
    pub parts: Vec<Text>,
    /// The version as it reads today, where that is not as it read before.
    pub rederived: Option<Rederived>,
    /// Its reading under today's regime, where it never was read so and says the same.
    pub read_again: Option<Reading>,
}

/// Returns the established version as today's visit can be held against it; `None` if it cannot,
/// and the visit gave no text either.
pub fn established(
    archive: &Archive,
    version: &Version,
    today: &Today,
) -> Result<Option<Before>, ArchiveError> {
    let kept = archive.text(&version.text)?;
    let is_current = version.regime == regime(&today.watch.selection);
    if is_current && (today.text.is_none_or(|text| *text == kept) || !today.is_known_to_ask()) {
        return Ok(Some(Before::as_kept(kept)));
    }
    let mut cause = match version.regime.selection == today.watch.selection.digest() {
        true => Cause::Extractor,
        false => Cause::Selection,
    };
    for id in candidates(archive, version, today.visit.started_at)? {
        let record = archive.visit(id)?;
        let request = today.request(&record);
        if is_current && matches!(request, Request::Same) {
            return Ok(Some(Before::as_kept(kept)));
        }
        match again(archive, id, request, today)? {
            Again::Read(parts) if is_current => {
                return Ok(Some(Before { parts, ..Before::as_kept(kept) }));
            }
            Again::Read(parts) => return Ok(Some(rederived(version, today, kept, cause, parts))),
            Again::Composed(parts) => {
                return Ok(Some(rederived(version, today, kept, Cause::Watch, parts)));
            }
            Again::Otherwise => cause = Cause::Watch,
            Again::Unreadable => (),
        }
    }
    match (is_current && cause != Cause::Watch, today.text) {
        (true, _) => Ok(Some(Before::as_kept(kept))),
        (false, Some(text)) => Ok(Some(taken_as_it_stands(today, kept, cause, text))),
        (false, None) => Ok(None),
    }
}

/// Returns what each address of the established version gave, the page having several; none if
/// that cannot be read.
pub fn established_parts(
    archive: &Archive,
    version: &Version,
    today: &Today,
) -> Result<Vec<Text>, ArchiveError> {
    for id in candidates(archive, version, today.visit.started_at)? {
        if let Again::Read(parts) | Again::Composed(parts) =
            again(archive, id, today.request(&archive.visit(id)?), today)?
        {
            return Ok(parts);
        }
    }
    Ok(Vec::new())
}

/// Returns the state with the wording that waits as it is read today, and the visit that was read
/// again for that.
pub fn waiting_today(
    archive: &Archive,
    today: &Today,
    state: PageState,
) -> Result<(PageState, Option<Reread>), ArchiveError> {
    let Some(waiting) = &state.waiting else { return Ok((state, None)) };
    let (id, regime) = (waiting.first_visit, regime(&today.watch.selection));
    if archive.visit(id)?.regime == Some(regime) {
        return Ok((state, None));
    }
    let Again::Read(parts) = again(archive, id, Request::Same, today)? else {
        return Ok((state, None));
    };
    let reading = reading(joined(parts.iter()), &today.watch.selection);
    let text = reading.text.digest();
    let wording = if waiting.is_wording() { reading.wording } else { text };
    let waiting = Waiting { wording, text, ..waiting.clone() };
    let reread = Reread { visit: id, reading, reason: REREAD.to_owned() };
    Ok((PageState { waiting: Some(waiting), ..state }, Some(reread)))
}

/// Returns the text of a wording that waits, as today's visit can be held against it.
///
/// `reread` is what [`waiting_today`] gave.
pub fn waiting_text(
    archive: &Archive,
    today: &Today,
    waiting: &Waiting,
    reread: Option<&Reread>,
) -> Result<Option<Text>, ArchiveError> {
    let record = archive.visit(waiting.first_visit)?;
    let request = match today.text {
        Some(_) => today.request(&record),
        None => Request::Same,
    };
    if matches!(request, Request::Same) {
        if let Some(reread) = reread {
            return Ok(Some(reread.reading.text.clone()));
        }
        let is_current = record.regime == Some(regime(&today.watch.selection));
        return if is_current { archive.text(&waiting.text).map(Some) } else { Ok(None) };
    }
    Ok(match again(archive, waiting.first_visit, request, today)? {
        Again::Read(parts) | Again::Composed(parts) => Some(joined(parts.iter())),
        Again::Unreadable | Again::Otherwise => None,
    })
}

impl Before {
    fn as_kept(text: Text) -> Before {
        Before { text, parts: Vec::new(), rederived: None, read_again: None }
    }

    /// Returns the digest of the version's text as it reads today, where it reads otherwise.
    pub fn version(&self) -> Option<Digest> {
        self.rederived.as_ref().map(|it| it.version.text.digest())
    }
}

impl Today<'_> {
    fn is_known_to_ask(&self) -> bool {
        self.visit.asked.is_some()
    }

    /// Compares what was asked for; where one of them does not know, it counts as the same.
    fn request(&self, record: &VisitRecord) -> Request {
        let (Some(before), Some(now)) = (record.visit.asked, self.visit.asked) else {
            return Request::Same;
        };
        if before != now {
            return Request::Otherwise;
        }
        let urls: Vec<&str> = record.visit.parts.iter().map(|part| part.url.as_str()).collect();
        let today: Vec<&Url> = self.visit.parts.iter().map(|part| &part.url).collect();
        if urls.iter().copied().eq(today.iter().map(|url| url.as_str())) {
            return Request::Same;
        }
        let found: Vec<Option<usize>> = today
            .iter()
            .map(|url| {
                record.visit.parts.iter().position(|part| {
                    let is_it = |address: &str| {
                        Url::parse(address).is_ok_and(|address| is_same_place(&address, url))
                    };
                    let was_it = |former: &Url| former.as_str() == part.url;
                    is_it(&part.url)
                        || is_it(&part.final_url)
                        || (today.len() == 1 && self.watch.formerly.iter().any(was_it))
                })
            })
            .collect();
        let in_order = found.iter().enumerate().all(|(at, it)| *it == Some(at));
        match (in_order && found.len() == urls.len(), found.iter().all(Option::is_none)) {
            (true, _) => Request::Same,
            (false, true) => Request::Otherwise,
            (false, false) => Request::OtherAddresses(found),
        }
    }
}

/// Returns the visits that may show the version: those that did, the latest first, and its first.
fn candidates(
    archive: &Archive,
    version: &Version,
    before: Timestamp,
) -> Result<Vec<VisitId>, ArchiveError> {
    let mut found = archive.visits_showing(version, before, CANDIDATES_MAX)?;
    if !found.contains(&version.first_visit) {
        found.push(version.first_visit);
    }
    Ok(found)
}

fn again(
    archive: &Archive,
    id: VisitId,
    request: Request,
    today: &Today,
) -> Result<Again, ArchiveError> {
    if matches!(request, Request::Otherwise) {
        return Ok(Again::Otherwise);
    }
    let Some(texts) = read_visit(archive, id, today.watch)? else { return Ok(Again::Unreadable) };
    let Request::OtherAddresses(found) = request else { return Ok(Again::Read(texts)) };
    let as_today = |at: usize| match (today.parts, today.text) {
        ([], text) => text.cloned().unwrap_or_default(),
        (parts, _) => parts.get(at).cloned().unwrap_or_default(),
    };
    let text = |(at, from): (usize, &Option<usize>)| {
        from.and_then(|from| texts.get(from).cloned()).unwrap_or_else(|| as_today(at))
    };
    Ok(Again::Composed(found.iter().enumerate().map(text).collect()))
}

/// Reads a recorded visit again, address by address; `None` if it has no bodies, or they cannot be
/// read as a page.
fn read_visit(
    archive: &Archive,
    id: VisitId,
    watch: &Watch,
) -> Result<Option<Vec<Text>>, ArchiveError> {
    let Some(bodies) = archive.bodies(id)? else { return Ok(None) };
    let bodies: Vec<_> = bodies.into_iter().map(|it| (it.snapshot, it.content_type)).collect();
    Ok(match read_bodies(&bodies, &watch.selection) {
        Intake::Text { reading, parts, .. } if parts.is_empty() => Some(vec![reading.text]),
        Intake::Text { parts, .. } => Some(parts.into_iter().map(|part| part.text).collect()),
        Intake::NotModified | Intake::Trouble(_) => None,
    })
}

fn rederived(
    version: &Version,
    today: &Today,
    kept: Text,
    cause: Cause,
    parts: Vec<Text>,
) -> Before {
    let reading = reading(joined(parts.iter()), &today.watch.selection);
    let text = reading.text.clone();
    if text == kept {
        return Before { text, parts, rederived: None, read_again: Some(reading) };
    }
    let version = NewVersion {
        cause,
        text: text.clone(),
        ground: None,
        regime: reading.regime,
        first_visit: version.first_visit,
        first_at: version.first_at,
    };
    let rederived = Rederived { version, as_read_before: kept, taken_as_it_stands: false };
    Before { text, parts, rederived: Some(rederived), read_again: None }
}

/// Nothing of the version before can be held against today's text, which stands in its place.
fn taken_as_it_stands(today: &Today, kept: Text, cause: Cause, text: &Text) -> Before {
    let version = NewVersion {
        cause,
        text: text.clone(),
        ground: None,
        regime: regime(&today.watch.selection),
        first_visit: today.id,
        first_at: today.visit.started_at,
    };
    let rederived = Rederived { version, as_read_before: kept, taken_as_it_stands: true };
    Before { text: text.clone(), parts: Vec::new(), rederived: Some(rederived), read_again: None }
}
