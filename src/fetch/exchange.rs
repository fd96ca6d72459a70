//! One request and its answer: the host's turn, the deadlines, the head, the body.

use reqwest::header::{CONTENT_LENGTH, LOCATION, TRANSFER_ENCODING};
use reqwest::{Response, Version, header::HeaderMap, tls::TlsInfo};
use url::Url;

use crate::fetch::{
    address::check_url,
    body::BodyReader,
    budget::{Budget, Stage},
    client::Clients,
    error::FetcherError,
    failure::{self, During},
    redirect,
    request::Ask,
    turn::{Turn, Turns},
};
use crate::model::{
    address::AddressRule,
    snapshot::Digest,
    visit::{Answer, FetchFailure, Framing},
    watch::{Bounds, Settings},
};

/// The way to the network, shared by all visits so that connections and turns are.
pub struct Line {
    clients: Clients,
    turns: Turns,
    bounds: Bounds,
}

/// An answer whose head has come. While it lives, its host is asked nothing else.
pub struct Reply {
    /// The head.
    pub answer: Answer,
    response: Response,
    bounds: Bounds,
    _turn: Turn,
}

impl Line {
    /// Returns the way that `settings` describe.
    pub fn new(settings: &Settings) -> Result<Line, FetcherError> {
        Ok(Line {
            clients: Clients::new(settings)?,
            turns: Turns::new(settings.host_gap),
            bounds: settings.bounds.clone(),
        })
    }

    /// Makes what the first requests need that go to `url` under `rule`.
    pub fn prepare(&self, url: &Url, rule: AddressRule) -> Result<(), FetcherError> {
        self.clients.of(url, rule).map(|_| ())
    }

    /// Returns the bounds of a visit.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Waits for the host's turn, sends the request and waits for the head of the answer.
    ///
    /// A server may close a kept connection at any moment, and the next request on it is lost
    /// for no fault of the page's: it is sent once more, on a fresh one (RFC 9112, section 9.3.1).
    pub async fn ask(&self, ask: &Ask, budget: &mut Budget) -> Result<Reply, FetchFailure> {
        check_url(&ask.url, ask.rule)?;
        let mut turn = self.turns.take(&host_and_port(&ask.url)).await;
        let response = match self.send(ask, budget).await {
            Err(FetchFailure::Reset { .. }) if turn.follows_kept() => self.send(ask, budget).await,
            sent => sent,
        }?;
        turn.keep();
        let answer = answer_of(&ask.url, &response);
        Ok(Reply { answer, response, bounds: self.bounds.clone(), _turn: turn })
    }

    async fn send(&self, ask: &Ask, budget: &mut Budget) -> Result<Response, FetchFailure> {
        // Made before, but for a redirect to what no watch names.
        let client = self.clients.of(&ask.url, ask.rule).map_err(|error| FetchFailure::Tls {
            host: ask.host().to_owned(),
            reason: failure::brief(&failure::innermost(&error)),
        })?;
        let request = client.get(ask.url.clone()).headers(ask.headers.clone());
        let head = Stage { name: "head", limit: self.bounds.head_timeout };
        let sent = budget.spend(head, request.send()).await?;
        sent.map_err(|error| failure::of(&error, ask.host(), During::Head, &self.bounds))
    }
}

impl Reply {
    /// Returns the header fields.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Returns the bounds of a visit.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Returns whether the framing tells where the body ends. Beside a transfer coding a length
    /// says nothing (RFC 9112, section 6.3).
    pub fn framing(&self) -> Framing {
        let headers = self.headers();
        let is_told = Version::HTTP_2 <= self.response.version()
            || self.is_chunked()
            || (headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING));
        if is_told { Framing::Told } else { Framing::ClosedOnly }
    }

    fn is_chunked(&self) -> bool {
        let last = self.headers().get_all(TRANSFER_ENCODING).iter().next_back();
        last.is_some_and(|it| it.as_bytes().to_ascii_lowercase().ends_with(b"chunked"))
    }

    /// Reads the body into `reader` to its end, a bound of the reader, or the budget's end.
    pub async fn read(
        &mut self,
        reader: &mut BodyReader,
        budget: &mut Budget,
    ) -> Result<(), FetchFailure> {
        loop {
            let chunk = budget.spend(budget.whole(), self.response.chunk()).await?;
            match chunk {
                Ok(Some(bytes)) => reader.feed(&bytes)?,
                Ok(None) => return Ok(()),
                Err(error) => {
                    let host = self.answer.url.host_str().unwrap_or_default();
                    let (bytes, in_chunks) = (reader.wire_bytes(), self.is_chunked());
                    let during = During::Body { bytes, in_chunks };
                    return Err(failure::of(&error, host, during, &self.bounds));
                }
            }
        }
    }
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    format!("{host}:{}", url.port_or_known_default().unwrap_or_default())
}

fn answer_of(url: &Url, response: &Response) -> Answer {
    let headers = response.headers().iter().map(|(name, value)| {
        let value = match *name == LOCATION {
            true => redirect::recorded(value.as_bytes()),
            false => value.as_bytes().to_vec(),
        };
        (name.as_str().to_owned(), value)
    });
    let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    Answer {
        url: url.clone(),
        status: response.status().as_u16(),
        http_version: format!("{:?}", response.version()),
        headers: headers.collect(),
        remote: response.remote_addr(),
        certificate: certificate.map(Digest::of),
        wire: None,
    }
}
