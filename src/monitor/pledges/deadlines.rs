//! Deadlines of pledges, as time passes: near, and over. Each is told once for what the watchlist
//! says; a deadline that was moved is another one.

use jiff::civil::Date;

use crate::{
    archive::{error::ArchiveError, store::Archive},
    model::{
        channel::Channel,
        event::{Event, EventId, EventKind, What},
        history::{NewEvent, PageState},
        pledge::{News, Standing},
        time::Timestamp,
        watch::{Pledge, Term, Watch},
    },
    monitor::{
        app::App,
        clock::Clock,
        judge::events::Teller,
        pledges::list::{days_between, today},
    },
};

/// Why a deadline that was over from the start is no alert.
const BEFORE_US: &str = "the deadline had passed before the page was watched here";

/// Records and tells the deadlines that are near or over by now, of pages that were read.
pub fn tell_deadlines(app: &mut App, clock: &Clock) -> Result<(), ArchiveError> {
    let App { watchlist, archive } = app;
    for watch in &watchlist.watches {
        let has_term = |pledge: &Pledge| pledge.until != Term::Open;
        if !watch.pledges.iter().any(has_term) {
            continue;
        }
        let state = archive.page_state(&watch.page)?;
        if state.version.is_none() {
            continue;
        }
        for pledge in &watch.pledges {
            let case = Case { watch, channels: &watchlist.channels, pledge, state: &state };
            tell(archive, &case, clock.now())?;
        }
    }
    Ok(())
}

struct Case<'a> {
    watch: &'a Watch,
    channels: &'a [Channel],
    pledge: &'a Pledge,
    state: &'a PageState,
}

fn tell(archive: &mut Archive, case: &Case, now: Timestamp) -> Result<(), ArchiveError> {
    let (page, pledge) = (&case.watch.page, case.pledge);
    let said = words(&pledge.until);
    let known = archive.terms(page, &pledge.id)?;
    let is_new = known.last().map(|(term, _)| term.as_str()) != Some(said.as_str());
    // What was never said need not be taken back.
    if is_new && known.is_empty() && pledge.until == Term::Open {
        return Ok(());
    }
    let count = known.len() + usize::from(is_new);
    let events = match pledge.until {
        Term::Deadline(deadline) => due(archive, case, (deadline, count), now)?,
        Term::Open | Term::Condition(_) => Vec::new(),
    };
    if !is_new && events.is_empty() {
        return Ok(());
    }
    // Together, so that a run that is killed leaves both or neither.
    archive.together(|archive| {
        archive.note_term((page, &pledge.id), &said, now)?;
        archive.record_events(page, &events, now)
    })
}

fn words(term: &Term) -> String {
    match term {
        Term::Open => "open".to_owned(),
        Term::Deadline(day) => format!("deadline {day}"),
        Term::Condition(condition) => format!("condition {condition}"),
    }
}

/// Returns the events that are due and not on record yet.
fn due(
    archive: &Archive,
    case: &Case,
    (deadline, count): (Date, usize),
    now: Timestamp,
) -> Result<Vec<NewEvent>, ArchiveError> {
    let Case { watch, channels, pledge, state } = case;
    let left = days_between(today(now), deadline);
    let remind = i64::try_from(watch.remind.as_secs() / 86_400).unwrap_or(i64::MAX);
    let kind = match left {
        ..=-1 => "lapsed",
        _ if left <= remind && 0 < remind => "nears",
        _ => return Ok(Vec::new()),
    };
    let teller = Teller::of(watch, channels, now, now);
    let detail = format!("{} {kind} {deadline} {count}", pledge.id);
    let beginning = Timestamp::from_millis(0);
    let id = EventId::of(&watch.page, EventKind::Pledge, beginning, &detail);
    if archive.event(&id)?.is_some() {
        return Ok(Vec::new());
    }
    let life = archive.pledge_life(&watch.page, &pledge.id)?;
    let standing = life.last().map_or(Standing::Unfound, |it| it.state.standing);
    let is_as_now = |it: &&crate::model::history::RecordedState| {
        life.last().is_some_and(|last| {
            last.state.standing == it.state.standing && last.state.words == it.state.words
        })
    };
    let since = life.iter().rev().take_while(is_as_now).last().map(|it| it.version.first_at);
    let news = match left {
        ..=-1 => News::Lapsed { deadline, standing, since, read_at: state.last_healthy_at },
        _ => News::Nears { deadline, standing },
    };
    let (pledge, name) = (pledge.id.clone(), pledge.name.clone());
    let what = What::Pledge { pledge, name, news };
    let watched_on = archive.first_live_visit_at(&watch.page)?.map(today);
    let event = match watched_on.is_some_and(|day| day <= deadline) {
        true => teller.alert(what),
        false => teller.quiet(what, BEFORE_US),
    };
    Ok(vec![NewEvent { event: Event { id, ..event.event }, addressees: event.addressees }])
}
