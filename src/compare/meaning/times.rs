//! Days, spans, rates and amounts in a clause.
//!
//! A value is read with its unit, so that `seven (7) days` is `a week`, and with what it does in
//! the clause: a day by which something is done is not one until which it holds.

use std::ops::Range;

use crate::compare::meaning::altered::Frame;
use crate::compare::meaning::lexicon::PROMISES;
use crate::compare::meaning::reading::{self, ReadKind};
use crate::compare::meaning::roots;
use crate::compare::meaning::sense::Sense;

/// A value in a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The words of the value, with its unit.
    pub at: Range<usize>,
    /// What is measured.
    pub what: What,
    /// What it does in the clause.
    pub role: Role,
    /// How it bounds what it measures.
    pub limit: Limit,
}

/// What is measured; numbers are in hundredths, times in minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A day, month or year, as far as it is named.
    Day {
        /// The year.
        year: Option<u32>,
        /// The month, from 1.
        month: Option<u32>,
        /// The day of the month, or the number of a quarter.
        day: Option<u32>,
    },
    /// How long.
    Span(u64),
    /// How much time lies between two times at which something is done.
    Rate(u64),
    /// A share of a whole.
    Share(u64),
    /// An age.
    Age(u64),
    /// An amount of money or of anything else.
    Count(u64),
    /// A time that nobody can measure, `promptly`, in its words.
    Vague(String),
}

/// What a value does in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Something is done by it.
    By,
    /// Something is, or was, done in it.
    In,
    /// Something holds up to it.
    Until,
    /// Something begins with it.
    From,
    /// Something lasts as long.
    For,
    /// It cannot be told.
    Open,
}

/// How a value bounds what it measures; greater promises more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// It is at most that.
    Ceiling,
    /// It is about that.
    About,
    /// It is that.
    Exact,
    /// It is at least that.
    Floor,
}

/// How far before a value the words stand that tell what it does.
const NEAR_MAX: usize = 5;

/// The most words between a number and its unit.
const UNIT_DISTANCE_MAX: usize = 5;

/// Returns the values in a clause, in order.
pub fn measures(frame: &Frame) -> Vec<Measure> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < frame.reads.len() {
        let value = day(frame, at)
            .or_else(|| rate(frame, at))
            .or_else(|| span(frame, at))
            .or_else(|| amount(frame, at))
            .or_else(|| vague(frame, at));
        let Some((range, what)) = value else {
            at += 1;
            continue;
        };
        at = range.end;
        if !is_stamped(frame, range.start) {
            let (role, limit) = (role(frame, &range, &what), limit(frame, range.start));
            found.push(Measure { at: range, what, role, limit });
        }
    }
    found
}

fn key(frame: &Frame, at: usize) -> &str {
    frame.reads.get(at).map_or("", |it| it.key.as_str())
}

fn root(frame: &Frame, at: usize) -> &str {
    frame.reads.get(at).map_or("", |it| it.root.as_str())
}

/// Returns a number in hundredths, `1.5` or `30th`; references are none.
fn number(frame: &Frame, at: usize) -> Option<u64> {
    let read = frame.reads.get(at).filter(|it| it.kind == ReadKind::Number)?;
    let digits = read.root.trim_start_matches(['$', '€', '£']).replace(',', "");
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    let (digits, rest) = digits.split_at(end);
    if !matches!(rest, "" | "st" | "nd" | "rd" | "th" | "%" | "k" | "m") {
        return None;
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = match part.len() {
        0 => 0,
        1 => part.parse::<u64>().ok()? * 10,
        _ => part.get(..2)?.parse().ok()?,
    };
    let factor = match rest {
        "k" => 1_000,
        "m" => 1_000_000,
        _ => 1,
    };
    whole.checked_mul(100)?.checked_add(part)?.checked_mul(factor)
}

fn whole(frame: &Frame, at: usize) -> Option<u32> {
    let hundredths = number(frame, at)?;
    (hundredths % 100 == 0).then(|| u32::try_from(hundredths / 100).ok()).flatten()
}

fn year(frame: &Frame, at: usize) -> Option<u32> {
    let is_plain = frame.reads.get(at).is_some_and(|it| it.key.len() == 4);
    whole(frame, at).filter(|it| is_plain && (1900..2200).contains(it))
}

/// Returns the number of a month whose name stands here, in capitals as names do.
fn month(frame: &Frame, at: usize) -> Option<u32> {
    let read = frame.reads.get(at).filter(|it| it.is_capital && it.kind == ReadKind::Word)?;
    let name = read.key.as_str();
    let found = MONTHS.iter().position(|it| *it == name || (it.len() > 4 && name == &it[..3]));
    let month = u32::try_from(found? + 1).ok()?;
    // "May we" is none, nor is "March with us".
    let is_first = at.checked_sub(1).is_none_or(|it| frame.is_point(it, ".!?"));
    let is_dated = (name != "may" && !is_first)
        || frame.reads.get(at + 1).is_some_and(|it| it.kind == ReadKind::Number)
        || at.checked_sub(1).is_some_and(|it| frame.reads[it].kind == ReadKind::Number);
    is_dated.then_some(month)
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn day(frame: &Frame, at: usize) -> Option<(Range<usize>, What)> {
    let year_from = |from: usize| {
        let comma = usize::from(frame.is_point(from, ","));
        year(frame, from + comma).map(|it| (from + comma + 1, it))
    };
    let of_month = |it: &u32| (1..=31).contains(it);
    if let Some(day) = whole(frame, at).filter(of_month) {
        let of = usize::from(key(frame, at + 1) == "of");
        if let Some(month) = month(frame, at + 1 + of) {
            let (end, year) =
                year_from(at + 2 + of).map_or((at + 2 + of, None), |it| (it.0, Some(it.1)));
            return Some((at..end, What::Day { year, month: Some(month), day: Some(day) }));
        }
    }
    if let Some(month) = month(frame, at) {
        let day = whole(frame, at + 1).filter(of_month);
        let end = at + 1 + usize::from(day.is_some());
        let (end, year) = year_from(end).map_or((end, None), |it| (it.0, Some(it.1)));
        return Some((at..end, What::Day { year, month: Some(month), day }));
    }
    let name = key(frame, at);
    let digits =
        |word: &str, prefix: &str| -> Option<u32> { word.strip_prefix(prefix)?.parse().ok() };
    if let Some(year) = digits(name, "fy") {
        let year = if year < 100 { year + 2000 } else { year };
        return Some((at..at + 1, What::Day { year: Some(year), month: None, day: None }));
    }
    if let Some(quarter) = digits(name, "q").filter(|it| (1..=4).contains(it)) {
        let year = year(frame, at + 1);
        let end = at + 1 + usize::from(year.is_some());
        return Some((at..end, What::Day { year, month: None, day: Some(quarter) }));
    }
    let year = year(frame, at)?;
    let is_cued =
        (1..=3).any(|by| at.checked_sub(by).is_some_and(|it| YEAR_CUES.contains(&key(frame, it))));
    is_cued.then_some((at..at + 1, What::Day { year: Some(year), month: None, day: None }))
}

/// Words shortly before a number of four digits by which it is a year.
const YEAR_CUES: &[&str] = &[
    "after",
    "before",
    "beginning",
    "by",
    "during",
    "early",
    "end",
    "from",
    "fiscal",
    "fy",
    "in",
    "late",
    "mid",
    "since",
    "starting",
    "than",
    "through",
    "till",
    "until",
    "year",
];

/// Returns the minutes of a unit of time.
fn unit(frame: &Frame, at: usize) -> Option<u64> {
    unit_of(root(frame, at))
}

fn unit_of(root: &str) -> Option<u64> {
    Some(match root {
        "minut" => 1,
        "hour" => 60,
        "day" => 1_440,
        "week" => 10_080,
        "month" => 43_800,
        "quarter" => 131_400,
        "year" => 525_600,
        "decad" => 5_256_000,
        _ => return None,
    })
}

/// Returns where the unit of a number ends, and its minutes.
fn unit_after(frame: &Frame, at: usize) -> Option<(usize, u64)> {
    for at in at..at + UNIT_DISTANCE_MAX {
        if let Some(minutes) = unit(frame, at) {
            return Some((at + 1, minutes));
        }
        let read = frame.reads.get(at)?;
        let passes = matches!(
            read.key.as_str(),
            "(" | ")"
                | "-"
                | "business"
                | "calendar"
                | "working"
                | "consecutive"
                | "full"
                | "further"
                | "more"
                | "additional"
                | "other"
        ) || matches!(read.kind, ReadKind::Reference | ReadKind::Number);
        if !passes {
            return None;
        }
    }
    None
}

fn rate(frame: &Frame, at: usize) -> Option<(Range<usize>, What)> {
    let each = |at: usize| matches!(key(frame, at), "every" | "each" | "per" | "a" | "an");
    // "once every two years", "twice a year", "three times per quarter".
    let (times, from) = match key(frame, at) {
        "once" => (1, at + 1),
        "twice" => (2, at + 1),
        _ if root(frame, at + 1) == "time" && each(at + 2) => {
            (u64::from(whole(frame, at)?).max(1), at + 2)
        }
        "every" | "each" => (1, at),
        word => {
            let found = RATES.iter().find(|(name, _)| *name == word)?;
            return Some((at..at + 1, What::Rate(found.1)));
        }
    };
    if !each(from) {
        return None;
    }
    let is_other = key(frame, from + 1) == "other";
    let (end, count, minutes) = match number(frame, from + 1) {
        Some(hundredths) => {
            let (end, minutes) = unit_after(frame, from + 2)?;
            (end, hundredths, minutes)
        }
        None => {
            let at = from + 1 + usize::from(is_other);
            let minutes = unit(frame, at)?;
            (at + 1, if is_other { 200 } else { 100 }, minutes)
        }
    };
    Some((at..end, What::Rate(minutes.checked_mul(count)? / 100 / times)))
}

/// Words that say how often, with the minutes between.
const RATES: &[(&str, u64)] = &[
    ("hourly", 60),
    ("daily", 1_440),
    ("weekly", 10_080),
    ("biweekly", 20_160),
    ("monthly", 43_800),
    ("quarterly", 131_400),
    ("biannual", 262_800),
    ("biannually", 262_800),
    ("semi-annual", 262_800),
    ("semi-annually", 262_800),
    ("annual", 525_600),
    ("annually", 525_600),
    ("yearly", 525_600),
    ("biennial", 1_051_200),
    ("biennially", 1_051_200),
];

/// Returns a span that is one word with its unit: `one-year`, `30-day`.
fn compound(frame: &Frame, at: usize) -> Option<(Range<usize>, What)> {
    let (count, unit) = key(frame, at).split_once('-')?;
    let count: u64 = reading::number(count).parse().ok()?;
    let minutes = unit_of(&roots::root(unit))?;
    Some((at..at + 1, What::Span(minutes.checked_mul(count)?)))
}

fn span(frame: &Frame, at: usize) -> Option<(Range<usize>, What)> {
    if let Some(found) = compound(frame, at) {
        return Some(found);
    }
    if let Some(hundredths) = number(frame, at) {
        let (end, minutes) = unit_after(frame, at + 1)?;
        let is_age = matches!(key(frame, end), "old")
            || (key(frame, end) == "of" && key(frame, end + 1) == "age");
        let is_below = (1..=3).any(|by| {
            at.checked_sub(by)
                .is_some_and(|it| matches!(key(frame, it), "under" | "age" | "aged" | "ages"))
        });
        return Some(match is_age || (is_below && minutes == 525_600) {
            true => (at..end, What::Age(hundredths)),
            false => (at..end, What::Span(minutes.checked_mul(hundredths)? / 100)),
        });
    }
    let is_cued = matches!(key(frame, at), "a" | "an")
        && at
            .checked_sub(1)
            .is_some_and(|it| matches!(key(frame, it), "within" | "for" | "after" | "in"));
    let minutes = unit(frame, at + 1).filter(|_| is_cued)?;
    Some((at..at + 2, What::Span(minutes)))
}

fn amount(frame: &Frame, at: usize) -> Option<(Range<usize>, What)> {
    let value = number(frame, at)?;
    let last = at.checked_sub(1).map_or("", |it| key(frame, it));
    let next = key(frame, at + 1);
    if matches!(next, "%" | "percent") || frame.reads[at].key.ends_with('%') {
        let end = at + 1 + usize::from(matches!(next, "%" | "percent"));
        return Some((at..end, What::Share(value)));
    }
    if next == "per" && key(frame, at + 2) == "cent" {
        return Some((at..at + 3, What::Share(value)));
    }
    let has_age = (1..=3).any(|by| {
        at.checked_sub(by).is_some_and(|it| matches!(key(frame, it), "age" | "aged" | "ages"))
    });
    if has_age || matches!(last, "under") {
        return Some((at..at + 1, What::Age(value)));
    }
    let is_bounded = MONEY.contains(&last)
        || MONEY.contains(&next)
        || limit(frame, at) != Limit::Exact
        || BOUNDS.contains(&last);
    // Something is counted: a noun follows. "911" and "ISO 27001" are names.
    let counts =
        frame.reads.get(at + 1).is_some_and(|it| {
            it.kind == ReadKind::Word && !it.is_capital && frame.is_content(at + 1)
        }) && at.checked_sub(1).is_none_or(|it| {
            let read = &frame.reads[it];
            read.kind != ReadKind::Word || !read.is_capital || it == 0
        });
    (is_bounded || (counts && value < 1_000_000)).then_some((at..at + 1, What::Count(value)))
}

const MONEY: &[&str] = &["$", "€", "£", "usd", "eur", "gbp", "dollars", "euros", "pounds"];

/// Words before a number that bounds something.
const BOUNDS: &[&str] = &["by", "within", "until", "before"];

fn vague(frame: &Frame, at: usize) -> Option<(Range<usize>, What)> {
    let term = frame.terms.iter().find(|it| it.at.start == at && it.sense == Sense::Vague)?;
    let words: Vec<&str> = term.at.clone().map(|at| key(frame, at)).collect();
    Some((term.at.clone(), What::Vague(words.join(" "))))
}

/// Returns whether a value tells since when a document is in force, or names a law or an edition.
fn is_stamped(frame: &Frame, at: usize) -> bool {
    let stamps = |it: &str| matches!(it, "effective" | "updated" | "dated" | "revised");
    let names = |it: &str| {
        matches!(it, "version" | "copyright" | "©" | "act" | "regulation" | "directive" | "iso")
    };
    frame.reads[at.saturating_sub(4)..at].iter().any(|it| stamps(&it.key))
        || at.checked_sub(1).is_some_and(|it| names(key(frame, it)))
        || frame.reads.get(at + 1).is_some_and(|it| it.is_capital && it.key == "act")
}

fn role(frame: &Frame, at: &Range<usize>, what: &What) -> Role {
    if matches!(what, What::Rate(_) | What::Share(_) | What::Age(_)) {
        return Role::Open;
    }
    // A "one-year pause" lasts for a year.
    if matches!(what, What::Span(_)) && PROMISES.contains(root(frame, at.end)) {
        return Role::For;
    }
    let is_day = matches!(what, What::Day { .. });
    let near = at.start.saturating_sub(NEAR_MAX)..at.start;
    for it in near.rev() {
        if frame.is_point(it, ".;:,") {
            break;
        }
        match key(frame, it) {
            "in" | "during" if is_day => return Role::In,
            "by" | "before" | "prior" | "in" | "within" | "during" | "later" => return Role::By,
            "until" | "till" | "through" => return Role::Until,
            "to" if is_day && key(frame, it.saturating_sub(1)) == "up" => return Role::Until,
            "since" | "from" | "after" | "starting" | "beginning" | "as" => return Role::From,
            "for" => return Role::For,
            _ => (),
        }
    }
    Role::Open
}

/// Returns how a value bounds what it measures, by the words before it.
fn limit(frame: &Frame, at: usize) -> Limit {
    let near = at.saturating_sub(4)..at;
    for it in near.rev() {
        if frame.is_point(it, ".;:,") {
            break;
        }
        let last = it.checked_sub(1).map_or("", |at| key(frame, at));
        let is_denied = matches!(last, "no" | "not");
        return match key(frame, it) {
            "least" | "minimum" => Limit::Floor,
            "less" | "fewer" | "lower" if is_denied => Limit::Floor,
            "less" | "fewer" | "below" | "most" | "maximum" => Limit::Ceiling,
            "more" | "longer" | "greater" | "exceed" if is_denied => Limit::Ceiling,
            "more" | "longer" | "greater" | "over" | "above" | "exceeding" => Limit::Floor,
            "to" if last == "up" => Limit::Ceiling,
            "about" | "approximately" | "around" | "roughly" | "nearly" | "almost" => Limit::About,
            _ => continue,
        };
    }
    Limit::Exact
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::meaning::reading::read;

    fn found(words: &str) -> Vec<Measure> {
        measures(&Frame::of(read(words)))
    }

    #[test]
    fn values_are_read_with_their_units() {
        let whats = |words: &str| found(words).into_iter().map(|it| it.what).collect::<Vec<What>>();
        let day = |year, month, day| What::Day { year, month, day };
        assert_eq!(
            whats("We stop before 31 December 2026."),
            [day(Some(2026), Some(12), Some(31))]
        );
        assert_eq!(whats("We stop by March 3, 2027."), [day(Some(2027), Some(3), Some(3))]);
        assert_eq!(whats("We pause it until 30 June."), [day(None, Some(6), Some(30))]);
        assert_eq!(whats("A one-year pause."), [What::Span(525_600)]);
        assert_eq!(whats("Each version for five years."), [What::Span(5 * 525_600)]);
        assert_eq!(whats("Net zero in 2030."), [day(Some(2030), None, None)]);
        assert_eq!(whats("By the end of fiscal year 2025."), [day(Some(2025), None, None)]);
        assert_eq!(whats("We report every six months."), [What::Rate(262_800)]);
        assert_eq!(whats("We report twice a year."), [What::Rate(262_800)]);
        assert_eq!(whats("We report annually."), [What::Rate(525_600)]);
        assert_eq!(whats("Within seven (7) business days."), [What::Span(10_080)]);
        assert_eq!(whats("We cut it by 50 percent."), [What::Share(5_000)]);
        assert_eq!(whats("Nobody under 13 is asked."), [What::Age(1_300)]);
        assert_eq!(whats("Two independent reviewers look at it."), [What::Count(200)]);
        assert_eq!(whats("Call 911 or the police. See Section 5. ISO 27001."), []);
        assert_eq!(whats("We may tell you. March with us."), []);
    }
}
