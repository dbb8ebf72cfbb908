//! Transactions that lose a race, as they do on a database with several writers: they are run again, and nobody is told.
//!
//! The store loses commits on purpose (`birdcall_store::Races`), each taken back by the database. `BIRDCALL_RACES=3`
//! loses every third one in every server of this suite, so that all of it is a test of this; `BIRDCALL_TRIES=1` runs
//! nothing again, which is the control.

use super::app::TestApp;
use birdcall_server::config::Options;
use birdcall_server::counters::text;
use birdcall_server::raced::TRIES;
use birdcall_store::Races;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::process::{Command, Output};

/// The commits to lose in a server that is about to be started.
pub(crate) fn wanted(options: &mut Options) -> Races {
    let number = |name| std::env::var(name).ok()?.parse::<u32>().ok();
    options.tries = options.tries.or(number("BIRDCALL_TRIES"));
    let races = Races::every(number("BIRDCALL_RACES").unwrap_or(0).into());
    options.races = Some(races.clone());
    races
}

/// What is run once more with lost commits: everything that writes.
const SUBJECTS: &[&str] = &[
    "account::",
    "accounts::",
    "address_book::",
    "asks::",
    "avatars::",
    "calls::",
    "deletion::",
    "doors::",
    "editing::",
    "exceptions::",
    "frames::",
    "gate::",
    "mail::",
    "message_pictures::",
    "messages::",
    "nodes::",
    "oidc::",
    "passkeys::",
    "people::",
    "pictures::",
    "push::",
    "quiet::",
    "reactions::",
    "receipts::",
    "rejoin::",
    "reports::",
    "requests::",
    "signalling::",
];

/// Runs tests of this suite in a process of their own.
fn run(subjects: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(subjects)
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn all_that_writes_holds_with_every_third_commit_lost() {
    let output = run(SUBJECTS, &[("BIRDCALL_RACES", "3")]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("running 0 tests"), "{said}");
}

#[test]
fn without_running_again_lost_commits_are_noticed() {
    let lost = [("BIRDCALL_RACES", "3"), ("BIRDCALL_TRIES", "1")];
    let output = run(&["messages::"], &lost);
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("busy"), "{said}");
}

#[tokio::test]
async fn who_loses_every_time_is_told_so_and_nothing_has_changed() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let mut socket = ann.socket().await;
    let mut heard = bob.socket().await;
    heard.so_far().await;
    let entries = async || bob.get("/conversations/ann/entries").await;
    let (before, profile) = (entries().await, ann.get("/people/bob").await);

    app.races.set_every(1);
    let lost = app.races.lost();
    let answer = ann.delete("/people/bob/follow").await;
    answer.refused(StatusCode::SERVICE_UNAVAILABLE, "busy");
    assert_eq!(app.races.lost() - lost, u64::from(TRIES));
    let message = json!({"type": "send", "key": "again", "to": "bob", "text": "once"});
    socket.refused(message.clone(), "busy").await;
    let invite = json!({"with": "bob", "kind": "audio", "key": "0123456789abcdef"});
    let answer = ann.post("/calls", invite.clone()).await;
    answer.refused(StatusCode::SERVICE_UNAVAILABLE, "busy");
    let newcomer = json!({"handle": "cleo", "password": "correct horse"});
    let answer = app.stranger().post("/accounts", newcomer.clone()).await;
    answer.refused(StatusCode::SERVICE_UNAVAILABLE, "busy");
    let response = reqwest::Client::new()
        .post(app.url("/api/v1/accounts"))
        .json(&newcomer)
        .send();
    let wait = response.await.unwrap().headers()["retry-after"].clone();
    assert!((1..=5).contains(&wait.to_str().unwrap().parse::<u64>().unwrap()));

    app.races.set_every(0);
    assert_eq!(entries().await, before);
    assert_eq!(ann.get("/people/bob").await, profile);
    assert!(heard.so_far().await.is_empty());
    // The same again, with the same keys, as if nothing had been.
    let answer = ann.delete("/people/bob/follow").await;
    assert_eq!(answer.expect(StatusCode::OK)["following"], false);
    socket.send(message).await;
    socket.until("sent").await;
    assert_eq!(heard.until("entry").await["entry"]["body"]["text"], "once");
    let answer = ann.post("/calls", invite).await;
    answer.expect(StatusCode::CREATED);
    heard.until("ring").await;
    let answer = app.stranger().post("/accounts", newcomer).await;
    answer.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_run_again_counts_once_at_every_door() {
    let app = TestApp::new().await;
    let (ann, _) = app.friends("ann", "bob").await;
    app.races.set_every(2);
    let password = json!({"handle": "bob", "password": "correct horse"});
    // `friends` has not signed anybody in; ten at once may be.
    for _ in 0..10 {
        let answer = app.stranger().post("/sessions", password.clone()).await;
        answer.expect(StatusCode::OK);
    }
    let answer = app.stranger().post("/sessions", password).await;
    answer.refused(StatusCode::TOO_MANY_REQUESTS, "too_many");
    // Sixty messages at once, of which one was sent before.
    let mut socket = ann.socket().await;
    let message =
        |n: u32| json!({"type": "send", "key": format!("m{n}"), "to": "bob", "text": "x"});
    for n in 1..60 {
        socket.send(message(n)).await;
        socket.until("sent").await;
    }
    socket.refused(message(60), "too_many").await;
    assert!(app.races.lost() >= 60, "{}", app.races.lost());
}

#[tokio::test]
async fn many_who_write_at_once_and_lose_lose_and_double_nothing() {
    const EACH: usize = 20;
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let kept = || figure(&app, "birdcall_messages_total ");
    let (before, mut heard) = (kept(), bob.socket().await);
    app.races.set_every(3);
    let (mut one, mut other) = (ann.socket().await, bob.socket().await);
    for n in 0..EACH {
        let frame = |to: &str| json!({"type": "send", "key": format!("k{n}"), "to": to, "text": format!("{n}")});
        one.send(frame("bob")).await;
        other.send(frame("ann")).await;
    }
    for socket in [&mut one, &mut other] {
        for _ in 0..EACH {
            socket.until("sent").await;
        }
    }
    let page = ann.get("/conversations/bob/entries").await;
    let entries = page["entries"].as_array().unwrap();
    for from in ["ann", "bob"] {
        let mut texts: Vec<&str> = entries
            .iter()
            .filter(|entry| entry["from"] == from)
            .filter_map(|entry| entry["body"]["text"].as_str())
            .filter(|text| text.parse::<usize>().is_ok())
            .collect();
        let mut seqs: Vec<u64> = entries
            .iter()
            .filter_map(|one| one["seq"].as_u64())
            .collect();
        seqs.sort_unstable();
        assert!(seqs.windows(2).all(|two| two[0] + 1 == two[1]), "{seqs:?}");
        texts.sort_by_key(|text| text.parse::<usize>().unwrap());
        let all: Vec<String> = (0..EACH).map(|n| n.to_string()).collect();
        assert_eq!(texts, all, "{from}");
    }
    let told = heard.so_far().await;
    let told = told.iter().filter(|frame| frame["type"] == "entry").count();
    assert_eq!(told, 2 * EACH);
    assert_eq!(kept() - before, 2 * EACH as u64);
    assert!(app.races.lost() >= EACH as u64 / 2);
}

#[tokio::test]
async fn a_call_that_loses_at_every_turn_is_one_call_told_once() {
    let app = TestApp::new().await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    // Every second one: each step loses once.
    app.races.set_every(2);
    for n in 1..=5_u64 {
        let call = ann.call(&bob).await;
        assert_eq!(b.until("ring").await["call"], call);
        b.press("call_accept", &call).await;
        let epoch = a.until("call_started").await["epoch"].clone();
        b.until("call_started").await;
        for socket in [&mut a, &mut b] {
            socket
                .send(json!({"type": "call_connected", "call": call, "epoch": epoch}))
                .await;
            let rest = socket.call_frames().await;
            assert!(!rest.iter().any(|kind| kind == "refused"), "{rest:?}");
        }
        a.press("call_hang_up", &call).await;
        b.until("call_ended").await;
        a.until("call_ended").await;
        let ended: Vec<Value> = ann.get("/conversations/bob/entries").await["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["body"]["type"] == "call")
            .cloned()
            .collect();
        assert_eq!(ended.len() as u64, n);
        assert_eq!(figure(&app, "birdcall_rings_total "), n);
    }
    assert!(app.races.lost() >= 20, "{}", app.races.lost());
    let calls = ann.ask(Method::GET, "/calls", None).await;
    let calls = calls.expect(StatusCode::OK);
    assert_eq!(calls["calls"].as_array().unwrap().len(), 5);
}

/// A figure of the server.
fn figure(app: &TestApp, name: &str) -> u64 {
    let text = text(&app.running.app.counters.registry()).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {text}"))
        .parse()
        .unwrap()
}
