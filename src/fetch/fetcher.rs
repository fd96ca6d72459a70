//! The visit: every address of a page, each with its redirects and another try where it helps.

use std::time::Instant;

use reqwest::{
    cookie::{CookieStore, Jar},
    header::SET_COOKIE,
};
use url::Url;

use crate::fetch::{
    address::check_url,
    body::{BodyBounds, BodyReader, check_announced},
    budget::Budget,
    error::FetcherError,
    exchange::{Line, Reply},
    redirect,
    request::{Ask, Errand},
    retry,
    robots::RobotsFiles,
};
use crate::model::{
    time::Timestamp,
    visit::{Answer, FetchFailure, Hop, Known, Origin, Outcome, Part, Visit},
    watch::{RobotsRule, Settings, Watch},
};

/// Makes visits. One for the whole process: hosts' turns, robots.txt files and connections are
/// shared by all its visits, which may run at once.
pub struct Fetcher {
    line: Line,
    robots: RobotsFiles,
}

impl Fetcher {
    /// Returns a fetcher with these settings.
    pub fn new(settings: &Settings) -> Result<Fetcher, FetcherError> {
        Ok(Fetcher { line: Line::new(settings)?, robots: RobotsFiles::default() })
    }

    /// Makes what the first requests of `watch` need, so that a machine that cannot speak TLS at
    /// all is told as such, and not as trouble of each page.
    pub fn prepare(&self, watch: &Watch) -> Result<(), FetcherError> {
        watch.urls.iter().try_for_each(|url| self.line.prepare(url, watch.addresses))
    }

    /// Makes one attempt to fetch a page: its addresses in order, each with redirects, retries
    /// and robots.txt, until one fails. Never fails itself: failures are outcomes.
    ///
    /// A request is conditional only if its own URL is that of a [`Known`], so a page behind
    /// redirects is asked for conditionally if `Known::url` is its part's `final_url`.
    /// `started_at` is now; all times of the visit are that and what has passed since.
    pub async fn visit(&self, watch: &Watch, known: &[Known], started_at: Timestamp) -> Visit {
        let began = Instant::now();
        let jar = Jar::default();
        let errand = Errand { watch, known, jar: &jar };
        let mut parts = Vec::new();
        for url in &watch.urls {
            let now = || started_at.after(began.elapsed());
            let part = self.part(&errand, url, now).await;
            let is_failed = matches!(part.outcome, Outcome::Failed(_));
            parts.push(part);
            if is_failed {
                break;
            }
        }
        let ended_at = started_at.after(began.elapsed());
        let (page, asked) = (watch.page.clone(), Some(watch.asking()));
        Visit { page, started_at, ended_at, origin: Origin::Live, asked, parts }
    }

    async fn part(&self, errand: &Errand<'_>, url: &Url, now: impl Fn() -> Timestamp) -> Part {
        let mut budget = Budget::new(self.line.bounds().visit_timeout);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut trail = Trail::default();
            let followed = self.follow(errand, url, &now, &mut budget, &mut trail).await;
            let outcome = followed.unwrap_or_else(Outcome::Failed);
            let is_last =
                self.line.bounds().retries_max < attempts || trail.is_settled || budget.is_spent();
            let wait = retry::wait(&outcome, trail.answer.as_ref(), attempts, now());
            let Some(wait) = wait.filter(|_| !is_last) else {
                let Trail { hops, answer, is_settled: _ } = trail;
                let took = budget.took();
                return Part { url: url.clone(), hops, answer, outcome, attempts, took };
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Follows an address through its redirects to what it comes to.
    async fn follow(
        &self,
        errand: &Errand<'_>,
        start: &Url,
        now: impl Fn() -> Timestamp,
        budget: &mut Budget,
        trail: &mut Trail,
    ) -> Result<Outcome, FetchFailure> {
        let redirects_max = self.line.bounds().redirects_max;
        let mut url = redirect::without_credentials(start);
        loop {
            self.check_way(errand.watch, &url, trail).await?;
            let ask = Ask::page(errand, &url)?;
            let reply = self.line.ask(&ask, budget).await?;
            trail.answer = Some(reply.answer.clone());
            let mut cookies = reply.headers().get_all(SET_COOKIE).iter();
            errand.jar.set_cookies(&mut cookies, &url);
            let status = reply.answer.status;
            if !redirect::is_redirect(status) {
                return settle(reply, &ask, now(), budget, trail).await;
            }
            if redirects_max <= trail.hops.len() {
                return Err(FetchFailure::TooManyRedirects { limit: redirects_max });
            }
            let target = redirect::target(&url, reply.headers())?;
            trail.hops.push(Hop { url, status, target: target.clone() });
            url = target;
        }
    }

    /// Checks that a URL may be asked for at all. What robots.txt said holds for this visit.
    async fn check_way(
        &self,
        watch: &Watch,
        url: &Url,
        trail: &mut Trail,
    ) -> Result<(), FetchFailure> {
        check_url(url, watch.addresses)?;
        match watch.robots {
            RobotsRule::Ignored => Ok(()),
            RobotsRule::Honored => {
                let checked = self.robots.check(&self.line, url, watch.addresses).await;
                trail.is_settled = checked.is_err();
                checked
            }
        }
    }
}

/// What a try leaves behind.
#[derive(Default)]
struct Trail {
    hops: Vec<Hop>,
    answer: Option<Answer>,
    /// Trying again would come to the same.
    is_settled: bool,
}

/// Reads what an answer that is no redirect comes to.
async fn settle(
    mut reply: Reply,
    ask: &Ask,
    now: Timestamp,
    budget: &mut Budget,
    trail: &mut Trail,
) -> Result<Outcome, FetchFailure> {
    let status = reply.answer.status;
    match (status, ask.known) {
        (304, Some(digest)) => return Ok(Outcome::NotModified { digest }),
        (204 | 205 | 206 | 304, _) => return Err(FetchFailure::NoContent { status }),
        _ => (),
    }
    if let (429 | 503, Some(retry_after)) = (status, retry::retry_after(&reply.answer, now)) {
        return Err(FetchFailure::AskedToWait { status, retry_after });
    }
    let bounds = BodyBounds {
        wire_bytes_max: reply.bounds().wire_bytes_max,
        body_bytes_max: reply.bounds().body_bytes_max,
    };
    check_announced(reply.headers(), bounds)?;
    let mut reader = BodyReader::new(reply.headers(), bounds);
    reply.read(&mut reader, budget).await?;
    let body = reader.finish(reply.framing());
    trail.answer = Some(Answer { wire: Some(body.wire), ..reply.answer });
    let snapshot = body.snapshot?;
    // An empty error page says as much as a full one; an empty page says nothing.
    if snapshot.bytes().is_empty() && status < 300 {
        return Err(FetchFailure::NoContent { status });
    }
    Ok(Outcome::Captured(snapshot))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn visits_can_run_on_any_thread() {
        fn check<T: Send>(_: &T) {}
        let fetcher = Fetcher::new(&Settings::default()).unwrap();
        let url = Url::parse("https://example.org/").unwrap();
        let watch = Watch::new("page".parse().unwrap(), vec![url]);
        check(&fetcher.visit(&watch, &[], Timestamp::from_millis(0)));
        check(&fetcher);
    }

    #[test]
    fn a_ca_file_that_is_missing_or_holds_no_certificate_is_an_error() {
        let with = |path: PathBuf| Settings { ca_file: Some(path), ..Settings::default() };
        let missing = Fetcher::new(&with(PathBuf::from("/nonexistent/ca.pem")));
        assert!(matches!(missing, Err(FetcherError::CaFile { .. })));
        let file = tempfile::NamedTempFile::new().unwrap();
        let empty = Fetcher::new(&with(file.path().to_owned()));
        assert!(matches!(empty, Err(FetcherError::NoCertificate { .. })));
    }
}
