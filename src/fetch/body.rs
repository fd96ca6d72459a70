//! A body under its bounds: decoded as it comes, its bytes on the wire counted and digested.

use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use sha2::{Digest as _, Sha256};

use crate::fetch::decode::{Coding, DecodeFailure, Decoder};
use crate::model::{
    snapshot::{self, Digest, Snapshot},
    visit::{FetchFailure, Framing, WireBody},
};

/// Up to here a body may be of any ratio to its wire size.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// Decoded bytes for one on the wire at most, past [`RATIO_FREE_BYTES`]. Real pages stay below
/// 50; deflate alone can reach 1032, brotli and zstd far more.
const RATIO_MAX: u64 = 200;

/// The bounds of a body.
#[derive(Clone, Copy)]
pub struct BodyBounds {
    /// Bytes on the wire at most.
    pub wire_bytes_max: u64,
    /// Bytes after decoding at most.
    pub body_bytes_max: u64,
}

/// Fails if a head announces a body over its bound.
pub fn check_announced(headers: &HeaderMap, bounds: BodyBounds) -> Result<(), FetchFailure> {
    if announced(headers).is_some_and(|bytes| bounds.wire_bytes_max < bytes) {
        return Err(over(bounds.wire_bytes_max, "on the wire"));
    }
    Ok(())
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// So much room is made for a body before its bytes have come, whatever its head announces.
const ROOM_MAX: u64 = 1 << 20;

/// A body while it comes.
pub struct BodyReader {
    bounds: BodyBounds,
    encoding: String,
    /// What has gone wrong with the coding; the wire is read on, for its digest.
    decoder: Result<Decoder, FetchFailure>,
    wire_digest: Sha256,
    wire_bytes: u64,
    body: Vec<u8>,
}

/// What came of a body: its record on the wire, and its bytes or why there are none.
pub struct Body {
    /// The body on the wire.
    pub wire: WireBody,
    /// What was decoded.
    pub snapshot: Result<Snapshot, FetchFailure>,
}

impl BodyReader {
    /// Returns a reader for the body under this head.
    pub fn new(headers: &HeaderMap, bounds: BodyBounds) -> BodyReader {
        let coding = Coding::of(headers);
        let room = announced(headers).unwrap_or(0).min(ROOM_MAX) as usize;
        BodyReader {
            bounds,
            encoding: coding.as_ref().map_or("", |it| it.name()).to_owned(),
            decoder: coding.and_then(Decoder::new),
            wire_digest: Sha256::new(),
            wire_bytes: 0,
            body: Vec::with_capacity(room),
        }
    }

    /// Takes the next bytes of the wire; fails when a bound is passed.
    pub fn feed(&mut self, wire: &[u8]) -> Result<(), FetchFailure> {
        self.wire_bytes += wire.len() as u64;
        if self.bounds.wire_bytes_max < self.wire_bytes {
            return Err(over(self.bounds.wire_bytes_max, "on the wire"));
        }
        self.wire_digest.update(wire);
        let Ok(decoder) = self.decoder.as_mut() else { return Ok(()) };
        let (bounds, wire_bytes, body) = (self.bounds, self.wire_bytes, &mut self.body);
        let fed = decoder.feed(wire, &mut |piece| take(body, piece, wire_bytes, bounds));
        match fed {
            Ok(()) => Ok(()),
            Err(DecodeFailure::Enough(failure)) => Err(failure),
            Err(failure) => {
                self.decoder = Err(self.told(failure));
                self.body = Vec::new();
                Ok(())
            }
        }
    }

    /// Returns how many bytes came on the wire.
    pub fn wire_bytes(&self) -> u64 {
        self.wire_bytes
    }

    /// Returns what was decoded, whether or not the body is complete.
    pub fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// Ends the body. `framing` says whether its end was told.
    pub fn finish(mut self, framing: Framing) -> Body {
        let decoder = std::mem::replace(&mut self.decoder, Ok(Decoder::Identity));
        let is_plain = matches!(decoder, Ok(Decoder::Identity));
        let (bounds, wire_bytes) = (self.bounds, self.wire_bytes);
        let mut bytes = std::mem::take(&mut self.body);
        let ended = decoder.and_then(|it| {
            let ended = it.finish(&mut |piece| take(&mut bytes, piece, wire_bytes, bounds));
            ended.map_err(|failure| self.told(failure))
        });
        let digest = Digest::from_bytes(self.wire_digest.finalize().into());
        let wire = WireBody { digest, bytes: self.wire_bytes, framing };
        let bytes = snapshot::exact(bytes);
        let snapshot = ended.map(|()| match is_plain {
            // What came on the wire is the body, and was digested on the way.
            true => Snapshot::digested(bytes, digest),
            false => Snapshot::new(bytes),
        });
        Body { wire, snapshot }
    }

    fn told(&self, failure: DecodeFailure) -> FetchFailure {
        match failure {
            DecodeFailure::Invalid(reason) => {
                FetchFailure::BadEncoding { encoding: self.encoding.clone(), reason }
            }
            DecodeFailure::CutOff => FetchFailure::Truncated {
                bytes: self.wire_bytes,
                reason: format!("the {} stream is incomplete", self.encoding),
            },
            DecodeFailure::Enough(failure) => failure,
        }
    }
}

/// Adds a decoded piece to the body, unless it would pass a bound.
fn take(
    body: &mut Vec<u8>,
    piece: &[u8],
    wire_bytes: u64,
    bounds: BodyBounds,
) -> Result<(), FetchFailure> {
    let bytes = (body.len() + piece.len()) as u64;
    if bounds.body_bytes_max < bytes {
        return Err(over(bounds.body_bytes_max, "decoded"));
    }
    let ratio_max = RATIO_FREE_BYTES.max(wire_bytes.saturating_mul(RATIO_MAX));
    if ratio_max < bytes {
        return Err(over(ratio_max, "for its wire size"));
    }
    body.extend_from_slice(piece);
    Ok(())
}

fn over(limit: u64, measure: &'static str) -> FetchFailure {
    FetchFailure::TooLarge { limit, measure }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const BOUNDS: BodyBounds = BodyBounds { wire_bytes_max: 1 << 20, body_bytes_max: 4 << 20 };

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(encoding: &str, wire: &[u8], bounds: BodyBounds) -> Result<Body, FetchFailure> {
        let mut headers = HeaderMap::new();
        headers.insert("content-encoding", encoding.parse().unwrap());
        let mut reader = BodyReader::new(&headers, bounds);
        for piece in wire.chunks(5_000) {
            reader.feed(piece)?;
        }
        Ok(reader.finish(Framing::Told))
    }

    /// Returns why a body was refused, while it came or at its end.
    fn refusal(encoding: &str, wire: &[u8], bounds: BodyBounds) -> Option<FetchFailure> {
        read(encoding, wire, bounds).and_then(|body| body.snapshot).err()
    }

    #[test]
    fn the_wire_is_digested_and_the_body_decoded() {
        let wire = gzip(b"<p>We promise.</p>");
        let body = read("gzip", &wire, BOUNDS).unwrap();
        assert_eq!(body.snapshot.unwrap().bytes(), b"<p>We promise.</p>");
        assert_eq!(body.wire.digest, Digest::of(&wire));
        assert_eq!(body.wire.bytes, wire.len() as u64);
        let plain = read("", b"<p>We promise.</p>", BOUNDS).unwrap();
        assert_eq!(plain.snapshot, Ok(Snapshot::new(&b"<p>We promise.</p>"[..])));
    }

    #[test]
    fn fault_001_a_bomb_is_stopped_by_its_ratio() {
        let failure = refusal("gzip", &gzip(&vec![0; 3 << 20]), BOUNDS).unwrap();
        let FetchFailure::TooLarge { limit, measure } = failure else { panic!("{failure}") };
        assert_eq!((limit, measure), (1 << 20, "for its wire size"));
    }

    #[test]
    fn a_body_is_stopped_by_each_bound() {
        let small = BodyBounds { wire_bytes_max: 10_000, body_bytes_max: 12_000 };
        let too_large = |limit, measure| Some(FetchFailure::TooLarge { limit, measure });
        assert_eq!(refusal("", &[b'a'; 10_001], small), too_large(10_000, "on the wire"));
        let wire = gzip(&vec![b'a'; 12_001]);
        assert_eq!(refusal("gzip", &wire, small), too_large(12_000, "decoded"));
        assert_eq!(refusal("gzip", &gzip(&vec![b'a'; 12_000]), small), None);
        let mut headers = HeaderMap::new();
        headers.insert("content-length", "10001".parse().unwrap());
        assert_eq!(check_announced(&headers, small).err(), too_large(10_000, "on the wire"));
    }

    #[test]
    fn fault_004_the_wire_digest_of_a_wrong_encoding_is_kept() {
        for (encoding, code) in [("gzip", "bad_encoding"), ("gzip, gzip", "undecodable")] {
            let plain = b"<p>plain</p>".repeat(2_000);
            let body = read(encoding, &plain, BOUNDS).unwrap();
            assert_eq!(body.snapshot.unwrap_err().code(), code);
            assert_eq!(body.wire.digest, Digest::of(&plain));
        }
    }
}
