//! Answers that go wrong, each as one page of a sweep, twice over an archive that holds a version
//! of that page already.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    faults::{IMPATIENT, POLICY, assert_decent, assert_whole, told, under, watching},
    server::{
        Server,
        authority::{Authority, self_signed},
        http2::{self, Manner},
        reply::{Reply, Step, gzip},
    },
    world::{Ran, Site, World, framed, runtime},
};

/// What an answer comes to.
pub enum Comes {
    /// The page is read as before.
    Read,
    /// No page is read; the visit failed with this code, or one of several (`reset|truncated`).
    Failed(&'static str),
    /// An answer came, and it is not the policy: trouble of this kind.
    Trouble(&'static str),
}

use Comes::{Failed, Read, Trouble};

/// An answer, under the name of its row.
pub struct Case {
    /// The page that answers so.
    pub id: String,
    /// The answer.
    pub reply: Reply,
    /// What it comes to.
    pub comes: Comes,
}

/// Servers beside the site, to be redirected to; they stop with it.
struct Elsewhere {
    authority: Authority,
    servers: Vec<Server>,
    home: String,
}

/// Returns the page as it is when all is well.
pub fn healthy() -> String {
    framed(POLICY, "a")
}

fn cases(elsewhere: &mut Elsewhere, reset: &str) -> Vec<Case> {
    let all = [bodies(), framing(), heads(), statuses(), redirects(elsewhere, reset)];
    let case = |(id, comes, reply): (&str, _, _)| Case { id: id.to_owned(), reply, comes };
    all.into_iter().flatten().map(case).collect()
}

type Row = (&'static str, Comes, Reply);

fn bodies() -> Vec<Row> {
    let page = healthy();
    let zeros = vec![0; 16 << 20];
    let coded =
        |coding: &str, body: Vec<u8>| Reply::page("").header("Content-Encoding", coding).body(body);
    let half = page.len() / 2;
    let members = [gzip(&page.as_bytes()[..half]), gzip(&page.as_bytes()[half..])].concat();
    let cut = gzip(page.repeat(40).as_bytes());
    vec![
        ("f001-bomb", Failed("too_large"), Reply::page("").body(&zeros).gzip()),
        ("f002-zstd", Failed("too_large"), coded("zstd", zstd::encode_all(&zeros[..], 3).unwrap())),
        ("f002-chunked", Failed("too_large"), Reply::page("").body(&zeros).gzip().chunked()),
        ("f003", Failed("undecodable"), coded("gzip, gzip", gzip(&gzip(page.as_bytes())))),
        ("f004", Failed("bad_encoding"), coded("gzip", page.clone().into_bytes())),
        ("f005", Failed("truncated"), coded("gzip", cut[..cut.len() - 9].to_vec())),
        ("f006", Read, coded("gzip", [members, b"garbage".to_vec()].concat())),
        (
            "f016",
            Failed("too_large"),
            Reply::raw("HTTP/1.1 200 OK\r\n\r\n").then(Step::Forever(vec![b'a'; 64 << 10])),
        ),
    ]
}

fn framing() -> Vec<Row> {
    let page = healthy();
    let chunked = |chunks: &str| {
        Reply::raw(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
        ))
    };
    let both = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{page}\r\n0\r\n\r\n",
        page.len()
    );
    let short = format!("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{page}");
    let two = format!("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n{page}");
    vec![
        ("f007", Failed("truncated"), Reply::raw(&short)),
        ("f008-whole", Read, Reply::page(&page).until_close()),
        ("f009-cut", Failed("bad_framing"), chunked("5\r\nWe wi\r\n5\r\nll")),
        ("f009-no-number", Failed("bad_framing"), chunked("5\r\nWe wi\r\nzz\r\n")),
        ("f009-overflow", Failed("bad_framing"), chunked("fffffffffffffffff\r\nWe")),
        ("f010-both", Read, Reply::raw(both)),
        ("f010-two", Failed("bad_framing"), Reply::raw(two)),
        ("f014", Failed("timeout"), Reply::page(&page).drip(Duration::from_millis(20))),
        ("f015-silent", Failed("timeout"), Reply::hang()),
        ("f015-reset", Failed("reset"), Reply::reset()),
        ("f015-reset-in-body", Failed("truncated"), Reply::raw(&short).then(Step::Reset)),
    ]
}

fn heads() -> Vec<Row> {
    let page = healthy();
    let many = |count: usize| {
        (0..count).fold(Reply::page(&page), |reply, n| reply.header(&format!("X-{n}"), "1"))
    };
    let endless = Step::Forever(b"X: y\r\n".repeat(100));
    let slow = b"HTTP/1.1 200 OK\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec();
    vec![
        ("f011-200", Read, many(200)),
        ("f011-1000", Failed("headers_too_large"), many(1_000)),
        (
            "f012-long",
            Failed("headers_too_large"),
            Reply::page(&page).header("X", vec![b'a'; 5 << 20]),
        ),
        (
            "f012-endless",
            Failed("headers_too_large"),
            Reply::raw("HTTP/1.1 200 OK\r\n").then(endless),
        ),
        (
            "f013",
            Failed("timeout"),
            Reply::raw("").then(Step::Drip(slow, Duration::from_millis(50))),
        ),
        ("f017-nul", Failed("bad_framing"), Reply::page(&page).header("X", "a\0b")),
        ("f017-latin", Read, Reply::page(&page).header("X", b"caf\xe9")),
        ("f017-fold", Failed("bad_framing"), Reply::page(&page).header("X", "a\r\n b")),
    ]
}

fn statuses() -> Vec<Row> {
    let page = healthy();
    let bare = |status: u16| {
        Reply::raw(format!("HTTP/1.1 {status} Scripted\r\nConnection: close\r\n\r\n"))
    };
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".repeat(50);
    let hinted = format!(
        "{hints}HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
        page.len()
    );
    let wait = |status: u16, value: &str| {
        Reply::new(status).header("Retry-After", value).body("<h1>Busy</h1>")
    };
    vec![
        ("f018-no-http", Failed("bad_framing"), Reply::raw(&page)),
        ("f018-icy", Failed("bad_framing"), Reply::raw("ICY 200 OK\r\n\r\nWe will")),
        ("f018-999", Trouble("error_status"), Reply::new(999).body("denied")),
        ("f018-hints", Read, Reply::raw(hinted)),
        ("f020-empty", Failed("no_content"), Reply::new(200)),
        ("f020-204", Failed("no_content"), bare(204)),
        (
            "f020-206",
            Failed("no_content"),
            Reply::new(206).header("Content-Range", "bytes 0-1/9").body("We"),
        ),
        ("f020-304", Failed("no_content"), bare(304)),
        ("f022-ten-seconds", Failed("asked_to_wait"), wait(429, "10")),
        ("f022-ten-years", Failed("asked_to_wait"), wait(503, "315360000")),
        ("f022-minus-one", Trouble("error_status"), wait(503, "-1")),
        ("f022-friday", Trouble("error_status"), wait(429, "Friday")),
    ]
}

fn redirects(elsewhere: &mut Elsewhere, reset: &str) -> Vec<Row> {
    let to = |target: &str| Reply::redirect(302, target);
    let mut tls = |config| {
        let page = healthy();
        let server = Server::start_tls(config, move |_| Reply::page(&page));
        elsewhere.servers.push(server);
        to(elsewhere.servers.last().unwrap().url("/").as_str())
    };
    let self_signed = tls(self_signed("127.0.0.1"));
    let expired = tls(elsewhere.authority.expired("127.0.0.1"));
    let wrong_host = tls(elsewhere.authority.for_host("example.org"));
    let silent = Server::silent();
    let stalled = silent.url("/").as_str().replace("http:", "https:");
    let home = elsewhere.home.clone();
    let plain = home.clone();
    let downgrade =
        Server::start_tls(elsewhere.authority.for_host("127.0.0.1"), move |_| to(&plain));
    let over_tls = downgrade.url("/").to_string();
    elsewhere.servers.extend([silent, downgrade]);
    let credentials = home.replace("http://", "http://someone:hushhush@");
    let relative = home.replace("http:", "");
    vec![
        ("f015-tls-stalls", Failed("timeout"), to(&stalled)),
        ("f023-self-signed", Failed("tls_error"), self_signed),
        ("f023-expired", Failed("tls_error"), expired),
        ("f023-wrong-host", Failed("tls_error"), wrong_host),
        ("f024", Failed("dns_error"), to("http://no-such-name.invalid/")),
        ("f026", Failed("reset|truncated"), to(reset)),
        ("f028-loop", Failed("redirect_limit"), to("/f028-loop")),
        ("f029-file", Failed("bad_redirect"), to("file:///etc/passwd")),
        ("f029-script", Failed("bad_redirect"), to("javascript:alert(1)")),
        ("f029-ftp", Failed("bad_redirect"), to("ftp://127.0.0.1/")),
        ("f029-data", Failed("bad_redirect"), to("data:,x")),
        ("f030-none", Failed("bad_redirect"), Reply::new(302).body("moved")),
        ("f030-relative", Read, to(&relative)),
        // Whoever asks next on this host finds the connection closed, and must not suffer.
        ("f019", Read, Reply::page(&healthy()).and_close()),
        ("f035", Read, to(&over_tls)),
        ("f036", Read, to(&credentials)),
        ("f036-astray", Failed("bad_redirect"), to("ftp://someone:hushhush@127.0.0.1/")),
        ("f037", Failed("blocked_port"), to("http://127.0.0.1:6379/")),
    ]
}

/// Returns the last visit of a page, with the number of visits in all.
pub fn last_visit(world: &World, page: &str) -> (Value, usize) {
    let visits = world.run(&["explain", page, "-n", "100", "--json"]).json();
    let newest = visits.iter().max_by_key(|it| it["captured_at"].as_str().unwrap().to_owned());
    (newest.unwrap().clone(), visits.len())
}

/// Asserts the oracle for one page after the `round`th sweep with its answer.
fn assert_row(world: &World, case: &Case, round: usize, ran: &Ran) {
    let id = &case.id;
    let status = world.run(&["status", id, "--json"]).json().remove(0);
    let (visit, visits) = last_visit(world, id);
    assert_eq!(status["versions"], 1, "{id}: what was recorded before stands");
    assert!(round < visits, "{id}: each visit is on record, {visits} after round {round}");
    let part = visit["parts"].as_array().unwrap().last().unwrap();
    let warnings = ran.stderr.lines().filter(|line| line.starts_with(&format!("warning: {id}: ")));
    let in_trouble = match case.comes {
        Read => {
            assert_eq!(
                (&visit["finding"], &part["failure"]),
                (&"same".into(), &Value::Null),
                "{id}"
            );
            // A page that answers elsewhere is on record as moved, which is no alert yet.
            let told = told(world, id);
            assert!(told.iter().all(|kind| kind == "moved"), "{id}: {told:?}");
            false
        }
        Failed(codes) => {
            let code = part["failure"].as_str().unwrap_or_default();
            assert!(codes.split('|').any(|it| it == code), "{id}: `{code}` is not {codes}");
            true
        }
        Trouble(kind) => {
            assert_eq!(part["failure"], Value::Null, "{id}");
            assert_eq!(status["trouble"]["kind"], kind, "{id}");
            true
        }
    };
    assert_eq!(warnings.count() > 0, in_trouble, "{id}: {}", ran.stderr);
    if in_trouble {
        assert_eq!(
            (&visit["finding"], &status["health"]),
            (&"trouble".into(), &"trouble".into()),
            "{id}"
        );
        assert!(!visit["reasons"].as_array().unwrap().is_empty(), "{id} has a reason");
        assert_eq!(told(world, id), ["trouble"], "{id}: on record, and told to nobody so far");
    }
}

/// Runs the program and returns how much memory it took at most, in kB.
fn measured(world: &World, arguments: &[&str]) -> (Ran, u64) {
    let script = "import resource, subprocess, sys\n\
        code = subprocess.call(sys.argv[1:])\n\
        open('peak', 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\n\
        sys.exit(code)";
    let ran = under(world, &["python3", "-c", script], arguments);
    let peak = fs::read_to_string(world.folder().join("peak")).unwrap();
    (ran, peak.parse().unwrap())
}

#[test]
fn fault_001_to_037_an_answer_that_goes_wrong_harms_nothing_else() {
    let (site, server_runtime) = (Site::start(), runtime());
    site.page("/good", &healthy());
    let authority = Authority::new();
    let reset = server_runtime.block_on(http2::start(
        authority.for_host("127.0.0.1"),
        "<p>We promise, and here is a good deal of it.</p>",
        Manner::ResetMidBody,
    ));
    let settings = format!("{IMPATIENT}ca_file = \"{}\"\n", authority.path().display());
    let mut elsewhere = Elsewhere { authority, servers: Vec::new(), home: site.url("/good") };
    let cases = cases(&mut elsewhere, reset.as_str());
    assert_particulars(&hold(&site, &settings, &cases));
}

/// Sweeps a site whose pages are well, then twice one where each case answers as it does, and
/// asserts the oracle of the catalogue each time. `/good` must be on the site.
pub fn hold(site: &Site, settings: &str, cases: &[Case]) -> World {
    let mut ids: Vec<String> = cases.iter().map(|case| case.id.clone()).collect();
    ids.push("good".to_owned());
    for id in &ids {
        site.page(&format!("/{id}"), &healthy());
    }
    let world = watching(site, settings, &ids, "");
    let first = world.sweep_at("2026-01-01T00:00:00Z");
    assert_eq!((first.troubled.len(), first.checked.len()), (0, ids.len()));
    for case in cases {
        site.reply(&format!("/{}", case.id), case.reply.clone());
    }
    for round in 1..=2 {
        let mut arguments = vec!["check", "-v"];
        arguments.extend(ids.iter().map(String::as_str));
        let began = Instant::now();
        let (ran, peak_kb) = measured(&world, &arguments);
        // One page after the other at most, each within its limit, and two seconds.
        let limit = Duration::from_secs(2) * u32::try_from(ids.len()).unwrap();
        assert!(began.elapsed() < limit + Duration::from_secs(2), "{:?}", began.elapsed());
        let is_read = |case: &Case| matches!(case.comes, Read);
        let code = if cases.iter().all(is_read) { 0 } else { 3 };
        assert_eq!((ran.code, &*ran.stdout), (code, ""), "{}", ran.stderr);
        assert_decent(&ran);
        assert!(!ran.stderr.contains("hushhush"), "credentials are told: {}", ran.stderr);
        assert!(peak_kb < 300_000, "{peak_kb} kB");
        let (good, visits) = last_visit(&world, "good");
        assert_eq!((&good["finding"], visits), (&"same".into(), round + 1));
        for case in cases {
            assert_row(&world, case, round, &ran);
        }
        assert_whole(&world);
    }
    world
}

/// What single rows ask for besides.
fn assert_particulars(world: &World) {
    let (visit, _) = last_visit(world, "f028-loop");
    assert_eq!(visit["parts"][0]["hops"].as_array().unwrap().len(), 5, "the chain is saved");
    let (visit, _) = last_visit(world, "f035");
    let hops = visit["parts"][0]["hops"].to_string();
    assert!(hops.contains("https://127.0.0.1"), "the step down is on record: {hops}");
    let (visit, _) = last_visit(world, "f035");
    assert!(visit["reasons"].to_string().contains("(downgraded)"), "{visit}");
    for page in ["f036", "f036-astray"] {
        for command in ["status", "log", "show", "explain"] {
            let ran = world.run(&[command, page]);
            assert!(!format!("{ran:?}").contains("hushhush"), "{command} {page}: {ran:?}");
        }
    }
    for folder in fs::read_dir(world.folder().join("snapshots")).unwrap() {
        let bytes = fs::read(folder.unwrap().path()).unwrap();
        assert!(!bytes.windows(8).any(|window| window == b"hushhush"), "credentials are kept");
    }
    let away = world.run(&["status", "f022-ten-years", "--json"]).json().remove(0);
    let due: pledgewatch::model::time::Timestamp =
        away["next_due_at"].as_str().unwrap().parse().unwrap();
    let last: pledgewatch::model::time::Timestamp =
        away["last_visit_at"].as_str().unwrap().parse().unwrap();
    assert!(due.since(last) <= Duration::from_secs(86_500), "ten years are a day: {away}");
}

#[test]
fn fault_008_a_body_cut_in_half_without_a_word_is_not_a_removal() {
    let site = Site::start();
    let ids = [String::from("p")];
    let world = watching(&site, IMPATIENT, &ids, "confirm_within = 0");
    let long = framed(&POLICY.repeat(4), "a");
    site.page("/p", &long);
    world.sweep_at("2026-01-01T00:00:00Z");
    let half = &long[..long.len() / 2];
    site.reply(
        "/p",
        Reply::raw(format!("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n{half}")),
    );
    let ran = world.run(&["check", "-v"]);
    assert_eq!((ran.code, &*ran.stdout), (3, ""), "{}", ran.stderr);
    assert_eq!(told(&world, "p"), ["trouble"]);
    site.page("/p", &long);
    assert_eq!(world.run(&["check", "p"]).code, 0);
    assert_eq!(told(&world, "p"), ["trouble", "recovered"]);
    assert_whole(&world);
}
