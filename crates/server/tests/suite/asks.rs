//! "Ask @bob to message you" (C-1): once a week, calmly, and the same answer whether it reaches anybody (C-6).

use super::app::{Device, TestApp};
use birdcall_call::beat::BEAT;
use reqwest::StatusCode;
use serde_json::Value;

async fn ask(from: &Device, whom: &str) -> Value {
    let answer = from.post(&format!("/people/{whom}/ask"), Value::Null).await;
    answer.expect(StatusCode::OK)
}

async fn asks(of: &Device) -> Vec<Value> {
    of.get("/asks").await.as_array().unwrap().clone()
}

#[tokio::test]
async fn one_ask_a_week_reaches_whom_it_is_for_and_a_message_answers_it() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let mut socket = bob.socket().await;
    let first = ask(&ann, "bob").await;
    assert_eq!(socket.until("changed").await["what"], "asks");
    assert_eq!(asks(&bob).await[0]["from"]["handle"], "ann");
    assert_eq!(ann.get("/people/bob").await["asked_at"], first["at"]);
    assert_eq!(bob.get("/people/ann").await["asked_at"], Value::Null);
    app.advance(7 * 24 * 3_600 - 1);
    assert_eq!(
        ask(&ann, "bob").await,
        first,
        "asking again changes nothing"
    );
    assert!(socket.so_far().await.is_empty());
    app.advance(1);
    assert_ne!(ask(&ann, "bob").await["at"], first["at"]);
    assert_eq!(asks(&bob).await.len(), 1);
    bob.delete("/asks/ann").await.expect(StatusCode::NO_CONTENT);
    assert!(asks(&bob).await.is_empty());
    bob.delete("/asks/ann")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    app.advance(7 * 24 * 3_600);
    ask(&ann, "bob").await;
    assert_eq!(asks(&bob).await.len(), 1);
    bob.write(&ann, "hello").await;
    assert!(asks(&bob).await.is_empty());
    assert_eq!(ann.get("/people/bob").await["call"], "available");
    ann.post("/people/ann/ask", Value::Null)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "yourself");
}

/// C-6: blocked or not, the asker gets the same, on the same beat, and a block keeps it from arriving for good.
#[tokio::test]
async fn who_is_blocked_is_answered_the_same_and_reaches_nobody() {
    let app = TestApp::with(|options| options.beat = Some(BEAT)).await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let cleo = app.sign_up("cleo").await;
    cleo.block(&ann).await;
    let mut told = Vec::new();
    let ann = std::sync::Arc::new(ann);
    for whom in [&bob, &cleo] {
        let mut socket = whom.socket().await;
        socket.so_far().await;
        let (asker, handle) = (std::sync::Arc::clone(&ann), whom.handle.clone());
        let before = app.clock.now();
        let request = tokio::spawn(async move { ask(&asker, &handle).await });
        // Until it is written.
        let handle = whom.handle.clone();
        while ann.get(&format!("/people/{handle}")).await["asked_at"] == Value::Null {}
        assert!(!request.is_finished());
        app.clock.advance(BEAT);
        let mut answer = request.await.unwrap();
        for moment in ["at", "again"] {
            answer[moment] = (answer[moment].as_i64().unwrap() - before.0).into();
        }
        let mut seen = ann.get(&format!("/people/{}", whom.handle)).await;
        seen["handle"] = Value::Null;
        seen["name"] = Value::Null;
        seen["asked_at"] = (seen["asked_at"].as_i64().unwrap() - before.0).into();
        told.push((answer.to_string(), seen.to_string()));
        let heard = socket.so_far().await.len();
        assert_eq!(heard, usize::from(whom.handle == "bob"));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(asks(&bob).await.len(), 1);
    assert!(asks(&cleo).await.is_empty());
    cleo.delete("/people/ann/block")
        .await
        .expect(StatusCode::OK);
    assert!(asks(&cleo).await.is_empty());
    bob.block(&ann).await;
    assert!(asks(&bob).await.is_empty());
}
