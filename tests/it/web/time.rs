//! Captures by time, as RFC 7089 has it.

use std::{collections::BTreeSet, fmt::Write as _, fs};

use crate::{
    server::reply::Reply,
    web::client::{Served, changed},
    world::World,
};

#[test]
fn a_time_gate_leads_to_the_capture_nearest_to_a_time() {
    let (site, world) = changed();
    let served = Served::start(&world, &[]);
    let gate = format!("/timegate/{}", site.url("/faces"));
    let at = |date: &str| served.ask("GET", &gate, &[("accept-datetime", date)], "");
    let first = at("Wed, 31 Dec 2025 00:00:00 GMT");
    assert_eq!((first.status, first.header("vary")), (302, "accept-datetime"));
    let last = at("Mon, 01 Jan 2029 00:00:00 GMT");
    assert_ne!(first.header("location"), last.header("location"));
    assert_eq!(served.get(&gate).header("location"), last.header("location"));
    assert_eq!(at("Thu, 01 Jan 2026 09:00:00 GMT").header("location"), first.header("location"));
    let link = first.header("link");
    for part in [
        "rel=\"original\"",
        "rel=\"timemap\"",
        "rel=\"timegate\"",
        "rel=\"first memento\"",
        "datetime=\"Thu, 01 Jan 2026 00:00:00 GMT\"",
    ] {
        assert!(link.contains(part), "{part}: {link}");
    }
    assert_eq!(at("yesterday").status, 400);
    assert_eq!(served.get("/timegate/https://nobody.example/").status, 404);
    let by_name = served.get("/timegate/faces");
    assert_eq!(by_name.header("location"), last.header("location"));
}

#[test]
fn a_capture_is_what_came_and_can_do_nothing() {
    let (site, world) = changed();
    let served = Served::start(&world, &[]);
    let map = served.get(&format!("/timemap/{}", site.url("/faces")));
    assert_eq!(map.header("content-type"), "application/link-format");
    let text = map.text();
    // Each unconfirmed wording is looked at twice within one sweep.
    assert_eq!(text.matches("memento\";datetime=").count(), 4, "{text}");
    let url =
        text.split('<').find(|it| it.contains("captures/")).unwrap().split('>').next().unwrap();
    let path = url.strip_prefix(served.url().trim_end_matches('/')).unwrap();
    let capture = served.get(path);
    assert_eq!(capture.status, 200);
    assert_eq!(capture.header("memento-datetime"), "Thu, 01 Jan 2026 00:00:00 GMT");
    let policy = capture.header("content-security-policy");
    assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
    assert!(!policy.contains("allow-"), "{policy}");
    assert_eq!(capture.header("x-content-type-options"), "nosniff");
    assert_eq!(capture.header("content-type"), "text/html; charset=utf-8");
    assert!(capture.header("link").contains("rel=\"first memento\""));
    assert!(capture.text().contains("will not sell"), "{}", capture.text());
    for nothing in
        ["/captures/v9999/0", "/captures/v1/7", "/captures/1/0", "/captures/v1/-1", "/captures/x"]
    {
        assert_eq!(served.get(nothing).status, 404, "{nothing}");
    }
}

#[test]
fn a_body_that_a_browser_would_run_is_saved_in_place_of_shown() {
    let site = crate::world::Site::start();
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    site.reply("/p", Reply::new(200).header("content-type", "image/svg+xml").body(svg));
    let world = World::with(&format!("\n[[page]]\nid = \"p\"\nurl = \"{}\"\n", site.url("/p")));
    world.sweep_at("2026-01-01T00:00:00Z");
    let served = Served::start(&world, &[]);
    let gate = served.get("/timegate/p");
    let path = gate.header("location").strip_prefix(served.url().trim_end_matches('/')).unwrap();
    let capture = served.get(path);
    assert_eq!(capture.header("content-type"), "application/octet-stream");
    assert!(capture.header("content-disposition").starts_with("attachment"));
}

#[test]
fn a_redacted_capture_is_gone_and_says_so() {
    let (_site, world) = changed();
    let served = Served::start(&world, &[]);
    let visits = world.run(&["explain", "faces", "--json", "-n", "10"]).json();
    let digest = visits.last().unwrap()["parts"][0]["snapshot"].as_str().unwrap().to_owned();
    let ran = world.run(&["redact", &digest, "--reason", "by order"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let gate = served.ask(
        "GET",
        "/timegate/faces",
        &[("accept-datetime", "Thu, 01 Jan 2026 00:00:00 GMT")],
        "",
    );
    let path = gate
        .header("location")
        .strip_prefix(served.url().trim_end_matches('/'))
        .unwrap()
        .to_owned();
    let capture = served.get(&path);
    assert_eq!(capture.status, 410, "{}", capture.text());
    assert!(capture.text().contains("by order"));
}

/// Returns the address of a TimeMap's link, without the server.
fn path_of<'a>(served: &Served, line: &'a str) -> &'a str {
    let url = line.trim_start_matches('<').split('>').next().unwrap();
    url.strip_prefix(served.url().trim_end_matches('/')).unwrap_or_else(|| panic!("{line}"))
}

#[test]
fn a_long_time_map_goes_on_in_others_that_lead_back() {
    const CAPTURES: usize = 5_002;
    let world = World::empty();
    let block = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<main><h1>Faces</h1>\
        <p>We will not sell any of it to the police.</p></main>";
    let mut warc = String::new();
    for hour in 0..CAPTURES {
        let (day, hour) = (1 + hour / 24, hour % 24);
        let (year, day) = (2020 + day / 336, day % 336);
        let (month, day) = (1 + day / 28, 1 + day % 28);
        let _ = write!(
            warc,
            "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://acme.example/p?a=b\r\n\
             WARC-Date: {year}-{month:02}-{day:02}T{hour:02}:00:00Z\r\n\
             WARC-Record-ID: <urn:uuid:{year}-{month}-{day}-{hour}>\r\n\
             Content-Type: application/http; msgtype=response\r\n\
             Content-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        );
    }
    fs::write(world.folder().join("a.warc"), warc).unwrap();
    let ran = world.run(&["import", "--as", "p", "a.warc"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(world.run(&["init"]).code, 0);

    let served = Served::start(&world, &[]);
    let read = |path: &str| -> Vec<String> {
        let answer = served.get(path);
        assert_eq!(answer.status, 200, "{path}");
        answer.text().split(",\n").map(|it| it.trim_end().to_owned()).collect()
    };
    let of = |map: &[String], rel: &str| -> Vec<String> {
        let rel = format!("rel=\"{rel}\"");
        map.iter().filter(|line| line.contains(&rel)).cloned().collect()
    };
    let mementos = |map: &[String]| -> BTreeSet<String> {
        map.iter().filter(|it| it.contains("memento\"")).cloned().collect()
    };
    let first = read("/timemap/https://acme.example/p?a=b");
    assert_eq!(of(&first, "first memento").len(), 1);
    assert!(of(&first, "last memento").is_empty(), "it goes on");
    let [next] = &of(&first, "timemap")[..] else { panic!("{:?}", &first[..5]) };
    assert!(next.contains("from=\"") && next.contains("until=\""), "{next}");
    let second = read(path_of(&served, next));
    assert_eq!(of(&second, "last memento").len(), 1);
    let [back] = &of(&second, "timemap")[..] else { panic!("{second:?}") };
    assert_eq!(mementos(&read(path_of(&served, back))), mementos(&first));
    let [own] = &of(&second, "self")[..] else { panic!("{second:?}") };
    assert_eq!(path_of(&served, own), path_of(&served, next));
    let all: BTreeSet<String> = mementos(&first).union(&mementos(&second)).cloned().collect();
    let count = mementos(&first).len() + mementos(&second).len();
    assert_eq!((all.len(), count), (CAPTURES, CAPTURES), "each once");
}
