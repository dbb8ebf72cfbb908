//! What all devices of a run have in common: the history they write, where nodes are, what phase it is.

use super::history::{
    Content, Device, Entry, Event, History, Invite, Message, Person, Question, Talk, What,
};
use super::nodes::Whereabouts;
use crate::people;
use birdcall_protocol::body;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long an answer over HTTP may take; whoever has waited so long asks again, elsewhere.
const PATIENCE: Duration = Duration::from_secs(10);

/// What devices do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Open a socket: who hears nothing of the beginning cannot be asked for it.
    Gathering,
    /// Write, call and read.
    Busy,
    /// Bring to an end what was begun.
    Quiet,
    /// Hear and read all that there is.
    Reading,
    /// Read everything once more: this is how it is in the end.
    Settled,
}

/// What is common.
pub(super) struct World {
    pub(super) seed: u64,
    /// So many people are friends, one after the other by number.
    pub(super) group: usize,
    pub(super) whereabouts: Whereabouts,
    pub(super) http: reqwest::Client,
    pub(super) phase: watch::Receiver<Phase>,
    /// Devices that have done all that their phase asks for.
    pub(super) done: AtomicUsize,
    begun: Instant,
    history: Mutex<History>,
    messages: AtomicU32,
    invites: AtomicU32,
    questions: AtomicU32,
}

impl World {
    /// Of so many people with so many devices each.
    pub(super) fn new(
        seed: u64,
        crowd: people::Crowd,
        phase: watch::Receiver<Phase>,
    ) -> crate::Outcome<Self> {
        let mut history = History::default();
        for person in 0..crowd.people {
            for number in 0..crowd.devices {
                history.devices.push(Device {
                    person: Person(person),
                    number,
                });
            }
            let first = person / crowd.group * crowd.group;
            for friend in first..person {
                history.talks.push(Talk::of(Person(friend), Person(person)));
            }
        }
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            seed,
            group: crowd.group,
            whereabouts: Whereabouts::default(),
            http,
            phase,
            done: AtomicUsize::new(0),
            begun: Instant::now(),
            history: Mutex::new(history),
            messages: AtomicU32::new(0),
            invites: AtomicU32::new(0),
            questions: AtomicU32::new(0),
        })
    }

    /// Writes down what happens now.
    pub(super) fn happens(&self, what: What) {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that times grow.
        let at = self.begun.elapsed();
        history.events.push(Event { at, what });
    }

    /// Looks at what has happened.
    pub(super) fn history<T>(&self, look: impl FnOnce(&History) -> T) -> T {
        look(&self.history.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    pub(super) fn next_message(&self) -> Message {
        Message(self.messages.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn next_invite(&self) -> Invite {
        Invite(self.invites.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn next_question(&self) -> Question {
        Question(self.questions.fetch_add(1, Ordering::Relaxed))
    }

    /// With whom somebody writes.
    pub(super) fn friends(&self, person: Person) -> Vec<Person> {
        let first = person.0 / self.group * self.group;
        (first..first + self.group)
            .map(Person)
            .filter(|friend| *friend != person)
            .collect()
    }
}

/// The key of a message.
pub(super) fn key(message: Message) -> String {
    format!("m{}", message.0)
}

/// What a message says: its number, and words that are more or fewer.
pub(super) fn text(message: Message) -> String {
    let words = " and so on".repeat(message.0 as usize % 23);
    format!("{} it is{words}.", key(message))
}

/// Which message has this key.
pub(super) fn by_key(key: &str) -> Option<Message> {
    key.strip_prefix('m')?.parse().ok().map(Message)
}

/// Who has this handle.
pub(super) fn person(handle: &str) -> Option<Person> {
    handle.strip_prefix('p')?.parse().ok().map(Person)
}

/// An entry, as the history has it.
pub(super) fn entry(entry: &body::Entry) -> Entry {
    let foreign = |entry: &body::Entry| Content::Foreign(format!("{:?}", entry.body));
    let content = match &entry.body {
        body::EntryBody::Message { text: said } if said == people::HELLO => Content::Hello,
        body::EntryBody::Message { text: said } => {
            let message = said.split(' ').next().and_then(by_key);
            let whole = message.filter(|message| text(*message) == *said);
            whole.map_or_else(|| foreign(entry), Content::Message)
        }
        body::EntryBody::Call { call, outcome, .. } => Content::Call(*call, *outcome),
        body::EntryBody::Voice { .. }
        | body::EntryBody::Picture { .. }
        | body::EntryBody::Deleted {} => foreign(entry),
    };
    Entry {
        seq: entry.seq,
        from: person(&entry.from.to_string()).unwrap_or(Person(usize::MAX)),
        content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use birdcall_protocol::Timestamp;

    fn said(text: &str) -> Content {
        let one = body::Entry {
            seq: 3,
            at: Timestamp(0),
            from: "p7".parse().unwrap(),
            body: body::EntryBody::Message {
                text: text.to_owned(),
            },
            edited: None,
            reply_to: None,
            reactions: Vec::new(),
        };
        let entry = entry(&one);
        assert_eq!((entry.seq, entry.from), (3, Person(7)));
        entry.content
    }

    #[test]
    fn a_message_is_known_by_its_text_and_only_if_it_is_whole() {
        for n in [0, 1, 22, 23, 4_711] {
            let whole = text(Message(n));
            assert_eq!(said(&whole), Content::Message(Message(n)));
            assert!(matches!(
                said(&whole[..whole.len() - 1]),
                Content::Foreign(_)
            ));
        }
        assert_eq!(said(people::HELLO), Content::Hello);
        assert!(matches!(said("m it is."), Content::Foreign(_)));
    }
}
