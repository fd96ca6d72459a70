//! A mail server on 127.0.0.1 for tests: takes every mail and keeps it as it came.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A mail as it was handed over.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Head and body, dot-stuffing undone.
    pub data: String,
}

impl Mail {
    /// Returns the value of a header field, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{}:", name.to_lowercase());
        head.split("\r\n")
            .find(|line| line.to_lowercase().starts_with(&prefix))
            .map(|line| line[prefix.len()..].trim().to_owned())
    }
}

/// The server. Its thread ends with the test's process.
pub struct MailServer {
    port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    refusing: Arc<Mutex<bool>>,
}

impl MailServer {
    /// Starts a server that accepts every mail.
    pub fn start() -> MailServer {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mails, refusing) = (Arc::<Mutex<Vec<Mail>>>::default(), Arc::<Mutex<bool>>::default());
        let (kept, refuse) = (Arc::clone(&mails), Arc::clone(&refusing));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, refuse) = (Arc::clone(&kept), Arc::clone(&refuse));
                thread::spawn(move || converse(stream, &kept, &refuse));
            }
        });
        MailServer { port, mails, refusing }
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the mails so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// From now on, refuses (or accepts again) every mail for the time being (451).
    pub fn refuse(&self, refuse: bool) {
        *self.refusing.lock().unwrap() = refuse;
    }
}

fn converse(stream: TcpStream, mails: &Mutex<Vec<Mail>>, refuse: &Mutex<bool>) -> Option<()> {
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines();
    out.write_all(b"220 test\r\n").ok()?;
    let mut to = Vec::new();
    while let Some(Ok(line)) = lines.next() {
        let verb = line.to_uppercase();
        if verb.starts_with("RCPT TO:") && *refuse.lock().unwrap() {
            out.write_all(b"451 try again later\r\n").ok()?;
        } else if verb.starts_with("RCPT TO:") {
            to.push(line[8..].trim_matches(['<', '>', ' ']).to_owned());
            out.write_all(b"250 ok\r\n").ok()?;
        } else if verb == "DATA" {
            out.write_all(b"354 go on\r\n").ok()?;
            let mut data = String::new();
            loop {
                // A mail that was cut off is none, and was not taken.
                let line = lines.next()?.ok()?;
                if line == "." {
                    break;
                }
                data.push_str(line.strip_prefix('.').unwrap_or(&line));
                data.push_str("\r\n");
            }
            mails.lock().unwrap().push(Mail { to: std::mem::take(&mut to), data });
            out.write_all(b"250 taken\r\n").ok()?;
        } else if verb == "QUIT" {
            out.write_all(b"221 bye\r\n").ok()?;
            break;
        } else {
            out.write_all(b"250 ok\r\n").ok()?;
        }
    }
    Some(())
}
