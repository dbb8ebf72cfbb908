//! What callers are told on the next beat (C-6): the work is done, the words wait for their moment.
//!
//! Only frames that may be lost stand here, and nudges to read the feed. A server that stops with some of them loses
//! nothing that a device would not be told again.

use super::step::{Servers, give};
use crate::app::App;
use birdcall_call::To;
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{PersonId, Timestamp};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Something to be told.
pub enum Held {
    /// A frame.
    Frame(To, ServerFrame),
    /// A frame with a place among its person's signals, and where the relay is.
    Signal(u64, To, ServerFrame, Servers),
    /// There is news in this person's feed.
    News(PersonId),
    /// The same, for the sockets of this node.
    Stirred(PersonId),
}

/// All that is to be told later, in order.
#[derive(Default)]
pub struct Later {
    waiting: Mutex<Waiting>,
    more: Notify,
}

#[derive(Default)]
struct Waiting {
    held: BinaryHeap<Reverse<Place>>,
    next: u64,
}

/// Ordered by moment, and by arrival within it.
struct Place {
    at: Timestamp,
    number: u64,
    what: Held,
}

impl Later {
    /// Tells it at that moment.
    pub fn tell(&self, at: Timestamp, what: Held) {
        let mut waiting = self.waiting();
        let number = waiting.next;
        waiting.next += 1;
        waiting.held.push(Reverse(Place { at, number, what }));
        drop(waiting);
        self.more.notify_one();
    }

    /// The first that is due; else when the next one is.
    fn take(&self, now: Timestamp) -> Result<Held, Option<Timestamp>> {
        let mut waiting = self.waiting();
        match waiting.held.peek() {
            Some(Reverse(place)) if place.at <= now => {}
            Some(Reverse(place)) => return Err(Some(place.at)),
            None => return Err(None),
        }
        match waiting.held.pop() {
            Some(Reverse(place)) => Ok(place.what),
            None => Err(None),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while it holds this.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs until the server goes down.
pub async fn run(app: App) {
    loop {
        match app.later.take(app.clock.now()) {
            Ok(Held::Frame(to, frame)) => give(&app, None, to, &frame, &Servers::Here),
            Ok(Held::Signal(place, to, frame, servers)) => {
                give(&app, Some(place), to, &frame, &servers);
            }
            Ok(Held::News(person)) => app.hub.news(person),
            Ok(Held::Stirred(person)) => app.hub.nudge(person),
            Err(Some(next)) => tokio::select! {
                () = app.clock.sleep_until(next) => {}
                () = app.later.more.notified() => {}
            },
            Err(None) => app.later.more.notified().await,
        }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
