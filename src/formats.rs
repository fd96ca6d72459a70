//! Web-archive formats: bytes to values and back, purely.
//!
//! Nothing here opens a file or a connection: bytes are handed in. What a capture is good for, and
//! whose page it shows, is not this room's business.

mod checksum;
mod coding;
pub mod http;
mod message;
pub mod warc;
