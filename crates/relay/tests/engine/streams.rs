//! Clients that come over a stream: what is different for them.

use crate::world::{CALL, Client, Heard, MEDIA, World, lifetime, udp};
use birdcall_relay::codec::{Class, Method, Writer, write_channel_header};
use birdcall_relay::credential::Leg;
use birdcall_relay::engine::{Ended, Endpoint, Output};
use std::num::NonZeroU32;

/// A client of a leg over a stream.
fn over_stream(world: &World, address: &str, number: u32, leg: Leg) -> Client {
    let mut client = world.client(address, leg);
    client.at = Endpoint::of_stream(client.address, NonZeroU32::new(number).unwrap());
    client
}

#[test]
fn one_address_over_udp_and_over_two_streams_is_three_clients() {
    let mut world = World::new();
    let address = "192.0.2.1:1000";
    let mut clients = [
        world.client(address, Leg::Caller),
        over_stream(&world, address, 1, Leg::Caller),
        over_stream(&world, address, 2, Leg::Caller),
    ];
    let mut callee = world.client("192.0.2.2:1000", Leg::Callee);
    world.allocate(&mut callee);
    for (count, client) in clients.iter_mut().enumerate() {
        assert_eq!(world.allocate(client).code(), 0);
        assert_eq!(world.engine.allocations(), count + 2);
    }
    // Each hears what is for its own relayed address.
    for client in &mut clients {
        assert_eq!(world.permit(client, callee.relayed.unwrap()), 0);
        world.permit(&mut callee, client.relayed.unwrap());
        let heard = world.indicate(&callee, client.relayed.unwrap(), MEDIA);
        let from = callee.relayed.unwrap();
        assert_eq!(heard, Some((client.at, Heard::Data(from, MEDIA.to_vec()))));
    }
    let [udp, one, two] = clients.map(|client| client.at);
    assert!(udp != one && one != two);
    assert_eq!((udp.stream(), udp.port()), (None, one.port()));
}

#[test]
fn channel_data_is_padded_on_a_stream_and_nowhere_else() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    let mut callee = over_stream(&world, "192.0.2.2:1000", 1, Leg::Callee);
    world.allocate(&mut caller);
    world.allocate(&mut callee);
    assert_eq!(world.bind(&mut caller, 0x4000, callee.relayed.unwrap()), 0);
    assert_eq!(world.bind(&mut callee, 0x4001, caller.relayed.unwrap()), 0);
    for length in 1..=9 {
        let payload = vec![0x80; length];
        let heard = world.say(&caller, 0x4000, &payload);
        assert_eq!(
            heard,
            Some((callee.at, Heard::Channel(0x4001, payload.clone())))
        );
        let padding = |world: &mut World, from: &Client, number| {
            let mut bytes = write_channel_header(number, length).to_vec();
            bytes.extend_from_slice(&payload);
            match world.engine.handle(from.at, &bytes, world.now) {
                Output::Forward(forward) => forward.padding,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(padding(&mut world, &callee, 0x4001), 0);
        let whole = length + padding(&mut world, &caller, 0x4000);
        assert_eq!(whole, length.next_multiple_of(4));
    }
}

#[test]
fn the_end_of_a_streams_allocation_is_told_once_whatever_ended_it() {
    type End = fn(&mut World, &mut Client);
    let ends: [(&str, End); 4] = [
        ("close", |world, client| world.engine.leave(client.at)),
        ("revoke", |world, _| world.engine.revoke(CALL, world.now)),
        ("refresh", |world, client| {
            world.ask(client, Method::Refresh, &[lifetime(0)]);
        }),
        ("time", |world, _| {
            world.pass(601);
            world.engine.tick(world.now);
        }),
    ];
    for (name, end) in ends {
        let mut world = World::new();
        let mut client = over_stream(&world, "192.0.2.1:1000", 1, Leg::Caller);
        let mut beside = world.client("192.0.2.1:1000", Leg::Caller);
        world.allocate(&mut client);
        world.allocate(&mut beside);
        assert!(world.engine.holds(client.at, world.now), "{name}");
        assert_eq!(world.engine.poll_ended(), None, "{name}");
        end(&mut world, &mut client);
        assert!(!world.engine.holds(client.at, world.now), "{name}");
        let ended = Ended {
            client: client.at,
            revoked: name == "revoke",
        };
        assert_eq!(world.engine.poll_ended(), Some(ended), "{name}");
        assert_eq!(world.engine.poll_ended(), None, "{name}");
        let left = usize::from(matches!(name, "close" | "refresh"));
        assert_eq!(world.engine.allocations(), left, "{name}");
    }
}

/// Whoever opened a stream is there: answers to him can hurt nobody else, and do not use up what others are given.
#[test]
fn a_stream_is_answered_while_a_flood_has_used_up_the_answers_for_strangers() {
    let mut world = World::new();
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, Method::Allocate, Class::Request, &[5; 12]);
    writer.attribute(udp().0, &udp().1);
    let stream = over_stream(&world, "192.0.2.1:1000", 1, Leg::Caller).at;
    for _ in 0..1_000 {
        assert!(world.answer(stream, &bytes).is_some());
    }
    let mut answered = 0;
    for count in 0..2_000_u32 {
        let from = Endpoint::from_v4(count.wrapping_mul(2_654_435_761).to_be_bytes(), 4000);
        answered += u32::from(world.answer(from, &bytes).is_some());
    }
    assert!((50..2_000).contains(&answered), "{answered}");
    assert!(world.answer(stream, &bytes).is_some());
}
