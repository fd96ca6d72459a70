//! Durations as people write them, `6h`, `90m`, `250ms`, and back.

use std::{ops::RangeInclusive, time::Duration};

use crate::watchlist::found::Flaw;

/// The units by name, in milliseconds; the shortest name of each stands first.
const UNITS: [(&str, u64); 16] = [
    ("w", 604_800_000),
    ("week", 604_800_000),
    ("weeks", 604_800_000),
    ("d", 86_400_000),
    ("day", 86_400_000),
    ("days", 86_400_000),
    ("h", 3_600_000),
    ("hour", 3_600_000),
    ("hours", 3_600_000),
    ("m", 60_000),
    ("min", 60_000),
    ("minutes", 60_000),
    ("s", 1_000),
    ("second", 1_000),
    ("seconds", 1_000),
    ("ms", 1),
];

/// Returns the duration that `text` says: whole numbers with units, `6h`, `1h 30m`, or `0`.
///
/// Fails on anything else, and on a duration out of `bounds`.
pub fn read_duration(text: &str, bounds: &RangeInclusive<Duration>) -> Result<Duration, Flaw> {
    let text = text.trim();
    let no_duration = |problem: &str| Flaw::new(problem, written_bounds(bounds));
    if text.starts_with('-') {
        return Err(no_duration("a duration cannot be negative"));
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return read_bare(text, bounds);
    }
    let ms = sum_ms(text).ok_or_else(|| no_duration("this is no duration"))?;
    within(Duration::from_millis(ms), bounds)
}

/// Returns the duration that a number without a unit says: only zero says one.
pub fn read_bare(number: &str, bounds: &RangeInclusive<Duration>) -> Result<Duration, Flaw> {
    match number.strip_prefix('-') {
        Some(_) => Err(Flaw::new("a duration cannot be negative", written_bounds(bounds))),
        None if number.bytes().all(|b| b == b'0') => within(Duration::ZERO, bounds),
        None => Err(Flaw::new("the unit is missing", with_units(number, bounds))),
    }
}

/// Returns the remedy for a number without a unit: the number with each unit that is in bounds.
fn with_units(number: &str, bounds: &RangeInclusive<Duration>) -> String {
    let forms = ["ms", "s", "m", "h", "d"].map(|unit| format!("{number}{unit}"));
    let is_allowed = |form: &&String| read_duration(form, bounds).is_ok();
    let allowed: Vec<String> =
        forms.iter().filter(is_allowed).map(|form| format!("\"{form}\"")).collect();
    match allowed.split_last() {
        None => written_bounds(bounds),
        Some((only, [])) => format!("write {only}"),
        Some((last, others)) => format!("write {} or {last}", others.join(", ")),
    }
}

fn sum_ms(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut rest = text;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after_number) = rest.split_at(unit_at);
        let after_number = after_number.trim_start();
        let ends_at = after_number.find(|c: char| !c.is_ascii_alphabetic());
        let (unit, after_unit) = after_number.split_at(ends_at.unwrap_or(after_number.len()));
        let (_, unit_ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let part_ms = number.parse::<u64>().ok()?.checked_mul(*unit_ms)?;
        sum = sum.checked_add(part_ms)?;
        rest = after_unit.trim_start();
    }
    Some(sum)
}

fn within(duration: Duration, bounds: &RangeInclusive<Duration>) -> Result<Duration, Flaw> {
    if bounds.contains(&duration) {
        return Ok(duration);
    }
    let problem = if duration < *bounds.start() { "this is too short" } else { "this is too long" };
    Err(Flaw::new(problem, written_bounds(bounds)))
}

fn written_bounds(bounds: &RangeInclusive<Duration>) -> String {
    let (least, most) = (written(*bounds.start()), written(*bounds.end()));
    let example = if Duration::from_secs(86_400) < *bounds.end() { "6h" } else { "2s" };
    format!("write a whole number with its unit, \"{least}\" to \"{most}\", as in \"{example}\"")
}

/// Returns a duration in the largest unit of which it is a whole number, `6h`, `36h`, `0s`;
/// weeks are not used, and less than a millisecond is left out.
pub fn written(duration: Duration) -> String {
    let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if ms == 0 {
        return "0s".to_owned();
    }
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    match units.into_iter().find(|(_, unit_ms)| ms % unit_ms == 0) {
        Some((unit, unit_ms)) => format!("{}{unit}", ms / unit_ms),
        None => format!("{ms}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expectation: Option<u64>) {
        let bounds = Duration::ZERO..=Duration::from_secs(366 * 86_400);
        let ms = read_duration(text, &bounds).ok().map(|d| d.as_millis() as u64);
        assert_eq!(ms, expectation, "{text}");
    }

    #[test]
    fn the_forms_of_people_are_read() {
        for (text, ms) in [
            ("250ms", 250),
            ("2s", 2_000),
            ("90m", 5_400_000),
            ("6h", 21_600_000),
            ("36h", 129_600_000),
            ("3d", 259_200_000),
            ("1w", 604_800_000),
            ("1h30m", 5_400_000),
            (" 1h 30 min ", 5_400_000),
            ("2 days", 172_800_000),
            ("0", 0),
            ("0s", 0),
        ] {
            check(text, Some(ms));
        }
    }

    #[test]
    fn what_people_do_not_mean_is_no_duration() {
        for text in [
            "",
            " ",
            "6",
            "h",
            "-6h",
            "1.5h",
            "6H",
            "6M",
            "1y",
            "6h!",
            "6 6h",
            "6hh",
            "ä",
            "6ä",
            "99999999999999999999h",
            "99999999999999w",
            "367d",
            "+6h",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_duration_is_written_in_its_largest_unit() {
        for text in ["250ms", "2s", "90m", "6h", "36h", "3d", "0s"] {
            let bounds = Duration::ZERO..=Duration::MAX;
            assert_eq!(written(read_duration(text, &bounds).unwrap()), text);
        }
    }
}
