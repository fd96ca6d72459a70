//! What the tests record.

use std::time::Duration;

use rusqlite::{Connection, config::DbConfig};
use url::Url;

use crate::{
    archive::{
        log::facts::{RunEnd, RunStart},
        rules::NewRule,
        store::Archive,
    },
    model::{
        cause::Cause,
        edit::{Edit, EditKind, Mark, MarkKind, Passage},
        event::{Addressee, Certainty, Change, Event, EventId, Telling, What},
        history::{
            Accepted, Finding, Given, Judgement, NewEvent, NewVersion, Reading, Regime, VisitId,
        },
        page::PageId,
        pledge::{Beside, BesideHow, Happening, PledgeChange, Role, Standing, Step},
        review::{Decision, Reason, Review, RuleId},
        rule::Likeness,
        snapshot::{Digest, Snapshot},
        sweep::SweepEnd,
        text::{Block, BlockKind, Text},
        time::Timestamp,
        verdict::Meaning,
        visit::{Answer, Framing, Hop, Origin, Outcome, Part, Visit, WireBody},
    },
};

/// An archive in a directory that is gone with it.
pub fn fresh() -> (tempfile::TempDir, Archive) {
    let directory = tempfile::tempdir().unwrap();
    let archive = Archive::open(directory.path()).unwrap();
    (directory, archive)
}

pub fn page(name: &str) -> PageId {
    name.parse().unwrap()
}

pub fn url(address: &str) -> Url {
    address.parse().unwrap()
}

pub fn at(hour: i64) -> Timestamp {
    Timestamp::from_millis(1_600_000_000_000 + hour * 3_600_000)
}

/// A visit in this hour whose one address answered with `body`.
pub fn visit(name: &str, hour: i64, body: &str) -> Visit {
    Visit {
        page: page(name),
        started_at: at(hour),
        ended_at: at(hour).after(Duration::from_millis(321)),
        origin: Origin::Live,
        asked: Some(Digest::of(b"asked")),
        parts: vec![part(name, Outcome::Captured(Snapshot::new(body.as_bytes().to_vec())))],
    }
}

pub fn part(name: &str, outcome: Outcome) -> Part {
    let address = url(&format!("https://example.org/{name}?a=1"));
    let target = url(&format!("https://www.example.org/{name}"));
    let headers = [("content-type", "text/html; charset=utf-8"), ("x-raw", "\u{7f}:,1")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    Part {
        hops: vec![Hop { url: address.clone(), status: 301, target: target.clone() }],
        url: address,
        answer: Some(Answer {
            url: target,
            status: 200,
            http_version: "HTTP/2.0".to_owned(),
            headers: headers.into(),
            remote: Some("[2001:db8::1]:443".parse().unwrap()),
            certificate: Some(Digest::of(b"certificate")),
            wire: Some(WireBody {
                digest: Digest::of(b"wire"),
                bytes: 1_234,
                framing: Framing::ClosedOnly,
            }),
        }),
        outcome,
        attempts: 2,
        took: Duration::from_millis(1_234),
    }
}

/// A visit whose answer carried this `ETag`.
pub fn tagged(mut visit: Visit, etag: &str) -> Visit {
    for part in &mut visit.parts {
        let answer = part.answer.as_mut().unwrap();
        answer.headers.push(("etag".to_owned(), etag.as_bytes().to_vec()));
    }
    visit
}

pub fn text(words: &str) -> Text {
    let blocks = words.split('/').map(|words| Block::new(BlockKind::Paragraph, words));
    Text { blocks: blocks.collect() }
}

pub fn regime() -> Regime {
    Regime { revision: 3, selection: Digest::of(b"selection") }
}

/// The reading of a visit that gave this text.
pub fn reading(words: &str) -> Reading {
    Reading { text: text(words), regime: regime(), wording: Digest::of(words.as_bytes()) }
}

/// The judgement of a visit that gave this text, with nothing that follows from it.
pub fn judgement(id: VisitId, visit: &Visit, finding: Finding, words: &str) -> Judgement {
    Judgement {
        visit: id,
        page: visit.page.clone(),
        captured_at: visit.started_at,
        judged_at: visit.ended_at,
        finding,
        reasons: vec!["it was read".to_owned(), format!("it says {words}")],
        reading: Some(Given::Read(reading(words))),
        seal: None,
        read_again: None,
        reread: Vec::new(),
        versions: Vec::new(),
        lessons: Vec::new(),
        pledges: Vec::new(),
        waiting: None,
        spell: None,
        accepted: Accepted::Yes,
        away_until: None,
        events: Vec::new(),
        alerted: Vec::new(),
        quieted: Vec::new(),
        dismissed: Vec::new(),
    }
}

pub fn version(id: VisitId, visit: &Visit, cause: Cause, words: &str) -> NewVersion {
    NewVersion {
        ground: None,
        cause,
        text: text(words),
        regime: regime(),
        first_visit: id,
        first_at: visit.started_at,
    }
}

/// Records a visit and judges it, with a version where the finding calls for one.
pub fn judged(archive: &mut Archive, visit: &Visit, finding: Finding, words: &str) -> VisitId {
    let id = archive.record_visits(std::slice::from_ref(visit)).unwrap()[0];
    let mut judgement = judgement(id, visit, finding.clone(), words);
    match finding {
        Finding::First => judgement.versions = vec![version(id, visit, Cause::First, words)],
        Finding::Established => judgement.versions = vec![version(id, visit, Cause::Page, words)],
        Finding::Same | Finding::Waiting | Finding::Variant | Finding::Trouble(_) => (),
    }
    archive.record_judgements(&[judgement]).unwrap();
    id
}

pub fn addressee(recipient: &str) -> Addressee {
    Addressee { channel: "mail".to_owned(), recipient: recipient.to_owned() }
}

pub fn edit() -> Edit {
    let mark = |kind, words: &str| Mark { kind, words: words.to_owned() };
    Edit {
        kind: EditKind::Reworded,
        before: Some(Passage { block: 7, words: "We will never sell \"it\".".to_owned() }),
        after: Some(Passage { block: 9, words: "We will not sell \"it\".".to_owned() }),
        heading: "2. Ünsold\u{2028}".to_owned(),
        marks: vec![
            mark(MarkKind::Same, "We will "),
            mark(MarkKind::Deleted, "never"),
            mark(MarkKind::Inserted, "not"),
            mark(MarkKind::Same, " sell \"it\"."),
        ],
        verdict: None,
    }
}

/// Something that happened to a pledge, with all that can be said of it.
pub fn pledge_change() -> PledgeChange {
    let words = |words: &str| Some(words.to_owned());
    let mark = |kind, words: &str| Mark { kind, words: words.to_owned() };
    let beside = Beside {
        how: BesideHow::Added,
        role: Role::Exception,
        before: None,
        after: words("Except at sea."),
    };
    PledgeChange {
        pledge: page("faces"),
        name: "Faces".to_owned(),
        standing: Standing::Narrowed,
        step: Some(Step {
            what: Happening::Narrowed,
            numbers: Some(("4.".to_owned(), "5.".to_owned())),
            moved: true,
            doubt: "hardly a word is the same".to_owned(),
            before: words("We sell none."),
            after: words("We sell some."),
            marks: vec![mark(MarkKind::Deleted, "none."), mark(MarkKind::Inserted, "some.")],
            verdict: None,
            beside: vec![beside],
        }),
    }
}

/// The change from the text `before` to the text `after`.
pub fn change(before: &str, after: &str) -> What {
    What::Change(Change {
        cause: Cause::Page,
        certainty: Certainty::Unsure,
        before: text(before).digest(),
        after: text(after).digest(),
        before_last_at: at(1),
        edits: vec![edit()],
        untold: 2,
        pledges: vec![pledge_change()],
    })
}

/// An event of a visit for these recipients.
pub fn event(visit: &Visit, what: What, telling: Telling, to: &[&str]) -> NewEvent {
    let mut event = Event {
        id: "0000000000000000".parse().unwrap(),
        page: visit.page.clone(),
        company: "Example".to_owned(),
        title: "Terms".to_owned(),
        url: url("https://example.org/terms#top"),
        captured_at: visit.started_at,
        recorded_at: visit.ended_at,
        what,
        telling,
    };
    event.id = EventId::of(&event.page, event.kind(), event.captured_at, "");
    NewEvent { event, addressees: to.iter().map(|it| addressee(it)).collect() }
}

/// What Ada decided, or a rule of hers.
pub fn review(decision: Decision, note: Option<&str>, rule: Option<i64>) -> Review {
    Review {
        decision,
        note: note.map(|note| note.parse().unwrap()),
        by: "Ada".parse().unwrap(),
        at: at(6),
        rule: rule.map(RuleId),
    }
}

/// A rule of Ada's.
pub fn rule(from: &EventId) -> NewRule {
    let passage = Digest::of(b"words");
    NewRule {
        from: from.clone(),
        likenesses: vec![Likeness { kind: EditKind::Moved, meaning: Meaning::Cosmetic, passage }],
        reason: Reason::NotPolicy,
        by: "Ada".parse().unwrap(),
        at: at(6),
    }
}

pub fn run_start(at: Timestamp) -> RunStart {
    RunStart { at, pages_due: 12, watchlist: Some(Digest::of(b"watchlist")), extractor: 3 }
}

pub fn run_end(at: Timestamp, end: SweepEnd) -> RunEnd {
    RunEnd { at, end, visited: 11, missed: 1, changes: 2, troubled: 3 }
}

/// Proves the archive and returns what is damaged.
pub fn proved(archive: &Archive) -> Vec<String> {
    let damages = archive.verify(&mut |_| ()).unwrap();
    damages.into_iter().map(|it| format!("{}: {}", it.what, it.problem)).collect()
}

/// Takes away what hinders who opens the file with another program than ours no more than this does:
/// triggers, which are still there.
pub fn unguard(connection: &Connection) {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
}
