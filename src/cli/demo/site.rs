//! The demo's site: pages in memory, served on 127.0.0.1 by one thread.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// A page as served: its status and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The status code.
    pub status: u16,
    /// The body, HTML.
    pub body: String,
}

type Pages = Arc<Mutex<BTreeMap<String, Served>>>;

/// The site. It stops when it is dropped.
#[derive(Debug)]
pub struct Site {
    port: u16,
    pages: Pages,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    /// Starts a site without pages on a free port.
    pub fn start() -> io::Result<Site> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (pages, stopping) = (Pages::default(), Arc::new(AtomicBool::new(false)));
        let (served, ending) = (Arc::clone(&pages), Arc::clone(&stopping));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if ending.load(Ordering::Relaxed) {
                    break;
                }
                // A visitor that breaks off is no concern of the site's.
                let _ = stream.and_then(|stream| answer(stream, &served));
            }
        });
        Ok(Site { port, pages, stopping, thread: Some(thread) })
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves a page at `path` from now on.
    pub fn serve(&self, path: &str, page: Served) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), page);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        // A last connection wakes the thread so that it sees that it is to stop.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, pages: &Pages) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut field = String::new();
    while 2 < reader.read_line(&mut field)? {
        field.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let found = pages.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let Served { status, body } =
        found.unwrap_or_else(|| Served { status: 404, body: "Not found".to_owned() });
    write!(
        stream,
        "HTTP/1.1 {status} Demo\r\ncontent-type: text/html; charset=utf-8\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
