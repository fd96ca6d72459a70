//! Formats of web archives and of logs: bytes to values and back, purely.
//!
//! `warc` reads the records of a file and writes them (`warc::write`), `http` reads the head of an
//! answer inside of one, and `coding` unpacks its body. `checksum` reads and checks the digests that
//! go with them, `message` makes what a file says fit for a message.
//!
//! `tlog` is the hash tree of a log with its tiles, `note` its signed heads and proofs,
//! `timestamp` asks an authority for a token on one.
//!
//! Nothing here opens a file or a connection: bytes are handed in. What a capture is good for, and
//! whose page it shows, is not this room's business.

mod checksum;
mod coding;
pub mod http;
mod message;
pub mod note;
pub mod timestamp;
pub mod tlog;
pub mod warc;
