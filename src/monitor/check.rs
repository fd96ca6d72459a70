//! One visit, from its bytes to what it adds to the record: the walk that ARCHITECTURE.md tells.
//!
//! The visit is recorded before it is read; what it means is recorded after, in one transaction
//! that holds version, change and due alerts.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use crate::{
    archive::{error::ArchiveError, store::Archive},
    compare,
    extract::language::detected,
    model::{
        cause::Cause,
        channel::Channel,
        edit::Diff,
        flag::Flag,
        history::{
            Judgement, NewVersion, PageState, Reading, Regime, Spell, Version, VisitId, Waiting,
        },
        text::Text,
        time::Timestamp,
        trouble::{Trouble, TroubleKind},
        visit::{FetchFailure, Hop, Origin, Visit},
        watch::{Watch, Watchlist},
    },
    monitor::{
        intake::{self, Intake, read_again, take_in},
        judge::{
            case::{Case, Compared, Evidence, Held, Overdue, Reached, Rederived, Whereabouts},
            change::is_overdue,
            judge,
            recall::{Moment, Recall, ask},
            suspicion::{Aspect, suspicion},
        },
        memory::{self, Memory},
    },
};

/// Returns what a recorded visit adds to the record; nothing is written.
pub fn check(
    archive: &Archive,
    watch: &Watch,
    channels: &[Channel],
    (id, visit): (VisitId, &Visit),
    judged_at: Timestamp,
) -> Result<Judgement, ArchiveError> {
    let intake = take_in(watch, visit, archive)?;
    check_taken_in(archive, watch, channels, Taken { id, visit, intake }, judged_at)
}

/// Returns the watch of a visit's page, or a plain one if the watchlist has it no more.
pub fn watch_for(watchlist: &Watchlist, visit: &Visit) -> Watch {
    let plain = || {
        let urls = visit.parts.iter().map(|part| part.url.clone()).collect();
        Watch::new(visit.page.clone(), urls)
    };
    watchlist.watch(&visit.page).cloned().unwrap_or_else(plain)
}

/// A recorded visit with what it gave.
pub struct Taken<'a> {
    /// Its number.
    pub id: VisitId,
    /// The visit.
    pub visit: &'a Visit,
    /// What it gave, as [`take_in`] read it.
    pub intake: Intake,
}

/// Does what [`check`] does for a visit that was read already.
pub fn check_taken_in(
    archive: &Archive,
    watch: &Watch,
    channels: &[Channel],
    taken: Taken<'_>,
    judged_at: Timestamp,
) -> Result<Judgement, ArchiveError> {
    let Taken { id, visit, intake } = taken;
    let state = by_this_clock(archive.page_state(&visit.page)?, visit.started_at);
    let whereabouts = whereabouts(visit);
    let case = Case {
        watch,
        channels,
        state: &state,
        visit: id,
        captured_at: visit.started_at,
        judged_at,
        whereabouts: &whereabouts,
        away_until: away_until(visit),
    };
    // A defect of ours in judging one page must not stop the others, now or at the next run.
    let judged =
        catch_unwind(AssertUnwindSafe(|| Ok(judge(&case, weigh(archive, &case, intake, visit)?))));
    let mut judgement = judged.unwrap_or_else(|_| {
        let evidence = "judging the visit failed inside pledgewatch";
        let trouble = Trouble::new(TroubleKind::Unreadable, evidence);
        Ok(judge(&case, Evidence::Trouble(trouble, None)))
    })?;
    judgement.reasons.extend(oddities(visit));
    Ok(judgement)
}

/// Says what was odd on the way of a visit's answers. What was imported came on no way of ours.
fn oddities(visit: &Visit) -> Vec<String> {
    match visit.origin {
        Origin::Live => visit.parts.iter().flat_map(Flag::of).map(|it| it.to_string()).collect(),
        Origin::Imported => Vec::new(),
    }
}

/// Returns the state with what a clock that ran ahead put into the future moved to the present:
/// time passes for it from now on.
fn by_this_clock(state: PageState, now: Timestamp) -> PageState {
    let waiting = state.waiting.map(|waiting| Waiting {
        first_at: waiting.first_at.min(now),
        last_at: waiting.last_at.min(now),
        before_last_at: waiting.before_last_at.min(now),
        diverged_at: waiting.diverged_at.min(now),
        ..waiting
    });
    let spell = state.spell.map(|spell| Spell { since: spell.since.min(now), ..spell });
    PageState { waiting, spell, ..state }
}

/// Holds what the visit gave against what is on record.
fn weigh(
    archive: &Archive,
    case: &Case,
    intake: Intake,
    visit: &Visit,
) -> Result<Evidence, ArchiveError> {
    let regime = intake::regime(&case.watch.selection);
    match (intake, &case.state.version) {
        (Intake::Trouble(trouble), version) => in_trouble(archive, case, version.as_ref(), trouble),
        (Intake::NotModified, Some(version)) if version.regime == regime => {
            Ok(Evidence::NotModified(withdrawn(archive, case, version)?))
        }
        (Intake::NotModified, version) => {
            let again = intake::read_known(archive, visit, &case.watch.selection)?;
            match (again, version) {
                (Intake::Text { reading, sign, .. }, None) => Ok(first(reading, sign)),
                (Intake::Text { reading, sign, language }, Some(version)) => {
                    let after = After { reading, sign, language, may_be_cut: false };
                    beside(archive, case, version, after)
                }
                (Intake::Trouble(trouble), version) => {
                    in_trouble(archive, case, version.as_ref(), trouble)
                }
                (Intake::NotModified, _) => Ok(Evidence::NotModified(None)),
            }
        }
        (Intake::Text { reading, sign, .. }, None) => Ok(first(reading, sign)),
        (Intake::Text { reading, sign, language }, Some(version)) => {
            let may_be_cut = visit.parts.iter().any(intake::may_be_cut);
            beside(archive, case, version, After { reading, sign, language, may_be_cut })
        }
    }
}

/// Trouble does not stop the time of a wording that waits.
fn in_trouble(
    archive: &Archive,
    case: &Case,
    version: Option<&Version>,
    trouble: Trouble,
) -> Result<Evidence, ArchiveError> {
    let Some(version) = version.filter(|_| is_overdue(case)) else {
        return Ok(Evidence::Trouble(trouble, None));
    };
    let before = established(archive, case, version)?.text;
    let held = waiting(archive, case.state, case.watch, &before, &before)?;
    let overdue = held.filter(Held::is_wording).map(|held| Box::new(Overdue { before, held }));
    Ok(Evidence::Trouble(trouble, overdue))
}

/// Returns the wording that waits, which a return of the established one takes back.
fn withdrawn(
    archive: &Archive,
    case: &Case,
    version: &Version,
) -> Result<Option<Box<Overdue>>, ArchiveError> {
    if case.state.waiting.is_none() {
        return Ok(None);
    }
    let before = established(archive, case, version)?.text;
    let held = waiting(archive, case.state, case.watch, &before, &before)?;
    let held = held.filter(Held::is_wording);
    Ok(held.map(|held| Box::new(Overdue { before, held })))
}

/// A page may be short by nature: with nothing to hold it against, few words are no trouble.
fn first(reading: Reading, sign: Option<Trouble>) -> Evidence {
    let is_short =
        |trouble: &Trouble| trouble.kind == TroubleKind::Empty && 0 < reading.text.word_count();
    match sign {
        Some(trouble) if !is_short(&trouble) => Evidence::Trouble(trouble, None),
        Some(_) | None => Evidence::First(reading),
    }
}

/// A visit's text with what is known of its page.
struct After {
    reading: Reading,
    sign: Option<Trouble>,
    language: Option<String>,
    may_be_cut: bool,
}

fn beside(
    archive: &Archive,
    case: &Case,
    version: &Version,
    after: After,
) -> Result<Evidence, ArchiveError> {
    let After { reading, sign, language: language_after, may_be_cut } = after;
    let before = established(archive, case, version)?;
    let diff = match reading.text == before.text {
        true => Diff::default(),
        false => compare::diff::diff(&before.text, &reading.text),
    };
    let differs = diff.strongest().is_some_and(|kind| kind.is_wording());
    let (mut suspected, mut sightings, mut standing) = (None, None, None);
    if differs {
        let language_before = detected(&before.text);
        let aspect = Aspect {
            sign: sign.as_ref(),
            language_before: language_before.as_deref(),
            language_after: language_after.as_deref(),
            may_be_cut,
        };
        suspected = suspicion(&before.text, &reading.text, &aspect);
        sightings = archive.sightings(&case.watch.page, &reading.wording)?;
        if let (Some(_), Some(spell)) = (&suspected, &case.state.spell) {
            let page = &case.watch.page;
            if let Some(found) = archive.standing(page, &reading.wording, spell.since)? {
                standing = Some((found, archive.text(&found.text)?));
            }
        }
    }
    let memory = match differs {
        true => remembered(archive, case, version, &reading.regime)?,
        false => Memory::default(),
    };
    let waits_since = case.state.waiting.as_ref().filter(|it| it.is_wording());
    let moment = Moment {
        at: case.captured_at,
        waits_since: waits_since.map_or(case.captured_at, |waiting| waiting.first_at),
        within: case.watch.confirm_within,
    };
    let recalled = ask(&memory, (&before.text, &reading.text), &diff, moment);
    let key = recalled.fresh.as_ref().map_or(reading.wording, compare::wording::wording);
    let mut waiting = waiting(archive, case.state, case.watch, &before.text, &reading.text)?;
    if let Some(held) = waiting.as_mut().filter(|held| differs && held.is_wording()) {
        let recalled = ask(&memory, (&before.text, &held.text), &held.diff, moment);
        held.was_seen_before |= recalled.recall != Recall::Fresh;
        held.key = recalled.fresh.as_ref().map_or(held.key, compare::wording::wording);
    }
    Ok(Evidence::Compared(Box::new(Compared {
        reading,
        before: before.text,
        rederived: before.rederived,
        read_again: before.read_again,
        diff,
        key,
        recall: recalled.recall,
        sightings,
        waiting,
        suspicion: suspected,
        standing,
    })))
}

/// Returns what the page has shown lately, under the regime of this visit's text.
fn remembered(
    archive: &Archive,
    case: &Case,
    version: &Version,
    regime: &Regime,
) -> Result<Memory, ArchiveError> {
    let established = memory::Established { text: version.text, first_at: version.first_at };
    memory::recall(archive, &case.watch.page, case.captured_at, regime, established)
}

/// The established text under today's regime, and how it came to be read so.
struct BeforeText {
    text: Text,
    rederived: Option<Rederived>,
    read_again: Option<Reading>,
}

fn established(
    archive: &Archive,
    case: &Case,
    version: &Version,
) -> Result<BeforeText, ArchiveError> {
    let text = archive.text(&version.text)?;
    let regime = intake::regime(&case.watch.selection);
    if version.regime == regime {
        return Ok(BeforeText { text, rederived: None, read_again: None });
    }
    let Some(again) = read_again(archive, version.first_visit, &case.watch.selection)? else {
        return Ok(BeforeText { text, rederived: None, read_again: None });
    };
    if again == text {
        let wording = compare::wording::wording(&again);
        let reading = Reading { text: again, regime, wording };
        return Ok(BeforeText { text, rederived: None, read_again: Some(reading) });
    }
    let cause = match version.regime.selection == regime.selection {
        true => Cause::Extractor,
        false => Cause::Selection,
    };
    let version = NewVersion {
        cause,
        text: again.clone(),
        regime,
        first_visit: version.first_visit,
        first_at: version.first_at,
    };
    let rederived = Some(Rederived { version, as_read_before: text });
    Ok(BeforeText { text: again, rederived, read_again: None })
}

/// Returns the wording that waits, read under today's regime.
fn waiting(
    archive: &Archive,
    state: &PageState,
    watch: &Watch,
    before: &Text,
    after: &Text,
) -> Result<Option<Held>, ArchiveError> {
    let Some(waiting) = &state.waiting else { return Ok(None) };
    let regime = intake::regime(&watch.selection);
    let is_current = state.version.as_ref().is_some_and(|version| version.regime == regime);
    let text = match is_current {
        true => Some(archive.text(&waiting.text)?),
        false => read_again(archive, waiting.first_visit, &watch.selection)?,
    };
    let seen = archive.sightings(&watch.page, &waiting.wording)?;
    let was_seen_before = seen.is_some_and(|seen| seen.first_at < waiting.first_at);
    Ok(text.map(|text| {
        let wording = compare::wording::wording(&text);
        Held {
            key: wording,
            was_seen_before,
            diff: compare::diff::diff(before, &text),
            since: compare::diff::diff(&text, after),
            reading: Reading { text: text.clone(), regime, wording },
            text,
        }
    }))
}

fn whereabouts(visit: &Visit) -> Whereabouts {
    let part = &visit.parts[0];
    let is_permanent = |hop: &Hop| matches!(hop.status, 301 | 308);
    let reached = match !part.hops.is_empty() && part.hops.iter().all(is_permanent) {
        true => Reached::Permanently,
        false => Reached::Loosely,
    };
    Whereabouts { url: part.final_url().clone(), reached }
}

/// Returns until when the server asked us to stay away.
fn away_until(visit: &Visit) -> Option<Timestamp> {
    match visit.failure() {
        Some(FetchFailure::AskedToWait { retry_after, .. }) => {
            let wait: Duration = *retry_after;
            Some(visit.ended_at.after(wait))
        }
        Some(_) | None => None,
    }
}
