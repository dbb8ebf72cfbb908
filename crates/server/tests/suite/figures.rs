//! The figures at `/metrics`, and the dashboard that draws them.

use super::app::{Device, TestApp};
use super::nodes::Nodes;
use birdcall_server::mail::port::Sent;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Those that a dashboard for everybody can do without: the relay's inner workings.
const NOT_DRAWN: [&str; 10] = [
    "birdcall_filtered_candidates",
    "birdcall_relay_allocated",
    "birdcall_relay_batches",
    "birdcall_relay_ended_calls",
    "birdcall_relay_replies",
    "birdcall_relay_reply_bytes",
    "birdcall_relay_stream_dropped",
    "birdcall_relay_stream_received",
    "birdcall_relay_streams_closed",
    "birdcall_relay_streams_joined",
];

async fn lively() -> (TestApp, String) {
    let any = "127.0.0.1:0".parse().unwrap();
    let app = TestApp::today(|options| options.metrics_listen = Some(any)).await;
    let (ann, bob) = app.friends("ann", "bob").await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    // Rings, is answered, is talked for five seconds.
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    a.until("call_started").await;
    b.until("call_started").await;
    app.advance(2);
    for socket in [&mut a, &mut b] {
        socket
            .send(json!({"type": "call_connected", "call": call, "epoch": 1}))
            .await;
        socket.so_far().await;
    }
    app.advance(5);
    a.press("call_hang_up", &call).await;
    b.until("call_ended").await;
    // Rings and is declined.
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_decline", &call).await;
    a.until("call_ended").await;
    // Does not ring, is not made, is not legal.
    bob.set_calling(|calling| calling["enabled"] = false.into())
        .await;
    let call = ann.call(&bob).await;
    a.press("call_cancel", &call).await;
    a.until("call_ended").await;
    let cleo = app.sign_up("cleo").await;
    let answer = ann.invite(&cleo.handle, "audio").await;
    answer.refused(StatusCode::FORBIDDEN, "first_message_needed");
    a.refused(json!({"type": "call_hang_up", "call": call}), "call_over")
        .await;
    app.running.app.counters.mailed(Sent::Taken);
    app.running
        .app
        .counters
        .pushed("test", birdcall_call::wake::Answer::Silence);
    let figures = figures_of(&app).await;
    (app, figures)
}

async fn figures_of(app: &TestApp) -> String {
    let url = format!("http://{}/metrics", app.running.metrics.unwrap());
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

/// The names of the figures that are there, without what tells samples of one apart.
fn families(figures: &str) -> impl Iterator<Item = String> {
    figures
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .map(str::to_owned)
}

fn value(figures: &str, name: &str) -> f64 {
    let found = figures.lines().find(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(' '))
    });
    let found = found.unwrap_or_else(|| panic!("no {name} in {figures}"));
    found.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_calls_is_counted() {
    let (_app, figures) = lively().await;
    for (name, expected) in [
        ("birdcall_calls_total", 3.0),
        ("birdcall_rings_total", 2.0),
        ("birdcall_answers_total", 1.0),
        ("birdcall_unrung_total{reason=\"off\"}", 1.0),
        (
            "birdcall_refused_invites_total{code=\"first_message_needed\"}",
            1.0,
        ),
        ("birdcall_refused_frames_total{code=\"call_over\"}", 1.0),
        ("birdcall_ends_total{reason=\"hung_up\"}", 1.0),
        ("birdcall_ends_total{reason=\"declined\"}", 1.0),
        ("birdcall_ends_total{reason=\"cancelled\"}", 1.0),
        ("birdcall_talked_seconds_total", 5.0),
        ("birdcall_ring_seconds_count", 2.0),
        ("birdcall_connect_seconds_count", 1.0),
        ("birdcall_connect_seconds_sum", 2.0),
        ("birdcall_connect_seconds_bucket{le=\"1.5\"}", 0.0),
        ("birdcall_connect_seconds_bucket{le=\"2.0\"}", 1.0),
        ("birdcall_connect_seconds_bucket{le=\"+Inf\"}", 1.0),
        ("birdcall_sockets", 2.0),
    ] {
        assert_eq!(value(&figures, name), expected, "{name}");
    }
    let commits = value(&figures, "birdcall_commit_seconds_count");
    assert!(commits > 10.0, "{commits}");
    assert_eq!(
        value(&figures, "birdcall_commit_seconds_bucket{le=\"+Inf\"}"),
        commits
    );
    assert!(value(&figures, "birdcall_commit_seconds_sum") > 0.0);
    for person in ["ann", "bob", "cleo"] {
        assert!(!figures.contains(&format!("\"{person}\"")), "{figures}");
    }
}

/// Every figure that the dashboard draws is there, and every one that is there is drawn or named as not drawn.
#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_draws_what_there_is() {
    let (_app, figures) = lively().await;
    // Some are of a node among others alone.
    let nodes = Nodes::with(1, |options| {
        options.nats = Some(vec!["nats://127.0.0.1:1".to_owned()]);
        options.metrics_listen = Some("127.0.0.1:0".parse().unwrap());
    });
    let of_a_node = figures_of(&nodes.await.nodes[0]).await;
    assert_eq!(value(&of_a_node, "birdcall_nats"), 0.0);
    let there: BTreeSet<String> = families(&figures).chain(families(&of_a_node)).collect();
    let text = include_str!("../../../../docs/grafana.json");
    let dashboard: Value = serde_json::from_str(text).unwrap();
    let mut drawn = BTreeSet::new();
    let mut expressions = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            expressions += 1;
            names(target["expr"].as_str().unwrap(), &mut drawn);
        }
    }
    assert!(expressions > 20);
    let drawn: BTreeSet<String> = drawn.iter().map(|name| family(name)).collect();
    let stale: Vec<_> = drawn.difference(&there).collect();
    assert!(
        stale.is_empty(),
        "the dashboard draws what is not there: {stale:?}"
    );
    let not_drawn: BTreeSet<String> = there.difference(&drawn).cloned().collect();
    let expected: BTreeSet<String> = NOT_DRAWN.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(not_drawn, expected);
}

fn names(expression: &str, into: &mut BTreeSet<String>) {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    into.extend(
        words
            .filter(|word| word.starts_with("birdcall_"))
            .map(str::to_owned),
    );
}

/// A counter goes by another name in its samples than in its type (OpenMetrics 1.0, 4.2), and so do buckets.
fn family(name: &str) -> String {
    ["_total", "_bucket", "_sum", "_count"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
        .to_owned()
}

/// Nobody but who is meant to sees figures: they are not on the web port.
#[tokio::test]
async fn figures_are_not_on_the_web_port() {
    let app = TestApp::new().await;
    let answer = reqwest::get(app.url("/metrics")).await.unwrap();
    assert!(!answer.text().await.unwrap().contains("birdcall_sockets"));
    let device = Device::at(&app.url(""));
    let answer = device.ask(reqwest::Method::GET, "/metrics", None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
