//! Floods on a relay in a process of its own: it answers with no more bytes than it gets, and remembers nothing.

use super::client::Client;
use super::relay::RelayProgram;
use birdcall_relay::codec::{Class, Method, Writer, kind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

/// Sources of a flood: every address of 127.0.0.0/8 is this machine's.
const SOURCES: u32 = 1_000;

/// Packets from each.
const ROUNDS: usize = 60;

/// What a process may grow by while it remembers nothing: its pages are counted late, and its stacks grow at first.
const NOISE_KIB: u64 = 1_024;

fn request(method: Method, transaction: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut id = [7; 12];
    id[..4].copy_from_slice(&transaction.to_be_bytes());
    let mut writer = Writer::new(&mut bytes, method, Class::Request, &id);
    if method == Method::Allocate {
        writer.attribute(kind::REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
    }
    bytes
}

/// A flood of one kind; bytes sent, and bytes that came back.
fn flood(relay: SocketAddr, method: Method, from: u32) -> (usize, usize) {
    let sources: Vec<UdpSocket> = (from..from + SOURCES)
        .map(|number| {
            let address = Ipv4Addr::from(0x7F01_0000 + number);
            let socket = UdpSocket::bind((address, 0)).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket
        })
        .collect();
    let (mut sent, mut got) = (0, 0);
    let mut buffer = [0; 2048];
    for round in 0..ROUNDS {
        for (number, socket) in sources.iter().enumerate() {
            let bytes = request(method, (round * sources.len() + number) as u32);
            sent += socket.send_to(&bytes, relay).unwrap_or_default();
        }
        for socket in &sources {
            while let Ok(length) = socket.recv(&mut buffer) {
                got += length;
            }
        }
    }
    (sent, got)
}

#[test]
fn floods_from_many_addresses_get_less_than_they_send_and_cost_no_memory() {
    let relay = RelayProgram::start();
    // Everything has been used once, so that what grows later is memory of somebody.
    flood(relay.address, Method::Allocate, 0);
    flood(relay.address, Method::Binding, 0);
    let before = relay.resident_kib();
    for (turn, method) in [(1, Method::Allocate), (2, Method::Binding)] {
        let (sent, got) = flood(relay.address, method, turn * SOURCES);
        assert!(got <= sent, "{method:?}: {got} bytes for {sent}");
    }
    let after = relay.resident_kib();
    assert!(
        after <= before + NOISE_KIB,
        "{before} KiB, then {after} KiB"
    );

    // It still serves.
    let [caller, _] = relay.credentials();
    Client::new("127.0.0.1:0", relay.address, &caller).allocate();
}
