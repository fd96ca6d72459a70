//! A watch to a visit, politely and safely.
//!
//! `fetcher` makes the visit: it follows redirects, tries again and asks `robots` at each hop.
//! `exchange` is one request and its answer: it takes the host's `turn`, holds the deadlines of
//! `budget` and reads the `body` through `decode`. `address` says where we may go, `client` is
//! the way there, and `peer` looks at who is at its end. A `request` says what is asked, `redirect` and `retry` what is asked next;
//! `failure` names what went wrong on the way, `error` why nothing can be fetched at all. The room
//! knows no archive, no text and no clock.

pub mod address;
pub mod client;
pub mod error;
pub mod fetcher;
pub mod retry;
pub mod robots;

mod body;
mod budget;
mod decode;
mod exchange;
mod failure;
mod peer;
mod redirect;
mod request;
mod turn;
