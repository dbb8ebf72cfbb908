//! The way of one TURN client from nothing to a bound channel (RFC 8656, 7 to 12).

use crate::Outcome;
use birdcall_relay::codec::{
    Class, Datagram, Message, MessageKey, Method, Writer, kind, read, read_xor_address,
};
use birdcall_relay::credential::{Claim, Issuer, Leg};
use md5::{Digest, Md5};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The user of a server that is told its users.
pub(crate) const USER: &str = "bench";

/// Where the credentials of a server come from.
#[derive(Debug, Clone)]
pub(crate) enum Account {
    /// From the node key.
    Birdcall(Issuer),
    /// One user, [`USER`], with this password.
    Password(String),
    /// It asks for none.
    None,
}

/// How long a credential holds, in seconds: longer than the bench.
const LIFE: u64 = 3_600;

impl Account {
    /// User name and password of a leg.
    pub(crate) fn credential(&self, call: u64, leg: Leg) -> (String, String) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let expires = now.map_or(0, |now| now.as_secs()) + LIFE;
        match self {
            Self::Birdcall(issuer) => {
                let credential = issuer.issue(&Claim {
                    call,
                    leg,
                    device: 2 * call + u64::from(leg.number()),
                    expires,
                });
                (credential.username, credential.password)
            }
            Self::Password(password) => (USER.to_owned(), password.clone()),
            Self::None => (String::new(), String::new()),
        }
    }
}

/// How far a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// It has sent nothing yet.
    New,
    /// It has asked without a credential, to be told realm and nonce.
    Asking,
    /// It has asked with one.
    Allocating,
    /// It has an address and waits for the other to have one.
    Allocated,
    /// It has asked for a permission.
    Permitting,
    /// It has one.
    Permitted,
    /// It has asked for a channel.
    Binding,
    /// It has one.
    Bound,
}

/// A client of one leg.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) socket: UdpSocket,
    pub(crate) step: Step,
    /// Its relayed address, once it has one.
    pub(crate) relayed: Option<SocketAddr>,
    /// The channel it binds.
    pub(crate) channel: u16,
    /// When its last request went out.
    pub(crate) asked: Instant,
    username: String,
    password: String,
    realm: Vec<u8>,
    nonce: Vec<u8>,
    key: Option<MessageKey>,
    transaction: [u8; 12],
}

const UDP: [u8; 4] = [17, 0, 0, 0];

impl Client {
    pub(crate) fn new(socket: UdpSocket, credential: (String, String), channel: u16) -> Self {
        Self {
            socket,
            step: Step::New,
            relayed: None,
            channel,
            asked: Instant::now(),
            username: credential.0,
            password: credential.1,
            realm: Vec::new(),
            nonce: Vec::new(),
            key: None,
            transaction: [0; 12],
        }
    }

    /// Takes the next step, which needs the other's relayed address from [`Step::Allocated`] on.
    pub(crate) fn go_on(&mut self, peer: Option<SocketAddr>, buffer: &mut Vec<u8>) -> Outcome {
        self.step = match self.step {
            Step::New => Step::Asking,
            Step::Asking => Step::Allocating,
            Step::Allocated => Step::Permitting,
            Step::Permitted => Step::Binding,
            Step::Allocating | Step::Permitting | Step::Binding | Step::Bound => self.step,
        };
        self.transaction = rand::random();
        self.ask(peer, buffer)
    }

    /// Sends the request of this step, or sends it again.
    pub(crate) fn ask(&mut self, peer: Option<SocketAddr>, buffer: &mut Vec<u8>) -> Outcome {
        let method = match self.step {
            Step::Asking | Step::Allocating => Method::Allocate,
            Step::Permitting => Method::CreatePermission,
            Step::Binding => Method::ChannelBind,
            Step::New | Step::Allocated | Step::Permitted | Step::Bound => return Ok(()),
        };
        let mut writer = Writer::new(buffer, method, Class::Request, &self.transaction);
        match method {
            Method::Allocate => writer.attribute(kind::REQUESTED_TRANSPORT, &UDP),
            Method::ChannelBind => {
                let [high, low] = self.channel.to_be_bytes();
                writer.attribute(kind::CHANNEL_NUMBER, &[high, low, 0, 0]);
            }
            _ => {}
        }
        if let Some(peer) = peer.filter(|_| method != Method::Allocate) {
            writer.address(kind::XOR_PEER_ADDRESS, peer);
        }
        if let Some(key) = &self.key {
            writer.attribute(kind::USERNAME, self.username.as_bytes());
            writer.attribute(kind::REALM, &self.realm);
            writer.attribute(kind::NONCE, &self.nonce);
            writer.integrity(key);
        }
        self.asked = Instant::now();
        self.socket
            .send(buffer)
            .map(drop)
            .map_err(|error| format!("a request could not be sent: {error}"))
    }

    /// Takes an answer. True: the step is done. What does not belong to the last request is passed over.
    pub(crate) fn hear(&mut self, datagram: &[u8]) -> Outcome<bool> {
        let Some(Datagram::Stun(message)) = read(datagram) else {
            return Ok(false);
        };
        if message.transaction() != self.transaction {
            return Ok(false);
        }
        match message.class {
            Class::Success => Ok(self.succeed(&message)),
            Class::Error => self.fail(&message),
            Class::Request | Class::Indication => Ok(false),
        }
    }

    fn succeed(&mut self, message: &Message<'_>) -> bool {
        self.step = match self.step {
            Step::Allocating => {
                self.relayed = value(message, kind::XOR_RELAYED_ADDRESS)
                    .and_then(|address| read_xor_address(address, &message.transaction()));
                Step::Allocated
            }
            Step::Permitting => Step::Permitted,
            Step::Binding => Step::Bound,
            other => other,
        };
        true
    }

    fn fail(&mut self, message: &Message<'_>) -> Outcome<bool> {
        let code = match value(message, kind::ERROR_CODE) {
            Some(&[_, _, class, number, ..]) => u16::from(class) * 100 + u16::from(number),
            _ => 0,
        };
        match (self.step, code) {
            (Step::Asking, 401) => {}
            // The nonce is too old, which happens to nobody who is not asked to wait; it is taken and used.
            (_, 438) => {}
            _ => return Err(format!("{:?} was refused with {code}", self.step)),
        }
        self.realm = value(message, kind::REALM).unwrap_or_default().to_vec();
        self.nonce = value(message, kind::NONCE).unwrap_or_default().to_vec();
        let mut hash = Md5::new();
        hash.update(&self.username);
        hash.update(":");
        hash.update(&self.realm);
        hash.update(":");
        hash.update(&self.password);
        self.key = Some(MessageKey::new(&hash.finalize()));
        Ok(true)
    }
}

fn value<'a>(message: &Message<'a>, kind: u16) -> Option<&'a [u8]> {
    message
        .attributes()
        .find(|attribute| attribute.kind == kind)
        .map(|attribute| attribute.value)
}
