//! A network of a test's own, where the whole internet is this machine.
//!
//! The test is run again by itself in a network and a table of mounts of its own (`unshare`).
//! There any address can be made this machine's, names are resolved by a server of the test, and
//! packets to all other addresses are swallowed without a word, as by a dead host.

use std::{
    any::type_name,
    env, fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::faults::can_run;

const INSIDE: &str = "PLEDGEWATCH_ISLAND";

/// A public address of the island, where its web servers stand.
pub const HOME: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);

/// Its address in the other family.
pub const HOME_V6: Ipv6Addr = Ipv6Addr::new(0x2600, 0, 0, 0, 0, 0, 0, 1);

/// A public address of which nothing is ever heard.
pub const DEAD: Ipv4Addr = Ipv4Addr::new(23, 1, 1, 1);

/// Its sister in the other family.
pub const DEAD_V6: Ipv6Addr = Ipv6Addr::new(0x2601, 0, 0, 0, 0, 0, 0, 5);

/// The island, while the test is on it.
pub struct Island {
    _files: TempDir,
}

/// Runs `test` on an island; says so and does nothing where that is not permitted.
///
/// `test` is a closure that stands in the test's own function, whose name it is known by.
pub fn on_island<T: FnOnce(&Island)>(test: T) {
    if env::var_os(INSIDE).is_some() {
        return test(&Island::land());
    }
    let needed = "ip link set lo up && ip tuntap add dev sea mode tun && mount -t tmpfs x /mnt";
    if !can_run("unshare", &["--mount", "--net", "sh", "-c", needed]) {
        return;
    }
    let name = type_name::<T>().split("::").skip(1).collect::<Vec<_>>().join("::");
    let name = name.trim_end_matches("::{{closure}}");
    let ran = Command::new("unshare")
        .args(["--mount", "--net"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

impl Island {
    fn land() -> Island {
        let files = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("resolv.conf", "nameserver 127.0.0.1\n"),
            ("nsswitch.conf", "hosts: files dns\n"),
            ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
        ] {
            let file = files.path().join(name);
            fs::write(&file, text).unwrap();
            sh(&format!("mount --bind {} /etc/{name}", file.display()));
        }
        sh("ip link set lo up");
        sh("ip tuntap add dev sea mode tun && ip link set sea up");
        sh("ip route add default dev sea && ip -6 route add default dev sea");
        let island = Island { _files: files };
        island.own(HOME.into());
        island.own(HOME_V6.into());
        island
    }

    /// Makes an address this machine's, so that a server can stand there.
    pub fn own(&self, address: IpAddr) {
        let length = if address.is_ipv4() { 32 } else { 128 };
        sh(&format!("ip addr add {address}/{length} dev lo"));
        // The system takes a moment to make sure that nobody else has it.
        let began = Instant::now();
        while TcpListener::bind((address, 0)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(5), "{address} is not ours");
            thread::yield_now();
        }
    }
}

fn sh(script: &str) {
    let ran = Command::new("sh").args(["-c", script]).output().unwrap();
    assert!(ran.status.success(), "{script}: {}", String::from_utf8_lossy(&ran.stderr));
}
