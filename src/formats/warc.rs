//! Reads WARC files, the web archives' own format, record by record: 1.0 and 1.1; plain, gzip a
//! record, gzip as a whole, or zstd as one stream. What a capture is worth is not known here.
//!
//! Nothing is opened and nothing sought: bytes come in, and one record at a time is held. A
//! damaged record is named, and the records behind it are still read. Where a damaged record ends
//! is not known, so the next is found by its first line, which a page inside could imitate:
//! records right behind a fault deserve a second look.
//!
//! Source: <https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/>

pub mod cdx;
mod fields;
pub mod flaw;
mod frames;
pub mod input;
mod source;
pub mod write;

use std::{
    borrow::Cow,
    fmt,
    io::{self, BufRead},
    net::IpAddr,
};

use url::Url;

use crate::{
    formats::{
        checksum::{Checked, check},
        coding::{WhenCut, without_chunks, without_codings},
        http::{HttpHead, read_answer},
        message::shown,
        warc::{
            fields::Fields,
            flaw::Flaw,
            frames::{BLOCK_BYTES_MAX, Content, Frames},
            input::Input,
        },
    },
    model::time::Timestamp,
};

/// One record of a WARC file.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// What an address gave: a `response` over HTTP, or a `resource` of an `http` or `https`
    /// address.
    Response(Capture),
    /// An address gave what it gave before, and the body was not kept again.
    Revisit(Revisit),
    /// Something about another record.
    Metadata(Metadata),
    /// Any other record: `warcinfo`, `request`, a `response` over DNS.
    Other {
        /// Its WARC-Type.
        kind: String,
    },
}

/// What an address gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// The address.
    pub url: Url,
    /// When it was captured.
    pub at: Timestamp,
    /// The record's id without angle brackets, `urn:uuid:…`; empty if it has none.
    pub record_id: String,
    /// The HTTP status; 200 for a `resource`, which is kept without one.
    pub status: u16,
    /// `HTTP/1.1` or `HTTP/2.0`; empty for a `resource`.
    pub http_version: String,
    /// The header fields in order, names in lower case; they may still name codings that the body
    /// is no longer in. For a `resource`, its content type alone.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body after transfer and content decoding, at most 64 MiB.
    pub body: Vec<u8>,
    /// The digest that the record states of its payload, `sha1:…`; if it could be read, some
    /// form of the body matched it, except where the record is `truncated`.
    pub payload_digest: Option<String>,
    /// Why the archiver cut the body (`length`, `time`, `disconnect`), if it did.
    pub truncated: Option<String>,
    /// Who answered.
    pub address: Option<IpAddr>,
}

/// An address gave what it gave before.
#[derive(Clone, Debug, PartialEq)]
pub struct Revisit {
    /// The address.
    pub url: Url,
    /// When it was visited.
    pub at: Timestamp,
    /// The record's id without angle brackets; empty if it has none.
    pub record_id: String,
    /// When the body was captured, if the record says so.
    pub refers_to_date: Option<Timestamp>,
    /// At which address the body was captured, if the record says so.
    pub refers_to_url: Option<Url>,
    /// The digest of the body, `sha1:…`, which finds it where the record does not say more.
    pub payload_digest: Option<String>,
    /// How it is known to be the same: a URI that ends in `identical-payload-digest` or
    /// `server-not-modified`; empty if the record does not say.
    pub profile: String,
    /// The head of the answer, if it was kept.
    pub head: Option<HttpHead>,
}

/// Something about another record.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// The record's id without angle brackets; empty if it has none.
    pub record_id: String,
    /// The media type of the block; empty if the record does not say.
    pub media_type: String,
    /// The block.
    pub block: Vec<u8>,
}

/// What is wrong with a record, and which it is.
#[derive(Debug, thiserror::Error)]
pub struct WarcFault {
    /// The record's number in the file, from 1, damaged ones counted.
    pub number: u64,
    /// How many bytes stand before it, counted after decompression of the file.
    pub offset: u64,
    /// Its address as written, printable and shortened, if it got that far.
    pub url: Option<String>,
    /// What is wrong.
    #[source]
    pub flaw: Flaw,
}

impl WarcFault {
    /// Returns whether reading ended here, so that records behind it are unread.
    pub fn ends_reading(&self) -> bool {
        matches!(self.flaw, Flaw::Input(_) | Flaw::Lost { .. })
    }
}

impl fmt::Display for WarcFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read record {} at byte {}", self.number, self.offset)?;
        match &self.url {
            Some(url) => write!(f, " (<{url}>)"),
            None => Ok(()),
        }
    }
}

/// Reads the records of one WARC file in order.
///
/// Gives each record or what is wrong with it, and ends: after a fault the records behind it
/// follow, unless [`WarcFault::ends_reading`].
pub struct WarcReader<'a> {
    frames: Frames<'a>,
}

impl<'a> WarcReader<'a> {
    /// Returns a reader of the file in `input`, whose compression is told by its first bytes.
    ///
    /// Fails if these cannot be read. An empty file has no records and is no failure.
    pub fn new(input: Box<dyn BufRead + 'a>) -> io::Result<WarcReader<'a>> {
        Ok(WarcReader { frames: Frames::new(Input::new(input)?) })
    }
}

impl Iterator for WarcReader<'_> {
    type Item = Result<Record, WarcFault>;

    fn next(&mut self) -> Option<Result<Record, WarcFault>> {
        let frame = self.frames.next()?;
        let fault = |url, flaw| WarcFault { number: frame.number, offset: frame.offset, url, flaw };
        let content = match frame.content {
            Ok(content) => content,
            Err(flaw) => return Some(Err(fault(None, flaw))),
        };
        let read = read_record(&content);
        let url = content.fields.id("WARC-Target-URI").map(shown);
        Some(match (read, content.doubt) {
            (Ok((record, _)), None) | (Ok((record, Proof::Digest)), Some(_)) => Ok(record),
            (Ok((_, Proof::None)) | Err(_), Some(doubt)) => {
                self.frames.reject();
                Err(fault(url, doubt))
            }
            (Err(flaw), None) => Err(fault(url, flaw)),
        })
    }
}

/// What shows that a record came through whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// One of its digests matches.
    Digest,
    /// It has none that could be read.
    None,
}

fn read_record(content: &Content) -> Result<(Record, Proof), Flaw> {
    let (fields, block) = (&content.fields, &content.block);
    let kind = fields.need("WARC-Type")?.to_ascii_lowercase();
    let is_web = || {
        let url = fields.id("WARC-Target-URI").unwrap_or("http:").to_ascii_lowercase();
        url.starts_with("http:") || url.starts_with("https:")
    };
    let is_http = || {
        let media_type = fields.get("Content-Type").unwrap_or("application/http");
        media_type.to_ascii_lowercase().starts_with("application/http")
    };
    match kind.as_str() {
        "response" if is_web() && is_http() => read_response(fields, block),
        "resource" if is_web() => read_resource(fields, block),
        "revisit" if is_web() => read_revisit(fields, block),
        "metadata" => {
            let proof = prove_block(fields, block)?;
            let record_id = fields.id("WARC-Record-ID").unwrap_or_default().to_owned();
            let media_type = fields.get("Content-Type").unwrap_or_default().to_owned();
            Ok((Record::Metadata(Metadata { record_id, media_type, block: block.clone() }), proof))
        }
        _ => {
            let proof = match fields.get("WARC-Block-Digest").map(|it| check(it, &[block])) {
                Some(Checked::Matches) => Proof::Digest,
                Some(Checked::Differs | Checked::Unreadable) | None => Proof::None,
            };
            Ok((Record::Other { kind: shown(&kind) }, proof))
        }
    }
}

/// Checks the digest that a record states of its block.
fn prove_block(fields: &Fields, block: &[u8]) -> Result<Proof, Flaw> {
    match fields.get("WARC-Block-Digest").map(|it| (it, check(it, &[block]))) {
        Some((_, Checked::Matches)) => Ok(Proof::Digest),
        Some((digest, Checked::Differs)) => Err(Flaw::DigestDiffers { digest: shown(digest) }),
        Some((_, Checked::Unreadable)) | None => Ok(Proof::None),
    }
}

fn read_response(fields: &Fields, block: &[u8]) -> Result<(Record, Proof), Flaw> {
    if fields.get("WARC-Segment-Number").is_some() {
        return Err(Flaw::Segmented);
    }
    let when_cut = match fields.get("WARC-Truncated") {
        Some(_) => WhenCut::Keep,
        None => WhenCut::Refuse,
    };
    let (head, stored) = read_answer(block)?;
    let is_chunked = head.list("transfer-encoding").iter().any(|it| it == "chunked");
    let joined = if is_chunked { without_chunks(stored, when_cut)? } else { Cow::Borrowed(stored) };
    let codings = head.list("content-encoding");
    let body = without_codings(joined.clone(), &codings, when_cut, BLOCK_BYTES_MAX)?;
    // Archivers digest the payload as it came, without its chunks, or as a browser has it.
    let proof = prove(fields, block, &[stored, &joined, &body])?;
    let body = body.into_owned();
    let (status, http_version, headers) = (head.status, head.version, head.headers);
    Ok((Record::Response(capture(fields, status, http_version, headers, body)?), proof))
}

fn read_resource(fields: &Fields, block: &[u8]) -> Result<(Record, Proof), Flaw> {
    if fields.get("WARC-Segment-Number").is_some() {
        return Err(Flaw::Segmented);
    }
    let proof = prove(fields, block, &[block])?;
    let headers = fields
        .get("Content-Type")
        .map(|value| ("content-type".to_owned(), value.as_bytes().to_vec()))
        .into_iter()
        .collect();
    Ok((Record::Response(capture(fields, 200, String::new(), headers, block.to_vec())?), proof))
}

fn capture(
    fields: &Fields,
    status: u16,
    http_version: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
) -> Result<Capture, Flaw> {
    Ok(Capture {
        url: fields.need_url("WARC-Target-URI")?,
        at: fields.need_time("WARC-Date")?,
        record_id: fields.id("WARC-Record-ID").unwrap_or_default().to_owned(),
        status,
        http_version,
        headers,
        body,
        payload_digest: fields.get("WARC-Payload-Digest").map(str::to_owned),
        truncated: fields.get("WARC-Truncated").map(str::to_owned),
        address: fields.address(),
    })
}

fn read_revisit(fields: &Fields, block: &[u8]) -> Result<(Record, Proof), Flaw> {
    let proof = prove_block(fields, block)?;
    let refers_to_url = fields.id("WARC-Refers-To-Target-URI").and_then(|it| Url::parse(it).ok());
    let revisit = Revisit {
        url: fields.need_url("WARC-Target-URI")?,
        at: fields.need_time("WARC-Date")?,
        record_id: fields.id("WARC-Record-ID").unwrap_or_default().to_owned(),
        refers_to_date: fields.time("WARC-Refers-To-Date"),
        refers_to_url,
        payload_digest: fields.get("WARC-Payload-Digest").map(str::to_owned),
        profile: fields.id("WARC-Profile").unwrap_or_default().to_owned(),
        head: read_answer(block).ok().map(|(head, _)| head),
    };
    Ok((Record::Revisit(revisit), proof))
}

/// Checks the digests that a record states: its payload's against the forms that the payload
/// has, or, where there is none that can be read, its block's.
///
/// The digest of a truncated payload may be that of the whole, so a difference says nothing.
fn prove(fields: &Fields, block: &[u8], payload_forms: &[&[u8]]) -> Result<Proof, Flaw> {
    let forms: Vec<&[u8]> = payload_forms.iter().copied().chain([block]).collect();
    let is_truncated = fields.get("WARC-Truncated").is_some();
    for (name, forms) in
        [("WARC-Payload-Digest", forms.as_slice()), ("WARC-Block-Digest", &[block])]
    {
        let Some(digest) = fields.get(name) else { continue };
        match check(digest, forms) {
            Checked::Matches => return Ok(Proof::Digest),
            Checked::Differs if !is_truncated => {
                return Err(Flaw::DigestDiffers { digest: shown(digest) });
            }
            Checked::Differs | Checked::Unreadable => (),
        }
    }
    Ok(Proof::None)
}

#[cfg(test)]
mod tests;
