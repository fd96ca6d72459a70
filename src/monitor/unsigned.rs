//! Why the log is not signed, and what the user can do.

use crate::{formats::note::NoteFailure, monitor::keys::KeyTrouble};

/// Why a log is not signed.
#[derive(Debug, thiserror::Error)]
pub enum Unsigned {
    /// No key was ever made for it.
    #[error("no key was made for it")]
    NoKey,
    /// There is a key, which it does not have.
    #[error("the key {0} is not its own so far")]
    Unused(String),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyTrouble),
    /// The last signed head cannot be read.
    #[error("its last signed head {0} cannot be read: {1}")]
    Head(String, NoteFailure),
    /// A head was signed once, and is not there.
    #[error("its last signed head {0} is missing: it was lost, or a backup was put elsewhere")]
    Lost(String),
    /// The archive has fewer entries than were signed: an earlier state of it was put back.
    #[error("{signed} entries were signed, and the archive has {found}: a backup was put back")]
    Behind {
        /// How many were signed.
        signed: u64,
        /// How many there are.
        found: u64,
    },
    /// The archive's entries are not those that were signed.
    #[error("the first {size} entries are not those that were signed: a backup was put back")]
    Conflict {
        /// How many were signed.
        size: u64,
    },
}

impl Unsigned {
    /// Returns what the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Unsigned::NoKey => "`pledgewatch integrity new-key` makes one",
            Unsigned::Unused(_) => "`pledgewatch integrity new-key` takes it",
            Unsigned::Lost(_) => {
                "put it back from where the archive was before; if it is lost, \
                 `pledgewatch integrity new-log` goes on under another name, and says so"
            }
            Unsigned::Key(trouble) => trouble.hint(),
            Unsigned::Head(..) => {
                "restore it from a backup, or go on under another name with \
                 `pledgewatch integrity new-log`"
            }
            Unsigned::Behind { .. } | Unsigned::Conflict { .. } => {
                "put the latest state back if it is still somewhere; if it is lost, \
                 `pledgewatch integrity new-log` goes on under another name, and says so"
            }
        }
    }
}
