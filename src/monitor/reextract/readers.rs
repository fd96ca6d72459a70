//! Threads that read bodies: each is a matter of its bytes alone. What waits is bounded.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SendError, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

use crate::{
    archive::reread::KeptBody,
    model::{history::Reading, watch::Selection},
    monitor::intake::{Intake, read_bodies},
};

/// How many threads read pages; more would wait for the one that loads and records.
const READERS: usize = 2;

/// How many visits wait to be read, at most.
const AHEAD: usize = 4;

/// Room for pages that are nested deeply.
const STACK_BYTES: usize = 8 << 20;

struct Task {
    at: usize,
    bodies: Vec<KeptBody>,
    selection: Selection,
}

/// What a task came to, with its number.
type Done = (usize, Option<Reading>);

/// Hands out bodies and collects what they say.
pub struct Readers {
    tasks: SyncSender<Task>,
    readings: Receiver<Done>,
    sent: usize,
    /// What was read here, since no thread took it.
    own: Vec<Done>,
}

/// Lets `act` work with readers, which end with it.
pub fn with_readers<T>(act: impl FnOnce(&mut Readers) -> T) -> T {
    let (tasks, waiting) = sync_channel::<Task>(AHEAD);
    let (done, readings) = channel();
    let waiting = Arc::new(Mutex::new(waiting));
    thread::scope(|scope| {
        for _ in 0..READERS {
            let (waiting, done) = (Arc::clone(&waiting), done.clone());
            let reader = thread::Builder::new().stack_size(STACK_BYTES);
            // A thread that cannot be had leaves its work to the other, or to the one that sends.
            let _ = reader.spawn_scoped(scope, move || work(&waiting, &done));
        }
        // With no thread left nobody holds the other end, and sending says so.
        drop((waiting, done));
        let mut readers = Readers { tasks, readings, sent: 0, own: Vec::new() };
        act(&mut readers)
    })
}

impl Readers {
    /// Has bodies read as one text; waits while enough others wait.
    pub fn send(&mut self, bodies: Vec<KeptBody>, selection: &Selection) {
        let task = Task { at: self.sent, bodies, selection: selection.clone() };
        self.sent += 1;
        if let Err(SendError(task)) = self.tasks.send(task) {
            self.own.push((task.at, reading(task.bodies, &task.selection)));
        }
    }

    /// Returns what has been sent since the last time, in that order; nothing for bodies that
    /// cannot be read as a page.
    pub fn collect(&mut self) -> Vec<Option<Reading>> {
        let mut all = vec![None; self.sent];
        for _ in self.own.len()..self.sent {
            let Ok((at, reading)) = self.readings.recv() else { break };
            all[at] = reading;
        }
        for (at, reading) in self.own.drain(..) {
            all[at] = reading;
        }
        self.sent = 0;
        all
    }
}

fn work(waiting: &Mutex<Receiver<Task>>, done: &Sender<Done>) {
    loop {
        let task = match waiting.lock() {
            Ok(waiting) => waiting.recv(),
            Err(_) => return,
        };
        let Ok(Task { at, bodies, selection }) = task else { return };
        if done.send((at, reading(bodies, &selection))).is_err() {
            return;
        }
    }
}

fn reading(bodies: Vec<KeptBody>, selection: &Selection) -> Option<Reading> {
    if bodies.is_empty() {
        return None;
    }
    let bodies: Vec<_> = bodies.into_iter().map(|it| (it.snapshot, it.content_type)).collect();
    // A defect of ours on one page must not stop the others.
    match catch_unwind(AssertUnwindSafe(|| read_bodies(&bodies, selection))) {
        Ok(Intake::Text { reading, .. }) => Some(reading),
        Ok(Intake::NotModified | Intake::Trouble(_)) | Err(_) => None,
    }
}
