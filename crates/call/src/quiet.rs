//! "Do not disturb": whether somebody wants to be left alone now. To a caller it looks like no answer (C-6).

use birdcall_protocol::Timestamp;
use birdcall_protocol::quiet::{Quiet, QuietHours};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A moment by the wall clock of where somebody lives. The driver knows time zones; this crate does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallClock {
    /// Days since Monday, 0 to 6.
    pub weekday: usize,
    /// Minutes since midnight, 0 to 1439.
    pub minute: u16,
}

/// Whether the hours are ones that can be kept: in the day, not empty, on some day.
#[must_use]
pub fn sound(hours: &QuietHours) -> bool {
    hours.from < DAY && hours.until < DAY && hours.from != hours.until && hours.days.contains(&true)
}

/// Whether the person wants to be left alone.
#[must_use]
pub fn is_quiet(quiet: &Quiet, now: Timestamp, there: WallClock) -> bool {
    let switched = quiet.on && quiet.until.is_none_or(|until| now < until);
    switched || quiet.hours.is_some_and(|hours| within(&hours, there))
}

/// Hours that end on the next day belong to the day on which they begin.
fn within(hours: &QuietHours, there: WallClock) -> bool {
    let begins_on = |day: usize| hours.days.get(day % 7).copied().unwrap_or(false);
    let WallClock { weekday, minute } = there;
    if hours.from < hours.until {
        return begins_on(weekday) && (hours.from..hours.until).contains(&minute);
    }
    (begins_on(weekday) && minute >= hours.from) || (begins_on(weekday + 6) && minute < hours.until)
}
