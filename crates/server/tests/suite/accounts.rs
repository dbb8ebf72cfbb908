//! Signing up, in and out (M-1).

use super::app::TestApp;
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn somebody_signs_up_out_and_in_again() {
    let app = TestApp::new().await;
    let ann = app.sign_up("Ann").await;
    let me = ann.get("/me").await;
    assert_eq!(me["handle"], "ann");
    assert_eq!(me["calling_asked"], false);
    let defaults = json!({"enabled": true, "enhanced_privacy": false, "audience":
        {"address_book": true, "following": true, "verified": false, "everyone": false}});
    assert_eq!(me["calling"], defaults);
    ann.delete("/sessions/current")
        .await
        .expect(StatusCode::NO_CONTENT);
    ann.ask(Method::GET, "/me", None)
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
    let again = app.sign_in("ANN").await;
    assert_eq!(again.get("/me").await["handle"], "ann");
}

#[tokio::test]
async fn a_session_ends_when_its_device_is_signed_out_elsewhere() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let phone = app.sign_in("ann").await;
    let mut socket = phone.socket().await;
    let devices = ann.get("/devices").await;
    let other = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["current"] == false)
        .unwrap();
    assert_eq!(other["connected"], true);
    let path = format!("/devices/{}", other["id"].as_str().unwrap());
    ann.delete(&path).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(socket.close_code().await, Some(4001));
    phone
        .ask(Method::GET, "/me", None)
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
    ann.delete(&path)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

#[tokio::test]
async fn nobody_signs_out_somebody_elses_device() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let id = bob.get("/devices").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ann.delete(&format!("/devices/{id}"))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    bob.get("/me").await;
}

#[tokio::test]
async fn sign_in_does_not_tell_whether_a_handle_exists() {
    let app = TestApp::new().await;
    app.sign_up("ann").await;
    let stranger = app.stranger();
    for handle in ["ann", "nobody"] {
        let body = json!({"handle": handle, "password": "wrong horse"});
        let answer = stranger.post("/sessions", body).await;
        answer.refused(StatusCode::UNAUTHORIZED, "wrong_password");
    }
}

#[tokio::test]
async fn bad_sign_ups_are_refused_and_change_nothing() {
    let app = TestApp::new().await;
    app.sign_up("ann").await;
    let stranger = app.stranger();
    let long = "x".repeat(300);
    for (body, code) in [
        (
            json!({"handle": "ann", "password": "correct horse"}),
            "handle_taken",
        ),
        (
            json!({"handle": "a b", "password": "correct horse"}),
            "bad_input",
        ),
        (json!({"handle": "eve", "password": "short"}), "bad_input"),
        (json!({"handle": "eve", "password": long}), "bad_input"),
        (json!({"handle": "eve"}), "bad_input"),
        (
            json!({"handle": "eve", "password": "correct horse", "verified": true}),
            "bad_input",
        ),
        (
            json!({"handle": "eve", "password": "correct horse", "name": "\u{202e}"}),
            "bad_input",
        ),
        (json!([1]), "bad_input"),
    ] {
        let answer = stranger.post("/accounts", body).await;
        assert!(answer.status.is_client_error());
        assert_eq!(answer.body["code"], code);
    }
    let body = json!({"handle": "eve", "password": "correct horse"});
    stranger
        .post("/accounts", body)
        .await
        .expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_closed_server_takes_nobody_new() {
    let app = TestApp::with(|options| options.sign_up = Some(false)).await;
    let body = json!({"handle": "eve", "password": "correct horse"});
    let answer = app.stranger().post("/accounts", body).await;
    answer.refused(StatusCode::FORBIDDEN, "sign_up_closed");
}

#[tokio::test]
async fn a_profile_is_changed_and_other_devices_are_told() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let mut phone = app.sign_in("ann").await.socket().await;
    let change = json!({"name": "Ann Lee", "bio": "birds"});
    let me = ann
        .ask(Method::PATCH, "/me", Some(change))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        (me["name"].as_str(), me["bio"].as_str()),
        (Some("Ann Lee"), Some("birds"))
    );
    assert_eq!(phone.until("changed").await["what"], "me");
    let answer = ann
        .ask(Method::PATCH, "/me", Some(json!({"name": "x".repeat(51)})))
        .await;
    answer.refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
}

#[tokio::test]
async fn the_oldest_device_gives_way_to_the_twenty_first() {
    let app = TestApp::new().await;
    let first = app.sign_up("ann").await;
    for _ in 0..20 {
        app.advance(20);
        app.sign_in("ann").await;
    }
    first
        .ask(Method::GET, "/me", None)
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
}
