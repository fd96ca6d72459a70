//! One page of 4 kB by axum alone: what `web.py` measures ours beside.

use axum::{Router, response::Html, routing::get};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};

#[tokio::main(flavor = "multi_thread")]
#[allow(clippy::print_stdout, reason = "the port is what the bench reads")]
async fn main() -> std::io::Result<()> {
    let page = format!("<!doctype html><title>Bare</title>{}", "<p>words</p>".repeat(330));
    let routes = Router::new().route("/", get(|| async move { Html(page) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("serving http://{}/", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = TowerToHyperService::new(routes.clone());
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new();
            // The bench closes its connection when it is done.
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
