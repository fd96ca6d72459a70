//! What robots.txt says to us: read once a host, kept for a day (RFC 9309).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use robotxt::{BYTE_LIMIT, Robots};
use tokio::{sync::Mutex as Gate, time::Instant};
use url::{Position, Url};

use crate::fetch::{
    body::{BodyBounds, BodyReader},
    budget::Budget,
    exchange::{Line, Reply},
    failure::brief,
    redirect,
    request::Ask,
    retry,
};
use crate::model::{address::AddressRule, visit::FetchFailure};

/// The name that a robots.txt knows us by.
const AGENT: &str = "pledgewatch";

/// RFC 9309, section 2.3.1.2.
const REDIRECTS_MAX: usize = 5;

/// RFC 9309, section 2.4: not longer than a day.
const KEPT: Duration = Duration::from_secs(86_400);

/// How long a robots.txt that could not be read is not asked for again: pages of one host in one
/// sweep share the answer, the next sweep asks anew.
const UNREAD_KEPT: Duration = Duration::from_secs(300);

/// The time for one try at a robots.txt, at most the visit's.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Hosts whose rules are kept before all are forgotten.
const HOSTS_KEPT: usize = 4_096;

/// The robots.txt files that were read.
#[derive(Default)]
pub struct RobotsFiles {
    files: Mutex<HashMap<Key, FileGate>>,
}

/// Origin, and whether only public addresses are reached: what one rule for addresses refuses to
/// reach, the other may read.
type Key = (String, bool);

/// A file, which one reads while the others wait.
type FileGate = Arc<Gate<Option<File>>>;

struct File {
    until: Instant,
    rules: Result<Arc<Robots>, FetchFailure>,
}

impl RobotsFiles {
    /// Fails with [`FetchFailure::RobotsDenied`] if the robots.txt of the URL's host forbids it
    /// or could not be read, and as the page itself would if the host cannot be reached.
    pub async fn check(
        &self,
        line: &Line,
        url: &Url,
        rule: AddressRule,
    ) -> Result<(), FetchFailure> {
        let rules = self.rules(line, url, rule).await?;
        refused(&rules, url).map_or(Ok(()), Err)
    }

    async fn rules(
        &self,
        line: &Line,
        url: &Url,
        rule: AddressRule,
    ) -> Result<Arc<Robots>, FetchFailure> {
        let gate = self.gate(url, rule);
        let mut file = gate.lock().await;
        if let Some(file) = file.as_ref().filter(|it| Instant::now() < it.until) {
            return file.rules.clone();
        }
        let rules = read(line, url, rule).await.map(Arc::new);
        let kept = if rules.is_ok() { KEPT } else { UNREAD_KEPT };
        *file = Some(File { until: Instant::now() + kept, rules: rules.clone() });
        rules
    }

    fn gate(&self, url: &Url, rule: AddressRule) -> FileGate {
        let key = (url.origin().ascii_serialization(), rule == AddressRule::PublicOnly);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if files.len() >= HOSTS_KEPT {
            files.clear();
        }
        Arc::clone(files.entry(key).or_default())
    }
}

/// Returns why the bytes of a robots.txt forbid us the URL, `None` if they allow it.
pub fn refusal(robots_txt: &[u8], url: &Url) -> Option<FetchFailure> {
    refused(&Robots::parse(robots_txt, AGENT), url)
}

fn refused(rules: &Robots, url: &Url) -> Option<FetchFailure> {
    if rules.is_url_allowed(url) {
        return None;
    }
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let pattern = rules.matching_rule(path).map_or("/", |it| it.pattern());
    Some(denied(url, &format!("Disallow: {pattern}")))
}

/// Reads a host's robots.txt, trying again as for a page.
async fn read(line: &Line, url: &Url, rule: AddressRule) -> Result<Robots, FetchFailure> {
    let mut tried = 0;
    loop {
        tried += 1;
        let (failure, is_transient) = match read_once(line, url, rule).await {
            Ok(Read::Rules(rules)) => return Ok(rules),
            Ok(Read::ServerError(status)) => {
                (unreadable(url, &format!("it answered {status}")), true)
            }
            Err(failure) => {
                let is_transient = failure.is_transient();
                (unread(url, failure), is_transient)
            }
        };
        if !is_transient || line.bounds().retries_max < tried {
            return Err(failure);
        }
        tokio::time::sleep(retry::backoff(tried)).await;
    }
}

/// What a robots.txt came to.
enum Read {
    Rules(Robots),
    ServerError(u16),
}

async fn read_once(line: &Line, page: &Url, rule: AddressRule) -> Result<Read, FetchFailure> {
    let mut budget = Budget::new(TIMEOUT.min(line.bounds().visit_timeout));
    let Ok(mut url) = page.join("/robots.txt") else {
        return Ok(Read::Rules(Robots::allow_all()));
    };
    for _ in 0..=REDIRECTS_MAX {
        let mut reply = line.ask(&Ask::robots(&url, rule), &mut budget).await?;
        let status = reply.answer.status;
        if redirect::is_redirect(status) {
            match redirect::target(&url, reply.headers()) {
                Ok(target) => url = target,
                Err(_) => break,
            }
            continue;
        }
        return match status {
            200..=299 => {
                Ok(Read::Rules(Robots::parse(&body(&mut reply, &mut budget).await?, AGENT)))
            }
            500..=599 => Ok(Read::ServerError(status)),
            _ => Ok(Read::Rules(Robots::allow_all())),
        };
    }
    // A robots.txt that redirects lead nowhere is none (section 2.3.1.2).
    Ok(Read::Rules(Robots::allow_all()))
}

/// Reads as much of a robots.txt as counts; the rest is no mistake (section 2.5).
async fn body(reply: &mut Reply, budget: &mut Budget) -> Result<Vec<u8>, FetchFailure> {
    let limit = BYTE_LIMIT as u64;
    let bounds = BodyBounds { wire_bytes_max: limit, body_bytes_max: limit };
    let mut reader = BodyReader::new(reply.headers(), bounds);
    match reply.read(&mut reader, budget).await {
        Ok(()) => reader.finish(reply.framing()).snapshot.map(|it| it.bytes().to_vec()),
        Err(FetchFailure::TooLarge { .. }) => Ok(reader.into_bytes()),
        Err(failure) => Err(failure),
    }
}

/// A host that cannot be reached is told as what it is; all else is a robots.txt that could not
/// be read, which forbids everything (section 2.3.1.4).
fn unread(url: &Url, failure: FetchFailure) -> FetchFailure {
    match failure {
        FetchFailure::UnknownHost { .. }
        | FetchFailure::BlockedAddress { .. }
        | FetchFailure::BlockedPort { .. }
        | FetchFailure::Unconnected { .. }
        | FetchFailure::Tls { .. }
        | FetchFailure::TimedOut { .. }
        | FetchFailure::BadRequest { .. } => failure,
        FetchFailure::RobotsDenied { .. }
        | FetchFailure::Reset { .. }
        | FetchFailure::TooManyRedirects { .. }
        | FetchFailure::BadRedirect { .. }
        | FetchFailure::TooLarge { .. }
        | FetchFailure::HeadTooLarge
        | FetchFailure::Truncated { .. }
        | FetchFailure::ChunksCutOff { .. }
        | FetchFailure::BadFraming { .. }
        | FetchFailure::BadEncoding { .. }
        | FetchFailure::Undecodable { .. }
        | FetchFailure::AskedToWait { .. }
        | FetchFailure::NoContent { .. } => unreadable(url, &failure.to_string()),
    }
}

fn unreadable(url: &Url, why: &str) -> FetchFailure {
    denied(url, &format!("robots.txt could not be read: {why}"))
}

fn denied(url: &Url, rule: &str) -> FetchFailure {
    let host = url.host_str().unwrap_or_default().to_owned();
    FetchFailure::RobotsDenied { host, rule: brief(rule) }
}
