//! What every command works with: the watchlist as checked, and the archive as opened.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    archive::{error::ArchiveError, lock, store::Archive},
    fetch::error::FetcherError,
    model::{
        event::EventId, page::PageId, review::RuleId, rule::NoLikeness, time::Timestamp,
        watch::Watchlist,
    },
    monitor::{
        keys::{self, KeyFailure},
        seal,
        unsigned::Unsigned,
    },
    watchlist::{
        defaults::{self, DefaultRow},
        mistakes::Mistakes,
        read,
        write::{self, EditFailure},
    },
};

/// Where things are.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The watchlist's file.
    pub watchlist: PathBuf,
    /// The archive's folder.
    pub archive: PathBuf,
}

/// The watchlist and the archive.
pub struct App {
    /// The watchlist, checked.
    pub watchlist: Watchlist,
    /// The archive, open.
    pub archive: Archive,
}

impl App {
    /// Reads the watchlist and opens the archive, which is made if there is none.
    pub fn open(paths: &Paths) -> Result<App, MonitorError> {
        App::new(read_watchlist(&paths.watchlist)?, Archive::open(&paths.archive)?)
    }

    /// Opens the archive, which is made if there is none; a missing watchlist counts as empty.
    pub fn open_unlisted(paths: &Paths) -> Result<App, MonitorError> {
        let watchlist = match read_watchlist(&paths.watchlist) {
            Err(MonitorError::NoWatchlist { .. }) => Watchlist::default(),
            read => read?,
        };
        App::new(watchlist, Archive::open(&paths.archive)?)
    }

    /// Opens an archive that exists; a missing watchlist counts as empty, one with mistakes does
    /// not.
    pub fn open_existing_unlisted(paths: &Paths) -> Result<App, MonitorError> {
        let watchlist = match read_watchlist(&paths.watchlist) {
            Err(MonitorError::NoWatchlist { .. }) => Watchlist::default(),
            read => read?,
        };
        App::new(watchlist, Archive::open_existing(&paths.archive)?)
    }

    /// Reads the watchlist and opens an archive that exists; nothing is made.
    pub fn open_existing(paths: &Paths) -> Result<App, MonitorError> {
        App::new(read_watchlist(&paths.watchlist)?, Archive::open_existing(&paths.archive)?)
    }

    /// Opens an archive that exists, to read what is on record whatever state the watchlist is
    /// in: one that is missing or has mistakes counts as empty.
    pub fn open_record(paths: &Paths) -> Result<App, MonitorError> {
        let watchlist = read_watchlist(&paths.watchlist).unwrap_or_default();
        App::new(watchlist, Archive::open_existing(&paths.archive)?)
    }

    /// Opens an archive that exists for one who reads and never writes, with the watchlist as it is:
    /// one that is missing counts as empty.
    pub fn open_reading(paths: &Paths) -> Result<App, MonitorError> {
        let watchlist = match read_watchlist(&paths.watchlist) {
            Err(MonitorError::NoWatchlist { .. }) => Watchlist::default(),
            read => read?,
        };
        App::new(watchlist, Archive::open_reading(&paths.archive)?)
    }

    fn new(watchlist: Watchlist, archive: Archive) -> Result<App, MonitorError> {
        let mut app = App { watchlist: Watchlist::default(), archive };
        app.take_watchlist(watchlist)?;
        Ok(app)
    }

    /// Goes on with another watchlist.
    pub fn take_watchlist(&mut self, mut watchlist: Watchlist) -> Result<(), MonitorError> {
        follow_renamings(&mut watchlist, &self.archive)?;
        self.watchlist = watchlist;
        Ok(())
    }

    /// Lets `act` read the record by turns as of one instant, whatever others write meanwhile.
    pub fn at_one_instant<T, E: From<MonitorError>>(
        &self,
        act: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let read = self.archive.at_one_instant(|| Ok::<_, ArchiveError>(act()));
        read.map_err(MonitorError::from)?
    }

    /// Returns all pages, in the watchlist's order, then those that are only on record.
    pub fn pages(&self) -> Result<Vec<PageId>, MonitorError> {
        let watched: Vec<PageId> =
            self.watchlist.watches.iter().map(|watch| watch.page.clone()).collect();
        let known: BTreeSet<&PageId> = watched.iter().collect();
        let mut kept = self.archive.pages()?;
        kept.retain(|page| !known.contains(page));
        Ok([watched, kept].concat())
    }

    /// Returns `page` if the watchlist or the archive knows it.
    pub fn known_page(&self, page: &PageId) -> Result<(), MonitorError> {
        if self.watchlist.watch(page).is_some() {
            return Ok(());
        }
        let kept = self.archive.pages()?;
        if kept.contains(page) {
            return Ok(());
        }
        let mut known: Vec<PageId> = kept;
        known.extend(self.watchlist.watches.iter().map(|watch| watch.page.clone()));
        known.sort();
        known.dedup();
        Err(MonitorError::UnknownPage { page: page.clone(), known })
    }
}

/// Returns the watchlist's keys with their defaults, in the order in which people meet them.
pub fn defaults() -> Vec<DefaultRow> {
    defaults::defaults()
}

/// Reads and checks the watchlist's file.
pub fn read_watchlist(path: &Path) -> Result<Watchlist, MonitorError> {
    let text = read_watchlist_text(path)?;
    read::read(&text).map_err(|source| MonitorError::Watchlist { path: path.to_owned(), source })
}

fn read_watchlist_text(path: &Path) -> Result<String, MonitorError> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map_err(|_| MonitorError::WatchlistNotUtf8 { path: path.to_owned() }),
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            Err(MonitorError::NoWatchlist { path: path.to_owned() })
        }
        Err(source) => Err(MonitorError::ReadWatchlist { path: path.to_owned(), source }),
    }
}

/// Writes the commented starter, makes the archive, and the key that signs its log.
///
/// An existing watchlist is left as it is and is an error; an existing archive is opened.
pub fn init(paths: &Paths, now: Timestamp) -> Result<(), MonitorError> {
    if paths.watchlist.exists() {
        return Err(MonitorError::WatchlistExists { path: paths.watchlist.clone() });
    }
    let mut archive = Archive::open(&paths.archive)?;
    keys::begin(&mut archive, now)?;
    archive.close()?;
    replace_file(&paths.watchlist, write::starter())
}

/// Renames a page: its entry in the watchlist and its history in the archive.
///
/// The archive is renamed first, and remembers it until the watchlist has followed: what runs in
/// between takes the entry by its name before for the page by its name after. If the program is
/// killed in between, running the same command again finishes the work. Returns why the log is not
/// signed though it was to be.
pub fn rename(
    paths: &Paths,
    before: &PageId,
    after: &PageId,
    now: Timestamp,
) -> Result<Option<String>, MonitorError> {
    let text = read_watchlist_text(&paths.watchlist)?;
    let renamed = write::rename(&text, before, after);
    let mut archive = match Archive::open_existing(&paths.archive) {
        Ok(archive) => archive,
        Err(ArchiveError::Missing { .. }) => {
            replace_file(&paths.watchlist, &renamed?)?;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let Ok(_lock) = lock::lock_sweep(&paths.archive, now)? else {
        return Err(MonitorError::Busy);
    };
    let is_under_way = archive.renamings()?.contains(&(before.clone(), after.clone()));
    match renamed {
        Ok(renamed) => {
            if !is_under_way && archive.pages()?.contains(before) {
                archive.rename_page(before, after)?;
            }
            replace_file(&paths.watchlist, &renamed)?;
        }
        // All but the last step was done before.
        Err(EditFailure::UnknownPage { .. }) if is_under_way => (),
        Err(failure) => return Err(failure.into()),
    }
    archive.end_renaming(before)?;
    Ok(seal::close(archive)?)
}

/// Gives the entries of pages whose renaming was cut off between the archive and the watchlist the
/// name that the archive has.
fn follow_renamings(watchlist: &mut Watchlist, archive: &Archive) -> Result<(), ArchiveError> {
    for (before, after) in archive.renamings()? {
        if watchlist.watch(&after).is_some() {
            continue;
        }
        let named = watchlist.watches.iter_mut().map(|watch| &mut watch.page);
        let filters = watchlist.channels.iter_mut().map(|channel| &mut channel.filter);
        let filtered = filters.flat_map(|it| it.pages.iter_mut().chain(it.not_pages.iter_mut()));
        for page in named.chain(filtered).filter(|page| **page == before) {
            *page = after.clone();
        }
    }
    Ok(())
}

/// Appends an entry to the watchlist, which is made if there is none.
pub fn append_watch(path: &Path, entry: &write::NewEntry) -> Result<(), MonitorError> {
    let text = match read_watchlist_text(path) {
        Ok(text) => text,
        Err(MonitorError::NoWatchlist { .. }) => write::starter().to_owned(),
        Err(error) => return Err(error),
    };
    replace_file(path, &write::append(&text, entry)?)
}

/// Replaces a file in one step, so that a reader sees it before or after, never half.
///
/// The permissions of the file that is replaced are kept.
fn replace_file(path: &Path, text: &str) -> Result<(), MonitorError> {
    let failure =
        |source: io::Error| MonitorError::WriteWatchlist { path: path.to_owned(), source };
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(failure)?;
    let mut file =
        tempfile::Builder::new().prefix(".watchlist").tempfile_in(folder).map_err(failure)?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(failure)?;
    set_permissions(file.as_file(), &target).map_err(failure)?;
    file.as_file().sync_all().map_err(failure)?;
    file.persist(&target).map_err(|error| failure(error.error))?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failure)
}

/// Gives a new file the permissions of the one that it replaces, or those of any new file.
fn set_permissions(file: &fs::File, target: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = match fs::metadata(target) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => fs::Permissions::from_mode(0o644),
    };
    file.set_permissions(permissions)
}

/// Why a command cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// There is no watchlist.
    #[error("there is no watchlist at {}", path.display())]
    NoWatchlist {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// `init` found a watchlist.
    #[error("there is a watchlist at {} already", path.display())]
    WatchlistExists {
        /// Where.
        path: PathBuf,
    },
    /// The watchlist cannot be read.
    #[error("cannot read the watchlist {}", path.display())]
    ReadWatchlist {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The watchlist cannot be written.
    #[error("cannot write the watchlist {}", path.display())]
    WriteWatchlist {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The watchlist is not UTF-8.
    #[error("the watchlist {} is not UTF-8", path.display())]
    WatchlistNotUtf8 {
        /// Where.
        path: PathBuf,
    },
    /// The watchlist has mistakes.
    #[error("the watchlist {} has mistakes", path.display())]
    Watchlist {
        /// Where.
        path: PathBuf,
        /// All of them.
        source: Mistakes,
    },
    /// The watchlist could not be edited.
    #[error("cannot edit the watchlist")]
    Edit(#[from] EditFailure),
    /// Neither the watchlist nor the archive knows the page.
    #[error("there is no page `{page}`")]
    UnknownPage {
        /// What was asked for.
        page: PageId,
        /// The pages that there are.
        known: Vec<PageId>,
    },
    /// There is no pledge of that id, or there are several.
    #[error("there is no one pledge `{pledge}`")]
    UnknownPledge {
        /// What was asked for.
        pledge: String,
        /// The pledges that there are, or those that it may mean.
        known: Vec<String>,
    },
    /// What was to be marked as met has no condition.
    #[error("the pledge `{pledge}` has no condition that could be met")]
    NoCondition {
        /// The pledge.
        pledge: String,
    },
    /// A note is of a day that has not come.
    #[error("{on} has not come: a note is of what was said or done")]
    NotYet {
        /// The day.
        on: jiff::civil::Date,
    },
    /// What was to be taken back was never marked.
    #[error("the condition of the pledge `{pledge}` is not marked as met")]
    NotMarked {
        /// The pledge.
        pledge: String,
    },
    /// There is no change of that id.
    #[error("there is no change `{change}` on record")]
    UnknownChange {
        /// What was asked for.
        change: EventId,
    },
    /// What was to be reviewed is no change of a wording.
    #[error("`{event}` is no change of a wording: {kind}")]
    NotReviewed {
        /// What was asked for.
        event: EventId,
        /// What it is.
        kind: &'static str,
    },
    /// A note without words was to be added.
    #[error("there is no note to add to `{change}`")]
    NoNote {
        /// The change.
        change: EventId,
    },
    /// No rule can be made of a change.
    #[error("no rule can be made of `{change}`: {reason}")]
    NoRule {
        /// The change.
        change: EventId,
        /// Why.
        reason: NoLikeness,
    },
    /// There is no rule of that number.
    #[error("there is no rule {rule}")]
    UnknownRule {
        /// What was asked for.
        rule: RuleId,
    },
    /// Somebody decided in between.
    #[error("the review of `{change}` went on in between")]
    ReviewedSince {
        /// The change.
        change: EventId,
    },
    /// The page has no version at that time.
    #[error("`{page}` has no version {asked}")]
    NoVersion {
        /// The page.
        page: PageId,
        /// What was asked for.
        asked: String,
    },
    /// The watchlist has no channel of that name.
    #[error("there is no channel `{name}`")]
    UnknownChannel {
        /// What was asked for.
        name: String,
        /// The channels that there are.
        known: Vec<String>,
    },
    /// A sweep is running, and what was asked cannot be done beside it.
    #[error("a sweep is running")]
    Busy,
    /// The archive cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The log's key could not be made.
    #[error("the log has no key")]
    Key(#[from] KeyFailure),
    /// The log could not be signed.
    #[error("the log is not signed")]
    Unsigned(#[source] Unsigned),
    /// A log of this name is before.
    #[error("the log was called `{origin}` before")]
    TakenOrigin {
        /// The name.
        origin: String,
    },
    /// Fetching cannot be set up.
    #[error(transparent)]
    Fetcher(#[from] FetcherError),
    /// An address for `add` cannot be watched.
    #[error("cannot add <{url}>: {reason}")]
    CannotAdd {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
}

impl MonitorError {
    /// Returns whether what was asked for was taken out of the archive by order.
    pub fn is_of_removal(&self) -> bool {
        matches!(self, MonitorError::Archive(ArchiveError::Redacted { .. }))
    }
}
