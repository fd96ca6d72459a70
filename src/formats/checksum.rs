//! Labelled digests as web archives write them, `sha1:` and 32 base32 digits. What was digested
//! is the caller's business.

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

/// What a labelled digest says about some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is the digest of one of the forms.
    Matches,
    /// It is the digest of none of the forms.
    Differs,
    /// Algorithm or notation is not one that we read.
    Unreadable,
}

/// Returns the digest of some bytes.
type Algorithm = fn(&[u8]) -> Vec<u8>;

/// Returns whether `label` is the digest of any of `forms`.
///
/// Reads `sha1`, `sha256` and `sha512` (also `sha-256`), in base32 or hex of either case: the
/// standard leaves algorithm and notation open, and these are what writers use.
///
/// Source: WARC 1.1, section 5.8 (`labelled-digest`).
pub fn check(label: &str, forms: &[&[u8]]) -> Checked {
    let Some((algorithm, value)) = label.trim().rsplit_once(':') else {
        return Checked::Unreadable;
    };
    let algorithm = algorithm.to_ascii_lowercase().replace('-', "");
    let (digest, length): (Algorithm, usize) = match algorithm.as_str() {
        "sha1" | "urn:sha1" => (|bytes| Sha1::digest(bytes).to_vec(), 20),
        "sha256" | "urn:sha256" => (|bytes| Sha256::digest(bytes).to_vec(), 32),
        "sha512" | "urn:sha512" => (|bytes| Sha512::digest(bytes).to_vec(), 64),
        _ => return Checked::Unreadable,
    };
    let stated = if value.len() == 2 * length { from_hex(value) } else { from_base32(value) };
    match stated {
        Some(stated) if stated.len() == length => {
            let matches = forms.iter().any(|form| digest(form) == stated);
            if matches { Checked::Matches } else { Checked::Differs }
        }
        Some(_) | None => Checked::Unreadable,
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.as_bytes().chunks(2) {
        let &[high, low] = pair else { return None };
        bytes.push(nibble(high)? << 4 | nibble(low)?);
    }
    Some(bytes)
}

/// Reads base32 (RFC 4648, section 6) of either case, padded or not.
fn from_base32(digits: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut held_bits) = (Vec::new(), 0_u32, 0_u32);
    for digit in digits.trim_end_matches('=').bytes() {
        let value = match digit.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            number @ b'2'..=b'7' => number - b'2' + 26,
            _ => return None,
        };
        held = (held << 5 | u32::from(value)) & 0xfff;
        held_bits += 5;
        if 8 <= held_bits {
            held_bits -= 8;
            bytes.push((held >> held_bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_notations_are_read() {
        // RFC 3174 and FIPS 180-2 name the digests of "abc".
        for label in [
            "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
            "SHA1:vgmt4nsha2awvor6evyxqugcnsonbwe5",
            "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
            "urn:sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "sha-256:XJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFUCD7WD4QACWWQ====",
        ] {
            assert_eq!(check(label, &[b"", b"abc"]), Checked::Matches, "{label}");
            assert_eq!(check(label, &[b"abd"]), Checked::Differs, "{label}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_neither_right_nor_wrong() {
        for label in ["", "sha1", "sha1:", "sha1:VGMT", "md5:900150983cd24fb0", "sha1:!", "sha1:ä"]
        {
            assert_eq!(check(label, &[b"abc"]), Checked::Unreadable, "{label}");
        }
    }
}
