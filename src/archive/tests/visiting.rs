//! Visits: recorded, read back, and kept small.

use std::time::Duration;

use crate::{
    archive::{error::ArchiveError, store::Archive, tests::making::*},
    model::{
        history::{Finding, VisitId},
        snapshot::{Digest, Snapshot},
        visit::{FetchFailure, Origin, Outcome, Visit},
    },
};

/// One visit with a part of each kind.
fn mixed(archive: &mut Archive) -> Visit {
    archive.record_visits(&[visit("a", 0, "known")]).unwrap();
    let mut visit = visit("a", 1, "<p>body\0ä</p>");
    visit.origin = Origin::Imported;
    visit.parts.push(part("b", Outcome::NotModified { digest: Digest::of(b"known") }));
    let failure = FetchFailure::TimedOut { stage: "head", limit: Duration::from_secs(15) };
    let mut failed = part("c", Outcome::Failed(failure));
    failed.answer = None;
    failed.hops.clear();
    visit.parts.push(failed);
    let mut bare = part("d", Outcome::Captured(Snapshot::new(Vec::new())));
    let answer = bare.answer.as_mut().unwrap();
    (answer.remote, answer.certificate, answer.wire) = (None, None, None);
    answer.headers.clear();
    visit.parts.push(bare);
    visit
}

#[test]
fn a_visit_that_was_never_judged_reads_back_as_it_was_recorded() {
    let (directory, mut archive) = fresh();
    let visit = mixed(&mut archive);
    let ids = archive.record_visits(std::slice::from_ref(&visit)).unwrap();
    archive.close().unwrap();
    let archive = Archive::open(directory.path()).unwrap();
    let unjudged = archive.unjudged().unwrap();
    assert_eq!(unjudged.len(), 2);
    assert_eq!((unjudged[1].id, &unjudged[1].visit), (ids[0], &visit));
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn a_visit_is_shown_without_its_bodies() {
    let (_directory, mut archive) = fresh();
    let visit = mixed(&mut archive);
    let id = archive.record_visits(std::slice::from_ref(&visit)).unwrap()[0];
    let record = archive.visit(id).unwrap();
    assert_eq!((record.id, &record.visit.page), (id, &visit.page));
    assert_eq!((record.finding, record.text, record.regime), (None, None, None));
    let parts = record.visit.parts;
    assert_eq!(parts[0].url, "https://example.org/a?a=1");
    assert_eq!(parts[0].final_url, "https://www.example.org/a");
    assert_eq!(parts[0].hops, ["301 https://www.example.org/a"]);
    assert_eq!(parts[0].status, Some(200));
    assert_eq!(parts[0].content_type.as_deref(), Some("text/html; charset=utf-8"));
    assert_eq!(parts[0].snapshot, Some(Digest::of("<p>body\0ä</p>".as_bytes())));
    assert_eq!(parts[1].snapshot, Some(Digest::of(b"known")));
    let (code, sentence) = parts[2].failure.clone().unwrap();
    assert_eq!(
        (code.as_str(), sentence.as_str()),
        ("timeout", "no complete answer within 15 s (head)")
    );
    assert_eq!((parts[2].status, parts[2].final_url.as_str()), (None, "https://example.org/c?a=1"));
    assert!(matches!(archive.visit(VisitId(99)), Err(ArchiveError::Unknown { .. })));
}

#[test]
fn visits_are_listed_newest_capture_first_whenever_they_were_recorded() {
    let (_directory, mut archive) = fresh();
    let visits = [visit("a", 5, "x"), visit("a", 9, "y"), visit("b", 7, "z"), visit("a", 2, "w")];
    archive.record_visits(&visits).unwrap();
    let listed = |limit| {
        let found = archive.visits(&page("a"), limit).unwrap();
        found.into_iter().map(|it| it.visit.started_at).collect::<Vec<_>>()
    };
    assert_eq!(listed(10), [at(9), at(5), at(2)]);
    assert_eq!(listed(2), [at(9), at(5)]);
    assert!(archive.visits(&page("none"), 3).unwrap().is_empty());
    assert_eq!(archive.pages().unwrap(), [page("a"), page("b")]);
}

#[test]
fn a_304_for_a_body_that_is_not_on_record_is_refused_and_nothing_is_recorded() {
    let (_directory, mut archive) = fresh();
    let mut strange = visit("a", 1, "x");
    strange.parts = vec![part("a", Outcome::NotModified { digest: Digest::of(b"nowhere") })];
    let failed = archive.record_visits(&[visit("a", 0, "x"), strange]);
    assert!(matches!(failed, Err(ArchiveError::Unknown { .. })), "{failed:?}");
    assert!(archive.pages().unwrap().is_empty());
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn a_visit_with_the_same_text_takes_little_room() {
    let (_directory, mut archive) = fresh();
    let paragraphs: String =
        (0..400).map(|n| format!("<p>Clause {n} of {}</p>\n", n * 7_919)).collect();
    let csp = "default-src 'self'; script-src 'nonce-".repeat(20);
    let visit = |hour: i64| {
        let token = Digest::of(&hour.to_be_bytes());
        let mut visit = visit("a", hour, &format!("{paragraphs}<i data-token={token}></i>"));
        let headers = &mut visit.parts[0].answer.as_mut().unwrap().headers;
        headers.push(("date".to_owned(), at(hour).to_string().into_bytes()));
        headers.push(("x-request".to_owned(), token.to_string().into_bytes()));
        headers.push(("content-security-policy".to_owned(), csp.clone().into_bytes()));
        visit
    };
    let bytes = |archive: &Archive| {
        let recent = Default::default();
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        archive.bare(&recent).one(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let words = paragraphs.replace('\n', " ");
    judged(&mut archive, &visit(0), Finding::First, &words);
    let before = bytes(&archive);
    for hour in 1..=200 {
        judged(&mut archive, &visit(hour), Finding::Same, &words);
    }
    let each = (bytes(&archive) - before) / 200;
    assert!(each < 1_200, "a visit takes {each} bytes");
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn ten_thousand_visits_are_recorded_and_the_last_is_found() {
    let (_directory, mut archive) = fresh();
    for batch in 0..20 {
        let visits: Vec<Visit> = (batch * 500..(batch + 1) * 500)
            .map(|n| visit(&format!("page-{}", n % 50), n, &format!("body of {}", n % 50)))
            .collect();
        let ids = archive.record_visits(&visits).unwrap();
        let finding = if batch == 0 { Finding::First } else { Finding::Same };
        let judgements: Vec<_> = ids
            .iter()
            .zip(&visits)
            .map(|(&id, visit)| judgement(id, visit, finding.clone(), "words"))
            .collect();
        archive.record_judgements(&judgements).unwrap();
    }
    let state = archive.page_state(&page("page-49")).unwrap();
    assert_eq!((state.first_visit_at, state.last_visit_at), (Some(at(49)), Some(at(9_999))));
    let size = archive.page_size(&page("page-49")).unwrap();
    assert_eq!((size.visits, size.snapshots, size.raw_bytes), (200, 1, 10));
    assert!(archive.unjudged().unwrap().is_empty());
    let shown = archive.shown(&page("page-49"), at(10_000), 999).unwrap();
    let ends = (shown.first().unwrap().captured_at, shown.last().unwrap().captured_at);
    assert_eq!((shown.len(), ends), (200, (at(9_999), at(49))));
}
