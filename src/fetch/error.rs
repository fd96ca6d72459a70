//! Why no fetcher could be made. What goes wrong on a visit is no error but an outcome.

use std::{io, path::PathBuf};

/// Why no fetcher could be made. All of it is the settings' or the machine's.
#[derive(Debug, thiserror::Error)]
pub enum FetcherError {
    /// The file of further authorities could not be read.
    #[error("cannot read the certificates of {}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file of further authorities holds none.
    #[error("no certificate in {}", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The proxy cannot be used.
    #[error("cannot use the proxy")]
    Proxy(#[source] reqwest::Error),
    /// TLS or the HTTP client could not be set up.
    #[error("cannot set up the HTTP client")]
    Client(#[source] reqwest::Error),
}
