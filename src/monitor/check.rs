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
    model::{
        channel::Channel,
        edit::Diff,
        flag::Flag,
        history::{
            Judgement, PageState, Reading, Regime, Reread, Spell, Version, VisitId, Waiting,
        },
        snapshot::Digest,
        text::Text,
        time::Timestamp,
        trouble::{Trouble, TroubleKind},
        visit::{FetchFailure, Origin, Part, Visit},
        watch::{Learning, Watch, Watchlist},
    },
    monitor::{
        earlier::{self, Before, Today},
        familiar::{self, Came},
        intake::{self, Intake, PartReading},
        judge::{
            case::{Case, Compared, Evidence, Late, Withdrawn},
            change::is_overdue,
            judge,
            passages::HOLD,
            settle::{self, Held, Now, Settled, Weighed},
            suspicion::{Aspect, suspicion},
        },
        memory::{self, Memory},
        pledges::following::follow_into,
        rules,
        whereabouts::whereabouts,
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
    let state = archive.page_state(&visit.page)?;
    let (came, note) = familiar::take_in(watch, visit, archive, &state)?.into_parts();
    let given = (id, visit, came);
    let mut judgement = check_beside(archive, watch, channels, given, state, judged_at)?;
    note(&mut judgement);
    Ok(judgement)
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
    /// What it gave, as [`intake::take_in`] read it.
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
    let state = archive.page_state(&visit.page)?;
    check_beside(archive, watch, channels, (id, visit, Came::Intake(intake)), state, judged_at)
}

fn check_beside(
    archive: &Archive,
    watch: &Watch,
    channels: &[Channel],
    (id, visit, came): (VisitId, &Visit, Came),
    state: PageState,
    judged_at: Timestamp,
) -> Result<Judgement, ArchiveError> {
    let (text, parts) = came.texts();
    let today = Today { watch, id, visit, text: text.as_ref(), parts: &parts };
    let state = by_this_clock(state, visit.started_at);
    // A defect of ours in judging one page must not stop the others, now or at the next run.
    let waiting = || earlier::waiting_today(archive, &today, state.clone());
    let waiting = catch_unwind(AssertUnwindSafe(waiting));
    let (state, reread) = waiting.unwrap_or_else(|_| Ok((state.clone(), None)))?;
    let whereabouts = whereabouts(archive, watch, visit)?;
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
    let weighing = Weighing { archive, case: &case, today, reread: reread.as_ref() };
    let judged = catch_unwind(AssertUnwindSafe(|| Ok(judge(&case, weigh(&weighing, came)?))));
    let mut judgement = judged.unwrap_or_else(|_| {
        let evidence = "judging the visit failed inside pledgewatch";
        let trouble = Trouble::new(TroubleKind::Unreadable, evidence);
        Ok(judge(&case, Evidence::Trouble(trouble, None)))
    })?;
    follow_into(archive, watch, channels, &mut judgement)?;
    rules::apply(archive, &mut judgement)?;
    judgement.reasons.extend(oddities(visit));
    judgement.reread.extend(reread);
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

/// What a visit is held against what is on record with.
struct Weighing<'a> {
    archive: &'a Archive,
    case: &'a Case<'a>,
    today: Today<'a>,
    /// The first visit of the wording that waits, read again.
    reread: Option<&'a Reread>,
}

/// Holds what the visit gave against what is on record.
fn weigh(with: &Weighing, came: Came) -> Result<Evidence, ArchiveError> {
    let intake = match came {
        Came::Intake(intake) => intake,
        Came::Established(named) => return Ok(Evidence::Established(named)),
    };
    let Weighing { archive, case, today, .. } = with;
    let regime = intake::regime(&case.watch.selection);
    match (intake, &case.state.version) {
        (Intake::Trouble(trouble), version) => in_trouble(with, version.as_ref(), trouble),
        (Intake::NotModified, Some(version)) if version.regime == regime => {
            Ok(Evidence::NotModified(withdrawn(with, version)?))
        }
        (Intake::NotModified, version) => {
            let again = intake::read_known(archive, today.visit, &case.watch.selection)?;
            match (again, version) {
                (Intake::Text { reading, sign, language, parts }, version) => {
                    let after = After { reading, sign, language, parts };
                    let texts = intake::texts(&after.parts);
                    let text = after.reading.text.clone();
                    let today = Today { text: Some(&text), parts: &texts, ..*today };
                    weigh_text(&Weighing { today, ..*with }, version.as_ref(), after)
                }
                (Intake::Trouble(trouble), version) => in_trouble(with, version.as_ref(), trouble),
                (Intake::NotModified, _) => Ok(Evidence::NotModified(None)),
            }
        }
        (Intake::Text { reading, sign, language, parts }, version) => {
            weigh_text(with, version.as_ref(), After { reading, sign, language, parts })
        }
    }
}

fn weigh_text(
    with: &Weighing,
    version: Option<&Version>,
    after: After,
) -> Result<Evidence, ArchiveError> {
    match version {
        Some(version) => beside(with, version, after),
        None => Ok(first(with, after)),
    }
}

/// Trouble does not stop the time of a wording that waits.
fn in_trouble(
    with: &Weighing,
    version: Option<&Version>,
    trouble: Trouble,
) -> Result<Evidence, ArchiveError> {
    let Some(version) = version.filter(|_| is_overdue(with.case)) else {
        return Ok(Evidence::Trouble(trouble, None));
    };
    let today = Today { text: None, parts: &[], ..with.today };
    let with = Weighing { today, ..*with };
    let regime = intake::regime(&with.case.watch.selection);
    let Some(before) = earlier::established(with.archive, version, &today)? else {
        return Ok(Evidence::Trouble(trouble, None));
    };
    let ground = ground(with.archive, version, &before.text)?;
    let memory = remembered(&with, version, &regime)?;
    let settled = weighed(&with, version, &memory, (&ground, before.version()), None)?.settled;
    let rederived = before.rederived.map(|it| it.beside(&ground));
    let late = settled.map(|settled| Box::new(Late { settled, rederived }));
    Ok(Evidence::Trouble(trouble, late))
}

/// Returns the wording that waits, which a return of the established one takes back.
fn withdrawn(with: &Weighing, version: &Version) -> Result<Option<Box<Withdrawn>>, ArchiveError> {
    if with.case.state.waiting.is_none() {
        return Ok(None);
    }
    let ground = ground(with.archive, version, &with.archive.text(&version.text)?)?;
    let held = waiting(with, &ground)?.filter(Held::is_wording);
    Ok(held.map(|held| Box::new(Withdrawn { version: version.text, held })))
}

/// A page may be short by nature: with nothing to hold it against, few words are no trouble.
fn first(with: &Weighing, after: After) -> Evidence {
    match after.grave_sign(with.today.visit) {
        Some(trouble) => Evidence::Trouble(trouble, None),
        None => Evidence::First(after.reading),
    }
}

/// A visit's text with what is known of its page.
struct After {
    reading: Reading,
    sign: Option<Trouble>,
    language: Option<String>,
    parts: Vec<PartReading>,
}

impl After {
    /// Returns the strongest sign of trouble that counts with nothing to hold the text against.
    fn grave_sign(&self, visit: &Visit) -> Option<Trouble> {
        let grave = |sign: &Option<Trouble>, text: &Text| {
            let is_short = |it: &Trouble| it.kind == TroubleKind::Empty && 0 < text.word_count();
            sign.clone().filter(|it| !is_short(it))
        };
        if self.parts.is_empty() {
            return grave(&self.sign, &self.reading.text);
        }
        let each = self.parts.iter().zip(&visit.parts);
        each.filter_map(|(it, part)| Some(at(part, grave(&it.sign, &it.text)?))).next()
    }
}

/// Returns trouble with the address that it is of.
fn at(part: &Part, trouble: Trouble) -> Trouble {
    Trouble::new(trouble.kind, format!("<{}>: {}", part.url, trouble.evidence))
}

fn beside(with: &Weighing, version: &Version, after: After) -> Result<Evidence, ArchiveError> {
    let Weighing { archive, case, today, .. } = with;
    let Some(before) = earlier::established(archive, version, today)? else {
        return Ok(first(with, after));
    };
    if before.rederived.as_ref().is_some_and(|it| it.taken_as_it_stands) {
        return taken_as_it_stands(with, version, before, after);
    }
    let ground = ground(archive, version, &before.text)?;
    let diff = match after.reading.text == ground {
        true => Diff::default(),
        false => compare::diff::diff(&ground, &after.reading.text),
    };
    let differs = diff.strongest().is_some_and(|kind| kind.is_wording());
    let (mut suspected, mut standing) = (None, None);
    if differs {
        suspected = suspicions(with, version, &before, &after)?;
        if let (Some(_), Some(spell)) = (&suspected, &case.state.spell) {
            let page = &case.watch.page;
            if let Some(found) = archive.standing(page, &after.reading.wording, spell.since)? {
                standing = archive.text_if_kept(&found.text)?.map(|text| (found, text));
            }
        }
    }
    let mut weighed_now = Weighed::default();
    let mut key = after.reading.wording;
    if differs {
        let memory = remembered(with, version, &after.reading.regime)?;
        let now = suspected.is_none().then_some((&after.reading, &diff));
        weighed_now = weighed(with, version, &memory, (&ground, before.version()), now)?;
        key = settle::key((&ground, &after.reading), &diff, &weighed_now.stands);
    }
    let waiting = waiting(with, &ground)?;
    let rederived = before.rederived.map(|it| it.beside(&ground));
    Ok(Evidence::Compared(Box::new(Compared {
        reading: after.reading,
        version: rederived.as_ref().map_or(version.text, |it| it.version.text.digest()),
        before: ground,
        rederived,
        read_again: before.read_again,
        unsettled: None,
        diff,
        key,
        stands: weighed_now.stands,
        settled: weighed_now.settled,
        relied: weighed_now.relied,
        lessons: weighed_now.lessons,
        waiting,
        suspicion: suspected,
        standing,
    })))
}

/// Returns what texts are held against beside the established version, which reads like this today.
fn ground(archive: &Archive, version: &Version, today: &Text) -> Result<Text, ArchiveError> {
    let Some(ground) = archive.ground(version.id)? else { return Ok(today.clone()) };
    let kept = archive.text(&ground.text)?;
    if ground.version == today.digest() {
        return Ok(kept);
    }
    Ok(settle::ground_again((&kept, &archive.text(&ground.version)?), today))
}

/// Returns what the page has shown lately, as it is read today.
fn remembered(with: &Weighing, version: &Version, regime: &Regime) -> Result<Memory, ArchiveError> {
    let Weighing { archive, case, today, .. } = with;
    let ground = archive.ground(version.id)?.filter(|ground| ground.version == version.text);
    let text = ground.map_or(version.text, |ground| ground.text);
    let established = memory::Established { text, first_at: version.first_at };
    let page = &case.watch.page;
    let mut memory = memory::recall(archive, page, case.captured_at, regime, established)?;
    if let Some(waiting) = &case.state.waiting
        && let Some(text) = earlier::waiting_text(archive, today, waiting, with.reread)?
    {
        memory.add(waiting.first_visit, waiting.first_at, &text);
    }
    Ok(memory)
}

fn weighed(
    with: &Weighing,
    version: &Version,
    memory: &Memory,
    (ground, version_text): (&Text, Option<Digest>),
    text: Option<(&Reading, &Diff)>,
) -> Result<Weighed, ArchiveError> {
    let case = with.case;
    let learnt = match case.watch.learning {
        Learning::On => with.archive.lessons(&case.watch.page, case.captured_at)?,
        Learning::Off => Vec::new(),
    };
    let last_at = case.state.version_last_at;
    let established = settle::Established {
        version: version_text.unwrap_or(version.text),
        ground,
        last_at,
        is_seen_twice: last_at.is_some_and(|last| HOLD <= last.since(version.first_at)),
    };
    let (visit, at, within) = (case.visit, case.captured_at, case.watch.confirm_within);
    let now = Now { visit, at, text, within };
    let taught = settle::Taught {
        learning: case.watch.learning,
        learnt: &learnt,
        pledges: &case.watch.pledges,
    };
    Ok(settle::weigh(memory, &established, now, &taught))
}

/// Nothing that the version before was read from can be held against the text: it stands as it
/// is, unless it looks like trouble. A wording that waited is settled before.
fn taken_as_it_stands(
    with: &Weighing,
    version: &Version,
    before: Before,
    after: After,
) -> Result<Evidence, ArchiveError> {
    if let Some(trouble) = after.grave_sign(with.today.visit) {
        return Ok(Evidence::Trouble(trouble, None));
    }
    let kept = with.archive.text(&version.text)?;
    let mut unsettled = None;
    if let Some(waiting) = with.case.state.waiting.as_ref().filter(|_| with.reread.is_none()) {
        let first = with.archive.visit(waiting.first_visit)?;
        if first.regime == Some(version.regime) {
            let text = with.archive.text(&waiting.text)?;
            let kept = ground(with.archive, version, &kept)?;
            let held = held(waiting, text, version.regime, &kept);
            unsettled = held.is_wording().then(|| Settled::unsure(version.text, waiting, held));
        }
    }
    let key = after.reading.wording;
    Ok(Evidence::Compared(Box::new(Compared {
        reading: after.reading,
        version: before.text.digest(),
        before: before.text,
        rederived: before.rederived,
        read_again: None,
        unsettled,
        diff: Diff::default(),
        key,
        stands: Vec::new(),
        settled: None,
        relied: Vec::new(),
        lessons: Vec::new(),
        waiting: None,
        suspicion: None,
        standing: None,
    })))
}

/// Returns why the text may not be the policy: of a page of several addresses, each is judged by
/// itself, since a wall before a small one is no matter of the others' size.
fn suspicions(
    with: &Weighing,
    version: &Version,
    before: &Before,
    after: &After,
) -> Result<Option<Trouble>, ArchiveError> {
    let visit = with.today.visit;
    let parts_before = match (after.parts.is_empty(), before.parts.is_empty()) {
        (true, _) => Vec::new(),
        (false, false) => before.parts.clone(),
        (false, true) => earlier::established_parts(with.archive, version, &with.today)?,
    };
    let of = |before: &Text,
              after: &Text,
              sign: Option<&Trouble>,
              language: Option<&str>,
              parts: &[Part]| {
        let aspect = Aspect {
            sign,
            language_after: language,
            may_be_cut: parts.iter().any(intake::may_be_cut),
            is_open: parts.iter().any(intake::is_open),
        };
        suspicion(before, after, &aspect)
    };
    if parts_before.len() != after.parts.len() || after.parts.is_empty() {
        let (sign, language) = (after.sign.as_ref(), after.language.as_deref());
        return Ok(of(&before.text, &after.reading.text, sign, language, &visit.parts));
    }
    let each = parts_before.iter().zip(&after.parts).zip(&visit.parts);
    Ok(each.fold(None, |found, ((before, after), part)| {
        let (sign, language) = (after.sign.as_ref(), after.language.as_deref());
        let differs = *before != after.text;
        let part_alone = std::slice::from_ref(part);
        let suspect = || of(before, &after.text, sign, language, part_alone).map(|it| at(part, it));
        found.or_else(|| if differs { suspect() } else { None })
    }))
}

/// Returns the wording that waits, read under today's regime.
fn waiting(with: &Weighing, before: &Text) -> Result<Option<Held>, ArchiveError> {
    let Some(waiting) = &with.case.state.waiting else { return Ok(None) };
    let regime = intake::regime(&with.case.watch.selection);
    let text = earlier::waiting_text(with.archive, &with.today, waiting, with.reread)?;
    Ok(text.map(|text| held(waiting, text, regime, before)))
}

fn held(waiting: &Waiting, text: Text, regime: Regime, before: &Text) -> Held {
    let key = waiting.wording;
    Held { diff: compare::diff::diff(before, &text), against: before.clone(), key, text, regime }
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
