//! What follows from commits that several transactions share, as they do on SQLite's one writer. On PostgreSQL each
//! commits by itself, and nobody reads what is not committed.

use super::app::TestApp;
use birdcall_server::messages::{self, Sent};
use std::time::Duration;
use tokio::task::yield_now;

/// What is sent again over another line while the first is under way is acknowledged with it, and not before it is on disk:
/// a server killed in between would have promised what it does not have.
#[tokio::test]
async fn a_message_sent_again_is_not_acknowledged_before_the_first_is_on_disk() {
    let app = TestApp::new().await;
    app.sign_up("ann").await;
    app.sign_up("bob").await;
    let server = app.running.app.clone();
    let mut reader = server.store.read().await.unwrap();
    let from = reader.person(&"ann".parse().unwrap()).await.unwrap();
    let from = from.unwrap().id;
    drop(reader);
    let sends = || {
        let server = server.clone();
        tokio::spawn(async move {
            let sent = Sent {
                from,
                to: &"bob".parse().unwrap(),
                key: "1",
                reply_to: None,
            };
            messages::send(&server, sent, "once").await.unwrap()
        })
    };
    // Three stand in line: the message, the same again, and somebody who keeps the group from its commit.
    let turn = server.store.write().await.unwrap();
    let first = sends();
    yield_now().await;
    let mut again = sends();
    yield_now().await;
    let store = server.store.clone();
    let holds = tokio::spawn(async move { store.write().await.unwrap() });
    yield_now().await;
    drop(turn);
    let held = holds.await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(200), &mut again).await;
    assert!(early.is_err(), "acknowledged before it is on disk");
    assert!(!first.is_finished());
    drop(held);
    assert_eq!(first.await.unwrap(), again.await.unwrap());
}
