//! How a step changes a call, and what has to be done then. Nothing here can fail: [`super::rules`] judged before.

use super::Call;
use super::action::{Action, Record, To, Visible};
use super::event::RelayState;
use super::rules::{LegStep, Step};
use super::state::{Attempt, End, Legs, Reach, State};
use crate::path::tightened;
use birdcall_protocol::call::{
    CallOutcome, EndReason, FailDetail, Path, RingStop, Role, UnrungReason,
};
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::limits::MAX_DEVICES;
use birdcall_protocol::{DeviceId, Timestamp};

impl Call {
    /// The first actions: the ring, or the line in the quiet list.
    pub(super) fn begin(&mut self, deadline: Timestamp) {
        match self.reach {
            Reach::Rings => {
                let ring = self.ring(deadline);
                self.send(To::Person(self.callee.person), ring);
            }
            Reach::NeverRang(reason) | Reach::StoppedRinging(reason) => {
                self.record(Record::Unrung(reason));
            }
        }
    }

    /// Makes a legal step.
    pub(super) fn take(&mut self, step: Step, now: Timestamp) {
        match step {
            Step::Nothing => {}
            Step::RingShown(device) => self.ring_shown(device),
            Step::Silence(reason) => self.silence(reason),
            Step::Answer {
                device,
                path,
                relay,
            } => self.answer(device, path, relay, now),
            Step::Decline => self.end(now, EndReason::Declined, None),
            Step::Cancel => self.end(now, EndReason::Cancelled, None),
            Step::Path(path, relay) => self.change_path(path, relay, now),
            Step::Moved => self.move_relay(now),
            Step::Block => self.end(now, EndReason::Blocked, None),
            Step::Leg(role, step) => {
                self.renew(role, now);
                match step {
                    LegStep::Seen => {}
                    LegStep::Connected => self.connected(role, now),
                    LegStep::Restart => self.restart(now),
                    LegStep::GiveUp => {
                        self.end(now, EndReason::Failed, Some(FailDetail::NoMedia));
                    }
                    LegStep::HangUp => self.end(now, EndReason::HungUp, None),
                }
            }
        }
    }

    /// Does the work of the deadline that passed. The call ends at the deadline, however late somebody noticed.
    pub(super) fn run_out(&mut self) {
        match self.state {
            State::Ringing { deadline, .. } => {
                // C-15: only who may see it is told that the line is busy, and only if it did ring.
                let busy = self.callee_busy && self.mutual && self.reach == Reach::Rings;
                let reason = if busy {
                    EndReason::Busy
                } else {
                    EndReason::NoAnswer
                };
                self.end(deadline, reason, None);
            }
            State::Connecting { legs, attempt } => self.run_out_answered(legs, Some(attempt)),
            State::Active { legs, attempt, .. } => self.run_out_answered(legs, attempt),
            State::Ended(_) => {}
        }
    }

    fn run_out_answered(&mut self, legs: Legs, attempt: Option<Attempt>) {
        match attempt {
            Some(attempt) if attempt.deadline <= legs.lease() => {
                let detail = Some(FailDetail::NoMedia);
                self.end(attempt.deadline, EndReason::Failed, detail);
            }
            Some(_) | None => self.end(legs.lease(), EndReason::Expired, None),
        }
    }

    fn ring_shown(&mut self, device: DeviceId) {
        let State::Ringing { shown, .. } = &mut self.state else {
            return;
        };
        // More devices than a person can have means that some were signed out meanwhile; the row stays small.
        if shown.contains(&device) || shown.len() >= MAX_DEVICES as usize {
            return;
        }
        shown.push(device);
        let devices = u32::try_from(shown.len()).unwrap_or(u32::MAX);
        // C-16
        if self.mutual {
            let call = self.id;
            self.send_caller(ServerFrame::CallProgress { call, devices });
        }
    }

    /// The gate closed while nobody had answered (C-7). The caller goes on hearing it ring.
    fn silence(&mut self, reason: UnrungReason) {
        match self.reach {
            Reach::Rings => {
                self.reach = Reach::StoppedRinging(reason);
                self.record(Record::Unrung(reason));
                let stop = self.ring_stopped(RingStop::NotAllowed);
                self.send(To::Person(self.callee.person), stop);
            }
            // The line in the list is written once. A block is kept all the same, because it stands against glare.
            Reach::StoppedRinging(_) if reason == UnrungReason::Blocked => {
                self.reach = Reach::StoppedRinging(reason);
            }
            Reach::NeverRang(_) if reason == UnrungReason::Blocked => {
                self.reach = Reach::NeverRang(reason);
            }
            Reach::StoppedRinging(_) | Reach::NeverRang(_) => {}
        }
    }

    /// First accept wins (C-12).
    fn answer(&mut self, device: DeviceId, path: Path, relay: RelayState, now: Timestamp) {
        self.path = tightened(self.path, path);
        let relay_is_missing = self.path == Path::Relay && relay == RelayState::Absent;
        if self.reach == Reach::Rings {
            let stop = self.ring_stopped(if relay_is_missing {
                RingStop::Failed
            } else {
                RingStop::AnsweredElsewhere
            });
            self.send(To::Others(self.callee.person, device), stop);
        }
        if relay_is_missing {
            // P-5: fail closed.
            let detail = Some(FailDetail::NoRelay);
            self.close(now, EndReason::Failed, detail, Some(device), None);
            return;
        }
        let lease = now + self.timing.lease;
        self.state = State::Connecting {
            legs: Legs {
                callee_device: device,
                caller_lease: lease,
                callee_lease: lease,
                epoch: 1,
            },
            attempt: Attempt::until(now + self.timing.connect),
        };
        self.send_started(device, 1);
    }

    /// P-1, P-7: only ever tighter, and never without a relay (P-5).
    fn change_path(&mut self, path: Path, relay: RelayState, now: Timestamp) {
        let path = tightened(self.path, path);
        if path == self.path {
            return;
        }
        self.path = path;
        match relay {
            RelayState::Absent => self.end(now, EndReason::Failed, Some(FailDetail::NoRelay)),
            RelayState::Available => self.restart(now),
        }
    }

    /// A direct call that has media may have it by the relay, which stands in, or keep that as a spare: only its devices
    /// know. They are told where the other relay is, in the same epoch, so that nothing stops for those whose media goes
    /// from browser to browser; who uses the relay that goes away rejoins.
    fn move_relay(&mut self, now: Timestamp) {
        match (self.path, &self.state) {
            (
                Path::Direct,
                State::Active {
                    legs,
                    attempt: None,
                    ..
                },
            ) => {
                let (device, epoch) = (legs.callee_device, legs.epoch);
                self.send_started(device, epoch);
            }
            (
                Path::Direct | Path::Relay,
                State::Ringing { .. }
                | State::Connecting { .. }
                | State::Active { .. }
                | State::Ended(_),
            ) => self.restart(now),
        }
    }

    fn renew(&mut self, role: Role, now: Timestamp) {
        let until = now + self.timing.lease;
        match &mut self.state {
            State::Connecting { legs, .. } | State::Active { legs, .. } => legs.renew(role, until),
            State::Ringing { .. } | State::Ended(_) => {}
        }
    }

    /// Starts media over in the next epoch, on both sides.
    fn restart(&mut self, now: Timestamp) {
        let fresh = Attempt::until(now + self.timing.connect);
        let legs = match &mut self.state {
            State::Connecting { legs, attempt } => {
                *attempt = fresh;
                legs
            }
            State::Active { legs, attempt, .. } => {
                *attempt = Some(fresh);
                legs
            }
            State::Ringing { .. } | State::Ended(_) => return,
        };
        legs.epoch = legs.epoch.saturating_add(1);
        let (device, epoch) = (legs.callee_device, legs.epoch);
        self.send_started(device, epoch);
    }

    fn connected(&mut self, role: Role, now: Timestamp) {
        let (device, since) = match &mut self.state {
            State::Connecting { legs, attempt } => {
                attempt.mark(role);
                if !attempt.complete() {
                    return;
                }
                let legs = *legs;
                self.state = State::Active {
                    legs,
                    since: now,
                    attempt: None,
                };
                (legs.callee_device, now)
            }
            State::Active {
                legs,
                since,
                attempt,
            } => {
                let Some(under_way) = attempt else { return };
                under_way.mark(role);
                if !under_way.complete() {
                    return;
                }
                *attempt = None;
                (legs.callee_device, *since)
            }
            State::Ringing { .. } | State::Ended(_) => return,
        };
        let active = ServerFrame::CallActive {
            call: self.id,
            since,
        };
        self.send_caller(active.clone());
        self.send(To::Device(self.callee.person, device), active);
    }

    fn end(&mut self, at: Timestamp, reason: EndReason, detail: Option<FailDetail>) {
        let (answered_by, active_since) = match &self.state {
            State::Ringing { .. } => (None, None),
            State::Connecting { legs, .. } => (Some(legs.callee_device), None),
            State::Active { legs, since, .. } => (Some(legs.callee_device), Some(*since)),
            State::Ended(_) => return,
        };
        self.close(at, reason, detail, answered_by, active_since);
    }

    /// The one way into `Ended`: one entry (C-13), and the last frames.
    fn close(
        &mut self,
        at: Timestamp,
        reason: EndReason,
        detail: Option<FailDetail>,
        answered_by: Option<DeviceId>,
        active_since: Option<Timestamp>,
    ) {
        let end = End {
            at,
            reason,
            detail,
            outcome: outcome(reason, active_since.is_some()),
            answered_by,
            active_since,
        };
        self.state = State::Ended(end);
        self.record(Record::Entry {
            outcome: end.outcome,
            seconds: end.seconds(),
            visible: if self.callee_sees() {
                Visible::Both
            } else {
                Visible::CallerOnly
            },
        });
        let ended = ServerFrame::CallEnded {
            call: self.id,
            reason: told(reason),
            detail,
        };
        self.send_caller(ended.clone());
        match (answered_by, self.reach) {
            (Some(device), _) => self.send(To::Device(self.callee.person, device), ended),
            (None, Reach::Rings) => {
                let stop = self.ring_stopped(ring_stop(reason));
                self.send(To::Person(self.callee.person), stop);
            }
            (None, Reach::NeverRang(_) | Reach::StoppedRinging(_)) => {}
        }
    }

    pub(super) fn ring(&self, deadline: Timestamp) -> ServerFrame {
        ServerFrame::Ring {
            call: self.id,
            caller: self.caller.handle.clone(),
            kind: self.kind,
            deadline,
        }
    }

    fn ring_stopped(&self, reason: RingStop) -> ServerFrame {
        ServerFrame::RingStopped {
            call: self.id,
            reason,
        }
    }

    fn send_started(&mut self, callee_device: DeviceId, epoch: u32) {
        let started = |role: Role, with: &super::Party| ServerFrame::CallStarted {
            call: self.id,
            role,
            with: with.handle.clone(),
            kind: self.kind,
            path: self.path,
            ice_servers: Vec::new(),
            epoch,
        };
        let to_caller = started(Role::Caller, &self.callee);
        let to_callee = started(Role::Callee, &self.caller);
        self.send_caller(to_caller);
        self.send(To::Device(self.callee.person, callee_device), to_callee);
    }

    fn send_caller(&mut self, frame: ServerFrame) {
        let to = To::Device(self.caller.person, self.caller_device);
        self.send(to, frame);
    }

    fn send(&mut self, to: To, frame: ServerFrame) {
        self.pending.push_back(Action::Send { to, frame });
    }

    fn record(&mut self, record: Record) {
        self.pending.push_back(Action::Record(record));
    }
}

impl End {
    pub(super) fn seconds(&self) -> u32 {
        let talk = self.active_since.map(|since| self.at.since(since));
        talk.map_or(0, |talk| u32::try_from(talk.as_secs()).unwrap_or(u32::MAX))
    }
}

/// How a call turned out for people: once both sides had media they talked, however it ended.
fn outcome(reason: EndReason, talked: bool) -> CallOutcome {
    if talked {
        return CallOutcome::Answered;
    }
    match reason {
        EndReason::Declined => CallOutcome::Declined,
        EndReason::NoAnswer => CallOutcome::NoAnswer,
        EndReason::Cancelled => CallOutcome::Cancelled,
        EndReason::Busy => CallOutcome::Busy,
        EndReason::HungUp | EndReason::Failed | EndReason::Expired | EndReason::Blocked => {
            CallOutcome::Failed
        }
    }
}

/// What the legs are told. Who blocked whom is not the machine's to know, and not the other side's either.
fn told(reason: EndReason) -> EndReason {
    match reason {
        EndReason::Blocked => EndReason::HungUp,
        EndReason::HungUp
        | EndReason::Declined
        | EndReason::NoAnswer
        | EndReason::Cancelled
        | EndReason::Busy
        | EndReason::Failed
        | EndReason::Expired => reason,
    }
}

/// What the ringing devices are told. The last four end a ring only through a missing relay.
fn ring_stop(reason: EndReason) -> RingStop {
    match reason {
        EndReason::Declined => RingStop::DeclinedElsewhere,
        EndReason::Cancelled => RingStop::Cancelled,
        EndReason::NoAnswer | EndReason::Busy => RingStop::NoAnswer,
        EndReason::Failed | EndReason::HungUp | EndReason::Expired | EndReason::Blocked => {
            RingStop::Failed
        }
    }
}
