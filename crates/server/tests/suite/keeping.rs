//! What people keep and delete: voice messages (M-5), entries, and the lists of calls.

use super::app::{Device, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// The head of what a browser records, and some sound.
fn recording(length: usize) -> Vec<u8> {
    let mut bytes = b"\x1A\x45\xDF\xA3..webm....A_OPUS....".to_vec();
    bytes.resize(length, 7);
    bytes
}

async fn speak(from: &Device, to: &str, key: &str, sound: Vec<u8>) -> super::app::Answer {
    let path = format!("/conversations/{to}/voice?key={key}&seconds=5");
    from.send_bytes(&path, sound).await
}

async fn entries(device: &Device, with: &str) -> Vec<Value> {
    let page = device.get(&format!("/conversations/{with}/entries")).await;
    page["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_voice_message_arrives_is_heard_and_goes_with_its_last_reader() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut b = bob.socket().await;
    let sound = recording(200_000);
    let entry = speak(&ann, "bob", "v1", sound.clone())
        .await
        .expect(StatusCode::CREATED);
    let heard = b.until("entry").await;
    assert_eq!(heard["entry"], entry);
    assert_eq!(entry["body"]["type"], "voice");
    assert_eq!(entry["body"]["seconds"], 5);
    let seq = entry["seq"].as_u64().unwrap();
    let path = |with: &str| format!("/conversations/{with}/entries/{seq}/voice");
    for (who, with) in [(&ann, "bob"), (&bob, "ann")] {
        assert_eq!(
            who.get_bytes(&path(with)).await,
            ("audio/webm".into(), sound.clone())
        );
    }
    // The same key is the same message.
    let again = speak(&ann, "bob", "v1", sound).await;
    assert_eq!(again.expect(StatusCode::CREATED), entry);
    assert_eq!(entries(&bob, "ann").await.len(), 3);

    // Bob deletes it for himself, on all his devices; Ann keeps hers.
    let mut phone = app.sign_in("bob").await.socket().await;
    let entry_of = |with: &str| format!("/conversations/{with}/entries/{seq}");
    bob.delete(&entry_of("ann"))
        .await
        .expect(StatusCode::NO_CONTENT);
    let gone = phone.until("entry_gone").await;
    assert_eq!(
        (gone["with"].as_str(), gone["seq"].as_u64()),
        (Some("ann"), Some(seq))
    );
    assert_eq!(gone["unread"], 0);
    assert_eq!(entries(&bob, "ann").await.len(), 2);
    assert_eq!(entries(&ann, "bob").await.len(), 3);
    bob.ask(Method::GET, &path("ann"), None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    bob.delete(&entry_of("ann"))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    // With hers the sound is gone from the database.
    ann.delete(&entry_of("bob"))
        .await
        .expect(StatusCode::NO_CONTENT);
    let me = ann_id(&app).await;
    let kept = app
        .running
        .app
        .store
        .read()
        .await
        .unwrap()
        .sound_of(me)
        .await;
    assert_eq!(kept.unwrap(), 0);
    // And a client that repeats it does not bring it back.
    speak(&ann, "bob", "v1", recording(200_000))
        .await
        .refused(StatusCode::CONFLICT, "key_reused");
}

async fn ann_id(app: &TestApp) -> birdcall_protocol::PersonId {
    let mut reader = app.running.app.store.read().await.unwrap();
    let handle = "ann".parse().unwrap();
    reader.person(&handle).await.unwrap().unwrap().id
}

#[tokio::test]
async fn sounds_that_cannot_be_kept_are_refused() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    speak(&ann, "bob", "1", b"<html>".to_vec())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_sound");
    speak(&ann, "bob", "2", recording(1024 * 1024 + 1))
        .await
        .refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    speak(&ann, "bob", "3", recording(1024 * 1024))
        .await
        .expect(StatusCode::CREATED);
    for bad in [
        "key=1&seconds=0",
        "key=1&seconds=121",
        "key=&seconds=5",
        "seconds=5",
    ] {
        let path = format!("/conversations/bob/voice?{bad}");
        ann.send_bytes(&path, recording(100))
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    }
    speak(&ann, "nobody", "4", recording(100))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    // Who is blocked is not told; the other does not hear it (C-6).
    bob.block(&ann).await;
    speak(&ann, "bob", "5", recording(100))
        .await
        .expect(StatusCode::CREATED);
    assert_eq!(entries(&bob, "ann").await.len(), 3);
    assert_eq!(entries(&ann, "bob").await.len(), 4);
}

#[tokio::test]
async fn a_voice_message_is_not_a_first_message() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    bob.follow(&ann).await;
    speak(&bob, "ann", "1", recording(100))
        .await
        .expect(StatusCode::CREATED);
    // C-1: typed by a human.
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::FORBIDDEN, "first_message_needed");
}

#[tokio::test]
async fn deleting_the_newest_shows_the_one_before() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let newest = entries(&bob, "ann").await.pop().unwrap()["seq"].clone();
    bob.delete(&format!("/conversations/ann/entries/{newest}"))
        .await
        .expect(StatusCode::NO_CONTENT);
    let list = bob.get("/conversations").await;
    assert_eq!(list[0]["last"]["body"]["text"], "hello");
    assert_eq!(ann.get("/conversations").await[0]["last"]["seq"], newest);
    bob.delete("/conversations/ann/entries/1")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(bob.get("/conversations").await.as_array().unwrap().len(), 0);
    // A deleted message still counts (C-1), and a new one brings the conversation back.
    ann.invite("bob", "audio").await.expect(StatusCode::CREATED);
    ann.write(&bob, "still there?").await;
    let list = bob.get("/conversations").await;
    assert_eq!(list[0]["last"]["body"]["text"], "still there?");
    assert_eq!(list[0]["unread"], 1);
}

#[tokio::test]
async fn the_history_is_filtered_and_deleted_for_oneself() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut a = ann.socket().await;
    let mut calls = Vec::new();
    for decline in [true, false] {
        let call = ann.call(&bob).await;
        if decline {
            let path = format!("/calls/{call}/decline");
            let declined = bob.post(&path, Value::Null).await;
            declined.expect(StatusCode::NO_CONTENT);
        } else {
            a.press("call_cancel", &call).await;
        }
        a.until("call_ended").await;
        app.advance(1);
        calls.push(call);
    }
    let count = async |who: &Device, query: &str| {
        let page = who.get(&format!("/calls{query}")).await;
        page["calls"].as_array().unwrap().len()
    };
    for (query, anns, bobs) in [
        ("", 2, 2),
        ("?only=missed", 0, 1),
        ("?only=incoming", 0, 2),
        ("?only=outgoing", 2, 0),
    ] {
        assert_eq!(count(&ann, query).await, anns, "{query}");
        assert_eq!(count(&bob, query).await, bobs, "{query}");
    }
    let mut b = bob.socket().await;
    let path = format!("/calls/{}", calls[0]);
    bob.delete(&path).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(b.until("changed").await["what"], "calls");
    assert_eq!((count(&bob, "").await, count(&ann, "").await), (1, 2));
    bob.delete(&path)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    // What was started after the list was looked at stays; the rest goes at once.
    let at = bob.get("/calls").await["calls"][0]["at"].as_i64().unwrap();
    for (until, left) in [(at - 1, 1), (at, 0)] {
        let path = format!("/calls?until={until}");
        bob.delete(&path).await.expect(StatusCode::NO_CONTENT);
        assert_eq!(count(&bob, "").await, left);
    }
    bob.delete("/calls").await.expect(StatusCode::NO_CONTENT);
    assert_eq!((count(&bob, "").await, count(&ann, "").await), (0, 2));
    // The conversation keeps its entries.
    assert_eq!(entries(&bob, "ann").await.len(), 4);
    // One that still rings is not in the history, and cannot be deleted from it.
    let ringing = ann.call(&bob).await;
    ann.delete(&format!("/calls/{ringing}"))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

#[tokio::test]
async fn the_quiet_list_can_be_emptied() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut a = ann.socket().await;
    bob.set_calling(|calling| calling["enabled"] = false.into())
        .await;
    for _ in 0..2 {
        let call = ann.call(&bob).await;
        a.press("call_cancel", &call).await;
        a.until("call_ended").await;
    }
    let list = bob.get("/calls/unrung").await;
    assert_eq!(list.as_array().unwrap().len(), 2);
    let path = format!("/calls/unrung/{}", list[0]["call"].as_str().unwrap());
    ann.delete(&path)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    bob.delete(&path).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(bob.get("/calls/unrung").await.as_array().unwrap().len(), 1);
    let at = bob.get("/calls/unrung").await[0]["at"].as_i64().unwrap();
    bob.delete(&format!("/calls/unrung?until={}", at - 1))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(bob.get("/calls/unrung").await.as_array().unwrap().len(), 1);
    bob.delete("/calls/unrung")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(bob.get("/calls/unrung").await.as_array().unwrap().len(), 0);
}
