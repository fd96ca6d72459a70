//! Others who vouch for the log's head: timestamp authorities (RFC 3161) and witnesses (C2SP
//! tlog-witness). What they gave is kept beside the log, for others' tools to check.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use ring::rand::{SecureRandom as _, SystemRandom};
use url::Url;

use crate::{
    archive::{error::ArchiveError, log::files::LogFiles, store::Archive},
    fetch::{address, client::guarded_client, error::FetcherError},
    formats::{
        note,
        timestamp::{self, StampFailure},
    },
    model::{address::AddressRule, snapshot::Digest, time::Timestamp},
    monitor::{
        app::App,
        seal::{self, Proofs, Sealed},
        unsigned::Unsigned,
    },
};

/// How long an authority or a witness may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The most bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 128 << 10;

/// How far a clock may be from an authority's without a word.
const CLOCK_SLACK: Duration = Duration::from_secs(60);

/// Why a head was not anchored.
#[derive(Debug, thiserror::Error)]
pub enum AnchorFailure {
    /// There is no signed head.
    #[error("no head of the log is signed: {0}")]
    Unsigned(Unsigned),
    /// The signed head cannot be opened.
    #[error("no signed head of the log is published")]
    NoHead,
    /// The address cannot be used.
    #[error("<{url}> cannot be used: {reason}")]
    Address {
        /// The address.
        url: Url,
        /// Why.
        reason: String,
    },
    /// No answer came.
    #[error("no answer from <{url}>")]
    NoAnswer {
        /// The address.
        url: Url,
        /// Why.
        source: reqwest::Error,
    },
    /// It answered with a refusal.
    #[error("<{url}> refused with {status}: {said}")]
    Refused {
        /// The address.
        url: Url,
        /// The status.
        status: StatusCode,
        /// What it said, shortened.
        said: String,
    },
    /// The token is none.
    #[error("<{url}> gave no token")]
    NoToken {
        /// The address.
        url: Url,
        /// Why.
        source: StampFailure,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// The client cannot be made.
    #[error(transparent)]
    Fetcher(#[from] FetcherError),
    /// The archive cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// A head that somebody else vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// How many entries it has.
    pub size: u64,
    /// The file with what was given, by its path in the log's folder.
    pub path: String,
    /// The time that it tells; `None` where a witness tells none that is read here.
    pub at: Option<Timestamp>,
    /// How far our clock is from that time, where it is too far.
    pub clock_off: Option<Duration>,
}

/// Has a timestamp authority stamp the signed head.
pub async fn stamp(
    app: &App,
    (url, rule): (&Url, AddressRule),
    now: Timestamp,
) -> Result<Anchored, AnchorFailure> {
    let proofs = head(&app.archive)?;
    let client = client(app, url, rule)?;
    let digest = Digest::of(proofs.checkpoint.as_bytes());
    let mut nonce = [0; 8];
    SystemRandom::new().fill(&mut nonce).map_err(|_| AnchorFailure::Random)?;
    let request = client
        .post(url.clone())
        .header(CONTENT_TYPE, "application/timestamp-query")
        .body(timestamp::request(digest, nonce));
    let (status, answer) = answer(request, url).await?;
    if !status.is_success() {
        return Err(refused(url, status, &answer));
    }
    let at = timestamp::granted(&answer, digest, nonce)
        .map_err(|source| AnchorFailure::NoToken { url: url.clone(), source })?;
    let path = keep(&app.archive, &proofs, url, "tsr", answer)?;
    let off = now.since(at).max(at.since(now));
    let clock_off = (CLOCK_SLACK < off).then_some(off);
    Ok(Anchored { size: proofs.head.size, path, at: Some(at), clock_off })
}

/// Has a witness sign the head, after proving to it that the log was only added to since the head
/// that it saw last.
pub async fn witness(
    app: &App,
    (url, rule): (&Url, AddressRule),
) -> Result<Anchored, AnchorFailure> {
    let proofs = head(&app.archive)?;
    let client = client(app, url, rule)?;
    let mut place = url.clone();
    if let Ok(mut path) = place.path_segments_mut() {
        path.pop_if_empty().push("add-checkpoint");
    }
    // What it saw last is not known here: it says so.
    let mut before = 0;
    for _ in 0..2 {
        let path = proofs.consistency(before)?;
        let mut body = format!("old {before}\n");
        for hash in path {
            body.push_str(&STANDARD.encode(hash.as_bytes()));
            body.push('\n');
        }
        body.push_str(&format!("\n{}", proofs.checkpoint));
        let (status, answer) = answer(client.post(place.clone()).body(body), &place).await?;
        let said = String::from_utf8_lossy(&answer).into_owned();
        if status == StatusCode::CONFLICT
            && let Ok(seen) = said.trim().parse()
            && before != seen
            && seen <= proofs.head.size
        {
            before = seen;
            continue;
        }
        if !status.is_success() || !note::are_signatures(&said) {
            return Err(refused(&place, status, &answer));
        }
        let signed = format!("{}{said}", proofs.checkpoint);
        let path = keep(&app.archive, &proofs, url, "checkpoint", signed.into_bytes())?;
        return Ok(Anchored { size: proofs.head.size, path, at: None, clock_off: None });
    }
    Err(refused(&place, StatusCode::CONFLICT, b"it saw another head twice"))
}

fn head(archive: &Archive) -> Result<Proofs<'_>, AnchorFailure> {
    if let Sealed::Unsigned(reason) = seal::seal(archive)? {
        return Err(AnchorFailure::Unsigned(reason));
    }
    Proofs::open(archive)?.ok_or(AnchorFailure::NoHead)
}

fn client(app: &App, url: &Url, rule: AddressRule) -> Result<Client, AnchorFailure> {
    let bad = |reason: String| AnchorFailure::Address { url: url.clone(), reason };
    if !["http", "https"].contains(&url.scheme()) {
        return Err(bad("it is neither http nor https".to_owned()));
    }
    address::check_url(url, rule).map_err(|failure| bad(failure.to_string()))?;
    Ok(guarded_client(&app.watchlist.settings, rule)?)
}

async fn answer(
    request: reqwest::RequestBuilder,
    url: &Url,
) -> Result<(StatusCode, Vec<u8>), AnchorFailure> {
    let failure = |source| AnchorFailure::NoAnswer { url: url.clone(), source };
    let mut response = request.timeout(ANSWER_TIMEOUT).send().await.map_err(failure)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        bytes.extend_from_slice(&chunk);
        if ANSWER_BYTES_MAX < bytes.len() {
            bytes.truncate(ANSWER_BYTES_MAX);
            break;
        }
    }
    Ok((response.status(), bytes))
}

fn refused(url: &Url, status: StatusCode, said: &[u8]) -> AnchorFailure {
    let said = String::from_utf8_lossy(said);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = said.chars().take(200).collect();
    AnchorFailure::Refused { url: url.clone(), status, said }
}

/// Keeps what was given for a head, with the head, and returns its path in the log's folder.
fn keep(
    archive: &Archive,
    proofs: &Proofs<'_>,
    url: &Url,
    kind: &str,
    given: Vec<u8>,
) -> Result<String, ArchiveError> {
    let host = url.host_str().unwrap_or_default();
    let is_plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let host: String = host.chars().map(is_plain).take(100).collect();
    let folder = format!("{}/{:012}", seal::ANCHORS, proofs.head.size);
    let path = format!("{folder}/{host}.{kind}");
    LogFiles::of(archive.directory()).write(&[
        (format!("{folder}/checkpoint"), proofs.checkpoint.clone().into_bytes()),
        (path.clone(), given),
    ])?;
    Ok(path)
}
