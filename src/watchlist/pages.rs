//! `[[page]]`: the watches, and what no two of them may share.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::{
    model::{
        page::PageId,
        watch::{Selection, Watch, WatchState},
    },
    watchlist::{
        addresses::read_address,
        found::{Findings, Flaw},
        headers::read_headers,
        keys,
        pledges::{read_id, read_pledges},
        selectors::read_selectors,
        settings::{PageRules, read_rules},
        table::{Entry, Section, wrong_type},
    },
};

/// The most pages of one watchlist.
pub const PAGES_MAX: usize = 10_000;

/// What the `[[page]]` entries came to.
pub struct Pages {
    /// The watches; all of them, if there was no mistake.
    pub watches: Vec<Watch>,
    /// What channels may name.
    pub known: KnownPages,
}

/// Which pages and companies are named in the file, by entries with mistakes as well.
#[derive(Default)]
pub struct KnownPages {
    /// Ids as written.
    pub ids: BTreeSet<String>,
    /// Companies.
    pub companies: BTreeSet<String>,
    /// Ids of pledges.
    pub pledges: BTreeSet<String>,
}

/// Where an id or an address was seen first.
struct Place {
    key: String,
    line: usize,
}

/// What the pages before had, to find what is there twice.
#[derive(Default)]
struct Seen {
    ids: BTreeMap<String, Place>,
    addresses: BTreeMap<Url, Place>,
}

/// Returns the watches of all `[[page]]` entries.
pub fn read_pages(found: &mut Findings<'_>, top: &Section<'_>, rules: &PageRules) -> Pages {
    let mut pages = Pages { watches: Vec::new(), known: KnownPages::default() };
    let mut seen = Seen::default();
    let mut formerly = Vec::new();
    for (index, section) in top.sections(found, "page", "id").iter().enumerate() {
        if index == PAGES_MAX {
            let problem = format!("there are more than {PAGES_MAX} pages");
            let remedy = "divide them among several watchlists, each with an archive of its own";
            found.add(section.at, section.key.clone(), None, Flaw::new(problem, remedy));
            break;
        }
        section.check_keys(found, &[&keys::PAGE, &keys::PAGE_RULES]);
        let id = read_page_id(found, section, &mut seen, &mut pages.known);
        let urls = read_urls(found, section, &mut seen);
        let formerly_here = read_formerly(found, section);
        let (company, watch) = read_watch(found, section, rules);
        if !company.is_empty() {
            pages.known.companies.insert(company.clone());
        }
        let pledges = watch.pledges.iter().map(|pledge| pledge.id.to_string());
        pages.known.pledges.extend(pledges);
        if let Some(page) = id
            && !urls.is_empty()
        {
            let addresses = formerly_here.iter().map(|(_, url)| url.clone()).collect();
            pages.watches.push(Watch { page, company, urls, formerly: addresses, ..watch });
        }
        formerly.extend(formerly_here);
    }
    for (entry, url) in formerly {
        if let Some(place) = seen.addresses.get(&url) {
            let problem =
                format!("this is the current address of {} (line {})", place.key, place.line);
            let remedy = "list only addresses at which no page of this watchlist is any more";
            entry.report(found, Flaw::new(problem, remedy));
        }
    }
    pages
}

/// Returns the company, and a watch whose page, company and addresses are still to be set.
fn read_watch(
    found: &mut Findings<'_>,
    section: &Section<'_>,
    rules: &PageRules,
) -> (String, Watch) {
    let mut words =
        |name| section.entry(name).and_then(|entry| entry.words(found)).unwrap_or_default();
    let (company, title) = (words("company"), words("title"));
    let mut selectors =
        |name| section.entry(name).map(|entry| read_selectors(found, &entry)).unwrap_or_default();
    let selection = Selection { select: selectors("select"), remove: selectors("remove") };
    let rules = read_rules(found, section, rules);
    let headers = section.entry("headers").map(|entry| read_headers(found, &entry));
    let is_paused = section.entry("paused").and_then(|entry| entry.flag(found));
    let state = if is_paused == Some(true) { WatchState::Paused } else { WatchState::Active };
    let pledges = read_pledges(found, section);
    let unset = PageId::from_words("unset").expect("these are letters");
    let watch = Watch {
        title,
        selection,
        every: rules.every,
        confirm_within: rules.confirm_within,
        trouble_after: rules.trouble_after,
        also_alert: rules.also_alert,
        remind: rules.remind,
        language: rules.language,
        headers: headers.unwrap_or_default(),
        state,
        robots: rules.robots,
        addresses: rules.addresses,
        pledges,
        ..Watch::new(unset, Vec::new())
    };
    (company, watch)
}

fn read_page_id(
    found: &mut Findings<'_>,
    section: &Section<'_>,
    seen: &mut Seen,
    known: &mut KnownPages,
) -> Option<PageId> {
    let Some(entry) = section.entry("id") else {
        let remedy = "name the page for good, as in id = \"example-privacy-policy\"";
        section.report_missing(found, "id", remedy);
        return None;
    };
    if let Some(text) = entry.value.as_str() {
        known.ids.insert(text.to_owned());
    }
    let id = read_id(found, &entry)?;
    if let Some(place) = seen.ids.get(id.as_str()) {
        let problem = format!("the page of line {} has this id as well", place.line);
        let remedy = "give each page an id of its own; the archive knows pages by it";
        entry.report(found, Flaw::new(problem, remedy));
        return None;
    }
    let place = Place { key: section.key.clone(), line: found.line(entry.span.start) };
    seen.ids.insert(id.to_string(), place);
    Some(id)
}

/// Returns the addresses of `url` or `urls`, of which there must be exactly one.
fn read_urls(found: &mut Findings<'_>, section: &Section<'_>, seen: &mut Seen) -> Vec<Url> {
    let items = match (section.entry("url"), section.entry("urls")) {
        (Some(entry), None) if entry.value.is_array() => {
            let remedy = "write `urls` for a page of several parts";
            entry.report(found, wrong_type(entry.value, "one address", remedy));
            return Vec::new();
        }
        (Some(entry), None) => vec![entry],
        (None, Some(entry)) if !entry.value.is_array() => {
            let remedy = "write `url` for a page of one part";
            entry.report(found, wrong_type(entry.value, "a list of addresses", remedy));
            return Vec::new();
        }
        (None, Some(entry)) if entry.value.as_array().is_some_and(|items| items.is_empty()) => {
            entry.report(found, Flaw::new("the list is empty", "write the addresses of the parts"));
            return Vec::new();
        }
        (None, Some(entry)) => entry.each(found),
        (Some(url), Some(urls)) => {
            let later = if url.span.start < urls.span.start { urls } else { url };
            let problem = "a page has `url` or `urls`, not both";
            let remedy = "keep `url` for one address, `urls` for several parts in order";
            later.report(found, Flaw::new(problem, remedy));
            return Vec::new();
        }
        (None, None) => {
            let remedy = "write its address, as in url = \"https://www.example.org/terms\"";
            section.report_missing(found, "url", remedy);
            return Vec::new();
        }
    };
    let mut urls = Vec::new();
    for entry in items {
        let Some(url) = read_entry(found, &entry) else { continue };
        if let Some(place) = seen.addresses.get(&url) {
            let problem = format!("{} (line {}) has this address already", place.key, place.line);
            let remedy = "watch each address once: one page may carry several pledges";
            entry.report(found, Flaw::new(problem, remedy));
            continue;
        }
        let place = Place { key: section.key.clone(), line: found.line(entry.span.start) };
        seen.addresses.insert(url.clone(), place);
        urls.push(url);
    }
    urls
}

fn read_formerly<'t>(found: &mut Findings<'_>, section: &Section<'t>) -> Vec<(Entry<'t>, Url)> {
    let Some(entry) = section.entry("formerly") else { return Vec::new() };
    let mut formerly: Vec<(Entry<'t>, Url)> = Vec::new();
    for item in entry.each(found) {
        let Some(url) = read_entry(found, &item) else { continue };
        if formerly.iter().any(|(_, before)| *before == url) {
            let flaw = Flaw::new("this address is in the list twice", "keep one of them");
            item.report(found, flaw);
            continue;
        }
        formerly.push((item, url));
    }
    formerly
}

fn read_entry(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<Url> {
    let address = read_address(entry.string(found)?);
    entry.checked(found, address)
}
