//! When a channel tells: at once or in digests, and in which hours not. The clock is an argument.

use jiff::{
    ZonedDateTime,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

use crate::model::time::Timestamp;

/// When a channel tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timing {
    /// When what is due is told together; none tells each alert by itself, at once.
    pub digest: Option<DigestTime>,
    /// When nothing is told.
    pub quiet: Option<QuietHours>,
}

impl Timing {
    /// Returns whether nothing is told now.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.quiet.as_ref().is_some_and(|quiet| quiet.hold(now))
    }

    /// Returns whether what has been an alert since `alerted_at` is to be told by now.
    pub fn is_ready(&self, alerted_at: Timestamp, now: Timestamp) -> bool {
        match &self.digest {
            _ if self.is_quiet(now) => false,
            Some(digest) => alerted_at < digest.last_by(now),
            None => true,
        }
    }

    /// Returns whether quiet hours lay between two instants.
    pub fn was_quiet(&self, from: Timestamp, to: Timestamp) -> bool {
        self.quiet.as_ref().is_some_and(|quiet| quiet.hold(from) || from < quiet.last_end_by(to))
    }
}

/// At which time of which days a digest is told.
#[derive(Clone, Debug, PartialEq)]
pub struct DigestTime {
    /// The day of the week; none means each day.
    pub weekday: Option<Weekday>,
    /// The time of the day.
    pub at: Time,
    /// Where it is that time.
    pub zone: TimeZone,
}

impl DigestTime {
    /// Returns the last instant by `now` at which a digest was due. Where the clocks skip its time, it
    /// is due as much later.
    pub fn last_by(&self, now: Timestamp) -> Timestamp {
        last_by(&self.zone, now, self.at, |day| self.weekday.is_none_or(|it| it == day.weekday()))
    }
}

/// From when to when, each day, nothing is told; over midnight where it ends before it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct QuietHours {
    /// The first moment.
    pub from: Time,
    /// The first moment after.
    pub to: Time,
    /// Where it is that time.
    pub zone: TimeZone,
}

impl QuietHours {
    /// Returns whether they are on.
    pub fn hold(&self, now: Timestamp) -> bool {
        let Some(now) = zoned(now, &self.zone) else { return false };
        let time = now.time();
        match self.from <= self.to {
            true => self.from <= time && time < self.to,
            false => self.from <= time || time < self.to,
        }
    }

    /// Returns when they last ended.
    fn last_end_by(&self, now: Timestamp) -> Timestamp {
        last_by(&self.zone, now, self.to, |_| true)
    }
}

/// The longest way back to a day that was meant: a week, and a day for the zones.
const DAYS_MAX: usize = 9;

/// Returns the last instant by `now` with this time of a day that is meant.
fn last_by(
    zone: &TimeZone,
    now: Timestamp,
    time: Time,
    is_meant: impl Fn(Date) -> bool,
) -> Timestamp {
    let Some(today) = zoned(now, zone) else { return now };
    let mut day = today.date();
    for _ in 0..DAYS_MAX {
        if is_meant(day)
            && let Ok(moment) = day.to_datetime(time).to_zoned_datetime(zone.clone())
        {
            let moment = Timestamp::from_millis(moment.timestamp().as_millisecond());
            if moment <= now {
                return moment;
            }
        }
        match day.yesterday() {
            Ok(yesterday) => day = yesterday,
            Err(_) => break,
        }
    }
    // Only at the ends of time.
    Timestamp::from_millis(now.as_millis().saturating_sub(86_400_000))
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Option<ZonedDateTime> {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
    Some(at.to_zoned_datetime(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn digest(weekday: Option<Weekday>, hour: i8, minute: i8) -> DigestTime {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        DigestTime { weekday, at: Time::constant(hour, minute, 0, 0), zone }
    }

    #[test]
    fn a_digest_is_due_at_its_time_of_day_where_it_is_read() {
        let daily = digest(None, 8, 0);
        assert_eq!(daily.last_by(at("2026-01-10T07:00:00Z")), at("2026-01-10T07:00:00Z"));
        assert_eq!(daily.last_by(at("2026-01-10T06:59:59Z")), at("2026-01-09T07:00:00Z"));
        assert_eq!(daily.last_by(at("2026-07-10T06:00:00Z")), at("2026-07-10T06:00:00Z"));
        let weekly = digest(Some(Weekday::Monday), 8, 0);
        assert_eq!(weekly.last_by(at("2026-01-10T12:00:00Z")), at("2026-01-05T07:00:00Z"));
        assert_eq!(weekly.last_by(at("2026-01-12T06:59:00Z")), at("2026-01-05T07:00:00Z"));
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_due_as_much_later() {
        // On 2026-03-29 it goes from 02:00 to 03:00 there.
        let night = digest(None, 2, 30);
        assert_eq!(night.last_by(at("2026-03-29T12:00:00Z")), at("2026-03-29T01:30:00Z"));
        // On 2026-10-25 it is half past two twice.
        assert_eq!(night.last_by(at("2026-10-25T12:00:00Z")), at("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn quiet_hours_lie_over_midnight_and_hold_what_is_due() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let (from, to) = (Time::constant(22, 0, 0, 0), Time::constant(7, 0, 0, 0));
        let timing = Timing { digest: None, quiet: Some(QuietHours { from, to, zone }) };
        for (quiet, when) in [
            (false, "2026-01-10T20:59:59Z"),
            (true, "2026-01-10T21:00:00Z"),
            (true, "2026-01-11T05:59:59Z"),
            (false, "2026-01-11T06:00:00Z"),
        ] {
            assert_eq!(timing.is_quiet(at(when)), quiet, "{when}");
            assert_eq!(timing.is_ready(at("2026-01-01T00:00:00Z"), at(when)), !quiet, "{when}");
        }
        assert!(timing.was_quiet(at("2026-01-10T22:00:00Z"), at("2026-01-11T06:30:00Z")));
        assert!(!timing.was_quiet(at("2026-01-11T06:10:00Z"), at("2026-01-11T06:30:00Z")));
    }

    #[test]
    fn what_became_an_alert_before_a_digest_is_told_with_it() {
        let timing = Timing { digest: Some(digest(None, 8, 0)), quiet: None };
        let now = at("2026-01-10T09:00:00Z");
        assert!(timing.is_ready(at("2026-01-10T06:59:00Z"), now));
        assert!(!timing.is_ready(at("2026-01-10T07:00:00Z"), now));
        assert!(!timing.is_ready(at("2026-01-10T08:00:00Z"), now));
        for ms in [i64::MIN, i64::MAX] {
            timing.is_ready(at("2026-01-10T08:00:00Z"), Timestamp::from_millis(ms));
        }
    }

    #[test]
    fn zones_are_known_where_the_system_has_none() {
        let bundled = jiff::tz::TimeZoneDatabase::bundled();
        assert!(bundled.get("Europe/Brussels").is_ok());
    }
}
