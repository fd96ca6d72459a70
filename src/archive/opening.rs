//! Finding, making and opening the archive's file, and refusing what is not ours untouched.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use url::Url;

use crate::archive::{error::ArchiveError, error::Fault, log::files::LogFiles, migrations};

/// `PLDW` in ASCII: what tells our database from any other (the header's bytes 68 to 71).
pub const APPLICATION_ID: i64 = 0x504C_4457;

/// The file in the archive's directory.
pub const FILE: &str = "archive.db";

/// How long a writer waits for another; a sweep's transactions take milliseconds.
const BUSY_MS: u64 = 10_000;

/// Enough for every statement of this room to stay prepared.
const STATEMENTS_MAX: usize = 128;

/// The files whose headers this process has read. A header is read at most once, and before SQLite
/// has the file open, since closing a handle drops this process's POSIX locks on the file.
static HEADERS_READ: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Opens the archive in `directory` and makes it if there is none.
pub fn open_or_make(directory: &Path) -> Result<Connection, ArchiveError> {
    let path = directory.join(FILE);
    fs::create_dir_all(directory).map_err(|error| Fault::System(error).at(directory))?;
    if !is_there(&path)? {
        make(directory, &path).map_err(|fault| fault.at(&path))?;
    }
    open_there(&path)
}

/// Opens the archive in `directory`; one that is missing is not made.
pub fn open_if_there(directory: &Path) -> Result<Connection, ArchiveError> {
    let path = directory.join(FILE);
    if !is_there(&path)? {
        return Err(ArchiveError::Missing { directory: directory.to_owned() });
    }
    match open_there(&path) {
        Err(refused @ (ArchiveError::ReadOnly { .. } | ArchiveError::Io { .. })) => {
            open_to_read(&path).map_err(|_| refused)
        }
        opened => opened,
    }
}

/// Opens an archive where nothing may be written: on a disk that is read only, or another user's.
///
/// A log that is there is read with the file, by way of its index, which must be there then. Where
/// there is none, nobody is writing, and the file is read as one that does not change: a log cannot
/// be begun. Should its owner sweep meanwhile, what is read may be of two instants.
fn open_to_read(path: &Path) -> Result<Connection, ArchiveError> {
    let fault = |error| Fault::System(error).at(path);
    let has_log = fs::metadata(path.with_extension("db-wal")).is_ok_and(|log| log.len() > 0);
    let name = path.canonicalize().map_err(fault)?;
    let unnamed = || fault(io::ErrorKind::InvalidFilename.into());
    let mut name = Url::from_file_path(name).map_err(|()| unnamed())?;
    name.set_query(Some(if has_log { "mode=ro" } else { "mode=ro&immutable=1" }));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(name.as_str(), flags);
    let connection = connection.map_err(|error| Fault::from(error).at(path))?;
    check_ours(&connection, path)?;
    guard(&connection).map_err(|fault| fault.at(path))?;
    // An earlier form would have to be written anew to be read.
    match migrations::form(&connection).map_err(|fault| fault.at(path))? {
        migrations::KNOWN => Ok(connection),
        _ => Err(fault(io::ErrorKind::ReadOnlyFilesystem.into())),
    }
}

/// Returns whether a file is there that may be an archive.
fn is_there(path: &Path) -> Result<bool, ArchiveError> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(ArchiveError::NotAFile { path: path.to_owned() }),
        Ok(found) if found.len() == 0 => Err(ArchiveError::Empty { path: path.to_owned() }),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let log = path.with_extension("db-wal");
            match fs::metadata(log) {
                Ok(log) if log.len() > 0 => Err(ArchiveError::Orphaned { path: path.to_owned() }),
                Ok(_) | Err(_) => match path.parent().and_then(head_of) {
                    Some(head) => Err(ArchiveError::Gone { path: path.to_owned(), head }),
                    None => Ok(false),
                },
            }
        }
        Err(error) => Err(Fault::System(error).at(path)),
    }
}

/// Returns the signed head of an archive that was in a directory, if one is left.
fn head_of(directory: &Path) -> Option<PathBuf> {
    let files = LogFiles::of(directory);
    let published = files.folder().join("checkpoint");
    [files.head().to_owned(), published].into_iter().find(|head| head.exists())
}

/// Makes a whole archive beside `path` and then gives it its name, so that a run that is killed
/// never leaves half of one, and a file of 0 bytes is never ours.
fn make(directory: &Path, path: &Path) -> Result<(), Fault> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".archive-").suffix(".new");
    #[cfg(unix)]
    {
        // The user's umask decides, as for any file; without this nobody else could read it.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(directory).map_err(Fault::System)?.into_temp_path();
    write_whole(&file)?;
    match file.persist_noclobber(path) {
        Ok(()) => sync_directory(directory),
        // Another process was faster; its archive is as good as ours.
        Err(raced) if raced.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(failed) => Err(Fault::System(failed.error)),
    }
}

/// Writes an archive of no pages that needs no log beside it.
fn write_whole(file: &Path) -> Result<(), Fault> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    set_up(&connection)?;
    migrations::migrate(&mut connection)?;
    // Closing folds the log in as well, and does not say so when it cannot: half would get the name.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| Fault::Sqlite(error))
}

/// Makes sure that a name in a directory is on the disk.
#[cfg(unix)]
pub fn sync_directory(directory: &Path) -> Result<(), Fault> {
    fs::File::open(directory).and_then(|it| it.sync_all()).map_err(Fault::System)
}

/// Makes sure that a name in a directory is on the disk.
#[cfg(not(unix))]
pub fn sync_directory(_: &Path) -> Result<(), Fault> {
    Ok(())
}

fn open_there(path: &Path) -> Result<Connection, ArchiveError> {
    check_header(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags);
    let mut connection = connection.map_err(|error| Fault::from(error).at(path))?;
    // Until it is known to be ours, closing must not fold the log into the file.
    hold_checkpoint(&connection, true).map_err(|fault| fault.at(path))?;
    check_ours(&connection, path).map_err(|error| said_by_the_system(error, path))?;
    hold_checkpoint(&connection, false).map_err(|fault| fault.at(path))?;
    set_up(&connection).map_err(|fault| fault.at(path))?;
    let form = migrations::migrate(&mut connection).map_err(|fault| fault.at(path))?;
    check_form(path, form)?;
    Ok(connection)
}

/// Refuses from the file's first 100 bytes what SQLite need not even open.
fn check_header(path: &Path) -> Result<(), ArchiveError> {
    let fault = |error| Fault::System(error).at(path);
    let name = path.canonicalize().map_err(fault)?;
    let mut read = HEADERS_READ.lock().unwrap_or_else(PoisonError::into_inner);
    if read.contains(&name) {
        return Ok(());
    }
    let mut header = Vec::with_capacity(100);
    fs::File::open(path).map_err(fault)?.take(100).read_to_end(&mut header).map_err(fault)?;
    let number = |at: usize| {
        let bytes = header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(|bytes| i64::from(i32::from_be_bytes(bytes)))
    };
    // SQLite's file format, section 1.3: the form stands at 60, the application at 68.
    let (Some(form), Some(found)) = (number(60), number(68)) else {
        return Err(ArchiveError::NotADatabase { path: path.to_owned() });
    };
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(ArchiveError::NotADatabase { path: path.to_owned() });
    }
    if found != APPLICATION_ID {
        return Err(ArchiveError::Foreign { path: path.to_owned(), found });
    }
    check_form(path, form)?;
    check_length(path, &header)?;
    read.insert(name);
    Ok(())
}

/// Refuses a file that was cut off. With a log beside it the file may be short for a while, and
/// SQLite judges then.
fn check_length(path: &Path, header: &[u8]) -> Result<(), ArchiveError> {
    let fault = |error| Fault::System(error).at(path);
    if fs::metadata(path.with_extension("db-wal")).is_ok_and(|log| log.len() > 0) {
        return Ok(());
    }
    // SQLite's file format, section 1.3: bytes a page at 16, pages at 28.
    let page_bytes = match header.get(16..18) {
        Some([0, 1]) => 65_536,
        Some([high, low]) => u64::from(u16::from_be_bytes([*high, *low])),
        Some(_) | None => 0,
    };
    let pages = header.get(28..32).and_then(|bytes| bytes.try_into().ok());
    let told = page_bytes * pages.map_or(0, |bytes| u64::from(u32::from_be_bytes(bytes)));
    let found = fs::metadata(path).map_err(fault)?.len();
    match told <= found {
        true => Ok(()),
        false => {
            let problem = format!("it was cut off: {found} of {told} bytes are there");
            Err(Fault::damaged("the file", problem).at(path))
        }
    }
}

/// Asks SQLite the same again: the log may hold a newer header, and the file may have changed.
fn check_ours(connection: &Connection, path: &Path) -> Result<(), ArchiveError> {
    let fault = |error| Fault::Sqlite(error).at(path);
    wait_for_others(connection).map_err(|fault| fault.at(path))?;
    let found = connection.pragma_query_value(None, "application_id", |row| row.get(0));
    let found: i64 = found.map_err(fault)?;
    if found != APPLICATION_ID {
        return Err(ArchiveError::Foreign { path: path.to_owned(), found });
    }
    // Reading the schema brings out a file whose beginning is damaged or cut off.
    let schema = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    schema.map_err(fault)?;
    check_form(path, migrations::form(connection).map_err(|fault| fault.at(path))?)
}

/// Returns what the system says of a file that SQLite could not use, where it says more: on a disk
/// that is read only, SQLite speaks of a file that it cannot open.
fn said_by_the_system(error: ArchiveError, path: &Path) -> ArchiveError {
    match (&error, fs::File::options().append(true).open(path)) {
        (ArchiveError::Io { .. }, Err(refused)) => Fault::System(refused).at(path),
        _ => error,
    }
}

fn check_form(path: &Path, found: i64) -> Result<(), ArchiveError> {
    let known = migrations::KNOWN;
    match found <= known {
        true => Ok(()),
        false => Err(ArchiveError::TooNew { path: path.to_owned(), found, known }),
    }
}

fn hold_checkpoint(connection: &Connection, held: bool) -> Result<(), Fault> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, held)?;
    Ok(())
}

/// Has a connection wait for other writers as long as we wait.
pub fn wait_for_others(connection: &Connection) -> Result<(), Fault> {
    Ok(connection.busy_timeout(Duration::from_millis(BUSY_MS))?)
}

/// Sets what holds for a connection alone.
fn guard(connection: &Connection) -> Result<(), Fault> {
    wait_for_others(connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        // Else each new value bound to a prepared statement has it planned anew once there are
        // statistics, which cost more than half of a visit that was not modified.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        connection.set_db_config(setting, value)?;
    }
    // Cells that cannot be right are noticed where they are read.
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(())
}

/// Sets what holds for a connection that writes, and the write-ahead log, which the file remembers.
fn set_up(connection: &Connection) -> Result<(), Fault> {
    guard(connection)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        let problem = format!("the journal's mode is `{mode}` in place of `wal`");
        return Err(Fault::damaged("the file's setting", problem));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    // After a large import the log shrinks to this again, in bytes.
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    Ok(())
}
