//! Every call ends with exactly one reason, the same on both sides, within a bounded time, and leaves one missed call at
//! most (C-12, C-13, C-19).

use super::{Bounds, Fault, Findings, Subject, questions, settled};
use crate::torture::history::{Content, Device, Event, History, Invite, Person, What};
use birdcall_protocol::CallId;
use birdcall_protocol::call::{CallOutcome, EndReason, RingStop, Role};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// All that is known of a call.
#[derive(Default)]
struct Known {
    caller: Option<Person>,
    callee: Option<Person>,
    /// When it was first heard of, and when its end was.
    first: Option<Duration>,
    over: Option<Duration>,
    /// What devices in the call were told, and devices that rang.
    reasons: Vec<(Device, EndReason)>,
    stops: Vec<(Device, RingStop)>,
    /// Lines in the lists of each device in the end.
    records: BTreeMap<Device, Vec<CallOutcome>>,
    unrung: BTreeMap<Device, usize>,
    /// Entries in conversations in the end.
    entries: BTreeMap<Device, Vec<CallOutcome>>,
}

impl Known {
    fn is_between(&mut self, caller: Person, callee: Person) {
        self.caller = Some(caller);
        self.callee = Some(callee);
    }

    fn is_over(&mut self, at: Duration) {
        self.over.get_or_insert(at);
    }
}

pub(super) fn check(history: &History, bounds: Bounds, found: &mut Findings) {
    let calls = known(history, found);
    for (call, known) in &calls {
        one(history, *call, known, found);
        time(history, *call, known, bounds, found);
    }
}

fn known(history: &History, found: &mut Findings) -> BTreeMap<CallId, Known> {
    let (asked, end) = (questions(history), settled(history));
    let last = |question| asked.get(question).is_some_and(|place| *place > end);
    let mut calls: BTreeMap<CallId, Known> = BTreeMap::new();
    let mut invites: HashMap<Invite, CallId> = HashMap::new();
    let mut complete = BTreeSet::new();
    for Event { at, what } in &history.events {
        match what {
            What::Invited {
                device,
                with,
                invite,
                call,
                role,
            } => {
                let (caller, callee) = sides(*device, *with, *role);
                heard(&mut calls, *call, *at).is_between(caller, callee);
                let first = *invites.entry(*invite).or_insert(*call);
                if first != *call {
                    let words = format!("{invite:?} of {device:?} made {first} and {call}");
                    found.add(Fault::TwoCalls, Subject::Call(*call), words);
                }
            }
            What::Rings {
                device,
                caller,
                call,
            } => heard(&mut calls, *call, *at).is_between(*caller, device.person),
            What::RingStopped {
                device,
                call,
                reason,
            } => {
                let known = heard(&mut calls, *call, *at);
                known.stops.push((*device, *reason));
                if stop_is_end(*reason) {
                    known.is_over(*at);
                }
            }
            What::Started { call, .. } | What::Active { call, .. } => {
                heard(&mut calls, *call, *at);
            }
            What::Ended {
                device,
                call,
                reason,
            } => {
                let known = heard(&mut calls, *call, *at);
                known.reasons.push((*device, *reason));
                known.is_over(*at);
            }
            What::TellsEntry { entry, .. } => {
                if let Content::Call(call, _) = &entry.content {
                    heard(&mut calls, *call, *at).is_over(*at);
                }
            }
            What::Calls {
                device,
                question,
                records,
                unrung,
            } if last(question) => {
                complete.insert(*device);
                for record in records {
                    let (caller, callee) = sides(*device, record.with, record.role);
                    let known = heard(&mut calls, record.call, *at);
                    known.is_between(caller, callee);
                    let outcomes = known.records.entry(*device).or_default();
                    outcomes.push(record.outcome);
                }
                for call in unrung {
                    let known = heard(&mut calls, *call, *at);
                    *known.unrung.entry(*device).or_default() += 1;
                }
            }
            What::Page {
                device,
                question,
                whole: true,
                entries,
                ..
            } if last(question) => {
                for entry in entries {
                    if let Content::Call(call, outcome) = &entry.content {
                        let known = heard(&mut calls, *call, *at);
                        known.entries.entry(*device).or_default().push(*outcome);
                    }
                }
            }
            _ => {}
        }
    }
    for device in &history.devices {
        if !complete.contains(device) {
            let words = format!("{device:?} did not ask for its calls in the end");
            found.add(Fault::NotAsked, Subject::Device(*device), words);
        }
    }
    calls
}

fn heard(calls: &mut BTreeMap<CallId, Known>, call: CallId, at: Duration) -> &mut Known {
    let known = calls.entry(call).or_default();
    known.first.get_or_insert(at);
    known
}

/// Caller and callee, of a device's person and another.
fn sides(device: Device, with: Person, role: Role) -> (Person, Person) {
    match role {
        Role::Caller => (device.person, with),
        Role::Callee => (with, device.person),
    }
}

/// The end of one call: there, once, and the same for everybody.
fn one(history: &History, call: CallId, known: &Known, found: &mut Findings) {
    let about = Subject::Call(call);
    let (Some(caller), Some(callee)) = (known.caller, known.callee) else {
        let words = format!("{call} has no line in any list, and nobody knows who called");
        return found.add(Fault::NoEnd, about, words);
    };
    let mut outcomes = BTreeSet::new();
    for device in &history.devices {
        let called = device.person == callee;
        if !called && device.person != caller {
            continue;
        }
        let records = known.records.get(device).map_or(&[][..], Vec::as_slice);
        let entries = known.entries.get(device).map_or(&[][..], Vec::as_slice);
        let unrung = known.unrung.get(device).copied().unwrap_or_default();
        outcomes.extend(records.iter().chain(entries).map(|one| format!("{one:?}")));
        let lines = records.len() + unrung;
        let is = |what: &str| format!("{call}: {device:?} has {what}");
        if lines == 0 {
            found.add(Fault::NoEnd, about, is("no line of it"));
        } else if lines > 1 {
            let what = format!("{} lines of it and {unrung} of it as unrung", records.len());
            found.add(Fault::TwoEnds, about, is(&what));
        }
        // C-6: what was kept from ringing stands in the quiet list instead.
        let wanted = usize::from(unrung == 0);
        if entries.len() > wanted {
            let what = format!("{} entries of it", entries.len());
            found.add(Fault::TwoEnds, about, is(&what));
        } else if entries.len() < wanted {
            found.add(Fault::NoEnd, about, is("no entry of it"));
        }
        if unrung > 0 && !called {
            found.add(Fault::EndsDiffer, about, is("it as unrung, and called"));
        }
    }
    if outcomes.len() > 1 {
        let words = format!("{call} turned out as {outcomes:?}");
        found.add(Fault::EndsDiffer, about, words);
    }
    told(call, known, found);
}

/// What was told live, against each other and against how it turned out.
fn told(call: CallId, known: &Known, found: &mut Findings) {
    let about = Subject::Call(call);
    let mut reasons = known.reasons.iter();
    let first = reasons.next();
    if let Some((one, reason)) = first
        && let Some((other, second)) = reasons.find(|(_, second)| second != reason)
    {
        let words = format!("{call} ended as {reason:?} for {one:?}, as {second:?} for {other:?}");
        found.add(Fault::EndsDiffer, about, words);
    }
    let outcomes = || known.records.values().flatten().copied();
    if let Some((device, reason)) = first
        && let Some(outcome) = outcomes().find(|outcome| !fits(*reason, *outcome))
    {
        let words = format!("{call} ended as {reason:?} for {device:?} and turned out {outcome:?}");
        found.add(Fault::EndsDiffer, about, words);
    }
    for (device, stop) in known.stops.iter().filter(|(_, stop)| stop_is_end(*stop)) {
        if let Some(outcome) = outcomes().find(|outcome| !stop_fits(*stop, *outcome)) {
            let words =
                format!("{device:?} stopped ringing as {stop:?}, it turned out {outcome:?}");
            found.add(Fault::EndsDiffer, about, words);
        }
    }
}

fn time(history: &History, call: CallId, known: &Known, bounds: Bounds, found: &mut Findings) {
    let end = history.events.last().map(|event| event.at);
    let (Some(first), Some(end)) = (known.first, known.over.or(end)) else {
        return;
    };
    let took = end.saturating_sub(first);
    if took > bounds.call {
        let words = format!(
            "{call} was over {:.1} s after it was first heard of",
            took.as_secs_f64()
        );
        found.add(Fault::EndedLate, Subject::Call(call), words);
    }
}

/// Whether a ring that stops is also the end of the call.
fn stop_is_end(stop: RingStop) -> bool {
    match stop {
        RingStop::DeclinedElsewhere
        | RingStop::Cancelled
        | RingStop::NoAnswer
        | RingStop::Failed => true,
        RingStop::AnsweredElsewhere | RingStop::NotAllowed => false,
    }
}

/// Whether a call that ended so for who was in it can have turned out so: once they talked, it was answered.
fn fits(reason: EndReason, outcome: CallOutcome) -> bool {
    match reason {
        EndReason::HungUp | EndReason::Failed | EndReason::Expired | EndReason::Blocked => {
            matches!(outcome, CallOutcome::Answered | CallOutcome::Failed)
        }
        EndReason::Declined => outcome == CallOutcome::Declined,
        EndReason::NoAnswer => outcome == CallOutcome::NoAnswer,
        EndReason::Cancelled => outcome == CallOutcome::Cancelled,
        EndReason::Busy => outcome == CallOutcome::Busy,
    }
}

fn stop_fits(stop: RingStop, outcome: CallOutcome) -> bool {
    match stop {
        RingStop::DeclinedElsewhere => outcome == CallOutcome::Declined,
        RingStop::Cancelled => outcome == CallOutcome::Cancelled,
        // C-15: a busy line is told to the caller alone.
        RingStop::NoAnswer => matches!(outcome, CallOutcome::NoAnswer | CallOutcome::Busy),
        RingStop::Failed => outcome == CallOutcome::Failed,
        RingStop::AnsweredElsewhere | RingStop::NotAllowed => true,
    }
}

/// How calls turned out, by outcome, for the table.
pub(crate) fn outcomes(history: &History) -> BTreeMap<String, u64> {
    let mut ends: HashMap<CallId, CallOutcome> = HashMap::new();
    for event in &history.events {
        if let What::Calls { records, .. } = &event.what {
            ends.extend(records.iter().map(|record| (record.call, record.outcome)));
        }
    }
    let mut count = BTreeMap::new();
    for outcome in ends.values() {
        *count.entry(format!("{outcome:?}")).or_default() += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::story::{Story, faults};
    use super::*;

    const NO_ANSWER: CallOutcome = CallOutcome::NoAnswer;

    /// A call that rang out, told to all.
    fn rang_out() -> Story {
        let mut story = Story::new();
        story.invited(1, 7).rings(7);
        story.stops(7, RingStop::NoAnswer);
        story.ended(7, EndReason::NoAnswer);
        story
    }

    #[test]
    fn a_call_with_one_end_is_well() {
        let mut story = rang_out();
        story.call_entry(7, NO_ANSWER).ends(&[]);
        assert_eq!(faults(&story), []);
        // Kept from ringing: the callee finds it in the quiet list.
        let mut story = Story::new();
        story.invited(1, 7).ended(7, EndReason::NoAnswer);
        story.unrung(7).ends(&[]);
        assert_eq!(faults(&story), []);
    }

    #[test]
    fn a_call_without_an_end_is_found() {
        let mut story = rang_out();
        story.ends(&[]);
        assert!(faults(&story).contains(&Fault::NoEnd));
        // For one side alone.
        let mut story = rang_out();
        story.call_entry(7, NO_ANSWER).forgets_calls(2).ends(&[]);
        assert!(faults(&story).contains(&Fault::NoEnd));
    }

    #[test]
    fn a_call_with_two_ends_is_found() {
        let mut story = rang_out();
        story.call_entry(7, NO_ANSWER).call_entry(7, NO_ANSWER);
        story.ends(&[]);
        assert!(faults(&story).contains(&Fault::TwoEnds));
    }

    #[test]
    fn ends_that_differ_are_found() {
        let mut story = rang_out();
        story.ended(7, EndReason::Cancelled);
        story.call_entry(7, NO_ANSWER).ends(&[]);
        assert!(faults(&story).contains(&Fault::EndsDiffer));
        let mut story = rang_out();
        story.call_entry(7, CallOutcome::Declined).ends(&[]);
        assert!(faults(&story).contains(&Fault::EndsDiffer));
    }

    #[test]
    fn an_invite_that_makes_two_calls_is_found() {
        let mut story = Story::new();
        story.invited(1, 7).invited(1, 8);
        story.call_entry(7, NO_ANSWER).call_entry(8, NO_ANSWER);
        story.ends(&[]);
        assert!(faults(&story).contains(&Fault::TwoCalls));
    }

    #[test]
    fn a_call_that_ends_late_is_found() {
        let mut story = Story::new();
        story.invited(1, 7).waits(100);
        story.ended(7, EndReason::NoAnswer);
        story.call_entry(7, NO_ANSWER).ends(&[]);
        assert!(faults(&story).contains(&Fault::EndedLate));
    }
}
