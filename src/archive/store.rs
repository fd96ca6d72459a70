//! The archive itself: opened, closed, and the one place where its transactions begin and end.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, TransactionBehavior, config::DbConfig};

use crate::archive::{
    access::Access,
    error::{ArchiveError, Fault},
    log::{self, tail::Tail},
    opening,
    recent::{LatelyRead, Recent},
};
use crate::model::{snapshot::Digest, text::Text};

/// Everything kept: `archive.db` in the directory `snapshots/`.
///
/// Any number of processes may read while one writes; each act sees the record as of one instant.
/// Every act that writes is one transaction: all of it is on record afterwards, or none.
pub struct Archive {
    directory: PathBuf,
    path: PathBuf,
    connection: Connection,
    memory: Memory,
}

/// What is held in memory between acts, and can be read again from the disk.
#[derive(Default)]
pub(in crate::archive) struct Memory {
    recent: RefCell<Recent>,
    texts: RefCell<LatelyRead>,
    log: RefCell<Tail>,
}

impl Archive {
    /// Opens the archive in `directory`; makes both where they are missing, and brings an archive
    /// of an earlier form to the newest.
    ///
    /// A file that is not ours, is newer, damaged or empty is refused and left as it is.
    pub fn open(directory: &Path) -> Result<Archive, ArchiveError> {
        let connection = opening::open_or_make(directory)?;
        Ok(Archive::around(directory, connection))
    }

    /// Opens the archive in `directory` for a command that reads; one that is missing is not made.
    ///
    /// Fails as [`Archive::open`] does, and with [`ArchiveError::Missing`]. Works while a sweep
    /// writes, and where nothing may be written: acts that write fail then.
    pub fn open_existing(directory: &Path) -> Result<Archive, ArchiveError> {
        let connection = opening::open_if_there(directory)?;
        Ok(Archive::around(directory, connection))
    }

    /// Opens the archive in `directory` for one who reads and never writes: acts that write fail.
    ///
    /// Fails as [`Archive::open_existing`] does.
    pub fn open_reading(directory: &Path) -> Result<Archive, ArchiveError> {
        let archive = Archive::open_existing(directory)?;
        let set = archive.connection.pragma_update(None, "query_only", true);
        set.map_err(|error| Fault::Sqlite(error).at(&archive.path))?;
        Ok(archive)
    }

    fn around(directory: &Path, connection: Connection) -> Archive {
        Archive {
            directory: directory.to_owned(),
            path: directory.join(opening::FILE),
            connection,
            memory: Memory::default(),
        }
    }

    /// Returns the directory in which it is kept.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Closes the archive and folds the write-ahead log into the file.
    ///
    /// The log stays where another process still reads; that is no error, and nothing is lost.
    pub fn close(self) -> Result<(), ArchiveError> {
        let folded = self.fold();
        if folded.is_err() {
            leave_unfolded(&self.connection);
        }
        let Archive { path, connection, .. } = self;
        let closed = connection.close().map_err(|(_, error)| Fault::Sqlite(error).at(&path));
        folded.and(closed)
    }

    /// Folds the write-ahead log into the file and empties it.
    ///
    /// Waits for nobody: where another process reads, what it does not need is folded, and the rest
    /// at another time.
    pub fn fold(&self) -> Result<(), ArchiveError> {
        let fold = || -> Result<(), Fault> {
            self.connection.execute_batch("PRAGMA optimize")?;
            self.connection.busy_timeout(Duration::ZERO)?;
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(())
        };
        let folded = fold();
        let waits = opening::wait_for_others(&self.connection);
        folded.and(waits).map_err(|fault| fault.at(&self.path))
    }

    /// Lets `act` read and write by turns in one transaction: all that it wrote is on record
    /// afterwards, or none.
    ///
    /// Within another such act it is part of that one. What failed in it must fail it as a whole.
    pub fn together<T, E: From<ArchiveError>>(
        &mut self,
        act: impl FnOnce(&mut Archive) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.connection.is_autocommit() {
            return act(self);
        }
        self.batch("BEGIN IMMEDIATE")?;
        let done = act(self).and_then(|value| {
            log::flush(self.inside()).map_err(|fault| fault.at(&self.path))?;
            self.batch("COMMIT")?;
            Ok(value)
        });
        if done.is_err() {
            self.memory.log.borrow_mut().forget();
            self.let_go_of_texts();
            leave_unfolded(&self.connection);
        }
        if done.is_err() && !self.connection.is_autocommit() {
            // The first failure is the one to tell of; a connection that is dropped rolls back too.
            let _ = self.batch("ROLLBACK");
        }
        done
    }

    /// Lets `act` read the record by turns as of one instant, whatever others write meanwhile.
    ///
    /// Within another such act it is part of that one.
    pub fn at_one_instant<T, E: From<ArchiveError>>(
        &self,
        act: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.connection.is_autocommit() {
            return act();
        }
        self.batch("BEGIN")?;
        let read = act();
        if !self.connection.is_autocommit() {
            self.batch("ROLLBACK")?;
        }
        read
    }

    fn batch(&self, sql: &str) -> Result<(), ArchiveError> {
        let done = self.connection.execute_batch(sql);
        done.map_err(|error| Fault::Sqlite(error).at(&self.path))
    }

    /// Lets `act` read the record as of one instant.
    pub(in crate::archive) fn read<T>(
        &self,
        act: impl FnOnce(Access<'_>) -> Result<T, Fault>,
    ) -> Result<T, ArchiveError> {
        if !self.connection.is_autocommit() {
            return act(self.inside()).map_err(|fault| fault.at(&self.path));
        }
        let read = || {
            // Dropped unfinished, which ends it: there is nothing to commit.
            let instant = self.connection.unchecked_transaction()?;
            act(Access { connection: &instant, ..self.inside() })
        };
        read().map_err(|fault| fault.at(&self.path))
    }

    /// Lets `act` write, all or nothing.
    pub(in crate::archive) fn write<T>(
        &mut self,
        act: impl FnOnce(Access<'_>) -> Result<T, Fault>,
    ) -> Result<T, ArchiveError> {
        let Archive { path, connection, memory: Memory { recent, texts, log }, .. } = self;
        if !connection.is_autocommit() {
            return act(Access { connection, recent, texts, log }).map_err(|fault| fault.at(path));
        }
        let write = || {
            // Immediate: a transaction that began by reading could not wait for its turn to write.
            let all = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let access = Access { connection: &all, recent, texts, log };
            let value = act(access)?;
            log::flush(access)?;
            all.commit()?;
            Ok(value)
        };
        let written = write();
        if written.is_err() {
            log.borrow_mut().forget();
            // One that was only read within is none that is on record.
            *texts.get_mut() = LatelyRead::default();
            leave_unfolded(connection);
        }
        written.map_err(|fault: Fault| fault.at(path))
    }

    /// Returns the connection for acts that are no transaction, with a memory of their own.
    pub(in crate::archive) fn bare<'a>(&'a self, memory: &'a Memory) -> Access<'a> {
        Access {
            connection: &self.connection,
            recent: &memory.recent,
            texts: &memory.texts,
            log: &memory.log,
        }
    }

    fn inside(&self) -> Access<'_> {
        self.bare(&self.memory)
    }

    /// Returns a text, as it was read lately or as `read` reads it.
    ///
    /// What another connection wrote may have been to take out a text: then nothing counts as read.
    pub(in crate::archive) fn held_or_read(
        &self,
        digest: &Digest,
        read: impl FnOnce(Access<'_>) -> Result<Text, Fault>,
    ) -> Result<Text, ArchiveError> {
        self.read(|access| {
            let written = access.one("PRAGMA data_version", [], |row| row.get(0))?;
            if let Some(text) = self.memory.texts.borrow_mut().get(written, digest) {
                return Ok(text);
            }
            let text = read(access)?;
            self.memory.texts.borrow_mut().keep(*digest, &text);
            Ok(text)
        })
    }

    /// Lets go of every text that was read.
    pub(in crate::archive) fn let_go_of_texts(&mut self) {
        *self.memory.texts.get_mut() = LatelyRead::default();
    }

    /// Runs a statement that is in no transaction of ours.
    pub(in crate::archive) fn outside(&self, sql: &str) -> Result<(), ArchiveError> {
        self.batch(sql)
    }

    /// Returns the connection, to be copied from.
    pub(in crate::archive) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the name of its file.
    pub fn file_name(&self) -> &'static str {
        opening::FILE
    }

    /// Returns the archive's file.
    pub(in crate::archive) fn path(&self) -> &Path {
        &self.path
    }
}

/// Leaves the write-ahead log to the next that opens the archive, after an act that failed: a sync
/// that failed once is not tried again by closing, since what it lost would count as written then.
fn leave_unfolded(connection: &Connection) {
    // Where it cannot be set, closing folds the log, which SQLite holds to be safe as well.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
}
