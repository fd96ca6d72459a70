//! Redirects, hop by hop, and where they must not lead.

use pledgewatch::{
    fetch::fetcher::Fetcher,
    model::{address::AddressRule, visit::FetchFailure, watch::Settings},
};
use url::Url;

use crate::{
    fetch::{body, code, failure, fetch, fetch_from, settings, visit, watch},
    server::{Server, authority::Authority, reply::Reply},
};

#[tokio::test]
async fn redirects_are_followed_and_recorded() {
    let server = Server::start(|request| match request.path.as_str() {
        "/a" => Reply::redirect(301, "b?x"),
        "/b?x" => Reply::redirect(307, "/c"),
        _ => Reply::page("<p>We promise."),
    });
    let part = fetch(&settings(), &watch(server.url("/a"))).await;
    assert_eq!(body(&part), b"<p>We promise.");
    let hops: Vec<_> = part.hops.iter().map(|it| (it.status, it.target.path())).collect();
    assert_eq!(hops, [(301, "/b"), (307, "/c")]);
    assert_eq!(*part.final_url(), server.url("/c"));
    assert_eq!(part.url, server.url("/a"));
    assert_eq!(part.attempts, 1);
}

#[tokio::test]
async fn fault_028_loops_and_growing_chains_end_with_their_chain() {
    for target in ["/page", "x/x"] {
        let part = fetch_from(settings(), move |_| Reply::redirect(302, target)).await;
        assert_eq!(*failure(&part), FetchFailure::TooManyRedirects { limit: 5 });
        assert_eq!(part.hops.len(), 5);
        assert_eq!(part.answer.as_ref().unwrap().status, 302);
    }
}

#[tokio::test]
async fn fault_029_redirects_out_of_the_web_are_bad() {
    for target in ["file:///etc/passwd", "javascript:alert(1)", "ftp://127.0.0.1/", "data:,x"] {
        let part = fetch_from(settings(), move |_| Reply::redirect(302, target)).await;
        assert_eq!(*failure(&part), FetchFailure::BadRedirect { target: target.to_owned() });
    }
}

#[tokio::test]
async fn fault_030_a_redirect_without_a_location_is_bad() {
    let part = fetch_from(settings(), |_| Reply::new(302).body("moved")).await;
    assert_eq!(code(&part), "bad_redirect");
    let other = Server::page("<p>We promise.");
    let target = other.url("/\u{fc}").as_str().replace("http:", "");
    let part = fetch_from(settings(), move |_| Reply::redirect(302, &target)).await;
    assert_eq!(body(&part), b"<p>We promise.");
    assert_eq!(other.paths(), ["/%C3%BC"]);
}

#[tokio::test]
async fn fault_031_private_addresses_are_refused_before_any_connection() {
    let server = Server::page("<p>secret");
    let port = server.address().port();
    let fetcher = Fetcher::new(&settings()).unwrap();
    for host in ["127.0.0.1", "localhost", "localhost.", "[::1]", "2130706433", "0x7f.1", "127.1"] {
        let mut watch = watch(Url::parse(&format!("http://{host}:{port}/")).unwrap());
        watch.addresses = AddressRule::PublicOnly;
        let visit = visit(&fetcher, &watch, &[]).await;
        assert_eq!(code(&visit.parts[0]), "blocked_address", "{host}");
    }
    assert_eq!(server.connections(), 0);
}

/// A proxy stands in for the public internet: what it serves passes the rule for addresses.
#[tokio::test]
async fn fault_031_a_redirect_to_a_private_address_is_refused_before_any_connection() {
    let inside = Server::page("<p>secret");
    let target = inside.url("/");
    let proxy = Server::start(move |_| Reply::redirect(302, target.as_str()));
    let settings = Settings { proxy: Some(proxy.url("/")), ..settings() };
    let mut watch = watch(Url::parse("http://example.org/terms").unwrap());
    watch.addresses = AddressRule::PublicOnly;
    let part = fetch(&settings, &watch).await;
    assert_eq!(code(&part), "blocked_address");
    assert_eq!(part.hops.len(), 1);
    assert_eq!(proxy.paths(), ["http://example.org/terms"]);
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn fault_033_a_private_literal_of_a_delivery_is_refused() {
    use pledgewatch::fetch::address::check_url;
    let server = Server::page("<p>secret");
    let failure = check_url(&server.url("/hook"), AddressRule::PublicOnly).unwrap_err();
    assert_eq!(failure.code(), "blocked_address");
}

#[tokio::test]
async fn fault_032_a_delivery_to_a_name_of_this_machine_is_refused_at_resolution() {
    use pledgewatch::fetch::client::guarded_client;
    let server = Server::page("ok");
    let url = format!("http://localhost:{}/hook", server.address().port());
    let refused = guarded_client(&settings(), AddressRule::PublicOnly).unwrap();
    assert!(refused.get(&url).send().await.unwrap_err().is_dns());
    assert_eq!(server.connections(), 0);
    let allowed = guarded_client(&settings(), AddressRule::AnyAddress).unwrap();
    let answer = allowed.post(&url).body("{}").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(server.requests()[0].body, b"{}");
}

#[tokio::test]
async fn fault_035_a_redirect_from_https_to_http_is_recorded() {
    let plain = Server::page("<p>We promise.");
    let target = plain.url("/");
    let authority = Authority::new();
    let secure = Server::start_tls(authority.for_host("127.0.0.1"), move |_| {
        Reply::redirect(302, target.as_str())
    });
    let settings = Settings { ca_file: Some(authority.path().to_owned()), ..settings() };
    let mut watch = watch(secure.url("/"));
    watch.headers = vec![("X-Key".to_owned(), "secret".to_owned())];
    let part = fetch(&settings, &watch).await;
    assert_eq!(body(&part), b"<p>We promise.");
    assert_eq!((part.hops[0].url.scheme(), part.hops[0].target.scheme()), ("https", "http"));
    assert_eq!(secure.requests()[0].header("x-key"), Some("secret"));
    assert_eq!(plain.requests()[0].header("x-key"), None);
}

#[tokio::test]
async fn fault_036_credentials_are_neither_sent_nor_recorded() {
    let server = Server::start(|request| match request.path.as_str() {
        "/" => Reply::redirect(302, &format!("http://u:p@{}/b", request.header("host").unwrap())),
        _ => Reply::page("<p>We promise."),
    });
    let mut url = server.url("/");
    url.set_username("user").unwrap();
    url.set_password(Some("pass")).unwrap();
    let part = fetch(&settings(), &watch(url)).await;
    assert_eq!(body(&part), b"<p>We promise.");
    assert!(server.requests().iter().all(|it| it.header("authorization").is_none()));
    assert_eq!(part.hops[0].url, server.url("/"));
    assert_eq!(part.hops[0].target, server.url("/b"));
    assert_eq!(*part.final_url(), server.url("/b"));
}

#[tokio::test]
async fn fault_037_a_redirect_to_a_port_of_another_service_is_refused() {
    let part = fetch_from(settings(), |_| Reply::redirect(302, "http://127.0.0.1:6379/")).await;
    assert_eq!(*failure(&part), FetchFailure::BlockedPort { port: 6379 });
}
