//! What has to be done after a change.

use birdcall_protocol::call::{CallOutcome, UnrungReason};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{DeviceId, PersonId};
use serde::{Deserialize, Serialize};

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// After the commit: pass a frame on, to whatever sockets the receiver has. Losing it is no harm.
    Send {
        /// To whom.
        to: To,
        /// What. `call_started` leaves `ice_servers` empty: the driver fills in its relay (P-2).
        frame: ServerFrame,
    },
    /// In the transaction that writes the row: remember something. Losing it is not possible.
    Record(Record),
}

/// Receivers of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum To {
    /// One device of a person.
    Device(PersonId, DeviceId),
    /// All devices of a person.
    Person(PersonId),
    /// All devices of a person but this one.
    Others(PersonId, DeviceId),
}

impl To {
    /// Whose devices they are.
    #[must_use]
    pub fn person(self) -> PersonId {
        match self {
            Self::Device(person, _) | Self::Person(person) | Self::Others(person, _) => person,
        }
    }
}

/// What is remembered of a call beside its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// The entry in the conversation and the call list; one a call, at its end (C-13).
    Entry {
        /// How it turned out.
        outcome: CallOutcome,
        /// Seconds of talk.
        seconds: u32,
        /// Who may see it.
        visible: Visible,
    },
    /// A line in the callee's quiet list; at most one a call (C-6).
    Unrung(UnrungReason),
}

/// Who sees an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    /// Both people.
    Both,
    /// The caller alone: the callee has the line in the quiet list instead.
    CallerOnly,
}
