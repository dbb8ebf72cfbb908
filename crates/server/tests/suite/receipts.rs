//! Read receipts and typing (M-4).

use super::app::{Device, Socket, TestApp};
use reqwest::StatusCode;
use serde_json::json;

async fn switch(device: &Device, on: bool) {
    let me = device
        .put("/me/receipts", Some(json!({"on": on})))
        .await
        .expect(StatusCode::OK);
    assert_eq!(me["receipts"], on);
}

/// Reads up to a place, and types. Everything it leads to has happened when this is over.
async fn read_and_type(socket: &mut Socket, with: &str, seq: u64) {
    socket
        .send(json!({"type": "read", "with": with, "seq": seq}))
        .await;
    socket.send(json!({"type": "typing", "with": with})).await;
    socket.so_far().await;
}

/// What of all this came in, sorted: typing is no news, and may overtake what is read from the feed.
async fn told(socket: &mut Socket) -> Vec<String> {
    let frames = socket.so_far().await;
    let kind = |frame: &serde_json::Value| frame["type"].as_str().unwrap().to_owned();
    let mut told: Vec<String> = frames
        .iter()
        .map(kind)
        .filter(|kind| kind == "seen" || kind == "typing")
        .collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn people_who_answered_each_other_see_what_was_read_and_who_types() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut a = ann.socket().await;
    let mut b = bob.socket().await;
    ann.write(&bob, "lunch?").await;
    app.advance(60);
    read_and_type(&mut b, "ann", 3).await;
    let seen = a.until("seen").await;
    assert_eq!((&seen["with"], &seen["seq"]), (&json!("bob"), &json!(3)));
    assert_eq!(seen["at"], app.clock.now().0);
    assert_eq!(a.until("typing").await["with"], "bob");
    assert_eq!(
        ann.get("/conversations/bob").await["seen"],
        json!({"seq": 3, "at": app.clock.now().0})
    );
    // It never goes back, and is told once.
    read_and_type(&mut b, "ann", 1).await;
    assert_eq!(told(&mut a).await, ["typing"]);
    // An answer was read and so was what stood before it.
    ann.write(&bob, "well?").await;
    bob.write(&ann, "yes").await;
    assert_eq!(a.until("seen").await["seq"], 4);
}

#[tokio::test]
async fn a_receipt_is_caught_up_after_a_gap() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    ann.write(&bob, "lunch?").await;
    let (welcome, socket) = ann.socket_from("").await;
    drop(socket);
    read_and_type(&mut bob.socket().await, "ann", 3).await;
    let (_, mut back) = ann
        .socket_from(&format!("?cursor={}", welcome["cursor"]))
        .await;
    assert_eq!(told(&mut back).await, ["seen"]);
}

#[tokio::test]
async fn off_on_either_side_nothing_is_given_nor_seen_and_nothing_is_made_up_for() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    for who in [&ann, &bob] {
        switch(who, false).await;
        ann.write(&bob, &format!("to {}", who.handle)).await;
        read_and_type(&mut b, "ann", u64::MAX).await;
        read_and_type(&mut a, "bob", u64::MAX).await;
        assert!(told(&mut a).await.is_empty());
        assert!(told(&mut b).await.is_empty());
        switch(who, true).await;
        // What was read meanwhile is not told now.
        assert!(told(&mut a).await.is_empty());
    }
    let seen = ann.get("/conversations/bob").await["seen"].clone();
    // Bob's own first answer was a reading of ann's first message.
    assert_eq!(seen["seq"], 1);
    ann.write(&bob, "now").await;
    read_and_type(&mut b, "ann", u64::MAX).await;
    assert_eq!(told(&mut a).await, ["seen", "typing"]);
    // Off, one does not see what was told before either.
    switch(&ann, false).await;
    assert!(ann.get("/conversations/bob").await["seen"].is_null());
}

#[tokio::test]
async fn nothing_is_told_before_an_answer_and_nothing_over_a_block() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    ann.write(&bob, "hello").await;
    read_and_type(&mut b, "ann", 1).await;
    bob.put("/requests/ann", None)
        .await
        .expect(StatusCode::NO_CONTENT);
    read_and_type(&mut b, "ann", 1).await;
    read_and_type(&mut a, "bob", 1).await;
    assert!(told(&mut a).await.is_empty());
    assert!(told(&mut b).await.is_empty());
    bob.write(&ann, "hi").await;
    assert_eq!(told(&mut a).await, ["seen"]);

    ann.write(&bob, "shall we").await;
    bob.block(&ann).await;
    read_and_type(&mut b, "ann", 9).await;
    read_and_type(&mut a, "bob", 9).await;
    assert!(told(&mut a).await.is_empty());
    assert!(told(&mut b).await.is_empty());
    assert_eq!(ann.get("/conversations/bob").await["seen"]["seq"], 1);
}

#[tokio::test]
async fn typing_is_bounded_and_never_an_error() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    for _ in 0..60 {
        a.send(json!({"type": "typing", "with": "bob"})).await;
    }
    let frames = a.so_far().await;
    assert!(
        frames.iter().all(|frame| frame["type"] != "refused"),
        "{frames:?}"
    );
    assert_eq!(told(&mut b).await.len(), 10);
    app.advance(60);
    a.refused(json!({"type": "typing", "with": "nobody"}), "not_found")
        .await;
    a.refused(json!({"type": "typing", "with": "ann"}), "yourself")
        .await;
    drop(bob);
}
