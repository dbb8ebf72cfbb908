//! The address book (M-3): by handle and e-mail, imported and undone, and nobody learns whose they are in.

use super::app::{Device, TestApp};
use birdcall_protocol::{Email, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Gives somebody a verified address, as the mailed code does.
async fn verify(app: &TestApp, who: &Device, address: &str, findable: bool) {
    let address: Email = address.parse().unwrap();
    let handle = who.handle.parse().unwrap();
    app.write(async |tx| {
        let person = tx.person(&handle).await.unwrap().unwrap().id;
        tx.set_email(person, &address, Timestamp(1)).await.unwrap();
        tx.set_findable(person, findable).await.unwrap();
    })
    .await;
}

async fn put(owner: &Device, entry: Value) -> Value {
    owner
        .post("/address-book", entry)
        .await
        .expect(StatusCode::CREATED)
}

async fn book(owner: &Device) -> Vec<Value> {
    owner.get("/address-book").await.as_array().unwrap().clone()
}

/// Whether a call now makes the callee's device ring.
async fn rings(caller: &Device, callee: &Device) -> bool {
    let (mut a, mut b) = (caller.socket().await, callee.socket().await);
    let call = caller.call(callee).await;
    let rang = b.call_frames().await.contains(&"ring".to_owned());
    a.press("call_cancel", &call).await;
    a.until("call_ended").await;
    rang
}

#[tokio::test]
async fn an_address_lets_in_whoever_has_verified_it_and_shows_only_who_wants_to_be_found() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    bob.delete("/people/ann/follow")
        .await
        .expect(StatusCode::OK);
    let entry = put(&bob, json!({"email": "Ann@Example.org", "name": "Annie"})).await;
    assert_eq!(
        (&entry["name"], &entry["person"]),
        (&"Annie".into(), &Value::Null)
    );
    assert!(!rings(&ann, &bob).await);
    for findable in [true, false] {
        verify(&app, &ann, "ann@example.org", findable).await;
        // The gate counts it, whether the owner may see who it is or not.
        assert!(rings(&ann, &bob).await, "{findable}");
        let shown = &book(&bob).await[0]["person"]["handle"];
        let seen = bob.get("/people/ann").await["in_address_book"].clone();
        let counted = bob.get("/me").await["calling"].clone();
        let preview = bob.post("/me/calling/preview", counted).await;
        let preview = preview.expect(StatusCode::OK);
        if findable {
            assert_eq!((shown, seen), (&"ann".into(), true.into()));
            assert_eq!(preview["people"], 1);
        } else {
            // Neither by the list nor by the profile nor by counting.
            assert_eq!((shown, seen), (&Value::Null, false.into()));
            assert_eq!(preview["people"], 0);
        }
    }
    let path = format!("/address-book/entries/{}", entry["id"].as_str().unwrap());
    bob.delete(&path).await.expect(StatusCode::NO_CONTENT);
    assert!(!rings(&ann, &bob).await);
}

/// M-3: everything the added person can ask for is byte-identical before and after, and nothing is sent to them.
#[tokio::test]
async fn nobody_learns_whose_book_they_are_in() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    verify(&app, &ann, "ann@example.org", true).await;
    ann.delete("/address-book")
        .await
        .expect(StatusCode::NO_CONTENT);
    let mut socket = ann.socket().await;
    socket.so_far().await;
    let paths = [
        "/me",
        "/people/bob",
        "/people?query=bob",
        "/following",
        "/conversations",
        "/conversations/bob",
        "/conversations/bob/entries",
        "/address-book",
        "/asks",
        "/calls",
        "/calls/unrung",
        "/me/calling/exceptions",
        "/devices",
    ];
    let all = async || {
        let mut answers = Vec::new();
        for path in paths {
            let mut answer = ann.get(path).await;
            if path == "/devices" {
                answer[0]["last_seen"] = Value::Null;
            }
            answers.push((path, answer.to_string()));
        }
        answers
    };
    let before = all().await;
    put(&bob, json!({"email": "ann@example.org"})).await;
    bob.put("/address-book/ann", None)
        .await
        .expect(StatusCode::OK);
    let part = json!({"entries": [{"handle": "@ann"}, {"email": "ann@example.org"}]});
    bob.post("/address-book/imports/one", part)
        .await
        .expect(StatusCode::OK);
    bob.put("/me/calling/exceptions/ann", Some(json!({"rule": "never"})))
        .await
        .expect(StatusCode::OK);
    assert_eq!(all().await, before);
    bob.delete("/address-book")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(all().await, before);
    assert!(socket.so_far().await.is_empty());
    let mut tx = app.running.app.store.write().await.unwrap();
    let person = tx.person(&"ann".parse().unwrap()).await.unwrap().unwrap();
    let told = tx.cursor(person.id).await.unwrap();
    drop(tx);
    let (welcome, _) = ann.socket_from("").await;
    assert_eq!(welcome["cursor"], told);
}

#[tokio::test]
async fn an_import_counts_can_be_repeated_and_undone() {
    let app = TestApp::new().await;
    let (bob, _ann) = (app.sign_up("bob").await, app.sign_up("ann").await);
    put(&bob, json!({"email": "old@example.org", "name": "Old"})).await;
    let part = json!({"entries": [
        {"email": "new@example.org", "name": "  New\u{202e} one "},
        {"email": "OLD@example.org"},
        {"handle": "ann", "name": "Ann"},
        {"handle": "nobody_here"},
        {"handle": "bob"},
        {"email": "no address"},
        {"email": "x@example.org", "handle": "ann"},
        {"name": "nothing"},
    ]});
    let counts = json!({"added": 2, "there": 1, "refused": 5, "full": 0});
    for _ in 0..2 {
        let done = bob.post("/address-book/imports/k1", part.clone()).await;
        assert_eq!(done.expect(StatusCode::OK), counts);
    }
    let names: Vec<String> = book(&bob)
        .await
        .iter()
        .map(|entry| entry["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"New one".to_owned()), "{names:?}");
    let undone = bob.delete("/address-book/imports/k1").await;
    assert_eq!(undone.expect(StatusCode::OK)["removed"], 2);
    assert_eq!(book(&bob).await.len(), 1);
    // Somebody else's key is their own.
    let other = _ann.delete("/address-book/imports/k1").await;
    assert_eq!(other.expect(StatusCode::OK)["removed"], 0);
    let many: Vec<Value> = (0..201)
        .map(|n| json!({"email": format!("p{n}@example.org")}))
        .collect();
    bob.post("/address-book/imports/k2", json!({"entries": many}))
        .await
        .refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    assert_eq!(book(&bob).await.len(), 1);
}

#[tokio::test]
async fn a_book_of_ten_thousand_is_full_and_can_be_emptied_in_one_step() {
    let app = TestApp::new().await;
    let bob = app.sign_up("bob").await;
    for part in 0..51 {
        let entries: Vec<Value> = (0..200)
            .map(|n| json!({"email": format!("p{part}.{n}@example.org"), "name": format!("P {n}")}))
            .collect();
        let path = "/address-book/imports/big";
        let done = bob.post(path, json!({"entries": entries})).await;
        let done = done.expect(StatusCode::OK);
        let expected = if part < 50 { (200, 0) } else { (0, 200) };
        assert_eq!(
            (&done["added"], &done["full"]),
            (&expected.0.into(), &expected.1.into())
        );
    }
    bob.post("/address-book", json!({"email": "one@example.org"}))
        .await
        .refused(StatusCode::CONFLICT, "full");
    assert_eq!(book(&bob).await.len(), 10_000);
    bob.delete("/address-book")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert!(book(&bob).await.is_empty());
}

#[tokio::test]
async fn entries_are_their_owners() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let entry = put(&bob, json!({"handle": "@Ann"})).await;
    assert_eq!(entry["person"]["handle"], "ann");
    let path = format!("/address-book/entries/{}", entry["id"].as_str().unwrap());
    let rename = Some(json!({"name": "Annie"}));
    ann.ask(Method::PATCH, &path, rename.clone())
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    ann.delete(&path)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let renamed = bob.ask(Method::PATCH, &path, rename).await;
    assert_eq!(renamed.expect(StatusCode::OK)["name"], "Annie");
    let again = bob.post("/address-book", json!({"handle": "ann"})).await;
    assert_eq!(again.expect(StatusCode::OK)["name"], "Annie");
    for (entry, status, code) in [
        (
            json!({"handle": "nobody_here"}),
            StatusCode::NOT_FOUND,
            "not_found",
        ),
        (
            json!({"handle": "bob"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "yourself",
        ),
        (
            json!({"email": "bob@localhost"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY, "bad_input"),
    ] {
        bob.post("/address-book", entry).await.refused(status, code);
    }
    app.stranger()
        .post("/address-book", json!({"handle": "ann"}))
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
}
