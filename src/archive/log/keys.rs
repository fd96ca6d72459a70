//! Who signs the log, as the archive knows it: the name and the public key, never the secret.

use rusqlite::params;

use crate::{
    archive::{
        error::ArchiveError,
        log::facts::{self, KeyChange},
        store::Archive,
    },
    model::{snapshot::Digest, time::Timestamp},
};

/// Who signs the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// The name under which it is signed.
    pub origin: String,
    /// The public key (Ed25519).
    pub public: [u8; 32],
}

impl Archive {
    /// Returns who signs the log; `None` where nobody does so far.
    pub fn log_key(&self) -> Result<Option<LogKey>, ArchiveError> {
        self.read(|access| {
            access.maybe("SELECT origin, public FROM log_key ORDER BY id DESC LIMIT 1", [], |row| {
                Ok(LogKey { origin: row.get(0)?, public: row.get(1)? })
            })
        })
    }

    /// Returns all that have signed the log, in order.
    pub fn log_keys(&self) -> Result<Vec<LogKey>, ArchiveError> {
        self.read(|access| {
            access.all("SELECT origin, public FROM log_key ORDER BY id", [], |row| {
                Ok(LogKey { origin: row.get(0)?, public: row.get(1)? })
            })
        })
    }

    /// Returns whether a head was ever signed under the name that the log has now.
    pub fn log_was_signed(&self) -> Result<bool, ArchiveError> {
        self.read(|access| {
            access.one(
                "SELECT EXISTS (SELECT 1 FROM log_key WHERE signed = 1 AND origin =
                     (SELECT origin FROM log_key ORDER BY id DESC LIMIT 1))",
                [],
                |row| row.get(0),
            )
        })
    }

    /// Notes that a head was signed under the name that the log has now. Belongs behind the writing
    /// of that head. One who may only read leaves it to the next sweep.
    pub fn note_signed(&self) -> Result<(), ArchiveError> {
        let may_write = self.read(|access| {
            let connection = access.connection;
            let is_reading: bool =
                connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
            Ok(!is_reading && !connection.is_readonly("main")?)
        })?;
        match may_write {
            true => self
                .outside("UPDATE log_key SET signed = 1 WHERE id = (SELECT max(id) FROM log_key)"),
            false => Ok(()),
        }
    }

    /// Records who signs the log from now on. `follows` is the last head that was signed under
    /// another name, where there is one: its origin, size and root.
    pub fn change_log_key(
        &mut self,
        key: &LogKey,
        follows: Option<(&str, u64, Digest)>,
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let sql = "SELECT public FROM log_key ORDER BY id DESC LIMIT 1";
            let before = access.maybe(sql, [], |row| row.get(0))?;
            let sql = "INSERT INTO log_key (origin, public) VALUES (?1, ?2)";
            access.execute(sql, params![key.origin, key.public])?;
            let (origin, public) = (key.origin.as_str(), key.public);
            facts::key_change(access, &KeyChange { at, origin, public, before, follows });
            Ok(())
        })
    }
}
