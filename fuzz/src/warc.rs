//! A WARC file is read to its end, and damage in one record costs no other.

use std::io::BufReader;

use pledgewatch::formats::warc::{Record, WarcFault, WarcReader};

/// Files up to this size are also read byte by byte.
const STEPPED_BYTES_MAX: usize = 10_000;

/// Checks the law for the bytes of a file.
pub fn check(file: &[u8]) {
    let items = read(file);
    assert!(items.len() <= file.len() + 1, "{} records of {} bytes", items.len(), file.len());
    for fault in items.iter().filter_map(|it| it.as_ref().err()) {
        let told = format!("{fault}: {}", fault.flaw);
        assert!(!told.contains(char::is_control), "{told:?}");
        assert!(told.len() < 2_000, "{told}");
    }
    let ends = items.iter().filter(|it| it.as_ref().is_err_and(WarcFault::ends_reading)).count();
    assert!(ends <= 1, "reading ends once");
}

/// Checks that bytes between two whole records cost neither of them, unless the bytes themselves
/// may claim to be the begin of a record or of a gzip member, and so may rightly contain what
/// follows them.
///
/// `before` and `after` are records as [`whole`] makes them, `pack` what is done with each: nothing,
/// or gzip.
pub fn check_between(before: &[u8], damage: &[u8], after: &[u8]) {
    let has =
        |wanted: &[u8]| damage.windows(wanted.len()).any(|it| it.eq_ignore_ascii_case(wanted));
    if has(b"WARC/") || has(b"\x1f\x8b") || has(b"\x28\xb5\x2f\xfd") {
        return;
    }
    let items = read(&[before, damage, after].concat());
    let path = |item: &Result<Record, WarcFault>| {
        let Ok(Record::Response(capture)) = item else { return None };
        Some(capture.url.path().to_owned())
    };
    let found: Vec<String> = items.iter().filter_map(path).collect();
    assert_eq!(found, ["/before", "/after"], "{items:?}");
}

/// Returns a whole record of a page at `/name`, proved by the digest of its body.
pub fn whole(name: &str) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{name}>\r\n\
         WARC-Date: 2020-06-10T21:04:05Z\r\nWARC-Target-URI: https://example.org/{name}\r\n\
         WARC-Payload-Digest: sha1:eaf7f98eccba9737b2241effffe7f118b1598ebd\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: 26\r\n\r\n"
    );
    [head.as_bytes(), b"HTTP/1.1 200 OK\r\n\r\nWe stop\r\n\r\n"].concat()
}

/// Reads a file as a whole, and if it is small byte by byte, which must give the same.
fn read(file: &[u8]) -> Vec<Result<Record, WarcFault>> {
    let open = |input| WarcReader::new(input).expect("bytes in memory can be read");
    let whole: Vec<_> = open(Box::new(file)).collect();
    if file.len() < STEPPED_BYTES_MAX {
        let steps: Vec<_> = open(Box::new(BufReader::with_capacity(1, file))).collect();
        assert_eq!(format!("{steps:?}"), format!("{whole:?}"), "however the bytes come");
    }
    whole
}
