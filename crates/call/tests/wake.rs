//! Whom a push service wakes, when, and what its answer means.

use birdcall_call::wake::{
    Answer, Farewell, MessagePush, Outcome, RingPush, Try, Turn, farewell, message, outcome, ring,
};
use birdcall_protocol::call::RingStop;
use birdcall_protocol::{DeviceId, Timestamp};
use std::time::Duration;

fn at(seconds: i64) -> Timestamp {
    Timestamp(1_000_000 + seconds * 1_000)
}

/// A ring that begins at 0 and ends at 45.
fn ringing(visible: bool, shown: bool) -> RingPush {
    RingPush {
        made: at(0),
        deadline: at(45),
        rings: true,
        visible,
        shown,
    }
}

#[test]
fn a_ring_wakes_at_once_unless_somebody_looks_at_a_page_that_shows_it() {
    for (visible, shown, now, turn) in [
        (false, false, 0, Turn::Now),
        // A page in the background may ring, but nobody sees it.
        (false, true, 0, Turn::Now),
        (true, false, 0, Turn::At(at(2))),
        (true, false, 1, Turn::At(at(2))),
        (true, false, 2, Turn::Now),
        (true, true, 0, Turn::Never),
        (true, true, 30, Turn::Never),
        (false, false, 44, Turn::Now),
    ] {
        let now = at(now);
        assert_eq!(
            ring(ringing(visible, shown), now),
            turn,
            "{visible} {shown} {now:?}"
        );
    }
}

/// C-14
#[test]
fn a_ring_that_is_over_or_late_wakes_nobody() {
    let push = ringing(false, false);
    assert_eq!(ring(push, at(44)), Turn::Now);
    assert_eq!(ring(push, at(45)), Turn::Never);
    assert_eq!(ring(push, at(59)), Turn::Never);
    let over = RingPush {
        rings: false,
        ..push
    };
    assert_eq!(ring(over, at(1)), Turn::Never);
}

#[test]
fn a_message_leaves_the_other_devices_alone_while_somebody_reads() {
    for (unread, visible, now, turn) in [
        (true, false, 0, Turn::Now),
        (true, true, 0, Turn::At(at(10))),
        (true, true, 9, Turn::At(at(10))),
        (true, true, 10, Turn::Now),
        (false, false, 0, Turn::Never),
        (false, true, 10, Turn::Never),
    ] {
        let push = MessagePush {
            made: at(0),
            unread,
            visible,
        };
        assert_eq!(message(push, at(now)), turn, "{push:?} at {now}");
    }
}

#[test]
fn the_end_of_a_ring_is_told_to_whom_it_concerns() {
    let (phone, desk) = (DeviceId::new(1), DeviceId::new(2));
    for stop in [RingStop::Cancelled, RingStop::NoAnswer] {
        for woken in [true, false] {
            assert_eq!(farewell(stop, phone, woken, None), Farewell::Missed);
        }
    }
    for stop in [
        RingStop::AnsweredElsewhere,
        RingStop::DeclinedElsewhere,
        RingStop::NotAllowed,
        RingStop::Failed,
    ] {
        for (woken, by, told) in [
            (true, None, Farewell::Stopped),
            (true, Some(desk), Farewell::Stopped),
            (true, Some(phone), Farewell::Nothing),
            (false, Some(desk), Farewell::Nothing),
        ] {
            assert_eq!(
                farewell(stop, phone, woken, by),
                told,
                "{stop:?} {woken} {by:?}"
            );
        }
    }
}

#[test]
fn what_a_push_service_says_decides_what_is_done() {
    let first = Try {
        tries: 1,
        until: at(45),
        can_be_shorter: false,
    };
    let long = Try {
        can_be_shorter: true,
        ..first
    };
    let say = |status| Answer::Status(status, None);
    let wait = |status, seconds| Answer::Status(status, Some(Duration::from_secs(seconds)));
    for (answer, this, done) in [
        (say(201), first, Outcome::Reached),
        (say(200), first, Outcome::Reached),
        (say(202), first, Outcome::Reached),
        (say(204), first, Outcome::Reached),
        (say(404), first, Outcome::Gone),
        (say(410), first, Outcome::Gone),
        (say(413), long, Outcome::Shorter),
        (say(413), first, Outcome::Refused),
        (say(400), first, Outcome::Refused),
        (say(401), first, Outcome::Refused),
        (say(403), first, Outcome::Refused),
        // A redirection is not followed: it could lead anywhere.
        (say(301), first, Outcome::Refused),
        (say(307), first, Outcome::Refused),
        (say(429), first, Outcome::Again(at(1))),
        (wait(429, 7), first, Outcome::Again(at(7))),
        (wait(429, 0), first, Outcome::Again(at(1))),
        (wait(503, 20), first, Outcome::Again(at(20))),
        // Longer than it rings.
        (wait(429, 45), first, Outcome::GivenUp),
        (wait(429, u64::MAX), first, Outcome::GivenUp),
        (say(500), first, Outcome::Again(at(1))),
        (Answer::Silence, first, Outcome::Again(at(1))),
    ] {
        assert_eq!(outcome(answer, this, at(0)), done, "{answer:?}");
    }
}

#[test]
fn tries_go_further_apart_and_end_with_the_ring() {
    let mut now = at(0);
    let mut tries = 1;
    let mut seconds = Vec::new();
    let until = at(45);
    while let Outcome::Again(next) = outcome(
        Answer::Silence,
        Try {
            tries,
            until,
            can_be_shorter: false,
        },
        now,
    ) {
        seconds.push(next.since(at(0)).as_secs());
        (now, tries) = (next, tries + 1);
    }
    assert_eq!(seconds, [1, 3, 7, 15, 31]);
}

#[test]
fn a_push_service_that_is_gone_is_not_asked_for_ever() {
    let (mut now, mut tries) = (at(0), 1);
    while let Outcome::Again(next) = outcome(
        Answer::Silence,
        Try {
            tries,
            until: at(86_400),
            can_be_shorter: false,
        },
        now,
    ) {
        assert!(next.since(now) <= Duration::from_secs(300));
        (now, tries) = (next, tries + 1);
    }
    let minutes = now.since(at(0)).as_secs() / 60;
    assert!((15..60).contains(&minutes), "{minutes} minutes");
}
