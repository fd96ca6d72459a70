//! The last gate: who is at the other end of a connection, looked at before a word is said on it.
//!
//! The gates before it (`address`) leave nothing for this one to refuse. It is there should one
//! of them have a hole: an HTTP library that resolves for itself, say.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::http::Extensions;
use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use tower_layer::Layer;
use tower_service::Service;

use crate::fetch::address::{Refused, is_public};

/// Lets only connections to public addresses pass.
#[derive(Clone, Copy)]
pub struct PeerGate;

/// What makes connections, behind the gate.
#[derive(Clone)]
pub struct Gated<S>(S);

impl<S> Layer<S> for PeerGate {
    type Service = Gated<S>;

    fn layer(&self, connector: S) -> Gated<S> {
        Gated(connector)
    }
}

impl<S, R> Service<R> for Gated<S>
where
    S: Service<R, Response: Connection, Error: From<Refused>, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            let connection = connecting.await?;
            let mut extras = Extensions::new();
            connection.connected().get_extras(&mut extras);
            match extras.get::<HttpInfo>().map(|peer| peer.remote_addr().ip()) {
                Some(address) if !is_public(address) => Err(Refused { address }.into()),
                Some(_) | None => Ok(connection),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read, net::TcpListener, time::Duration};

    use crate::{
        fetch::{
            client::builder,
            failure::{self, During},
        },
        model::{
            address::AddressRule,
            watch::{Bounds, Settings},
        },
    };

    /// The library's own table of names stands in for a hole in the gates before.
    async fn ask(rule: AddressRule) -> (String, usize) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
            stream.read(&mut [0; 1_000]).unwrap_or(0)
        });
        let client = builder(&Settings::default(), rule).unwrap();
        let client = client.resolve("policies.example.org", at).build().unwrap();
        let url = format!("http://policies.example.org:{}/", at.port());
        let sent = client.get(&url).timeout(Duration::from_secs(5)).send().await;
        let bounds = Bounds::default();
        let failure = failure::of(&sent.unwrap_err(), "host", During::Head, &bounds);
        (failure.code().to_owned(), heard.join().unwrap())
    }

    #[tokio::test]
    async fn fault_032_nothing_is_said_to_a_private_peer_however_it_was_reached() {
        assert_eq!(ask(AddressRule::PublicOnly).await, ("blocked_address".to_owned(), 0));
        let (code, bytes) = ask(AddressRule::AnyAddress).await;
        assert!(code != "blocked_address" && 0 < bytes, "{code}, {bytes} bytes");
    }
}
