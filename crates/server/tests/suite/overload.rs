//! With more to do than can be done, new calls are refused, and the rest goes on.

use super::app::TestApp;
use axum::http::StatusCode;
use serde_json::json;
use std::time::Duration;

/// The writer is held, as a disk that stalls holds it: nobody can write until it is let go.
#[tokio::test]
async fn new_calls_are_refused_while_the_writer_cannot_keep_up() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (cleo, dora) = app.friends("cleo", "dora").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let running = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &running).await;
    a.until("call_started").await;

    let server = &app.running.app;
    let held = server.store.write().await.unwrap();
    let message = json!({"type": "send", "key": "k", "to": "bob", "text": "still here"});
    a.send(message).await;
    while server.store.queue() < Duration::from_millis(260) {
        tokio::task::yield_now().await;
    }
    // One look is not enough: it has to stay so.
    assert!(server.takes_call().is_ok());
    app.clock.advance(Duration::from_secs(1));
    let busy = StatusCode::SERVICE_UNAVAILABLE;
    cleo.invite("dora", "audio")
        .await
        .refused(busy, "overloaded");
    // It depends on the load alone: nobody is there, and that is said as ever (C-6).
    cleo.invite("nobody", "audio")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    // Health checks, devices that come back and sockets that are open go on.
    let ready = reqwest::get(app.url("/readyz")).await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    let mut d = dora.socket().await;
    b.send(json!({"type": "ping"})).await;
    b.until("pong").await;

    drop(held);
    a.until("sent").await;
    b.until("entry").await;
    a.press("call_hang_up", &running).await;
    b.until("call_ended").await;
    cleo.call(&dora).await;
    d.until("ring").await;
}

/// The processors are held: no task runs for a while, nobody waits for the database.
#[tokio::test]
async fn new_calls_are_refused_while_tasks_run_late() {
    let app = TestApp::new().await;
    let server = app.running.app.clone();
    let beating = server.clone();
    let beats = tokio::spawn(async move { beating.beat.run().await });
    // It has begun then.
    tokio::task::yield_now().await;
    assert!(server.takes_call().is_ok());
    // This thread is the only one that tasks run on.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.store.queue(), Duration::ZERO);
    assert!(server.takes_call().is_ok(), "it has to stay so");
    app.clock.advance(Duration::from_secs(1));
    assert!(server.takes_call().is_err());
    while server.takes_call().is_err() {
        tokio::task::yield_now().await;
    }
    beats.abort();
}
