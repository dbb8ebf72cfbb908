//! Streams: a client that is not ours (`turn-client-proto` over TCP), its bytes cut in pieces.
//!
//! In version 0.7 it does not know of the padding behind ChannelData (RFC 8656, 12.5), which browsers and coturn's client
//! write and expect. So padding is written and checked here.

use crate::client::{PATIENCE, now};
use crate::{Client, credential, media, pair, start};
use birdcall_relay::codec::{Datagram, read};
use birdcall_relay::credential::{Credential, Leg};
use birdcall_relay::engine::Refusal;
use birdcall_relay::stream::{Messages, whole_length};
use birdcall_relay::{Closed, Inlet, Outlet, Relay};
use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use turn_client_proto::api::{Transmit, TurnClientApi, TurnConfig, TurnEvent, TurnRecvRet};
use turn_client_proto::tcp::TurnClientTcp;
use turn_client_proto::types::{TransportType, TurnCredentials};

struct StreamClient {
    inlet: Inlet,
    outlet: Outlet,
    turn: TurnClientTcp,
    local: SocketAddr,
    relay: SocketAddr,
    heard: VecDeque<(SocketAddr, Vec<u8>)>,
    events: VecDeque<TurnEvent>,
    runtime: Runtime,
    /// Length of the next piece.
    piece: usize,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

impl StreamClient {
    fn new(relay: &Relay, credential: &Credential) -> Self {
        let local = "192.0.2.1:1000".parse().unwrap();
        let (inlet, outlet) = relay.join(local);
        let credentials = TurnCredentials::new(&credential.username, &credential.password);
        Self {
            inlet,
            outlet,
            turn: TurnClientTcp::allocate(local, relay.address(), TurnConfig::new(credentials)),
            local,
            relay: relay.address(),
            heard: VecDeque::new(),
            events: VecDeque::new(),
            runtime: runtime(),
            piece: 1,
        }
    }

    /// Puts bytes in, piece by piece.
    fn put(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(self.piece.min(bytes.len()));
            self.piece = self.piece % 61 + 7;
            self.inlet.buffer().extend_from_slice(piece);
            self.runtime.block_on(self.inlet.pass()).unwrap();
            bytes = rest;
        }
    }

    fn say(&mut self, peer: SocketAddr, payload: &[u8]) {
        let transmit = self
            .turn
            .send_to(TransportType::Udp, peer, payload.to_vec(), now())
            .unwrap();
        let mut bytes = transmit.expect("something to send").build().data;
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        self.put(&bytes);
    }

    fn hear(&mut self) -> (SocketAddr, Vec<u8>) {
        self.until(|client| client.heard.pop_front())
    }

    fn allocate(&mut self) -> SocketAddr {
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::AllocationCreated(_, address)) => Some(address),
            Some(other) => panic!("{other:?}"),
            None => None,
        })
    }

    fn permit(&mut self, peer: SocketAddr) {
        self.turn
            .create_permission(TransportType::Udp, peer.ip(), now())
            .unwrap();
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::PermissionCreated(..)) => Some(()),
            Some(other) => panic!("{other:?}"),
            None => None,
        });
    }

    fn bind(&mut self, peer: SocketAddr) {
        self.turn
            .bind_channel(TransportType::Udp, peer, now())
            .unwrap();
        self.until(|client| match client.events.pop_front() {
            Some(TurnEvent::ChannelCreated(..)) => Some(()),
            Some(TurnEvent::PermissionCreated(..)) | None => None,
            Some(other) => panic!("{other:?}"),
        });
    }

    fn until<T>(&mut self, mut done: impl FnMut(&mut Self) -> Option<T>) -> T {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(value) = done(self) {
                return value;
            }
            self.take_some();
        }
        panic!("nothing came in {PATIENCE:?}");
    }

    fn take(&mut self, message: &[u8]) {
        let length = match read(message) {
            Some(Datagram::Channel { payload, .. }) => 4 + payload.len(),
            _ => message.len(),
        };
        assert!(message[length..].iter().all(|byte| *byte == 0));
        let bytes = message[..length].to_vec();
        let transmit = Transmit::new(bytes, TransportType::Tcp, self.relay, self.local);
        if let TurnRecvRet::PeerData(data) = self.turn.recv(transmit, now()) {
            self.heard.push_back((data.peer, data.data().to_vec()));
        }
        while let Some(data) = self.turn.poll_recv(now()) {
            self.heard.push_back((data.peer, data.data().to_vec()));
        }
    }

    fn take_some(&mut self) {
        self.turn.poll(now());
        while let Some(transmit) = self.turn.poll_transmit(now()) {
            self.put(transmit.data.as_ref());
        }
        let mut bytes = Vec::new();
        let wait = Duration::from_millis(20);
        let came = self
            .runtime
            .block_on(async { tokio::time::timeout(wait, self.outlet.packets(&mut bytes)).await });
        if came.is_ok() {
            assert_eq!(whole_length(&bytes), Ok(bytes.len()));
            for message in Messages::new(&bytes) {
                self.take(message);
            }
        }
        while let Some(event) = self.turn.poll_event() {
            self.events.push_back(event);
        }
    }
}

/// What an outlet ends with, however long it takes.
fn end_of(outlet: &mut Outlet) -> Closed {
    runtime().block_on(async {
        loop {
            let mut bytes = Vec::new();
            let more = tokio::time::timeout(PATIENCE, outlet.packets(&mut bytes));
            if let Err(closed) = more.await.expect("an end") {
                return closed;
            }
        }
    })
}

#[test]
fn a_stream_on_one_leg_and_udp_on_the_other_talk_both_ways() {
    let relay = start("127.0.0.1:0");
    let mut caller = StreamClient::new(&relay, &credential(1, Leg::Caller));
    let mut callee = Client::new("127.0.0.1:0", relay.address(), &credential(1, Leg::Callee));
    let (one, two) = (caller.allocate(), callee.allocate());
    caller.permit(two);
    assert!(callee.permit(one));
    let lengths = [1, 2, 3, 4, 5, 160, 161, 1_199, 1_200, 16_001];
    let talk = |caller: &mut StreamClient, callee: &mut Client| {
        for (number, length) in lengths.into_iter().enumerate() {
            caller.say(two, &media(number, length));
            assert_eq!(callee.hear(), (one, media(number, length)));
            callee.say(one, &media(number, length));
            assert_eq!(caller.hear(), (two, media(number, length)));
        }
    };
    talk(&mut caller, &mut callee);
    caller.bind(two);
    talk(&mut caller, &mut callee);
    callee.bind(one);
    talk(&mut caller, &mut callee);
    assert_eq!(callee.channels_heard, lengths.len());
    let snapshot = relay.counters();
    assert_eq!(snapshot.counters.relayed, 6 * lengths.len() as u64);
    assert_eq!((snapshot.streams.open, snapshot.streams.dropped), (1, 0));
}

#[test]
fn streams_on_both_legs_from_one_address_talk() {
    let relay = start("127.0.0.1:0");
    let [mut caller, mut callee] =
        [Leg::Caller, Leg::Callee].map(|leg| StreamClient::new(&relay, &credential(1, leg)));
    let (one, two) = (caller.allocate(), callee.allocate());
    caller.bind(two);
    callee.bind(one);
    for number in 0..50 {
        caller.say(two, &media(number, 1 + number));
        callee.say(one, &media(number, 100 + number));
    }
    for number in 0..50 {
        assert_eq!(callee.hear(), (one, media(number, 1 + number)));
        assert_eq!(caller.hear(), (two, media(number, 100 + number)));
    }
}

#[test]
fn a_stream_that_closes_ends_its_allocation_at_once() {
    let relay = start("127.0.0.1:0");
    let mut caller = StreamClient::new(&relay, &credential(1, Leg::Caller));
    caller.allocate();
    let StreamClient {
        inlet, mut outlet, ..
    } = caller;
    assert_eq!(relay.counters().allocations, 1);
    drop(inlet);
    let snapshot = relay.counters();
    assert_eq!((snapshot.allocations, snapshot.streams.open), (0, 0));
    assert_eq!(end_of(&mut outlet), Closed);
}

#[test]
fn a_revoked_call_closes_its_streams_and_no_other() {
    let relay = start("127.0.0.1:0");
    let mut over = StreamClient::new(&relay, &credential(1, Leg::Caller));
    let mut other = StreamClient::new(&relay, &credential(2, Leg::Caller));
    over.allocate();
    other.allocate();
    relay.revoke(1);
    assert_eq!(end_of(&mut over.outlet), Closed);
    over.inlet.buffer().extend_from_slice(&[0x40, 0, 0, 0]);
    assert_eq!(over.runtime.block_on(over.inlet.pass()), Err(Closed));
    other.permit("203.0.113.2:49152".parse().unwrap());
    let snapshot = relay.counters();
    assert_eq!((snapshot.allocations, snapshot.streams.open), (1, 1));
    assert_eq!(snapshot.streams.revoked, 1);
    // Another stream with the credential gets nothing.
    let mut again = StreamClient::new(&relay, &credential(1, Leg::Caller));
    again.until(|client| {
        assert!(client.events.pop_front().is_none());
        (relay.counters().counters.refused(Refusal::Revoked) > 0).then_some(())
    });
    assert_eq!(relay.counters().allocations, 1);
}

/// The relay goes on for all others, and the stream gets what it had room for.
#[test]
fn a_stream_that_takes_nothing_loses_packets_and_holds_up_nobody() {
    let relay = start("127.0.0.1:0");
    let mut slow = StreamClient::new(&relay, &credential(1, Leg::Callee));
    let mut caller = Client::new("127.0.0.1:0", relay.address(), &credential(1, Leg::Caller));
    let (one, two) = (caller.allocate(), slow.allocate());
    assert!(caller.permit(two));
    slow.permit(one);
    let [(mut beside, _), (mut other, address)] = pair(&relay, "127.0.0.1:0", 2);
    for number in 0..400 {
        caller.say(two, &media(number, 100));
        // In step, so that no socket buffer overflows.
        beside.say(address, &media(number, 100));
        assert_eq!(other.hear().1, media(number, 100));
    }
    let dropped = relay.counters().streams.dropped;
    assert!((200..400).contains(&dropped), "{dropped}");
    for number in 0..400 - dropped as usize {
        assert_eq!(slow.hear(), (one, media(number, 100)));
    }
    caller.say(two, &media(7, 77));
    assert_eq!(slow.hear(), (one, media(7, 77)));
}

#[test]
fn what_is_no_turn_closes_the_stream() {
    let relay = start("127.0.0.1:0");
    // The second could be ChannelData, but a stream does not begin with it.
    for wrong in [&[0, 1, 0, 0, b'G', b'E', b'T'][..], b"GET / HTTP/1.1"] {
        let (mut inlet, mut outlet) = relay.join("192.0.2.1:1000".parse().unwrap());
        inlet.buffer().extend_from_slice(wrong);
        assert_eq!(runtime().block_on(inlet.pass()), Err(Closed));
        drop(inlet);
        assert_eq!(end_of(&mut outlet), Closed);
    }
    let streams = relay.counters().streams;
    assert_eq!((streams.open, streams.joined, streams.malformed), (0, 2, 2));
}

#[test]
fn the_port_is_the_relays_for_tcp_too_and_refuses_it_before_it_is_wanted() {
    let relay = start("127.0.0.1:0");
    assert!(TcpStream::connect(relay.address()).is_err());
    assert!(TcpListener::bind(relay.address()).is_err());
    let listener = relay.listen_for_streams().unwrap();
    assert_eq!(listener.local_addr().unwrap(), relay.address());
    listener.set_nonblocking(false).unwrap();
    let client = TcpStream::connect(relay.address()).unwrap();
    let (_, from) = listener.accept().unwrap();
    assert_eq!(from, client.local_addr().unwrap());
}

#[test]
fn a_relay_that_stops_closes_its_streams() {
    let relay = start("127.0.0.1:0");
    let mut client = StreamClient::new(&relay, &credential(1, Leg::Caller));
    client.allocate();
    relay.stop();
    assert_eq!(end_of(&mut client.outlet), Closed);
    client.inlet.buffer().extend_from_slice(&[0x40, 0, 0, 0]);
    assert_eq!(client.runtime.block_on(client.inlet.pass()), Err(Closed));
}
