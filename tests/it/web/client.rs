//! A served world, and as much of a browser as the tests need.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::world::{Site, World, framed};

pub const POLICY: &str = "<h1>Faces</h1><p>We will not sell facial recognition technology to police \
    departments until there is a national law.</p><p>We review every use of it each year.</p>";

pub const EDITED: &str = "<h1>Faces</h1><p>We do not currently sell facial recognition technology to \
    police departments.</p><p>We review every use of it each year.</p>";

/// Returns a site and a world in which one page of two changed, and the other could not be read.
pub fn changed() -> (Site, World) {
    let site = Site::start();
    site.page("/faces", &framed(POLICY, "a"));
    site.page("/down", &framed(POLICY, "a"));
    let world = World::with(&format!(
        "\n[[page]]\nid = \"faces\"\ncompany = \"Amber & Co.\"\ntitle = \"Faces <b>and</b> police\"\n\
         url = \"{}\"\n[[page.pledge]]\nid = \"police\"\nname = \"No sale to the police\"\n\
         quote = \"will not sell\"\ndeadline = 2031-06-10\n\
         [[page]]\nid = \"down\"\ncompany = \"Beryl\"\nurl = \"{}\"\n",
        site.url("/faces"),
        site.url("/down")
    ));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/faces", &framed(EDITED, "a"));
    site.reply("/down", crate::server::reply::Reply::new(500));
    world.sweep_at("2026-01-02T00:00:00Z");
    world.sweep_at("2026-01-02T06:00:00Z");
    (site, world)
}

/// The program, serving a world until it is dropped.
pub struct Served {
    child: Child,
    host: String,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Served {
    pub fn start(world: &World, arguments: &[&str]) -> Served {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = world.command(&all).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("serving http://").unwrap_or_else(|| panic!("{line}"));
        let host = url.trim_end_matches('/').to_owned();
        Served { child, host }
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.host)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Sends a form, as a browser at one of our pages does.
    pub fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let origin = format!("http://{}", self.host);
        let kind = "application/x-www-form-urlencoded";
        let fields = [("content-type", kind), ("cookie", cookie), ("origin", &origin)];
        self.ask("POST", path, &fields, form)
    }

    pub fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)], body: &str) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !fields.iter().any(|(name, _)| *name == "host") {
            head.push_str(&format!("host: {}\r\n", self.host));
        }
        for (name, value) in fields {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method == "POST" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        self.raw(format!("{head}\r\n{body}").as_bytes())
    }

    /// Sends bytes and reads an answer to its end.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // A server that refuses what is too long need not read it to its end.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let field = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Answer { status, headers: lines.map(field).collect(), body: answer[end + 4..].to_vec() }
    }

    pub fn address(&self) -> &str {
        &self.host
    }

    /// Signs in, and returns the cookie.
    pub fn sign_in(&self, name: &str, password: &str) -> String {
        let answer = self.post("/sign-in/", "", &format!("name={name}&password={password}"));
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// Returns a page as somebody who is signed in sees it.
    pub fn get_as(&self, cookie: &str, path: &str) -> Answer {
        self.ask("GET", path, &[("cookie", cookie)], "")
    }

    /// Returns the id of the one change.
    pub fn change(&self) -> String {
        let changes = self.get("/api/changes").json()["changes"].clone();
        changes[0]["id"].as_str().unwrap_or_else(|| panic!("{changes}")).to_owned()
    }

    /// Asks the program to stop, and returns how it ended.
    pub fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").arg(&pid).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets Ada in, and returns her password.
pub fn ada(world: &World) -> String {
    let ran = world.run(&["user", "add", "Ada"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.trim().to_owned()
}

/// Returns the token of a page's form.
pub fn form_token(page: &str) -> String {
    let at = page.find("name=\"form_token\" value=\"").unwrap_or_else(|| panic!("{page}"));
    page[at + 25..].split('"').next().unwrap().trim_start_matches('"').to_owned()
}
