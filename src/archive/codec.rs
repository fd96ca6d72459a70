//! Bytes to frames of zstd and back, upon bytes that they resemble. It knows no shelf and no database.
//! Source of the form: RFC 8878.

use std::{cell::RefCell, io};

use zstd::zstd_safe::{self, CCtx, CParameter, DCtx};

/// The level of bytes on those before them, whose places its one table holds: for bodies, a third
/// less work than the level of whole ones for a fortieth more room, on ten pages' histories of sixty
/// captures.
const DELTA_LEVEL: i32 = 1;

/// The largest window of a frame, as a power of two: 128 MiB.
const WINDOW_LOG_MAX: u32 = 27;

/// What proves that a frame still decodes to what it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A checksum in the frame itself.
    Within,
    /// The digest under which the bytes are kept, which is asked whenever they are read.
    Elsewhere,
}

/// Returns whether a reader looks back far enough for these bytes to rest on `prefix`.
pub fn can_rest(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.len() + prefix.len() <= 1 << WINDOW_LOG_MAX
}

/// Encodes bytes that are nearly those of `prefix`, and are proved elsewhere.
pub fn encode_delta(bytes: &[u8], prefix: &[u8]) -> io::Result<Vec<u8>> {
    // The prefix is noted at every third place; at this level's own size, the table would hold the
    // end of a long one alone.
    let table = CParameter::HashLog(window_log(prefix, bytes) - 3);
    compress(bytes, Some(prefix), &[CParameter::CompressionLevel(DELTA_LEVEL), table])
}

/// Encodes bytes to a frame, on a prefix if there is one.
pub fn encode(
    bytes: &[u8],
    prefix: Option<&[u8]>,
    level: i32,
    proof: Proof,
) -> io::Result<Vec<u8>> {
    let checksum = CParameter::ChecksumFlag(proof == Proof::Within);
    compress(bytes, prefix, &[CParameter::CompressionLevel(level), checksum])
}

/// Returns the window that reaches over prefix and bytes, as a power of two.
fn window_log(prefix: &[u8], bytes: &[u8]) -> u32 {
    let reach = (prefix.len() + bytes.len()).max(2);
    (usize::BITS - (reach - 1).leading_zeros()).clamp(18, WINDOW_LOG_MAX)
}

/// Encodes in one go: a stream would copy all of the bytes into a window of its own.
fn compress(bytes: &[u8], prefix: Option<&[u8]>, parameters: &[CParameter]) -> io::Result<Vec<u8>> {
    let failed = |code| io::Error::other(zstd_safe::get_error_name(code));
    let mut context = CCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
    let mut set = |parameter| context.set_parameter(parameter).map_err(failed);
    for parameter in parameters {
        set(*parameter)?;
    }
    if let Some(prefix) = prefix {
        // The prefix helps only as far as the window reaches.
        set(CParameter::WindowLog(window_log(prefix, bytes)))?;
        context.ref_prefix(prefix).map_err(failed)?;
    }
    let mut frame = Vec::with_capacity(zstd_safe::compress_bound(bytes.len()));
    context.compress2(&mut frame, bytes).map_err(failed)?;
    frame.shrink_to_fit();
    Ok(frame)
}

thread_local! {
    /// A context takes longer to make than a small frame to decode.
    static DECODER: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// What begins like this is read as a dictionary of its own form. Source: RFC 8878, section 5.
const DICTIONARY_MAGIC: [u8; 4] = 0xEC30_A437_u32.to_le_bytes();

/// Decodes a frame to at most `bytes_max` bytes, for which there has to be memory, into `bytes`,
/// whatever they held; the reason if it does not decode.
pub fn decode(
    frame: &[u8],
    prefix: Option<&[u8]>,
    bytes_max: usize,
    bytes: &mut Vec<u8>,
) -> Result<(), String> {
    let failed = |code| zstd_safe::get_error_name(code).to_owned();
    let told = zstd_safe::get_frame_content_size(frame).ok().flatten();
    if told.is_some_and(|bytes| (bytes_max as u64) < bytes) {
        return Err(format!("it decodes to more than {bytes_max} bytes"));
    }
    bytes.clear();
    bytes.try_reserve_exact(bytes_max).map_err(|failure| failure.to_string())?;
    let new = || DCtx::try_create().ok_or("there is no memory to decode it");
    let prefix = prefix.unwrap_or_default();
    if prefix.starts_with(&DICTIONARY_MAGIC) {
        let mut context = new()?;
        context.ref_prefix(prefix).map_err(failed)?;
        context.decompress(bytes, frame).map_err(failed)?;
    } else {
        DECODER.with_borrow_mut(|held| -> Result<(), String> {
            let context = match held {
                Some(context) => context,
                None => held.insert(new()?),
            };
            context.decompress_using_dict(bytes, frame, prefix).map_err(failed)?;
            Ok(())
        })?;
    }
    match bytes.len() <= bytes_max {
        true => Ok(()),
        false => Err(format!("it decodes to more than {bytes_max} bytes")),
    }
}

thread_local! {
    /// Where new frames are decoded to, to be compared with what they were made of.
    static COMPARED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// No more room than this is held between two comparisons.
const COMPARED_BYTES_MAX: usize = 4 << 20;

/// Returns whether a frame decodes to these bytes.
pub fn is_frame_of(bytes: &[u8], frame: &[u8], prefix: Option<&[u8]>) -> bool {
    COMPARED.with_borrow_mut(|decoded| {
        let is_same = decode(frame, prefix, bytes.len(), decoded).is_ok() && decoded == bytes;
        if COMPARED_BYTES_MAX < decoded.capacity() {
            *decoded = Vec::new();
        }
        is_same
    })
}

/// Decodes a frame that rests on nothing, to at most `bytes_max` bytes; the reason if it does not
/// decode.
pub fn unpack(frame: &[u8], bytes_max: usize) -> Result<Vec<u8>, String> {
    let told = zstd_safe::get_frame_content_size(frame).ok().flatten();
    let told = told.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(bytes_max);
    let mut bytes = Vec::new();
    decode(frame, None, told.min(bytes_max), &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(frame: &[u8], prefix: Option<&[u8]>, bytes_max: usize) -> Result<Vec<u8>, String> {
        let mut bytes = b"what was read before".to_vec();
        decode(frame, prefix, bytes_max, &mut bytes).map(|()| bytes)
    }

    #[test]
    fn a_prefix_that_begins_like_a_dictionary_is_a_prefix() {
        let prefix = [&DICTIONARY_MAGIC[..], &b"We never sell data. ".repeat(100)].concat();
        let bytes = [&prefix[..], b"We never did."].concat();
        let frame = encode_delta(&bytes, &prefix).unwrap();
        assert!(frame.len() < 60, "{} bytes", frame.len());
        assert_eq!(read(&frame, Some(&prefix), bytes.len()), Ok(bytes));
    }

    #[test]
    fn what_does_not_decode_leaves_the_next_as_it_is() {
        let frame = encode(b"We never sell data.", None, 3, Proof::Within).unwrap();
        let whole = read(&frame, None, 19);
        assert_eq!(whole.as_deref(), Ok(&b"We never sell data."[..]));
        assert!(read(&frame, None, 18).unwrap_err().contains("more than 18 bytes"));
        assert!(read(&frame[..frame.len() - 6], None, 19).is_err());
        assert!(read(b"no frame", None, 19).is_err());
        assert_eq!(read(&frame, None, 19), whole);
    }

    #[test]
    fn a_checksum_within_tells_of_damage() {
        let mut frame = encode(b"We never sell data.", None, 3, Proof::Within).unwrap();
        let at = frame.len() - 8;
        frame[at] ^= 1;
        assert!(read(&frame, None, 19).unwrap_err().contains("checksum"));
        let mut bare = encode(b"We never sell data.", None, 3, Proof::Elsewhere).unwrap();
        let at = bare.len() - 4;
        bare[at] ^= 1;
        assert_ne!(read(&bare, None, 19).as_deref(), Ok(&b"We never sell data."[..]));
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes(
            prefix in prop::collection::vec(any::<u8>(), 0..3_000),
            edit in prop::collection::vec(any::<u8>(), 0..40),
            at in any::<prop::sample::Index>(),
        ) {
            let at = at.index(prefix.len() + 1);
            let bytes = [&prefix[..at], &edit, &prefix[at..]].concat();
            let delta = encode_delta(&bytes, &prefix).unwrap();
            prop_assert_eq!(read(&delta, Some(&prefix), bytes.len()), Ok(bytes.clone()));
            prop_assert!(is_frame_of(&bytes, &delta, Some(&prefix)));
            let whole = encode(&bytes, None, 3, Proof::Elsewhere).unwrap();
            prop_assert_eq!(unpack(&whole, 1 << 20), Ok(bytes));
        }
    }
}
