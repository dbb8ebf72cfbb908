//! A device, as far as signalling goes: what its page believes about the call.

use crate::rng::Rng;
use birdcall_call::Resume;
use birdcall_protocol::call::{EndReason, Phase, RingStop};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{DeviceId, PersonId, Timestamp};

/// What the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mind {
    /// Nothing of the call.
    Idle,
    /// It rings, until then.
    Ringing(Timestamp),
    /// "Calling…"
    Calling,
    /// The call, in this media attempt.
    InCall(u32),
    /// It was told that the call is over, or that the ring is.
    Over,
}

#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) person: PersonId,
    pub(crate) mind: Mind,
    /// Counts the sockets; odd while one is open. A frame for an earlier socket is lost.
    pub(crate) socket: u32,
    /// The node that holds the socket.
    pub(crate) node: usize,
    /// The socket for which the node already gives signs of life.
    pub(crate) alive_socket: u32,
    pub(crate) rng: Rng,
    /// What it was told last about how things ended.
    pub(crate) told_end: Option<EndReason>,
    pub(crate) told_stop: Option<RingStop>,
}

/// What a frame makes the page, or the person before it, do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    Nothing,
    /// It began to ring: it says so, and the person may press something.
    Rings,
    /// Media is to be set up.
    SetUp(u32),
    /// The page was lost and found its call again.
    Rejoin,
}

impl Device {
    pub(crate) fn online(&self) -> bool {
        self.socket % 2 == 1
    }

    pub(crate) fn receive(&mut self, frame: &ServerFrame, now: Timestamp) -> Reaction {
        match frame {
            ServerFrame::Ring { deadline, .. } => {
                let idle = self.mind == Mind::Idle;
                // C-14: a ring after its deadline never rings. C-19: a ring may come again.
                if idle && now < *deadline {
                    self.mind = Mind::Ringing(*deadline);
                    return Reaction::Rings;
                }
                Reaction::Nothing
            }
            ServerFrame::RingStopped { reason, .. } => {
                self.mind = Mind::Over;
                self.told_stop = Some(*reason);
                Reaction::Nothing
            }
            ServerFrame::CallStarted { epoch, .. } => {
                match self.mind {
                    Mind::Over => return Reaction::Nothing,
                    Mind::InCall(current) if current >= *epoch => return Reaction::Nothing,
                    Mind::Idle | Mind::Ringing(_) | Mind::Calling | Mind::InCall(_) => {}
                }
                self.mind = Mind::InCall(*epoch);
                Reaction::SetUp(*epoch)
            }
            ServerFrame::CallEnded { reason, .. } => {
                self.mind = Mind::Over;
                self.told_end = Some(*reason);
                Reaction::Nothing
            }
            _ => Reaction::Nothing,
        }
    }

    /// `welcome`, and the ring after it.
    pub(crate) fn welcome(&mut self, resume: &Resume, now: Timestamp) -> Reaction {
        match &resume.view {
            Some(view) => match (view.phase, self.mind) {
                (Phase::Ringing, _) => {
                    self.mind = Mind::Calling;
                    Reaction::Nothing
                }
                // The page lives on, and so does its media: ICE heals it.
                (_, Mind::InCall(_)) => Reaction::Nothing,
                _ => Reaction::Rejoin,
            },
            None => match &resume.ring {
                Some(ring) => self.receive(ring, now),
                None => {
                    if self.mind != Mind::Idle {
                        self.mind = Mind::Over;
                    }
                    Reaction::Nothing
                }
            },
        }
    }
}
