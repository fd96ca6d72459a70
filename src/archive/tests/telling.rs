//! Events, deliveries and sweeps.

use crate::{
    archive::{
        error::ArchiveError,
        events::{EventQuery, ToldFilter},
        store::Archive,
        tests::making::*,
    },
    model::{
        cause::Cause,
        event::{Addressee, DeliveryState, Telling, What},
        history::{Finding, Judgement, NewEvent, VisitId},
        pledge::{News, Standing},
        sweep::{ClockJump, SweepEnd, SweepRecord},
        time::Timestamp,
        trouble::{Trouble, TroubleKind},
        visit::Visit,
    },
};

fn telling_of(archive: &mut Archive, visit: &Visit, events: Vec<NewEvent>) -> VisitId {
    let id = archive.record_visits(std::slice::from_ref(visit)).unwrap()[0];
    let judgement = judgement(id, visit, Finding::Same, "after");
    archive.record_judgements(&[Judgement { events, ..judgement }]).unwrap();
    id
}

#[test]
fn every_kind_of_event_reads_back_as_it_was_recorded() {
    let (_directory, mut archive) = fresh();
    let trouble = Trouble::new(TroubleKind::BotWall, "a \"wall\"\u{7}");
    let day = "2021-06-10".parse().unwrap();
    let news = |news| What::Pledge { pledge: page("faces"), name: "Faces".into(), news };
    let all = [
        change("before", "after"),
        What::Trouble { trouble: trouble.clone(), last_good_at: None },
        What::Moved { from: "https://a.example/".into(), to: "https://b.example/".into() },
        What::Gone { trouble, last_good_at: Some(at(3)) },
        What::Recovered { kind: TroubleKind::Empty, since: at(2) },
        What::QuoteMissing {
            pledge: page("faces"),
            name: "Faces".into(),
            quote: "no faces".into(),
        },
        news(News::Indistinct { quote: "no faces".into() }),
        news(News::Nears { deadline: day, standing: Standing::Weakened }),
        news(News::Retimed { before: Some("by 2026".into()), after: None }),
        news(News::Lapsed {
            deadline: day,
            standing: Standing::Quoted,
            since: Some(at(4)),
            read_at: None,
        }),
    ];
    let first = visit("a", 0, "before");
    judged(&mut archive, &first, Finding::First, "before");
    for (hour, what) in (1..).zip(all) {
        for telling in [Telling::Alert(at(9)), Telling::Pending, Telling::Quiet("why".into())] {
            let visit = visit(&format!("a-{}", telling_name(&telling)), hour, "body");
            let new = event(&visit, what.clone(), telling, &[]);
            telling_of(&mut archive, &visit, vec![new.clone()]);
            let told = archive.event(&new.event.id).unwrap().unwrap();
            assert_eq!(told.event, new.event);
        }
    }
    assert_eq!(archive.events(&EventQuery::default()).unwrap().len(), 30);
    assert_eq!(proved(&archive), [""; 0]);
}

fn telling_name(telling: &Telling) -> &'static str {
    match telling {
        Telling::Alert(_) => "alert",
        Telling::Pending => "pending",
        Telling::Quiet(_) => "quiet",
    }
}

#[test]
fn events_are_found_by_page_telling_time_and_number() {
    let (_directory, mut archive) = fresh();
    let missing = |at: i64, name: &str, telling: Telling| {
        let visit = visit(name, at, "body");
        let what = What::Recovered { kind: TroubleKind::Empty, since: visit.started_at };
        (event(&visit, what, telling, &[]), visit)
    };
    for (new, visit) in [
        missing(5, "a", Telling::Pending),
        missing(1, "a", Telling::Alert(at(1))),
        missing(3, "b", Telling::Quiet("same".into())),
        missing(4, "a", Telling::Alert(at(4))),
    ] {
        telling_of(&mut archive, &visit, vec![new]);
    }
    let hours = |query: EventQuery| {
        let found = archive.events(&query).unwrap();
        found.into_iter().map(|it| it.event.captured_at).collect::<Vec<_>>()
    };
    let all = EventQuery::default();
    assert_eq!(hours(all.clone()), [at(1), at(3), at(4), at(5)]);
    assert_eq!(hours(EventQuery { page: Some(page("a")), ..all.clone() }), [at(1), at(4), at(5)]);
    assert_eq!(hours(EventQuery { page: Some(page("x")), ..all.clone() }), []);
    let company = Some("Nobody".to_owned());
    assert_eq!(hours(EventQuery { company, ..all.clone() }), []);
    assert_eq!(hours(EventQuery { told: ToldFilter::Alerts, ..all.clone() }), [at(1), at(4)]);
    assert_eq!(hours(EventQuery { told: ToldFilter::Pending, ..all.clone() }), [at(5)]);
    assert_eq!(hours(EventQuery { told: ToldFilter::Quiet, ..all.clone() }), [at(3)]);
    assert_eq!(hours(EventQuery { since: Some(at(4)), ..all.clone() }), [at(4), at(5)]);
    assert_eq!(hours(EventQuery { limit: Some(2), ..all }), [at(4), at(5)]);
}

#[test]
fn an_event_recorded_again_adds_nothing() {
    let (_directory, mut archive) = fresh();
    let one = visit("a", 1, "before");
    judged(&mut archive, &one, Finding::First, "before");
    let two = visit("a", 2, "after");
    let new = event(&two, change("before", "after"), Telling::Alert(at(2)), &["desk", "law"]);
    let id = telling_of(&mut archive, &two, vec![new.clone()]);
    archive
        .record_delivery(&new.event.id, &addressee("law"), DeliveryState::Delivered(at(3)), None)
        .unwrap();
    let before = archive.events(&EventQuery::default()).unwrap();
    let again = judgement(id, &two, Finding::Same, "after");
    let mut changed = new.clone();
    changed.addressees.push(addressee("third"));
    changed.event.title = "Another".to_owned();
    archive.record_judgements(&[Judgement { events: vec![changed], ..again }]).unwrap();
    assert_eq!(archive.events(&EventQuery::default()).unwrap(), before);
    assert_eq!(before[0].deliveries.len(), 2);
}

#[test]
fn a_delivery_is_due_until_it_is_delivered_or_given_up() {
    let (_directory, mut archive) = fresh();
    let visit = visit("a", 1, "after");
    let what = What::Recovered { kind: TroubleKind::Empty, since: at(0) };
    let new = event(&visit, what, Telling::Alert(at(1)), &["b-desk", "a-law", "c-feed"]);
    let id = &new.event.id;
    telling_of(&mut archive, &visit, vec![new.clone()]);
    let due = |archive: &Archive, hour| {
        let to = archive.due_addressees(at(hour)).unwrap();
        let due = |to: &Addressee| archive.due_to(to, at(hour), 10).unwrap();
        to.iter()
            .flat_map(due)
            .map(|(event, it)| {
                assert_eq!(event, new.event);
                it.addressee.recipient
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(due(&archive, 0), [""; 0]);
    assert_eq!(due(&archive, 2), ["b-desk", "a-law", "c-feed"]);
    assert_eq!(archive.due_to(&addressee("a-law"), at(2), 0).unwrap().len(), 0);
    let mut tried = |to: &str, state, error| {
        archive.record_delivery(id, &addressee(to), state, error).unwrap();
    };
    tried("b-desk", DeliveryState::Due(at(5)), Some("the server said 500"));
    tried("a-law", DeliveryState::Delivered(at(2)), None);
    tried("c-feed", DeliveryState::GivenUp(at(2)), Some("no such place"));
    tried("a-law", DeliveryState::Due(at(3)), None);
    assert_eq!(due(&archive, 4), [""; 0]);
    assert_eq!(due(&archive, 5), ["b-desk"]);
    let open = archive.undelivered().unwrap();
    let open: Vec<_> =
        open.iter().map(|it| (it.state, it.attempts, it.last_error.as_deref())).collect();
    assert_eq!(
        open,
        [
            (DeliveryState::Due(at(5)), 1, Some("the server said 500")),
            (DeliveryState::GivenUp(at(2)), 1, Some("no such place")),
        ]
    );
    let told = archive.event(id).unwrap().unwrap().deliveries;
    assert_eq!(
        (told[0].addressee.clone(), told[0].state),
        (addressee("a-law"), DeliveryState::Delivered(at(2)))
    );
    let nobody = archive.record_delivery(id, &addressee("x"), DeliveryState::Due(at(1)), None);
    assert!(matches!(nobody, Err(ArchiveError::Unknown { .. })), "{nobody:?}");
}

#[test]
fn lasting_trouble_becomes_an_alert_once() {
    let (_directory, mut archive) = fresh();
    let one = visit("a", 1, "wall");
    let trouble = Trouble::new(TroubleKind::BotWall, "a wall");
    let what = What::Trouble { trouble, last_good_at: None };
    let pending = event(&one, what, Telling::Pending, &[]);
    telling_of(&mut archive, &one, vec![pending.clone()]);
    for hour in [72, 80] {
        let later = visit("a", hour, "wall");
        let id = archive.record_visits(std::slice::from_ref(&later)).unwrap()[0];
        let mut lasting = judgement(id, &later, Finding::Same, "wall");
        lasting.alerted = vec![(pending.event.id.clone(), vec![addressee("desk")])];
        archive.record_judgements(&[lasting]).unwrap();
        let told = archive.event(&pending.event.id).unwrap().unwrap();
        let first_at = visit("a", 72, "").ended_at;
        assert_eq!(told.event.telling, Telling::Alert(first_at));
        assert_eq!(told.deliveries.len(), 1);
        assert_eq!(told.deliveries[0].state, DeliveryState::Due(first_at));
    }
    let later = visit("a", 90, "wall");
    let id = archive.record_visits(std::slice::from_ref(&later)).unwrap()[0];
    let mut wrong = judgement(id, &later, Finding::Same, "wall");
    wrong.versions = vec![version(id, &later, Cause::First, "wall")];
    wrong.alerted = vec![("00000000000000ff".parse().unwrap(), Vec::new())];
    assert!(archive.record_judgements(&[wrong]).is_err());
    assert!(archive.versions(&page("a")).unwrap().is_empty());
}

#[test]
fn a_sweep_that_was_killed_has_no_end() {
    let (_directory, mut archive) = fresh();
    assert_eq!(archive.last_sweep().unwrap(), None);
    let sweep = archive.begin_sweep(&run_start(at(1))).unwrap();
    let last = |archive: &Archive| archive.last_sweep().unwrap().unwrap();
    assert_eq!(last(&archive), SweepRecord { began_at: at(1), ended: None });
    archive.end_sweep(sweep, &run_end(at(2), SweepEnd::Interrupted)).unwrap();
    assert_eq!(last(&archive).ended, Some((at(2), SweepEnd::Interrupted)));
    archive.begin_sweep(&run_start(at(3))).unwrap();
    assert_eq!(last(&archive), SweepRecord { began_at: at(3), ended: None });
    let unknown = archive.end_sweep(99, &run_end(at(4), SweepEnd::Done));
    assert!(matches!(unknown, Err(ArchiveError::Unknown { .. })));
}

#[test]
fn a_clock_that_went_back_between_two_sweeps_is_known_from_their_order() {
    let (_directory, mut archive) = fresh();
    for (began, ended) in [(at(1), at(1)), (at(2), at(90)), (at(60), at(61)), (at(10), at(70))] {
        let sweep = archive.begin_sweep(&run_start(began)).unwrap();
        archive.end_sweep(sweep, &run_end(ended, SweepEnd::Done)).unwrap();
    }
    let jump = |before, after| ClockJump { before: at(before), after: at(after) };
    assert_eq!(archive.clock_jumps(9).unwrap(), [jump(61, 10), jump(90, 60)]);
    assert_eq!(archive.clock_jumps(1).unwrap(), [jump(61, 10)]);
    // The network's clock corrects by moments.
    let slew = Timestamp::from_millis(at(70).as_millis() - 500);
    archive.begin_sweep(&run_start(slew)).unwrap();
    assert_eq!(archive.clock_jumps(9).unwrap().len(), 2);
}
