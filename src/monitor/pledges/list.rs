//! What the commands ask of pledges: how each stands, and its whole life.

use jiff::civil::Date;

use crate::{
    model::{
        history::RecordedState,
        page::PageId,
        pledge::{Note, NoteKind, Standing},
        removal::TAKEN_OUT,
        time::Timestamp,
        watch::{Pledge, Term, Watch},
    },
    monitor::{
        app::{App, MonitorError},
        pledges::tracing,
    },
};

/// A pledge with its life.
#[derive(Clone, Debug, PartialEq)]
pub struct PledgeLife {
    /// The page.
    pub page: PageId,
    /// Whose page, as the watchlist says; empty if it says nothing.
    pub company: String,
    /// The page's title.
    pub title: String,
    /// The pledge, as the watchlist has it, or as it was recorded.
    pub pledge: Pledge,
    /// Whether the watchlist has it.
    pub is_watched: bool,
    /// How it stands in each version, oldest first.
    pub states: Vec<RecordedState>,
    /// Between which captures each of the states with a step began: the last with the wording
    /// before, where there is one. As long as `states`.
    pub before_last_at: Vec<Option<Timestamp>>,
    /// When the page was last read.
    pub read_at: Option<Timestamp>,
    /// What people added, in the order of adding.
    pub notes: Vec<Note>,
    /// What the watchlist said until when it holds, and since when, oldest first.
    pub terms: Vec<(String, Timestamp)>,
}

/// A wording of a pledge, and when it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// The words; empty where it was missing.
    pub words: String,
    /// How it stood.
    pub standing: Standing,
    /// The version with which it began.
    pub version: u32,
    /// The last capture without it, where there is one.
    pub after: Option<Timestamp>,
    /// The first capture with it.
    pub from: Timestamp,
    /// The last capture with it and the first without it; `None` if it stands.
    pub until: Option<(Option<Timestamp>, Timestamp)>,
}

impl PledgeLife {
    /// Returns how it stands; `None` if its page was never read.
    pub fn standing(&self) -> Option<Standing> {
        self.states.last().map(|it| it.state.standing)
    }

    /// Returns its wordings, oldest first.
    pub fn wordings(&self) -> Vec<Wording> {
        let mut wordings: Vec<Wording> = Vec::new();
        for (it, before) in self.states.iter().zip(&self.before_last_at) {
            let (words, standing) = (it.state.words.clone(), it.state.standing);
            if let Some(last) = wordings.last_mut() {
                // Of words that were taken out nobody can tell whether they are the same.
                let is_known = words != TAKEN_OUT || it.state.step.is_none();
                if last.words == words && last.standing == standing && is_known {
                    continue;
                }
                last.until = Some((*before, it.version.first_at));
            }
            wordings.push(Wording {
                words,
                standing,
                version: it.version.number,
                after: *before,
                from: it.version.first_at,
                until: None,
            });
        }
        wordings
    }

    /// Returns since when it stands as it stands.
    pub fn since(&self) -> Option<Timestamp> {
        self.wordings().pop().map(|it| it.from)
    }

    /// Returns the day on which its condition was met, if a person said so and did not take it
    /// back.
    pub fn met_on(&self) -> Option<Date> {
        let mark = self.notes.iter().rev().find(|note| note.kind != NoteKind::Said)?;
        (mark.kind == NoteKind::Met).then_some(mark.on)
    }

    /// Returns the days left until its deadline, negative when it is over; `None` if it has none.
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        let Term::Deadline(deadline) = self.pledge.until else { return None };
        Some(days_between(today(now), deadline))
    }
}

/// Returns the day in UTC.
pub fn today(now: Timestamp) -> Date {
    now.day().parse().unwrap_or(Date::MIN)
}

/// Returns how many days lie between two days; negative if the second is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// Returns all pledges with their lives: those of the watchlist in its order, then those that are
/// on record only.
pub fn all(app: &App) -> Result<Vec<PledgeLife>, MonitorError> {
    of(app, &|_| true)
}

/// Returns the pledges of the pages that are asked for, in the order of [`all`].
pub fn of(
    app: &App,
    is_asked_for: &dyn Fn(&PageId) -> bool,
) -> Result<Vec<PledgeLife>, MonitorError> {
    let mut lives = Vec::new();
    for watch in app.watchlist.watches.iter().filter(|watch| is_asked_for(&watch.page)) {
        for pledge in &watch.pledges {
            lives.push(life(app, &watch.page, Some(watch), pledge.clone())?);
        }
    }
    for (page, id) in app.archive.pledges()? {
        if !is_asked_for(&page) {
            continue;
        }
        let watch = app.watchlist.watch(&page);
        if watch.is_some_and(|watch| watch.pledges.iter().any(|pledge| pledge.id == id)) {
            continue;
        }
        let states = app.archive.pledge_life(&page, &id)?;
        let quote = states.last().map(|it| it.state.quote.clone()).unwrap_or_default();
        let pledge = Pledge { name: id.to_string(), id, quote, made: None, until: Term::Open };
        lives.push(life(app, &page, None, pledge)?);
    }
    Ok(lives)
}

/// Returns the pledge of this id; `PAGE/ID` tells apart those of one id on several pages.
pub fn one(app: &App, id: &str) -> Result<PledgeLife, MonitorError> {
    let (page, name) = match id.split_once('/') {
        Some((page, name)) => (Some(page), name),
        None => (None, id),
    };
    let lives = all(app)?;
    let is_it = |life: &&PledgeLife| {
        life.pledge.id.as_str() == name && page.is_none_or(|page| life.page.as_str() == page)
    };
    let mut found = lives.iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(life), None) => Ok(life.clone()),
        (first, second) => {
            let wanted = first.into_iter().chain(second).chain(found);
            let several: Vec<String> =
                wanted.map(|life| format!("{}/{}", life.page, life.pledge.id)).collect();
            let known = match several.is_empty() {
                true => lives.iter().map(|life| life.pledge.id.to_string()).collect(),
                false => several,
            };
            Err(MonitorError::UnknownPledge { pledge: id.to_owned(), known })
        }
    }
}

/// Returns how a pledge of the watchlist stands in each version, oldest first; one that was not
/// followed yet is traced as it is asked for.
pub fn states(
    app: &App,
    page: &PageId,
    pledge: &Pledge,
) -> Result<Vec<RecordedState>, MonitorError> {
    let archive = &app.archive;
    Ok(match archive.is_followed(page, &pledge.id, &pledge.quote)? {
        true => archive.pledge_life(page, &pledge.id)?,
        false => tracing::trace(archive, page, pledge)?,
    })
}

fn life(
    app: &App,
    page: &PageId,
    watch: Option<&Watch>,
    pledge: Pledge,
) -> Result<PledgeLife, MonitorError> {
    let archive = &app.archive;
    let states = match watch {
        Some(_) => states(app, page, &pledge)?,
        None => archive.pledge_life(page, &pledge.id)?,
    };
    let mut before_last_at = Vec::new();
    let mut last = None;
    let mut seen = None;
    for it in &states {
        let is_other = last.as_ref() != Some(&(it.state.standing, it.state.words.clone()));
        before_last_at.push(match is_other || it.state.step.is_some() {
            true => {
                let first_at = it.version.first_at;
                let before = seen.filter(|seen| *seen < first_at);
                archive.last_established_before(page, first_at)?.max(before)
            }
            false => None,
        });
        seen = Some(it.version.first_at);
        last = Some((it.state.standing, it.state.words.clone()));
    }
    let title = watch.map_or(page.as_str(), |watch| watch.name()).to_owned();
    Ok(PledgeLife {
        page: page.clone(),
        company: watch.map(|watch| watch.company.clone()).unwrap_or_default(),
        title,
        is_watched: watch.is_some(),
        states,
        before_last_at,
        read_at: archive.page_state(page)?.last_healthy_at,
        notes: archive.notes(page, &pledge.id)?,
        terms: archive.terms(page, &pledge.id)?,
        pledge,
    })
}

/// Adds what a person has to say of a pledge, of a day that has come. Only a condition can be marked as met, and only such a
/// mark be taken back.
pub fn add_note(app: &mut App, id: &str, note: &Note) -> Result<PledgeLife, MonitorError> {
    let life = one(app, id)?;
    // On the far side of the world it may be tomorrow.
    if 1 < days_between(today(note.recorded_at), note.on) {
        return Err(MonitorError::NotYet { on: note.on });
    }
    if note.kind != NoteKind::Said && !matches!(life.pledge.until, Term::Condition(_)) {
        return Err(MonitorError::NoCondition { pledge: id.to_owned() });
    }
    if note.kind == NoteKind::NotMet && life.met_on().is_none() {
        return Err(MonitorError::NotMarked { pledge: id.to_owned() });
    }
    app.archive.add_note((&life.page, &life.pledge.id), note)?;
    one(app, id)
}
