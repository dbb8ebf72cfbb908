//! Calls from invite to end, as their people's devices are told (C-10 to C-16).

use super::app::{Device, Socket, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The newest entry of the conversation, as `me` sees it.
async fn last_entry(me: &Device, other: &Device) -> Value {
    let page = me
        .get(&format!("/conversations/{}/entries", other.handle))
        .await;
    page["entries"].as_array().unwrap().last().unwrap()["body"].clone()
}

async fn call_entries(me: &Device, other: &Device) -> usize {
    let page = me
        .get(&format!("/conversations/{}/entries", other.handle))
        .await;
    let entries = page["entries"].as_array().unwrap().clone();
    entries
        .iter()
        .filter(|entry| entry["body"]["type"] == "call")
        .count()
}

/// Both told the server that media is up.
async fn connect(a: &mut Socket, b: &mut Socket, call: &str) {
    for socket in [&mut *a, &mut *b] {
        let started = socket.until("call_started").await;
        let epoch = started["epoch"].clone();
        socket
            .send(json!({"type": "call_connected", "call": call, "epoch": epoch}))
            .await;
    }
    a.until("call_active").await;
    b.until("call_active").await;
}

#[tokio::test]
async fn a_call_is_made_answered_and_ended() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    let ring = b.until("ring").await;
    // C-11: ids, kind and deadline, nothing else.
    let deadline = ring["deadline"].clone();
    assert_eq!(
        ring,
        json!({"type": "ring", "call": call, "caller": "ann", "kind": "audio", "deadline": deadline})
    );
    b.press("call_ringing", &call).await;
    assert_eq!(a.until("call_progress").await["devices"], 1);
    b.press("call_accept", &call).await;
    connect(&mut a, &mut b, &call).await;
    app.advance(63);
    a.press("call_hang_up", &call).await;
    for socket in [&mut a, &mut b] {
        assert_eq!(socket.until("call_ended").await["reason"], "hung_up");
    }
    for (me, other) in [(&ann, &bob), (&bob, &ann)] {
        let entry = last_entry(me, other).await;
        assert_eq!(
            (&entry["outcome"], &entry["seconds"]),
            (&"answered".into(), &63.into())
        );
        let history = me.get("/calls").await;
        assert_eq!(history["calls"][0]["outcome"], "answered");
    }
    assert_eq!(ann.get("/calls").await["calls"][0]["role"], "caller");
    assert_eq!(bob.get("/calls").await["calls"][0]["role"], "callee");
    // Nothing after the end.
    b.refused(json!({"type": "call_hang_up", "call": call}), "call_over")
        .await;
    assert!(a.call_frames().await.is_empty());
}

#[tokio::test]
async fn the_caller_offers_and_both_learn_the_path() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    for (socket, role) in [(&mut a, "caller"), (&mut b, "callee")] {
        let started = socket.until("call_started").await;
        assert_eq!(started["role"], role);
        assert_eq!(started["path"], "direct");
    }
}

/// C-12: of three devices one answers, and the others are told where.
#[tokio::test]
async fn three_devices_ring_and_one_answers() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut a = ann.socket().await;
    let mut one = bob.socket().await;
    let mut two = app.sign_in("bob").await.socket().await;
    let mut three = app.sign_in("bob").await.socket().await;
    let call = ann.call(&bob).await;
    for device in [&mut one, &mut two, &mut three] {
        device.until("ring").await;
        device.press("call_ringing", &call).await;
    }
    loop {
        if a.until("call_progress").await["devices"] == 3 {
            break;
        }
    }
    two.press("call_accept", &call).await;
    two.until("call_started").await;
    for device in [&mut one, &mut three] {
        assert_eq!(
            device.until("ring_stopped").await["reason"],
            "answered_elsewhere"
        );
        assert!(
            device.call_frames().await.is_empty(),
            "no start for who did not answer"
        );
        device
            .refused(json!({"type": "call_accept", "call": call}), "out_of_turn")
            .await;
        device
            .refused(json!({"type": "call_hang_up", "call": call}), "not_found")
            .await;
    }
    a.until("call_started").await;
}

#[tokio::test]
async fn two_devices_accept_at_once_and_one_wins() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut one = bob.socket().await;
    let mut two = app.sign_in("bob").await.socket().await;
    let call = ann.call(&bob).await;
    one.until("ring").await;
    two.until("ring").await;
    tokio::join!(
        one.press("call_accept", &call),
        two.press("call_accept", &call)
    );
    let started = |frames: &[Value]| {
        frames
            .iter()
            .filter(|f| f["type"] == "call_started")
            .count()
    };
    let (x, y) = (one.so_far().await, two.so_far().await);
    assert_eq!(started(&x) + started(&y), 1, "{x:?} {y:?}");
}

#[tokio::test]
async fn a_decline_stops_all_devices_and_is_told() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut one) = (ann.socket().await, bob.socket().await);
    let mut two = app.sign_in("bob").await.socket().await;
    let call = ann.call(&bob).await;
    one.until("ring").await;
    two.until("ring").await;
    one.press("call_decline", &call).await;
    assert_eq!(
        two.until("ring_stopped").await["reason"],
        "declined_elsewhere"
    );
    assert_eq!(a.until("call_ended").await["reason"], "declined");
    assert_eq!(last_entry(&bob, &ann).await["outcome"], "declined");
    assert_eq!(
        bob.get("/conversations/ann").await["unread"],
        0,
        "a decline is no news"
    );
}

/// C-14: a caller who gives up leaves a missed call.
#[tokio::test]
async fn a_cancel_leaves_a_missed_call() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    a.press("call_cancel", &call).await;
    assert_eq!(b.until("ring_stopped").await["reason"], "cancelled");
    assert_eq!(a.until("call_ended").await["reason"], "cancelled");
    assert_eq!(last_entry(&bob, &ann).await["outcome"], "cancelled");
    assert_eq!(bob.get("/conversations/ann").await["unread"], 1);
    b.refused(json!({"type": "call_accept", "call": call}), "call_over")
        .await;
}

/// C-13, on virtual time.
#[tokio::test]
async fn forty_five_seconds_without_an_answer_are_one_missed_call() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    ann.call(&bob).await;
    b.until("ring").await;
    app.advance(44);
    assert!(a.call_frames().await.is_empty());
    app.advance(1);
    assert_eq!(a.until("call_ended").await["reason"], "no_answer");
    assert_eq!(b.until("ring_stopped").await["reason"], "no_answer");
    app.advance(100);
    for (me, other) in [(&ann, &bob), (&bob, &ann)] {
        assert_eq!(call_entries(me, other).await, 1);
        assert_eq!(last_entry(me, other).await["outcome"], "no_answer");
    }
}

/// C-14: who connects while it rings is rung; who connects too late is not.
#[tokio::test]
async fn a_device_that_comes_back_in_time_still_rings() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut a = ann.socket().await;
    ann.call(&bob).await;
    app.advance(30);
    let mut late = bob.socket().await;
    assert_eq!(late.next().await["type"], "ring");
    app.advance(15);
    a.until("call_ended").await;
    let mut too_late = app.sign_in("bob").await.socket().await;
    assert!(too_late.call_frames().await.is_empty());
}

/// C-15: two people who call each other at once end in one call.
#[tokio::test]
async fn two_calls_at_once_become_one() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let (one, other) = tokio::join!(ann.invite("bob", "audio"), bob.invite("ann", "audio"));
    let (one, other) = (
        one.expect(StatusCode::CREATED),
        other.expect(StatusCode::CREATED),
    );
    assert_eq!(one["call"], other["call"]);
    let roles = [
        one["role"].as_str().unwrap(),
        other["role"].as_str().unwrap(),
    ];
    assert!(
        roles.contains(&"caller") && roles.contains(&"callee"),
        "{roles:?}"
    );
    let call = one["call"].as_str().unwrap().to_owned();
    connect(&mut a, &mut b, &call).await;
    a.press("call_hang_up", &call).await;
    b.until("call_ended").await;
    assert_eq!(call_entries(&ann, &bob).await, 1);
}

/// C-6 with C-15: a call that was kept from ringing, and was answered because its callee called as well, is no unrung call.
#[tokio::test]
async fn a_call_that_both_asked_for_is_no_unrung_call() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    bob.set_calling(|calling| calling["audience"]["following"] = false.into())
        .await;
    let call = ann.call(&bob).await;
    assert_eq!(bob.get("/calls/unrung").await[0]["call"], call.as_str());
    let joined = bob.invite("ann", "audio").await;
    assert_eq!(joined.expect(StatusCode::CREATED)["call"], call.as_str());
    assert_eq!(bob.get("/calls/unrung").await, serde_json::json!([]));
    connect(&mut a, &mut b, &call).await;
    a.press("call_hang_up", &call).await;
    b.until("call_ended").await;
    assert_eq!(bob.get("/calls/unrung").await, serde_json::json!([]));
    assert_eq!(call_entries(&bob, &ann).await, 1);
}

/// C-15: whoever is in a call is rung all the same (call waiting); only mutual followers learn that it was busy.
#[tokio::test]
async fn a_busy_person_gets_call_waiting() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let cleo = app.sign_up("cleo").await;
    cleo.follow(&bob).await;
    bob.follow(&cleo).await;
    cleo.write(&bob, "hi").await;
    bob.write(&cleo, "hi").await;
    let (mut a, mut b, mut c) = (ann.socket().await, bob.socket().await, cleo.socket().await);
    let first = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &first).await;
    connect(&mut a, &mut b, &first).await;
    let second = cleo.call(&bob).await;
    b.until("ring").await;
    b.refused(
        json!({"type": "call_accept", "call": second}),
        "already_in_call",
    )
    .await;
    app.advance(45);
    assert_eq!(c.until("call_ended").await["reason"], "busy");
    b.until("ring_stopped").await;
    let third = cleo.call(&bob).await;
    b.until("ring").await;
    b.press("call_hang_up", &first).await;
    b.press("call_accept", &third).await;
    assert_eq!(b.until("call_started").await["call"], third.as_str());
}

#[tokio::test]
async fn one_ring_goes_out_at_a_time_and_a_key_makes_one_call() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut b = bob.socket().await;
    let invite = json!({"with": "bob", "kind": "audio", "key": "same"});
    let first = ann
        .post("/calls", invite.clone())
        .await
        .expect(StatusCode::CREATED);
    let again = ann.post("/calls", invite).await.expect(StatusCode::OK);
    assert_eq!(first["call"], again["call"]);
    let else_kind = json!({"with": "bob", "kind": "video", "key": "same"});
    ann.post("/calls", else_kind)
        .await
        .refused(StatusCode::CONFLICT, "key_reused");
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::CONFLICT, "already_calling");
    ann.invite("ann", "audio")
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "yourself");
    ann.invite("eve", "audio")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let call = first["call"].as_str().unwrap().to_owned();
    b.until("ring").await;
    b.press("call_accept", &call).await;
    b.until("call_started").await;
    ann.invite("bob", "audio")
        .await
        .refused(StatusCode::CONFLICT, "already_in_call");
}

/// C-17: each message of the protocol for its role and state only.
#[tokio::test]
async fn frames_out_of_turn_are_refused() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let eve = app.sign_up("eve").await;
    let (mut a, mut b, mut e) = (ann.socket().await, bob.socket().await, eve.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    for frame in [
        "call_accept",
        "call_decline",
        "call_ringing",
        "call_hang_up",
        "call_rejoin",
    ] {
        a.refused(json!({"type": frame, "call": call}), "out_of_turn")
            .await;
        e.refused(json!({"type": frame, "call": call}), "not_found")
            .await;
    }
    b.refused(json!({"type": "call_cancel", "call": call}), "out_of_turn")
        .await;
    let media = json!({"microphone": true, "camera": true, "screen": false});
    b.refused(
        json!({"type": "call_media", "call": call, "media": media}),
        "out_of_turn",
    )
    .await;
    b.press("call_accept", &call).await;
    b.until("call_started").await;
    b.refused(json!({"type": "call_accept", "call": call}), "out_of_turn")
        .await;
    a.refused(json!({"type": "call_cancel", "call": call}), "out_of_turn")
        .await;
    a.refused(
        json!({"type": "call_connected", "call": call, "epoch": 9}),
        "out_of_turn",
    )
    .await;
}
