//! One attempt to fetch a page, with everything that came of it.

use std::{net::SocketAddr, time::Duration};

use url::Url;

use crate::model::{
    page::PageId,
    snapshot::{Digest, Snapshot},
    time::Timestamp,
};

/// One attempt to fetch a page: always recorded, even if nothing came.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Which page.
    pub page: PageId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; never before it began.
    pub ended_at: Timestamp,
    /// Where it came from.
    pub origin: Origin,
    /// What was asked beside the addresses ([`crate::model::watch::Watch::asking`]); `None` where
    /// it is not known, as of an import.
    pub asked: Option<Digest>,
    /// What each address of the page gave, in the watch's order; never empty. The parts after
    /// one that failed may be missing.
    pub parts: Vec<Part>,
}

impl Visit {
    /// Returns the first failure among the parts.
    pub fn failure(&self) -> Option<&FetchFailure> {
        self.parts.iter().find_map(|part| match &part.outcome {
            Outcome::Failed(failure) => Some(failure),
            Outcome::Captured(_) | Outcome::NotModified { .. } => None,
        })
    }
}

/// Where a visit came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// We fetched it.
    Live,
    /// It was imported from a file.
    Imported,
}

/// What one address gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The address as the watchlist has it.
    pub url: Url,
    /// The redirects that were followed, in order.
    pub hops: Vec<Hop>,
    /// The head of the last answer, if one came.
    pub answer: Option<Answer>,
    /// What it came to.
    pub outcome: Outcome,
    /// How often it was tried, redirects not counted; at least 1. A request that is sent anew
    /// since a kept connection had ended in between is no try of its own.
    pub attempts: u32,
    /// How long it took from the first request to the end.
    pub took: Duration,
}

impl Part {
    /// Returns the address that answered last: the target of the last redirect, or the first.
    pub fn final_url(&self) -> &Url {
        self.answer.as_ref().map_or(&self.url, |answer| &answer.url)
    }
}

/// One redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Who redirected.
    pub url: Url,
    /// With which status.
    pub status: u16,
    /// Where to, resolved.
    pub target: Url,
}

/// The head of an answer, as the HTTP library yields it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Who answered.
    pub url: Url,
    /// The status code.
    pub status: u16,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub http_version: String,
    /// The header fields in order, names in lower case, values as bytes.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The peer, where it is known (an import may not know it).
    pub remote: Option<SocketAddr>,
    /// The digest of the server's leaf certificate (DER), over TLS.
    pub certificate: Option<Digest>,
    /// The body on the wire, before content decoding.
    pub wire: Option<WireBody>,
}

impl Answer {
    /// Returns the value of the first header field of this name (lower case), if it is UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key == name)?;
        std::str::from_utf8(value).ok()
    }

    /// Returns whether there is a header field of this name (lower case), whatever its value.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key == name)
    }

    /// Returns the validators that this answer gave, as far as no edit can hide behind them.
    ///
    /// `Last-Modified` counts whole seconds, and entity tags are often made of it: a page edited
    /// in the second in which it was served keeps both. So neither is taken of a page that was
    /// last modified less than a minute before it was served, and no `Last-Modified` without a
    /// `Date` to hold it against. Source: RFC 9110, section 8.8.2.2; the minute is RFC 7232's.
    pub fn validators(&self) -> Validators {
        let instant = |name| jiff::fmt::rfc2822::parse(self.header(name)?).ok();
        let etag = self.header("etag").map(str::to_owned);
        let Some(last_modified) = self.header("last-modified") else {
            return Validators { etag, last_modified: None };
        };
        let age = match (instant("last-modified"), instant("date")) {
            (Some(modified), Some(served)) => {
                Some(served.timestamp().as_second() - modified.timestamp().as_second())
            }
            (None, _) | (_, None) => None,
        };
        match age {
            Some(SETTLED_SECONDS..) => {
                Validators { etag, last_modified: Some(last_modified.to_owned()) }
            }
            Some(_) => Validators::default(),
            None => Validators { etag, last_modified: None },
        }
    }
}

/// How long a page must have stood when it was served before its validators count.
const SETTLED_SECONDS: i64 = 60;

/// Digest and length of a body on the wire; the bytes themselves are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireBody {
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// How many.
    pub bytes: u64,
    /// Whether the framing told that the body was complete.
    pub framing: Framing,
}

/// Whether the end of a body was told or only seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A length, chunks or HTTP/2 frames told it.
    Told,
    /// The connection closed; the body may have been cut (HTTP/1.0 without a length).
    ClosedOnly,
}

/// What an address came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It answered with a body, whatever its status.
    Captured(Snapshot),
    /// The server answered 304 Not Modified: the body is still `digest`.
    NotModified {
        /// The snapshot that the validators named.
        digest: Digest,
    },
    /// No usable answer came; the failure says why.
    Failed(FetchFailure),
}

impl Outcome {
    /// Returns the digest of the body that it stands for, if it stands for one.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            Outcome::Captured(snapshot) => Some(snapshot.digest()),
            Outcome::NotModified { digest } => Some(*digest),
            Outcome::Failed(_) => None,
        }
    }
}

/// What makes a request conditional, kept only from visits whose body was accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` field, as it came.
    pub etag: Option<String>,
    /// The `Last-Modified` field, as it came.
    pub last_modified: Option<String>,
}

/// The body that an address may answer 304 for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which address gave it.
    pub url: Url,
    /// Its digest.
    pub digest: Digest,
    /// What to ask with.
    pub validators: Validators,
}

/// Why no usable answer came. Expected, recorded, life goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchFailure {
    /// The name of the host could not be resolved.
    #[error("the name `{host}` could not be resolved: {reason}")]
    UnknownHost {
        /// The host.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// The address is private, loopback, link-local or otherwise not to be reached.
    #[error("`{host}` is at {address}, which is not a public address")]
    BlockedAddress {
        /// The host as written.
        host: String,
        /// What it resolved to.
        address: String,
    },
    /// A port that no web page is served on.
    #[error("port {port} is not one for web pages")]
    BlockedPort {
        /// The port.
        port: u16,
    },
    /// robots.txt forbids it.
    #[error("robots.txt of `{host}` does not allow it (rule `{rule}`)")]
    RobotsDenied {
        /// The host.
        host: String,
        /// The rule that matched, or what stood in its place.
        rule: String,
    },
    /// No connection could be made.
    #[error("no connection to `{host}`: {reason}")]
    Unconnected {
        /// The host.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The connection broke.
    #[error("the connection broke off: {reason}")]
    Reset {
        /// What the HTTP library said.
        reason: String,
    },
    /// TLS failed: certificate or handshake.
    #[error("no trusted TLS connection to `{host}`: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What the TLS library said.
        reason: String,
    },
    /// A deadline passed.
    #[error("no complete answer within {seconds} s ({stage})", seconds = limit.as_secs_f32())]
    TimedOut {
        /// What was waited for: `connect`, `head` or `visit`.
        stage: &'static str,
        /// The deadline.
        limit: Duration,
    },
    /// More redirects than allowed, or a loop.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The bound.
        limit: usize,
    },
    /// A redirect that leads nowhere we go.
    #[error("a redirect that cannot be followed: `{target}`")]
    BadRedirect {
        /// The Location field as it came, shortened.
        target: String,
    },
    /// The body is over its bound.
    #[error("the body is over {limit} bytes {measure}")]
    TooLarge {
        /// The bound, in bytes.
        limit: u64,
        /// `on the wire`, `decoded`, or `for its wire size` (the ratio).
        measure: &'static str,
    },
    /// The head is over its bound.
    #[error("the head of the answer is too large")]
    HeadTooLarge,
    /// The body ended early.
    #[error("the body was cut off after {bytes} bytes: {reason}")]
    Truncated {
        /// How much had come.
        bytes: u64,
        /// What told so.
        reason: String,
    },
    /// The body ended in the middle of its chunks.
    #[error(
        "the answer is not well-formed HTTP: its chunks end after {bytes} bytes without a last one"
    )]
    ChunksCutOff {
        /// How much had come.
        bytes: u64,
    },
    /// The answer is not well-formed HTTP.
    #[error("the answer is not well-formed HTTP: {reason}")]
    BadFraming {
        /// What the HTTP library said.
        reason: String,
    },
    /// The body is not in the encoding that its head names.
    #[error("the body is not valid {encoding}: {reason}")]
    BadEncoding {
        /// The Content-Encoding.
        encoding: String,
        /// What the decoder said.
        reason: String,
    },
    /// The body is in an encoding that we did not ask for and do not read.
    #[error("the body is encoded as `{encoding}`, which we do not read")]
    Undecodable {
        /// The Content-Encoding.
        encoding: String,
    },
    /// The server asks us to stay away and gives no page.
    #[error("the server answered {status} and asks to come back in {seconds} s", seconds = retry_after.as_secs())]
    AskedToWait {
        /// 429 or 503.
        status: u16,
        /// For how long, within our bounds.
        retry_after: Duration,
    },
    /// An answer without a body where one was needed (empty 200, 204, unasked 206 or 304).
    #[error("the server answered {status} without a page")]
    NoContent {
        /// The status.
        status: u16,
    },
    /// Something of ours failed (a header that cannot be sent, say).
    #[error("the request could not be made: {reason}")]
    BadRequest {
        /// Why.
        reason: String,
    },
}

impl FetchFailure {
    /// Returns a stable code for the record and for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            FetchFailure::UnknownHost { .. } => "dns_error",
            FetchFailure::BlockedAddress { .. } => "blocked_address",
            FetchFailure::BlockedPort { .. } => "blocked_port",
            FetchFailure::RobotsDenied { .. } => "robots_denied",
            FetchFailure::Unconnected { .. } => "no_connection",
            FetchFailure::Reset { .. } => "reset",
            FetchFailure::Tls { .. } => "tls_error",
            FetchFailure::TimedOut { .. } => "timeout",
            FetchFailure::TooManyRedirects { .. } => "redirect_limit",
            FetchFailure::BadRedirect { .. } => "bad_redirect",
            FetchFailure::TooLarge { .. } => "too_large",
            FetchFailure::HeadTooLarge => "headers_too_large",
            FetchFailure::Truncated { .. } => "truncated",
            FetchFailure::ChunksCutOff { .. } | FetchFailure::BadFraming { .. } => "bad_framing",
            FetchFailure::BadEncoding { .. } => "bad_encoding",
            FetchFailure::Undecodable { .. } => "undecodable",
            FetchFailure::AskedToWait { .. } => "asked_to_wait",
            FetchFailure::NoContent { .. } => "no_content",
            FetchFailure::BadRequest { .. } => "bad_request",
        }
    }

    /// Returns whether trying again within the visit may help.
    pub fn is_transient(&self) -> bool {
        match self {
            FetchFailure::UnknownHost { .. }
            | FetchFailure::Unconnected { .. }
            | FetchFailure::Reset { .. }
            | FetchFailure::TimedOut { .. }
            | FetchFailure::Truncated { .. }
            | FetchFailure::ChunksCutOff { .. }
            | FetchFailure::AskedToWait { .. } => true,
            FetchFailure::BlockedAddress { .. }
            | FetchFailure::BlockedPort { .. }
            | FetchFailure::RobotsDenied { .. }
            | FetchFailure::Tls { .. }
            | FetchFailure::TooManyRedirects { .. }
            | FetchFailure::BadRedirect { .. }
            | FetchFailure::TooLarge { .. }
            | FetchFailure::HeadTooLarge
            | FetchFailure::BadFraming { .. }
            | FetchFailure::BadEncoding { .. }
            | FetchFailure::Undecodable { .. }
            | FetchFailure::NoContent { .. }
            | FetchFailure::BadRequest { .. } => false,
        }
    }
}
