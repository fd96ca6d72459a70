//! What stands around each page: where its links lead, who looks at it, and when it was made.

use crate::{
    model::time::Timestamp,
    web::place::{Feed, Links, Place},
};

/// Who looks at a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Anybody, at a file: nothing can be sent or asked.
    OfFile,
    /// Somebody who is not signed in.
    Reader {
        /// Whether there is anything to sign in for.
        may_sign_in: bool,
    },
    /// Somebody who is signed in.
    Known(Session),
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub name: String,
    /// What each form of theirs must bring along.
    pub form_token: String,
    /// Whether they may review.
    pub may_review: bool,
}

/// What stands around a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where it links to.
    pub links: Links,
    /// Which page it is.
    pub place: Place,
    /// Who looks at it.
    pub visitor: Visitor,
    /// When it was made.
    pub now: Timestamp,
    /// The address of the root, where it is known: feeds name their entries by whole addresses.
    pub base: Option<String>,
}

impl Frame {
    /// Returns a link to a place.
    pub fn to(&self, place: &Place) -> String {
        self.links.to(place)
    }

    /// Returns a link to the overview.
    pub fn home(&self) -> String {
        self.to(&Place::Overview)
    }

    /// Returns a link to the help.
    pub fn help(&self) -> String {
        self.to(&Place::Help)
    }

    /// Returns a link to where visitors sign in.
    pub fn sign_in(&self) -> String {
        self.to(&Place::SignIn)
    }

    /// Returns a link to a file of ours.
    pub fn asset(&self, name: &'static str) -> String {
        self.links.to(&Place::Asset(name))
    }

    /// Returns a link to the feed of everything.
    pub fn feed(&self) -> String {
        self.links.to(&Place::Feed(Feed::All))
    }

    /// Returns a link to the same as JSON.
    pub fn json_feed(&self) -> String {
        self.links.to(&Place::JsonFeed(Feed::All))
    }

    /// Returns the links to a feed, as Atom and as JSON.
    pub fn feeds(&self, feed: Feed) -> (String, String) {
        (self.to(&Place::Feed(feed.clone())), self.to(&Place::JsonFeed(feed)))
    }

    /// Returns whether a server answers, so that forms and captures lead somewhere.
    pub fn is_served(&self) -> bool {
        self.visitor != Visitor::OfFile
    }

    /// Returns who is signed in.
    pub fn session(&self) -> Option<&Session> {
        match &self.visitor {
            Visitor::Known(session) => Some(session),
            Visitor::OfFile | Visitor::Reader { .. } => None,
        }
    }

    /// Returns who is signed in and may review.
    pub fn reviewer(&self) -> Option<&Session> {
        self.session().filter(|session| session.may_review)
    }

    /// Returns whether the visitor could sign in.
    pub fn may_sign_in(&self) -> bool {
        matches!(self.visitor, Visitor::Reader { may_sign_in: true })
    }

    /// Returns the entries of the menu: label, link, and whether the page is below it.
    pub fn menu(&self) -> Vec<(&'static str, String, bool)> {
        let here = self.place.path();
        let entries = [
            ("Overview", Place::Overview),
            ("Changes", Place::Changes),
            ("Pledges", Place::Pledges),
            ("Search", Place::Search),
            ("Health", Place::Health),
        ];
        let is_there = |place: &Place| *place != Place::Search || self.is_served();
        let entries = entries.into_iter().filter(|(_, place)| is_there(place));
        let entry = |(label, place): (&'static str, Place)| {
            let path = place.path();
            let is_here = if path.is_empty() { here.is_empty() } else { here.starts_with(&path) };
            (label, self.to(&place), is_here)
        };
        entries.map(entry).collect()
    }
}
