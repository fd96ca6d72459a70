//! What an edit does to its clause: a verdict with its reasons.
//!
//! `reading` reads the words of a clause where it is `standing`, by their `roots`; `terms` knows
//! which of them bind, limit, except or condition (`lexicon` holds them as data, `sense` says what
//! they do), `times` which are days, spans and amounts. `canon` tells what needs no reading, `norm`
//! what a clause states after its `opening`, `shape` what words are by their form, `altered` which
//! words are others and count, `qualify` which sentences only take from the one before. `cascade`
//! asks `reversal`, `force`, `limits` with `measured` and `stricter`, and `scope` in turn, and has
//! `weigh` make a verdict of what they `found`. Deterministic and bounded; knows English alone, and
//! no company, page or sentence.

mod altered;
mod canon;
mod cascade;
mod force;
mod found;
mod lexicon;
mod limits;
mod measured;
mod norm;
mod opening;
pub mod qualify;
mod reading;
mod reversal;
mod roots;
#[cfg(test)]
mod samples;
mod scope;
mod sense;
mod shape;
pub mod standing;
mod stricter;
mod terms;
mod times;
mod weigh;

use crate::compare::fold;
use crate::compare::meaning::qualify::Qualifies;
use crate::compare::meaning::standing::Standing;
use crate::model::verdict::Verdict;

/// Returns what became of a clause: `before` is `None` where it was added, `after` where it was
/// removed. Both `None` is nothing at all: cosmetic.
///
/// Triggers name bytes of `words` on their side. The neighbours serve to tell an addition or a
/// removal from a sentence whose bounds alone moved; the lead-in tells whose duty a list item is.
/// Only an English clause is understood. Words that no list knows make an edit editorial, and
/// unclear where the clause binds somebody.
pub fn judge(before: Option<&Standing<'_>>, after: Option<&Standing<'_>>) -> Verdict {
    cascade::judge(before, after)
}

/// Returns whether an item that completes the words of a lead-in says by itself who is bound.
pub fn is_led(lead_in: &str, item: &str) -> bool {
    norm::leads(lead_in) && !norm::is_governed(&altered::Frame::of(reading::read(item)))
}

/// Returns whether two sentences, or lead-ins, say of the same one that it does, may or will not do
/// something; where one of them says nothing of that, whether they say the same.
pub fn are_alike_led(one: &str, other: &str) -> bool {
    match (norm::stance(one), norm::stance(other)) {
        (Some(one), Some(other)) => one == other,
        (_, _) => fold::stream(one) == fold::stream(other),
    }
}

/// Returns what a sentence takes from the one before it: `None` if it stands by itself.
pub fn qualifies(words: &str, previous: &str) -> Option<Qualifies> {
    qualify::qualifies(&altered::Frame::of(reading::read(words)), previous)
}

/// Returns the times that two wordings of a promise name, where they differ: by when it is kept,
/// until when or for how long it holds. `None` for a side that names none.
pub fn retimed(before: &str, after: &str) -> Option<(Option<String>, Option<String>)> {
    let frames = [before, after].map(|words| altered::Frame::of(reading::read(words)));
    let (left, came) = measured::retimed(&frames[0], &frames[1]);
    let quoted = |words: &str, frame: &altered::Frame, ranges: &[std::ops::Range<usize>]| {
        let each = ranges.iter().map(|it| {
            let (first, last) = (&frame.reads[it.start], &frame.reads[it.end - 1]);
            words[first.span.start..last.span.end].to_owned()
        });
        let all: Vec<String> = each.collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    let times = (quoted(before, &frames[0], &left), quoted(after, &frames[1], &came));
    (times.0.is_some() || times.1.is_some()).then_some(times)
}
