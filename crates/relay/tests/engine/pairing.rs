//! P-4: an allocation sends to, permits, binds and hears the other leg of its own call, and nobody else.

use crate::world::{CALL, Heard, MEDIA, World};
use birdcall_relay::codec::{Method, kind};
use birdcall_relay::credential::Leg;
use birdcall_relay::engine::Refusal;
use proptest::prelude::*;
use std::net::{IpAddr, SocketAddr};

#[test]
fn channels_and_indications_meet_in_all_four_ways() {
    for (sender_binds, receiver_binds) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let mut world = World::new();
        let (mut caller, mut callee) = world.pair();
        let (from, to) = (caller.relayed.unwrap(), callee.relayed.unwrap());
        if sender_binds {
            assert_eq!(world.bind(&mut caller, 0x4ABC, to), 0);
        }
        if receiver_binds {
            assert_eq!(world.bind(&mut callee, 0x4001, from), 0);
        }
        // Lengths that need padding and that do not.
        for length in [1, 2, 3, 4, 160, 1_199, 1_200] {
            let payload = vec![0x80; length];
            let heard = if sender_binds {
                world.say(&caller, 0x4ABC, &payload)
            } else {
                world.indicate(&caller, to, &payload)
            };
            let expected = if receiver_binds {
                Heard::Channel(0x4001, payload)
            } else {
                Heard::Data(from, payload)
            };
            assert_eq!(heard, Some((callee.at, expected)));
        }
        assert_eq!(world.engine.counters().relayed, 7);
        assert_eq!(world.engine.counters().relayed_bytes, 2_569);
    }
}

#[test]
fn each_of_several_allocations_is_a_peer_of_its_own() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    let mut second = world.client("[2001:db8::2]:2001", Leg::Callee);
    world.allocate(&mut second);
    world.permit(&mut second, caller.relayed.unwrap());
    world.bind(&mut caller, 0x4000, callee.relayed.unwrap());
    world.bind(&mut caller, 0x4001, second.relayed.unwrap());
    assert_eq!(world.say(&caller, 0x4000, MEDIA).unwrap().0, callee.at);
    assert_eq!(world.say(&caller, 0x4001, MEDIA).unwrap().0, second.at);
    assert_eq!(world.say(&caller, 0x4000, MEDIA).unwrap().0, callee.at);
}

#[test]
fn two_calls_with_the_same_relayed_addresses_do_not_meet() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    let other = world.credential(CALL + 1, Leg::Callee, 1, 36_000);
    let mut other = world.client_with("192.0.2.50:5000", other);
    world.allocate(&mut other);
    assert_eq!(other.relayed, callee.relayed);
    world.permit(&mut other, caller.relayed.unwrap());
    let heard = world.indicate(&caller, callee.relayed.unwrap(), MEDIA);
    assert_eq!(heard.unwrap().0, callee.at);
    // Nobody is at the other end of the other call.
    assert!(
        world
            .indicate(&other, caller.relayed.unwrap(), MEDIA)
            .is_none()
    );
    assert_eq!(world.refused(Refusal::NoPeer), 1);
}

#[test]
fn every_other_peer_is_refused_in_the_same_words() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    let mut answers = Vec::new();
    for peer in [
        "127.0.0.1:3478",
        "0.0.0.0:49152",
        "10.0.0.1:80",
        "192.0.2.1:1000",
        "203.0.113.1:49152",
        "203.0.113.3:49152",
        "[2001:db8::2]:2000",
        "[::1]:3478",
        "[::ffff:10.0.0.1]:49152",
    ] {
        let peer: SocketAddr = peer.parse().unwrap();
        for method in [Method::CreatePermission, Method::ChannelBind] {
            let number = (kind::CHANNEL_NUMBER, vec![0x40, 0, 0, 0]);
            let answer = world.ask_about(&mut caller, method, &[peer], &[number]);
            assert_eq!(answer.code(), 403);
            assert!(answer.is_signed(&caller));
            answers.push((answer.bytes.len(), answer.value(kind::ERROR_CODE)));
        }
        assert!(world.indicate(&caller, peer, MEDIA).is_none());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(world.refused(Refusal::Forbidden), 27);
    // One wrong peer among right ones spoils them all (RFC 8656, 10.2).
    let right = callee.relayed.unwrap();
    let wrong = "10.0.0.1:80".parse().unwrap();
    let both = world.ask_about(&mut caller, Method::CreatePermission, &[right, wrong], &[]);
    assert_eq!(both.code(), 403);
}

#[test]
fn without_a_permission_of_its_own_a_leg_hears_nothing() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    let mut callee = world.client("192.0.2.2:2000", Leg::Callee);
    world.allocate(&mut caller);
    world.allocate(&mut callee);
    let (one, two) = (caller.relayed.unwrap(), callee.relayed.unwrap());
    assert!(world.indicate(&caller, two, MEDIA).is_none());
    assert_eq!(world.refused(Refusal::NoPermission), 1);
    world.permit(&mut caller, two);
    assert!(world.indicate(&caller, two, MEDIA).is_none());
    assert_eq!(world.refused(Refusal::NotHeard), 1);
    // Binding a channel is a permission too.
    assert_eq!(world.bind(&mut callee, 0x4000, one), 0);
    assert!(world.indicate(&caller, two, MEDIA).is_some());
}

#[test]
fn a_number_leads_to_one_peer_and_a_peer_has_one_number() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    let peer = callee.relayed.unwrap();
    let next = SocketAddr::new(peer.ip(), peer.port() + 1);
    assert_eq!(world.bind(&mut caller, 0x4000, peer), 0);
    assert_eq!(world.bind(&mut caller, 0x4000, peer), 0);
    assert_eq!(world.bind(&mut caller, 0x4000, next), 400);
    assert_eq!(world.bind(&mut caller, 0x4001, peer), 400);
    assert_eq!(world.bind(&mut caller, 0x4001, next), 0);
    for number in [0, 0x3FFF, 0x8000, 0xFFFF] {
        assert_eq!(world.bind(&mut caller, number, next), 400, "{number:#x}");
    }
    for count in 2..24 {
        let port = SocketAddr::new(peer.ip(), peer.port() + count);
        assert_eq!(world.bind(&mut caller, 0x4000 + count, port), 0);
    }
    let one_more = SocketAddr::new(peer.ip(), 1);
    assert_eq!(world.bind(&mut caller, 0x4FFF, one_more), 508);
    assert_eq!(world.refused(Refusal::Channels), 1);
}

#[test]
fn only_stun_dtls_and_rtp_pass() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    let peer = callee.relayed.unwrap();
    world.bind(&mut caller, 0x4000, peer);
    let mut passed = Vec::new();
    for first in 0..=255 {
        let channel = world.say(&caller, 0x4000, &[first, 1, 2]).is_some();
        let indication = world.indicate(&caller, peer, &[first, 1, 2]).is_some();
        assert_eq!(channel, indication);
        if channel {
            passed.push(first);
        }
    }
    let expected: Vec<u8> = (0..=3).chain(20..=63).chain(128..=191).collect();
    assert_eq!(passed, expected);
    assert!(world.say(&caller, 0x4000, &[]).is_none());
    assert_eq!(world.refused(Refusal::FirstByte), 2 * 144 + 1);
}

proptest! {
    /// Whatever a leg names as its peer: what comes out goes to the other leg's clients, or nowhere.
    #[test]
    fn nothing_reaches_anybody_else(
        ip in prop_oneof![
            any::<[u8; 4]>().prop_map(IpAddr::from),
            any::<[u8; 16]>().prop_map(IpAddr::from),
            (0_u8..4).prop_map(|last| IpAddr::from([203, 0, 113, last])),
        ],
        port in prop_oneof![any::<u16>(), 49_150_u16..49_156],
        channel in prop_oneof![0x3FF0_u16..0x4010, 0x7FF0_u16..0x8010],
    ) {
        let mut world = World::new();
        let (mut caller, callee) = world.pair();
        let peer = SocketAddr::new(ip, port);
        let own = ip == callee.relayed.unwrap().ip();
        prop_assert_eq!(world.permit(&mut caller, peer) == 0, own);
        let bound = world.bind(&mut caller, channel, peer) == 0;
        prop_assert_eq!(bound, own && (0x4000..0x8000).contains(&channel));
        let heard = [world.indicate(&caller, peer, MEDIA), world.say(&caller, channel, MEDIA)];
        for (to, _) in heard.into_iter().flatten() {
            prop_assert_eq!((to, peer), (callee.at, callee.relayed.unwrap()));
        }
    }
}
