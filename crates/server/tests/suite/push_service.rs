//! A push service on loopback and the browsers' halves of subscriptions to it.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::routing::post;
use axum::{Router, serve};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use birdcall_server::config::Options;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// How long a test waits for a push that must come. Only reached by a failing test.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a push is answered.
#[derive(Clone)]
pub(crate) enum Say {
    Status(u16),
    With(u16, &'static str, String),
    /// Never.
    Silence,
}

/// A push that came.
#[derive(Clone)]
pub(crate) struct Got {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }
}

#[derive(Default)]
struct Shelf {
    answers: HashMap<String, VecDeque<Say>>,
    got: HashMap<String, Vec<Got>>,
}

#[derive(Clone)]
pub(crate) struct PushService {
    pub(crate) origin: String,
    shelf: Arc<Mutex<Shelf>>,
    news: Arc<Notify>,
}

impl PushService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            shelf: Arc::default(),
            news: Arc::default(),
        };
        let router = Router::new()
            .route("/push/{name}", post(take))
            .with_state(service.clone());
        tokio::spawn(async move { serve(listener, router).await });
        service
    }

    /// The option that lets a server send here.
    pub(crate) fn allow(&self) -> impl FnOnce(&mut Options) + use<> {
        let origin = self.origin.clone();
        move |options| options.push_origins = Some(vec![origin])
    }

    /// How the next pushes to a subscription are answered; after these it is 201 again.
    pub(crate) fn answer(&self, to: &Subscriber, answers: impl IntoIterator<Item = Say>) {
        let mut shelf = self.shelf.lock().unwrap();
        let waiting = shelf.answers.entry(to.name.clone()).or_default();
        waiting.extend(answers);
    }

    /// How many pushes came for a subscription.
    pub(crate) fn count(&self, to: &Subscriber) -> usize {
        let shelf = self.shelf.lock().unwrap();
        shelf.got.get(&to.name).map_or(0, Vec::len)
    }

    /// The push at a place, counted from 0.
    pub(crate) async fn at(&self, to: &Subscriber, place: usize) -> Got {
        let come = async {
            loop {
                let news = self.news.notified();
                let found = {
                    let shelf = self.shelf.lock().unwrap();
                    shelf
                        .got
                        .get(&to.name)
                        .and_then(|got| got.get(place))
                        .cloned()
                };
                match found {
                    Some(got) => return got,
                    None => news.await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, come)
            .await
            .unwrap_or_else(|_| panic!("no push {place} came to {}", to.name))
    }

    /// What the push at a place says.
    pub(crate) async fn says(&self, to: &Subscriber, place: usize) -> Value {
        to.read(&self.at(to, place).await.body)
    }
}

async fn take(
    State(service): State<PushService>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap) {
    let answer = {
        let mut shelf = service.shelf.lock().unwrap();
        let got = Got {
            headers,
            body: body.to_vec(),
        };
        shelf.got.entry(name.clone()).or_default().push(got);
        shelf.answers.get_mut(&name).and_then(VecDeque::pop_front)
    };
    service.news.notify_waiters();
    let mut headers = HeaderMap::new();
    let status = match answer.unwrap_or(Say::Status(201)) {
        Say::Status(status) => status,
        Say::With(status, name, value) => {
            headers.insert(HeaderName::from_static(name), value.parse().unwrap());
            status
        }
        Say::Silence => std::future::pending().await,
    };
    (StatusCode::from_u16(status).unwrap(), headers)
}

/// A browser's half of a subscription.
pub(crate) struct Subscriber {
    name: String,
    endpoint: String,
    private: PrivateKey,
    auth: [u8; 16],
}

impl Subscriber {
    pub(crate) fn new(service: &PushService, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            endpoint: format!("{}/push/{name}", service.origin),
            private: PrivateKey::generate(&ECDH_P256).unwrap(),
            auth: rand::random(),
        }
    }

    fn public(&self) -> Vec<u8> {
        self.private.compute_public_key().unwrap().as_ref().to_vec()
    }

    /// The body of `PUT /devices/current/push`.
    pub(crate) fn body(&self) -> Value {
        json!({
            "endpoint": self.endpoint,
            "p256dh": URL_SAFE_NO_PAD.encode(self.public()),
            "auth": URL_SAFE_NO_PAD.encode(self.auth),
        })
    }

    /// Decrypts (RFC 8291, 3.4; RFC 8188, 2).
    fn read(&self, body: &[u8]) -> Value {
        let (salt, rest) = body.split_at(16);
        let (key, record) = rest[5..].split_at(usize::from(rest[4]));
        let info = [b"WebPush: info\0", &self.public()[..], key];
        let peer = UnparsedPublicKey::new(&ECDH_P256, key);
        let ikm: [u8; 32] = agree(&self.private, peer, (), |shared| {
            Ok(expand(&self.auth, shared, &info))
        })
        .unwrap();
        let key: [u8; 16] = expand(salt, &ikm, &[b"Content-Encoding: aes128gcm\0"]);
        let nonce = expand(salt, &ikm, &[b"Content-Encoding: nonce\0"]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut record = record.to_vec();
        let plain = key
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut record,
            )
            .expect("a push for this subscription");
        let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(plain[end], 2, "the last record");
        serde_json::from_slice(&plain[..end]).unwrap()
    }
}

fn expand<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> [u8; N] {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut bytes = [0; N];
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, Length(N))
        .unwrap()
        .fill(&mut bytes)
        .unwrap();
    bytes
}
