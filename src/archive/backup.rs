//! A copy of the whole archive as of one instant, made while others read and write.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use crate::archive::{
    error::{ArchiveError, Fault},
    opening,
    store::Archive,
    verify::Damage,
};

/// A copy that was made and proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it is.
    pub path: PathBuf,
    /// How large it is, in bytes.
    pub bytes: u64,
}

/// What came of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backed {
    /// It is whole, and has its name.
    Up(Copied),
    /// It is damaged, as the archive is, and was not given the name.
    Damaged(Vec<Damage>),
}

/// What stands beside the database and is no part of the record.
const PASSING: [&str; 1] = ["sweep.lock"];

/// What ends the names of the files that SQLite has for a database.
const OWN_ENDINGS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

impl Archive {
    /// Copies the archive to the file `target`, as of one instant, and proves the copy; it gets its
    /// name only then, in the place of one that had it before.
    ///
    /// Others may read and write meanwhile: what they write is not in the copy. A copy that was cut
    /// off leaves nothing under the name.
    ///
    /// Fails if the file is the archive's own: what a sweep writes meanwhile would go with it.
    pub fn back_up(&self, target: &Path) -> Result<Backed, ArchiveError> {
        let is_ours = |name: &str| {
            name.strip_prefix(opening::FILE).is_some_and(|rest| OWN_ENDINGS.contains(&rest))
        };
        if self.holds(target.parent(), |folder, own| folder == own)
            && target.file_name().is_some_and(|name| is_ours(&name.to_string_lossy()))
        {
            return Err(ArchiveError::Itself { path: target.to_owned() });
        }
        let fault = |fault: Fault| fault.at(target);
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        };
        let system = |error| fault(Fault::System(error));
        // A folder of its own: a copy that is proved has a log beside it for a while.
        let apart = tempfile::Builder::new().prefix(".pledgewatch-").tempdir_in(folder);
        let apart = apart.map_err(system)?;
        let copy = apart.path().join(opening::FILE);
        self.copy_to(&copy).map_err(fault)?;
        let copied = Archive::open_existing(apart.path())?;
        let damages = copied.verify(&mut |_| ())?;
        copied.close()?;
        if !damages.is_empty() {
            return Ok(Backed::Damaged(damages));
        }
        let file = fs::File::open(&copy).map_err(system)?;
        file.sync_all().map_err(system)?;
        let bytes = file.metadata().map_err(system)?.len();
        fs::rename(&copy, target).map_err(system)?;
        opening::sync_directory(folder).map_err(fault)?;
        Ok(Backed::Up(Copied { path: target.to_owned(), bytes }))
    }

    fn copy_to(&self, copy: &Path) -> Result<(), Fault> {
        let mut other = Connection::open(copy)?;
        // The copy has no name yet: it is synced once, when it is whole.
        other.pragma_update(None, "synchronous", "OFF")?;
        let backup = Backup::new(self.connection(), &mut other)?;
        // All in one step reads as of one instant, and holds up nobody who writes to the log.
        match backup.step(-1)? {
            StepResult::Done => Ok(()),
            _ => Err(Fault::System(std::io::ErrorKind::ResourceBusy.into())),
        }
    }

    /// Copies what stands beside the database into `target`, a folder: the log, if there is one.
    ///
    /// Belongs before the copy of the database, which must not be behind its log.
    ///
    /// Fails if the folder is the archive's own or in it: the copy would have to hold itself.
    pub fn copy_beside(&self, target: &Path) -> Result<(), ArchiveError> {
        if self.holds(Some(target), |folder, own| folder.starts_with(own)) {
            return Err(ArchiveError::Itself { path: target.to_owned() });
        }
        let fault = |error| Fault::System(error).at(target);
        fs::create_dir_all(target).map_err(fault)?;
        for entry in fs::read_dir(self.directory()).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let name = entry.file_name();
            let shown = name.to_string_lossy();
            let passes = shown.starts_with(opening::FILE)
                || shown.starts_with('.')
                || PASSING.contains(&&*shown);
            if !passes {
                copy_all(&entry.path(), &target.join(&name)).map_err(fault)?;
            }
        }
        Ok(())
    }
}

impl Archive {
    /// Returns whether a folder, which need not be there yet, lies so to the archive's own.
    fn holds(&self, folder: Option<&Path>, lies: impl Fn(&Path, &Path) -> bool) -> bool {
        let Some(Ok(folder)) = folder.map(|it| std::path::absolute(Path::new(".").join(it))) else {
            return false;
        };
        // Of a folder that is not there yet, the nearest above it that is.
        let there = folder.ancestors().find_map(|it| it.canonicalize().ok());
        let own = self.directory().canonicalize();
        matches!((there, own), (Some(there), Ok(own)) if lies(&there, &own))
    }
}

/// Copies a file or a folder with all that is in it; each file gets its name when it is whole.
fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    let kind = fs::symlink_metadata(from)?.file_type();
    if kind.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if !kind.is_file() || is_same(from, to) {
        return Ok(());
    }
    let folder = to.parent().unwrap_or(Path::new("."));
    let part = tempfile::Builder::new().prefix(".pledgewatch-").tempfile_in(folder)?;
    fs::copy(from, part.path())?;
    part.as_file().sync_all()?;
    part.persist(to).map_err(|failed| failed.error)?;
    Ok(())
}

/// Returns whether a file was copied before: it has the same length and is not older.
fn is_same(from: &Path, to: &Path) -> bool {
    let (Ok(from), Ok(to)) = (fs::metadata(from), fs::metadata(to)) else { return false };
    let is_later = matches!((from.modified(), to.modified()), (Ok(from), Ok(to)) if from < to);
    from.len() == to.len() && is_later
}
