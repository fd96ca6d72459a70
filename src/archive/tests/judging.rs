//! Judgements: what they add, and where they leave a page.

use crate::{
    archive::{error::ArchiveError, tests::making::*},
    model::{
        cause::Cause,
        event::{EventId, EventKind},
        history::{Accepted, Finding, PageState, Spell, VersionId, VisitId, Waiting},
        snapshot::Digest,
        trouble::{Trouble, TroubleKind},
        visit::{Origin, Outcome, Validators},
    },
};

#[test]
fn an_unknown_page_has_no_state_no_versions_and_no_size() {
    let (_directory, archive) = fresh();
    let nowhere = page("nowhere");
    assert_eq!(archive.page_state(&nowhere).unwrap(), PageState::default());
    assert!(archive.versions(&nowhere).unwrap().is_empty());
    assert_eq!(archive.page_size(&nowhere).unwrap(), Default::default());
    assert_eq!(archive.version_at(&nowhere, at(1)).unwrap(), None);
}

#[test]
fn a_first_version_is_read_back_with_its_text_and_state() {
    let (_directory, mut archive) = fresh();
    let visit = visit("a", 1, "body");
    let id = judged(&mut archive, &visit, Finding::First, "We pause./We promise.");
    let versions = archive.versions(&page("a")).unwrap();
    let version = &versions[0];
    assert_eq!((versions.len(), version.number, version.cause), (1, 1, Cause::First));
    assert_eq!((version.first_visit, version.first_at), (id, at(1)));
    assert_eq!((version.established_at, version.regime), (at(1), regime()));
    assert_eq!(archive.text(&version.text).unwrap(), text("We pause./We promise."));
    assert_eq!(archive.snapshot(&Digest::of(b"body")).unwrap().bytes(), b"body");
    let state = archive.page_state(&page("a")).unwrap();
    assert_eq!(state.version.as_ref(), Some(version));
    assert_eq!((state.last_visit_at, state.last_healthy_at), (Some(at(1)), Some(at(1))));
    assert_eq!((state.first_visit_at, state.version_last_at), (Some(at(1)), Some(at(1))));
    assert_eq!(state.final_url.as_deref(), Some("https://www.example.org/a"));
    let record = archive.visit(id).unwrap();
    assert_eq!((record.finding, record.text), (Some(Finding::First), Some(version.text)));
    assert_eq!(record.regime, Some(regime()));
    assert_eq!(record.reasons, ["it was read", "it says We pause./We promise."]);
    assert!(archive.unjudged().unwrap().is_empty());
}

#[test]
fn waiting_and_trouble_are_kept_until_a_judgement_ends_them() {
    let (_directory, mut archive) = fresh();
    let first = visit("a", 1, "one");
    judged(&mut archive, &first, Finding::First, "one");
    let second = visit("a", 2, "two");
    let id = archive.record_visits(std::slice::from_ref(&second)).unwrap()[0];
    let trouble = Trouble::new(TroubleKind::Partial, "two sections are missing");
    let mut judged_second = judgement(id, &second, Finding::Trouble(trouble.clone()), "two");
    let waiting = Waiting {
        wording: Digest::of(b"two"),
        text: text("two").digest(),
        first_visit: id,
        first_at: at(2),
        last_at: at(2),
        sightings: 1,
        before_last_at: at(1),
        diverged_at: at(2),
    };
    let event = EventId::of(&page("a"), EventKind::Trouble, at(2), "");
    let spell = Spell { trouble: trouble.clone(), since: at(2), event, alerted: false, visits: 1 };
    judged_second.waiting = Some(waiting.clone());
    judged_second.spell = Some(spell.clone());
    judged_second.accepted = Accepted::No;
    judged_second.away_until = Some(at(30));
    archive.record_judgements(&[judged_second]).unwrap();
    let state = archive.page_state(&page("a")).unwrap();
    assert_eq!((state.waiting, state.spell), (Some(waiting), Some(spell)));
    assert_eq!((state.away_until, state.last_visit_at), (Some(at(30)), Some(at(2))));
    assert_eq!((state.last_healthy_at, state.version_last_at), (Some(at(1)), Some(at(1))));
    assert_eq!(archive.visit(id).unwrap().finding, Some(Finding::Trouble(trouble)));

    judged(&mut archive, &visit("a", 3, "two"), Finding::Established, "two");
    let state = archive.page_state(&page("a")).unwrap();
    assert_eq!((state.waiting, state.spell, state.away_until), (None, None, None));
    assert_eq!(state.version.map(|it| it.number), Some(2));
    assert_eq!((state.last_healthy_at, state.version_last_at), (Some(at(3)), Some(at(3))));
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn validators_are_kept_from_accepted_visits_alone_and_through_a_304() {
    let (_directory, mut archive) = fresh();
    let known = |archive: &crate::archive::store::Archive| {
        let known = archive.page_state(&page("a")).unwrap().known;
        known.into_iter().map(|it| (it.digest, it.validators)).collect::<Vec<_>>()
    };
    let etag = |it: &str| Validators { etag: Some(it.to_owned()), last_modified: None };
    judged(&mut archive, &tagged(visit("a", 1, "one"), "\"1\""), Finding::First, "one");
    let one = (Digest::of(b"one"), etag("\"1\""));
    assert_eq!(known(&archive), std::slice::from_ref(&one));

    let wall = tagged(visit("a", 2, "wall"), "\"wall\"");
    let id = archive.record_visits(std::slice::from_ref(&wall)).unwrap()[0];
    let trouble = Finding::Trouble(Trouble::new(TroubleKind::BotWall, "a wall"));
    let refused = judgement(id, &wall, trouble, "wall");
    archive
        .record_judgements(&[crate::model::history::Judgement {
            accepted: Accepted::No,
            ..refused
        }])
        .unwrap();
    assert_eq!(known(&archive), std::slice::from_ref(&one));

    let mut unmodified = visit("a", 3, "");
    unmodified.parts = vec![part("a", Outcome::NotModified { digest: Digest::of(b"one") })];
    judged(&mut archive, &unmodified, Finding::Same, "one");
    assert_eq!(known(&archive), [one]);
    assert_eq!(archive.page_state(&page("a")).unwrap().version_last_at, Some(at(3)));

    judged(&mut archive, &tagged(visit("a", 4, "four"), "\"4\""), Finding::Same, "one");
    assert_eq!(known(&archive), [(Digest::of(b"four"), etag("\"4\""))]);
    judged(&mut archive, &visit("a", 5, "five"), Finding::Same, "one");
    assert_eq!(known(&archive), []);
}

#[test]
fn an_import_of_earlier_captures_leaves_the_page_where_it_stands() {
    let (_directory, mut archive) = fresh();
    judged(&mut archive, &tagged(visit("a", 100, "now"), "\"now\""), Finding::First, "now");
    let before = archive.page_state(&page("a")).unwrap();
    let mut earlier = tagged(visit("a", 10, "then"), "\"then\"");
    earlier.origin = Origin::Imported;
    judged(&mut archive, &earlier, Finding::First, "then");
    let after = archive.page_state(&page("a")).unwrap();
    assert_eq!(after, PageState { first_visit_at: Some(at(10)), ..before });
    let numbers: Vec<u32> =
        archive.versions(&page("a")).unwrap().iter().map(|it| it.number).collect();
    assert_eq!(numbers, [2, 1]);
    let at_50 = archive.version_at(&page("a"), at(50)).unwrap().unwrap();
    assert_eq!(at_50.text, text("then").digest());
    assert_eq!(archive.version_at(&page("a"), at(9)).unwrap(), None);
    let at_100 = archive.version_at(&page("a"), at(100)).unwrap().unwrap();
    assert_eq!(at_100.text, text("now").digest());

    let mut later = visit("a", 200, "later");
    later.origin = Origin::Imported;
    judged(&mut archive, &later, Finding::Established, "later");
    let state = archive.page_state(&page("a")).unwrap();
    assert_eq!(state.version.map(|it| it.text), Some(text("later").digest()));
    assert_eq!((state.last_visit_at, state.last_healthy_at), (Some(at(200)), Some(at(200))));
    assert_eq!(state.known.len(), 1, "an import brings no validators and takes none away");
}

#[test]
fn a_clock_that_ran_ahead_does_not_hold_the_page_in_the_future() {
    let (_directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    judged(&mut archive, &visit("a", 87_600, "two"), Finding::Established, "two");
    judged(&mut archive, &visit("a", 2, "three"), Finding::Established, "three");
    let state = archive.page_state(&page("a")).unwrap();
    assert_eq!(state.version.map(|it| it.text), Some(text("three").digest()));
    assert_eq!((state.last_visit_at, state.last_healthy_at), (Some(at(2)), Some(at(2))));
    assert_eq!(state.version_last_at, Some(at(2)));
}

#[test]
fn a_wording_that_waited_through_our_own_upgrade_is_the_latest_version() {
    let (_directory, mut archive) = fresh();
    let one = visit("a", 1, "one");
    judged(&mut archive, &one, Finding::First, "one");
    let two = visit("a", 2, "two");
    let second = judged(&mut archive, &two, Finding::Waiting, "two");
    let three = visit("a", 3, "one");
    let third = archive.record_visits(std::slice::from_ref(&three)).unwrap()[0];
    let mut upgraded = judgement(third, &three, Finding::Same, "one, derived again");
    upgraded.versions = vec![version(third, &three, Cause::Extractor, "one, derived again")];
    archive.record_judgements(&[upgraded]).unwrap();
    let four = visit("a", 4, "two");
    let fourth = archive.record_visits(std::slice::from_ref(&four)).unwrap()[0];
    let mut held = judgement(fourth, &four, Finding::Established, "two");
    held.versions = vec![version(second, &two, Cause::Page, "two")];
    archive.record_judgements(&[held]).unwrap();
    let versions = archive.versions(&page("a")).unwrap();
    let numbers: Vec<_> = versions.iter().map(|it| (it.number, it.first_at)).collect();
    assert_eq!(numbers, [(1, at(1)), (2, at(3)), (3, at(2))]);
    assert_eq!(versions[2].established_at, at(4));
    let state = archive.page_state(&page("a")).unwrap();
    assert_eq!(state.version.map(|it| it.number), Some(3));
    let shown = archive.version_at(&page("a"), at(4)).unwrap().unwrap();
    assert_eq!(shown.number, 3);
}

#[test]
fn two_versions_of_one_judgement_are_numbered_in_order() {
    let (_directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    let two = visit("a", 2, "two");
    let id = archive.record_visits(std::slice::from_ref(&two)).unwrap()[0];
    let mut both = judgement(id, &two, Finding::Established, "two");
    both.versions = vec![
        version(id, &two, Cause::Selection, "one, selected"),
        version(id, &two, Cause::Page, "two"),
    ];
    archive.record_judgements(&[both]).unwrap();
    let versions = archive.versions(&page("a")).unwrap();
    let found: Vec<_> = versions.iter().map(|it| (it.number, it.cause)).collect();
    assert_eq!(found, [(1, Cause::First), (2, Cause::Selection), (3, Cause::Page)]);
    assert!(versions.windows(2).all(|pair| pair[0].id < pair[1].id && pair[0].id > VersionId(0)));
    assert_eq!(archive.page_state(&page("a")).unwrap().version, versions.last().cloned());
}

#[test]
fn a_visit_judged_again_counts_once_and_as_judged_last() {
    let (_directory, mut archive) = fresh();
    let one = visit("a", 1, "one");
    let id = judged(&mut archive, &one, Finding::Waiting, "one");
    archive.record_judgements(&[judgement(id, &one, Finding::Variant, "one")]).unwrap();
    assert_eq!(archive.visit(id).unwrap().finding, Some(Finding::Variant));
    assert_eq!(archive.visits(&page("a"), 9).unwrap().len(), 1);
    assert_eq!(archive.shown(&page("a"), at(9), 9).unwrap().len(), 1);
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn a_judgement_of_no_visit_or_of_another_pages_is_refused_whole() {
    let (_directory, mut archive) = fresh();
    let one = visit("a", 1, "one");
    let id = archive.record_visits(std::slice::from_ref(&one)).unwrap()[0];
    let good = judgement(id, &one, Finding::Same, "one");
    for wrong in [
        judgement(VisitId(77), &one, Finding::Same, "one"),
        judgement(id, &visit("b", 1, "one"), Finding::Same, "one"),
    ] {
        let failed = archive.record_judgements(&[good.clone(), wrong]);
        assert!(matches!(failed, Err(ArchiveError::Unknown { .. })), "{failed:?}");
        assert_eq!(archive.unjudged().unwrap().len(), 1);
    }
}

#[test]
fn a_text_that_would_not_read_back_is_refused_when_it_is_written() {
    let (_directory, mut archive) = fresh();
    let one = visit("a", 1, "one");
    let id = archive.record_visits(std::slice::from_ref(&one)).unwrap()[0];
    let torn = judgement(id, &one, Finding::Same, "two\nlines");
    let failed = archive.record_judgements(&[torn]);
    assert!(matches!(failed, Err(ArchiveError::Damaged { .. })), "{failed:?}");
    assert_eq!(archive.unjudged().unwrap().len(), 1);
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn a_renamed_page_keeps_its_history() {
    let (_directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    judged(&mut archive, &visit("b", 1, "one"), Finding::First, "one");
    let taken = archive.rename_page(&page("a"), &page("b"));
    assert!(matches!(taken, Err(ArchiveError::Taken { .. })), "{taken:?}");
    let unknown = archive.rename_page(&page("nowhere"), &page("c"));
    assert!(matches!(unknown, Err(ArchiveError::Unknown { .. })), "{unknown:?}");
    archive.rename_page(&page("a"), &page("c")).unwrap();
    assert_eq!(archive.pages().unwrap(), [page("b"), page("c")]);
    assert_eq!(archive.versions(&page("c")).unwrap()[0].page, page("c"));
    assert_eq!(archive.page_state(&page("a")).unwrap(), PageState::default());
}

/// A page that changes at nearly every visit: most wordings are seen once before the next.
#[test]
fn a_version_was_seen_when_it_was_first_shown() {
    let (_directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "one"), Finding::First, "one");
    let second = visit("a", 2, "two");
    let id = archive.record_visits(std::slice::from_ref(&second)).unwrap()[0];
    let mut waits = judgement(id, &second, Finding::Waiting, "two");
    waits.accepted = Accepted::Unestablished;
    archive.record_judgements(&[waits]).unwrap();
    // The wording before it is given up for it, and it for the next, at later visits.
    let third = visit("a", 3, "three");
    let other = archive.record_visits(std::slice::from_ref(&third)).unwrap()[0];
    let mut follows = judgement(other, &third, Finding::Waiting, "three");
    follows.accepted = Accepted::Unestablished;
    follows.versions = vec![version(id, &second, Cause::Page, "two")];
    archive.record_judgements(&[follows]).unwrap();
    judged(&mut archive, &visit("a", 4, "four"), Finding::Established, "four");
    let stays = archive.stays(&page("a"), "two").unwrap();
    assert_eq!(stays.len(), 1);
    assert_eq!(stays[0].came.after, Some(at(1)));
    assert_eq!(stays[0].came.no_later_than, at(2));
    assert_eq!(stays[0].last_seen_at, at(2));
    assert_eq!(stays[0].went.map(|it| (it.after, it.no_later_than)), Some((Some(at(2)), at(4))));
}
