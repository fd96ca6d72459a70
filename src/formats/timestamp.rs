//! Requests to timestamp authorities and their answers (RFC 3161). What a token is worth is for others'
//! tools to say; here is only seen whether it is an answer to what was asked, and what time it tells.

use crate::model::{snapshot::Digest, time::Timestamp};

/// Returns the request for a token over these bytes' digest. `nonce` is 8 random bytes.
///
/// TimeStampReq of RFC 3161, section 2.4.1, with the authority's certificate asked for.
pub fn request(digest: Digest, nonce: [u8; 8]) -> Vec<u8> {
    let mut request = vec![0x30, 0x43, 2, 1, 1, 0x30, 0x31];
    request.extend_from_slice(&SHA_256);
    request.extend_from_slice(&[4, 0x20]);
    request.extend_from_slice(digest.as_bytes());
    request.extend_from_slice(&number(nonce));
    request.extend_from_slice(&[1, 1, 0xff]);
    request
}

/// AlgorithmIdentifier of SHA-256, with its parameters NULL.
const SHA_256: [u8; 15] = [0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0];

/// A nonce as INTEGER; its first bits are set so that each has the same length.
fn number(nonce: [u8; 8]) -> [u8; 10] {
    let [first, rest @ ..] = nonce;
    let mut number = [2, 8, first & 0x3f | 0x40, 0, 0, 0, 0, 0, 0, 0];
    number[3..].copy_from_slice(&rest);
    number
}

/// Why an answer is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampFailure {
    /// It is not of RFC 3161's form.
    #[error("the answer is no timestamp")]
    Form,
    /// The authority refused.
    #[error("the authority refused (status {0})")]
    Refused(u8),
    /// The token is of other bytes or of another request.
    #[error("the token is not of what was asked")]
    Another,
}

/// Returns the time that an answer's token tells, if it was granted for this digest and nonce.
pub fn granted(answer: &[u8], digest: Digest, nonce: [u8; 8]) -> Result<Timestamp, StampFailure> {
    let (body, _) = inside(answer, 0x30).ok_or(StampFailure::Form)?;
    let (status_info, token) = inside(body, 0x30).ok_or(StampFailure::Form)?;
    match inside(status_info, 2).ok_or(StampFailure::Form)?.0 {
        [0 | 1] => (),
        [status] => return Err(StampFailure::Refused(*status)),
        _ => return Err(StampFailure::Form),
    }
    let imprint = [&SHA_256[..], &[4, 0x20], digest.as_bytes()].concat();
    let at = find(token, &imprint).ok_or(StampFailure::Another)?;
    let after = &token[at + imprint.len()..];
    find(after, &number(nonce)).ok_or(StampFailure::Another)?;
    // TSTInfo: the serial number and then the time stand behind the imprint.
    let (_, rest) = inside(after, 2).ok_or(StampFailure::Form)?;
    let (time, _) = inside(rest, 0x18).ok_or(StampFailure::Form)?;
    instant(time).ok_or(StampFailure::Form)
}

/// Returns what an element of this tag holds, and what stands behind it.
fn inside(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (digits.iter().fold(0, |sum, &digit| sum << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    (found == tag).then_some(())?;
    rest.split_at_checked(length)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Reads a GeneralizedTime in UTC, `20261127061503Z` or with fractions of a second.
fn instant(time: &[u8]) -> Option<Timestamp> {
    let time = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let part = |from: usize, to: usize| whole.get(from..to);
    if whole.len() != 14 {
        return None;
    }
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction}Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_standards_form() {
        let request = request(Digest::of(b"abc"), [0xff; 8]);
        let hex: String = request.iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = "30430201013031300d060960864801650304020105000420\
            ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\
            02087fffffffffffffff0101ff";
        assert_eq!(hex, expected);
        assert_eq!(request.len(), 2 + 0x43);
    }

    #[test]
    fn an_answer_that_is_none_is_refused() {
        let digest = Digest::of(b"abc");
        assert_eq!(granted(b"", digest, [0; 8]), Err(StampFailure::Form));
        assert_eq!(granted(b"<html>", digest, [0; 8]), Err(StampFailure::Form));
        assert_eq!(
            granted(&[0x30, 5, 0x30, 3, 2, 1, 2], digest, [0; 8]),
            Err(StampFailure::Refused(2))
        );
        assert_eq!(
            granted(&[0x30, 5, 0x30, 3, 2, 1, 0], digest, [0; 8]),
            Err(StampFailure::Another)
        );
    }

    #[test]
    fn times_are_read() {
        let shown = |time: &[u8]| instant(time).map(|it| it.to_string());
        assert_eq!(shown(b"20261127061503Z").unwrap(), "2026-11-27T06:15:03.000Z");
        assert_eq!(shown(b"20261127061503.25Z").unwrap(), "2026-11-27T06:15:03.250Z");
        assert_eq!(shown(b"2026Z"), None);
        assert_eq!(shown(b"20261127061503"), None);
    }
}
