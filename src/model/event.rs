//! What happened on a page and may be worth telling, and who was told.

use std::{fmt, str::FromStr};

use url::Url;

use crate::model::{
    cause::Cause,
    edit::{Edit, EditKind},
    page::PageId,
    pledge::{News, PledgeChange},
    snapshot::Digest,
    time::Timestamp,
    trouble::{Trouble, TroubleKind},
    verdict::Verdict,
};

/// An event's name: 16 hex digits, the same whenever the same event is recorded or sent again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(String);

impl EventId {
    /// Returns the name of the event of this kind that `captured_at` brought to `page`;
    /// `detail` tells apart several of one kind at one capture.
    pub fn of(page: &PageId, kind: EventKind, captured_at: Timestamp, detail: &str) -> EventId {
        let form = format!("{page}\n{}\n{}\n{detail}\n", kind.code(), captured_at.as_millis());
        EventId(Digest::of(form.as_bytes()).to_string().chars().take(16).collect())
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a text is no event's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no event: 16 hex digits are, as `pledgewatch log` shows them")]
pub struct EventIdFailure(String);

impl FromStr for EventId {
    type Err = EventIdFailure;

    fn from_str(text: &str) -> Result<EventId, EventIdFailure> {
        if text.len() != 16 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(EventIdFailure(text.to_owned()));
        }
        Ok(EventId(text.to_ascii_lowercase()))
    }
}

/// The kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The wording changed.
    Change,
    /// The page could not be read as the policy.
    Trouble,
    /// The page lives at another address now.
    Moved,
    /// The page was removed.
    Gone,
    /// Trouble is over.
    Recovered,
    /// Something about a pledge itself.
    Pledge,
}

impl EventKind {
    /// Every kind, for tables and tests.
    pub const ALL: [EventKind; 6] = [
        EventKind::Change,
        EventKind::Trouble,
        EventKind::Moved,
        EventKind::Gone,
        EventKind::Recovered,
        EventKind::Pledge,
    ];

    /// Returns a stable code for the record, the watchlist and scripts.
    pub fn code(self) -> &'static str {
        match self {
            EventKind::Change => "change",
            EventKind::Trouble => "trouble",
            EventKind::Moved => "moved",
            EventKind::Gone => "gone",
            EventKind::Recovered => "recovered",
            EventKind::Pledge => "pledge",
        }
    }

    /// Returns the kind with this code.
    pub fn from_code(code: &str) -> Option<EventKind> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Something that happened on a page, recorded whether or not anyone is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name.
    pub id: EventId,
    /// Which page.
    pub page: PageId,
    /// Whose page, as the watchlist said then.
    pub company: String,
    /// The page's title, as the watchlist said then; never empty.
    pub title: String,
    /// The page's address, as the watchlist said then.
    pub url: Url,
    /// The capture that brought it.
    pub captured_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What happened.
    pub what: What,
    /// Whether it is told.
    pub telling: Telling,
}

impl Event {
    /// Returns its kind.
    pub fn kind(&self) -> EventKind {
        match &self.what {
            What::Change(_) => EventKind::Change,
            What::Trouble { .. } => EventKind::Trouble,
            What::Moved { .. } => EventKind::Moved,
            What::Gone { .. } => EventKind::Gone,
            What::Recovered { .. } => EventKind::Recovered,
            What::QuoteMissing { .. } | What::Pledge { .. } => EventKind::Pledge,
        }
    }

    /// Returns the verdict on the strongest edit, if it is a change of which every edit of the
    /// wording was judged.
    pub fn verdict(&self) -> Option<&Verdict> {
        let wording = || self.edits().iter().filter(|it| it.kind.is_wording());
        match wording().all(|it| it.verdict.is_some()) {
            true => wording().filter_map(|it| it.verdict.as_ref()).max_by_key(|it| it.weight()),
            false => None,
        }
    }

    /// Returns the edits, if it is a change.
    pub fn edits(&self) -> &[Edit] {
        match &self.what {
            What::Change(change) => &change.edits,
            What::Trouble { .. }
            | What::Moved { .. }
            | What::Gone { .. }
            | What::Recovered { .. }
            | What::QuoteMissing { .. }
            | What::Pledge { .. } => &[],
        }
    }
}

/// Returns the edits in the order of their weight, strongest first; those that nobody judged come
/// before those that bind nobody otherwise, and among equals the order stays.
pub fn by_weight(edits: &[Edit]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..edits.len()).collect();
    order.sort_by_key(|&at| {
        let edit = &edits[at];
        let substantive = edit.verdict.as_ref().filter(|it| it.may_bind());
        let is_judged = edit.verdict.is_some();
        let weight = substantive.map(Verdict::weight);
        std::cmp::Reverse((weight, !is_judged))
    });
    order
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The wording changed between two versions.
    Change(Change),
    /// The page could not be read as the policy, from this capture on.
    Trouble {
        /// The trouble as first seen.
        trouble: Trouble,
        /// When the page was last seen healthy.
        last_good_at: Option<Timestamp>,
    },
    /// The page answers at another address now, with its text.
    Moved {
        /// Where it answered before.
        from: String,
        /// Where it answers now.
        to: String,
    },
    /// The page was removed: the server says so, and it lasted.
    Gone {
        /// The trouble that told.
        trouble: Trouble,
        /// When the page was last seen healthy.
        last_good_at: Option<Timestamp>,
    },
    /// The page is healthy again.
    Recovered {
        /// From what.
        kind: TroubleKind,
        /// The first capture in trouble.
        since: Timestamp,
    },
    /// A pledge's quotation is not on the page at its first healthy visit.
    QuoteMissing {
        /// The pledge's id.
        pledge: PageId,
        /// What people call it.
        name: String,
        /// The quotation.
        quote: String,
    },
    /// Something about a pledge that is no change of its page.
    Pledge {
        /// The pledge's id.
        pledge: PageId,
        /// What people call it.
        name: String,
        /// What.
        news: News,
    },
}

/// Two consecutive versions of a page, with cause and edits.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Why the texts differ.
    pub cause: Cause,
    /// How far the judgement is sure that the wording was established.
    pub certainty: Certainty,
    /// The digest of the text before.
    pub before: Digest,
    /// The digest of the text after.
    pub after: Digest,
    /// The last capture with the wording before: the change happened after it, and no later than
    /// the event's `captured_at`.
    pub before_last_at: Timestamp,
    /// What was altered, in reading order; never empty.
    pub edits: Vec<Edit>,
    /// How many passages differ beside those, and are not told: they were not seen to hold, or are
    /// known to come and go.
    pub untold: usize,
    /// What it did to the pledges of the page, in the watchlist's order.
    pub pledges: Vec<PledgeChange>,
}

impl Change {
    /// Returns the kind of the strongest edit.
    pub fn kind(&self) -> EditKind {
        self.edits.iter().map(|edit| edit.kind).max().unwrap_or(EditKind::LinkTarget)
    }
}

/// How far a judgement is sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The wording was seen to hold.
    Confirmed,
    /// It was told without having been seen to hold.
    Unsure,
}

impl Certainty {
    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Certainty::Confirmed => "confirmed",
            Certainty::Unsure => "unsure",
        }
    }
}

/// Whether an event is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telling {
    /// It is an alert, since this instant.
    Alert(Timestamp),
    /// It may become one: trouble that has not lasted yet.
    Pending,
    /// It is on record only, for this reason.
    Quiet(String),
}

/// One recipient of one channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addressee {
    /// The channel's name.
    pub channel: String,
    /// The recipient's.
    pub recipient: String,
}

/// One alert for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which event.
    pub event: EventId,
    /// For whom.
    pub addressee: Addressee,
    /// How far it got.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// The message that it goes with, if it goes with others.
    pub bundle: Option<String>,
}

/// How far a delivery got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be tried at the first run after this instant.
    Due(Timestamp),
    /// Accepted by the channel.
    Delivered(Timestamp),
    /// Not tried any more; shown in `status` until it is retried by hand.
    GivenUp(Timestamp),
}

impl DeliveryState {
    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            DeliveryState::Due(_) => "due",
            DeliveryState::Delivered(_) => "delivered",
            DeliveryState::GivenUp(_) => "given_up",
        }
    }
}

/// An event with its deliveries.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The event.
    pub event: Event,
    /// Its deliveries, by channel and recipient.
    pub deliveries: Vec<Delivery>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_event_has_the_same_name() {
        let page: PageId = "a".parse().unwrap();
        let at = Timestamp::from_millis(1_000);
        let id = EventId::of(&page, EventKind::Change, at, "x");
        assert_eq!(id, EventId::of(&page, EventKind::Change, at, "x"));
        assert_ne!(id, EventId::of(&page, EventKind::Trouble, at, "x"));
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        assert!("zz".parse::<EventId>().is_err());
    }

    #[test]
    fn codes_lead_back_to_their_kinds() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(kind));
        }
    }
}
