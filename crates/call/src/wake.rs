//! Whom a push service is to wake, when, and what its answer means (C-10, C-13, C-14; RFC 8030, 8.4 and 5).
//!
//! A push is for a device that nobody looks at. A page that is looked at gets its frames by the socket, and is woken
//! only when it does not show what it was told.

use birdcall_protocol::call::RingStop;
use birdcall_protocol::{DeviceId, Timestamp};
use std::time::Duration;

/// How long a page that is looked at has for showing a ring before its device is woken. Raising it makes a page that
/// hangs ring late; lowering it rings twice where a page is slow.
pub const SHOWN_WITHIN: Duration = Duration::from_secs(2);

/// How long a message stays on the device that somebody looks at before the others are woken. Raising it brings
/// messages late to a pocket; lowering it makes the pocket buzz during a conversation at the desk.
pub const READ_WITHIN: Duration = Duration::from_secs(10);

/// The first pause before a push is tried again; each further one is twice as long. Lowering it presses on a push
/// service that is down.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause. Raising it brings missed calls and messages late after an outage.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Tries before a push is given up, however long it may still be of use: about half an hour. Raising it keeps rows of
/// a push service that is gone.
const TRIES: u32 = 14;

/// When something is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Now.
    Now,
    /// Not yet: look again then.
    At(Timestamp),
    /// Not at all.
    Never,
}

/// What is known of a ring when its push could go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingPush {
    /// When it began.
    pub made: Timestamp,
    /// When it ends unanswered.
    pub deadline: Timestamp,
    /// It rings at this moment.
    pub rings: bool,
    /// The device has a page that is looked at.
    pub visible: bool,
    /// The device has said that it shows the ring (C-16).
    pub shown: bool,
}

/// When a ring's push goes out.
#[must_use]
pub fn ring(push: RingPush, now: Timestamp) -> Turn {
    // C-14: what is late is a missed call and never rings.
    if !push.rings || push.deadline <= now {
        return Turn::Never;
    }
    let patience = push.made + SHOWN_WITHIN;
    match (push.visible, push.shown) {
        (false, _) => Turn::Now,
        (true, true) => Turn::Never,
        (true, false) if patience <= now => Turn::Now,
        (true, false) => Turn::At(patience),
    }
}

/// What is known of a message when its push could go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagePush {
    /// When it was written.
    pub made: Timestamp,
    /// It can be seen and was not read.
    pub unread: bool,
    /// Some device of the person has a page that is looked at.
    pub visible: bool,
}

/// When a message's push goes out. It goes to the device that is looked at as well: a page whose network is gone says
/// the same of itself as one that is read.
#[must_use]
pub fn message(push: MessagePush, now: Timestamp) -> Turn {
    let patience = push.made + READ_WITHIN;
    if !push.unread {
        Turn::Never
    } else if push.visible && now < patience {
        Turn::At(patience)
    } else {
        Turn::Now
    }
}

/// What a device is told when a ring is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// Nothing: it never heard of the ring, or its own person ended it there.
    Nothing,
    /// The ring stopped.
    Stopped,
    /// It is a missed call (C-13).
    Missed,
}

/// What a device is told when a ring is over. `woken`: it was, or may have been, sent the ring. `by`: the device on
/// which a person answered or declined.
#[must_use]
pub fn farewell(stop: RingStop, device: DeviceId, woken: bool, by: Option<DeviceId>) -> Farewell {
    match stop {
        RingStop::Cancelled | RingStop::NoAnswer => Farewell::Missed,
        RingStop::AnsweredElsewhere
        | RingStop::DeclinedElsewhere
        | RingStop::NotAllowed
        | RingStop::Failed => {
            if woken && by != Some(device) {
                Farewell::Stopped
            } else {
                Farewell::Nothing
            }
        }
    }
}

/// What a push service said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP status, and for how long it asks to be left alone.
    Status(u16, Option<Duration>),
    /// Nothing: it could not be reached, or did not answer in time.
    Silence,
}

/// What is done about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The push service has it.
    Reached,
    /// There is no such subscription any more (RFC 8030, 7.3): forget it.
    Gone,
    /// Too large: once more with less in it.
    Shorter,
    /// Later once more.
    Again(Timestamp),
    /// It would come too late, or was tried often enough.
    GivenUp,
    /// It will not take this, however often: our key, our request or the subscription is wrong.
    Refused,
}

/// What is tried, for [`outcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// How many tries there were, this one counted.
    pub tries: u32,
    /// Until when it is of use.
    pub until: Timestamp,
    /// It can be sent with less in it.
    pub can_be_shorter: bool,
}

/// What an answer means.
#[must_use]
pub fn outcome(answer: Answer, this: Try, now: Timestamp) -> Outcome {
    match answer {
        Answer::Status(200..=299, _) => Outcome::Reached,
        Answer::Status(404 | 410, _) => Outcome::Gone,
        Answer::Status(413, _) if this.can_be_shorter => Outcome::Shorter,
        Answer::Status(408 | 429 | 500..=599, rest) => again(this, rest, now),
        Answer::Silence => again(this, None, now),
        Answer::Status(_, _) => Outcome::Refused,
    }
}

fn again(this: Try, rest: Option<Duration>, now: Timestamp) -> Outcome {
    let doubled = PAUSE.saturating_mul(1 << this.tries.saturating_sub(1).min(16));
    let pause = doubled.min(LONGEST_PAUSE);
    let next = now + rest.map_or(pause, |rest| rest.max(PAUSE));
    if next < this.until && this.tries < TRIES {
        Outcome::Again(next)
    } else {
        Outcome::GivenUp
    }
}
