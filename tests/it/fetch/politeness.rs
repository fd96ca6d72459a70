//! robots.txt, turns and other tries.

use std::time::Duration;

use pledgewatch::{
    fetch::fetcher::Fetcher,
    model::{
        visit::FetchFailure,
        watch::{RobotsRule, Settings, Watch},
    },
};

use crate::{
    fetch::{body, code, failure, fetch, fetch_from, settings, visit, watch},
    server::{
        Server,
        reply::{Reply, Step},
    },
};

const PAGE: &str = "<p>We promise.";

fn patient() -> Settings {
    let mut settings = settings();
    settings.bounds.retries_max = 2;
    settings
}

fn polite(server: &Server, path: &str) -> Watch {
    let mut watch = watch(server.url(path));
    watch.robots = RobotsRule::Honored;
    watch
}

#[tokio::test]
async fn robots_txt_is_honored_and_read_once() {
    let server = Server::start(|request| match request.path.as_str() {
        "/robots.txt" => Reply::new(200)
            .body("User-agent: *\nDisallow: /\n\nUser-agent: PledgeWatch\nDisallow: /private\n"),
        _ => Reply::page(PAGE),
    });
    let fetcher = Fetcher::new(&settings()).unwrap();
    let denied = visit(&fetcher, &polite(&server, "/private/terms"), &[]).await.parts.remove(0);
    let allowed = visit(&fetcher, &polite(&server, "/terms"), &[]).await.parts.remove(0);
    let host = "127.0.0.1".to_owned();
    let rule = "Disallow: /private".to_owned();
    assert_eq!(*failure(&denied), FetchFailure::RobotsDenied { host, rule });
    assert_eq!(body(&allowed), PAGE.as_bytes());
    assert_eq!(server.paths(), ["/robots.txt", "/terms"]);
}

#[tokio::test]
async fn a_robots_txt_that_is_missing_allows_and_one_that_fails_forbids() {
    for (status, expected) in [(404, Ok(())), (403, Ok(())), (500, Err("robots_denied"))] {
        let server = Server::start(move |request| match request.path.as_str() {
            "/robots.txt" => Reply::new(status),
            _ => Reply::page(PAGE),
        });
        let part = fetch(&settings(), &polite(&server, "/")).await;
        match expected {
            Ok(()) => assert_eq!(body(&part), PAGE.as_bytes(), "{status}"),
            Err(expected) => {
                assert_eq!(code(&part), expected, "{status}");
                assert!(failure(&part).to_string().contains("could not be read"));
            }
        }
        let mut rude = polite(&server, "/");
        rude.robots = RobotsRule::Ignored;
        assert_eq!(body(&fetch(&settings(), &rude).await), PAGE.as_bytes());
    }
}

#[tokio::test]
async fn robots_txt_is_asked_for_at_each_hop() {
    let forbidding = Server::start(|request| match request.path.as_str() {
        "/robots.txt" => Reply::new(200).body("User-agent: *\nDisallow: /"),
        _ => Reply::page(PAGE),
    });
    let target = forbidding.url("/terms");
    let server = Server::start(move |request| match request.path.as_str() {
        "/robots.txt" => Reply::new(404),
        _ => Reply::redirect(302, target.as_str()),
    });
    let part = fetch(&settings(), &polite(&server, "/")).await;
    assert_eq!(code(&part), "robots_denied");
    assert_eq!(part.hops.len(), 1);
    assert_eq!(forbidding.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn a_robots_txt_behind_redirects_or_over_its_bound_is_read() {
    let server = Server::start(|request| match request.path.as_str() {
        "/robots.txt" => Reply::redirect(301, "/elsewhere"),
        "/elsewhere" => {
            let rest = format!("Allow: /{}\n", "a".repeat(100)).repeat(6_000);
            Reply::new(200).body(format!("User-agent: *\nDisallow: /private\n{rest}"))
        }
        _ => Reply::page(PAGE),
    });
    assert_eq!(code(&fetch(&settings(), &polite(&server, "/private")).await), "robots_denied");
    assert_eq!(body(&fetch(&settings(), &polite(&server, "/")).await), PAGE.as_bytes());
}

#[tokio::test]
async fn a_host_is_asked_one_thing_at_a_time_with_a_rest_between() {
    let gap = Duration::from_millis(100);
    let slow = Duration::from_millis(2);
    let server = Server::start(move |request| match request.path.as_str() {
        "/robots.txt" => Reply::new(404),
        _ => Reply::page(PAGE).drip(slow),
    });
    let fetcher = Fetcher::new(&Settings { host_gap: gap, ..settings() }).unwrap();
    let (a, b) = (polite(&server, "/a"), polite(&server, "/b"));
    let (a, b) = tokio::join!(visit(&fetcher, &a, &[]), visit(&fetcher, &b, &[]));
    assert_eq!((body(&a.parts[0]), body(&b.parts[0])), (PAGE.as_bytes(), PAGE.as_bytes()));
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(gap <= requests[1].at - requests[0].at);
    // The one before takes its whole body's time before the rest begins.
    let whole = slow * u32::try_from(PAGE.len() - 1).unwrap();
    assert!(gap + whole <= requests[2].at - requests[1].at);
}

#[tokio::test]
async fn waiting_for_a_turn_is_not_counted_against_a_visit() {
    let server = Server::start(|_| {
        Reply::raw("")
            .then(Step::Pause(Duration::from_millis(400)))
            .then(Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nWe".to_vec()))
    });
    let mut settings = settings();
    settings.bounds.visit_timeout = Duration::from_millis(1_000);
    let fetcher = Fetcher::new(&settings).unwrap();
    let watch = watch(server.url("/"));
    let one = || visit(&fetcher, &watch, &[]);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    for visit in [a, b, c, d] {
        assert_eq!(body(&visit.parts[0]), b"We");
    }
}

#[tokio::test]
async fn a_connection_that_ends_without_notice_disturbs_nobody() {
    let server = Server::start(|_| Reply::page(PAGE).and_close());
    let fetcher = Fetcher::new(&patient()).unwrap();
    let watch = watch(server.url("/"));
    for _ in 0..3 {
        assert_eq!(body(&visit(&fetcher, &watch, &[]).await.parts[0]), PAGE.as_bytes());
    }
}

#[tokio::test]
async fn fault_019_a_connection_that_was_closed_in_between_is_made_again_without_a_retry() {
    let server = Server::start(|request| match (request.connection, request.number) {
        (1, 2) => Reply::reset(),
        _ => Reply::page(PAGE),
    });
    let fetcher = Fetcher::new(&settings()).unwrap();
    let watch = watch(server.url("/"));
    let first = visit(&fetcher, &watch, &[]).await;
    let second = visit(&fetcher, &watch, &[]).await;
    assert_eq!((body(&first.parts[0]), body(&second.parts[0])), (PAGE.as_bytes(), PAGE.as_bytes()));
    assert_eq!(second.parts[0].attempts, 1);
    let connections: Vec<_> = server.requests().iter().map(|it| it.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
}

#[tokio::test]
async fn fault_019_a_server_that_breaks_off_on_a_fresh_connection_is_not_asked_for_nothing() {
    let server = Server::start(|_| Reply::reset());
    assert_eq!(code(&fetch(&settings(), &watch(server.url("/"))).await), "reset");
    assert_eq!(server.requests().len(), 1, "nobody had been there before");
    let server = Server::start(|request| match request.number {
        1 => Reply::page(PAGE),
        _ => Reply::reset(),
    });
    let fetcher = Fetcher::new(&settings()).unwrap();
    let watch = watch(server.url("/"));
    visit(&fetcher, &watch, &[]).await;
    for (visits, requests) in [(1, 3), (2, 4)] {
        assert_eq!(code(&visit(&fetcher, &watch, &[]).await.parts[0]), "reset");
        assert_eq!(server.requests().len(), requests, "once more, and no more, at visit {visits}");
    }
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let part = fetch_from(patient(), |request| match request.number {
        1 => Reply::new(503).header("Retry-After", "1").body("busy"),
        _ => Reply::page(PAGE),
    })
    .await;
    assert_eq!((body(&part), part.attempts), (PAGE.as_bytes(), 2));
}

#[tokio::test]
async fn fault_022_a_server_that_asks_to_wait_is_left_alone() {
    for (field, seconds) in [("86399", 86_399), ("315360000", 86_400)] {
        let server = Server::start(move |_| Reply::new(429).header("Retry-After", field).body("x"));
        let part = fetch(&patient(), &watch(server.url("/"))).await;
        let retry_after = Duration::from_secs(seconds);
        assert_eq!(*failure(&part), FetchFailure::AskedToWait { status: 429, retry_after });
        assert_eq!(server.requests().len(), 1);
    }
    for field in ["-1", "Friday"] {
        let part = fetch_from(settings(), move |_| {
            Reply::new(503).header("Retry-After", field).body("busy")
        });
        assert_eq!(body(&part.await), b"busy");
    }
}
