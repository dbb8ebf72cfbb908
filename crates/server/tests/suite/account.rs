//! Passwords, devices and their places: who is signed in, and how they stop to be.

use super::app::TestApp;
use super::mail::{by, verify};
use super::smtp::Smtp;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn another_password_signs_all_other_devices_out_at_once() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let phone = app.sign_in("ann").await;
    let mut here = ann.socket().await;
    let mut there = phone.socket().await;
    for (body, status, code) in [
        (
            json!({"new": "battery staple"}),
            StatusCode::FORBIDDEN,
            "proof_needed",
        ),
        (
            json!({"old": "wrong horse", "new": "battery staple"}),
            StatusCode::UNAUTHORIZED,
            "wrong_password",
        ),
        (
            json!({"old": "correct horse", "new": "short"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
    ] {
        ann.put("/me/password", Some(body))
            .await
            .refused(status, code);
    }
    let body = json!({"old": "correct horse", "new": "battery staple"});
    let asked = std::time::Instant::now();
    ann.put("/me/password", Some(body))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(there.close_code().await, Some(4001));
    assert!(asked.elapsed().as_secs() < 1);
    phone
        .ask(reqwest::Method::GET, "/me", None)
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
    assert_eq!(here.until("changed").await["what"], "devices");
    let old = json!({"handle": "ann", "password": "correct horse"});
    app.stranger()
        .post("/sessions", old)
        .await
        .refused(StatusCode::UNAUTHORIZED, "wrong_password");
    let new = json!({"handle": "ann", "password": "battery staple"});
    app.stranger()
        .post("/sessions", new)
        .await
        .expect(StatusCode::OK);
}

#[tokio::test]
async fn all_other_devices_are_signed_out_within_a_second() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let bob = app.sign_up("bob").await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        let phone = app.sign_in("ann").await;
        sockets.push(phone.socket().await);
        sockets.push(phone.socket().await);
    }
    let mut bobs = bob.socket().await;
    let asked = std::time::Instant::now();
    ann.delete("/devices").await.expect(StatusCode::NO_CONTENT);
    for socket in &mut sockets {
        assert_eq!(socket.close_code().await, Some(4001));
    }
    assert!(asked.elapsed().as_secs() < 1, "{:?}", asked.elapsed());
    assert_eq!(ann.get("/devices").await.as_array().unwrap().len(), 1);
    // Nobody else's.
    assert!(bobs.so_far().await.is_empty());
}

/// Where a device was used last is the zone of its clock, as its person would say it; never an address.
#[tokio::test]
async fn a_device_says_where_it_is() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let zone = async || ann.get("/devices").await[0]["zone"].clone();
    assert_eq!(zone().await, serde_json::Value::Null);
    for (said, kept) in [
        ("Europe/Berlin", "Europe/Berlin"),
        ("america/new_york", "America/New_York"),
        ("No/Where", "America/New_York"),
        ("", "America/New_York"),
        ("Asia%2FTokyo", "Asia/Tokyo"),
    ] {
        let query = format!("?zone={said}");
        let (_, mut socket) = ann.socket_from(&query).await;
        socket.so_far().await;
        assert_eq!(zone().await, kept, "{said}");
    }
    let devices = ann.get("/devices").await.to_string();
    assert!(!devices.contains("127.0.0.1"), "{devices}");
}

#[tokio::test]
async fn a_forgotten_password_is_reset_by_a_code_that_is_good_once() {
    let smtp = Smtp::plain().await;
    let app = TestApp::with(by(&smtp)).await;
    let ann = app.sign_up("ann").await;
    verify(&ann, "ann@example.org", &smtp).await;
    let mut socket = ann.socket().await;
    let stranger = app.stranger();
    let finish = async |who: &str, code: &str, password: &str| {
        let body = json!({"who": who, "code": code, "password": password});
        stranger.post("/password-resets/finish", body).await
    };
    stranger
        .post("/password-resets", json!({"who": "@Ann"}))
        .await
        .expect(StatusCode::ACCEPTED);
    let mail = smtp.mail(1).await;
    assert_eq!(mail.to, "ann@example.org");
    let code = mail.code();
    finish("ann", &code, "short")
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    finish("ann", "12345678", "battery staple")
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    finish("ANN@example.org", &code, "battery staple")
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(socket.close_code().await, Some(4001));
    finish("ann", &code, "battery horse")
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    let body = json!({"handle": "ann", "password": "battery staple"});
    stranger
        .post("/sessions", body)
        .await
        .expect(StatusCode::OK);
    // She is told.
    let told = smtp.mail(2).await;
    assert!(told.text.contains("password of @ann"), "{}", told.text);
}

/// Nobody learns from a reset whether there is such a person or address.
#[tokio::test]
async fn a_reset_answers_the_same_for_everybody_and_nobody() {
    let smtp = Smtp::plain().await;
    let app = TestApp::with(by(&smtp)).await;
    let ann = app.sign_up("ann").await;
    app.sign_up("bob").await;
    verify(&ann, "ann@example.org", &smtp).await;
    let stranger = app.stranger();
    let mut answers = Vec::new();
    // With an address, without one, nobody's; by handle and by address.
    for who in [
        "ann",
        "bob",
        "nobody",
        "ann@example.org",
        "nobody@example.org",
    ] {
        let asked = stranger.post("/password-resets", json!({"who": who})).await;
        let body = json!({"who": who, "code": "AAAA-AAAA", "password": "battery staple"});
        let tried = stranger.post("/password-resets/finish", body).await;
        answers.push((asked.status, asked.body, tried.status, tried.body));
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    // How often is counted by what was asked for, be there somebody or not.
    for who in ["ann", "nobody"] {
        for _ in 0..2 {
            let asked = stranger.post("/password-resets", json!({"who": who})).await;
            asked.expect(StatusCode::ACCEPTED);
        }
        let asked = stranger.post("/password-resets", json!({"who": who})).await;
        asked.refused(StatusCode::TOO_MANY_REQUESTS, "too_many");
    }
    // A code is good for half an hour.
    app.advance(3_600);
    stranger
        .post("/password-resets", json!({"who": "ann"}))
        .await
        .expect(StatusCode::ACCEPTED);
    let mut code = String::new();
    for number in 1.. {
        let mail = smtp.mail(number).await;
        if smtp.so_far().len() == number + 1 {
            code = mail.code();
            break;
        }
    }
    app.advance(30 * 60);
    let body = json!({"who": "ann", "code": code, "password": "battery staple"});
    stranger
        .post("/password-resets/finish", body)
        .await
        .refused(StatusCode::FORBIDDEN, "wrong_code");
    ann.get("/me").await;
}
