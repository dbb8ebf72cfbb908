//! A call as a value, from its invite to its end.
//!
//! The driver loads a row, calls [`Call::handle`] once, drains [`Call::poll_action`], writes the row back where its
//! version still fits, executes every [`Action::Record`] in that same transaction, and after the commit performs every
//! [`Action::Send`]. A lost race throws the value away and starts from the newer row. A driver that dies between
//! commit and sending loses only frames: whoever missed one gets the state from [`Call::resume`].
//!
//! ```text
//!                         accept, glare             both connected
//!   invite ──▶ Ringing ──────────────▶ Connecting ────────────────▶ Active
//!                 │                     │  ▲    │                    │  ▲ │
//!                 │                     └──┘    │                    └──┘ │
//!                 │                    rejoin,  │                   rejoin,
//!                 │                    tighter  │                   tighter
//!                 │                    path     │                   path  │
//!                 ▼                             ▼                         ▼
//!               Ended ◀─────────────────────── Ended ◀───────────────── Ended
//!          declined, cancelled,        hung_up, failed,          hung_up, failed,
//!          no_answer, busy, failed     expired, blocked          expired, blocked
//! ```
//!
//! Beside its state a call has a *reach* towards the callee: it rings; or it was kept from ringing from the start; or
//! it rang until the gate closed (C-7). A call that does not ring runs through `Ringing` all the same, with the same
//! frames to the caller at the same times (C-6).
//!
//! Who is told what: devices that ring are told `ring_stopped`, always, also the one on which a person declined;
//! devices that are in the call, the caller's from the start, are told `call_ended`.

mod action;
mod event;
mod rules;
mod state;
mod step;
mod view;

pub use action::{Action, Record, To, Visible};
pub use event::{Act, Event, Refusal, RelayState};
pub use view::Resume;

use birdcall_protocol::call::{CallKind, Path, UnrungReason};
use birdcall_protocol::{CallId, DeviceId, Handle, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use state::{Reach, State};
use std::collections::VecDeque;
use std::time::Duration;

/// One side of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Who.
    pub person: PersonId,
    /// Their handle, as the other side is told.
    pub handle: Handle,
}

/// How long a call waits for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// For somebody to answer (C-13). Raising it lets people ring longer at nobody.
    pub ring: Duration,
    /// For media on both sides, after an accept or a rejoin. Raising it keeps people waiting on a line that will not
    /// come; lowering it fails calls on slow networks.
    pub connect: Duration,
    /// For a sign of life of either side. Whichever node holds a socket of the device gives one every 20 s, so a lost
    /// signalling connection is survived for at least 60 s (C-19). Raising it keeps a dead call for longer.
    pub lease: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            ring: Duration::from_secs(45),
            connect: Duration::from_secs(30),
            lease: Duration::from_secs(80),
        }
    }
}

/// What a call is made of. Every field was decided by the server in the transaction that creates the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The call's id, drawn by the driver.
    pub id: CallId,
    /// Who calls.
    pub caller: Party,
    /// From which device.
    pub caller_device: DeviceId,
    /// Whom.
    pub callee: Party,
    /// Audio or video.
    pub kind: CallKind,
    /// How media travels (P-1).
    pub path: Path,
    /// What keeps it from ringing, if anything does (C-6).
    pub silent: Option<UnrungReason>,
    /// Both follow each other: the caller may see whether it rings, and whether the callee is busy (C-15, C-16).
    pub mutual: bool,
    /// The callee is in another call (C-15).
    pub callee_busy: bool,
    /// How long it waits for what.
    pub timing: Timing,
}

/// A call. See the [module](self) for how it is driven and for its states.
///
/// Serialized it is the row: pending actions are not part of it, fields it does not know are passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    id: CallId,
    caller: Party,
    caller_device: DeviceId,
    callee: Party,
    kind: CallKind,
    path: Path,
    reach: Reach,
    mutual: bool,
    callee_busy: bool,
    timing: Timing,
    started: Timestamp,
    state: State,
    #[serde(skip)]
    pending: VecDeque<Action>,
}

impl Call {
    /// Starts a call. Its first actions are pending: the ring, or the note that there was none.
    #[must_use]
    pub fn invite(invite: Invite, now: Timestamp) -> Self {
        let deadline = now + invite.timing.ring;
        let mut call = Self {
            id: invite.id,
            caller: invite.caller,
            caller_device: invite.caller_device,
            callee: invite.callee,
            kind: invite.kind,
            path: invite.path,
            reach: invite.silent.map_or(Reach::Rings, Reach::NeverRang),
            mutual: invite.mutual,
            callee_busy: invite.callee_busy,
            timing: invite.timing,
            started: now,
            state: State::Ringing {
                deadline,
                shown: Vec::new(),
            },
            pending: VecDeque::new(),
        };
        call.begin(deadline);
        call
    }

    /// Changes the call by one event.
    ///
    /// An event that came after [`Call::deadline`] finds the deadline's work done first, and then nothing left to do:
    /// an accept that is too late does not win, whether or not the sweep has seen the call before (C-14).
    ///
    /// # Errors
    ///
    /// An event that is not legal for this device in this state (C-17). Nothing was changed and no action is pending.
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Result<(), Refusal> {
        let step = rules::judge(self, event)?;
        match self.deadline() {
            Some(due) if due <= now => self.run_out(),
            Some(_) | None => self.take(step, now),
        }
        Ok(())
    }

    /// The next thing to do, oldest first.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.pending.pop_front()
    }
}
