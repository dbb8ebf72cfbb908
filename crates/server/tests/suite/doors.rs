//! Who may knock, how often and from where.

use super::app::TestApp;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

#[tokio::test]
async fn guessing_a_password_is_slowed_down_for_the_handle_alone() {
    let app = TestApp::new().await;
    app.sign_up("ann").await;
    let stranger = app.stranger();
    let wrong = json!({"handle": "ann", "password": "wrong horse"});
    let mut refused = false;
    for _ in 0..12 {
        refused =
            stranger.post("/sessions", wrong.clone()).await.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(refused);
    let other = json!({"handle": "bob", "password": "wrong horse"});
    stranger
        .post("/sessions", other)
        .await
        .refused(StatusCode::UNAUTHORIZED, "wrong_password");
}

#[tokio::test]
async fn requests_of_other_sites_are_refused() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let change = Some(json!({"name": "Eve"}));
    let foreign = Some("https://evil.example");
    ann.ask_from(Method::PATCH, "/me", change.clone(), foreign)
        .await
        .refused(StatusCode::FORBIDDEN, "foreign_origin");
    assert_eq!(ann.get("/me").await["name"], "ann");
    let own = app.url("");
    // The control: with its own origin the same request passes.
    ann.ask_from(Method::PATCH, "/me", change, Some(&own))
        .await
        .expect(StatusCode::OK);
    let Err(Error::Http(response)) = ann.try_socket("", foreign).await else {
        panic!("a foreign socket was opened")
    };
    assert_eq!(response.status(), 403);
    assert!(ann.try_socket("", Some(&own)).await.is_ok());
}

#[tokio::test]
async fn nothing_is_had_without_a_session() {
    let app = TestApp::new().await;
    let stranger = app.stranger();
    for path in [
        "/me",
        "/devices",
        "/people?query=a",
        "/people/ann",
        "/following",
        "/blocked",
        "/address-book",
        "/conversations",
        "/conversations/ann",
        "/conversations/ann/entries",
        "/calls",
        "/calls/unrung",
    ] {
        let answer = stranger.ask(Method::GET, path, None).await;
        answer.refused(StatusCode::UNAUTHORIZED, "not_signed_in");
    }
    assert!(stranger.try_socket("", None).await.is_err());
}

#[tokio::test]
async fn large_bodies_and_bad_forms_have_codes() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let large = json!({"name": "x".repeat(70_000)});
    ann.ask(Method::PATCH, "/me", Some(large))
        .await
        .refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    ann.ask(Method::GET, "/people", None)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    ann.ask(Method::GET, "/conversations/ann/entries?limit=0", None)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    ann.ask(Method::GET, "/people/not-a-handle", None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    ann.ask(Method::GET, "/nothing", None)
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

#[tokio::test]
async fn pages_carry_the_policy_and_the_api_is_not_kept() {
    let app = TestApp::new().await;
    let page = reqwest::get(app.url("/healthz")).await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'"), "{policy}");
    for loose in ["unsafe-inline", "unsafe-eval", "http:", "https:", "*"] {
        assert!(!policy.contains(loose), "{loose} in {policy}");
    }
    // Text becomes neither markup nor code but by two policies, and nobody makes a third.
    assert!(
        policy.contains("require-trusted-types-for 'script'"),
        "{policy}"
    );
    assert!(
        policy.ends_with("trusted-types svelte-trusted-html birdcall-worker birdcall-reader"),
        "{policy}"
    );
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    let api = reqwest::get(app.url("/api/v1/openapi.json")).await.unwrap();
    assert_eq!(api.headers()["cache-control"], "no-store");
    assert_eq!(
        reqwest::get(app.url("/readyz")).await.unwrap().status(),
        200
    );
}

/// Every operation that the document names has a door: whoever has knocked too often is told so, and when to come back.
#[tokio::test]
async fn every_route_has_a_door() {
    let app = TestApp::new().await;
    let document = reqwest::get(app.url("/api/v1/openapi.json")).await.unwrap();
    let document: serde_json::Value = document.json().await.unwrap();
    let ann = app.sign_up("ann").await;
    let stranger = app.stranger();
    let doors = &app.running.app.doors;
    let me = {
        let mut reader = app.running.app.store.read().await.unwrap();
        let handle = "ann".parse().unwrap();
        reader.person(&handle).await.unwrap().unwrap().id
    };
    // Knocks until nothing opens any more.
    while doors.request(me, &Method::GET).is_ok() {}
    while doors.request(me, &Method::POST).is_ok() {}
    while doors.visit("127.0.0.1".parse().unwrap()).is_ok() {}
    let mut walked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let filled = path
                .replace("/api/v1", "")
                .replace("{handle}", "bob")
                .replace("{seq}", "1")
                .split('/')
                .map(|part| {
                    if part.starts_with('{') {
                        "0000000000000001"
                    } else {
                        part
                    }
                })
                .collect::<Vec<_>>()
                .join("/");
            for (who, device) in [("ann", &ann), ("a stranger", &stranger)] {
                let url = app.url(&format!("/api/v1{filled}"));
                let mut request = reqwest::Client::new().request(method.clone(), url);
                if filled == "/socket" {
                    request = request
                        .header("connection", "upgrade")
                        .header("upgrade", "websocket")
                        .header("sec-websocket-version", "13")
                        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
                }
                if let Some(cookie) = device.cookie() {
                    request = request.header("cookie", cookie);
                }
                let answer = request.send().await.unwrap();
                assert_eq!(
                    answer.status(),
                    429,
                    "{method} {filled} has no door for {who}"
                );
                let wait = answer.headers()["retry-after"].to_str().unwrap();
                assert!((1..=60).contains(&wait.parse::<u64>().unwrap()), "{wait}");
                walked += 1;
            }
        }
    }
    assert!(walked > 80, "{walked}");
    // It opens again.
    app.advance(10);
    ann.get("/me").await;
}

#[tokio::test]
async fn frames_are_counted_whatever_they_are() {
    let app = TestApp::new().await;
    let ann = app.sign_up("ann").await;
    let mut socket = ann.socket().await;
    for _ in 0..1_000 {
        socket.send(json!({"type": "ping"})).await;
        assert_eq!(socket.next().await["type"], "pong");
    }
    socket.refused(json!({"type": "ping"}), "too_many").await;
    app.advance(1);
    socket.so_far().await;
}
