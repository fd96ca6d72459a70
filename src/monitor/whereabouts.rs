//! Where a page answers, and how long it has answered there.

use url::Url;

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{history::Answered, visit::Visit, watch::Watch},
    monitor::judge::{
        case::{Reached, Stay, Whereabouts},
        events::is_same_place,
    },
};

/// How far back it is asked where a page answered.
const ANSWERED_MAX: usize = 1_000;

/// Returns where a visit was answered, and since when the page answers there.
pub fn whereabouts(
    archive: &Archive,
    watch: &Watch,
    visit: &Visit,
) -> Result<Whereabouts, ArchiveError> {
    let part = &visit.parts[0];
    let url = part.final_url().clone();
    let reached = Reached::by(part.hops.iter().map(|hop| hop.status));
    if part.hops.is_empty() || is_same_place(&url, watch.url()) {
        return Ok(Whereabouts { url, reached, stay: None });
    }
    let answered = archive.answered(&visit.page, visit.started_at, ANSWERED_MAX)?;
    let is_here =
        |it: &&Answered| Url::parse(&it.url).is_ok_and(|there| is_same_place(&there, &url));
    let stayed: Vec<&Answered> = answered.iter().take_while(is_here).collect();
    let stay = match (stayed.first(), stayed.last()) {
        (Some(last), Some(first)) => Some(Stay {
            since: first.at,
            last_at: last.at,
            reached: Reached::by(last.statuses.iter().copied()),
            came_from: answered.get(stayed.len()).map(|it| it.url.clone()),
        }),
        (Some(_), None) | (None, _) => None,
    };
    Ok(Whereabouts { url, reached, stay })
}
