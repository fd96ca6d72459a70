//! Where the records of a WARC file begin and end, and how to find the next behind a damaged one.
//! What a record means is not known here.

use crate::formats::{
    http::split_line,
    warc::{
        fields::Fields,
        flaw::Flaw,
        input::{Input, InputFlaw},
    },
};

/// The most bytes of a record's block; larger ones are passed over.
pub const BLOCK_BYTES_MAX: usize = 64 << 20;

/// The most bytes of a record's head; targets with data in them are long.
const HEAD_BYTES_MAX: usize = 1 << 20;

/// How far the next record is searched for. Large enough to pass a damaged record of any size
/// that is read, small enough that a bomb of zeros ends.
const SEARCH_BYTES_MAX: u64 = 256 << 20;

/// How many line ends behind a block are looked past for the next record; the standard has two.
const LINE_ENDS_MAX: usize = 4096;

/// What every record begins with.
const START: &[u8] = b"WARC/1.";

/// The bytes of a record's first line, `WARC/1.1` with its end.
const FIRST_LINE_BYTES: usize = START.len() + 3;

/// One record, or what is wrong with it.
pub struct Frame {
    /// Its number in the file, from 1, damaged ones counted.
    pub number: u64,
    /// How many unpacked bytes stand before it.
    pub offset: u64,
    /// Head and block.
    pub content: Result<Content, Flaw>,
}

/// Head and block of a record.
pub struct Content {
    /// The head.
    pub fields: Fields,
    /// The block, whole.
    pub block: Vec<u8>,
    /// What speaks against the block's being whole: damage right behind it, or no record where
    /// the next should begin. A digest can settle it; the end of a gzip member there did.
    pub doubt: Option<Flaw>,
}

/// The records of a WARC file, one at a time.
pub struct Frames<'a> {
    input: Input<'a>,
    /// Records so far.
    number: u64,
    /// The length of the block before, still ahead in the input until it is known to be good.
    held: usize,
    /// What was found behind the block before, and is yet to be told.
    pending: Option<Flaw>,
    /// Whether the next record is to be searched.
    is_lost: bool,
    is_over: bool,
    /// How many bytes were looked at again.
    looked_again: u64,
}

/// What follows a block.
enum Follower {
    /// The end of the file, or a record.
    Fits,
    /// Something else, behind a gap of line ends.
    Misfits {
        /// Their number.
        gap: usize,
    },
}

impl<'a> Frames<'a> {
    /// Returns the records in `input`.
    pub fn new(input: Input<'a>) -> Frames<'a> {
        Frames {
            input,
            number: 0,
            held: 0,
            pending: None,
            is_lost: false,
            is_over: false,
            looked_again: 0,
        }
    }

    /// Returns the next record, taking the one before as good unless it was rejected.
    pub fn next(&mut self) -> Option<Frame> {
        self.input.consume(std::mem::take(&mut self.held));
        if self.is_over {
            return None;
        }
        let started = match self.pending.take() {
            Some(flaw) => Err(flaw),
            None => self.seek(),
        };
        let offset = self.input.offset();
        let content = match started {
            Ok(false) => {
                self.is_over = true;
                return None;
            }
            Ok(true) => self.read(),
            Err(flaw) => Err(flaw),
        };
        if let Err(flaw) = &content {
            self.recover(flaw);
        }
        self.number += 1;
        Some(Frame { number: self.number, offset, content })
    }

    /// Takes the record before as damaged: the next is searched from the start of its block, so
    /// that a length that is too long hides none.
    ///
    /// All bytes together are looked at again four times at most, so that a hostile file of
    /// wrong lengths inside one another is read in linear time.
    pub fn reject(&mut self) {
        self.is_lost = true;
        match self.pending.take() {
            Some(flaw) => {
                self.input.consume(std::mem::take(&mut self.held));
                self.recover(&flaw);
            }
            None => self.look_again(self.held),
        }
        self.held = 0;
    }

    fn look_again(&mut self, count: usize) {
        self.looked_again += count as u64;
        if self.input.unpacked().saturating_mul(4) < self.looked_again {
            self.input.consume(count);
        }
    }

    /// Prepares for going on behind a flaw.
    fn recover(&mut self, flaw: &Flaw) {
        match flaw {
            Flaw::Input(_) | Flaw::Lost { .. } => self.is_over = true,
            Flaw::Damaged { .. } => {
                // What stands before the damage is part of the damaged record.
                self.input.consume(usize::MAX);
                self.is_lost = true;
            }
            Flaw::TooLarge { .. } => (),
            Flaw::CutOff { .. } => {
                self.is_lost = true;
                self.look_again(self.input.at_hand().len());
            }
            Flaw::NotARecord
            | Flaw::HeadTooLarge { .. }
            | Flaw::CutOffHead
            | Flaw::NoField { .. }
            | Flaw::BadField { .. }
            | Flaw::WrongLength { .. }
            | Flaw::Segmented
            | Flaw::Http(_)
            | Flaw::Coding(_)
            | Flaw::DigestDiffers { .. } => self.is_lost = true,
        }
    }

    /// Goes to the start of the next record; returns whether there is one.
    fn seek(&mut self) -> Result<bool, Flaw> {
        if self.is_lost {
            return self.search();
        }
        let mut left = SEARCH_BYTES_MAX;
        while 0 < left {
            let seen = self.input.ensure(1).map_err(flaw)?;
            let line_ends = seen.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if line_ends < seen.len() {
                self.input.consume(line_ends);
                return Ok(true);
            }
            if line_ends == 0 {
                return Ok(false);
            }
            self.input.consume(line_ends);
            left = left.saturating_sub(line_ends as u64);
        }
        Err(Flaw::Lost { bytes: SEARCH_BYTES_MAX })
    }

    /// Goes to where a record may begin next; returns whether there is such a place.
    fn search(&mut self) -> Result<bool, Flaw> {
        let mut left = SEARCH_BYTES_MAX;
        let mut is_line_start = true;
        while 0 < left {
            let seen = match self.input.ensure(FIRST_LINE_BYTES) {
                Ok(seen) => seen,
                // The damage was told already, or belongs to what is passed over.
                Err(InputFlaw::Damaged(_)) => {
                    self.input.consume(usize::MAX);
                    is_line_start = true;
                    continue;
                }
                Err(InputFlaw::Failed(error)) => return Err(Flaw::Input(error)),
            };
            if seen.is_empty() {
                return Ok(false);
            }
            let start = find_start(seen, is_line_start);
            // What may be the first bytes of a line that is not seen whole stays.
            let passed = seen.len().saturating_sub(FIRST_LINE_BYTES - 1);
            let passed = if passed == 0 { seen.len() } else { passed };
            let count = start.unwrap_or(passed);
            is_line_start = if count == 0 { is_line_start } else { seen[count - 1] == b'\n' };
            self.input.consume(count);
            if start.is_some() {
                self.is_lost = false;
                return Ok(true);
            }
            left = left.saturating_sub(count as u64);
        }
        Err(Flaw::Lost { bytes: SEARCH_BYTES_MAX })
    }

    fn read(&mut self) -> Result<Content, Flaw> {
        let fields = self.read_head()?;
        let length = fields.need_length()?;
        let count = usize::try_from(length).unwrap_or(usize::MAX);
        let ahead = self.input.ensure(count.min(BLOCK_BYTES_MAX)).map_err(flaw)?;
        if ahead.len() < count.min(BLOCK_BYTES_MAX) {
            return Err(Flaw::CutOff { length, found: ahead.len() as u64 });
        }
        if BLOCK_BYTES_MAX < count {
            self.pass_over(length)?;
            return Err(Flaw::TooLarge { length, limit: BLOCK_BYTES_MAX });
        }
        let block = ahead[..count].to_vec();
        self.held = count;
        let block_end = self.input.offset() + count as u64;
        let doubt = match self.follow(count) {
            Ok(Follower::Fits) => None,
            Ok(Follower::Misfits { gap }) => {
                let is_certified = self.input.member_ended(block_end, block_end + gap as u64);
                (!is_certified).then_some(Flaw::WrongLength { length })
            }
            Err(InputFlaw::Failed(error)) => {
                self.pending = Some(Flaw::Input(error));
                None
            }
            Err(InputFlaw::Damaged(reason)) => {
                self.pending = Some(Flaw::Damaged { reason: reason.clone() });
                let is_certified = self.input.member_ended(block_end, u64::MAX);
                (!is_certified).then_some(Flaw::Damaged { reason })
            }
        };
        Ok(Content { fields, block, doubt })
    }

    fn read_head(&mut self) -> Result<Fields, Flaw> {
        if !self.input.ensure(START.len()).map_err(flaw)?.starts_with(START) {
            return Err(Flaw::NotARecord);
        }
        let mut left = HEAD_BYTES_MAX;
        let version = self.read_line(&mut left)?;
        if !version[START.len()..].iter().all(u8::is_ascii_digit) {
            return Err(Flaw::NotARecord);
        }
        let mut fields = Fields::default();
        loop {
            let line = self.read_line(&mut left)?;
            if line.is_empty() {
                return Ok(fields);
            }
            fields.read_line(&line);
        }
    }

    /// Returns the next line without its end, and takes its bytes off `left`.
    fn read_line(&mut self, left: &mut usize) -> Result<Vec<u8>, Flaw> {
        let mut looked_at = 0;
        loop {
            let seen = self.input.ensure(looked_at + 1).map_err(flaw)?;
            let line_end = seen[looked_at..].iter().position(|&byte| byte == b'\n');
            let (count, is_whole) = match line_end {
                Some(at) => (looked_at + at + 1, true),
                None => (seen.len(), false),
            };
            if *left < count {
                self.input.consume(count);
                return Err(Flaw::HeadTooLarge { limit: HEAD_BYTES_MAX });
            }
            if is_whole {
                let line = split_line(seen).0.trim_ascii_end().to_vec();
                *left -= count;
                self.input.consume(count);
                return Ok(line);
            }
            if count == looked_at {
                self.input.consume(count);
                return Err(Flaw::CutOffHead);
            }
            looked_at = count;
        }
    }

    /// Returns what follows a block of `count` bytes that is yet ahead.
    fn follow(&mut self, count: usize) -> Result<Follower, InputFlaw> {
        for gap in 0..LINE_ENDS_MAX {
            let end = count + gap;
            match self.input.ensure(end + 1)?.get(end) {
                None => return Ok(Follower::Fits),
                Some(b'\r' | b'\n') => (),
                Some(_) => {
                    let fits = self.input.ensure(end + START.len())?[end..].starts_with(START);
                    return Ok(if fits { Follower::Fits } else { Follower::Misfits { gap } });
                }
            }
        }
        Ok(Follower::Fits)
    }

    /// Goes past a block of `length` bytes without keeping it.
    fn pass_over(&mut self, length: u64) -> Result<(), Flaw> {
        let mut left = length;
        while 0 < left {
            let seen = self.input.ensure(1).map_err(flaw)?;
            if seen.is_empty() {
                return Err(Flaw::CutOff { length, found: length - left });
            }
            let count = usize::try_from(left).map_or(seen.len(), |left| left.min(seen.len()));
            left -= count as u64;
            self.input.consume(count);
        }
        Ok(())
    }
}

/// Returns where a record may begin: with a line that begins as one does, or, behind what damage
/// left of a line, with the whole first line of one.
fn find_start(seen: &[u8], is_line_start: bool) -> Option<usize> {
    let may_begin = |&at: &usize| {
        let Some(rest) = seen[at..].strip_prefix(START) else { return false };
        let is_at_line_start = if at == 0 { is_line_start } else { seen[at - 1] == b'\n' };
        let is_first_line = rest.first().is_some_and(u8::is_ascii_digit)
            && (rest[1..].starts_with(b"\n") || rest[1..].starts_with(b"\r\n"));
        is_at_line_start || is_first_line
    };
    memchr::memchr_iter(START[0], seen).find(may_begin)
}

fn flaw(flaw: InputFlaw) -> Flaw {
    match flaw {
        InputFlaw::Failed(error) => Flaw::Input(error),
        InputFlaw::Damaged(reason) => Flaw::Damaged { reason },
    }
}
