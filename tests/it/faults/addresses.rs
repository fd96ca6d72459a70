//! Addresses that must not be reached: a listener stands behind them and sees no connection.

use std::{
    fs,
    net::{Ipv6Addr, TcpListener},
};

use crate::{
    faults::{
        POLICY, archive, assert_whole, can_mount, entry, shell, told, under, watching, world,
    },
    server::{Server, reply::Reply},
    world::{Site, World, framed},
};

/// Every way to write this machine's address that some client falls for.
pub const THIS_MACHINE: [&str; 13] = [
    "127.0.0.1",
    "localhost",
    "localhost.",
    "a.localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1",
    "0.0.0.0",
    "[::]",
];

/// Addresses of networks that are not the public internet.
pub const PRIVATE: [&str; 14] = [
    "169.254.169.254",
    "metadata.google.internal",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "168.63.129.16",
    "[fc00::1]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001::7f00:1]",
];

const PUBLIC_ONLY: &str = "[settings]\nhost_gap = \"0\"\nretries_max = 0\n\
    connect_timeout = \"1s\"\nvisit_timeout = \"2s\"\n";

/// A server on this machine that nobody may reach, on IPv4 and, where there is any, on IPv6.
struct Forbidden {
    server: Server,
    sixth: Option<TcpListener>,
}

impl Forbidden {
    fn stand() -> Forbidden {
        let server = Server::page("<p>secret");
        let sixth = TcpListener::bind((Ipv6Addr::LOCALHOST, server.address().port())).ok();
        if let Some(listener) = &sixth {
            listener.set_nonblocking(true).unwrap();
        }
        Forbidden { server, sixth }
    }

    /// Returns an address for each form, with this server's port.
    fn urls(&self) -> Vec<String> {
        let (hosts, port) = (THIS_MACHINE.iter().chain(&PRIVATE), self.server.address().port());
        let urls = hosts.enumerate().map(|(at, host)| format!("http://{host}:{port}/{at}/"));
        urls.collect()
    }

    #[track_caller]
    fn assert_untouched(&self) {
        assert_eq!(self.server.connections(), 0);
        if let Some(listener) = &self.sixth {
            assert!(listener.accept().is_err(), "a connection came over IPv6");
        }
    }
}

/// Returns the code of the failure of each page's last visit.
fn codes(world: &World, count: usize) -> Vec<String> {
    let code = |number: usize| {
        let id = format!("page-{number}");
        let visits = world.run(&["explain", &id, "-n", "1", "--json"]).json();
        visits[0]["parts"][0]["failure"].as_str().unwrap_or("none").to_owned()
    };
    (0..count).map(code).collect()
}

fn pages(urls: &[String]) -> String {
    let entries =
        urls.iter().enumerate().map(|(number, url)| entry(&format!("page-{number}"), url, ""));
    entries.collect()
}

/// A proxy stands in for the public internet: what it serves passes the rule for addresses.
fn through(proxy: &Server) -> String {
    format!("{PUBLIC_ONLY}proxy = \"{}\"\n", proxy.url("/"))
}

#[track_caller]
fn assert_asked_only_for_public_pages(proxy: &Server) {
    let paths = proxy.paths();
    assert!(!paths.is_empty(), "the proxy was asked");
    let is_public = |path: &String| path.starts_with("http://example.org/");
    assert!(paths.iter().all(is_public), "{paths:?}");
}

#[test]
fn fault_031_a_private_address_in_the_watchlist_is_not_reached() {
    let forbidden = Forbidden::stand();
    let urls = forbidden.urls();
    let world = world(&format!("{PUBLIC_ONLY}{}", pages(&urls)));
    let ran = world.run(&["check", "-v"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(codes(&world, urls.len()), vec!["blocked_address"; urls.len()]);
    forbidden.assert_untouched();
}

#[test]
fn fault_031_redirect_to_private_address() {
    let forbidden = Forbidden::stand();
    let targets = forbidden.urls();
    let (count, answers) = (targets.len(), targets.clone());
    let proxy = Server::start(move |request| {
        let number =
            request.path.strip_prefix("http://example.org/").and_then(|it| it.parse().ok());
        match number.and_then(|number: usize| answers.get(number)) {
            Some(target) => Reply::redirect(302, target),
            None => Reply::new(404),
        }
    });
    let urls: Vec<_> = (0..count).map(|number| format!("http://example.org/{number}")).collect();
    let world = world(&format!("{}{}", through(&proxy), pages(&urls)));
    let ran = world.run(&["check", "-v"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(codes(&world, count), vec!["blocked_address"; count]);
    assert_asked_only_for_public_pages(&proxy);
    forbidden.assert_untouched();
    assert_whole(&world);
}

#[test]
fn fault_031_redirect_of_robots_txt_to_a_private_address() {
    let forbidden = Forbidden::stand();
    for target in forbidden.urls() {
        let robots = format!("{target}robots.txt");
        let proxy = Server::start(move |request| match request.path.ends_with("/robots.txt") {
            true => Reply::redirect(302, &robots),
            false => Reply::page(&framed(POLICY, "a")),
        });
        let page = entry("p", "http://example.org/p", "");
        let world = world(&format!("{}{page}", through(&proxy)));
        world.run(&["check"]);
        assert_asked_only_for_public_pages(&proxy);
    }
    forbidden.assert_untouched();
}

#[test]
fn fault_031_a_webhook_at_a_private_address_is_not_reached() {
    let forbidden = Forbidden::stand();
    let mut list = PUBLIC_ONLY.to_owned();
    for (number, url) in forbidden.urls().iter().enumerate() {
        for kind in ["webhook", "slack"] {
            list.push_str(&format!(
                "\n[[channel]]\nkind = \"{kind}\"\nname = \"{kind}-{number}\"\nurl = \"{url}\"\n"
            ));
        }
    }
    let world = world(&list);
    let ran = world.run(&["alert", "test", "--json"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let objects = ran.stdout.lines().filter(|line| line.starts_with('{')).count();
    assert_eq!(objects, 2 * forbidden.urls().len(), "{}", ran.stdout);
    assert!(!ran.stdout.contains("\"accepted\":true"), "{}", ran.stdout);
    forbidden.assert_untouched();
}

#[test]
fn fault_031_a_heartbeat_at_a_private_address_is_not_reached() {
    let forbidden = Forbidden::stand();
    let with = |url: &str, allowance: &str| {
        let list = format!("{PUBLIC_ONLY}{allowance}heartbeat = \"{url}\"\n");
        world(&list).run(&["check"])
    };
    for url in forbidden.urls() {
        let ran = with(&url, "");
        let told = "warning: the heartbeat could not be sent: ";
        assert!(ran.code == 3 && ran.stderr.contains(told), "{url}: {ran:?}");
    }
    let away = forbidden.server.url("/").to_string();
    let elsewhere = Server::start(move |_| Reply::redirect(302, &away));
    let redirected = with(elsewhere.url("/").as_str(), "allow_private_addresses = true\n");
    assert_eq!((redirected.code, elsewhere.requests().len()), (3, 1), "{redirected:?}");
    forbidden.assert_untouched();
    let allowed = with(forbidden.server.url("/").as_str(), "allow_private_addresses = true\n");
    assert_eq!(allowed.code, 0, "{allowed:?}");
}

#[test]
fn fault_031_a_webhook_that_redirects_is_not_followed() {
    let forbidden = Forbidden::stand();
    let target = forbidden.server.url("/").to_string();
    let hook = Server::start(move |_| Reply::redirect(307, &target));
    let world = world(&format!(
        "\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n",
        hook.url("/hook")
    ));
    let ran = world.run(&["alert", "test"]);
    assert_eq!((ran.code, hook.requests().len()), (3, 1), "{}", ran.stderr);
    forbidden.assert_untouched();
}

/// The system's own table of names is replaced for the program alone.
#[test]
fn fault_032_a_public_name_at_a_private_address_is_not_reached() {
    if !can_mount() {
        return;
    }
    let forbidden = Forbidden::stand();
    let port = forbidden.server.address().port();
    let page = entry("page-0", &format!("http://policies.example.org:{port}/"), "");
    let hook =
        format!("\n[[channel]]\nkind = \"webhook\"\nurl = \"http://hooks.example.org:{port}/\"\n");
    let world = world(&format!("{PUBLIC_ONLY}{page}{hook}"));
    fs::write(world.folder().join("hosts"), "127.0.0.1 policies.example.org hooks.example.org\n")
        .unwrap();
    let wrapper = [
        &["unshare", "--mount"][..],
        &shell("mount --bind hosts /etc/hosts && exec \"$0\" \"$@\""),
    ]
    .concat();
    assert_eq!(under(&world, &wrapper, &["check"]).code, 3);
    assert_eq!(codes(&world, 1), ["blocked_address"]);
    let ran = under(&world, &wrapper, &["alert", "test"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    forbidden.assert_untouched();
    let list = fs::read_to_string(world.watchlist()).unwrap();
    let allowed = list.replace("[settings]", "[settings]\nallow_private_addresses = true");
    fs::write(world.watchlist(), allowed).unwrap();
    under(&world, &wrapper, &["check", "page-0"]);
    assert!(0 < forbidden.server.connections(), "the user's word is the only way");
}

#[test]
fn fault_034_the_environments_proxy_is_ignored() {
    let (site, proxy) = (Site::start(), Server::page("<p>We are the proxy."));
    site.page("/p", &framed(POLICY, "a"));
    let settings = "[settings]\nallow_private_addresses = true\n";
    let channel = "\n[[channel]]\nkind = \"webhook\"\nallow_private_addresses = true\n";
    let world = watching(&site, settings, &["p".to_owned()], "");
    let list = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(world.watchlist(), format!("{list}{channel}url = \"{}\"\n", site.url("/hook")))
        .unwrap();
    let there = proxy.url("/").to_string();
    let run = |arguments: &[&str]| {
        let mut command = world.command(arguments);
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            command.env(name, &there);
        }
        command.env("all_proxy", &there).output().unwrap().status.code()
    };
    assert_eq!(run(&["check"]), Some(0));
    run(&["alert", "test"]);
    assert_eq!(proxy.connections(), 0);
    assert_eq!(told(&world, "p"), Vec::<String>::new());
    assert_eq!(site.server().paths(), ["/robots.txt", "/p", "/hook"]);
}

#[test]
fn fault_034_a_configured_proxy_is_on_record_as_who_answered() {
    let proxy = Server::start(|_| Reply::page(&framed(POLICY, "a")));
    let page = entry("page-0", "http://example.org/terms", "");
    let world = world(&format!("{}{page}", through(&proxy)));
    assert_eq!(world.run(&["check"]).code, 0);
    assert_asked_only_for_public_pages(&proxy);
    let archive = rusqlite::Connection::open(archive(&world)).unwrap();
    let answered = archive.query_one("SELECT remote FROM part", [], |row| row.get(0));
    assert_eq!(answered, Ok(proxy.address().to_string()));
}

#[test]
fn fault_024_a_name_that_does_not_exist_is_told_as_such() {
    let site = Site::start();
    site.page("/good", &framed(POLICY, "a"));
    let world = watching(
        &site,
        "[settings]\nallow_private_addresses = true\nretries_max = 0\n",
        &["good".to_owned()],
        "",
    );
    let list = fs::read_to_string(world.watchlist()).unwrap();
    let page = entry("page-0", "http://no-such-name.invalid/terms", "");
    fs::write(world.watchlist(), list + &page).unwrap();
    let ran = world.run(&["check", "-v"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("`no-such-name.invalid` could not be resolved"), "{}", ran.stderr);
    assert_eq!(codes(&world, 1), ["dns_error"]);
}
