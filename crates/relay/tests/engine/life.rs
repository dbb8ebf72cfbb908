//! Allocations, permissions, channels and credentials over time.

use crate::world::{CALL, Heard, MEDIA, World, lifetime, udp};
use birdcall_relay::codec::{Method, kind};
use birdcall_relay::control::{Control, Seal};
use birdcall_relay::credential::{Leg, NodeKey};
use birdcall_relay::engine::{Engine, FIRST_PORT, Limits, Output, Refusal};

#[test]
fn a_client_is_challenged_once_and_told_its_addresses() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    let answer = world.allocate(&mut caller);
    assert_eq!(world.refused(Refusal::StaleNonce), 1);
    let relayed = answer.address(kind::XOR_RELAYED_ADDRESS).unwrap();
    assert_eq!(
        relayed,
        format!("203.0.113.1:{FIRST_PORT}").parse().unwrap()
    );
    assert_eq!(
        answer.address(kind::XOR_MAPPED_ADDRESS),
        Some(caller.address)
    );
    assert_eq!(answer.lifetime(), 600);

    let mut callee = world.client("[2001:db8::2]:2000", Leg::Callee);
    let answer = world.allocate(&mut callee);
    let relayed = answer.address(kind::XOR_RELAYED_ADDRESS).unwrap();
    assert_eq!(
        relayed,
        format!("203.0.113.2:{FIRST_PORT}").parse().unwrap()
    );
    assert_eq!(
        answer.address(kind::XOR_MAPPED_ADDRESS),
        Some(callee.address)
    );
}

#[test]
fn ports_count_the_allocations_of_a_leg() {
    let mut world = World::new();
    for count in 0..4 {
        let mut client = world.client(&format!("192.0.2.1:{}", 1000 + count), Leg::Caller);
        world.allocate(&mut client);
        assert_eq!(client.relayed.unwrap().port(), FIRST_PORT + count);
        // Also when one before it is gone.
        if count == 1 {
            world.ask(&mut client, Method::Refresh, &[lifetime(0)]);
        }
    }
}

#[test]
fn an_even_port_is_even() {
    let mut world = World::new();
    for (count, even, port) in [(0, false, 0), (1, true, 2), (2, true, 4), (3, false, 5)] {
        let mut client = world.client(&format!("192.0.2.1:{}", 1000 + count), Leg::Caller);
        let wishes = [udp(), (kind::EVEN_PORT, vec![0])];
        let answer = world.ask(
            &mut client,
            Method::Allocate,
            &wishes[..1 + usize::from(even)],
        );
        let relayed = answer.address(kind::XOR_RELAYED_ADDRESS).unwrap();
        assert_eq!(relayed.port(), FIRST_PORT + port);
    }
}

#[test]
fn an_allocation_ends_when_its_time_is_over_and_its_memory_comes_back() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    world.pass(299);
    assert!(
        world
            .indicate(&caller, callee.relayed.unwrap(), MEDIA)
            .is_some()
    );
    world.pass(301);
    assert!(
        world
            .indicate(&caller, callee.relayed.unwrap(), MEDIA)
            .is_none()
    );
    assert_eq!(world.refused(Refusal::NoAllocation), 1);
    // The callee's is not looked at by anybody, so only the sweep finds it.
    assert_eq!(world.engine.allocations(), 1);
    world.engine.tick(world.now);
    assert_eq!(world.engine.allocations(), 0);
}

#[test]
fn an_allocation_that_is_over_hears_nothing_before_its_memory_comes_back() {
    let mut world = World::new();
    let (mut caller, mut callee) = world.pair();
    world.pass(590);
    world.ask(&mut caller, Method::Refresh, &[]);
    world.permit(&mut caller, callee.relayed.unwrap());
    world.permit(&mut callee, caller.relayed.unwrap());
    world.pass(9);
    assert!(
        world
            .indicate(&caller, callee.relayed.unwrap(), MEDIA)
            .is_some()
    );
    world.pass(1);
    assert!(
        world
            .indicate(&caller, callee.relayed.unwrap(), MEDIA)
            .is_none()
    );
    assert_eq!(world.refused(Refusal::NoPeer), 1);
}

#[test]
fn refresh_keeps_an_allocation_and_zero_ends_it() {
    let mut world = World::new();
    let (mut caller, mut callee) = world.pair();
    for _ in 0..20 {
        world.pass(280);
        for client in [&mut caller, &mut callee] {
            let answer = world.ask(client, Method::Refresh, &[lifetime(3600)]);
            assert_eq!((answer.code(), answer.lifetime()), (0, 600));
        }
        assert_eq!(world.permit(&mut callee, caller.relayed.unwrap()), 0);
        assert_eq!(world.permit(&mut caller, callee.relayed.unwrap()), 0);
        assert!(
            world
                .indicate(&caller, callee.relayed.unwrap(), MEDIA)
                .is_some()
        );
    }
    // 5,600 seconds: the nonces of the beginning have become stale on the way.
    assert_eq!(world.refused(Refusal::StaleNonce), 4);
    let answer = world.ask(&mut caller, Method::Refresh, &[lifetime(0)]);
    assert_eq!((answer.code(), answer.lifetime()), (0, 0));
    assert_eq!(world.engine.allocations(), 1);
    assert_eq!(world.ask(&mut caller, Method::Refresh, &[]).code(), 437);
    assert!(
        world
            .indicate(&callee, caller.relayed.unwrap(), MEDIA)
            .is_none()
    );
    assert_eq!(world.refused(Refusal::NoPeer), 1);
}

#[test]
fn an_allocate_that_was_sent_again_is_answered_the_same() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    world.ask(&mut caller, Method::Refresh, &[]);
    let id = world.transaction();
    let bytes = world.signed(&caller, Method::Allocate, &id, &[udp()]);
    let first = world.answer(caller.at, &bytes).unwrap();
    let second = world.answer(caller.at, &bytes).unwrap();
    assert_eq!(first.code(), 0);
    assert_eq!(first, second);
    assert_eq!(world.engine.allocations(), 1);
    // A new one is not the same.
    assert_eq!(world.allocate(&mut caller).code(), 437);
}

#[test]
fn a_permission_ends_after_five_minutes_both_ways() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    world.pass(200);
    world.permit(&mut caller, callee.relayed.unwrap());
    world.pass(99);
    assert!(
        world
            .indicate(&caller, callee.relayed.unwrap(), MEDIA)
            .is_some()
    );
    world.pass(1);
    // The callee's is over: it neither hears nor sends.
    assert!(
        world
            .indicate(&caller, callee.relayed.unwrap(), MEDIA)
            .is_none()
    );
    assert_eq!(world.refused(Refusal::NotHeard), 1);
    assert!(
        world
            .indicate(&callee, caller.relayed.unwrap(), MEDIA)
            .is_none()
    );
    assert_eq!(world.refused(Refusal::NoPermission), 1);
}

#[test]
fn a_channel_ends_after_ten_minutes_and_may_be_bound_again() {
    let mut world = World::new();
    let (mut caller, mut callee) = world.pair();
    assert_eq!(world.bind(&mut caller, 0x4000, callee.relayed.unwrap()), 0);
    assert_eq!(world.bind(&mut callee, 0x4005, caller.relayed.unwrap()), 0);
    world.pass(590);
    for client in [&mut caller, &mut callee] {
        world.ask(client, Method::Refresh, &[]);
    }
    world.permit(&mut callee, caller.relayed.unwrap());
    let heard = Heard::Channel(0x4005, MEDIA.to_vec());
    assert_eq!(world.say(&caller, 0x4000, MEDIA), Some((callee.at, heard)));
    world.pass(10);
    assert!(world.say(&caller, 0x4000, MEDIA).is_none());
    assert_eq!(world.refused(Refusal::NoChannel), 1);
    assert_eq!(world.bind(&mut caller, 0x4001, callee.relayed.unwrap()), 0);
    // The callee's is over as well, so it hears without one.
    let heard = Heard::Data(caller.relayed.unwrap(), MEDIA.to_vec());
    assert_eq!(world.say(&caller, 0x4001, MEDIA), Some((callee.at, heard)));
}

#[test]
fn no_allocation_outlives_its_credential() {
    let mut world = World::new();
    let short = world.credential(CALL, Leg::Caller, 0, 700);
    let mut caller = world.client_with("192.0.2.1:1000", short);
    assert_eq!(world.allocate(&mut caller).lifetime(), 600);
    world.pass(500);
    assert_eq!(world.ask(&mut caller, Method::Refresh, &[]).lifetime(), 200);
    world.pass(200);
    world.engine.tick(world.now);
    assert_eq!(world.engine.allocations(), 0);
    assert_eq!(world.ask(&mut caller, Method::Refresh, &[]).code(), 401);
    assert_eq!(world.refused(Refusal::Expired), 1);
}

#[test]
fn a_newer_credential_of_the_same_device_goes_on() {
    let mut world = World::new();
    let short = world.credential(CALL, Leg::Caller, 0, 700);
    let mut caller = world.client_with("192.0.2.1:1000", short);
    world.allocate(&mut caller);
    world.pass(500);
    caller.credential = world.credential(CALL, Leg::Caller, 0, 36_000);
    assert_eq!(world.ask(&mut caller, Method::Refresh, &[]).lifetime(), 600);
}

#[test]
fn a_revoked_call_is_over_at_once() {
    let mut world = World::new();
    let (mut caller, mut callee) = world.pair();
    let other = world.credential(CALL + 1, Leg::Caller, 0, 36_000);
    let mut other = world.client_with("192.0.2.9:1000", other);
    world.allocate(&mut other);
    world.bind(&mut caller, 0x4000, callee.relayed.unwrap());
    assert!(world.say(&caller, 0x4000, MEDIA).is_some());

    world.engine.revoke(CALL, world.now);
    assert_eq!(world.engine.allocations(), 1);
    assert!(world.say(&caller, 0x4000, MEDIA).is_none());
    assert!(
        world
            .indicate(&callee, caller.relayed.unwrap(), MEDIA)
            .is_none()
    );
    for client in [&mut caller, &mut callee] {
        assert_eq!(world.ask(client, Method::Refresh, &[]).code(), 401);
        assert_eq!(world.allocate(client).code(), 401);
    }
    let fresh = world.credential(CALL, Leg::Caller, 0, 60);
    let mut late = world.client_with("192.0.2.1:1001", fresh);
    assert_eq!(world.allocate(&mut late).code(), 401);
    assert_eq!(world.refused(Refusal::Revoked), 5);
    assert_eq!(world.ask(&mut other, Method::Refresh, &[]).code(), 0);
}

#[test]
fn a_server_elsewhere_ends_calls_by_the_key() {
    let mut world = World::new();
    let (caller, _) = world.pair();
    let server = "192.0.2.50:3478".parse::<std::net::SocketAddr>().unwrap();
    let tell = |world: &mut World, key: u8, calls: Vec<u64>| {
        let seal = Seal::new(&NodeKey::new([key; 32]));
        let control = Control::Revoke { sequence: 9, calls };
        let bytes = seal.write(&control);
        match world.engine.handle(server.into(), &bytes, world.now) {
            Output::Reply(answer) => {
                assert!(answer.len() <= bytes.len(), "no more than was asked");
                seal.read(answer)
            }
            Output::Nothing => None,
            Output::Forward(_) => panic!("nothing to forward"),
        }
    };
    assert_eq!(tell(&mut world, 4, vec![CALL]), None);
    assert_eq!(world.refused(Refusal::NotTurn), 1);
    assert_eq!(world.engine.allocations(), 2);

    let hello = tell(&mut world, 3, vec![]).unwrap();
    assert_eq!(world.engine.allocations(), 2);
    world.pass(5);
    let done = tell(&mut world, 3, vec![1, CALL]).unwrap();
    assert_eq!(hello, done, "the same start, the same number");
    let key = NodeKey::new([3; 32]);
    let mut again = Engine::new(&key, Limits::default()).booted_as(7);
    let bytes = Seal::new(&key).write(&Control::Revoke {
        sequence: 9,
        calls: vec![],
    });
    let Output::Reply(answer) = again.handle(server.into(), &bytes, world.now) else {
        panic!("no answer");
    };
    assert_ne!(Seal::new(&key).read(answer), Some(hello), "another start");
    assert_eq!(world.engine.allocations(), 0);
    let mut again = world.client_with("192.0.2.1:7", caller.credential);
    assert_eq!(world.allocate(&mut again).code(), 401);
    assert_eq!(world.refused(Refusal::Revoked), 1);
}

#[test]
fn a_revocation_is_remembered_for_as_long_as_a_credential_can_live() {
    let mut world = World::new();
    let mut caller = world.client_with(
        "192.0.2.1:1000",
        world.credential(CALL, Leg::Caller, 0, 86_400),
    );
    world.engine.revoke(CALL, world.now);
    world.pass(86_399);
    world.engine.tick(world.now);
    assert_eq!(world.allocate(&mut caller).code(), 401);
    assert_eq!(world.refused(Refusal::Revoked), 1);
    world.pass(1);
    world.engine.tick(world.now);
    assert_eq!(world.allocate(&mut caller).code(), 401);
    assert_eq!(world.refused(Refusal::Expired), 1);
}

#[test]
fn a_place_that_is_taken_again_never_hears_for_the_one_before() {
    let mut world = World::new();
    let (mut caller, mut callee) = world.pair();
    world.bind(&mut caller, 0x4000, callee.relayed.unwrap());
    // The channel now remembers where the callee's allocation lies.
    let heard = world.say(&caller, 0x4000, MEDIA);
    assert_eq!(
        heard,
        Some((
            callee.at,
            Heard::Data(caller.relayed.unwrap(), MEDIA.to_vec())
        ))
    );
    world.ask(&mut callee, Method::Refresh, &[lifetime(0)]);

    // A stranger's allocation comes to lie in its place, and wants to hear from the same address.
    let stranger = world.credential(CALL + 1, Leg::Callee, 9, 36_000);
    let mut stranger = world.client_with("192.0.2.77:7000", stranger);
    world.allocate(&mut stranger);
    assert_eq!(world.permit(&mut stranger, caller.relayed.unwrap()), 0);
    assert!(world.say(&caller, 0x4000, MEDIA).is_none());
    assert_eq!(world.refused(Refusal::NoPeer), 1);

    // The callee is back, on a port of its own: the old channel does not lead there.
    world.allocate(&mut callee);
    world.permit(&mut callee, caller.relayed.unwrap());
    assert!(world.say(&caller, 0x4000, MEDIA).is_none());
    assert_eq!(world.refused(Refusal::NoPeer), 2);
    assert_eq!(world.bind(&mut caller, 0x4001, callee.relayed.unwrap()), 0);
    assert!(world.say(&caller, 0x4001, MEDIA).is_some());
}
