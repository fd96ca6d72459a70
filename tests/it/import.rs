//! Captures that others made: they walk the path of a live visit, and twice is once.

use std::{
    fs,
    io::{Read as _, Write as _},
    process::Stdio,
};

use flate2::{Compression, bufread::GzEncoder};

use crate::world::{Ran, World, framed};

const URL: &str = "https://acme.example/faces";

const POLICY: &str = "<h1>Facial recognition</h1>\
    <p>We will not sell facial recognition technology to police departments in the United States. \
    This holds until there is a national law, grounded in human rights, that governs it.</p>\
    <h2>Reviews</h2><p>We review every sensitive use of our technology against our principles, and \
    we publish the outcome of each review within ninety days of its end.</p>";

fn policy(words: &str) -> String {
    framed(&POLICY.replace("will not sell", words), "Products")
}

/// Returns a response record of `url`, captured at `at`.
fn response(url: &str, at: &str, status: u16, html: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: text/html; charset=utf-8\r\n\r\n");
    record("response", url, at, "", &format!("{head}{html}"))
}

fn record(kind: &str, url: &str, at: &str, fields: &str, block: &str) -> Vec<u8> {
    let record = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {at}\r\n\
         WARC-Record-ID: <urn:uuid:{at}>\r\nContent-Type: application/http; msgtype=response\r\n\
         {fields}Content-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    );
    record.into_bytes()
}

/// Returns the records of a page that was edited on 3 January 2026.
fn edited(url: &str) -> Vec<Vec<u8>> {
    let sells = |at: &str, words: &str| response(url, at, 200, &policy(words));
    vec![
        sells("2026-01-01T00:00:00Z", "will not sell"),
        sells("2026-01-02T00:00:00Z", "will not sell"),
        sells("2026-01-03T00:00:00Z", "do not currently sell"),
        sells("2026-01-04T00:00:00Z", "do not currently sell"),
        sells("2026-01-06T00:00:00Z", "do not currently sell"),
    ]
}

fn gzip(record: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(record, Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

fn world_with(file: &str, bytes: &[u8]) -> World {
    let world = World::empty();
    fs::write(world.folder().join(file), bytes).unwrap();
    world
}

/// Returns page, kind and day of everything on record, with a star if it was alerted.
fn recorded(world: &World) -> Vec<String> {
    let told = |event: serde_json::Value| {
        let day: String = event["captured_at"].as_str().unwrap().chars().take(10).collect();
        let star = if event["alerted"] == true { "*" } else { "" };
        format!(
            "{} {}{star} {day}",
            event["page"].as_str().unwrap(),
            event["kind"].as_str().unwrap()
        )
    };
    world.run(&["log", "--json"]).json().into_iter().map(told).collect()
}

fn says(ran: &Ran, words: &str) {
    assert!(ran.stderr.contains(words), "no `{words}` in {ran:?}");
}

#[test]
fn an_edit_in_a_web_archive_is_recorded_and_sent_to_nobody() {
    let plain = edited(URL).concat();
    let packed: Vec<u8> = edited(URL).iter().flat_map(|record| gzip(record)).collect();
    let mut far_back = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    far_back.window_log(27).unwrap();
    far_back.write_all(&plain).unwrap();
    let far_back = far_back.finish().unwrap();
    // Where no temporary file can be had, it is read as it stands.
    for (bytes, temporary) in
        [(plain, None), (packed, None), (far_back.clone(), None), (far_back, Some("missing"))]
    {
        let world = world_with("a.warc", &bytes);
        let mut import = world.command(&["import", "a.warc"]);
        if let Some(folder) = temporary {
            import.env("TMPDIR", world.folder().join(folder));
        }
        let ran = Ran::of(import.output().unwrap());
        assert_eq!((ran.code, &*ran.stdout), (0, ""), "{ran:?}");
        says(&ran, "imported 5 captures");
        says(&ran, "1 change of wording");
        assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"]);
        let alerts = world.run(&["alert", "list", "--json"]).json();
        assert_eq!(alerts[0]["deliveries"].as_array().unwrap().len(), 0);
        assert_eq!(world.run(&["verify"]).code, 0);
    }
}

#[test]
fn importing_twice_adds_nothing_and_later_captures_go_on_from_there() {
    let records = edited(URL);
    let world = world_with("a.warc", &records[..3].concat());
    fs::write(world.folder().join("b.warc"), records.concat()).unwrap();
    assert_eq!(world.run(&["import", "a.warc"]).code, 0);
    let again = world.run(&["import", "a.warc"]);
    says(&again, "imported 0 captures");
    says(&again, "3 on record already");
    assert!(recorded(&world).is_empty());
    let whole = world.run(&["import", "b.warc"]);
    says(&whole, "imported 2 captures");
    assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"]);
}

/// Runs the program with `bytes` on its standard input, and expects it to succeed.
fn piped(world: &World, arguments: &[&str], bytes: &[u8]) {
    let mut command = world.command(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn captures_are_judged_in_order_of_time_however_they_come() {
    let mut records = edited(URL);
    records.reverse();
    let world = world_with("a.warc", &records.concat());
    says(&world.run(&["import", "a.warc"]), "imported 5 captures");
    assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"]);

    let world = World::empty();
    piped(&world, &["import", "-"], &records.concat());
    assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"]);
}

#[test]
fn captures_before_and_between_visits_on_record_have_the_page_judged_anew() {
    let records = edited(URL);
    for apart in [vec![3, 4], vec![0, 4], vec![0, 2, 4], vec![1, 3]] {
        let some: Vec<u8> = apart.iter().flat_map(|&at| records[at].clone()).collect();
        let world = world_with("some.warc", &some);
        fs::write(world.folder().join("all.warc"), records.concat()).unwrap();
        assert_eq!(world.run(&["import", "some.warc"]).code, 0);
        let ran = world.run(&["import", "all.warc"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        says(&ran, "so 1 page judged anew");
        assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"], "{apart:?}");
        let shown = world.run(&["show", "acme-example-faces", "--at", "2026-01-02"]);
        assert!(shown.stdout.contains("will not sell"), "{shown:?}");
        assert_eq!(world.run(&["verify"]).code, 0);
    }
}

#[test]
fn captures_of_several_addresses_are_one_page_if_it_is_named() {
    let mut records = edited(URL)[..2].to_vec();
    records.extend(edited("https://acme.example/legal/faces")[2..].to_vec());
    let world = world_with("a.warc", &records.concat());
    assert_eq!(world.run(&["import", "--as", "faces", "a.warc"]).code, 0);
    assert!(recorded(&world).contains(&"faces change* 2026-01-03".to_owned()));

    let world = world_with("a.warc", &records.concat());
    says(&world.run(&["import", "a.warc"]), "of 2 pages");
    assert!(recorded(&world).is_empty());
}

#[test]
fn the_watchlist_names_the_page_of_an_address_that_it_has() {
    let entry = format!(
        "\n[[page]]\nid = \"faces\"\ncompany = \"Acme\"\ntitle = \"Faces\"\nurl = \"{URL}/now\"\n\
         formerly = [\"{URL}\"]\n"
    );
    let world = World::with(&entry);
    fs::write(world.folder().join("a.warc"), edited(URL).concat()).unwrap();
    let ran = world.run(&["import", "a.warc"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(recorded(&world).contains(&"faces change* 2026-01-03".to_owned()));
    assert_eq!(world.run(&["log", "--json"]).json()[0]["company"], "Acme");
}

#[test]
fn an_outage_in_a_web_archive_is_trouble_and_no_change() {
    let mut records = edited(URL)[..2].to_vec();
    for day in ["03", "04", "08"] {
        let at = format!("2026-01-{day}T00:00:00Z");
        records.push(response(URL, &at, 503, "<h1>Service unavailable</h1>"));
    }
    records.push(response(URL, "2026-01-09T00:00:00Z", 301, ""));
    let world = world_with("a.warc", &records.concat());
    let ran = world.run(&["import", "a.warc"]);
    says(&ran, "1 left out, since they redirect");
    assert_eq!(recorded(&world), ["acme-example-faces trouble* 2026-01-03"]);
}

/// Returns a redirect to `target`.
fn redirect(at: &str, status: u16, target: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} Moved\r\nLocation: {target}\r\n\r\n");
    record("response", URL, at, "", &head)
}

#[test]
fn a_redirect_whose_target_was_captured_is_a_move() {
    let mut records = edited(URL)[..2].to_vec();
    let target = "https://acme.example/legal/faces";
    records.push(redirect("2026-01-05T00:00:00Z", 301, target));
    records.push(response(target, "2026-01-05T00:00:02Z", 200, &policy("will not sell")));
    let world = world_with("a.warc", &records.concat());
    let ran = world.run(&["import", "--as", "faces", "a.warc"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(recorded(&world), ["faces moved* 2026-01-05"]);
    says(&world.run(&["import", "--as", "faces", "a.warc"]), "3 on record");
}

#[test]
fn a_redirect_that_leads_to_nothing_captured_is_trouble() {
    let mut records = edited(URL)[..2].to_vec();
    for day in ["03", "04", "08"] {
        records.push(redirect(&format!("2026-01-{day}T00:00:00Z"), 302, "/"));
    }
    let world = world_with("a.warc", &records.concat());
    assert_eq!(world.run(&["import", "--as", "faces", "a.warc"]).code, 0);
    assert_eq!(recorded(&world), ["faces trouble* 2026-01-03"]);
    let told = world.run(&["log", "--json"]).json();
    assert_eq!(told[0]["trouble"], "redirected");
}

#[test]
fn a_visit_that_repeats_a_body_counts_like_the_body() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    let again = |at: &str, refers_to: &str| {
        let fields = format!(
            "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n\
             WARC-Refers-To-Target-URI: {URL}\r\nWARC-Refers-To-Date: {refers_to}\r\n"
        );
        record("revisit", URL, at, &fields, head)
    };
    let mut records = edited(URL)[..3].to_vec();
    records.push(again("2026-01-03T12:00:00Z", "2026-01-03T00:00:00Z"));
    records.push(again("2026-01-05T00:00:00Z", "1999-01-01T00:00:00Z"));
    let world = world_with("a.warc", &records[..3].concat());
    fs::write(world.folder().join("b.warc"), records[3..].concat()).unwrap();
    assert_eq!(world.run(&["import", "a.warc"]).code, 0);
    let ran = world.run(&["import", "b.warc"]);
    says(&ran, "imported 1 capture");
    says(&ran, "1 left out, since they repeat a body that is not on record");
    assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"]);
}

#[test]
fn a_damaged_record_is_named_and_the_rest_is_imported() {
    let mut records = edited(URL);
    let digest = "WARC-Payload-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n";
    let block = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>other</p>";
    records.insert(1, record("response", URL, "2026-01-01T06:00:00Z", digest, block));
    let world = world_with("a.warc", &records.concat());
    let ran = world.run(&["import", "a.warc"]);
    assert_eq!(ran.code, 3);
    says(&ran, "warning: a.warc: cannot read record 2");
    says(&ran, "imported 5 captures");
    says(&ran, "1 damaged");
    assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"]);
}

#[test]
fn a_page_saved_by_hand_is_imported_at_its_time() {
    let entry = format!("\n[[page]]\nid = \"faces\"\ntitle = \"Faces\"\nurl = \"{URL}\"\n");
    let world = World::with(&entry);
    let days = ["2026-01-01", "2026-01-03", "2026-01-04"];
    for (day, words) in days.iter().zip(["will not sell", "do not sell", "do not sell"]) {
        fs::write(world.folder().join("saved.html"), policy(words)).unwrap();
        let ran = world.run(&["import", "saved.html", "--as", "faces", "--at", day]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    assert_eq!(recorded(&world), ["faces change* 2026-01-03"]);
    let ran = world.run(&["import", "saved.html", "--as", "other", "--at", "2026-01-01"]);
    assert_eq!(ran.code, 2);
    says(&ran, "the address of `other` is in neither the watchlist nor the archive");
}

#[test]
fn alerts_of_an_import_are_sent_if_asked() {
    let world = world_with("a.warc", &edited(URL).concat());
    let ran = world.run(&["import", "--send", "a.warc"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("currently"), "{ran:?}");
    let alerts = world.run(&["alert", "list", "--json"]).json();
    assert_eq!(alerts[0]["deliveries"][0]["state"], "delivered");
}

/// Returns a world whose page is made of two addresses, with this web archive.
fn in_parts(bytes: &[u8]) -> World {
    let world = World::with(&format!(
        "\n[[page]]\nid = \"faces\"\nurls = [\"{URL}\", \"https://acme.example/maps\"]\n"
    ));
    fs::write(world.folder().join("a.warc"), bytes).unwrap();
    world
}

const MAPS: &str = "<h1>Maps</h1><p>We do not track where the people that use our maps go.</p>";

#[test]
fn captures_of_the_addresses_of_one_page_are_its_parts() {
    let maps = |at: &str, words: &str| {
        let page = framed(&MAPS.replace("do not track", words), "Products");
        response("https://acme.example/maps", at, 200, &page)
    };
    let mut records = edited(URL);
    records.insert(1, maps("2026-01-01T00:05:00Z", "do not track"));
    records.push(maps("2026-01-07T00:00:00Z", "may track"));
    records.push(maps("2026-01-09T00:00:00Z", "may track"));
    records.push(response("https://acme.example/other", "2026-01-09T00:00:00Z", 200, "<p>x</p>"));
    for arguments in [&["import", "a.warc"][..], &["import", "--as", "faces", "a.warc"]] {
        let world = in_parts(&records.concat());
        let ran = world.run(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        let log = recorded(&world);
        assert!(log.contains(&"faces change* 2026-01-03".to_owned()), "{log:?}");
        assert!(log.contains(&"faces change* 2026-01-07".to_owned()), "{log:?}");
        assert_eq!(log.iter().filter(|it| it.contains("change*")).count(), 2, "{log:?}");
        let shown = world.run(&["show", "faces", "--at", "2026-01-08"]).stdout;
        assert!(shown.contains("currently sell") && shown.contains("may track"), "{shown}");
        assert_eq!(world.run(&["verify"]).code, 0);
        let again = world.run(arguments);
        says(&again, "imported 0 captures");
        assert_eq!(recorded(&world), log);
    }
}

#[test]
fn parts_that_come_in_two_files_have_the_page_judged_anew() {
    let maps = |at: &str| response("https://acme.example/maps", at, 200, &framed(MAPS, "Products"));
    let world = in_parts(&[maps("2026-01-01T06:00:00Z"), maps("2026-01-05T00:00:00Z")].concat());
    says(&world.run(&["import", "a.warc"]), "imported 0 captures");
    let mut records = edited(URL);
    records.insert(0, maps("2025-12-31T00:00:00Z"));
    fs::write(world.folder().join("b.warc"), records.concat()).unwrap();
    assert_eq!(world.run(&["import", "b.warc"]).code, 0);
    says(&world.run(&["import", "a.warc"]), "imported 2 captures");
    assert_eq!(recorded(&world), ["faces change* 2026-01-03"]);
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_saved_page_of_several_addresses_is_refused_in_words() {
    let world = in_parts(b"");
    fs::write(world.folder().join("saved.html"), MAPS).unwrap();
    let ran = world.run(&["import", "saved.html", "--as", "faces", "--at", "2026-01-01"]);
    assert_eq!(ran.code, 2);
    says(&ran, "a saved page does not say which it shows");
}

#[test]
fn standard_input_may_be_packed_and_may_be_a_saved_page() {
    let packed: Vec<u8> = edited(URL).iter().flat_map(|record| gzip(record)).collect();
    for packed in [packed, gzip(&edited(URL).concat())] {
        let world = World::empty();
        piped(&world, &["import", "-"], &packed);
        assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-03"]);
    }
    let world = World::with(&format!("\n[[page]]\nid = \"faces\"\nurl = \"{URL}\"\n"));
    for (day, words) in [("01", "will not sell"), ("03", "may sell"), ("04", "may sell")] {
        let at = format!("2026-01-{day}");
        let arguments = ["import", "-", "--as", "faces", "--at", &at];
        piped(&world, &arguments, policy(words).as_bytes());
    }
    assert_eq!(recorded(&world), ["faces change* 2026-01-03"]);
}

#[test]
fn an_import_leaves_its_bodies_packed_and_each_of_them_is_read_as_it_was() {
    let page = |day: u32| framed(POLICY, &format!("News of day {day}"));
    let at = |day: u32| format!("2026-{:02}-{:02}T00:00:00Z", 1 + day / 28, 1 + day % 28);
    let captures = |days: std::ops::Range<u32>| -> Vec<u8> {
        days.flat_map(|day| response(URL, &at(day), 200, &page(day))).collect()
    };
    let world = world_with("a.warc", &captures(0..120));
    fs::write(world.folder().join("b.warc"), captures(120..150)).unwrap();
    let ask = |sql: &str| -> i64 {
        let archive = world.folder().join("snapshots/archive.db");
        rusqlite::Connection::open(archive).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let bytes = "SELECT sum(length(frame)) FROM snapshot";
    for (file, days) in [("a.warc", 120), ("b.warc", 150)] {
        assert_eq!(world.run(&["import", "--as", "faces", file]).code, 0);
        assert_eq!(ask("SELECT count(*) FROM snapshot"), i64::from(days));
        assert_eq!(ask("SELECT count(*) FROM snapshot WHERE base IS NULL"), 1);
        assert!(ask("SELECT max(depth) FROM snapshot") <= 50);
        let unpacked = "SELECT count(*) FROM snapshot
             WHERE id > (SELECT coalesce(max(packed), 0) FROM latest)";
        assert_eq!(ask(unpacked), 0);
        for day in (0..days).step_by(7).chain([days - 1]) {
            let shown = world.command(&["show", "faces", "--raw", "--at", &at(day)]).output();
            assert_eq!(String::from_utf8_lossy(&shown.unwrap().stdout), page(day), "{day}");
        }
        assert_eq!(world.run(&["verify"]).code, 0);
    }
    let (left, deltas) = (ask(bytes), ask("SELECT count(*) FROM snapshot WHERE base NOT NULL"));
    assert!(left < 4_000 + 120 * deltas, "{left} bytes");
    assert_eq!(world.run(&["archive", "compact"]).code, 0);
    // With all that is there to choose from, little is left to gain.
    assert!(9 * left < 10 * ask(bytes), "{left} bytes, then {}", ask(bytes));
}

#[test]
fn an_import_that_is_killed_is_gone_on_with_and_two_at_once_do_no_harm() {
    let mut records = Vec::new();
    for hour in 0..400 {
        let words = if hour < 200 { "will not sell" } else { "may sell" };
        let at = format!(
            "2026-{:02}-{:02}T{:02}:00:00Z",
            1 + hour / 100,
            1 + hour % 100 / 4,
            6 * (hour % 4)
        );
        let html = framed(&POLICY.replace("will not sell", words), &format!("News {hour}"));
        records.push(response(URL, &at, 200, &html));
    }
    let world = world_with("a.warc", &records.concat());
    let expectation = world_with("a.warc", &records.concat());
    assert_eq!(expectation.run(&["import", "a.warc"]).code, 0);
    for ms in [20, 60, 120, 200, 300] {
        let mut child = world.command(&["import", "a.warc"]).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(ms));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let mut child = world.command(&["import", "a.warc"]).stderr(Stdio::null()).spawn().unwrap();
    let second = world.run(&["import", "a.warc"]);
    assert!(matches!(second.code, 0 | 2), "{second:?}");
    child.wait().unwrap();
    assert_eq!(world.run(&["import", "a.warc"]).code, 0);
    assert_eq!(recorded(&world), recorded(&expectation));
    let explained = world.run(&["explain", "acme-example-faces", "-n", "1000", "--json"]);
    assert_eq!(explained.json().len(), 400);
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn an_alert_that_was_sent_stays_when_earlier_captures_come() {
    let records = edited(URL);
    let late: Vec<u8> = [0, 3, 4].iter().flat_map(|&at: &usize| records[at].clone()).collect();
    let world = world_with("late.warc", &late);
    fs::write(world.folder().join("all.warc"), records.concat()).unwrap();
    let ran = world.run(&["import", "--send", "late.warc"]);
    assert!(ran.stdout.contains("currently"), "{ran:?}");
    assert_eq!(recorded(&world), ["acme-example-faces change* 2026-01-04"]);
    let ran = world.run(&["import", "--send", "all.warc"]);
    assert_eq!((ran.code, &*ran.stdout), (0, ""), "nobody is told twice: {ran:?}");
    let log = recorded(&world);
    assert!(log.contains(&"acme-example-faces change* 2026-01-04".to_owned()), "{log:?}");
    assert!(log.contains(&"acme-example-faces change* 2026-01-03".to_owned()), "{log:?}");
}
