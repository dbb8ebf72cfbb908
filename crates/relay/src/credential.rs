//! Credentials that are checked without being remembered.
//!
//! A user name says for whom it is and until when; the password is a MAC of it under the node key. So a relay on another
//! machine needs nothing but the key, and any TURN client can be given the pair (the way "TURN REST" servers do it).
//!
//! What a MAC cannot say is that a call has ended: that is [`Engine::revoke`](crate::engine::Engine::revoke).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use std::fmt;

/// The realm of every credential. It is part of what clients hash, and short because every challenge carries it.
pub const REALM: &str = "birdcall";

/// Longest life of a credential in seconds. Raising it lets a call last longer on one credential, and makes the relay
/// remember the calls that were revoked for as long.
pub const LONGEST_LIFE: u64 = 24 * 60 * 60;

/// Length of a user name.
pub const USERNAME_LENGTH: usize = 32;

/// Length of a password.
pub const PASSWORD_LENGTH: usize = 43;

const VERSION: u8 = 1;
const PACKED: usize = 24;

/// What the relay's secrets are derived from. The same on every machine that serves the same calls.
#[derive(Clone)]
pub struct NodeKey([u8; 32]);

impl NodeKey {
    /// Wraps 32 secret random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key of its own for each purpose, so that no use of one says anything about another.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut mac = hmac_sha256(&self.0);
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Says nothing: a key gets into no log.
impl fmt::Debug for NodeKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("NodeKey(…)")
    }
}

/// One side of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// The caller's side.
    Caller,
    /// The callee's side.
    Callee,
}

impl Leg {
    /// The leg with this number: 0 is the caller's, 1 the callee's.
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Caller),
            1 => Some(Self::Callee),
            _ => None,
        }
    }

    /// Its number in user names and tables.
    pub fn number(self) -> u8 {
        match self {
            Self::Caller => 0,
            Self::Callee => 1,
        }
    }

    /// The leg that this one may talk to (P-4).
    pub fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// Whom a credential is for: one device on one side of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The call.
    pub call: u64,
    /// The side of it.
    pub leg: Leg,
    /// The one device that is in it on that side, by its alias for this call: see [`Issuer::alias`].
    pub device: u64,
    /// When it ends, in seconds of Unix time.
    pub expires: u64,
}

/// A user name and its password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// What the client sends in USERNAME.
    pub username: String,
    /// What the client keeps to itself.
    pub password: String,
}

/// Without the password: a credential gets into no log.
impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Credential").finish_non_exhaustive()
    }
}

/// A user name that this relay cannot have issued, or that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadUsername {
    /// Not of the form of ours.
    Malformed,
    /// Its time is over, or further away than [`LONGEST_LIFE`].
    Expired,
}

/// Issues credentials and finds the key that goes with a user name.
#[derive(Clone)]
pub struct Issuer {
    /// Keyed once: each use copies the state instead of hashing the key again.
    mac: Hmac<Sha256>,
}

/// Says nothing: it holds a key.
impl fmt::Debug for Issuer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Issuer(…)")
    }
}

impl Issuer {
    /// An issuer under this key. Two of them under the same key accept each other's credentials.
    pub fn new(key: &NodeKey) -> Self {
        Self {
            mac: hmac_sha256(&key.derive("birdcall relay credential 1")),
        }
    }

    /// A credential for this claim. A life longer than [`LONGEST_LIFE`] is not accepted by [`Issuer::claim`].
    pub fn issue(&self, claim: &Claim) -> Credential {
        let username = BASE64_URL_SAFE_NO_PAD.encode(pack(claim));
        let mut password = [0; PASSWORD_LENGTH];
        self.password(username.as_bytes(), &mut password);
        Credential {
            password: password.iter().copied().map(char::from).collect(),
            username,
        }
    }

    /// What a device is called in the credentials of one call. User names travel readably, so whoever watches a line
    /// must not find a lasting number of the device in them: this one is the same for as long as the call lasts, and says
    /// nothing about the next.
    pub fn alias(&self, call: u64, device: u64) -> u64 {
        let mut mac = self.mac.clone();
        // Shorter than a user name, so it is nobody's password.
        mac.update(b"device");
        mac.update(&call.to_be_bytes());
        mac.update(&device.to_be_bytes());
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(mac.finalize().into_bytes());
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Reads a user name. That the sender holds its password is not known before a MESSAGE-INTEGRITY was checked
    /// with [`Issuer::key`].
    pub fn claim(&self, username: &[u8], now: u64) -> Result<Claim, BadUsername> {
        let claim = unpack(username).ok_or(BadUsername::Malformed)?;
        if claim.expires <= now || claim.expires - now > LONGEST_LIFE {
            return Err(BadUsername::Expired);
        }
        Ok(claim)
    }

    /// Whether a pair was issued under this key and still holds. The comparison takes the same time for every wrong
    /// password.
    pub fn check(&self, username: &[u8], password: &[u8], now: u64) -> Option<Claim> {
        let mut right = [0; PASSWORD_LENGTH];
        self.password(username, &mut right);
        let differences = right
            .iter()
            .zip(password)
            .fold(0, |seen, (one, other)| seen | (one ^ other));
        let same = std::hint::black_box(differences) == 0 && password.len() == right.len();
        self.claim(username, now).ok().filter(|_| same)
    }

    /// The long-term key of RFC 8489, 9.2.2: MD5 of user name, realm and password.
    pub fn key(&self, username: &[u8]) -> [u8; 16] {
        let mut password = [0; PASSWORD_LENGTH];
        self.password(username, &mut password);
        let mut hash = Md5::new();
        hash.update(username);
        hash.update(b":");
        hash.update(REALM);
        hash.update(b":");
        hash.update(password);
        hash.finalize().into()
    }

    fn password(&self, username: &[u8], into: &mut [u8; PASSWORD_LENGTH]) {
        let mut mac = self.mac.clone();
        mac.update(username);
        // 32 bytes are 43 characters: the slice always fits.
        let written = BASE64_URL_SAFE_NO_PAD.encode_slice(mac.finalize().into_bytes(), into);
        debug_assert_eq!(written, Ok(PASSWORD_LENGTH));
    }
}

/// Version, flags (none yet), leg, expiry in five bytes, call, device: 24 bytes, which are 32 characters exactly.
fn pack(claim: &Claim) -> [u8; PACKED] {
    let mut packed = [0; PACKED];
    packed[0] = VERSION;
    packed[2] = claim.leg.number();
    packed[3..8].copy_from_slice(&claim.expires.to_be_bytes()[3..]);
    packed[8..16].copy_from_slice(&claim.call.to_be_bytes());
    packed[16..].copy_from_slice(&claim.device.to_be_bytes());
    packed
}

fn unpack(username: &[u8]) -> Option<Claim> {
    let username: &[u8; USERNAME_LENGTH] = username.try_into().ok()?;
    let mut packed = [0; PACKED];
    let length = BASE64_URL_SAFE_NO_PAD
        .decode_slice(username, &mut packed)
        .ok()?;
    let number = |range: std::ops::Range<usize>| {
        packed[range]
            .iter()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte))
    };
    // A flag that this version does not know would be a wish that goes unheard.
    (length == PACKED && packed[0] == VERSION && packed[1] == 0).then_some(())?;
    Some(Claim {
        call: number(8..16),
        leg: Leg::from_number(packed[2])?,
        device: number(16..24),
        expires: number(3..8),
    })
}

pub(crate) fn hmac_sha256(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC takes keys of every length; only other MACs of this trait do not.
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
