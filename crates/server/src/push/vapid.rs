//! Who we are, to push services (RFC 8292): a key made at the first start and kept, and signed tokens, one an origin,
//! used for hours.

use super::endpoint::{is_elsewhere, is_local_name};
use crate::raced;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use birdcall_protocol::Timestamp;
use birdcall_store::{Store, StoreError};
use reqwest::Url;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The key's name in the store.
const NAME: &str = "vapid";

/// How long a token is good; RFC 8292 allows 24 hours. Raising it lets a token that leaked be used for longer.
const GOOD_FOR: Duration = Duration::from_secs(12 * 3_600);

/// A token is used until it has this long left, so that no clock that is a little wrong refuses it.
const SPARE: Duration = Duration::from_secs(3_600);

/// Tokens kept; there are a handful of push services. Raising it lets people who make up endpoints fill more memory.
const KEPT: usize = 64;

/// Our key and the tokens it has signed.
pub struct Vapid {
    key: EcdsaKeyPair,
    public: String,
    /// For topics: what tells conversations apart without telling them.
    topics: hmac::Key,
    random: SystemRandom,
    tokens: Mutex<HashMap<(String, Option<String>), Token>>,
}

struct Token {
    header: String,
    until: Timestamp,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
}

/// Whether what stands in the store is a key.
#[must_use]
pub fn is_key(text: &str) -> bool {
    Vapid::from_text(text).is_some()
}

impl Vapid {
    /// The key in the store, or a fresh one, kept there.
    ///
    /// # Errors
    /// The store failed, or holds something else.
    pub async fn read_or_make(store: &Store) -> Result<Self, StoreError> {
        let known = store.read().await?.server_key(NAME).await?;
        let text = match known {
            Some(text) => text,
            None => {
                let fresh = fresh().ok_or_else(|| broken("no key could be made"))?;
                let keep = || async {
                    let mut tx = store.write().await?;
                    // Of two programs that start at once both get the key of the first.
                    let kept = tx.keep_server_key(NAME, &fresh).await?;
                    tx.commit().await?;
                    Ok::<_, StoreError>(kept)
                };
                raced::again(raced::TRIES, keep).await?
            }
        };
        Self::from_text(&text).ok_or_else(|| broken("the VAPID key is none"))
    }

    fn from_text(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes).ok()?;
        Some(Self {
            public: URL_SAFE_NO_PAD.encode(key.public_key().as_ref()),
            key,
            topics: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
            random: SystemRandom::new(),
            tokens: Mutex::default(),
        })
    }

    /// The public key, as browsers want it: an uncompressed point, base64url.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The header `Authorization` for an origin. `None` if it could not be signed, which does not happen.
    #[must_use]
    pub fn authorization(&self, origin: &str, sub: Option<&str>, now: Timestamp) -> Option<String> {
        let place = (origin.to_owned(), sub.map(str::to_owned));
        // Nothing panics while it holds this, and a token is whole or not there.
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = tokens.get(&place)
            && now + SPARE < token.until
            && token.until <= now + GOOD_FOR
        {
            return Some(token.header.clone());
        }
        let until = now + GOOD_FOR;
        let token = self.sign(&Claims {
            aud: origin,
            exp: until.0 / 1_000,
            sub,
        })?;
        let header = format!("vapid t={token}, k={}", self.public);
        if tokens.len() >= KEPT {
            tokens.clear();
        }
        let kept = Token {
            header: header.clone(),
            until,
        };
        tokens.insert(place, kept);
        Some(header)
    }

    fn sign(&self, claims: &Claims<'_>) -> Option<String> {
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).ok()?);
        let signed = format!("{head}.{claims}");
        let signature = self.key.sign(&self.random, signed.as_bytes()).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// A topic (RFC 8030, 5.4): the same for the same thing on the same device, and nothing but random to a push
    /// service.
    #[must_use]
    pub fn topic(&self, parts: &[&str]) -> String {
        let tag = hmac::sign(&self.topics, parts.join("\n").as_bytes());
        // 24 characters; RFC 8030 allows 32.
        URL_SAFE_NO_PAD.encode(&tag.as_ref()[..18])
    }
}

fn fresh() -> Option<String> {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
    Some(URL_SAFE_NO_PAD.encode(key.to_pkcs8v1().ok()?))
}

fn broken(what: &str) -> StoreError {
    StoreError::Broken(what.to_owned())
}

/// Whether push services take it as somebody to turn to (RFC 8292, 2.1). Apple's refuses every push from a contact that
/// nobody could reach.
#[must_use]
pub fn is_contact(text: &str) -> bool {
    if let Some(address) = text.strip_prefix("mailto:") {
        let host = address.rsplit_once('@');
        return host.is_some_and(|(name, host)| !name.is_empty() && !is_local_name(host))
            && !address.contains(char::is_whitespace);
    }
    Url::parse(text).is_ok_and(|url| url.scheme() == "https" && is_elsewhere(&url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn vapid() -> Vapid {
        Vapid::from_text(&fresh().unwrap()).unwrap()
    }

    fn claims(header: &str) -> serde_json::Value {
        let token = header.split(['=', ',']).nth(1).unwrap();
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_signed_by_the_key_that_browsers_are_told() {
        let vapid = vapid();
        let header = vapid
            .authorization("https://push.example", Some("mailto:a@call.example"), NOW)
            .unwrap();
        assert_eq!(
            claims(&header),
            serde_json::json!({
                "aud": "https://push.example",
                "exp": 1_800_000_000 + 12 * 3_600,
                "sub": "mailto:a@call.example",
            })
        );
        let point = URL_SAFE_NO_PAD.decode(vapid.public()).unwrap();
        assert_eq!((point.len(), point[0]), (65, 4));
        let (signed, signature) = header
            .strip_prefix("vapid t=")
            .and_then(|rest| rest.split_once(','))
            .and_then(|(token, _)| token.rsplit_once('.'))
            .unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point);
        assert!(key.verify(signed.as_bytes(), &signature).is_ok());
        assert!(key.verify(b"something else", &signature).is_err());
    }

    #[test]
    fn a_token_is_used_again_until_it_is_nearly_over() {
        let vapid = vapid();
        let ask = |hours: u64, origin, sub| {
            let now = NOW + Duration::from_secs(hours * 3_600);
            vapid.authorization(origin, sub, now).unwrap()
        };
        let first = ask(0, "https://push.example", None);
        assert!(!claims(&first).as_object().unwrap().contains_key("sub"));
        assert_eq!(ask(10, "https://push.example", None), first);
        assert_ne!(ask(11, "https://push.example", None), first);
        let other = ask(0, "https://other.example", None);
        assert_eq!(claims(&other)["aud"], "https://other.example");
        let sub = ask(0, "https://push.example", Some("https://call.example"));
        assert_eq!(claims(&sub)["sub"], "https://call.example");
    }

    #[test]
    fn topics_tell_things_apart_and_nothing_else() {
        let (one, other) = (vapid(), vapid());
        let topic = one.topic(&["1", "message", "ann"]);
        assert_eq!(topic.len(), 24);
        assert!(
            topic
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        );
        assert_eq!(topic, one.topic(&["1", "message", "ann"]));
        assert_ne!(topic, one.topic(&["2", "message", "ann"]));
        assert_ne!(topic, one.topic(&["1", "message", "bob"]));
        assert_ne!(topic, other.topic(&["1", "message", "ann"]));
    }
}
