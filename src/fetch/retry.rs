//! When to try again, and how long to stay away. Pure.

use std::time::Duration;

use crate::model::{
    time::Timestamp,
    visit::{Answer, FetchFailure, Outcome},
};

/// The longest wait that a visit sits out; longer ones are the next sweep's.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The least and the most that a server can ask for: none can make us hammer it, and none can
/// silence a watch for good.
const RETRY_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(86_400));

/// Returns how long to wait before another try after `tried` of them, the last of which came to
/// `outcome` with `answer`; `None` if there is no point.
pub fn wait(
    outcome: &Outcome,
    answer: Option<&Answer>,
    tried: u32,
    now: Timestamp,
) -> Option<Duration> {
    let asked = answer.and_then(|answer| retry_after(answer, now));
    let is_passing = match outcome {
        Outcome::Failed(FetchFailure::AskedToWait { .. }) => true,
        Outcome::Failed(failure) => return failure.is_transient().then(|| backoff(tried)),
        Outcome::Captured(_) => answer.is_some_and(|answer| is_passing(answer.status)),
        Outcome::NotModified { .. } => false,
    };
    let wait = asked.unwrap_or_else(|| backoff(tried));
    (is_passing && wait <= WAIT_MAX).then_some(wait)
}

/// Returns the wait after `tried` tries: 1 s, 2 s, 4 s, then 8 s.
pub fn backoff(tried: u32) -> Duration {
    Duration::from_secs(1 << tried.saturating_sub(1).min(3))
}

/// Returns whether a status says that the server cannot answer just now.
fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Returns how long an answer asks us to stay away, within [1 s, 24 h].
///
/// Reads whole seconds and HTTP dates; anything else is as if it were not there.
/// Source: RFC 9110, section 10.2.3.
pub fn retry_after(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let field = answer.header("retry-after")?.trim();
    let is_number = !field.is_empty() && field.bytes().all(|b| b.is_ascii_digit());
    let wait = if is_number {
        // A number too large for the type is larger than the bound.
        Duration::from_secs(field.parse().unwrap_or(u64::MAX))
    } else {
        let date = jiff::fmt::rfc2822::parse(field).ok()?;
        Timestamp::from_millis(date.timestamp().as_millisecond()).since(now)
    };
    Some(wait.clamp(RETRY_AFTER.0, RETRY_AFTER.1))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::model::snapshot::Snapshot;

    fn answer(status: u16, field: Option<&str>) -> Answer {
        Answer {
            url: Url::parse("https://example.org/").unwrap(),
            status,
            http_version: "HTTP/1.1".to_owned(),
            headers: field.map(|it| ("retry-after".to_owned(), it.into())).into_iter().collect(),
            remote: None,
            certificate: None,
            wire: None,
        }
    }

    fn now() -> Timestamp {
        "1999-12-31T23:59:00Z".parse().unwrap()
    }

    #[test]
    fn fault_022_retry_after_is_read_and_bounded() {
        let of = |field| retry_after(&answer(503, Some(field)), now()).map(|it| it.as_secs());
        assert_eq!(of("10"), Some(10));
        assert_eq!(of("0"), Some(1));
        assert_eq!(of("315360000"), Some(86_400));
        assert_eq!(of("99999999999999999999999"), Some(86_400));
        assert_eq!(of("Fri, 31 Dec 1999 23:59:59 GMT"), Some(59));
        assert_eq!(of("Sun, 31 Dec 1989 23:59:59 GMT"), Some(1));
        for garbage in ["-1", "Friday", "", "1.5", "ü"] {
            assert_eq!(of(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        let captured = |status, field| {
            let outcome = Outcome::Captured(Snapshot::new(&b"x"[..]));
            wait(&outcome, Some(&answer(status, field)), 1, now()).map(|it| it.as_secs())
        };
        assert_eq!(captured(200, None), None);
        assert_eq!(captured(404, None), None);
        assert_eq!(captured(500, None), Some(1));
        assert_eq!(captured(502, Some("5")), Some(5));
        assert_eq!(captured(502, Some("11")), None);
        let failed = |failure, tried| {
            wait(&Outcome::Failed(failure), None, tried, now()).map(|it| it.as_secs())
        };
        let reset = || FetchFailure::Reset { reason: String::new() };
        assert_eq!([failed(reset(), 1), failed(reset(), 2)], [Some(1), Some(2)]);
        assert_eq!(failed(FetchFailure::HeadTooLarge, 1), None);
    }

    #[test]
    fn a_long_wait_is_left_to_the_next_sweep() {
        let asked = |field| {
            let answer = answer(429, Some(field));
            let retry_after = retry_after(&answer, now()).unwrap();
            let outcome = Outcome::Failed(FetchFailure::AskedToWait { status: 429, retry_after });
            wait(&outcome, Some(&answer), 1, now()).map(|it| it.as_secs())
        };
        assert_eq!(asked("10"), Some(10));
        assert_eq!(asked("11"), None);
    }
}
