//! Frames that are not as they should be (C-17): a code, nothing changed, the socket open.

use super::app::TestApp;
use birdcall_protocol::Code;
use serde_json::json;

#[tokio::test]
async fn malformed_frames_get_a_code_and_leave_the_socket_open() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let mut a = ann.socket().await;
    for bad in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"type":"no such"}"#,
        r#"{"type":"ping","x":1}"#,
        r#"{"type":"call_accept"}"#,
        r#"{"type":"call_accept","call":"zz"}"#,
        r#"{"type":"read","with":"bob","seq":-1}"#,
        r#"{"type":"welcome"}"#,
    ] {
        a.send_text(bad).await;
        let refused = a.next().await;
        assert_eq!(
            (&refused["type"], &refused["code"]),
            (&"refused".into(), &"bad_input".into()),
            "{bad}"
        );
    }
    a.send_bytes(vec![1, 2, 3]).await;
    assert_eq!(a.next().await["code"], "bad_input");
    assert!(a.so_far().await.is_empty());
    assert_eq!(app.running.app.counters.refused_so_far(Code::BadInput), 12);
}

#[tokio::test]
async fn a_refusal_names_the_frame_it_is_about() {
    let app = TestApp::new().await;
    let mut a = app.sign_up("ann").await.socket().await;
    a.send(json!({"type": "send", "key": "k7", "to": "eve", "text": "x"}))
        .await;
    assert_eq!(a.next().await["re"], "k7");
    a.send(json!({"type": "send", "key": "k8", "to": "eve", "text": 7}))
        .await;
    assert_eq!(a.next().await["re"], "k8");
    a.send(json!({"type": "call_accept", "call": "0000000000000001"}))
        .await;
    let refused = a.next().await;
    assert_eq!(
        (&refused["re"], &refused["code"]),
        (&"0000000000000001".into(), &"not_found".into())
    );
}

#[tokio::test]
async fn an_oversized_frame_closes_the_socket() {
    let app = TestApp::new().await;
    let mut a = app.sign_up("ann").await.socket().await;
    a.send_text(&"x".repeat(70_000)).await;
    a.close_code().await;
}

#[tokio::test]
async fn repeated_abuse_closes_the_socket_with_a_reason() {
    let app = TestApp::new().await;
    let mut a = app.sign_up("ann").await.socket().await;
    for _ in 0..50 {
        a.send_text("nonsense").await;
        assert_eq!(a.next().await["type"], "refused");
    }
    assert_eq!(a.close_code().await, Some(1008));
}

#[tokio::test]
async fn one_good_frame_starts_the_count_anew() {
    let app = TestApp::new().await;
    let mut a = app.sign_up("ann").await.socket().await;
    for _ in 0..3 {
        for _ in 0..49 {
            a.send_text("nonsense").await;
            a.next().await;
        }
        assert!(a.so_far().await.is_empty());
    }
}
