//! A node that goes down hands what it has to others; and one that is killed leaves nothing that does not end.

use super::app::{Answer, Device, Socket, TestApp};
use super::nodes::{Nodes, call_entries, connected, relay_url, until};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a node answers.
async fn asked(node: &TestApp, path: &str) -> (StatusCode, Option<u32>) {
    let answer = reqwest::get(node.url(path)).await.unwrap();
    let again = answer.headers().get("retry-after");
    let again = again.map(|value| value.to_str().unwrap().parse().unwrap());
    (answer.status(), again)
}

async fn invite(caller: &Device, callee: &str) -> Answer {
    caller.invite(callee, "audio").await
}

/// Says that media is up for the attempt that is told next; where its relay is.
async fn follow(socket: &mut Socket, call: &str) -> Value {
    let started = socket.until("call_started").await;
    let frame = json!({"type": "call_connected", "call": call, "epoch": started["epoch"]});
    socket.send(frame).await;
    started["ice_servers"][0]["urls"][0].clone()
}

#[tokio::test]
async fn a_node_that_goes_down_hands_over_its_sockets_and_relayed_calls() {
    let nodes = Nodes::new(3, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let (cleo, dora) = nodes.nodes[0].friends("cleo", "dora").await;
    let bob = bob.at_node(&nodes.nodes[1]);
    ann.set_calling(|calling| calling["enhanced_privacy"] = true.into())
        .await;
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    for socket in [&mut a, &mut b] {
        assert_eq!(follow(socket, &call).await, relay_url(0));
    }
    a.until("call_active").await;
    b.until("call_active").await;
    // A direct one beside it, with one side on the node that stays.
    let dora = dora.at_node(&nodes.nodes[2]);
    let (mut c, mut d) = (cleo.socket().await, dora.socket().await);
    let direct = cleo.call(&dora).await;
    d.until("ring").await;
    d.press("call_accept", &direct).await;
    connected(&mut c, &mut d, &direct).await;

    let began = Instant::now();
    let drain = async { nodes.nodes[0].running.drain().await };
    let told = async {
        until("it is not ready", async || {
            asked(&nodes.nodes[0], "/readyz").await.0 == StatusCode::SERVICE_UNAVAILABLE
        })
        .await;
        assert_eq!(asked(&nodes.nodes[0], "/healthz").await.0, StatusCode::OK);
        let (_, again) = asked(&nodes.nodes[0], "/readyz").await;
        assert!((1..=5).contains(&again.unwrap()), "{again:?}");
        assert!(ann.try_socket("", None).await.is_err(), "no new sockets");
        invite(&cleo, "ann")
            .await
            .refused(StatusCode::SERVICE_UNAVAILABLE, "going_down");
        // Media moves to the relay of another node, the same for both.
        let (at, there) = (follow(&mut a, &call).await, follow(&mut b, &call).await);
        assert_eq!(at, there);
        assert!(
            [relay_url(1), relay_url(2)].contains(&at.as_str().unwrap().to_owned()),
            "{at}"
        );
        // The direct one keeps what it has, and learns of the other relay.
        let told = d.until("call_started").await;
        assert_eq!(told["epoch"], 1);
        assert_ne!(told["ice_servers"][0]["urls"][0], relay_url(0));
        // Whether its own socket hears that before it is told to go is not said.
        b.until("call_active").await;
        assert_eq!(a.close_code().await, Some(1001));
        // Elsewhere the call is found as it was, and goes on.
        let (welcome, mut again) = ann.at_node(&nodes.nodes[2]).socket_from("").await;
        assert_eq!(welcome["calls"][0]["call"], call.as_str());
        assert_eq!(welcome["calls"][0]["phase"], "active");
        let media = json!({"microphone": false, "camera": false, "screen": false, "held": false});
        again
            .send(json!({"type": "call_media", "call": call, "media": media}))
            .await;
        assert_eq!(b.until("call_media").await["media"], media);
        assert_eq!(c.close_code().await, Some(1001));
        again
    };
    let ((), mut a) = tokio::join!(drain, told);
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    assert!(d.call_frames().await.is_empty());
    let mut nodes = nodes;
    nodes.nodes.remove(0).running.stop().await;
    a.press("call_hang_up", &call).await;
    assert_eq!(b.until("call_ended").await["reason"], "hung_up");
    let ann = ann.at_node(&nodes.nodes[0]);
    assert_eq!(call_entries(&ann, &bob).await[0]["outcome"], "answered");
}

/// A direct call can be on the relay, which stands in where no other way is found. Only its devices know, and they say so.
#[tokio::test]
async fn a_direct_call_that_is_on_the_relay_moves_with_it() {
    let nodes = Nodes::new(2, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let bob = bob.at_node(&nodes.nodes[1]);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    connected(&mut a, &mut b, &call).await;
    let drain = async { nodes.nodes[0].running.drain().await };
    let told = async {
        for socket in [&mut a, &mut b] {
            let spare = socket.until("call_started").await;
            assert_eq!(
                (&spare["epoch"], &spare["path"]),
                (&1.into(), &"direct".into())
            );
            assert_eq!(spare["ice_servers"][0]["urls"][0], relay_url(1));
        }
        b.press("call_rejoin", &call).await;
        for socket in [&mut a, &mut b] {
            assert_eq!(follow(socket, &call).await, relay_url(1));
        }
        b.until("call_active").await;
        assert_eq!(a.close_code().await, Some(1001));
    };
    tokio::join!(drain, told);
    assert!(b.call_frames().await.is_empty());
}

/// With nobody to hand over to it ends as quickly as a server alone.
#[tokio::test]
async fn the_last_node_does_not_wait() {
    let nodes = Nodes::new(1, &[]).await;
    let (ann, _) = nodes.nodes[0].friends("ann", "bob").await;
    let mut a = ann.socket().await;
    let began = Instant::now();
    nodes.nodes[0].running.drain().await;
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    let mut nodes = nodes;
    nodes.nodes.remove(0).running.stop().await;
    assert_eq!(a.close_code().await, Some(1001));
}

/// What holds a drain up does so for as long as the operator allows, and no longer.
#[tokio::test]
async fn media_that_does_not_move_does_not_hold_a_node_for_ever() {
    let nodes = Nodes::with(2, |options| options.drain_seconds = Some(2)).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    bob.set_calling(|calling| calling["enhanced_privacy"] = true.into())
        .await;
    let bob = bob.at_node(&nodes.nodes[1]);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    connected(&mut a, &mut b, &call).await;
    let began = Instant::now();
    // Nobody says that media is up again.
    nodes.nodes[0].running.drain().await;
    let took = began.elapsed();
    assert!(
        took >= Duration::from_secs(2) && took < Duration::from_secs(4),
        "{took:?}"
    );
}
