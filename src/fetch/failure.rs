//! What the HTTP library's errors mean: known by their types, never by their words.

use std::{
    error::Error,
    io::{self, ErrorKind},
};

use crate::fetch::address::{Refused, Unresolved};
use crate::model::{visit::FetchFailure, watch::Bounds};

/// A reason is shown in a line of a terminal or a mail.
const REASON_CHARS_MAX: usize = 160;

/// Where in an exchange an error came up.
#[derive(Clone, Copy)]
pub enum During {
    /// Before the head was there.
    Head,
    /// In the body.
    Body {
        /// How much of it had come, in bytes on the wire.
        bytes: u64,
        /// Whether it came in chunks, which tell their own end.
        in_chunks: bool,
    },
}

/// Returns what an error of the HTTP library means for the host that was asked.
pub fn of(error: &reqwest::Error, host: &str, during: During, bounds: &Bounds) -> FetchFailure {
    let causes = causes(error);
    let reason = causes.last().map_or_else(String::new, |it| brief(&it.to_string()));
    let host = host.to_owned();
    if let Some(refused) = find::<Refused>(&causes) {
        return FetchFailure::BlockedAddress { host, address: refused.address.to_string() };
    }
    if error.is_dns() || find::<Unresolved>(&causes).is_some() {
        return FetchFailure::UnknownHost { host, reason };
    }
    if let (Some(tls), During::Head) = (find::<rustls::Error>(&causes), during) {
        return FetchFailure::Tls { host, reason: brief(&tls.to_string()) };
    }
    if error.is_connect() && error.is_timeout() {
        return FetchFailure::TimedOut { stage: "connect", limit: bounds.connect_timeout };
    }
    if error.is_connect() {
        return FetchFailure::Unconnected { host, reason };
    }
    if error.is_builder() {
        return FetchFailure::BadRequest { reason };
    }
    if let Some(http) = find::<hyper::Error>(&causes).filter(|it| it.is_parse()) {
        return match http.is_parse_too_large() {
            true => FetchFailure::HeadTooLarge,
            false => FetchFailure::BadFraming { reason },
        };
    }
    // What our side of HTTP/2 broke off: heads without end or bound, frames that are none.
    if let Some(http2) = find::<h2::Error>(&causes).filter(|it| it.is_library()) {
        return match (http2.reason(), during) {
            (Some(h2::Reason::ENHANCE_YOUR_CALM), During::Head) => FetchFailure::HeadTooLarge,
            _ => FetchFailure::BadFraming { reason },
        };
    }
    // The chunks' decoder tells its errors by these kinds; a socket knows neither.
    let kind = find::<io::Error>(&causes).map(io::Error::kind);
    if matches!(kind, Some(ErrorKind::InvalidData | ErrorKind::InvalidInput)) {
        return FetchFailure::BadFraming { reason };
    }
    match during {
        During::Head => FetchFailure::Reset { reason },
        During::Body { bytes, in_chunks: true } if kind == Some(ErrorKind::UnexpectedEof) => {
            FetchFailure::ChunksCutOff { bytes }
        }
        During::Body { bytes, .. } => FetchFailure::Truncated { bytes, reason },
    }
}

/// Returns words of a server or a library as one short line without control characters.
pub fn brief(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_CHARS_MAX).collect()
}

/// Returns what lies behind an error, in its own words.
pub fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(cause) = error.source() {
        error = cause;
    }
    error.to_string()
}

/// Returns the error and what caused it, outermost first.
///
/// An `io::Error` that wraps another names as its source what lies behind that one, so the
/// wrapped one is asked for by itself.
fn causes<'a>(error: &'a reqwest::Error) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes: Vec<&'a (dyn Error + 'static)> = vec![error];
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        let wrapped = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    causes
}

fn find<'a, E: Error + 'static>(causes: &[&'a (dyn Error + 'static)]) -> Option<&'a E> {
    causes.iter().find_map(|cause| cause.downcast_ref::<E>())
}
