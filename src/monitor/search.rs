//! A phrase followed through all versions of all pages: where it stood, from when to when.

use crate::{
    model::{page::PageId, stay::Stay},
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

/// Returns the stretches in which a phrase stood on the pages of an extent and touched its time,
/// page by page in the order of their names; at most `limit` of them, and how many there are.
///
/// Pages that are not indexed yet are indexed first, each in a transaction of its own: a search
/// that is killed leaves the rest to the next.
pub fn search(
    app: &mut App,
    phrase: &str,
    extent: &Extent,
    limit: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Vec<Stay>, usize), MonitorError> {
    let waiting = app.archive.pages_to_index()?;
    if !waiting.is_empty() {
        progress(Progress::ToIndex(waiting.len()));
        for page in &waiting {
            app.archive.index_page(page)?;
            progress(Progress::Indexed);
        }
    }
    find(app, phrase, extent, limit)
}

/// Returns how many pages are not indexed yet, so that a search that indexes none misses them.
pub fn unindexed(app: &App) -> Result<usize, MonitorError> {
    Ok(app.archive.pages_to_index()?.len())
}

/// Returns the same as [`search`] of the pages that are indexed, and writes nothing.
pub fn find(
    app: &App,
    phrase: &str,
    extent: &Extent,
    limit: usize,
) -> Result<(Vec<Stay>, usize), MonitorError> {
    let asked = extent.pages_of(app)?;
    let with: Vec<PageId> = app.archive.pages_with(phrase)?;
    let (mut stays, mut count) = (Vec::new(), 0);
    for page in with.into_iter().filter(|page| asked.binary_search(page).is_ok()) {
        for stay in app.archive.stays(&page, phrase)? {
            if stay.touches(extent.since, extent.until) {
                count += 1;
                if stays.len() < limit {
                    stays.push(stay);
                }
            }
        }
    }
    Ok((stays, count))
}

/// Empties the index, which the next search makes anew.
pub fn empty_index(app: &mut App) -> Result<(), MonitorError> {
    Ok(app.archive.empty_index()?)
}
