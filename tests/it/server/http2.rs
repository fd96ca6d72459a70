//! A server that speaks HTTP/2 and nothing else: one page behind TLS, on the test's own runtime.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// What the server does once it has read a request.
#[derive(Clone, Copy)]
pub enum Manner {
    /// It answers with the page.
    Answer,
    /// It answers with half of the page and resets the stream.
    ResetMidBody,
}

/// Starts the server and returns the URL of the page; it stops with the runtime.
pub async fn start(mut config: ServerConfig, html: &'static str, manner: Manner) -> Url {
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(acceptor.clone(), stream, html, manner));
        }
    });
    Url::parse(&format!("https://{address}/terms")).unwrap()
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, html: &'static str, manner: Manner) {
    let stream = acceptor.accept(stream).await.unwrap();
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        let mut body = respond.send_response(hyper::Response::new(()), false).unwrap();
        match manner {
            Manner::Answer => body.send_data(html.into(), true).unwrap(),
            Manner::ResetMidBody => {
                body.send_data(html[..html.len() / 2].into(), false).unwrap();
                body.send_reset(h2::Reason::INTERNAL_ERROR);
            }
        }
    }
}
