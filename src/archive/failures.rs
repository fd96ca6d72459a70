//! The form in which a fetch failure is kept, so that a visit reads back as it was recorded.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{
    archive::{
        columns::{from_json, to_json},
        error::Fault,
    },
    model::visit::FetchFailure,
};

#[derive(Serialize)]
struct Form<'a>(#[serde(with = "FailureForm")] &'a FetchFailure);

#[derive(Deserialize)]
struct ReadForm(#[serde(with = "FailureForm")] FetchFailure);

/// Writes a failure as JSON.
pub fn failure_to_json(failure: &FetchFailure) -> Result<String, Fault> {
    to_json(&Form(failure))
}

/// Reads what [`failure_to_json`] wrote.
pub fn failure_from_json(json: &str) -> Result<FetchFailure, Fault> {
    from_json::<ReadForm>("a failure", json).map(|form| form.0)
}

/// Returns a failure as a JSON value, the form in which it is kept.
pub fn form_of(failure: &FetchFailure) -> Result<Value, serde_json::Error> {
    serde_json::to_value(Form(failure))
}

/// Reads what [`form_of`] gave, of any program's day.
pub fn failure_of(form: &Value) -> Result<FetchFailure, serde_json::Error> {
    serde_json::from_value::<ReadForm>(form.clone()).map(|form| form.0)
}

/// The words that the model keeps as constants; what is written may be of another program's day.
const STAGES: [&str; 4] = ["connect", "head", "visit", "robots"];
const MEASURES: [&str; 3] = ["on the wire", "decoded", "for its wire size"];

fn stage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let word = String::deserialize(deserializer)?;
    Ok(STAGES.into_iter().find(|stage| *stage == word).unwrap_or("another stage"))
}

fn measure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    let word = String::deserialize(deserializer)?;
    Ok(MEASURES.into_iter().find(|measure| *measure == word).unwrap_or("by another measure"))
}

/// Named, since serde takes a written `&str` for one that borrows from what is read.
type Word = &'static str;

/// The failures as the record spells them; serde holds it against the model's at compile time.
#[derive(Serialize, Deserialize)]
#[serde(remote = "FetchFailure", rename_all = "snake_case")]
enum FailureForm {
    UnknownHost {
        host: String,
        reason: String,
    },
    BlockedAddress {
        host: String,
        address: String,
    },
    BlockedPort {
        port: u16,
    },
    RobotsDenied {
        host: String,
        rule: String,
    },
    Unconnected {
        host: String,
        reason: String,
    },
    Reset {
        reason: String,
    },
    Tls {
        host: String,
        reason: String,
    },
    TimedOut {
        #[serde(deserialize_with = "stage")]
        stage: Word,
        limit: Duration,
    },
    TooManyRedirects {
        limit: usize,
    },
    BadRedirect {
        target: String,
    },
    TooLarge {
        limit: u64,
        #[serde(deserialize_with = "measure")]
        measure: Word,
    },
    HeadTooLarge,
    Truncated {
        bytes: u64,
        reason: String,
    },
    ChunksCutOff {
        bytes: u64,
    },
    BadFraming {
        reason: String,
    },
    BadEncoding {
        encoding: String,
        reason: String,
    },
    Undecodable {
        encoding: String,
    },
    AskedToWait {
        status: u16,
        retry_after: Duration,
    },
    NoContent {
        status: u16,
    },
    BadRequest {
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        "a \"quoted\" word, ä and \u{2028}".to_owned()
    }

    #[test]
    fn every_failure_reads_back_as_it_was_written() {
        let limit = Duration::from_micros(1_500_001);
        let all = [
            FetchFailure::UnknownHost { host: text(), reason: text() },
            FetchFailure::BlockedAddress { host: text(), address: text() },
            FetchFailure::BlockedPort { port: 25 },
            FetchFailure::RobotsDenied { host: text(), rule: text() },
            FetchFailure::Unconnected { host: text(), reason: text() },
            FetchFailure::Reset { reason: text() },
            FetchFailure::Tls { host: text(), reason: text() },
            FetchFailure::TimedOut { stage: "head", limit },
            FetchFailure::TooManyRedirects { limit: 5 },
            FetchFailure::BadRedirect { target: text() },
            FetchFailure::TooLarge { limit: u64::MAX, measure: "decoded" },
            FetchFailure::HeadTooLarge,
            FetchFailure::Truncated { bytes: 7, reason: text() },
            FetchFailure::ChunksCutOff { bytes: 7 },
            FetchFailure::BadFraming { reason: text() },
            FetchFailure::BadEncoding { encoding: text(), reason: text() },
            FetchFailure::Undecodable { encoding: text() },
            FetchFailure::AskedToWait { status: 429, retry_after: limit },
            FetchFailure::NoContent { status: 204 },
            FetchFailure::BadRequest { reason: text() },
        ];
        for failure in all {
            let json = failure_to_json(&failure).unwrap();
            assert_eq!(failure_from_json(&json).unwrap(), failure, "{json}");
        }
    }

    #[test]
    fn a_stage_of_another_day_is_read_all_the_same() {
        let json = r#"{"timed_out":{"stage":"yonder","limit":{"secs":1,"nanos":0}}}"#;
        let read = failure_from_json(json).unwrap();
        let limit = Duration::from_secs(1);
        assert_eq!(read, FetchFailure::TimedOut { stage: "another stage", limit });
        assert!(failure_from_json("{}").is_err());
    }
}
