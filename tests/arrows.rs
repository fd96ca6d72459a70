//! Holds the source to the design: who may use whom, what pure rooms may name, how long files and
//! functions may grow. Reads text, so a path that a macro builds escapes it.
//!
//! Every message says what to do. To draw a new arrow, change the design first, and then
//! [`ROOMS`].

#[path = "arrows/source.rs"]
mod source;

use std::{collections::BTreeMap, fs, path::Path};

use source::{Source, functions, paths, relative_paths, words};

/// Each room, and what it may use of the others: a whole room, or one part of it.
const ROOMS: [(&str, &[&str]); 13] = [
    ("model", &[]),
    ("watchlist", &["model"]),
    ("fetch", &["model"]),
    ("extract", &["model"]),
    ("compare", &["model"]),
    ("formats", &["model"]),
    ("archive", &["model"]),
    ("alert", &["model"]),
    (
        "monitor",
        &["model", "watchlist", "fetch", "extract", "compare", "formats", "archive", "alert"],
    ),
    ("web", &["model", "alert::render", "monitor"]),
    ("cli", &["model", "alert::render", "monitor", "web"]),
    ("lib", &[]),
    ("main", &["cli"]),
];

/// What holds no async, file, net, env, process, clock, randomness or hash-map order.
const PURE: [&str; 5] = ["model", "extract", "compare", "formats", "alert::render"];

/// Words of the outside world, each with what to do instead.
const OUTSIDE_WORDS: [(&str, &str); 13] = [
    ("async", "do it in `fetch`, `alert` or `monitor`"),
    ("await", "do it in `fetch`, `alert` or `monitor`"),
    ("tokio", "do it in `fetch`, `alert` or `monitor`"),
    ("reqwest", "fetch in `fetch`"),
    ("lettre", "send in `alert`, outside its rendering"),
    ("rusqlite", "keep in `archive`"),
    ("SystemTime", "take the time as an argument"),
    ("Instant", "take the time as an argument"),
    ("rand", "take what is random as an argument"),
    ("getrandom", "take what is random as an argument"),
    ("RandomState", "use a `BTreeMap`: its order is the same on any day"),
    ("HashMap", "use a `BTreeMap`: its order is the same on any day"),
    ("HashSet", "use a `BTreeSet`: its order is the same on any day"),
];

/// Modules of the outside world. Of `std::net`, the types of addresses are values like others;
/// of `std::io`, so are the traits: `formats` reads what it is handed.
const OUTSIDE_MODULES: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::net",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
];

/// Rings that stand: none. None may join them, and one that is gone must leave the list.
const RINGS_THAT_STAND: [[&str; 2]; 0] = [];

/// What of `std::net` is a value.
const ADDRESS_TYPES: [&str; 7] = [
    "AddrParseError",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "SocketAddr",
    "SocketAddrV4",
    "SocketAddrV6",
];

/// The most lines of a file, tests not counted.
const FILE_LINES_MAX: usize = 500;

/// The most lines of a function: it fits a screen.
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn arrows_point_where_the_design_draws_them() {
    none_of(undrawn_arrows(&sources()));
}

#[test]
fn paths_start_at_the_crate() {
    none_of(unreadable_paths(&sources()));
}

#[test]
fn files_form_no_ring() {
    none_of(rings(&sources(), &RINGS_THAT_STAND));
}

#[test]
fn pure_rooms_never_look_outside() {
    none_of(looks_outside(&sources()));
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    none_of(misshapen_files(&sources()));
}

#[track_caller]
fn none_of(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n\n{}\n", complaints.join("\n"));
}

/// Returns each file under `src`, sorted.
fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut found) = (vec![src.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is read") {
            let path = entry.expect("src is read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).expect("source is UTF-8");
                found.push(Source::new(path.strip_prefix(&src).expect("it is under src"), &text));
            }
        }
    }
    found.sort_by(|a, b| a.module.cmp(&b.module));
    assert!(!found.is_empty(), "no source under {}", src.display());
    let test_modules: Vec<String> = found.iter().flat_map(Source::test_modules).collect();
    for source in &mut found {
        source.is_test = test_modules.iter().any(|it| source.is_in(it));
    }
    found
}

/// Arrows between rooms that [`ROOMS`] does not draw. Tests are held to them like the rest.
fn undrawn_arrows(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let Some((room, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room()) else {
            complaints.push(format!(
                "src/{}: `{}` is no room of the design: move the file into one, or draw the room \
                 in the design and then in ROOMS of tests/arrows.rs",
                source.path,
                source.room()
            ));
            continue;
        };
        for (line, path) in source.crate_paths(&source.code) {
            let is_drawn = |to: &&str| path == **to || path.starts_with(&format!("{to}::"));
            let target = path.split("::").next().unwrap_or_default();
            let is_room = ROOMS.iter().any(|(name, _)| *name == target);
            if target == *room || !is_room || allowed.iter().any(is_drawn) {
                continue;
            }
            let may =
                if allowed.is_empty() { "nothing of ours".into() } else { allowed.join(", ") };
            complaints.push(format!(
                "src/{}:{line}: `{room}` uses `{path}`, but may use only: {may}. Let `monitor` \
                 ask for it and hand it over as a value, or move what both need to `model`",
                source.path
            ));
        }
    }
    complaints
}

/// Paths that an eye, or this test, cannot read as an arrow: those from `super` and `self`, and
/// re-exports. A file may name its own children without `crate::`.
fn unreadable_paths(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let lines = source.code.lines().zip(source.code_without_tests.lines());
        for (line, (text, outside_tests)) in (1..).zip(lines) {
            let at = format!("src/{}:{line}", source.path);
            let is_test = source.is_test || outside_tests.trim().is_empty();
            let is_free = is_test && text.trim() == "use super::*;";
            if text.contains("super::") && !is_free {
                complaints.push(format!(
                    "{at}: says `super::`: write the path from `crate::`, so that arrows can be \
                     read (only `use super::*` in tests is free)"
                ));
            }
            let text = text.trim_start();
            if text.starts_with("pub use ") || text.starts_with("pub(crate) use ") {
                complaints.push(format!(
                    "{at}: re-exports: make the module public and name the thing where it lives"
                ));
            }
        }
        for (line, path) in paths(&source.code, "self") {
            complaints.push(format!(
                "src/{}:{line}: says `self::{path}`: leave out `self::`",
                source.path
            ));
        }
    }
    complaints
}

/// Rings among files, tests left out; each is told once.
fn rings(sources: &[Source], standing: &[[&str; 2]]) -> Vec<String> {
    let arrows = file_arrows(sources);
    let mut complaints = Vec::new();
    let has = |from, to| arrows.get(from).is_some_and(|it: &Vec<&str>| it.contains(to));
    for [a, b] in standing {
        if !has(a, b) || !has(b, a) {
            complaints
                .push(format!("{a} and {b} form a ring no longer: take them off RINGS_THAT_STAND"));
        }
    }
    let stands =
        |a: &str, b: &str| standing.iter().any(|ring| ring.contains(&a) && ring.contains(&b));
    let mut told: Vec<&str> = Vec::new();
    for &start in arrows.keys() {
        // Who is on a ring with one that was told is in the same knot.
        let is_told = |it: &&str| {
            way(&arrows, start, it, &stands).is_some() && way(&arrows, it, start, &stands).is_some()
        };
        if told.iter().any(is_told) {
            continue;
        }
        if let Some(ring) = way(&arrows, start, start, &stands) {
            complaints.push(format!(
                "a ring of files: {} -> {start}. Move what both ends need to a file that uses \
                 neither, or hand it over as an argument; others may be in the same knot",
                ring.join(" -> ")
            ));
            told.push(start);
        }
    }
    complaints
}

/// Returns the files that each file uses, tests left out.
fn file_arrows(sources: &[Source]) -> BTreeMap<&str, Vec<&str>> {
    let modules: Vec<&str> = sources.iter().map(|it| it.module.as_str()).collect();
    let mut arrows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|it| !it.is_test) {
        let code = &source.code_without_tests;
        let mut used: Vec<String> =
            source.crate_paths(code).into_iter().map(|(_, path)| path).collect();
        for child in source.child_modules() {
            let inside = relative_paths(code, &child).into_iter();
            used.extend(inside.map(|(_, path)| format!("{}::{child}::{path}", source.module)));
        }
        for path in used {
            let is_home =
                |module: &&&str| path == ***module || path.starts_with(&format!("{module}::"));
            let home = modules.iter().filter(is_home).max_by_key(|it| it.len());
            if let Some(home) = home.filter(|home| ***home != source.module) {
                arrows.entry(&source.module).or_default().push(home);
            }
        }
    }
    arrows
}

/// Returns the shortest way from `start` along at least one arrow to `end`, without `end`, leaving
/// out arrows that stand.
fn way<'a>(
    arrows: &BTreeMap<&'a str, Vec<&'a str>>,
    start: &'a str,
    end: &str,
    stands: &dyn Fn(&str, &str) -> bool,
) -> Option<Vec<&'a str>> {
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    let mut seen: Vec<&str> = Vec::new();
    while let Some(walked) = ways.pop_front() {
        let last = walked.last()?;
        for &next in arrows.get(last).into_iter().flatten().filter(|next| !stands(last, next)) {
            if next == end {
                return Some(walked);
            }
            if !seen.contains(&next) {
                seen.push(next);
                ways.push_back([walked.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

/// Words of the outside world in pure rooms, tests left out.
fn looks_outside(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    let is_pure = |source: &&Source| {
        let is_in = |room: &&str| {
            source.module == **room || source.module.starts_with(&format!("{room}::"))
        };
        PURE.iter().any(is_in) && !source.is_test
    };
    for source in sources.iter().filter(is_pure) {
        let at = |line: usize| format!("src/{}:{line}", source.path);
        for (line, word) in words(&source.code_without_tests) {
            if let Some((_, remedy)) = OUTSIDE_WORDS.iter().find(|(outside, _)| *outside == word) {
                complaints.push(format!(
                    "{}: says `{word}`, but `{}` is pure: {remedy}",
                    at(line),
                    source.room()
                ));
            }
        }
        for (line, text) in (1..).zip(source.code_without_tests.lines()) {
            if text.contains("::now(") {
                complaints.push(format!(
                    "{}: says `::now()`, but `{}` is pure: take the time as an argument",
                    at(line),
                    source.room()
                ));
            }
        }
        // `io` is most often named by itself.
        let named = |root: &str, prefix: &str| {
            let found = paths(&source.code_without_tests, root).into_iter();
            found.map(|(line, path)| (line, format!("{prefix}::{path}"))).collect::<Vec<_>>()
        };
        for (line, path) in [named("std", "std"), named("io", "std::io")].concat() {
            let is_address = path.split("::").any(|part| ADDRESS_TYPES.contains(&part));
            let is_in =
                |module: &&str| path == **module || path.starts_with(&format!("{module}::"));
            if OUTSIDE_MODULES.iter().any(is_in) && !is_address {
                complaints.push(format!(
                    "{}: uses `{path}`, but `{}` is pure: move it to a room that touches the \
                     world, and take what it gives as an argument",
                    at(line),
                    source.room()
                ));
            }
        }
    }
    complaints
}

/// Files without a purpose, and files and functions that are too long, tests left out.
fn misshapen_files(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        if !source.text.starts_with("//!") {
            complaints.push(format!(
                "src/{}: begins without `//!`: say what the file is for and what it does not know",
                source.path
            ));
        }
        if source.path.ends_with("mod.rs") {
            complaints.push(format!(
                "src/{}: call it after its folder, `foo.rs` with `foo/`",
                source.path
            ));
        }
        if source.is_test {
            continue;
        }
        let lines = source.lines_without_tests();
        if FILE_LINES_MAX < lines {
            complaints.push(format!(
                "src/{}: has {lines} lines without tests, {FILE_LINES_MAX} at most: split it by \
                 what its parts are for",
                source.path
            ));
        }
        for (line, name, lines) in functions(&source.code_without_tests) {
            if FUNCTION_LINES_MAX < lines {
                complaints.push(format!(
                    "src/{}:{line}: `{name}` has {lines} lines, {FUNCTION_LINES_MAX} at most: \
                     name its steps and call them",
                    source.path
                ));
            }
        }
    }
    complaints
}

/// The checks themselves are checked: each must find what it is there for, and nothing else.
mod checks {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(Path::new(path), text)
    }

    #[track_caller]
    fn check(complaints: Vec<String>, starts: &[&str]) {
        let fits = complaints.iter().zip(starts).all(|(it, start)| it.starts_with(start));
        assert!(fits && complaints.len() == starts.len(), "{complaints:#?}");
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_found_wherever_it_stands() {
        let web = source(
            "web/page.rs",
            "//! x\nuse crate::{\n    alert::{deliver::send, render::html},\n    model::page::PageId,\n};\n\
             // crate::archive in a comment\nfn f() { crate::archive::open(\"crate::fetch\"); }\n",
        );
        check(
            undrawn_arrows(&[web]),
            &[
                "src/web/page.rs:2: `web` uses `alert::deliver::send`",
                "src/web/page.rs:7: `web` uses `archive::open`",
            ],
        );
        let whole = source(
            "cli/check.rs",
            "use crate::alert;\n#[cfg(test)]\nmod tests { use crate::fetch as f; }",
        );
        check(
            undrawn_arrows(&[whole]),
            &["src/cli/check.rs:1: `cli` uses `alert`", "src/cli/check.rs:3: `cli` uses `fetch`"],
        );
        let main = source("main.rs", "use pledgewatch::{cli::run, archive::Archive};");
        check(undrawn_arrows(&[main]), &["src/main.rs:1: `main` uses `archive::Archive`"]);
        assert_eq!(undrawn_arrows(&[source("helpers.rs", "//! x")]).len(), 1);
        let drawn = source("monitor/check.rs", "use crate::{archive, fetch::Fetcher, monitor::x};");
        check(undrawn_arrows(&[drawn]), &[]);
    }

    #[test]
    fn a_path_that_cannot_be_read_is_found() {
        let unreadable = source(
            "a.rs",
            "mod b;\nuse super::c;\nuse self::b::D;\nuse b::E;\npub use crate::model::F;\n#[cfg(test)]\nmod tests {\n    use super::*;\n    use super::super::f;\n}",
        );
        check(
            unreadable_paths(&[unreadable]),
            &[
                "src/a.rs:2: says `super::`",
                "src/a.rs:5: re-exports",
                "src/a.rs:9: says `super::`",
                "src/a.rs:3: says `self::b::D`",
            ],
        );
        let readable = source(
            "a.rs",
            "mod b;\nuse crate::{\n    a::{\n        b::{self, E},\n    },\n};\nfn f(&self) { b::g(self) }\nfn g(&self) { Self::g(self, b::h()) }",
        );
        check(unreadable_paths(&[readable]), &[]);
    }

    #[test]
    fn a_ring_is_found_and_a_test_closes_none() {
        let files = |last: &str| {
            [
                source("a.rs", "use crate::a::b::B;"),
                source("a/b.rs", "use crate::{model::M, a::c::{self, C}};"),
                source("a/c.rs", last),
                source("model.rs", ""),
            ]
        };
        let found = rings(&files("fn f() -> crate::a::A {}"), &[]);
        assert!(found.len() == 1 && found[0].contains("a -> a::b -> a::c -> a."), "{found:?}");
        // A parent uses the child that it names without the path to it, and one that it only
        // declares it does not.
        let parent = |text: &str| [source("a.rs", text), source("a/b.rs", "use crate::a::A;")];
        let found = rings(&parent("mod b;\nfn f() { b::g() }"), &[]);
        assert!(found.len() == 1 && found[0].contains("a -> a::b -> a."), "{found:?}");
        assert_eq!(rings(&parent("mod b;\nuse b::B;"), &[]).len(), 1);
        check(rings(&parent("mod b;\n#[cfg(test)]\nmod tests { fn f() { b::g() } }"), &[]), &[]);
        check(rings(&files("#[cfg(test)]\nmod tests { use crate::a::A; }"), &[]), &[]);
        let pair = [source("a.rs", "use crate::b::B;"), source("b.rs", "use crate::a::A;")];
        check(rings(&pair, &[["a", "b"]]), &[]);
        assert_eq!(rings(&pair, &[["a", "b"], ["a", "c"]]).len(), 1);
    }

    #[test]
    fn a_look_outside_is_found_in_pure_rooms_only() {
        let text = "use std::{net::{IpAddr, TcpStream}, fs, io::BufRead};\n\
                    // now\nfn f(now: T) { let known = \"::now()\"; jiff::Timestamp::now(); io::stdout() }\n\
                    #[cfg(test)]\nmod tests { use std::fs; }";
        check(
            looks_outside(&[source("alert/render/html.rs", text)]),
            &[
                "src/alert/render/html.rs:3: says `::now()`",
                "src/alert/render/html.rs:1: uses `std::net::TcpStream`",
                "src/alert/render/html.rs:1: uses `std::fs`",
                "src/alert/render/html.rs:3: uses `std::io::stdout`",
            ],
        );
        check(looks_outside(&[source("alert/deliver.rs", text), source("fetch.rs", text)]), &[]);
    }

    #[test]
    fn what_is_too_long_or_says_nothing_is_found() {
        let long = format!("fn f<'a>(x: &'a str) -> char {{\n{}'}}' }}\n", "    x();\n".repeat(69));
        let files = [
            source("a.rs", "use std::fmt;"),
            source("b.rs", &format!("//! x\n{long}")),
            source("c.rs", &format!("//! x\n{}", "const X: u8 = 1;\n".repeat(500))),
            source(
                "d.rs",
                &format!(
                    "//! x\n#[cfg(test)]\nmod tests {{\n{}}}\n",
                    "const X: u8 = 1;\n".repeat(600)
                ),
            ),
            source("e.rs", &format!("//! x\n{}", long.replacen("    x();\n", "", 1))),
        ];
        let found = misshapen_files(&files);
        check(found, &["src/a.rs: begins", "src/b.rs:2: `f` has 71", "src/c.rs: has 501"]);
    }
}
