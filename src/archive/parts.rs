//! What one address gave, as rows: the outcome, the head and the redirects.

use std::time::Duration;

use bytes::Bytes;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    archive::{
        access::Access,
        columns::{from_json, to_json, url},
        error::Fault,
        failures::{failure_from_json, failure_to_json},
        frames::{self, CHAIN_MAX, Shelf},
    },
    model::{
        history::RecordedPart,
        snapshot::{Digest, Snapshot},
        visit::{Answer, FetchFailure, Framing, Hop, Outcome, Part, WireBody},
    },
};

/// Records a part of a visit, its body and head included.
pub fn insert(
    access: Access<'_>,
    page: i64,
    visit: i64,
    position: usize,
    part: &Part,
) -> Result<(), Fault> {
    let address = access.named("address", "url", part.url.as_str())?;
    let resembled = resembled(access, page, address)?;
    let mut begun = None;
    let (outcome, snapshot, failure) = match &part.outcome {
        Outcome::Captured(body) => {
            let (id, run) = put_body(access, body, &resembled)?;
            begun = run;
            ("captured", Some(id), None)
        }
        Outcome::NotModified { digest } => {
            ("not_modified", Some(frames::require(access, Shelf::Snapshots, digest)?), None)
        }
        Outcome::Failed(failure) => ("failed", None, Some(insert_failure(access, failure)?)),
    };
    let route = match part.hops.is_empty() {
        true => None,
        false => Some(access.named("route", "hops", hops_to_json(&part.hops)?)?),
    };
    let took_ms = i64::try_from(part.took.as_millis()).unwrap_or(i64::MAX);
    access.execute(
        "INSERT INTO part (visit, position, address, route, outcome, snapshot, failure, attempts,
             took_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            visit,
            position as i64,
            address,
            route,
            outcome,
            snapshot,
            failure,
            part.attempts,
            took_ms
        ],
    )?;
    let headers = match &part.answer {
        Some(answer) => Some(insert_answer(access, visit, position, answer, resembled.headers)?),
        None => None,
    };
    let is_page = part.answer.as_ref().is_none_or(|answer| (200..300).contains(&answer.status));
    let body = snapshot.filter(|_| is_page || resembled.snapshot.is_none());
    let run = begun.filter(|_| body.is_some());
    remember(access, page, address, Resembled { snapshot: body, run, headers })
}

/// What the next capture of an address is likely to resemble.
struct Resembled {
    snapshot: Option<i64>,
    /// The first of the run of frames that ends with it.
    run: Option<i64>,
    headers: Option<i64>,
}

/// Keeps a body, and returns its number, twice where a run begins with it.
///
/// Where the latest ends a chain that may grow no longer, the first of its run is the base: it
/// resembles the body nearly as well, and little is below it.
fn put_body(
    access: Access<'_>,
    body: &Snapshot,
    resembled: &Resembled,
) -> Result<(i64, Option<i64>), Fault> {
    let shelf = Shelf::Snapshots;
    let is_full = match resembled.snapshot {
        Some(latest) => CHAIN_MAX <= frames::depth(access, shelf, latest)?,
        None => false,
    };
    let base = if is_full { resembled.run } else { resembled.snapshot };
    let is_kept = frames::find(access, shelf, &body.digest())?.is_some();
    let id = frames::put(access, shelf, body.digest(), &body.shared(), base)?;
    let begins = !is_kept && (is_full || frames::depth(access, shelf, id)? == 0);
    Ok((id, begins.then_some(id)))
}

fn resembled(access: Access<'_>, page: i64, address: i64) -> Result<Resembled, Fault> {
    let found = access.maybe(
        "SELECT snapshot, run, headers FROM latest WHERE page = ?1 AND address = ?2",
        [page, address],
        |row| Ok(Resembled { snapshot: row.get(0)?, run: row.get(1)?, headers: row.get(2)? }),
    )?;
    Ok(found.unwrap_or(Resembled { snapshot: None, run: None, headers: None }))
}

fn remember(access: Access<'_>, page: i64, address: i64, it: Resembled) -> Result<(), Fault> {
    access.execute(
        "INSERT INTO latest (page, address, snapshot, run, headers) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (page, address) DO UPDATE SET
             snapshot = coalesce(excluded.snapshot, snapshot),
             run = coalesce(excluded.run, run),
             headers = coalesce(excluded.headers, headers)",
        params![page, address, it.snapshot, it.run, it.headers],
    )?;
    Ok(())
}

/// Fills in the head of the answer, and returns the number of its header fields.
fn insert_answer(
    access: Access<'_>,
    visit: i64,
    position: usize,
    answer: &Answer,
    base: Option<i64>,
) -> Result<i64, Fault> {
    let fields: Bytes = fields_to_bytes(&answer.headers).into();
    let headers = frames::put(access, Shelf::Headers, Digest::of(&fields), &fields, base)?;
    let content_type = answer.headers.iter().find(|(name, _)| name == "content-type");
    let content_type = content_type.map(|(_, value)| String::from_utf8_lossy(value));
    let framing = answer.wire.map(|wire| match wire.framing {
        Framing::Told => "told",
        Framing::ClosedOnly => "closed_only",
    });
    let wire_bytes = answer.wire.map(|wire| i64::try_from(wire.bytes).unwrap_or(i64::MAX));
    access.execute(
        "UPDATE part SET answered = ?3, status = ?4, http_version = ?5, headers = ?6,
             content_type = ?7, remote = ?8, certificate = ?9, wire_digest = ?10, wire_bytes = ?11,
             framing = ?12
         WHERE visit = ?1 AND position = ?2",
        params![
            visit,
            position as i64,
            access.named("address", "url", answer.url.as_str())?,
            answer.status,
            answer.http_version,
            headers,
            content_type,
            answer.remote.map(|remote| remote.to_string()),
            answer.certificate,
            answer.wire.map(|wire| wire.digest),
            wire_bytes,
            framing
        ],
    )?;
    Ok(headers)
}

const PARTS: &str = "SELECT a.url, b.url AS answered, r.hops, p.status, p.http_version, p.headers,
        p.content_type, p.remote, p.certificate, p.wire_digest, p.wire_bytes, p.framing, p.outcome,
        p.snapshot AS body, s.digest AS snapshot, f.form, f.code, f.sentence, p.attempts, p.took_ms
    FROM part p
    JOIN address a ON a.id = p.address
    LEFT JOIN address b ON b.id = p.answered
    LEFT JOIN route r ON r.id = p.route
    LEFT JOIN snapshot s ON s.id = p.snapshot
    LEFT JOIN failure f ON f.id = p.failure
    WHERE p.visit = ?1 ORDER BY p.position";

/// Returns the parts of a visit without their bodies.
pub fn recorded(access: Access<'_>, visit: i64) -> Result<Vec<RecordedPart>, Fault> {
    access.read(PARTS, [visit], |row| {
        let url: String = row.get("url")?;
        let answered: Option<String> = row.get("answered")?;
        let failure = match row.get::<_, Option<String>>("code")? {
            Some(code) => Some((code, row.get("sentence")?)),
            None => None,
        };
        let hops = hops_of(row)?.into_iter().map(|hop| format!("{} {}", hop.status, hop.target));
        Ok(RecordedPart {
            final_url: answered.unwrap_or_else(|| url.clone()),
            hops: hops.collect(),
            status: row.get("status")?,
            content_type: row.get("content_type")?,
            snapshot: row.get("snapshot")?,
            failure,
            url,
        })
    })
}

/// Which parts of a visit to read whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bodies {
    /// With the bodies that were captured.
    Loaded,
    /// With an empty body in place of each.
    Left,
}

/// Returns the parts of a visit as they were recorded.
pub fn whole(access: Access<'_>, visit: i64, bodies: Bodies) -> Result<Vec<Part>, Fault> {
    access.read(PARTS, [visit], |row| {
        let outcome = match row.get::<_, String>("outcome")?.as_str() {
            "captured" if bodies == Bodies::Left => Outcome::Captured(Snapshot::new(Vec::new())),
            "captured" => {
                let bytes = frames::get(access, Shelf::Snapshots, row.get("body")?)?;
                Outcome::Captured(Snapshot::digested(bytes, row.get("snapshot")?))
            }
            "not_modified" => Outcome::NotModified { digest: row.get("snapshot")? },
            "failed" => Outcome::Failed(failure_from_json(&row.get::<_, String>("form")?)?),
            other => return Err(Fault::damaged("the outcome of a visit", format!("`{other}`"))),
        };
        Ok(Part {
            url: url(row, "url")?,
            hops: hops_of(row)?,
            answer: answer_of(access, row)?,
            outcome,
            attempts: row.get("attempts")?,
            took: Duration::from_millis(row.get::<_, i64>("took_ms")?.unsigned_abs()),
        })
    })
}

fn answer_of(access: Access<'_>, row: &Row<'_>) -> Result<Option<Answer>, Fault> {
    let Some(headers) = row.get("headers")? else { return Ok(None) };
    let wire = match row.get::<_, Option<String>>("framing")?.as_deref() {
        None => None,
        Some(framing) => Some(WireBody {
            digest: row.get("wire_digest")?,
            bytes: row.get::<_, i64>("wire_bytes")?.unsigned_abs(),
            framing: match framing {
                "told" => Framing::Told,
                "closed_only" => Framing::ClosedOnly,
                other => return Err(Fault::damaged("the framing of a body", format!("`{other}`"))),
            },
        }),
    };
    let remote = match row.get::<_, Option<String>>("remote")? {
        None => None,
        Some(peer) => {
            let none =
                |_| Fault::damaged(format!("the peer `{peer}`"), "it is no socket's address");
            Some(peer.parse().map_err(none)?)
        }
    };
    Ok(Some(Answer {
        url: url(row, "answered")?,
        status: row.get("status")?,
        http_version: row.get("http_version")?,
        headers: fields(access, headers)?,
        remote,
        certificate: row.get("certificate")?,
        wire,
    }))
}

/// One redirect, as JSON.
#[derive(Serialize, Deserialize)]
struct HopForm {
    url: String,
    status: u16,
    target: String,
}

/// Writes redirects in the form in which they are kept.
pub fn hops_to_json(hops: &[Hop]) -> Result<String, Fault> {
    let form = |hop: &Hop| HopForm {
        url: hop.url.to_string(),
        status: hop.status,
        target: hop.target.to_string(),
    };
    to_json(&hops.iter().map(form).collect::<Vec<_>>())
}

/// Reads the redirects of a row of parts.
pub fn hops_of(row: &Row<'_>) -> Result<Vec<Hop>, Fault> {
    let Some(json) = row.get::<_, Option<String>>("hops")? else { return Ok(Vec::new()) };
    let forms: Vec<HopForm> = from_json("a list of redirects", &json)?;
    let none = |error: url::ParseError| Fault::damaged("a list of redirects", error.to_string());
    let hop = |form: HopForm| {
        let (url, target) = (Url::parse(&form.url), Url::parse(&form.target));
        Ok(Hop { url: url.map_err(none)?, status: form.status, target: target.map_err(none)? })
    };
    forms.into_iter().map(hop).collect()
}

/// Writes header fields as netstrings, name and value by turns: any byte survives, and a person
/// can read it.
fn fields_to_bytes(fields: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in fields.iter().flat_map(|(name, value)| [name.as_bytes(), value]) {
        bytes.extend_from_slice(format!("{}:", part.len()).as_bytes());
        bytes.extend_from_slice(part);
        bytes.push(b',');
    }
    bytes
}

fn fields(access: Access<'_>, id: i64) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let bytes = frames::get(access, Shelf::Headers, id)?;
    fields_from_bytes(&bytes)
        .ok_or_else(|| Fault::damaged(Shelf::Headers.name(&Digest::of(&bytes)), "it is no header"))
}

/// Reads what [`fields_to_bytes`] wrote; `None` if it is not of that form.
pub fn fields_from_bytes(mut bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let name = String::from_utf8(netstring(&mut bytes)?.to_vec()).ok()?;
        fields.push((name, netstring(&mut bytes)?.to_vec()));
    }
    Some(fields)
}

fn netstring<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let colon = bytes.iter().position(|&byte| byte == b':')?;
    let length: usize = std::str::from_utf8(&bytes[..colon]).ok()?.parse().ok()?;
    let end = (colon + 1).checked_add(length)?;
    let inside = bytes.get(colon + 1..end)?;
    *bytes = bytes.get(end..)?.strip_prefix(b",")?;
    Some(inside)
}

fn insert_failure(access: Access<'_>, failure: &FetchFailure) -> Result<i64, Fault> {
    let form = failure_to_json(failure)?;
    let found =
        access.maybe("SELECT id FROM failure WHERE form = ?1", [&form], |row| row.get(0))?;
    match found {
        Some(id) => Ok(id),
        None => access.insert(
            "INSERT INTO failure (form, code, sentence) VALUES (?1, ?2, ?3)",
            params![form, failure.code(), failure.to_string()],
        ),
    }
}
