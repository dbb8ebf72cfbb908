//! Any datagrams from a stranger and from both legs of a call. The input is cut into datagrams by their lengths; one
//! with the highest bit of its length set becomes a signed request, so that what lies behind authentication is reached.
#![no_main]

use birdcall_relay::codec::{Class, Message, MessageKey, Method, Writer, kind};
use birdcall_relay::credential::{Claim, Credential, Issuer, Leg, NodeKey, REALM};
use birdcall_relay::engine::{Endpoint, Engine, Limits, Now, Output};
use libfuzzer_sys::fuzz_target;

struct Client {
    at: Endpoint,
    credential: Credential,
    key: MessageKey,
    nonce: Vec<u8>,
}

fn client(issuer: &Issuer, leg: Leg) -> Client {
    let credential = issuer.issue(&Claim {
        call: 1,
        leg,
        device: 1,
        expires: 80_000,
    });
    Client {
        at: Endpoint::from_v4([192, 0, 2, leg.number()], 1000),
        key: MessageKey::new(&issuer.key(credential.username.as_bytes())),
        credential,
        nonce: Vec::new(),
    }
}

fn signed(client: &Client, method: Method, attributes: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, method, Class::Request, &[7; 12]);
    for attribute in attributes.chunks(10) {
        let (kind, value) = attribute.split_at(attribute.len().min(2));
        let kind = kind.iter().fold(0, |kind, byte| (kind << 8) | u16::from(*byte));
        writer.attribute(kind, value);
    }
    writer.attribute(kind::USERNAME, client.credential.username.as_bytes());
    writer.attribute(kind::REALM, REALM.as_bytes());
    writer.attribute(kind::NONCE, &client.nonce);
    writer.integrity(&client.key);
    bytes
}

fn nonce(reply: &[u8]) -> Option<Vec<u8>> {
    let nonce = Message::read(reply)?
        .attributes()
        .find(|attribute| attribute.kind == kind::NONCE)?;
    Some(nonce.value.to_vec())
}

fuzz_target!(|input: &[u8]| {
    let key = NodeKey::new([1; 32]);
    let issuer = Issuer::new(&key);
    let mut engine = Engine::new(&key, Limits::default());
    let mut clients = [Leg::Caller, Leg::Callee].map(|leg| client(&issuer, leg));
    let mut now = Now {
        millis: 0,
        unix: 1_000,
    };
    for client in &mut clients {
        for _ in 0..2 {
            let wish = [0x00, 0x19, 17, 0, 0, 0];
            let bytes = signed(client, Method::Allocate, &wish);
            if let Output::Reply(reply) = engine.handle(client.at, &bytes, now) {
                client.nonce = nonce(reply).unwrap_or_else(|| client.nonce.clone());
            }
        }
    }
    assert_eq!(engine.allocations(), 2);

    let mut rest = input;
    while let [who, length, after @ ..] = rest {
        let (body, after) = after.split_at(after.len().min(usize::from(length & 0x7F)));
        rest = after;
        now.millis += u64::from(who >> 4) * 10_000;
        now.unix += u64::from(who >> 4) * 10;
        let client = &clients[usize::from(who & 1)];
        let stranger = Endpoint::from_v4([198, 51, 100, 1], 9);
        let from = if who & 2 == 0 { client.at } else { stranger };
        let bytes = match (length & 0x80, who & 0xC) {
            (0, _) => body.to_vec(),
            (_, 0) => signed(client, Method::Refresh, body),
            (_, 4) => signed(client, Method::CreatePermission, body),
            (_, 8) => signed(client, Method::ChannelBind, body),
            (_, _) => signed(client, Method::Allocate, body),
        };
        match engine.handle(from, &bytes, now) {
            Output::Nothing => {}
            Output::Reply(reply) => assert!(Message::read(reply).is_some()),
            Output::Forward(forward) => {
                assert!(forward.payload.end <= bytes.len());
                assert!(clients.iter().any(|one| one.at == forward.to));
                assert!(forward.to != from, "a leg hears itself");
            }
        }
        engine.tick(now);
        assert!(engine.allocations() <= 2);
    }
});
