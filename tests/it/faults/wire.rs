//! Rows of the wire, each by itself under the whole oracle (`answers::hold`).

use std::{collections::HashSet, sync::Mutex};

use crate::{
    faults::{
        IMPATIENT,
        answers::{
            Case,
            Comes::{self, Failed, Read},
            healthy, hold, last_visit,
        },
    },
    server::{
        Server,
        authority::Authority,
        http2::{self, Mischief},
        reply::{Reply, brotli_bomb, gzip},
    },
    world::{Site, World, runtime},
};

fn case(id: &str, comes: Comes, reply: Reply) -> Case {
    Case { id: id.to_owned(), reply, comes }
}

/// A site with a page that goes wrong nowhere.
fn site() -> Site {
    let site = Site::start();
    site.page("/good", &healthy());
    site
}

fn chunked(chunks: &str) -> Reply {
    Reply::raw(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
    ))
}

/// Returns the reasons that are on record for the last visit.
fn reasons(world: &World, page: &str) -> String {
    last_visit(world, page).0["reasons"].to_string()
}

#[test]
fn fault_002_bombs_of_every_coding_are_told_in_bounded_memory() {
    let zeros = vec![0; 256 << 20];
    let coded =
        |coding: &str, body: Vec<u8>| Reply::page("").header("Content-Encoding", coding).body(body);
    let zstd = zstd::encode_all(&zeros[..], 3).unwrap();
    let cases = [
        case("brotli", Failed("too_large"), coded("br", brotli_bomb(64))),
        case("brotli-chunked", Failed("too_large"), coded("br", brotli_bomb(64)).chunked()),
        case("zstd", Failed("too_large"), coded("zstd", zstd)),
        case("gzip-chunked", Failed("too_large"), coded("gzip", gzip(&zeros)).chunked()),
    ];
    hold(&site(), IMPATIENT, &cases);
}

#[test]
fn fault_009_chunks_that_are_cut_or_have_no_size_or_too_large_a_one_are_bad_framing() {
    let cases = [
        case("cut", Failed("bad_framing"), chunked("5\r\nWe wi\r\n5\r\nll")),
        case("no-size", Failed("bad_framing"), chunked("5\r\nWe wi\r\nzz\r\n")),
        case("overflow", Failed("bad_framing"), chunked("fffffffffffffffff\r\nWe")),
    ];
    let world = hold(&site(), IMPATIENT, &cases);
    assert!(reasons(&world, "cut").contains("chunks end after 7 bytes"));
    assert!(reasons(&world, "no-size").contains("Invalid chunk size line"));
    assert!(reasons(&world, "overflow").contains("overflow"));
}

#[test]
fn fault_010_chunks_win_over_a_length_which_is_flagged_and_two_lengths_are_an_error() {
    let page = healthy();
    let both = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{page}\r\n0\r\n\r\n",
        page.len()
    );
    let two = format!("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n{page}");
    let cases =
        [case("both", Read, Reply::raw(both)), case("two", Failed("bad_framing"), Reply::raw(two))];
    let world = hold(&site(), IMPATIENT, &cases);
    assert!(reasons(&world, "both").contains("(framing_conflict)"));
    assert!(!reasons(&world, "good").contains("framing_conflict"));
    let words = world.run(&["explain", "both", "-n", "1"]).stdout;
    assert!(words.contains("gave both a length and chunks"), "{words}");
}

#[test]
fn fault_019_a_server_that_closes_without_notice_harms_no_page_even_without_retries() {
    // It answers once on each connection, keeps it, and breaks off at the next request on it.
    let served = Mutex::new(HashSet::new());
    let fickle =
        Server::start(move |request| match served.lock().unwrap().insert(request.connection) {
            true => Reply::page(&healthy()),
            false => Reply::reset(),
        });
    let to = |number: usize| Reply::redirect(302, fickle.url(&format!("/{number}")).as_str());
    let cases: Vec<_> =
        (0..6).map(|number| case(&format!("p{number}"), Read, to(number))).collect();
    hold(&site(), IMPATIENT, &cases);
    let broken = fickle.requests().len() - fickle.connections();
    assert!(0 < broken, "no connection was broken off, so nothing was put to the test");
}

#[test]
fn fault_026_http_2_that_misbehaves_is_told_in_bounded_memory() {
    let (authority, servers) = (Authority::new(), runtime());
    let to = |mischief| {
        let config = authority.for_host("127.0.0.1");
        let url = servers.block_on(http2::misbehaving(config, mischief));
        Reply::redirect(302, url.as_str())
    };
    let cases = [
        case("storm", Failed("reset"), to(Mischief::ResetStorm)),
        case("huge", Failed("headers_too_large"), to(Mischief::HugeHead)),
        case("endless", Failed("headers_too_large"), to(Mischief::EndlessHead)),
        case("goodbye", Failed("truncated"), to(Mischief::GoAwayMidBody)),
    ];
    let settings = format!("{IMPATIENT}ca_file = \"{}\"\n", authority.path().display());
    hold(&site(), &settings, &cases);
}
