//! The key that signs the log: made once, at the user's word, and never anew in silence.

use std::{
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::{
    archive::{
        error::ArchiveError,
        log::{files::LogFiles, keys::LogKey},
        store::Archive,
    },
    formats::note::{Head, NoteFailure, Signer, Verifier},
    model::time::Timestamp,
};

/// The most bytes of a key's file.
const KEY_BYTES_MAX: u64 = 1_000;

/// Why the log cannot be signed with the key that there is.
#[derive(Debug, thiserror::Error)]
pub enum KeyTrouble {
    /// The file is not there.
    #[error("its key {} is missing", .0.display())]
    Missing(PathBuf),
    /// Others may read the file.
    #[error("others can read its key {} (mode {mode:04o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file is empty.
    #[error("its key {} has no bytes", .0.display())]
    Empty(PathBuf),
    /// The file holds no key.
    #[error("its key {} cannot be used: {reason}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: NoteFailure,
    },
    /// The file holds the key of another log, or another key of this one.
    #[error("{} is not the key that the log was signed with", .0.display())]
    Another(PathBuf),
    /// The file cannot be read.
    #[error("its key {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl KeyTrouble {
    /// Returns what the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            KeyTrouble::Exposed { .. } => {
                "`chmod 600` it; if others may have read it, `pledgewatch integrity new-key`"
            }
            KeyTrouble::Missing(_)
            | KeyTrouble::Empty(_)
            | KeyTrouble::Wrong { .. }
            | KeyTrouble::Another(_) => {
                "put the key back from where you keep a copy; if it is lost, \
                 `pledgewatch integrity new-key` makes another, and the log tells of it"
            }
            KeyTrouble::Unreadable { .. } => "check its owner and permissions",
        }
    }
}

/// Why no key could be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyFailure {
    /// The name cannot be a log's.
    #[error("the log cannot have this name")]
    Name(#[from] NoteFailure),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// The file cannot be written.
    #[error("cannot write the key {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is a key already.
    #[error("there is a key at {} already", .0.display())]
    Exists(PathBuf),
    /// The archive cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Returns the key of the archive's log, or why it cannot be signed with.
pub fn load(files: &LogFiles, known: &LogKey) -> Result<Signer, KeyTrouble> {
    let signer = read(files.key())?;
    let verifier = signer.verifier();
    match verifier.name == known.origin && verifier.public == known.public {
        true => Ok(signer),
        false => Err(KeyTrouble::Another(files.key().to_owned())),
    }
}

fn read(path: &Path) -> Result<Signer, KeyTrouble> {
    let unreadable = |source| KeyTrouble::Unreadable { path: path.to_owned(), source };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyTrouble::Missing(path.to_owned()));
        }
        Err(error) => return Err(unreadable(error)),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyTrouble::Exposed { path: path.to_owned(), mode });
        }
    }
    let mut text = String::new();
    file.take(KEY_BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
    if text.trim_matches(['\0', ' ', '\n', '\r']).is_empty() {
        return Err(KeyTrouble::Empty(path.to_owned()));
    }
    Signer::from_text(&text).map_err(|reason| KeyTrouble::Wrong { path: path.to_owned(), reason })
}

/// Sees to it that a new archive has a key: takes the one that is there, or makes one.
///
/// Returns whether one was made. A log that is signed already is left as it is.
pub fn begin(archive: &mut Archive, now: Timestamp) -> Result<bool, KeyFailure> {
    if archive.log_key()?.is_some() {
        return Ok(false);
    }
    let files = LogFiles::of(archive.directory());
    let (signer, is_new) = match read(files.key()) {
        Ok(signer) => (signer, false),
        Err(KeyTrouble::Missing(_)) => (make(files.key(), &origin())?, true),
        // What it is will be told when it is to sign.
        Err(_) => return Err(KeyFailure::Exists(files.key().to_owned())),
    };
    archive.change_log_key(&known(&signer), None, now)?;
    Ok(is_new)
}

/// Makes another key for the log, which goes on under the same name; the one before is put aside.
///
/// The first key of a log may be made by this as well; one that is there already is taken then.
pub fn renew(archive: &mut Archive, now: Timestamp) -> Result<Verifier, KeyFailure> {
    if archive.log_key()?.is_none()
        && let Ok(signer) = read(LogFiles::of(archive.directory()).key())
    {
        archive.change_log_key(&known(&signer), None, now)?;
        return Ok(signer.verifier());
    }
    let origin = archive.log_key()?.map_or_else(origin, |key| key.origin);
    exchange(archive, &origin, None, now)
}

/// Begins a log under another name, after `follows`, the last head signed under the one before;
/// its files and its key are put aside.
pub fn begin_anew(
    archive: &mut Archive,
    origin: &str,
    follows: Option<&Head>,
    now: Timestamp,
) -> Result<Verifier, KeyFailure> {
    Signer::new(origin, [0; 32])?;
    let suffix = now.to_string().replace(':', "");
    LogFiles::of(archive.directory()).set_aside(&suffix)?;
    exchange(archive, origin, follows, now)
}

fn exchange(
    archive: &mut Archive,
    origin: &str,
    follows: Option<&Head>,
    now: Timestamp,
) -> Result<Verifier, KeyFailure> {
    let files = LogFiles::of(archive.directory());
    if files.key().exists() {
        files.set_key_aside(&now.to_string().replace(':', ""))?;
    }
    let signer = make(files.key(), origin)?;
    let follows = follows.map(|head| (head.origin.as_str(), head.size, head.root));
    archive.change_log_key(&known(&signer), follows, now)?;
    Ok(signer.verifier())
}

fn known(signer: &Signer) -> LogKey {
    let Verifier { name, public } = signer.verifier();
    LogKey { origin: name, public }
}

/// Makes a key and writes it to a file that only its owner may read.
fn make(path: &Path, origin: &str) -> Result<Signer, KeyFailure> {
    let mut seed = [0; 32];
    SystemRandom::new().fill(&mut seed).map_err(|_| KeyFailure::Random)?;
    let signer = Signer::new(origin, seed)?;
    let failure = |source| KeyFailure::Write { path: path.to_owned(), source };
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyFailure::Exists(path.to_owned()));
        }
        opened => opened.map_err(failure)?,
    };
    file.write_all(format!("{}\n", signer.to_text()).as_bytes()).map_err(failure)?;
    file.sync_all().map_err(failure)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failure)?;
    Ok(signer)
}

/// Returns the name of a log that begins on this machine: `<host>/pledgewatch`.
fn origin() -> String {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || ['.', '-'].contains(c);
    let host: String = host.trim().chars().filter(is_plain).take(100).collect();
    match host.as_str() {
        "" => "localhost/pledgewatch".to_owned(),
        host => format!("{host}/pledgewatch"),
    }
}
