//! A world of its own for each test: a folder, a site, and the program run in it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
};

use pledgewatch::{
    model::{event::Told, time::Timestamp},
    monitor::{
        app::{App, Paths},
        clock::Clock,
        history::{self, LogQuery},
        sweep::{self, Scope, Sweep},
        swept::Swept,
    },
};
use serde_json::Value;
use tempfile::TempDir;

use crate::server::{Server, reply::Reply};

/// A site whose pages are set by the test, each as a status and an HTML body.
pub struct Site {
    server: Server,
    pages: Arc<Mutex<BTreeMap<String, Reply>>>,
}

impl Site {
    /// Starts a site without pages: everything is 404, robots.txt too.
    pub fn start() -> Site {
        let pages = Arc::<Mutex<BTreeMap<String, Reply>>>::default();
        let served = Arc::clone(&pages);
        let server = Server::start(move |request| {
            served.lock().unwrap().get(&request.path).cloned().unwrap_or_else(|| Reply::new(404))
        });
        Site { server, pages }
    }

    /// Serves `html` at `path` from now on.
    pub fn page(&self, path: &str, html: &str) {
        self.reply(path, Reply::page(html));
    }

    /// Answers so at `path` from now on.
    pub fn reply(&self, path: &str, reply: Reply) {
        self.pages.lock().unwrap().insert(path.to_owned(), reply);
    }

    /// Returns the address of `path`.
    pub fn url(&self, path: &str) -> String {
        self.server.url(path).to_string()
    }

    /// Returns the server, to ask what it was asked.
    pub fn server(&self) -> &Server {
        &self.server
    }
}

/// A folder with a watchlist and an archive.
pub struct World {
    folder: TempDir,
}

/// What the program left behind.
#[derive(Debug)]
pub struct Ran {
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
}

impl Ran {
    /// Returns what a program that has ended left behind.
    pub fn of(output: Output) -> Ran {
        Ran {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Returns each line of standard output as a JSON value.
    pub fn json(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl World {
    /// Makes a folder with this watchlist, after settings that suit tests on loopback.
    pub fn with(watchlist: &str) -> World {
        let world = World::empty();
        let settings = "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\n\
            retries_max = 0\nvisit_timeout = \"5s\"\n";
        fs::write(world.watchlist(), format!("{settings}{watchlist}")).unwrap();
        world
    }

    /// Makes an empty folder.
    pub fn empty() -> World {
        World { folder: tempfile::tempdir().unwrap() }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the watchlist's path.
    pub fn watchlist(&self) -> PathBuf {
        self.folder.path().join("watchlist.toml")
    }

    /// Runs the program in the folder, in an environment as bare as cron's.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Returns the program, ready to be run in the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pledgewatch"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::null());
        command
    }

    /// Opens watchlist and archive as the program does.
    pub fn app(&self) -> App {
        let archive = self.folder.path().join("snapshots");
        App::open(&Paths { watchlist: self.watchlist(), archive }).unwrap()
    }

    /// Sweeps as if it were `at`, and returns what the sweep came to.
    pub fn sweep_at(&self, at: &str) -> Swept {
        let mut app = self.app();
        let clock = Clock::starting_at(at.parse::<Timestamp>().unwrap());
        let (_sender, mut stop) = tokio::sync::watch::channel(false);
        // A child that another test is just starting may hold the lock's file for a moment.
        for _ in 0..1_000 {
            let sweep = runtime()
                .block_on(sweep::sweep(&mut app, &Scope::Due, &clock, &mut stop, &mut |_| ()))
                .unwrap();
            match sweep {
                Sweep::Done(swept, _lock) => return swept,
                Sweep::Running(_) => std::thread::yield_now(),
            }
        }
        panic!("another sweep is running")
    }

    /// Returns everything on record, oldest first.
    pub fn log(&self) -> Vec<Told> {
        history::log(&self.app(), &LogQuery::default()).unwrap()
    }
}

/// Returns a runtime as the program's.
pub fn runtime() -> tokio::runtime::Runtime {
    pledgewatch::cli::check::runtime().unwrap()
}

/// Returns a whole page around a policy, with the furniture of an ordinary site.
pub fn framed(policy: &str, furniture: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><title>Policy</title></head><body>\
         <header><nav><a href=\"/\">Home</a> <a href=\"/b\">{furniture}</a></nav></header>\
         <main>{policy}</main><footer><p>{furniture}, all rights reserved</p></footer></body></html>"
    )
}
