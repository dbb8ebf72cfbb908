//! Exceptions by person (C-3) and how many may call, as people notice them.

use super::app::{Device, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn rule(owner: &Device, other: &str, rule: Option<&str>) -> Value {
    let path = format!("/me/calling/exceptions/{other}");
    match rule {
        Some(rule) => owner.put(&path, Some(json!({"rule": rule}))).await,
        None => owner.delete(&path).await,
    }
    .expect(StatusCode::OK)
}

async fn rings(caller: &Device, callee: &Device) -> bool {
    let (mut a, mut b) = (caller.socket().await, callee.socket().await);
    let call = caller.call(callee).await;
    let rang = b.call_frames().await.contains(&"ring".to_owned());
    a.press("call_cancel", &call).await;
    a.until("call_ended").await;
    rang
}

async fn preview(owner: &Device, change: impl FnOnce(&mut Value)) -> Value {
    let mut calling = owner.get("/me").await["calling"].clone();
    change(&mut calling);
    let answer = owner.post("/me/calling/preview", calling).await;
    answer.expect(StatusCode::OK)
}

#[tokio::test]
async fn never_keeps_out_a_friend_and_always_lets_in_whom_no_box_fits() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    assert_eq!(rule(&bob, "ann", Some("never")).await["call_rule"], "never");
    assert!(!rings(&ann, &bob).await);
    assert_eq!(bob.get("/calls/unrung").await[0]["reason"], "exception");
    assert_eq!(
        rule(&bob, "ann", Some("always")).await["call_rule"],
        "always"
    );
    bob.set_calling(|calling| calling["audience"]["following"] = false.into())
        .await;
    assert!(rings(&ann, &bob).await);
    // Not past the master switch, nor past a block.
    bob.set_calling(|calling| calling["enabled"] = false.into())
        .await;
    assert!(!rings(&ann, &bob).await);
    bob.set_calling(|calling| calling["enabled"] = true.into())
        .await;
    bob.block(&ann).await;
    assert!(!rings(&ann, &bob).await);
    bob.delete("/people/ann/block").await.expect(StatusCode::OK);
    let list = bob.get("/me/calling/exceptions").await;
    assert_eq!(
        (&list[0]["person"]["handle"], &list[0]["rule"]),
        (&"ann".into(), &"always".into())
    );
    assert_eq!(rule(&bob, "ann", None).await["call_rule"], Value::Null);
    assert!(!rings(&ann, &bob).await);
    // Nobody else sees it.
    assert_eq!(ann.get("/people/bob").await["call_rule"], Value::Null);
    let none = bob.put(
        "/me/calling/exceptions/bob",
        Some(json!({"rule": "always"})),
    );
    none.await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "yourself");
    let none = bob.put("/me/calling/exceptions/ann", Some(json!({"rule": "maybe"})));
    none.await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
}

/// C-7: it stops a call that rings, and the caller notices nothing.
#[tokio::test]
async fn never_stops_a_call_that_rings() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    ann.call(&bob).await;
    b.until("ring").await;
    rule(&bob, "ann", Some("never")).await;
    assert_eq!(b.until("ring_stopped").await["reason"], "not_allowed");
    assert!(a.call_frames().await.is_empty());
    app.advance(45);
    assert_eq!(a.until("call_ended").await["reason"], "no_answer");
}

#[tokio::test]
async fn the_number_follows_the_ticks_and_says_what_quiet_hours_leave() {
    let app = TestApp::new().await;
    let bob = app.sign_up("bob").await;
    let mut others = Vec::new();
    for name in [
        "followed", "in_book", "stranger", "never", "always", "silent",
    ] {
        let other = app.sign_up(name).await;
        other.write(&bob, "hi").await;
        if name != "silent" {
            bob.write(&other, "hello").await;
        }
        others.push(other);
    }
    bob.follow(&others[0]).await;
    bob.put("/address-book/in_book", None)
        .await
        .expect(StatusCode::OK);
    rule(&bob, "never", Some("never")).await;
    rule(&bob, "always", Some("always")).await;
    let now = preview(&bob, |_| ()).await;
    assert_eq!(
        (&now["people"], &now["now"], &now["more"]),
        (&3.into(), &3.into(), &false.into())
    );
    let boxes = json!({"address_book": 1, "following": 1, "verified": 0, "everyone": 5});
    assert_eq!(now["boxes"], boxes);
    let everyone = preview(&bob, |calling| {
        calling["audience"]["everyone"] = true.into();
    })
    .await;
    assert_eq!(everyone["people"], 4);
    let off = preview(&bob, |calling| calling["enabled"] = false.into()).await;
    assert_eq!((&off["people"], &off["boxes"]), (&0.into(), &boxes));
    // A block of the other side's shows nowhere, one's own does.
    others[0].block(&bob).await;
    assert_eq!(preview(&bob, |_| ()).await["people"], 3);
    bob.block(&others[1]).await;
    assert_eq!(preview(&bob, |_| ()).await["people"], 2);
    bob.put("/me/quiet", Some(json!({"on": true, "zone": ""})))
        .await
        .expect(StatusCode::OK);
    bob.put("/me/quiet/people/followed", None)
        .await
        .expect(StatusCode::OK);
    let quiet = preview(&bob, |_| ()).await;
    assert_eq!(
        (&quiet["quiet"], &quiet["people"], &quiet["now"]),
        (&true.into(), &2.into(), &1.into())
    );
}
