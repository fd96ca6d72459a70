//! What becomes of a text that differs from the established one: what stands is told, the rest
//! waits.

use crate::{
    compare,
    model::{
        cause::Cause,
        edit::{Edit, EditKind},
        event::{Certainty, Change, What},
        history::{Finding, Given, Judgement, NewEvent, NewVersion, Waiting},
        time::in_words,
    },
    monitor::judge::{
        case::{Case, Compared, Withdrawn, blank},
        events::{Teller, healthy, judged, quiet_reason},
        passages::{HOLD, Stand},
        settle::Settled,
    },
};

/// Judges a text that differs from the established one, `kind` being its strongest edit.
pub fn another_text(case: &Case, compared: Compared, kind: EditKind) -> Judgement {
    let mut judgement = match (kind.is_wording(), &compared.settled) {
        (false, _) => without_words(case, &compared, kind),
        (true, Some(settled)) => settled_by(case, &compared, settled),
        (true, None) => waits(case, &compared, kind),
    };
    healthy(case, &mut judgement);
    judgement
}

/// Returns whether a wording has waited as long as it may.
pub fn is_overdue(case: &Case) -> bool {
    let waited = |waiting: &Waiting| case.captured_at.since(waiting.first_at);
    case.state.waiting.as_ref().is_some_and(|it| case.watch.confirm_within <= waited(it))
}

/// Establishes what stands; what of this visit's text is not told then waits in turn.
fn settled_by(case: &Case, compared: &Compared, settled: &Settled) -> Judgement {
    let reading = &compared.reading;
    let rest = match settled.ground() == &reading.text {
        true => None,
        false => compare::diff::diff(settled.ground(), &reading.text).strongest(),
    };
    let is_whole = rest.is_none_or(|kind| !kind.is_wording());
    let finding = if is_whole { Finding::Established } else { Finding::Waiting };
    let mut judgement = blank(case, finding, Some(Given::Read(reading.clone())));
    judgement.waiting = None;
    establish(case, &mut judgement, settled);
    if !is_whole {
        judgement.reasons.push("what else differs at this visit waits in turn".to_owned());
        let before_last_at = case.state.waiting.as_ref().map_or(case.captured_at, |it| it.last_at);
        let waiting = sighted(case, compared, rest, None);
        judgement.waiting = Some(Waiting { before_last_at, ..waiting });
    }
    judgement
}

/// Records a wording of which nothing is told yet.
fn waits(case: &Case, compared: &Compared, kind: EditKind) -> Judgement {
    let mut waiting = sighted(case, compared, Some(kind), case.state.waiting.as_ref());
    let is_known = |stand: &Stand| matches!(stand, Stand::Known(_) | Stand::Silent);
    let within = in_words(case.watch.confirm_within);
    if compared.stands.iter().all(is_known) {
        let mut judgement =
            blank(case, Finding::Variant, Some(Given::Read(compared.reading.clone())));
        judgement.reasons.push(format!(
            "each passage that differs was on this page before: variants that come and go; one \
             that stays for {within}, and for twice as long as it ever flapped, counts as a return"
        ));
        // Variants that are known stand for the established wording.
        waiting.diverged_at = case.captured_at;
        judgement.waiting = Some(waiting);
        return judgement;
    }
    let mut judgement = blank(case, Finding::Waiting, Some(Given::Read(compared.reading.clone())));
    let age = case.captured_at.since(waiting.first_at);
    judgement.reasons.push(format!(
        "{}, seen {}{}: it waits to be seen again at a later visit",
        difference(kind),
        times(&waiting),
        if 2 <= waiting.sightings && age < HOLD { " within minutes" } else { " so far" }
    ));
    judgement.waiting = Some(waiting);
    judgement
}

/// Judges a text that differs in no word: recorded when it was seen twice, and not told.
fn without_words(case: &Case, compared: &Compared, kind: EditKind) -> Judgement {
    let waiting = sighted(case, compared, Some(kind), case.state.waiting.as_ref());
    let within = case.watch.confirm_within;
    let age = case.captured_at.since(waiting.first_at);
    let reading = Some(Given::Read(compared.reading.clone()));
    let reason = match (within.is_zero(), 2 <= waiting.sightings && HOLD.min(within) <= age) {
        (true, _) => {
            format!("{}; `confirm_within` is 0, so it is established at once", quiet_reason(kind))
        }
        (false, true) => format!(
            "{}, seen {} times over {}",
            quiet_reason(kind),
            waiting.sightings,
            in_words(age)
        ),
        (false, false) => {
            let mut judgement = blank(case, Finding::Waiting, reading);
            judgement.reasons.push(format!(
                "{}, seen {}{}: it waits to be seen again at a later visit",
                quiet_reason(kind),
                times(&waiting),
                if 2 <= waiting.sightings { " within minutes" } else { " so far" }
            ));
            judgement.waiting = Some(waiting);
            return judgement;
        }
    };
    let mut judgement = blank(case, Finding::Established, reading);
    judgement.reasons.push(reason);
    judgement.waiting = None;
    let held = compared.waiting.as_ref().filter(|_| 1 < waiting.sightings);
    let (text, diff) =
        held.map_or((&compared.reading.text, &compared.diff), |held| (&held.text, &held.diff));
    let certainty = if within.is_zero() { Certainty::Unsure } else { Certainty::Confirmed };
    let settled = Settled {
        before: compared.version,
        against: compared.before.clone(),
        text: text.clone(),
        regime: compared.reading.regime,
        first_visit: waiting.first_visit,
        first_at: waiting.first_at,
        before_last_at: waiting.before_last_at,
        is_told: vec![true; diff.edits().count()],
        diff: diff.clone(),
        certainty,
        ground: None,
        reasons: Vec::new(),
    };
    establish(case, &mut judgement, &settled);
    judgement
}

/// Takes what has long stood in the place of the policy as the page's wording.
pub fn replaced(case: &Case, compared: &Compared) -> Judgement {
    let mut judgement =
        blank(case, Finding::Established, Some(Given::Read(compared.reading.clone())));
    judgement.reasons.push(
        "what stands at the address has lasted: it is taken as the page's wording from now on"
            .to_owned(),
    );
    let mut waiting = sighted(case, compared, compared.diff.strongest(), None);
    let mut text = &compared.reading.text;
    if let Some((standing, as_first_seen)) = &compared.standing {
        waiting.first_visit = standing.first_visit;
        waiting.first_at = standing.sightings.first_at;
        text = as_first_seen;
    }
    let diff = compare::diff::diff(&compared.before, text);
    let settled = Settled {
        before: compared.version,
        against: compared.before.clone(),
        text: text.clone(),
        regime: compared.reading.regime,
        first_visit: waiting.first_visit,
        first_at: waiting.first_at,
        before_last_at: waiting.before_last_at,
        is_told: vec![true; diff.edits().count()],
        diff,
        certainty: Certainty::Unsure,
        ground: None,
        reasons: Vec::new(),
    };
    establish(case, &mut judgement, &settled);
    judgement.waiting = None;
    judgement
}

/// Returns the quiet event of a wording that was on the page and was taken back.
pub fn withdrawn(case: &Case, withdrawn: &Withdrawn) -> Option<NewEvent> {
    let waiting = case.state.waiting.as_ref().filter(|waiting| waiting.is_wording())?;
    let change = Change {
        cause: Cause::Page,
        certainty: Certainty::Unsure,
        before: withdrawn.version,
        after: withdrawn.held.text.digest(),
        before_last_at: waiting.before_last_at,
        edits: judged((&withdrawn.held.against, &withdrawn.held.text), &withdrawn.held.diff),
        untold: 0,
        pledges: Vec::new(),
    };
    let teller = Teller::new(case).captured_at(waiting.first_at);
    let reason = "the wording was taken back: the established one returned before it was confirmed";
    Some(teller.quiet(What::Change(change), reason))
}

/// Returns the waiting wording with this sighting counted.
fn sighted(
    case: &Case,
    compared: &Compared,
    kind: Option<EditKind>,
    waiting: Option<&Waiting>,
) -> Waiting {
    let reading = &compared.reading;
    let is_wording = kind.is_some_and(EditKind::is_wording);
    let key = if is_wording { compared.key } else { reading.text.digest() };
    let is_again =
        |waiting: &Waiting| waiting.wording == key || (is_wording && is_the_waiting_one(compared));
    match waiting {
        Some(waiting) if is_again(waiting) => Waiting {
            wording: key,
            last_at: case.captured_at,
            sightings: waiting.sightings.saturating_add(1),
            ..waiting.clone()
        },
        other => Waiting {
            wording: key,
            text: reading.text.digest(),
            first_visit: case.visit,
            first_at: case.captured_at,
            last_at: case.captured_at,
            sightings: 1,
            before_last_at: case.state.version_last_at.unwrap_or(case.captured_at),
            diverged_at: other
                .filter(|waiting| is_wording && waiting.is_wording())
                .map_or(case.captured_at, |waiting| waiting.diverged_at),
        },
    }
}

/// Returns whether what has to hold of this visit's text is what waits already, though variants
/// that are known may come and go beside it.
fn is_the_waiting_one(compared: &Compared) -> bool {
    compared.waiting.as_ref().is_some_and(|held| held.is_wording() && held.key == compared.key)
}

/// Returns how a text differs, by its strongest edit, in words.
fn difference(kind: EditKind) -> &'static str {
    match kind {
        EditKind::Moved => "another wording (a passage was moved)",
        EditKind::Reworded => "another wording (a passage was reworded)",
        EditKind::Added => "another wording (a passage was added)",
        EditKind::Removed => "another wording (a passage was removed)",
        EditKind::LinkTarget
        | EditKind::Structure
        | EditKind::Typography
        | EditKind::Renumbered
        | EditKind::DateStamp => quiet_reason(kind),
    }
}

fn times(waiting: &Waiting) -> String {
    match waiting.sightings {
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}

/// Returns the edits that are told, each with its verdict.
fn told(settled: &Settled) -> Vec<Edit> {
    let judged = judged((&settled.against, &settled.text), &settled.diff);
    let judged = judged.into_iter().zip(&settled.is_told);
    judged.filter(|(_, is_told)| **is_told).map(|(edit, _)| edit).collect()
}

/// Adds the version, its change, and the alert if words changed.
pub fn establish(case: &Case, judgement: &mut Judgement, settled: &Settled) {
    judgement.reasons.extend(settled.reasons.iter().cloned());
    let change = Change {
        cause: Cause::Page,
        certainty: settled.certainty,
        before: settled.before,
        after: settled.text.digest(),
        before_last_at: settled.before_last_at,
        edits: told(settled),
        untold: settled.untold(),
        pledges: Vec::new(),
    };
    let kind = change.kind();
    let teller = Teller::new(case).captured_at(settled.first_at);
    let is_asked_for = change.edits.iter().any(|edit| case.watch.also_alert.contains(&edit.kind));
    judgement.events.push(match kind.is_wording() || is_asked_for {
        true if !kind.is_wording() => {
            let reason = "it is alerted, since the watchlist asks for such edits (`also_alert`)";
            judgement.reasons.push(reason.to_owned());
            teller.alert(What::Change(change))
        }
        true => {
            judgement.reasons.push("it is alerted as a change of the wording".to_owned());
            teller.alert(What::Change(change))
        }
        false => {
            judgement.reasons.push(format!("no alert: {}", quiet_reason(kind)));
            teller.quiet(What::Change(change), quiet_reason(kind))
        }
    });
    judgement.versions.push(NewVersion {
        cause: Cause::Page,
        text: settled.text.clone(),
        ground: settled.ground.clone(),
        regime: settled.regime,
        first_visit: settled.first_visit,
        first_at: settled.first_at,
    });
}
