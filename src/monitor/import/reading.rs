//! The pages of a batch, read at once: a matter of their bytes alone.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    model::{visit::Visit, watch::Watch},
    monitor::{familiar::Lately, import::places::Places, intake::Intake},
};

/// How many threads read pages; more would wait for the one that judges.
const READERS: usize = 2;

/// Room for pages that are nested deeply.
const READER_STACK_BYTES: usize = 8 << 20;

/// Returns the watch of a visit's page.
pub fn watch_of(places: &Places, visit: &Visit) -> Watch {
    let urls = || visit.parts.iter().map(|part| part.url.clone()).collect();
    let plain = || Watch::new(visit.page.clone(), urls());
    places.known_watch(&visit.page).cloned().unwrap_or_else(plain)
}

/// Reads the pages of a batch on several threads: each is a matter of its bytes alone.
///
/// Gives nothing for a visit whose body is only in the archive.
pub fn read_pages(visits: &[Visit], places: &Places, lately: &Lately) -> Vec<Option<Intake>> {
    let next = AtomicUsize::new(0);
    let read = || {
        let mut mine = Vec::new();
        while let Some((at, visit)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            visits.get(at).map(|visit| (at, visit))
        } {
            mine.push((at, lately.take_in_alone(&watch_of(places, visit), visit)));
        }
        mine
    };
    let mut intakes: Vec<Option<Intake>> = visits.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let spawn = |_| {
            let reader = thread::Builder::new().stack_size(READER_STACK_BYTES);
            reader.spawn_scoped(scope, read)
        };
        // A thread that cannot be had leaves its work to the others, or to the one that judges.
        let readers: Vec<_> = (0..READERS).filter_map(|it| spawn(it).ok()).collect();
        for (at, intake) in readers.into_iter().filter_map(|it| it.join().ok()).flatten() {
            intakes[at] = intake;
        }
    });
    intakes
}
