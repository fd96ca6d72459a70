//! Places of a page where passages come and go by themselves while the rest stands still: learnt
//! from what the page showed. Slow to conclude, and it only ever asks for patience: what is new at such
//! a place has to hold for longer, and what merely went is told when the place has come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    compare::trace::Said,
    model::{
        history::Lesson,
        snapshot::Digest,
        text::Text,
        time::{self, Timestamp},
    },
    monitor::memory::Memory,
};

/// So many passages have to have come and gone at a place, at as many visits, before it is one
/// where they do: a policy is corrected twice within days now and then, hardly four times.
const PASSAGES_MIN: usize = 4;

/// What stood for longer than this before it went came and went for a reason: a choice, as with
/// variants, so that news never waits longer than this.
pub const STAY_MAX: Duration = Duration::from_secs(14 * 86_400);

/// The most bytes of the words that name a place.
const WORDS_MAX: usize = 120;

/// Which block of a text stands at which place: after which of those that stay.
#[derive(Default)]
pub struct Places {
    /// The blocks that every text of the page's memory has.
    stays: BTreeSet<Digest>,
    /// The places where passages come and go, by the block that they follow.
    known: BTreeMap<Option<Digest>, Lesson>,
}

impl Places {
    /// Returns the places of a page by its memory, with those that were learnt before and are not
    /// in doubt by now.
    pub fn of(memory: &Memory, learnt: &[Lesson], now: Timestamp) -> Places {
        let stays = stays(memory);
        let mut known: BTreeMap<Option<Digest>, Lesson> = BTreeMap::new();
        for lesson in learnt.iter().cloned().chain(lessons(memory, &stays)) {
            if is_in_doubt(&lesson, now) {
                continue;
            }
            match known.get_mut(&lesson.after) {
                Some(before) => *before = both(before, lesson),
                None => {
                    known.insert(lesson.after, lesson);
                }
            }
        }
        Places { stays, known }
    }

    /// Returns what was learnt of the place at which a block of a text stands.
    pub fn lesson(&self, said: &Said, block: usize) -> Option<&Lesson> {
        self.known.get(&anchor(said, block, &self.stays))
    }

    /// Returns what is to be kept beside what was learnt before: places that are new, that passages
    /// stay at for longer, or that would soon be in doubt.
    pub fn to_keep(&self, learnt: &[Lesson]) -> Vec<Lesson> {
        let is_kept = |lesson: &Lesson| {
            learnt.iter().any(|before| {
                before.after == lesson.after
                    && lesson.longest <= before.longest
                    && lesson.last_at.since(before.last_at) <= STAY_MAX / 2
            })
        };
        self.known.values().filter(|lesson| !is_kept(lesson)).cloned().collect()
    }
}

/// Returns what two lessons of one place come to.
fn both(before: &Lesson, now: Lesson) -> Lesson {
    let is_earlier = before.first_at <= now.first_at;
    let (first_visit, first_at) = match is_earlier {
        true => (before.first_visit, before.first_at),
        false => (now.first_visit, now.first_at),
    };
    Lesson {
        passages: before.passages.max(now.passages),
        longest: before.longest.max(now.longest),
        first_visit,
        first_at,
        ..now
    }
}

/// Returns the block that stays which a block follows.
fn anchor(said: &Said, block: usize, stays: &BTreeSet<Digest>) -> Option<Digest> {
    let before = said.blocks().take_while(|(at, _)| *at < block);
    before.filter(|(_, key)| stays.contains(key)).last().map(|(_, key)| key)
}

fn stays(memory: &Memory) -> BTreeSet<Digest> {
    let mut texts = memory.texts.iter().map(|it| it.said.blocks().map(|it| it.1).collect());
    let first: BTreeSet<Digest> = texts.next().unwrap_or_default();
    texts.fold(first, |stays, text| stays.intersection(&text).copied().collect())
}

/// A passage at its place, with the visits at which it was there.
type Stays = BTreeMap<(Option<Digest>, Digest), Vec<bool>>;

fn lessons(memory: &Memory, stays: &BTreeSet<Digest>) -> Vec<Lesson> {
    let mut shown: Vec<Vec<(Option<Digest>, Digest)>> = Vec::new();
    for text in &memory.texts {
        let (mut after, mut passages) = (None, Vec::new());
        for (_, key) in text.said.blocks() {
            match stays.contains(&key) {
                true => after = Some(key),
                false => passages.push((after, key)),
            }
        }
        shown.push(passages);
    }
    let mut found: Stays = BTreeMap::new();
    for (number, seen) in memory.visits.iter().enumerate() {
        for passage in &shown[seen.text] {
            let visits = found.entry(*passage);
            visits.or_insert_with(|| vec![false; memory.visits.len()])[number] = true;
        }
    }
    let mut places: BTreeMap<Option<Digest>, Place> = BTreeMap::new();
    for ((after, _), visits) in &found {
        let place = places.entry(*after).or_default();
        place.add(memory, visits);
    }
    let lesson = |(after, place): (Option<Digest>, Place)| {
        let is_learnt = PASSAGES_MIN <= place.passages && PASSAGES_MIN <= place.went.len();
        is_learnt.then(|| place.lesson(memory, after))?
    };
    places.into_iter().filter_map(lesson).collect()
}

/// What came and went at one place.
#[derive(Default)]
struct Place {
    passages: usize,
    longest: Duration,
    came: BTreeSet<usize>,
    went: BTreeSet<usize>,
}

impl Place {
    fn add(&mut self, memory: &Memory, visits: &[bool]) {
        let at = |visit: usize| memory.visits[visit].at;
        let mut came = None;
        let mut has_gone = false;
        for visit in 1..visits.len() {
            match (visits[visit - 1], visits[visit], came) {
                (false, true, _) => came = Some(visit),
                (true, false, Some(first)) => {
                    let stayed = at(visit).since(at(first));
                    if stayed <= STAY_MAX {
                        self.longest = self.longest.max(stayed);
                        self.came.insert(first);
                        self.went.insert(visit);
                        has_gone = true;
                    }
                    came = None;
                }
                (_, _, _) => (),
            }
        }
        self.passages += usize::from(has_gone);
    }

    fn lesson(&self, memory: &Memory, after: Option<Digest>) -> Option<Lesson> {
        let (first, last) = (self.came.first()?, self.went.last()?);
        let (first, last) = (memory.visits[*first], memory.visits[*last]);
        let words = after.and_then(|key| words_of(memory, &key)).unwrap_or_default();
        Some(Lesson {
            after,
            words,
            passages: self.passages,
            longest: self.longest,
            first_visit: first.visit,
            first_at: first.at,
            last_visit: last.visit,
            last_at: last.at,
        })
    }
}

fn words_of(memory: &Memory, key: &Digest) -> Option<String> {
    let latest = memory.texts.get(memory.visits.last()?.text)?;
    let (at, _) = latest.said.blocks().find(|(_, found)| found == key)?;
    Some(clipped(&latest.text, at))
}

fn clipped(text: &Text, block: usize) -> String {
    let words = text.blocks.get(block).map_or("", |block| block.words.as_str());
    match words.char_indices().nth(WORDS_MAX) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

/// Returns whether a place has been still for so long that what was learnt of it is in doubt: four
/// times as long as anything ever stood there, and a fortnight at least.
pub fn is_in_doubt(lesson: &Lesson, now: Timestamp) -> bool {
    STAY_MAX.max(4 * lesson.longest) <= now.since(lesson.last_at)
}

/// Returns what a lesson means for what differs at its place now, in words.
pub fn in_words(lesson: &Lesson, needed: Duration) -> String {
    format!(
        "{}: what is new there has to hold for {}, and what went is told when others come no more",
        learnt(lesson),
        time::in_words(needed)
    )
}

/// Returns what was learnt of a place, since when and from which visits, in words.
pub fn learnt(lesson: &Lesson) -> String {
    let place = match lesson.words.as_str() {
        "" => "at the start of the page".to_owned(),
        words => format!("after \"{words}\""),
    };
    format!(
        "{place} passages come and go by themselves: {} of them from {} ({}) to {} ({}), none for \
         longer than {}",
        lesson.passages,
        lesson.first_at.minute(),
        lesson.first_visit,
        lesson.last_at.minute(),
        lesson.last_visit,
        time::in_words(lesson.longest)
    )
}
