//! What a visit brought, byte for byte.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// SHA-256 of some bytes, shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// Returns the digest of `pieces` as one after the other.
    pub fn of_pieces(pieces: &[&[u8]]) -> Digest {
        let mut digest = Sha256::new();
        pieces.iter().for_each(|piece| digest.update(piece));
        Digest(digest.finalize().into())
    }

    /// Returns the digest whose 32 bytes these are.
    pub fn from_bytes(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the first 12 hex digits, enough to tell digests apart by eye.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no digest: 64 hex digits are")]
pub struct DigestFailure(String);

impl FromStr for Digest {
    type Err = DigestFailure;

    fn from_str(hex: &str) -> Result<Digest, DigestFailure> {
        let failure = || DigestFailure(hex.to_owned());
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(failure());
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| failure())?;
        }
        Ok(Digest(bytes))
    }
}

/// Returns bytes to be shared, in no more room than they need.
pub fn exact(mut bytes: Vec<u8>) -> Bytes {
    bytes.shrink_to_fit();
    bytes.into()
}

/// The body that a visit brought, after transfer and content decoding, named by its digest.
///
/// Cheap to clone: the bytes are shared.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    digest: Digest,
    bytes: Bytes,
}

impl Snapshot {
    /// Returns the snapshot of `bytes`.
    pub fn new(bytes: impl Into<Bytes>) -> Snapshot {
        let bytes = bytes.into();
        Snapshot { digest: Digest::of(&bytes), bytes }
    }

    /// Returns the snapshot of `bytes`, whose digest is known, since they were digested as they came.
    pub fn digested(bytes: impl Into<Bytes>, digest: Digest) -> Snapshot {
        let bytes = bytes.into();
        debug_assert_eq!(Digest::of(&bytes), digest);
        Snapshot { digest, bytes }
    }

    /// Returns its name.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the body.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the body, shared.
    pub fn shared(&self) -> Bytes {
        self.bytes.clone()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({}, {} bytes)", self.digest.short(), self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_shown_and_read_back() {
        let digest = Digest::of(b"abc");
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), hex);
        assert_eq!(hex.parse(), Ok(digest));
        assert!("ba78".parse::<Digest>().is_err());
        assert!("ä".repeat(32).parse::<Digest>().is_err());
    }
}
