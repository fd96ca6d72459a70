//! Random answers of a server, over the wire: what comes of them is a value, in bounds. What holds
//! for the bytes themselves is told in `laws`.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use pledgewatch::{
    fetch::fetcher::Fetcher,
    model::{
        address::AddressRule,
        time::Timestamp,
        visit::{FetchFailure, Outcome, Part},
        watch::{Bounds, Settings, Watch},
    },
};
use proptest::{prelude::*, sample::select};

use crate::{
    laws::cases,
    server::{Server, reply::Reply},
    world::runtime,
};

/// A server whose next answers are set by the test, and a fetcher to ask it with.
struct Asked {
    server: Server,
    robots: Arc<Mutex<Vec<u8>>>,
    page: Arc<Mutex<Reply>>,
}

impl Asked {
    fn stand() -> Asked {
        let robots = Arc::<Mutex<Vec<u8>>>::default();
        let page = Arc::new(Mutex::new(Reply::page("<p>We promise.")));
        let (rules, reply) = (Arc::clone(&robots), Arc::clone(&page));
        let server = Server::start(move |request| match request.path.as_str() {
            "/robots.txt" => Reply::new(200).body(&*rules.lock().unwrap()),
            _ => reply.lock().unwrap().clone(),
        });
        Asked { server, robots, page }
    }

    /// Visits the page with a fetcher that knows nothing yet.
    fn visit(&self) -> Part {
        let bounds = Bounds { retries_max: 0, ..Bounds::default() };
        let settings = Settings { host_gap: Duration::ZERO, bounds, ..Settings::default() };
        let mut watch = Watch::new("page".parse().unwrap(), vec![self.server.url("/policy/a?b")]);
        watch.addresses = AddressRule::AnyAddress;
        let fetcher = Fetcher::new(&settings).unwrap();
        let visit = fetcher.visit(&watch, &[], Timestamp::from_millis(0));
        runtime().block_on(visit).parts.remove(0)
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn any_robots_txt_allows_or_denies(
        text in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..400),
            "((User-agent|Disallow|Allow|Crawl-delay|Sitemap)[:= ]{1,2}[ -~]{0,30}(\r\n|\n|\r)){0,12}"
                .prop_map(String::into_bytes),
            "(User-agent: (\\*|pledgewatch)\n(Disallow|Allow): (/|[*/a-z$%?]{0,40})\n){1,8}"
                .prop_map(String::into_bytes),
        ],
    ) {
        let asked = Asked::stand();
        *asked.robots.lock().unwrap() = text;
        match asked.visit().outcome {
            Outcome::Captured(_) | Outcome::Failed(FetchFailure::RobotsDenied { .. }) => (),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn any_retry_after_is_kept_in_bounds(
        value in prop_oneof![
            "[ -~]{0,40}",
            "-?[0-9]{0,30}",
            "(Mon|Fri), [0-9]{1,2} (Feb|Dec) [0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|-0900)",
        ],
        status in select(vec![429_u16, 503]),
    ) {
        let asked = Asked::stand();
        *asked.page.lock().unwrap() =
            Reply::new(status).header("Retry-After", &value).body("<h1>Busy</h1>");
        match asked.visit().outcome {
            Outcome::Failed(FetchFailure::AskedToWait { retry_after, .. }) => {
                let bounds = Duration::from_secs(1)..=Duration::from_secs(86_400);
                prop_assert!(bounds.contains(&retry_after), "{retry_after:?}");
            }
            Outcome::Captured(_) => (),
            other => prop_assert!(false, "{value:?}: {other:?}"),
        }
    }
}
