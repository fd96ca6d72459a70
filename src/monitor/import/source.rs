//! The captures of files in order of time, read ahead on a thread of their own.
//!
//! Files whose captures of each page come in order of time, which is how archives are written,
//! are read as they stand; others, and standard input, which can be read only once, go through a
//! temporary file. So do packed files that look far back: what they look back on would be in memory
//! beside all that is judged meanwhile.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead, BufReader, Read as _},
    iter,
    path::PathBuf,
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

use crate::{
    formats::warc::{
        Record, WarcReader,
        input::{FRAME_HEADER_BYTES_MAX, looks_far_back},
    },
    model::time::Timestamp,
    monitor::import::{
        capture::Captured,
        places::{PlaceFailure, Places},
        request::{ImportFailure, Input, Request},
        spool::Spool,
        whole::{Found, Gathered, Gathering},
    },
};

/// How many captures are read ahead; each holds a body.
const AHEAD: usize = 8;

/// What a source gives.
#[derive(Debug)]
pub enum Item {
    /// A capture, or a visit with all that it gave.
    Found(Box<Found>),
    /// A record that cannot be read, in words.
    Damaged(String),
}

fn found(found: Found) -> Item {
    Item::Found(Box::new(found))
}

/// Where the captures of a request come from, in order of time.
pub enum Source<'a> {
    /// Web archives as they stand, with so many captures.
    Files(&'a [Input], u64),
    /// What was put in order.
    Spooled(Spool, Vec<String>),
    /// Saved pages.
    Saved(Vec<Captured>),
}

impl<'a> Source<'a> {
    /// Looks through the files of a request, to tell how they can be read in order of time.
    pub fn of(request: &'a Request, places: &Places) -> Result<Source<'a>, ImportFailure> {
        let inputs = request.inputs.as_slice();
        if let Some(at) = request.saved_at {
            let saved = inputs.iter().map(|input| saved(input, at, places));
            return Ok(Source::Saved(saved.collect::<Result<_, _>>()?));
        }
        if inputs.contains(&Input::Standard) {
            return spooled(inputs);
        }
        if any_looks_far_back(inputs)? {
            match spooled(inputs) {
                // Where there is no room, more memory is the smaller evil.
                Err(ImportFailure::Spool(_)) => (),
                spooled => return spooled,
            }
        }
        let mut last: BTreeMap<String, Timestamp> = BTreeMap::new();
        let (mut found, mut is_ordered) = (0, true);
        each(inputs, &mut |item| {
            if let Item::Found(item) = item {
                found += 1;
                let at = item.at();
                let before = last.insert(places.page_of_found(&item), at);
                is_ordered = before.is_none_or(|before| before <= at);
            }
            is_ordered
        })?;
        match is_ordered {
            true => Ok(Source::Files(inputs, found)),
            false => spooled(inputs),
        }
    }

    /// Returns how many captures there are.
    pub fn captures(&self) -> u64 {
        match self {
            Source::Files(_, found) => *found,
            Source::Spooled(spool, _) => spool.len() as u64,
            Source::Saved(saved) => saved.len() as u64,
        }
    }

    /// Hands over what there is, those of one page in order of time.
    pub fn read(
        self,
        take: &mut dyn FnMut(Item) -> Result<(), ImportFailure>,
    ) -> Result<(), ImportFailure> {
        thread::scope(|scope| {
            let (sender, items) = sync_channel(AHEAD);
            // Everything that the thread borrows outlives the scope.
            let reading = scope.spawn(move || self.send(&sender));
            for item in items {
                take(item)?;
            }
            match reading.join() {
                Ok(read) => read,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Sends until all is sent, or nobody takes it any more.
    fn send(self, sender: &SyncSender<Item>) -> Result<(), ImportFailure> {
        let mut send = |item| sender.send(item).is_ok();
        match self {
            Source::Files(inputs, _) => each(inputs, &mut send),
            Source::Spooled(spool, damaged) => {
                let told = damaged.into_iter().all(|damage| send(Item::Damaged(damage)));
                if told {
                    let mut take = |it| send(found(it));
                    spool.drain(&mut take).map_err(ImportFailure::Spool)?;
                }
                Ok(())
            }
            Source::Saved(saved) => {
                let _ = saved.into_iter().all(|it| send(found(Found::One(it))));
                Ok(())
            }
        }
    }
}

fn any_looks_far_back(inputs: &[Input]) -> Result<bool, ImportFailure> {
    for input in inputs {
        let failure = |source| ImportFailure::Read { path: path(input), source };
        let mut start = Vec::new();
        let mut head = open(input)?.take(FRAME_HEADER_BYTES_MAX as u64);
        head.read_to_end(&mut start).map_err(failure)?;
        if looks_far_back(&start) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn spooled(inputs: &[Input]) -> Result<Source<'static>, ImportFailure> {
    let mut spool = Spool::new().map_err(ImportFailure::Spool)?;
    let (mut damaged, mut failure) = (Vec::new(), None);
    each(inputs, &mut |item| {
        match item {
            Item::Found(found) => failure = spool.put(&found).err(),
            Item::Damaged(damage) => damaged.push(damage),
        }
        failure.is_none()
    })?;
    match failure {
        Some(failure) => Err(ImportFailure::Spool(failure)),
        None => Ok(Source::Spooled(spool, damaged)),
    }
}

/// Hands over the captures of web archives as they stand, until `take` says that it is enough.
fn each(inputs: &[Input], take: &mut dyn FnMut(Item) -> bool) -> Result<(), ImportFailure> {
    for input in inputs {
        let failure = |source| ImportFailure::Read { path: path(input), source };
        let mut records = WarcReader::new(open(input)?).map_err(failure)?;
        let mut gathering = Gathering::default();
        for record in iter::from_fn(|| records.next()) {
            let gathered = match record {
                Ok(Record::Response(capture)) => {
                    let record = capture.record_id.clone();
                    gathering.capture(&record, Captured::response(capture))
                }
                Ok(Record::Revisit(revisit)) => {
                    let record = revisit.record_id.clone();
                    gathering.capture(&record, Captured::revisit(revisit))
                }
                Ok(Record::Metadata(metadata)) => gathering.metadata(&metadata),
                Ok(Record::Other { .. }) => continue,
                Err(fault) => {
                    let words = format!("{}: {fault}: {}", path(input).display(), fault.flaw);
                    if !take(Item::Damaged(words)) {
                        return Ok(());
                    }
                    continue;
                }
            };
            if !hand_over(input, gathered, take) {
                return Ok(());
            }
        }
        if !hand_over(input, gathering.finish(), take) {
            return Ok(());
        }
    }
    Ok(())
}

fn hand_over(input: &Input, gathered: Vec<Gathered>, take: &mut dyn FnMut(Item) -> bool) -> bool {
    gathered.into_iter().all(|it| {
        take(match it {
            Ok(it) => found(it),
            Err(failure) => Item::Damaged(format!("{}: {failure}", path(input).display())),
        })
    })
}

fn saved(input: &Input, at: Timestamp, places: &Places) -> Result<Captured, ImportFailure> {
    let failure = |source| ImportFailure::Read { path: path(input), source };
    let url = places.address().ok_or(PlaceFailure::Unnamed)?;
    let body = match input {
        Input::File(path) => fs::read(path).map_err(failure)?,
        Input::Standard => {
            let mut body = Vec::new();
            io::Read::read_to_end(&mut io::stdin().lock(), &mut body).map_err(failure)?;
            body
        }
    };
    Ok(Captured::saved(url.clone(), at, body))
}

fn open(input: &Input) -> Result<Box<dyn BufRead>, ImportFailure> {
    const BUFFER_BYTES: usize = 1 << 20;
    match input {
        Input::File(path) => {
            let failure = |source| ImportFailure::Read { path: path.clone(), source };
            let file = File::open(path).map_err(failure)?;
            Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, file)))
        }
        Input::Standard => Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, io::stdin()))),
    }
}

fn path(input: &Input) -> PathBuf {
    match input {
        Input::File(path) => path.clone(),
        Input::Standard => PathBuf::from("standard input"),
    }
}
