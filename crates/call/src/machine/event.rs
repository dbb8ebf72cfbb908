//! What can happen to a call.

use crate::gate::Verdict;
use birdcall_protocol::call::{Path, Role};
use birdcall_protocol::{Code, DeviceId};

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A device did something. The driver knows whose device it is, and says so by the role.
    Device {
        /// The side its person is on.
        role: Role,
        /// The device.
        device: DeviceId,
        /// What it did.
        act: Act,
    },
    /// A setting, a block, a follow or a verification changed, and this is the gate's new answer (C-7).
    ///
    /// While it rings, everything but [`Verdict::Ring`] makes it silent; opening again does not make it ring late.
    /// After an accept only a block counts, and ends the call.
    GateChanged(Verdict),
    /// Enhanced call privacy or a follow changed (P-1, P-7). Only ever tightens.
    PathChanged {
        /// The new decision.
        path: Path,
        /// Whether there is a relay to move to.
        relay: RelayState,
    },
    /// The relay that the call uses goes away, and there is another one: media moves there. The devices of a direct call
    /// are told where it is, and media of those that do not use it stays as it is.
    RelayMoved,
    /// The deadline may have passed.
    Tick,
}

/// What a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Callee, ringing: it shows the ring (C-16). May be said again, for example after a reconnection.
    RingShown,
    /// Callee, ringing: a person pressed Accept (C-12).
    Accept {
        /// The gate, asked again, without the limits. Anything but [`Verdict::Ring`] stops the ring as
        /// [`Event::GateChanged`] does; the event still counts as handled, because it changed the call.
        verdict: Verdict,
        /// The path, decided again (P-1).
        path: Path,
        /// Whether there is a relay; without one a relayed call fails here (P-5).
        relay: RelayState,
    },
    /// Callee, ringing: a person pressed Decline, for all devices (C-12).
    Decline,
    /// Caller, ringing: gives up.
    Cancel,
    /// In the call: a person pressed End.
    HangUp,
    /// In the call: the page was loaded anew, media starts over (C-19).
    Rejoin,
    /// In the call: media is up. May be said again.
    Connected {
        /// The media attempt.
        epoch: u32,
    },
    /// In the call: media is lost, and the client's own ICE restarts did not bring it back. Ends the call.
    MediaFailed {
        /// The media attempt.
        epoch: u32,
    },
    /// In the call: the device has a socket open. Renews its lease, as every other act does.
    Seen,
    /// Callee, ringing: invited the caller from this device (C-15). Both asked for it, so it is an accept, also where
    /// the gate keeps the call from ringing; only a block stands against it, and then it is refused.
    Glare {
        /// The path, decided again (P-1).
        path: Path,
        /// Whether there is a relay.
        relay: RelayState,
    },
}

/// Whether a call can be relayed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayState {
    /// There is a relay.
    Available,
    /// There is none: a call that needs one fails (P-5).
    Absent,
}

/// Why an event was refused (C-17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The call is over.
    #[error("the call is over")]
    CallOver,
    /// Not legal in this state, or for this side.
    #[error("that does not fit the state of the call")]
    OutOfTurn,
    /// The device has no part in the call, and does not learn more.
    #[error("there is no such call")]
    NotYours,
    /// From an earlier media attempt, or from one that never was.
    #[error("that belongs to another media attempt")]
    StaleEpoch,
}

impl Refusal {
    /// The code that a client is told.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::CallOver => Code::CallOver,
            Self::OutOfTurn | Self::StaleEpoch => Code::OutOfTurn,
            Self::NotYours => Code::NotFound,
        }
    }
}
