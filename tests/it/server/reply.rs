//! What the scripted server answers: a status and a body, or raw bytes, and how it all comes.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};

use crate::server::Request;

/// One step of an answer, played on the socket in order.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends these bytes at once.
    Send(Vec<u8>),
    /// Sends them one by one, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Sends them again and again.
    Forever(Vec<u8>),
    /// Does nothing for a while.
    Pause(Duration),
    /// Does nothing until the server stops.
    Hang,
    /// Breaks the connection off with a TCP reset.
    Reset,
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Framing {
    Length,
    Chunked,
    Close,
    Raw,
}

/// An answer. Well-formed unless told otherwise.
#[derive(Clone, Debug)]
pub struct Reply {
    head: Vec<u8>,
    body: Vec<u8>,
    framing: Framing,
    drip: Option<Duration>,
    after: Vec<Step>,
    closes: bool,
}

impl Reply {
    /// Returns an answer of this status with an empty body.
    pub fn new(status: u16) -> Reply {
        Reply {
            head: format!("HTTP/1.1 {status} Scripted\r\n").into_bytes(),
            body: Vec::new(),
            framing: Framing::Length,
            drip: None,
            after: Vec::new(),
            closes: false,
        }
    }

    /// Returns a page.
    pub fn page(html: &str) -> Reply {
        Reply::new(200).header("Content-Type", "text/html; charset=utf-8").body(html)
    }

    /// Returns a redirect.
    pub fn redirect(status: u16, target: &str) -> Reply {
        Reply::new(status).header("Location", target)
    }

    /// Returns exactly these bytes, after which the connection closes.
    pub fn raw(bytes: impl AsRef<[u8]>) -> Reply {
        let mut reply = Reply::new(200);
        reply.head = bytes.as_ref().to_vec();
        reply.framing = Framing::Raw;
        reply.closes = true;
        reply
    }

    /// Says nothing and keeps the connection open.
    pub fn hang() -> Reply {
        Reply::raw("").then(Step::Hang)
    }

    /// Breaks the connection off without an answer.
    pub fn reset() -> Reply {
        Reply::raw("").then(Step::Reset)
    }

    /// Adds a header field.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Reply {
        self.head.extend_from_slice(name.as_bytes());
        self.head.extend_from_slice(b": ");
        self.head.extend_from_slice(value.as_ref());
        self.head.extend_from_slice(b"\r\n");
        self
    }

    /// Sets the body.
    pub fn body(mut self, bytes: impl AsRef<[u8]>) -> Reply {
        self.body = bytes.as_ref().to_vec();
        self
    }

    /// Encodes the body with gzip and says so.
    pub fn gzip(mut self) -> Reply {
        self.body = gzip(&self.body);
        self.header("Content-Encoding", "gzip")
    }

    /// Sends the body in chunks of at most 1000 bytes.
    pub fn chunked(mut self) -> Reply {
        self.framing = Framing::Chunked;
        self
    }

    /// Tells the end of the body by closing the connection, as HTTP/1.0 did.
    pub fn until_close(mut self) -> Reply {
        self.framing = Framing::Close;
        self.closes = true;
        self
    }

    /// Sends the body byte by byte, with this pause after each.
    pub fn drip(mut self, every: Duration) -> Reply {
        self.drip = Some(every);
        self
    }

    /// Adds a step after the answer.
    pub fn then(mut self, step: Step) -> Reply {
        self.after.push(step);
        self
    }

    /// Closes the connection after the answer, without having said so.
    pub fn and_close(mut self) -> Reply {
        self.closes = true;
        self
    }

    /// Returns whether the connection ends with it.
    pub fn ends_connection(&self) -> bool {
        self.closes
    }

    /// Returns its steps as the answer to this request.
    pub fn steps(&self, request: &Request) -> Vec<Step> {
        let mut head = self.head.clone();
        let mut body = if request.method == "HEAD" { Vec::new() } else { self.body.clone() };
        match self.framing {
            Framing::Length => {
                head.extend_from_slice(
                    format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(),
                );
            }
            Framing::Chunked => {
                head.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                body = chunks(&body);
            }
            Framing::Close => head.extend_from_slice(b"Connection: close\r\n\r\n"),
            Framing::Raw => (),
        }
        let mut steps = match self.drip {
            None => vec![Step::Send([head, body].concat())],
            Some(every) => vec![Step::Send(head), Step::Drip(body, every)],
        };
        steps.extend(self.after.iter().cloned());
        steps
    }
}

/// Returns these bytes as gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Returns a brotli stream (RFC 7932) of some bytes that decodes to `blocks` times 16 MiB of `a`.
pub fn brotli_bomb(blocks: usize) -> Vec<u8> {
    /// Values with their width in bits, lowest bit first: a block of one command.
    const BLOCK: [(u32, u32); 13] = [
        (0, 1),                       // not the last block
        (2, 2),                       // six nibbles tell its length
        ((1 << 24) - 1, 24),          // 16 MiB, less one
        (0, 1),                       // compressed
        (0, 3),                       // one type each of literals, commands, distances
        (0, 6),                       // no postfix, no direct distances
        (0, 2),                       // the context mode
        (0, 2),                       // one tree of literals, one of distances
        ((b'a' as u32) << 4 | 1, 12), // a simple code of one literal, `a`
        (399 << 4 | 1, 14),           // one command: insert 1, copy by 24 more bits
        (16 << 4 | 1, 10),            // one distance: 1, by one more bit
        ((1 << 24) - 1 - 2_118, 24),  // copy all the rest of the block
        (0, 1),                       // from one byte before
    ];
    let mut bits = vec![(0, 1)]; // a window of 64 KiB
    (0..blocks).for_each(|_| bits.extend(BLOCK));
    bits.push((3, 2)); // the last block, and empty
    let (mut stream, mut byte, mut filled) = (Vec::new(), 0_u8, 0);
    for (value, width) in bits {
        for bit in 0..width {
            byte |= u8::try_from(value >> bit & 1).unwrap() << filled;
            filled += 1;
            if filled == 8 {
                stream.push(std::mem::take(&mut byte));
                filled = 0;
            }
        }
    }
    stream.push(byte);
    stream
}

fn chunks(body: &[u8]) -> Vec<u8> {
    let mut framed = Vec::new();
    for chunk in body.chunks(1_000) {
        framed.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        framed.extend_from_slice(chunk);
        framed.extend_from_slice(b"\r\n");
    }
    framed.extend_from_slice(b"0\r\n\r\n");
    framed
}
