//! A capture as an import holds it until it is recorded: what a WARC record or a saved file says.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    formats::warc::{Capture, Revisit},
    model::time::Timestamp,
};

/// A capture of an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Captured {
    /// The address.
    #[serde(with = "address")]
    pub url: Url,
    /// When it was captured, in milliseconds since 1970.
    at: i64,
    /// The HTTP status.
    pub status: u16,
    /// `HTTP/1.1` or `HTTP/2.0`; empty where it is not known.
    pub http_version: String,
    /// The header fields in order, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The address of who answered.
    pub remote: Option<std::net::IpAddr>,
    /// The digest of the payload as the record states it.
    pub payload_digest: Option<String>,
    /// What came.
    pub came: Came,
}

/// What came of a capture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Came {
    /// This body; it is kept beside the rest where captures are written down.
    Body(#[serde(skip)] Vec<u8>),
    /// A body of which the archiver kept so many bytes, for this reason.
    Cut(u64, String),
    /// What came at an earlier visit, at this address and instant where the record says so.
    Again(Option<Earlier>),
}

/// An earlier visit, as a record names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// The address.
    #[serde(with = "address")]
    pub url: Url,
    /// When it began, in milliseconds since 1970.
    at: i64,
}

impl Earlier {
    /// Returns when it began.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.at)
    }
}

/// An address as text.
mod address {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use url::Url;

    pub fn serialize<S: Serializer>(url: &Url, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(url.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
        let text = String::deserialize(deserializer)?;
        Url::parse(&text).map_err(D::Error::custom)
    }
}

impl Captured {
    /// Returns what a `response` or `resource` record holds.
    pub fn response(capture: Capture) -> Captured {
        let bytes = u64::try_from(capture.body.len()).unwrap_or(u64::MAX);
        Captured {
            url: capture.url,
            at: capture.at.as_millis(),
            status: capture.status,
            http_version: capture.http_version,
            headers: capture.headers,
            remote: capture.address,
            payload_digest: capture.payload_digest,
            came: match capture.truncated {
                Some(reason) => Came::Cut(bytes, reason),
                None => Came::Body(capture.body),
            },
        }
    }

    /// Returns what a `revisit` record holds.
    pub fn revisit(revisit: Revisit) -> Captured {
        let head = revisit.head;
        let url = revisit.refers_to_url.unwrap_or_else(|| revisit.url.clone());
        let refers_to = revisit.refers_to_date.map(|at| Earlier { url, at: at.as_millis() });
        Captured {
            url: revisit.url,
            at: revisit.at.as_millis(),
            status: head.as_ref().map_or(200, |head| head.status),
            http_version: head.as_ref().map(|head| head.version.clone()).unwrap_or_default(),
            headers: head.map(|head| head.headers).unwrap_or_default(),
            remote: None,
            payload_digest: revisit.payload_digest,
            came: Came::Again(refers_to),
        }
    }

    /// Returns a page that was saved from a browser.
    pub fn saved(url: Url, at: Timestamp, body: Vec<u8>) -> Captured {
        Captured {
            url,
            at: at.as_millis(),
            status: 200,
            http_version: String::new(),
            headers: vec![("content-type".to_owned(), b"text/html".to_vec())],
            remote: None,
            payload_digest: None,
            came: Came::Body(body),
        }
    }

    /// Returns when it was captured.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.at)
    }

    /// Returns the value of the first header field of this name (lower case).
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.headers.iter().find(|(key, _)| key == name)?;
        Some(value)
    }

    /// Returns whether it may show a page: HTML, plain text, or something that does not say.
    pub fn may_be_page(&self) -> bool {
        let field = self.headers.iter().find(|(name, _)| name == "content-type");
        let Some((_, value)) = field else { return true };
        let value = String::from_utf8_lossy(value).trim().to_ascii_lowercase();
        let media_type = value.split(';').next().unwrap_or_default().trim();
        matches!(media_type, "" | "text/html" | "application/xhtml+xml" | "text/plain")
    }

    /// Returns the body that it holds.
    pub fn body(&self) -> Option<&Vec<u8>> {
        match &self.came {
            Came::Body(body) => Some(body),
            Came::Cut(..) | Came::Again(_) => None,
        }
    }

    /// Returns where the body that it holds goes.
    pub fn body_mut(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.came {
            Came::Body(body) => Some(body),
            Came::Cut(..) | Came::Again(_) => None,
        }
    }
}
