//! Rules applied to what a visit brought: a change that one dismisses is recorded and told to nobody.

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{
        event::{EventKind, Telling},
        history::Judgement,
        review::{Decision, Review},
        rule::Rule,
    },
};

/// Turns alerts that a rule of the page dismisses into entries that are on record only, each with
/// what the rule writes into its trail.
pub fn apply(archive: &Archive, judgement: &mut Judgement) -> Result<(), ArchiveError> {
    let is_alert = |telling: &Telling| matches!(telling, Telling::Alert(_));
    let mut events = judgement.events.iter_mut().map(|it| (&mut it.event, &mut it.addressees));
    let alerts = events
        .by_ref()
        .filter(|(event, _)| event.kind() == EventKind::Change && is_alert(&event.telling));
    let mut alerts: Vec<_> = alerts.collect();
    if alerts.is_empty() {
        return Ok(());
    }
    let rules = archive.rules_of(&judgement.page)?;
    for (event, addressees) in &mut alerts {
        let Some(rule) = rules.iter().find(|rule| rule.takes(event)) else { continue };
        event.telling = Telling::Quiet(because(rule));
        addressees.clear();
        judgement.reasons.retain(|reason| !reason.starts_with("it is alerted"));
        judgement.reasons.push(format!("no alert: {}", because(rule)));
        let review = Review {
            decision: Decision::Dismiss(rule.reason.clone()),
            note: None,
            by: rule.by.clone(),
            at: judgement.judged_at,
            rule: Some(rule.id),
        };
        judgement.dismissed.push((event.id.clone(), review));
    }
    Ok(())
}

fn because(rule: &Rule) -> String {
    format!(
        "rule {} by {} dismisses changes like {} on this page ({}); `pledgewatch review --rules` \
         shows it",
        rule.id,
        rule.by,
        rule.from,
        rule.reason.words()
    )
}
