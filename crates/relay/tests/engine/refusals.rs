//! Every request that is refused, with its code.

use crate::world::{CALL, MEDIA, World, lifetime, udp};
use birdcall_relay::codec::{Class, MessageKey, Method, Writer, kind};
use birdcall_relay::credential::{Leg, REALM};
use birdcall_relay::engine::{Limits, Output, Refusal};

#[test]
fn wishes_that_cannot_be_met_have_their_codes() {
    for (wishes, code) in [
        (vec![], 400),
        (vec![(kind::REQUESTED_TRANSPORT, vec![])], 400),
        (vec![(kind::REQUESTED_TRANSPORT, vec![6, 0, 0, 0])], 442),
        (
            vec![udp(), (kind::REQUESTED_ADDRESS_FAMILY, vec![1, 0, 0, 0])],
            0,
        ),
        (
            vec![udp(), (kind::REQUESTED_ADDRESS_FAMILY, vec![2, 0, 0, 0])],
            440,
        ),
        (
            vec![udp(), (kind::REQUESTED_ADDRESS_FAMILY, vec![9, 0, 0, 0])],
            440,
        ),
        (
            vec![udp(), (kind::ADDITIONAL_ADDRESS_FAMILY, vec![1, 0, 0, 0])],
            400,
        ),
        (
            vec![
                udp(),
                (kind::ADDITIONAL_ADDRESS_FAMILY, vec![2, 0, 0, 0]),
                (kind::REQUESTED_ADDRESS_FAMILY, vec![1, 0, 0, 0]),
            ],
            400,
        ),
        (vec![udp(), (kind::EVEN_PORT, vec![0])], 0),
        (vec![udp(), (kind::EVEN_PORT, vec![])], 508),
        (vec![udp(), (kind::EVEN_PORT, vec![0x80])], 508),
        (vec![udp(), (kind::RESERVATION_TOKEN, vec![1; 8])], 508),
        (
            vec![
                udp(),
                (kind::RESERVATION_TOKEN, vec![1; 8]),
                (kind::EVEN_PORT, vec![0]),
            ],
            400,
        ),
        (vec![udp(), (kind::MOBILITY_TICKET, vec![])], 405),
        (vec![udp(), (kind::DONT_FRAGMENT, vec![])], 420),
        // ACCESS-TOKEN
        (vec![udp(), (0x001B, vec![1; 8])], 420),
        (vec![udp(), (kind::LIFETIME, vec![1])], 400),
        (vec![udp(), lifetime(0)], 0),
        // SOFTWARE: may be understood or not
        (vec![udp(), (0x8022, b"a client".to_vec())], 0),
    ] {
        let mut world = World::new();
        let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
        let answer = world.ask(&mut caller, Method::Allocate, &wishes);
        assert_eq!(answer.code(), code, "{wishes:?}");
        assert_eq!(world.engine.allocations(), usize::from(code == 0));
        if code == 420 {
            let name = wishes[1].0.to_be_bytes().to_vec();
            assert_eq!(answer.value(kind::UNKNOWN_ATTRIBUTES), Some(name));
        }
    }
}

#[test]
fn who_wants_both_families_gets_one_and_is_told_why() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    let both = (kind::ADDITIONAL_ADDRESS_FAMILY, vec![2, 0, 0, 0]);
    let answer = world.ask(&mut caller, Method::Allocate, &[udp(), both]);
    assert_eq!(answer.code(), 0);
    assert!(answer.address(kind::XOR_RELAYED_ADDRESS).unwrap().is_ipv4());
    assert_eq!(
        answer.value(kind::ADDRESS_ERROR_CODE),
        Some(vec![2, 0, 4, 40])
    );
}

#[test]
fn without_an_allocation_there_is_nothing_to_refresh_permit_or_bind() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    let peer = "203.0.113.2:49152".parse().unwrap();
    assert_eq!(world.ask(&mut caller, Method::Refresh, &[]).code(), 437);
    assert_eq!(world.permit(&mut caller, peer), 437);
    assert_eq!(world.bind(&mut caller, 0x4000, peer), 437);
    assert_eq!(world.refused(Refusal::Mismatch), 3);
    assert!(world.say(&caller, 0x4000, MEDIA).is_none());
    assert!(world.indicate(&caller, peer, MEDIA).is_none());
    assert_eq!(world.refused(Refusal::NoAllocation), 2);
}

#[test]
fn requests_that_lack_something_are_bad() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    let peer = callee.relayed.unwrap();
    let answer = world.ask(&mut caller, Method::CreatePermission, &[]);
    assert_eq!(answer.code(), 400);
    let number = (kind::CHANNEL_NUMBER, vec![0x40, 0, 0, 0]);
    assert_eq!(
        world
            .ask(&mut caller, Method::ChannelBind, &[number])
            .code(),
        400
    );
    let answer = world.ask_about(&mut caller, Method::ChannelBind, &[peer], &[]);
    assert_eq!(answer.code(), 400);
    let ticket = (kind::MOBILITY_TICKET, vec![]);
    assert_eq!(
        world.ask(&mut caller, Method::Refresh, &[ticket]).code(),
        405
    );
    let family = (kind::REQUESTED_ADDRESS_FAMILY, vec![2, 0, 0, 0]);
    assert_eq!(
        world.ask(&mut caller, Method::Refresh, &[family]).code(),
        440
    );
}

#[test]
fn the_first_request_is_challenged_with_a_realm_and_a_nonce() {
    let mut world = World::new();
    let caller = world.client("192.0.2.1:1000", Leg::Caller);
    let mut bytes = Vec::new();
    let id = world.transaction();
    let mut writer = Writer::new(&mut bytes, Method::Allocate, Class::Request, &id);
    writer.attribute(udp().0, &udp().1);
    let answer = world.answer(caller.at, &bytes).unwrap();
    assert_eq!(answer.code(), 401);
    assert_eq!(answer.value(kind::REALM).unwrap(), REALM.as_bytes());
    assert!(answer.value(kind::NONCE).is_some());
    assert_eq!(answer.bytes.len(), 60);
    assert_eq!(world.refused(Refusal::Unsigned), 1);
    assert_eq!(world.engine.allocations(), 0);
}

#[test]
fn a_nonce_belongs_to_an_address_and_an_hour() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    world.allocate(&mut caller);
    let ask = |world: &mut World, client: &crate::world::Client| {
        let id = world.transaction();
        let bytes = world.signed(client, Method::Allocate, &id, &[udp()]);
        world.answer(client.at, &bytes).unwrap().code()
    };
    for elsewhere in ["192.0.2.1:1001", "192.0.2.2:1000"] {
        let mut moved = world.client(elsewhere, Leg::Caller);
        moved.nonce = caller.nonce.clone();
        assert_eq!(ask(&mut world, &moved), 438);
    }
    for nonce in [&b""[..], b"AAAAAAAAAAAAAAAA", &[b'/'; 16], &[b'A'; 300]] {
        let mut guessing = caller.clone();
        guessing.nonce = nonce.to_vec();
        assert_eq!(ask(&mut world, &guessing), 438);
    }
    assert_eq!(ask(&mut world, &caller), 437);
    world.pass(3_600);
    assert_eq!(ask(&mut world, &caller), 438);
}

#[test]
fn wrong_credentials_are_all_refused_alike() {
    let mut world = World::new();
    let right = world.client("192.0.2.1:1000", Leg::Caller);
    let mut wrong_password = right.clone();
    wrong_password.credential.password.replace_range(..1, "!");
    let mut strange_name = right.clone();
    strange_name.credential.username = "ann".into();
    let mut other_leg = right.clone();
    let callee = world.credential(CALL, Leg::Callee, 0, 36_000);
    other_leg.credential.username = callee.username;
    let over = world.credential(CALL, Leg::Caller, 0, 0);
    let over = world.client_with("192.0.2.1:1000", over);
    let revoked = world.credential(CALL + 1, Leg::Caller, 0, 60);
    let revoked = world.client_with("192.0.2.1:1000", revoked);
    world.engine.revoke(CALL + 1, world.now);

    let mut answers = Vec::new();
    for mut client in [wrong_password, strange_name, other_leg, over, revoked] {
        let answer = world.allocate(&mut client);
        assert_eq!(answer.code(), 401);
        answers.push(answer.bytes[20..].to_vec());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(world.refused(Refusal::BadCredential), 3);
    assert_eq!(world.refused(Refusal::Expired), 1);
    assert_eq!(world.refused(Refusal::Revoked), 1);
    assert_eq!(world.engine.allocations(), 0);
}

#[test]
fn an_allocation_answers_to_the_credential_it_was_made_with() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    let foreign = [
        callee.credential.clone(),
        world.credential(CALL, Leg::Caller, 77, 600),
        world.credential(CALL + 1, Leg::Caller, 0, 600),
    ];
    for credential in foreign {
        let mut thief = caller.clone();
        thief.credential = credential;
        assert_eq!(
            world
                .ask(&mut thief, Method::Refresh, &[lifetime(0)])
                .code(),
            441
        );
        assert_eq!(world.permit(&mut thief, callee.relayed.unwrap()), 441);
        assert_eq!(world.bind(&mut thief, 0x4000, callee.relayed.unwrap()), 441);
        assert_eq!(world.allocate(&mut thief).code(), 437);
    }
    assert_eq!(world.refused(Refusal::WrongCredential), 9);
}

#[test]
fn what_stands_behind_the_mac_is_not_there() {
    let mut world = World::new();
    let (mut caller, callee) = world.pair();
    world.ask(&mut caller, Method::Refresh, &[]);
    let id = world.transaction();
    let outsider = world.peer(&id, "10.0.0.1:80".parse().unwrap());
    let own = world.peer(&id, callee.relayed.unwrap());
    let mut with = |before: &[&crate::world::Wish], behind: &[&crate::world::Wish]| {
        let before: Vec<_> = before.iter().map(|wish| (*wish).clone()).collect();
        let mut bytes = world.signed(&caller, Method::CreatePermission, &id, &before);
        let mut writer = Writer::resume(&mut bytes);
        for (kind, value) in behind {
            writer.attribute(*kind, value);
        }
        world.answer(caller.at, &bytes).unwrap().code()
    };
    // Neither does a peer there count, nor does it spoil the request, nor does an unknown attribute.
    assert_eq!(with(&[], &[&own]), 400);
    assert_eq!(with(&[&own], &[&outsider]), 0);
    assert_eq!(with(&[&own], &[&(0x7FFF, vec![1, 2, 3, 4])]), 0);
    assert_eq!(with(&[&outsider], &[&own]), 403);

    // A lifetime of zero behind the MAC ends nothing.
    let mut bytes = world.signed(&caller, Method::Refresh, &id, &[]);
    Writer::resume(&mut bytes).attribute(kind::LIFETIME, &[0; 4]);
    assert_eq!(world.answer(caller.at, &bytes).unwrap().lifetime(), 600);

    // A second MAC does not make good what the first one does not cover.
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, Method::Refresh, Class::Request, &id);
    writer.attribute(kind::USERNAME, caller.credential.username.as_bytes());
    writer.attribute(kind::REALM, REALM.as_bytes());
    writer.attribute(kind::NONCE, &caller.nonce);
    writer.integrity(&MessageKey::new(b"wrong"));
    writer.integrity(&caller.key());
    assert_eq!(world.answer(caller.at, &bytes).unwrap().code(), 401);
}

#[test]
fn a_fingerprint_is_checked_when_it_is_there() {
    let mut world = World::new();
    let mut caller = world.client("192.0.2.1:1000", Leg::Caller);
    world.ask(&mut caller, Method::Refresh, &[]);
    let id = world.transaction();
    let mut bytes = world.signed(&caller, Method::Allocate, &id, &[udp()]);
    Writer::resume(&mut bytes).fingerprint();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert_eq!(world.answer(caller.at, &bytes), None);
    assert_eq!(world.refused(Refusal::Malformed), 1);
    bytes[last] ^= 1;
    assert_eq!(world.answer(caller.at, &bytes).unwrap().code(), 0);
}

#[test]
fn a_leg_belongs_to_one_device() {
    let mut world = World::new();
    let (_, mut callee) = world.pair();
    let other = world.credential(CALL, Leg::Callee, 1_000, 36_000);
    let mut other = world.client_with("192.0.2.99:2000", other);
    assert_eq!(world.allocate(&mut other).code(), 403);
    assert_eq!(world.refused(Refusal::OtherDevice), 1);
    // Also after the one has let go of its allocation: the call goes on.
    world.ask(&mut callee, Method::Refresh, &[lifetime(0)]);
    assert_eq!(world.allocate(&mut other).code(), 403);
    assert_eq!(world.allocate(&mut callee).code(), 0);
}

#[test]
fn a_leg_has_as_many_allocations_as_a_browser_makes() {
    let mut world = World::new();
    let client = |world: &World, port: u16| world.client(&format!("192.0.2.1:{port}"), Leg::Caller);
    for port in 0..12 {
        let mut one = client(&world, 1000 + port);
        assert_eq!(world.allocate(&mut one).code(), 0);
    }
    let mut one_more = client(&world, 1012);
    assert_eq!(world.allocate(&mut one_more).code(), 486);
    assert_eq!(world.refused(Refusal::Quota), 1);
    // The other leg has its own.
    let mut callee = world.client("192.0.2.2:1000", Leg::Callee);
    assert_eq!(world.allocate(&mut callee).code(), 0);

    // C-19: a page that was reloaded left its allocations behind. Those in use stay.
    world.pass(14);
    let mut used = client(&world, 1000);
    assert_eq!(world.ask(&mut used, Method::Refresh, &[]).code(), 0);
    world.pass(1);
    assert_eq!(world.allocate(&mut one_more).code(), 0);
    assert_eq!(world.ask(&mut used, Method::Refresh, &[]).code(), 0);
    assert_eq!(world.engine.allocations(), 13);
}

#[test]
fn a_full_relay_says_so() {
    let mut world = World::with(Limits {
        allocations: 2,
        ..Limits::default()
    });
    world.pair();
    let third = world.credential(CALL + 1, Leg::Caller, 0, 600);
    let mut third = world.client_with("192.0.2.3:3000", third);
    assert_eq!(world.allocate(&mut third).code(), 508);
    assert_eq!(world.refused(Refusal::Full), 1);
    world.pass(600);
    world.engine.tick(world.now);
    assert_eq!(world.allocate(&mut third).code(), 401);
    let third = world.credential(CALL + 1, Leg::Caller, 0, 600);
    let mut third = world.client_with("192.0.2.3:3000", third);
    assert_eq!(world.allocate(&mut third).code(), 0);
}

#[test]
fn send_indications_with_anything_strange_are_dropped() {
    let mut world = World::new();
    let (caller, callee) = world.pair();
    let id = world.transaction();
    let peer = world.peer(&id, callee.relayed.unwrap());
    let data = (kind::DATA, MEDIA.to_vec());
    for (wishes, refusal) in [
        (vec![peer.clone()], Refusal::Malformed),
        (vec![data.clone()], Refusal::Malformed),
        (
            vec![peer.clone(), data.clone(), (kind::DONT_FRAGMENT, vec![])],
            Refusal::UnknownAttribute,
        ),
        (vec![peer, (kind::DATA, vec![])], Refusal::FirstByte),
    ] {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, Method::Send, Class::Indication, &id);
        for (kind, value) in &wishes {
            writer.attribute(*kind, value);
        }
        let before = world.refused(refusal);
        let output = world.engine.handle(caller.at, &bytes, world.now);
        assert_eq!(output, Output::Nothing);
        assert_eq!(world.refused(refusal), before + 1, "{wishes:?}");
    }
}

#[test]
fn messages_that_a_relay_has_no_use_for_are_dropped() {
    let mut world = World::new();
    let (caller, _) = world.pair();
    for (method, class) in [
        (Method::Binding, Class::Success),
        (Method::Allocate, Class::Error),
        (Method::Allocate, Class::Indication),
        (Method::Data, Class::Indication),
        (Method::Send, Class::Request),
    ] {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes, method, class, &[1; 12]);
        let output = world.engine.handle(caller.at, &bytes, world.now);
        assert_eq!(output, Output::Nothing);
    }
    // Connect of RFC 6062.
    let mut bytes = Vec::new();
    Writer::new(&mut bytes, Method::Binding, Class::Request, &[1; 12]);
    bytes[1] = 0x0A;
    assert_eq!(
        world.engine.handle(caller.at, &bytes, world.now),
        Output::Nothing
    );
    assert_eq!(world.refused(Refusal::Unsupported), 6);
}
