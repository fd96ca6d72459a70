//! A scripted web server on 127.0.0.1, raw enough to misbehave at will.
//!
//! A script is a function from a request to a [`Reply`], which is a list of steps on a raw
//! socket: bytes, pauses, drips, resets. The server keeps a record of what was asked and stops
//! when it is dropped. It runs on threads of its own, so it serves any runtime and any program.
//!
//! ```text
//! let server = Server::start(|request| match request.path.as_str() {
//!     "/robots.txt" => Reply::new(404),
//!     "/slow" => Reply::page("<p>Hello").drip(Duration::from_millis(10)),
//!     _ => Reply::page("<p>We will never sell your data."),
//! });
//! let url = server.url("/slow");
//! ```

pub mod authority;
pub mod http2;
pub mod names;
pub mod reply;

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use url::Url;

use crate::server::reply::{Reply, Step};

/// One request, as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case, in order.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// When its head was complete.
    pub at: Instant,
    /// On which connection it came, from 1.
    pub connection: usize,
    /// The how manieth request of the server it is, from 1.
    pub number: usize,
}

impl Request {
    /// Returns the value of the first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running server; stops when dropped.
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
}

struct Shared {
    /// None says nothing at all.
    script: Option<Box<Script>>,
    tls: Option<Arc<ServerConfig>>,
    is_over: AtomicBool,
    requests: Mutex<Vec<Request>>,
    /// By number; one that was reset is let go of, since the last handle sends the reset.
    connections: Mutex<Vec<Option<Arc<TcpStream>>>>,
}

impl Server {
    /// Starts a server that answers every request by `script`.
    pub fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
        Server::launch(Some(Box::new(script)), None)
    }

    /// Starts a server at an address of this machine, which must be free.
    pub fn start_at(
        address: SocketAddr,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(address).unwrap();
        Server::launch_on(listener, Some(Box::new(script)), None)
    }

    /// Starts a server behind TLS.
    pub fn start_tls(
        config: ServerConfig,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Server {
        Server::launch(Some(Box::new(script)), Some(Arc::new(config)))
    }

    /// Starts a server that accepts connections and neither reads nor says a word.
    pub fn silent() -> Server {
        Server::launch(None, None)
    }

    /// Starts a server that shows one page on every path but `/robots.txt`.
    pub fn page(html: &'static str) -> Server {
        Server::start(move |request| match request.path.as_str() {
            "/robots.txt" => Reply::new(404),
            _ => Reply::page(html),
        })
    }

    fn launch(script: Option<Box<Script>>, tls: Option<Arc<ServerConfig>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Server::launch_on(listener, script, tls)
    }

    fn launch_on(
        listener: TcpListener,
        script: Option<Box<Script>>,
        tls: Option<Arc<ServerConfig>>,
    ) -> Server {
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shared = Arc::new(Shared {
            script,
            tls,
            is_over: AtomicBool::new(false),
            requests: Mutex::default(),
            connections: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Server { address, scheme, shared }
    }

    /// Returns the URL of `path` on this server.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}://{}{path}", self.scheme, self.address)).unwrap()
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the requests so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Returns the paths of the requests so far, in order.
    pub fn paths(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.path).collect()
    }

    /// Returns how many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.connections.lock().unwrap().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        for connection in self.shared.connections.lock().unwrap().iter().flatten() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        // Wakes the accepting thread, which sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let stream = Arc::new(stream);
        let mut connections = shared.connections.lock().unwrap();
        connections.push(Some(Arc::clone(&stream)));
        let number = connections.len();
        let shared = Arc::clone(shared);
        thread::spawn(move || serve(Socket(stream), number, &shared));
    }
}

/// Serves one connection until either side ends it.
fn serve(socket: Socket, connection: usize, shared: &Shared) {
    // What goes wrong on a connection is the client's to tell.
    let _ = match &shared.tls {
        None => talk(socket, connection, shared),
        Some(config) => {
            let session = ServerConnection::new(Arc::clone(config)).unwrap();
            talk(StreamOwned::new(session, socket), connection, shared)
        }
    };
    if let Some(kept) = shared.connections.lock().unwrap()[connection - 1].take() {
        let _ = kept.shutdown(Shutdown::Both);
    }
}

/// The one handle of a connection's socket.
struct Socket(Arc<TcpStream>);

impl Read for Socket {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(bytes)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

fn talk(stream: impl Read + Write, connection: usize, shared: &Shared) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let Some(script) = &shared.script else {
        return play(Step::Hang, stream.get_mut(), connection, shared);
    };
    while let Some(request) = read_request(&mut stream, connection, shared)? {
        let reply = script(&request);
        for step in reply.steps(&request) {
            play(step, stream.get_mut(), connection, shared)?;
        }
        if reply.ends_connection() {
            break;
        }
    }
    Ok(())
}

fn play(step: Step, stream: &mut impl Write, connection: usize, shared: &Shared) -> io::Result<()> {
    match step {
        Step::Send(bytes) => stream.write_all(&bytes)?,
        Step::Drip(bytes, every) => {
            for byte in bytes {
                stream.write_all(&[byte])?;
                stream.flush()?;
                thread::sleep(every);
            }
        }
        Step::Forever(bytes) => loop {
            stream.write_all(&bytes)?;
        },
        Step::Pause(time) => {
            stream.flush()?;
            thread::sleep(time);
        }
        Step::Hang => {
            stream.flush()?;
            while !shared.is_over.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(5));
            }
        }
        Step::Reset => {
            stream.flush()?;
            if let Some(kept) = shared.connections.lock().unwrap()[connection - 1].take() {
                socket2::SockRef::from(&*kept).set_linger(Some(Duration::ZERO))?;
            }
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    }
    stream.flush()
}

/// Reads a request, `None` at the end of the connection.
fn read_request(
    stream: &mut impl BufRead,
    connection: usize,
    shared: &Shared,
) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let mut requests = shared.requests.lock().unwrap();
    let number = requests.len() + 1;
    let at = Instant::now();
    let request = Request { method, path, headers, body, at, connection, number };
    requests.push(request.clone());
    Ok(Some(request))
}
