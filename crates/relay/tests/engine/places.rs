//! One leg is in one place: what a stolen credential gets, and what an honest browser must not lose.
//!
//! A thief here has everything the browser has, user name, password and device, but sits in another network.

use crate::world::{Client, MEDIA, World};
use birdcall_relay::codec::{Method, kind};
use birdcall_relay::credential::Leg;
use birdcall_relay::engine::{Endpoint, Refusal};
use std::num::NonZeroU32;

/// Both legs send a packet each 20 ms, each side to the other's allocation.
fn talk(world: &mut World, caller: &Client, callee: &Client, millis: u64) {
    for _ in 0..millis / 20 {
        let there = world.indicate(caller, callee.relayed.unwrap(), MEDIA);
        assert_eq!(there.map(|(to, _)| to), Some(callee.at));
        let back = world.indicate(callee, caller.relayed.unwrap(), MEDIA);
        assert_eq!(back.map(|(to, _)| to), Some(caller.at));
        world.pass_millis(20);
    }
}

#[test]
fn while_a_leg_talks_its_credential_is_worth_nothing_elsewhere() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    talk(&mut world, &caller, &callee, 1_100);
    let mut thief = world.client("198.51.100.7:4000", Leg::Caller);
    assert_eq!(world.allocate(&mut thief).code(), 486);
    assert_eq!(world.refused(Refusal::Elsewhere), 1);
    // Nor over a stream.
    let number = NonZeroU32::new(1).unwrap();
    thief.at = Endpoint::of_stream(thief.address, number);
    assert_eq!(world.allocate(&mut thief).code(), 486);
    // Its own addresses are its own, on new ports too.
    let mut again = world.client("192.0.2.1:1001", Leg::Caller);
    assert_eq!(world.allocate(&mut again).code(), 0);
    // A /64 is one host.
    let mut again = world.client("[2001:db8::ffff]:2001", Leg::Callee);
    assert_eq!(world.allocate(&mut again).code(), 0);
    let mut neighbour = world.client("[2001:db8:0:1::2]:2000", Leg::Callee);
    assert_eq!(world.allocate(&mut neighbour).code(), 486);
}

#[test]
fn who_came_in_while_the_browsers_were_connecting_is_out_a_second_after_they_have() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    let mut thief = world.client("198.51.100.7:4000", Leg::Caller);
    assert_eq!(world.allocate(&mut thief).code(), 0);
    assert_eq!(world.permit(&mut thief, callee.relayed.unwrap()), 0);
    // What it sends is heard, since nobody can know yet; talking to nobody does not make it the one who is there.
    for _ in 0..100 {
        assert!(
            world
                .indicate(&thief, callee.relayed.unwrap(), MEDIA)
                .is_some()
        );
        world.pass_millis(20);
    }
    let mut second = world.client("203.0.113.77:1000", Leg::Caller);
    assert_eq!(world.allocate(&mut second).code(), 0);

    talk(&mut world, &caller, &callee, 980);
    let payload = |world: &mut World, who: &Client| {
        world
            .indicate(who, callee.relayed.unwrap(), MEDIA)
            .is_some()
    };
    assert!(payload(&mut world, &thief));
    talk(&mut world, &caller, &callee, 40);
    assert!(!payload(&mut world, &thief));
    assert_eq!(world.refused(Refusal::Elsewhere), 1);
    assert_eq!(world.ask(&mut second, Method::Refresh, &[]).code(), 437);
    assert_eq!(world.allocate(&mut thief).code(), 486);
    assert_eq!(world.refused(Refusal::Elsewhere), 3);
    assert_eq!(world.engine.allocations(), 2);
    talk(&mut world, &caller, &callee, 1_000);
}

#[test]
fn a_browser_with_a_network_and_a_vpn_keeps_both() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    talk(&mut world, &caller, &callee, 300);
    // The other interface is slower: its answers come when the first is in use already.
    let mut vpn = world.client("198.51.100.7:4000", Leg::Caller);
    assert_eq!(world.allocate(&mut vpn).code(), 0);
    let mut v6 = world.client("[2001:db8:1::1]:4000", Leg::Caller);
    assert_eq!(world.allocate(&mut v6).code(), 0);
    talk(&mut world, &caller, &callee, 200);
    // The other leg has been told its addresses and checks them; the client may not even have permitted it yet.
    world.indicate(&callee, vpn.relayed.unwrap(), MEDIA);
    assert_eq!(world.refused(Refusal::NotHeard), 1);
    talk(&mut world, &caller, &callee, 60_000);
    // A minute later the first network goes, and the call moves to the one that was there all along.
    let peer = callee.relayed.unwrap();
    assert_eq!(world.permit(&mut vpn, peer), 0);
    talk(&mut world, &vpn, &callee, 1_000);
    // The one that was never checked is gone.
    assert_eq!(world.permit(&mut v6, peer), 437);
}

#[test]
fn a_change_of_network_is_let_in_once_the_old_one_is_silent() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    talk(&mut world, &caller, &callee, 5_000);
    let mut mobile = world.client("198.51.100.8:4000", Leg::Caller);
    world.ask(&mut mobile, Method::Refresh, &[]);
    let ask = |world: &mut World| {
        let id = world.transaction();
        let wish = crate::world::udp();
        let bytes = world.signed(&mobile, Method::Allocate, &id, &[wish]);
        world.answer(mobile.at, &bytes)
    };
    // The last packet was sent 20 ms ago.
    world.pass_millis(270);
    assert_eq!(ask(&mut world).map(|answer| answer.code()), Some(486));
    // It might have gone: no answer, and a client that gets none asks again (RFC 8489, 6.2.1).
    world.pass_millis(10);
    assert_eq!(ask(&mut world), None);
    world.pass_millis(690);
    assert_eq!(ask(&mut world), None);
    assert_eq!(world.refused(Refusal::Pausing), 2);
    world.pass_millis(10);
    let answer = ask(&mut world).unwrap();
    assert_eq!(answer.code(), 0);
    mobile.relayed = answer.address(kind::XOR_RELAYED_ADDRESS);
    assert_eq!(world.permit(&mut mobile, callee.relayed.unwrap()), 0);
    talk(&mut world, &mobile, &callee, 2_000);
    // Now this is where it is. Where it was is its own too: it may go back.
    let mut thief = world.client("203.0.113.99:4000", Leg::Caller);
    assert_eq!(world.allocate(&mut thief).code(), 486);
    talk(&mut world, &caller, &callee, 100);
}

#[test]
fn over_a_stream_a_pause_is_refused_openly() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    talk(&mut world, &caller, &callee, 2_000);
    world.pass_millis(500);
    let mut thief = world.client("198.51.100.7:4000", Leg::Caller);
    let number = NonZeroU32::new(7).unwrap();
    thief.at = Endpoint::of_stream(thief.address, number);
    assert_eq!(world.allocate(&mut thief).code(), 486);
    world.pass_millis(500);
    assert_eq!(world.allocate(&mut thief).code(), 0);
}

#[test]
fn a_page_that_was_reloaded_gathers_anew_in_the_midst_of_talk() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    let mut v6 = world.client("[2001:db8:1::1]:1000", Leg::Caller);
    assert_eq!(world.allocate(&mut v6).code(), 0);
    world.indicate(&callee, v6.relayed.unwrap(), MEDIA);
    talk(&mut world, &caller, &callee, 3_000);
    for again in 1..=4 {
        for address in ["192.0.2.1", "[2001:db8:1::99]"] {
            let port = 2_000 + again;
            let mut fresh = world.client(&format!("{address}:{port}"), Leg::Caller);
            assert_eq!(world.allocate(&mut fresh).code(), 0);
            if address == "192.0.2.1" {
                assert_eq!(world.permit(&mut fresh, callee.relayed.unwrap()), 0);
                caller = fresh;
            }
        }
        talk(&mut world, &caller, &callee, 3_000);
    }
}

#[test]
fn one_who_sends_to_nobody_keeps_nobody_out() {
    let mut world = World::new();
    let mut thief = world.client("198.51.100.7:4000", Leg::Caller);
    world.allocate(&mut thief);
    let mut callee = world.client("192.0.2.2:2000", Leg::Callee);
    world.allocate(&mut callee);
    world.permit(&mut callee, thief.relayed.unwrap());
    world.permit(&mut thief, callee.relayed.unwrap());
    for _ in 0..200 {
        assert!(
            world
                .indicate(&thief, callee.relayed.unwrap(), MEDIA)
                .is_some()
        );
        world.pass_millis(20);
    }
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    assert_eq!(world.allocate(&mut caller).code(), 0);
    assert_eq!(world.permit(&mut caller, callee.relayed.unwrap()), 0);
    talk(&mut world, &caller, &callee, 2_000);
    assert!(
        world
            .indicate(&thief, callee.relayed.unwrap(), MEDIA)
            .is_none()
    );
}
