//! Lines put in order, however many: those that memory does not hold go through temporary files.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write},
};

/// How many bytes of lines are held before they are written down.
const HELD_BYTES_MAX: usize = 16 << 20;

/// Lines to be put in order.
#[derive(Default)]
pub struct Sorted {
    held: Vec<String>,
    held_bytes: usize,
    runs: Vec<File>,
}

impl Sorted {
    /// Takes a line without its end.
    pub fn put(&mut self, line: String) -> io::Result<()> {
        self.held_bytes += line.len();
        self.held.push(line);
        if self.held_bytes < HELD_BYTES_MAX {
            return Ok(());
        }
        self.held.sort();
        let mut run = BufWriter::new(tempfile::tempfile()?);
        for line in self.held.drain(..) {
            run.write_all(line.as_bytes())?;
            run.write_all(b"\n")?;
        }
        self.held_bytes = 0;
        let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        run.seek(SeekFrom::Start(0))?;
        self.runs.push(run);
        Ok(())
    }

    /// Hands over all lines in order.
    pub fn drain(mut self, take: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        self.held.sort();
        let mut runs: Vec<Box<dyn Iterator<Item = io::Result<String>>>> =
            vec![Box::new(self.held.into_iter().map(Ok))];
        for run in self.runs {
            runs.push(Box::new(BufReader::new(run).lines()));
        }
        let mut next = BinaryHeap::new();
        for (at, run) in runs.iter_mut().enumerate() {
            if let Some(line) = run.next() {
                next.push(Reverse((line?, at)));
            }
        }
        while let Some(Reverse((line, at))) = next.pop() {
            take(&line)?;
            if let Some(line) = runs[at].next() {
                next.push(Reverse((line?, at)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_order_whatever_memory_holds() {
        let mut sorted = Sorted::default();
        let long = "x".repeat(HELD_BYTES_MAX / 3);
        let lines: Vec<String> = [5, 2, 8, 1, 9, 3, 7].map(|it| format!("{it}{long}")).into();
        lines.iter().for_each(|line| sorted.put(line.clone()).unwrap());
        assert!(!sorted.runs.is_empty());
        let mut found = String::new();
        let mut take = |line: &str| {
            found.push_str(&line[..1]);
            Ok(())
        };
        sorted.drain(&mut take).unwrap();
        assert_eq!(found, "1235789");
    }
}
