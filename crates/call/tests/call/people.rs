//! Ann, who calls, and Bob, who is called, with their devices; and the words that the stories are told in.

use birdcall_call::{
    Act, Action, Call, Event, Invite, Party, Record, Refusal, RelayState, Timing, To, Verdict,
    Visible,
};
use birdcall_protocol::call::{
    CallKind, CallOutcome, EndReason, FailDetail, Path, RingStop, Role, UnrungReason,
};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{CallId, DeviceId, PersonId, Timestamp};
use std::time::Duration;

pub(crate) const ANN: PersonId = PersonId::new(1);
pub(crate) const BOB: PersonId = PersonId::new(2);
/// From which Ann calls.
pub(crate) const ANN_PHONE: DeviceId = DeviceId::new(11);
pub(crate) const ANN_LAPTOP: DeviceId = DeviceId::new(12);
pub(crate) const BOB_PHONE: DeviceId = DeviceId::new(21);
pub(crate) const BOB_LAPTOP: DeviceId = DeviceId::new(22);
pub(crate) const BOB_TABLET: DeviceId = DeviceId::new(23);
pub(crate) const CALL: CallId = CallId::new(7);
/// When Ann calls.
pub(crate) const START: Timestamp = Timestamp(1_000_000);

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn after(span: u64) -> Timestamp {
    START + seconds(span)
}

/// A video call of two people who follow each other.
pub(crate) fn invite() -> Invite {
    Invite {
        id: CALL,
        caller: Party {
            person: ANN,
            handle: "ann".parse().unwrap(),
        },
        caller_device: ANN_PHONE,
        callee: Party {
            person: BOB,
            handle: "bob".parse().unwrap(),
        },
        kind: CallKind::Video,
        path: Path::Direct,
        silent: None,
        mutual: true,
        callee_busy: false,
        timing: Timing::default(),
    }
}

pub(crate) fn silent(reason: UnrungReason) -> Invite {
    Invite {
        silent: Some(reason),
        ..invite()
    }
}

pub(crate) fn drain(call: &mut Call) -> Vec<Action> {
    std::iter::from_fn(|| call.poll_action()).collect()
}

/// A call whose first actions are done.
pub(crate) fn ringing(invite: Invite) -> Call {
    let mut call = Call::invite(invite, START);
    drain(&mut call);
    call
}

pub(crate) fn by(role: Role, device: DeviceId, act: Act) -> Event {
    Event::Device { role, device, act }
}

/// Handles an event that must be legal.
pub(crate) fn does(call: &mut Call, event: Event, at: Timestamp) -> Vec<Action> {
    assert_eq!(call.handle(event, at), Ok(()), "{event:?} at {at:?}");
    drain(call)
}

/// Handles an event that must be refused, and checks that nothing came of it (C-17).
pub(crate) fn refused(call: &mut Call, event: Event, at: Timestamp) -> Refusal {
    let before = call.clone();
    let refusal = call.handle(event, at).expect_err("refused");
    assert_eq!(*call, before, "{event:?}");
    assert_eq!(call.poll_action(), None, "{event:?}");
    refusal
}

pub(crate) fn frames(actions: &[Action]) -> Vec<(To, ServerFrame)> {
    let frame = |action: &Action| match action {
        Action::Send { to, frame } => Some((*to, frame.clone())),
        Action::Record(_) => None,
    };
    actions.iter().filter_map(frame).collect()
}

pub(crate) fn records(actions: &[Action]) -> Vec<Record> {
    let record = |action: &Action| match action {
        Action::Record(record) => Some(*record),
        Action::Send { .. } => None,
    };
    actions.iter().filter_map(record).collect()
}

/// Who a frame is for.
pub(crate) fn person(to: To) -> PersonId {
    match to {
        To::Device(person, _) | To::Person(person) | To::Others(person, _) => person,
    }
}

pub(crate) const ACCEPT: Act = Act::Accept {
    verdict: Verdict::Ring,
    path: Path::Direct,
    relay: RelayState::Absent,
};

pub(crate) const TO_ANN: To = To::Device(ANN, ANN_PHONE);
pub(crate) const TO_BOB: To = To::Device(BOB, BOB_PHONE);

pub(crate) fn ann(act: Act) -> Event {
    by(Role::Caller, ANN_PHONE, act)
}

pub(crate) fn bob(act: Act) -> Event {
    by(Role::Callee, BOB_PHONE, act)
}

pub(crate) fn closed(reason: UnrungReason) -> Event {
    Event::GateChanged(Verdict::Silent(reason))
}

pub(crate) fn ring_stopped(reason: RingStop) -> ServerFrame {
    ServerFrame::RingStopped { call: CALL, reason }
}

pub(crate) fn ended(reason: EndReason) -> ServerFrame {
    ServerFrame::CallEnded {
        call: CALL,
        reason,
        detail: None,
    }
}

pub(crate) fn failed(detail: FailDetail) -> ServerFrame {
    ServerFrame::CallEnded {
        call: CALL,
        reason: EndReason::Failed,
        detail: Some(detail),
    }
}

pub(crate) fn progress(devices: u32) -> ServerFrame {
    ServerFrame::CallProgress {
        call: CALL,
        devices,
    }
}

pub(crate) fn started(role: Role, path: Path, epoch: u32) -> ServerFrame {
    let with = match role {
        Role::Caller => "bob",
        Role::Callee => "ann",
    };
    ServerFrame::CallStarted {
        call: CALL,
        role,
        with: with.parse().unwrap(),
        kind: CallKind::Video,
        path,
        ice_servers: vec![],
        epoch,
    }
}

pub(crate) fn entry(outcome: CallOutcome, seconds: u32) -> Vec<Record> {
    vec![Record::Entry {
        outcome,
        seconds,
        visible: Visible::Both,
    }]
}

pub(crate) fn entry_for_the_caller(outcome: CallOutcome) -> Vec<Record> {
    vec![Record::Entry {
        outcome,
        seconds: 0,
        visible: Visible::CallerOnly,
    }]
}

/// Accepted by Bob's phone after 5 s.
pub(crate) fn connecting() -> Call {
    let mut call = ringing(invite());
    does(&mut call, bob(ACCEPT), after(5));
    call
}

/// Media up on both sides after 10 s.
pub(crate) fn active() -> Call {
    let mut call = connecting();
    does(&mut call, bob(Act::Connected { epoch: 1 }), after(8));
    does(&mut call, ann(Act::Connected { epoch: 1 }), after(10));
    call
}
