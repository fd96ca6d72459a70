//! Clocks that jump: back, far ahead, and to where time began.

use serde_json::Value;

use crate::{
    faults::{
        AT_ONCE, POLICY, assert_decent, assert_whole, can_run, edited, names, status_of, told,
        under, watching,
    },
    world::{Site, framed},
};

#[test]
fn fault_070_a_clock_that_jumps_misses_nothing_and_asks_nothing_twice() {
    let site = Site::start();
    site.page("/page-0", &framed(POLICY, "a"));
    let world = watching(&site, AT_ONCE, &names(1), "");
    let asked = || site.server().paths().len();
    world.sweep_at("2026-06-02T00:00:00Z");
    assert_eq!(asked(), 1);
    site.page("/page-0", &framed(&edited(), "a"));
    assert_eq!(world.sweep_at("2026-06-01T00:00:00Z").changes, 1, "back a day");
    world.sweep_at("2026-06-01T01:00:00Z");
    assert_eq!(asked(), 2, "an hour later by the clock as it is now");
    site.page("/page-0", &framed(POLICY, "a"));
    assert_eq!(world.sweep_at("2036-06-01T00:00:00Z").changes, 1, "forward ten years");
    world.sweep_at("2036-06-01T00:01:00Z");
    assert_eq!(asked(), 3, "ten years are caught up on with one visit");
    site.page("/page-0", &framed(&edited(), "a"));
    assert_eq!(world.sweep_at("1970-01-01T00:00:10Z").changes, 1, "no clock at all");
    assert_eq!(status_of(&world, "page-0")["versions"], 4);
    let rest = world.run(&["status", "--json"]).json().pop().unwrap();
    let day = |at: &Value| at.as_str().unwrap()[..10].to_owned();
    let jumps = rest["clock_jumps"].as_array().unwrap();
    let jumps: Vec<_> = jumps.iter().map(|it| (day(&it["before"]), day(&it["after"]))).collect();
    let back = |before: &str, after: &str| (before.to_owned(), after.to_owned());
    assert_eq!(jumps, [back("2036-06-01", "1970-01-01"), back("2026-06-02", "2026-06-01")]);
    let status = world.run(&["status"]).stdout;
    let line =
        "clock: went back between two sweeps, from 2036-06-01 00:01 UTC to 1970-01-01 00:00 UTC";
    assert!(status.contains(line), "{status}");
    assert_whole(&world);
}

/// Ten years are ahead for one sweep, as under a clock whose battery is empty, and then it is right.
#[test]
fn fault_070_the_program_under_a_wrong_clock_goes_on_under_the_right_one() {
    if !can_run("faketime", &["@1000000000", "true"]) {
        return;
    }
    let site = Site::start();
    for id in names(3) {
        site.page(&format!("/{id}"), &framed(POLICY, "a"));
    }
    let world = watching(&site, AT_ONCE, &names(3), "");
    let asked = || site.server().paths().len();
    for (turn, day) in ["2026-06-02", "2036-06-02", "1970-01-02", "2026-06-03"].iter().enumerate() {
        if turn == 3 {
            site.page("/page-0", &framed(&edited(), "a"));
        }
        let ran = under(&world, &["faketime", &format!("{day} 00:00:00")], &["check"]);
        assert_eq!((ran.code, &*ran.stderr), (0, ""), "{day}");
        assert_decent(&ran);
        assert_eq!(asked(), 3 * (turn + 1), "{day}: each page is visited once");
    }
    assert_eq!(told(&world, "page-0"), ["change alert"]);
    assert_eq!(status_of(&world, "page-1")["health"], "healthy");
    assert_whole(&world);
}
