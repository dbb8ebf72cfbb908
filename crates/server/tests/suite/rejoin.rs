//! Calls that survive (C-19), on virtual time.

use super::app::{Device, Socket, TestApp};
use birdcall_protocol::call::Phase;
use serde_json::json;

async fn in_call(ann: &Device, bob: &Device) -> (Socket, Socket, String) {
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    for socket in [&mut a, &mut b] {
        socket.until("call_started").await;
        socket
            .send(json!({"type": "call_connected", "call": call, "epoch": 1}))
            .await;
    }
    a.until("call_active").await;
    b.until("call_active").await;
    (a, b, call)
}

#[tokio::test]
async fn a_reloaded_page_rejoins_and_media_starts_over_on_both_sides() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (a, mut b, call) = in_call(&ann, &bob).await;
    drop(a);
    let (welcome, mut again) = ann.socket_from("").await;
    let view = &welcome["calls"][0];
    assert_eq!(
        (&view["call"], &view["phase"], &view["here"]),
        (&call.as_str().into(), &"active".into(), &true.into())
    );
    again.press("call_rejoin", &call).await;
    for socket in [&mut again, &mut b] {
        assert_eq!(socket.until("call_started").await["epoch"], 2);
    }
    b.refused(
        json!({"type": "call_connected", "call": call, "epoch": 1}),
        "out_of_turn",
    )
    .await;
}

#[tokio::test]
async fn another_device_of_the_same_person_cannot_rejoin() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (_a, _b, call) = in_call(&ann, &bob).await;
    let (welcome, mut other) = app.sign_in("ann").await.socket_from("").await;
    assert_eq!(welcome["calls"], json!([]));
    other
        .refused(json!({"type": "call_rejoin", "call": call}), "not_found")
        .await;
}

/// A connected device's lease is renewed every 20 s; a call outlives a lost signalling connection for 60 s at least,
/// and then ends by itself.
#[tokio::test]
async fn a_call_lives_while_its_devices_do_and_a_minute_longer() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, b, call) = in_call(&ann, &bob).await;
    for _ in 0..30 {
        let before = version(&app).await;
        app.advance(20);
        renewed(&app, before + 2).await;
        assert!(a.call_frames().await.is_empty());
    }
    drop(b);
    gone(&app, &bob).await;
    for _ in 0..3 {
        let before = version(&app).await;
        app.advance(20);
        renewed(&app, before + 1).await;
        assert!(a.call_frames().await.is_empty(), "less than a minute away");
    }
    app.advance(20);
    let ended = a.until("call_ended").await;
    assert_eq!(
        (&ended["call"], &ended["reason"]),
        (&call.as_str().into(), &"expired".into())
    );
}

/// How often the one call under way was written.
async fn version(app: &TestApp) -> u64 {
    let mut reader = app.running.app.store.read().await.unwrap();
    let calls = reader.calls_in(Phase::Active).await.unwrap();
    calls[0].version
}

/// Waits until the sweeper has renewed the leases that are to be renewed.
async fn renewed(app: &TestApp, wanted: u64) {
    while version(app).await < wanted {
        tokio::task::yield_now().await;
    }
}

/// Waits until the server has noticed that a person's sockets are closed.
async fn gone(app: &TestApp, person: &Device) {
    let handle = person.handle.parse().unwrap();
    let id = app
        .running
        .app
        .store
        .read()
        .await
        .unwrap()
        .person(&handle)
        .await
        .unwrap()
        .unwrap()
        .id;
    while !app.running.app.hub.connected(id).is_empty() {
        tokio::task::yield_now().await;
    }
}
