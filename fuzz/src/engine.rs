//! The relay's engine: whatever is sent to it by both legs of two calls and by a stranger, in whatever order, it says
//! nothing to anybody but to the other leg of the same call (P-4), and answers strangers with less than they sent.
//!
//! The input is a program. Each step is a byte that says what is done, a byte that says by whom, and what that step
//! reads; bytes that end early are zeros. [`ledger`] holds the outputs against what was granted.

pub mod ledger;

use birdcall_relay::codec::{
    Class, MessageKey, Method, Writer, XorAddress, kind, write_channel_header,
};
use birdcall_relay::credential::{Claim, Credential, Issuer, Leg, NodeKey, REALM};
use birdcall_relay::engine::{
    Endpoint, Engine, FIRST_PORT, Limits, Now, Output, RELAYED_ADDRESSES,
};
use ledger::Ledger;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::OnceLock;

/// Steps of one input. More find nothing new and make the search slow.
const MOST_STEPS: usize = 64;

/// Somebody with a credential and a place to send from.
#[derive(Clone)]
struct Client {
    at: Endpoint,
    call: u64,
    leg: Leg,
    credential: Credential,
    key: MessageKey,
    nonce: Vec<u8>,
}

/// Everything that an input acts on.
struct World {
    engine: Engine,
    now: Now,
    ledger: Ledger,
    /// Two calls, two legs each, two places to send from on each leg.
    clients: Vec<Client>,
    transactions: u64,
}

/// Runs a program.
///
/// # Panics
///
/// An output breaks a rule, or the engine holds more than it was asked for.
pub fn check(bytes: &[u8]) {
    let mut world = World::new();
    let mut program = Program(bytes);
    for _ in 0..MOST_STEPS {
        if program.0.is_empty() {
            break;
        }
        world.step(&mut program);
    }
}

/// What is left of the input.
struct Program<'a>(&'a [u8]);

impl<'a> Program<'a> {
    fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or(0)
    }

    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// As many bytes as the next one says.
    fn some(&mut self) -> &'a [u8] {
        let count = self.byte();
        self.bytes(usize::from(count))
    }
}

impl World {
    fn new() -> Self {
        // Credentials are MACs: made once, they do not slow down every input.
        static CLIENTS: OnceLock<Vec<Client>> = OnceLock::new();
        let limits = Limits {
            allocations_per_leg: 2,
            allocations: 6,
            bytes_per_second: 1_000,
            burst: 2_000,
        };
        Self {
            engine: Engine::new(&node_key(), limits),
            now: Now {
                millis: 0,
                unix: 1_000,
            },
            ledger: Ledger::default(),
            clients: CLIENTS
                .get_or_init(|| {
                    let issuer = Issuer::new(&node_key());
                    (0..8).map(|number| client(number, &issuer)).collect()
                })
                .clone(),
            transactions: 0,
        }
    }

    fn step(&mut self, program: &mut Program<'_>) {
        let (what, who) = (program.byte(), program.byte());
        let me = usize::from(who & 7);
        // A quarter of everything comes from a place that its credential was not used from.
        let from = match who >> 6 {
            3 => stranger(who & 1),
            2 => self.clients[usize::from((who >> 3) & 7)].at,
            _ => self.clients[me].at,
        };
        match what % 16 {
            0 | 1 => {
                let wish = (kind::REQUESTED_TRANSPORT, vec![17, 0, 0, 0]);
                self.ask(from, me, Method::Allocate, &[wish]);
            }
            2 => {
                let wishes = program.some().to_vec();
                self.ask(from, me, Method::Allocate, &attributes(&wishes));
            }
            3 => {
                let seconds = u32::from(program.byte()) * 10;
                let wish = (kind::LIFETIME, seconds.to_be_bytes().to_vec());
                self.ask(from, me, Method::Refresh, &[wish]);
            }
            4 => {
                let peer = self.peer(me, program);
                self.ask(from, me, Method::CreatePermission, &[peer]);
            }
            5 | 6 => {
                let number = [0x40, program.byte() & 3, 0, 0].to_vec();
                let peer = self.peer(me, program);
                self.ask(
                    from,
                    me,
                    Method::ChannelBind,
                    &[(kind::CHANNEL_NUMBER, number), peer],
                );
            }
            7 | 8 => {
                let peer = self.peer(me, program);
                let data = (kind::DATA, payload(program));
                let id = self.transaction();
                let bytes = message(Method::Send, Class::Indication, &id, &[peer, data]);
                self.send(from, &bytes);
            }
            9 | 10 => {
                let number = 0x4000 | u16::from(program.byte() & 3);
                let data = payload(program);
                let mut bytes = write_channel_header(number, data.len()).to_vec();
                bytes.extend_from_slice(&data);
                self.send(from, &bytes);
            }
            11 => {
                let bytes = program.some();
                self.send(from, bytes);
            }
            12 => {
                let choice = program.byte();
                let wishes = attributes(program.some());
                let all = [
                    Method::Binding,
                    Method::Allocate,
                    Method::Refresh,
                    Method::Send,
                    Method::CreatePermission,
                    Method::ChannelBind,
                    Method::Data,
                ];
                self.ask(from, me, all[usize::from(choice) % all.len()], &wishes);
            }
            13 => {
                // Up to eleven minutes: longer than anything lives.
                let millis = u64::from(program.byte()).pow(2) * 10;
                let before = self.now.millis;
                self.now.millis += millis;
                self.now.unix += self.now.millis / 1000 - before / 1000;
                self.engine.tick(self.now);
            }
            14 => {
                // Without a credential: an attack with a forged address.
                let id = self.transaction();
                for _ in 0..=who >> 3 {
                    let bytes = message(Method::Allocate, Class::Request, &id, &[]);
                    self.send(from, &bytes);
                }
            }
            _ => {
                let choice = program.byte();
                if choice >= 0xF0 {
                    let call = self.clients[me].call;
                    self.engine.revoke(call, self.now);
                    self.ledger.revoked(call);
                } else if from.stream().is_some() {
                    self.engine.leave(from);
                    self.ledger.left(from);
                }
            }
        }
        while let Some(ended) = self.engine.poll_ended() {
            let ended = ended.client;
            assert!(ended.stream().is_some(), "no stream");
            assert!(
                !self.engine.holds(ended, self.now),
                "told of an end that was none"
            );
            self.ledger.left(ended);
        }
        let held = self.engine.allocations();
        assert!(held <= 6, "{held} allocations");
        let everybody = self.clients.iter().map(|client| client.at);
        for one in everybody.chain([0, 1].map(stranger)) {
            let holds = self.engine.holds(one, self.now);
            assert!(
                !holds || self.ledger.holds(one, self.now),
                "an allocation that nobody was told of"
            );
        }
    }

    fn transaction(&mut self) -> [u8; 12] {
        self.transactions += 1;
        let mut id = [9; 12];
        id[4..].copy_from_slice(&self.transactions.to_be_bytes());
        id
    }

    /// A peer in the encoding of the next transaction: mostly the other leg, sometimes oneself or a host outside.
    fn peer(&mut self, me: usize, program: &mut Program<'_>) -> (u16, Vec<u8>) {
        let choice = program.byte();
        let port = FIRST_PORT + u16::from(choice & 3);
        let leg = self.clients[me].leg;
        let relayed = |leg: Leg| RELAYED_ADDRESSES[usize::from(leg.number())];
        let peer = match choice >> 4 {
            15 => SocketAddr::from((Ipv4Addr::new(198, 51, 100, 1), port)),
            14 => SocketAddr::from((relayed(leg), port)),
            13 => SocketAddr::from((relayed(leg.other()).to_ipv6_mapped(), port)),
            _ => SocketAddr::from((relayed(leg.other()), port)),
        };
        let mut id = [9; 12];
        id[4..].copy_from_slice(&(self.transactions + 1).to_be_bytes());
        let value = XorAddress::new(peer, &id);
        (kind::XOR_PEER_ADDRESS, value.as_bytes().to_vec())
    }

    /// A signed request; a nonce that is missing or old is fetched with a first one, as clients do.
    fn ask(&mut self, from: Endpoint, me: usize, method: Method, wishes: &[(u16, Vec<u8>)]) {
        let id = self.transaction();
        for _ in 0..2 {
            let client = &self.clients[me];
            let mut bytes = message(method, Class::Request, &id, wishes);
            let mut writer = Writer::resume(&mut bytes);
            writer.attribute(kind::USERNAME, client.credential.username.as_bytes());
            writer.attribute(kind::REALM, REALM.as_bytes());
            writer.attribute(kind::NONCE, &client.nonce);
            writer.integrity(&client.key);
            let Some(reply) = self.send_as(from, &bytes, Some((client.call, client.leg))) else {
                return;
            };
            let Some(nonce) = ledger::value(&reply, kind::NONCE) else {
                return;
            };
            self.clients[me].nonce = nonce;
        }
    }

    fn send(&mut self, from: Endpoint, bytes: &[u8]) {
        self.send_as(from, bytes, None);
    }

    /// Sends a datagram and checks what comes of it. Gives back the answer.
    fn send_as(
        &mut self,
        from: Endpoint,
        bytes: &[u8],
        claim: Option<(u64, Leg)>,
    ) -> Option<Vec<u8>> {
        self.ledger.received(bytes);
        let verdict = match self.engine.handle(from, bytes, self.now) {
            Output::Nothing => Ok(None),
            Output::Reply(reply) => self
                .ledger
                .reply(from, bytes, claim, reply, self.now)
                .map(|()| Some(reply.to_vec())),
            Output::Forward(forward) => self
                .ledger
                .forward(from, bytes, &forward, self.now)
                .map(|()| None),
        };
        verdict.unwrap_or_else(|broken| panic!("{broken}"))
    }
}

fn node_key() -> NodeKey {
    NodeKey::new([1; 32])
}

/// Call, leg, and one of two places, out of the bits of a number.
fn client(number: u8, issuer: &Issuer) -> Client {
    let call = u64::from(number >> 2);
    let leg = Leg::from_number((number >> 1) & 1).unwrap_or(Leg::Caller);
    let credential = issuer.issue(&Claim {
        call,
        leg,
        device: 1 + u64::from(leg.number()),
        expires: 5_000,
    });
    let ip = Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, u16::from(number));
    let stream = NonZeroU32::new(u32::from(number));
    Client {
        // IPv4, IPv6, and for one place of each callee a stream.
        at: match (number & 3, stream) {
            (3, Some(stream)) => Endpoint::of_stream((ip, 1000).into(), stream),
            (1, _) => SocketAddr::from((ip, 1000)).into(),
            _ => Endpoint::from_v4([192, 0, 2, number], 1000),
        },
        call,
        leg,
        key: MessageKey::new(&issuer.key(credential.username.as_bytes())),
        credential,
        nonce: Vec::new(),
    }
}

/// A place that nobody's credential belongs to.
fn stranger(number: u8) -> Endpoint {
    Endpoint::from_v4([198, 51, 100, number], 9)
}

/// An unsigned message.
fn message(method: Method, class: Class, id: &[u8; 12], wishes: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes, method, class, id);
    for (kind, value) in wishes {
        writer.attribute(*kind, value);
    }
    bytes
}

/// Attributes of ten bytes at most, out of any.
fn attributes(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let attribute = |bytes: &[u8]| {
        let (kind, value) = bytes.split_at(bytes.len().min(2));
        let kind = kind
            .iter()
            .fold(0, |kind, byte| (kind << 8) | u16::from(*byte));
        (kind, value.to_vec())
    };
    bytes.chunks(10).map(attribute).collect()
}

/// A payload of up to 255 bytes that begins with any byte.
fn payload(program: &mut Program<'_>) -> Vec<u8> {
    let (first, length) = (program.byte(), program.byte());
    vec![first; usize::from(length)]
}

/// A positive control for all of the above: an engine's real output, turned to somebody else, has to be seen.
#[cfg(test)]
mod tests {
    use super::*;
    use birdcall_relay::engine::Forward;

    /// Both legs of the first call and one of the second with an allocation; the first two may talk.
    fn talking() -> World {
        let mut world = World::new();
        for me in [0, 2, 4] {
            let wish = (kind::REQUESTED_TRANSPORT, vec![17, 0, 0, 0]);
            world.ask(world.clients[me].at, me, Method::Allocate, &[wish]);
        }
        for me in [0, 2, 4] {
            let peer = world.peer(me, &mut Program(&[0]));
            world.ask(world.clients[me].at, me, Method::CreatePermission, &[peer]);
        }
        assert_eq!(world.engine.allocations(), 3);
        world
    }

    fn forwarded(world: &mut World) -> (Endpoint, Vec<u8>, Forward) {
        let from = world.clients[0].at;
        let peer = world.peer(0, &mut Program(&[0]));
        let id = world.transaction();
        let data = (kind::DATA, vec![0x80; 30]);
        let bytes = message(Method::Send, Class::Indication, &id, &[peer, data]);
        let Output::Forward(forward) = world.engine.handle(from, &bytes, world.now) else {
            panic!("nothing was sent on");
        };
        (from, bytes, forward)
    }

    #[test]
    fn what_the_engine_does_is_right() {
        let mut world = talking();
        let (from, bytes, forward) = forwarded(&mut world);
        assert_eq!(
            world.ledger.forward(from, &bytes, &forward, world.now),
            Ok(())
        );
    }

    #[test]
    fn a_packet_for_anybody_else_is_seen() {
        let mut world = talking();
        let (from, bytes, right) = forwarded(&mut world);
        let stranger = stranger(7);
        let others = [stranger, from, world.clients[1].at, world.clients[4].at];
        for to in others {
            let wrong = Forward {
                to,
                ..right.clone()
            };
            assert!(
                world
                    .ledger
                    .forward(from, &bytes, &wrong, world.now)
                    .is_err()
            );
        }
        // From somebody who holds nothing.
        assert!(
            world
                .ledger
                .forward(stranger, &bytes, &right, world.now)
                .is_err()
        );
        // Other bytes than the payload: the sender's own header.
        let wrong = Forward {
            payload: 0..30,
            ..right.clone()
        };
        assert!(
            world
                .ledger
                .forward(from, &bytes, &wrong, world.now)
                .is_err()
        );
    }

    #[test]
    fn a_packet_after_the_end_is_seen() {
        let mut world = talking();
        let (from, bytes, right) = forwarded(&mut world);
        let later = Now {
            millis: world.now.millis + 300_000,
            ..world.now
        };
        assert!(world.ledger.forward(from, &bytes, &right, later).is_err());
        world.ledger.revoked(0);
        assert!(
            world
                .ledger
                .forward(from, &bytes, &right, world.now)
                .is_err()
        );
    }

    #[test]
    fn an_answer_that_tells_of_another_is_seen() {
        let mut world = talking();
        let mut answer = Vec::new();
        let id = [3; 12];
        let asked = message(Method::Binding, Class::Request, &id, &[]);
        let mut writer = Writer::new(&mut answer, Method::Binding, Class::Success, &id);
        writer.address(kind::XOR_MAPPED_ADDRESS, world.clients[2].at.into());
        let from = world.clients[0].at;
        let verdict = world.ledger.reply(from, &asked, None, &answer, world.now);
        assert!(verdict.is_err());
    }

    #[test]
    fn answers_to_strangers_that_are_more_than_they_sent_are_seen() {
        let mut world = World::new();
        let id = [3; 12];
        let from = stranger(7);
        let asked = message(Method::Binding, Class::Request, &id, &[]);
        let mut answer = Vec::new();
        let mut writer = Writer::new(&mut answer, Method::Binding, Class::Success, &id);
        writer.address(kind::XOR_MAPPED_ADDRESS, from.into());
        let seen = (0..2_000).any(|_| {
            world.ledger.received(&asked);
            world
                .ledger
                .reply(from, &asked, None, &answer, world.now)
                .is_err()
        });
        assert!(seen);
    }
}
