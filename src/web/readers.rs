//! Who reads the archive for the pages: a few readers, each with a connection of its own, on threads
//! that may block. None of them ever writes, and each answer is of one instant.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::sync::Semaphore;

use crate::{
    monitor::app::{App, MonitorError, Paths, read_watchlist},
    web::answer::Refusal,
};

/// How many read at once: what is read is mostly in memory, so that more than there are cores only
/// wait for one another.
const READERS_MAX: usize = 4;

/// How long a request waits for its turn.
const TURN_MAX: Duration = Duration::from_secs(10);

/// The readers of an archive.
#[derive(Clone)]
pub struct Readers {
    paths: Arc<Paths>,
    turns: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Reader>>>,
}

struct Reader {
    app: App,
    stamp: Stamp,
}

/// By what another watchlist is known without reading it.
type Stamp = Option<(SystemTime, u64)>;

impl Readers {
    /// Opens the first reader, so that what is wrong is told at once.
    pub fn open(paths: &Paths) -> Result<Readers, MonitorError> {
        let first = Reader { stamp: stamp(&paths.watchlist), app: App::open_reading(paths)? };
        Ok(Readers {
            paths: Arc::new(paths.clone()),
            turns: Arc::new(Semaphore::new(READERS_MAX)),
            idle: Arc::new(Mutex::new(vec![first])),
        })
    }

    /// Lets `act` read the record as of one instant, when its turn has come.
    pub async fn read<T: Send + 'static>(
        &self,
        act: impl FnOnce(&App) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let turn = tokio::time::timeout(TURN_MAX, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Refusal::Busy) };
        let readers = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            readers.read_here(act)
        });
        done.await.unwrap_or_else(|_| Err(Refusal::Failed("the page could not be made".to_owned())))
    }

    fn read_here<T>(&self, act: impl FnOnce(&App) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => {
                Reader { stamp: stamp(&self.paths.watchlist), app: App::open_reading(&self.paths)? }
            }
        };
        reader.follow(&self.paths.watchlist);
        let read = reader.app.at_one_instant(|| act(&reader.app));
        // A reader that failed may have lost its file: the next one is opened anew.
        if !matches!(read, Err(Refusal::Failed(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        read
    }
}

impl Reader {
    /// Takes a watchlist that was edited meanwhile; one with mistakes is left until it is mended.
    fn follow(&mut self, watchlist: &Path) {
        let stamp = stamp(watchlist);
        if stamp == self.stamp {
            return;
        }
        self.stamp = stamp;
        let taken = match read_watchlist(watchlist) {
            Ok(watchlist) => self.app.take_watchlist(watchlist),
            Err(error) => Err(error),
        };
        // `check` tells of mistakes; pages go on showing the last good one.
        drop(taken);
    }
}

fn stamp(path: &Path) -> Stamp {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}
