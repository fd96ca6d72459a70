//! Where an export goes: a file that has its name only once it is whole, or standard output.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use crate::monitor::export::request::ExportFailure;

/// How standard output is called.
pub const STANDARD: &str = "standard output";

/// Where an export goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A file, which is replaced if it is there.
    File(PathBuf),
    /// Standard output.
    Standard,
}

impl Output {
    fn path(&self) -> PathBuf {
        match self {
            Output::File(path) => path.clone(),
            Output::Standard => PathBuf::from(STANDARD),
        }
    }

    /// Returns what failed in writing here.
    pub fn failure(&self, source: io::Error) -> ExportFailure {
        ExportFailure::Write { path: self.path(), source }
    }

    /// Has `write` write all of it. A file gets its name when all is on the disk; if anything fails
    /// or the program is killed, what had the name before still has it.
    ///
    /// A reader of standard output that has gone away is the end, and no failure.
    pub fn write<T: Default>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<T, ExportFailure>,
    ) -> Result<T, ExportFailure> {
        match self {
            Output::Standard => {
                let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
                let written = write(&mut out)
                    .and_then(|value| out.flush().map(|()| value).map_err(|it| self.failure(it)));
                match written {
                    Err(ExportFailure::Write { source, .. })
                        if source.kind() == io::ErrorKind::BrokenPipe =>
                    {
                        Ok(T::default())
                    }
                    written => written,
                }
            }
            // A pipe or a device is written to as it stands.
            Output::File(path) if fs::metadata(path).is_ok_and(|it| !it.is_file()) => {
                let file = fs::File::options().write(true).open(path);
                let mut out =
                    BufWriter::with_capacity(BUFFER_BYTES, file.map_err(|it| self.failure(it))?);
                let value = write(&mut out)?;
                out.flush().map_err(|it| self.failure(it))?;
                Ok(value)
            }
            Output::File(path) => {
                let failure = |source| self.failure(source);
                let (folder, target) = place(path).map_err(failure)?;
                let mut builder = tempfile::Builder::new();
                builder.prefix(".pledgewatch-").suffix(".part");
                permit(&mut builder);
                let file = builder.tempfile_in(&folder).map_err(failure)?;
                let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
                let value = write(&mut out)?;
                let file = out.into_inner().map_err(|it| failure(it.into_error()))?;
                file.as_file().sync_all().map_err(failure)?;
                file.persist(&target).map_err(|it| failure(it.error))?;
                sync_folder(&folder).map_err(failure)?;
                Ok(value)
            }
        }
    }
}

const BUFFER_BYTES: usize = 1 << 18;

/// Returns the folder and the file itself, where a link may lead.
fn place(path: &Path) -> io::Result<(PathBuf, PathBuf)> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.file_name().is_none() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    };
    Ok((folder, target))
}

/// Makes sure that a name in a folder is on the disk.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Makes sure that a name in a folder is on the disk.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Has the user's umask decide who reads the file, as for any other.
#[cfg(unix)]
fn permit(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn permit(_: &mut tempfile::Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_only_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let output = Output::File(path.clone());
        fs::write(&path, "before").unwrap();
        let failed = output.write::<()>(|out| {
            out.write_all(b"half").map_err(|it| output.failure(it))?;
            Err(output.failure(io::ErrorKind::StorageFull.into()))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        output.write(|out| out.write_all(b"whole").map_err(|it| output.failure(it))).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_folder_is_no_place_for_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::File(folder.path().to_owned());
        assert!(output.write(|_| Ok(())).is_err());
    }
}
