//! Whether the page has shown this before, block by block: variants mix, and come and go apart.

use std::time::Duration;

use crate::{
    compare::trace::{Blocks, Trace, without},
    model::{
        edit::{Diff, Edit},
        text::Text,
        time::Timestamp,
    },
    monitor::memory::Memory,
};

/// What stood for longer than this before it went was no flap, and no return has to hold for
/// longer: a choice, so that a variant of many days may double its time, and news never waits long.
const FLAP_MAX: Duration = Duration::from_secs(14 * 86_400);

/// What of a text the page has shown before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recall {
    /// Some of its edits were never seen on the page before.
    Fresh,
    /// Each of its edits was, though perhaps not all of them at once; with what of it lasts by now.
    Known(Option<Lasting>),
}

/// An earlier wording that is back to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// The first capture since it is back.
    pub first_at: Timestamp,
    /// The last capture before.
    pub before_last_at: Timestamp,
    /// At how many visits it was seen since, this one included.
    pub visits: u32,
}

/// A text beside the established one, with what the page has shown of it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// What of it the page has shown before.
    pub recall: Recall,
    /// The text without the edits that are known, where others are not: what has to hold.
    pub fresh: Option<Text>,
}

/// When a visit was, and since when its wording waits.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When the visit was.
    pub at: Timestamp,
    /// Only what was seen before this instant counts as seen before.
    pub waits_since: Timestamp,
    /// How long an earlier wording has to hold before it counts as a return.
    pub within: Duration,
}

/// Asks the page's memory about a text that differs from the established one in words.
pub fn ask(
    memory: &Memory,
    (before, after): (&Text, &Text),
    diff: &Diff,
    moment: Moment,
) -> Recalled {
    let sides = (&Blocks::of(before), &Blocks::of(after));
    let trace =
        |edit: &Edit| edit.kind.is_wording().then(|| Trace::of(edit, (before, after), sides));
    let traces: Vec<Option<Trace>> = diff.edits().map(trace).collect();
    let earlier: Vec<usize> = memory
        .visits
        .iter()
        .filter(|seen| seen.at < moment.waits_since)
        .map(|seen| seen.text)
        .collect();
    let was_shown =
        |trace: &Trace| earlier.iter().any(|text| trace.is_in(&memory.texts[*text].blocks));
    let is_known: Vec<bool> =
        traces.iter().map(|trace| trace.as_ref().is_some_and(was_shown)).collect();
    let is_fresh = |(trace, known): (&Option<Trace>, &bool)| trace.is_some() && !known;
    if traces.iter().zip(&is_known).any(is_fresh) {
        let fresh =
            is_known.contains(&true).then(|| without((before, after), diff, |at| is_known[at]));
        return Recalled { recall: Recall::Fresh, fresh };
    }
    if traces.iter().flatten().next().is_none() {
        return Recalled { recall: Recall::Fresh, fresh: None };
    }
    let lasting = traces.iter().flatten().filter_map(|trace| lasting(memory, trace, moment));
    let longest = lasting.min_by_key(|lasting| lasting.first_at);
    Recalled { recall: Recall::Known(longest), fresh: None }
}

/// Returns since when an edit holds, if it has held for so long that it is back to stay: for
/// `within`, and twice as long as any time before after which it went again.
fn lasting(memory: &Memory, trace: &Trace, moment: Moment) -> Option<Lasting> {
    let holds: Vec<bool> =
        memory.visits.iter().map(|seen| trace.holds_in(&memory.texts[seen.text].blocks)).collect();
    let run = holds.iter().rev().take_while(|holds| **holds).count();
    let start = holds.len() - run;
    let before_last_at = memory.visits.get(start.checked_sub(1)?)?.at;
    let first_at = memory.visits.get(start).map_or(moment.at, |seen| seen.at);
    let held_before = longest_flap(memory, &holds[..start]);
    let needed = moment.within.max(FLAP_MAX.min(2 * held_before));
    let visits = run as u32 + 1;
    (2 <= visits && needed <= moment.at.since(first_at)).then_some(Lasting {
        first_at,
        before_last_at,
        visits,
    })
}

/// Returns the longest time for which an edit held before it went again.
fn longest_flap(memory: &Memory, holds: &[bool]) -> Duration {
    let mut longest = Duration::ZERO;
    let mut since: Option<Timestamp> = None;
    for (at, now) in holds.iter().enumerate() {
        let seen = memory.visits[at].at;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compare,
        model::{
            history::VisitId,
            text::{Block, BlockKind},
        },
        monitor::memory::{Remembered, Seen},
    };

    const HOUR_S: u64 = 3_600;

    fn text(words: &str) -> Text {
        Text { blocks: words.split('|').map(|it| Block::new(BlockKind::Paragraph, it)).collect() }
    }

    fn hour(hour: u64) -> Timestamp {
        Timestamp::from_millis((hour * HOUR_S * 1_000) as i64)
    }

    /// Returns what is recalled of the last of these texts, each shown at its hour.
    fn asked(before: &str, shown: &[(u64, &str)]) -> Recalled {
        let (&(now, after), earlier) = shown.split_last().unwrap();
        let mut memory = Memory::default();
        for (number, (at, words)) in earlier.iter().enumerate() {
            let text = text(words);
            let blocks = Blocks::of(&text);
            memory.texts.push(Remembered { digest: text.digest(), text, blocks });
            let visit = VisitId(number as i64);
            memory.visits.push(Seen { visit, at: hour(*at), text: number });
        }
        let (before, after) = (text(before), text(after));
        let moment = Moment {
            at: hour(now),
            waits_since: hour(now),
            within: Duration::from_secs(36 * HOUR_S),
        };
        ask(&memory, (&before, &after), &compare::diff::diff(&before, &after), moment)
    }

    const BASE: &str = "We pause sales.|We keep logs.|Write to us.";

    #[test]
    fn a_mixture_of_what_was_shown_apart_is_known() {
        let shown = [
            (0, BASE),
            (6, "We stop sales.|We keep logs.|Write to us."),
            (12, BASE),
            (18, "We pause sales.|We keep records.|Write to us."),
            (24, "We stop sales.|We keep records.|Write to us."),
        ];
        assert_eq!(asked(BASE, &shown).recall, Recall::Known(None));
    }

    #[test]
    fn what_is_new_stands_alone_when_what_is_known_is_undone() {
        let shown = [
            (0, BASE),
            (6, "We stop sales.|We keep logs.|Write to us."),
            (12, BASE),
            (18, "We stop sales.|We sell logs.|Write to us."),
        ];
        let recalled = asked(BASE, &shown);
        assert_eq!(recalled.recall, Recall::Fresh);
        assert_eq!(recalled.fresh, Some(text("We pause sales.|We sell logs.|Write to us.")));
    }

    #[test]
    fn an_edit_that_holds_among_others_that_flap_lasts() {
        let stop = "We stop sales.|We keep logs.|Write to us.";
        let both = "We stop sales.|We keep records.|Write to us.";
        let mut shown = vec![(0, stop), (6, BASE), (12, both), (18, BASE)];
        shown.extend([(24, stop), (36, both), (48, stop), (59, both)]);
        assert_eq!(asked(BASE, &shown).recall, Recall::Known(None));
        shown.push((60, stop));
        let Recall::Known(Some(lasting)) = asked(BASE, &shown).recall else { panic!() };
        assert_eq!((lasting.first_at, lasting.visits), (hour(24), 5));
        assert_eq!(lasting.before_last_at, hour(18));
    }

    #[test]
    fn what_flapped_for_long_has_to_hold_for_longer() {
        let stop = "We stop sales.|We keep logs.|Write to us.";
        let mut shown = vec![(0, BASE), (6, stop), (40, stop), (46, BASE), (50, stop), (86, stop)];
        assert_eq!(asked(BASE, &shown).recall, Recall::Known(None));
        shown.push((130, stop));
        assert!(matches!(asked(BASE, &shown).recall, Recall::Known(Some(_))));
    }
}
