//! What people decided about changes.

use crate::{
    archive::{reviews::ChangeQuery, store::Archive, tests::making::*},
    model::{
        event::{EventId, Telling},
        history::Finding,
        review::{Decision, Reason, ReviewState, RuleId},
        rule::{Rule, RuleState},
    },
};

/// An archive with four changes of page `a`, the last of which is told to nobody.
fn with_changes() -> (tempfile::TempDir, Archive, Vec<EventId>) {
    let (directory, mut archive) = fresh();
    judged(&mut archive, &visit("a", 1, "0"), Finding::First, "0");
    let mut names = Vec::new();
    for hour in 2..=5 {
        let (before, after) = ((hour - 2).to_string(), (hour - 1).to_string());
        let changed = visit("a", hour, &after);
        let id = archive.record_visits(std::slice::from_ref(&changed)).unwrap()[0];
        let mut judgement = judgement(id, &changed, Finding::Established, &after);
        let cause = crate::model::cause::Cause::Page;
        judgement.versions = vec![version(id, &changed, cause, &after)];
        let telling = match hour {
            5 => Telling::Quiet("of no weight".to_owned()),
            _ => Telling::Alert(at(hour)),
        };
        judgement.events = vec![event(&changed, change(&before, &after), telling, &[])];
        archive.record_judgements(&[judgement.clone()]).unwrap();
        names.push(judgement.events[0].event.id.clone());
    }
    (directory, archive, names)
}

fn listed(archive: &Archive, query: &ChangeQuery) -> Vec<EventId> {
    let found = archive.reviewed_changes(query).unwrap();
    found.into_iter().map(|(told, _)| told.event.id).collect()
}

#[test]
fn changes_are_listed_by_what_was_decided_last() {
    let (_directory, mut archive, names) = with_changes();
    let in_state = |state| ChangeQuery { state: Some(state), ..ChangeQuery::default() };
    assert_eq!(listed(&archive, &ChangeQuery::default()), names[..3]);
    assert_eq!(listed(&archive, &in_state(ReviewState::New)), names[..3]);
    assert_eq!(archive.review_counts().unwrap(), [3, 0, 0, 0]);

    archive.add_review(&names[0], &review(Decision::Confirm, None, None)).unwrap();
    archive.add_review(&names[0], &review(Decision::Note, Some("well"), None)).unwrap();
    archive.add_review(&names[1], &review(Decision::Escalate, None, None)).unwrap();
    archive.add_review(&names[1], &review(Decision::Reopen, None, None)).unwrap();
    let dismissal = Decision::Dismiss("a typo".parse::<Reason>().unwrap());
    archive.add_review(&names[3], &review(dismissal, None, Some(1))).unwrap();
    assert_eq!(listed(&archive, &in_state(ReviewState::New)), names[1..3]);
    assert_eq!(listed(&archive, &in_state(ReviewState::Confirmed)), names[..1]);
    assert_eq!(listed(&archive, &in_state(ReviewState::Dismissed)), names[3..]);
    assert_eq!(archive.review_counts().unwrap(), [2, 1, 1, 0]);

    let latest = ChangeQuery { limit: Some(1), ..ChangeQuery::default() };
    assert_eq!(listed(&archive, &latest), names[3..]);
    let elsewhere = ChangeQuery { company: Some("Other".to_owned()), ..ChangeQuery::default() };
    assert_eq!(listed(&archive, &elsewhere), []);
    let unknown = ChangeQuery { page: Some(page("x")), ..ChangeQuery::default() };
    assert_eq!(listed(&archive, &unknown), []);
    let of_page = ChangeQuery { page: Some(page("a")), since: Some(at(4)), ..latest };
    assert_eq!(listed(&archive, &of_page), names[3..]);
    assert_eq!(proved(&archive), [""; 0]);
}

#[test]
fn a_trail_is_read_back_as_it_was_written_and_is_only_added_to() {
    let (_directory, mut archive, names) = with_changes();
    let trail = [
        review(Decision::Escalate, Some("ask the lawyers\nsoon"), None),
        review(Decision::Dismiss(Reason::Editorial), None, Some(7)),
        review(Decision::Note, Some("said by phone"), None),
    ];
    for it in &trail {
        archive.add_review(&names[0], it).unwrap();
    }
    assert_eq!(archive.reviews(&names[0]).unwrap(), trail);
    assert_eq!(archive.reviews(&names[1]).unwrap(), []);
    assert!(archive.add_review(&"0123456789abcdef".parse().unwrap(), &trail[0]).is_err());
    let run = |sql: &str| archive.outside(sql);
    assert!(run("UPDATE review SET reviewer = 'Bo'").is_err());
    assert!(run("DELETE FROM review").is_err());
}

#[test]
fn a_rule_is_revised_and_never_rewritten() {
    let (_directory, mut archive, names) = with_changes();
    let written = rule(&names[1]);
    let first = archive.add_rule(&written).unwrap();
    let second = archive.add_rule(&written).unwrap();
    assert_ne!(first, second);
    for _ in 0..2 {
        archive.forget_rule(first, &"Bo".parse().unwrap(), at(9)).unwrap();
    }
    let rules = archive.rules().unwrap();
    assert_eq!(rules, archive.rules_of(&page("a")).unwrap());
    let told = |it: &Rule| (it.id, it.revision, it.state, it.by.to_string());
    let told: Vec<_> = rules.iter().map(told).collect();
    let expected = [
        (first, 2, RuleState::Forgotten, "Bo".to_owned()),
        (second, 1, RuleState::Active, "Ada".to_owned()),
    ];
    assert_eq!(told, expected);
    assert_eq!(rules[1].likenesses, written.likenesses);
    assert_eq!(archive.rules_of(&page("x")).unwrap(), []);
    assert!(archive.outside("DELETE FROM review_rule").is_err());
    assert!(archive.forget_rule(RuleId(9), &"Bo".parse().unwrap(), at(9)).is_err());
    assert_eq!(proved(&archive), [""; 0]);
}
