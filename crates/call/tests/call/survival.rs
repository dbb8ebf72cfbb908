//! What happens in a call, frame by frame: paths, media and connections that change, are lost, and come back.

use crate::people::{
    ACCEPT, ANN, ANN_LAPTOP, ANN_PHONE, BOB, BOB_LAPTOP, BOB_PHONE, BOB_TABLET, CALL, START,
    TO_ANN, TO_BOB, active, after, ann, bob, connecting, does, ended, entry, failed, frames,
    invite, records, refused, ring_stopped, ringing, silent, started,
};
use birdcall_call::{Act, Call, Event, Invite, Refusal, RelayState, To, Verdict};
use birdcall_protocol::call::{
    CallOutcome, EndReason, FailDetail, Path, Phase, RingStop, Role, UnrungReason,
};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{Code, DeviceId, PersonId, Timestamp};

#[test]
fn without_a_relay_a_call_that_needs_one_fails_and_never_goes_direct() {
    // Enhanced call privacy was switched on between invite and accept (P-1, P-5).
    let mut call = ringing(invite());
    let accept = |relay| Act::Accept {
        verdict: Verdict::Ring,
        path: Path::Relay,
        relay,
    };
    let actions = does(&mut call, bob(accept(RelayState::Absent)), after(5));
    assert_eq!(records(&actions), entry(CallOutcome::Failed, 0));
    assert_eq!(
        frames(&actions),
        [
            (To::Others(BOB, BOB_PHONE), ring_stopped(RingStop::Failed)),
            (TO_ANN, failed(FailDetail::NoRelay)),
            (TO_BOB, failed(FailDetail::NoRelay)),
        ]
    );
    assert!(call.answered(), "somebody was there");

    // While it rings.
    let mut call = ringing(invite());
    let private = |relay| Event::PathChanged {
        path: Path::Relay,
        relay,
    };
    let actions = does(&mut call, private(RelayState::Absent), after(5));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, failed(FailDetail::NoRelay)),
            (To::Person(BOB), ring_stopped(RingStop::Failed)),
        ]
    );

    // In the call.
    let mut call = active();
    let actions = does(&mut call, private(RelayState::Absent), after(20));
    assert_eq!(records(&actions), entry(CallOutcome::Answered, 10));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, failed(FailDetail::NoRelay)),
            (TO_BOB, failed(FailDetail::NoRelay)),
        ]
    );

    // With a relay there is none of this.
    let mut call = ringing(invite());
    let actions = does(&mut call, bob(accept(RelayState::Available)), after(5));
    assert_eq!(
        frames(&actions)[1..],
        [
            (TO_ANN, started(Role::Caller, Path::Relay, 1)),
            (TO_BOB, started(Role::Callee, Path::Relay, 1)),
        ]
    );
}

#[test]
fn a_path_tightens_during_the_call_and_never_loosens() {
    let mut call = active();
    let changed = |path| Event::PathChanged {
        path,
        relay: RelayState::Available,
    };
    let actions = does(&mut call, changed(Path::Relay), after(20));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, started(Role::Caller, Path::Relay, 2)),
            (TO_BOB, started(Role::Callee, Path::Relay, 2)),
        ]
    );
    assert_eq!(does(&mut call, changed(Path::Direct), after(21)), []);
    assert_eq!(call.path(), Path::Relay);

    // Neither at an accept.
    let mut call = ringing(Invite {
        path: Path::Relay,
        ..invite()
    });
    let accept = Act::Accept {
        verdict: Verdict::Ring,
        path: Path::Direct,
        relay: RelayState::Available,
    };
    does(&mut call, bob(accept), after(1));
    assert_eq!(call.path(), Path::Relay);
}

/// A relay that goes away hands its calls to another one. A direct one hears of that, and its media stays as it is until
/// a device says that it needs a relay.
#[test]
fn a_relayed_call_moves_to_another_relay_and_a_direct_one_is_told_of_it() {
    let mut call = active();
    let (deadline, phase) = (call.deadline(), call.phase());
    let actions = does(&mut call, Event::RelayMoved, after(20));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, started(Role::Caller, Path::Direct, 1)),
            (TO_BOB, started(Role::Callee, Path::Direct, 1)),
        ]
    );
    assert!(call.has_media());
    assert_eq!((call.deadline(), call.phase()), (deadline, phase));
    // One that has no media yet starts over.
    let mut rejoined = active();
    does(&mut rejoined, ann(Act::Rejoin), after(20));
    let actions = does(&mut rejoined, Event::RelayMoved, after(20));
    assert_eq!(
        frames(&actions)[0],
        (TO_ANN, started(Role::Caller, Path::Direct, 3))
    );
    let private = Event::PathChanged {
        path: Path::Relay,
        relay: RelayState::Available,
    };
    does(&mut call, private, after(21));
    assert!(!call.has_media());
    for (epoch, at) in [(3, 22), (4, 23)] {
        let actions = does(&mut call, Event::RelayMoved, after(at));
        assert_eq!(
            frames(&actions),
            [
                (TO_ANN, started(Role::Caller, Path::Relay, epoch)),
                (TO_BOB, started(Role::Callee, Path::Relay, epoch)),
            ]
        );
    }
    // It has as long as any other attempt at media.
    let actions = does(&mut call, Event::Tick, after(53));
    assert_eq!(records(&actions), entry(CallOutcome::Answered, 43));
}

#[test]
fn a_page_loaded_anew_starts_media_over() {
    let mut call = active();
    let actions = does(&mut call, ann(Act::Rejoin), after(20));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, started(Role::Caller, Path::Direct, 2)),
            (TO_BOB, started(Role::Callee, Path::Direct, 2)),
        ]
    );
    assert_eq!(
        (call.phase(), call.active_since()),
        (Phase::Active, Some(after(10)))
    );
    assert_eq!(
        call.deadline(),
        Some(after(50)),
        "media has to come back in time"
    );
    // What belongs to the old attempt is refused.
    for act in [Act::Connected { epoch: 1 }, Act::MediaFailed { epoch: 1 }] {
        assert_eq!(refused(&mut call, bob(act), after(21)), Refusal::StaleEpoch);
    }
    assert_eq!(
        does(&mut call, bob(Act::Connected { epoch: 2 }), after(22)),
        []
    );
    assert_eq!(
        does(&mut call, bob(Act::Connected { epoch: 2 }), after(22)),
        [],
        "said again"
    );
    let actions = does(&mut call, ann(Act::Connected { epoch: 2 }), after(23));
    let up = ServerFrame::CallActive {
        call: CALL,
        since: after(10),
    };
    assert_eq!(frames(&actions), [(TO_ANN, up.clone()), (TO_BOB, up)]);
    assert_eq!(call.deadline(), Some(after(22 + 80)));
}

#[test]
fn media_that_does_not_come_ends_the_call() {
    // Never came.
    let mut call = connecting();
    assert_eq!(call.deadline(), Some(after(35)));
    let actions = does(&mut call, Event::Tick, after(35));
    assert_eq!(records(&actions), entry(CallOutcome::Failed, 0));
    let both = [
        (TO_ANN, failed(FailDetail::NoMedia)),
        (TO_BOB, failed(FailDetail::NoMedia)),
    ];
    assert_eq!(frames(&actions), both);

    // Did not come back.
    let mut call = active();
    does(&mut call, bob(Act::Rejoin), after(20));
    let actions = does(&mut call, Event::Tick, after(50));
    assert_eq!(records(&actions), entry(CallOutcome::Answered, 40));
    assert_eq!(frames(&actions), both);

    // One side gave up.
    let mut call = active();
    let actions = does(&mut call, bob(Act::MediaFailed { epoch: 1 }), after(20));
    assert_eq!(records(&actions), entry(CallOutcome::Answered, 10));
    assert_eq!(frames(&actions), both);
}

#[test]
fn a_lost_connection_is_survived_for_a_minute_and_not_for_ever() {
    let mut call = active();
    // Both sockets give a sign of life every 20 s.
    for at in [20, 40, 60] {
        assert_eq!(does(&mut call, ann(Act::Seen), after(at)), []);
        assert_eq!(does(&mut call, bob(Act::Seen), after(at)), []);
    }
    // Bob's connection is lost right after his last sign of life, and for 79 s nothing happens.
    for at in [80, 100, 120] {
        does(&mut call, ann(Act::Seen), after(at));
    }
    assert_eq!(does(&mut call, Event::Tick, after(139)), []);
    assert_eq!(call.deadline(), Some(after(140)));
    let mut back = call.clone();

    // The sweep comes late; the call lasted until the lease ran out.
    let actions = does(&mut call, Event::Tick, after(200));
    assert_eq!(records(&actions), entry(CallOutcome::Answered, 130));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, ended(EndReason::Expired)),
            (TO_BOB, ended(EndReason::Expired)),
        ]
    );
    assert_eq!(call.ended_at(), Some(after(140)));

    // Coming back in time, by whatever act, keeps it.
    does(&mut back, bob(Act::Rejoin), after(139));
    assert_eq!(back.phase(), Phase::Active);
}

#[test]
fn whoever_comes_back_is_told_where_the_call_stands() {
    let mut call = ringing(invite());
    let resume = |call: &Call, person: PersonId, device: DeviceId, at: Timestamp| {
        let resume = call.resume(person, device, at);
        (
            resume.view.map(|view| (view.role, view.phase, view.here)),
            resume.ring.is_some(),
        )
    };
    let nothing = (None, false);
    let stranger = PersonId::new(99);
    // Ringing: the caller's device sees its call, every device of the callee rings, until the deadline (C-14).
    let calling = (Some((Role::Caller, Phase::Ringing, true)), false);
    assert_eq!(resume(&call, ANN, ANN_PHONE, after(5)), calling);
    assert_eq!(resume(&call, ANN, ANN_LAPTOP, after(5)), nothing);
    assert_eq!(resume(&call, BOB, BOB_TABLET, after(5)), (None, true));
    assert_eq!(resume(&call, BOB, BOB_TABLET, after(45)), nothing);
    assert_eq!(resume(&call, stranger, BOB_PHONE, after(5)), nothing);
    let again = call.resume(BOB, BOB_PHONE, after(5)).ring;
    let first = Call::invite(invite(), START).poll_action();
    let first = first.map(|action| frames(&[action]).remove(0).1);
    assert_eq!(again, first, "the same ring");

    does(&mut call, bob(ACCEPT), after(6));
    let there = |role, phase| (Some((role, phase, true)), false);
    assert_eq!(
        resume(&call, ANN, ANN_PHONE, after(7)),
        there(Role::Caller, Phase::Connecting)
    );
    assert_eq!(
        resume(&call, BOB, BOB_PHONE, after(7)),
        there(Role::Callee, Phase::Connecting)
    );
    assert_eq!(resume(&call, BOB, BOB_TABLET, after(7)), nothing);

    does(&mut call, ann(Act::HangUp), after(8));
    assert_eq!(resume(&call, ANN, ANN_PHONE, after(9)), nothing);
    assert_eq!(resume(&call, BOB, BOB_PHONE, after(9)), nothing);

    // C-6: a call that does not ring does not ring on coming back either.
    let call = ringing(silent(UnrungReason::Off));
    assert_eq!(resume(&call, BOB, BOB_PHONE, after(5)), nothing);
    assert_eq!(resume(&call, ANN, ANN_PHONE, after(5)), calling);
}

#[test]
fn signalling_passes_between_the_legs_in_the_current_epoch_only() {
    let stranger = PersonId::new(99);
    let call = ringing(invite());
    assert_eq!(call.forward(ANN, ANN_PHONE, 1), Err(Refusal::OutOfTurn));
    assert_eq!(call.forward(BOB, BOB_PHONE, 1), Err(Refusal::OutOfTurn));
    let quiet = ringing(silent(UnrungReason::Off));
    assert_eq!(quiet.forward(ANN, ANN_PHONE, 1), Err(Refusal::OutOfTurn));
    assert_eq!(quiet.forward(BOB, BOB_PHONE, 1), Err(Refusal::NotYours));

    for mut call in [connecting(), active()] {
        assert_eq!(call.forward(ANN, ANN_PHONE, 1), Ok(TO_BOB));
        assert_eq!(call.forward(BOB, BOB_PHONE, 1), Ok(TO_ANN));
        assert_eq!(call.forward(ANN, ANN_PHONE, 2), Err(Refusal::StaleEpoch));
        assert_eq!(call.forward(ANN, ANN_LAPTOP, 1), Err(Refusal::NotYours));
        assert_eq!(call.forward(BOB, BOB_LAPTOP, 1), Err(Refusal::NotYours));
        assert_eq!(call.forward(stranger, ANN_PHONE, 1), Err(Refusal::NotYours));
        // A device id of the other side is not a device of one's own.
        assert_eq!(call.forward(ANN, BOB_PHONE, 1), Err(Refusal::NotYours));
        does(&mut call, ann(Act::Rejoin), after(11));
        assert_eq!(call.forward(ANN, ANN_PHONE, 1), Err(Refusal::StaleEpoch));
        assert_eq!(call.forward(ANN, ANN_PHONE, 2), Ok(TO_BOB));
        does(&mut call, ann(Act::HangUp), after(12));
        assert_eq!(call.forward(ANN, ANN_PHONE, 2), Err(Refusal::CallOver));
        assert_eq!(call.forward(BOB, BOB_PHONE, 2), Err(Refusal::CallOver));
        assert_eq!(call.forward(BOB, BOB_LAPTOP, 2), Err(Refusal::NotYours));
    }
}

#[test]
fn refusals_have_stable_codes() {
    for (refusal, code) in [
        (Refusal::CallOver, Code::CallOver),
        (Refusal::OutOfTurn, Code::OutOfTurn),
        (Refusal::StaleEpoch, Code::OutOfTurn),
        (Refusal::NotYours, Code::NotFound),
    ] {
        assert_eq!(refusal.code(), code);
    }
}

#[test]
fn a_clock_that_is_set_back_does_no_harm() {
    let mut call = active();
    let actions = does(&mut call, ann(Act::HangUp), after(3));
    assert_eq!(records(&actions), entry(CallOutcome::Answered, 0));
}
