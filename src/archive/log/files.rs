//! The log's files: what may be published of it (`snapshots/log/`), and the last signed head, which
//! is kept beside the archive's folder so that no backup of the archive brings back an earlier one.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use crate::archive::error::{ArchiveError, Fault};

/// The folder of what may be published, in the archive's.
const FOLDER: &str = "log";

/// The most bytes of a file that is read: a bundle of 256 entries.
const FILE_BYTES_MAX: u64 = 256 * (2 + 65_535);

/// Where the log's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFiles {
    folder: PathBuf,
    head: PathBuf,
    key: PathBuf,
}

impl LogFiles {
    /// Returns where the files of the log are whose archive is in `directory`.
    pub fn of(directory: &Path) -> LogFiles {
        LogFiles {
            folder: directory.join(FOLDER),
            head: beside(directory, ".head"),
            key: beside(directory, ".key"),
        }
    }

    /// Returns the folder of what may be published.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the file with the last signed head.
    pub fn head(&self) -> &Path {
        &self.head
    }

    /// Returns the file with the secret key.
    pub fn key(&self) -> &Path {
        &self.key
    }

    /// Returns a file of the folder, by its path in there; `None` if it is not there.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        read(&self.folder.join(path))
    }

    /// Returns the names in a folder of the folder, sorted; none if it is not there.
    pub fn list(&self, path: &str) -> Result<Vec<String>, ArchiveError> {
        let path = self.folder.join(path);
        let listed = match fs::read_dir(&path) {
            Ok(listed) => listed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Fault::System(error).at(&path)),
        };
        let names = listed.flatten().filter_map(|file| file.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        Ok(names)
    }

    /// Waits until nobody else signs; the right to sign lasts until what is returned is dropped.
    pub fn lock(&self) -> Result<File, ArchiveError> {
        let fault = |error| Fault::System(error).at(&self.key);
        let key = File::open(&self.key).map_err(fault)?;
        key.lock().map_err(fault)?;
        Ok(key)
    }

    /// Returns the note with the last signed head; `None` if there is none.
    pub fn read_head(&self) -> Result<Option<Vec<u8>>, ArchiveError> {
        read(&self.head)
    }

    /// Writes files into the folder, by their paths in there: each whole or not at all, and safe on
    /// the disk when this returns. One that is there with these bytes is left as it is.
    pub fn write(&self, files: &[(String, Vec<u8>)]) -> Result<(), ArchiveError> {
        let mut folders = BTreeSet::new();
        for (path, bytes) in files {
            write(&self.folder.join(path), bytes, &mut folders)?;
        }
        sync(&folders)
    }

    /// Writes the note with the last signed head, before it is published.
    pub fn write_head(&self, note: &[u8]) -> Result<(), ArchiveError> {
        let mut folders = BTreeSet::new();
        write(&self.head, note, &mut folders)?;
        sync(&folders)
    }

    /// Removes a file of the folder that is of no use any more, if it is there.
    pub fn remove(&self, path: &str) -> Result<(), ArchiveError> {
        let path = self.folder.join(path);
        match fs::remove_file(&path) {
            Ok(()) => {
                // Only a folder without files goes with it.
                let _ = path.parent().map(fs::remove_dir);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Fault::System(error).at(&path)),
        }
    }

    /// Removes the files in the folder of `path` but `kept`: narrower forms of it.
    pub fn remove_narrower(&self, path: &str, kept: &str) -> Result<(), ArchiveError> {
        let Some((folder, _)) = path.rsplit_once('/') else { return Ok(()) };
        for name in self.list(folder)? {
            let path = format!("{folder}/{name}");
            if path != kept {
                self.remove(&path)?;
            }
        }
        Ok(())
    }

    /// Puts the folder and the last signed head aside, under names that end in `suffix`.
    pub fn set_aside(&self, suffix: &str) -> Result<(), ArchiveError> {
        for path in [&self.folder, &self.head] {
            match fs::rename(path, aside(path, suffix)) {
                Ok(()) => (),
                Err(error) if error.kind() == io::ErrorKind::NotFound => (),
                Err(error) => return Err(Fault::System(error).at(path)),
            }
        }
        Ok(())
    }

    /// Puts the file with the secret key aside, under a name that ends in `suffix`.
    pub fn set_key_aside(&self, suffix: &str) -> Result<(), ArchiveError> {
        let to = aside(&self.key, suffix);
        fs::rename(&self.key, to).map_err(|error| Fault::System(error).at(&self.key))
    }
}

/// Returns the path beside a folder that has its name and a suffix.
fn beside(directory: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = directory.file_name().unwrap_or("archive".as_ref()).to_owned();
    name.push(suffix);
    match directory.file_name() {
        Some(_) => directory.with_file_name(name),
        None => directory.join(name),
    }
}

fn aside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, ArchiveError> {
    let mut bytes = Vec::new();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Fault::System(error).at(path)),
    };
    let read = file.take(FILE_BYTES_MAX).read_to_end(&mut bytes);
    read.map_err(|error| Fault::System(error).at(path))?;
    Ok(Some(bytes))
}

fn write(path: &Path, bytes: &[u8], folders: &mut BTreeSet<PathBuf>) -> Result<(), ArchiveError> {
    let fault = |error| Fault::System(error).at(path);
    if read(path)?.as_deref() == Some(bytes) {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    if !folder.exists() {
        fs::create_dir_all(folder).map_err(fault)?;
        // A folder that is new is safe when the one above it is.
        folders.extend(folder.ancestors().skip(1).take(4).map(Path::to_owned));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".part-");
    #[cfg(unix)]
    {
        // The user's umask decides: these files are there to be published.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(fault)?;
    file.write_all(bytes).map_err(fault)?;
    file.as_file().sync_all().map_err(fault)?;
    file.persist(path).map_err(|error| fault(error.error))?;
    folders.insert(folder.to_owned());
    Ok(())
}

fn sync(folders: &BTreeSet<PathBuf>) -> Result<(), ArchiveError> {
    for folder in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let synced = File::open(folder).and_then(|it| it.sync_all());
        synced.map_err(|error| Fault::System(error).at(folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_read_back_and_put_aside() {
        let world = tempfile::tempdir().unwrap();
        let archive = world.path().join("snapshots");
        fs::create_dir(&archive).unwrap();
        let files = LogFiles::of(&archive);
        assert_eq!(files.read("tile/0/000").unwrap(), None);
        let tiles = [("tile/0/000.p/1".to_owned(), b"a".to_vec()), ("checkpoint".into(), vec![])];
        files.write(&tiles).unwrap();
        files.write(&tiles).unwrap();
        assert_eq!(files.read("tile/0/000.p/1").unwrap().as_deref(), Some(&b"a"[..]));
        files.remove("tile/0/000.p/1").unwrap();
        files.remove("tile/0/000.p/1").unwrap();
        assert!(!archive.join("log/tile/0/000.p").exists());
        files.write_head(b"head").unwrap();
        assert_eq!(fs::read(world.path().join("snapshots.head")).unwrap(), b"head");
        files.set_aside("1").unwrap();
        assert_eq!(files.read_head().unwrap(), None);
        assert!(archive.join("log.1/checkpoint").exists());
        assert!(world.path().join("snapshots.head.1").exists());
    }
}
