//! Which addresses may be reached. Knows nothing of HTTP.
//!
//! Three gates, since each is bypassed somewhere: `check_url` reads the URL of every hop (the
//! HTTP library hands an IP literal to no resolver), `GuardedResolver` resolves a name once and
//! gives only what passed (so a name cannot be public when it is checked and private when it is
//! connected to), and the `peer` of a connection is looked at before anything is said to it.
//!
//! Through a proxy only the first gate holds: names are resolved by the proxy, whose operator
//! decides what it may reach.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::model::{address::AddressRule, visit::FetchFailure};

/// Addresses of one name and family that are tried at most: a name with hundreds is a mistake or
/// a trap. Of each family, so that many dead ones of one do not hide the living of the other.
const ADDRESSES_MAX: usize = 16;

/// Ports from 1024 up that speak something else than HTTP, and would take a request for their
/// own words. Source: WHATWG Fetch, "bad port", and the usual ports of databases and of
/// container and cluster control.
const OTHER_PORTS: [u16; 40] = [
    1433, 1521, 1719, 1720, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3268, 3306, 3389, 3659, 4045,
    4190, 5060, 5061, 5432, 5672, 5900, 5984, 6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669,
    6679, 6697, 9042, 9200, 10080, 10250, 11211, 27017,
];

/// Names that mean this machine or a network of its own, whatever a resolver says.
/// Source: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN 2024 (internal).
const LOCAL_NAMES: [&str; 5] = ["localhost", "localdomain", "local", "home.arpa", "internal"];

/// Checks that a URL is one we may ask for: scheme `http` or `https`, a port of web pages, and
/// under [`AddressRule::PublicOnly`] no IP literal that is not public and no local name.
///
/// Names pass here and are checked again when they are resolved. To be called on every hop.
pub fn check_url(url: &Url, rule: AddressRule) -> Result<(), FetchFailure> {
    if url.scheme() != "http" && url.scheme() != "https" {
        return Err(FetchFailure::BadRequest {
            reason: format!("no web scheme: {}", url.scheme()),
        });
    }
    let Some(host) = url.host() else {
        return Err(FetchFailure::BadRequest { reason: "the URL has no host".to_owned() });
    };
    if let Some(port) = url.port_or_known_default().filter(|&port| is_other_port(port)) {
        return Err(FetchFailure::BlockedPort { port });
    }
    match rule {
        AddressRule::AnyAddress => Ok(()),
        AddressRule::PublicOnly => check_host(&host),
    }
}

/// Returns whether an address belongs to a host of the public internet.
///
/// Private, loopback, link-local, metadata, shared (CGNAT), multicast, documentation, benchmark
/// and reserved addresses do not. Of IPv6 only global unicast does, without the ranges that
/// tunnel (Teredo, 6to4); a NAT64 address is judged by the IPv4 address inside, since in a
/// network without IPv4 every old host looks so. Sources: the IANA special-purpose registries.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// A host that was refused at resolution: what the resolver's caller finds in the error chain.
#[derive(Debug, thiserror::Error)]
#[error("no public address")]
pub struct Refused {
    /// The address that was refused.
    pub address: IpAddr,
}

/// A name that has no address: what the resolver's caller finds in the error chain.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unresolved(io::Error);

/// Resolves a name once, and gives only the addresses that may be reached.
///
/// A name with public and private addresses keeps the public ones: nothing but what passed is
/// ever connected to, and such names exist in good faith.
pub struct GuardedResolver {
    /// What may be reached.
    pub rule: AddressRule,
    /// The configured proxy's own name, which may be private.
    pub proxy_host: Option<String>,
    /// How long a name may take. The system's resolver has its own idea, up to half a minute.
    pub limit: Duration,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_proxy = self.proxy_host.as_deref() == Some(name.as_str());
        let rule = if is_proxy { AddressRule::AnyAddress } else { self.rule };
        let limit = self.limit;
        Box::pin(async move {
            // The port is the URL's: the HTTP library puts it in place of 0.
            let asked = tokio::net::lookup_host((name.as_str(), 0));
            let found = match tokio::time::timeout(limit, asked).await {
                Ok(found) => found.map_err(Unresolved)?,
                Err(_) => {
                    let reason = format!("no answer within {} s", limit.as_secs_f32());
                    Err(Unresolved(io::Error::new(io::ErrorKind::TimedOut, reason)))?
                }
            };
            let kept = few(permitted(found.collect(), rule)?);
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// Returns the first addresses of each family, in the resolver's order.
fn few(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (mut fourth, mut sixth) = (0, 0);
    let mut is_early = |address: &SocketAddr| {
        let seen = if address.is_ipv4() { &mut fourth } else { &mut sixth };
        *seen += 1;
        *seen <= ADDRESSES_MAX
    };
    found.into_iter().filter(|address| is_early(address)).collect()
}

fn permitted(found: Vec<SocketAddr>, rule: AddressRule) -> Result<Vec<SocketAddr>, Refused> {
    match rule {
        AddressRule::AnyAddress => Ok(found),
        AddressRule::PublicOnly => {
            let refused = found.iter().find(|it| !is_public(it.ip())).map(SocketAddr::ip);
            let kept: Vec<_> = found.into_iter().filter(|it| is_public(it.ip())).collect();
            match refused {
                Some(address) if kept.is_empty() => Err(Refused { address }),
                Some(_) | None => Ok(kept),
            }
        }
    }
}

fn check_host(host: &Host<&str>) -> Result<(), FetchFailure> {
    let blocked =
        |address: String| Err(FetchFailure::BlockedAddress { host: host.to_string(), address });
    match host {
        Host::Ipv4(address) if !is_public_v4(*address) => blocked(address.to_string()),
        Host::Ipv6(address) if !is_public_v6(*address) => blocked(address.to_string()),
        Host::Domain(name) if is_local_name(name) => blocked("a local name".to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) | Host::Domain(_) => Ok(()),
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    LOCAL_NAMES.iter().any(|local| {
        name.strip_suffix(local).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Below 1024 only the two ports of the web are the web's.
fn is_other_port(port: u16) -> bool {
    (port < 1_024 && port != 80 && port != 443) || OTHER_PORTS.contains(&port)
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_special = match address.octets() {
        [0 | 10 | 127, ..] => true,
        [100, 64..=127, ..] => true,
        // The host's own services on Azure, at an address that looks public.
        [168, 63, 129, 16] => true,
        [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] => true,
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        [224..=255, ..] => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // 2001::/23: Teredo, benchmarks, ORCHID; none of them is a web server.
        [0x2001, 0..=0x1ff, ..] => false,
        [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_blocked(url: &str) -> bool {
        match check_url(&Url::parse(url).unwrap(), AddressRule::PublicOnly) {
            Ok(()) => false,
            Err(FetchFailure::BlockedAddress { .. }) => true,
            Err(other) => panic!("{url}: {other}"),
        }
    }

    #[test]
    fn private_addresses_are_refused_however_they_are_written() {
        for host in [
            "127.0.0.1",
            "localhost",
            "localhost.",
            "a.localhost",
            "LOCALHOST",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "2130706433",
            "0x7f.1",
            "127.1",
            "①②⑦.0.0.1",
            "0.0.0.0",
            "0",
            "169.254.169.254",
            "metadata.google.internal",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "[fc00::1]",
            "[fd12::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::a00:1]",
            "[2002:7f00:1::]",
            "[2001:0:53aa:64c::1]",
            "[3fff::1]",
        ] {
            assert!(is_blocked(&format!("http://{host}/")), "{host}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for host in [
            "example.org",
            "localhost.example.org",
            "notlocalhost.org",
            "9.9.9.9",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "198.17.0.1",
            "223.255.255.255",
            "[2606:4700::1111]",
            "[2620:fe::fe]",
            "[64:ff9b::909:909]",
        ] {
            assert!(!is_blocked(&format!("https://{host}/")), "{host}");
        }
    }

    #[test]
    fn any_address_lifts_the_rule_for_addresses_only() {
        let check = |url: &str| check_url(&Url::parse(url).unwrap(), AddressRule::AnyAddress);
        assert_eq!(check("http://127.0.0.1:8080/"), Ok(()));
        assert_eq!(check("http://localhost/"), Ok(()));
        assert_eq!(check("http://127.0.0.1:22/"), Err(FetchFailure::BlockedPort { port: 22 }));
        assert!(matches!(check("file:///etc/passwd"), Err(FetchFailure::BadRequest { .. })));
    }

    #[test]
    fn fault_037_ports_of_other_services_are_refused() {
        for port in [0, 22, 25, 110, 993, 3306, 5432, 6379, 11211] {
            let url = Url::parse(&format!("http://example.org:{port}/")).unwrap();
            let failure = check_url(&url, AddressRule::PublicOnly);
            assert_eq!(failure, Err(FetchFailure::BlockedPort { port }));
        }
        for port in [80, 443, 8000, 8080, 8443] {
            let url = Url::parse(&format!("http://example.org:{port}/")).unwrap();
            assert_eq!(check_url(&url, AddressRule::PublicOnly), Ok(()));
        }
    }

    #[test]
    fn fault_032_a_name_keeps_only_its_public_addresses() {
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 0);
        let mixed = vec![at("10.0.0.1"), at("9.9.9.9"), at("::1")];
        let kept = permitted(mixed.clone(), AddressRule::PublicOnly).unwrap();
        assert_eq!(kept, [at("9.9.9.9")]);
        assert_eq!(permitted(mixed.clone(), AddressRule::AnyAddress).unwrap(), mixed);
        let refused = permitted(vec![at("10.0.0.1"), at("::1")], AddressRule::PublicOnly);
        assert_eq!(refused.unwrap_err().address, at("10.0.0.1").ip());
    }

    #[test]
    fn fault_024_of_hundreds_of_addresses_a_few_of_each_family_are_tried() {
        let sixth = (1..=500)
            .map(|n| SocketAddr::new(Ipv6Addr::new(0x2600, 0, 0, 0, 0, 0, 0, n).into(), 0));
        let fourth = (1..=250).map(|n| SocketAddr::new(Ipv4Addr::new(9, 9, 9, n).into(), 0));
        let all: Vec<_> = sixth.chain(fourth).collect();
        let kept = few(all.clone());
        assert_eq!((&kept[..16], &kept[16..]), (&all[..16], &all[500..516]));
        assert_eq!(few(kept.clone()), kept);
    }

    #[tokio::test]
    async fn fault_032_a_name_of_this_machine_is_refused_at_resolution() {
        let (rule, limit) = (AddressRule::PublicOnly, Duration::from_secs(10));
        let resolver = GuardedResolver { rule, proxy_host: None, limit };
        let Err(error) = resolver.resolve("localhost".parse().unwrap()).await else {
            panic!("localhost was resolved");
        };
        assert!(error.downcast_ref::<Refused>().unwrap().address.is_loopback());
    }
}
