//! When a caller is told something, so that the moment says nothing about what became of the call (C-6).
//!
//! A call that rings writes other rows than a silent one, wakes other people, and takes longer or shorter by it. So the
//! work is done first, and what a caller gets leaves on a beat that counts from something the caller knows: from the
//! request, from the deadline, from the own press on Cancel. The callee is never kept waiting: a ring goes out at once.

use crate::Call;
use birdcall_protocol::Timestamp;
use birdcall_protocol::call::EndReason;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The beat. It has to be longer than the work nearly always takes, also on a slow disk: work that takes longer is told
/// one beat later, which is then a little more likely for the slower kind. Raising it lets every caller wait that much
/// longer for the first answer; nobody waits longer to be rung.
pub const BEAT: Duration = Duration::from_millis(100);

/// The first moment of the beat that counts from `since` and has not begun yet. Without a span there is no beat: then it
/// is `since`.
#[must_use]
pub fn beat(since: Timestamp, span: Duration, now: Timestamp) -> Timestamp {
    let millis = span.as_millis();
    if millis == 0 {
        return since;
    }
    let gone = now.since(since).as_millis() / millis;
    let beats = u32::try_from(gone + 1).unwrap_or(u32::MAX);
    since + span.saturating_mul(beats)
}

/// From when on a caller may be told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hold {
    /// At once.
    No,
    /// Not before that moment.
    Until(Timestamp),
    /// On the first moment of the beat that counts from there and has not begun when it is ready to be told.
    Beat(Timestamp),
}

impl Hold {
    /// The moment, if it has not come yet.
    #[must_use]
    pub fn moment(self, span: Duration, now: Timestamp) -> Option<Timestamp> {
        let moment = match self {
            Self::No => return None,
            Self::Until(moment) => moment,
            Self::Beat(since) => beat(since, span, now),
        };
        Some(moment).filter(|moment| now < *moment)
    }
}

/// From when on the caller may be told how the call stands now.
///
/// Whoever did not answer has not answered for a reason that the caller is not to learn, so these ends wait for the beat.
/// What a person at the other end did is no secret; it only waits until the caller has the answer to the invite.
#[must_use]
pub fn hold(call: &Call, span: Duration) -> Hold {
    let waits = match call.end_reason() {
        Some(EndReason::NoAnswer | EndReason::Cancelled | EndReason::Busy) => true,
        Some(
            EndReason::HungUp
            | EndReason::Declined
            | EndReason::Failed
            | EndReason::Expired
            | EndReason::Blocked,
        )
        | None => false,
    };
    match call.ended_at() {
        Some(end) if waits => Hold::Beat(end),
        Some(_) | None => Hold::Until(call.started_at() + span),
    }
}

/// When the caller may be told how the call stands now; `None` is at once.
#[must_use]
pub fn telling(call: &Call, span: Duration, now: Timestamp) -> Option<Timestamp> {
    hold(call, span).moment(span, now)
}
