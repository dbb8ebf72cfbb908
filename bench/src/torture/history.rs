//! What happened in a run, as the devices of people saw it, in the order in which it happened. A value: it is written by
//! clients and by whoever breaks things, and judged by the [checker](super::checker).
//!
//! What a device sends stands here before it goes out, and what it hears after it came in. So of two events of which one
//! stands behind the other, the earlier cannot have been caused by the later, whatever node they were at.

use birdcall_protocol::CallId;
use birdcall_protocol::call::{CallOutcome, EndReason, RingStop, Role};
use std::fmt;
use std::time::Duration;

/// Somebody, by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Person(pub(crate) usize);

/// A signed-in browser of somebody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Device {
    /// Whose it is.
    pub(crate) person: Person,
    /// Which of theirs.
    pub(crate) number: usize,
}

/// A message, by a number that is in its key and in its text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Message(pub(crate) u32);

/// The key of an invite, by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Invite(pub(crate) u32);

/// A question over HTTP, by number, so that its answer can be told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Question(pub(crate) u32);

/// Two people: a conversation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Talk(Person, Person);

impl Talk {
    /// Of these two, in either order.
    pub(crate) fn of(one: Person, other: Person) -> Self {
        Self(one.min(other), one.max(other))
    }

    /// Whether somebody is one of the two.
    pub(crate) fn has(self, person: Person) -> bool {
        self.0 == person || self.1 == person
    }
}

/// What stands in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its place.
    pub(crate) seq: u64,
    /// Who wrote it, or called.
    pub(crate) from: Person,
    /// What it is.
    pub(crate) content: Content,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// What people had written before the run began.
    Hello,
    /// A message of the run, whole and as it was sent.
    Message(Message),
    /// A finished call.
    Call(CallId, CallOutcome),
    /// Anything else, which nobody sent.
    Foreign(String),
}

/// A line in a list of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) call: CallId,
    pub(crate) with: Person,
    pub(crate) role: Role,
    pub(crate) outcome: CallOutcome,
}

/// What is done to the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// `kill -9` of a node.
    NodeKilled,
    /// `kill -9` of NATS, which comes back after a while.
    NatsKilled,
    /// NATS stands still for a while (SIGSTOP).
    NatsPaused,
    /// The line between one node and NATS is cut for a while.
    LineCut,
    /// The line between one node and NATS swallows everything for a while.
    LineSilent,
    /// PostgreSQL is stopped as an operator does it, and started again after a while.
    DatabaseStopped,
    /// `kill -9` of PostgreSQL, which comes back after a while.
    DatabaseKilled,
    /// The disk with the database is full for a while.
    DiskFull,
}

impl Fault {
    /// All.
    pub(crate) const ALL: [Self; 8] = [
        Self::NodeKilled,
        Self::NatsKilled,
        Self::NatsPaused,
        Self::LineCut,
        Self::LineSilent,
        Self::DatabaseStopped,
        Self::DatabaseKilled,
        Self::DiskFull,
    ];

    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NodeKilled => "nodes killed (kill -9)",
            Self::NatsKilled => "NATS killed (kill -9)",
            Self::NatsPaused => "NATS paused (SIGSTOP)",
            Self::LineCut => "line to NATS cut",
            Self::LineSilent => "line to NATS silent",
            Self::DatabaseStopped => "PostgreSQL restarted",
            Self::DatabaseKilled => "PostgreSQL killed (kill -9)",
            Self::DiskFull => "disk filled",
        }
    }
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// A message.
    Message(Message),
    /// A call, or a press in it.
    Call(CallId),
    /// An invite.
    Invite(Invite),
    /// A question, or nothing that has a name.
    Other,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Something is broken on purpose; `node` says which one, where it is one.
    Broken { fault: Fault, node: Option<usize> },
    /// It is whole again.
    Mended { fault: Fault, node: Option<usize> },
    /// Something went wrong that was not done to it: a program ended by itself, or wrote that it panicked.
    Crashed { words: String },
    /// A socket was welcomed. `before` is the cursor that the device came with.
    Welcomed {
        device: Device,
        before: Option<u64>,
        cursor: u64,
        reset: bool,
    },
    /// A socket was lost, or left by the device.
    Lost { device: Device },
    /// A message goes out, for the first time or again.
    Sends {
        device: Device,
        to: Person,
        message: Message,
    },
    /// It was acknowledged.
    Acknowledged {
        device: Device,
        message: Message,
        seq: u64,
    },
    /// Something was refused, with this code.
    Refused {
        device: Device,
        about: About,
        code: String,
    },
    /// The feed tells of an entry.
    TellsEntry {
        device: Device,
        cursor: u64,
        with: Person,
        entry: Entry,
    },
    /// The feed tells how far one has read oneself.
    TellsRead {
        device: Device,
        cursor: u64,
        with: Person,
        seq: u64,
    },
    /// The feed tells something else.
    TellsOther { device: Device, cursor: u64 },
    /// A device says that it has read.
    Reads {
        device: Device,
        with: Person,
        seq: u64,
    },
    /// A question goes out.
    Asks {
        device: Device,
        with: Option<Person>,
        question: Question,
    },
    /// Answer: how far one has read.
    Head {
        device: Device,
        with: Person,
        question: Question,
        read: u64,
    },
    /// Answer: a conversation from the first entry given on; `whole` says that there are none before it.
    Page {
        device: Device,
        with: Person,
        question: Question,
        whole: bool,
        entries: Vec<Entry>,
    },
    /// Answer: all finished calls, and those that were kept from ringing.
    Calls {
        device: Device,
        question: Question,
        records: Vec<Record>,
        unrung: Vec<CallId>,
    },
    /// An invite goes out, for the first time or again.
    Invites {
        device: Device,
        with: Person,
        invite: Invite,
    },
    /// It was answered with a call.
    Invited {
        device: Device,
        with: Person,
        invite: Invite,
        call: CallId,
        role: Role,
    },
    /// A device rings.
    Rings {
        device: Device,
        caller: Person,
        call: CallId,
    },
    /// It stops.
    RingStopped {
        device: Device,
        call: CallId,
        reason: RingStop,
    },
    /// Media is to be set up.
    Started {
        device: Device,
        call: CallId,
        epoch: u32,
    },
    /// It is up on both sides.
    Active { device: Device, call: CallId },
    /// Somebody presses something in a call.
    Presses {
        device: Device,
        call: CallId,
        button: &'static str,
    },
    /// The call is over.
    Ended {
        device: Device,
        call: CallId,
        reason: EndReason,
    },
    /// Nothing is broken any more, everybody is quiet and has had time to hear all: what is asked from here on is how it
    /// is in the end.
    Settled,
}

impl What {
    /// Whose device it is about.
    pub(crate) fn device(&self) -> Option<Device> {
        match self {
            Self::Broken { .. } | Self::Mended { .. } | Self::Crashed { .. } | Self::Settled => {
                None
            }
            Self::Welcomed { device, .. }
            | Self::Lost { device }
            | Self::Sends { device, .. }
            | Self::Acknowledged { device, .. }
            | Self::Refused { device, .. }
            | Self::TellsEntry { device, .. }
            | Self::TellsRead { device, .. }
            | Self::TellsOther { device, .. }
            | Self::Reads { device, .. }
            | Self::Asks { device, .. }
            | Self::Head { device, .. }
            | Self::Page { device, .. }
            | Self::Calls { device, .. }
            | Self::Invites { device, .. }
            | Self::Invited { device, .. }
            | Self::Rings { device, .. }
            | Self::RingStopped { device, .. }
            | Self::Started { device, .. }
            | Self::Active { device, .. }
            | Self::Presses { device, .. }
            | Self::Ended { device, .. } => Some(*device),
        }
    }
}

/// When what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Since the run began.
    pub(crate) at: Duration,
    pub(crate) what: What,
}

/// Everything that happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// Everybody who took part.
    pub(crate) devices: Vec<Device>,
    /// Who writes to whom.
    pub(crate) talks: Vec<Talk>,
    /// In order.
    pub(crate) events: Vec<Event>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}", self.person, self.number)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "i{}", self.0)
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "q{}", self.0)
    }
}

impl fmt::Debug for Talk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}+{:?}", self.0, self.1)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:10.3}  {:?}", self.at.as_secs_f64(), self.what)
    }
}
