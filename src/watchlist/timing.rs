//! When a channel tells: `digest = "daily 08:00 Europe/Brussels"`, `quiet = "22:00-07:00
//! Europe/Brussels"`.

use jiff::{
    civil::{Time, Weekday},
    tz::TimeZone,
};

use crate::{
    model::timing::{DigestTime, QuietHours, Timing},
    watchlist::{
        found::{Findings, Flaw},
        table::{Entry, Section},
    },
};

const DIGEST_REMEDY: &str =
    "write \"daily 08:00 Europe/Brussels\" or \"weekly monday 08:00 Europe/Brussels\"";
const QUIET_REMEDY: &str = "write \"22:00-07:00 Europe/Brussels\"";

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Returns when a channel tells.
pub fn read_timing(found: &mut Findings<'_>, section: &Section<'_>) -> Timing {
    let mut timing = Timing::default();
    if let Some(entry) = section.entry("digest") {
        timing.digest = checked(found, &entry, DIGEST_REMEDY, digest);
    }
    if let Some(entry) = section.entry("quiet") {
        timing.quiet = checked(found, &entry, QUIET_REMEDY, quiet);
    }
    timing
}

fn checked<T>(
    found: &mut Findings<'_>,
    entry: &Entry<'_>,
    remedy: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    match read(entry.string(found)?) {
        Ok(read) => Some(read),
        Err(problem) => {
            entry.report(found, Flaw::new(problem, remedy));
            None
        }
    }
}

fn digest(text: &str) -> Result<DigestTime, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (weekday, rest) = match words.as_slice() {
        ["daily", rest @ ..] => (None, rest),
        ["weekly", day, rest @ ..] => {
            let named = |it: &&(&str, Weekday)| it.0.eq_ignore_ascii_case(day);
            let day =
                WEEKDAYS.iter().find(named).ok_or(format!("`{day}` is no day of the week"))?;
            (Some(day.1), rest)
        }
        _ => return Err("this is no time of a digest".to_owned()),
    };
    match rest {
        [at] => Ok(DigestTime { weekday, at: time(at)?, zone: TimeZone::UTC }),
        [at, name] => Ok(DigestTime { weekday, at: time(at)?, zone: zone(name)? }),
        _ => Err("this is no time of a digest".to_owned()),
    }
}

fn quiet(text: &str) -> Result<QuietHours, String> {
    let none = || "these are no quiet hours".to_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    let (hours, zone) = match words.as_slice() {
        [hours] => (hours, TimeZone::UTC),
        [hours, name] => (hours, zone(name)?),
        _ => return Err(none()),
    };
    let (from, to) = hours.split_once(['-', '\u{2013}']).ok_or_else(none)?;
    let (from, to) = (time(from)?, time(to)?);
    match from == to {
        true => Err("they would never end".to_owned()),
        false => Ok(QuietHours { from, to, zone }),
    }
}

fn time(text: &str) -> Result<Time, String> {
    let none = || format!("`{text}` is no time of the day");
    let (hour, minute) = text.split_once(':').ok_or_else(none)?;
    let number = |digits: &str| match digits.len() == 2 && digits.is_ascii() {
        true => digits.parse::<i8>().ok().filter(|_| !digits.starts_with(['+', '-'])),
        false => None,
    };
    let (hour, minute) = number(hour).zip(number(minute)).ok_or_else(none)?;
    Time::new(hour, minute, 0, 0).map_err(|_| none())
}

/// Zones are those of the system, or where it has none, those that the program brings along.
fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone that is known here"))
}
