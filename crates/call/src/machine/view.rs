//! What can be asked of a call without changing it.

use super::action::To;
use super::event::Refusal;
use super::state::{Reach, State};
use super::{Call, Party};
use birdcall_protocol::call::{CallKind, CallOutcome, CallView, EndReason, Path, Phase, Role};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{CallId, DeviceId, PersonId, Timestamp};

/// What a device is told about a call when it opens a socket.
#[derive(Debug, Clone, PartialEq)]
pub struct Resume {
    /// For `welcome.calls`: the device called, or is in the call.
    pub view: Option<CallView>,
    /// For right after `welcome`: it rings here.
    pub ring: Option<ServerFrame>,
}

impl Call {
    /// The call's id.
    #[must_use]
    pub fn id(&self) -> CallId {
        self.id
    }

    /// What the call started as.
    #[must_use]
    pub fn kind(&self) -> CallKind {
        self.kind
    }

    /// How media travels.
    #[must_use]
    pub fn path(&self) -> Path {
        self.path
    }

    /// Who called.
    #[must_use]
    pub fn caller(&self) -> &Party {
        &self.caller
    }

    /// Who was called.
    #[must_use]
    pub fn callee(&self) -> &Party {
        &self.callee
    }

    /// The side a person is on, if any.
    #[must_use]
    pub fn role_of(&self, person: PersonId) -> Option<Role> {
        if person == self.caller.person {
            Some(Role::Caller)
        } else if person == self.callee.person {
            Some(Role::Callee)
        } else {
            None
        }
    }

    /// Where the call stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Ringing { .. } => Phase::Ringing,
            State::Connecting { .. } => Phase::Connecting,
            State::Active { .. } => Phase::Active,
            State::Ended(_) => Phase::Ended,
        }
    }

    /// Whether the callee's devices ring at this moment.
    #[must_use]
    pub fn rings(&self) -> bool {
        self.phase() == Phase::Ringing && self.reach == Reach::Rings
    }

    /// Whether a device of the callee has said that it shows the ring (C-16).
    #[must_use]
    pub fn is_shown_on(&self, device: DeviceId) -> bool {
        match &self.state {
            State::Ringing { shown, .. } => shown.contains(&device),
            State::Connecting { .. } | State::Active { .. } | State::Ended(_) => false,
        }
    }

    /// Whether the call has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.deadline().is_some()
    }

    /// When [`Event::Tick`](super::Event::Tick) is due; none once the call has ended.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Ringing { deadline, .. } => Some(*deadline),
            State::Connecting { legs, attempt } => Some(legs.lease().min(attempt.deadline)),
            State::Active { legs, attempt, .. } => Some(match attempt {
                Some(attempt) => legs.lease().min(attempt.deadline),
                None => legs.lease(),
            }),
            State::Ended(_) => None,
        }
    }

    /// Whether media is up on both sides, as far as they have told.
    #[must_use]
    pub fn has_media(&self) -> bool {
        matches!(&self.state, State::Active { attempt: None, .. })
    }

    /// When the call was started.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.started
    }

    /// When the attempt to set up media began that is under way for the first time.
    #[must_use]
    pub fn connecting_since(&self) -> Option<Timestamp> {
        let wait = i64::try_from(self.timing.connect.as_millis()).unwrap_or(i64::MAX);
        match &self.state {
            State::Connecting { attempt, .. } => {
                Some(Timestamp(attempt.deadline.0.saturating_sub(wait)))
            }
            State::Ringing { .. } | State::Active { .. } | State::Ended(_) => None,
        }
    }

    /// When media was first up on both sides, also after the end.
    #[must_use]
    pub fn active_since(&self) -> Option<Timestamp> {
        match &self.state {
            State::Ringing { .. } | State::Connecting { .. } => None,
            State::Active { since, .. } => Some(*since),
            State::Ended(end) => end.active_since,
        }
    }

    /// When the call ended.
    #[must_use]
    pub fn ended_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Ringing { .. } | State::Connecting { .. } | State::Active { .. } => None,
            State::Ended(end) => Some(end.at),
        }
    }

    /// Why the call ended, as it really was: for the operator, never for the other side.
    #[must_use]
    pub fn end_reason(&self) -> Option<EndReason> {
        match &self.state {
            State::Ringing { .. } | State::Connecting { .. } | State::Active { .. } => None,
            State::Ended(end) => Some(end.reason),
        }
    }

    /// How the call turned out, once it has ended.
    #[must_use]
    pub fn outcome(&self) -> Option<CallOutcome> {
        match &self.state {
            State::Ringing { .. } | State::Connecting { .. } | State::Active { .. } => None,
            State::Ended(end) => Some(end.outcome),
        }
    }

    /// Seconds of talk; 0 until the call has ended.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        match &self.state {
            State::Ringing { .. } | State::Connecting { .. } | State::Active { .. } => 0,
            State::Ended(end) => end.seconds(),
        }
    }

    /// Whether the callee's devices were made to ring, for however short. Counts for [`limits`](crate::limits).
    #[must_use]
    pub fn rung(&self) -> bool {
        match self.reach {
            Reach::Rings | Reach::StoppedRinging(_) => true,
            Reach::NeverRang(_) => false,
        }
    }

    /// Whether a person accepted, whatever came of it.
    #[must_use]
    pub fn answered(&self) -> bool {
        self.leg(Role::Callee).is_some()
    }

    /// Whether the callee has the call in the history too: it rang until its end, or was answered (C-6).
    #[must_use]
    pub fn callee_sees(&self) -> bool {
        self.answered() || self.reach.silenced_by().is_none()
    }

    /// The device on one side: the caller's always, the callee's after an accept. Kept after the end.
    #[must_use]
    pub fn leg(&self, role: Role) -> Option<DeviceId> {
        match role {
            Role::Caller => Some(self.caller_device),
            Role::Callee => match &self.state {
                State::Ringing { .. } => None,
                State::Connecting { legs, .. } | State::Active { legs, .. } => {
                    Some(legs.callee_device)
                }
                State::Ended(end) => end.answered_by,
            },
        }
    }

    /// The media attempt under way or in use; none before an accept and after the end.
    #[must_use]
    pub fn epoch(&self) -> Option<u32> {
        match &self.state {
            State::Connecting { legs, .. } | State::Active { legs, .. } => Some(legs.epoch),
            State::Ringing { .. } | State::Ended(_) => None,
        }
    }

    /// Whether a device may send signalling of an epoch now, and to which device it goes (C-17).
    ///
    /// # Errors
    ///
    /// The device is not in the call, nobody has answered, the call is over, or the epoch is not the current one.
    pub fn forward(&self, person: PersonId, device: DeviceId, epoch: u32) -> Result<To, Refusal> {
        let role = self.role_of(person).ok_or(Refusal::NotYours)?;
        let to = self.opposite(role, device)?;
        if self.epoch() == Some(epoch) {
            Ok(to)
        } else {
            Err(Refusal::StaleEpoch)
        }
    }

    /// The device on the other side, for a device that is in the answered call.
    fn opposite(&self, role: Role, device: DeviceId) -> Result<To, Refusal> {
        if role == Role::Caller && device != self.caller_device {
            return Err(Refusal::NotYours);
        }
        match &self.state {
            State::Ringing { .. } => match (role, self.reach) {
                // C-6: to the callee's devices there is no such call.
                (Role::Callee, Reach::NeverRang(_)) => Err(Refusal::NotYours),
                (Role::Callee, Reach::Rings | Reach::StoppedRinging(_)) | (Role::Caller, _) => {
                    Err(Refusal::OutOfTurn)
                }
            },
            State::Connecting { legs, .. } | State::Active { legs, .. } => match role {
                Role::Caller => Ok(To::Device(self.callee.person, legs.callee_device)),
                Role::Callee if device == legs.callee_device => {
                    Ok(To::Device(self.caller.person, self.caller_device))
                }
                Role::Callee => Err(Refusal::NotYours),
            },
            State::Ended(end) => match role {
                Role::Callee if end.answered_by != Some(device) => Err(Refusal::NotYours),
                Role::Callee | Role::Caller => Err(Refusal::CallOver),
            },
        }
    }

    /// What a device is told when it opens a socket, so that no lost frame is missed for good.
    ///
    /// A call whose deadline has passed does not ring any more, although nobody has swept it yet (C-14).
    #[must_use]
    pub fn resume(&self, person: PersonId, device: DeviceId, now: Timestamp) -> Resume {
        let nothing = Resume {
            view: None,
            ring: None,
        };
        let Some(role) = self.role_of(person) else {
            return nothing;
        };
        if self.is_open() && self.leg(role) == Some(device) {
            return Resume {
                view: Some(self.view(role)),
                ring: None,
            };
        }
        if let State::Ringing { deadline, .. } = &self.state
            && role == Role::Callee
            && self.reach == Reach::Rings
            && now < *deadline
        {
            return Resume {
                view: None,
                ring: Some(self.ring(*deadline)),
            };
        }
        nothing
    }

    /// The call as the device that is in it sees it: the answer to an invite.
    #[must_use]
    pub fn view(&self, role: Role) -> CallView {
        let (deadline, shown) = match &self.state {
            State::Ringing { deadline, shown } => {
                let count = u32::try_from(shown.len()).unwrap_or(u32::MAX);
                (Some(*deadline), Some(count))
            }
            State::Connecting { .. } | State::Active { .. } | State::Ended(_) => (None, None),
        };
        let with = match role {
            Role::Caller => &self.callee,
            Role::Callee => &self.caller,
        };
        CallView {
            call: self.id,
            role,
            with: with.handle.clone(),
            kind: self.kind,
            phase: self.phase(),
            path: self.path,
            deadline,
            // C-16: to mutual followers only.
            ringing_devices: shown.filter(|_| self.mutual && role == Role::Caller),
            active_since: self.active_since(),
            here: true,
        }
    }
}
