//! Undoes the transfer and content codings of a kept HTTP body, where they are really there: many
//! archives keep a body unpacked beside a head that still calls it packed. Everything is bounded.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use crate::formats::{http::split_line, message::shown};

/// The codings that one body may be wrapped in; real bodies have one.
const LAYERS_MAX: usize = 4;

/// How far a body is looked at to tell text from packed bytes.
const SAMPLE_BYTES: usize = 1024;

/// Why a body could not be unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodingFlaw {
    /// It begins as its coding does, and then breaks.
    #[error("the body is not valid {coding}: {reason}")]
    Broken {
        /// The coding, as the head names it.
        coding: String,
        /// What the decoder said.
        reason: String,
    },
    /// It unpacks to more than the bound.
    #[error("the body unpacks to over {limit} bytes")]
    TooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// Its coding is not one that we read.
    #[error("the body is encoded as `{coding}`, which we do not read")]
    Unknown {
        /// The coding, as the head names it.
        coding: String,
    },
}

/// What is done with a body that ends before its coding does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenCut {
    /// It is a flaw.
    Refuse,
    /// What came is kept: the record says itself that it is cut.
    Keep,
}

/// Returns the body without its chunks; the body itself if it is not in chunks.
///
/// A body is in chunks if it begins with a whole one, or with the size of one that is cut.
///
/// Source: RFC 9112, section 7.1.
pub fn without_chunks(body: &[u8], when_cut: WhenCut) -> Result<Cow<'_, [u8]>, CodingFlaw> {
    let broken = |reason: &str| CodingFlaw::Broken {
        coding: "chunked".to_owned(),
        reason: reason.to_owned(),
    };
    let mut whole = Vec::new();
    let mut rest = body;
    let mut is_first = true;
    loop {
        let Some((size, behind)) = chunk_size(rest) else {
            return match (is_first, when_cut) {
                (true, _) => Ok(Cow::Borrowed(body)),
                (false, WhenCut::Keep) => Ok(Cow::Owned(whole)),
                (false, WhenCut::Refuse) => Err(broken("a chunk has no size")),
            };
        };
        if size == 0 {
            return Ok(Cow::Owned(whole));
        }
        let Some((chunk, end)) = behind.split_at_checked(size) else {
            whole.extend_from_slice(behind);
            return match when_cut {
                WhenCut::Keep => Ok(Cow::Owned(whole)),
                WhenCut::Refuse => Err(broken("the last chunk is cut off")),
            };
        };
        whole.extend_from_slice(chunk);
        rest = match (end.strip_prefix(b"\r\n"), is_first) {
            (Some(next), _) => next,
            // Text whose first line happens to be a number.
            (None, true) if !end.is_empty() => return Ok(Cow::Borrowed(body)),
            (None, _) => end,
        };
        is_first = false;
    }
}

/// Returns the size that a chunk begins with, and what stands behind its line.
fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (line, behind) = split_line(bytes);
    let has_end = bytes.get(line.len()..)?.starts_with(b"\r\n");
    let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
    // Eight digits are 4 GiB, beyond every bound here; longer ones cannot overflow either way.
    if !has_end || digits.is_empty() || 8 < digits.len() {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = if is_hex { usize::from_str_radix(digits, 16).ok()? } else { return None };
    Some((size, behind))
}

/// Returns the body without its content codings, `codings` in the order in which they were put on,
/// in lower case.
///
/// A body that is not in the coding its head names is taken as it is. At most `limit` bytes come
/// out.
///
/// Source: RFC 9110, section 8.4; bodies as kept by several archivers.
pub fn without_codings<'a>(
    body: Cow<'a, [u8]>,
    codings: &[String],
    when_cut: WhenCut,
    limit: usize,
) -> Result<Cow<'a, [u8]>, CodingFlaw> {
    if LAYERS_MAX < codings.len() {
        return Err(CodingFlaw::Unknown { coding: shown(&codings.join(", ")) });
    }
    let mut body = body;
    for coding in codings.iter().rev() {
        if let Some(unpacked) = without_coding(&body, coding, when_cut, limit)? {
            body = Cow::Owned(unpacked);
        }
    }
    Ok(body)
}

/// Returns the body without one coding, `None` if it is not in it.
fn without_coding(
    body: &[u8],
    coding: &str,
    when_cut: WhenCut,
    limit: usize,
) -> Result<Option<Vec<u8>>, CodingFlaw> {
    let (bytes, error) = match coding {
        _ if body.is_empty() => return Ok(None),
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => gunzip(body, limit),
        "zstd" if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => unzstd(body, limit),
        "gzip" | "x-gzip" | "zstd" | "identity" | "none" => return Ok(None),
        // These two have no magic: a body that does not unpack and reads as text is plain.
        "deflate" | "br" => {
            let unpacked =
                if coding == "br" { unbrotli(body, limit) } else { inflate(body, limit) };
            if unpacked.1.is_some() && looks_like_text(body) {
                return Ok(None);
            }
            unpacked
        }
        _ if looks_like_text(body) => return Ok(None),
        _ => return Err(CodingFlaw::Unknown { coding: shown(coding) }),
    };
    if limit < bytes.len() {
        return Err(CodingFlaw::TooLarge { limit });
    }
    match error.map(|error| (error.kind(), error)) {
        None => Ok(Some(bytes)),
        Some((io::ErrorKind::UnexpectedEof, _)) if when_cut == WhenCut::Keep => Ok(Some(bytes)),
        Some((_, error)) => {
            Err(CodingFlaw::Broken { coding: coding.to_owned(), reason: error.to_string() })
        }
    }
}

/// What came out, one byte over the limit at most, and what stopped it.
type Unpacked = (Vec<u8>, Option<io::Error>);

fn drain(reader: impl Read, limit: usize) -> Unpacked {
    let mut bytes = Vec::new();
    let mut bounded = reader.take(limit as u64 + 1);
    let error = bounded.read_to_end(&mut bytes).err();
    (bytes, error)
}

/// Reads all members; what stands behind the last is passed over, as browsers do.
fn gunzip(body: &[u8], limit: usize) -> Unpacked {
    let (mut whole, mut rest) = (Vec::new(), body);
    while rest.starts_with(&[0x1f, 0x8b]) && whole.len() <= limit {
        let mut decoder = GzDecoder::new(rest);
        let (bytes, error) = drain(&mut decoder, limit - whole.len());
        whole.extend_from_slice(&bytes);
        if error.is_some() {
            return (whole, error);
        }
        rest = decoder.into_inner();
    }
    (whole, None)
}

/// Reads both kinds that servers call `deflate`: zlib's, as the standard has it, and the bare one.
fn inflate(body: &[u8], limit: usize) -> Unpacked {
    let zlib = drain(ZlibDecoder::new(body), limit);
    if zlib.1.is_none() {
        return zlib;
    }
    let bare = drain(DeflateDecoder::new(body), limit);
    let is_cut = |error: &Option<io::Error>| {
        error.as_ref().is_some_and(|it| it.kind() == io::ErrorKind::UnexpectedEof)
    };
    if bare.1.is_none() || is_cut(&bare.1) && !is_cut(&zlib.1) { bare } else { zlib }
}

fn unzstd(body: &[u8], limit: usize) -> Unpacked {
    match zstd::stream::read::Decoder::with_buffer(body) {
        Ok(mut decoder) => match decoder.window_log_max(27) {
            Ok(()) => drain(decoder, limit),
            Err(error) => (Vec::new(), Some(error)),
        },
        Err(error) => (Vec::new(), Some(error)),
    }
}

/// Stands behind a body, since the brotli decoder tells no difference between cut and broken: it
/// reads on only if the body is cut.
struct CutOff;

impl Read for CutOff {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the body is cut off"))
    }
}

fn unbrotli(body: &[u8], limit: usize) -> Unpacked {
    let decoder = brotli_decompressor::Decompressor::new(body.chain(CutOff), 4096);
    let (bytes, error) = drain(decoder, limit);
    if bytes.is_empty() && error.is_none() && 2 < body.len() {
        let reason = io::Error::new(io::ErrorKind::InvalidData, "an empty stream with a rest");
        return (bytes, Some(reason));
    }
    (bytes, error)
}

/// Returns whether the body's beginning has no control characters but those of text; packed bytes
/// have one in ten.
fn looks_like_text(body: &[u8]) -> bool {
    let is_utf16 = body.starts_with(&[0xff, 0xfe]) || body.starts_with(&[0xfe, 0xff]);
    let is_control =
        |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    is_utf16 || !body[..body.len().min(SAMPLE_BYTES)].iter().any(is_control)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    const PAGE: &[u8] = b"<!DOCTYPE html><p>We will never sell your data. We will never sell it.";

    /// `PAGE` as brotli packs it (quality 5), since no encoder is among our crates.
    const PAGE_BROTLI: &[u8] = &[
        0x1b, 0x45, 0x00, 0x00, 0x04, 0x6a, 0x72, 0xa4, 0x07, 0xf4, 0x40, 0xed, 0x45, 0x03, 0x7a,
        0xc8, 0xda, 0x0a, 0x36, 0xe0, 0xc0, 0x21, 0x1c, 0xe8, 0x05, 0x07, 0x1e, 0x6c, 0x70, 0xc8,
        0xed, 0x22, 0xc1, 0xb3, 0xa4, 0x65, 0x04, 0xb4, 0x6b, 0xdd, 0x41, 0x42, 0xf4, 0x33, 0x17,
        0xb0, 0xe7, 0xf2, 0xf2, 0x44, 0x22, 0xf3, 0x02,
    ];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(body: &[u8], codings: &[&str], when_cut: WhenCut) -> Result<Vec<u8>, CodingFlaw> {
        let codings: Vec<String> = codings.iter().map(|&it| it.to_owned()).collect();
        without_codings(Cow::Borrowed(body), &codings, when_cut, 10_000).map(Cow::into_owned)
    }

    #[test]
    fn every_coding_is_undone() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(PAGE).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
        bare.write_all(PAGE).unwrap();
        let zstd = zstd::bulk::compress(PAGE, 3).unwrap();
        for (body, codings) in [
            (gzip(PAGE), &["gzip"][..]),
            (gzip(PAGE), &["x-gzip"]),
            (gzip(&gzip(PAGE)), &["gzip", "gzip"]),
            (zlib.finish().unwrap(), &["deflate"]),
            (bare.finish().unwrap(), &["deflate"]),
            (gzip(&zstd), &["zstd", "gzip"]),
            (zstd, &["zstd"]),
            (PAGE_BROTLI.to_vec(), &["br"]),
            (PAGE.to_vec(), &["identity"]),
            (PAGE.to_vec(), &[]),
        ] {
            assert_eq!(decoded(&body, codings, WhenCut::Refuse).unwrap(), PAGE, "{codings:?}");
        }
    }

    #[test]
    fn a_body_that_is_already_unpacked_is_taken_as_it_is() {
        for coding in ["gzip", "br", "deflate", "zstd", "utf-8"] {
            assert_eq!(decoded(PAGE, &[coding], WhenCut::Refuse).unwrap(), PAGE, "{coding}");
            assert_eq!(decoded(b"", &[coding], WhenCut::Refuse).unwrap(), b"", "{coding}");
        }
        let flaw = decoded(&[0, 1, 2, 3], &["aes\u{1b}"], WhenCut::Refuse).unwrap_err();
        assert_eq!(flaw, CodingFlaw::Unknown { coding: "aes\u{fffd}".to_owned() });
        assert!(decoded(PAGE, &["gzip"; 5], WhenCut::Refuse).is_err());
    }

    #[test]
    fn members_are_joined_and_a_tail_is_passed_over() {
        let (first, second) = PAGE.split_at(20);
        let body = [gzip(first), gzip(second), b"tail".to_vec()].concat();
        assert_eq!(decoded(&body, &["gzip"], WhenCut::Refuse).unwrap(), PAGE);
    }

    #[test]
    fn a_cut_body_is_refused_unless_the_record_says_that_it_is_cut() {
        let noise: Vec<u8> = (0..3_000_u32).map(|n| (n * n % 251) as u8).collect();
        let packed = gzip(&noise);
        for (body, coding) in
            [(&packed[..packed.len() / 2], "gzip"), (&PAGE_BROTLI[..PAGE_BROTLI.len() - 4], "br")]
        {
            assert!(decoded(body, &[coding], WhenCut::Refuse).is_err(), "{coding}");
            let kept = decoded(body, &[coding], WhenCut::Keep).unwrap();
            assert!(noise.starts_with(&kept) || PAGE.starts_with(&kept), "{coding}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_bound() {
        let zeros = vec![0; 1_000_000];
        for (body, coding) in
            [(gzip(&zeros), "gzip"), (zstd::bulk::compress(&zeros, 3).unwrap(), "zstd")]
        {
            let flaw = decoded(&body, &[coding], WhenCut::Keep).unwrap_err();
            assert_eq!(flaw, CodingFlaw::TooLarge { limit: 10_000 });
        }
    }

    #[test]
    fn chunks_are_joined() {
        let body = b"5;a=b\r\nhello\r\n1\r\n \r\n05\r\nworld\r\n0\r\nTrailer: x\r\n\r\n";
        assert_eq!(&*without_chunks(body, WhenCut::Refuse).unwrap(), b"hello world");
        assert_eq!(&*without_chunks(b"0\r\n\r\n", WhenCut::Refuse).unwrap(), b"");
    }

    #[test]
    fn a_body_that_is_not_in_chunks_is_taken_as_it_is() {
        for body in
            [PAGE, b"", b"add\nmore", b"5\r\nhello world", b"fffffffff\r\nx", b"+5\r\nhello"]
        {
            assert_eq!(&*without_chunks(body, WhenCut::Refuse).unwrap(), body);
        }
    }

    #[test]
    fn cut_chunks_are_refused_unless_the_record_says_that_they_are_cut() {
        for body in [&b"5\r\nhello\r\n5\r\nwor"[..], b"5\r\nhello\r\n", b"5\r\nhello\r\nxyz\r\n"] {
            assert!(without_chunks(body, WhenCut::Refuse).is_err());
            let kept = without_chunks(body, WhenCut::Keep).unwrap();
            assert!(b"hellowor".starts_with(&kept) && kept.starts_with(b"hello"));
        }
    }
}
