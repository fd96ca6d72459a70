//! Any robots.txt allows an address or denies it, and says by which line.

use pledgewatch::{fetch::robots, model::visit::FetchFailure};
use url::Url;

/// The most bytes of a rule that is quoted.
const RULE_BYTES_MAX: usize = 1_000;

/// Checks the law for a robots.txt and an address that it is asked about.
pub fn check(robots_txt: &[u8], url: &Url) {
    let denied = robots::refusal(robots_txt, url);
    assert_eq!(denied, robots::refusal(robots_txt, url), "the same file says the same");
    match &denied {
        None => (),
        Some(FetchFailure::RobotsDenied { host, rule }) => {
            assert_eq!(Some(host.as_str()), url.host_str());
            assert!(rule.len() <= RULE_BYTES_MAX, "{rule}");
            let has_disallow =
                robots_txt.to_ascii_lowercase().windows(8).any(|it| it == b"disallow");
            assert!(has_disallow || robots_txt.contains(&b'd') || robots_txt.contains(&b'D'));
        }
        Some(other) => panic!("{other:?} is not what a robots.txt can say"),
    }
    if !robots_txt.starts_with(b"\xef") {
        let commented = [b"# a comment says nothing\n", robots_txt].concat();
        assert_eq!(denied, robots::refusal(&commented, url), "a comment alters nothing");
    }
    assert_eq!(robots::refusal(b"", url), None, "an empty file allows all");
}
