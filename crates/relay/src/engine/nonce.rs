use super::{Endpoint, Now};
use crate::credential::NodeKey;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::fmt;

/// How long a nonce holds. Lowering it makes clients ask twice more often, raising it lets a request that was seen on
/// the way be sent again from the same address for longer.
const NONCE_SECONDS: u64 = 3_600;

/// Length of a nonce in a message.
pub(super) const NONCE: usize = 16;

/// Nonces that are not remembered: the time, and a MAC of it and of the address it was told to.
pub(super) struct Nonces(Hmac<Sha1>);

impl fmt::Debug for Nonces {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Nonces(…)")
    }
}

impl Nonces {
    pub(super) fn new(key: &NodeKey) -> Self {
        let key = key.derive("birdcall relay nonce 1");
        Self(Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"))
    }

    pub(super) fn issue(&self, to: Endpoint, now: Now) -> [u8; NONCE] {
        // Unix time and not the other clock: a nonce outlives a restart.
        self.at(to, now.unix as u32)
    }

    pub(super) fn holds(&self, nonce: &[u8], from: Endpoint, now: Now) -> bool {
        let mut packed = [0; 12];
        let Ok(12) = BASE64_URL_SAFE_NO_PAD.decode_slice(nonce, &mut packed) else {
            return false;
        };
        let issued = u32::from_be_bytes([packed[0], packed[1], packed[2], packed[3]]);
        // Not secret in the way a password is: a wrong one is answered with a right one.
        u64::from((now.unix as u32).wrapping_sub(issued)) < NONCE_SECONDS
            && nonce == self.at(from, issued)
    }

    fn at(&self, address: Endpoint, unix: u32) -> [u8; NONCE] {
        let unix = unix.to_be_bytes();
        let mut mac = self.0.clone();
        mac.update(&unix);
        mac.update(&address.ip_bytes());
        mac.update(&address.port().to_be_bytes());
        let mut packed = [0; 12];
        packed[..4].copy_from_slice(&unix);
        packed[4..].copy_from_slice(&mac.finalize().into_bytes()[..8]);
        let mut nonce = [0; NONCE];
        let written = BASE64_URL_SAFE_NO_PAD.encode_slice(packed, &mut nonce);
        debug_assert_eq!(written, Ok(NONCE));
        nonce
    }
}
