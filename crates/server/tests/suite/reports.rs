//! Reports to the operator, what comes back, and what the operator does from the command line while the server runs.

use super::app::{Device, TestApp};
use super::process::{Program, birdcall};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;

fn about(handle: &str) -> Value {
    json!({ "handle": handle, "reason": "harassment" })
}

#[tokio::test]
async fn a_report_carries_what_was_chosen_as_it_was() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    bob.write(&ann, "you will be sorry").await;
    let body = json!({"handle": "bob", "reason": "harassment", "words": " He does not stop.\n",
        "entries": [3, 3, 2], "block": true});
    let kept = ann.post("/reports", body).await.expect(StatusCode::CREATED);
    assert_eq!(
        (&kept["about"], &kept["state"]),
        (&json!("bob"), &json!("open"))
    );
    assert_eq!(
        (&kept["words"], &kept["entries"]),
        (&json!("He does not stop."), &json!(2))
    );
    assert_eq!(ann.get("/reports").await, json!([kept]));
    assert_eq!(ann.get("/people/bob").await["blocked"], true);
    // Also after both have deleted it from their conversation.
    ann.delete("/conversations/bob/entries/3")
        .await
        .expect(StatusCode::NO_CONTENT);
    bob.delete("/conversations/ann/entries/3")
        .await
        .expect(StatusCode::NO_CONTENT);
    let mut reader = app.running.app.store.read().await.unwrap();
    let evidence = reader.evidence(1).await.unwrap();
    assert_eq!(evidence.len(), 2);
    assert_eq!(evidence[1].author.as_str(), "bob");
    assert!(
        evidence[1].body.contains("you will be sorry"),
        "{}",
        evidence[1].body
    );
    // The one who was reported does not learn of it.
    assert_eq!(bob.get("/reports").await, json!([]));
}

#[tokio::test]
async fn only_what_one_sees_oneself_can_be_shown_to_the_operator() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let cleo = app.sign_up("cleo").await;
    let with = |handle: &str, entries: &[u64]| json!({ "handle": handle, "reason": "spam", "entries": entries });
    ann.post("/reports", with("bob", &[1, 2, 99]))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    cleo.post("/reports", with("bob", &[1]))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    // Something that ann never saw, because she has blocked its author.
    ann.block(&bob).await;
    bob.write(&ann, "hidden").await;
    ann.post("/reports", with("bob", &[3]))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let many: Vec<u64> = (1..=21).collect();
    ann.post("/reports", with("bob", &many))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
    for (body, status, code) in [
        (about("ann"), StatusCode::UNPROCESSABLE_ENTITY, "yourself"),
        (about("nobody"), StatusCode::NOT_FOUND, "not_found"),
        (
            json!({"handle": "bob", "reason": "boring"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
        (
            json!({"handle": "bob", "reason": "other", "words": "x".repeat(1_001)}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_input",
        ),
    ] {
        ann.post("/reports", body).await.refused(status, code);
    }
    assert_eq!(ann.get("/reports").await, json!([]));
    let mut last = None;
    for _ in 0..11 {
        last = Some(ann.post("/reports", about("bob")).await);
    }
    let last = last.unwrap();
    last.refused(StatusCode::TOO_MANY_REQUESTS, "too_many");
    app.advance(600);
    ann.post("/reports", about("bob"))
        .await
        .expect(StatusCode::CREATED);
}

fn operator(data: &Path, line: &[&str]) -> Result<String, String> {
    let mut command = birdcall(data);
    let output = command
        .args(line)
        .env("SUDO_USER", "olga")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

async fn sign_in(program: &Program, handle: &str) -> super::app::Answer {
    let body = json!({"handle": handle, "password": "birdcall-demo"});
    Device::at(program.url()).post("/sessions", body).await
}

#[tokio::test]
async fn the_operator_reads_answers_warns_and_closes_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let program = Program::start(data, &["--demo"]);
    let (ann, bob) = (program.sign_in("ann").await, program.sign_in("bob").await);
    bob.write(&ann, "\u{1B}[2Jgive me money").await;
    let page = ann.get("/conversations/bob/entries").await;
    let seq = page["entries"].as_array().unwrap().last().unwrap()["seq"].clone();
    let body =
        json!({"handle": "bob", "reason": "spam", "words": "He wants money.", "entries": [seq]});
    ann.post("/reports", body).await.expect(StatusCode::CREATED);

    let list = operator(data, &["report", "list"]).unwrap();
    assert!(
        list.starts_with("1\topen\t") && list.contains("spam\t@bob by @ann\t1 messages"),
        "{list}"
    );
    let shown = operator(data, &["report", "show", "1"]).unwrap();
    assert!(
        shown.contains("He wants money.") && shown.contains("give me money"),
        "{shown}"
    );
    assert!(!shown.contains('\u{1B}'), "{shown:?}");
    assert!(
        operator(data, &["report", "show", "2"])
            .unwrap_err()
            .contains("there is no report 2")
    );
    assert!(operator(data, &["report", "answer", "1", " "]).is_err());

    // The reporter is told, on an open socket and in the list.
    let mut a = ann.socket().await;
    operator(
        data,
        &["report", "answer", "1", "Thank you. We look into it."],
    )
    .unwrap();
    assert_eq!(a.until("changed").await["what"], "me");
    let mine = ann.get("/reports").await;
    assert_eq!(mine[0]["answer"], "Thank you. We look into it.");

    // A warning stands until it was read.
    let mut b = bob.socket().await;
    operator(data, &["report", "act", "1", "warn", "No begging here."]).unwrap();
    assert_eq!(b.until("changed").await["what"], "me");
    let warning = bob.get("/me").await["warning"].clone();
    assert_eq!(warning["words"], "No begging here.");
    let read = |at: i64| format!("/me/warning?at={at}");
    let at = warning["at"].as_i64().unwrap();
    bob.delete(&read(at - 1))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let me = bob.delete(&read(at)).await.expect(StatusCode::OK);
    assert_eq!(me["warning"], Value::Null);

    // A closed account is out of everything at once, and told so in words.
    let started = std::time::Instant::now();
    operator(data, &["report", "act", "1", "disable"]).unwrap();
    assert_eq!(b.close_code().await, Some(4001));
    println!(
        "closed in {:?}, the command line included",
        started.elapsed()
    );
    bob.ask(Method::GET, "/me", None)
        .await
        .refused(StatusCode::UNAUTHORIZED, "not_signed_in");
    sign_in(&program, "bob")
        .await
        .refused(StatusCode::FORBIDDEN, "account_disabled");
    assert_eq!(ann.get("/people?query=bob").await, json!([]));
    operator(data, &["report", "act", "1", "enable"]).unwrap();
    sign_in(&program, "bob").await.expect(StatusCode::OK);
    operator(data, &["user", "disable", "bob"]).unwrap();
    sign_in(&program, "bob")
        .await
        .refused(StatusCode::FORBIDDEN, "account_disabled");
    // Who does not know the password does not learn that the account is closed.
    let body = json!({"handle": "bob", "password": "wrong horse"});
    let guess = Device::at(program.url()).post("/sessions", body).await;
    guess.refused(StatusCode::UNAUTHORIZED, "wrong_password");

    operator(data, &["report", "close", "1"]).unwrap();
    assert_eq!(operator(data, &["report", "list"]).unwrap(), "");
    assert!(
        operator(data, &["report", "list", "--all"])
            .unwrap()
            .starts_with("1\tclosed\t")
    );
    assert_eq!(ann.get("/reports").await[0]["state"], "closed");

    let trail = operator(data, &["report", "trail"]).unwrap();
    let acts: Vec<&str> = trail
        .lines()
        .map(|line| line.split('\t').nth(3).unwrap())
        .collect();
    assert_eq!(
        acts,
        [
            "read", "answer", "warn", "disable", "enable", "disable", "close"
        ]
    );
    assert!(
        trail
            .lines()
            .all(|line| line.split('\t').nth(2).unwrap().starts_with("olga")),
        "{trail}"
    );
}

/// C-7: a badge that the operator gives is seen on open pages without a restart.
#[tokio::test]
async fn a_badge_is_told_to_open_pages() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &["--demo"]);
    let ann = program.sign_in("ann").await;
    let mut socket = ann.socket().await;
    operator(folder.path(), &["user", "verify", "ann"]).unwrap();
    assert_eq!(socket.until("changed").await["what"], "me");
    assert_eq!(ann.get("/me").await["verified"], true);
}
