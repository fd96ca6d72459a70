//! What is watched, and how: the checked form of the watchlist.

use std::{path::PathBuf, time::Duration};

use jiff::civil::Date;
use url::Url;

use crate::model::{
    address::AddressRule,
    channel::{Channel, UrlSource},
    edit::EditKind,
    page::PageId,
    snapshot::Digest,
};

/// The whole watchlist, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watchlist {
    /// The digest of the text that it was read from; `None` where it was not read.
    pub source: Option<Digest>,
    /// What holds for all pages.
    pub settings: Settings,
    /// The watches in the order of the file; ids are unique.
    pub watches: Vec<Watch>,
    /// Who is told, in the order of the file; names are unique.
    pub channels: Vec<Channel>,
}

impl Watchlist {
    /// Returns the watch of `page`, if it is on the list.
    pub fn watch(&self, page: &PageId) -> Option<&Watch> {
        self.watches.iter().find(|watch| watch.page == *page)
    }
}

/// What holds for all pages. The defaults are right for most users.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where the owner of a visited site can reach us; goes into the User-Agent.
    pub contact: Option<String>,
    /// The bounds of a visit.
    pub bounds: Bounds,
    /// How many pages are visited at once, over all hosts.
    pub pages_at_once: usize,
    /// The time between the end of one request to a host and the next to the same host.
    pub host_gap: Duration,
    /// The proxy for all visits, `http`, `https` or `socks5`; the environment's is never used.
    pub proxy: Option<Url>,
    /// A PEM file with authorities to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// What is called after each sweep that ran to its end.
    pub heartbeat: Option<Heartbeat>,
    /// How many people must agree before a change counts as confirmed or dismissed for good.
    pub reviewers: usize,
}

/// An address that is called after each sweep, so that somebody notices when none runs any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Where it is; services name the watcher in the address, which makes it a secret.
    pub url: UrlSource,
    /// Which addresses it may reach.
    pub addresses: AddressRule,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            contact: None,
            bounds: Bounds::default(),
            pages_at_once: 16,
            host_gap: Duration::from_secs(2),
            proxy: None,
            ca_file: None,
            heartbeat: None,
            reviewers: 1,
        }
    }
}

/// The bounds of one visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From the start to a connection, name resolution and TLS included.
    pub connect_timeout: Duration,
    /// From the request to the end of the response's head.
    pub head_timeout: Duration,
    /// The whole visit of one address with its redirects, from the first byte sent; waiting for
    /// the host's turn is not counted.
    pub visit_timeout: Duration,
    /// The most bytes of a body after decoding.
    pub body_bytes_max: u64,
    /// The most bytes of a body on the wire.
    pub wire_bytes_max: u64,
    /// The most redirects that are followed.
    pub redirects_max: usize,
    /// How often a transient failure is tried again within the visit.
    pub retries_max: u32,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            connect_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(15),
            visit_timeout: Duration::from_secs(60),
            body_bytes_max: 20 << 20,
            wire_bytes_max: 10 << 20,
            redirects_max: 5,
            retries_max: 2,
        }
    }
}

/// One `[[page]]` of the watchlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The page.
    pub page: PageId,
    /// Whose page it is; empty if not given.
    pub company: String,
    /// What the page is called; empty if not given.
    pub title: String,
    /// Its address, or those of its parts in order; never empty.
    pub urls: Vec<Url>,
    /// Earlier addresses of the page, newest first.
    pub formerly: Vec<Url>,
    /// What part of it counts.
    pub selection: Selection,
    /// How often it is visited.
    pub every: Duration,
    /// How long an unconfirmed wording may wait before it is alerted all the same; zero alerts
    /// at once.
    pub confirm_within: Duration,
    /// How long trouble lasts before it is alerted.
    pub trouble_after: Duration,
    /// Kinds of edits that are alerted though no word is altered; empty unless asked for.
    pub also_alert: Vec<EditKind>,
    /// The language asked for, as an `Accept-Language` value, `en-US,en;q=0.8`.
    pub language: Option<String>,
    /// Request headers to send beside our own.
    pub headers: Vec<(String, String)>,
    /// Whether sweeps visit it.
    pub state: WatchState,
    /// What robots.txt means to this watch.
    pub robots: RobotsRule,
    /// Which addresses may be reached.
    pub addresses: AddressRule,
    /// What the page's own history may teach.
    pub learning: Learning,
    /// How long before a pledge's deadline it is told that it is near, in whole days; zero tells
    /// nobody.
    pub remind: Duration,
    /// The commitments on the page.
    pub pledges: Vec<Pledge>,
}

impl Watch {
    /// How often a page is visited unless the watchlist says otherwise.
    pub const EVERY: Duration = Duration::from_secs(6 * 3_600);
    /// Half of all flaps last longer than a day; 36 h covers most (measured on real policy pages).
    pub const CONFIRM_WITHIN: Duration = Duration::from_secs(36 * 3_600);
    /// Nine in ten collapses heal within days.
    pub const TROUBLE_AFTER: Duration = Duration::from_secs(3 * 86_400);
    /// Time to ask the company, and to prepare a piece.
    pub const REMIND: Duration = Duration::from_secs(30 * 86_400);

    /// Returns a watch of `urls` with the defaults for everything else; `urls` is not empty.
    pub fn new(page: PageId, urls: Vec<Url>) -> Watch {
        Watch {
            page,
            company: String::new(),
            title: String::new(),
            urls,
            formerly: Vec::new(),
            selection: Selection::default(),
            every: Self::EVERY,
            confirm_within: Self::CONFIRM_WITHIN,
            trouble_after: Self::TROUBLE_AFTER,
            also_alert: Vec::new(),
            language: None,
            headers: Vec::new(),
            state: WatchState::Active,
            robots: RobotsRule::Honored,
            addresses: AddressRule::PublicOnly,
            learning: Learning::On,
            remind: Self::REMIND,
            pledges: Vec::new(),
        }
    }

    /// Returns the address to name the page by: that of its first part.
    pub fn url(&self) -> &Url {
        &self.urls[0]
    }

    /// Returns the digest that names what is asked beside the addresses: language and headers.
    pub fn asking(&self) -> Digest {
        let mut form = format!("{}\n", self.language.as_deref().unwrap_or_default());
        for (name, value) in &self.headers {
            form.push_str(&format!("{}\t{value}\n", name.to_ascii_lowercase()));
        }
        Digest::of(form.as_bytes())
    }

    /// Returns the title, or the id where there is none.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { self.page.as_str() } else { &self.title }
    }
}

/// Whether sweeps visit a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchState {
    /// Visited when due.
    Active,
    /// Not visited until the watchlist says so again.
    Paused,
}

/// What a page's own history may teach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learning {
    /// Where passages come and go by themselves, what differs has to hold for longer.
    On,
    /// Nothing: every passage is judged alike.
    Off,
}

/// What robots.txt means to a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RobotsRule {
    /// A page that robots.txt forbids is not fetched.
    Honored,
    /// The user overrode robots.txt; `status` says so aloud.
    Ignored,
}

/// The part of a page that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// CSS selectors of what to read, in document order; empty means: find the policy yourself.
    pub select: Vec<String>,
    /// CSS selectors of what to leave out.
    pub remove: Vec<String>,
}

impl Selection {
    /// Returns the digest that names this selection wherever a text is kept.
    pub fn digest(&self) -> Digest {
        let mut form = String::new();
        for (key, selectors) in [("select", &self.select), ("remove", &self.remove)] {
            for selector in selectors {
                form.push_str(&format!("{key}\t{selector}\n"));
            }
        }
        Digest::of(form.as_bytes())
    }
}

/// A commitment on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// Its id, unique on the page, of the same form as a page's.
    pub id: PageId,
    /// What people call it.
    pub name: String,
    /// A short, distinctive phrase of the promise.
    pub quote: String,
    /// The day it was made.
    pub made: Option<Date>,
    /// Until when it holds.
    pub until: Term,
}

/// Until when a pledge holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// For good, or until further notice.
    Open,
    /// Until the end of a day.
    Deadline(Date),
    /// Until something happens, in the watchlist's words: "a federal law".
    Condition(String),
}
