//! One round over all watches that are due: visit, record, judge, record, tell.
//!
//! Visits run at once, up to `pages_at_once`; everything that is recorded goes through this one
//! task, in batches that share transactions.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch::Receiver,
    task::{JoinSet, block_in_place},
    time::{Instant, timeout_at},
};

use crate::{
    archive::{
        error::ArchiveError,
        lock,
        log::facts::{RunEnd, RunStart},
        store::Archive,
    },
    extract::page::REVISION,
    fetch::fetcher::Fetcher,
    model::{
        event::{EventKind, Telling, What},
        history::{Finding, Judgement, NewEvent, PageState, VisitId, Waiting},
        page::PageId,
        sweep::SweepEnd,
        time::Timestamp,
        visit::{FetchFailure, Origin, Outcome, Part, Visit},
        watch::{Watch, WatchState, Watchlist},
    },
    monitor::{
        app::{App, MonitorError},
        check::{check, watch_for},
        clock::Clock,
        elsewhere::seek_into,
        import::anew::{judge_anew, tell_nobody},
        outbox,
        pledges::{deadlines, tracing},
        seal,
        swept::{Checked, Swept},
    },
};

/// The most visits that share a transaction.
const BATCH_VISITS_MAX: usize = 100;

/// The longest that a finished visit waits for others to share its transaction.
const BATCH_WAIT_MAX: Duration = Duration::from_millis(200);

/// How often a page is visited at least while it is unsettled: a page that is watched weekly does
/// not wait a week for a server that was down for an hour.
const UNSETTLED_EVERY_MAX: Duration = Duration::from_secs(6 * 3_600);

/// Which watches a sweep visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those that are due.
    Due,
    /// These, due or not, paused or not.
    Pages(Vec<PageId>),
}

/// What a sweep tells while it runs.
#[derive(Clone, Debug)]
pub enum Progress<'a> {
    /// So many pages will be visited.
    Begun {
        /// How many.
        pages: usize,
    },
    /// A page was visited and judged.
    Checked(&'a Checked),
}

/// What a sweep came to, or who is at it already.
#[derive(Debug)]
pub enum Sweep {
    /// It ran. The lock is held until what it tells has been told: nobody else tells it meanwhile.
    Done(Swept, lock::SweepLock),
    /// Another sweep is running.
    Running(lock::Running),
}

/// Returns whether a watch is due.
///
/// A tenth of `every` is slack, so that a six-hourly watch under a six-hourly cron is visited
/// every time. A last visit that lies in the future means that the clock went back: it is due.
pub fn is_due(watch: &Watch, state: &PageState, now: Timestamp) -> bool {
    if watch.state == WatchState::Paused {
        return false;
    }
    let Some(last) = state.last_visit_at else { return true };
    if now < last {
        return true;
    }
    due_at(watch, state).is_none_or(|due| due <= now)
}

/// Returns when a watch is due next; `None` if it was never visited.
///
/// A wording that waits and trouble that has not lasted are looked at sooner than the watch asks:
/// after a quarter of `every`, and after six hours at the latest.
pub fn due_at(watch: &Watch, state: &PageState) -> Option<Timestamp> {
    let is_unsettled = state.waiting.as_ref().is_some_and(Waiting::is_wording)
        || state.spell.as_ref().is_some_and(|spell| !spell.alerted);
    let every = match is_unsettled {
        true => (watch.every / 4).min(UNSETTLED_EVERY_MAX),
        false => watch.every,
    };
    let due = state.last_visit_at?.after(every.mul_f64(0.9));
    Some(match state.away_until {
        Some(away_until) => due.max(away_until),
        None => due,
    })
}

/// Runs one sweep.
///
/// Fails only if the archive does; whatever happens to a page is recorded and the others go on.
/// When `stop` turns true, visits under way are dropped and what is finished is recorded.
pub async fn sweep(
    app: &mut App,
    scope: &Scope,
    clock: &Clock,
    stop: &mut Receiver<bool>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Sweep, MonitorError> {
    let lock = match lock::lock_sweep(app.archive.directory(), clock.now())? {
        Ok(lock) => lock,
        Err(running) => return Ok(Sweep::Running(running)),
    };
    finish_what_was_left(app, clock)?;
    let due = block_in_place(|| due_watches(app, scope, clock.now()))?;
    let fetcher = Arc::new(Fetcher::new(&app.watchlist.settings)?);
    due.iter().try_for_each(|it| fetcher.prepare(&it.watch))?;
    let sweep = app.archive.begin_sweep(&RunStart {
        at: clock.now(),
        pages_due: due.len(),
        watchlist: app.watchlist.source,
        extractor: REVISION,
    })?;
    let pages_due = due.len();
    progress(Progress::Begun { pages: pages_due });
    let mut round = Round { clock, fetcher, swept: Swept::default() };
    round.run(app, due, stop, progress).await?;
    let mut swept = round.swept;
    block_in_place(|| deadlines::tell_deadlines(app, clock))?;
    outbox::deliver_due(app, clock, stop, &mut swept).await?;
    let end = if swept.interrupted { SweepEnd::Interrupted } else { SweepEnd::Done };
    app.archive.end_sweep(sweep, &run_end(&swept, pages_due, end, clock.now()))?;
    swept.unsigned = block_in_place(|| seal::seal(&app.archive))?.warning();
    if !swept.interrupted {
        swept.heartbeat_failure = outbox::beat(&app.watchlist.settings).await.err();
    }
    Ok(Sweep::Done(swept, lock))
}

fn run_end(swept: &Swept, pages_due: usize, end: SweepEnd, at: Timestamp) -> RunEnd {
    let visited: BTreeSet<_> = swept.checked.iter().map(|checked| &checked.page).collect();
    RunEnd {
        at,
        end,
        visited: visited.len(),
        missed: pages_due.saturating_sub(visited.len()),
        changes: swept.changes,
        troubled: swept.troubled.len(),
    }
}

/// Judges visits that a killed run recorded and did not judge. Nobody is told of what an import
/// left. Pledges that were added since are traced back.
pub fn finish_what_was_left(app: &mut App, clock: &Clock) -> Result<(), MonitorError> {
    for page in app.archive.to_judge_anew()? {
        judge_anew(app, &page, clock)?;
    }
    for left in app.archive.unjudged()? {
        let watch = watch_for(&app.watchlist, &left.visit);
        let judged = (left.id, &left.visit);
        let channels = &app.watchlist.channels;
        let mut judgement = check(&app.archive, &watch, channels, judged, clock.now())?;
        seek_into(&app.archive, &app.watchlist.watches, &mut judgement)?;
        if left.visit.origin == Origin::Imported {
            tell_nobody(&mut judgement);
        }
        app.archive.record_judgements(&[judgement])?;
    }
    Ok(tracing::catch_up(app, clock)?)
}

fn due_watches(app: &App, scope: &Scope, now: Timestamp) -> Result<VecDeque<Due>, MonitorError> {
    let mut due = VecDeque::new();
    for watch in &app.watchlist.watches {
        let is_asked = match scope {
            Scope::Due => watch.state == WatchState::Active,
            Scope::Pages(pages) => pages.contains(&watch.page),
        };
        if !is_asked {
            continue;
        }
        let state = app.archive.page_state(&watch.page)?;
        if *scope != Scope::Due || is_due(watch, &state, now) {
            due.push_back(Due {
                watch: Arc::new(watch.clone()),
                known: known_for(app, watch, &state)?,
                look: Look::First,
            });
        }
    }
    Ok(due)
}

/// Returns the validators that a watch may be asked with: none of what another language or other
/// headers brought.
fn known_for(
    app: &App,
    watch: &Watch,
    state: &PageState,
) -> Result<Vec<crate::model::visit::Known>, MonitorError> {
    let Some(version) = state.version.as_ref().filter(|_| !state.known.is_empty()) else {
        return Ok(state.known.clone());
    };
    let end = Timestamp::from_millis(i64::MAX);
    let asked = match app.archive.visits_showing(version, end, 1)?.first() {
        Some(&shown) => app.archive.visit(shown)?.visit.asked,
        None => None,
    };
    Ok(match asked {
        Some(asked) if asked != watch.asking() => Vec::new(),
        Some(_) | None => state.known.clone(),
    })
}

/// A visit to be made.
struct Due {
    watch: Arc<Watch>,
    known: Vec<crate::model::visit::Known>,
    look: Look,
}

/// Whether a visit is the first of this sweep or the second look at another wording.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    First,
    Second,
}

/// A visit that was made.
struct Made {
    visit: Visit,
    watch: Arc<Watch>,
    look: Look,
}

struct Round<'a> {
    clock: &'a Clock,
    fetcher: Arc<Fetcher>,
    swept: Swept,
}

impl Round<'_> {
    async fn run(
        &mut self,
        app: &mut App,
        mut due: VecDeque<Due>,
        stop: &mut Receiver<bool>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), MonitorError> {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < app.watchlist.settings.pages_at_once {
                let Some(next) = due.pop_front() else { break };
                self.set_out(&mut under_way, next);
            }
            let batch = tokio::select! {
                biased;
                _ = stopped(stop) => {
                    self.swept.interrupted = true;
                    break;
                }
                batch = next_batch(&mut under_way) => batch,
            };
            if batch.is_empty() {
                break;
            }
            let again = block_in_place(|| self.record(app, batch, progress))?;
            due.extend(again);
        }
        Ok(())
    }

    fn set_out(&self, under_way: &mut JoinSet<Made>, due: Due) {
        let (fetcher, started_at) = (Arc::clone(&self.fetcher), self.clock.now());
        under_way.spawn(async move {
            let (watch, known) = (Arc::clone(&due.watch), due.known);
            let fetching =
                tokio::spawn(async move { fetcher.visit(&watch, &known, started_at).await });
            let visit = fetching.await.unwrap_or_else(|_| lost(&due.watch, started_at));
            Made { visit, watch: due.watch, look: due.look }
        });
    }

    /// Records the visits, then judges each, then records the judgements. Returns the pages that
    /// want a second look.
    fn record(
        &mut self,
        app: &mut App,
        batch: Vec<Made>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<Due>, ArchiveError> {
        let (made, visits): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|made| ((made.watch, made.look), made.visit)).unzip();
        let ids = app.archive.record_visits(&visits)?;
        let mut judgements = Vec::new();
        let mut again = Vec::new();
        for (((watch, look), visit), id) in made.into_iter().zip(&visits).zip(ids) {
            let judged_at = self.clock.now();
            let channels = &app.watchlist.channels;
            let mut judgement = check(&app.archive, &watch, channels, (id, visit), judged_at)?;
            seek_into(&app.archive, &app.watchlist.watches, &mut judgement)?;
            if look == Look::First && wants_second_look(&judgement) {
                again.push(Due { watch, known: Vec::new(), look: Look::Second });
            }
            judgements.push(judgement);
        }
        app.archive.record_judgements(&judgements)?;
        for judgement in judgements {
            self.note(judgement, progress);
        }
        Ok(again)
    }

    fn note(&mut self, judgement: Judgement, progress: &mut dyn FnMut(Progress<'_>)) {
        self.swept.changes += changes(&judgement);
        // What a second look shows stands in the place of the first.
        self.swept.troubled.retain(|(page, _)| *page != judgement.page);
        self.swept.unread.retain(|page| *page != judgement.page);
        if let Finding::Trouble(trouble) = &judgement.finding {
            self.swept.troubled.push((judgement.page.clone(), trouble.clone()));
        }
        let never_read =
            |event: &NewEvent| matches!(event.event.what, What::Trouble { last_good_at: None, .. });
        if judgement.events.iter().any(never_read) {
            self.swept.unread.push(judgement.page.clone());
        }
        let checked = Checked {
            page: judgement.page,
            visit: judgement.visit,
            finding: judgement.finding,
            reasons: judgement.reasons,
        };
        progress(Progress::Checked(&checked));
        self.swept.checked.push(checked);
    }
}

/// Returns the visit of a page whose fetching failed inside the program: recorded like any other.
fn lost(watch: &Watch, started_at: Timestamp) -> Visit {
    let reason = "fetching failed inside pledgewatch".to_owned();
    let part = Part {
        url: watch.url().clone(),
        hops: Vec::new(),
        answer: None,
        outcome: Outcome::Failed(FetchFailure::BadRequest { reason }),
        attempts: 1,
        took: Duration::ZERO,
    };
    let (page, ended_at, asked) = (watch.page.clone(), started_at, Some(watch.asking()));
    Visit { page, started_at, ended_at, origin: Origin::Live, asked, parts: vec![part] }
}

/// Returns how many alerts of a change a judgement holds.
fn changes(judgement: &Judgement) -> usize {
    let is_change = |event: &&NewEvent| {
        event.event.kind() == EventKind::Change && matches!(event.event.telling, Telling::Alert(_))
    };
    judgement.events.iter().filter(is_change).count()
}

/// A wording seen for the first time is looked at once more within the run: a flap of minutes
/// is over by then. So is fresh trouble that is not the server's plain word.
fn wants_second_look(judgement: &Judgement) -> bool {
    match &judgement.finding {
        Finding::Waiting | Finding::Variant => {
            let is_fresh = |waiting: &Waiting| waiting.is_wording() && waiting.sightings == 1;
            judgement.waiting.as_ref().is_some_and(is_fresh)
        }
        Finding::Trouble(_) => {
            judgement.reading.is_some()
                && judgement.spell.as_ref().is_some_and(|spell| spell.visits == 1)
        }
        Finding::First | Finding::Same | Finding::Established => false,
    }
}

/// Waits for a visit to finish, then for others that finish soon after.
async fn next_batch(under_way: &mut JoinSet<Made>) -> Vec<Made> {
    let mut batch = Vec::new();
    let Some(first) = under_way.join_next().await else { return batch };
    batch.extend(first.ok());
    let until = Instant::now() + BATCH_WAIT_MAX;
    while batch.len() < BATCH_VISITS_MAX && !under_way.is_empty() {
        match timeout_at(until, under_way.join_next()).await {
            Ok(Some(made)) => batch.extend(made.ok()),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

/// Waits until the program is asked to stop; for ever if nobody can ask.
pub async fn stopped(stop: &mut Receiver<bool>) {
    if stop.wait_for(|&stop| stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Visits and judges, and writes nothing: what `check --dry-run` shows.
///
/// Where there is no archive yet, every page is new.
pub async fn rehearse(
    watchlist: &Watchlist,
    archive: &Archive,
    scope: &Scope,
    clock: &Clock,
) -> Result<Vec<Judgement>, MonitorError> {
    let fetcher = Fetcher::new(&watchlist.settings)?;
    let mut judgements = Vec::new();
    for watch in &watchlist.watches {
        let state = archive.page_state(&watch.page)?;
        let is_asked = match scope {
            Scope::Due => is_due(watch, &state, clock.now()),
            Scope::Pages(pages) => pages.contains(&watch.page),
        };
        if is_asked {
            fetcher.prepare(watch)?;
            let visit = fetcher.visit(watch, &state.known, clock.now()).await;
            let judged = (VisitId(0), &visit);
            let channels = &watchlist.channels;
            let mut judgement = check(archive, watch, channels, judged, clock.now())?;
            seek_into(archive, &watchlist.watches, &mut judgement)?;
            judgements.push(judgement);
        }
    }
    Ok(judgements)
}
