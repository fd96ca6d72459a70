//! What others' tools say of the log and of bundles. Where a tool is missing, its checks are skipped
//! with a word; `tests/outside/run` gets what can be got.

use std::{
    env, fs,
    io::Write,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use pledgewatch::archive::log::item::{Fields, Item, canonical};
use proptest::{
    collection::{btree_map, vec},
    prelude::{Just, Strategy, any, prop_oneof},
    strategy::ValueTree,
    test_runner::TestRunner,
};

use crate::{
    faults::full,
    integrity::{check, copy, signed},
    server::{Server, reply::Reply},
    world::{Site, World, framed},
};

/// A world of two edits, whose log has grown past a tile, and which published it.
fn grown() -> (Site, World) {
    let (site, world) = signed();
    check(&world);
    let edited = "<h1>Faces</h1><p>We do not currently sell facial recognition technology to \
        police departments in the United States.</p><p>We review every sensitive use of our \
        technology against our principles.</p>";
    site.page("/one", &framed(edited, "a"));
    for _ in 0..45 {
        assert_eq!(check(&world).code, 0);
    }
    (site, world)
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside").join(name)
}

fn run(command: &mut Command) -> Output {
    let ran = command.stdin(Stdio::null()).output();
    ran.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Returns a program of the Python packages, if it is there.
fn python_tool(name: &str) -> Option<PathBuf> {
    // Some are run in another folder.
    let folder = env::var_os("PLEDGEWATCH_OUTSIDE").map(|it| std::path::absolute(it).unwrap());
    let found = folder.map(|folder| folder.join("bin").join(name)).filter(|path| path.exists());
    if found.is_none() {
        println!("skipped: no `{name}` here; `tests/outside/run` gets it");
    }
    found
}

/// Builds the checker that uses Go's sumdb, if Go and the package are there.
fn go_checker(folder: &Path) -> Option<PathBuf> {
    let program = folder.join("log");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(source("log.go"))
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOCACHE", folder.join("cache"))
        .output();
    match built {
        Ok(built) if built.status.success() => Some(program),
        Ok(_) | Err(_) => {
            println!("skipped: no Go with golang.org/x/mod here (golang-golang-x-mod-dev)");
            None
        }
    }
}

fn has_openssl() -> bool {
    let version = Command::new("openssl").arg("version").output();
    let has = version.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).starts_with("OpenSSL 3"));
    if !has {
        println!("skipped: no OpenSSL 3 here");
    }
    has
}

fn openssl_accepts(folder: &Path, signed: &str, signature: &str) -> bool {
    let verified = run(Command::new("openssl")
        .args(["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", signed])
        .args(["-sigfile", signature])
        .current_dir(folder));
    verified.status.success()
}

/// Writes the bundle of the one change, and returns its folder.
fn bundle(world: &World) -> PathBuf {
    let change = world.run(&["log", "one", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    let ran = world.run(&["export", "--evidence", &change, "--to", "bundle"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    world.folder().join("bundle")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[test]
fn gos_sumdb_accepts_the_log_each_entry_and_that_it_was_only_added_to() {
    let tools = tempfile::tempdir().unwrap();
    let Some(checker) = go_checker(tools.path()) else { return };
    let (_site, world) = signed();
    check(&world);
    let log = world.folder().join("snapshots/log");
    let older = world.folder().join("older");
    fs::copy(log.join("checkpoint"), &older).unwrap();
    for _ in 0..45 {
        check(&world);
    }
    assert_eq!(world.run(&["integrity", "publish"]).code, 0);
    let accepts = |log: &Path, older: &Path| {
        let ran = run(Command::new(&checker).arg("log").arg(log).arg(older));
        (ran.status.success(), String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    let (accepted, said) = accepts(&log, &older);
    assert!(accepted, "{said}");
    assert!(log.join("tile/0/000").exists(), "the log has a full tile");
    // And it refuses what is not so.
    let altered = world.folder().join("altered");
    copy(&log, &altered);
    let bundle = altered.join("tile/entries/000");
    let mut bytes = fs::read(&bundle).unwrap();
    bytes[40] ^= 1;
    fs::write(bundle, bytes).unwrap();
    assert!(!accepts(&altered, &older).0);
}

#[test]
fn a_bundle_is_accepted_by_openssl_sha256sum_warcio_and_sumdb() {
    let (_site, world) = grown();
    let bundle = bundle(&world);
    let readme = fs::read_to_string(bundle.join("README.txt")).unwrap();
    for words in ["The wording changed after 2", "and no later than", "WHAT IT DOES NOT SHOW"] {
        assert!(readme.contains(words), "{readme}");
    }
    assert!(!readme.contains("edited on") && !readme.contains("court-proof"));
    let sums = run(Command::new("sha256sum")
        .args(["--strict", "--quiet", "-c", "MANIFEST.sha256"])
        .current_dir(&bundle));
    assert!(sums.status.success(), "{sums:?}");
    if has_openssl() {
        assert!(openssl_accepts(&bundle, "checkpoint.text", "checkpoint.sig"));
        assert!(openssl_accepts(&bundle, "MANIFEST.sha256", "MANIFEST.sig"));
        assert!(!openssl_accepts(&bundle, "checkpoint", "checkpoint.sig"));
    }
    for which in ["before", "after"] {
        let entry = fs::read_to_string(bundle.join(format!("log/{which}-capture.json"))).unwrap();
        for file in ["body-1", "headers-1"] {
            let sum = run(Command::new("sha256sum").arg(bundle.join(which).join(file)));
            let digest = String::from_utf8_lossy(&sum.stdout)[..64].to_owned();
            assert!(entry.contains(&digest), "{which}/{file} in {entry}");
        }
        let read = fs::read_to_string(bundle.join(format!("log/{which}-judgement.json"))).unwrap();
        let sum = run(Command::new("sha256sum").arg(bundle.join(which).join("text")));
        let digest = String::from_utf8_lossy(&sum.stdout)[..64].to_owned();
        assert!(read.contains(&digest), "{which}/text in {read}");
    }
    let tools = tempfile::tempdir().unwrap();
    if let Some(checker) = go_checker(tools.path()) {
        let mut command = Command::new(checker);
        command.arg("proofs").arg(bundle.join("key")).arg(bundle.join("checkpoint"));
        let all = files(&bundle.join("log"));
        let proofs: Vec<_> =
            all.iter().filter(|path| path.extension().unwrap() == "tlog-proof").collect();
        assert_eq!(proofs.len(), 5, "{all:?}");
        let ran = run(command.args(proofs.iter().map(|path| path.with_extension(""))));
        assert!(ran.status.success(), "{ran:?}");
    }
    let script = readme.split_once("python3 - log/*.tlog-proof").unwrap().1;
    let script = script.split_once("END\n").unwrap().0.split_once("'END'\n").unwrap().1;
    let proves = || {
        let all = files(&bundle.join("log"));
        let proofs = all.iter().filter(|path| path.extension().unwrap() == "tlog-proof");
        let mut command = Command::new("python3");
        run(command.args(["-c", script]).args(proofs).current_dir(&bundle))
    };
    let ran = proves();
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(String::from_utf8_lossy(&ran.stdout).matches(" is under the head").count(), 5);
    let entry = bundle.join("log/after-capture.json");
    let whole = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, whole.replacen("after", "afte", 1).replacen('1', "2", 1)).unwrap();
    assert!(!proves().status.success());
    fs::write(&entry, whole).unwrap();
    for (tool, arguments) in [("warcio", ["check", "-v"]), ("fastwarc", ["check", "-q"])] {
        let Some(program) = python_tool(tool) else { continue };
        let ran = run(Command::new(program).args(arguments).arg(bundle.join("capture.warc.gz")));
        assert!(ran.status.success(), "{tool}: {ran:?}");
        assert!(!String::from_utf8_lossy(&ran.stdout).contains("no digest"), "{ran:?}");
    }
}

/// Flips bits all over a bundle: with `PLEDGEWATCH_FULL=1` all of the small files.
#[test]
fn a_bundle_with_any_bit_flipped_is_refused_by_a_tool_of_others() {
    if !has_openssl() {
        return;
    }
    let (_site, world) = grown();
    let bundle = bundle(&world);
    let accepted = || {
        openssl_accepts(&bundle, "MANIFEST.sha256", "MANIFEST.sig")
            && run(Command::new("sha256sum")
                .args(["--strict", "--quiet", "-c", "MANIFEST.sha256"])
                .current_dir(&bundle))
            .status
            .success()
    };
    assert!(accepted());
    let mut flipped = 0;
    for path in files(&bundle) {
        let whole = fs::read(&path).unwrap();
        let bits = whole.len() * 8;
        let samples = if full() && whole.len() < 3_000 { bits } else { 11 };
        for sample in 0..samples {
            let bit = if samples == bits { sample } else { sample * (bits - 1) / (samples - 1) };
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, bytes).unwrap();
            assert!(!accepted(), "bit {bit} of {}", path.display());
            flipped += 1;
        }
        fs::write(&path, whole).unwrap();
    }
    assert!(accepted());
    assert!(200 < flipped, "{flipped}");
}

fn item() -> impl Strategy<Value = Item> {
    let leaf = prop_oneof![
        (-(1_i64 << 53) + 1..1_i64 << 53).prop_map(Item::integer),
        any::<String>().prop_map(Item::words),
        vec(any::<char>(), 0..40).prop_map(|it| Item::words(it.into_iter().collect::<String>())),
        vec(0_u8..0xa0, 0..20)
            .prop_map(|it| Item::words(it.into_iter().map(char::from).collect::<String>())),
        Just(Item::words("\u{7f}\u{2028}\u{1f600}")),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Item::List),
            btree_map("[ -~]{0,12}".prop_map(Into::into), inner, 0..6).prop_map(Item::Fields),
        ]
    })
}

#[test]
fn rfc8785_writes_random_objects_as_we_do() {
    let Some(python) = python_tool("python") else { return };
    let has = run(Command::new(&python).args(["-c", "import rfc8785"])).status.success();
    if !has {
        println!("skipped: no rfc8785 here");
        return;
    }
    let objects = btree_map("[ -~]{0,12}".prop_map(Into::into), item(), 0..8);
    let mut runner = TestRunner::deterministic();
    let count = if full() { 50_000 } else { 2_000 };
    let mut lines = String::new();
    for _ in 0..count {
        let fields: Fields = objects.new_tree(&mut runner).unwrap().current();
        let bytes = canonical(&fields).unwrap();
        lines.extend(bytes.iter().map(|byte| format!("{byte:02x}")));
        lines.push('\n');
    }
    let mut child = Command::new(python)
        .arg(source("canonical.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), count.to_string());
}

/// An authority of our own: `openssl ts` behind a server on loopback, in a folder of its own.
struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Authority {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, words: &str| fs::write(folder.path().join(name), words).unwrap();
        write(
            "ext",
            "extendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n",
        );
        write("serial", "01\n");
        write(
            "ts.cnf",
            "[tsa]\ndefault_tsa = t\n[t]\ndir = .\nserial = ./serial\ncrypto_device = builtin\n\
             signer_cert = ./tsa.pem\ncerts = ./ca.pem\nsigner_key = ./tsa.key\n\
             signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\n\
             accuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_chain = no\n\
             ess_cert_id_alg = sha256\n",
        );
        let authority = Authority { folder };
        for line in [
            "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 9 -subj /CN=ca",
            "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa",
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 9 \
             -extfile ext",
        ] {
            let ran = authority.openssl(&line.split_whitespace().collect::<Vec<_>>());
            assert!(ran.status.success(), "{ran:?}");
        }
        authority
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        run(Command::new("openssl").args(arguments).current_dir(self.folder.path()))
    }
}

#[test]
fn a_timestamp_token_of_the_head_is_accepted_by_openssl_and_a_wrong_clock_is_told() {
    if !has_openssl() {
        return;
    }
    let authority = Authority::new();
    let folder = authority.folder.path().to_owned();
    let server = Server::start(move |request| {
        fs::write(folder.join("query"), &request.body).unwrap();
        let ran = run(Command::new("openssl")
            .args(["ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "reply"])
            .current_dir(&folder));
        assert!(ran.status.success(), "{ran:?}");
        Reply::new(200)
            .header("Content-Type", "application/timestamp-reply")
            .body(fs::read(folder.join("reply")).unwrap())
    });
    let (_site, world) = grown();
    let before = world.run(&["integrity"]);
    assert!(before.stdout.contains("unanchored: no authority"), "{before:?}");
    let url = server.url("/tsa").to_string();
    let refused = world.run(&["integrity", "anchor", "--authority", &url]);
    assert_eq!(refused.code, 3, "a private address is not asked unless that is allowed");
    let ran = world.run(&["integrity", "anchor", "--authority", &url, "--allow-private-addresses"]);
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    let after = world.run(&["integrity"]);
    assert!(after.stdout.contains("anchored: the first"), "{after:?}");
    let bundle = bundle(&world);
    let token = files(&bundle.join("anchors")).remove(0);
    let verified = authority.openssl(&[
        "ts",
        "-verify",
        "-data",
        bundle.join("checkpoint").to_str().unwrap(),
        "-in",
        token.to_str().unwrap(),
        "-CAfile",
        "ca.pem",
    ]);
    assert!(verified.status.success(), "{verified:?}");
    let garbage = Server::start(|_| Reply::new(200).body("<html>busy</html>"));
    let url = garbage.url("/").to_string();
    let ran = world.run(&["integrity", "anchor", "--authority", &url, "--allow-private-addresses"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("is no timestamp"), "{}", ran.stderr);
}

/// A witness signs a head, signs the next after a proof, and refuses a history that was rewritten
/// with the log's own key.
#[test]
fn a_witness_signs_what_was_added_to_and_refuses_a_rewritten_history() {
    let Some(witness) = python_tool("aics-witness") else { return };
    let folder = tempfile::tempdir().unwrap();
    let run_witness = |arguments: &[&str]| {
        let ran = run(Command::new(&witness).args(arguments).current_dir(folder.path()));
        assert!(ran.status.success(), "{arguments:?}: {ran:?}");
    };
    let (_site, world) = signed();
    check(&world);
    let rewritten = World::empty();
    copy(world.folder(), rewritten.folder());
    let stands = world.run(&["integrity", "--json"]).json().remove(0);
    let (origin, key) = (stands["origin"].as_str().unwrap(), stands["key"].as_str().unwrap());
    run_witness(&["init", "--name", "witness.example/w1"]);
    run_witness(&["add-log", "--origin", origin, "--vkey", key]);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let mut serving = Command::new(&witness)
        .args(["serve", "--listen", &listen])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let is_up = (0..2_000).any(|_| {
        std::thread::yield_now();
        let up = TcpStream::connect(&listen).is_ok();
        if !up {
            std::thread::sleep(Duration::from_millis(10));
        }
        up
    });
    let url = format!("http://{listen}");
    let anchor = |world: &World| {
        world.run(&["integrity", "anchor", "--witness", &url, "--allow-private-addresses"])
    };
    let first = anchor(&world);
    check(&world);
    let second = anchor(&world);
    check(&rewritten);
    check(&rewritten);
    let refused = anchor(&rewritten);
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert!(is_up);
    assert_eq!((first.code, &*first.stderr), (0, ""));
    assert_eq!((second.code, &*second.stderr), (0, ""));
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("refused with 422"), "{}", refused.stderr);
    let anchors = files(&world.folder().join("snapshots/log/anchors"));
    let signed = anchors.iter().rev().find(|it| it.ends_with("127.0.0.1.checkpoint")).unwrap();
    assert!(fs::read_to_string(signed).unwrap().contains("\u{2014} witness.example/w1 "));
}
