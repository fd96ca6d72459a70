//! The watcher is watched: heartbeats after sweeps, and `status --check`.

use std::fs;

use crate::{
    server::{Server, reply::Reply},
    world::{Site, World, framed},
};

const POLICY: &str = "<h1>Faces</h1><p>We will not sell facial recognition technology to police \
    departments until there is a national law.</p>";

fn watching(site: &Site, settings: &str) -> World {
    let world = World::with(&format!("\n[[page]]\nid = \"p\"\nurl = \"{}\"\n", site.url("/p")));
    let list = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(
        world.watchlist(),
        list.replacen("[settings]\n", &format!("[settings]\n{settings}"), 1),
    )
    .unwrap();
    world
}

#[test]
fn a_heartbeat_is_called_after_each_sweep_whatever_it_found() {
    let (site, monitor) = (Site::start(), Server::start(|_| Reply::new(200).body("OK")));
    let world = watching(&site, &format!("heartbeat = \"{}\"\n", monitor.url("/ping/uuid")));
    site.page("/p", &framed(POLICY, "a"));
    assert_eq!(world.run(&["check"]).code, 0);
    site.reply("/p", Reply::new(500));
    assert_eq!(world.run(&["check", "p"]).code, 3);
    let paths: Vec<_> = monitor.requests().into_iter().map(|it| (it.method, it.path)).collect();
    assert_eq!(paths, vec![("GET".to_owned(), "/ping/uuid".to_owned()); 2]);
    world.run(&["check", "p", "--dry-run"]);
    assert_eq!(monitor.requests().len(), 2, "a rehearsal is no sweep");
}

#[test]
fn a_heartbeat_that_fails_is_told_without_its_address_and_hides_nothing() {
    let (site, monitor) = (Site::start(), Server::start(|_| Reply::new(404).body("no such check")));
    let world = watching(&site, "heartbeat = { file = \"beat\" }\n");
    fs::write(world.folder().join("beat"), monitor.url("/ping/SECRETUUID").as_str()).unwrap();
    site.page("/p", &framed(POLICY, "a"));
    let ran = world.run(&["check"]);
    assert_eq!(
        (ran.code, &*ran.stdout, &*ran.stderr),
        (
            3,
            "",
            "warning: the heartbeat could not be sent: the receiver answered 404: no such check\n"
        )
    );
    assert!(world.run(&["status"]).stdout.contains("p: healthy"));
    fs::remove_file(world.folder().join("beat")).unwrap();
    let ran = world.run(&["check", "p"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("cannot read the secret from the file beat"), "{}", ran.stderr);
}

#[test]
fn status_check_is_silent_while_all_is_well_and_names_what_is_not() {
    let site = Site::start();
    let world = watching(&site, "");
    let never = world.run(&["status", "--check"]);
    assert_eq!((never.code, &*never.stdout), (3, "p: it was never visited\n"));
    site.page("/p", &framed(POLICY, "a"));
    world.run(&["check"]);
    let well = world.run(&["status", "--check"]);
    assert_eq!((well.code, &*well.stdout, &*well.stderr), (0, "", ""));
    let list = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(world.watchlist(), format!("{list}paused = true\n")).unwrap();
    assert_eq!(world.run(&["status", "--check"]).code, 0);
}

#[test]
fn status_check_tells_a_page_that_nobody_visits_from_one_that_is_not_healthy() {
    let site = Site::start();
    let world = watching(&site, "every = \"30d\"\ntrouble_after = \"1d\"\n");
    site.page("/p", &framed(POLICY, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    let left = world.run(&["status", "--check"]);
    assert_eq!(
        (left.code, &*left.stdout),
        (3, "p: it was not visited since 2026-01-01 00:00 UTC\n")
    );
    site.reply("/p", Reply::new(503));
    world.run(&["check"]);
    let ill = world.run(&["status", "--check", "--json"]);
    assert_eq!(ill.code, 3);
    let concern = &ill.json()[0];
    assert_eq!(concern["page"], "p");
    let what = concern["concern"].as_str().unwrap();
    assert!(what.starts_with("it was not seen healthy since 2026-01-01 00:00 UTC: "), "{what}");
    assert!(what.contains("503"), "{what}");
}
