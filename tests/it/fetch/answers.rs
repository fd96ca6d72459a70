//! What answers come to: statuses, conditional requests, cookies, headers.

use pledgewatch::{
    fetch::fetcher::Fetcher,
    model::{
        snapshot::Digest,
        visit::{Known, Outcome},
    },
};

use crate::{
    fetch::{body, code, fetch, fetch_from, settings, visit, watch},
    server::{Server, reply::Reply},
};

#[tokio::test]
async fn fault_020_an_answer_without_a_page_has_no_content() {
    for status in [200, 203, 204, 205, 206, 304] {
        let part = fetch_from(settings(), move |_| match status {
            204 | 304 => Reply::raw(format!("HTTP/1.1 {status} Scripted\r\n\r\n")),
            206 => Reply::new(206).header("Content-Range", "bytes 0-1/9").body("We"),
            _ => Reply::new(status),
        })
        .await;
        assert_eq!(code(&part), "no_content", "{status}");
        assert_eq!(part.answer.as_ref().unwrap().status, status);
    }
}

#[tokio::test]
async fn error_pages_are_captured_with_their_status() {
    for status in [403, 404, 410, 500] {
        let part = fetch_from(settings(), move |_| Reply::new(status).body("<p>Sorry")).await;
        assert_eq!(body(&part), b"<p>Sorry");
        assert_eq!(part.answer.as_ref().unwrap().status, status);
        let empty = fetch_from(settings(), move |_| Reply::new(status)).await;
        assert_eq!(body(&empty), b"");
    }
}

#[tokio::test]
async fn a_page_that_is_known_is_asked_for_conditionally() {
    let server = Server::start(|request| match request.header("if-none-match") {
        Some("\"1\"") => Reply::raw("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"),
        _ => Reply::page("<p>We promise.").header("ETag", "\"1\""),
    });
    let fetcher = Fetcher::new(&settings()).unwrap();
    let watch = watch(server.url("/terms"));
    let first = visit(&fetcher, &watch, &[]).await.parts.remove(0);
    let known = Known {
        url: first.final_url().clone(),
        digest: Digest::of(body(&first)),
        validators: first.answer.as_ref().unwrap().validators(),
    };
    let second = visit(&fetcher, &watch, std::slice::from_ref(&known)).await.parts.remove(0);
    assert_eq!(second.outcome, Outcome::NotModified { digest: known.digest });
    let other = Known { url: server.url("/other"), ..known };
    let third = visit(&fetcher, &watch, &[other]).await.parts.remove(0);
    assert_eq!(body(&third), b"<p>We promise.");
    assert_eq!(server.requests()[2].header("if-none-match"), None);
}

#[tokio::test]
async fn a_request_says_who_asks_and_in_which_language() {
    let server = Server::page("<p>We promise.");
    let mut settings = settings();
    settings.contact = Some("desk@example.org".to_owned());
    let mut watch = watch(server.url("/"));
    fetch(&settings, &watch).await;
    watch.language = Some("de-DE,de;q=0.8".to_owned());
    watch.headers = vec![("X-Key".to_owned(), "1".to_owned())];
    fetch(&settings, &watch).await;
    let requests = server.requests();
    let agent = requests[0].header("user-agent").unwrap();
    assert!(agent.starts_with("pledgewatch/") && agent.ends_with(" (+desk@example.org)"));
    assert_eq!(requests[0].header("accept-language"), Some("en"));
    assert_eq!(requests[0].header("x-key"), None);
    assert_eq!(requests[1].header("accept-language"), Some("de-DE,de;q=0.8"));
    assert_eq!(requests[1].header("x-key"), Some("1"));
}

#[tokio::test]
async fn cookies_live_for_one_visit_over_hops_and_parts() {
    let server = Server::start(|request| match request.path.as_str() {
        "/" => Reply::redirect(302, "/terms").header("Set-Cookie", "consent=yes; Path=/"),
        _ => Reply::page("<p>We promise."),
    });
    let fetcher = Fetcher::new(&settings()).unwrap();
    let mut watch = watch(server.url("/"));
    watch.urls.push(server.url("/annex"));
    visit(&fetcher, &watch, &[]).await;
    visit(&fetcher, &watch, &[]).await;
    let requests = server.requests();
    let cookies: Vec<_> = requests.iter().map(|it| it.header("cookie")).collect();
    let yes = Some("consent=yes");
    assert_eq!(cookies, [None, yes, yes, None, yes, yes]);
}

#[tokio::test]
async fn the_addresses_of_a_page_are_its_parts_until_one_fails() {
    let server = Server::start(|request| match request.path.as_str() {
        "/2" => Reply::new(204),
        path => Reply::page(path),
    });
    let fetcher = Fetcher::new(&settings()).unwrap();
    let mut watch = watch(server.url("/0"));
    watch.urls.extend([server.url("/1"), server.url("/2"), server.url("/3")]);
    let visit = visit(&fetcher, &watch, &[]).await;
    assert_eq!(visit.parts.len(), 3);
    assert_eq!((body(&visit.parts[0]), body(&visit.parts[1])), (&b"/0"[..], &b"/1"[..]));
    assert_eq!(code(&visit.parts[2]), "no_content");
    assert_eq!(server.paths(), ["/0", "/1", "/2"]);
}
