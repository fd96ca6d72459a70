//! A phrase followed through all versions of all pages: where it stood, from when to when.

use crate::{
    model::stay::Stay,
    monitor::{
        app::{App, MonitorError},
        export::request::Extent,
    },
};

/// What a search tells while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many pages are to be indexed first.
    ToIndex(usize),
    /// One of them is.
    Indexed,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The stretches, page by page in the order of their names, at most as many as asked for.
    pub stays: Vec<Stay>,
    /// How many there are.
    pub count: usize,
    /// On how many pages.
    pub pages: usize,
    /// Of all of them, the one that came first.
    pub first: Option<Stay>,
    /// Of all of them, the one that was seen last.
    pub last: Option<Stay>,
}

impl Found {
    fn add(&mut self, stay: Stay, limit: usize) {
        self.count += 1;
        let came = |stay: &Stay| stay.came.no_later_than;
        if self.first.as_ref().is_none_or(|first| came(&stay) < came(first)) {
            self.first = Some(stay.clone());
        }
        let seen = |stay: &Stay| (stay.went.is_none(), stay.last_seen_at);
        if self.last.as_ref().is_none_or(|last| seen(last) <= seen(&stay)) {
            self.last = Some(stay.clone());
        }
        if self.stays.len() < limit {
            self.stays.push(stay);
        }
    }
}

/// Returns the stretches in which a phrase stood on the pages of an extent and touched its time,
/// at most `limit` of them, and what is known of all.
///
/// Pages that are not indexed yet are indexed first, each in a transaction of its own: a search
/// that is killed leaves the rest to the next. Where nothing can be written, they are indexed in
/// memory, and the next search does it again.
pub fn search(
    app: &mut App,
    phrase: &str,
    extent: &Extent,
    limit: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<Found, MonitorError> {
    let waiting = app.archive.pages_to_index()?;
    let mut found = Found::default();
    if waiting.is_empty() {
        look(app, (phrase, extent, limit), &mut found)?;
        return Ok(found);
    }
    progress(Progress::ToIndex(waiting.len()));
    if app.archive.is_read_only()? {
        look(app, (phrase, extent, limit), &mut found)?;
        app.archive.index_aside()?;
    }
    for page in &waiting {
        app.archive.index_page(page)?;
        progress(Progress::Indexed);
    }
    look(app, (phrase, extent, limit), &mut found)?;
    found.stays.sort_by(|a, b| a.page.cmp(&b.page));
    found.stays.truncate(limit);
    Ok(found)
}

/// Returns how many pages are not indexed yet, so that a search that indexes none misses them.
pub fn unindexed(app: &App) -> Result<usize, MonitorError> {
    Ok(app.archive.pages_to_index()?.len())
}

/// Returns the same as [`search`] of the pages that are indexed, and writes nothing.
pub fn find(app: &App, phrase: &str, extent: &Extent, limit: usize) -> Result<Found, MonitorError> {
    let mut found = Found::default();
    look(app, (phrase, extent, limit), &mut found)?;
    Ok(found)
}

/// Adds what the index has.
fn look(
    app: &App,
    (phrase, extent, limit): (&str, &Extent, usize),
    found: &mut Found,
) -> Result<(), MonitorError> {
    let asked = extent.pages_of(app)?;
    let limit = found.stays.len().saturating_add(limit);
    let with = match extent.pages.is_empty() {
        true => app.archive.pages_with(phrase)?,
        // A few pages are looked through one by one, however many others have the phrase.
        false => asked.clone(),
    };
    for page in with.into_iter().filter(|page| asked.binary_search(page).is_ok()) {
        let before = found.count;
        let stays = app.archive.stays(&page, phrase)?.into_iter();
        stays
            .filter(|stay| stay.touches(extent.since, extent.until))
            .for_each(|stay| found.add(stay, limit));
        found.pages += usize::from(before < found.count);
    }
    Ok(())
}

/// Empties the index, which the next search makes anew.
pub fn empty_index(app: &mut App) -> Result<(), MonitorError> {
    Ok(app.archive.empty_index()?)
}
