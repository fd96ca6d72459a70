//! Writes WARC 1.1, one gzip member a record: the same values give the same bytes, on any day.
//! Where the bytes go, and what a visit is made of, is not known here.
//!
//! Digests are SHA-256 in hex, as `sha256sum` prints them. A body is written as it was after
//! transfer and content decoding, so the fields that tell of codings and length on the wire are
//! renamed (see [`kept_name`]): a reader would undo codings that are not there.
//!
//! Source: <https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/>

use std::{
    fmt,
    io::{self, Write as _},
    net::IpAddr,
};

use flate2::{Compression, GzBuilder};
use url::Url;

use crate::model::{snapshot::Digest, time::Timestamp};

/// A record's name, `urn:uuid:…`, made from what the record is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordId(String);

impl RecordId {
    /// Returns the name of the record that these words tell from all others.
    ///
    /// A UUID of version 8, whose bits are the writer's own: those of a SHA-256.
    /// Source: RFC 9562, section 5.8.
    pub fn of(words: &[&str]) -> RecordId {
        let mut form = String::new();
        words.iter().for_each(|word| form.push_str(&format!("{}:{word},", word.len())));
        let mut bits = [0; 16];
        bits.copy_from_slice(&Digest::of(form.as_bytes()).as_bytes()[..16]);
        bits[6] = bits[6] & 0x0f | 0x80;
        bits[8] = bits[8] & 0x3f | 0x80;
        let hex: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        RecordId(format!("urn:uuid:{}", parts.join("-")))
    }

    /// Returns the name without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A record to be written.
#[derive(Clone, Debug)]
pub struct NewRecord<'a> {
    /// Its name.
    pub id: RecordId,
    /// The instant of the visit that it is of.
    pub at: Timestamp,
    /// The address that it is of; none for what is said of the whole file. A password in it is
    /// left out.
    pub url: Option<&'a Url>,
    /// The record that it was made with.
    pub concurrent_to: Option<&'a RecordId>,
    /// Who answered.
    pub remote: Option<IpAddr>,
    /// What it holds.
    pub holds: Holds<'a>,
}

/// What a record holds.
#[derive(Clone, Debug)]
pub enum Holds<'a> {
    /// What is said of the whole file, `warcinfo`.
    Info(&'a [(&'a str, &'a str)]),
    /// What was asked, `request`: the head.
    Request(&'a [u8]),
    /// What an address gave, `response`.
    Response {
        /// Its head.
        head: &'a [u8],
        /// Its body.
        body: &'a [u8],
        /// Why the body is not all that there was.
        truncated: Option<Truncated>,
    },
    /// What an address gave, of which no head is known: `resource`.
    Resource {
        /// Its media type.
        media_type: &'a str,
        /// Its body.
        body: &'a [u8],
    },
    /// An address gave what it gave before: `revisit`.
    Revisit(Again<'a>),
    /// Something about another record, `metadata`.
    Metadata {
        /// Its media type.
        media_type: &'a str,
        /// The block.
        block: &'a [u8],
    },
}

/// What an address gave again.
#[derive(Clone, Debug)]
pub struct Again<'a> {
    /// How it is known to be the same.
    pub profile: Profile,
    /// At which address and instant the body was captured.
    pub refers_to: (&'a Url, Timestamp),
    /// The record that has the body.
    pub record: &'a RecordId,
    /// The body's digest.
    pub payload: Digest,
    /// The head of this answer; empty if it is not known.
    pub head: &'a [u8],
}

/// How a body is known to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// It came, and its digest is the same.
    IdenticalPayload,
    /// The server said so (304).
    NotModified,
}

/// Why a body is not all that there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncated {
    /// It was too long.
    Length,
    /// It took too long.
    Time,
    /// The connection broke off.
    Disconnect,
    /// For another reason.
    Unspecified,
}

impl Truncated {
    fn code(self) -> &'static str {
        match self {
            Truncated::Length => "length",
            Truncated::Time => "time",
            Truncated::Disconnect => "disconnect",
            Truncated::Unspecified => "unspecified",
        }
    }
}

/// What stands before the name of a field whose name would mislead.
const KEPT: &str = "x-archive-orig-";

/// Returns the name under which a field of an answer (lower case) is written: what tells of the
/// body on the wire would be wrong of the body as it is kept.
pub fn kept_name(name: &str, value: &[u8], body_bytes: usize) -> String {
    let misleads = match name {
        "content-encoding" | "transfer-encoding" => true,
        "content-length" => value != body_bytes.to_string().as_bytes(),
        // Written so by others, or by us: one more in front is one more to take away.
        _ => name.starts_with(KEPT),
    };
    if misleads { format!("{KEPT}{name}") } else { name.to_owned() }
}

/// Returns the name that a field had before [`kept_name`].
pub fn name_before(name: &str) -> &str {
    name.strip_prefix(KEPT).unwrap_or(name)
}

/// Returns the head of an answer as it is written, `body_bytes` being the length of its body.
///
/// The status line says `HTTP/1.1` whatever was spoken: nothing else is read by others.
pub fn answer_head(status: u16, fields: &[(String, Vec<u8>)], body_bytes: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status)).into_bytes();
    for (name, value) in fields {
        head.extend_from_slice(kept_name(name, value, body_bytes).as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

/// Returns what a request of `url` began with: all of it that is known afterwards.
pub fn request_head(url: &Url) -> Vec<u8> {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let (path, host) = (url.path(), url.host_str().unwrap_or_default());
    format!("GET {path}{query} HTTP/1.1\r\nhost: {host}{port}\r\n\r\n").into_bytes()
}

/// The usual words of a status; those that are not usual get none.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

/// Returns a record as the bytes of a file: one gzip member.
///
/// Fails only where memory does.
pub fn to_gzip(record: &NewRecord<'_>) -> io::Result<Vec<u8>> {
    let info;
    let (head, payload): (&[u8], &[u8]) = match &record.holds {
        Holds::Info(fields) => {
            info = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
            let block: String = info.collect();
            return packed(&fields_of(record, &[], block.as_bytes()), &[], block.as_bytes());
        }
        Holds::Request(head) => (head, &[]),
        Holds::Response { head, body, .. } => (head, body),
        Holds::Resource { body, .. } => (&[], body),
        Holds::Revisit(again) => (again.head, &[]),
        Holds::Metadata { block, .. } => (&[], block),
    };
    packed(&fields_of(record, head, payload), head, payload)
}

fn packed(fields: &str, head: &[u8], payload: &[u8]) -> io::Result<Vec<u8>> {
    // No time and no name of a system: the same record is the same bytes.
    let mut encoder =
        GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::default());
    for piece in [fields.as_bytes(), head, payload, b"\r\n\r\n"] {
        encoder.write_all(piece)?;
    }
    encoder.finish()
}

fn fields_of(record: &NewRecord<'_>, head: &[u8], payload: &[u8]) -> String {
    let mut fields = String::from("WARC/1.1\r\n");
    let mut add = |name: &str, value: &str| {
        // A line end inside would begin another field.
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        fields.push_str(&format!("{name}: {value}\r\n"));
    };
    let (kind, media_type, payload_digest) = match &record.holds {
        Holds::Info(_) => ("warcinfo", "application/warc-fields", None),
        Holds::Request(_) => ("request", "application/http; msgtype=request", None),
        Holds::Response { .. } => {
            ("response", "application/http; msgtype=response", Some(Digest::of(payload)))
        }
        Holds::Resource { media_type, .. } => ("resource", *media_type, Some(Digest::of(payload))),
        Holds::Revisit(again) => {
            ("revisit", "application/http; msgtype=response", Some(again.payload))
        }
        Holds::Metadata { media_type, .. } => ("metadata", *media_type, None),
    };
    add("WARC-Type", kind);
    add("WARC-Record-ID", &format!("<{}>", record.id));
    add("WARC-Date", &record.at.to_string());
    if let Some(url) = record.url {
        add("WARC-Target-URI", public(url).as_str());
    }
    if let Some(other) = record.concurrent_to {
        add("WARC-Concurrent-To", &format!("<{other}>"));
    }
    if let Some(remote) = record.remote {
        add("WARC-IP-Address", &remote.to_string());
    }
    match &record.holds {
        Holds::Response { truncated: Some(why), .. } => add("WARC-Truncated", why.code()),
        Holds::Revisit(again) => {
            let profile = match again.profile {
                Profile::IdenticalPayload => "identical-payload-digest",
                Profile::NotModified => "server-not-modified",
            };
            add("WARC-Profile", &format!("http://netpreserve.org/warc/1.1/revisit/{profile}"));
            add("WARC-Refers-To", &format!("<{}>", again.record));
            add("WARC-Refers-To-Target-URI", public(again.refers_to.0).as_str());
            add("WARC-Refers-To-Date", &again.refers_to.1.to_string());
        }
        Holds::Info(_)
        | Holds::Request(_)
        | Holds::Response { truncated: None, .. }
        | Holds::Resource { .. }
        | Holds::Metadata { .. } => (),
    }
    if let Some(digest) = payload_digest {
        add("WARC-Payload-Digest", &format!("sha256:{digest}"));
    }
    add("WARC-Block-Digest", &format!("sha256:{}", Digest::of_pieces(&[head, payload])));
    add("Content-Type", media_type);
    add("Content-Length", &(head.len() + payload.len()).to_string());
    fields.push_str("\r\n");
    fields
}

/// Returns an address without what only we may know.
pub fn public(url: &Url) -> Url {
    let mut url = url.clone();
    // Addresses that can have none refuse, and have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::formats::warc::{Record, WarcReader};

    fn record<'a>(url: &'a Url, holds: Holds<'a>) -> NewRecord<'a> {
        NewRecord {
            id: RecordId::of(&["a", "b"]),
            at: Timestamp::from_millis(1_591_823_045_678),
            url: Some(url),
            concurrent_to: None,
            remote: Some([192, 0, 2, 1].into()),
            holds,
        }
    }

    fn unpacked(bytes: &[u8]) -> String {
        let mut text = String::new();
        flate2::bufread::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    fn read(bytes: &[u8]) -> Record {
        let records: Result<Vec<Record>, _> = WarcReader::new(Box::new(bytes)).unwrap().collect();
        records.unwrap().remove(0)
    }

    #[test]
    fn a_record_is_written_as_the_standard_has_it() {
        let url: Url = "https://user:secret@example.org/terms?a=1".parse().unwrap();
        let head = answer_head(200, &[("content-type".to_owned(), b"text/html".to_vec())], 4);
        let holds = Holds::Response { head: &head, body: b"body", truncated: None };
        let bytes = to_gzip(&record(&url, holds)).unwrap();
        expect_test::expect![[r#"
            WARC/1.1
            WARC-Type: response
            WARC-Record-ID: <urn:uuid:9f2b0d50-2d18-8b39-9c81-652fdca2ccb0>
            WARC-Date: 2020-06-10T21:04:05.678Z
            WARC-Target-URI: https://example.org/terms?a=1
            WARC-IP-Address: 192.0.2.1
            WARC-Payload-Digest: sha256:230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5
            WARC-Block-Digest: sha256:acfee2b8aa4d51df64f54c1a5f115ceddaa913a500a88df0a50b5966e30f1ce1
            Content-Type: application/http; msgtype=response
            Content-Length: 48

            HTTP/1.1 200 OK
            content-type: text/html

            body

        "#]]
        .assert_eq(&unpacked(&bytes).replace('\r', ""));
    }

    #[test]
    fn an_answer_reads_back_as_it_was_whatever_its_fields_say() {
        let url: Url = "https://example.org/".parse().unwrap();
        let fields: Vec<(String, Vec<u8>)> = [
            ("content-encoding", &b"gzip"[..]),
            ("transfer-encoding", b"chunked"),
            ("content-length", b"999"),
            ("x-archive-orig-date", b"caf\xe9"),
            ("content-type", b""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_vec()))
        .into();
        let body = b"5\r\nhello\r\n0\r\n\r\n";
        let head = answer_head(404, &fields, body.len());
        let holds = Holds::Response { head: &head, body, truncated: Some(Truncated::Length) };
        let Record::Response(read) = read(&to_gzip(&record(&url, holds)).unwrap()) else {
            panic!()
        };
        assert_eq!((read.status, read.body.as_slice()), (404, &body[..]));
        assert_eq!(read.truncated.as_deref(), Some("length"));
        let named =
            read.headers.into_iter().map(|(it, value)| (name_before(&it).to_owned(), value));
        assert_eq!(named.collect::<Vec<_>>(), fields);
    }

    #[test]
    fn a_revisit_names_what_it_repeats() {
        let url: Url = "https://example.org/".parse().unwrap();
        let payload = Digest::of(b"body");
        let head = answer_head(304, &[], 0);
        let again = Again {
            profile: Profile::NotModified,
            refers_to: (&url, Timestamp::from_millis(5)),
            record: &RecordId::of(&["first"]),
            payload,
            head: &head,
        };
        let bytes = to_gzip(&record(&url, Holds::Revisit(again))).unwrap();
        let Record::Revisit(read) = read(&bytes) else { panic!() };
        assert_eq!(read.refers_to_date, Some(Timestamp::from_millis(5)));
        assert_eq!(read.payload_digest, Some(format!("sha256:{payload}")));
        assert!(read.profile.ends_with("/server-not-modified"), "{}", read.profile);
        assert_eq!(read.head.unwrap().status, 304);
    }

    #[test]
    fn the_same_record_is_the_same_bytes() {
        let url: Url = "https://example.org/".parse().unwrap();
        let holds = Holds::Metadata { media_type: "application/json", block: b"{}" };
        let write = || to_gzip(&record(&url, holds.clone())).unwrap();
        assert_eq!(write(), write());
    }
}
