//! Why the archive cannot go on, classified by SQLite's codes and never by its words.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

use crate::model::page::PageId;

/// Why an act on the archive did not happen. Nothing was written then, or nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A reading command found no archive.
    #[error("there is no archive in {directory}", directory = directory.display())]
    Missing {
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// The file is there and holds nothing; we never leave one behind.
    #[error("the archive {path} is empty, 0 bytes", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A copy would take the place of the archive itself, or would have to hold itself.
    #[error("a copy of the archive cannot go to {path}: the archive itself is there", path = path.display())]
    Itself {
        /// Where it was to go.
        path: PathBuf,
    },
    /// Something other than a file is in its place.
    #[error("the archive {path} is not a file", path = path.display())]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// The file is no SQLite database.
    #[error("{path} is not an archive: it is no SQLite database", path = path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is another program's SQLite database.
    #[error(
        "{path} is not an archive: it is another program's database (application id {found})",
        path = path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its application id.
        found: i64,
    },
    /// A newer pledgewatch wrote the archive.
    #[error(
        "the archive {path} has form {found}, and this pledgewatch knows forms up to {known}",
        path = path.display()
    )]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: i64,
        /// The newest form that this program knows.
        known: i64,
    },
    /// The write-ahead log is there, and the archive that it belongs to is not.
    #[error(
        "the archive {path} is gone, and its write-ahead log is still there",
        path = path.display()
    )]
    Orphaned {
        /// Where the archive should be.
        path: PathBuf,
    },
    /// There was an archive, and it is gone: the head of its log is there.
    #[error(
        "the archive {path} is missing, and {head} says that there was one",
        path = path.display(), head = head.display()
    )]
    Gone {
        /// Where the archive should be.
        path: PathBuf,
        /// The head of its log.
        head: PathBuf,
    },
    /// Something in the archive is not as it was written.
    #[error("{what} in the archive {path} is damaged: {problem}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is damaged.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No room was left.
    #[error("the disk is full, and the archive {path} could not be written", path = path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// The file or its directory may not be written or read.
    #[error("the archive {path} may not be written", path = path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// Another process kept the archive to itself for longer than we wait.
    #[error("the archive {path} is in use by another process", path = path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: Cause,
    },
    /// The system could not read or write.
    #[error("the archive {path} could not be read or written", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// What was asked for or referred to is not on record.
    #[error("the archive {path} does not know {what}", path = path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        what: String,
    },
    /// The bytes were taken out by order.
    #[error("{what} was redacted: its bytes were taken out of the archive {path} by order", path = path.display())]
    Redacted {
        /// The file.
        path: PathBuf,
        /// What was taken out.
        what: String,
    },
    /// A page cannot take a name that another page has.
    #[error("the archive {path} already has a page `{page}`", path = path.display())]
    Taken {
        /// The file.
        path: PathBuf,
        /// The name.
        page: PageId,
    },
    /// SQLite refused what we asked: a mistake of ours.
    #[error("the archive {path} refused what was asked of it", path = path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: Cause,
    },
}

/// What SQLite or the system said.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// SQLite said it.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The system said it.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl ArchiveError {
    /// Returns whether the command asked for what cannot be, and the archive is well.
    pub fn is_of_command(&self) -> bool {
        matches!(self, ArchiveError::Itself { .. })
    }

    /// Returns what the user can do, a sentence without a full stop; `None` where we know nothing.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            ArchiveError::Missing { .. } => {
                "run `pledgewatch check` once, or name the directory that has `snapshots/`"
            }
            ArchiveError::Itself { .. } => "name a file or a folder beside it",
            ArchiveError::Empty { .. } => "restore it from a backup, or remove it to begin anew",
            ArchiveError::NotAFile { .. }
            | ArchiveError::NotADatabase { .. }
            | ArchiveError::Foreign { .. } => {
                "it was left as it is: move it away, or use another directory"
            }
            ArchiveError::TooNew { .. } => "use the newer pledgewatch that wrote it",
            ArchiveError::Orphaned { .. } => {
                "put both files back from the same backup, or move the log away"
            }
            ArchiveError::Gone { .. } => {
                "put it back from a backup; to begin another archive, move that head away first, and \
                 the log's folder if there is one"
            }
            ArchiveError::Damaged { .. } => {
                "run `pledgewatch verify` to see all that is damaged, and restore from a backup"
            }
            ArchiveError::DiskFull { .. } => {
                "free some space; what was recorded before is safe, and the next run goes on"
            }
            ArchiveError::ReadOnly { .. } => {
                "let the user that runs pledgewatch write `snapshots/` and the files in it"
            }
            ArchiveError::Busy { .. } => "wait for the other program to finish, and run again",
            ArchiveError::Io { .. } => "look at the disk and the system's log before running again",
            ArchiveError::Redacted { .. } => "`pledgewatch redact --list` tells when and why",
            ArchiveError::Unknown { .. } | ArchiveError::Taken { .. } => return None,
            ArchiveError::Refused { .. } => "this is a mistake in pledgewatch: please report it",
        })
    }
}

/// Why an act inside the archive did not happen, before the path is known.
#[derive(Debug)]
pub enum Fault {
    /// SQLite said no.
    Sqlite(rusqlite::Error),
    /// The system said no.
    System(io::Error),
    /// Something is not as it was written.
    Damaged {
        /// What is damaged.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Something is not on record.
    Unknown(String),
    /// The bytes were taken out by order.
    Redacted(String),
    /// The name belongs to another page.
    Taken(PageId),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        Fault::Sqlite(error)
    }
}

impl Fault {
    /// Returns the fault that `what` is damaged.
    pub fn damaged(what: impl Into<String>, problem: impl Into<String>) -> Fault {
        Fault::Damaged { what: what.into(), problem: problem.into() }
    }

    /// Returns the error for the archive at `path`.
    pub fn at(self, path: &Path) -> ArchiveError {
        let path = path.to_owned();
        match self {
            Fault::Sqlite(error) => from_sqlite(path, error),
            Fault::System(error) => from_system(path, error),
            Fault::Damaged { what, problem } => ArchiveError::Damaged { path, what, problem },
            Fault::Unknown(what) => ArchiveError::Unknown { path, what },
            Fault::Redacted(what) => ArchiveError::Redacted { path, what },
            Fault::Taken(page) => ArchiveError::Taken { path, page },
        }
    }

    /// Returns what is damaged and how, if damage is what the fault tells of.
    pub fn as_damage(&self) -> Option<(String, String)> {
        match self {
            Fault::Damaged { what, problem } => Some((what.clone(), problem.clone())),
            Fault::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    Some(("the file".to_owned(), error.to_string()))
                }
                Some(_) => None,
                None => is_conversion(error).then(|| ("a row".to_owned(), error.to_string())),
            },
            Fault::System(_) | Fault::Unknown(_) | Fault::Redacted(_) | Fault::Taken(_) => None,
        }
    }
}

fn from_sqlite(path: PathBuf, error: rusqlite::Error) -> ArchiveError {
    let code = error.sqlite_error_code();
    // Without room for the index of its log SQLite speaks of a failing disk.
    let is_full = error
        .sqlite_error()
        .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
    if is_full {
        return ArchiveError::DiskFull { path, source: error.into() };
    }
    if is_conversion(&error) {
        let (what, problem) = ("a row".to_owned(), error.to_string());
        return ArchiveError::Damaged { path, what, problem };
    }
    match code {
        Some(ErrorCode::DatabaseCorrupt) => {
            let (what, problem) = ("the file".to_owned(), error.to_string());
            ArchiveError::Damaged { path, what, problem }
        }
        Some(ErrorCode::NotADatabase) => ArchiveError::NotADatabase { path },
        Some(ErrorCode::DiskFull) => ArchiveError::DiskFull { path, source: error.into() },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            ArchiveError::ReadOnly { path, source: error.into() }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ArchiveError::Busy { path, source: error.into() }
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::OutOfMemory) => {
            ArchiveError::Io { path, source: error.into() }
        }
        // The rest are codes that SQLite gives for our own mistakes.
        Some(_) | None => ArchiveError::Refused { path, source: error.into() },
    }
}

fn from_system(path: PathBuf, error: io::Error) -> ArchiveError {
    let source = error.into();
    match &source {
        Cause::System(error) => match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                ArchiveError::DiskFull { path, source }
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                ArchiveError::ReadOnly { path, source }
            }
            _ => ArchiveError::Io { path, source },
        },
        Cause::Sqlite(_) => ArchiveError::Io { path, source },
    }
}

/// Returns whether a stored value was not of the shape that we write.
fn is_conversion(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}
