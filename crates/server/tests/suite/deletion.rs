//! The end of an account: as if gone at once, gone after 14 days, and how to come back.

use super::app::{Device, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const DAY: u64 = 24 * 60 * 60;

async fn leave(device: &Device) -> Value {
    let body = json!({"handle": device.handle, "password": "correct horse"});
    device
        .post("/me/deletion", body)
        .await
        .expect(StatusCode::OK)
}

/// What somebody sees of a handle.
async fn seen(by: &Device, handle: &str) -> Vec<(StatusCode, Value)> {
    let mut answers = Vec::new();
    for (method, path, body) in [
        (Method::GET, format!("/people/{handle}"), None),
        (Method::PUT, format!("/people/{handle}/follow"), None),
        (Method::PUT, format!("/people/{handle}/block"), None),
        (Method::PUT, format!("/address-book/{handle}"), None),
        (
            Method::POST,
            "/calls".to_owned(),
            Some(json!({"with": handle, "kind": "audio", "key": "k"})),
        ),
    ] {
        let answer = by.ask(method, &path, body).await;
        answers.push((answer.status, answer.body));
    }
    answers
}

#[tokio::test]
async fn whoever_leaves_is_gone_at_once_and_may_come_back_for_14_days() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let eve = app.sign_up("eve").await;
    let phone = app.sign_in("ann").await;
    let mut sockets = [ann.socket().await, phone.socket().await];
    for (body, status, code) in [
        (
            json!({"handle": "ann"}),
            StatusCode::FORBIDDEN,
            "proof_needed",
        ),
        (
            json!({"handle": "ann", "password": "wrong horse"}),
            StatusCode::UNAUTHORIZED,
            "wrong_password",
        ),
        (
            json!({"handle": "bob", "password": "correct horse"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
    ] {
        ann.post("/me/deletion", body).await.refused(status, code);
    }
    let deletion = leave(&ann).await;
    let at = deletion["at"].as_i64().unwrap();
    assert_eq!(at - app.clock.now().0, 14 * 86_400_000);
    for socket in &mut sockets {
        assert_eq!(socket.close_code().await, Some(4001));
    }
    for device in [&ann, &phone] {
        let me = device.ask(Method::GET, "/me", None).await;
        me.refused(StatusCode::UNAUTHORIZED, "not_signed_in");
    }

    // To everybody she is as somebody who never was: to a friend, and to a stranger.
    for other in [&bob, &eve] {
        assert_eq!(seen(other, "ann").await, seen(other, "nobody").await);
        assert_eq!(other.get("/people?query=ann").await, json!([]));
    }
    assert_eq!(bob.get("/following").await, json!([]));
    eve.ask(Method::GET, "/conversations/ann", None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let mut line = bob.socket().await;
    let message = json!({"type": "send", "key": "x", "to": "ann", "text": "still there?"});
    line.refused(message, "not_found").await;
    // His copy of what they wrote is his.
    let head = bob.get("/conversations/ann").await;
    assert_eq!(head["with"]["call"], "gone");
    let page = bob.get("/conversations/ann/entries").await;
    assert_eq!(page["entries"].as_array().unwrap().len(), 2);

    // She comes back: one page is all that there is.
    let back = app.sign_in("ann").await;
    let body = json!({"handle": "ann", "password": "correct horse"});
    let answer = app.stranger().post("/sessions", body).await;
    assert_eq!(answer.expect(StatusCode::OK)["leaving"], true);
    back.ask(Method::GET, "/me", None)
        .await
        .refused(StatusCode::FORBIDDEN, "leaving");
    back.ask(Method::GET, "/conversations", None)
        .await
        .refused(StatusCode::FORBIDDEN, "leaving");
    assert!(back.try_socket("", None).await.is_err());
    assert_eq!(back.get("/me/deletion").await["at"], at);
    let kept = back.delete("/me/deletion").await.expect(StatusCode::OK);
    assert_eq!(kept["at"], Value::Null);
    back.get("/me").await;
    assert_eq!(bob.get("/people/ann").await["follows_you"], true);
    assert_eq!(bob.get("/following").await[0]["handle"], "ann");
    app.advance(15 * DAY);
    assert_eq!(bob.get("/people/ann").await["handle"], "ann");
}

/// Waits until the sweep has nobody left to take away, and tells the handle of the tombstone. It looks into the store:
/// asked for over and over by HTTP, the list of conversations would meet its door.
async fn until_gone(app: &TestApp, by: &Device, handle: &str) -> String {
    let store = &app.running.app.store;
    while store
        .read()
        .await
        .unwrap()
        .next_leaving()
        .await
        .unwrap()
        .is_some()
    {
        tokio::task::yield_now().await;
    }
    let list = by.get("/conversations").await;
    let with = &list[0]["with"];
    assert_ne!(with["handle"], handle);
    assert_eq!(with["name"], "Deleted account");
    with["handle"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn after_14_days_a_tombstone_is_left() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    ann.ask(
        Method::PATCH,
        "/me",
        Some(json!({"name": "Ann Lee", "bio": "birds"})),
    )
    .await
    .expect(StatusCode::OK);
    let mut ring = bob.socket().await;
    let call = ann.call(&bob).await;
    ring.until("ring").await;
    ring.press("call_decline", &call).await;
    ring.until("entry").await;
    leave(&ann).await;
    // A server that is away on the day does it when it is back.
    app.advance(14 * DAY - 10);
    assert_eq!(bob.get("/conversations").await[0]["with"]["handle"], "ann");
    let app = app.again().await;
    let bob = app
        .stranger()
        .with_cookie(bob.cookie().unwrap())
        .named("bob");
    app.advance(20);
    let tombstone = until_gone(&app, &bob, "ann").await;
    assert!(tombstone.starts_with("deleted_"), "{tombstone}");

    let path = format!("/conversations/{tombstone}/entries");
    let page = bob.get(&path).await;
    let entries = page["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3, "{page}");
    assert_eq!(entries[0]["from"], tombstone);
    assert_eq!(entries[0]["body"]["text"], "hello");
    assert!(!page.to_string().contains("\"ann\""), "{page}");
    let history = bob.get("/calls").await;
    assert_eq!(history["calls"][0]["with"]["handle"], tombstone);
    let standing = bob.get(&format!("/calls/{call}")).await;
    assert_eq!(standing["with"]["handle"], tombstone);
    bob.ask(Method::GET, &format!("/people/{tombstone}"), None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    // He may delete it as anything of his.
    let seq = entries[0]["seq"].as_u64().unwrap();
    bob.delete(&format!("{path}/{seq}"))
        .await
        .expect(StatusCode::NO_CONTENT);

    // Nobody signs in as her, nobody takes her handle for 90 days, and a tombstone's never.
    let stranger = app.stranger();
    let body = json!({"handle": "ann", "password": "correct horse"});
    stranger
        .post("/sessions", body.clone())
        .await
        .refused(StatusCode::UNAUTHORIZED, "wrong_password");
    stranger
        .post("/accounts", body.clone())
        .await
        .refused(StatusCode::CONFLICT, "handle_taken");
    let grave = json!({"handle": "deleted_1", "password": "correct horse"});
    stranger
        .post("/accounts", grave)
        .await
        .refused(StatusCode::CONFLICT, "handle_taken");
    app.advance(90 * DAY);
    stranger
        .post("/accounts", body)
        .await
        .expect(StatusCode::CREATED);
    // She is somebody else.
    let new = stranger.get("/conversations").await;
    assert_eq!(new, json!([]));
}

/// A call that she is in ends; a ring for her runs out as any other.
#[tokio::test]
async fn whoever_leaves_leaves_their_call() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut ring = bob.socket().await;
    ann.call(&bob).await;
    ring.until("ring").await;
    leave(&ann).await;
    assert_eq!(ring.until("ring_stopped").await["reason"], "cancelled");
}
