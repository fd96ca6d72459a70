//! Bodies, framing, heads and connections that go wrong.

use std::time::{Duration, Instant};

use pledgewatch::model::{
    flag::Flag,
    snapshot::Digest,
    visit::{FetchFailure, Framing},
    watch::Settings,
};

use crate::{
    fetch::{body, code, failure, fetch, fetch_from, impatient, settings, watch},
    server::{
        Server,
        authority::{Authority, self_signed},
        http2::{self, Manner, Mischief},
        reply::{Reply, Step, brotli_bomb, gzip},
    },
};

const PAGE: &str = "<p>We will never sell your data.</p>";

#[tokio::test]
async fn a_page_is_captured_with_its_evidence() {
    let server = Server::page(PAGE);
    let part = fetch(&settings(), &watch(server.url("/terms"))).await;
    assert_eq!(body(&part), PAGE.as_bytes());
    let answer = part.answer.as_ref().unwrap();
    assert_eq!((answer.status, answer.http_version.as_str()), (200, "HTTP/1.1"));
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.remote, Some(server.address()));
    assert_eq!(answer.certificate, None);
    let wire = answer.wire.unwrap();
    assert_eq!((wire.digest, wire.bytes), (Digest::of(PAGE.as_bytes()), PAGE.len() as u64));
    assert_eq!(wire.framing, Framing::Told);
    assert_eq!((part.attempts, part.hops.len()), (1, 0));
}

#[tokio::test]
async fn fault_001_a_gzip_bomb_is_stopped() {
    let part = fetch_from(settings(), |_| Reply::page("").body(vec![0; 16 << 20]).gzip()).await;
    assert_eq!(code(&part), "too_large");
}

#[tokio::test]
async fn fault_002_bombs_of_every_coding_are_stopped_by_their_ratio_and_by_the_decoded_cap() {
    let zeros = vec![0; 64 << 20];
    let zstd = zstd::encode_all(&zeros[..], 3).unwrap();
    for (coding, bomb) in [("gzip", gzip(&zeros)), ("zstd", zstd), ("br", brotli_bomb(4))] {
        for is_chunked in [false, true] {
            for (cap, measure) in [(20 << 20, "for its wire size"), (512 << 10, "decoded")] {
                let bomb = bomb.clone();
                let mut settings = settings();
                settings.bounds.body_bytes_max = cap;
                let part = fetch_from(settings, move |_| {
                    let reply = Reply::new(200).header("Content-Encoding", coding).body(&bomb);
                    if is_chunked { reply.chunked() } else { reply }
                })
                .await;
                match *failure(&part) {
                    FetchFailure::TooLarge { measure: told, .. } => assert_eq!(told, measure),
                    ref other => panic!("{coding}: {other}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn fault_003_two_codings_are_undecodable() {
    let part = fetch_from(settings(), |_| {
        Reply::new(200).header("Content-Encoding", "gzip, gzip").body(gzip(&gzip(b"x")))
    });
    assert_eq!(code(&part.await), "undecodable");
}

#[tokio::test]
async fn fault_004_plain_bytes_called_gzip_are_refused_and_their_digest_is_kept() {
    let part =
        fetch_from(settings(), |_| Reply::page(PAGE).header("Content-Encoding", "gzip")).await;
    assert_eq!(code(&part), "bad_encoding");
    let wire = part.answer.as_ref().unwrap().wire.unwrap();
    assert_eq!(wire.digest, Digest::of(PAGE.as_bytes()));
}

#[tokio::test]
async fn fault_005_truncated_gzip_is_truncated() {
    let part = fetch_from(settings(), |_| {
        let cut = gzip(PAGE.repeat(100).as_bytes());
        Reply::new(200).header("Content-Encoding", "gzip").body(&cut[..cut.len() - 9])
    });
    assert_eq!(code(&part.await), "truncated");
}

#[tokio::test]
async fn fault_006_gzip_members_and_garbage_after_them_are_read() {
    let part = fetch_from(settings(), |_| {
        let wire = [gzip(b"We will "), gzip(b"never."), b"garbage".to_vec()].concat();
        Reply::new(200).header("Content-Encoding", "gzip").body(wire)
    });
    assert_eq!(body(&part.await), b"We will never.");
}

#[tokio::test]
async fn every_coding_that_is_asked_for_is_read() {
    let part = fetch_from(settings(), |request| {
        assert_eq!(request.header("accept-encoding"), Some("gzip, deflate, br, zstd"));
        let wire = zstd::encode_all(PAGE.as_bytes(), 3).unwrap();
        Reply::new(200).header("Content-Encoding", "zstd").body(wire)
    });
    assert_eq!(body(&part.await), PAGE.as_bytes());
    // "We promise." as one uncompressed brotli metablock (RFC 7932, section 9.2).
    const BROTLI: &[u8] = b"\xa0\x00\x10We promise.\x03";
    let part = fetch_from(settings(), |_| {
        Reply::new(200).header("Content-Encoding", "br").body(BROTLI).chunked()
    })
    .await;
    assert_eq!(body(&part), b"We promise.");
    let wire = part.answer.as_ref().unwrap().wire.unwrap();
    assert_eq!((wire.bytes, wire.digest), (BROTLI.len() as u64, Digest::of(BROTLI)));
}

#[tokio::test]
async fn fault_007_a_body_shorter_than_its_length_is_truncated() {
    let part = fetch_from(settings(), |_| {
        Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<p>We will")
    })
    .await;
    assert_eq!(code(&part), "truncated");
    assert_eq!(part.answer.as_ref().unwrap().status, 200);
}

#[tokio::test]
async fn fault_008_a_body_that_ends_with_the_connection_is_marked() {
    let part = fetch_from(settings(), |_| {
        Reply::raw("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>We will")
    })
    .await;
    assert_eq!(body(&part), b"<p>We will");
    assert_eq!(part.answer.as_ref().unwrap().wire.unwrap().framing, Framing::ClosedOnly);
    let newer = fetch_from(settings(), |_| Reply::page(PAGE).until_close()).await;
    assert_eq!(body(&newer), PAGE.as_bytes());
    assert_eq!(newer.answer.as_ref().unwrap().wire.unwrap().framing, Framing::ClosedOnly);
}

#[tokio::test]
async fn fault_009_broken_chunks_are_told_each_in_its_own_words() {
    for (chunks, words) in [
        ("5\r\nWe wi\r\n5\r\nll", "its chunks end after 7 bytes without a last one"),
        ("5\r\nWe wi\r\n", "its chunks end after 5 bytes without a last one"),
        ("5\r\nWe wi\r\n5", "its chunks end after 5 bytes without a last one"),
        ("5\r\nWe wi\r\nzz\r\n", "Invalid chunk size line"),
        ("fffffffffffffffff\r\nWe", "overflow"),
    ] {
        let part = fetch_from(settings(), move |_| {
            Reply::raw(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"))
        })
        .await;
        assert_eq!(code(&part), "bad_framing", "{chunks:?}");
        let told = failure(&part).to_string();
        assert!(told.contains(words), "{chunks:?}: {told}");
    }
}

/// A connection that was cut passes; chunks that are none do not.
#[tokio::test]
async fn fault_009_cut_chunks_are_tried_again_and_wrong_ones_are_not() {
    for (chunks, tries) in [("5\r\nWe wi\r\n5\r\nll", 2), ("zz\r\n", 1)] {
        let mut settings = settings();
        settings.bounds.retries_max = 1;
        let part = fetch_from(settings, move |_| {
            Reply::raw(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"))
        })
        .await;
        assert_eq!((code(&part), part.attempts), ("bad_framing", tries), "{chunks:?}");
    }
}

#[tokio::test]
async fn fault_010_chunks_win_over_a_length_and_two_lengths_are_refused() {
    let both = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n\
                5\r\nWe wi\r\n0\r\n\r\n";
    let part = fetch_from(settings(), move |_| Reply::raw(both)).await;
    assert_eq!((body(&part), Flag::of(&part)), (&b"We wi"[..], vec![Flag::FramingConflict]));
    assert_eq!(part.answer.as_ref().unwrap().wire.unwrap().framing, Framing::Told);
    let two = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nWe wi";
    assert_eq!(code(&fetch_from(settings(), move |_| Reply::raw(two)).await), "bad_framing");
}

#[tokio::test]
async fn fault_010_a_transfer_coding_that_nobody_takes_off_is_undecodable() {
    for coding in ["gzip, chunked", "gzip", "chunked, chunked"] {
        let part = fetch_from(settings(), move |_| {
            Reply::raw(format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n5\r\nWe wi\r\n0\r\n\r\n"
            ))
        });
        assert_eq!(code(&part.await), "undecodable", "{coding}");
    }
}

#[tokio::test]
async fn fault_011_two_hundred_headers_are_read_and_a_thousand_are_too_many() {
    let with = |count| {
        fetch_from(settings(), move |_| {
            (0..count).fold(Reply::page(PAGE), |reply, n| reply.header(&format!("X-{n}"), "1"))
        })
    };
    let part = with(200).await;
    assert_eq!(body(&part), PAGE.as_bytes());
    assert_eq!(part.answer.as_ref().unwrap().header("x-199"), Some("1"));
    assert_eq!(code(&with(1_000).await), "headers_too_large");
}

#[tokio::test]
async fn fault_012_an_endless_head_is_too_large() {
    let long = fetch_from(settings(), |_| Reply::page(PAGE).header("X", vec![b'a'; 5 << 20]));
    assert_eq!(code(&long.await), "headers_too_large");
    let endless = fetch_from(settings(), |_| {
        Reply::raw("HTTP/1.1 200 OK\r\n").then(Step::Forever(b"X: y\r\n".repeat(100)))
    });
    assert_eq!(code(&endless.await), "headers_too_large");
}

#[tokio::test]
async fn fault_013_a_dripping_head_ends_at_its_deadline() {
    let part = fetch_from(impatient(), |_| {
        let head = b"HTTP/1.1 200 OK\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec();
        Reply::raw("").then(Step::Drip(head, Duration::from_millis(50)))
    })
    .await;
    let limit = impatient().bounds.head_timeout;
    assert_eq!(*failure(&part), FetchFailure::TimedOut { stage: "head", limit });
}

#[tokio::test]
async fn fault_014_a_dripping_body_ends_at_the_visits_deadline() {
    let began = Instant::now();
    let part =
        fetch_from(impatient(), |_| Reply::page(&PAGE.repeat(10)).drip(Duration::from_millis(50)))
            .await;
    let limit = impatient().bounds.visit_timeout;
    assert_eq!(*failure(&part), FetchFailure::TimedOut { stage: "visit", limit });
    assert!(limit <= part.took && began.elapsed() < limit + Duration::from_secs(2));
}

#[tokio::test]
async fn fault_015_silence_and_resets_are_told() {
    assert_eq!(code(&fetch_from(impatient(), |_| Reply::hang()).await), "timeout");
    assert_eq!(code(&fetch_from(settings(), |_| Reply::reset()).await), "reset");
    let cut = fetch_from(settings(), |_| {
        Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<p>We").then(Step::Reset)
    });
    assert_eq!(code(&cut.await), "truncated");
    let server = Server::silent();
    let mut url = server.url("/");
    url.set_scheme("https").unwrap();
    assert_eq!(code(&fetch(&impatient(), &watch(url)).await), "timeout");
}

#[tokio::test]
async fn a_port_where_nobody_listens_gives_no_connection() {
    // Closed before it is asked: a server that is just being dropped may still take a connection.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    assert_eq!(code(&fetch(&settings(), &watch(url)).await), "no_connection");
}

#[tokio::test]
async fn fault_016_an_endless_body_is_stopped_by_its_size() {
    let mut settings = settings();
    settings.bounds.wire_bytes_max = 1 << 20;
    let part = fetch_from(settings, |_| {
        Reply::raw("HTTP/1.1 200 OK\r\n\r\n").then(Step::Forever(vec![b'a'; 64 << 10]))
    })
    .await;
    let expected = FetchFailure::TooLarge { limit: 1 << 20, measure: "on the wire" };
    assert_eq!(*failure(&part), expected);
}

#[tokio::test]
async fn fault_017_odd_bytes_in_a_head_are_refused_or_kept_as_bytes() {
    let nul = fetch_from(settings(), |_| Reply::page(PAGE).header("X", "a\0b")).await;
    assert_eq!(code(&nul), "bad_framing");
    let latin = fetch_from(settings(), |_| Reply::page(PAGE).header("X", b"caf\xe9")).await;
    let headers = &latin.answer.as_ref().unwrap().headers;
    assert!(headers.contains(&("x".to_owned(), b"caf\xe9".to_vec())));
    assert_eq!(body(&latin), PAGE.as_bytes());
    let folded = fetch_from(settings(), |_| Reply::page(PAGE).header("X", "a\r\n b")).await;
    assert_eq!(code(&folded), "bad_framing");
    let bare = fetch_from(settings(), |_| Reply::page(PAGE).header("X", "a\rSet-Cookie: b"));
    assert_eq!(code(&bare.await), "bad_framing");
}

#[tokio::test]
async fn fault_018_what_is_no_http_is_refused_and_odd_statuses_are_kept() {
    for raw in ["<p>We will never sell your data.</p>", "ICY 200 OK\r\n\r\nWe will"] {
        assert_eq!(code(&fetch_from(settings(), move |_| Reply::raw(raw)).await), "bad_framing");
    }
    let odd = fetch_from(settings(), |_| Reply::new(999).body("denied")).await;
    assert_eq!((body(&odd), odd.answer.as_ref().unwrap().status), (&b"denied"[..], 999));
    let hinted = fetch_from(settings(), |_| {
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".repeat(50);
        Reply::raw(format!("{hints}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nWe"))
    });
    assert_eq!(body(&hinted.await), b"We");
}

#[tokio::test]
async fn fault_023_certificates_that_cannot_be_trusted_are_refused() {
    let authority = Authority::new();
    let trusting = Settings { ca_file: Some(authority.path().to_owned()), ..settings() };
    for (config, reason) in [
        (self_signed("127.0.0.1"), "UnknownIssuer"),
        (authority.expired("127.0.0.1"), "expired"),
        (authority.for_host("example.org"), "not valid for name"),
    ] {
        let server = Server::start_tls(config, |_| Reply::page(PAGE));
        let part = fetch(&trusting, &watch(server.url("/"))).await;
        assert_eq!(code(&part), "tls_error");
        let told = failure(&part).to_string();
        assert!(told.contains(reason), "{told}");
        assert_eq!(server.paths(), Vec::<String>::new());
    }
    let server = Server::start_tls(authority.for_host("127.0.0.1"), |_| Reply::page(PAGE));
    let part = fetch(&trusting, &watch(server.url("/"))).await;
    assert_eq!(body(&part), PAGE.as_bytes());
    assert!(part.answer.as_ref().unwrap().certificate.is_some());
}

#[tokio::test]
async fn a_page_comes_over_http_2() {
    let authority = Authority::new();
    let trusting = Settings { ca_file: Some(authority.path().to_owned()), ..settings() };
    let url = http2::start(authority.for_host("127.0.0.1"), PAGE, Manner::Answer).await;
    let part = fetch(&trusting, &watch(url)).await;
    assert_eq!(body(&part), PAGE.as_bytes());
    let answer = part.answer.as_ref().unwrap();
    assert_eq!(answer.http_version, "HTTP/2.0");
    assert_eq!(answer.wire.unwrap().framing, Framing::Told);
}

#[tokio::test]
async fn fault_026_an_http_2_stream_that_is_reset_in_its_body_breaks_off() {
    let authority = Authority::new();
    let trusting = Settings { ca_file: Some(authority.path().to_owned()), ..settings() };
    let url = http2::start(authority.for_host("127.0.0.1"), PAGE, Manner::ResetMidBody).await;
    let part = fetch(&trusting, &watch(url)).await;
    assert!(["truncated", "reset"].contains(&code(&part)), "{:?}", part.outcome);
}

#[tokio::test]
async fn fault_026_http_2_that_misbehaves_is_told_and_soon() {
    let authority = Authority::new();
    let trusting = Settings { ca_file: Some(authority.path().to_owned()), ..settings() };
    for (mischief, expected) in [
        (Mischief::ResetStorm, "reset"),
        (Mischief::HugeHead, "headers_too_large"),
        (Mischief::EndlessHead, "headers_too_large"),
        (Mischief::GoAwayMidBody, "truncated"),
    ] {
        let url = http2::misbehaving(authority.for_host("127.0.0.1"), mischief).await;
        let began = Instant::now();
        let part = fetch(&trusting, &watch(url)).await;
        assert_eq!(code(&part), expected, "{mischief:?}: {}", failure(&part));
        assert!(began.elapsed() < Duration::from_secs(10), "{mischief:?}");
    }
}
