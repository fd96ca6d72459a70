//! Whose page a capture shows: the one that the user names, the watchlist's, or one of its own.

use std::collections::BTreeMap;

use url::Url;

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{
        page::PageId,
        snapshot::Digest,
        watch::{Watch, Watchlist},
    },
    monitor::import::whole::Found,
};

/// Finds the page of each address.
pub struct Places {
    /// The page that all captures are of.
    only: Option<PageId>,
    /// The page that the watchlist gives an address.
    listed: BTreeMap<String, PageId>,
    watches: BTreeMap<PageId, Watch>,
    /// The address of the page that all captures are of, if it is known beforehand.
    address: Option<Url>,
}

impl Places {
    /// Returns the places of a watchlist; with `only`, all captures are of that page.
    pub fn new(watchlist: &Watchlist, only: Option<&PageId>) -> Places {
        let mut places = Places {
            only: only.cloned(),
            listed: BTreeMap::new(),
            watches: BTreeMap::new(),
            address: None,
        };
        for watch in &watchlist.watches {
            for url in watch.urls.iter().chain(&watch.formerly) {
                places.listed.entry(place(url)).or_insert_with(|| watch.page.clone());
            }
            places.watches.insert(watch.page.clone(), watch.clone());
        }
        places.address =
            only.and_then(|page| places.watches.get(page)).map(|watch| watch.url().clone());
        places
    }

    /// Finds the address of the page, from the watchlist or its earlier visits: a saved page does
    /// not say it. Fails if nobody knows it, or the page is made of several.
    pub fn know_address(&mut self, archive: &Archive) -> Result<(), PlaceFailure> {
        let Some(page) = &self.only else { return Err(PlaceFailure::Unnamed) };
        if self.watches.get(page).is_some_and(|watch| 1 < watch.urls.len()) {
            return Err(PlaceFailure::SeveralAddresses { page: page.clone() });
        }
        if self.address.is_none() {
            let visits = archive.visits(page, 1)?;
            let url = visits.first().and_then(|it| it.visit.parts.first()).map(|it| &it.url);
            let url = url.and_then(|url| Url::parse(url).ok());
            let unknown = || PlaceFailure::NoAddress { page: page.clone() };
            self.address = Some(url.ok_or_else(unknown)?);
        }
        Ok(())
    }

    /// Returns the address of the page that all captures are of, if it is known beforehand.
    pub fn address(&self) -> Option<&Url> {
        self.address.as_ref()
    }

    /// Returns whether one page is named for all captures.
    pub fn is_named(&self) -> bool {
        self.only.is_some()
    }

    /// Returns the page of an address.
    pub fn page(&self, url: &Url) -> PageId {
        let listed = || self.listed.get(&place(url)).cloned();
        self.only.clone().or_else(listed).unwrap_or_else(|| page_of(url))
    }

    /// Returns the page of a visit that was exported as one of `named`, which the watchlist may
    /// call otherwise.
    pub fn page_of_visit(&self, named: &PageId, url: &str) -> PageId {
        if self.only.is_none() && self.watches.contains_key(named) {
            return named.clone();
        }
        let listed = || self.listed.get(&place(&Url::parse(url).ok()?)).cloned();
        self.only.clone().or_else(listed).unwrap_or_else(|| named.clone())
    }

    /// Returns the page of what was found; one that is none stands for itself.
    pub fn page_of_found(&self, found: &Found) -> String {
        match found {
            Found::One(captured) => self.page(&captured.url).to_string(),
            Found::Whole(whole) => match whole.page() {
                Ok(named) => self.page_of_visit(&named, whole.url()).to_string(),
                Err(failure) => failure.0,
            },
        }
    }

    /// Returns which of a page's addresses a capture is of, the page having several; `None` if it
    /// is of none of them.
    pub fn position(&mut self, page: &PageId, url: &Url) -> Option<usize> {
        let found = place(url);
        self.watch(page, url).urls.iter().position(|it| place(it) == found)
    }

    /// Returns the watch of a page: the watchlist's, or a plain one at `url`.
    pub fn watch(&mut self, page: &PageId, url: &Url) -> &Watch {
        let plain = || Watch::new(page.clone(), vec![url.clone()]);
        self.watches.entry(page.clone()).or_insert_with(plain)
    }

    /// Returns the watch of a page for which [`Places::watch`] was asked before.
    pub fn known_watch(&self, page: &PageId) -> Option<&Watch> {
        self.watches.get(page)
    }
}

/// Returns an address without what names no other page: the scheme and a slash at the end.
fn place(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    format!("{}{port}{path}{query}", url.host_str().unwrap_or_default())
}

/// Returns the id of an address that nobody gave one: its words, and a digest where two addresses
/// could come to the same.
fn page_of(url: &Url) -> PageId {
    let place = place(url);
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '/');
    let in_path = url.path().contains('.');
    let digest = Digest::of(place.as_bytes()).short();
    let words = match place.len() <= PageId::LENGTH_MAX && place.chars().all(is_plain) && !in_path {
        true => place,
        false => {
            let short: String = place.chars().filter(char::is_ascii).take(80).collect();
            format!("{short} {digest}")
        }
    };
    PageId::from_words(&words).unwrap_or_else(|| named_by_digest(&digest))
}

fn named_by_digest(digest: &str) -> PageId {
    PageId::from_words(digest).expect("hex digits make an id")
}

/// Why it is not known whose captures they are.
#[derive(Debug, thiserror::Error)]
pub enum PlaceFailure {
    /// A saved page was given without a page.
    #[error("a page saved at a time needs the page that it is of: `--as PAGE`")]
    Unnamed,
    /// Neither the watchlist nor the archive knows the page's address.
    #[error("the address of `{page}` is in neither the watchlist nor the archive")]
    NoAddress {
        /// The page.
        page: PageId,
    },
    /// The page is made of several addresses.
    #[error("`{page}` is made of several addresses, and a saved page does not say which it shows")]
    SeveralAddresses {
        /// The page.
        page: PageId,
    },
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_page_and_no_other() {
        let page = |url: &str| page_of(&url.parse().unwrap()).to_string();
        assert_eq!(page("https://example.org/legal/terms/"), "example-org-legal-terms");
        assert_eq!(page("http://example.org/legal/terms"), "example-org-legal-terms");
        let alike = ["a-b", "a.b", "a/b", "A/b", "a/b?c", "a?b=c", "a%2Fb", "ä"];
        let ids: std::collections::BTreeSet<String> =
            alike.iter().map(|path| page(&format!("https://example.org/{path}"))).collect();
        assert_eq!(ids.len(), alike.len(), "{ids:?}");
    }
}
