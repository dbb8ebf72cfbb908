//! The thin shell: one UDP port, packets in batches, one thread that receives and decides.
//!
//! That thread waits in one place for packets or for a wish of the program (revoke, count, stop), reads the clock once
//! for a batch, asks the engine about each packet, and sends what comes of it in one system call. What is relayed is
//! sent from the buffer it came in. Where the kernel joins packets of one flow it is handed runs of them whole
//! (`UDP_GRO`, `UDP_SEGMENT`).
//!
//! With many calls it lets packets gather for a moment before it receives them, where the measured rate says that this
//! saves work (`gather.rs`).
//!
//! Sending is nearly all of the work, so where one thread is not enough others send for it (`staffing.rs`, `crew.rs`). The
//! engine keeps one owner.
//!
//! Streams (TCP, TLS) are read and written elsewhere, by whoever has them; their messages pass through this thread too
//! ([`Relay::join`]).
//!
//! `io_uring` is deliberately absent: on loopback with Linux 6.18 a bare forwarder with multishot receives, provided
//! buffers and a least time to wait needed as much CPU for a packet as one with these calls. The ratio was 0.93 to 1.02 for
//! audio at call rate, 1.01 to 1.13 where packets gather, 1.01 to 1.07 when saturated.
//!
//! Linux only. Absent so far: answering from the address that was asked where a host has several (bind to one of them
//! there).

mod clock;
mod crew;
mod inbox;
mod line;
mod outbox;
mod port;
mod streams;

pub use line::{Closed, Inlet, Outlet};
pub use streams::StreamCounters;

use crate::credential::NodeKey;
use crate::engine::{Counters, Engine, Limits, Now, Output};
use crate::gather::Gather;
use crate::staffing::Staffing;
use clock::{instant, rest, unix_seconds, wake_ups};
use crew::{Batch, Crew};
use port::Port;
use socket2::Socket;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{Builder, JoinHandle, available_parallelism};
use std::time::{Duration, Instant};
use streams::{Streams, Word};

/// How often memory of what is over is given back, and how long a wish can go unheard where a firewall keeps the relay
/// from ringing at its own port.
const TICK: Duration = Duration::from_millis(250);

/// Streams that wait to be accepted. Raising it costs memory of the kernel under an attack.
const BACKLOG: i32 = 128;

/// Wishes that are heard before packets are looked at again. Raising it lets streams hold up datagrams for longer.
const WISHES_AT_ONCE: usize = 64;

/// What a relay is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen. Port 0 takes any that is free, for UDP and TCP.
    pub listen: SocketAddr,
    /// The key that its credentials are issued under.
    pub key: NodeKey,
    /// What one leg and the whole relay may use.
    pub limits: Limits,
    /// How long packets may be held back at most so that more of them are handled at once. It is done only where it pays:
    /// with many calls and before they fill a core. Zero is never. Raising it saves work and delays packets by as much.
    pub gather: Duration,
}

/// [`Options::gather`] where nobody asks for another: a twentieth of the time between two packets of audio.
pub const GATHER: Duration = Duration::from_millis(1);

/// What a relay has done so far.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// What the engine relayed, answered and refused.
    pub counters: Counters,
    /// Allocations that are held now.
    pub allocations: usize,
    /// Datagrams taken from the socket, joined ones counted one by one.
    pub received: u64,
    /// Datagrams that the kernel would not send.
    pub unsent: u64,
    /// System calls that received something: far fewer than datagrams under load.
    pub batches: u64,
    /// Threads that work now: the one that receives, and those that send for it under load.
    pub threads: usize,
    /// How long packets gather now, before they are received; zero where that would not pay.
    pub gathering: Duration,
    /// What was done with streams.
    pub streams: StreamCounters,
}

/// A running relay. Dropping it stops it.
pub struct Relay {
    address: SocketAddr,
    wishes: Sender<Wish>,
    bell: Arc<Bell>,
    streams: AtomicU32,
    /// The relay's own port for TCP, bound and not listening before it is asked for.
    own_streams: Socket,
    thread: Option<JoinHandle<()>>,
}

/// Without addresses.
impl fmt::Debug for Relay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Relay").finish_non_exhaustive()
    }
}

enum Wish {
    Revoke(u64),
    Count(Sender<Snapshot>),
    Stream(Word),
    Stop,
}

impl Relay {
    /// Takes the port, for UDP and TCP, and starts the thread.
    pub fn start(options: Options) -> io::Result<Self> {
        let port = Port::open(options.listen, TICK)?;
        let socket = port.datagrams;
        let address = socket.local_addr()?;
        let bell = Arc::new(Bell::at(address)?);
        let (wishes, inbox) = channel();
        let heard = bell.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is where the relay gets its thread"
        )]
        let thread = Builder::new().name("relay".into()).spawn(move || {
            // Seeded by the system's randomness.
            let boot = RandomState::new().hash_one(());
            let engine = Engine::new(&options.key, options.limits).booted_as(boot);
            let parts = (engine, Streams::new(&options.key));
            Driver::new(socket, inbox, heard, parts, Gather::new(options.gather)).run();
        })?;
        Ok(Self {
            address,
            wishes,
            bell,
            streams: AtomicU32::new(0),
            own_streams: port.streams,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether its thread is alive. Without it there is no relay, and a call that needs one has to fail (P-5).
    pub fn is_running(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    /// Ends a call: see [`Engine::revoke`]. It has happened before anything that arrives later is looked at.
    pub fn revoke(&self, call: u64) {
        self.wish(Wish::Revoke(call));
    }

    /// Begins to listen for TCP on the relay's own port, until the listener and the relay are gone. It does not block.
    /// What it accepts is for [`Relay::join`]; before this is asked for, the port refuses TCP.
    pub fn listen_for_streams(&self) -> io::Result<TcpListener> {
        self.own_streams.listen(BACKLOG)?;
        Ok(self.own_streams.try_clone()?.into())
    }

    /// Takes a stream that TURN is spoken on: TCP, or what is inside TLS (RFC 8656, 2.1). What comes from `peer` goes into
    /// the inlet, what comes out of the outlet is to be written. The stream is over when either says so, and its
    /// allocation ends when the inlet is dropped.
    pub fn join(&self, peer: SocketAddr) -> (Inlet, Outlet) {
        let number = loop {
            // 0 comes once in four billion streams and is none.
            if let Some(number) = NonZeroU32::new(self.streams.fetch_add(1, Ordering::Relaxed)) {
                break number;
            }
        };
        line::join(number, peer, self.wishes.clone(), self.bell.clone())
    }

    /// What it has done so far. Empty if it is not running.
    pub fn counters(&self) -> Snapshot {
        let (answer, snapshot) = channel();
        self.wish(Wish::Count(answer));
        snapshot.recv().unwrap_or_default()
    }

    /// Stops it and waits until the port is free.
    pub fn stop(mut self) {
        self.end();
    }

    fn wish(&self, wish: Wish) {
        // It fails only when the thread has ended.
        let _ = self.wishes.send(wish);
        self.bell.ring();
    }

    fn end(&mut self) {
        self.wish(Wish::Stop);
        if let Some(thread) = self.thread.take() {
            // If it panicked, the message stands in the log, and there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.end();
    }
}

/// Wakes the thread: an empty datagram to its own port. So it can wait in the one call that also receives, instead of
/// asking first which of two things is there. Anybody can send one, and it does nothing.
struct Bell {
    socket: UdpSocket,
    door: SocketAddr,
    /// It was rung and not yet heard: ringing again would only cost.
    rung: AtomicBool,
}

impl Bell {
    fn at(relay: SocketAddr) -> io::Result<Self> {
        let (any, own): (IpAddr, IpAddr) = match relay.ip() {
            IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::LOCALHOST.into()),
        };
        let door = if relay.ip().is_unspecified() {
            SocketAddr::new(own, relay.port())
        } else {
            relay
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place where sockets are made"
        )]
        let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
        socket.set_nonblocking(true)?;
        let rung = AtomicBool::new(false);
        Ok(Self { socket, door, rung })
    }

    /// After the wish was sent.
    fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            // Unheard, the thread looks up at the end of a TICK.
            let _ = self.socket.send_to(&[], self.door);
        }
    }

    /// Before wishes are looked for: one that is sent from now on rings again.
    fn hear(&self) {
        self.rung.swap(false, Ordering::AcqRel);
    }
}

/// The thread.
struct Driver {
    socket: Arc<UdpSocket>,
    wishes: Receiver<Wish>,
    bell: Arc<Bell>,
    engine: Engine,
    gather: Gather,
    streams: Streams,
    crew: Crew,
    /// Where packets come in, and what is to be sent because of them and of streams.
    batch: Batch,
    staffing: Staffing,
    started: Instant,
    /// When the last batch was received, counted from the start.
    awake: Duration,
    /// The time of the last tick, and the seconds of Unix time that were read then.
    ticked: u64,
    unix: u64,
    received: u64,
    batches: u64,
}

impl Driver {
    fn new(
        socket: UdpSocket,
        wishes: Receiver<Wish>,
        bell: Arc<Bell>,
        (engine, streams): (Engine, Streams),
        gather: Gather,
    ) -> Self {
        let v6 = socket.local_addr().is_ok_and(|address| address.is_ipv6());
        let socket = Arc::new(socket);
        let mut crew = Crew::new(socket.clone(), v6);
        Self {
            batch: crew.take(),
            crew,
            // A relay that may use one core only stays one thread.
            staffing: Staffing::new(available_parallelism().map_or(0, |cores| cores.get() - 1)),
            socket,
            wishes,
            bell,
            engine,
            gather,
            streams,
            started: instant(),
            awake: Duration::ZERO,
            ticked: 0,
            unix: unix_seconds(),
            received: 0,
            batches: 0,
        }
    }

    fn run(mut self) {
        loop {
            let count = self.receive();
            let now = self.now();
            // Before the packets: what was wished holds for all that arrived later.
            if self.listen(now) {
                return;
            }
            self.relay(count, now);
            if now.millis >= self.ticked + TICK.as_millis() as u64 {
                self.ticked = now.millis;
                self.unix = unix_seconds();
                self.engine.tick(now);
                self.close_idle_streams(now);
            }
            self.gather.decide(now.millis, wake_ups);
            if let Some(senders) = self.staffing.decide(now.millis, || self.crew.worked()) {
                // Where threads cannot be had this one goes on alone.
                let _ = self.crew.resize(senders);
                self.batch = self.crew.take();
            }
        }
    }

    /// Waits for packets, for a TICK at most. Returns how many messages there are.
    fn receive(&mut self) -> usize {
        let inbox = &mut self.batch.inbox;
        if let Some(window) = self.gather.window() {
            // What came since the last receive has waited already.
            rest(window.saturating_sub(self.started.elapsed().saturating_sub(self.awake)));
            let count = inbox.receive_now(&self.socket);
            self.gather.note(count, true);
            if count > 0 {
                return count;
            }
        }
        let count = inbox.receive(&self.socket);
        self.gather.note(count, false);
        count
    }

    /// Does what the program wished. True: it wants an end.
    fn listen(&mut self, now: Now) -> bool {
        self.bell.hear();
        for _ in 0..WISHES_AT_ONCE {
            match self.wishes.try_recv() {
                Ok(Wish::Revoke(call)) => {
                    self.engine.revoke(call, now);
                    self.note_ended(now);
                }
                Ok(Wish::Stream(word)) => self.hear(word, now),
                Ok(Wish::Count(answer)) => {
                    let snapshot = Snapshot {
                        counters: self.engine.counters().clone(),
                        allocations: self.engine.allocations(),
                        received: self.received,
                        unsent: self.crew.unsent(),
                        batches: self.batches,
                        threads: 1 + self.crew.size(),
                        gathering: self.gather.window().unwrap_or_default(),
                        streams: self.streams.counters(),
                    };
                    // Whoever asked may have gone.
                    let _ = answer.send(snapshot);
                }
                Ok(Wish::Stop) | Err(TryRecvError::Disconnected) => return true,
                Err(TryRecvError::Empty) => return false,
            }
        }
        // There may be more.
        self.bell.ring();
        false
    }

    /// One batch: asks the engine, and puts what comes of it into the batch's lists.
    fn relay(&mut self, count: usize, now: Now) {
        self.batches += u64::from(count > 0);
        for index in 0..count {
            let (from, datagrams) = self.batch.inbox.datagrams(index);
            for datagram in datagrams {
                self.received += 1;
                if !self.batch.has_room() {
                    self.crew.make_room(&mut self.batch);
                }
                match self
                    .engine
                    .handle(from, datagram.bytes(&self.batch.inbox), now)
                {
                    Output::Nothing => {}
                    Output::Reply(reply) => self.batch.list(from).1.copy(from, &[reply]),
                    Output::Forward(forward) => match forward.to.stream() {
                        None => {
                            let (inbox, outbox) = self.batch.list(forward.to);
                            outbox.forward(inbox, &datagram, &forward);
                        }
                        Some(number) => {
                            let inbox = &self.batch.inbox;
                            let payload = &datagram.bytes(inbox)[forward.payload.clone()];
                            self.streams.forward(number, &forward, payload);
                        }
                    },
                }
            }
        }
        self.crew.pass_on(&mut self.batch);
        self.note_ended(now);
    }

    fn now(&mut self) -> Now {
        self.awake = self.started.elapsed();
        Now {
            millis: self.awake.as_millis() as u64,
            unix: self.unix,
        }
    }
}
