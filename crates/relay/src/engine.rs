//! The protocol as a value: packets and time in, packets out.
//!
//! Nothing here reads a clock, touches a socket or draws a random number. [`Engine::handle`] takes one datagram and says
//! what is to be sent; a relayed payload is not copied, the answer says where in the datagram it lies and which header
//! goes in front of it. On that way nothing is allocated: two look-ups by hash or index, and a few comparisons.
//!
//! The tables are ready for a part of this to run in the kernel: what a packet of a bound channel needs is its sender's
//! endpoint and channel number, and gives the receiver's endpoint, its number, and until when that holds. An XDP program
//! with a map from the one to the other would send such packets from where they arrive; the engine stays the authority by
//! writing an entry when the second leg has bound, and taking it out on `remove`, [`Engine::revoke`] and expiry, while
//! buckets and the marks of who has talked are read back with each [`Engine::tick`].
//!
//! Time comes in as [`Now`] and may be coarse: one reading for a batch of packets is fine. What is over is treated as
//! gone from that moment; [`Engine::tick`] only gives its memory back.

mod allocation;
#[cfg(feature = "broken-protections")]
mod broken;
mod budget;
mod counters;
mod endpoint;
mod forward;
mod grant;
mod nonce;
mod pair;
mod request;
mod slab;

pub use counters::{Counters, Refusal};
pub use endpoint::Endpoint;
pub use forward::{Forward, Header};

use crate::codec::{Class, Datagram, Message, Method, read};
use crate::control::{self, Control, Seal};
use crate::credential::{Issuer, LONGEST_LIFE, Leg, NodeKey};
use allocation::Allocation;
use budget::Budget;
use foldhash::fast::FixedState;
use nonce::Nonces;
use pair::Pair;
use slab::{Handle, Slab};
use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};

/// The address of each leg (TEST-NET-3, RFC 5737). No host has it, and it never touches a network.
pub const RELAYED_ADDRESSES: [Ipv4Addr; 2] =
    [Ipv4Addr::new(203, 0, 113, 1), Ipv4Addr::new(203, 0, 113, 2)];

/// The port of a leg's first allocation; the next ones count up. Browsers refuse candidates with low ports.
pub const FIRST_PORT: u16 = 49_152;

/// Life of an allocation after Allocate or Refresh, in seconds.
pub const LIFETIME: u32 = 600;

const PERMISSION_MILLIS: u64 = 300_000;
const CHANNEL_MILLIS: u64 = 600_000;

/// A moment, as the driver read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of a clock that never goes back; where it began does not matter.
    pub millis: u64,
    /// Seconds of Unix time, for the expiry of credentials.
    pub unix: u64,
}

/// What one leg and the whole relay may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Live allocations of a leg. A browser makes one for each of its interfaces, each address family and each
    /// component it gathers, so a low number costs it ways to connect. At most [`Limits::MOST_PER_LEG`].
    pub allocations_per_leg: usize,
    /// Live allocations of the relay. Raising it costs about 1 KiB each.
    pub allocations: usize,
    /// Payload bytes a leg may send in a second. Lowering it makes video worse before it makes it stop.
    pub bytes_per_second: u32,
    /// Payload bytes a leg may send at once after a rest.
    pub burst: u32,
    /// P-4 is off: any peer can be permitted, and what is sent to a real address goes there.
    #[cfg(feature = "broken-protections")]
    pub unpaired: bool,
}

impl Limits {
    /// What [`Limits::allocations_per_leg`] can be raised to.
    pub const MOST_PER_LEG: usize = pair::MOST_LIVE;
}

impl Default for Limits {
    /// Twelve allocations a leg, 100,000 in all, 12 Mbit/s a leg.
    fn default() -> Self {
        Self {
            allocations_per_leg: 12,
            allocations: 100_000,
            bytes_per_second: 1_500_000,
            burst: 1_500_000,
            #[cfg(feature = "broken-protections")]
            unpaired: false,
        }
    }
}

/// A stream whose allocation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// The stream.
    pub client: Endpoint,
    /// Its call was revoked: there is nothing left for it here.
    pub revoked: bool,
}

/// What is to be done about a datagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output<'a> {
    /// Nothing: it was dropped, and counted.
    Nothing,
    /// Send this back to where the datagram came from.
    Reply(&'a [u8]),
    /// Send a part of the datagram on.
    Forward(Forward),
}

/// [`Output`] before the reply is borrowed.
enum Step {
    Nothing,
    Reply,
    Forward(Forward),
}

/// A relay without its sockets.
#[derive(Debug)]
pub struct Engine {
    limits: Limits,
    issuer: Issuer,
    nonces: Nonces,
    budget: Budget,
    /// The 5-tuple, of which the server's side is always the same, to its allocation.
    clients: HashMap<Endpoint, Handle, FixedState>,
    allocations: Slab<Allocation>,
    calls: HashMap<u64, Handle, FixedState>,
    pairs: Slab<Pair>,
    revoked: HashSet<u64, FixedState>,
    /// When each entry of `revoked` may be forgotten, the oldest first.
    revocations: VecDeque<(u64, u64)>,
    counters: Counters,
    seal: Seal,
    /// Another one after each start.
    boot: u64,
    reply: Vec<u8>,
    /// Streams whose allocation is over, until the driver has asked.
    ended: Vec<Ended>,
    /// Number of the last Data indication, which its transaction id is made from.
    indications: u64,
    swept: usize,
}

impl Engine {
    /// An engine under this key. Every engine under the same key takes the same credentials.
    pub fn new(key: &NodeKey, limits: Limits) -> Self {
        let seed = key.derive("birdcall relay tables 1");
        let seed = u64::from_le_bytes([
            seed[0], seed[1], seed[2], seed[3], seed[4], seed[5], seed[6], seed[7],
        ]);
        let table = FixedState::with_seed(seed);
        Self {
            limits: Limits {
                allocations_per_leg: limits.allocations_per_leg.min(Limits::MOST_PER_LEG),
                ..limits
            },
            issuer: Issuer::new(key),
            nonces: Nonces::new(key),
            budget: Budget::new(table.clone()),
            clients: HashMap::with_hasher(table.clone()),
            allocations: Slab::new(),
            calls: HashMap::with_hasher(table.clone()),
            pairs: Slab::new(),
            revoked: HashSet::with_hasher(table),
            revocations: VecDeque::new(),
            counters: Counters::default(),
            seal: Seal::new(key),
            boot: 0,
            reply: Vec::with_capacity(512),
            ended: Vec::new(),
            indications: seed,
            swept: 0,
        }
    }

    /// The number of this start, which a server elsewhere tells it by from the one before. Whoever has randomness gives
    /// a random one: a relay can be started twice within a tick of any clock.
    #[must_use]
    pub fn booted_as(mut self, boot: u64) -> Self {
        self.boot = boot;
        self
    }

    /// Takes one datagram.
    pub fn handle(&mut self, from: Endpoint, datagram: &[u8], now: Now) -> Output<'_> {
        if datagram.first() == Some(&control::FIRST_BYTE) {
            let step = self.control(datagram, now);
            return self.output(step);
        }
        let step = match read(datagram) {
            Some(Datagram::Channel { number, payload }) => {
                self.channel_data(from, number, payload, now)
            }
            Some(Datagram::Stun(message)) => self.message(from, &message, datagram, now),
            None => self.drop(Refusal::NotTurn),
        };
        self.output(step)
    }

    fn output(&mut self, step: Step) -> Output<'_> {
        match step {
            Step::Nothing => Output::Nothing,
            Step::Reply => {
                self.counters.replies += 1;
                self.counters.reply_bytes += self.reply.len() as u64;
                Output::Reply(&self.reply)
            }
            Step::Forward(forward) => Output::Forward(forward),
        }
    }

    /// Ends a call: its allocations are gone at once, and no credential of it is taken any more.
    ///
    /// An engine remembers this for as long as a credential can live; a restarted one has to be told again.
    pub fn revoke(&mut self, call: u64, now: Now) {
        if self.revoked.insert(call) {
            self.counters.revoked += 1;
            self.revocations
                .push_back((now.millis + LONGEST_LIFE * 1000, call));
        }
        let Some(pair) = self.calls.get(&call).and_then(|pair| self.pairs.get(*pair)) else {
            return;
        };
        let [caller, callee] = [Leg::Caller, Leg::Callee].map(|leg| pair.side(leg).handles());
        for handle in caller.chain(callee) {
            self.remove(handle);
        }
    }

    /// What a server with the key says from another machine.
    fn control(&mut self, datagram: &[u8], now: Now) -> Step {
        let Some(Control::Revoke { sequence, calls }) = self.seal.read(datagram) else {
            return self.drop(Refusal::NotTurn);
        };
        for call in calls {
            self.revoke(call, now);
        }
        let boot = self.boot;
        self.reply = self.seal.write(&Control::Done { sequence, boot });
        Step::Reply
    }

    /// Gives back the memory of what is over: a part of the tables at each call, so that none takes long. A driver
    /// calls it a few times a second while there are allocations.
    pub fn tick(&mut self, now: Now) {
        while let Some((_, call)) = self
            .revocations
            .pop_front_if(|(until, _)| *until <= now.millis)
        {
            self.revoked.remove(&call);
        }
        let slots = self.allocations.slots();
        for _ in 0..slots.div_ceil(16).max(64).min(slots) {
            self.swept = (self.swept + 1) % slots;
            let over = self
                .allocations
                .at(self.swept)
                .filter(|(_, allocation)| allocation.expires <= now.millis)
                .map(|(handle, _)| handle);
            if let Some(handle) = over {
                self.remove(handle);
            }
        }
    }

    /// Whether a client has an allocation whose time is not over.
    pub fn holds(&self, client: Endpoint, now: Now) -> bool {
        self.clients
            .get(&client)
            .and_then(|handle| self.allocations.get(*handle))
            .is_some_and(|allocation| allocation.expires > now.millis)
    }

    /// A stream was closed: its allocation goes with it.
    pub fn leave(&mut self, client: Endpoint) {
        if let Some(handle) = self.clients.get(&client) {
            self.remove(*handle);
        }
    }

    /// A stream whose allocation is over, for whatever reason, told once. A driver that has streams asks after each
    /// [`handle`](Self::handle), [`revoke`](Self::revoke) and [`tick`](Self::tick), until there is no more.
    pub fn poll_ended(&mut self) -> Option<Ended> {
        self.ended.pop()
    }

    /// What was relayed, answered and refused so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How many allocations there are, those included whose time is over but whose memory is still held.
    pub fn allocations(&self) -> usize {
        self.clients.len()
    }

    fn message(
        &mut self,
        from: Endpoint,
        message: &Message<'_>,
        datagram: &[u8],
        now: Now,
    ) -> Step {
        match (message.class, message.method) {
            (Class::Request, Some(Method::Binding)) => self.binding(from, message, datagram, now),
            (
                Class::Request,
                Some(
                    method @ (Method::Allocate
                    | Method::Refresh
                    | Method::CreatePermission
                    | Method::ChannelBind),
                ),
            ) => self.request(from, message, method, datagram.len(), now),
            (Class::Indication, Some(Method::Send)) => self.send_indication(from, message, now),
            // A Binding indication keeps a NAT open and wants nothing else.
            (Class::Indication, Some(Method::Binding)) => Step::Nothing,
            (Class::Request | Class::Indication | Class::Success | Class::Error, _) => {
                self.drop(Refusal::Unsupported)
            }
        }
    }

    /// The live allocation of a client. One whose time is over, or that turned out to be somebody else's, is removed.
    fn allocation_of(&mut self, from: Endpoint, now: Now) -> Option<Handle> {
        let handle = *self.clients.get(&from)?;
        let allocation = self.allocations.get(handle)?;
        if allocation.expires > now.millis {
            if !self.is_intruder(allocation, now) {
                return Some(handle);
            }
            self.counters.refuse(Refusal::Elsewhere);
        }
        self.remove(handle);
        None
    }

    fn remove(&mut self, handle: Handle) {
        let Some(allocation) = self.allocations.remove(handle) else {
            return;
        };
        self.clients.remove(&allocation.client);
        if allocation.client.stream().is_some() {
            let pair = self.pairs.get(allocation.pair);
            self.ended.push(Ended {
                client: allocation.client,
                revoked: pair.is_some_and(|pair| self.revoked.contains(&pair.call)),
            });
        }
        let Some(pair) = self.pairs.get_mut(allocation.pair) else {
            return;
        };
        pair.side_mut(allocation.leg).leave(handle);
        if pair.is_empty() {
            let call = pair.call;
            self.pairs.remove(allocation.pair);
            self.calls.remove(&call);
        }
    }

    fn drop(&mut self, refusal: Refusal) -> Step {
        self.counters.refuse(refusal);
        Step::Nothing
    }
}

/// The relayed address of a leg's allocation.
fn relayed_address(leg: Leg, port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(RELAYED_ADDRESSES[usize::from(leg.number())], port)
}
