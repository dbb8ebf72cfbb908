//! Direct messages (M-4).

use super::app::TestApp;
use serde_json::{Value, json};

fn text(frame: &Value) -> &str {
    frame["entry"]["body"]["text"].as_str().unwrap()
}

#[tokio::test]
async fn a_message_arrives_live_on_every_device_of_both() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let mut phone = app.sign_in("ann").await.socket().await;
    a.so_far().await;
    a.send(json!({"type": "send", "key": "1", "to": "bob", "text": "hello"}))
        .await;
    let sent = a.until("sent").await;
    assert_eq!((&sent["key"], text(&sent)), (&"1".into(), "hello"));
    let heard = b.until("entry").await;
    assert_eq!(
        (heard["with"].as_str(), text(&heard)),
        (Some("ann"), "hello")
    );
    assert_eq!(heard["unread"], 1);
    assert_eq!(text(&phone.until("entry").await), "hello");
    assert_eq!(bob.get("/requests").await[0]["unread"], 1);
}

#[tokio::test]
async fn the_same_key_is_the_same_message() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let mut a = ann.socket().await;
    let frame = json!({"type": "send", "key": "1", "to": "bob", "text": "once"});
    a.send(frame.clone()).await;
    a.send(frame).await;
    let first = a.until("sent").await;
    assert_eq!(a.until("sent").await, first);
    a.refused(
        json!({"type": "send", "key": "1", "to": "bob", "text": "else"}),
        "key_reused",
    )
    .await;
    let page = bob.get("/conversations/ann/entries").await;
    assert_eq!(page["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_missed_is_caught_up_by_cursor_once_and_in_order() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let (welcome, socket) = bob.socket_from("").await;
    drop(socket);
    for n in 0..5 {
        ann.write(&bob, &format!("m{n}")).await;
    }
    let (again, mut socket) = bob
        .socket_from(&format!("?cursor={}", welcome["cursor"]))
        .await;
    assert_eq!(again["reset"], false);
    let frames = socket.so_far().await;
    let texts: Vec<&str> = frames.iter().map(text).collect();
    assert_eq!(texts, ["m0", "m1", "m2", "m3", "m4"]);
    let newest = frames.last().unwrap()["cursor"].as_u64().unwrap();
    let (_, mut caught_up) = bob.socket_from(&format!("?cursor={newest}")).await;
    assert!(caught_up.so_far().await.is_empty());
    let (reset, _) = bob.socket_from("?cursor=999999").await;
    assert_eq!(reset["reset"], true);
}

#[tokio::test]
async fn read_marks_go_to_every_own_device_and_never_back() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    ann.write(&bob, "one").await;
    ann.write(&bob, "two").await;
    let mut b = bob.socket().await;
    let mut phone = app.sign_in("bob").await.socket().await;
    b.send(json!({"type": "read", "with": "ann", "seq": 1}))
        .await;
    let read = phone.until("read").await;
    assert_eq!((&read["seq"], &read["unread"]), (&1.into(), &1.into()));
    b.send(json!({"type": "read", "with": "ann", "seq": 2}))
        .await;
    b.send(json!({"type": "read", "with": "ann", "seq": 1}))
        .await;
    b.so_far().await;
    assert_eq!(bob.get("/conversations/ann").await["read"], 2);
}

#[tokio::test]
async fn bad_messages_are_refused_and_change_nothing() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let mut a = ann.socket().await;
    let long = "ä".repeat(4_001);
    for (key, to, words, code) in [
        ("1", "bob", "   ", "bad_input"),
        ("1", "bob", long.as_str(), "too_large"),
        ("", "bob", "x", "bad_input"),
        ("1", "eve", "x", "not_found"),
        ("1", "ann", "x", "yourself"),
        ("1", "no one", "x", "bad_input"),
    ] {
        a.refused(
            json!({"type": "send", "key": key, "to": to, "text": words}),
            code,
        )
        .await;
    }
    assert_eq!(bob.get("/conversations").await.as_array().unwrap().len(), 0);
}

/// C-6: who is blocked is not told so, and is not heard.
#[tokio::test]
async fn a_blocked_persons_messages_reach_nobody() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    bob.block(&ann).await;
    let mut b = bob.socket().await;
    ann.write(&bob, "are you there").await;
    let frames = b.so_far().await;
    assert!(
        frames.iter().all(|frame| frame["type"] != "entry"),
        "{frames:?}"
    );
    let page = ann.get("/conversations/bob/entries").await;
    let newest = page["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(newest["body"]["text"], "are you there");
    b.refused(
        json!({"type": "send", "key": "b", "to": "ann", "text": "x"}),
        "you_blocked",
    )
    .await;
}
