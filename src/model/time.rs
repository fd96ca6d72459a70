//! Instants in UTC, to the millisecond. Reading the clock is not this file's business.

use std::{fmt, str::FromStr, time::Duration};

/// An instant in UTC, to the millisecond.
///
/// Shown as RFC 3339 with three decimals, `2020-06-10T21:04:05.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first and last instants that can be shown, years -9999 to 9999.
    const RANGE_MS: (i64, i64) = (-377_705_023_201_000, 253_402_207_200_999);

    /// Returns the instant `ms` milliseconds after 1970-01-01T00:00:00Z; instants outside the
    /// years -9999 to 9999 are moved to the nearest inside.
    pub fn from_millis(ms: i64) -> Timestamp {
        Timestamp(ms.clamp(Self::RANGE_MS.0, Self::RANGE_MS.1))
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the instant `duration` later.
    pub fn after(self, duration: Duration) -> Timestamp {
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.0.saturating_add(ms))
    }

    /// Returns the time from `earlier` to this instant, zero if it is not earlier.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Returns the day in UTC on which this instant lies, `2020-06-10`.
    pub fn day(self) -> String {
        self.to_string().chars().take_while(|&c| c != 'T').collect()
    }

    /// Returns day and minute in UTC for people, `2020-06-10 21:04 UTC`.
    pub fn minute(self) -> String {
        let shown = self.to_string();
        match shown.split_once('T') {
            Some((day, time)) => format!("{day} {} UTC", time.get(..5).unwrap_or(time)),
            None => shown,
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MIN);
        write!(f, "{instant:.3}")
    }
}

/// Why a time could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time: write a day, `2020-06-10`, or an instant, `2020-06-10T21:04:05Z`")]
pub struct TimestampFailure(String);

impl FromStr for Timestamp {
    type Err = TimestampFailure;

    /// Reads an RFC 3339 instant, or a day, which means its first instant in UTC.
    fn from_str(text: &str) -> Result<Timestamp, TimestampFailure> {
        let failure = || TimestampFailure(text.to_owned());
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Ok(Timestamp::from_millis(instant.as_millisecond()));
        }
        let day: jiff::civil::Date = text.parse().map_err(|_| failure())?;
        // What reads as a day may go on: an hour without its offset is no instant, and no day.
        if day.to_string() != text {
            return Err(failure());
        }
        let midnight = format!("{day}T00:00:00Z").parse::<jiff::Timestamp>();
        Ok(Timestamp::from_millis(midnight.map_err(|_| failure())?.as_millisecond()))
    }
}

/// Returns a duration in the words of a person: `3 days`, `6 hours`, `45 minutes`, `12 seconds`.
///
/// Rounds down to the largest unit of which there are at least two, or one exactly.
pub fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        172_800.. => (seconds / 86_400, "day"),
        86_400 => (1, "day"),
        7_200.. => (seconds / 3_600, "hour"),
        3_600 => (1, "hour"),
        120.. => (seconds / 60, "minute"),
        60 => (1, "minute"),
        _ => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_and_read_back() {
        let at: Timestamp = "2020-06-10T21:04:05.678Z".parse().unwrap();
        assert_eq!(at.to_string(), "2020-06-10T21:04:05.678Z");
        assert_eq!(at.day(), "2020-06-10");
        assert_eq!(at.minute(), "2020-06-10 21:04 UTC");
        assert_eq!(
            "2020-06-10".parse::<Timestamp>().unwrap().to_string(),
            "2020-06-10T00:00:00.000Z"
        );
        for neither in [
            "soon",
            "2020-06-10 18:30",
            "2020-06-10T18:30:00",
            "2020-06-10T18:30:00+99:00",
            "2020-06-10[Europe/Brussels]",
        ] {
            assert!(neither.parse::<Timestamp>().is_err(), "{neither}");
        }
    }

    #[test]
    fn extremes_are_clamped_and_shown() {
        for ms in [i64::MIN, i64::MAX] {
            let shown = Timestamp::from_millis(ms).to_string();
            assert!(shown.ends_with('Z'), "{shown}");
        }
    }

    #[test]
    fn durations_read_like_speech() {
        let of = |s| in_words(Duration::from_secs(s));
        assert_eq!(
            [of(0), of(1), of(90), of(60)],
            ["0 seconds", "1 second", "90 seconds", "1 minute"]
        );
        assert_eq!([of(3_600), of(5_400), of(21_600)], ["1 hour", "90 minutes", "6 hours"]);
        assert_eq!([of(86_400), of(129_600), of(259_200)], ["1 day", "36 hours", "3 days"]);
    }
}
