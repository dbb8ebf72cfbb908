//! Descriptions and candidates between the two devices of a call, through the filter (P-3), and to nobody else.

use super::app::{Socket, TestApp};
use serde_json::json;

const OFFER: &str = include_str!("../../../call/tests/samples/chromium-offer.sdp");

async fn answered(app: &TestApp) -> (Socket, Socket, Socket, String) {
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let mut other = app.sign_in("bob").await.socket().await;
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    a.until("call_started").await;
    b.until("call_started").await;
    other.until("ring_stopped").await;
    (a, b, other, call)
}

#[tokio::test]
async fn a_description_goes_to_the_other_leg_alone_and_is_rebuilt() {
    let app = TestApp::new().await;
    let (mut a, mut b, mut other, call) = answered(&app).await;
    let offer = json!({"type": "call_description", "call": call, "epoch": 1, "sdp_type": "offer", "sdp": OFFER});
    a.send(offer.clone()).await;
    let heard = b.until("call_description").await;
    let sdp = heard["sdp"].as_str().unwrap();
    assert_ne!(sdp, OFFER);
    assert!(
        sdp.contains("IN IP4 127.0.0.1") && sdp.contains("a=fingerprint:sha-256"),
        "{sdp}"
    );
    assert!(other.call_frames().await.is_empty());
    other.refused(offer.clone(), "not_found").await;
    let mut stale = offer.clone();
    stale["epoch"] = 2.into();
    a.refused(stale, "out_of_turn").await;
    let mut broken = offer;
    broken["sdp"] = "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n".into();
    a.refused(broken, "bad_description").await;
    assert!(b.call_frames().await.is_empty());
}

#[tokio::test]
async fn candidates_are_typed_and_rebuilt() {
    let app = TestApp::new().await;
    let (mut a, mut b, _other, call) = answered(&app).await;
    let candidate = |line: &str| {
        json!({"type": "call_candidate", "call": call, "epoch": 1,
        "candidate": line, "mid": "0", "ufrag": "abcd"})
    };
    a.send(candidate("candidate:1 1 udp 2122260223 192.0.2.7 50000 typ srflx raddr 10.9.8.7 rport 4000 generation 0")).await;
    let heard = b.until("call_candidate").await;
    let line = heard["candidate"].as_str().unwrap();
    assert!(line.contains("192.0.2.7 50000"), "{line}");
    assert!(!line.contains("10.9.8.7"), "{line}");
    a.send(candidate("")).await;
    assert_eq!(b.until("call_candidate").await["candidate"], "");
    // A host name would make the other side ask DNS for it.
    a.send(candidate("candidate:1 1 udp 1 evil.example 50000 typ host"))
        .await;
    a.so_far().await;
    assert!(b.call_frames().await.is_empty());
    let mut odd = candidate("");
    odd["mid"] = "a b".into();
    a.refused(odd, "bad_description").await;
    a.refused(
        candidate(&format!("candidate:{}", "1".repeat(600))),
        "too_large",
    )
    .await;
}

#[tokio::test]
async fn media_state_is_told_to_the_other_leg() {
    let app = TestApp::new().await;
    let (mut a, mut b, mut other, call) = answered(&app).await;
    let media = json!({"microphone": false, "camera": true, "screen": false, "held": false});
    a.send(json!({"type": "call_media", "call": call, "media": media}))
        .await;
    assert_eq!(b.until("call_media").await["media"], media);
    assert!(other.call_frames().await.is_empty());
}
