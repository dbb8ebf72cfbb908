//! How often somebody may ring (C-5), and how media travels (P-1).

use birdcall_call::beat::beat;
use birdcall_call::limits::{
    CALLEE_RINGS, CALLEES, PAIR_HISTORY, PAIR_RINGS, PAIR_SILENCE, PAIR_WINDOW,
};
use birdcall_call::path::tightened;
use birdcall_call::{PathFacts, RingHistory, path};
use birdcall_protocol::Timestamp;
use birdcall_protocol::call::Path;
use std::time::Duration;

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

const NOW: Timestamp = Timestamp(1_000_000_000);

/// Whether a call now is over the limit of the pair, after rings so many minutes ago.
fn pair(ago: &[u64]) -> bool {
    let rings: Vec<Timestamp> = ago.iter().map(|ago| NOW - minutes(*ago)).collect();
    let history = RingHistory {
        pair: &rings,
        callee_rings: 0,
        callees: 0,
    };
    history.over_limit(NOW)
}

#[test]
fn three_unanswered_rings_in_ten_minutes_and_then_silence_for_an_hour() {
    for (ago, over) in [
        (&[][..], false),
        (&[1], false),
        (&[2, 1], false),
        (&[3, 2, 1], true),
        (&[1, 3, 2], true), // in any order
        (&[4, 3, 2, 1], true),
        // Not within ten minutes.
        (&[11, 2, 1], false),
        (&[21, 11, 1], false),
        // Exactly ten minutes are no longer within.
        (&[11, 5, 1], false),
        (&[10, 5, 1], true),
        // The silence is counted from the last of the three, also when a fourth ring stands apart.
        (&[68, 67, 59], true),
        (&[68, 67, 60], false),
        (&[69, 62, 61], false),
        (&[67, 66, 59, 30], true),
    ] {
        assert_eq!(pair(ago), over, "{ago:?}");
    }
}

#[test]
fn the_store_has_to_look_back_as_far_as_the_silence_and_its_cause() {
    assert_eq!(PAIR_HISTORY, PAIR_WINDOW + PAIR_SILENCE);
    assert_eq!(
        (PAIR_RINGS, PAIR_WINDOW, PAIR_SILENCE),
        (3, minutes(10), minutes(60))
    );
}

#[test]
fn budgets_for_a_callee_and_for_a_caller() {
    for (callee_rings, callees, over) in [
        (0, 0, false),
        (CALLEE_RINGS - 1, CALLEES - 1, false),
        (CALLEE_RINGS, 0, true),
        (0, CALLEES, true),
        (u32::MAX, u32::MAX, true),
    ] {
        let history = RingHistory {
            pair: &[],
            callee_rings,
            callees,
        };
        assert_eq!(history.over_limit(NOW), over, "{history:?}");
    }
}

#[test]
fn the_path_is_direct_for_mutual_followers_without_enhanced_privacy_only() {
    let mut direct = 0;
    for bits in 0..16 {
        let facts = PathFacts {
            caller_private: bits & 1 != 0,
            callee_private: bits & 2 != 0,
            caller_follows: bits & 4 != 0,
            callee_follows: bits & 8 != 0,
        };
        // The one combination of sixteen.
        let expected = if bits == 0b1100 {
            Path::Direct
        } else {
            Path::Relay
        };
        assert_eq!(path(facts), expected, "{facts:?}");
        direct += u32::from(path(facts) == Path::Direct);
    }
    assert_eq!(direct, 1);
}

#[test]
fn a_path_only_tightens() {
    use Path::{Direct, Relay};
    for (kept, decided, result) in [
        (Direct, Direct, Direct),
        (Direct, Relay, Relay),
        (Relay, Direct, Relay),
        (Relay, Relay, Relay),
    ] {
        assert_eq!(tightened(kept, decided), result);
    }
}

/// C-6 in time: the grid counts from what the caller knows, and a moment that has begun is past.
#[test]
fn a_beat_counts_from_what_the_caller_knows() {
    let (since, span) = (Timestamp(1_000), Duration::from_millis(100));
    for (now, expected) in [
        (1_000, 1_100),
        (1_099, 1_100),
        (1_100, 1_200),
        (1_101, 1_200),
        (1_555, 1_600),
        // A clock that was set back.
        (900, 1_100),
    ] {
        assert_eq!(
            beat(since, span, Timestamp(now)),
            Timestamp(expected),
            "{now}"
        );
    }
    assert_eq!(beat(since, Duration::ZERO, Timestamp(5_000)), since);
}
