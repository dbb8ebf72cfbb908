//! Streams, TCP and TLS, as the thread sees them. It stays the only owner of the engine and never waits for a stream.
//!
//! A stream without allocation is worth nothing, so there are few of them and not for long: whoever wants a relay sends
//! an Allocate at once. Queues are short: media that comes late is worthless, so what does not fit is dropped.

use super::Driver;
use super::line::Why;
use crate::credential::NodeKey;
use crate::engine::{Ended, Endpoint, Forward, Now, Output};
use crate::stream::Messages;
use foldhash::fast::FixedState;
use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;
use tokio::sync::mpsc::Sender;

/// How long a stream may be without an allocation. Lowering it cuts off who is far away.
const PATIENCE_MILLIS: u64 = 10_000;

/// Streams without allocation; one more and the oldest of them is closed. Raising it costs about 12 KiB each.
const WAITING: usize = 1_024;

/// Those of one network: an IPv4 address or a /64. Raising it leaves less to others.
const WAITING_OF_NETWORK: u32 = 64;

/// What was done with streams so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StreamCounters {
    /// Those that are open now.
    pub open: usize,
    /// All that were taken.
    pub joined: u64,
    /// Closed because there were too many without allocation, of one network or in all.
    pub crowded: u64,
    /// Closed because they had no allocation for too long.
    pub timed_out: u64,
    /// Closed because what came was no TURN.
    pub malformed: u64,
    /// Closed because their call was revoked.
    pub revoked: u64,
    /// Messages taken from streams.
    pub received: u64,
    /// Packets dropped because a stream did not take them fast enough.
    pub dropped: u64,
}

/// What an owner of a stream says to the thread.
pub(super) enum Word {
    Join(NonZeroU32, Held),
    /// Bytes, of which so many are whole messages.
    Messages(NonZeroU32, Vec<u8>, usize),
    Leave(NonZeroU32, Why),
}

/// A stream as the thread holds it. Dropped, it is closed.
pub(super) struct Held {
    endpoint: Endpoint,
    packets: Sender<Vec<u8>>,
    give_back: Sender<Vec<u8>>,
    /// Until when it may be without allocation. `None`: it has one.
    until: Option<u64>,
}

impl Held {
    pub(super) fn new(
        endpoint: Endpoint,
        packets: Sender<Vec<u8>>,
        give_back: Sender<Vec<u8>>,
    ) -> Self {
        Self {
            endpoint,
            packets,
            give_back,
            until: None,
        }
    }
}

/// All streams.
pub(super) struct Streams {
    held: HashMap<NonZeroU32, Held, FixedState>,
    /// Those without allocation and when their time is over, the oldest first; and some that have gone or have got one.
    waiting: VecDeque<(u64, NonZeroU32)>,
    /// How many of them really wait, in all and of each network.
    waiting_now: usize,
    networks: HashMap<u128, u32, FixedState>,
    counters: StreamCounters,
}

impl Streams {
    pub(super) fn new(key: &NodeKey) -> Self {
        let seed = key.derive("birdcall relay streams 1");
        let seed = u64::from_le_bytes([
            seed[0], seed[1], seed[2], seed[3], seed[4], seed[5], seed[6], seed[7],
        ]);
        let table = FixedState::with_seed(seed);
        Self {
            held: HashMap::with_hasher(table.clone()),
            waiting: VecDeque::new(),
            waiting_now: 0,
            networks: HashMap::with_hasher(table),
            counters: StreamCounters::default(),
        }
    }

    pub(super) fn counters(&self) -> StreamCounters {
        StreamCounters {
            open: self.held.len(),
            ..self.counters
        }
    }

    /// Queues a payload that is to be sent on.
    pub(super) fn forward(&mut self, number: NonZeroU32, forward: &Forward, payload: &[u8]) {
        let padding = &[0; 4][..forward.padding];
        self.send(number, &[forward.header.as_bytes(), payload, padding]);
    }

    /// Queues a packet made of parts. Without room for it, it is lost.
    fn send(&mut self, number: NonZeroU32, parts: &[&[u8]]) {
        let Some(held) = self.held.get(&number) else {
            return;
        };
        match held.packets.try_reserve() {
            Ok(place) => place.send(parts.concat()),
            Err(_) => self.counters.dropped += 1,
        }
    }

    fn join(&mut self, number: NonZeroU32, held: Held, now: Now) {
        let network = held.endpoint.network();
        if self.held.contains_key(&number)
            || self
                .networks
                .get(&network)
                .is_some_and(|count| *count >= WAITING_OF_NETWORK)
        {
            self.counters.crowded += 1;
            return;
        }
        self.counters.joined += 1;
        self.held.insert(number, held);
        self.wait(number, now);
        while self.waiting_now > WAITING
            && let Some((_, oldest)) = self.next_waiting(u64::MAX)
        {
            self.counters.crowded += 1;
            self.close(oldest);
        }
    }

    fn is_waiting(&self, number: NonZeroU32) -> bool {
        self.held
            .get(&number)
            .is_some_and(|held| held.until.is_some())
    }

    /// From now on it has no allocation.
    fn wait(&mut self, number: NonZeroU32, now: Now) {
        let Some(held) = self.held.get_mut(&number) else {
            return;
        };
        let until = now.millis + PATIENCE_MILLIS;
        if held.until.replace(until).is_none() {
            self.waiting_now += 1;
            *self.networks.entry(held.endpoint.network()).or_default() += 1;
        }
        self.waiting.push_back((until, number));
    }

    /// From now on it has one, or it is about to go.
    fn settle(&mut self, number: NonZeroU32) {
        let Some(held) = self.held.get_mut(&number) else {
            return;
        };
        if held.until.take().is_none() {
            return;
        }
        self.waiting_now -= 1;
        let network = held.endpoint.network();
        if let Some(count) = self.networks.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.networks.remove(&network);
            }
        }
    }

    /// Takes the one that waits longest, if its time is over by then.
    fn next_waiting(&mut self, by: u64) -> Option<(Endpoint, NonZeroU32)> {
        while let Some((until, number)) = self.waiting.pop_front_if(|(until, _)| *until <= by) {
            let found = self.held.get(&number);
            if let Some(held) = found.filter(|held| held.until == Some(until)) {
                return Some((held.endpoint, number));
            }
        }
        None
    }

    fn close(&mut self, number: NonZeroU32) -> Option<Endpoint> {
        self.settle(number);
        self.held.remove(&number).map(|held| held.endpoint)
    }
}

impl Driver {
    /// Does what the owner of a stream said.
    pub(super) fn hear(&mut self, word: Word, now: Now) {
        match word {
            Word::Join(number, held) => self.streams.join(number, held, now),
            Word::Messages(number, bytes, whole) => {
                self.relay_messages(number, &bytes[..whole], now);
                if let Some(held) = self.streams.held.get(&number) {
                    // Its owner waits for it, or has gone.
                    let _ = held.give_back.try_send(bytes);
                }
            }
            Word::Leave(number, why) => {
                if let Some(endpoint) = self.streams.close(number) {
                    self.streams.counters.malformed += u64::from(why == Why::NotTurn);
                    self.engine.leave(endpoint);
                }
            }
        }
        self.note_ended(now);
    }

    fn relay_messages(&mut self, number: NonZeroU32, bytes: &[u8], now: Now) {
        let Some(held) = self.streams.held.get(&number) else {
            return;
        };
        let from = held.endpoint;
        for message in Messages::new(bytes) {
            self.streams.counters.received += 1;
            if !self.batch.has_room() {
                self.crew.make_room(&mut self.batch);
            }
            match self.engine.handle(from, message, now) {
                Output::Nothing => {}
                Output::Reply(reply) => self.streams.send(number, &[reply]),
                Output::Forward(forward) => {
                    let payload = &message[forward.payload.clone()];
                    match forward.to.stream() {
                        Some(number) => self.streams.forward(number, &forward, payload),
                        None => {
                            let padding = &[0; 4][..forward.padding];
                            let parts = [forward.header.as_bytes(), payload, padding];
                            self.batch.list(forward.to).1.copy(forward.to, &parts);
                        }
                    }
                }
            }
        }
        if self.streams.is_waiting(number) && self.engine.holds(from, now) {
            self.streams.settle(number);
        }
    }

    /// Streams whose call was revoked are closed; others whose allocation is over may ask for another one, for a while.
    pub(super) fn note_ended(&mut self, now: Now) {
        while let Some(Ended { client, revoked }) = self.engine.poll_ended() {
            let Some(number) = client.stream() else {
                continue;
            };
            if revoked {
                let closed = self.streams.close(number).is_some();
                self.streams.counters.revoked += u64::from(closed);
            } else if !self.engine.holds(client, now) {
                self.streams.wait(number, now);
            }
        }
    }

    /// Closes what has had no allocation for too long.
    pub(super) fn close_idle_streams(&mut self, now: Now) {
        self.note_ended(now);
        while let Some((endpoint, number)) = self.streams.next_waiting(now.millis) {
            self.streams.counters.timed_out += 1;
            self.streams.close(number);
            self.engine.leave(endpoint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, PATIENCE_MILLIS, Streams, WAITING, WAITING_OF_NETWORK};
    use crate::credential::NodeKey;
    use crate::engine::{Endpoint, Now};
    use std::net::SocketAddr;
    use std::num::NonZeroU32;
    use tokio::sync::mpsc::{Receiver, channel};

    fn streams() -> Streams {
        Streams::new(&NodeKey::new([1; 32]))
    }

    fn at(millis: u64) -> Now {
        Now { millis, unix: 0 }
    }

    fn join(streams: &mut Streams, number: u32, ip: [u8; 4], now: Now) -> Receiver<Vec<u8>> {
        let number = NonZeroU32::new(number).unwrap();
        let endpoint = Endpoint::of_stream(SocketAddr::from((ip, 1_000)), number);
        let (packets, taken) = channel(1);
        streams.join(number, Held::new(endpoint, packets, channel(1).0), now);
        taken
    }

    fn number(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    #[test]
    fn without_an_allocation_a_stream_lives_for_ten_seconds() {
        let mut streams = streams();
        let one = join(&mut streams, 1, [192, 0, 2, 1], at(0));
        let two = join(&mut streams, 2, [192, 0, 2, 1], at(1));
        // The second gets an allocation, and loses it a minute later.
        streams.settle(number(2));
        assert_eq!(streams.next_waiting(PATIENCE_MILLIS - 1), None);
        let (_, over) = streams.next_waiting(PATIENCE_MILLIS).unwrap();
        assert_eq!(over, number(1));
        streams.close(over);
        assert!(one.is_closed() && !two.is_closed());
        assert_eq!(streams.next_waiting(u64::MAX), None);
        streams.wait(number(2), at(60_000));
        assert_eq!(streams.next_waiting(60_000 + PATIENCE_MILLIS - 1), None);
        let (_, over) = streams.next_waiting(60_000 + PATIENCE_MILLIS).unwrap();
        streams.close(over);
        assert!(two.is_closed());
        assert!(streams.networks.is_empty() && streams.waiting_now == 0);
    }

    #[test]
    fn one_network_has_few_streams_without_allocation() {
        let mut streams = streams();
        let mut open = Vec::new();
        for count in 1..=WAITING_OF_NETWORK {
            open.push(join(&mut streams, count, [192, 0, 2, 1], at(0)));
        }
        let refused = join(&mut streams, 1_000, [192, 0, 2, 1], at(0));
        let other = join(&mut streams, 1_001, [192, 0, 2, 2], at(0));
        assert!(refused.is_closed() && !other.is_closed());
        assert!(open.iter().all(|one| !one.is_closed()));
        // One of them proves who it is and makes room for the next.
        streams.settle(number(1));
        let next = join(&mut streams, 1_002, [192, 0, 2, 1], at(0));
        assert!(!next.is_closed());
        assert_eq!(streams.counters().crowded, 1);
    }

    #[test]
    fn among_too_many_without_allocation_the_oldest_goes() {
        let mut streams = streams();
        let settled = join(&mut streams, 1, [192, 0, 2, 1], at(0));
        streams.settle(number(1));
        let oldest = join(&mut streams, 2, [192, 0, 2, 2], at(0));
        let mut open = Vec::new();
        for count in 3..=WAITING as u32 + 2 {
            assert!(!oldest.is_closed());
            let [.., high, low] = count.to_be_bytes();
            open.push(join(&mut streams, count, [198, 51, high, low], at(1)));
        }
        assert!(oldest.is_closed() && !settled.is_closed());
        assert!(open.iter().all(|one| !one.is_closed()));
        let counters = streams.counters();
        assert_eq!((counters.crowded, counters.open), (1, WAITING + 1));
    }

    #[test]
    fn a_full_queue_loses_what_comes_and_holds_up_nothing() {
        let mut streams = streams();
        let mut taken = join(&mut streams, 1, [192, 0, 2, 1], at(0));
        streams.send(number(1), &[b"one ", b"is kept"]);
        streams.send(number(1), &[b"two is lost"]);
        assert_eq!(taken.try_recv().unwrap(), b"one is kept");
        streams.send(number(1), &[b"three"]);
        assert_eq!(taken.try_recv().unwrap(), b"three");
        assert_eq!(streams.counters().dropped, 1);
    }
}
