//! The pages as files for any host: made beside the folder, and put in its place when they are whole.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use url::Url;

use crate::{
    model::time::Timestamp,
    monitor::{
        app::{App, MonitorError},
        history, overview,
        pledges::list,
        review::{self, ReviewQuery},
    },
    web::{
        answer::Refusal,
        frame::{Frame, Visitor},
        place::{Feed, Links, Place, company_key},
        site,
    },
};

/// What tells a folder of ours from any other, so that no other is ever replaced.
const MARK: &str = ".pledgewatch-pages";

/// Why the pages were not written.
#[derive(Debug, thiserror::Error)]
pub enum PublishFailure {
    /// Something else is there.
    #[error("{} is there already, and is no folder of pages of ours", .0.display())]
    Foreign(PathBuf),
    /// The folder cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A page could not be made.
    #[error("the page {place} could not be made: {reason}")]
    Page {
        /// Which.
        place: String,
        /// Why.
        reason: String,
    },
    /// The archive or the watchlist cannot be used.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
}

impl From<Refusal> for PublishFailure {
    fn from(refusal: Refusal) -> PublishFailure {
        PublishFailure::Page { place: "list".to_owned(), reason: refusal.words().0 }
    }
}

/// Writes all pages to `folder`, and returns how many files that were. A folder that was written
/// before is replaced in one step; what is in it is one instant of the record.
pub fn publish(
    app: &App,
    folder: &Path,
    url: Option<&Url>,
    now: Timestamp,
) -> Result<usize, PublishFailure> {
    let is_there = fs::symlink_metadata(folder).is_ok();
    let is_empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    if is_there && !is_empty && !folder.join(MARK).is_file() {
        return Err(PublishFailure::Foreign(folder.to_owned()));
    }
    let failure = |source| PublishFailure::Write { path: folder.to_owned(), source };
    let beside = match folder.parent() {
        Some(beside) if !beside.as_os_str().is_empty() => beside,
        _ => Path::new("."),
    };
    fs::create_dir_all(beside).map_err(failure)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pages-");
    let fresh = builder.tempdir_in(beside).map_err(failure)?;
    let pages = fresh.path().join("pages");
    let base = url.map(Url::to_string);
    let count = app.at_one_instant(|| write_all(app, &pages, base.as_deref(), now))?;
    write(&pages.join(MARK), b"Written by pledgewatch publish, and replaced by it.\n")?;
    if is_there {
        // Both names are swapped by two renamings: what was there is gone only when the other is.
        fs::rename(folder, fresh.path().join("before")).map_err(failure)?;
    }
    if let Err(error) = fs::rename(&pages, folder) {
        if is_there {
            fs::rename(fresh.path().join("before"), folder).map_err(failure)?;
        }
        return Err(failure(error));
    }
    fs::File::open(beside).and_then(|folder| folder.sync_all()).map_err(failure)?;
    Ok(count)
}

fn write_all(
    app: &App,
    folder: &Path,
    base: Option<&str>,
    now: Timestamp,
) -> Result<usize, PublishFailure> {
    let places = places(app)?;
    for place in &places {
        let path = place.path();
        let is_folder = path.is_empty() || path.ends_with('/');
        let frame = Frame {
            links: Links::at(place, "index.html"),
            place: place.clone(),
            visitor: Visitor::OfFile,
            now,
            base: base.map(str::to_owned),
        };
        let page = site::page(app, &frame).map_err(|refusal| PublishFailure::Page {
            place: path.clone(),
            reason: refusal.words().0,
        })?;
        let file = if is_folder { format!("{path}index.html") } else { path };
        write(&folder.join(file), page.as_bytes())?;
    }
    Ok(places.len())
}

/// Returns every place that can be a file.
fn places(app: &App) -> Result<BTreeSet<Place>, PublishFailure> {
    let mut places: BTreeSet<Place> = [
        Place::Overview,
        Place::Changes,
        Place::Pledges,
        Place::Health,
        Place::Help,
        Place::Feed(Feed::All),
        Place::Asset("style.css"),
        Place::Asset("keys.js"),
    ]
    .into();
    for row in overview::names(app)? {
        places.insert(Place::Feed(Feed::Page(row.page.clone())));
        if !row.company.is_empty() {
            places.insert(Place::Feed(Feed::Company(company_key(&row.company))));
        }
        for version in history::versions(app, &row.page)? {
            places.insert(Place::Version(row.page.clone(), version.number));
        }
        places.insert(Place::Page(row.page));
    }
    for life in list::all(app)? {
        places.insert(Place::Feed(Feed::Pledge(life.page.clone(), life.pledge.id.clone())));
        places.insert(Place::Pledge(life.page, life.pledge.id));
    }
    let mut changes: BTreeSet<_> = review::list(app, &ReviewQuery::default())?
        .into_iter()
        .map(|reviewed| reviewed.told.event.id)
        .collect();
    changes.extend(history::change_ids(app)?);
    for id in changes {
        places.insert(Place::Sides(id.clone()));
        places.insert(Place::Change(id));
    }
    let as_json = |place: &Place| match place {
        Place::Feed(feed) => Some(Place::JsonFeed(feed.clone())),
        _ => None,
    };
    let feeds: Vec<Place> = places.iter().filter_map(as_json).collect();
    places.extend(feeds);
    Ok(places)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), PublishFailure> {
    let failure = |source| PublishFailure::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failure)?;
    }
    let mut file = fs::File::create(path).map_err(failure)?;
    file.write_all(bytes).map_err(failure)?;
    file.sync_all().map_err(failure)
}
