//! `[[page.pledge]]`: the commitments on a page.

use std::collections::BTreeMap;

use crate::{
    model::{
        page::PageId,
        watch::{Pledge, Term},
    },
    watchlist::{
        found::{Findings, Flaw},
        keys,
        table::{Entry, Section, quoted},
    },
};

/// Returns the pledges of a page in the order of the file.
pub fn read_pledges(found: &mut Findings<'_>, page: &Section<'_>) -> Vec<Pledge> {
    let mut line_of_id: BTreeMap<PageId, usize> = BTreeMap::new();
    let mut pledges = Vec::new();
    for section in page.sections(found, "pledge", "id") {
        section.check_keys(found, &[&keys::PLEDGE]);
        let id = section.entry("id").and_then(|entry| {
            let id = read_id(found, &entry)?;
            if let Some(line) = line_of_id.get(&id) {
                let problem = format!("the pledge of line {line} has this id as well");
                entry.report(found, Flaw::new(problem, "give each pledge of a page its own"));
                return None;
            }
            line_of_id.insert(id.clone(), found.line(entry.span.start));
            Some(id)
        });
        if section.entry("id").is_none() {
            section.report_missing(found, "id", "name the pledge, as in id = \"no-face-sales\"");
        }
        pledges.extend(read_pledge(found, &section, id));
    }
    pledges
}

fn read_pledge(
    found: &mut Findings<'_>,
    section: &Section<'_>,
    id: Option<PageId>,
) -> Option<Pledge> {
    let phrase = "write a short, distinctive phrase of the promise, as it stands on the page";
    let quote = match section.entry("quote") {
        Some(entry) => entry.some_words(found, phrase),
        None => {
            section.report_missing(found, "quote", phrase);
            None
        }
    };
    let name = section.entry("name").and_then(|entry| entry.words(found)).unwrap_or_default();
    let made = section.entry("made").and_then(|entry| entry.day(found));
    let until = read_term(found, section);
    if let (Some(made), Term::Deadline(deadline)) = (made, &until)
        && *deadline < made
        && let Some(entry) = section.entry("deadline")
    {
        let problem = "the deadline is before the day on which the pledge was made";
        entry.report(found, Flaw::new(problem, "look which of `made` and `deadline` is right"));
    }
    let id = id?;
    let name = if name.is_empty() { id.to_string() } else { name };
    Some(Pledge { id, name, quote: quote?, made, until })
}

fn read_term(found: &mut Findings<'_>, section: &Section<'_>) -> Term {
    match (section.entry("deadline"), section.entry("condition")) {
        (None, None) => Term::Open,
        (Some(deadline), None) => deadline.day(found).map_or(Term::Open, Term::Deadline),
        (None, Some(condition)) => condition
            .some_words(found, "write what ends the pledge, as in \"a federal law\"")
            .map_or(Term::Open, Term::Condition),
        (Some(deadline), Some(condition)) => {
            let later =
                if deadline.span.start < condition.span.start { condition } else { deadline };
            let problem = "a pledge has a deadline or a condition, not both";
            later.report(found, Flaw::new(problem, "keep what the page itself says"));
            Term::Open
        }
    }
}

/// Returns the id of a page or a pledge; for a wrong one, the nearest right one is proposed.
pub fn read_id(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<PageId> {
    let text = entry.string(found)?;
    if let Ok(id) = text.parse() {
        return Some(id);
    }
    let problem = format!("an id is 1 to {} of a-z, 0-9 and -", PageId::LENGTH_MAX);
    let remedy = match PageId::from_words(text) {
        Some(proposed) => format!("write {}", quoted(proposed.as_str())),
        None => "write an id, as in \"example-privacy-policy\"".to_owned(),
    };
    entry.report(found, Flaw::new(problem, remedy));
    None
}
