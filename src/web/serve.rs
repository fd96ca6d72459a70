//! The server: it listens, lets so many in at once, and asks those that are there to finish when it
//! is asked to stop.

mod asked;
mod reply;
mod reviewing;
mod routes;
mod sent;
pub mod state;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{body::Body, extract::Request, http::Response};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use crate::{
    monitor::{
        app::{MonitorError, Paths},
        clock::Clock,
    },
    web::{
        access::Access,
        guard::Names,
        readers::Readers,
        serve::state::{Options, Peer, Site},
    },
};

/// So many connections are open at once; others wait to be accepted.
const CONNECTIONS_MAX: usize = 256;

/// How long a head may take to come, and a kept connection to stay silent.
const HEAD_MAX: Duration = Duration::from_secs(15);

/// The most bytes of a head.
const HEAD_BYTES_MAX: usize = 32 << 10;

/// How long those that are there have to finish when we stop.
const FAREWELL_MAX: Duration = Duration::from_secs(5);

/// A server that listens.
pub struct Server {
    site: Site,
    listener: TcpListener,
}

/// Why it cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It cannot listen there.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The archive or the watchlist cannot be read.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
}

impl Server {
    /// Begins to listen.
    pub async fn open(paths: &Paths, options: Options) -> Result<Server, ServeError> {
        let readers = Readers::open(paths)?;
        let failure = |source| ServeError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(failure)?;
        let site = Site {
            readers,
            paths: Arc::new(paths.clone()),
            access: Arc::new(Access::new(options.users.clone(), options.may_review)),
            names: Arc::new(Names::of(options.listen.ip().is_loopback(), options.url.as_ref())),
            options: Arc::new(options),
            hashing: Arc::new(Semaphore::new(1)),
            clock: Clock::system(),
        };
        Ok(Server { site, listener })
    }

    /// Returns where it listens: with the port that the system chose, if it was asked to.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop`, and then lets those finish that are there.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let farewell = GracefulShutdown::new();
        let routes = routes::routes(self.site);
        tokio::pin!(stop);
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                () = &mut stop => break,
            };
            let Ok(place) = place else { break };
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = &mut stop => break,
            };
            let Ok((stream, peer)) = accepted else {
                // No files are left, or the peer is gone: others may have gone when we look again.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let connection = connection(stream, peer, routes.clone());
            let watched = farewell.watch(connection);
            tokio::spawn(async move {
                // What breaks off on the way to a visitor is told by the visitor's browser.
                let _ = watched.await;
                drop(place);
            });
        }
        drop(self.listener);
        // Those that take longer are cut off.
        let _ = tokio::time::timeout(FAREWELL_MAX, farewell.shutdown()).await;
    }
}

type Connection =
    hyper::server::conn::http1::Connection<TokioIo<TcpStream>, TowerToHyperService<WithPeer>>;

fn connection(stream: TcpStream, peer: SocketAddr, routes: axum::Router) -> Connection {
    // Small answers leave at once; where that cannot be set they leave a little later.
    let _ = stream.set_nodelay(true);
    hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(WithPeer { routes, peer }))
}

/// The routes, told who asks.
#[derive(Clone)]
struct WithPeer {
    routes: axum::Router,
    peer: SocketAddr,
}

impl tower_service::Service<Request<Incoming>> for WithPeer {
    type Response = Response<Body>;
    type Error = std::convert::Infallible;
    type Future = <axum::Router as tower_service::Service<Request<Body>>>::Future;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        // A router is always ready.
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(self.peer));
        self.routes.call(request)
    }
}
