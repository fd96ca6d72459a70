//! Content codings: the bytes on the wire to the bytes of the body, piece by piece. Knows no
//! bounds of its own: whoever takes the bytes says when it is enough.

use std::io::Write;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status, write::GzDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, TRANSFER_ENCODING};
use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder, Operation};

use crate::model::visit::FetchFailure;

/// What we ask for.
pub const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// Bytes decoded at a time.
const PIECE_BYTES: usize = 32 << 10;

/// Bytes of gzip handed over at a time: deflate yields at most 1032 bytes for one, so a bomb
/// shows itself within a mebibyte.
const GZIP_PIECE_BYTES: usize = 1 << 10;

/// A zstd window of 8 MiB is the most that HTTP allows (RFC 9659).
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 1950, or RFC 1951 without it, as some servers send.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

impl Coding {
    /// Returns the coding that a head names; fails on one that we do not read, and on several
    /// one over the other, which nobody sends in good faith. A transfer coding beside chunks is
    /// one too: we never ask for it (`TE`), and nobody takes it off.
    pub fn of(headers: &HeaderMap) -> Result<Coding, FetchFailure> {
        let transfer = listed(headers, TRANSFER_ENCODING);
        if !matches!(transfer.as_slice(), [] | [_]) || transfer.iter().any(|it| it != "chunked") {
            return Err(undecodable(&transfer));
        }
        let named = listed(headers, CONTENT_ENCODING);
        let undecodable = || Err(undecodable(&named));
        match named.as_slice() {
            [] => Ok(Coding::Identity),
            [one] => match one.as_str() {
                "gzip" | "x-gzip" => Ok(Coding::Gzip),
                "deflate" => Ok(Coding::Deflate),
                "br" => Ok(Coding::Brotli),
                "zstd" => Ok(Coding::Zstd),
                _ => undecodable(),
            },
            _ => undecodable(),
        }
    }

    /// Returns its name in a Content-Encoding field.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }
}

/// Returns the codings that a field lists, in lower case, without those that alter nothing.
fn listed(headers: &HeaderMap, field: HeaderName) -> Vec<String> {
    let values = headers.get_all(field).iter();
    let lists = values.map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
    let list = |list: String| list.split(',').map(|it| it.trim().to_owned()).collect::<Vec<_>>();
    lists.flat_map(list).filter(|it| !it.is_empty() && it != "identity").collect()
}

fn undecodable(named: &[String]) -> FetchFailure {
    FetchFailure::Undecodable { encoding: named.join(", ").chars().take(100).collect() }
}

/// Why decoding stopped.
#[derive(Debug)]
pub enum DecodeFailure {
    /// The bytes are not in this coding.
    Invalid(String),
    /// The bytes end before the coding does.
    CutOff,
    /// The taker has had enough.
    Enough(FetchFailure),
}

/// Who takes the decoded bytes, and may refuse more.
type Taker<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), FetchFailure>;

/// A decoder in the middle of a body.
pub enum Decoder {
    /// Bytes pass as they are.
    Identity,
    /// One gzip member after the other.
    Gzip(Box<Gzip>),
    /// A zlib stream, or a bare deflate stream.
    Deflate(Option<Decompress>, Place),
    /// A brotli stream.
    Brotli(Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>, Place),
    /// One zstd frame after the other.
    Zstd(ZstdDecoder<'static>, Place),
}

/// Where in a stream we are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nothing has come.
    Start,
    /// More has to come.
    Inside,
    /// The stream is complete.
    End,
}

/// A step's yield: bytes read, bytes written, and whether the stream is complete.
type Step = (usize, usize, Place);

impl Decoder {
    /// Returns a decoder at the start of a body.
    pub fn new(coding: Coding) -> Result<Decoder, FetchFailure> {
        let alloc = StandardAlloc::default;
        Ok(match coding {
            Coding::Identity => Decoder::Identity,
            Coding::Gzip => Decoder::Gzip(Box::default()),
            Coding::Deflate => Decoder::Deflate(None, Place::Start),
            Coding::Brotli => {
                Decoder::Brotli(Box::new(BrotliState::new(alloc(), alloc(), alloc())), Place::Start)
            }
            Coding::Zstd => Decoder::Zstd(zstd_decoder().map_err(ours)?, Place::Start),
        })
    }

    /// Decodes the next bytes of the wire and hands what comes of them to `taker`.
    pub fn feed(&mut self, wire: &[u8], taker: Taker) -> Result<(), DecodeFailure> {
        match self {
            Decoder::Identity => taker(wire).map_err(DecodeFailure::Enough),
            Decoder::Gzip(gzip) => gzip.feed(wire, taker),
            Decoder::Deflate(engine, place) => {
                let Some(&first) = wire.first() else { return Ok(()) };
                // RFC 1950: the method in the low half of the first byte is 8, the window's
                // size in the high half at most 7. A bare stream of text never begins so.
                let has_header = first & 0x0f == 8 && first >> 4 <= 7;
                let engine = engine.get_or_insert_with(|| Decompress::new(has_header));
                drain(wire, place, taker, |input, output| inflate(engine, input, output))
            }
            Decoder::Brotli(state, place) => {
                drain(wire, place, taker, |input, output| unbrotli(state, input, output))
            }
            Decoder::Zstd(engine, place) => drain(wire, place, taker, |input, output| {
                let status = engine.run_on_buffers(input, output).map_err(|it| it.to_string())?;
                let place = if status.remaining == 0 { Place::End } else { Place::Inside };
                Ok((status.bytes_read, status.bytes_written, place))
            }),
        }
    }

    /// Ends the body and hands over what was held back; fails if more had to come.
    pub fn finish(self, taker: Taker) -> Result<(), DecodeFailure> {
        match self {
            Decoder::Identity => Ok(()),
            Decoder::Gzip(gzip) => gzip.finish(taker),
            Decoder::Deflate(_, place) | Decoder::Brotli(_, place) | Decoder::Zstd(_, place) => {
                match place {
                    Place::Start | Place::End => Ok(()),
                    Place::Inside => Err(DecodeFailure::CutOff),
                }
            }
        }
    }
}

fn ours(error: std::io::Error) -> FetchFailure {
    FetchFailure::BadRequest { reason: error.to_string() }
}

fn zstd_decoder() -> std::io::Result<ZstdDecoder<'static>> {
    let mut decoder = ZstdDecoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))?;
    Ok(decoder)
}

/// Steps through `wire` until it is read and nothing more comes of it.
///
/// What follows the end of a stream is the next frame for zstd, and refused by the others.
fn drain(
    mut wire: &[u8],
    place: &mut Place,
    taker: Taker,
    mut step: impl FnMut(&[u8], &mut [u8]) -> Result<Step, String>,
) -> Result<(), DecodeFailure> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut is_full = false;
    while !wire.is_empty() || is_full {
        let (read, written, now) = step(wire, &mut piece).map_err(DecodeFailure::Invalid)?;
        if read == 0 && written == 0 && !wire.is_empty() {
            return Err(DecodeFailure::Invalid("bytes after the end".to_owned()));
        }
        // A step without input or yield only asked whether anything was left: it may still tell
        // the end, which some engines know only then.
        if read != 0 || written != 0 || now == Place::End {
            *place = now;
        }
        is_full = written == piece.len();
        wire = wire.get(read..).unwrap_or_default();
        taker(&piece[..written]).map_err(DecodeFailure::Enough)?;
    }
    Ok(())
}

fn inflate(engine: &mut Decompress, input: &[u8], output: &mut [u8]) -> Result<Step, String> {
    let (read, written) = (engine.total_in(), engine.total_out());
    let status = engine.decompress(input, output, FlushDecompress::None);
    let place = match status.map_err(|it| it.to_string())? {
        Status::StreamEnd => Place::End,
        Status::Ok | Status::BufError => Place::Inside,
    };
    let read = usize::try_from(engine.total_in() - read).unwrap_or(input.len());
    let written = usize::try_from(engine.total_out() - written).unwrap_or(output.len());
    Ok((read, written, place))
}

fn unbrotli(
    state: &mut BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    input: &[u8],
    output: &mut [u8],
) -> Result<Step, String> {
    let (mut input_left, mut read) = (input.len(), 0);
    let (mut output_left, mut written, mut total) = (output.len(), 0, 0);
    let result = BrotliDecompressStream(
        &mut input_left,
        &mut read,
        input,
        &mut output_left,
        &mut written,
        output,
        &mut total,
        state,
    );
    match result {
        BrotliResult::ResultSuccess => Ok((read, written, Place::End)),
        BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {
            Ok((read, written, Place::Inside))
        }
        BrotliResult::ResultFailure => Err("corrupt brotli stream".to_owned()),
    }
}

/// gzip, one member after the other; what follows the last is no part of the body.
#[derive(Default)]
pub struct Gzip {
    member: Option<GzDecoder<Vec<u8>>>,
    /// After a member: the bytes that may begin another, at most two.
    between: Vec<u8>,
    members: usize,
    is_over: bool,
}

impl Gzip {
    const MAGIC: [u8; 2] = [0x1f, 0x8b];

    fn feed(&mut self, mut wire: &[u8], taker: Taker) -> Result<(), DecodeFailure> {
        while !wire.is_empty() && !self.is_over {
            let Some(member) = self.member.as_mut() else {
                wire = self.begin_member(wire)?;
                continue;
            };
            let had_header = member.header().is_some();
            let piece = &wire[..wire.len().min(GZIP_PIECE_BYTES)];
            let read = member.write(piece).map_err(invalid)?;
            taker(member.get_ref()).map_err(DecodeFailure::Enough)?;
            member.get_mut().clear();
            wire = &wire[read..];
            // Past the header the decoder takes nothing only when the member is complete.
            if read == 0 && had_header {
                self.end_member(taker)?;
            }
        }
        Ok(())
    }

    /// Takes the two bytes that every member begins with, and returns the rest.
    fn begin_member<'a>(&mut self, wire: &'a [u8]) -> Result<&'a [u8], DecodeFailure> {
        let wanted = Self::MAGIC.len() - self.between.len();
        let (magic, rest) = wire.split_at(wire.len().min(wanted));
        self.between.extend_from_slice(magic);
        if !Self::MAGIC.starts_with(&self.between) {
            if self.members == 0 {
                return Err(DecodeFailure::Invalid("no gzip header".to_owned()));
            }
            self.is_over = true;
        } else if self.between.len() == Self::MAGIC.len() {
            let mut member = GzDecoder::new(Vec::new());
            member.write_all(&self.between).map_err(invalid)?;
            self.between.clear();
            self.member = Some(member);
        }
        Ok(rest)
    }

    fn end_member(&mut self, taker: Taker) -> Result<(), DecodeFailure> {
        if let Some(mut member) = self.member.take() {
            member.try_finish().map_err(invalid)?;
            taker(member.get_ref()).map_err(DecodeFailure::Enough)?;
            self.members += 1;
        }
        Ok(())
    }

    fn finish(mut self, taker: Taker) -> Result<(), DecodeFailure> {
        let Some(member) = self.member.as_mut() else {
            let is_cut = self.members == 0 && !self.between.is_empty();
            return if is_cut { Err(DecodeFailure::CutOff) } else { Ok(()) };
        };
        // A complete member takes no further byte; one that does is cut off.
        let is_complete = member.header().is_some() && matches!(member.write(&[0]), Ok(0));
        if !is_complete {
            return Err(DecodeFailure::CutOff);
        }
        self.end_member(taker)
    }
}

fn invalid(error: std::io::Error) -> DecodeFailure {
    DecodeFailure::Invalid(error.to_string())
}

#[cfg(test)]
mod tests {
    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    const TEXT: &[u8] = b"We will never sell your data. We will never sell your data.";

    /// Returns `text` as one uncompressed metablock of brotli (RFC 7932, section 9.2).
    fn brotli(text: &[u8]) -> Vec<u8> {
        // WBITS 16 (one bit 0), then ISLAST 0, MNIBBLES 4 (00), MLEN - 1 in 16 bits,
        // ISUNCOMPRESSED 1, padding; the bytes; at last ISLAST 1, ISLASTEMPTY 1.
        let length = u32::try_from(text.len() - 1).unwrap();
        let bits = (length << 4) | (1 << 20);
        let mut stream = bits.to_le_bytes()[..3].to_vec();
        stream.extend_from_slice(text);
        stream.push(0b11);
        stream
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        zstd::encode_all(text, 3).unwrap()
    }

    /// Decodes in pieces of `size` bytes.
    fn decode(coding: Coding, wire: &[u8], size: usize) -> Result<Vec<u8>, DecodeFailure> {
        let mut decoder = Decoder::new(coding).unwrap();
        let mut body = Vec::new();
        for piece in wire.chunks(size) {
            decoder.feed(piece, &mut |bytes| {
                body.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        decoder.finish(&mut |bytes| {
            body.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(body)
    }

    fn all() -> [(Coding, Vec<u8>); 5] {
        [
            (Coding::Gzip, gzip(TEXT)),
            (Coding::Deflate, zlib(TEXT)),
            (Coding::Deflate, bare(TEXT)),
            (Coding::Brotli, brotli(TEXT)),
            (Coding::Zstd, zstd(TEXT)),
        ]
    }

    #[test]
    fn every_coding_is_read_whatever_the_pieces() {
        for (coding, wire) in all() {
            for size in [1, 2, 3, 7, wire.len()] {
                assert_eq!(decode(coding, &wire, size).unwrap(), TEXT, "{coding:?} by {size}");
            }
        }
    }

    #[test]
    fn a_large_body_is_read_whole() {
        let text: Vec<u8> = (0..300_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        for (coding, wire) in [
            (Coding::Gzip, gzip(&text)),
            (Coding::Deflate, zlib(&text)),
            (Coding::Deflate, bare(&text)),
            (Coding::Zstd, zstd(&text)),
        ] {
            for size in [999, wire.len()] {
                assert!(decode(coding, &wire, size).unwrap() == text, "{coding:?} by {size}");
            }
        }
    }

    #[test]
    fn fault_005_a_stream_that_ends_early_is_cut_off_wherever_it_ends() {
        for (coding, wire) in all() {
            for end in 1..wire.len() {
                let result = decode(coding, &wire[..end], 5);
                assert!(matches!(result, Err(DecodeFailure::CutOff)), "{coding:?} {end}");
            }
        }
    }

    #[test]
    fn fault_006_gzip_members_are_one_body_and_garbage_after_them_is_none_of_it() {
        let two = [gzip(TEXT), gzip(TEXT)].concat();
        let garbage = [two.clone(), vec![0; 600], b"garbage".to_vec()].concat();
        let near = [two.clone(), vec![0x1f]].concat();
        for wire in [two, garbage, near] {
            for size in [1, 3, 10, wire.len()] {
                assert_eq!(decode(Coding::Gzip, &wire, size).unwrap(), TEXT.repeat(2), "{size}");
            }
        }
    }

    #[test]
    fn zstd_frames_are_one_body() {
        let wire = [zstd(TEXT), zstd(TEXT)].concat();
        assert_eq!(decode(Coding::Zstd, &wire, 4).unwrap(), TEXT.repeat(2));
    }

    #[test]
    fn fault_004_bytes_in_no_coding_are_invalid() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
            let result = decode(coding, b"<!doctype html><p>not encoded at all</p>", 9);
            assert!(matches!(result, Err(DecodeFailure::Invalid(_))), "{coding:?}");
        }
    }

    #[test]
    fn a_wrong_checksum_is_invalid() {
        let mut wire = gzip(TEXT);
        let at = wire.len() - 6;
        wire[at] ^= 1;
        assert!(matches!(decode(Coding::Gzip, &wire, 8), Err(DecodeFailure::Invalid(_))));
        let member_after = [wire, gzip(TEXT)].concat();
        assert!(matches!(decode(Coding::Gzip, &member_after, 8), Err(DecodeFailure::Invalid(_))));
    }

    #[test]
    fn an_empty_body_is_empty_in_every_coding() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
            assert_eq!(decode(coding, b"", 1).unwrap(), b"");
        }
    }

    #[test]
    fn the_taker_stops_a_bomb_early() {
        let bomb = gzip(&vec![0; 8 << 20]);
        let mut taken = 0;
        let mut decoder = Decoder::new(Coding::Gzip).unwrap();
        let stopped = decoder.feed(&bomb, &mut |bytes| {
            taken += bytes.len();
            if 1 << 20 < taken { Err(FetchFailure::HeadTooLarge) } else { Ok(()) }
        });
        assert!(matches!(stopped, Err(DecodeFailure::Enough(_))));
        assert!(taken <= 2 << 20, "{taken} bytes were decoded");
    }

    #[test]
    fn fault_003_several_codings_and_unknown_ones_are_undecodable() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, value.parse().unwrap());
            }
            Coding::of(&headers)
        };
        assert_eq!(of(&[]), Ok(Coding::Identity));
        assert_eq!(of(&["identity"]), Ok(Coding::Identity));
        assert_eq!(of(&["GZIP"]), Ok(Coding::Gzip));
        assert_eq!(of(&["identity, br"]), Ok(Coding::Brotli));
        for wrong in [&["gzip, gzip"][..], &["gzip", "gzip"], &["compress"], &["gzip;q=1"]] {
            assert!(matches!(of(wrong), Err(FetchFailure::Undecodable { .. })), "{wrong:?}");
        }
    }
}
