//! One of several names that are known, or the nearest of them.

use crate::watchlist::{
    found::{Findings, Flaw},
    nearest::nearest,
    table::Entry,
};

/// Returns the string if it is among those that are known.
pub fn one_of<'n>(
    found: &mut Findings<'_>,
    entry: &Entry<'_>,
    known: impl Iterator<Item = &'n str> + Clone,
    problem: &str,
) -> Option<&'n str> {
    let text = entry.string(found)?;
    if let Some(name) = known.clone().find(|name| *name == text) {
        return Some(name);
    }
    let remedy = match nearest(text, known.clone()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if known.clone().next().is_none() => "there is none that could be named".to_owned(),
        None if known.clone().nth(10).is_some() => "use one that the watchlist names".to_owned(),
        None => format!("use one of {}", listed(known)),
    };
    entry.report(found, Flaw::new(problem, remedy));
    None
}

/// Returns names in quotation marks, with commas between them.
pub fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
