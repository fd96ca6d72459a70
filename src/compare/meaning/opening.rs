//! Where the main clause of a sentence starts: what opens it (conditions, purposes, connectives) is
//! passed over up to its comma.

use crate::compare::meaning::altered::Frame;
use crate::compare::meaning::lexicon::OPENERS;
use crate::compare::meaning::reading::ReadKind;
use crate::compare::meaning::sense::Sense;

/// Returns where the main clause starts.
pub fn main_start(frame: &Frame) -> usize {
    let mut start = 0;
    for _ in 0..3 {
        while start < frame.reads.len() && frame.reads[start].kind == ReadKind::Point {
            start += 1;
        }
        let Some(read) = frame.reads.get(start) else { return start };
        let opens = OPENERS.contains(read.key.as_str())
            || matches!(
                frame.sense(start),
                Some(
                    Sense::Condition
                        | Sense::Exception
                        | Sense::Legal
                        | Sense::Mask
                        | Sense::Example
                )
            );
        if !opens {
            return start;
        }
        let mut depth = 0_usize;
        let comma = (start..frame.reads.len()).find(|&at| {
            depth += usize::from(frame.is_point(at, "("));
            depth = depth.saturating_sub(usize::from(frame.is_point(at, ")")));
            depth == 0 && frame.is_point(at, ",")
        });
        let is_limit = frame.sense(start).is_some();
        let comma = comma.filter(|at| is_limit || *at <= start + OPENING_MAX);
        let comma = comma.map(|it| if is_limit { last_of_enumeration(frame, it) } else { it });
        // In an enumeration within the opening, its last comma counts.
        let Some(comma) = comma else { return start };
        start = comma + 1;
    }
    start
}

/// Returns the comma at which a limit ends whose first comma is known: where it enumerates ("us,
/// our users, or others, we may"), the one before the subject of the main clause.
fn last_of_enumeration(frame: &Frame, first: usize) -> usize {
    let is_subject = |at: usize| {
        let key = frame.reads.get(at).map(|it| it.key.as_str());
        matches!(key, Some("we" | "you"))
    };
    let binds = |at: usize| {
        matches!(frame.sense(at), Some(Sense::Force(_) | Sense::Negation)) || is_subject(at)
    };
    if is_subject(first + 1) {
        return first;
    }
    let end = frame.reads.len().min(first + SUBJECT_MAX);
    let main = (first + 1..end).find(|&at| binds(at) || frame.is_point(at, ".;:"));
    main.filter(|&at| is_subject(at) && frame.is_point(at - 1, ",")).map_or(first, |at| at - 1)
}

/// The most words of an opening that is no condition.
const OPENING_MAX: usize = 14;

/// The most words of the part before the subject of a main clause.
const SUBJECT_MAX: usize = 16;
