//! What every answer is made from.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use tokio::sync::Semaphore;
use url::Url;

use crate::{
    monitor::{app::Paths, clock::Clock},
    web::{access::Access, guard::Names, readers::Readers},
};

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address by which people reach it, where something else stands before it.
    pub url: Option<Url>,
    /// Whether those who may review can do so.
    pub may_review: bool,
    /// Whether only those who sign in can read.
    pub is_private: bool,
    /// The file of users.
    pub users: PathBuf,
}

/// What every answer is made from.
#[derive(Clone)]
pub struct Site {
    /// Who reads.
    pub readers: Readers,
    /// Where things are.
    pub paths: Arc<Paths>,
    /// Who may do what.
    pub access: Arc<Access>,
    /// How to serve.
    pub options: Arc<Options>,
    /// By which names we are addressed.
    pub names: Arc<Names>,
    /// Who hashes a password: one at a time.
    pub hashing: Arc<Semaphore>,
    /// The clock.
    pub clock: Clock,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);
