//! Which of two values binds more: a day by which something is done, a span, a share.

use crate::compare::meaning::norm::Stated;
use crate::compare::meaning::times::{Limit, Measure, Role, What};
use crate::model::verdict::Norm;

/// Returns whether two values say the same, bounded alike.
pub fn is_same(before: &Measure, after: &Measure) -> bool {
    let near = |a: u64, b: u64| a.abs_diff(b) * 30 <= a.max(b);
    let is_value = match (&before.what, &after.what) {
        (What::Span(a), What::Span(b)) | (What::Rate(a), What::Rate(b)) => near(*a, *b),
        (a, b) => a == b,
    };
    is_value && before.limit == after.limit
}

/// Returns whether a word belongs to a value that the other clause has as well, in whatever words.
pub fn stays(at: usize, own: &[Measure], other: &[Measure]) -> bool {
    own.iter().any(|it| it.at.contains(&at) && other.iter().any(|other| is_same(it, other)))
}

/// Returns whether two values can stand for each other.
pub fn is_like(before: &Measure, after: &Measure) -> bool {
    use What::{Age, Count, Day, Rate, Share, Span, Vague};
    matches!(
        (&before.what, &after.what),
        (Day { .. } | Span(_) | Vague(_), Day { .. } | Span(_) | Vague(_))
            | (Rate(_), Rate(_) | Vague(_))
            | (Vague(_), Rate(_))
            | (Share(_), Share(_))
            | (Age(_), Age(_))
            | (Count(_), Count(_))
    )
}

/// Returns whether the norm of a clause reaches further, or binds more, with the value after;
/// `None` where it cannot be told. `is_denied` tells a promise not to do something.
pub fn is_more(
    before: &Measure,
    after: &Measure,
    stated: &Stated,
    is_denied: bool,
) -> Option<bool> {
    let is_promise = matches!(stated.norm, Norm::Commitment | Norm::UserRight);
    let (from, to) = match (&before.what, &after.what) {
        (What::Vague(_), What::Vague(_)) => return None,
        // What can be measured binds more.
        (What::Vague(words), _) => return is_prompt(words).then_some(is_promise),
        (_, What::Vague(words)) => return is_prompt(words).then_some(!is_promise),
        (What::Day { .. }, What::Day { .. }) => days(&before.what, &after.what)?,
        (What::Span(from), What::Span(to))
        | (What::Rate(from), What::Rate(to))
        | (What::Share(from), What::Share(to))
        | (What::Age(from), What::Age(to))
        | (What::Count(from), What::Count(to)) => (*from, *to),
        (_, _) => return None,
    };
    if from == to {
        return Some(before.limit < after.limit)
            .filter(|_| before.limit != after.limit && is_promise);
    }
    let (rises, role) = (from < to, after.role);
    match (&after.what, role, after.limit) {
        (What::Rate(_), _, _) => Some(!rises),
        (What::Age(_), _, _) => Some(rises),
        (What::Day { .. } | What::Span(_), Role::By | Role::In, Limit::Exact) if !is_promise => {
            None
        }
        (What::Day { .. }, Role::By | Role::In, _) => Some(rises == is_denied),
        (What::Day { .. }, Role::Until, _) => Some(rises),
        (What::Day { .. }, Role::From, _) => Some(!rises),
        (What::Day { .. }, Role::For | Role::Open, _) => None,
        (_, _, Limit::Floor) => Some(rises),
        (_, _, Limit::Ceiling) => Some(rises != is_promise),
        (What::Span(_), Role::By, _) => Some(rises == is_denied),
        (What::Span(_), Role::From, _) => Some(!rises),
        (What::Span(_), Role::For, _) => Some(rises),
        (What::Share(_) | What::Count(_), _, Limit::Exact | Limit::About) => None,
        (What::Span(_), Role::In | Role::Until | Role::Open, _) | (What::Vague(_), _, _) => None,
    }
}

/// Returns whether a vague time is one by which something is to be done.
fn is_prompt(words: &str) -> bool {
    !matches!(
        words,
        "at any time"
            | "from time to time"
            | "indefinitely"
            | "permanently"
            | "until further notice"
    )
}

/// Returns two days as numbers to be compared, as far as both are named.
fn days(before: &What, after: &What) -> Option<(u64, u64)> {
    let (What::Day { year: y0, month: m0, day: d0 }, What::Day { year: y1, month: m1, day: d1 }) =
        (before, after)
    else {
        return None;
    };
    // A part that one of the two leaves open says nothing.
    let both = |a: &Option<u32>, b: &Option<u32>| match (a, b) {
        (Some(a), Some(b)) => (u64::from(*a), u64::from(*b)),
        (_, _) => (0, 0),
    };
    let (years, months, days) = (both(y0, y1), both(m0, m1), both(d0, d1));
    if y0.is_some() != y1.is_some() {
        return None;
    }
    let ordinal = |year: u64, month: u64, day: u64| year * 500 + month * 32 + day;
    Some((ordinal(years.0, months.0, days.0), ordinal(years.1, months.1, days.1)))
}

/// Returns whether the norm binds more, or reaches further, now that a value came that had none
/// before; `None` where it cannot be told.
pub fn is_more_with(came: &Measure, stated: &Stated, is_denied: bool) -> Option<bool> {
    let is_promise = matches!(stated.norm, Norm::Commitment | Norm::UserRight);
    match (&came.what, came.role) {
        (What::Rate(_), _) => Some(is_promise),
        (What::Day { .. } | What::Span(_), Role::By) => is_promise.then_some(!is_denied),
        // A promise not to do something has an end now.
        (What::Day { .. }, Role::Until) | (What::Span(_), Role::For) if is_denied => Some(false),
        (What::Day { .. }, Role::From) if is_promise => Some(false),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::meaning::altered::Frame;
    use crate::compare::meaning::reading::read;
    use crate::compare::meaning::times::measures;

    fn found(words: &str) -> Vec<Measure> {
        measures(&Frame::of(read(words)))
    }

    #[test]
    fn what_a_value_does_tells_which_of_two_binds_more() {
        let promise = Stated {
            norm: Norm::Commitment,
            bound: crate::model::verdict::Bound::Company,
            is_sure: true,
            is_reference: false,
            is_heading: false,
            is_safeguard: false,
        };
        let more = |before: &str, after: &str, is_denied| {
            let (before, after) = (found(before), found(after));
            is_more(&before[0], &after[0], &promise, is_denied)
        };
        assert_eq!(more("done by 2030", "done by 2050", false), Some(false));
        assert_eq!(more("none until 2026", "none until 2025", true), Some(false));
        assert_eq!(more("every six months", "every year", false), Some(false));
        assert_eq!(more("within 30 days", "within 90 days", false), Some(false));
        assert_eq!(more("for five years", "for seven years", false), Some(true));
        assert_eq!(more("at least 50 percent", "up to 50 percent", false), Some(false));
        assert_eq!(more("promptly", "within two days", false), Some(true));
        assert_eq!(more("50 percent", "40 percent", false), None);
    }
}
