//! What must hold in every walk, checked at every commit and at the end.

use birdcall_call::{Action, Call, Event, Record, To, Visible};
use birdcall_protocol::call::{CallOutcome, EndReason, Phase, RingStop, Role};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{DeviceId, PersonId};

use crate::device::{Device, Mind};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Two devices of the callee were in the call.
    TwoAnswers,
    /// The call is still open although everybody has left long ago.
    NeverEnded,
    /// Not exactly one entry, or not visible to whom it should be.
    Entry,
    /// Not exactly one line in the quiet list, or one too many.
    Unrung,
    /// A device of the callee was sent more than the ring before the accept.
    EarlyFrame,
    /// A device of the callee was sent something about a call kept from ringing.
    BrokenSilence,
    /// Something happened to a call that was over.
    AfterTheEnd,
    /// A device believes something that is not so.
    Knowledge,
}

pub(crate) struct Checker {
    callee: PersonId,
    answered_by: Option<DeviceId>,
    ended: bool,
    entries: Vec<(CallOutcome, Visible)>,
    unrung: u32,
}

impl Checker {
    pub(crate) fn new(callee: PersonId) -> Self {
        Self {
            callee,
            answered_by: None,
            ended: false,
            entries: Vec::new(),
            unrung: 0,
        }
    }

    /// A row was written: `before` it was this, `after` it is that.
    pub(crate) fn committed(
        &mut self,
        before: Option<&Call>,
        after: &Call,
        event: Option<Event>,
        actions: &[Action],
    ) -> Result<(), Violation> {
        if self.ended {
            return Err(Violation::AfterTheEnd);
        }
        self.ended = after.phase() == Phase::Ended;
        // C-12: who answered stays who answered.
        let answered_by = after.leg(Role::Callee);
        if self.answered_by.is_some() && answered_by != self.answered_by {
            return Err(Violation::TwoAnswers);
        }
        // C-7: a ring that was stopped is not answered any more, unless both asked for the call (C-15).
        let glare = matches!(
            event,
            Some(Event::Device {
                act: birdcall_call::Act::Glare { .. },
                ..
            })
        );
        let silenced = before.is_some_and(|call| !call.callee_sees());
        if silenced && self.answered_by.is_none() && answered_by.is_some() && !glare {
            return Err(Violation::BrokenSilence);
        }
        self.answered_by = answered_by;
        for action in actions {
            if let Action::Send { to, frame } = action {
                self.sends(*to, frame, before, after)?;
            }
        }
        Ok(())
    }

    fn sends(
        &self,
        to: To,
        frame: &ServerFrame,
        before: Option<&Call>,
        after: &Call,
    ) -> Result<(), Violation> {
        let person = match to {
            To::Device(person, _) | To::Person(person) | To::Others(person, _) => person,
        };
        if person != self.callee {
            return Ok(());
        }
        let ring = matches!(
            frame,
            ServerFrame::Ring { .. } | ServerFrame::RingStopped { .. }
        );
        // C-11: until somebody accepts, and on the devices on which nobody did for ever, only the ring.
        match (to, self.answered_by) {
            (To::Device(_, device), Some(answered_by)) if device == answered_by => {}
            (To::Device(..), Some(_)) => return Err(Violation::TwoAnswers),
            _ if ring => {}
            _ => return Err(Violation::EarlyFrame),
        }
        // C-6: the one word after the silence began is that the ring stops.
        let silenced_before = before.is_some_and(|call| !call.callee_sees());
        if ring && (silenced_before || !after.rung()) {
            return Err(Violation::BrokenSilence);
        }
        Ok(())
    }

    /// The records of a commit, if they were kept.
    pub(crate) fn recorded(&mut self, records: &[Record]) {
        for record in records {
            match record {
                Record::Entry {
                    outcome, visible, ..
                } => self.entries.push((*outcome, *visible)),
                Record::Unrung(_) => self.unrung += 1,
            }
        }
    }

    /// A device of the callee came back and is told about the call.
    pub(crate) fn resumed(
        &self,
        call: &Call,
        device: &Device,
        has_view: bool,
    ) -> Result<(), Violation> {
        let not_in_it = device.person == self.callee && call.leg(Role::Callee) != Some(device.id);
        if has_view && not_in_it {
            return Err(Violation::EarlyFrame);
        }
        Ok(())
    }

    /// Everybody has left, come back once more, and nothing is on its way.
    pub(crate) fn finish(&self, call: &Call, devices: &[Device]) -> Result<(), Violation> {
        let (Some(outcome), Some(reason)) = (call.outcome(), call.end_reason()) else {
            return Err(Violation::NeverEnded);
        };
        let visible = if call.callee_sees() {
            Visible::Both
        } else {
            Visible::CallerOnly
        };
        if self.entries != [(outcome, visible)] {
            return Err(Violation::Entry);
        }
        // A glare answers a call that was kept from ringing: then the line and the entry are both there.
        let lines = u32::from(!call.callee_sees() || !call.rung());
        let was_silenced = call.answered() && self.unrung == 1;
        if self.unrung != lines && !was_silenced {
            return Err(Violation::Unrung);
        }
        for device in devices {
            match device.mind {
                Mind::Idle | Mind::Over => {}
                Mind::Ringing(_) | Mind::Calling | Mind::InCall(_) => {
                    return Err(Violation::Knowledge);
                }
            }
            if device.told_end.is_some_and(|told| !true_end(told, reason)) {
                return Err(Violation::Knowledge);
            }
            if device
                .told_stop
                .is_some_and(|told| !self.true_stop(told, call))
            {
                return Err(Violation::Knowledge);
            }
        }
        Ok(())
    }

    /// Whether a device that heard this about its ring heard the truth.
    fn true_stop(&self, told: RingStop, call: &Call) -> bool {
        match told {
            RingStop::AnsweredElsewhere => call.answered(),
            RingStop::DeclinedElsewhere => call.outcome() == Some(CallOutcome::Declined),
            RingStop::Cancelled => call.outcome() == Some(CallOutcome::Cancelled),
            RingStop::NoAnswer => matches!(
                call.outcome(),
                Some(CallOutcome::NoAnswer | CallOutcome::Busy)
            ),
            RingStop::NotAllowed => self.unrung == 1,
            RingStop::Failed => call.outcome() == Some(CallOutcome::Failed),
        }
    }
}

/// Whether a device that heard this end heard the truth, as far as it may.
fn true_end(told: EndReason, reason: EndReason) -> bool {
    match reason {
        EndReason::Blocked => told == EndReason::HungUp,
        _ => told == reason,
    }
}
