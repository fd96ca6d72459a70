//! Names and addresses, on an island: a name server that fails, dead hosts, and a listener on
//! every address that must not be reached.

use std::{
    net::{IpAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    faults::{
        POLICY,
        addresses::{PRIVATE, THIS_MACHINE},
        answers::last_visit,
        assert_decent, assert_whole, entry, told, world,
    },
    island::{DEAD, DEAD_V6, HOME, HOME_V6, Island, on_island},
    server::{
        Request, Server,
        names::{self, Says},
        reply::Reply,
    },
    world::{World, framed},
};

const SETTINGS: &str = "[settings]\nhost_gap = \"0\"\nretries_max = 0\nrobots = false\n\
    pages_at_once = 32\nconnect_timeout = \"2s\"\nvisit_timeout = \"5s\"\n";

/// A web server at home that shows the policy on every path of every host.
fn home_page(_: &Request) -> Reply {
    Reply::page(&framed(POLICY, "a")).header("Connection", "close").and_close()
}

/// Returns the first label of a name.
fn label(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

fn pages(labels: &[&str]) -> String {
    labels.iter().map(|id| entry(id, &format!("http://{id}.example.org/p"), "")).collect()
}

fn failure(world: &World, page: &str) -> String {
    let (visit, _) = last_visit(world, page);
    visit["parts"][0]["failure"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn fault_024_names_that_do_not_resolve_are_dns_errors_within_a_limit_of_their_own() {
    on_island(|_| {
        let is_broken = Arc::new(AtomicBool::new(false));
        let broken = Arc::clone(&is_broken);
        let dead = || (0..=249).map(|n| IpAddr::from([23, 1, 1, n])).collect::<Vec<_>>();
        names::start(move |question| {
            if !broken.load(Ordering::SeqCst) {
                return Says::Addresses(vec![HOME.into()]);
            }
            match label(&question.name) {
                "none" => Says::Unknown,
                "failing" => Says::Failure,
                "late" => Says::Late(Duration::from_secs(30)),
                "loop" => Says::Loop("looped.example.org"),
                "many-dead" => Says::Addresses([dead(), dead()].concat()),
                "many" => Says::Addresses(
                    [&dead()[..2], &[HOME.into()], &dead()[..], &dead()[..]].concat(),
                ),
                _ => Says::Addresses(vec![HOME.into()]),
            }
        });
        let _server = Server::start_at((HOME, 80).into(), home_page);
        let lost = ["none", "failing", "late", "loop"];
        let all = [&lost[..], &["many-dead", "many", "good"]].concat();
        let world = world(&format!("{SETTINGS}{}", pages(&all)));
        assert_eq!(world.run(&["check"]).code, 0);
        is_broken.store(true, Ordering::SeqCst);
        let began = Instant::now();
        let ran = world.run(&[&["check", "-v"], &all[..]].concat());
        // The system's resolver would wait for ten seconds and more.
        assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
        assert_eq!((ran.code, &*ran.stdout), (3, ""), "{}", ran.stderr);
        assert_decent(&ran);
        for page in lost {
            assert_eq!(failure(&world, page), "dns_error", "{page}: {}", ran.stderr);
            let line = format!("`{page}.example.org` could not be resolved");
            assert!(ran.stderr.contains(&line), "{page}: {}", ran.stderr);
            assert_eq!(told(&world, page), ["trouble"], "{page}");
        }
        assert!(ran.stderr.contains("no answer within 1.6 s"), "{}", ran.stderr);
        let dead = failure(&world, "many-dead");
        assert!(["no_connection", "timeout"].contains(&dead.as_str()), "{dead}");
        for page in ["many", "good"] {
            assert_eq!(last_visit(&world, page).0["finding"], "same", "{page}: {}", ran.stderr);
        }
        assert_whole(&world);
    });
}

#[test]
fn fault_025_a_host_is_reached_in_the_family_in_which_it_lives() {
    on_island(|_| {
        let asked = names::start(|question| match label(&question.name) {
            "sixth" => Says::Addresses(vec![HOME_V6.into()]),
            "dead-sixth" => Says::Addresses(vec![DEAD_V6.into(), HOME.into()]),
            "dead-fourth" => Says::Addresses(vec![DEAD.into(), HOME_V6.into()]),
            _ => Says::Unknown,
        });
        let _servers = [(IpAddr::from(HOME), 80), (HOME_V6.into(), 80)]
            .map(|at| Server::start_at(at.into(), home_page));
        let all = ["sixth", "dead-sixth", "dead-fourth"];
        // The deadlines are those of any user.
        let settings = "[settings]\nretries_max = 0\nhost_gap = \"0\"\nrobots = false\n";
        let world = world(&format!("{settings}{}", pages(&all)));
        for page in all {
            let began = Instant::now();
            let ran = world.run(&["check", page]);
            assert_eq!(ran.code, 0, "{page}: {ran:?}");
            assert!(began.elapsed() < Duration::from_secs(3), "{page}: {:?}", began.elapsed());
            assert_eq!(asked.times(&format!("{page}.example.org")), 1, "{page}");
        }
    });
}

/// A listener on each address that must not be reached.
struct Traps(Vec<(IpAddr, TcpListener)>);

impl Traps {
    const ADDRESSES: [&str; 15] = [
        "127.0.0.1",
        "::1",
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "168.63.129.16",
        "fc00::1",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::7f00:1",
        "198.18.0.1",
    ];

    fn set(island: &Island) -> Traps {
        let trap = |address: &str| {
            let address: IpAddr = address.parse().unwrap();
            if !address.is_loopback() {
                island.own(address);
            }
            let listener = TcpListener::bind((address, 80)).unwrap();
            listener.set_nonblocking(true).unwrap();
            (address, listener)
        };
        Traps(Traps::ADDRESSES.into_iter().map(trap).collect())
    }

    /// Returns the addresses to which a connection has come since this was last asked, in the
    /// order of the traps. The connections are closed.
    fn sprung(&self) -> Vec<IpAddr> {
        let came = |listener: &TcpListener| {
            let first = listener.accept().is_ok();
            while listener.accept().is_ok() {}
            first
        };
        self.0.iter().filter(|(_, listener)| came(listener)).map(|(address, _)| *address).collect()
    }

    /// Does something, and returns the addresses to which a connection came meanwhile.
    fn sprung_by(&self, act: impl FnOnce()) -> Vec<IpAddr> {
        let is_over = AtomicBool::new(false);
        let sprung = thread::scope(|scope| {
            let watching = scope.spawn(|| {
                let mut sprung = Vec::new();
                while !is_over.load(Ordering::SeqCst) {
                    sprung.extend(self.sprung());
                    thread::sleep(Duration::from_millis(5));
                }
                sprung
            });
            act();
            is_over.store(true, Ordering::SeqCst);
            watching.join().unwrap()
        });
        let in_order = self.0.iter().map(|(address, _)| *address);
        in_order.filter(|address| sprung.contains(address)).collect()
    }
}

#[test]
fn fault_032_a_name_that_is_bound_anew_leads_nowhere_else() {
    on_island(|island| {
        let traps = Traps::set(island);
        let asked = names::start(|question| {
            let first = if question.number == 1 { HOME } else { [127, 0, 0, 1].into() };
            Says::Addresses(vec![first.into()])
        });
        let server = Server::start_at((HOME, 80).into(), |request| {
            match (request.method.as_str(), request.path.as_str()) {
                ("GET", "/robots.txt") => Reply::new(404).header("Connection", "close").and_close(),
                ("GET", _) => home_page(request),
                _ => Reply::new(200).header("Connection", "close").body("ok").and_close(),
            }
        });
        let hook = "\n[[channel]]\nkind = \"webhook\"\nurl = \"http://hook.example.org/\"\n";
        let polite = entry("polite", "http://polite.example.org/p", "robots = true");
        let world = world(&format!("{SETTINGS}{}{polite}{hook}", pages(&["rude"])));
        let ran = world.run(&["check", "-v"]);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert_eq!(failure(&world, "rude"), "none");
        assert_eq!(asked.times("rude.example.org"), 1, "a name is resolved once");
        assert_eq!(failure(&world, "polite"), "blocked_address");
        assert_eq!(asked.times("polite.example.org"), 2);
        world.run(&["check", "rude"]);
        assert_eq!(failure(&world, "rude"), "blocked_address");
        assert_eq!(told(&world, "rude"), ["trouble"]);
        assert_eq!(world.run(&["alert", "test"]).code, 0);
        let again = world.run(&["alert", "test"]);
        assert_eq!(again.code, 3, "{again:?}");
        assert_eq!(traps.sprung(), Vec::<IpAddr>::new());
        assert_eq!(
            server.requests().len(),
            3,
            "a page, a robots.txt and a delivery: {:?}",
            server.paths()
        );
        assert_whole(&world);
    });
}

/// Every way to a forbidden address: as it is written, by a redirect of a page or of a
/// robots.txt, and by a name.
fn forbidden() -> String {
    let mut list = String::new();
    for (number, host) in THIS_MACHINE.iter().chain(&PRIVATE).enumerate() {
        let literal = format!("http://{host}/{number}");
        list += &entry(&format!("literal-{number}"), &literal, "");
        list +=
            &entry(&format!("redirect-{number}"), &format!("http://r.example.org/{number}"), "");
        let robots = format!("http://robots-{number}.example.org/p");
        list += &entry(&format!("robots-{number}"), &robots, "robots = true");
        list += &channels(&format!("literal-{number}"), &literal);
    }
    for number in 0..Traps::ADDRESSES.len() {
        let url = format!("http://name-{number}.example.org/");
        list += &entry(&format!("name-{number}"), &url, "");
        list += &entry(&format!("polite-{number}"), &format!("{url}p"), "robots = true");
        list += &channels(&format!("name-{number}"), &url);
    }
    list
}

fn channels(name: &str, url: &str) -> String {
    let channel = |kind| {
        format!("\n[[channel]]\nkind = \"{kind}\"\nname = \"{kind}-{name}\"\nurl = \"{url}\"\n")
    };
    format!("{}{}", channel("webhook"), channel("slack"))
}

fn forbidden_names(question: &names::Question) -> Says {
    let label = label(&question.name);
    let number = label.strip_prefix("name-").and_then(|it| it.parse::<usize>().ok());
    match (number, question.name.as_str()) {
        (Some(number), _) => Says::Addresses(vec![Traps::ADDRESSES[number].parse().unwrap()]),
        (None, "metadata.google.internal") => Says::Addresses(vec![[169, 254, 169, 254].into()]),
        (None, _) => Says::Addresses(vec![HOME.into()]),
    }
}

/// `/N` on one host and the robots.txt of host `robots-N` lead to the Nth form.
fn forbidden_redirects(request: &Request) -> Reply {
    let host = request.header("host").unwrap_or_default();
    let number = match label(host).strip_prefix("robots-") {
        Some(number) => number.parse::<usize>().ok(),
        None => request.path.trim_start_matches('/').parse().ok(),
    };
    let target = number.and_then(|number| THIS_MACHINE.iter().chain(&PRIVATE).nth(number));
    let reply = match target {
        Some(target) => Reply::redirect(302, &format!("http://{target}/robots.txt")),
        None => Reply::new(404),
    };
    reply.header("Connection", "close").and_close()
}

#[test]
fn fault_031_no_forbidden_address_sees_a_connection_unless_the_user_allows_it() {
    on_island(|island| {
        let traps = Traps::set(island);
        names::start(forbidden_names);
        let server = Server::start_at((HOME, 80).into(), forbidden_redirects);
        let list = forbidden();
        let world = world(&format!("{SETTINGS}{list}"));
        let pages = list.matches("[[page]]").count();
        let ran = world.run(&["check"]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert_eq!(ran.stderr.matches("(blocked_address)").count(), pages, "{}", ran.stderr);
        let ran = world.run(&["alert", "test", "--json"]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        assert!(!ran.stdout.contains("\"accepted\":true"), "{}", ran.stdout);
        assert_eq!(traps.sprung(), Vec::<IpAddr>::new());
        assert!(!server.requests().is_empty(), "the redirects were asked for");
        assert_whole(&world);

        // The same list, and the user's word for it: every trap is sprung, by pages and channels.
        let allowed = SETTINGS.replace("[settings]", "[settings]\nallow_private_addresses = true");
        let key = "\nallow_private_addresses = true\nkind = ";
        let free = crate::faults::world(&format!("{allowed}{}", list.replace("\nkind = ", key)));
        let all: Vec<IpAddr> = Traps::ADDRESSES.iter().map(|it| it.parse().unwrap()).collect();
        assert_eq!(traps.sprung_by(|| drop(free.run(&["check"]))), all);
        assert_eq!(traps.sprung_by(|| drop(free.run(&["alert", "test"]))), all);
    });
}
