//! Judges a history. Pure: no clock, no I/O, so that a test can write down a history with each fault there can be, and
//! see that it is found.
//!
//! Each file holds one claim: [`messages`] (M-4), [`marks`] of what was read, [`feed`] against what is read afterwards,
//! [`calls`] (C-12, C-13).

pub(super) mod calls;
mod feed;
mod marks;
mod messages;

use super::history::{About, Content, Device, Event, History, Message, Talk, What};
use birdcall_protocol::CallId;
use std::collections::BTreeMap;
use std::time::Duration;

/// What must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// A message that was acknowledged is not where it has to be.
    Lost,
    /// A message is there more than once.
    Doubled,
    /// Messages are in another order than they were sent in, or a list is not by its places.
    Reordered,
    /// Something stands there that nobody sent, or says something else.
    Foreign,
    /// Two devices read the same conversation differently, or a message was acknowledged for two places.
    Differs,
    /// A read mark went back.
    ReadWentBack,
    /// The feed left something out.
    FeedLeftOut,
    /// The feed told something twice, or turned around.
    FeedTwice,
    /// The feed told something else than what stands there.
    FeedDiffers,
    /// The server does not know a cursor that it gave.
    CursorUnknown,
    /// A call without an end.
    NoEnd,
    /// A call that ended more than once.
    TwoEnds,
    /// The sides of a call were told different ends.
    EndsDiffer,
    /// A call that ended too late.
    EndedLate,
    /// More than one call of one key.
    TwoCalls,
    /// Something was refused for a reason that there was not.
    Refused,
    /// A program ended or panicked by itself.
    Crashed,
    /// The history itself does not tell enough to judge.
    NotAsked,
}

impl Fault {
    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lost => "an acknowledged message is lost",
            Self::Doubled => "a message is there twice",
            Self::Reordered => "messages are out of order",
            Self::Foreign => "something stands there that nobody sent",
            Self::Differs => "two devices read different things",
            Self::ReadWentBack => "a read mark went back",
            Self::FeedLeftOut => "the feed left something out",
            Self::FeedTwice => "the feed told something twice or turned around",
            Self::FeedDiffers => "the feed told something else than what stands there",
            Self::CursorUnknown => "a cursor is not known any more",
            Self::NoEnd => "a call has no end",
            Self::TwoEnds => "a call has more than one end",
            Self::EndsDiffer => "the sides of a call were told different ends",
            Self::EndedLate => "a call ended too late",
            Self::TwoCalls => "one invite made two calls",
            Self::Refused => "a refusal without a reason",
            Self::Crashed => "a program ended by itself",
            Self::NotAsked => "the run did not ask everything",
        }
    }
}

/// What a finding is about: these events are shown with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A message, wherever it stands.
    Message(Message),
    /// A call, wherever it stands.
    Call(CallId),
    /// What one device knows of a conversation.
    Talk(Device, Talk),
    /// All of one device.
    Device(Device),
    /// Nothing that can be shown apart.
    Run,
}

/// Something that must not be, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) fault: Fault,
    pub(crate) about: Subject,
    /// What exactly.
    pub(crate) words: String,
}

/// What the checker is told beside the history.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The longest time from the first that is known of a call to its end.
    pub(crate) call: Duration,
}

/// Everything in a history that must not be.
pub(crate) fn check(history: &History, bounds: Bounds) -> Vec<Finding> {
    let mut found = Findings(Vec::new());
    messages::check(history, &mut found);
    marks::check(history, &mut found);
    feed::check(history, &mut found);
    calls::check(history, bounds, &mut found);
    programs(history, &mut found);
    found.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, fault: Fault, about: Subject, words: String) {
        self.0.push(Finding {
            fault,
            about,
            words,
        });
    }
}

/// Codes that are about now, and not about what was asked.
pub(super) const LATER: [&str; 5] = [
    "unavailable",
    "overloaded",
    "busy",
    "too_many",
    "going_down",
];

/// Codes of calls that a server under torture may refuse things with besides. A press in a call may come too late, or to a
/// side that may not (C-17); of a message there is nothing to refuse but that it cannot be taken now.
const OF_CALLS: [&str; 6] = [
    "call_over",
    "out_of_turn",
    "not_found",
    "already_in_call",
    "already_calling",
    "no_relay",
];

fn programs(history: &History, found: &mut Findings) {
    for event in &history.events {
        match &event.what {
            What::Crashed { words } => found.add(Fault::Crashed, Subject::Run, words.clone()),
            What::Refused {
                device,
                about,
                code,
            } => {
                let of_a_call = matches!(about, About::Call(_) | About::Invite(_));
                let code = code.as_str();
                if !(LATER.contains(&code) || of_a_call && OF_CALLS.contains(&code)) {
                    let about = match about {
                        About::Message(message) => Subject::Message(*message),
                        About::Call(call) => Subject::Call(*call),
                        About::Invite(_) | About::Other => Subject::Device(*device),
                    };
                    let words = format!("{device:?} was refused with {code}");
                    found.add(Fault::Refused, about, words);
                }
            }
            _ => {}
        }
    }
}

/// Where the end begins, and what was asked from there on.
fn settled(history: &History) -> usize {
    let place = history
        .events
        .iter()
        .position(|event| event.what == What::Settled);
    place.unwrap_or(history.events.len())
}

/// When each question went out.
fn questions(history: &History) -> BTreeMap<super::history::Question, usize> {
    let asked = history.events.iter().enumerate();
    asked
        .filter_map(|(place, event)| match event.what {
            What::Asks { question, .. } => Some((question, place)),
            _ => None,
        })
        .collect()
}

/// The events that show a finding, for people to read. Of a page it is what the finding is about.
pub(crate) fn extract(history: &History, about: &Subject) -> Vec<Event> {
    let shows = |what: &What| match about {
        Subject::Message(message) => names_message(what, *message),
        Subject::Call(call) => names_call(what, *call),
        Subject::Talk(device, talk) => {
            what.device() == Some(*device) && with(what).is_none_or(|other| talk.has(other))
        }
        Subject::Device(device) => what.device() == Some(*device),
        Subject::Run => false,
    };
    let marks = |what: &What| {
        matches!(
            what,
            What::Broken { .. } | What::Mended { .. } | What::Settled
        )
    };
    let events = history.events.iter();
    events
        .filter(|event| shows(&event.what) || marks(&event.what))
        .map(|event| Event {
            at: event.at,
            what: shortened(&event.what, about),
        })
        .collect()
}

fn shortened(what: &What, about: &Subject) -> What {
    let mut what = what.clone();
    if let What::Page { entries, .. } = &mut what {
        entries.retain(|entry| match about {
            Subject::Message(message) => entry.content == Content::Message(*message),
            Subject::Call(call) => matches!(&entry.content, Content::Call(one, _) if one == call),
            Subject::Talk(..) | Subject::Device(_) | Subject::Run => true,
        });
    }
    if let (What::Calls { records, .. }, Subject::Call(call)) = (&mut what, about) {
        records.retain(|record| record.call == *call);
    }
    what
}

fn with(what: &What) -> Option<super::history::Person> {
    match what {
        What::Sends { to, .. } => Some(*to),
        What::TellsEntry { with, .. }
        | What::TellsRead { with, .. }
        | What::Reads { with, .. }
        | What::Head { with, .. }
        | What::Page { with, .. }
        | What::Invites { with, .. }
        | What::Invited { with, .. } => Some(*with),
        What::Asks { with, .. } => *with,
        _ => None,
    }
}

fn names_message(what: &What, message: Message) -> bool {
    let is = |content: &Content| *content == Content::Message(message);
    match what {
        What::Sends { message: one, .. } | What::Acknowledged { message: one, .. } => {
            *one == message
        }
        What::Refused { about, .. } => *about == About::Message(message),
        What::TellsEntry { entry, .. } => is(&entry.content),
        What::Page { entries, .. } => entries.iter().any(|entry| is(&entry.content)),
        _ => false,
    }
}

fn names_call(what: &What, call: CallId) -> bool {
    let is = |content: &Content| matches!(content, Content::Call(one, _) if *one == call);
    match what {
        What::Refused { about, .. } => *about == About::Call(call),
        What::Invited { call: one, .. }
        | What::Rings { call: one, .. }
        | What::RingStopped { call: one, .. }
        | What::Started { call: one, .. }
        | What::Active { call: one, .. }
        | What::Presses { call: one, .. }
        | What::Ended { call: one, .. } => *one == call,
        What::TellsEntry { entry, .. } => is(&entry.content),
        What::Page { entries, .. } => entries.iter().any(|entry| is(&entry.content)),
        What::Calls {
            records, unrung, ..
        } => records.iter().any(|record| record.call == call) || unrung.contains(&call),
        _ => false,
    }
}

#[cfg(test)]
mod story;
