//! The sockets of this node, by person. Those of other nodes are reached by [`crate::bus`].
//!
//! Two ways to reach a device: a frame put into its queue (live signalling, lost if the socket is), and a nudge to
//! read its person's feed (nothing is lost: the feed is in the store). A queue that is full closes its socket; the
//! device comes back and catches up.

use crate::bus::Bus;
use crate::relay::Page;
use axum::extract::ws::Utf8Bytes;
use birdcall_call::To;
use birdcall_protocol::frame::ServerFrame;
use birdcall_protocol::{DeviceId, PersonId};
use prometheus_client::metrics::gauge::Gauge;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, mpsc};

/// Frames waiting for one socket. Raising it costs memory for each stuck device, lowering it cuts slow ones off sooner.
const QUEUE: usize = 256;

/// Why the server closes a socket (RFC 6455, 7.4: 4000 to 4999 are ours).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The device was signed out.
    SignedOut,
    /// It does not take its frames.
    TooSlow,
    /// The server goes down.
    GoingDown,
}

impl CloseReason {
    /// The close code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::SignedOut => 4001,
            Self::TooSlow => 4008,
            Self::GoingDown => 1001,
        }
    }

    /// The close code's words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::TooSlow => "too_slow",
            Self::GoingDown => "going_down",
        }
    }
}

#[derive(Default)]
struct Signals {
    news: Notify,
    close: Notify,
    reason: Mutex<Option<CloseReason>>,
}

struct Entry {
    socket: u64,
    device: DeviceId,
    /// Where its page came from, for the URLs of the relay.
    page: Option<Page>,
    /// It is left alone: nothing rings there.
    silenced: bool,
    /// Its page is before somebody's eyes, as far as it has told.
    visible: bool,
    /// It knows how things stood up to this place of its person's signals.
    knows: u64,
    frames: mpsc::Sender<Utf8Bytes>,
    signals: Arc<Signals>,
}

impl Entry {
    /// Whether a signal of that place is news to it; without a place it is.
    fn hears(&self, place: Option<u64>) -> bool {
        place.is_none_or(|place| place > self.knows)
    }

    fn push(&self, text: &Utf8Bytes) {
        if self.frames.try_send(text.clone()).is_err() {
            self.close(CloseReason::TooSlow);
        }
    }

    fn close(&self, reason: CloseReason) {
        lock(&self.signals.reason).get_or_insert(reason);
        self.signals.close.notify_one();
    }
}

/// All sockets of this node. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Sockets>);

struct Sockets {
    people: Mutex<HashMap<PersonId, Vec<Entry>>>,
    next: AtomicU64,
    /// How many there are, for the figures.
    open: Gauge,
    bus: Bus,
}

/// A socket's own end: gone from the hub when dropped.
pub struct Mailbox {
    hub: Hub,
    person: PersonId,
    device: DeviceId,
    socket: u64,
    /// Other nodes may have been told of it.
    noted: bool,
    /// It is at its person's desk.
    joined: bool,
    frames: mpsc::Receiver<Utf8Bytes>,
    signals: Arc<Signals>,
}

/// What a mailbox has for its socket.
pub enum Mail {
    /// A frame to send.
    Frame(Utf8Bytes),
    /// The feed has grown.
    News,
    /// Close.
    Close(CloseReason),
}

impl Hub {
    /// No sockets yet; `open` will count them, and others are reached by the bus.
    #[must_use]
    pub fn new(open: Gauge, bus: Bus) -> Self {
        Self(Arc::new(Sockets {
            people: Mutex::default(),
            next: AtomicU64::new(0),
            open,
            bus,
        }))
    }

    /// Sockets that there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.0.open.get()).unwrap_or(0)
    }

    /// Registers a socket.
    #[must_use]
    pub fn open(
        &self,
        person: PersonId,
        device: DeviceId,
        page: Option<Page>,
        silenced: bool,
    ) -> Mailbox {
        let (frames, receive) = mpsc::channel(QUEUE);
        let signals = Arc::new(Signals::default());
        let socket = self.0.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.0.people).entry(person).or_default().push(Entry {
            socket,
            device,
            page,
            silenced,
            visible: true,
            // Until it has read how things stand, no signal is for it.
            knows: u64::MAX,
            frames,
            signals: Arc::clone(&signals),
        });
        self.0.open.inc();
        Mailbox {
            hub: self.clone(),
            person,
            device,
            socket,
            noted: false,
            joined: false,
            frames: receive,
            signals,
        }
    }

    /// Sends a frame to whom it is for, as far as they are here. A ring passes by devices that are left alone.
    pub fn send(&self, to: To, frame: &ServerFrame) {
        self.send_signal(None, to, frame);
    }

    /// The same for a frame that has a place among its person's signals.
    pub fn send_signal(&self, place: Option<u64>, to: To, frame: &ServerFrame) {
        let Some(text) = json(frame) else { return };
        let (person, fits): (PersonId, Box<dyn Fn(DeviceId) -> bool>) = match to {
            To::Device(person, device) => (person, Box::new(move |one| one == device)),
            To::Person(person) => (person, Box::new(|_| true)),
            To::Others(person, device) => (person, Box::new(move |one| one != device)),
        };
        let ring = matches!(frame, ServerFrame::Ring { .. });
        for entry in lock(&self.0.people).get(&person).into_iter().flatten() {
            if fits(entry.device) && entry.hears(place) && !(ring && entry.silenced) {
                entry.push(&text);
            }
        }
    }

    /// Sends a device a frame that depends on where its page came from.
    pub fn send_by_page(
        &self,
        place: Option<u64>,
        person: PersonId,
        device: DeviceId,
        frame: impl Fn(Option<&Page>) -> ServerFrame,
    ) {
        for entry in lock(&self.0.people).get(&person).into_iter().flatten() {
            if entry.device == device
                && entry.hears(place)
                && let Some(text) = json(&frame(entry.page.as_ref()))
            {
                entry.push(&text);
            }
        }
    }

    /// Tells a person's sockets that the feed has grown, here and on other nodes.
    pub fn news(&self, person: PersonId) {
        self.nudge(person);
        self.0.bus.stirred(person);
    }

    /// Tells a person's sockets here that the feed has grown.
    pub fn nudge(&self, person: PersonId) {
        for entry in lock(&self.0.people).get(&person).into_iter().flatten() {
            entry.signals.news.notify_one();
        }
    }

    /// Closes all sockets of a person.
    pub fn close_person(&self, person: PersonId, reason: CloseReason) {
        for entry in lock(&self.0.people).get(&person).into_iter().flatten() {
            entry.close(reason);
        }
    }

    /// Closes a device's sockets.
    pub fn close_device(&self, person: PersonId, device: DeviceId, reason: CloseReason) {
        for entry in lock(&self.0.people).get(&person).into_iter().flatten() {
            if entry.device == device {
                entry.close(reason);
            }
        }
    }

    /// Closes some sockets by their numbers.
    pub fn close_some(&self, sockets: &HashSet<u64>, reason: CloseReason) {
        for entry in lock(&self.0.people).values().flatten() {
            if sockets.contains(&entry.socket) {
                entry.close(reason);
            }
        }
    }

    /// Closes everything.
    pub fn close_all(&self, reason: CloseReason) {
        for entry in lock(&self.0.people).values().flatten() {
            entry.close(reason);
        }
    }

    /// The devices of a person that have a socket here.
    #[must_use]
    pub fn connected(&self, person: PersonId) -> HashSet<DeviceId> {
        lock(&self.0.people)
            .get(&person)
            .into_iter()
            .flatten()
            .map(|entry| entry.device)
            .collect()
    }

    /// The devices of a person that have a page before somebody's eyes, as far as they have told.
    #[must_use]
    pub fn visible(&self, person: PersonId) -> HashSet<DeviceId> {
        lock(&self.0.people)
            .get(&person)
            .into_iter()
            .flatten()
            .filter(|entry| entry.visible)
            .map(|entry| entry.device)
            .collect()
    }

    /// A device is left alone from now on, or not.
    pub fn set_silenced(&self, person: PersonId, device: DeviceId, silenced: bool) {
        for entry in lock(&self.0.people).get_mut(&person).into_iter().flatten() {
            if entry.device == device {
                entry.silenced = silenced;
            }
        }
    }

    /// All sockets here: number, person, device, whether it is looked at.
    #[must_use]
    pub fn all(&self) -> Vec<(u64, PersonId, DeviceId, bool)> {
        lock(&self.0.people)
            .iter()
            .flat_map(|(person, entries)| entries.iter().map(|entry| (*person, entry)))
            .map(|(person, entry)| (entry.socket, person, entry.device, entry.visible))
            .collect()
    }

    /// Whether a device has a socket here.
    #[must_use]
    pub fn is_connected(&self, person: PersonId, device: DeviceId) -> bool {
        lock(&self.0.people)
            .get(&person)
            .into_iter()
            .flatten()
            .any(|entry| entry.device == device)
    }
}

impl Mailbox {
    /// Whose socket it is.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// On which device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Its number on this node.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.socket
    }

    /// Other nodes are about to be told of it.
    pub fn note_presence(&mut self) {
        self.noted = true;
    }

    /// It has joined its person's desk, and is told what comes after that place.
    pub fn tell_from(&mut self, place: u64) {
        self.joined = true;
        self.change(|entry| entry.knows = place);
    }

    /// Notes whether this socket's page is before somebody's eyes.
    pub fn set_visible(&self, visible: bool) {
        self.change(|entry| entry.visible = visible);
        if let Some(cluster) = self.hub.0.bus.cluster() {
            cluster.looked_at(self.socket, (self.person, self.device), visible);
        }
    }

    fn change(&self, change: impl Fn(&mut Entry)) {
        let mut people = lock(&self.hub.0.people);
        for entry in people.get_mut(&self.person).into_iter().flatten() {
            if entry.socket == self.socket {
                change(entry);
            }
        }
    }

    /// The next thing to do. A closing comes first, then frames in order, then the feed.
    pub async fn next(&mut self) -> Mail {
        tokio::select! {
            biased;
            () = self.signals.close.notified() => {
                let reason = *lock(&self.signals.reason);
                Mail::Close(reason.unwrap_or(CloseReason::GoingDown))
            }
            frame = self.frames.recv() => match frame {
                Some(frame) => Mail::Frame(frame),
                None => Mail::Close(CloseReason::GoingDown),
            },
            () = self.signals.news.notified() => Mail::News,
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let mut people = lock(&self.hub.0.people);
        if let Some(entries) = people.get_mut(&self.person) {
            entries.retain(|entry| entry.socket != self.socket);
            if entries.is_empty() {
                people.remove(&self.person);
            }
        }
        drop(people);
        self.hub.0.open.dec();
        if self.noted
            && let Some(cluster) = self.hub.0.bus.cluster()
        {
            cluster.gone(self.socket, self.person, self.joined);
        }
    }
}

fn json(frame: &ServerFrame) -> Option<Utf8Bytes> {
    match serde_json::to_string(frame) {
        Ok(text) => Some(text.into()),
        Err(_) => {
            tracing::error!("a frame that is not JSON");
            None
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one of these, and a list of sockets is never half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
