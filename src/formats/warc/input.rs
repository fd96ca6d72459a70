//! The bytes of a WARC file, unpacked and in a window that can be looked ahead in. Knows of gzip
//! and zstd, and nothing of records.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

use flate2::bufread::GzDecoder;
use zstd::stream::read::Decoder as ZstdDecoder;

use crate::formats::warc::source::Source;

/// How much is unpacked at a time.
const PIECE_BYTES: usize = 64 << 10;

/// The window that zstd streams may need, as a power of two: 128 MiB, as `zstd --long=27` writes.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// How far the next gzip member is searched for behind a damaged one.
const MEMBER_SEARCH_MAX: u64 = 256 << 20;

/// How many ends of gzip members are remembered; those near the end of a record matter.
const MEMBER_ENDS_MAX: usize = 64;

/// The first bytes of a gzip member: magic, and deflate as the method.
const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 0x08];

/// The most of a zstd frame's header that tells how far it looks back: magic, descriptor, window,
/// dictionary, content size. Source: RFC 8878, section 3.1.1.1.
pub const FRAME_HEADER_BYTES_MAX: usize = 4 + 1 + 1 + 4 + 8;

/// How far back a frame may look before it counts as far: 8 MiB, which every reader of zstd is asked
/// to hold. Source: RFC 8878, section 3.1.1.1.2.
const NEAR_BYTES: u64 = 8 << 20;

/// Returns whether a file that begins like this is a zstd frame that looks far back, so that much of
/// it is in memory for as long as it is read.
pub fn looks_far_back(start: &[u8]) -> bool {
    let [0x28, 0xb5, 0x2f, 0xfd, descriptor, window, ..] = *start else { return false };
    if descriptor & 0x20 != 0 {
        // A frame of a single segment looks back over all of its content.
        let content = zstd::zstd_safe::get_frame_content_size(start).ok().flatten();
        return content.is_some_and(|content| NEAR_BYTES < content);
    }
    let base = 1_u64 << (10 + (window >> 3));
    NEAR_BYTES < base + base / 8 * u64::from(window & 7)
}

/// Why no more bytes came.
#[derive(Debug)]
pub enum InputFlaw {
    /// The input failed; it is not asked again.
    Failed(io::Error),
    /// The compressed data is damaged; what can be read behind the damage comes next.
    Damaged(String),
}

/// The unpacked bytes, in a window.
pub struct Input<'a> {
    packing: Packing<'a>,
    window: Vec<u8>,
    at: usize,
    offset: u64,
    unpacked: u64,
    member_ends: VecDeque<u64>,
}

/// How the bytes are packed, told by the first of them.
enum Packing<'a> {
    Plain(Source<'a>),
    Gzip(Box<GzDecoder<Source<'a>>>),
    Zstd(ZstdDecoder<'static, Source<'a>>),
    Ended,
}

/// What was passed on the way to some bytes.
#[derive(Default)]
struct MemberEnds {
    ended_well: bool,
}

impl<'a> Input<'a> {
    /// Returns the unpacked bytes of `reader`; fails if its first bytes cannot be read.
    pub fn new(reader: Box<dyn BufRead + 'a>) -> io::Result<Input<'a>> {
        let mut source = Source::new(reader);
        let start = source.peek(4)?;
        // A zstd stream may begin with a skippable frame, whose first byte is 0x50 to 0x5f.
        let is_zstd = start == [0x28, 0xb5, 0x2f, 0xfd]
            || matches!(start.as_slice(), [0x50..=0x5f, 0x2a, 0x4d, 0x18]);
        let packing = if start.starts_with(&GZIP_MAGIC[..2]) {
            Packing::at_member(source)
        } else if is_zstd {
            let mut decoder = ZstdDecoder::with_buffer(source)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
            Packing::Zstd(decoder)
        } else {
            Packing::Plain(source)
        };
        Ok(Input {
            packing,
            window: Vec::new(),
            at: 0,
            offset: 0,
            unpacked: 0,
            member_ends: VecDeque::new(),
        })
    }

    /// Returns how many unpacked bytes stand before the next.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns how many bytes were unpacked so far.
    pub fn unpacked(&self) -> u64 {
        self.unpacked
    }

    /// Returns whether a gzip member ended well, checksum included, behind the bytes before `first`
    /// and no later than `last`.
    pub fn member_ended(&self, first: u64, last: u64) -> bool {
        self.member_ends.iter().any(|end| (first..=last).contains(end))
    }

    /// Returns the next bytes, at least `count` unless the input ends before.
    pub fn ensure(&mut self, count: usize) -> Result<&[u8], InputFlaw> {
        while self.window.len() - self.at < count {
            self.window.drain(..self.at);
            self.at = 0;
            let filled = self.window.len();
            self.window.resize(filled + PIECE_BYTES, 0);
            let mut ends = MemberEnds::default();
            let read = self.packing.read(&mut self.window[filled..], &mut ends);
            if ends.ended_well {
                self.member_ends.truncate(MEMBER_ENDS_MAX - 1);
                self.member_ends.push_front(self.unpacked);
            }
            let came = *read.as_ref().unwrap_or(&0);
            self.window.truncate(filled + came);
            self.unpacked += came as u64;
            if read? == 0 {
                break;
            }
        }
        Ok(&self.window[self.at..])
    }

    /// Returns what was unpacked already of the next bytes.
    pub fn at_hand(&self) -> &[u8] {
        &self.window[self.at..]
    }

    /// Goes `count` bytes on, at most over what is at hand.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.window.len() - self.at);
        self.at += count;
        self.offset += count as u64;
    }
}

impl<'a> Packing<'a> {
    fn at_member(mut source: Source<'a>) -> Packing<'a> {
        source.lay_trail();
        Packing::Gzip(Box::new(GzDecoder::new(source)))
    }

    /// Unpacks some bytes into `out`, which is not empty; none at the end. Notes in `ends` whether
    /// a gzip member ended before them.
    fn read(&mut self, out: &mut [u8], ends: &mut MemberEnds) -> Result<usize, InputFlaw> {
        loop {
            let (read, has_failed) = match self {
                Packing::Plain(source) => (source.read(out), true),
                Packing::Gzip(decoder) => (decoder.read(out), decoder.get_ref().has_failed()),
                Packing::Zstd(decoder) => (decoder.read(out), decoder.get_ref().has_failed()),
                Packing::Ended => return Ok(0),
            };
            match read {
                Ok(0) => {
                    ends.ended_well |= matches!(self, Packing::Gzip(_));
                    self.next_member()?;
                }
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) if has_failed => {
                    *self = Packing::Ended;
                    return Err(InputFlaw::Failed(error));
                }
                Err(error) => {
                    self.search_member()?;
                    return Err(InputFlaw::Damaged(error.to_string()));
                }
            }
        }
    }

    /// Goes on to the gzip member behind the one that ended well, or to the end.
    fn next_member(&mut self) -> Result<(), InputFlaw> {
        let Packing::Gzip(decoder) = std::mem::replace(self, Packing::Ended) else {
            return Ok(());
        };
        let mut source = decoder.into_inner();
        // Tapes and some uploads pad with zeros.
        let start = source.skip_zeros().and_then(|()| source.peek(GZIP_MAGIC.len()));
        let start = start.map_err(InputFlaw::Failed)?;
        if start.is_empty() {
            return Ok(());
        }
        *self = Packing::at_member(source);
        if start == GZIP_MAGIC {
            return Ok(());
        }
        self.search_member()?;
        Err(InputFlaw::Damaged("something else stands between gzip members".to_owned()))
    }

    /// Goes on to the next gzip member behind the start of a damaged one, or to the end.
    fn search_member(&mut self) -> Result<(), InputFlaw> {
        let Packing::Gzip(decoder) = std::mem::replace(self, Packing::Ended) else {
            return Ok(());
        };
        let mut source = decoder.into_inner();
        // A damaged member may have led the decoder into the next.
        source.go_back();
        // The three high flags of a member are reserved, and zero.
        let is_member = |start: &[u8; 4]| start.starts_with(&GZIP_MAGIC) && start[3] & 0xe0 == 0;
        if source.find(is_member, MEMBER_SEARCH_MAX).map_err(InputFlaw::Failed)? {
            *self = Packing::at_member(source);
        }
        Ok(())
    }
}
