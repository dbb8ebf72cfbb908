//! An engine, a clock that is moved by hand, and clients that speak the protocol.

use birdcall_relay::codec::{
    Class, Datagram, Message, MessageKey, Method, Writer, kind, read, read_xor_address,
    write_channel_header,
};
use birdcall_relay::credential::{Claim, Credential, Issuer, Leg, NodeKey, REALM};
use birdcall_relay::engine::{Endpoint, Engine, Limits, Now, Output, Refusal};
use md5::{Digest, Md5};
use std::net::SocketAddr;

pub(crate) const BEGIN: u64 = 1_800_000_000;
pub(crate) const CALL: u64 = 42;

/// What an RTP packet begins with.
pub(crate) const MEDIA: &[u8] = &[0x80, 96, 0, 1, 2, 3, 4];

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) now: Now,
    issuer: Issuer,
    transactions: u64,
}

/// What a client hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    Channel(u16, Vec<u8>),
    Data(SocketAddr, Vec<u8>),
}

/// An answer to a request, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) class: Class,
}

impl Answer {
    pub(crate) fn value(&self, kind: u16) -> Option<Vec<u8>> {
        let message = Message::read(&self.bytes).unwrap();
        message
            .attributes()
            .find(|attribute| attribute.kind == kind)
            .map(|attribute| attribute.value.to_vec())
    }

    pub(crate) fn address(&self, kind: u16) -> Option<SocketAddr> {
        let id = Message::read(&self.bytes).unwrap().transaction();
        read_xor_address(&self.value(kind)?, &id)
    }

    /// 0 for success.
    pub(crate) fn code(&self) -> u16 {
        self.value(kind::ERROR_CODE)
            .map_or(0, |value| u16::from(value[2]) * 100 + u16::from(value[3]))
    }

    pub(crate) fn lifetime(&self) -> u32 {
        let value = self.value(kind::LIFETIME).expect("a lifetime");
        u32::from_be_bytes(value.try_into().unwrap())
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) at: Endpoint,
    pub(crate) address: SocketAddr,
    pub(crate) credential: Credential,
    pub(crate) nonce: Vec<u8>,
    /// Its relayed address, once it has one.
    pub(crate) relayed: Option<SocketAddr>,
}

/// An attribute of a request.
pub(crate) type Wish = (u16, Vec<u8>);

pub(crate) fn udp() -> Wish {
    (kind::REQUESTED_TRANSPORT, vec![17, 0, 0, 0])
}

pub(crate) fn lifetime(seconds: u32) -> Wish {
    (kind::LIFETIME, seconds.to_be_bytes().to_vec())
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        let key = NodeKey::new([3; 32]);
        Self {
            engine: Engine::new(&key, limits),
            now: Now {
                millis: 5_000,
                unix: BEGIN,
            },
            issuer: Issuer::new(&key),
            transactions: 0,
        }
    }

    pub(crate) fn pass(&mut self, seconds: u64) {
        self.pass_millis(seconds * 1000);
    }

    pub(crate) fn pass_millis(&mut self, millis: u64) {
        let before = self.now.millis;
        self.now.millis += millis;
        self.now.unix += self.now.millis / 1000 - before / 1000;
    }

    pub(crate) fn refused(&self, refusal: Refusal) -> u64 {
        self.engine.counters().refused(refusal)
    }

    pub(crate) fn credential(&self, call: u64, leg: Leg, device: u64, life: u64) -> Credential {
        let expires = self.now.unix + life;
        self.issuer.issue(&Claim {
            call,
            leg,
            device,
            expires,
        })
    }

    /// A client of a leg of the call; its device has the leg's number.
    pub(crate) fn client(&self, address: &str, leg: Leg) -> Client {
        let device = u64::from(leg.number());
        self.client_with(address, self.credential(CALL, leg, device, 36_000))
    }

    pub(crate) fn client_with(&self, address: &str, credential: Credential) -> Client {
        let address: SocketAddr = address.parse().unwrap();
        Client {
            at: address.into(),
            address,
            credential,
            nonce: Vec::new(),
            relayed: None,
        }
    }

    pub(crate) fn transaction(&mut self) -> [u8; 12] {
        self.transactions += 1;
        let mut id = [9; 12];
        id[4..].copy_from_slice(&self.transactions.to_be_bytes());
        id
    }

    /// The bytes of a signed request.
    pub(crate) fn signed(
        &mut self,
        client: &Client,
        method: Method,
        id: &[u8; 12],
        wishes: &[Wish],
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, method, Class::Request, id);
        for (kind, value) in wishes {
            writer.attribute(*kind, value);
        }
        writer.attribute(kind::USERNAME, client.credential.username.as_bytes());
        writer.attribute(kind::REALM, REALM.as_bytes());
        writer.attribute(kind::NONCE, &client.nonce);
        writer.integrity(&client.key());
        bytes
    }

    /// Sends bytes and returns the answer that came back.
    pub(crate) fn answer(&mut self, from: Endpoint, bytes: &[u8]) -> Option<Answer> {
        match self.engine.handle(from, bytes, self.now) {
            Output::Reply(reply) => {
                let message = Message::read(reply).expect("an answer is a STUN message");
                let asked = Message::read(bytes).unwrap();
                assert_eq!(message.transaction(), asked.transaction());
                assert_eq!(message.method, asked.method);
                Some(Answer {
                    class: message.class,
                    bytes: reply.to_vec(),
                })
            }
            Output::Nothing => None,
            Output::Forward(forward) => panic!("a request was sent on: {forward:?}"),
        }
    }

    /// One signed request; a nonce that is missing or stale is fetched once.
    pub(crate) fn ask(&mut self, client: &mut Client, method: Method, wishes: &[Wish]) -> Answer {
        for _ in 0..2 {
            let id = self.transaction();
            let bytes = self.signed(client, method, &id, wishes);
            let answer = self.answer(client.at, &bytes).expect("an answer");
            if answer.code() != 438 {
                if answer.code() != 401 && answer.code() != 400 {
                    assert!(answer.is_signed(client), "{answer:?}");
                }
                return answer;
            }
            client.nonce = answer.value(kind::NONCE).expect("a nonce");
        }
        panic!("a fresh nonce is stale");
    }

    pub(crate) fn allocate(&mut self, client: &mut Client) -> Answer {
        let answer = self.ask(client, Method::Allocate, &[udp()]);
        client.relayed = answer.address(kind::XOR_RELAYED_ADDRESS);
        answer
    }

    pub(crate) fn peer(&mut self, id: &[u8; 12], peer: SocketAddr) -> Wish {
        let value = birdcall_relay::codec::XorAddress::new(peer, id);
        (kind::XOR_PEER_ADDRESS, value.as_bytes().to_vec())
    }

    /// A request that names a peer, whose encoding depends on the transaction.
    pub(crate) fn ask_about(
        &mut self,
        client: &mut Client,
        method: Method,
        peers: &[SocketAddr],
        wishes: &[Wish],
    ) -> Answer {
        let id = self.transaction();
        let mut all = wishes.to_vec();
        for peer in peers {
            all.push(self.peer(&id, *peer));
        }
        let bytes = self.signed(client, method, &id, &all);
        self.answer(client.at, &bytes).expect("an answer")
    }

    pub(crate) fn permit(&mut self, client: &mut Client, peer: SocketAddr) -> u16 {
        self.ask_about(client, Method::CreatePermission, &[peer], &[])
            .code()
    }

    pub(crate) fn bind(&mut self, client: &mut Client, channel: u16, peer: SocketAddr) -> u16 {
        let [high, low] = channel.to_be_bytes();
        let number = (kind::CHANNEL_NUMBER, vec![high, low, 0, 0]);
        self.ask_about(client, Method::ChannelBind, &[peer], &[number])
            .code()
    }

    /// Sends payload through a channel; says who hears what.
    pub(crate) fn say(
        &mut self,
        client: &Client,
        channel: u16,
        payload: &[u8],
    ) -> Option<(Endpoint, Heard)> {
        let mut bytes = write_channel_header(channel, payload.len()).to_vec();
        bytes.extend_from_slice(payload);
        self.send(client.at, &bytes)
    }

    /// Sends payload in an indication.
    pub(crate) fn indicate(
        &mut self,
        client: &Client,
        peer: SocketAddr,
        payload: &[u8],
    ) -> Option<(Endpoint, Heard)> {
        let id = self.transaction();
        let peer = self.peer(&id, peer);
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, Method::Send, Class::Indication, &id);
        writer.attribute(peer.0, &peer.1);
        writer.attribute(kind::DATA, payload);
        self.send(client.at, &bytes)
    }

    /// Sends a datagram and reads what is sent on because of it.
    pub(crate) fn send(&mut self, from: Endpoint, bytes: &[u8]) -> Option<(Endpoint, Heard)> {
        let Output::Forward(forward) = self.engine.handle(from, bytes, self.now) else {
            return None;
        };
        let mut sent = forward.header.as_bytes().to_vec();
        sent.extend_from_slice(&bytes[forward.payload.clone()]);
        sent.resize(sent.len() + forward.padding, 0);
        let heard = match read(&sent).expect("what is sent on can be read") {
            Datagram::Channel { number, payload } => Heard::Channel(number, payload.to_vec()),
            Datagram::Stun(message) => {
                assert_eq!(message.method, Some(Method::Data));
                assert_eq!(message.class, Class::Indication);
                let value = |kind| {
                    let mut all = message.attributes();
                    all.find(|one| one.kind == kind).unwrap().value
                };
                let peer = read_xor_address(value(kind::XOR_PEER_ADDRESS), &message.transaction());
                Heard::Data(peer.unwrap(), value(kind::DATA).to_vec())
            }
        };
        Some((forward.to, heard))
    }

    /// Both legs with an allocation and a permission for the other.
    pub(crate) fn pair(&mut self) -> (Client, Client) {
        let mut caller = self.client("192.0.2.1:1000", Leg::Caller);
        let mut callee = self.client("[2001:db8::2]:2000", Leg::Callee);
        assert_eq!(self.allocate(&mut caller).code(), 0);
        assert_eq!(self.allocate(&mut callee).code(), 0);
        assert_eq!(self.permit(&mut caller, callee.relayed.unwrap()), 0);
        assert_eq!(self.permit(&mut callee, caller.relayed.unwrap()), 0);
        (caller, callee)
    }
}

impl Client {
    pub(crate) fn key(&self) -> MessageKey {
        let Credential { username, password } = &self.credential;
        MessageKey::new(&Md5::digest(format!("{username}:{REALM}:{password}")))
    }
}

impl Answer {
    /// Whether it carries a right MESSAGE-INTEGRITY.
    pub(crate) fn is_signed(&self, client: &Client) -> bool {
        let message = Message::read(&self.bytes).unwrap();
        message
            .attributes()
            .any(|attribute| message.integrity_holds(&attribute, &client.key()))
    }
}
