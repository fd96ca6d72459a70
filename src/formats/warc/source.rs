//! The packed bytes of a WARC file, some of which can be had again. Knows nothing of packings.

use std::io::{self, BufRead, Read};

/// How many bytes of a trail are kept.
const TRAIL_BYTES_MAX: usize = 1 << 20;

/// How many bytes are asked of the reader at a time. Always whole pieces, since how far a decoder
/// gets into damaged data depends on them: the same file is to give the same records and faults,
/// in whatever steps it comes.
const PIECE_BYTES: usize = 32 << 10;

/// The packed bytes.
///
/// Remembers whether the reader failed, which decoders do not tell apart from damage, and what was
/// taken since the trail was laid, so that a decoder that ran too far can be brought back.
pub struct Source<'a> {
    reader: Box<dyn BufRead + 'a>,
    /// Why the reader failed, to be told once what it gave before is taken.
    failure: Option<io::Error>,
    has_failed: bool,
    /// Bytes to be given next, from `front_at`.
    front: Vec<u8>,
    front_at: usize,
    /// What was taken since the trail was laid; `None` if that is too much, or no trail is laid.
    trail: Option<Vec<u8>>,
    /// How many bytes the reader gave.
    came: u64,
    /// How many bytes were given again.
    came_again: u64,
}

impl<'a> Source<'a> {
    /// Returns the bytes that `reader` gives.
    pub fn new(reader: Box<dyn BufRead + 'a>) -> Source<'a> {
        Source {
            reader,
            failure: None,
            has_failed: false,
            front: Vec::new(),
            front_at: 0,
            trail: None,
            came: 0,
            came_again: 0,
        }
    }

    /// Returns whether the reader failed.
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Returns the next `count` bytes, fewer at the end, without taking them.
    pub fn peek(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let trail = self.trail.take();
        let mut bytes = Vec::with_capacity(count);
        while bytes.len() < count
            && let Some(byte) = self.next_byte()?
        {
            bytes.push(byte);
        }
        self.give_again(&bytes);
        self.trail = trail;
        Ok(bytes)
    }

    /// Lays a trail from here on, in the place of the one before.
    pub fn lay_trail(&mut self) {
        let mut trail = self.trail.take().unwrap_or_default();
        trail.clear();
        self.trail = Some(trail);
    }

    /// Goes back to the second byte of the trail, and ends it.
    ///
    /// Stays here if the trail was too long, or if what was given again outweighs four times what
    /// came: a hostile file is read in linear time.
    pub fn go_back(&mut self) {
        let Some(trail) = self.trail.take() else { return };
        self.came_again += trail.len() as u64;
        if self.came_again <= self.came.saturating_mul(4) {
            self.give_again(trail.get(1..).unwrap_or_default());
        }
    }

    /// Goes past zeros.
    pub fn skip_zeros(&mut self) -> io::Result<()> {
        while let Some(byte) = self.next_byte()? {
            if byte != 0 {
                self.give_again(&[byte]);
                break;
            }
        }
        Ok(())
    }

    /// Goes on to where the next `N` bytes are as `is_sought` says, within `limit` bytes; returns
    /// whether there is such a place.
    pub fn find<const N: usize>(
        &mut self,
        is_sought: fn(&[u8; N]) -> bool,
        limit: u64,
    ) -> io::Result<bool> {
        let mut seen = [0; N];
        for taken in 1..=limit {
            let Some(byte) = self.next_byte()? else { return Ok(false) };
            seen.rotate_left(1);
            seen[N - 1] = byte;
            if N as u64 <= taken && is_sought(&seen) {
                self.give_again(&seen);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn give_again(&mut self, bytes: &[u8]) {
        if bytes.len() <= self.front_at {
            // Most often these are the bytes that were just taken from the front.
            self.front_at -= bytes.len();
            self.front[self.front_at..][..bytes.len()].copy_from_slice(bytes);
        } else {
            self.front.splice(..self.front_at, bytes.iter().copied());
            self.front_at = 0;
        }
    }

    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.fill_buf()?.first().copied();
        self.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(out.len());
        out[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.front_at < self.front.len() {
            return Ok(&self.front[self.front_at..]);
        }
        if let Some(failure) = self.failure.take() {
            self.has_failed = true;
            return Err(failure);
        }
        self.front.clear();
        self.front_at = 0;
        let mut piece = (&mut self.reader).take(PIECE_BYTES as u64);
        // This asks again by itself where it is interrupted.
        let read = piece.read_to_end(&mut self.front);
        self.came += self.front.len() as u64;
        if let Err(failure) = read {
            self.failure = Some(failure);
            return if self.front.is_empty() { self.fill_buf() } else { Ok(&self.front) };
        }
        Ok(&self.front)
    }

    fn consume(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        if let Some(mut trail) = self.trail.take() {
            // A buffer that is not yet consumed is given again without reading.
            let bytes = self.fill_buf().unwrap_or_default();
            let taken = &bytes[..count.min(bytes.len())];
            if trail.len() + taken.len() <= TRAIL_BYTES_MAX {
                trail.extend_from_slice(taken);
                self.trail = Some(trail);
            }
        }
        self.front_at = self.front.len().min(self.front_at + count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(source: &mut Source) -> Vec<u8> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn bytes_that_were_looked_at_come_again() {
        let mut source = Source::new(Box::new(&b"\0\0abcdef"[..]));
        assert_eq!(source.peek(3).unwrap(), b"\0\0a");
        source.skip_zeros().unwrap();
        source.lay_trail();
        assert_eq!(source.peek(2).unwrap(), b"ab");
        let mut taken = [0; 4];
        source.read_exact(&mut taken).unwrap();
        source.go_back();
        assert_eq!(source.peek(9).unwrap(), b"bcdef");
        assert!(source.find(|it| it == b"de", 9).unwrap());
        assert_eq!(rest(&mut source), b"def");
        assert!(!source.find(|it| it == b"de", 9).unwrap());
    }

    #[test]
    fn a_trail_that_is_too_long_is_given_up() {
        let bytes = vec![b'x'; TRAIL_BYTES_MAX + 2];
        let mut source = Source::new(Box::new(bytes.as_slice()));
        source.lay_trail();
        let mut taken = vec![0; TRAIL_BYTES_MAX + 1];
        source.read_exact(&mut taken).unwrap();
        source.go_back();
        assert_eq!(rest(&mut source), b"x");
    }
}
