//! Changing a message, and deleting it for both (M-4): by its author, for 15 minutes, and what a block makes of it.

use super::app::{Answer, Device, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn newest(device: &Device, with: &str) -> Value {
    let page = device.get(&format!("/conversations/{with}/entries")).await;
    page["entries"].as_array().unwrap().last().unwrap().clone()
}

async fn edit(device: &Device, with: &str, seq: u64, text: &str) -> Answer {
    let path = format!("/conversations/{with}/entries/{seq}");
    device
        .ask(Method::PATCH, &path, Some(json!({"text": text})))
        .await
}

async fn delete(device: &Device, with: &str, seq: u64) -> Answer {
    device
        .delete(&format!("/conversations/{with}/entries/{seq}/for-both"))
        .await
}

fn place(entry: &Value) -> u64 {
    entry["seq"].as_u64().unwrap()
}

#[tokio::test]
async fn an_edit_is_seen_live_is_marked_and_is_no_news() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    ann.write(&bob, "helo").await;
    let seq = place(&newest(&ann, "bob").await);
    let (mut b, mut phone) = (bob.socket().await, app.sign_in("ann").await.socket().await);
    b.send(json!({"type": "read", "with": "ann", "seq": seq}))
        .await;
    b.until("read").await;
    app.advance(60);
    let changed = edit(&ann, "bob", seq, "hello").await.expect(StatusCode::OK);
    assert_eq!(changed["body"]["text"], "hello");
    assert_eq!(changed["edited"].as_i64().unwrap(), app.clock.now().0);
    for socket in [&mut b, &mut phone] {
        let frame = socket.until("entry_changed").await;
        assert_eq!(frame["entry"], changed);
        assert_eq!(frame["unread"], 0);
    }
    assert_eq!(newest(&bob, "ann").await, changed);
    assert_eq!(bob.get("/conversations").await[0]["last"], changed);
    // The same text again changes nothing and tells nobody.
    app.advance(5);
    assert_eq!(
        edit(&ann, "bob", seq, "hello").await.expect(StatusCode::OK),
        changed
    );
    assert_eq!(b.so_far().await, Vec::<Value>::new());
    // A client that did not hear of its first message repeats it: it is the message as it is now.
    let mut a = ann.socket().await;
    a.send(json!({"type": "send", "key": "bob-helo", "to": "bob", "text": "helo"}))
        .await;
    assert_eq!(a.until("sent").await["entry"], changed);
}

#[tokio::test]
async fn after_fifteen_minutes_it_stays_as_it_is() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    ann.write(&bob, "one").await;
    let seq = place(&newest(&ann, "bob").await);
    app.advance(15 * 60);
    edit(&ann, "bob", seq, "in the last moment")
        .await
        .expect(StatusCode::OK);
    app.advance(1);
    edit(&ann, "bob", seq, "late")
        .await
        .refused(StatusCode::CONFLICT, "too_late");
    delete(&ann, "bob", seq)
        .await
        .refused(StatusCode::CONFLICT, "too_late");
    assert_eq!(
        newest(&bob, "ann").await["body"]["text"],
        "in the last moment"
    );
}

#[tokio::test]
async fn what_is_not_ones_own_message_is_not_there_to_change() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let cleo = app.sign_up("cleo").await;
    ann.write(&bob, "mine").await;
    let seq = place(&newest(&ann, "bob").await);
    for (who, with) in [(&bob, "ann"), (&cleo, "ann"), (&cleo, "bob")] {
        edit(who, with, seq, "yours")
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
        delete(who, with, seq)
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
    }
    edit(&ann, "bob", 99, "x")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    for (text, status, code) in [
        ("  ", StatusCode::UNPROCESSABLE_ENTITY, "bad_input"),
        (
            &"ä".repeat(4_001),
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
        ),
    ] {
        edit(&ann, "bob", seq, text).await.refused(status, code);
    }
    // A call is nobody's message.
    let call = ann.call(&bob).await;
    ann.socket().await.press("call_cancel", &call).await;
    let mut b = bob.socket().await;
    let call = loop {
        let entry = newest(&bob, "ann").await;
        if entry["body"]["type"] == "call" {
            break entry;
        }
        b.so_far().await;
    };
    delete(&ann, "bob", place(&call))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    assert_eq!(newest(&bob, "ann").await, call);
}

#[tokio::test]
async fn deleted_for_both_leaves_a_mark_and_nothing_unread() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (welcome, socket) = bob.socket_from("").await;
    drop(socket);
    ann.write(&bob, "secret").await;
    let seq = place(&newest(&ann, "bob").await);
    assert_eq!(bob.get("/conversations").await[0]["unread"], 1);
    let left = delete(&ann, "bob", seq).await.expect(StatusCode::OK);
    assert_eq!(left["body"], json!({"type": "deleted"}));
    assert_eq!(newest(&bob, "ann").await, left);
    let list = bob.get("/conversations").await;
    assert_eq!(
        (&list[0]["unread"], &list[0]["last"]["body"]),
        (&0.into(), &left["body"])
    );
    // Once more is no error and no news; changing it is not possible, and a repeated client does not bring it back.
    assert_eq!(delete(&ann, "bob", seq).await.expect(StatusCode::OK), left);
    edit(&ann, "bob", seq, "again")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let mut a = ann.socket().await;
    a.send(json!({"type": "send", "key": "bob-secret", "to": "bob", "text": "secret"}))
        .await;
    assert_eq!(a.until("sent").await["entry"], left);
    // Who was away is never told what it said.
    let (_, mut b) = bob
        .socket_from(&format!("?cursor={}", welcome["cursor"]))
        .await;
    let frames = b.so_far().await;
    let about: Vec<&Value> = frames.iter().filter(|it| it["entry"].is_object()).collect();
    let kinds: Vec<&str> = about.iter().filter_map(|it| it["type"].as_str()).collect();
    assert_eq!(kinds, ["entry", "entry_changed"]);
    assert!(about.iter().all(|it| it["entry"] == left), "{frames:?}");
    // It can still be deleted for oneself.
    bob.delete(&format!("/conversations/ann/entries/{seq}"))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_ne!(newest(&bob, "ann").await, left);
}

/// C-1: a deleted message still counts, and a changed one does not count again.
#[tokio::test]
async fn what_allows_to_call_stays_when_the_message_goes() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    bob.follow(&ann).await;
    bob.write(&ann, "call me").await;
    let seq = place(&newest(&bob, "ann").await);
    edit(&bob, "ann", seq, "or not")
        .await
        .expect(StatusCode::OK);
    delete(&bob, "ann", seq).await.expect(StatusCode::OK);
    ann.invite("bob", "audio").await.expect(StatusCode::CREATED);
}

/// C-6: what a blocked person changes looks changed to them, and stays as it was for everybody else.
#[tokio::test]
async fn a_blocked_persons_changes_reach_nobody_and_look_the_same() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    ann.write(&bob, "before").await;
    let seen = place(&newest(&ann, "bob").await);
    ann.write(&bob, "to delete").await;
    let gone = place(&newest(&ann, "bob").await);
    bob.block(&ann).await;
    ann.write(&bob, "unseen").await;
    let unseen = place(&newest(&ann, "bob").await);
    let mut b = bob.socket().await;
    let mut a = app.sign_in("ann").await.socket().await;
    for seq in [seen, unseen] {
        let answer = edit(&ann, "bob", seq, "insult").await;
        let entry = answer.expect(StatusCode::OK);
        assert_eq!(entry["body"]["text"], "insult");
        assert_eq!(a.until("entry_changed").await["entry"], entry);
    }
    let left = delete(&ann, "bob", gone).await.expect(StatusCode::OK);
    assert_eq!(left["body"]["type"], "deleted");
    edit(&ann, "bob", gone, "x")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    assert_eq!(b.so_far().await, Vec::<Value>::new());
    let page = bob.get("/conversations/ann/entries").await;
    let texts: Vec<_> = page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["body"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["hello", "hello yourself", "before", "to delete"]);
    // Unblocked, a new change reaches him; the old ones never do.
    let path = format!("/people/{}/block", ann.handle);
    bob.delete(&path).await.expect(StatusCode::OK);
    assert_eq!(newest(&bob, "ann").await["body"]["text"], "to delete");
    edit(&ann, "bob", seen, "sorry")
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        b.until("entry_changed").await["entry"]["body"]["text"],
        "sorry"
    );
    // Who has blocked somebody does not write to them, but may take back what they wrote.
    ann.block(&bob).await;
    edit(&ann, "bob", seen, "hm")
        .await
        .refused(StatusCode::CONFLICT, "you_blocked");
    delete(&ann, "bob", seen).await.expect(StatusCode::OK);
    assert_eq!(
        b.until("entry_changed").await["entry"]["body"]["type"],
        "deleted"
    );
}

#[tokio::test]
async fn an_answer_names_what_it_answers_as_its_reader_may_see_it() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let long = "ä".repeat(300);
    ann.write(&bob, &long).await;
    let seq = place(&newest(&ann, "bob").await);
    let mut b = bob.socket().await;
    b.send(json!({"type": "send", "key": "r", "to": "ann", "text": "yes", "reply_to": seq}))
        .await;
    let answer = b.until("sent").await["entry"].clone();
    let quote = &answer["reply_to"];
    assert_eq!(
        (&quote["seq"], &quote["from"]),
        (&seq.into(), &"ann".into())
    );
    let text = quote["body"]["text"].as_str().unwrap();
    assert_eq!(text.chars().count(), 201);
    edit(&ann, "bob", seq, "short").await.expect(StatusCode::OK);
    assert_eq!(
        newest(&ann, "bob").await["reply_to"]["body"]["text"],
        "short"
    );
    // One deletes it for oneself: the other still sees it quoted.
    bob.delete(&format!("/conversations/ann/entries/{seq}"))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(
        newest(&bob, "ann").await["reply_to"],
        json!({"seq": seq, "body": {"type": "deleted"}})
    );
    delete(&ann, "bob", seq).await.expect(StatusCode::OK);
    assert_eq!(
        newest(&ann, "bob").await["reply_to"],
        json!({"seq": seq, "from": "ann", "body": {"type": "deleted"}})
    );
    // What one does not see cannot be answered.
    for unseen in [seq, 99] {
        b.refused(
            json!({"type": "send", "key": "n", "to": "ann", "text": "x", "reply_to": unseen}),
            "bad_input",
        )
        .await;
    }
    // The same key is the same message also when what it answers is gone by now.
    b.send(json!({"type": "send", "key": "r", "to": "ann", "text": "yes", "reply_to": seq}))
        .await;
    assert_eq!(b.until("sent").await["entry"]["seq"], answer["seq"]);
}
