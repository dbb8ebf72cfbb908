//! Everybody, what is being measured, and what is to be made of each frame that one of them gets.
//!
//! Frames are read by looking for what is needed in their text: whoever holds thousands of sockets on one core has no
//! time to understand each frame as a whole.

use super::calls::Calls;
use super::work::Kind;
use crate::Outcome;
use crate::people::partner;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// The longest time that is told apart, in microseconds; what takes longer counts as this.
const LONGEST: u64 = 60_000_000;

/// How long a connection for requests is kept after the last. Each is a file, which the next sockets need.
const IDLE: Duration = Duration::from_secs(2);

/// Begins the key of each message, which is its text as well. What follows says who, in which load, meant for when.
const MARK: &str = "m~";

/// Times of one kind.
pub(super) struct Times(Mutex<Histogram<u64>>);

impl Times {
    fn new() -> Self {
        // Two significant digits and this range are always possible.
        let times = Histogram::new_with_bounds(1, LONGEST, 2);
        Self(Mutex::new(times.unwrap_or_else(|_| unreachable!())))
    }

    pub(super) fn note(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(LONGEST);
        lock(&self.0).saturating_record(micros.max(1));
    }

    /// What was noted since it was last taken.
    pub(super) fn take(&self) -> Histogram<u64> {
        let mut times = lock(&self.0);
        let taken = times.clone();
        times.reset();
        taken
    }
}

/// What is measured.
pub(super) struct Measures {
    /// From when a message was meant to be sent until its author was told that it is on disk.
    pub(super) kept: Times,
    /// Until the other person had it.
    pub(super) had: Times,
    /// From when an invite was meant to be sent until the callee's device was told to ring.
    pub(super) rang: Times,
    /// From the press on Accept until both devices were told that the call starts.
    pub(super) started: Times,
    /// From the press on End until both have read their lists of missed calls.
    pub(super) ended: Times,
    /// From asking how the server is until it says that it is ready.
    pub(super) healthy: Times,
}

/// The load that goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) kind: Kind,
    /// What is meant for this moment or later counts.
    pub(super) counts_from: Instant,
    /// Until then what is done makes room for the next.
    pub(super) refills_until: Option<Instant>,
}

/// Somebody with a socket.
struct Person {
    outbox: UnboundedSender<String>,
}

/// Everybody.
pub(super) struct Stage {
    /// Moments in keys count from here.
    begun: Instant,
    nodes: Vec<SocketAddr>,
    people: Vec<std::sync::OnceLock<Person>>,
    pub(super) http: reqwest::Client,
    pub(super) measures: Measures,
    pub(super) calls: Calls,
    now: Mutex<Option<Now>>,
    load: AtomicU32,
    /// Whose turn it is to write.
    turn: AtomicUsize,
    /// Of those who take part in the load.
    taking_part: AtomicUsize,
    /// Messages and calls begun and done in the load that goes on.
    pub(super) begun_count: AtomicU64,
    pub(super) done_count: AtomicU64,
    /// Done of what counts.
    pub(super) counted: AtomicU64,
    /// What was refused, by code, in the load that goes on.
    refused: Mutex<BTreeMap<String, u64>>,
    /// A socket was lost, which must not happen.
    lost: AtomicBool,
    /// Health checks that said no, or nothing.
    pub(super) unhealthy: AtomicU64,
}

impl Stage {
    pub(super) fn new(people: usize, nodes: Vec<SocketAddr>) -> Self {
        Self {
            begun: Instant::now(),
            nodes,
            people: (0..people).map(|_| std::sync::OnceLock::new()).collect(),
            http: reqwest::Client::builder()
                .pool_idle_timeout(IDLE)
                .build()
                .unwrap_or_default(),
            measures: Measures {
                kept: Times::new(),
                had: Times::new(),
                rang: Times::new(),
                started: Times::new(),
                ended: Times::new(),
                healthy: Times::new(),
            },
            calls: Calls::new(people / 2),
            now: Mutex::new(None),
            load: AtomicU32::new(0),
            turn: AtomicUsize::new(0),
            taking_part: AtomicUsize::new(0),
            begun_count: AtomicU64::new(0),
            done_count: AtomicU64::new(0),
            counted: AtomicU64::new(0),
            refused: Mutex::default(),
            lost: AtomicBool::new(false),
            unhealthy: AtomicU64::new(0),
        }
    }

    /// The node of a person. Two of a pair are on two nodes where there are more than one.
    pub(super) fn node(&self, who: usize) -> SocketAddr {
        self.nodes[who % self.nodes.len()]
    }

    pub(super) fn joins(&self, who: usize, outbox: UnboundedSender<String>) {
        let _ = self.people[who].set(Person { outbox });
    }

    /// Asks the first node whether it is ready.
    pub(super) async fn asks_how_it_is(&self) {
        let asked = Instant::now();
        let answer = self.http.get(format!("http://{}/readyz", self.node(0)));
        let well = answer.send().await.is_ok_and(|one| one.status() == 200);
        if well {
            self.measures.healthy.note(asked.elapsed());
        } else {
            self.unhealthy.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A person sends a frame.
    pub(super) fn send(&self, who: usize, frame: String) {
        if let Some(person) = self.people[who].get() {
            // Fails when the socket is lost, which is noted there.
            let _ = person.outbox.send(frame);
        }
    }

    pub(super) fn lost(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Whether everybody still has their socket.
    pub(super) fn check(&self) -> Outcome {
        if self.lost.load(Ordering::Relaxed) {
            return Err("a socket was lost".to_owned());
        }
        Ok(())
    }

    /// A load begins, with the first so many people.
    pub(super) fn begins(&self, now: Now, people: usize) {
        self.load.fetch_add(1, Ordering::Relaxed);
        self.taking_part.store(people, Ordering::Relaxed);
        for count in [&self.begun_count, &self.done_count, &self.counted] {
            count.store(0, Ordering::Relaxed);
        }
        lock(&self.refused).clear();
        self.calls.begins(people / 2);
        *lock(&self.now) = Some(now);
    }

    /// It is over: what was refused.
    pub(super) fn is_over(&self) -> BTreeMap<String, u64> {
        *lock(&self.now) = None;
        std::mem::take(&mut *lock(&self.refused))
    }

    pub(super) fn now(&self) -> Option<Now> {
        *lock(&self.now)
    }

    pub(super) fn counts(&self, meant: Instant) -> bool {
        self.now().is_some_and(|now| meant >= now.counts_from)
    }

    pub(super) fn is_refused(&self, code: &str) {
        *lock(&self.refused).entry(code.to_owned()).or_default() += 1;
    }

    /// How many calls were refused as too many so far.
    pub(super) fn overloaded(&self) -> u64 {
        lock(&self.refused).get("overloaded").copied().unwrap_or(0)
    }

    /// One of a load is done; it makes room for the next, if that is how this load goes.
    pub(super) fn done(self: &Arc<Self>, kind: Kind, meant: Instant) {
        let Some(now) = self.now() else { return };
        if kind != now.kind {
            return;
        }
        self.done_count.fetch_add(1, Ordering::Relaxed);
        if meant >= now.counts_from {
            self.counted.fetch_add(1, Ordering::Relaxed);
        }
        let moment = Instant::now();
        if now.refills_until.is_some_and(|until| moment < until) {
            self.begin(now.kind, moment);
        }
    }

    /// One could not even begin. It makes no room for the next, which could not either.
    pub(super) fn not_begun(&self) {
        self.begun_count.fetch_sub(1, Ordering::Relaxed);
    }

    /// Begins one more.
    pub(super) fn begin(self: &Arc<Self>, kind: Kind, meant: Instant) {
        if self.now().is_some_and(|now| now.kind == kind) {
            self.begun_count.fetch_add(1, Ordering::Relaxed);
        }
        match kind {
            Kind::Messages => self.write(meant),
            Kind::Calls => super::calls::call(self, meant),
        }
    }

    /// The next person writes to the other one of their pair; the two take turns, as people do.
    fn write(&self, meant: Instant) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let pairs = self.taking_part.load(Ordering::Relaxed) / 2;
        let who = turn % pairs * 2 + turn / pairs % 2;
        let other = partner(who);
        let load = self.load.load(Ordering::Relaxed);
        let since = meant.duration_since(self.begun).as_micros();
        let key = format!("{MARK}{who}~{load}~{since}~{turn}");
        self.send(
            who,
            format!(r#"{{"type":"send","key":"{key}","to":"p{other}","text":"{key} and some words more"}}"#),
        );
    }

    /// Who wrote the message that a frame is about, and for when it was meant; nothing of an earlier load.
    fn message(&self, frame: &str) -> Option<(usize, Instant)> {
        let (_, rest) = frame.split_once(MARK)?;
        let mut parts = rest.split('~');
        let who = parts.next()?.parse().ok()?;
        let load: u32 = parts.next()?.parse().ok()?;
        let since = parts.next()?.parse().ok()?;
        let meant = self.begun + Duration::from_micros(since);
        (load == self.load.load(Ordering::Relaxed)).then_some((who, meant))
    }

    /// A person got a frame.
    pub(super) fn hears(self: &Arc<Self>, who: usize, frame: &str) {
        match kind(frame) {
            "sent" => {
                if let Some((_, meant)) = self.message(frame) {
                    if self.counts(meant) {
                        self.measures.kept.note(meant.elapsed());
                    }
                    self.done(Kind::Messages, meant);
                }
            }
            "entry" => {
                if let Some((author, meant)) = self.message(frame)
                    && author != who
                    && self.counts(meant)
                {
                    self.measures.had.note(meant.elapsed());
                }
            }
            "refused" => {
                self.is_refused(field(frame, "code").unwrap_or("?"));
                if let Some((_, meant)) = self.message(frame) {
                    self.done(Kind::Messages, meant);
                }
            }
            of_a_call => super::calls::hears(self, who, of_a_call, frame),
        }
    }
}

/// The type of a frame, which comes first.
fn kind(frame: &str) -> &str {
    let rest = frame.strip_prefix(r#"{"type":""#).unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

/// A field that is a text without escapes.
pub(super) fn field<'a>(frame: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = frame.split_once(&format!(r#""{name}":""#))?;
    rest.split('"').next()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_of_a_frame_is_found() {
        let frame = r#"{"type":"ring","call":"00ff","caller":"p1","kind":"audio","deadline":5}"#;
        assert_eq!(kind(frame), "ring");
        assert_eq!(field(frame, "call"), Some("00ff"));
        assert_eq!(field(frame, "code"), None);
        assert_eq!(kind("{}"), "");
    }

    #[test]
    fn a_message_says_who_wrote_it_and_when() {
        let stage = Stage::new(2, vec![SocketAddr::from(([127, 0, 0, 1], 1))]);
        let key = format!(r#"{{"type":"sent","key":"{MARK}7~0~1500~9"}}"#);
        assert_eq!(
            stage.message(&key),
            Some((7, stage.begun + Duration::from_micros(1500)))
        );
        // Of another load.
        assert_eq!(stage.message(&key.replace("~0~", "~1~")), None);
        assert_eq!(stage.message("{}"), None);
    }
}
