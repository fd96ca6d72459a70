//! A server that speaks HTTP/2 and nothing else: one page behind TLS, on the test's own runtime.

use std::{io, sync::Arc};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
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

/// Returns what takes connections by HTTP/2 on an address of its own, and the URL of its page.
async fn bound(mut config: ServerConfig) -> (TlsAcceptor, TcpListener, Url) {
    config.alpn_protocols = vec![b"h2".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = Url::parse(&format!("https://{address}/terms")).unwrap();
    (TlsAcceptor::from(Arc::new(config)), listener, url)
}

/// Starts the server and returns the URL of the page; it stops with the runtime.
pub async fn start(config: ServerConfig, html: &'static str, manner: Manner) -> Url {
    let (acceptor, listener, url) = bound(config).await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(acceptor.clone(), stream, html, manner));
        }
    });
    url
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

/// What a server says in frames of its own making once a request has come.
#[derive(Clone, Copy, Debug)]
pub enum Mischief {
    /// It resets the stream, again and again.
    ResetStorm,
    /// It answers with a page under a head of a few kilobytes that unpacks to hundreds of
    /// megabytes: one long field, named again by a byte each time (RFC 7541, section 7.3).
    HugeHead,
    /// It begins a head that has no end.
    EndlessHead,
    /// It announces a page, sends half of it, says goodbye and hangs up.
    GoAwayMidBody,
}

/// Starts a server that misbehaves and returns the URL of its page; it stops with the runtime.
pub async fn misbehaving(config: ServerConfig, mischief: Mischief) -> Url {
    let (acceptor, listener, url) = bound(config).await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                misbehave(&mut stream, mischief).await
            });
        }
    });
    url
}

const PREFACE_BYTES: usize = 24;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// The client's first request.
const STREAM: u32 = 1;
/// `:status: 200` in a byte (RFC 7541, appendix A).
const STATUS_200: &[u8] = &[0x88];

/// Returns a frame (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

async fn misbehave<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    mischief: Mischief,
) -> io::Result<()> {
    stream.read_exact(&mut [0; PREFACE_BYTES]).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let mut head = [0; 9];
    while head[3] != HEADERS {
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; usize::try_from(length).unwrap()]).await?;
    }
    match mischief {
        Mischief::ResetStorm => {
            let storm = frame(RST_STREAM, 0, STREAM, &[0, 0, 0, 2]).repeat(1_000);
            forever(stream, &storm).await
        }
        Mischief::HugeHead => {
            stream.write_all(&huge_head()).await?;
            let page = frame(DATA, END_STREAM, STREAM, b"<p>We will never sell your data.</p>");
            stream.write_all(&page).await?;
            forever(stream, &[]).await
        }
        Mischief::EndlessHead => {
            stream.write_all(&frame(HEADERS, 0, STREAM, STATUS_200)).await?;
            // A field `x: y` that is written out, and kept in no table.
            let more = b"\x00\x01x\x01y".repeat(1_000);
            forever(stream, &frame(CONTINUATION, 0, STREAM, &more)).await
        }
        Mischief::GoAwayMidBody => {
            // `content-length: 100`, whose name is the 28th of the table.
            let fields = [STATUS_200, b"\x0f\x0d\x03100"].concat();
            stream.write_all(&frame(HEADERS, END_HEADERS, STREAM, &fields)).await?;
            stream.write_all(&frame(DATA, 0, STREAM, &[b'a'; 50])).await?;
            let goodbye = [STREAM.to_be_bytes(), [0, 0, 0, 2]].concat();
            stream.write_all(&frame(GOAWAY, 0, 0, &goodbye)).await?;
            stream.shutdown().await
        }
    }
}

/// Returns the frames of a head in which a field of 4 kB stands 100,000 times.
fn huge_head() -> Vec<u8> {
    // `x: aaa…`, to be kept in the table, where it becomes the 62nd; 4000 is 127 + 33 + 30 * 128.
    let field = [&b"\x40\x01x\x7f\xa1\x1e"[..], &[b'a'; 4_000]].concat();
    let mut frames = frame(HEADERS, 0, STREAM, &[STATUS_200, &field].concat());
    for last in [0, 0, 0, 0, 0, 0, END_HEADERS] {
        frames.extend(frame(CONTINUATION, last, STREAM, &[0x80 | 62; 16_000]));
    }
    frames
}

/// Sends the same again and again, until the client has gone; nothing waits for it to go.
async fn forever<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    bytes: &[u8],
) -> io::Result<()> {
    if bytes.is_empty() {
        while stream.read(&mut [0; 1_000]).await? != 0 {}
        return Ok(());
    }
    loop {
        stream.write_all(bytes).await?;
    }
}
