//! An authenticator in software (WebAuthn Level 3, 6) together with a browser that asks it. Unlike a real one it lies
//! where a test wants it to.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// One passkey, and the browser around it.
pub(crate) struct SoftKey {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    /// What it knows its owner by, as it was told.
    pub(crate) user: String,
    /// The host it says it works for.
    pub(crate) host: String,
    /// The page that the browser says it is on.
    pub(crate) origin: String,
    /// How often it was used.
    pub(crate) counter: u32,
    /// Whether it asks who is there.
    pub(crate) verifies: bool,
}

impl SoftKey {
    pub(crate) fn at(origin: &str) -> Self {
        let host = origin.split("://").nth(1).unwrap();
        let id: [u8; 20] = rand::random();
        Self {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: id.to_vec(),
            user: String::new(),
            host: host.split(':').next().unwrap().to_owned(),
            origin: origin.to_owned(),
            counter: 0,
            verifies: true,
        }
    }

    /// What the authenticator calls it.
    pub(crate) fn credential(&self) -> String {
        BASE64.encode(&self.id)
    }

    /// Answers what `POST /passkeys/begin` asks for.
    pub(crate) fn make(&mut self, asked: &Value, name: &str) -> Value {
        self.user = asked["user"].as_str().unwrap().to_owned();
        let mut data = self.data(HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(cose(self.pair.public_key().as_ref()));
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = vec![0xa3];
        object.extend(text("fmt"));
        object.extend(text("none"));
        object.extend(text("attStmt"));
        object.push(0xa0);
        object.extend(text("authData"));
        object.extend(bytes(&data));
        json!({
            "ceremony": asked["ceremony"],
            "name": name,
            "client_data": BASE64.encode(self.client_data("webauthn.create", asked)),
            "attestation": BASE64.encode(object),
        })
    }

    /// Answers what `POST /sessions/passkey/begin` asks for.
    pub(crate) fn use_for(&mut self, asked: &Value) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", asked);
        let data = self.data(0);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "ceremony": asked["ceremony"],
            "credential": self.credential(),
            "client_data": BASE64.encode(client_data),
            "authenticator_data": BASE64.encode(data),
            "signature": BASE64.encode(signature.as_ref()),
            "user": self.user,
        })
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::digest(self.host.as_bytes()).to_vec();
        data.push(PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": asked["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }
}

/// A key of P-256 as COSE has it: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
fn cose(point: &[u8]) -> Vec<u8> {
    let (x, y) = point[1..].split_at(32);
    let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21];
    key.extend(bytes(x));
    key.push(0x22);
    key.extend(bytes(y));
    key
}

fn text(text: &str) -> Vec<u8> {
    let mut out = vec![0x60 | u8::try_from(text.len()).unwrap()];
    out.extend(text.as_bytes());
    out
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x59];
    out.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
    out.extend(bytes);
    out
}
