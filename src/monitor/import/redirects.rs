//! Redirects among captures: the capture of the target tells where a page answered, as a live visit
//! that follows them does; one that leads to nothing captured is what the page gave.

use std::{collections::BTreeMap, time::Duration};

use url::Url;

use crate::{
    model::{page::PageId, visit::Hop},
    monitor::{
        import::capture::{Came, Captured},
        judge::events::is_same_place,
    },
};

/// A target that was captured later than this after the redirect was not captured for it: crawlers
/// put redirects off behind other pages of the site, by minutes.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(3_600);

/// What is held back is no larger than this, body by body.
const BODY_BYTES_MAX: usize = 16 << 10;

/// No longer chain is followed, as at a live visit.
const HOPS_MAX: usize = 10;

/// The redirects whose targets are yet to come, page by page.
#[derive(Debug, Default)]
pub struct Redirects {
    pending: BTreeMap<PageId, Pending>,
}

#[derive(Debug)]
struct Pending {
    first: Captured,
    hops: Vec<Hop>,
}

/// A capture with the redirects that led to it.
pub type Followed = (Captured, Vec<Hop>);

impl Redirects {
    /// Takes the next capture of a page. Returns what is to be read, in order of time: nothing where
    /// a redirect may yet be followed.
    pub fn take(&mut self, page: &PageId, captured: Captured) -> Vec<Followed> {
        let hop = hop(&captured);
        let pending = self.pending.remove(page);
        let (led_here, mut given) = match pending {
            Some(pending) if pending.leads_to(&captured) => (Some(pending), Vec::new()),
            Some(pending) => (None, pending.unfollowed().into_iter().collect()),
            None => (None, Vec::new()),
        };
        match (hop, led_here) {
            (Some(hop), Some(mut pending)) => {
                pending.hops.push(hop);
                self.pending.insert(page.clone(), pending);
            }
            (Some(hop), None) => {
                let pending = Pending { first: captured, hops: vec![hop] };
                self.pending.insert(page.clone(), pending);
            }
            (None, Some(pending)) => given.push((captured, pending.hops)),
            (None, None) => given.push((captured, Vec::new())),
        }
        given
    }

    /// Returns the redirects that were never followed.
    pub fn finish(&mut self) -> Vec<Followed> {
        std::mem::take(&mut self.pending).into_values().filter_map(Pending::unfollowed).collect()
    }
}

impl Pending {
    fn leads_to(&self, captured: &Captured) -> bool {
        let target = self.hops.last().map(|hop| &hop.target);
        let is_soon = captured.at().since(self.first.at()) <= FOLLOWED_WITHIN;
        is_soon && self.hops.len() < HOPS_MAX && target.is_some_and(|it| is_same(it, &captured.url))
    }

    /// Returns the redirect as what the page gave, unless it leads to the same place by another
    /// name, such as from http to https: of that nothing is known.
    fn unfollowed(self) -> Option<Followed> {
        let target = self.hops.last().map(|hop| &hop.target)?;
        (!is_same_place(&self.first.url, target)).then_some((self.first, Vec::new()))
    }
}

/// Returns whether two addresses are the same but for the fragment.
fn is_same(target: &Url, url: &Url) -> bool {
    let (mut target, mut url) = (target.clone(), url.clone());
    target.set_fragment(None);
    url.set_fragment(None);
    target == url
}

fn hop(captured: &Captured) -> Option<Hop> {
    let is_redirect = matches!(captured.status, 301 | 302 | 303 | 307 | 308);
    let Came::Body(body) = &captured.came else { return None };
    if !is_redirect || BODY_BYTES_MAX < body.len() {
        return None;
    }
    let target = captured.field("location")?;
    let target = captured.url.join(&String::from_utf8_lossy(target)).ok()?;
    Some(Hop { url: captured.url.clone(), status: captured.status, target })
}
