//! Watchlists that are broken, huge, or written by odd editors.

use std::{fs, time::Instant};

use crate::{
    faults::{POLICY, assert_decent, assert_whole, entry, status_of, told, watching, world},
    world::{Site, framed},
};

const SETTINGS: &str = "[settings]\nallow_private_addresses = true\nrobots = false\n";

#[test]
fn fault_076_a_watchlist_broken_halfway_stops_before_any_fetch_and_names_the_line() {
    let site = Site::start();
    site.page("/p", &framed(POLICY, "a"));
    let good = watching(&site, SETTINGS, &["p".to_owned()], "");
    assert_eq!(good.run(&["check"]).code, 0);
    let list = fs::read_to_string(good.watchlist()).unwrap();
    let lines = list.lines().count();
    let twice = list.split_once("\n[[page]]").unwrap().1;
    let broken = [
        ("a quote that never ends", format!("{list}title2 = \"x\n"), lines + 1),
        ("half an entry", format!("{list}\n[[page]]\nid = \"q\"\nur"), lines + 4),
        ("an id that is there twice", format!("{list}\n[[page]]{twice}"), lines + 3),
        ("bytes that are no text", format!("{list}\0"), lines + 1),
    ];
    let asked = site.server().requests().len();
    for (what, text, line) in broken {
        fs::write(good.watchlist(), text).unwrap();
        let ran = good.run(&["check", "p"]);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{what}: {ran:?}");
        assert!(ran.stderr.contains(&format!("line {line}")), "{what}: {}", ran.stderr);
        assert_decent(&ran);
        assert_eq!(good.run(&["show", "p"]).code, 0, "{what}: the record is read all the same");
    }
    fs::write(good.watchlist(), [list.as_bytes(), b"# \xff\n"].concat()).unwrap();
    assert_eq!(good.run(&["check", "p"]).code, 2, "not UTF-8");
    assert_eq!(site.server().requests().len(), asked);
    assert_whole(&good);
}

#[test]
fn fault_076_a_hundred_thousand_entries_are_refused_in_a_moment() {
    let site = Site::start();
    let mut list = SETTINGS.to_owned();
    for number in 0..100_000 {
        list.push_str(&format!(
            "[[page]]\nid = \"p{number}\"\nurl = \"{}\"\n",
            site.url(&format!("/{number}"))
        ));
    }
    let world = world(&list);
    let began = Instant::now();
    let ran = world.run(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("10000") || ran.stderr.contains("10,000"), "{}", ran.stderr);
    assert!(ran.stderr.len() < 5_000, "{} bytes of complaint", ran.stderr.len());
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    assert_eq!(site.server().connections(), 0);
}

#[test]
fn fault_076_a_byte_order_mark_windows_lines_and_tabs_are_read() {
    let site = Site::start();
    site.page("/p", &framed(POLICY, "a"));
    let list = format!("{SETTINGS}{}", entry("p", &site.url("/p"), ""));
    let tabbed: String = list.lines().map(|line| format!("\t{line}\t\n")).collect();
    for text in [
        format!("\u{feff}{list}"),
        list.replace('\n', "\r\n"),
        tabbed,
        format!("\u{feff}{}", list.replace('\n', "\r\n")),
    ] {
        let world = world(&text);
        let ran = world.run(&["check"]);
        assert_eq!((ran.code, &*ran.stderr), (0, ""), "{text:?}");
        assert_eq!(status_of(&world, "p")["health"], "healthy");
        assert_eq!(told(&world, "p"), Vec::<String>::new());
    }
}
