//! "Do not disturb", devices that are left alone, and what a service worker asks while no page is open.

use super::app::{Device, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// 2027-01-15 08:00 UTC, a Friday: where the clock of a test stands at first.
const FRIDAY: usize = 4;

async fn set_quiet(device: &Device, quiet: Value) {
    device
        .put("/me/quiet", Some(quiet))
        .await
        .expect(StatusCode::OK);
}

/// Hours on Fridays.
fn fridays(from: u16, until: u16, zone: &str) -> Value {
    let days: Vec<bool> = (0..7).map(|day| day == FRIDAY).collect();
    json!({"on": false, "hours": {"from": from, "until": until, "days": days}, "zone": zone})
}

/// Whether a call now rings; it is cancelled again.
async fn rings(app: &TestApp, caller: &Device, callee: &Device) -> bool {
    let (mut a, mut b) = (caller.socket().await, callee.socket().await);
    let call = caller.call(callee).await;
    let rang = b.call_frames().await.contains(&"ring".to_owned());
    a.press("call_cancel", &call).await;
    a.until("call_ended").await;
    // Out of the reach of C-5, at the same time of a Friday.
    app.advance(7 * 24 * 60 * 60);
    rang
}

#[tokio::test]
async fn quiet_keeps_from_ringing_and_the_callee_finds_it() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    assert!(rings(&app, &ann, &bob).await);
    set_quiet(&bob, json!({"on": true, "zone": ""})).await;
    assert_eq!(bob.get("/me").await["quiet"]["on"], true);
    assert!(!rings(&app, &ann, &bob).await);
    let unrung = bob.get("/calls/unrung").await;
    assert_eq!(unrung[0]["reason"], "do_not_disturb");
    assert_eq!(unrung.as_array().unwrap().len(), 1);
    // Ann's calls break through.
    bob.put("/me/quiet/people/ann", None)
        .await
        .expect(StatusCode::OK);
    assert_eq!(bob.get("/me/quiet/people").await[0]["handle"], "ann");
    assert_eq!(bob.get("/people/ann").await["breaks_through"], true);
    assert!(rings(&app, &ann, &bob).await);
    bob.delete("/me/quiet/people/ann")
        .await
        .expect(StatusCode::OK);
    assert!(!rings(&app, &ann, &bob).await);
}

#[tokio::test]
async fn the_switch_ends_by_itself_and_hours_follow_the_wall_clock() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let soon = app.clock.now().0 + 1_000;
    set_quiet(&bob, json!({"on": true, "until": soon, "zone": ""})).await;
    assert!(!rings(&app, &ann, &bob).await);
    assert!(rings(&app, &ann, &bob).await);
    // It is 08:00 in UTC and 09:00 in Berlin.
    for (hours, quiet) in [
        (fridays(480, 540, ""), true),
        (fridays(540, 600, ""), false),
        (fridays(540, 600, "Europe/Berlin"), true),
        (fridays(1_320, 540, ""), false),
    ] {
        set_quiet(&bob, hours.clone()).await;
        assert_eq!(rings(&app, &ann, &bob).await, !quiet, "{hours}");
    }
}

#[tokio::test]
async fn quiet_stops_what_rings_and_tells_the_caller_nothing() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    set_quiet(&bob, json!({"on": true, "zone": ""})).await;
    let stopped = b.until("ring_stopped").await;
    assert_eq!(
        (&stopped["call"], &stopped["reason"]),
        (&call.as_str().into(), &"not_allowed".into())
    );
    // C-6: it rings on for her.
    assert!(a.call_frames().await.is_empty());
    app.advance(45);
    assert_eq!(a.until("call_ended").await["reason"], "no_answer");
}

#[tokio::test]
async fn hours_and_zones_that_are_none_are_refused() {
    let app = TestApp::new().await;
    let bob = app.sign_up("bob").await;
    for bad in [
        fridays(600, 600, ""),
        fridays(1_440, 0, ""),
        fridays(0, 60, "Middle/Earth"),
        json!({"on": false, "hours": {"from": 0, "until": 60, "days": ([false; 7])}, "zone": ""}),
        json!({"on": false, "hours": {"from": 0, "until": 60, "days": ([true; 6])}, "zone": ""}),
        json!({"on": "yes", "zone": ""}),
        json!({"on": true, "zone": "../etc/passwd"}),
    ] {
        bob.put("/me/quiet", Some(bad))
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    }
    let none = json!({"on": false, "zone": ""});
    assert_eq!(bob.get("/me").await["quiet"], none);
}

#[tokio::test]
async fn a_silenced_device_does_not_ring_and_the_others_do() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let laptop = app.sign_in("bob").await;
    let (mut a, mut phone, mut desk) = (
        ann.socket().await,
        bob.socket().await,
        laptop.socket().await,
    );
    let call = ann.call(&bob).await;
    phone.until("ring").await;
    desk.until("ring").await;
    let id = laptop.get("/me").await["device"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/devices/{id}");
    // Also from another device, and while it rings.
    bob.ask(Method::PATCH, &path, Some(json!({"silenced": true})))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(desk.until("ring_stopped").await["reason"], "not_allowed");
    assert_eq!(desk.until("changed").await["what"], "devices");
    assert!(phone.call_frames().await.is_empty());
    a.press("call_cancel", &call).await;
    a.until("call_ended").await;
    phone.until("ring_stopped").await;

    ann.call(&bob).await;
    phone.until("ring").await;
    let heard = desk.call_frames().await;
    assert!(!heard.contains(&"ring".to_owned()), "{heard:?}");
    // Nor when it comes back.
    let (_, mut again) = laptop.socket_from("").await;
    assert!(again.call_frames().await.is_empty());
    let devices = bob.get("/devices").await;
    let silenced = |device: &&Value| device["silenced"] == true;
    let silent: Vec<&Value> = devices
        .as_array()
        .unwrap()
        .iter()
        .filter(silenced)
        .collect();
    assert_eq!(silent.len(), 1);
    assert_eq!(silent[0]["id"], id.as_str());
    // A device is changed by its own person only.
    ann.ask(Method::PATCH, &path, Some(json!({"silenced": false})))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

#[tokio::test]
async fn a_worker_asks_how_a_call_stands_shows_it_and_declines() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let stranger = app.sign_up("cleo").await;
    let mut a = ann.socket().await;
    let call = ann.call(&bob).await;
    let path = format!("/calls/{call}");
    let standing = bob.get(&path).await;
    assert_eq!(standing["phase"], "ringing");
    assert_eq!(standing["with"]["handle"], "ann");
    assert_eq!(standing["missed"], false);
    stranger
        .ask(Method::GET, &path, None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");

    bob.post(&format!("{path}/ringing"), json!({}))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(a.until("call_progress").await["devices"], 1);
    for not_bob in [&stranger, &ann] {
        let answer = not_bob.post(&format!("{path}/decline"), json!({})).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
    }
    bob.post(&format!("{path}/decline"), json!({}))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(a.until("call_ended").await["reason"], "declined");
    let standing = bob.get(&path).await;
    assert_eq!(
        (&standing["phase"], &standing["missed"]),
        (&"ended".into(), &false.into())
    );
    bob.post(&format!("{path}/ringing"), json!({}))
        .await
        .refused(StatusCode::CONFLICT, "call_over");
}

#[tokio::test]
async fn a_ring_past_its_deadline_stands_as_missed_and_a_kept_one_as_nothing() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let call = ann.call(&bob).await;
    app.advance(45);
    let standing = bob.get(&format!("/calls/{call}")).await;
    assert_eq!(
        (&standing["phase"], &standing["missed"]),
        (&"ended".into(), &true.into())
    );
    assert!(standing.get("deadline").is_none());
    set_quiet(&bob, json!({"on": true, "zone": ""})).await;
    let kept = ann.call(&bob).await;
    bob.ask(Method::GET, &format!("/calls/{kept}"), None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let hers = ann.get(&format!("/calls/{kept}")).await;
    assert_eq!(hers["phase"], "ringing");
}
