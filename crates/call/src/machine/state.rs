//! The states of a call, each with what it alone has.

use birdcall_protocol::call::{CallOutcome, EndReason, FailDetail, Role, UnrungReason};
use birdcall_protocol::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a call stands. The diagram is in the [machine's](super) own documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum State {
    /// Nobody has answered yet.
    Ringing {
        /// When it ends unanswered.
        deadline: Timestamp,
        /// The callee's devices that said they show the ring, each once.
        shown: Vec<DeviceId>,
    },
    /// Answered; media is being set up for the first time.
    Connecting {
        /// Who is in it.
        legs: Legs,
        /// The attempt at media.
        attempt: Attempt,
    },
    /// Both sides have, or had, media.
    Active {
        /// Who is in it.
        legs: Legs,
        /// When media was first up on both sides.
        since: Timestamp,
        /// The attempt under way after a rejoin or a tighter path; none while media is up.
        attempt: Option<Attempt>,
    },
    /// Over. Nothing happens to it any more.
    Ended(End),
}

/// The two devices of an answered call. The caller's own is the call's `caller_device`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Legs {
    /// The device that answered.
    pub(super) callee_device: DeviceId,
    /// Until when the caller's device counts as there (C-19).
    pub(super) caller_lease: Timestamp,
    /// Until when the callee's device counts as there (C-19).
    pub(super) callee_lease: Timestamp,
    /// The number of the media attempt, from 1. Signalling of another one is refused.
    pub(super) epoch: u32,
}

impl Legs {
    pub(super) fn renew(&mut self, role: Role, until: Timestamp) {
        match role {
            Role::Caller => self.caller_lease = until,
            Role::Callee => self.callee_lease = until,
        }
    }

    /// When the first of the two leases runs out.
    pub(super) fn lease(&self) -> Timestamp {
        self.caller_lease.min(self.callee_lease)
    }
}

/// One attempt to get media up on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt {
    /// When it has failed.
    pub(super) deadline: Timestamp,
    /// The caller's device said that media is up.
    pub(super) caller_up: bool,
    /// The callee's device said that media is up.
    pub(super) callee_up: bool,
}

impl Attempt {
    pub(super) fn until(deadline: Timestamp) -> Self {
        Self {
            deadline,
            caller_up: false,
            callee_up: false,
        }
    }

    pub(super) fn mark(&mut self, role: Role) {
        match role {
            Role::Caller => self.caller_up = true,
            Role::Callee => self.callee_up = true,
        }
    }

    pub(super) fn complete(&self) -> bool {
        self.caller_up && self.callee_up
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    /// When: for a deadline that passed, the deadline, however late somebody noticed.
    pub(super) at: Timestamp,
    /// Why, as it really was. What each side is told may be less.
    pub(super) reason: EndReason,
    /// More about `failed`.
    pub(super) detail: Option<FailDetail>,
    /// How it turned out.
    pub(super) outcome: CallOutcome,
    /// The callee's device on which a person pressed Accept, if one did.
    pub(super) answered_by: Option<DeviceId>,
    /// When media was first up on both sides, if it ever was.
    pub(super) active_since: Option<Timestamp>,
}

/// How far a call gets towards the callee while nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reach {
    /// The callee's devices ring.
    Rings,
    /// They rang until the gate closed (C-7).
    StoppedRinging(UnrungReason),
    /// They never rang (C-6).
    NeverRang(UnrungReason),
}

impl Reach {
    /// Why it does not ring now, if it does not.
    pub(super) fn silenced_by(self) -> Option<UnrungReason> {
        match self {
            Self::Rings => None,
            Self::StoppedRinging(reason) | Self::NeverRang(reason) => Some(reason),
        }
    }
}
