//! Floods, budgets and noise.

use crate::world::{CALL, MEDIA, World, udp};
use birdcall_relay::codec::{Class, Method, Writer, kind};
use birdcall_relay::credential::Leg;
use birdcall_relay::engine::{Endpoint, Limits, Output, Refusal};
use proptest::prelude::*;

/// An Allocate as a client sends it first, and a Binding: what can be sent with a forged address.
fn unsigned(method: Method) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, method, Class::Request, &[5; 12]);
    if method == Method::Allocate {
        writer.attribute(udp().0, &udp().1);
    }
    bytes
}

#[test]
fn a_flood_from_forged_addresses_gets_less_than_it_sends_and_leaves_nothing() {
    for method in [Method::Allocate, Method::Binding] {
        let mut world = World::new();
        let bytes = unsigned(method);
        let (mut sent, mut got) = (0, 0);
        // A minute of 5,000 packets a second, each from an address of its own.
        for second in 0..60_u32 {
            for count in 0..5_000_u32 {
                let address = (second * 5_000 + count).wrapping_mul(2_654_435_761);
                let from = Endpoint::from_v4(address.to_be_bytes(), 4000);
                sent += bytes.len();
                if let Output::Reply(reply) = world.engine.handle(from, &bytes, world.now) {
                    got += reply.len();
                }
            }
            world.pass(1);
        }
        assert!(got <= sent, "{method:?}: {got} of {sent}");
        assert!(got > 0);
        assert!(world.refused(Refusal::Unanswered) > 0);
        assert_eq!(world.engine.allocations(), 0);
    }
}

#[test]
fn a_flood_at_one_victim_is_a_trickle() {
    let mut world = World::new();
    let bytes = unsigned(Method::Allocate);
    let victim = Endpoint::from_v4([192, 0, 2, 1], 53);
    let mut answers = 0;
    for _ in 0..60 {
        for _ in 0..5_000 {
            if let Output::Reply(_) = world.engine.handle(victim, &bytes, world.now) {
                answers += 1;
            }
        }
        world.pass(1);
    }
    assert!((1_000..=1_300).contains(&answers), "{answers}");
}

#[test]
fn any_number_of_people_behind_one_address_gets_in() {
    let mut world = World::new();
    for person in 0..2_000 {
        let credential = world.credential(person, Leg::Caller, 0, 600);
        let mut client = world.client_with(&format!("198.51.100.1:{}", 2_000 + person), credential);
        let first = world.answer(client.at, &unsigned(Method::Allocate));
        client.nonce = first.unwrap().value(kind::NONCE).unwrap();
        assert_eq!(world.allocate(&mut client).code(), 0);
    }
    assert_eq!(world.refused(Refusal::Unanswered), 0);
}

#[test]
fn people_get_in_while_a_flood_goes_on() {
    let mut world = World::new();
    let bytes = unsigned(Method::Allocate);
    let mut flood = 0_u32;
    let mut tries = Vec::new();
    for person in 0..50 {
        let credential = world.credential(person, Leg::Caller, 0, 600);
        let mut client = world.client_with(&format!("198.51.100.{person}:5000"), credential);
        // A client sends its first request again until it is answered.
        let challenge = (1..).find_map(|count| {
            for _ in 0..500 {
                flood += 1;
                let from = Endpoint::from_v4(flood.wrapping_mul(2_654_435_761).to_be_bytes(), 1);
                world.engine.handle(from, &bytes, world.now);
            }
            world.pass_millis(500);
            let answer = world.answer(client.at, &bytes)?;
            Some((count, answer.value(kind::NONCE)?))
        });
        let (count, nonce) = challenge.unwrap();
        client.nonce = nonce;
        tries.push(count);
        assert_eq!(world.allocate(&mut client).code(), 0);
    }
    // Seven tries are what RFC 8489 has a client make.
    assert!(tries.iter().all(|count| *count <= 7), "{tries:?}");
}

#[test]
fn a_leg_sends_as_much_as_its_bucket_holds() {
    let mut world = World::with(Limits {
        bytes_per_second: 10_000,
        burst: 20_000,
        ..Limits::default()
    });
    let (mut caller, callee) = world.pair();
    let peer = callee.relayed.unwrap();
    world.bind(&mut caller, 0x4000, peer);
    let payload = vec![0x80; 1_000];
    let said = |world: &mut World| {
        (0..50)
            .filter(|count| {
                // Both ways draw on the same bucket.
                if count % 2 == 0 {
                    world.say(&caller, 0x4000, &payload).is_some()
                } else {
                    world.indicate(&caller, peer, &payload).is_some()
                }
            })
            .count()
    };
    assert_eq!(said(&mut world), 20);
    assert_eq!(world.refused(Refusal::Rate), 30);
    world.pass(1);
    assert_eq!(said(&mut world), 10);
    world.pass_millis(150);
    assert_eq!(said(&mut world), 1);
    world.pass(100);
    assert_eq!(said(&mut world), 20);
    // The other leg has its own.
    assert!(
        world
            .indicate(&callee, caller.relayed.unwrap(), MEDIA)
            .is_some()
    );
}

proptest! {
    #[test]
    fn noise_changes_nothing(datagrams in proptest::collection::vec(any::<Vec<u8>>(), 1..20)) {
        let mut world = World::new();
        let (caller, callee) = world.pair();
        for bytes in &datagrams {
            for from in [caller.at, Endpoint::from_v4([198, 51, 100, 1], 9)] {
                let output = world.engine.handle(from, bytes, world.now);
                prop_assert_eq!(output, Output::Nothing);
            }
        }
        prop_assert_eq!(world.engine.allocations(), 2);
        prop_assert!(world.indicate(&caller, callee.relayed.unwrap(), MEDIA).is_some());
    }

    /// A signed request with any of its bytes changed is refused, or was changed behind what the MAC covers.
    #[test]
    fn a_signed_request_cannot_be_changed(at in 20_usize..150, by in 1_u8..=255) {
        let mut world = World::new();
        let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
        world.ask(&mut caller, Method::Refresh, &[]);
        let id = world.transaction();
        let mut bytes = world.signed(&caller, Method::Allocate, &id, &[udp()]);
        let at = at.min(bytes.len() - 1);
        bytes[at] ^= by;
        let code = world.answer(caller.at, &bytes).map(|answer| answer.code());
        prop_assert!(code != Some(0), "{code:?}");
        prop_assert_eq!(world.engine.allocations(), 0);
    }

    /// Any walk of clients of several calls: nobody hears another call, and no call has more than its share.
    #[test]
    fn walks_keep_calls_apart(steps in proptest::collection::vec((0_usize..8, 0_u8..8, 0_u64..400), 1..120)) {
        let mut world = World::new();
        let mut clients = Vec::new();
        for number in 0..8_u64 {
            let leg = if number % 2 == 0 { Leg::Caller } else { Leg::Callee };
            let credential = world.credential(CALL + number / 4, leg, number % 2, 86_000);
            clients.push(world.client_with(&format!("192.0.2.{number}:1000"), credential));
        }
        for (who, what, wait) in steps {
            let mut client = clients[who].clone();
            let peer = format!("203.0.113.{}:{}", 2 - who % 2, 49_152 + wait % 3).parse().unwrap();
            match what {
                0 | 1 => {
                    if let 0 = world.allocate(&mut client).code() {
                        clients[who] = client;
                    }
                }
                2 => { world.bind(&mut client, 0x4000 + (wait % 3) as u16, peer); }
                3 => { world.permit(&mut client, peer); }
                4 => {
                    world.ask(&mut client, Method::Refresh, &[(kind::LIFETIME, vec![0; 4])]);
                }
                5 => world.pass(wait),
                6 | 7 => {
                    let heard = if what == 6 {
                        world.indicate(&client, peer, MEDIA)
                    } else {
                        world.say(&client, 0x4000 + (wait % 3) as u16, MEDIA)
                    };
                    if let Some((to, _)) = heard {
                        let receiver = clients.iter().position(|one| one.at == to).unwrap();
                        prop_assert_eq!(receiver / 4, who / 4, "another call");
                        prop_assert_ne!(receiver % 2, who % 2, "the same leg");
                    }
                }
                _ => unreachable!("steps are below 8"),
            }
            world.engine.tick(world.now);
            prop_assert!(world.engine.allocations() <= 8);
        }
    }
}
