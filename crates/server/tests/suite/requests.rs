//! Message requests (M-4).

use super::app::{Device, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn handles(list: &Value) -> Vec<&str> {
    let handle = |one: &Value| one["with"]["handle"].as_str().map(str::len).unwrap_or(0);
    let list = list.as_array().unwrap();
    assert!(list.iter().all(|one| handle(one) > 0));
    list.iter()
        .map(|one| one["with"]["handle"].as_str().unwrap())
        .collect()
}

async fn requests(device: &Device) -> Vec<String> {
    let list = device.get("/requests").await;
    handles(&list).into_iter().map(str::to_owned).collect()
}

async fn conversations(device: &Device) -> Vec<String> {
    let list = device.get("/conversations").await;
    handles(&list).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_stranger_arrives_in_a_list_of_their_own_until_accepted() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let mut b = bob.socket().await;
    ann.write(&bob, "hello").await;
    let entry = b.until("entry").await;
    assert_eq!(entry["request"], true);
    assert_eq!(requests(&bob).await, ["ann"]);
    assert!(conversations(&bob).await.is_empty());
    assert_eq!(bob.get("/conversations/ann").await["request"], true);
    // The author sees an ordinary conversation.
    assert_eq!(conversations(&ann).await, ["bob"]);
    assert_eq!(ann.get("/conversations/bob").await["request"], false);

    bob.put("/requests/ann", None)
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(b.until("changed").await["what"], "requests");
    assert!(requests(&bob).await.is_empty());
    assert_eq!(conversations(&bob).await, ["ann"]);
    ann.write(&bob, "again").await;
    assert_eq!(b.until("entry").await["request"], false);
    // A second yes is none too many, and somebody who is not there is not found.
    bob.put("/requests/ann", None)
        .await
        .expect(StatusCode::NO_CONTENT);
    bob.put("/requests/nobody", None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

#[tokio::test]
async fn following_answering_and_the_address_book_are_a_yes() {
    let app = TestApp::new().await;
    let bob = app.sign_up("bob").await;
    for (handle, before) in [("follow", true), ("book", true), ("later", false)] {
        let other = app.sign_up(handle).await;
        if before {
            match handle {
                "follow" => bob.follow(&other).await,
                _ => {
                    bob.put("/address-book/book", None)
                        .await
                        .expect(StatusCode::OK);
                }
            }
        }
        other.write(&bob, "hello").await;
    }
    assert_eq!(requests(&bob).await, ["later"]);
    let later = app.sign_in("later").await;
    bob.follow(&later).await;
    assert!(requests(&bob).await.is_empty());

    let eve = app.sign_up("eve").await;
    eve.write(&bob, "hello").await;
    assert_eq!(requests(&bob).await, ["eve"]);
    bob.write(&eve, "who are you").await;
    assert!(requests(&bob).await.is_empty());
    // Whom one has written to oneself is never a request.
    let new = app.sign_up("new").await;
    bob.write(&new, "hi").await;
    new.write(&bob, "hi").await;
    assert!(requests(&bob).await.is_empty());
    assert_eq!(requests(&new).await.len(), 0);
}

#[tokio::test]
async fn a_deleted_request_is_gone_for_its_reader_alone_and_comes_back_as_a_request() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    ann.write(&bob, "one").await;
    ann.write(&bob, "two").await;
    bob.delete("/requests/ann")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert!(requests(&bob).await.is_empty());
    assert!(conversations(&bob).await.is_empty());
    let page = bob.get("/conversations/ann/entries").await;
    assert_eq!(page["entries"], json!([]));
    let page = ann.get("/conversations/bob/entries").await;
    assert_eq!(page["entries"].as_array().unwrap().len(), 2);
    bob.delete("/requests/ann")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    ann.write(&bob, "three").await;
    assert_eq!(requests(&bob).await, ["ann"]);
    // What is no request is not deleted by this door.
    bob.put("/requests/ann", None)
        .await
        .expect(StatusCode::NO_CONTENT);
    bob.delete("/requests/ann")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    assert_eq!(conversations(&bob).await, ["ann"]);
}

#[tokio::test]
async fn a_blocked_persons_request_is_in_no_list() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    ann.write(&bob, "hello").await;
    bob.block(&ann).await;
    assert!(requests(&bob).await.is_empty());
    ann.write(&bob, "still there").await;
    assert!(requests(&bob).await.is_empty());
    bob.delete("/people/ann/block").await.expect(StatusCode::OK);
    assert_eq!(requests(&bob).await, ["ann"]);
}

/// Whether it is a request, was accepted, deleted or blocked does not show to who wrote it.
#[tokio::test]
async fn the_author_is_told_the_same_whatever_becomes_of_a_request() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let mut told: Vec<String> = Vec::new();
    for fate in [
        "x_ignored",
        "x_accepted",
        "x_deleted",
        "x_blocked",
        "x_read",
    ] {
        let bob = app.sign_up(fate).await;
        ann.write(&bob, "one").await;
        let mut a = ann.socket().await;
        match fate {
            "x_accepted" => {
                bob.put("/requests/ann", None)
                    .await
                    .expect(StatusCode::NO_CONTENT);
            }
            "x_deleted" => {
                bob.delete("/requests/ann")
                    .await
                    .expect(StatusCode::NO_CONTENT);
            }
            "x_blocked" => bob.block(&ann).await,
            "x_read" => {
                let mut b = bob.socket().await;
                b.send(json!({"type": "read", "with": "ann", "seq": 1}))
                    .await;
                b.send(json!({"type": "typing", "with": "ann"})).await;
                b.so_far().await;
            }
            _ => {}
        }
        a.send(json!({"type": "send", "key": fate, "to": fate, "text": "two"}))
            .await;
        a.until("sent").await;
        let mut frames = a.so_far().await;
        for frame in &mut frames {
            frame["cursor"] = json!(0);
        }
        let head = ann.get(&format!("/conversations/{fate}")).await;
        let page = ann.get(&format!("/conversations/{fate}/entries")).await;
        let all = json!([frames, head, page]).to_string();
        told.push(all.replace(fate, "somebody"));
    }
    let first = told.first().unwrap();
    for other in &told {
        assert_eq!(other, first);
    }
}
