//! A new entry for the watchlist, proposed from the page itself.

use url::Url;

use crate::{
    extract::page::{Extraction, Source, extract},
    fetch::fetcher::Fetcher,
    model::{
        address::AddressRule,
        page::PageId,
        text::Text,
        time::Timestamp,
        trouble::Trouble,
        visit::{Outcome, Part},
        watch::{RobotsRule, Selection, Watch, Watchlist},
    },
    monitor::app::MonitorError,
    watchlist::write::NewEntry,
};

/// What the user said about the page to add; the rest is proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The id to use.
    pub id: Option<PageId>,
    /// The company to use.
    pub company: Option<String>,
    /// The title to use.
    pub title: Option<String>,
    /// The selection to use.
    pub selection: Selection,
    /// Whether private addresses may be reached for this page.
    pub private_addresses: Option<AddressRule>,
}

/// A proposed entry, and what it would follow.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The entry.
    pub entry: NewEntry,
    /// The text that would be followed.
    pub text: Text,
    /// How it was found on the page.
    pub region: String,
    /// Signs that this is not the policy.
    pub signs: Vec<Trouble>,
    /// Where the page answered, if elsewhere.
    pub final_url: Option<Url>,
}

/// Fetches the page and proposes an entry that does not clash with the watchlist.
pub async fn propose(
    watchlist: &Watchlist,
    url: &Url,
    wishes: Wishes,
    now: Timestamp,
) -> Result<Proposal, MonitorError> {
    let cannot = |reason: String| MonitorError::CannotAdd { url: url.to_string(), reason };
    if let Some(watch) = watchlist.watches.iter().find(|watch| watch.urls.contains(url)) {
        return Err(cannot(format!("the page `{}` watches it already", watch.page)));
    }
    let name = PageId::from_words("new").expect("the word has letters");
    let mut watch = Watch::new(name, vec![url.clone()]);
    watch.selection = wishes.selection.clone();
    watch.robots = RobotsRule::Honored;
    watch.addresses = wishes.private_addresses.unwrap_or(AddressRule::PublicOnly);
    let fetcher = Fetcher::new(&watchlist.settings)?;
    fetcher.prepare(&watch)?;
    let visit = fetcher.visit(&watch, &[], now).await;
    let part = &visit.parts[0];
    let extraction = read(part, &wishes.selection).map_err(cannot)?;
    let final_url = (part.final_url() != url).then(|| part.final_url().clone());
    let company = wishes.company.or(extraction.company.clone()).unwrap_or_else(|| company(url));
    let title = wishes.title.unwrap_or_else(|| title(&extraction, &company, url));
    let id = match wishes.id {
        Some(id) if watchlist.watch(&id).is_some() => {
            return Err(cannot(format!("there is a page `{id}` already")));
        }
        Some(id) => id,
        None => free_id(watchlist, &company, &title),
    };
    let entry = NewEntry {
        page: id,
        company,
        title,
        url: url.clone(),
        select: wishes.selection.select,
        remove: wishes.selection.remove,
        every: None,
        addresses: watch.addresses,
    };
    let Extraction { text, region, signs, .. } = extraction;
    Ok(Proposal { entry, text, region, signs, final_url })
}

fn read(part: &Part, selection: &Selection) -> Result<Extraction, String> {
    let snapshot = match &part.outcome {
        Outcome::Captured(snapshot) => snapshot,
        Outcome::Failed(failure) => return Err(format!("{failure} ({})", failure.code())),
        Outcome::NotModified { .. } => return Err("the server sent no page".to_owned()),
    };
    let answer = part.answer.as_ref();
    if let Some(status) = answer.map(|it| it.status).filter(|status| !(200..300).contains(status)) {
        return Err(format!("the server answered with status {status}"));
    }
    let content_type = answer.and_then(|answer| answer.header("content-type"));
    extract(&Source { bytes: snapshot.bytes(), content_type }, selection)
        .map_err(|failure| failure.to_string())
}

/// Returns a company's name from its address: `www.example.co.uk` gives `Example`.
fn company(url: &Url) -> String {
    const SECOND_LEVEL: [&str; 6] = ["co", "com", "org", "net", "gov", "ac"];
    let host = url.host_str().unwrap_or_default();
    let mut labels: Vec<&str> = host.split('.').collect();
    if host.parse::<std::net::IpAddr>().is_ok() || labels.len() < 2 {
        return host.to_owned();
    }
    labels.pop();
    if 1 < labels.len() && labels.last().is_some_and(|last| SECOND_LEVEL.contains(last)) {
        labels.pop();
    }
    let name = labels.pop().unwrap_or_default();
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

/// Returns the page's title without the company's name at either end.
fn title(extraction: &Extraction, company: &str, url: &Url) -> String {
    const DIVIDERS: [&str; 5] = [" | ", " - ", " · ", " : ", " / "];
    let mut title = extraction.title.as_str();
    for divider in DIVIDERS {
        if let Some((head, tail)) = title.rsplit_once(divider)
            && tail.to_lowercase().contains(&company.to_lowercase())
        {
            title = head;
        } else if let Some((head, tail)) = title.split_once(divider)
            && head.to_lowercase().contains(&company.to_lowercase())
        {
            title = tail;
        }
    }
    if title.trim().is_empty() { url.path().to_owned() } else { title.trim().to_owned() }
}

fn free_id(watchlist: &Watchlist, company: &str, title: &str) -> PageId {
    let words: Vec<&str> = title.split_whitespace().take(6).collect();
    let wished = PageId::from_words(&format!("{company} {}", words.join(" ")))
        .or_else(|| PageId::from_words("page"))
        .expect("the word has letters");
    let numbered = (2..).map(|number| PageId::from_words(&format!("{wished} {number}")));
    std::iter::once(Some(wished.clone()))
        .chain(numbered)
        .flatten()
        .find(|id| watchlist.watch(id).is_none())
        .unwrap_or(wished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_read_off_its_host() {
        let of = |url: &str| company(&url.parse().unwrap());
        assert_eq!(of("https://www.example.org/terms"), "Example");
        assert_eq!(of("https://legal.example.co.uk/"), "Example");
        assert_eq!(of("http://127.0.0.1:8000/"), "127.0.0.1");
    }
}
