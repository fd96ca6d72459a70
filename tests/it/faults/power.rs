//! Power lost at any instant: what the disk holds then is the archive that the next run opens.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{
    faults::{AT_ONCE, POLICY, assert_whole, can_mount, can_trace, full, names, world},
    server::{Server, reply::Reply},
    world::{World, framed},
};

/// A disk of its own for the archive. At each of the instants given, the run is killed, and what the
/// disk's image holds is kept: what was not synced is in the memory of the system, and not in it.
const SCRIPT: &str = "set -e
    truncate -s 48M disk.img
    mkfs.ext4 -q -F disk.img
    mkdir disk lost
    mount -o loop disk.img disk
    \"$0\" --archive disk/snapshots check $PAGES
    \"$0\" --archive disk/snapshots integrity new-key
    \"$0\" --archive disk/snapshots check $PAGES
    for at in \"$@\"; do
        call=${at%-*} nth=${at#*-}
        strace -f -qq -o trace -e trace=$call -e inject=$call:signal=SIGKILL:when=$nth \\
            \"$0\" --archive disk/snapshots check $PAGES >/dev/null || echo killed
        cp --sparse=always disk.img copy.img
        mkdir -p after/$at seen/$at
        cp disk/snapshots/log/checkpoint seen/$at/
        mount -o loop copy.img lost
        cp -a lost/. after/$at/
        umount lost
    done
    umount disk";

/// Returns whether loop devices can be had.
fn has_loop() -> bool {
    let try_it = "truncate -s 4M /mnt/a && mkfs.ext4 -q -F /mnt/a && mkdir /mnt/b \
        && mount -o loop /mnt/a /mnt/b && umount /mnt/b";
    let script = format!("mount -t tmpfs tmpfs /mnt && {try_it}");
    let tried = Command::new("unshare").args(["--mount", "sh", "-c", &script]).output();
    let can = tried.is_ok_and(|it| it.status.success());
    if !can {
        println!("skipped: no loop device or mkfs.ext4 here");
    }
    can
}

/// Returns the size of a head: the second line of its note.
fn size(head: &Path) -> u64 {
    let text = fs::read_to_string(head).unwrap();
    text.lines().nth(1).unwrap().parse().unwrap()
}

/// With `PLEDGEWATCH_FULL=1` at many more instants.
#[test]
fn fault_067_what_a_disk_holds_when_the_power_goes_is_whole_and_holds_what_was_published() {
    if !can_mount() || !can_trace() || !has_loop() {
        return;
    }
    let visits = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let visit = visits.fetch_add(1, Ordering::Relaxed);
        Reply::page(&framed(
            &format!("{POLICY}<!-- {visit} {} -->", "a".repeat(visit * 7 % 5_000)),
            "a",
        ))
    });
    let listed: String = names(6)
        .iter()
        .map(|id| {
            format!("\n[[page]]\nid = \"{id}\"\nurl = \"{}\"\n", server.url(&format!("/{id}")))
        })
        .collect();
    let home = world(&format!("{AT_ONCE}{listed}"));
    let (step, last) = if full() { (2, 52) } else { (11, 40) };
    let calls = ["pwrite64", "fsync"];
    let instants: Vec<String> = calls
        .iter()
        .flat_map(|call| (1..last).step_by(step).map(move |nth| format!("{call}-{nth}")))
        .collect();
    let ran = Command::new("unshare")
        .args(["--mount", "sh", "-c", SCRIPT, env!("CARGO_BIN_EXE_pledgewatch")])
        .args(&instants)
        .current_dir(home.folder())
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("PAGES", names(6).join(" "))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let killed = String::from_utf8_lossy(&ran.stdout).matches("killed").count();
    assert!(instants.len() / 2 < killed, "{killed} of {} runs were cut off", instants.len());
    for at in &instants {
        let after = World::empty();
        fs::copy(home.watchlist(), after.watchlist()).unwrap();
        let held = home.folder().join("after").join(at);
        let moved = Command::new("cp").arg("-a").arg(held.join(".")).arg(after.folder()).status();
        assert!(moved.unwrap().success());
        let published = home.folder().join("seen").join(at).join("checkpoint");
        assert_whole(&after);
        let kept = after.folder().join("snapshots.head");
        assert!(size(&published) <= size(&kept), "{at}: a head was published before it was kept");
        // What was published holds of what is there: it is taken for the last head that was signed.
        let signed = fs::read(&kept).unwrap();
        fs::copy(&published, &kept).unwrap();
        let verified = after.run(&["verify"]);
        assert!(!verified.stdout.contains("head"), "{at}: {verified:?}");
        fs::write(&kept, signed).unwrap();
        let next = after.run(&["check"]);
        assert_eq!((next.code, &*next.stderr), (0, ""), "{at}");
        assert_whole(&after);
    }
}
