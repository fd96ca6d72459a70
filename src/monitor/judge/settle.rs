//! What of a page's wording stands by now, though it is not established yet: which passages are
//! told, with the text in which all of them stand, and what that text is held against afterwards.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    compare::{
        self,
        quote::find_quote,
        trace::{Said, Trace, without},
    },
    model::{
        edit::{Diff, Edit, EditKind},
        event::Certainty,
        history::{Lesson, Reading, Regime, VisitId, Waiting},
        snapshot::Digest,
        text::{Block, BlockKind, Text},
        time::{Timestamp, in_words},
        watch::{Learning, Pledge},
    },
    monitor::{
        judge::{
            passages::{Line, Patience, Since, Stand},
            places::Places,
        },
        memory::Memory,
    },
};

/// A wording that becomes a version, with the passages of it that are told.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The digest of the version before.
    pub before: Digest,
    /// What was established, and the diff starts from.
    pub against: Text,
    /// The text, as the page showed it.
    pub text: Text,
    /// Under which it was read.
    pub regime: Regime,
    /// The first visit that showed all that is told.
    pub first_visit: VisitId,
    /// When that was.
    pub first_at: Timestamp,
    /// When the page last showed nothing of what is told.
    pub before_last_at: Timestamp,
    /// How the text differs from what was established.
    pub diff: Diff,
    /// Which of its edits are told, or go along with what is.
    pub is_told: Vec<bool>,
    /// Whether they were seen to hold.
    pub certainty: Certainty,
    /// What later texts are held against: the text without the edits that are not told, if there
    /// are such.
    pub ground: Option<Text>,
    /// Why, in words.
    pub reasons: Vec<String>,
}

impl Settled {
    /// Returns a wording that waited, all of it told though no later visit can confirm it.
    pub fn unsure(before: Digest, waiting: &Waiting, held: Held) -> Settled {
        Settled {
            before,
            against: held.against,
            text: held.text,
            regime: held.regime,
            first_visit: waiting.first_visit,
            first_at: waiting.first_at,
            before_last_at: waiting.before_last_at,
            is_told: vec![true; held.diff.edits().count()],
            diff: held.diff,
            certainty: Certainty::Unsure,
            ground: None,
            reasons: vec![format!(
                "the wording that waited since {} can be confirmed no more: it is established, \
                 unconfirmed",
                waiting.first_at.minute()
            )],
        }
    }

    /// Returns the edits that are told.
    pub fn told(&self) -> impl Iterator<Item = &Edit> {
        self.diff.edits().zip(&self.is_told).filter(|(_, told)| **told).map(|(edit, _)| edit)
    }

    /// Returns how many passages differ beside those.
    pub fn untold(&self) -> usize {
        self.is_told.iter().filter(|told| !**told).count()
    }

    /// Returns what later texts are held against.
    pub fn ground(&self) -> &Text {
        self.ground.as_ref().unwrap_or(&self.text)
    }
}

/// The wording that waits.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its text as first seen, read under today's regime.
    pub text: Text,
    /// Under which that is.
    pub regime: Regime,
    /// The established text.
    pub against: Text,
    /// How it differs from the established text.
    pub diff: Diff,
    /// Its key, see [`key`].
    pub key: Digest,
}

impl Held {
    /// Returns whether it has other words than the established text.
    pub fn is_wording(&self) -> bool {
        self.diff.strongest().is_some_and(EditKind::is_wording)
    }
}

/// What a visit's text is held against.
pub struct Established<'a> {
    /// The digest of the version's text.
    pub version: Digest,
    /// What of the page's wording was told.
    pub ground: &'a Text,
    /// When it was last seen.
    pub last_at: Option<Timestamp>,
    /// Whether it was seen at two visits as a whole.
    pub is_seen_twice: bool,
}

/// The visit that is judged.
#[derive(Clone, Copy)]
pub struct Now<'a> {
    /// The visit.
    pub visit: VisitId,
    /// When it was.
    pub at: Timestamp,
    /// What it gave, with how that differs from what is established; none of a page in trouble.
    pub text: Option<(&'a Reading, &'a Diff)>,
    /// How long a wording has to hold before it is told unconfirmed.
    pub within: Duration,
}

/// What the page's history taught, and what it may teach.
pub struct Taught<'a> {
    /// Whether it may teach anything.
    pub learning: Learning,
    /// What it taught before.
    pub learnt: &'a [Lesson],
    /// The commitments whose clauses are told whatever was learnt.
    pub pledges: &'a [Pledge],
}

/// What the passages of a visit's text come to.
#[derive(Clone, Debug, Default)]
pub struct Weighed {
    /// How each edit stands.
    pub stands: Vec<Stand>,
    /// What is established by it.
    pub settled: Option<Settled>,
    /// What was learnt that bears on it, in words.
    pub relied: Vec<String>,
    /// What is learnt now.
    pub lessons: Vec<Lesson>,
}

/// Weighs what differs from the established text, passage by passage.
pub fn weigh(memory: &Memory, established: &Established, now: Now, taught: &Taught) -> Weighed {
    let before = (established.ground, &memory.said(established.ground));
    let after = now.text.map(|(reading, diff)| (&reading.text, memory.said(&reading.text), diff));
    let said = after.as_ref().map(|it| &it.1);
    let places = match taught.learning {
        Learning::On => Places::of(memory, taught.learnt, now.at),
        Learning::Off => Places::default(),
    };
    let is_pledged = |edit: &Edit| is_pledged(edit, taught.pledges);
    let patience = Patience { places: &places, is_pledged: &is_pledged };
    let line = Line::of(memory, (said, now.at), now.within, established.is_seen_twice);
    let mut relied = Vec::new();
    let mut found = Found::default();
    let mut stands = Vec::new();
    if let Some((text, said, diff)) = &after {
        stands = line.stands(diff, (before.0, text), (before.1, said), &patience, &mut relied);
        found.add(diff, &stands, (before.0, text), (before.1, said));
    }
    if let Some(last) = memory.visits.last().map(|seen| &memory.texts[seen.text]) {
        let is_another = after.as_ref().is_none_or(|it| *it.0 != last.text);
        if is_another && !now.within.is_zero() {
            let diff = compare::diff::diff(before.0, &last.text);
            let (texts, sides) = ((before.0, &last.text), (before.1, &last.said));
            let mut overdue = line.overdue(&diff, texts, sides);
            line.ask_patience(&diff, &mut overdue, texts, sides, &patience);
            found.add(&diff, &overdue, texts, sides);
        }
    }
    let settled = found.settled(memory, established, &now, before.1);
    Weighed { stands, settled, relied, lessons: places.to_keep(taught.learnt) }
}

/// Returns whether an edit is of a passage that carries a pledge.
fn is_pledged(edit: &Edit, pledges: &[Pledge]) -> bool {
    let passages = [&edit.before, &edit.after];
    pledges.iter().any(|pledge| {
        passages.iter().copied().flatten().any(|passage| {
            let block = Block::new(BlockKind::Paragraph, &passage.words);
            find_quote(&Text::from(vec![block]), &pledge.quote).is_some()
        })
    })
}

/// Returns what is the same as long as what has to hold is the same: the wording, without edits
/// that are known where others are not.
pub fn key((ground, reading): (&Text, &Reading), diff: &Diff, stands: &[Stand]) -> Digest {
    let is_known = |number: usize| matches!(stands.get(number), Some(Stand::Known(_)));
    let is_new = |stand: &Stand| !matches!(stand, Stand::Known(_) | Stand::Silent);
    if stands.iter().any(is_new) && (0..stands.len()).any(is_known) {
        let fresh = without((ground, &reading.text), diff, is_known);
        return compare::wording::wording(&fresh);
    }
    reading.wording
}

/// Returns what texts are held against beside a version that reads otherwise today: the passages
/// that were not told, as far as they read as they did, stand in it as they stood before.
pub fn ground_again((ground, version): (&Text, &Text), today: &Text) -> Text {
    let said = Said::of(ground);
    let altered = |text: &Text| {
        let (diff, sides) = (compare::diff::diff(ground, text), (&said, &Said::of(text)));
        let trace = |edit: &Edit| Trace::of(edit, (ground, text), sides);
        let traces: Vec<Vec<Digest>> = diff
            .edits()
            .map(|edit| {
                let Trace { came, went } = trace(edit);
                came.into_iter().chain(went).collect()
            })
            .collect();
        (traces, diff)
    };
    let untold: BTreeSet<Digest> = altered(version).0.into_iter().flatten().collect();
    let (again, diff) = altered(today);
    let is_undone = |number: usize| {
        let clauses = again.get(number).filter(|clauses| !clauses.is_empty());
        clauses.is_some_and(|clauses| clauses.iter().all(|it| untold.contains(it)))
    };
    without((ground, today), &diff, is_undone)
}

/// The passages that are told.
#[derive(Default)]
struct Found {
    clauses: BTreeSet<Digest>,
    /// The headings under which passages moved.
    orders: BTreeSet<String>,
    since: Vec<Since>,
    returned: usize,
    is_sure: bool,
}

impl Found {
    fn add(&mut self, diff: &Diff, stands: &[Stand], texts: (&Text, &Text), sides: (&Said, &Said)) {
        for (edit, stand) in diff.edits().zip(stands) {
            let Some(since) = stand.told() else { continue };
            self.since.push(since);
            match stand {
                Stand::Returned(_) => {
                    self.returned += 1;
                    self.is_sure = true;
                }
                Stand::Holds(_, Certainty::Confirmed) => self.is_sure = true,
                Stand::Holds(_, Certainty::Unsure) => (),
                Stand::Silent | Stand::Known(_) | Stand::Passing(_) => (),
            }
            let trace = Trace::of(edit, texts, sides);
            if trace.is_empty() {
                self.orders.insert(edit.heading.clone());
            }
            self.clauses.extend(trace.came.into_iter().chain(trace.went));
        }
    }

    fn has(&self, edit: &Edit, texts: (&Text, &Text), sides: (&Said, &Said)) -> bool {
        if !edit.kind.is_wording() {
            return true;
        }
        let trace = Trace::of(edit, texts, sides);
        match trace.is_empty() {
            true => self.orders.contains(&edit.heading),
            false => trace.came.iter().chain(&trace.went).any(|it| self.clauses.contains(it)),
        }
    }

    fn settled(
        &self,
        memory: &Memory,
        established: &Established,
        now: &Now,
        ground_said: &Said,
    ) -> Option<Settled> {
        let first = self.since.iter().map(|since| since.visit).max()?;
        let earliest = self.since.iter().map(|since| since.visit).min()?;
        let shown = memory.visits.get(first);
        let (visit, at) = shown.map_or((now.visit, now.at), |seen| (seen.visit, seen.at));
        let now_text = || now.text.map(|(reading, _)| &reading.text);
        let text = shown.map(|seen| &memory.texts[seen.text].text).or_else(now_text)?;
        let diff = match (shown, now.text) {
            (None, Some((_, diff))) => diff.clone(),
            (_, _) => compare::diff::diff(established.ground, text),
        };
        let (texts, said) = ((established.ground, text), memory.said(text));
        let is_told: Vec<bool> =
            diff.edits().map(|edit| self.has(edit, texts, (ground_said, &said))).collect();
        if !diff.edits().zip(&is_told).any(|(edit, told)| *told && edit.kind.is_wording()) {
            return None;
        }
        let ground =
            is_told.contains(&false).then(|| without(texts, &diff, |number| !is_told[number]));
        let before = earliest.checked_sub(1).and_then(|at| memory.visits.get(at));
        Some(Settled {
            before: established.version,
            against: established.ground.clone(),
            text: text.clone(),
            regime: memory.regime.or_else(|| now.text.map(|it| it.0.regime))?,
            first_visit: visit,
            first_at: at,
            before_last_at: before.map(|it| it.at).or(established.last_at).unwrap_or(at),
            reasons: self.reasons(at, now, &is_told),
            certainty: if self.is_sure { Certainty::Confirmed } else { Certainty::Unsure },
            diff,
            is_told,
            ground,
        })
    }

    fn reasons(&self, since: Timestamp, now: &Now, is_told: &[bool]) -> Vec<String> {
        let visits = self.since.iter().map(|it| it.visits).max().unwrap_or(1);
        let lasted = in_words(now.at.since(since));
        let mut reasons = Vec::new();
        reasons.push(match (self.returned == self.since.len(), self.is_sure) {
            (true, _) => format!(
                "an earlier wording of this page is back since {} and was seen at {visits} visits \
                 since: it holds",
                since.minute()
            ),
            (false, true) => {
                format!("a wording never seen on this page before, seen {visits} times over {lasted}: it holds")
            }
            (false, false) if now.within.is_zero() => {
                "`confirm_within` is 0: what was never on this page before is established at once"
                    .to_owned()
            }
            (false, false) => format!(
                "what stood is gone since {}, which is its time ({}), and nothing else was seen to \
                 hold: the other wording is established, unconfirmed",
                since.minute(),
                in_words(now.within)
            ),
        });
        let untold = is_told.iter().filter(|told| !**told).count();
        if 0 < untold {
            reasons.push(format!(
                "{untold} other passage{} not told: not seen to hold, or known to come and go",
                if untold == 1 { " that differs is" } else { "s that differ are" }
            ));
        }
        reasons
    }
}

#[cfg(test)]
mod tests;
