//! Small WARC files, whole, damaged and hostile, through the reader.

use std::io::{BufReader, Read, Write};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use sha1::{Digest as _, Sha1};

use super::*;
use crate::formats::warc::input::{FRAME_HEADER_BYTES_MAX, looks_far_back};

/// A record of these fields and this block, as WARC 1.1 has it.
fn record(fields: &[(&str, &str)], block: &[u8]) -> Vec<u8> {
    let mut bytes = b"WARC/1.1\r\n".to_vec();
    for (name, value) in fields {
        write!(bytes, "{name}: {value}\r\n").unwrap();
    }
    write!(bytes, "Content-Length: {}\r\n\r\n", block.len()).unwrap();
    [bytes, block.to_vec(), b"\r\n\r\n".to_vec()].concat()
}

/// A response record of the page `/name`, with further fields.
fn response(name: &str, more: &[(&str, &str)], http: &[u8]) -> Vec<u8> {
    let url = format!("https://example.org/{name}");
    let mut fields = vec![
        ("WARC-Type", "response"),
        ("WARC-Record-ID", "<urn:uuid:0a>"),
        ("WARC-Date", "2020-06-10T21:04:05.678Z"),
        ("WARC-Target-URI", &url),
        ("Content-Type", "application/http; msgtype=response"),
    ];
    fields.extend_from_slice(more);
    record(&fields, http)
}

fn page(name: &str) -> Vec<u8> {
    response(name, &[], format!("HTTP/1.1 200 OK\r\n\r\n<p>{name}").as_bytes())
}

fn sha1(bytes: &[u8]) -> String {
    let hex: String = Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha1:{hex}")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Reads a file in steps of one byte, the worst a reader may do, and in one.
fn read(file: &[u8]) -> Vec<Result<Record, WarcFault>> {
    let whole: Vec<_> = WarcReader::new(Box::new(file)).unwrap().collect();
    if file.len() < 10_000 {
        let steps = BufReader::with_capacity(1, file);
        let again: Vec<_> = WarcReader::new(Box::new(steps)).unwrap().collect();
        assert_eq!(format!("{again:?}"), format!("{whole:?}"));
    }
    whole
}

/// Says in one line what came: paths of captures, kinds of others, faults with their numbers.
fn told(file: &[u8]) -> String {
    let line = |item: Result<Record, WarcFault>| match item {
        Ok(Record::Response(capture)) => capture.url.path().to_owned(),
        Ok(Record::Revisit(revisit)) => format!("revisit {}", revisit.url.path()),
        Ok(Record::Metadata(_)) => "metadata".to_owned(),
        Ok(Record::Other { kind }) => kind,
        Err(fault) => format!("{}: {}", fault.number, fault.flaw),
    };
    read(file).into_iter().map(line).collect::<Vec<_>>().join("; ")
}

fn capture(file: &[u8]) -> Capture {
    match read(file).pop().unwrap().unwrap() {
        Record::Response(capture) => capture,
        Record::Revisit(_) | Record::Metadata(_) | Record::Other { .. } => panic!("no capture"),
    }
}

#[test]
fn a_capture_is_read_whole() {
    let http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>We pause.";
    let digest = sha1(b"<p>We pause.");
    let more = [("WARC-Payload-Digest", digest.as_str()), ("WARC-IP-Address", "192.0.2.7")];
    let expected = Capture {
        url: "https://example.org/a".parse().unwrap(),
        at: "2020-06-10T21:04:05.678Z".parse().unwrap(),
        record_id: "urn:uuid:0a".to_owned(),
        status: 200,
        http_version: "HTTP/1.1".to_owned(),
        headers: vec![("content-type".to_owned(), b"text/html".to_vec())],
        body: b"<p>We pause.".to_vec(),
        payload_digest: Some(digest.clone()),
        truncated: None,
        address: Some("192.0.2.7".parse().unwrap()),
    };
    assert_eq!(capture(&response("a", &more, http)), expected);
}

#[test]
fn every_packing_gives_the_same_records() {
    let records = [record(&[("WARC-Type", "warcinfo")], b"software: x"), page("a"), page("b")];
    let plain = records.concat();
    let expected = "warcinfo; /a; /b";
    assert_eq!(told(&plain), expected, "plain");
    let members: Vec<u8> = records.iter().flat_map(|it| gzip(it)).collect();
    assert_eq!(told(&members), expected, "gzip a record");
    assert_eq!(told(&gzip(&plain)), expected, "gzip as a whole");
    assert_eq!(told(&[members, vec![0; 100]].concat()), expected, "padded with zeros");
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&plain).unwrap();
    assert_eq!(told(&encoder.finish().unwrap()), expected, "zstd as one stream");
    let frames: Vec<u8> =
        records.iter().flat_map(|it| zstd::bulk::compress(it, 1).unwrap()).collect();
    assert_eq!(told(&frames), expected, "zstd a record");
}

#[test]
fn a_frame_says_whether_it_looks_far_back() {
    let encoded = |window_log, bytes: &[u8], size: Option<u64>| {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        encoder.set_pledged_src_size(size).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let streamed = |window_log| encoded(window_log, b"x", None);
    let whole = |bytes: usize| encoded(27, &vec![0; bytes], Some(bytes as u64));
    for far in [streamed(27), streamed(24), whole(9 << 20)] {
        assert!(looks_far_back(&far[..far.len().min(FRAME_HEADER_BYTES_MAX)]));
    }
    let near = [streamed(23), whole(8 << 20)];
    for near in near.into_iter().chain([gzip(b"x"), b"WARC/1.1".to_vec(), streamed(27)[..5].into()])
    {
        assert!(!looks_far_back(&near), "{near:?}");
    }
}

#[test]
fn an_empty_file_has_no_records() {
    for file in [&b""[..], b"\r\n\r\n", &gzip(b"")] {
        assert_eq!(told(file), "");
    }
}

#[test]
fn habits_of_version_1_0_are_taken() {
    let file = b"\n\nWARC/1.0\nwarc-type:response\nWARC-Target-URI: <http://example.org/a>\n\
        WARC-Date: 2009-06-10T21:04:05Z\nX-Folded: a\n  b\nContent-Type: application/http\n\
        Content-Length: 20\n\nHTTP/1.0 200 OK\n\nabc\nWARC/1.0\nWARC-Type: request\n\
        Content-Length: 0\n\n";
    assert_eq!(told(file), "/a; request");
}

#[test]
fn a_revisit_says_what_it_refers_to() {
    let fields = [
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", "<urn:uuid:0b>"),
        ("WARC-Date", "2021-06-10T21:04:05Z"),
        ("WARC-Target-URI", "https://example.org/a"),
        ("WARC-Refers-To-Date", "2020-06-10T21:04:05Z"),
        ("WARC-Refers-To-Target-URI", "<https://example.org/b>"),
        ("WARC-Payload-Digest", "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5"),
        ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
    ];
    let block = b"HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n";
    let Ok(Record::Revisit(revisit)) = read(&record(&fields, block)).pop().unwrap() else {
        panic!("no revisit");
    };
    assert_eq!(revisit.refers_to_date, Some("2020-06-10T21:04:05Z".parse().unwrap()));
    assert_eq!(revisit.refers_to_url, Some("https://example.org/b".parse().unwrap()));
    assert!(revisit.profile.ends_with("identical-payload-digest"));
    assert_eq!(revisit.head.unwrap().status, 304);
    let Ok(Record::Revisit(bare)) = read(&record(&fields[..4], b"")).pop().unwrap() else {
        panic!("no revisit");
    };
    assert_eq!((bare.head, bare.refers_to_date), (None, None));
}

#[test]
fn a_resource_is_a_capture_without_an_http_head() {
    let fields = [
        ("WARC-Type", "resource"),
        ("WARC-Date", "2020-06-10"),
        ("WARC-Target-URI", "https://example.org/a"),
        ("Content-Type", "text/html"),
    ];
    let capture = capture(&record(&fields, b"<p>Hello"));
    assert_eq!((capture.status, capture.http_version.as_str()), (200, ""));
    assert_eq!(capture.body, b"<p>Hello");
    assert_eq!(capture.headers, [("content-type".to_owned(), b"text/html".to_vec())]);
}

#[test]
fn answers_of_other_protocols_are_other_records() {
    let dns = [
        ("WARC-Type", "response"),
        ("WARC-Target-URI", "dns:example.org"),
        ("WARC-Date", "2020-06-10T21:04:05Z"),
        ("Content-Type", "text/dns"),
    ];
    let view = [("WARC-Type", "resource"), ("WARC-Target-URI", "urn:view:https://example.org/")];
    let file = [record(&dns, b"example.org. A 192.0.2.7"), record(&view, b"png")].concat();
    assert_eq!(told(&file), "response; resource");
}

#[test]
fn any_plausible_form_of_the_payload_may_be_digested() {
    let packed = gzip(b"<p>We pause.");
    let chunked =
        [format!("{:x}\r\n", packed.len()).as_bytes(), &packed, b"\r\n0\r\n\r\n"].concat();
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n";
    let http = [&head[..], &chunked].concat();
    for form in [&chunked[..], &packed, b"<p>We pause.", &http] {
        let capture = capture(&response("a", &[("WARC-Payload-Digest", &sha1(form))], &http));
        assert_eq!(capture.body, b"<p>We pause.");
    }
    // Kept without chunks, beside the head that still names them.
    assert_eq!(capture(&response("a", &[], &[&head[..], &packed].concat())).body, b"<p>We pause.");
}

#[test]
fn a_payload_that_is_not_what_its_digest_says_is_named() {
    let http = b"HTTP/1.1 200 OK\r\n\r\nWe pause.";
    let wrong = sha1(b"We never pause.");
    let altered = response("a", &[("WARC-Payload-Digest", &wrong)], http);
    let expected = format!("1: the content is not what its digest `{wrong}` says; /b");
    assert_eq!(told(&[altered, page("b")].concat()), expected);
    let by_block = response("a", &[("WARC-Block-Digest", &wrong)], http);
    assert_eq!(told(&[by_block, page("b")].concat()), expected);
    // A payload cut by the archiver may carry the digest of the whole.
    let more = [("WARC-Payload-Digest", wrong.as_str()), ("WARC-Truncated", "length")];
    assert_eq!(capture(&response("a", &more, http)).truncated.as_deref(), Some("length"));
}

#[test]
fn a_fault_says_which_record_and_where() {
    let first = page("a");
    let bad = response("b\u{1b}[2J", &[("WARC-Segment-Number", "1")], b"HTTP/1.1 200 OK\r\n\r\n");
    let fault = read(&[&first[..], &bad].concat()).pop().unwrap().unwrap_err();
    let expected = format!(
        "cannot read record 2 at byte {} (<https://example.org/b\u{fffd}[2J>)",
        first.len()
    );
    assert_eq!(fault.to_string(), expected);
    assert!(matches!(fault.flaw, Flaw::Segmented));
}

#[test]
fn records_without_what_they_need_are_named_and_passed() {
    let without = |name: &str| {
        let text = String::from_utf8(page("a")).unwrap();
        let kept: Vec<&str> =
            text.split_inclusive('\n').filter(|it| !it.starts_with(name)).collect();
        [kept.concat().into_bytes(), page("b")].concat()
    };
    assert_eq!(told(&without("WARC-Type")), "1: the record has no WARC-Type; /b");
    assert_eq!(told(&without("WARC-Date")), "1: the record has no WARC-Date; /b");
    assert_eq!(told(&without("WARC-Target-URI")), "1: the record has no WARC-Target-URI; /b");
    assert_eq!(told(&without("Content-Length")), "1: the record has no Content-Length; /b");
    assert_eq!(
        told(&without("HTTP/")),
        "1: the Content-Length of 23 bytes is wrong: the record does not end there; /b"
    );
}

#[test]
fn a_length_that_is_wrong_hides_no_record() {
    let with_length = |length: usize| {
        let text = String::from_utf8(page("a")).unwrap();
        let text = text.replace("Content-Length: 23", &format!("Content-Length: {length}"));
        [text.into_bytes(), page("b"), page("c")].concat()
    };
    assert_eq!(told(&with_length(23)), "/a; /b; /c");
    for wrong in [0, 5, 22, 28, 50, 300] {
        let expected = format!(
            "1: the Content-Length of {wrong} bytes is wrong: the record does not end there; /b; /c"
        );
        assert_eq!(told(&with_length(wrong)), expected);
    }
    for beyond in [10_000, 100_000_000] {
        let items = told(&with_length(beyond));
        assert!(items.starts_with("1: the file ends after "), "{items}");
        assert!(
            items.ends_with(&format!(" of the {beyond} bytes that the record should have; /b; /c"))
        );
    }
    assert!(
        told(&with_length(2_000_000_000_000)).ends_with("cannot be read: `2000000000000`; /b; /c")
    );
}

#[test]
fn garbage_between_records_is_named_and_a_proven_record_before_it_kept() {
    let http = b"HTTP/1.1 200 OK\r\n\r\nWe pause.";
    let proven = response("a", &[("WARC-Payload-Digest", &sha1(b"We pause."))], http);
    let garbage = b"garbage\r\nWARC/1.x\r\n\r\n".to_vec();
    let unfound = "no line `WARC/1.0` or `WARC/1.1` stands where a record should begin";
    assert_eq!(
        told(&[proven, garbage.clone(), page("b")].concat()),
        format!("/a; 2: {unfound}; 3: {unfound}; /b")
    );
    assert_eq!(
        told(&[page("a"), garbage, page("b")].concat()),
        format!(
            "1: the Content-Length of 23 bytes is wrong: the record does not end there; \
             2: {unfound}; /b"
        )
    );
    assert_eq!(told(b"<!DOCTYPE html><p>no archive"), format!("1: {unfound}"));
}

#[test]
fn a_record_behind_what_damage_left_of_a_line_is_found() {
    for left in [&b"\0"[..], b"garbage", b"\r\ngarbage WARC/1.", b"WARC/WARC/1.1"] {
        let items = told(&[page("a"), left.to_vec(), page("b"), page("c")].concat());
        assert!(items.ends_with("; /b; /c"), "{items}");
    }
}

#[test]
fn a_file_that_is_cut_gives_what_is_whole() {
    let file = [page("a"), page("b")].concat();
    let first = page("a").len();
    for cut in first + 1..file.len() - 4 {
        let items = told(&file[..cut]);
        assert!(items.starts_with("/a; 2: ") || items.starts_with("1: "), "{cut}: {items}");
    }
    assert_eq!(told(&file[..file.len() - 4]), "/a; /b");
    let head_cut = told(&file[..first + 20]);
    assert_eq!(head_cut, "/a; 2: the file ends inside the head of the record");
}

#[test]
fn a_damaged_gzip_member_costs_only_its_own_record() {
    let members = [gzip(&page("a")), gzip(&page("b")), gzip(&page("c"))];
    for at in 12..members[1].len() {
        let mut file = members.concat();
        file[members[0].len() + at] ^= 0x55;
        let items = told(&file);
        assert!(items.starts_with("/a; ") && items.ends_with("/c"), "{at}: {items}");
        assert!(!items.contains("/b;"), "{at}: {items}");
    }
    let cut = [&members[0][..], &members[1][..40]].concat();
    assert!(told(&cut).starts_with("/a; 2: the compressed data is damaged: "));
    let between = [&members[0][..], b"garbage", &members[1]].concat();
    let items = told(&between);
    assert!(items.contains("something else stands between gzip members"), "{items}");
    assert!(items.ends_with("/b"), "{items}");
}

#[test]
fn a_cut_zstd_stream_is_named() {
    let noise: String = (0..30_000_u64).map(|n| char::from(b'a' + (n * n % 23) as u8)).collect();
    let http = format!("HTTP/1.1 200 OK\r\n\r\n{noise}");
    let file = [page("a"), response("b", &[], http.as_bytes())].concat();
    let packed = zstd::bulk::compress(&file, 1).unwrap();
    let items = told(&packed[..packed.len() - 8]);
    assert!(items.contains("the compressed data is damaged: "), "{items}");
}

#[test]
fn an_input_that_fails_ends_the_reading() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    for start in [page("a"), gzip(&page("a"))] {
        let input = BufReader::new(start.as_slice().chain(Failing));
        let items: Vec<_> = WarcReader::new(Box::new(input)).unwrap().collect();
        assert!(matches!(items.first(), Some(Ok(Record::Response(_)))));
        let fault = items.last().unwrap().as_ref().unwrap_err();
        assert!(fault.ends_reading() && items.len() == 2, "{fault:?}");
    }
    assert!(WarcReader::new(Box::new(BufReader::new(Failing))).is_err());
}

#[test]
fn a_record_over_the_bound_is_named_and_passed() {
    let length = BLOCK_BYTES_MAX as u64 + 1;
    let head = format!("WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: {length}\r\n\r\n");
    let behind = [b"\r\n\r\n".to_vec(), page("b")].concat();
    let input = head.as_bytes().chain(io::repeat(b'x').take(length)).chain(&behind[..]);
    let items: Vec<_> = WarcReader::new(Box::new(BufReader::new(input))).unwrap().collect();
    assert!(matches!(items[0].as_ref().unwrap_err().flaw, Flaw::TooLarge { .. }));
    assert!(matches!(items[1], Ok(Record::Response(_))));
    assert_eq!(items.len(), 2);
}

#[test]
fn endless_input_ends() {
    for byte in [b'\n', b'x', 0] {
        let input = BufReader::new(io::repeat(byte));
        let items: Vec<_> = WarcReader::new(Box::new(input)).unwrap().collect();
        assert!(items.last().unwrap().as_ref().unwrap_err().ends_reading());
    }
}

#[test]
fn wrong_lengths_inside_one_another_are_read_in_linear_time() {
    // Each record claims nearly all that follows: looking again each time would be quadratic.
    let head = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 1000000\r\n\r\n";
    let file = [head.repeat(50_000), vec![b'x'; 1_100_000]].concat();
    let faults = read(&file).iter().filter(|it| it.is_err()).count();
    assert!((1..100).contains(&faults), "{faults}");
}

/// A file of four records, in one of four packings.
fn small_file(packing: usize) -> Vec<u8> {
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let zipped = [&b"HTTP/2 200\r\nContent-Encoding: gzip\r\n\r\n"[..], &gzip(b"hello")].concat();
    let records = [
        record(&[("WARC-Type", "warcinfo")], b"software: x"),
        response("a", &[("WARC-Payload-Digest", &sha1(b"hello"))], chunked),
        response("b", &[("WARC-Truncated", "time")], &zipped),
        page("c"),
    ];
    match packing {
        0 => records.concat(),
        1 => records.iter().flat_map(|it| gzip(it)).collect(),
        2 => gzip(&records.concat()),
        _ => zstd::bulk::compress(&records.concat(), 1).unwrap(),
    }
}

/// One mutation: a byte replaced, a range removed, a range repeated, or bytes put in.
fn mutate(file: &mut Vec<u8>, (kind, at, count, byte): (u8, usize, usize, u8)) {
    let at = at % (file.len() + 1);
    let end = file.len().min(at + count);
    match kind {
        0 if at < file.len() => file[at] = byte,
        1 => drop(file.drain(at..end)),
        2 => {
            let range = file[at..end].to_vec();
            file.splice(at..at, range);
        }
        _ => drop(file.splice(at..at, vec![byte; count % 8])),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_never_panic_and_always_end(
        packing in 0..4_usize,
        mutations in prop::collection::vec((0..4_u8, any::<usize>(), 0..300_usize, any::<u8>()), 1..6),
    ) {
        let mut file = small_file(packing);
        for mutation in mutations {
            mutate(&mut file, mutation);
        }
        let items = read(&file);
        prop_assert!(items.len() <= file.len() + 1);
        for fault in items.into_iter().filter_map(Result::err) {
            prop_assert!(!fault.to_string().contains(char::is_control));
            prop_assert!(!fault.flaw.to_string().contains(char::is_control), "{}", fault.flaw);
        }
    }

    #[test]
    fn a_mutation_inside_one_record_leaves_its_neighbours(at in 0..200_usize, byte in any::<u8>()) {
        let (first, second, third) = (page("a"), page("b"), page("c"));
        let mut file = [gzip(&first), gzip(&second), gzip(&third)].concat();
        let at = gzip(&first).len() + at % gzip(&second).len();
        file[at] = byte;
        let items = told(&file);
        prop_assert!(items.starts_with("/a; ") && items.ends_with("/c"), "{}", items);
    }

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        read(&bytes);
        read(&[page("a"), bytes].concat());
    }
}
