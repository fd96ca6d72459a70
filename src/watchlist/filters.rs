//! Which alerts a channel takes, and which it leaves out.

use crate::{
    model::{channel::Filter, event::EventKind, page::PageId, verdict::Meaning},
    watchlist::{
        choice::one_of,
        found::{Findings, Flaw},
        pages::KnownPages,
        table::{Entry, Section},
    },
};

/// Returns what a channel takes.
pub fn read_filter(found: &mut Findings<'_>, section: &Section<'_>, known: &KnownPages) -> Filter {
    let mut filter = Filter::default();
    for (name, list) in
        [("companies", &mut filter.companies), ("not_companies", &mut filter.not_companies)]
    {
        for item in items(found, section, name) {
            let companies = known.companies.iter().map(String::as_str);
            let problem = "no page of the watchlist is of this company";
            list.extend(one_of(found, &item, companies, problem).map(str::to_owned));
        }
    }
    for (name, list) in [("pages", &mut filter.pages), ("not_pages", &mut filter.not_pages)] {
        for item in items(found, section, name) {
            let ids = known.ids.iter().map(String::as_str);
            let id = one_of(found, &item, ids, "no page of the watchlist has this id");
            list.extend(id.and_then(|id| id.parse::<PageId>().ok()));
        }
    }
    for (name, list) in [("pledges", &mut filter.pledges), ("not_pledges", &mut filter.not_pledges)]
    {
        for item in items(found, section, name) {
            let ids = known.pledges.iter().map(String::as_str);
            let id = one_of(found, &item, ids, "no pledge of the watchlist has this id");
            list.extend(id.and_then(|id| id.parse::<PageId>().ok()));
        }
    }
    for (name, list) in [("kinds", &mut filter.kinds), ("not_kinds", &mut filter.not_kinds)] {
        for item in items(found, section, name) {
            let codes = EventKind::ALL.iter().map(|kind| kind.code());
            let code = one_of(found, &item, codes, "there are no events of this kind");
            list.extend(code.and_then(EventKind::from_code));
        }
    }
    if let Some(entry) = section.entry("min_kind") {
        let codes = Meaning::ALL.iter().map(|it| it.code());
        let code = one_of(found, &entry, codes, "no edit amounts to this");
        filter.min_kind = code.and_then(Meaning::from_code);
    }
    filter
}

fn items<'t>(found: &mut Findings<'_>, section: &Section<'t>, name: &str) -> Vec<Entry<'t>> {
    let Some(entry) = section.entry(name) else { return Vec::new() };
    if entry.value.as_array().is_some_and(|items| items.is_empty()) {
        let (problem, remedy) = match name.starts_with("not_") {
            true => ("an empty list leaves nothing out", "leave it out"),
            false => ("an empty list would let nothing pass", "leave it out to take all"),
        };
        entry.report(found, Flaw::new(problem, remedy));
    }
    entry.each(found)
}
