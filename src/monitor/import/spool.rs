//! Captures put in order of time: written to a temporary file as they come, read back sorted.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
};

use crate::{model::time::Timestamp, monitor::import::whole::Found};

/// Where a capture stands in the file.
struct Entry {
    at: Timestamp,
    offset: u64,
    form_bytes: usize,
    body_bytes: Vec<usize>,
}

/// The captures of an import, in a file that is gone when the program ends.
pub struct Spool {
    file: BufWriter<File>,
    entries: Vec<Entry>,
    bytes: u64,
}

impl Spool {
    /// Makes an empty one.
    pub fn new() -> io::Result<Spool> {
        let file = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        Ok(Spool { file, entries: Vec::new(), bytes: 0 })
    }

    /// Writes what was found down.
    pub fn put(&mut self, found: &Found) -> io::Result<()> {
        let form = serde_json::to_vec(found)?;
        self.file.write_all(&form)?;
        let bodies = found.bodies();
        let body_bytes: Vec<usize> = bodies.iter().map(|body| body.len()).collect();
        for body in bodies {
            self.file.write_all(body)?;
        }
        let (offset, form_bytes) = (self.bytes, form.len());
        self.bytes += (form_bytes + body_bytes.iter().sum::<usize>()) as u64;
        self.entries.push(Entry { at: found.at(), offset, form_bytes, body_bytes });
        Ok(())
    }

    /// Returns how many captures were written.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Hands over the captures in order of time, those of one instant in the order in which they
    /// came, until `take` says that it is enough.
    pub fn drain(self, take: &mut dyn FnMut(Found) -> bool) -> io::Result<()> {
        let Spool { file, mut entries, .. } = self;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        entries.sort_by_key(|entry| entry.at);
        for entry in entries {
            file.seek(SeekFrom::Start(entry.offset))?;
            let mut form = vec![0; entry.form_bytes];
            file.read_exact(&mut form)?;
            let mut found: Found = serde_json::from_slice(&form)?;
            for (body, bytes) in found.bodies_mut().into_iter().zip(entry.body_bytes) {
                body.resize(bytes, 0);
                file.read_exact(body)?;
            }
            if !take(found) {
                break;
            }
        }
        Ok(())
    }
}
