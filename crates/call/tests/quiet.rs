//! "Do not disturb": the switch, its end, and hours through the week.

use birdcall_call::quiet::{WallClock, is_quiet, sound};
use birdcall_protocol::Timestamp;
use birdcall_protocol::quiet::{Quiet, QuietHours};

const NOW: Timestamp = Timestamp(1_000_000);
const MONDAY_NOON: WallClock = WallClock {
    weekday: 0,
    minute: 720,
};

fn hours(from: u16, until: u16, days: [u8; 7]) -> QuietHours {
    QuietHours {
        from,
        until,
        days: days.map(|day| day == 1),
    }
}

fn by_hours(hours: QuietHours, weekday: usize, minute: u16) -> bool {
    let quiet = Quiet {
        hours: Some(hours),
        ..Quiet::default()
    };
    is_quiet(&quiet, NOW, WallClock { weekday, minute })
}

#[test]
fn the_switch_holds_until_its_end() {
    let switch = |on, until: Option<i64>| Quiet {
        on,
        until: until.map(Timestamp),
        ..Quiet::default()
    };
    assert!(!is_quiet(&Quiet::default(), NOW, MONDAY_NOON));
    assert!(is_quiet(&switch(true, None), NOW, MONDAY_NOON));
    assert!(is_quiet(&switch(true, Some(NOW.0 + 1)), NOW, MONDAY_NOON));
    assert!(!is_quiet(&switch(true, Some(NOW.0)), NOW, MONDAY_NOON));
    assert!(!is_quiet(&switch(false, Some(NOW.0 + 1)), NOW, MONDAY_NOON));
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    // Friday and Saturday nights, 22:30 to 7:00.
    let weekend = hours(1350, 420, [0, 0, 0, 0, 1, 1, 0]);
    for (weekday, minute, quiet) in [
        (4, 1349, false),
        (4, 1350, true),
        (4, 0, false),
        (5, 0, true),
        (5, 419, true),
        (5, 420, false),
        (5, 1439, true),
        (6, 419, true),
        (6, 1350, false),
        (0, 0, false),
    ] {
        assert_eq!(
            by_hours(weekend, weekday, minute),
            quiet,
            "{weekday} {minute}"
        );
    }
    // From Sunday into Monday the week goes round.
    let sunday = hours(1380, 60, [0, 0, 0, 0, 0, 0, 1]);
    assert!(by_hours(sunday, 0, 59));
    assert!(!by_hours(sunday, 0, 60));
}

#[test]
fn hours_within_a_day_end_on_it() {
    let work = hours(540, 1020, [1, 1, 1, 1, 1, 0, 0]);
    assert!(by_hours(work, 0, 540));
    assert!(!by_hours(work, 0, 1020));
    assert!(!by_hours(work, 5, 700));
}

/// Every minute of a week against a plain list of intervals.
#[test]
fn hours_agree_with_intervals_of_the_week() {
    for (from, until) in [(0, 1), (1439, 0), (600, 601), (1000, 999), (0, 1439)] {
        for mask in 1_u8..128 {
            let days: [u8; 7] = std::array::from_fn(|day| (mask >> day) & 1);
            let length = (i32::from(until) - i32::from(from)).rem_euclid(1440);
            let rule = hours(from, until, days);
            assert!(sound(&rule));
            for (weekday, minute) in [(0, 0), (0, 1), (2, 600), (3, 999), (3, 1000), (6, 1439)] {
                let at = i32::try_from(weekday).unwrap() * 1440 + i32::from(minute);
                let inside = (0..7).any(|day| {
                    let begin = day * 1440 + i32::from(from);
                    let into = (at - begin).rem_euclid(7 * 1440);
                    days[usize::try_from(day).unwrap()] == 1 && into < length
                });
                assert_eq!(
                    by_hours(rule, weekday, minute),
                    inside,
                    "{rule:?} {weekday} {minute}"
                );
            }
        }
    }
}

#[test]
fn hours_that_mean_nothing_are_not_sound() {
    let any = [1; 7];
    assert!(sound(&hours(0, 1, any)));
    for bad in [
        hours(600, 600, any),
        hours(1440, 0, any),
        hours(0, 1440, any),
        hours(0, 1, [0; 7]),
    ] {
        assert!(!sound(&bad), "{bad:?}");
    }
}
