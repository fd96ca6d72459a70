//! One sweep at a time: a lock of the system's, which ends with the process that holds it.

use std::{
    fs::{self, File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use crate::{
    archive::error::{ArchiveError, Fault},
    model::time::Timestamp,
};

/// The file in the archive's directory; it stays there, locked or not.
const FILE: &str = "sweep.lock";

/// The most that is read of a lock file, which anyone may have written.
const NOTE_BYTES_MAX: u64 = 200;

/// The right to sweep, until it is dropped or the process ends in any way.
#[derive(Debug)]
pub struct SweepLock {
    file: File,
}

impl Drop for SweepLock {
    /// Unlocks in so many words: a child that is just being started holds the file for a moment, and
    /// the lock would last as long. If it fails, closing the file unlocks it.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// The process that sweeps now, as far as it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// Its process id.
    pub pid: Option<u32>,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// Takes the right to sweep the archive in `directory`, or returns who has it.
///
/// Makes the directory if it is missing. A lock left by a process that died holds nobody up.
/// The lock is between processes of one machine.
pub fn lock_sweep(
    directory: &Path,
    at: Timestamp,
) -> Result<Result<SweepLock, Running>, ArchiveError> {
    let path = directory.join(FILE);
    let error = |error| Fault::System(error).at(&path);
    fs::create_dir_all(directory).map_err(error)?;
    let mut options = File::options();
    let mut file =
        options.read(true).write(true).create(true).truncate(false).open(&path).map_err(error)?;
    match file.try_lock() {
        Ok(()) => {
            sign(&mut file, at).map_err(error)?;
            Ok(Ok(SweepLock { file }))
        }
        Err(TryLockError::WouldBlock) => Ok(Err(who(&file))),
        Err(TryLockError::Error(failed)) => Err(error(failed)),
    }
}

fn sign(file: &mut File, at: Timestamp) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("pid {}\nsince {at}\n", std::process::id()).as_bytes())
}

/// Reads who holds the lock; nothing of it must be there, since the holder may just be writing it.
fn who(file: &File) -> Running {
    let mut note = String::new();
    if file.take(NOTE_BYTES_MAX).read_to_string(&mut note).is_err() {
        return Running::default();
    }
    let field = |name: &str| note.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    Running {
        pid: field("pid ").and_then(|it| it.parse().ok()),
        since: field("since ").and_then(|it| it.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_sweep_learns_who_sweeps_and_a_dropped_lock_is_free() {
        let directory = tempfile::tempdir().unwrap();
        let (first, second) = (Timestamp::from_millis(5_000), Timestamp::from_millis(9_000));
        let held = lock_sweep(directory.path(), first).unwrap().unwrap();
        let running = lock_sweep(directory.path(), second).unwrap().unwrap_err();
        let expected = Running { pid: Some(std::process::id()), since: Some(first) };
        assert_eq!(running, expected);
        drop(held);
        let again = lock_sweep(directory.path(), second).unwrap().unwrap();
        let note = fs::read_to_string(directory.path().join(FILE)).unwrap();
        assert!(note.ends_with("since 1970-01-01T00:00:09.000Z\n"), "{note}");
        drop(again);
    }

    #[test]
    fn a_lock_left_by_a_dead_process_is_taken_over() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "pid 1\nsince 2020-01-01T00:00:00Z\n").unwrap();
        assert!(lock_sweep(directory.path(), Timestamp::from_millis(1)).unwrap().is_ok());
    }

    #[test]
    fn a_holder_that_says_nothing_readable_is_running_all_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let at = Timestamp::from_millis(1);
        let held = lock_sweep(directory.path(), at).unwrap().unwrap();
        fs::write(directory.path().join(FILE), [0xff; 10_000]).unwrap();
        let running = lock_sweep(directory.path(), at).unwrap().unwrap_err();
        assert_eq!(running, Running::default());
        drop(held);
    }
}
