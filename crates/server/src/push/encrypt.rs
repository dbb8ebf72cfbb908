//! Encryption for one subscription (RFC 8291 over RFC 8188, `aes128gcm`, one record). The push service passes on bytes
//! that only the browser can read, filled up to one of a few lengths, so that their size does not tell a ring from a
//! missed call, or how long a message is.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};

/// Lengths that a message is filled up to, with the byte that ends it. The last is the most that fits in the 4,096 bytes
/// that every push service takes (RFC 8030, 7.2), after the header and the tag.
const LENGTHS: [usize; 5] = [512, 1_024, 2_048, 3_072, MOST + 1];

/// The longest message.
pub const MOST: usize = 4_096 - HEADER - TAG - 1;

/// Salt, record size, length of the key, key.
const HEADER: usize = 16 + 4 + 1 + POINT;

/// An uncompressed point of P-256.
const POINT: usize = 65;

/// What AES-GCM adds.
const TAG: usize = 16;

/// The record size we say: all is in the first.
const RECORD: u32 = 4_096;

/// Ends the last record (RFC 8188, 2).
const LAST: u8 = 2;

/// A browser's half of a subscription: its public key and the secret that both share.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    p256dh: Vec<u8>,
    auth: [u8; 16],
}

impl Keys {
    /// Reads the two as browsers give them, base64url; `None` if the one is no point of the curve or the other is no
    /// secret of 16 bytes.
    #[must_use]
    pub fn parse(p256dh: &str, auth: &str) -> Option<Self> {
        let keys = Self {
            p256dh: decode(p256dh)?,
            auth: decode(auth)?.try_into().ok()?,
        };
        // Only encrypting to a point shows that it is one.
        keys.encrypt(b"").is_some().then_some(keys)
    }

    /// The body of a push; `None` if the message is longer than [`MOST`].
    #[must_use]
    pub fn encrypt(&self, message: &[u8]) -> Option<Vec<u8>> {
        let private = PrivateKey::generate(&ECDH_P256).ok()?;
        self.seal(message, rand::random(), &private).ok().flatten()
    }

    fn seal(
        &self,
        message: &[u8],
        salt: [u8; 16],
        private: &PrivateKey,
    ) -> Result<Option<Vec<u8>>, Unspecified> {
        let Some(length) = LENGTHS.into_iter().find(|length| message.len() < *length) else {
            return Ok(None);
        };
        let mut record = message.to_vec();
        record.push(LAST);
        record.resize(length, 0);
        self.seal_record(record, salt, private).map(Some)
    }

    /// Encrypts a record that is filled up already.
    fn seal_record(
        &self,
        mut record: Vec<u8>,
        salt: [u8; 16],
        private: &PrivateKey,
    ) -> Result<Vec<u8>, Unspecified> {
        let public = private.compute_public_key()?;
        // RFC 8291, 3.4
        let info = [b"WebPush: info\0", &self.p256dh[..], public.as_ref()];
        let peer = UnparsedPublicKey::new(&ECDH_P256, &self.p256dh);
        let ikm = agree(private, peer, Unspecified, |shared| {
            expand::<32>(&self.auth, shared, &info)
        })?;
        // RFC 8188, 2.2 and 2.3
        let key = expand::<16>(&salt, &ikm, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce = expand::<12>(&salt, &ikm, &[b"Content-Encoding: nonce\0"])?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
        // The key is new with each message, so its nonce is.
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record)?;
        let mut body = Vec::with_capacity(HEADER + record.len());
        body.extend(salt);
        body.extend(RECORD.to_be_bytes());
        body.push(POINT as u8);
        body.extend(public.as_ref());
        body.append(&mut record);
        Ok(body)
    }
}

fn expand<const N: usize>(
    salt: &[u8],
    secret: &[u8],
    info: &[&[u8]],
) -> Result<[u8; N], Unspecified> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut bytes = [0; N];
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, Length(N))?
        .fill(&mut bytes)?;
    Ok(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    // Some browsers' libraries pad it.
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::URL_SAFE, lenient)
        .decode(text)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8291, appendix A.
    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn the_example_of_rfc_8291_comes_out() {
        let keys = Keys::parse(P256DH, AUTH).unwrap();
        let salt = decode("DGv6ra1nlYgDCS1FRnbzlw")
            .unwrap()
            .try_into()
            .unwrap();
        let private = decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").unwrap();
        let private = PrivateKey::from_private_key(&ECDH_P256, &private).unwrap();
        let mut record = b"When I grow up, I want to be a watermelon".to_vec();
        record.push(LAST);
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml\
            mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuw\
            XPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        let body = keys.seal_record(record, salt, &private).unwrap();
        assert_eq!(body, decode(expected).unwrap());
    }

    #[test]
    fn the_length_of_a_body_tells_little() {
        let keys = Keys::parse(P256DH, AUTH).unwrap();
        let length = |message: usize| keys.encrypt(&vec![b'x'; message]).map(|body| body.len());
        let around = HEADER + TAG;
        assert_eq!(length(0), Some(around + 512));
        assert_eq!(length(511), Some(around + 512));
        assert_eq!(length(512), Some(around + 1_024));
        assert_eq!(length(MOST), Some(4_096));
        assert_eq!(length(MOST + 1), None);
    }

    #[test]
    fn what_is_no_key_or_no_secret_is_refused() {
        let point = decode(P256DH).unwrap();
        let mut off = point.clone();
        off[40] ^= 1;
        let encode = |bytes: &[u8]| base64::prelude::BASE64_URL_SAFE.encode(bytes);
        assert!(Keys::parse(&encode(&point), AUTH).is_some());
        for wrong in [&off[..], &point[..64], &point[1..], &[], &[0; 65]] {
            assert!(Keys::parse(&encode(wrong), AUTH).is_none());
        }
        for wrong in ["", "BTBZMqHH6r4Tts7J", "not base64!"] {
            assert!(Keys::parse(P256DH, wrong).is_none(), "{wrong}");
        }
    }
}
