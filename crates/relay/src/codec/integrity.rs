use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::fmt;

/// The key of MESSAGE-INTEGRITY: HMAC-SHA-1 (RFC 8489, 14.5).
#[derive(Clone)]
pub struct MessageKey(Hmac<Sha1>);

/// Says nothing: it is a secret.
impl fmt::Debug for MessageKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("MessageKey(…)")
    }
}

impl MessageKey {
    /// From the long-term key, or for short-term credentials from the password.
    pub fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    /// The MAC over the message so far, as if its length were `length`.
    pub(super) fn sign(&self, message: &[u8], length: usize) -> [u8; 20] {
        self.over(message, length).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(super) fn verify(&self, message: &[u8], end: usize, length: usize, mac: &[u8]) -> bool {
        self.over(&message[..end], length).verify_slice(mac).is_ok()
    }

    fn over(&self, message: &[u8], length: usize) -> Hmac<Sha1> {
        let mut mac = self.0.clone();
        mac.update(&message[..2]);
        // A STUN message is at most 65,535 bytes long, so its length fits.
        mac.update(&(length as u16).to_be_bytes());
        mac.update(&message[4..]);
        mac
    }
}

/// CRC-32 of everything before the attribute, XORed (RFC 8489, 14.7).
pub fn fingerprint(message: &[u8]) -> u32 {
    let crc = message.iter().fold(u32::MAX, |crc, byte| {
        TABLE[usize::from((crc as u8) ^ byte)] ^ (crc >> 8)
    });
    !crc ^ 0x5354_554E
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};
