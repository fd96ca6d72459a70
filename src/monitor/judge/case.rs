//! What a judgement starts from: whose visit it is, and what it gave beside what is on record.

use url::Url;

use crate::{
    model::{
        channel::Channel,
        edit::{Diff, EditKind},
        history::{
            Accepted, Finding, Judgement, NewVersion, PageState, Reading, Sightings, Standing,
            VisitId,
        },
        snapshot::Digest,
        text::Text,
        time::Timestamp,
        trouble::Trouble,
        watch::Watch,
    },
    monitor::judge::recall::Recall,
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
    Trouble(Trouble, Option<Box<Overdue>>),
    /// The server says that the body is the one that was accepted before; with the wording that
    /// waited, which is withdrawn by it.
    NotModified(Option<Box<Overdue>>),
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
    /// The established text.
    pub before: Text,
    /// The established version read anew, if it reads differently under today's regime.
    pub rederived: Option<Rederived>,
    /// The version's own first visit read under today's regime, if it never was before.
    pub read_again: Option<Reading>,
    /// The wording that waited, where the text of this visit cannot be held against it: it is
    /// settled first.
    pub unsettled: Option<Overdue>,
    /// How the established text and this visit's differ.
    pub diff: Diff,
    /// What is the same as long as what has to hold is the same: the wording, without edits that
    /// are known where others are not.
    pub key: Digest,
    /// What of this visit's text the page has shown before.
    pub recall: Recall,
    /// Where else this visit's wording was seen on the page.
    pub sightings: Option<Sightings>,
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

/// The wording that waits, beside this visit's text.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its text as first seen, read under today's regime.
    pub text: Text,
    /// What is the same as long as the wording is.
    pub reading: Reading,
    /// How it differs from the established text.
    pub diff: Diff,
    /// How this visit's text differs from it.
    pub since: Diff,
    /// Its key, see [`Compared::key`].
    pub key: Digest,
    /// Whether it was on the page before it began to wait.
    pub was_seen_before: bool,
}

impl Held {
    /// Returns whether it has other words than the established text.
    pub fn is_wording(&self) -> bool {
        self.diff.strongest().is_some_and(EditKind::is_wording)
    }
}

/// A wording that has waited as long as it may, without being seen again.
#[derive(Clone, Debug)]
pub struct Overdue {
    /// The established text.
    pub before: Text,
    /// The wording.
    pub held: Held,
    /// The established version read anew, if it reads differently under today's regime, and no
    /// comparison records it.
    pub rederived: Option<Rederived>,
}

impl Overdue {
    /// Returns the wording that waits beside the established text of a comparison.
    pub fn of(compared: &Compared, held: &Held) -> Overdue {
        Overdue { before: compared.before.clone(), held: held.clone(), rederived: None }
    }
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
pub fn blank(case: &Case, finding: Finding, reading: Option<Reading>) -> Judgement {
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
        waiting: case.state.waiting.clone(),
        spell: None,
        accepted,
        away_until: case.away_until,
        events: Vec::new(),
        alerted: Vec::new(),
        quieted: Vec::new(),
    }
}
