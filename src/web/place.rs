//! Where each page stands, the same whether it is served or a file, and how pages link to one
//! another: relatively, so that the folder can stand anywhere.

use crate::model::{event::EventId, page::PageId, snapshot::Digest};

/// Something that has an address of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// All companies and pledges, and what changed lately.
    Overview,
    /// A page's timeline.
    Page(PageId),
    /// The text of one version of a page.
    Version(PageId, u32),
    /// The bodies that a page gave; served only.
    Captures(PageId),
    /// The changes.
    Changes,
    /// One change, before and after woven into one text.
    Change(EventId),
    /// One change, before beside after.
    Sides(EventId),
    /// The pledges.
    Pledges,
    /// A pledge's life.
    Pledge(PageId, PageId),
    /// A phrase through all versions; served only.
    Search,
    /// How the watches are doing.
    Health,
    /// The keys, and how to cite.
    Help,
    /// Signing in; served only.
    SignIn,
    /// An Atom feed.
    Feed(Feed),
    /// The same as JSON.
    JsonFeed(Feed),
    /// A file of ours.
    Asset(&'static str),
}

/// Of what a feed tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feed {
    /// Everything.
    All,
    /// A company, by its [`company_key`].
    Company(String),
    /// A page.
    Page(PageId),
    /// A pledge of a page.
    Pledge(PageId, PageId),
}

impl Place {
    /// Returns its path from the root, without a slash before it.
    pub fn path(&self) -> String {
        match self {
            Place::Overview => String::new(),
            Place::Page(page) => format!("pages/{page}/"),
            Place::Version(page, number) => format!("pages/{page}/versions/{number}/"),
            Place::Captures(page) => format!("pages/{page}/captures/"),
            Place::Changes => "changes/".to_owned(),
            Place::Change(id) => format!("changes/{id}/"),
            Place::Sides(id) => format!("changes/{id}/sides/"),
            Place::Pledges => "pledges/".to_owned(),
            Place::Pledge(page, pledge) => format!("pledges/{page}/{pledge}/"),
            Place::Search => "search/".to_owned(),
            Place::Health => "health/".to_owned(),
            Place::Help => "help/".to_owned(),
            Place::SignIn => "sign-in/".to_owned(),
            Place::Feed(feed) => feed.path("atom"),
            Place::JsonFeed(feed) => feed.path("json"),
            Place::Asset(name) => format!("assets/{name}"),
        }
    }
}

impl Feed {
    fn path(&self, ending: &str) -> String {
        match self {
            Feed::All => format!("feeds/all.{ending}"),
            Feed::Company(key) => format!("feeds/companies/{key}.{ending}"),
            Feed::Page(page) => format!("feeds/pages/{page}.{ending}"),
            Feed::Pledge(page, pledge) => format!("feeds/pledges/{page}/{pledge}.{ending}"),
        }
    }
}

impl Place {
    /// Returns the place at a path, written as [`Place::path`] writes it; `None` if there is none.
    pub fn at(path: &str) -> Option<Place> {
        let parts: Vec<&str> = path.split('/').collect();
        let place = match parts.as_slice() {
            [""] => Place::Overview,
            ["pages", page, ""] => Place::Page(page.parse().ok()?),
            ["pages", page, "versions", number, ""] => {
                Place::Version(page.parse().ok()?, number.parse().ok()?)
            }
            ["pages", page, "captures", ""] => Place::Captures(page.parse().ok()?),
            ["changes", ""] => Place::Changes,
            ["changes", id, ""] => Place::Change(id.parse().ok()?),
            ["changes", id, "sides", ""] => Place::Sides(id.parse().ok()?),
            ["pledges", ""] => Place::Pledges,
            ["pledges", page, pledge, ""] => {
                Place::Pledge(page.parse().ok()?, pledge.parse().ok()?)
            }
            ["search", ""] => Place::Search,
            ["health", ""] => Place::Health,
            ["help", ""] => Place::Help,
            ["sign-in", ""] => Place::SignIn,
            ["assets", "style.css"] => Place::Asset("style.css"),
            ["assets", "keys.js"] => Place::Asset("keys.js"),
            ["feeds", before @ .., last] => match last.rsplit_once('.')? {
                (name, "atom") => Place::Feed(feed_at(before, name)?),
                (name, "json") => Place::JsonFeed(feed_at(before, name)?),
                (_, _) => return None,
            },
            _ => return None,
        };
        // One place has one address: none is written in upper case or with zeros before a number.
        (place.path() == path).then_some(place)
    }
}

fn feed_at(before: &[&str], name: &str) -> Option<Feed> {
    Some(match before {
        [] if name == "all" => Feed::All,
        ["companies"] => Feed::Company(name.parse::<PageId>().ok()?.to_string()),
        ["pages"] => Feed::Page(name.parse().ok()?),
        ["pledges", page] => Feed::Pledge(page.parse().ok()?, name.parse().ok()?),
        _ => return None,
    })
}

/// Returns a company's name as a part of an address: letters and digits of it, or a digest where it
/// has none.
pub fn company_key(company: &str) -> String {
    match PageId::from_words(company) {
        Some(key) => key.to_string(),
        None => format!("c-{}", Digest::of(company.as_bytes()).short()),
    }
}

/// How one page links to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    root: String,
    leaf: &'static str,
}

impl Links {
    /// Returns the links of the page at `place`. `leaf` stands behind each folder: nothing where a
    /// server knows what a folder shows, a file's name where none does.
    pub fn at(place: &Place, leaf: &'static str) -> Links {
        Links { root: "../".repeat(place.path().matches('/').count()), leaf }
    }

    /// Returns links that hold on any page of a server.
    pub fn absolute() -> Links {
        Links { root: "/".to_owned(), leaf: "" }
    }

    /// Returns a link to `place`.
    pub fn to(&self, place: &Place) -> String {
        let path = place.path();
        let leaf = if path.is_empty() || path.ends_with('/') { self.leaf } else { "" };
        match format!("{}{path}{leaf}", self.root) {
            here if here.is_empty() => "./".to_owned(),
            link => link,
        }
    }

    /// Returns a link to a path of the server.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_and_lead_from_any_page_to_any_other() {
        let page: PageId = "a".parse().unwrap();
        let links = Links::at(&Place::Version(page.clone(), 2), "");
        assert_eq!(links.to(&Place::Overview), "../../../../");
        assert_eq!(links.to(&Place::Page(page.clone())), "../../../../pages/a/");
        let links = Links::at(&Place::Overview, "index.html");
        assert_eq!(links.to(&Place::Overview), "index.html");
        assert_eq!(links.to(&Place::Page(page)), "pages/a/index.html");
        assert_eq!(links.to(&Place::Feed(Feed::All)), "feeds/all.atom");
        assert_eq!(Links::at(&Place::Overview, "").to(&Place::Overview), "./");
    }

    #[test]
    fn each_place_has_one_address_and_nothing_else_has_any() {
        let page: PageId = "a".parse().unwrap();
        let id: EventId = "0123456789abcdef".parse().unwrap();
        for place in [
            Place::Overview,
            Place::Page(page.clone()),
            Place::Version(page.clone(), 7),
            Place::Captures(page.clone()),
            Place::Changes,
            Place::Change(id.clone()),
            Place::Sides(id),
            Place::Pledges,
            Place::Pledge(page.clone(), page.clone()),
            Place::Search,
            Place::Health,
            Place::Help,
            Place::SignIn,
            Place::Feed(Feed::All),
            Place::Feed(Feed::Company("amber".to_owned())),
            Place::Feed(Feed::Page(page.clone())),
            Place::Feed(Feed::Pledge(page.clone(), page.clone())),
            Place::JsonFeed(Feed::All),
            Place::JsonFeed(Feed::Pledge(page.clone(), page)),
            Place::Asset("keys.js"),
        ] {
            assert_eq!(Place::at(&place.path()), Some(place.clone()), "{place:?}");
        }
        for wrong in [
            "pages/../../etc/passwd/",
            "pages/a",
            "pages/A/",
            "pages/a/versions/07/",
            "pages/a/versions/99999999999/",
            "changes/0123456789ABCDEF/",
            "changes/x/",
            "assets/../Cargo.toml",
            "feeds/../all.atom",
            "feeds/companies/.atom",
            "feeds/all.xml",
            "feeds/all",
            "//",
            "/",
        ] {
            assert_eq!(Place::at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_company_has_an_address_whatever_its_name() {
        assert_eq!(company_key("Amber & Co."), "amber-co");
        assert!(company_key("規約").starts_with("c-"));
        assert!(!company_key("../..").contains('.'));
    }
}
