//! The server's clock: the only place that reads one. Tests turn it by hand.

use birdcall_call::quiet::WallClock;
use birdcall_protocol::Timestamp;
use jiff::tz::TimeZone;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// What time it is, and how to wait.
#[derive(Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until a test turns it.
    Manual(watch::Sender<Timestamp>),
}

impl Clock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(watch::Sender::new(start))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp(0) + since
            }
            Self::Manual(hand) => *hand.borrow(),
        }
    }

    /// Waits until `moment`.
    pub async fn sleep_until(&self, moment: Timestamp) {
        match self {
            Self::System => {
                // To the nanosecond: how far into its millisecond a wait began must not show in when it ends (C-6).
                let whole = moment.since(Timestamp(0));
                let gone = SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default();
                tokio::time::sleep(whole.saturating_sub(gone)).await;
            }
            Self::Manual(hand) => {
                let mut turned = hand.subscribe();
                // Cannot fail: `self` holds the sender.
                let _ = turned.wait_for(|now| *now >= moment).await;
            }
        }
    }

    /// Turns a manual clock on; the machine's clock turns by itself.
    pub fn advance(&self, span: Duration) {
        if let Self::Manual(hand) = self {
            hand.send_modify(|now| *now = *now + span);
        }
    }
}

/// What the wall clock says in a zone of the IANA database; UTC where the name is none.
#[must_use]
pub fn wall_clock(zone: &str, now: Timestamp) -> WallClock {
    let moment = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let there = moment.to_zoned(time_zone(zone).unwrap_or(TimeZone::UTC));
    let weekday = there.weekday().to_monday_zero_offset();
    let minute = i32::from(there.hour()) * 60 + i32::from(there.minute());
    WallClock {
        weekday: usize::try_from(weekday).unwrap_or(0),
        minute: u16::try_from(minute).unwrap_or(0),
    }
}

/// The zone of that name; empty is UTC.
#[must_use]
pub fn time_zone(name: &str) -> Option<TimeZone> {
    if name.is_empty() {
        return Some(TimeZone::UTC);
    }
    TimeZone::get(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_knows_zones_and_their_summer() {
        // 2026-07-05 and 2026-12-06, Sundays, 23:30 UTC.
        for (zone, summer, winter) in [
            ("", (6, 1410), (6, 1410)),
            ("Europe/Berlin", (0, 90), (0, 30)),
            ("America/New_York", (6, 1170), (6, 1110)),
            ("Asia/Kolkata", (0, 300), (0, 300)),
            ("No/Where", (6, 1410), (6, 1410)),
        ] {
            for (at, (weekday, minute)) in
                [(1_783_294_200_000, summer), (1_796_599_800_000, winter)]
            {
                let there = wall_clock(zone, Timestamp(at));
                assert_eq!(there, WallClock { weekday, minute }, "{zone} {at}");
            }
        }
        assert!(time_zone("No/Where").is_none());
    }
}
