//! What is on record about a page, and what a judgement adds to it.

use std::{fmt, time::Duration};

use crate::model::{
    cause::Cause,
    event::{Addressee, Event, EventId},
    page::PageId,
    pledge::PledgeState,
    review::Review,
    snapshot::Digest,
    text::Text,
    time::Timestamp,
    trouble::Trouble,
    visit::{Known, Visit},
};

/// Which recorded visit; ids grow in the order of recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitId(pub i64);

/// Which version; ids grow in the order of recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub i64);

impl fmt::Display for VisitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a text depends on beside the snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Regime {
    /// The extractor's revision.
    pub revision: u32,
    /// The digest of the selection.
    pub selection: Digest,
}

/// A text that is established on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its id.
    pub id: VersionId,
    /// Which page.
    pub page: PageId,
    /// Its number on the page, from 1.
    pub number: u32,
    /// Why it is there.
    pub cause: Cause,
    /// The digest of its text.
    pub text: Digest,
    /// Under which the text was read.
    pub regime: Regime,
    /// The visit that first showed it.
    pub first_visit: VisitId,
    /// When that visit was.
    pub first_at: Timestamp,
    /// When it was established.
    pub established_at: Timestamp,
}

/// A wording that is not established yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What is the same as long as the wording is the same (`compare` makes it); the digest of the
    /// text itself where no word differs from the established one.
    pub wording: Digest,
    /// The digest of the text as first seen.
    pub text: Digest,
    /// The visit that first showed it.
    pub first_visit: VisitId,
    /// When that visit was.
    pub first_at: Timestamp,
    /// When it was last seen.
    pub last_at: Timestamp,
    /// At how many visits it was seen.
    pub sightings: u32,
    /// When the version before it was last seen.
    pub before_last_at: Timestamp,
    /// When the page first differed from that version, with this wording or another.
    pub diverged_at: Timestamp,
}

impl Waiting {
    /// Returns whether it differs from the established text in words, not in links, typography or
    /// structure alone: those are told apart by the whole text.
    pub fn is_wording(&self) -> bool {
        self.wording != self.text
    }
}

/// An unbroken run of visits in trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    /// The trouble as last seen.
    pub trouble: Trouble,
    /// The first capture in trouble.
    pub since: Timestamp,
    /// The event that tells of it; its alert waits until the trouble lasts.
    pub event: EventId,
    /// Whether it has been alerted.
    pub alerted: bool,
    /// How many visits were in it.
    pub visits: u32,
}

/// What a page's past means for its next visit and judgement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageState {
    /// The established version, if there is one.
    pub version: Option<Version>,
    /// The wording that waits to be established.
    pub waiting: Option<Waiting>,
    /// The trouble that the page is in.
    pub spell: Option<Spell>,
    /// When the last visit began.
    pub last_visit_at: Option<Timestamp>,
    /// When the last visit that could be read as the policy began.
    pub last_healthy_at: Option<Timestamp>,
    /// When the established version was last seen.
    pub version_last_at: Option<Timestamp>,
    /// When the first visit began.
    pub first_visit_at: Option<Timestamp>,
    /// The address at which the page answered at its last healthy visit (first part).
    pub final_url: Option<String>,
    /// The bodies that the addresses may answer 304 for.
    pub known: Vec<Known>,
    /// Until when the server asked us to stay away.
    pub away_until: Option<Timestamp>,
}

/// How often and when a wording was seen on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sightings {
    /// At how many visits.
    pub visits: u32,
    /// First.
    pub first_at: Timestamp,
    /// Last.
    pub last_at: Timestamp,
}

/// What a visit that could be read as the policy showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When the visit began.
    pub at: Timestamp,
    /// The wording; `None` where the server said that the body is the one known before.
    pub wording: Option<Digest>,
    /// Whether it was the established wording.
    pub is_established: bool,
}

/// A wording that has stood in the place of a policy, at visits in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The first visit that showed it.
    pub first_visit: VisitId,
    /// The digest of its text, as that visit gave it.
    pub text: Digest,
    /// How often and when it was seen.
    pub sightings: Sightings,
}

/// A text that a page showed at a healthy visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The visit.
    pub visit: VisitId,
    /// When it was.
    pub captured_at: Timestamp,
    /// The text with the regime under which it was read; `None` where the server confirmed the
    /// body that we know.
    pub text: Option<(Digest, Regime)>,
}

/// Where a page answered at a visit that could be read as the policy (first part).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When the visit began.
    pub at: Timestamp,
    /// The address.
    pub url: String,
    /// The statuses of the redirects that led there.
    pub statuses: Vec<u16>,
}

/// What a visit was judged to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The first text of the page, established as it is.
    First,
    /// The established wording.
    Same,
    /// Another wording, which waits.
    Waiting,
    /// Another wording, which is established with this visit.
    Established,
    /// A wording that this page alternates with.
    Variant,
    /// The page was not readable as the policy.
    Trouble(Trouble),
}

impl Finding {
    /// Returns a stable code for the record and for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Finding::First => "first",
            Finding::Same => "same",
            Finding::Waiting => "waiting",
            Finding::Established => "established",
            Finding::Variant => "variant",
            Finding::Trouble(_) => "trouble",
        }
    }
}

/// What one visit adds to the record, all of it in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The visit.
    pub visit: VisitId,
    /// Which page.
    pub page: PageId,
    /// When the visit was (its start), the time of what was captured.
    pub captured_at: Timestamp,
    /// When the judgement was made.
    pub judged_at: Timestamp,
    /// What the visit was judged to be.
    pub finding: Finding,
    /// Why, step by step, one sentence each; what `explain` shows.
    pub reasons: Vec<String>,
    /// What the visit gave to read, if it gave anything.
    pub reading: Option<Given>,
    /// By what the reading can be known again, where that can be told and is not on record.
    pub seal: Option<Seal>,
    /// The established version's first visit, read again under today's regime with the same
    /// words, so that the next visit need not read it again.
    pub read_again: Option<Reading>,
    /// Earlier visits, read again under today's regime: the first that showed the wording that
    /// waits.
    pub reread: Vec<Reread>,
    /// Versions to add, in order; at most one for our own upgrade and one for the page.
    pub versions: Vec<NewVersion>,
    /// What was learnt of the page's places by this visit, for the judgement of later ones.
    pub lessons: Vec<Lesson>,
    /// How pledges stand in these versions, each with the index of its version.
    pub pledges: Vec<(usize, PledgeState)>,
    /// The wording that waits after this visit.
    pub waiting: Option<Waiting>,
    /// The trouble that the page is in after this visit.
    pub spell: Option<Spell>,
    /// Whether the bodies were accepted, so that their validators may be used.
    pub accepted: Accepted,
    /// Until when the server asked us to stay away.
    pub away_until: Option<Timestamp>,
    /// Events to record, with the deliveries that are due for each.
    pub events: Vec<NewEvent>,
    /// Events recorded earlier whose alert is due now (a lasting trouble), with deliveries.
    pub alerted: Vec<(EventId, Vec<Addressee>)>,
    /// Events recorded earlier that can become no alert any more, with the reason.
    pub quieted: Vec<(EventId, String)>,
    /// Events of this judgement that a rule dismisses, each with what is written into its trail.
    pub dismissed: Vec<(EventId, Review)>,
}

/// By what a reading can be known again, with what was read beside the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The digest of all that was read: a body with the same gives the same reading.
    pub fingerprint: Digest,
    /// The strongest sign of trouble, if there was one.
    pub sign: Option<Trouble>,
    /// The language, if it could be told.
    pub language: Option<String>,
}

/// A recorded visit, read again under another regime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reread {
    /// The visit.
    pub visit: VisitId,
    /// What it gives now.
    pub reading: Reading,
    /// Why it was read again: added to the reasons of its judgement.
    pub reason: String,
}

/// Whether the bodies of a visit were read as the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// They were, and their wording is the established one: validators may be used, and the page
    /// was seen healthy.
    Yes,
    /// They were, and their wording is not established: the page was seen healthy, and no
    /// validator of theirs may be used, so that no change can hide behind a 304.
    Unestablished,
    /// They were not.
    No,
}

/// What a visit gave to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A text.
    Read(Reading),
    /// A text that is on record, and need not be loaded to be told apart from others.
    OnRecord(NamedReading),
}

impl Given {
    /// Returns the regime under which it was read.
    pub fn regime(&self) -> Regime {
        match self {
            Given::Read(reading) => reading.regime,
            Given::OnRecord(named) => named.regime,
        }
    }

    /// Returns what is the same as long as the wording is the same.
    pub fn wording(&self) -> Digest {
        match self {
            Given::Read(reading) => reading.wording,
            Given::OnRecord(named) => named.wording,
        }
    }
}

/// A [`Reading`] by the name of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedReading {
    /// The digest of the text, which is on record.
    pub text: Digest,
    /// Under which it was read.
    pub regime: Regime,
    /// What is the same as long as the wording is the same.
    pub wording: Digest,
}

/// A text as a visit gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The text.
    pub text: Text,
    /// Under which it was read.
    pub regime: Regime,
    /// What is the same as long as the wording is the same (`compare` makes it).
    pub wording: Digest,
}

/// A version to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// Why it is there.
    pub cause: Cause,
    /// Its text.
    pub text: Text,
    /// What later texts are held against, where that is not the text itself: passages of it that
    /// were not seen to hold, or are known to come and go, stand in it as they stood before.
    pub ground: Option<Text>,
    /// Under which it was read.
    pub regime: Regime,
    /// The visit that first showed it.
    pub first_visit: VisitId,
    /// When that visit was.
    pub first_at: Timestamp,
}

/// A place of a page where passages come and go by themselves, as the page's history taught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The block after which the place is (`compare` names it); none at the start of the page.
    pub after: Option<Digest>,
    /// The words of that block, shortened.
    pub words: String,
    /// How many passages came there and went again.
    pub passages: usize,
    /// The longest that one of them stayed.
    pub longest: Duration,
    /// The visit that first showed the first of them.
    pub first_visit: VisitId,
    /// When that was.
    pub first_at: Timestamp,
    /// The visit at which the last of them was gone.
    pub last_visit: VisitId,
    /// When that was.
    pub last_at: Timestamp,
}

/// What texts are held against that differ from a version's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The digest of the text that they are held against.
    pub text: Digest,
    /// The digest of the version's text as it was read then.
    pub version: Digest,
}

/// How a pledge stands in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedState {
    /// The version; its text is the one in which the place lies.
    pub version: Version,
    /// The state.
    pub state: PledgeState,
}

/// An event to record.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// The event.
    pub event: Event,
    /// Who is to be told; empty if it is no alert, or nobody takes it.
    pub addressees: Vec<Addressee>,
}

/// A visit as recorded, with what it was judged to be.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitRecord {
    /// Its id.
    pub id: VisitId,
    /// The visit; the bodies of its captures are not loaded (see `bodies`).
    pub visit: RecordedVisit,
    /// What it was judged to be; `None` if a run was killed before it judged.
    pub finding: Option<Finding>,
    /// Why.
    pub reasons: Vec<String>,
    /// The digest of the text that it gave.
    pub text: Option<Digest>,
    /// Under which the text was read.
    pub regime: Option<Regime>,
}

/// The captures of a page beside an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The last by then that was read as the policy.
    pub last: Option<Timestamp>,
    /// The first after it that was read as the policy.
    pub next: Option<Timestamp>,
    /// The last by then that was not: trouble.
    pub troubled: Option<Timestamp>,
}

/// A visit without its bodies.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedVisit {
    /// Which page.
    pub page: PageId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What was asked beside the addresses; `None` where it is not known.
    pub asked: Option<Digest>,
    /// Its parts.
    pub parts: Vec<RecordedPart>,
}

/// What one address gave, without the body.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedPart {
    /// The address as the watchlist had it.
    pub url: String,
    /// The address that answered.
    pub final_url: String,
    /// The redirects, as `status target`.
    pub hops: Vec<String>,
    /// The status, if an answer came.
    pub status: Option<u16>,
    /// The `Content-Type` field.
    pub content_type: Option<String>,
    /// The snapshot captured or confirmed by a 304.
    pub snapshot: Option<Digest>,
    /// The failure's code and sentence.
    pub failure: Option<(String, String)>,
}

/// A visit that was recorded and never judged, since a run was killed in between.
#[derive(Clone, Debug, PartialEq)]
pub struct Unjudged {
    /// Its id.
    pub id: VisitId,
    /// The visit with its bodies.
    pub visit: Visit,
}
