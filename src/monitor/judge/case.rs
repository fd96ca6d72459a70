//! What a judgement starts from: whose visit it is, and what it gave beside what is on record.

use url::Url;

use crate::{
    model::{
        channel::Channel,
        edit::Diff,
        history::{
            Accepted, Finding, Given, Judgement, Lesson, NamedReading, NewVersion, PageState,
            Reading, Standing, VisitId,
        },
        snapshot::Digest,
        text::Text,
        time::Timestamp,
        trouble::Trouble,
        watch::Watch,
    },
    monitor::judge::{
        passages::Stand,
        settle::{Held, Settled},
    },
};

/// Whose visit is judged, and when.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The watch.
    pub watch: &'a Watch,
    /// Who may be told.
    pub channels: &'a [Channel],
    /// What is on record about the page.
    pub state: &'a PageState,
    /// The visit.
    pub visit: VisitId,
    /// When it began.
    pub captured_at: Timestamp,
    /// The present.
    pub judged_at: Timestamp,
    /// Where the page answered.
    pub whereabouts: &'a Whereabouts,
    /// Until when the server asked us to stay away.
    pub away_until: Option<Timestamp>,
}

/// What the visit gave, beside what is on record.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Nothing that could be the policy.
    Trouble(Trouble, Option<Box<Late>>),
    /// The server says that the body is the one that was accepted before; with the wording that
    /// waited, which is withdrawn by it.
    NotModified(Option<Box<Withdrawn>>),
    /// The established text, word for word and read as it was, with nothing that waits beside it.
    Established(NamedReading),
    /// A text, and nothing is on record to hold it against.
    First(Reading),
    /// A text beside the established one.
    Compared(Box<Compared>),
}

/// A text beside the established one, like with like: both read under today's regime.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The text of this visit.
    pub reading: Reading,
    /// The digest of the established version's text.
    pub version: Digest,
    /// What of its wording was told: the text, without the passages of it that were not.
    pub before: Text,
    /// The established version read anew, if it reads differently under today's regime.
    pub rederived: Option<Rederived>,
    /// The version's own first visit read under today's regime, if it never was before.
    pub read_again: Option<Reading>,
    /// The wording that waited, where the text of this visit cannot be held against it: it is
    /// settled first.
    pub unsettled: Option<Settled>,
    /// How the established text and this visit's differ.
    pub diff: Diff,
    /// What is the same as long as what has to hold is the same: the wording, without edits that
    /// are known where others are not.
    pub key: Digest,
    /// How each edit stands; empty where no word differs, or the text is suspicious.
    pub stands: Vec<Stand>,
    /// What is established by this visit.
    pub settled: Option<Settled>,
    /// What was learnt of the page's places that bears on it, in words.
    pub relied: Vec<String>,
    /// What is learnt of them by this visit.
    pub lessons: Vec<Lesson>,
    /// The wording that waits, if one does.
    pub waiting: Option<Held>,
    /// Why this may not be the policy at all, judged beside the established text.
    pub suspicion: Option<Trouble>,
    /// How what stands in the place of the policy has stood, with its text as first seen.
    pub standing: Option<(Standing, Text)>,
}

/// The established version, read under today's regime.
#[derive(Clone, Debug)]
pub struct Rederived {
    /// The version as it reads today.
    pub version: NewVersion,
    /// Its text as it was read before.
    pub as_read_before: Text,
    /// Whether nothing of it could be read so, and this visit's text stands in its place.
    pub taken_as_it_stands: bool,
}

impl Rederived {
    /// Returns the same with what texts are held against beside it.
    pub fn beside(mut self, ground: &Text) -> Rederived {
        self.version.ground = (*ground != self.version.text).then(|| ground.clone());
        self
    }
}

/// A wording that waited, and was taken back.
#[derive(Clone, Debug)]
pub struct Withdrawn {
    /// The digest of the established version's text.
    pub version: Digest,
    /// The wording.
    pub held: Held,
}

/// A wording that is established at a visit that shows nothing of the page.
#[derive(Clone, Debug)]
pub struct Late {
    /// The wording.
    pub settled: Settled,
    /// The established version read anew, if it reads differently under today's regime.
    pub rederived: Option<Rederived>,
}

/// Where a page answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// The address that answered for the first part.
    pub url: Url,
    /// How it was reached.
    pub reached: Reached,
    /// How long it has answered there, if it did at the visit before; looked up where that is not
    /// the watchlist's address.
    pub stay: Option<Stay>,
}

/// An unbroken run of visits at which a page answered at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The first of them.
    pub since: Timestamp,
    /// The last of them.
    pub last_at: Timestamp,
    /// How the last of them reached it.
    pub reached: Reached,
    /// Where the page answered before; none if it always answered there.
    pub came_from: Option<String>,
}

/// How an address was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Directly, or by redirects of which one at least is temporary.
    Loosely,
    /// By permanent redirects only (301, 308).
    Permanently,
}

impl Reached {
    /// Returns how an address was reached by redirects of these statuses.
    pub fn by(statuses: impl Iterator<Item = u16>) -> Reached {
        let mut statuses = statuses.peekable();
        let is_redirected = statuses.peek().is_some();
        match is_redirected && statuses.all(|status| matches!(status, 301 | 308)) {
            true => Reached::Permanently,
            false => Reached::Loosely,
        }
    }
}

/// Returns a judgement that only records the visit; the callers add to it.
pub fn blank(case: &Case, finding: Finding, reading: Option<Given>) -> Judgement {
    let accepted = match &finding {
        Finding::First | Finding::Same | Finding::Established => Accepted::Yes,
        Finding::Waiting | Finding::Variant => Accepted::Unestablished,
        Finding::Trouble(_) => Accepted::No,
    };
    Judgement {
        visit: case.visit,
        page: case.watch.page.clone(),
        captured_at: case.captured_at,
        judged_at: case.judged_at,
        finding,
        reasons: Vec::new(),
        reading,
        seal: None,
        read_again: None,
        reread: Vec::new(),
        versions: Vec::new(),
        lessons: Vec::new(),
        pledges: Vec::new(),
        waiting: case.state.waiting.clone(),
        spell: None,
        accepted,
        away_until: case.away_until,
        events: Vec::new(),
        alerted: Vec::new(),
        quieted: Vec::new(),
        dismissed: Vec::new(),
    }
}
