//! A visit as the JSON of a metadata record: all of it that the records of a web archive do not
//! say. What is exported is read back by it without loss.

use std::{net::SocketAddr, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    archive::failures::{failure_of, form_of as failure_form},
    formats::warc::write::public,
    model::{
        snapshot::Digest,
        time::Timestamp,
        visit::{Answer, FetchFailure, Framing, Hop, Origin, Outcome, Part, Visit, WireBody},
    },
};

/// What tells a record with a visit from any other metadata.
pub const MEDIA_TYPE: &str = "application/vnd.pledgewatch.visit+json";

/// The most parts that a visit read from a file may have; a watch has a few addresses.
const PARTS_MAX: usize = 1_000;

/// A visit, without the heads and bodies of its answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitForm {
    /// Which page.
    pub page: String,
    /// When it began.
    pub started_at: String,
    /// When it ended.
    pub ended_at: String,
    /// `live` or `imported`, where the file was written.
    pub origin: String,
    /// The digest of what was asked beside the addresses.
    pub asked: Option<String>,
    /// What each address gave.
    pub parts: Vec<PartForm>,
}

/// What one address gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartForm {
    /// The address.
    pub url: String,
    /// The record that has its head, and its body or where that is; none if nobody answered.
    pub record: Option<String>,
    hops: Vec<HopForm>,
    answer: Option<AnswerForm>,
    /// `captured`, `not_modified` or `failed`.
    outcome: String,
    /// The body's digest.
    snapshot: Option<String>,
    failure: Option<serde_json::Value>,
    attempts: u32,
    took_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct HopForm {
    url: String,
    status: u16,
    target: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct AnswerForm {
    url: String,
    status: u16,
    http_version: String,
    remote: Option<String>,
    certificate: Option<String>,
    wire: Option<WireForm>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireForm {
    digest: String,
    bytes: u64,
    framing: String,
}

/// Why a form is no visit.
#[derive(Debug, thiserror::Error)]
#[error("a visit that was exported cannot be read: {0}")]
pub struct FormFailure(pub String);

fn failure(what: impl Into<String>) -> FormFailure {
    FormFailure(what.into())
}

/// What came of an address, where the form alone does not say.
pub enum Body {
    /// It was captured, with this digest; the body is elsewhere.
    Captured(Digest),
    /// It is the body of this digest still.
    NotModified(Digest),
    /// It failed.
    Failed(FetchFailure),
}

/// Returns the form of a visit, whose parts are in these records.
pub fn form_of(visit: &Visit, records: Vec<Option<String>>) -> Result<VisitForm, FormFailure> {
    let parts = visit.parts.iter().zip(records).map(|(part, record)| part_form(part, record));
    Ok(VisitForm {
        page: visit.page.to_string(),
        started_at: visit.started_at.to_string(),
        ended_at: visit.ended_at.to_string(),
        origin: match visit.origin {
            Origin::Live => "live".to_owned(),
            Origin::Imported => "imported".to_owned(),
        },
        asked: visit.asked.map(|digest| digest.to_string()),
        parts: parts.collect::<Result<_, _>>()?,
    })
}

fn part_form(part: &Part, record: Option<String>) -> Result<PartForm, FormFailure> {
    let hop = |hop: &Hop| HopForm {
        url: public(&hop.url).into(),
        status: hop.status,
        target: public(&hop.target).into(),
    };
    let (outcome, snapshot, failed) = match &part.outcome {
        Outcome::Captured(snapshot) => ("captured", Some(snapshot.digest()), None),
        Outcome::NotModified { digest } => ("not_modified", Some(*digest), None),
        Outcome::Failed(failed) => ("failed", None, Some(failed)),
    };
    let failed = failed.map(failure_form).transpose().map_err(|it| failure(it.to_string()))?;
    Ok(PartForm {
        url: public(&part.url).into(),
        record,
        hops: part.hops.iter().map(hop).collect(),
        answer: part.answer.as_ref().map(answer_form),
        outcome: outcome.to_owned(),
        snapshot: snapshot.map(|digest| digest.to_string()),
        failure: failed,
        attempts: part.attempts,
        took_ms: u64::try_from(part.took.as_millis()).unwrap_or(u64::MAX),
    })
}

fn answer_form(answer: &Answer) -> AnswerForm {
    AnswerForm {
        url: public(&answer.url).into(),
        status: answer.status,
        http_version: answer.http_version.clone(),
        remote: answer.remote.map(|remote| remote.to_string()),
        certificate: answer.certificate.map(|digest| digest.to_string()),
        wire: answer.wire.map(|wire| WireForm {
            digest: wire.digest.to_string(),
            bytes: wire.bytes,
            framing: match wire.framing {
                Framing::Told => "told".to_owned(),
                Framing::ClosedOnly => "closed_only".to_owned(),
            },
        }),
    }
}

/// Header fields, as they came.
pub type Fields = Vec<(String, Vec<u8>)>;

impl VisitForm {
    /// Reads the block of a metadata record.
    pub fn read(block: &[u8]) -> Result<VisitForm, FormFailure> {
        let form: VisitForm =
            serde_json::from_slice(block).map_err(|it| failure(it.to_string()))?;
        match form.parts.len() {
            1..=PARTS_MAX => Ok(form),
            parts => Err(failure(format!("it has {parts} parts"))),
        }
    }

    /// Returns when it began.
    pub fn started(&self) -> Result<Timestamp, FormFailure> {
        instant(&self.started_at)
    }

    /// Returns when it ended.
    pub fn ended(&self) -> Result<Timestamp, FormFailure> {
        instant(&self.ended_at)
    }

    /// Returns the digest of what was asked.
    pub fn asked(&self) -> Result<Option<Digest>, FormFailure> {
        self.asked.as_deref().map(digest).transpose()
    }
}

impl PartForm {
    /// Returns what came of the address.
    pub fn body(&self) -> Result<Body, FormFailure> {
        let snapshot = || {
            let found = self.snapshot.as_deref().ok_or_else(|| failure("a body has no digest"))?;
            digest(found)
        };
        match self.outcome.as_str() {
            "captured" => Ok(Body::Captured(snapshot()?)),
            "not_modified" => Ok(Body::NotModified(snapshot()?)),
            "failed" => {
                let form = self.failure.as_ref().ok_or_else(|| failure("a failure has no form"))?;
                Ok(Body::Failed(failure_of(form).map_err(|it| failure(it.to_string()))?))
            }
            other => Err(failure(format!("`{other}` is no outcome"))),
        }
    }

    /// Returns the part that came to `outcome`, with the fields of its answer.
    pub fn part(&self, fields: Fields, outcome: Outcome) -> Result<Part, FormFailure> {
        let hops = self.hops.iter().map(|hop| {
            Ok(Hop { url: url(&hop.url)?, status: hop.status, target: url(&hop.target)? })
        });
        Ok(Part {
            url: url(&self.url)?,
            hops: hops.collect::<Result<_, FormFailure>>()?,
            answer: self.answer.as_ref().map(|it| it.answer(fields)).transpose()?,
            outcome,
            attempts: self.attempts,
            took: Duration::from_millis(self.took_ms),
        })
    }
}

impl AnswerForm {
    fn answer(&self, headers: Fields) -> Result<Answer, FormFailure> {
        let remote = |text: &String| {
            text.parse::<SocketAddr>().map_err(|_| failure(format!("`{text}` is no peer")))
        };
        let wire = |wire: &WireForm| {
            let framing = match wire.framing.as_str() {
                "told" => Framing::Told,
                "closed_only" => Framing::ClosedOnly,
                other => return Err(failure(format!("`{other}` is no framing"))),
            };
            Ok(WireBody { digest: digest(&wire.digest)?, bytes: wire.bytes, framing })
        };
        Ok(Answer {
            url: url(&self.url)?,
            status: self.status,
            http_version: self.http_version.clone(),
            headers,
            remote: self.remote.as_ref().map(remote).transpose()?,
            certificate: self.certificate.as_deref().map(digest).transpose()?,
            wire: self.wire.as_ref().map(wire).transpose()?,
        })
    }
}

fn digest(text: &str) -> Result<Digest, FormFailure> {
    text.parse().map_err(|_| failure(format!("`{text}` is no digest")))
}

fn instant(text: &str) -> Result<Timestamp, FormFailure> {
    text.parse().map_err(|_| failure(format!("`{text}` is no time")))
}

fn url(text: &str) -> Result<Url, FormFailure> {
    text.parse().map_err(|_| failure(format!("`{text}` is no address")))
}
