//! Whether a page alternates between wordings: what `status` and `explain` say of it.

use std::{collections::BTreeSet, fmt};

use crate::{
    model::{history::Seen, page::PageId, snapshot::Digest, time::Timestamp},
    monitor::app::{App, MonitorError},
};

/// So many of a page's latest visits are looked at: six days of a six-hourly watch.
const VISITS_MAX: usize = 24;

/// From this many turns on, a page alternates: there, back, and there again.
const TURNS_MIN: usize = 3;

/// The turns that a page took between wordings lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turns {
    /// Between how many wordings.
    pub wordings: usize,
    /// How many turns.
    pub turns: usize,
    /// When the first of them was seen.
    pub first_at: Timestamp,
    /// When the last of them was seen.
    pub last_at: Timestamp,
}

impl fmt::Display for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Turns { wordings, turns, first_at, last_at } = self;
        let (first, last) = (first_at.minute(), last_at.minute());
        write!(f, "it alternates between {wordings} wordings: {turns} turns from {first} to {last}")
    }
}

/// Returns the turns that a page took lately, if it alternates.
pub fn turns_of(app: &App, page: &PageId) -> Result<Option<Turns>, MonitorError> {
    Ok(turns(&app.archive.latest_wordings(page, VISITS_MAX)?))
}

/// Returns the turns in what was seen, oldest first, if they are an alternation: three turns at
/// least, of which two led back to a wording seen before.
fn turns(seen: &[Seen]) -> Option<Turns> {
    let (mut wordings, mut turns) = (BTreeSet::<Digest>::new(), Vec::new());
    let (mut shown, mut established, mut returns) = (None, None, 0);
    for seen in seen {
        // A body that did not change has the wording that was established last.
        let Some(wording) = seen.wording.or(established) else { continue };
        if seen.is_established {
            established = Some(wording);
        }
        let is_turn = shown.is_some_and(|shown| shown != wording);
        let is_known = !wordings.insert(wording);
        if is_turn {
            turns.push(seen.at);
            returns += usize::from(is_known);
        }
        shown = Some(wording);
    }
    let (first_at, last_at) = (*turns.first()?, *turns.last()?);
    (TURNS_MIN <= turns.len() && 2 <= returns).then_some(Turns {
        wordings: wordings.len(),
        turns: turns.len(),
        first_at,
        last_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the turns of visits an hour apart, each a letter for its wording: a capital is the
    /// established one, and `-` a body that did not change.
    fn of(visits: &str) -> Option<(usize, usize)> {
        let seen = |(at, letter): (usize, char)| Seen {
            at: Timestamp::from_millis(at as i64 * 3_600_000),
            wording: (letter != '-').then(|| Digest::of(&[letter.to_ascii_lowercase() as u8])),
            is_established: letter == '-' || letter.is_ascii_uppercase(),
        };
        let all: Vec<Seen> = visits.chars().enumerate().map(seen).collect();
        turns(&all).map(|turns| (turns.wordings, turns.turns))
    }

    #[test]
    fn three_turns_there_and_back_are_an_alternation() {
        assert_eq!(of("AbAb"), Some((2, 3)));
        assert_eq!(of("AbbbAAbA"), Some((2, 4)));
        assert_eq!(of("Ab-b-"), Some((2, 4)));
        assert_eq!(of("AbcAbcA"), Some((3, 6)));
    }

    #[test]
    fn edits_and_one_return_are_none() {
        for visits in ["", "-", "---", "AAAA", "AbbBB", "AbA", "AbbBBaaA", "AbcdE", "AbBcCdDa"] {
            assert_eq!(of(visits), None, "{visits}");
        }
    }

    #[test]
    fn the_words_say_between_how_many_and_when() {
        let at = |hour: i64| Timestamp::from_millis(hour * 3_600_000);
        let turns = Turns { wordings: 2, turns: 3, first_at: at(1), last_at: at(5) };
        assert_eq!(
            turns.to_string(),
            "it alternates between 2 wordings: 3 turns from 1970-01-01 01:00 UTC to \
             1970-01-01 05:00 UTC"
        );
    }
}
