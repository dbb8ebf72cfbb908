//! What happens in a call, frame by frame: ringing, answering, and all that keeps a call from either.

use crate::people::{
    ACCEPT, ANN, ANN_PHONE, BOB, BOB_LAPTOP, BOB_PHONE, BOB_TABLET, CALL, START, TO_ANN, TO_BOB,
    active, after, ann, bob, by, closed, connecting, does, drain, ended, entry,
    entry_for_the_caller, frames, invite, person, progress, records, refused, ring_stopped,
    ringing, seconds, silent, started,
};
use birdcall_call::{
    Act, Action, Call, Event, Invite, Record, Refusal, RelayState, Timing, To, Verdict,
};
use birdcall_protocol::Timestamp;
use birdcall_protocol::call::{
    CallKind, CallOutcome, EndReason, Path, Phase, RingStop, Role, UnrungReason,
};
use birdcall_protocol::frame::ServerFrame;

#[test]
fn an_invite_rings_on_every_device_of_the_callee_and_says_nothing_but_ids_kind_and_deadline() {
    let mut call = Call::invite(invite(), START);
    let ring = ServerFrame::Ring {
        call: CALL,
        caller: "ann".parse().unwrap(),
        kind: CallKind::Video,
        deadline: after(45),
    };
    let actions = drain(&mut call);
    assert_eq!(frames(&actions), [(To::Person(BOB), ring)]);
    assert_eq!(records(&actions), []);
    assert_eq!(call.deadline(), Some(after(45)));
    assert!(call.rung() && !call.answered() && call.is_open());
}

#[test]
fn answered_on_one_of_three_devices() {
    let mut call = ringing(invite());
    for (device, count) in [(BOB_PHONE, 1), (BOB_LAPTOP, 2), (BOB_TABLET, 3)] {
        let actions = does(
            &mut call,
            by(Role::Callee, device, Act::RingShown),
            after(1),
        );
        assert_eq!(frames(&actions), [(TO_ANN, progress(count))]);
    }
    // A device that comes back and says it again is still one device.
    assert_eq!(does(&mut call, bob(Act::RingShown), after(2)), []);

    let actions = does(&mut call, bob(ACCEPT), after(5));
    assert_eq!(
        frames(&actions),
        [
            (
                To::Others(BOB, BOB_PHONE),
                ring_stopped(RingStop::AnsweredElsewhere)
            ),
            (TO_ANN, started(Role::Caller, Path::Direct, 1)),
            (TO_BOB, started(Role::Callee, Path::Direct, 1)),
        ]
    );
    assert_eq!(call.leg(Role::Callee), Some(BOB_PHONE));
    // The second to press Accept is told so, and the one who presses twice as well.
    let laptop = by(Role::Callee, BOB_LAPTOP, ACCEPT);
    assert_eq!(refused(&mut call, laptop, after(5)), Refusal::OutOfTurn);
    assert_eq!(
        refused(&mut call, bob(ACCEPT), after(5)),
        Refusal::OutOfTurn
    );

    assert_eq!(
        does(&mut call, bob(Act::Connected { epoch: 1 }), after(6)),
        []
    );
    let actions = does(&mut call, ann(Act::Connected { epoch: 1 }), after(7));
    let up = ServerFrame::CallActive {
        call: CALL,
        since: after(7),
    };
    assert_eq!(frames(&actions), [(TO_ANN, up.clone()), (TO_BOB, up)]);
    assert_eq!(call.active_since(), Some(after(7)));

    let actions = does(&mut call, bob(Act::HangUp), after(67));
    assert_eq!(records(&actions), entry(CallOutcome::Answered, 60));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, ended(EndReason::HungUp)),
            (TO_BOB, ended(EndReason::HungUp)),
        ]
    );
    assert_eq!((call.phase(), call.seconds()), (Phase::Ended, 60));
    assert!(!call.is_open() && call.deadline().is_none());
}

#[test]
fn declined_on_one_device_and_silent_on_all() {
    let mut call = ringing(invite());
    let actions = does(&mut call, bob(Act::Decline), after(5));
    assert_eq!(records(&actions), entry(CallOutcome::Declined, 0));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, ended(EndReason::Declined)),
            (To::Person(BOB), ring_stopped(RingStop::DeclinedElsewhere)),
        ]
    );
    assert_eq!(
        refused(&mut call, bob(Act::Decline), after(5)),
        Refusal::CallOver
    );
}

#[test]
fn cancelled_in_time_is_a_missed_call() {
    let mut call = ringing(invite());
    let actions = does(&mut call, ann(Act::Cancel), after(5));
    assert_eq!(records(&actions), entry(CallOutcome::Cancelled, 0));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, ended(EndReason::Cancelled)),
            (To::Person(BOB), ring_stopped(RingStop::Cancelled)),
        ]
    );
    assert_eq!(
        refused(&mut call, ann(Act::Cancel), after(5)),
        Refusal::CallOver
    );
}

#[test]
fn nobody_answers_within_45_seconds() {
    let mut call = ringing(invite());
    assert_eq!(does(&mut call, Event::Tick, after(44)), []);
    let actions = does(&mut call, Event::Tick, after(45));
    assert_eq!(records(&actions), entry(CallOutcome::NoAnswer, 0));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, ended(EndReason::NoAnswer)),
            (To::Person(BOB), ring_stopped(RingStop::NoAnswer)),
        ]
    );
    assert_eq!(
        refused(&mut call, Event::Tick, after(45)),
        Refusal::CallOver
    );
}

#[test]
fn an_accept_after_the_deadline_does_not_win() {
    let mut call = ringing(invite());
    let actions = does(&mut call, bob(ACCEPT), after(45));
    assert_eq!(records(&actions), entry(CallOutcome::NoAnswer, 0));
    assert_eq!(
        frames(&actions),
        [
            (TO_ANN, ended(EndReason::NoAnswer)),
            (To::Person(BOB), ring_stopped(RingStop::NoAnswer)),
        ]
    );
    assert!(!call.answered());
}

#[test]
fn the_timing_is_a_setting() {
    let timing = Timing {
        ring: seconds(10),
        connect: seconds(4),
        lease: seconds(6),
    };
    let mut call = ringing(Invite { timing, ..invite() });
    assert_eq!(call.deadline(), Some(after(10)));
    does(&mut call, bob(ACCEPT), after(1));
    assert_eq!(call.deadline(), Some(after(5)));
}

#[test]
fn busy_is_told_to_mutual_followers_only() {
    for (mutual, reason, outcome) in [
        (true, EndReason::Busy, CallOutcome::Busy),
        (false, EndReason::NoAnswer, CallOutcome::NoAnswer),
    ] {
        let mut call = ringing(Invite {
            callee_busy: true,
            mutual,
            ..invite()
        });
        // Call waiting: it rings for the whole time, and can be answered.
        let actions = does(&mut call, Event::Tick, after(45));
        assert_eq!(records(&actions), entry(outcome, 0));
        assert_eq!(
            frames(&actions),
            [
                (TO_ANN, ended(reason)),
                (To::Person(BOB), ring_stopped(RingStop::NoAnswer)),
            ]
        );
    }
    let mut call = ringing(Invite {
        callee_busy: true,
        ..invite()
    });
    does(&mut call, bob(ACCEPT), after(5));
    assert_eq!(call.phase(), Phase::Connecting);
}

#[test]
fn only_mutual_followers_see_on_how_many_devices_it_rings() {
    let mut call = ringing(Invite {
        mutual: false,
        ..invite()
    });
    assert_eq!(does(&mut call, bob(Act::RingShown), after(1)), []);
    let view = call.resume(ANN, ANN_PHONE, after(2)).view.unwrap();
    assert_eq!(view.ringing_devices, None);

    let mut call = ringing(invite());
    assert_eq!(call.view(Role::Caller).ringing_devices, Some(0));
    does(&mut call, bob(Act::RingShown), after(1));
    let view = call.resume(ANN, ANN_PHONE, after(2)).view.unwrap();
    assert_eq!(view.ringing_devices, Some(1));
    assert_eq!(view.deadline, Some(after(45)));
    does(&mut call, bob(ACCEPT), after(3));
    let view = call.resume(ANN, ANN_PHONE, after(4)).view.unwrap();
    assert_eq!((view.ringing_devices, view.deadline), (None, None));
}

#[test]
fn a_call_kept_from_ringing_reaches_nobody_and_stands_in_the_quiet_list() {
    let mut call = Call::invite(silent(UnrungReason::Audience), START);
    let unrung = Action::Record(Record::Unrung(UnrungReason::Audience));
    assert_eq!(drain(&mut call), [unrung]);
    assert!(!call.rung());

    let actions = does(&mut call, Event::Tick, after(45));
    assert_eq!(
        records(&actions),
        entry_for_the_caller(CallOutcome::NoAnswer)
    );
    assert_eq!(frames(&actions), [(TO_ANN, ended(EndReason::NoAnswer))]);
    assert!(!call.callee_sees());
}

/// Everything that the caller is told: frames with their times, and what he is told when he comes back.
fn caller_trace(mut call: Call, events: &[(Event, Timestamp)]) -> Vec<(Timestamp, String)> {
    let mut trace = Vec::new();
    for (event, at) in events {
        // Only what a caller can do himself is done; events of the callee and of the server may be refused.
        let _ = call.handle(*event, *at);
        for (to, frame) in frames(&drain(&mut call)) {
            if person(to) == ANN {
                trace.push((*at, serde_json::to_string(&frame).unwrap()));
            }
        }
        let view = call.resume(ANN, ANN_PHONE, *at).view;
        trace.push((*at, serde_json::to_string(&view).unwrap()));
    }
    trace
}

#[test]
fn to_the_caller_a_call_kept_from_ringing_is_one_that_nobody_answers() {
    let endings: [&[(Event, Timestamp)]; 3] = [
        &[(Event::Tick, after(20)), (Event::Tick, after(45))],
        &[(ann(Act::HangUp), after(3)), (ann(Act::Cancel), after(20))],
        &[
            (
                Event::PathChanged {
                    path: Path::Relay,
                    relay: RelayState::Absent,
                },
                after(20),
            ),
            (ann(Act::Cancel), after(21)),
        ],
    ];
    let reasons = [
        UnrungReason::Blocked,
        UnrungReason::Off,
        UnrungReason::Audience,
        UnrungReason::DoNotDisturb,
        UnrungReason::Limits,
    ];
    for events in endings {
        for mutual in [true, false] {
            let rings = Invite { mutual, ..invite() };
            let unanswered = caller_trace(ringing(rings), events);
            for reason in reasons {
                let kept = Invite {
                    mutual,
                    ..silent(reason)
                };
                assert_eq!(
                    caller_trace(ringing(kept), events),
                    unanswered,
                    "{reason:?}"
                );

                // Also when the gate closes while it rings (C-7).
                let mut call = ringing(Invite { mutual, ..invite() });
                does(&mut call, closed(reason), after(1));
                assert_eq!(caller_trace(call, events), unanswered, "{reason:?}");
            }
        }
    }
}

#[test]
fn a_silent_call_is_not_busy() {
    // To a mutual follower, too, "busy" would say that it rang.
    let mut call = ringing(Invite {
        callee_busy: true,
        ..silent(UnrungReason::Off)
    });
    let actions = does(&mut call, Event::Tick, after(45));
    assert_eq!(frames(&actions), [(TO_ANN, ended(EndReason::NoAnswer))]);
}

#[test]
fn the_gate_closes_while_it_rings() {
    let mut call = ringing(invite());
    let actions = does(&mut call, closed(UnrungReason::Off), after(5));
    assert_eq!(records(&actions), [Record::Unrung(UnrungReason::Off)]);
    assert_eq!(
        frames(&actions),
        [(To::Person(BOB), ring_stopped(RingStop::NotAllowed))]
    );
    // To the callee it is over; a second closing, an opening, and an accept that was on its way change nothing.
    assert_eq!(
        does(&mut call, closed(UnrungReason::Audience), after(6)),
        []
    );
    assert_eq!(
        does(&mut call, Event::GateChanged(Verdict::Ring), after(7)),
        []
    );
    assert_eq!(refused(&mut call, bob(ACCEPT), after(7)), Refusal::CallOver);
    assert_eq!(call.resume(BOB, BOB_PHONE, after(7)).ring, None);

    let actions = does(&mut call, Event::Tick, after(45));
    assert_eq!(
        records(&actions),
        entry_for_the_caller(CallOutcome::NoAnswer)
    );
    assert_eq!(frames(&actions), [(TO_ANN, ended(EndReason::NoAnswer))]);
    // It did ring, so it counts for the limits.
    assert!(call.rung());
}

#[test]
fn an_accept_that_finds_the_gate_closed_stops_the_ring() {
    for (verdict, reason) in [
        (
            Verdict::Silent(UnrungReason::Blocked),
            UnrungReason::Blocked,
        ),
        (Verdict::Silent(UnrungReason::Off), UnrungReason::Off),
        (Verdict::FirstMessageNeeded, UnrungReason::Audience),
    ] {
        let mut call = ringing(invite());
        let accept = Act::Accept {
            verdict,
            path: Path::Direct,
            relay: RelayState::Available,
        };
        let actions = does(&mut call, bob(accept), after(5));
        assert_eq!(records(&actions), [Record::Unrung(reason)]);
        assert_eq!(
            frames(&actions),
            [(To::Person(BOB), ring_stopped(RingStop::NotAllowed))]
        );
        assert_eq!((call.phase(), call.answered()), (Phase::Ringing, false));
    }
}

#[test]
fn two_people_who_call_each_other_are_in_one_call() {
    let glare = Act::Glare {
        path: Path::Direct,
        relay: RelayState::Absent,
    };
    // As it rings, and as it is kept from ringing: both asked for it.
    let others_stop = (
        To::Others(BOB, BOB_LAPTOP),
        ring_stopped(RingStop::AnsweredElsewhere),
    );
    let to_bob = To::Device(BOB, BOB_LAPTOP);
    let start = [
        (TO_ANN, started(Role::Caller, Path::Direct, 1)),
        (to_bob, started(Role::Callee, Path::Direct, 1)),
    ];
    let laptop = by(Role::Callee, BOB_LAPTOP, glare);

    let mut call = ringing(invite());
    let actions = does(&mut call, laptop, after(1));
    assert_eq!(frames(&actions), [&[others_stop][..], &start].concat());

    let mut call = ringing(silent(UnrungReason::Audience));
    let actions = does(&mut call, laptop, after(1));
    assert_eq!(frames(&actions), start);
    assert_eq!(
        call.resume(BOB, BOB_LAPTOP, after(2)).view.unwrap().phase,
        Phase::Connecting
    );
    // It became a call of both, and both have it in their history.
    let actions = does(&mut call, ann(Act::HangUp), after(3));
    assert_eq!(records(&actions), entry(CallOutcome::Failed, 0));

    // A block beats everything (C-4), also one that came after the gate had closed for another reason.
    let mut call = ringing(silent(UnrungReason::Blocked));
    assert_eq!(refused(&mut call, laptop, after(1)), Refusal::NotYours);
    let mut call = ringing(silent(UnrungReason::Limits));
    does(&mut call, closed(UnrungReason::Blocked), after(1));
    assert_eq!(refused(&mut call, laptop, after(1)), Refusal::NotYours);
    let mut call = ringing(invite());
    does(&mut call, closed(UnrungReason::Off), after(1));
    assert_eq!(does(&mut call, closed(UnrungReason::Blocked), after(1)), []);
    assert_eq!(refused(&mut call, laptop, after(1)), Refusal::NotYours);
}

#[test]
fn a_block_ends_an_answered_call_and_tells_nobody_who_blocked() {
    for (mut call, at, record) in [
        (connecting(), after(6), entry(CallOutcome::Failed, 0)),
        (active(), after(30), entry(CallOutcome::Answered, 20)),
    ] {
        let actions = does(&mut call, closed(UnrungReason::Blocked), at);
        assert_eq!(records(&actions), record);
        assert_eq!(
            frames(&actions),
            [
                (TO_ANN, ended(EndReason::HungUp)),
                (TO_BOB, ended(EndReason::HungUp)),
            ]
        );
        assert_eq!(call.end_reason(), Some(EndReason::Blocked));
    }
}

#[test]
fn other_settings_do_not_touch_an_answered_call() {
    for mut call in [connecting(), active()] {
        for verdict in [
            Verdict::Ring,
            Verdict::FirstMessageNeeded,
            Verdict::Silent(UnrungReason::Off),
            Verdict::Silent(UnrungReason::Audience),
            Verdict::Silent(UnrungReason::Limits),
        ] {
            assert_eq!(does(&mut call, Event::GateChanged(verdict), after(11)), []);
        }
    }
}
