//! Captures put in order of time: written to a temporary file as they come, read back sorted.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
};

use crate::{
    model::time::Timestamp,
    monitor::import::capture::{Came, Captured},
};

/// Where a capture stands in the file.
struct Entry {
    at: Timestamp,
    offset: u64,
    form_bytes: usize,
    body_bytes: usize,
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

    /// Writes a capture down.
    pub fn put(&mut self, captured: &Captured) -> io::Result<()> {
        let form = serde_json::to_vec(captured)?;
        let body: &[u8] = match &captured.came {
            Came::Body(body) => body,
            Came::Cut(..) | Came::Again(_) => &[],
        };
        self.file.write_all(&form)?;
        self.file.write_all(body)?;
        self.entries.push(Entry {
            at: captured.at(),
            offset: self.bytes,
            form_bytes: form.len(),
            body_bytes: body.len(),
        });
        self.bytes += (form.len() + body.len()) as u64;
        Ok(())
    }

    /// Returns how many captures were written.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Hands over the captures in order of time, those of one instant in the order in which they
    /// came, until `take` says that it is enough.
    pub fn drain(self, take: &mut dyn FnMut(Captured) -> bool) -> io::Result<()> {
        let Spool { file, mut entries, .. } = self;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        entries.sort_by_key(|entry| entry.at);
        for entry in entries {
            file.seek(SeekFrom::Start(entry.offset))?;
            let mut form = vec![0; entry.form_bytes];
            file.read_exact(&mut form)?;
            let mut captured: Captured = serde_json::from_slice(&form)?;
            if let Came::Body(body) = &mut captured.came {
                body.resize(entry.body_bytes, 0);
                file.read_exact(body)?;
            }
            if !take(captured) {
                break;
            }
        }
        Ok(())
    }
}
