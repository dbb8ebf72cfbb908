//! Which event is legal when, and what it then does (C-17).
//!
//! Judging changes nothing: an event is either refused here, or becomes a [`Step`] that cannot fail. What has no line
//! below is not legal; no match has a catch-all.

use super::Call;
use super::event::{Act, Event, Refusal, RelayState};
use super::state::{Legs, Reach, State};
use crate::gate::Verdict;
use birdcall_protocol::DeviceId;
use birdcall_protocol::call::{Path, Role, UnrungReason};

/// A change that was found legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing to change: a fact that was known, or one that does not matter in this state.
    Nothing,
    /// One more device shows the ring.
    RingShown(DeviceId),
    /// The gate closed while it rang, or while it was silent for another reason.
    Silence(UnrungReason),
    /// A person answered.
    Answer {
        /// On this device.
        device: DeviceId,
        /// The path decided at this moment.
        path: Path,
        /// Whether there is a relay.
        relay: RelayState,
    },
    /// A person declined.
    Decline,
    /// The caller gave up.
    Cancel,
    /// The path was decided anew.
    Path(Path, RelayState),
    /// Another relay has to be used.
    Moved,
    /// One side blocked the other during the call.
    Block,
    /// A leg gave a sign of life, and maybe more.
    Leg(Role, LegStep),
}

/// What a device that is in the call does to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LegStep {
    /// No more than a sign of life.
    Seen,
    /// Media is up on this side.
    Connected,
    /// Media starts over.
    Restart,
    /// Media is lost for good.
    GiveUp,
    /// A person ended the call.
    HangUp,
}

/// Judges an event.
pub(super) fn judge(call: &Call, event: Event) -> Result<Step, Refusal> {
    match event {
        Event::Device {
            role: Role::Caller,
            device,
            act,
        } => caller(call, device, act),
        Event::Device {
            role: Role::Callee,
            device,
            act,
        } => callee(call, device, act),
        Event::GateChanged(verdict) => gate_changed(call, verdict),
        Event::PathChanged { path, relay } => match &call.state {
            State::Ringing { .. } | State::Connecting { .. } | State::Active { .. } => {
                Ok(Step::Path(path, relay))
            }
            State::Ended(_) => Err(Refusal::CallOver),
        },
        Event::RelayMoved => match &call.state {
            State::Ringing { .. } => Ok(Step::Nothing),
            State::Connecting { .. } | State::Active { .. } => Ok(Step::Moved),
            State::Ended(_) => Err(Refusal::CallOver),
        },
        Event::Tick => match &call.state {
            State::Ringing { .. } | State::Connecting { .. } | State::Active { .. } => {
                Ok(Step::Nothing)
            }
            State::Ended(_) => Err(Refusal::CallOver),
        },
    }
}

/// Of the caller's devices only the one that invited has a part in the call.
fn caller(call: &Call, device: DeviceId, act: Act) -> Result<Step, Refusal> {
    if device != call.caller_device {
        return Err(Refusal::NotYours);
    }
    match &call.state {
        State::Ringing { .. } => match act {
            Act::Cancel => Ok(Step::Cancel),
            Act::RingShown
            | Act::Accept { .. }
            | Act::Decline
            | Act::HangUp
            | Act::Rejoin
            | Act::Connected { .. }
            | Act::MediaFailed { .. }
            | Act::Seen
            | Act::Glare { .. } => Err(Refusal::OutOfTurn),
        },
        State::Connecting { legs, .. } | State::Active { legs, .. } => leg(Role::Caller, legs, act),
        State::Ended(_) => Err(Refusal::CallOver),
    }
}

/// While it rings every device of the callee has a part in the call, afterwards only the one that answered.
fn callee(call: &Call, device: DeviceId, act: Act) -> Result<Step, Refusal> {
    match &call.state {
        State::Ringing { .. } => callee_ringing(call.reach, device, act),
        State::Connecting { legs, .. } | State::Active { legs, .. } => {
            if device == legs.callee_device {
                return leg(Role::Callee, legs, act);
            }
            match act {
                // Another device was faster; its own `ring_stopped` is on the way.
                Act::RingShown | Act::Accept { .. } | Act::Decline => Err(Refusal::OutOfTurn),
                Act::Cancel
                | Act::HangUp
                | Act::Rejoin
                | Act::Connected { .. }
                | Act::MediaFailed { .. }
                | Act::Seen
                | Act::Glare { .. } => Err(Refusal::NotYours),
            }
        }
        State::Ended(end) => match call.reach {
            Reach::NeverRang(_) if end.answered_by.is_none() => Err(Refusal::NotYours),
            Reach::NeverRang(_) | Reach::Rings | Reach::StoppedRinging(_) => Err(Refusal::CallOver),
        },
    }
}

fn callee_ringing(reach: Reach, device: DeviceId, act: Act) -> Result<Step, Refusal> {
    let rings = match reach {
        Reach::Rings => Ok(()),
        // To the callee it is over, although the caller still hears it ring.
        Reach::StoppedRinging(_) => Err(Refusal::CallOver),
        // C-6: to the callee's devices there is no such call.
        Reach::NeverRang(_) => Err(Refusal::NotYours),
    };
    match act {
        Act::RingShown => rings.map(|()| Step::RingShown(device)),
        Act::Accept {
            verdict,
            path,
            relay,
        } => rings.map(|()| match closed(verdict) {
            None => Step::Answer {
                device,
                path,
                relay,
            },
            Some(reason) => Step::Silence(reason),
        }),
        Act::Decline => rings.map(|()| Step::Decline),
        Act::Glare { path, relay } => match reach.silenced_by() {
            // C-4: a block beats everything.
            Some(UnrungReason::Blocked) => Err(Refusal::NotYours),
            Some(
                UnrungReason::Off
                | UnrungReason::Exception
                | UnrungReason::Audience
                | UnrungReason::DoNotDisturb
                | UnrungReason::Limits,
            )
            | None => Ok(Step::Answer {
                device,
                path,
                relay,
            }),
        },
        Act::Cancel
        | Act::HangUp
        | Act::Rejoin
        | Act::Connected { .. }
        | Act::MediaFailed { .. }
        | Act::Seen => rings.and(Err(Refusal::OutOfTurn)),
    }
}

/// The acts of a device that is in an answered call.
fn leg(role: Role, legs: &Legs, act: Act) -> Result<Step, Refusal> {
    let current = |epoch: u32, step: LegStep| {
        if epoch == legs.epoch {
            Ok(Step::Leg(role, step))
        } else {
            Err(Refusal::StaleEpoch)
        }
    };
    match act {
        Act::HangUp => Ok(Step::Leg(role, LegStep::HangUp)),
        Act::Rejoin => Ok(Step::Leg(role, LegStep::Restart)),
        Act::Seen => Ok(Step::Leg(role, LegStep::Seen)),
        Act::Connected { epoch } => current(epoch, LegStep::Connected),
        Act::MediaFailed { epoch } => current(epoch, LegStep::GiveUp),
        Act::RingShown | Act::Accept { .. } | Act::Decline | Act::Cancel | Act::Glare { .. } => {
            Err(Refusal::OutOfTurn)
        }
    }
}

/// Why a call may no longer ring.
///
/// The facts behind C-1 never go away, so nobody should meet `FirstMessageNeeded` during a call. If it does happen, the
/// nearest true line in the callee's list is that the caller is not among those who may call.
fn closed(verdict: Verdict) -> Option<UnrungReason> {
    match verdict {
        Verdict::Ring => None,
        Verdict::FirstMessageNeeded => Some(UnrungReason::Audience),
        Verdict::Silent(reason) => Some(reason),
    }
}

fn gate_changed(call: &Call, verdict: Verdict) -> Result<Step, Refusal> {
    match &call.state {
        State::Ringing { .. } => Ok(closed(verdict).map_or(Step::Nothing, Step::Silence)),
        // C-7 is about the ring; who answered has agreed to this call, until one blocks the other (C-4).
        State::Connecting { .. } | State::Active { .. } => Ok(match closed(verdict) {
            Some(UnrungReason::Blocked) => Step::Block,
            Some(
                UnrungReason::Off
                | UnrungReason::Exception
                | UnrungReason::Audience
                | UnrungReason::DoNotDisturb
                | UnrungReason::Limits,
            )
            | None => Step::Nothing,
        }),
        State::Ended(_) => Err(Refusal::CallOver),
    }
}
