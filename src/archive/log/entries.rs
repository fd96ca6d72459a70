//! What the log says of a row, made from the rows themselves, so that it can be made again and
//! compared.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        error::Fault,
        log::{
            by_hand,
            item::{Fields, Item, canonical, fields},
            made,
            row::{Derived, digest, hashed, integer, stored, time, words},
            touched::Subject,
        },
        packed, parts,
    },
    model::snapshot::Digest,
};

/// Returns what the log says of a row. Fails as damaged where the row is missing.
pub fn derive(access: Access<'_>, subject: Subject) -> Result<Derived, Fault> {
    let derived = match subject {
        Subject::Visit(id) => visit(access, id)?,
        Subject::Judgement(id) => judgement(access, id)?,
        Subject::Version(id) => version(access, id)?,
        Subject::Event(id) => event(access, id)?,
        Subject::Delivery(id) => delivery(access, id)?,
        Subject::Note(id) => by_hand::note(access, id)?,
        Subject::Term(id) => by_hand::term(access, id)?,
        Subject::Review(id) => by_hand::review(access, id)?,
        Subject::Rule(id) => by_hand::rule(access, id)?,
        Subject::State(id) => made::state(access, id)?,
        Subject::Lesson(id) => made::lesson(access, id)?,
        Subject::Removal(id) => by_hand::removal(access, id)?,
    };
    derived.ok_or_else(|| Fault::damaged(name(subject), "it is in the log, and missing here"))
}

/// Returns the name of a row, for messages.
pub fn name(subject: Subject) -> String {
    match subject {
        Subject::Visit(id) => format!("visit v{id}"),
        Subject::Judgement(id) => format!("judgement {id}"),
        Subject::Version(id)
        | Subject::Event(id)
        | Subject::Delivery(id)
        | Subject::Note(id)
        | Subject::Term(id)
        | Subject::Review(id)
        | Subject::Rule(id)
        | Subject::State(id)
        | Subject::Lesson(id)
        | Subject::Removal(id) => format!("row {id} of {}", subject.table()),
    }
}

/// Returns the version that stands before a visit is judged, and when it was last seen. It is not
/// made again later: the page has moved on by then.
pub fn version_before(access: Access<'_>, page: i64) -> Result<Option<Item>, Fault> {
    access.maybe(
        "SELECT v.number, t.digest, s.version_last_at FROM page_status s
         JOIN version v ON v.id = s.version JOIN text t ON t.id = v.text WHERE s.page = ?1",
        [page],
        |row| {
            Ok(Item::Fields(fields([
                ("number", integer(row, 0)?),
                ("text", digest(row, 1)?),
                ("last_seen_at", time(row, 2)?),
            ])))
        },
    )
}

fn visit(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    let found = access.maybe(
        "SELECT v.page, g.name, v.started_at, v.ended_at, v.origin, v.asked
         FROM visit v JOIN page g ON g.id = v.page WHERE v.id = ?1",
        [id],
        |row| {
            let members = fields([
                ("visit", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("started_at", time(row, 2)?),
                ("ended_at", time(row, 3)?),
                ("origin", words(row, 4)?),
                ("asked", digest(row, 5)?),
            ]);
            Ok((row.get(0)?, members))
        },
    )?;
    let Some((page, mut members)) = found else { return Ok(None) };
    let found = access.read(
        "SELECT a.url, b.url AS answered, r.hops, p.status, p.http_version, h.digest AS headers,
             h.raw_bytes AS headers_bytes, p.content_type, p.remote, p.certificate, p.wire_digest,
             p.wire_bytes, p.framing, p.outcome, s.digest AS body, s.raw_bytes AS body_bytes,
             f.code, f.sentence, f.form, p.attempts, p.took_ms, p.position
         FROM part p
         JOIN address a ON a.id = p.address
         LEFT JOIN address b ON b.id = p.answered
         LEFT JOIN route r ON r.id = p.route
         LEFT JOIN header_set h ON h.id = p.headers
         LEFT JOIN snapshot s ON s.id = p.snapshot
         LEFT JOIN failure f ON f.id = p.failure
         WHERE p.visit = ?1 ORDER BY p.position",
        [id],
        part,
    )?;
    let failed = found.iter().any(|part| part.contains_key("failure"));
    let kind = if failed { "error" } else { "capture" };
    members.insert("kind".into(), Item::words(kind));
    members.insert("parts".into(), Item::List(found.into_iter().map(Item::Fields).collect()));
    Ok(Some(Derived { fields: members, page: Some(page) }))
}

/// Returns what one address gave. The first ten members are of the answer.
fn part(row: &Row<'_>) -> Result<Fields, Fault> {
    let wire = match (digest(row, "wire_digest")?, integer(row, "wire_bytes")?) {
        (None, None) => None,
        (digest, bytes) => Some(Item::Fields(fields([
            ("sha256", digest),
            ("bytes", bytes),
            ("framing", words(row, "framing")?),
        ]))),
    };
    let failure = match words(row, "code")? {
        None => None,
        code => Some(Item::Fields(fields([
            ("code", code),
            ("words", words(row, "sentence")?),
            ("form", words(row, "form")?),
        ]))),
    };
    Ok(fields([
        ("answered", words(row, "answered")?),
        ("status", integer(row, "status")?),
        ("http", words(row, "http_version")?),
        ("headers", stored(row, "headers", "headers_bytes")?),
        ("content_type", words(row, "content_type")?),
        ("remote", words(row, "remote")?),
        ("certificate", digest(row, "certificate")?),
        ("wire", wire),
        ("body", stored(row, "body", "body_bytes")?),
        ("url", words(row, "url")?),
        ("redirects", redirects(row)?),
        ("outcome", words(row, "outcome")?),
        ("failure", failure),
        ("attempts", integer(row, "attempts")?),
        ("took_ms", integer(row, "took_ms")?),
        ("position", integer(row, "position")?),
    ]))
}

fn redirects(row: &Row<'_>) -> Result<Option<Item>, Fault> {
    let Some(json) = row.get::<_, Option<String>>("hops")? else { return Ok(None) };
    let hops = parts::hops_of(row)?;
    if parts::hops_to_json(&hops)? != json {
        return Err(Fault::damaged("a list of redirects", "it is not as it was written"));
    }
    let hop = |hop: crate::model::visit::Hop| {
        Item::Fields(fields([
            ("url", Some(Item::words(hop.url))),
            ("status", Some(Item::integer(hop.status.into()))),
            ("target", Some(Item::words(hop.target))),
        ]))
    };
    Ok(Some(Item::List(hops.into_iter().map(hop).collect())))
}

fn judgement(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    let found = access.maybe(
        "SELECT j.page, g.name, j.visit, j.captured_at, j.judged_at, j.finding, j.trouble,
             e.words, t.digest, t.raw_bytes, r.revision, r.selection, w.digest, j.accepted, e.digest,
             e.raw_bytes
         FROM judgement j
         JOIN page g ON g.id = j.page
         LEFT JOIN sentence e ON e.id = j.evidence
         LEFT JOIN text t ON t.id = j.text
         LEFT JOIN regime r ON r.id = j.regime
         LEFT JOIN wording w ON w.id = j.wording
         WHERE j.id = ?1",
        [id],
        |row| {
            let members = fields([
                ("kind", Some(Item::words("judgement"))),
                ("judgement", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("visit", integer(row, 2)?),
                ("captured_at", time(row, 3)?),
                ("judged_at", time(row, 4)?),
                ("finding", words(row, 5)?),
                ("trouble", words(row, 6)?),
                ("evidence", sentence(row, 7, 14, 15)?),
                ("text", stored(row, 8, 9)?),
                ("extractor", integer(row, 10)?),
                ("selection", digest(row, 11)?),
                ("wording", digest(row, 12)?),
                ("accepted", integer(row, 13)?),
            ]);
            Ok((row.get(0)?, members))
        },
    )?;
    let Some((page, mut members)) = found else { return Ok(None) };
    let reasons = access.read(
        "SELECT r.position, s.words, s.digest, s.raw_bytes
         FROM reason r JOIN sentence s ON s.id = r.sentence
         WHERE r.judgement = ?1 ORDER BY r.position",
        [id],
        |row| Ok((row.get::<_, i64>(0)?, sentence(row, 1, 2, 3)?)),
    )?;
    if reasons.iter().zip(0..).any(|((position, _), at)| *position != at) {
        return Err(Fault::damaged(format!("judgement {id}"), "its reasons have a gap"));
    }
    if !reasons.is_empty() {
        let reasons = reasons.into_iter().filter_map(|(_, words)| words).collect();
        members.insert("reasons".into(), Item::List(reasons));
    }
    let again = access.read(
        "SELECT a.version, r.revision, r.selection, t.digest FROM read_again a
         JOIN regime r ON r.id = a.regime LEFT JOIN text t ON t.id = a.text
         WHERE a.judgement = ?1 ORDER BY a.version",
        [id],
        |row| {
            Ok(Item::Fields(fields([
                ("version", integer(row, 0)?),
                ("extractor", integer(row, 1)?),
                ("selection", digest(row, 2)?),
                ("text", digest(row, 3)?),
            ])))
        },
    )?;
    if !again.is_empty() {
        members.insert("read_again".into(), Item::List(again));
    }
    Ok(Some(Derived { fields: members, page: Some(page) }))
}

fn version(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    access.maybe(
        "SELECT v.page, g.name, v.number, v.cause, t.digest, t.raw_bytes, r.revision, r.selection,
             v.first_visit, v.first_at, v.established_at, v.judgement, b.digest
         FROM version v JOIN page g ON g.id = v.page JOIN text t ON t.id = v.text
         JOIN regime r ON r.id = v.regime
         LEFT JOIN ground ON ground.version = v.id LEFT JOIN text b ON b.id = ground.text
         WHERE v.id = ?1",
        [id],
        |row| {
            let members = fields([
                ("kind", Some(Item::words("version"))),
                ("version", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("number", integer(row, 2)?),
                ("cause", words(row, 3)?),
                ("text", stored(row, 4, 5)?),
                ("extractor", integer(row, 6)?),
                ("selection", digest(row, 7)?),
                ("first_visit", integer(row, 8)?),
                ("first_at", time(row, 9)?),
                ("established_at", time(row, 10)?),
                ("judgement", integer(row, 11)?),
                ("ground", digest(row, 12)?),
            ]);
            Ok(Derived { fields: members, page: Some(row.get(0)?) })
        },
    )
}

fn event(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    access.maybe(
        "SELECT e.page, g.name, e.name, e.kind, e.company, e.title, a.url, e.captured_at,
             e.recorded_at, e.judgement, e.telling, e.alerted_at, e.quiet_because, e.before_text,
             e.after_text, e.what, e.superseded_by, e.packed
         FROM event e JOIN page g ON g.id = e.page JOIN address a ON a.id = e.address
         WHERE e.id = ?1",
        [id],
        |row| {
            let what = packed::what_in(row)?;
            let members = fields([
                ("kind", Some(Item::words("event"))),
                ("event", Some(Item::integer(id))),
                ("page", words(row, 1)?),
                ("name", words(row, 2)?),
                ("of", words(row, 3)?),
                ("company", words(row, 4)?),
                ("title", words(row, 5)?),
                ("address", words(row, 6)?),
                ("captured_at", time(row, 7)?),
                ("recorded_at", time(row, 8)?),
                ("judgement", integer(row, 9)?),
                ("telling", words(row, 10)?),
                ("alerted_at", time(row, 11)?),
                ("quiet_because", words(row, 12)?),
                ("before_text", digest(row, 13)?),
                ("after_text", digest(row, 14)?),
                ("what", Some(Item::bytes(Digest::of(what.as_bytes()), what.len() as i64))),
                ("superseded_by", integer(row, 16)?),
            ]);
            Ok(Derived { fields: members, page: Some(row.get(0)?) })
        },
    )
}

/// Returns a delivery as a digest of all that is kept of it: the log may be published, and whom an
/// alert goes to is nobody's business.
fn delivery(access: Access<'_>, id: i64) -> Result<Option<Derived>, Fault> {
    let found = access.maybe(
        "SELECT d.event, d.channel, d.recipient, d.state, d.state_at, d.attempts, d.last_error,
             d.bundle FROM delivery d WHERE d.id = ?1",
        params![id],
        |row| {
            Ok(fields([
                ("event", integer(row, 0)?),
                ("channel", words(row, 1)?),
                ("recipient", words(row, 2)?),
                ("state", words(row, 3)?),
                ("state_at", time(row, 4)?),
                ("attempts", integer(row, 5)?),
                ("last_error", words(row, 6)?),
                ("bundle", words(row, 7)?),
            ]))
        },
    )?;
    let Some(kept) = found else { return Ok(None) };
    let members = fields([
        ("kind", Some(Item::words("delivery"))),
        ("delivery", Some(Item::integer(id))),
        ("event", kept.get("event").cloned()),
        ("state", kept.get("state").cloned()),
        ("row", Some(Item::digest(Digest::of(&canonical(&kept)?)))),
    ]);
    Ok(Some(Derived { fields: members, page: None }))
}

/// Returns a sentence by digest and length, since it may quote words that must go one day: those
/// that it has, or those that were taken out of it.
fn sentence(
    row: &Row<'_>,
    words: usize,
    digest: usize,
    raw_bytes: usize,
) -> rusqlite::Result<Option<Item>> {
    match stored(row, digest, raw_bytes)? {
        Some(taken_out) => Ok(Some(taken_out)),
        None => hashed(row, words),
    }
}

/// Names sentences of an entry by their digests that an earlier revision wrote out; returns whether
/// there were any.
pub fn hash_sentences(entry: &mut Fields) -> bool {
    let mut has_any = false;
    let mut hash = |item: &mut Item| {
        if let Item::Words(words) = item {
            *item = Item::bytes(Digest::of(words.as_bytes()), words.len() as i64);
            has_any = true;
        }
    };
    entry.get_mut("evidence").into_iter().for_each(&mut hash);
    if let Some(Item::List(reasons)) = entry.get_mut("reasons") {
        reasons.iter_mut().for_each(hash);
    }
    has_any
}

/// The member of a visit's entry that is not made again.
pub const VERSION_BEFORE: &str = "version_before";

/// Returns the digest of what an entry says was taken out; `None` for one that says nothing of it.
pub fn removed(entry: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Redact {
        kind: String,
        sha256: String,
    }
    let said: Redact = serde_json::from_slice(entry).ok()?;
    (said.kind == "redact").then_some(said.sha256)
}

/// Returns the row that an entry tells of; `None` for a fact that is no row.
pub fn subject(entry: &[u8]) -> Option<Subject> {
    #[derive(serde::Deserialize)]
    struct Head<'a> {
        kind: &'a str,
        visit: Option<i64>,
        judgement: Option<i64>,
        version: Option<i64>,
        #[serde(default)]
        event: Option<i64>,
        delivery: Option<i64>,
        pledge_note: Option<i64>,
        pledge_term: Option<i64>,
        review: Option<i64>,
        review_rule: Option<i64>,
        pledge_state: Option<i64>,
        lesson: Option<i64>,
        removal: Option<i64>,
    }
    let head: Head<'_> = serde_json::from_slice(entry).ok()?;
    match head.kind {
        "capture" | "error" => head.visit.map(Subject::Visit),
        "judgement" => head.judgement.map(Subject::Judgement),
        "version" => head.version.map(Subject::Version),
        "event" => head.event.map(Subject::Event),
        "delivery" => head.delivery.map(Subject::Delivery),
        "pledge_note" => head.pledge_note.map(Subject::Note),
        "pledge_term" => head.pledge_term.map(Subject::Term),
        "review" => head.review.map(Subject::Review),
        "review_rule" => head.review_rule.map(Subject::Rule),
        "pledge_state" => head.pledge_state.map(Subject::State),
        "lesson" => head.lesson.map(Subject::Lesson),
        "removal" => head.removal.map(Subject::Removal),
        _ => None,
    }
}
