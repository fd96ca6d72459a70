//! What the fields of an answer say is kept in bounds.

use std::time::Duration;

use pledgewatch::{
    fetch::retry::retry_after,
    model::{time::Timestamp, visit::Answer},
};

/// Checks the law for the value of a Retry-After field, read at an instant.
pub fn check_retry_after(value: &[u8], now: Timestamp) {
    let answer = Answer {
        url: url::Url::parse("https://example.org/").expect("it is an address"),
        status: 503,
        http_version: "HTTP/1.1".to_owned(),
        headers: vec![("retry-after".to_owned(), value.into())],
        remote: None,
        certificate: None,
        wire: None,
    };
    let wait = retry_after(&answer, now);
    let bounds = Duration::from_secs(1)..=Duration::from_secs(86_400);
    assert!(wait.is_none_or(|wait| bounds.contains(&wait)), "{wait:?}");
    let digits = value.trim_ascii();
    if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
        assert!(wait.is_some(), "a number is always understood");
    }
    if wait.is_some() {
        assert_eq!(wait, retry_after(&answer, now), "the same field says the same");
    }
}
