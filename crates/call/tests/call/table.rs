//! Every state × event × side of a call, written out (C-17).

use crate::people::{
    ANN_LAPTOP, ANN_PHONE, BOB_LAPTOP, BOB_PHONE, after, by, does, drain, invite, ringing, seconds,
    silent,
};
use birdcall_call::{Act, Action, Call, Event, Record, Refusal, RelayState, Verdict};
use birdcall_protocol::call::{EndReason, Path, Phase, Role, UnrungReason};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{DeviceId, Timestamp};
use std::time::Duration;

/// What each event does in each state.
///
/// The states: `ring`; `silent`, kept from ringing at the invite; `stopped`, rang until the gate closed; `conn`, just
/// answered; `half`, connecting, with media up on the callee's side; `active`; `again`, active, the caller rejoined, the
/// callee's side is up again; `over`, declined; `overs`, a silent call that rang out; `overt`, ended after talk.
///
/// The results: a refusal (`turn`: out of turn, `none`: not yours, `over`: call over, `epoch`: stale epoch); the phase
/// or the reason of the end that it leads to; `again`, media starts over; `told`, nothing changed but the servers, which
/// are told; `up`, media is up on both sides; `shown`, the caller is told on how many devices it rings; `mute`, the ring
/// stops and the caller does not notice; `noted`, the call changed and nobody is told; `same`, nothing changed.
const TABLE: &str = "
                          ring       silent     stopped    conn    half    active  again   over overs overt
caller     ring_shown     turn       turn       turn       turn    turn    turn    turn    over over  over
caller     accept         turn       turn       turn       turn    turn    turn    turn    over over  over
caller     accept_closed  turn       turn       turn       turn    turn    turn    turn    over over  over
caller     decline        turn       turn       turn       turn    turn    turn    turn    over over  over
caller     cancel         cancelled  cancelled  cancelled  turn    turn    turn    turn    over over  over
caller     hang_up        turn       turn       turn       hung_up hung_up hung_up hung_up over over  over
caller     rejoin         turn       turn       turn       again   again   again   again   over over  over
caller     connected      turn       turn       turn       noted   active  noted   up      over over  over
caller     connected_old  turn       turn       turn       epoch   epoch   epoch   epoch   over over  over
caller     connected_new  turn       turn       turn       epoch   epoch   epoch   epoch   over over  over
caller     failed         turn       turn       turn       failed  failed  failed  failed  over over  over
caller     failed_old     turn       turn       turn       epoch   epoch   epoch   epoch   over over  over
caller     seen           turn       turn       turn       noted   noted   noted   noted   over over  over
caller     glare          turn       turn       turn       turn    turn    turn    turn    over over  over

caller2    ring_shown     none       none       none       none    none    none    none    none none  none
caller2    accept         none       none       none       none    none    none    none    none none  none
caller2    accept_closed  none       none       none       none    none    none    none    none none  none
caller2    decline        none       none       none       none    none    none    none    none none  none
caller2    cancel         none       none       none       none    none    none    none    none none  none
caller2    hang_up        none       none       none       none    none    none    none    none none  none
caller2    rejoin         none       none       none       none    none    none    none    none none  none
caller2    connected      none       none       none       none    none    none    none    none none  none
caller2    connected_old  none       none       none       none    none    none    none    none none  none
caller2    connected_new  none       none       none       none    none    none    none    none none  none
caller2    failed         none       none       none       none    none    none    none    none none  none
caller2    failed_old     none       none       none       none    none    none    none    none none  none
caller2    seen           none       none       none       none    none    none    none    none none  none
caller2    glare          none       none       none       none    none    none    none    none none  none

callee     ring_shown     shown      none       over       turn    turn    turn    turn    over none  over
callee     accept         connecting none       over       turn    turn    turn    turn    over none  over
callee     accept_closed  mute       none       over       turn    turn    turn    turn    over none  over
callee     decline        declined   none       over       turn    turn    turn    turn    over none  over
callee     cancel         turn       none       over       turn    turn    turn    turn    over none  over
callee     hang_up        turn       none       over       hung_up hung_up hung_up hung_up over none  over
callee     rejoin         turn       none       over       again   again   again   again   over none  over
callee     connected      turn       none       over       noted   noted   noted   noted   over none  over
callee     connected_old  turn       none       over       epoch   epoch   epoch   epoch   over none  over
callee     connected_new  turn       none       over       epoch   epoch   epoch   epoch   over none  over
callee     failed         turn       none       over       failed  failed  failed  failed  over none  over
callee     failed_old     turn       none       over       epoch   epoch   epoch   epoch   over none  over
callee     seen           turn       none       over       noted   noted   noted   noted   over none  over
callee     glare          connecting connecting connecting turn    turn    turn    turn    over none  over

callee2    ring_shown     shown      none       over       turn    turn    turn    turn    over none  over
callee2    accept         connecting none       over       turn    turn    turn    turn    over none  over
callee2    accept_closed  mute       none       over       turn    turn    turn    turn    over none  over
callee2    decline        declined   none       over       turn    turn    turn    turn    over none  over
callee2    cancel         turn       none       over       none    none    none    none    over none  over
callee2    hang_up        turn       none       over       none    none    none    none    over none  over
callee2    rejoin         turn       none       over       none    none    none    none    over none  over
callee2    connected      turn       none       over       none    none    none    none    over none  over
callee2    connected_old  turn       none       over       none    none    none    none    over none  over
callee2    connected_new  turn       none       over       none    none    none    none    over none  over
callee2    failed         turn       none       over       none    none    none    none    over none  over
callee2    failed_old     turn       none       over       none    none    none    none    over none  over
callee2    seen           turn       none       over       none    none    none    none    over none  over
callee2    glare          connecting connecting connecting none    none    none    none    over none  over

server     gate_open      same       same       same       same    same    same    same    over over  over
server     gate_first     mute       same       same       same    same    same    same    over over  over
server     gate_off       mute       same       same       same    same    same    same    over over  over
server     gate_audience  mute       same       same       same    same    same    same    over over  over
server     gate_limits    mute       same       same       same    same    same    same    over over  over
server     gate_blocked   mute       noted      noted      blocked blocked blocked blocked over over  over
server     path_direct    same       same       same       same    same    same    same    over over  over
server     path_relay     noted      noted      noted      again   again   again   again   over over  over
server     path_no_relay  failed     failed     failed     failed  failed  failed  failed  over over  over
server     relay_moved    same       same       same       again   again   told    again   over over  over
server     tick           same       same       same       same    same    same    same    over over  over
server     deadline       no_answer  no_answer  no_answer  failed  failed  expired failed  over over  over
";

const STATES: [&str; 10] = [
    "ring", "silent", "stopped", "conn", "half", "active", "again", "over", "overs", "overt",
];

const DIRECT: Path = Path::Direct;
const NO_RELAY: RelayState = RelayState::Absent;

fn accept(verdict: Verdict) -> Act {
    Act::Accept {
        verdict,
        path: DIRECT,
        relay: NO_RELAY,
    }
}

/// Brings a call into a state; 4 seconds have passed then.
fn call_in(state: &str) -> Call {
    let caller = |act| by(Role::Caller, ANN_PHONE, act);
    let callee = |act| by(Role::Callee, BOB_PHONE, act);
    let deadline = after(45);
    let (mut call, way) = match state {
        "ring" => (ringing(invite()), vec![]),
        "silent" => (ringing(silent(UnrungReason::Audience)), vec![]),
        "stopped" => (
            ringing(invite()),
            vec![(
                Event::GateChanged(Verdict::Silent(UnrungReason::Off)),
                after(1),
            )],
        ),
        "over" => (ringing(invite()), vec![(callee(Act::Decline), after(1))]),
        "overs" => (
            ringing(silent(UnrungReason::Audience)),
            vec![(Event::Tick, deadline)],
        ),
        answered => {
            let way = [
                (callee(accept(Verdict::Ring)), after(1)),
                (callee(Act::Connected { epoch: 1 }), after(2)),
                (caller(Act::Connected { epoch: 1 }), after(3)),
                (caller(Act::Rejoin), after(4)),
                (callee(Act::Connected { epoch: 2 }), after(4)),
            ];
            let mut way = match answered {
                "conn" => way[..1].to_vec(),
                "half" => way[..2].to_vec(),
                "active" | "overt" => way[..3].to_vec(),
                "again" => way.to_vec(),
                unknown => panic!("{unknown}"),
            };
            if answered == "overt" {
                way.push((caller(Act::HangUp), after(4)));
            }
            (ringing(invite()), way)
        }
    };
    for (event, at) in way {
        does(&mut call, event, at);
    }
    call
}

fn event_of(who: &str, what: &str, call: &Call) -> Event {
    let epoch = call.epoch().unwrap_or(1);
    let silent = |reason| Event::GateChanged(Verdict::Silent(reason));
    let act = match what {
        "gate_open" => return Event::GateChanged(Verdict::Ring),
        "gate_first" => return Event::GateChanged(Verdict::FirstMessageNeeded),
        "gate_off" => return silent(UnrungReason::Off),
        "gate_audience" => return silent(UnrungReason::Audience),
        "gate_limits" => return silent(UnrungReason::Limits),
        "gate_blocked" => return silent(UnrungReason::Blocked),
        "path_direct" => {
            return Event::PathChanged {
                path: Path::Direct,
                relay: RelayState::Absent,
            };
        }
        "path_relay" => {
            return Event::PathChanged {
                path: Path::Relay,
                relay: RelayState::Available,
            };
        }
        "path_no_relay" => {
            return Event::PathChanged {
                path: Path::Relay,
                relay: RelayState::Absent,
            };
        }
        "relay_moved" => return Event::RelayMoved,
        "tick" | "deadline" => return Event::Tick,
        "ring_shown" => Act::RingShown,
        "accept" => accept(Verdict::Ring),
        "accept_closed" => accept(Verdict::Silent(UnrungReason::Off)),
        "decline" => Act::Decline,
        "cancel" => Act::Cancel,
        "hang_up" => Act::HangUp,
        "rejoin" => Act::Rejoin,
        "connected" => Act::Connected { epoch },
        "connected_old" => Act::Connected { epoch: epoch - 1 },
        "connected_new" => Act::Connected { epoch: epoch + 1 },
        "failed" => Act::MediaFailed { epoch },
        "failed_old" => Act::MediaFailed { epoch: epoch - 1 },
        "seen" => Act::Seen,
        "glare" => Act::Glare {
            path: DIRECT,
            relay: NO_RELAY,
        },
        unknown => panic!("{unknown}"),
    };
    let (role, device): (Role, DeviceId) = match who {
        "caller" => (Role::Caller, ANN_PHONE),
        "caller2" => (Role::Caller, ANN_LAPTOP),
        "callee" => (Role::Callee, BOB_PHONE),
        "callee2" => (Role::Callee, BOB_LAPTOP),
        unknown => panic!("{unknown}"),
    };
    by(role, device, act)
}

/// Handles the event, and says in a word what came of it.
fn outcome(call: &mut Call, event: Event, now: Timestamp) -> &'static str {
    let before = call.clone();
    if let Err(refusal) = call.handle(event, now) {
        assert_eq!(*call, before, "a refusal changes nothing: {event:?}");
        assert_eq!(
            call.poll_action(),
            None,
            "a refusal asks for nothing: {event:?}"
        );
        return match refusal {
            Refusal::OutOfTurn => "turn",
            Refusal::NotYours => "none",
            Refusal::CallOver => "over",
            Refusal::StaleEpoch => "epoch",
        };
    }
    let actions = drain(call);
    let sends = |wanted: fn(&ServerFrame) -> bool| {
        actions.iter().any(|action| match action {
            Action::Send { frame, .. } => wanted(frame),
            Action::Record(_) => false,
        })
    };
    let unrung = actions
        .iter()
        .any(|action| matches!(action, Action::Record(Record::Unrung(_))));
    match call.phase() {
        Phase::Ended => match call.end_reason().unwrap() {
            EndReason::HungUp => "hung_up",
            EndReason::Declined => "declined",
            EndReason::NoAnswer => "no_answer",
            EndReason::Cancelled => "cancelled",
            EndReason::Busy => "busy",
            EndReason::Failed => "failed",
            EndReason::Expired => "expired",
            EndReason::Blocked => "blocked",
        },
        Phase::Connecting if before.phase() == Phase::Ringing => "connecting",
        Phase::Active if before.phase() == Phase::Connecting => "active",
        Phase::Ringing | Phase::Connecting | Phase::Active => {
            if sends(|frame| matches!(frame, ServerFrame::CallStarted { .. })) {
                if *call == before { "told" } else { "again" }
            } else if sends(|frame| matches!(frame, ServerFrame::CallActive { .. })) {
                "up"
            } else if sends(|frame| matches!(frame, ServerFrame::CallProgress { .. })) {
                "shown"
            } else if unrung {
                "mute"
            } else {
                assert_eq!(actions, [], "nobody is told: {event:?}");
                if *call == before { "same" } else { "noted" }
            }
        }
    }
}

/// The rows as (who, what, cells).
fn rows() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut lines = TABLE.lines().filter(|line| !line.is_empty());
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(head, STATES);
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (labels, cells) = words.split_at(2);
            assert_eq!(cells.len(), STATES.len(), "{line}");
            (labels[0], labels[1], cells.to_vec())
        })
        .collect()
}

#[test]
fn every_state_event_and_side() {
    let mut cells = 0;
    for (who, what, expected) in rows() {
        for (state, expected) in STATES.into_iter().zip(expected) {
            let mut call = call_in(state);
            let event = event_of(who, what, &call);
            let now = match (what, call.deadline()) {
                ("deadline", Some(deadline)) => deadline,
                _ => after(5),
            };
            let got = outcome(&mut call, event, now);
            assert_eq!(got, expected, "{who} {what} in {state}");
            cells += 1;
        }
    }
    // 4 devices × 14 acts and 12 events of the server, in 10 states.
    assert_eq!(cells, (4 * 14 + 12) * 10);
}

/// At the deadline every event that is legal before does the deadline's work, and every other is refused as before: a
/// late accept does not win (C-14), and nobody can end a call by a frame that he may not send.
#[test]
fn a_deadline_comes_before_every_event() {
    let deadline_row = rows().into_iter().find(|row| row.1 == "deadline").unwrap();
    for (who, what, expected) in rows() {
        for (place, state) in STATES.into_iter().enumerate() {
            let mut call = call_in(state);
            let Some(deadline) = call.deadline() else {
                continue;
            };
            let refused = ["turn", "none", "over", "epoch"].contains(&expected[place]);
            let wanted = if refused {
                expected[place]
            } else {
                deadline_row.2[place]
            };
            for late in [Duration::ZERO, seconds(3600)] {
                let mut call = call.clone();
                let event = event_of(who, what, &call);
                let got = outcome(&mut call, event, deadline + late);
                assert_eq!(got, wanted, "{who} {what} in {state}, {late:?} late");
                if !refused {
                    assert_eq!(call.ended_at(), Some(deadline), "{who} {what} in {state}");
                }
            }
            // And a moment earlier it does not.
            let event = event_of(who, "tick", &call);
            let earlier = deadline - Duration::from_millis(1);
            assert_eq!(outcome(&mut call, event, earlier), "same", "{state}");
        }
    }
}

/// The table is complete in its acts and devices: what is written twice or forgotten would hide a hole.
#[test]
fn no_row_is_missing_or_double() {
    let mut labels: Vec<(&str, &str)> = rows().iter().map(|row| (row.0, row.1)).collect();
    let count = labels.len();
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), count);
    let acts = |who: &str| -> Vec<&str> {
        let of_who = labels.iter().filter(|label| label.0 == who);
        of_who.map(|label| label.1).collect()
    };
    for who in ["caller2", "callee", "callee2"] {
        assert_eq!(acts(who), acts("caller"), "{who}");
    }
}

/// A call is a row between any two events: it is the same call after being written and read.
#[test]
fn every_state_survives_being_stored() {
    for state in STATES {
        let call = call_in(state);
        let mut row: serde_json::Value = serde_json::to_value(&call).unwrap();
        assert_eq!(
            serde_json::from_value::<Call>(row.clone()).unwrap(),
            call,
            "{state}"
        );
        // A row of another version may hold more.
        row["a_field_of_another_version"] = serde_json::json!({"x": 1});
        row["state"]["another"] = serde_json::json!([1]);
        assert_eq!(
            serde_json::from_value::<Call>(row).unwrap(),
            call,
            "{state}"
        );
    }
    // What is still to be done belongs to who writes the row, not to the row.
    let fresh = Call::invite(invite(), after(0));
    let row = serde_json::to_string(&fresh).unwrap();
    assert_eq!(
        serde_json::from_str::<Call>(&row).unwrap().poll_action(),
        None
    );
}
