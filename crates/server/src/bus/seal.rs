//! Signals are sealed in the database: descriptions and candidates hold addresses (P-6), and who can write to the
//! database shall not ring devices by it. The key follows from the node key, which all nodes share and which is not in
//! the database.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use birdcall_protocol::PersonId;
use birdcall_relay::credential::NodeKey;

/// Seals and opens. AES-GCM-SIV (RFC 8452), because nonces are drawn: two alike tell no more than that two texts are the
/// same.
pub(super) struct Seal(LessSafeKey);

impl Seal {
    pub(super) fn new(key: &NodeKey) -> Result<Self, String> {
        let secret = key.derive("birdcall signals 1");
        UnboundKey::new(&AES_256_GCM_SIV, &secret)
            .map(|key| Self(LessSafeKey::new(key)))
            .map_err(|_| "signals cannot be sealed".to_owned())
    }

    /// For this person, in this place, and nowhere else.
    pub(super) fn close(&self, person: PersonId, place: u64, text: Vec<u8>) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = text;
        let aad = Aad::from(bound(person, place));
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(nonce_used, aad, &mut sealed)
            .ok()?;
        sealed.extend_from_slice(&nonce);
        Some(sealed)
    }

    /// What was sealed; nothing if it was not sealed here, or was moved or changed.
    pub(super) fn open(
        &self,
        person: PersonId,
        place: u64,
        mut sealed: Vec<u8>,
    ) -> Option<Vec<u8>> {
        let rest = sealed.len().checked_sub(NONCE_LEN)?;
        let nonce: [u8; NONCE_LEN] = sealed.split_off(rest).try_into().ok()?;
        let aad = Aad::from(bound(person, place));
        let nonce = Nonce::assume_unique_for_key(nonce);
        let text = self.0.open_in_place(nonce, aad, &mut sealed).ok()?.len();
        sealed.truncate(text);
        Some(sealed)
    }
}

fn bound(person: PersonId, place: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&person.as_i64().to_be_bytes());
    bytes[8..].copy_from_slice(&place.to_be_bytes());
    bytes
}

/// What tells two node keys apart without saying anything of either.
pub(super) fn mark(key: &NodeKey) -> String {
    let secret = key.derive("birdcall node key mark 1");
    crate::random::hex(digest(&SHA256, &secret).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_alone_and_under_its_key_alone() {
        let (ann, bob) = (PersonId::new(1), PersonId::new(2));
        let seal = Seal::new(&NodeKey::new([7; 32])).unwrap();
        let other = Seal::new(&NodeKey::new([8; 32])).unwrap();
        let text = b"candidate:1 1 udp 1 192.0.2.7 9 typ host".to_vec();
        let sealed = seal.close(ann, 4, text.clone()).unwrap();
        let shows = |bytes: &[u8]| bytes.windows(9).any(|part| part == b"192.0.2.7");
        assert!(shows(&text) && !shows(&sealed));
        assert_eq!(seal.open(ann, 4, sealed.clone()), Some(text));
        assert_eq!(seal.open(ann, 5, sealed.clone()), None);
        assert_eq!(seal.open(bob, 4, sealed.clone()), None);
        assert_eq!(other.open(ann, 4, sealed.clone()), None);
        let mut changed = sealed;
        changed[0] ^= 1;
        assert_eq!(seal.open(ann, 4, changed), None);
        assert_eq!(seal.open(ann, 4, vec![0; 3]), None);
        assert_ne!(mark(&NodeKey::new([7; 32])), mark(&NodeKey::new([8; 32])));
    }
}
