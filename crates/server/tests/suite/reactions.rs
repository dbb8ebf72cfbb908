//! Reactions: one emoji a person and entry, live, pushed to nobody, and unseen where a block is.

use super::app::{Answer, Device, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn newest(device: &Device, with: &str) -> Value {
    let page = device.get(&format!("/conversations/{with}/entries")).await;
    page["entries"].as_array().unwrap().last().unwrap().clone()
}

fn path(with: &str, seq: u64) -> String {
    format!("/conversations/{with}/entries/{seq}/reaction")
}

async fn react(device: &Device, with: &str, seq: u64, emoji: &str) -> Answer {
    device
        .put(&path(with, seq), Some(json!({"emoji": emoji})))
        .await
}

async fn take_back(device: &Device, with: &str, seq: u64) -> Answer {
    device.delete(&path(with, seq)).await
}

#[tokio::test]
async fn one_a_person_is_seen_live_and_is_no_news() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let seq = newest(&ann, "bob").await["seq"].as_u64().unwrap();
    let (mut a, mut phone) = (ann.socket().await, app.sign_in("bob").await.socket().await);
    let unread = ann.get("/conversations/bob").await["unread"].clone();
    let entry = react(&bob, "ann", seq, "❤").await.expect(StatusCode::OK);
    // The same emoji is the same text, however it was typed.
    assert_eq!(
        entry["reactions"],
        json!([{"emoji": "❤\u{FE0F}", "by": ["bob"]}])
    );
    for socket in [&mut a, &mut phone] {
        assert_eq!(socket.until("entry_changed").await["entry"], entry);
    }
    assert_eq!(ann.get("/conversations/bob").await["unread"], unread);
    // The same once more tells nobody; another takes its place.
    react(&bob, "ann", seq, "❤\u{FE0F}")
        .await
        .expect(StatusCode::OK);
    assert_eq!(a.so_far().await, Vec::<Value>::new());
    react(&ann, "bob", seq, "👍").await.expect(StatusCode::OK);
    // Of two in one moment the order is not theirs.
    app.advance(1);
    let both = react(&bob, "ann", seq, "👍").await.expect(StatusCode::OK);
    assert_eq!(
        both["reactions"],
        json!([{"emoji": "👍", "by": ["ann", "bob"]}])
    );
    take_back(&ann, "bob", seq).await.expect(StatusCode::OK);
    take_back(&ann, "bob", seq).await.expect(StatusCode::OK);
    assert_eq!(
        newest(&bob, "ann").await["reactions"],
        json!([{"emoji": "👍", "by": ["bob"]}])
    );
}

#[tokio::test]
async fn only_emoji_and_only_under_what_is_there() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let cleo = app.sign_up("cleo").await;
    let seq = newest(&bob, "ann").await["seq"].as_u64().unwrap();
    for odd in ["", "a", "👍👍", "<b>", &"👍".repeat(50)] {
        react(&ann, "bob", seq, odd)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    }
    for (who, with, seq) in [(&ann, "bob", 99), (&cleo, "ann", seq), (&ann, "eve", 1)] {
        react(who, with, seq, "👍")
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
    }
    react(&ann, "bob", seq, "👍").await.expect(StatusCode::OK);
    // With the message its reactions go, and none come.
    bob.delete(&format!("/conversations/ann/entries/{seq}/for-both"))
        .await
        .expect(StatusCode::OK);
    assert!(newest(&ann, "bob").await.get("reactions").is_none());
    react(&ann, "bob", seq, "👍")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

/// C-1: a reaction is no message.
#[tokio::test]
async fn a_reaction_allows_nobody_to_call() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    bob.follow(&ann).await;
    ann.write(&bob, "hello").await;
    react(&bob, "ann", 1, "👋").await.expect(StatusCode::OK);
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::FORBIDDEN, "first_message_needed");
}

/// C-6: what a blocked person feels, they feel alone.
#[tokio::test]
async fn a_blocked_persons_reaction_reaches_nobody_and_looks_the_same() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let seq = newest(&bob, "ann").await["seq"].as_u64().unwrap();
    react(&ann, "bob", seq, "👍").await.expect(StatusCode::OK);
    bob.block(&ann).await;
    let mut b = bob.socket().await;
    let entry = react(&ann, "bob", seq, "💩").await.expect(StatusCode::OK);
    assert_eq!(entry["reactions"], json!([{"emoji": "💩", "by": ["ann"]}]));
    assert_eq!(newest(&ann, "bob").await, entry);
    let taken = take_back(&ann, "bob", seq).await.expect(StatusCode::OK);
    assert!(taken.get("reactions").is_none());
    assert_eq!(b.so_far().await, Vec::<Value>::new());
    assert_eq!(
        newest(&bob, "ann").await["reactions"],
        json!([{"emoji": "👍", "by": ["ann"]}])
    );
    react(&bob, "ann", seq, "👍")
        .await
        .refused(StatusCode::CONFLICT, "you_blocked");
    // Unblocked, the next one is seen again.
    bob.delete("/people/ann/block").await.expect(StatusCode::OK);
    react(&ann, "bob", seq, "🙏").await.expect(StatusCode::OK);
    assert_eq!(
        b.until("entry_changed").await["entry"]["reactions"],
        json!([{"emoji": "🙏", "by": ["ann"]}])
    );
}
