//! The relay on real sockets, with clients that are not ours.
#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "these tests have real sockets and a real clock"
)]

mod client;
mod streams;
mod trains;

use birdcall_relay::credential::{Claim, Credential, Issuer, Leg, NodeKey};
use birdcall_relay::engine::{Limits, Refusal};
use birdcall_relay::{Options, Relay};
use client::Client;
use std::net::{SocketAddr, UdpSocket};
use std::time::{SystemTime, UNIX_EPOCH};

fn key() -> NodeKey {
    NodeKey::new([11; 32])
}

fn start(listen: &str) -> Relay {
    Relay::start(Options {
        listen: listen.parse().unwrap(),
        key: key(),
        limits: Limits::default(),
        gather: birdcall_relay::GATHER,
    })
    .unwrap()
}

fn credential(call: u64, leg: Leg) -> Credential {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Issuer::new(&key()).issue(&Claim {
        call,
        leg,
        device: u64::from(leg.number()),
        expires: now.as_secs() + 600,
    })
}

/// Two clients of a call, each with a permission for the other, and their relayed addresses.
fn pair(relay: &Relay, bind: &str, call: u64) -> [(Client, SocketAddr); 2] {
    let [mut caller, mut callee] = [Leg::Caller, Leg::Callee]
        .map(|leg| Client::new(bind, relay.address(), &credential(call, leg)));
    let one = caller.allocate();
    let two = callee.allocate();
    assert!(caller.permit(two));
    assert!(callee.permit(one));
    [(caller, one), (callee, two)]
}

/// Bytes that look like RTP, of this length, different for each number.
fn media(number: usize, length: usize) -> Vec<u8> {
    let mut bytes = vec![number as u8; length];
    bytes[0] = 0x80;
    bytes
}

#[test]
fn a_foreign_client_on_each_leg_talks_both_ways() {
    let relay = start("127.0.0.1:0");
    let [(mut caller, one), (mut callee, two)] = pair(&relay, "127.0.0.1:0", 1);
    assert_eq!(one, "203.0.113.1:49152".parse().unwrap());
    assert_eq!(two, "203.0.113.2:49152".parse().unwrap());

    for (number, length) in [1, 3, 4, 160, 1_200].into_iter().enumerate() {
        caller.say(two, &media(number, length));
        assert_eq!(callee.hear(), (one, media(number, length)));
        callee.say(one, &media(number, length));
        assert_eq!(caller.hear(), (two, media(number, length)));
    }
    assert_eq!((caller.channels_heard, callee.channels_heard), (0, 0));

    // One binds a channel: it sends and hears through it, the other side notices nothing.
    caller.bind(two);
    caller.say(two, &media(7, 160));
    assert_eq!(callee.hear(), (one, media(7, 160)));
    callee.say(one, &media(8, 161));
    assert_eq!(caller.hear(), (two, media(8, 161)));
    assert_eq!((caller.channels_heard, callee.channels_heard), (1, 0));

    callee.bind(one);
    caller.say(two, &media(9, 1_200));
    assert_eq!(callee.hear(), (one, media(9, 1_200)));
    assert_eq!((caller.channels_heard, callee.channels_heard), (1, 1));

    let snapshot = relay.counters();
    assert_eq!(snapshot.counters.relayed, 13);
    assert_eq!((snapshot.allocations, snapshot.unsent), (2, 0));
    assert!(snapshot.batches <= snapshot.received);
    relay.stop();
}

#[test]
fn one_port_serves_both_families() {
    let relay = start("[::]:0");
    let port = relay.address().port();
    let v4 = SocketAddr::from(([127, 0, 0, 1], port));
    let v6 = SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port));
    let mut caller = Client::new("127.0.0.1:0", v4, &credential(1, Leg::Caller));
    let mut callee = Client::new("[::1]:0", v6, &credential(1, Leg::Callee));
    let one = caller.allocate();
    let two = callee.allocate();
    assert!(caller.permit(two));
    assert!(callee.permit(one));
    caller.say(two, &media(1, 100));
    assert_eq!(callee.hear(), (one, media(1, 100)));
    callee.say(one, &media(2, 100));
    assert_eq!(caller.hear(), (two, media(2, 100)));
}

#[test]
fn nobody_but_the_other_leg_can_be_permitted() {
    let relay = start("127.0.0.1:0");
    let outside = UdpSocket::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let [(mut caller, _), _] = pair(&relay, "127.0.0.1:0", 1);
    assert!(!caller.permit(outside.local_addr().unwrap()));
    assert_eq!(relay.counters().counters.refused(Refusal::Forbidden), 1);
    assert!(outside.recv(&mut [0; 100]).is_err());
}

#[test]
fn a_revoked_call_is_over_before_the_next_packet() {
    let relay = start("127.0.0.1:0");
    let [(mut caller, one), (mut callee, two)] = pair(&relay, "127.0.0.1:0", 1);
    let [(mut other, _), (mut beside, address)] = pair(&relay, "127.0.0.1:0", 2);
    caller.say(two, &media(1, 160));
    assert_eq!(callee.hear(), (one, media(1, 160)));

    relay.revoke(1);
    assert_eq!(relay.counters().allocations, 2);
    caller.say(two, &media(2, 160));
    other.say(address, &media(3, 160));
    assert_eq!(beside.hear().1, media(3, 160));
    // The two came to the same socket one after the other: had the first been relayed, it would be there.
    assert_eq!(callee.hears(), None);
    let refused = relay.counters().counters.refused(Refusal::NoAllocation);
    assert_eq!(refused, 1);
    let mut again = Client::new("127.0.0.1:0", relay.address(), &credential(1, Leg::Caller));
    again.allocate_in_vain(|| relay.counters().counters.refused(Refusal::Revoked) > 0);
    assert_eq!(relay.counters().allocations, 2);
}

#[test]
fn a_wrong_password_gets_no_allocation() {
    let relay = start("127.0.0.1:0");
    let mut credential = credential(1, Leg::Caller);
    credential.password.push('x');
    let mut client = Client::new("127.0.0.1:0", relay.address(), &credential);
    client.allocate_in_vain(|| relay.counters().counters.refused(Refusal::BadCredential) > 0);
    assert_eq!(relay.counters().allocations, 0);
}

#[test]
fn a_stopped_relay_leaves_its_port() {
    let relay = start("127.0.0.1:0");
    let address = relay.address();
    assert!(relay.is_running());
    assert!(UdpSocket::bind(address).is_err());
    relay.stop();
    UdpSocket::bind(address).unwrap();
}

#[test]
fn noise_on_the_port_stops_nothing() {
    let relay = start("127.0.0.1:0");
    let noisy = UdpSocket::bind("127.0.0.1:0").unwrap();
    for length in (1..1_000).step_by(7) {
        noisy
            .send_to(&vec![length as u8; length], relay.address())
            .unwrap();
    }
    let [(mut caller, one), (mut callee, two)] = pair(&relay, "127.0.0.1:0", 1);
    caller.say(two, &media(1, 160));
    assert_eq!(callee.hear(), (one, media(1, 160)));
    assert_eq!(relay.counters().counters.refused(Refusal::NotTurn), 143);
}
