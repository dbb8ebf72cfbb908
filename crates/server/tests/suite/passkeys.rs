//! Passkeys: made, used and removed, and every answer that must not pass (M-1).

use super::app::{Answer, Device, TestApp};
use super::soft_key::SoftKey;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

/// The server by a name: passkeys belong to names, and tests know it by an address.
fn by_name(app: &TestApp) -> String {
    format!("http://localhost:{}", app.running.address.port())
}

/// Somebody new at the page of that name, and a passkey of theirs.
async fn with_passkey(app: &TestApp, handle: &str) -> (Device, SoftKey) {
    let device = Device::at(&by_name(app)).named(handle);
    let body = json!({"handle": handle, "password": PASSWORD, "device": "test"});
    device
        .post("/accounts", body)
        .await
        .expect(StatusCode::CREATED);
    let key = make(app, &device).await;
    (device, key)
}

async fn make(app: &TestApp, device: &Device) -> SoftKey {
    let asked = begin(device).await.expect(StatusCode::OK);
    let mut key = SoftKey::at(&by_name(app));
    let made = key.make(&asked, "Laptop");
    device
        .post("/passkeys", made)
        .await
        .expect(StatusCode::CREATED);
    key
}

async fn begin(device: &Device) -> Answer {
    device
        .post("/passkeys/begin", json!({"password": PASSWORD}))
        .await
}

async fn ask(device: &Device) -> Value {
    device
        .ask(Method::POST, "/sessions/passkey/begin", None)
        .await
        .expect(StatusCode::OK)
}

async fn passkeys(device: &Device) -> Vec<Value> {
    device.get("/ways-in").await["passkeys"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_handle() {
    let app = TestApp::new().await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    let listed = passkeys(&ann).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["name"], "Laptop");
    assert_eq!(listed[0]["host"], "localhost");
    assert_eq!(listed[0]["credential"], key.credential());
    assert_eq!(listed[0]["last_used"], Value::Null);

    app.advance(60);
    let phone = Device::at(&by_name(&app));
    let asked = ask(&phone).await;
    assert_eq!(asked["host"], "localhost");
    let me = phone
        .post("/sessions/passkey", key.use_for(&asked))
        .await
        .expect(StatusCode::OK);
    assert_eq!(me["handle"], "ann");
    assert_eq!(phone.get("/me").await["handle"], "ann");
    assert_eq!(passkeys(&ann).await[0]["last_used"], app.clock.now().0);
    // The same person, the same handle in the authenticator: a second passkey is not a second account there.
    let user = key.user.clone();
    assert_eq!(make(&app, &ann).await.user, user);
}

#[tokio::test]
async fn an_answer_is_good_once() {
    let app = TestApp::new().await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    let phone = Device::at(&by_name(&app));
    let asked = ask(&phone).await;
    let answer = key.use_for(&asked);
    phone
        .post("/sessions/passkey", answer.clone())
        .await
        .expect(StatusCode::OK);
    let thief = Device::at(&by_name(&app));
    thief
        .post("/sessions/passkey", answer)
        .await
        .refused(StatusCode::CONFLICT, "ceremony_over");
    // Nor does a used one of the first kind make another passkey.
    let asked = begin(&ann).await.expect(StatusCode::OK);
    let made = SoftKey::at(&by_name(&app)).make(&asked, "Phone");
    ann.post("/passkeys", made.clone())
        .await
        .expect(StatusCode::CREATED);
    ann.post("/passkeys", made)
        .await
        .refused(StatusCode::CONFLICT, "ceremony_over");
    assert_eq!(passkeys(&ann).await.len(), 2);
}

#[tokio::test]
async fn what_was_begun_expires_and_belongs_to_its_device() {
    let app = TestApp::new().await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    let phone = Device::at(&by_name(&app));
    let asked = ask(&phone).await;
    app.advance(300);
    phone
        .post("/sessions/passkey", key.use_for(&asked))
        .await
        .refused(StatusCode::CONFLICT, "ceremony_over");

    // A passkey that somebody else has begun to make, and one that was begun to sign in.
    let (eve, _) = with_passkey(&app, "eve").await;
    let asked = begin(&ann).await.expect(StatusCode::OK);
    let made = SoftKey::at(&by_name(&app)).make(&asked, "Eve's");
    eve.post("/passkeys", made)
        .await
        .refused(StatusCode::CONFLICT, "ceremony_over");
    let asked = begin(&ann).await.expect(StatusCode::OK);
    phone
        .post("/sessions/passkey", key.use_for(&asked))
        .await
        .refused(StatusCode::CONFLICT, "ceremony_over");
    assert_eq!(passkeys(&ann).await.len(), 1);
    assert_eq!(passkeys(&eve).await.len(), 1);
}

#[tokio::test]
async fn answers_that_do_not_fit_are_refused_and_change_nothing() {
    type Lie = fn(&mut SoftKey, &mut Value);
    let lies: &[(&str, Lie)] = &[
        ("another page", |key, _| {
            key.origin = "http://evil.example".into();
        }),
        ("another port", |key, _| {
            key.origin = "http://localhost:1".into();
        }),
        ("another host", |key, _| key.host = "evil.example".into()),
        ("nobody was asked who they are", |key, _| {
            key.verifies = false;
        }),
        ("something else was signed", |_, asked| {
            asked["challenge"] = json!("AAAA");
        }),
    ];
    let app = TestApp::new().await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    let phone = Device::at(&by_name(&app));
    for (lie, tell) in lies {
        let mut asked = begin(&ann).await.expect(StatusCode::OK);
        let mut liar = SoftKey::at(&by_name(&app));
        tell(&mut liar, &mut asked);
        let answer = ann.post("/passkeys", liar.make(&asked, "x")).await;
        assert_eq!(answer.body["code"], "passkey_refused", "made with {lie}");

        let mut asked = ask(&phone).await;
        let (host, origin) = (key.host.clone(), key.origin.clone());
        tell(&mut key, &mut asked);
        let answer = phone.post("/sessions/passkey", key.use_for(&asked)).await;
        (key.host, key.origin, key.verifies) = (host, origin, true);
        assert_eq!(answer.body["code"], "passkey_refused", "used with {lie}");
    }
    assert_eq!(passkeys(&ann).await.len(), 1);
    assert_eq!(passkeys(&ann).await[0]["last_used"], Value::Null);
    // The control: without a lie the same key passes.
    let asked = ask(&phone).await;
    phone
        .post("/sessions/passkey", key.use_for(&asked))
        .await
        .expect(StatusCode::OK);
}

#[tokio::test]
async fn only_the_key_itself_speaks_for_its_owner() {
    let app = TestApp::new().await;
    let (_, ann) = with_passkey(&app, "ann").await;
    let (_, mut eve) = with_passkey(&app, "eve").await;
    let phone = Device::at(&by_name(&app));
    // Eve's key, signed by it, in Ann's name.
    let asked = ask(&phone).await;
    let mut answer = eve.use_for(&asked);
    answer["user"] = json!(ann.user);
    phone
        .post("/sessions/passkey", answer)
        .await
        .refused(StatusCode::UNAUTHORIZED, "passkey_refused");
    // Ann's key by name, signed by Eve's.
    let asked = ask(&phone).await;
    let mut answer = eve.use_for(&asked);
    answer["user"] = json!(ann.user);
    answer["credential"] = json!(ann.credential());
    phone
        .post("/sessions/passkey", answer)
        .await
        .refused(StatusCode::UNAUTHORIZED, "passkey_refused");
    // One that nobody has.
    let asked = ask(&phone).await;
    let mut stray = SoftKey::at(&by_name(&app));
    stray.user = ann.user.clone();
    phone
        .post("/sessions/passkey", stray.use_for(&asked))
        .await
        .refused(StatusCode::UNAUTHORIZED, "passkey_unknown");
    phone
        .ask(Method::GET, "/me", None)
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
}

#[tokio::test]
async fn a_copy_of_an_authenticator_is_refused() {
    let app = TestApp::new().await;
    let (_, mut key) = with_passkey(&app, "ann").await;
    let phone = Device::at(&by_name(&app));
    for (counter, good) in [(5, true), (6, true), (6, false), (3, false), (7, true)] {
        let asked = ask(&phone).await;
        key.counter = counter - 1;
        let answer = phone.post("/sessions/passkey", key.use_for(&asked)).await;
        if good {
            answer.expect(StatusCode::OK);
        } else {
            answer.refused(StatusCode::UNAUTHORIZED, "passkey_refused");
        }
    }
}

#[tokio::test]
async fn a_known_credential_is_not_taken_twice() {
    let app = TestApp::new().await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    let (eve, _) = with_passkey(&app, "eve").await;
    for device in [&ann, &eve] {
        let asked = begin(device).await.expect(StatusCode::OK);
        device
            .post("/passkeys", key.make(&asked, "again"))
            .await
            .refused(StatusCode::CONFLICT, "passkey_known");
    }
    let asked = begin(&ann).await.expect(StatusCode::OK);
    assert_eq!(asked["exclude"], json!([key.credential()]));
}

#[tokio::test]
async fn a_passkey_is_made_by_who_shows_that_it_is_still_the_same_person() {
    let app = TestApp::new().await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    ann.post("/passkeys/begin", json!({}))
        .await
        .refused(StatusCode::FORBIDDEN, "proof_needed");
    ann.post("/passkeys/begin", json!({"password": "wrong horse"}))
        .await
        .refused(StatusCode::UNAUTHORIZED, "wrong_password");
    // Somebody else's passkey shows nothing; one's own does, for ten minutes and on this device.
    let prove = async |device: &Device, key: &mut SoftKey| {
        let path = "/sessions/current/passkey/begin";
        let asked = device.ask(Method::POST, path, None).await;
        let answer = key.use_for(&asked.expect(StatusCode::OK));
        device.post("/sessions/current/passkey", answer).await
    };
    let (eve, _) = with_passkey(&app, "eve").await;
    prove(&eve, &mut key)
        .await
        .refused(StatusCode::UNAUTHORIZED, "passkey_refused");
    prove(&ann, &mut key).await.expect(StatusCode::NO_CONTENT);
    let until = ann.get("/ways-in").await["proved_until"].as_i64().unwrap();
    assert_eq!(until, app.clock.now().0 + 600_000);
    ann.post("/passkeys/begin", json!({}))
        .await
        .expect(StatusCode::OK);
    app.advance(600);
    ann.post("/passkeys/begin", json!({}))
        .await
        .refused(StatusCode::FORBIDDEN, "proof_needed");
    // Who has just come in by a passkey has shown it.
    let phone = Device::at(&by_name(&app));
    let asked = ask(&phone).await;
    phone
        .post("/sessions/passkey", key.use_for(&asked))
        .await
        .expect(StatusCode::OK);
    phone
        .post("/passkeys/begin", json!({}))
        .await
        .expect(StatusCode::OK);
}

#[tokio::test]
async fn a_removed_passkey_lets_nobody_in() {
    let app = TestApp::new().await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    let (eve, _) = with_passkey(&app, "eve").await;
    let phone = Device::at(&by_name(&app));
    let asked = ask(&phone).await;
    phone
        .post("/sessions/passkey", key.use_for(&asked))
        .await
        .expect(StatusCode::OK);
    let id = passkeys(&ann).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/passkeys/{id}");
    // It is nobody else's business.
    eve.delete(&path)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    eve.ask(Method::PATCH, &path, Some(json!({"name": "mine"})))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    ann.ask(Method::PATCH, &path, Some(json!({"name": "Key ring"})))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(passkeys(&ann).await[0]["name"], "Key ring");
    let asked = ask(&phone).await;
    ann.delete(&path).await.expect(StatusCode::NO_CONTENT);
    phone
        .post("/sessions/passkey", key.use_for(&asked))
        .await
        .refused(StatusCode::UNAUTHORIZED, "passkey_unknown");
    // Who is in stays in.
    assert_eq!(phone.get("/me").await["handle"], "ann");
}

#[tokio::test]
async fn a_passkey_opens_no_account_that_the_operator_has_closed() {
    let app = TestApp::new().await;
    let (_, mut key) = with_passkey(&app, "ann").await;
    let store = &app.running.app.store;
    let mut reader = store.read().await.unwrap();
    let ann = reader.person(&"ann".parse().unwrap()).await.unwrap();
    drop(reader);
    let (ann, now) = (ann.unwrap().id, Some(app.clock.now()));
    app.write(async |tx| tx.set_disabled(ann, now).await.unwrap())
        .await;
    let phone = Device::at(&by_name(&app));
    let asked = ask(&phone).await;
    let answer = phone.post("/sessions/passkey", key.use_for(&asked)).await;
    assert_eq!(answer.body["code"], "account_disabled");
}

#[tokio::test]
async fn one_address_asks_for_so_many_passkeys_and_no_more() {
    let app = TestApp::new().await;
    let phone = Device::at(&by_name(&app));
    let mut refused = None;
    for asked in 0..200 {
        let path = "/sessions/passkey/begin";
        let answer = phone.ask(Method::POST, path, None).await;
        if answer.status != StatusCode::OK {
            answer.refused(StatusCode::TOO_MANY_REQUESTS, "too_many");
            refused = Some(asked);
            break;
        }
    }
    assert_eq!(refused, Some(100));
    // A second later one more.
    app.advance(1);
    ask(&phone).await;
}

#[tokio::test]
async fn passkeys_are_not_offered_where_the_page_has_no_name() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    begin(&ann)
        .await
        .refused(StatusCode::CONFLICT, "no_passkeys_here");
    ann.ask(Method::POST, "/sessions/passkey/begin", None)
        .await
        .refused(StatusCode::CONFLICT, "no_passkeys_here");
}

#[tokio::test]
async fn a_passkey_of_one_name_is_none_at_another() {
    let other = "http://call.example";
    let app = TestApp::with(|options| options.origins = Some(vec![other.into()])).await;
    let (ann, mut key) = with_passkey(&app, "ann").await;
    let at_other = async |path: &str, body: Option<Value>| {
        let stranger = Device::at(&by_name(&app));
        stranger
            .ask_from(Method::POST, path, body, Some(other))
            .await
    };
    let asked = at_other("/sessions/passkey/begin", None).await;
    let asked = asked.expect(StatusCode::OK);
    assert_eq!(asked["host"], "call.example");
    key.origin = other.into();
    key.host = "call.example".into();
    at_other("/sessions/passkey", Some(key.use_for(&asked)))
        .await
        .refused(StatusCode::UNAUTHORIZED, "passkey_refused");
    // What was begun at one is not finished at the other.
    key.origin = by_name(&app);
    key.host = "localhost".into();
    let asked = ask(&ann).await;
    at_other("/sessions/passkey", Some(key.use_for(&asked)))
        .await
        .refused(StatusCode::UNAUTHORIZED, "passkey_refused");
}

#[tokio::test]
async fn anybody_may_know_what_the_server_offers() {
    let app = TestApp::with(|options| options.sign_up = Some(false)).await;
    let facts = app.stranger().get("/server").await;
    assert_eq!(
        facts,
        json!({"sign_up": false, "oidc": null, "mail": false})
    );
}
