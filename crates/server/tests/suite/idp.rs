//! A provider of accounts (OpenID Connect Core 1.0) in this process. It signs real tokens, and lies where a test wants it to.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use birdcall_server::clock::Clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) const CLIENT: &str = "birdcall";
pub(crate) const SECRET: &str = "a client's secret";

/// How a token is made, if not well.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    Good,
    /// Signed by somebody else.
    OtherKey,
    /// Signed by nobody, and says so.
    None,
    /// With a secret that both know.
    Shared,
}

pub(crate) struct Idp {
    pub(crate) issuer: String,
    inside: Arc<Inside>,
    task: Option<JoinHandle<()>>,
}

struct Inside {
    issuer: String,
    clock: Mutex<Clock>,
    keys: Mutex<(EcdsaKeyPair, String)>,
    lie: Mutex<Lie>,
    codes: Mutex<HashMap<String, Asked>>,
}

struct Lie {
    claims: Value,
    seal: Seal,
}

struct Asked {
    challenge: String,
    nonce: String,
    back: String,
    subject: String,
}

fn pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

impl Idp {
    pub(crate) async fn start(clock: &Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, clock)
    }

    fn on(listener: TcpListener, clock: &Clock) -> Self {
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inside = Arc::new(Inside {
            issuer: issuer.clone(),
            clock: Mutex::new(clock.clone()),
            keys: Mutex::new((pair(), "first".to_owned())),
            lie: Mutex::new(Lie {
                claims: json!({}),
                seal: Seal::Good,
            }),
            codes: Mutex::default(),
        });
        let mut idp = Self {
            issuer,
            inside,
            task: None,
        };
        idp.serve(listener);
        idp
    }

    fn serve(&mut self, listener: TcpListener) {
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(jwks))
            .route("/token", post(token))
            .with_state(self.inside.clone());
        self.task = Some(tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        }));
    }

    /// Goes by this clock from now on.
    pub(crate) fn follow(&self, clock: &Clock) {
        *self.inside.clock.lock().unwrap() = clock.clone();
    }

    /// Is not there any more; its port waits for it.
    pub(crate) async fn stop(&mut self) {
        let task = self.task.take().unwrap();
        task.abort();
        let _ = task.await;
    }

    /// Is there again.
    pub(crate) async fn again(&mut self) {
        let address = self.issuer.strip_prefix("http://").unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        self.serve(listener);
    }

    /// Signs with another key from now on.
    pub(crate) fn turn_keys(&self) {
        *self.inside.keys.lock().unwrap() = (pair(), "second".to_owned());
    }

    /// Puts these into each token, and seals it so.
    pub(crate) fn says(&self, claims: Value, seal: Seal) {
        *self.inside.lie.lock().unwrap() = Lie { claims, seal };
    }

    /// Somebody is sent here, says who they are and is sent back: with this query.
    pub(crate) fn consent(&self, url: &str, subject: &str) -> String {
        let query = url.split_once('?').unwrap().1;
        let asked: HashMap<String, String> = serde_urlencoded::from_str(query).unwrap();
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let code = format!("{:016x}", rand::random::<u64>());
        self.inside.codes.lock().unwrap().insert(
            code.clone(),
            Asked {
                challenge: asked["code_challenge"].clone(),
                nonce: asked["nonce"].clone(),
                back: asked["redirect_uri"].clone(),
                subject: subject.to_owned(),
            },
        );
        format!("code={code}&state={}", asked["state"])
    }
}

impl Drop for Idp {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn configuration(State(inside): State<Arc<Inside>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", inside.issuer);
    Json(json!({
        "issuer": inside.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // A careless provider: what it would allow is not what we take.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
    }))
}

async fn jwks(State(inside): State<Arc<Inside>>) -> Json<Value> {
    let keys = inside.keys.lock().unwrap();
    let (x, y) = keys.0.public_key().as_ref()[1..].split_at(32);
    Json(json!({"keys": [{
        "kty": "EC",
        "crv": "P-256",
        "use": "sig",
        "alg": "ES256",
        "kid": keys.1,
        "x": BASE64.encode(x),
        "y": BASE64.encode(y),
    }]}))
}

async fn token(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let no = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": why})));
    // The secret travels form-encoded (RFC 6749, 2.3.1).
    let secret = serde_urlencoded::to_string([("", SECRET)]).unwrap();
    let expected = format!("{CLIENT}:{}", secret.trim_start_matches('='));
    let basic = format!("Basic {}", STANDARD.encode(expected));
    if headers.get("authorization").is_none_or(|it| it != &basic) {
        return no("invalid_client");
    }
    // A code is good once.
    let asked = inside.codes.lock().unwrap().remove(&form["code"]);
    let Some(asked) = asked else {
        return no("invalid_grant");
    };
    let proof = BASE64.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    if proof != asked.challenge || form["redirect_uri"] != asked.back {
        return no("invalid_grant");
    }
    let now = inside.clock.lock().unwrap().now().0 / 1000;
    let lie = inside.lie.lock().unwrap();
    let mut claims = json!({
        "iss": inside.issuer,
        "sub": asked.subject,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 300,
        "nonce": asked.nonce,
    });
    let claims_of = claims.as_object_mut().unwrap();
    for (name, value) in lie.claims.as_object().unwrap() {
        claims_of.insert(name.clone(), value.clone());
    }
    let keys = inside.keys.lock().unwrap();
    let token = seal(&claims, lie.seal, &keys.0, &keys.1);
    let answer = json!({
        "access_token": "nothing can be had for it",
        "token_type": "Bearer",
        "expires_in": 300,
        "id_token": token,
    });
    (StatusCode::OK, Json(answer))
}

fn seal(claims: &Value, seal: Seal, key: &EcdsaKeyPair, kid: &str) -> String {
    let algorithm = match seal {
        Seal::Good | Seal::OtherKey => "ES256",
        Seal::None => "none",
        Seal::Shared => "HS256",
    };
    let head = json!({"alg": algorithm, "typ": "JWT", "kid": kid});
    let part = |value: &Value| BASE64.encode(value.to_string());
    let text = format!("{}.{}", part(&head), part(claims));
    let signed = |key: &EcdsaKeyPair| {
        let signature = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        BASE64.encode(signature.as_ref())
    };
    let signature = match seal {
        Seal::Good => signed(key),
        Seal::OtherKey => signed(&pair()),
        Seal::None => String::new(),
        Seal::Shared => {
            use aws_lc_rs::hmac;
            let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
            BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref())
        }
    };
    format!("{text}.{signature}")
}
