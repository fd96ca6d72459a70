//! Whether a passage stands, edit by edit: does it hold, was it on the page before, or is it another
//! at each visit. Variants mix, and come and go apart; so do modules that rotate beside the policy.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    compare::trace::{Arrangement, Said, Trace},
    model::{
        edit::{Diff, DiffRow, Edit},
        event::Certainty,
        snapshot::Digest,
        text::Text,
        time::Timestamp,
    },
    monitor::{
        judge::places::{self, Places, STAY_MAX},
        memory::Memory,
    },
};

/// How long a wording that was never seen before has to hold between its first and its last
/// sighting: longer than the second look within a run, shorter than any `every` in use.
pub const HOLD: Duration = Duration::from_secs(1_800);

/// What stood for longer than this before it went was no flap, and no return has to hold for
/// longer: a choice, so that a variant of many days may double its time, and news never waits long.
const FLAP_MAX: Duration = Duration::from_secs(14 * 86_400);

/// How long what was on the page before has to hold where the watch tells everything at once.
const RETURN_MIN: Duration = Duration::from_secs(36 * 3_600);

/// The fewest visits that an order of passages, or the absence of one that was seen but once, has
/// to hold for: a list that is shuffled at each visit shows the same order twice by chance.
const VISITS_MIN: usize = 3;

/// Since when something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Which of the visits looked at was the first, the latest being the last.
    pub visit: usize,
    /// At how many visits it was seen.
    pub visits: usize,
}

/// How far what an edit did to the established text stands. What is not told by itself says since
/// when the whole of it is there: it goes along with what came at the same visit and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// No word differs: it goes along with what is told.
    Silent,
    /// It was never on the page before, and holds.
    Holds(Since, Certainty),
    /// It was on the page before, and is back to stay.
    Returned(Since),
    /// It was on the page before, and comes and goes.
    Known(Option<Since>),
    /// It was not on the page before, and not seen to hold.
    Passing(Option<Since>),
}

impl Stand {
    /// Returns since when it stands, if it is to be told.
    pub fn told(&self) -> Option<Since> {
        match self {
            Stand::Holds(since, _) | Stand::Returned(since) => Some(*since),
            Stand::Silent | Stand::Known(_) | Stand::Passing(_) => None,
        }
    }
}

/// Where what differs has to hold for longer, and what need not.
pub struct Patience<'a> {
    /// What is known of the page's places.
    pub places: &'a Places,
    /// Whether an edit is of a passage that carries a pledge.
    pub is_pledged: &'a dyn Fn(&Edit) -> bool,
}

/// What the page showed, visit by visit, the one that is judged last.
pub struct Line<'a> {
    said: Vec<&'a Said>,
    at: Vec<Timestamp>,
    /// When it is judged, and what the page shows then if it can be read.
    now: (Option<&'a Said>, Timestamp),
    /// How long a wording has to hold before it is told unconfirmed.
    within: Duration,
    /// Whether the established text was seen at two visits as a whole.
    is_seen_twice: bool,
}

/// How long something has been so.
struct Run {
    since: Since,
    lasted: Duration,
    /// Whether it was so before, and then not.
    was_before: bool,
    /// Of a clause that is gone: whether it had gone before, and come back.
    was_again: bool,
}

impl<'a> Line<'a> {
    /// Returns the line of a page's memory and the text that is judged, if the page has one now.
    pub fn of(
        memory: &'a Memory,
        now: (Option<&'a Said>, Timestamp),
        within: Duration,
        is_seen_twice: bool,
    ) -> Line<'a> {
        let seen = memory.visits.iter();
        Line {
            said: seen.clone().map(|it| &memory.texts[it.text].said).chain(now.0).collect(),
            at: seen.map(|it| it.at).chain(now.0.map(|_| now.1)).collect(),
            now,
            within,
            is_seen_twice,
        }
    }

    /// Returns how each edit stands, in order; adds what was learnt that bears on one, in words.
    pub fn stands(
        &self,
        diff: &Diff,
        texts: (&Text, &Text),
        sides: (&Said, &Said),
        patience: &Patience,
        relied: &mut Vec<String>,
    ) -> Vec<Stand> {
        let traces: Vec<Option<Trace>> = traces(diff, texts, sides);
        let mut moved: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
        for (edit, trace) in diff.edits().zip(&traces) {
            if trace.as_ref().is_some_and(Trace::is_empty) {
                moved.entry(&edit.heading).or_default().push(edit);
            }
        }
        let arranged: BTreeMap<&str, Stand> = moved
            .into_iter()
            .map(|(heading, edits)| (heading, self.order(&Arrangement::of(edits, texts, sides))))
            .collect();
        let restless = self.restless(diff, &traces);
        let stand = |((edit, trace), gap): ((&Edit, &Option<Trace>), usize)| match trace {
            None => Stand::Silent,
            Some(trace) if trace.is_empty() => arranged[edit.heading.as_str()],
            Some(trace) => self.stand(trace, restless.contains(&gap)),
        };
        let mut stands: Vec<Stand> = diff.edits().zip(&traces).zip(gaps(diff)).map(stand).collect();
        relied.extend(self.ask_patience(diff, &mut stands, texts, sides, patience));
        let told: Vec<(usize, Certainty)> = stands
            .iter()
            .filter_map(|stand| match stand {
                Stand::Holds(since, certainty) => Some((since.visit, *certainty)),
                Stand::Silent | Stand::Returned(_) | Stand::Known(_) | Stand::Passing(_) => None,
            })
            .collect();
        for stand in &mut stands {
            if let Stand::Passing(Some(since)) | Stand::Known(Some(since)) = *stand
                && 2 <= since.visits
                && let Some((_, certainty)) = told.iter().find(|it| it.0 == since.visit)
            {
                *stand = Stand::Holds(since, *certainty);
            }
        }
        stands
    }

    /// Has what differs at a place where passages come and go by themselves wait until what came has
    /// held for longer than they do; that one of them went is no news as long as others come. What
    /// had stood for longer than they do, and what carries a pledge, is told all the same. Returns
    /// what was learnt that bears on it, in words.
    pub fn ask_patience(
        &self,
        diff: &Diff,
        stands: &mut [Stand],
        texts: (&Text, &Text),
        sides: (&Said, &Said),
        patience: &Patience,
    ) -> BTreeSet<String> {
        let mut relied = BTreeSet::new();
        if self.within.is_zero() {
            // Who wants everything at once is not kept waiting.
            return relied;
        }
        for (edit, stand) in diff.edits().zip(stands) {
            let lesson = match (&edit.after, &edit.before) {
                (Some(after), _) => patience.places.lesson(sides.1, after.block),
                (None, Some(before)) => patience.places.lesson(sides.0, before.block),
                (None, None) => None,
            };
            let Some(lesson) = lesson.filter(|_| edit.kind.is_wording()) else { continue };
            let trace = Trace::of(edit, texts, sides);
            let is_old = |it: &Digest| lesson.longest < self.seen_for(it);
            let has_to_wait = match stand {
                Stand::Silent | Stand::Known(None) => false,
                Stand::Holds(..)
                | Stand::Returned(_)
                | Stand::Passing(_)
                | Stand::Known(Some(_)) => !trace.is_empty() && !trace.went.iter().any(is_old),
            };
            if !has_to_wait || (patience.is_pledged)(edit) {
                continue;
            }
            let needed = self.within.max(STAY_MAX.min(2 * lesson.longest));
            relied.insert(places::in_words(lesson, needed));
            if stand.told().is_some() && self.holds_for(needed, &trace.came) {
                continue;
            }
            // Nor does it go along with what is told.
            *stand = match stand {
                Stand::Known(_) | Stand::Returned(_) => Stand::Known(None),
                _ => Stand::Passing(None),
            };
        }
        relied
    }

    /// Returns whether there are clauses, and each has held for so long.
    fn holds_for(&self, needed: Duration, clauses: &[Digest]) -> bool {
        let now = self.said.len() - 1;
        let holds = |clause: &Digest| {
            let run = self.run(now, |said| said.has(clause));
            run.is_some_and(|run| needed <= run.lasted)
        };
        !clauses.is_empty() && clauses.iter().all(holds)
    }

    /// Returns for how long a clause was on the page, from its first sighting to its last.
    fn seen_for(&self, clause: &Digest) -> Duration {
        let seen = || self.said.iter().zip(&self.at).filter(|(said, _)| said.has(clause));
        match (seen().next(), seen().next_back()) {
            (Some((_, first)), Some((_, last))) => last.since(*first),
            (_, _) => Duration::ZERO,
        }
    }

    /// Returns which edits of the text shown at the latest visit before stand although this visit
    /// shows another, or nothing: as far as anyone knows they stood for as long as a wording may
    /// wait. Of a text that gave way to another, only those count that took away what had stood and
    /// is still gone: a passage that is another at each visit is no news.
    pub fn overdue(&self, diff: &Diff, texts: (&Text, &Text), sides: (&Said, &Said)) -> Vec<Stand> {
        let shown = if self.now.0.is_some() { 2 } else { 1 };
        let Some(last) = self.said.len().checked_sub(shown) else { return Vec::new() };
        let stand = |trace: &Trace| {
            let run = self.run(last, |said| trace.is_in(said))?;
            let is_due = match self.now.0 {
                Some(now) => {
                    let is_over =
                        !trace.came.is_empty() && !trace.came.iter().any(|it| now.has(it));
                    let has_stood = trace.went.iter().any(|it| self.stood(it));
                    is_over && has_stood && trace.went.iter().all(|it| !now.has(it))
                }
                // Nothing speaks against it but that what went was another at each visit as well.
                None => {
                    let before = &self.said[..run.since.visit];
                    let always = |it: &Digest| before.iter().all(|said| said.has(it));
                    let stood = |it: &Digest| self.stood(it) || always(it);
                    trace.came.is_empty() || trace.went.is_empty() || trace.went.iter().any(stood)
                }
            };
            if !is_due {
                return None;
            }
            let lasted = self.now.1.since(self.at[run.since.visit]);
            let is_due = !run.was_before && self.within <= lasted;
            is_due.then_some(Stand::Holds(run.since, Certainty::Unsure))
        };
        let trace = |trace: Option<Trace>| match trace {
            None => Stand::Silent,
            Some(trace) => stand(&trace).unwrap_or(Stand::Passing(None)),
        };
        traces(diff, texts, sides).into_iter().map(trace).collect()
    }

    /// Returns the gaps between blocks that stayed into which something came that was not seen to
    /// hold: what was there before may rotate as well.
    fn restless(&self, diff: &Diff, traces: &[Option<Trace>]) -> BTreeSet<usize> {
        let now = self.said.len() - 1;
        let holds = |clause: &Digest| {
            let run = self.run(now, |said| said.has(clause));
            run.is_some_and(|run| 2 <= run.since.visits && HOLD <= run.lasted)
        };
        let is_restless =
            |trace: &Option<Trace>| trace.iter().flat_map(|it| &it.came).any(|it| !holds(it));
        let gaps = gaps(diff).into_iter().zip(traces);
        gaps.filter(|(_, trace)| is_restless(trace)).map(|(gap, _)| gap).collect()
    }

    /// Returns how an edit stands, into a gap of which something restless came or not.
    fn stand(&self, trace: &Trace, is_restless: bool) -> Stand {
        let now = self.said.len() - 1;
        let came: Vec<Run> = runs(&trace.came, |it| self.run(now, |said| said.has(it)));
        let went: Vec<(Run, bool)> =
            runs(&trace.went, |it| Some((self.gone(now, it)?, self.stood(it))));
        let is_fresh = |run: &&Run| !run.was_before;
        let holds =
            |run: &Run| self.within.is_zero() || (2 <= run.since.visits && HOLD <= run.lasted);
        let certainty = match self.within.is_zero() {
            true => Certainty::Unsure,
            false => Certainty::Confirmed,
        };
        if let Some(run) = came.iter().filter(is_fresh).find(|run| holds(run)) {
            return Stand::Holds(run.since, certainty);
        }
        let is_settled = came.is_empty();
        let at_once = self.within.is_zero() && is_settled && !self.was_shown(now);
        let is_first = |run: &Run| if at_once { !run.was_again } else { !run.was_before };
        for (run, stood) in went.iter().filter(|(run, _)| is_first(run)) {
            let has_lasted = self.within <= run.lasted;
            let has_held = match (is_settled, stood) {
                // What goes for the first time is told at once, like what comes.
                (_, _) if self.within.is_zero() => true,
                (true, true) => holds(run),
                // Seen but once, it may be one of many.
                (true, false) if is_restless => return Stand::Passing(None),
                (true, false) => VISITS_MIN <= run.since.visits && has_lasted,
                // Something took its place, and was not seen to hold.
                (false, true) => 2 <= run.since.visits && has_lasted,
                (false, false) => false,
            };
            if has_held {
                let sure = if is_settled { certainty } else { Certainty::Unsure };
                return Stand::Holds(run.since, sure);
            }
        }
        let is_new = came.iter().any(|run| !run.was_before);
        let is_known = match came.is_empty() {
            true => went.iter().all(|(run, _)| run.was_before),
            false => !is_new,
        };
        let was_gone_before = went.iter().any(|(run, _)| run.was_before);
        // That what was seen but once stays away is no return: it may be one of many.
        let stays_away = went.is_empty() || went.iter().any(|(_, stood)| *stood);
        let is_back = |said: &Said| match stays_away {
            true => trace.holds_in(said),
            false => trace.is_in(said),
        };
        match (is_known || was_gone_before, is_known) {
            (true, _) if let Some(since) = self.lasting(is_back) => Stand::Returned(since),
            (_, true) => Stand::Known(self.whole(trace)),
            (_, false) => Stand::Passing(self.whole(trace)),
        }
    }

    /// Returns since when the whole of an edit is there.
    fn whole(&self, trace: &Trace) -> Option<Since> {
        self.run(self.said.len() - 1, |said| trace.is_in(said)).map(|run| run.since)
    }

    /// Returns how an order of passages stands.
    fn order(&self, order: &Arrangement) -> Stand {
        let is_so = |said: &Said| order.is_in(said);
        let Some(run) = self.run(self.said.len() - 1, is_so) else {
            return Stand::Passing(None);
        };
        if run.was_before {
            let along = Some(run.since);
            return self.lasting(is_so).map_or(Stand::Known(along), Stand::Returned);
        }
        let holds = VISITS_MIN <= run.since.visits && self.within <= run.lasted;
        match (self.within.is_zero(), holds) {
            (true, _) => Stand::Holds(run.since, Certainty::Unsure),
            (false, true) => Stand::Holds(run.since, Certainty::Confirmed),
            (false, false) => Stand::Passing(Some(run.since)),
        }
    }

    /// Returns how long something has been so until a visit; `None` if it is not so then.
    fn run(&self, until: usize, is_so: impl Fn(&Said) -> bool) -> Option<Run> {
        let visits = self.said[..=until].iter().rev().take_while(|said| is_so(said)).count();
        let first = (until + 1).checked_sub(visits).filter(|_| 0 < visits)?;
        let was_before = self.said[..first].iter().any(|said| is_so(said));
        let since = Since { visit: first, visits };
        let lasted = self.at[until].since(self.at[first]);
        Some(Run { since, lasted, was_before, was_again: was_before })
    }

    /// Returns whether a visit shows the clauses of one before it, all of them and no others.
    fn was_shown(&self, visit: usize) -> bool {
        self.said[..visit].iter().any(|said| said.is_as(self.said[visit]))
    }

    /// Returns for how long a clause has been gone at a visit; `None` if it is there.
    fn gone(&self, until: usize, clause: &Digest) -> Option<Run> {
        let run = self.run(until, |said| !said.has(clause))?;
        let before = self.said[..run.since.visit].iter().skip_while(|said| !said.has(clause));
        Some(Run { was_again: before.clone().any(|said| !said.has(clause)), ..run })
    }

    /// Returns whether a clause stood: it was seen at two visits one after the other, apart.
    fn stood(&self, clause: &Digest) -> bool {
        let mut since: Option<Timestamp> = None;
        let stood = self.said.iter().zip(&self.at).any(|(said, at)| {
            since = said.has(clause).then(|| since.unwrap_or(*at));
            since.is_some_and(|since| HOLD <= at.since(since))
        });
        self.is_seen_twice || stood
    }

    /// Returns since when something holds that was so before, if it has held for so long that it is
    /// back to stay: for `within`, and twice as long as any time before after which it went again.
    fn lasting(&self, is_so: impl Fn(&Said) -> bool) -> Option<Since> {
        let within = if self.within.is_zero() { RETURN_MIN } else { self.within };
        let holds: Vec<bool> = self.said.iter().map(|said| is_so(said)).collect();
        let visits = holds.iter().rev().take_while(|holds| **holds).count();
        let first = holds.len() - visits;
        let needed = within.max(FLAP_MAX.min(2 * self.longest_flap(&holds[..first])));
        let lasted = self.at[self.at.len() - 1].since(*self.at.get(first)?);
        (0 < first && 2 <= visits && needed <= lasted).then_some(Since { visit: first, visits })
    }

    /// Returns the longest time for which something was so before it was not again.
    fn longest_flap(&self, holds: &[bool]) -> Duration {
        let mut longest = Duration::ZERO;
        let mut since: Option<Timestamp> = None;
        for (at, now) in holds.iter().enumerate() {
            let seen = self.at[at];
            match (now, since) {
                (true, None) if 0 < at && !holds[at - 1] => since = Some(seen),
                (false, Some(first)) => {
                    let lasted = seen.since(first);
                    longest = if FLAP_MAX < lasted { longest } else { longest.max(lasted) };
                    since = None;
                }
                (true, _) | (false, None) => (),
            }
        }
        longest
    }
}

/// Returns for each edit in which of the gaps between blocks that stayed it lies.
fn gaps(diff: &Diff) -> Vec<usize> {
    let mut gap = 0;
    let mut gaps = Vec::new();
    for row in &diff.rows {
        match row {
            DiffRow::Same { .. } => gap += 1,
            DiffRow::Edited(_) => gaps.push(gap),
        }
    }
    gaps
}

fn traces(diff: &Diff, texts: (&Text, &Text), sides: (&Said, &Said)) -> Vec<Option<Trace>> {
    let trace = |edit: &Edit| edit.kind.is_wording().then(|| Trace::of(edit, texts, sides));
    diff.edits().map(trace).collect()
}

fn runs<T>(clauses: &[Digest], run: impl Fn(&Digest) -> Option<T>) -> Vec<T> {
    clauses.iter().filter_map(run).collect()
}
