//! Whether another wording is established: does it hold, and was it seen before.

use std::time::Duration;

use crate::{
    compare,
    model::{
        cause::Cause,
        edit::{Diff, EditKind},
        event::{Certainty, Change, What},
        history::{Finding, Judgement, NewEvent, NewVersion, Reading, Waiting},
        text::Text,
        time::{Timestamp, in_words},
    },
    monitor::judge::{
        case::{Case, Compared, Overdue, blank},
        events::{Teller, healthy, judged, quiet_reason},
        recall::{Lasting, Recall},
    },
};

/// How long a wording that was never seen before has to hold between its first and its last
/// sighting: longer than the second look within a run, shorter than any `every` in use.
const HOLD: Duration = Duration::from_secs(1_800);

/// What becomes of another text at this visit.
enum Hold {
    /// It is established.
    Established(Certainty, String),
    /// It is established, since an earlier wording is back to stay.
    Returned(Lasting, String),
    /// It waits, for this reason.
    Waits(Finding, String),
}

/// Judges a text that differs from the established one, `kind` being its strongest edit.
pub fn another_text(case: &Case, compared: Compared, kind: EditKind) -> Judgement {
    if !kind.is_wording() || is_the_waiting_one(&compared) {
        return one_text(case, compared, kind);
    }
    if let Some(overdue) = overdue(case, &compared) {
        return establish_the_waiting_first(case, compared, &overdue, Why::Overdue);
    }
    match built_upon(case, &compared) {
        Some(held) => establish_the_waiting_first(case, compared, &held, Why::BuiltUpon),
        None => one_text(case, compared, kind),
    }
}

/// Returns whether what has to hold of this visit's text is what waits already, though variants
/// that are known may come and go beside it.
fn is_the_waiting_one(compared: &Compared) -> bool {
    compared.waiting.as_ref().is_some_and(|held| held.is_wording() && held.key == compared.key)
}

/// Why a wording that waits is established by a visit that shows another.
#[derive(Clone, Copy)]
enum Why {
    /// It has waited as long as it may.
    Overdue,
    /// The other keeps what it altered.
    BuiltUpon,
}

/// From this share of a wording's edits on, per mille of their characters, that the next wording
/// keeps, the next one is built upon it.
const KEPT_MIN: usize = 800;

/// Returns the wording that waits if this visit's keeps its edits and adds others: they hold, and
/// are told apart from what was added.
///
/// A variant that takes turns with others is not kept by them, and one that the page showed
/// before has to hold by itself.
fn built_upon(case: &Case, compared: &Compared) -> Option<Overdue> {
    let held = compared.waiting.as_ref()?;
    let waiting = case.state.waiting.as_ref()?;
    let age = case.captured_at.since(waiting.first_at);
    let differs = held.since.strongest().is_some_and(EditKind::is_wording);
    if held.was_seen_before || age < HOLD || !differs || !held.is_wording() {
        return None;
    }
    let all = 2 * altered(&held.diff);
    // What lies on the way from the established text to this one is kept; what was undone is
    // altered twice.
    let kept = (altered(&held.diff) + altered(&compared.diff)).saturating_sub(altered(&held.since));
    (KEPT_MIN * all <= 1000 * kept).then(|| Overdue::of(compared, held))
}

/// Returns how many characters a diff deletes and inserts.
fn altered(diff: &Diff) -> usize {
    let wording = diff.edits().filter(|edit| edit.kind.is_wording());
    wording.flat_map(|edit| edit.deleted().chain(edit.inserted())).map(str::len).sum()
}

/// Returns whether a wording has waited as long as it may.
pub fn is_overdue(case: &Case) -> bool {
    let waited = |waiting: &Waiting| case.captured_at.since(waiting.first_at);
    case.state.waiting.as_ref().is_some_and(|it| case.watch.confirm_within <= waited(it))
}

/// Returns the wording that waits if it was neither withdrawn nor confirmed within its time.
///
/// Visits may lie further apart than `confirm_within`: then the wording stood, as far as anyone
/// knows, until the next visit, which shows a third one. One that the page had shown before is
/// gone again by that, as it was then.
pub fn overdue(case: &Case, compared: &Compared) -> Option<Overdue> {
    let held = compared.waiting.as_ref()?;
    let differs = held.since.strongest().is_some_and(EditKind::is_wording);
    (is_overdue(case) && differs && held.is_wording() && !held.was_seen_before)
        .then(|| Overdue::of(compared, held))
}

/// Adds the version and the alert of a wording that has waited as long as it may.
pub fn establish_overdue(case: &Case, judgement: &mut Judgement, overdue: &Overdue) {
    let Some(waiting) = &case.state.waiting else { return };
    judgement.reasons.push(format!(
        "the wording that waited since {} has had its time ({}) and was not withdrawn: it is \
         established, unconfirmed",
        waiting.first_at.minute(),
        in_words(case.watch.confirm_within)
    ));
    establish_held(case, judgement, waiting, overdue, Certainty::Unsure);
}

/// Adds the version and the alert of a wording that waited when what the page is asked for, or how
/// it is read, was altered: no later visit can confirm it.
pub fn establish_unsettled(case: &Case, judgement: &mut Judgement, overdue: &Overdue) {
    let Some(waiting) = &case.state.waiting else { return };
    judgement.reasons.push(format!(
        "the wording that waited since {} can be confirmed no more: it is established, unconfirmed",
        waiting.first_at.minute()
    ));
    establish_held(case, judgement, waiting, overdue, Certainty::Unsure);
}

fn establish_held(
    case: &Case,
    judgement: &mut Judgement,
    waiting: &Waiting,
    overdue: &Overdue,
    certainty: Certainty,
) {
    let established = Established {
        before: &overdue.before,
        text: &overdue.held.text,
        regime_of: &overdue.held.reading,
        diff: &overdue.held.diff,
        certainty,
        waiting,
    };
    add_version(case, judgement, &established);
}

fn establish_the_waiting_first(
    case: &Case,
    compared: Compared,
    overdue: &Overdue,
    why: Why,
) -> Judgement {
    let mut judgement = blank(case, Finding::Waiting, Some(compared.reading.clone()));
    match (why, &case.state.waiting) {
        (Why::BuiltUpon, Some(waiting)) => {
            judgement.reasons.push(format!(
                "this visit's wording keeps what the one that waited since {} altered: that holds",
                waiting.first_at.minute()
            ));
            establish_held(case, &mut judgement, waiting, overdue, Certainty::Confirmed);
        }
        (Why::Overdue | Why::BuiltUpon, _) => establish_overdue(case, &mut judgement, overdue),
    }
    judgement.reasons.push("this visit shows yet another wording, which waits in turn".to_owned());
    let waited_until = case.state.waiting.as_ref().map(|waiting| waiting.last_at);
    let kind = overdue.held.since.strongest();
    judgement.waiting = Some(Waiting {
        before_last_at: waited_until.unwrap_or(case.captured_at),
        ..sighted(case, &compared, kind, None)
    });
    healthy(case, &mut judgement);
    judgement
}

/// Takes what has long stood in the place of the policy as the page's wording.
pub fn replaced(case: &Case, compared: &Compared) -> Judgement {
    let mut judgement = blank(case, Finding::Established, Some(compared.reading.clone()));
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
    let established = Established {
        before: &compared.before,
        text,
        regime_of: &compared.reading,
        diff: &diff,
        certainty: Certainty::Unsure,
        waiting: &waiting,
    };
    add_version(case, &mut judgement, &established);
    judgement.waiting = None;
    judgement
}

/// Returns the quiet event of a wording that was on the page and was taken back.
pub fn withdrawn(case: &Case, withdrawn: &Overdue) -> Option<NewEvent> {
    let waiting = case.state.waiting.as_ref().filter(|waiting| waiting.is_wording())?;
    let change = Change {
        cause: Cause::Page,
        certainty: Certainty::Unsure,
        before: withdrawn.before.digest(),
        after: withdrawn.held.text.digest(),
        before_last_at: waiting.before_last_at,
        edits: judged(&withdrawn.before, &withdrawn.held.text, &withdrawn.held.diff),
    };
    let teller = Teller::new(case).captured_at(waiting.first_at);
    let reason = "the wording was taken back: the established one returned before it was confirmed";
    Some(teller.quiet(What::Change(change), reason))
}

fn one_text(case: &Case, compared: Compared, kind: EditKind) -> Judgement {
    let mut waiting = sighted(case, &compared, Some(kind), case.state.waiting.as_ref());
    let reading = compared.reading.clone();
    let mut judgement = match hold(case, &compared, &waiting, kind) {
        Hold::Returned(lasting, reason) => returned(case, &compared, waiting, lasting, reason),
        Hold::Established(certainty, reason) => {
            let mut judgement = blank(case, Finding::Established, Some(reading));
            judgement.reasons.push(reason);
            judgement.waiting = None;
            establish(case, &mut judgement, &compared, &waiting, certainty);
            judgement
        }
        Hold::Waits(finding, reason) => {
            let mut judgement = blank(case, finding, Some(reading));
            judgement.reasons.push(reason);
            if finding_is_known(&compared.recall) {
                // Variants that are known stand for the established wording.
                waiting.diverged_at = case.captured_at;
            }
            judgement.waiting = Some(waiting);
            judgement
        }
    };
    healthy(case, &mut judgement);
    judgement
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

/// Decides whether a wording holds.
fn hold(case: &Case, compared: &Compared, waiting: &Waiting, kind: EditKind) -> Hold {
    let within = case.watch.confirm_within;
    let age = case.captured_at.since(waiting.first_at);
    let diverged = case.captured_at.since(waiting.diverged_at);
    let was_seen_before = seen_before(compared, waiting.first_at);
    let confirmed = 2 <= waiting.sightings;
    let seen = format!("seen {} times over {}", waiting.sightings, in_words(age));
    if within.is_zero() {
        let reason =
            format!("{}; `confirm_within` is 0, so it is established at once", difference(kind));
        return Hold::Established(Certainty::Unsure, reason);
    }
    if let Recall::Known(lasting) = &compared.recall
        && kind.is_wording()
    {
        return known(compared, lasting.as_ref(), within);
    }
    if confirmed && within <= age && kind.is_wording() {
        return Hold::Established(Certainty::Confirmed, format!("other words, {seen}: they hold"));
    }
    if confirmed && HOLD <= age && !was_seen_before && kind.is_wording() {
        let reason = format!("words never seen on this page before, {seen}: they hold");
        return Hold::Established(Certainty::Confirmed, reason);
    }
    if confirmed && HOLD.min(within) <= age && !kind.is_wording() {
        return Hold::Established(Certainty::Confirmed, format!("{}, {seen}", quiet_reason(kind)));
    }
    if within <= diverged && kind.is_wording() {
        let reason = format!(
            "the page has not shown its established wording for {}: the present one is \
             established, unconfirmed",
            in_words(diverged)
        );
        return Hold::Established(Certainty::Unsure, reason);
    }
    match compared.sightings {
        Some(before) if was_seen_before => Hold::Waits(
            Finding::Variant,
            format!(
                "a wording that this page has shown before (first {}): it must hold for {} before \
                 it counts as a return",
                before.first_at.minute(),
                in_words(within)
            ),
        ),
        Some(_) | None => Hold::Waits(
            Finding::Waiting,
            format!(
                "{}, seen {}{}: it waits to be seen again at a later visit",
                difference(kind),
                times(waiting),
                if confirmed && age < HOLD { " within minutes" } else { " so far" }
            ),
        ),
    }
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

/// Decides about a text each edit of which the page has shown before.
fn known(compared: &Compared, lasting: Option<&Lasting>, within: Duration) -> Hold {
    if let Some(lasting) = lasting {
        let reason = format!(
            "an earlier wording of this page is back since {} and was seen at {} visits since: it \
             holds",
            lasting.first_at.minute(),
            lasting.visits
        );
        return Hold::Returned(*lasting, reason);
    }
    let reason = match compared.sightings {
        Some(before) => format!(
            "a wording that this page has shown before (first {}): it must hold for {} before it \
             counts as a return, and for twice as long as it ever flapped",
            before.first_at.minute(),
            in_words(within)
        ),
        None => format!(
            "each passage that differs was on this page before, though not all at once: variants \
             that come and go; one that stays for {}, and for twice as long as it ever flapped, \
             counts as a return",
            in_words(within)
        ),
    };
    Hold::Waits(Finding::Variant, reason)
}

/// Establishes an earlier wording that is back to stay.
fn returned(
    case: &Case,
    compared: &Compared,
    waiting: Waiting,
    lasting: Lasting,
    reason: String,
) -> Judgement {
    let mut judgement = blank(case, Finding::Established, Some(compared.reading.clone()));
    judgement.reasons.push(reason);
    judgement.waiting = None;
    let waiting =
        Waiting { first_at: lasting.first_at, before_last_at: lasting.before_last_at, ..waiting };
    establish(case, &mut judgement, compared, &waiting, Certainty::Confirmed);
    judgement
}

/// Adds the version of what waited, with its text as first seen.
fn establish(
    case: &Case,
    judgement: &mut Judgement,
    compared: &Compared,
    waiting: &Waiting,
    certainty: Certainty,
) {
    let held = compared.waiting.as_ref().filter(|_| 1 < waiting.sightings);
    let established = Established {
        before: &compared.before,
        text: held.map_or(&compared.reading.text, |held| &held.text),
        regime_of: &compared.reading,
        diff: held.map_or(&compared.diff, |held| &held.diff),
        certainty,
        waiting,
    };
    add_version(case, judgement, &established);
}

fn finding_is_known(recall: &Recall) -> bool {
    matches!(recall, Recall::Known(_))
}

fn times(waiting: &Waiting) -> String {
    match waiting.sightings {
        1 => "once".to_owned(),
        more => format!("{more} times"),
    }
}

/// Returns whether the wording was on the page before it began to wait.
fn seen_before(compared: &Compared, first_at: Timestamp) -> bool {
    compared.sightings.is_some_and(|sightings| sightings.first_at < first_at)
}

/// A wording that becomes a version.
struct Established<'a> {
    before: &'a Text,
    text: &'a Text,
    regime_of: &'a Reading,
    diff: &'a Diff,
    certainty: Certainty,
    waiting: &'a Waiting,
}

/// Adds the version, its change, and the alert if words changed.
fn add_version(case: &Case, judgement: &mut Judgement, established: &Established) {
    let Established { before, text, regime_of, diff, certainty, waiting } = established;
    let change = Change {
        cause: Cause::Page,
        certainty: *certainty,
        before: before.digest(),
        after: text.digest(),
        before_last_at: waiting.before_last_at,
        edits: judged(before, text, diff),
    };
    let kind = change.kind();
    let teller = Teller::new(case).captured_at(waiting.first_at);
    judgement.events.push(match kind.is_wording() {
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
        text: (*text).clone(),
        regime: regime_of.regime,
        first_visit: waiting.first_visit,
        first_at: waiting.first_at,
    });
}
