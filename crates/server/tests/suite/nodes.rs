//! Several nodes on one database, with NATS between them, with a NATS that loses, doubles and turns around, and without.

use super::app::{Device, Socket, TestApp};
use super::home::Home;
use super::nats::{Nats, bad_line};
use birdcall_protocol::{NodeId, Timestamp};
use birdcall_server::bus::presence;
use birdcall_server::clock::Clock;
use birdcall_server::config::Options;
use birdcall_server::serve;
use birdcall_store::{NewPresence, NodeRow};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const OFFER: &str = include_str!("../../../call/tests/samples/chromium-offer.sdp");

/// Nodes on one database.
pub(crate) struct Nodes {
    pub(crate) nodes: Vec<TestApp>,
    pub(crate) clock: Clock,
    pub(crate) shared: Home,
}

impl Nodes {
    /// That many, which hear of each other by these NATS servers.
    pub(crate) async fn new(count: usize, nats: &[String]) -> Self {
        Self::with(count, |options| options.nats = Some(nats.to_vec())).await
    }

    pub(crate) async fn with(count: usize, change: impl Fn(&mut Options)) -> Self {
        let shared = Home::new().await;
        let clock = Clock::manual(Timestamp(1_800_000_000_000));
        let mut nodes = Vec::new();
        for n in 0..count {
            nodes.push(node(&shared, &clock, n, &change).await);
        }
        Self {
            nodes,
            clock,
            shared,
        }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Waits until all nodes hear NATS.
    pub(crate) async fn hear(&self) {
        for node in &self.nodes {
            let cluster = node.running.app.bus.cluster().unwrap().connected();
            until("NATS is heard", async || cluster.get() == 1).await;
        }
    }
}

/// Relays of tests say where they are by a port nobody listens on: the number of the node.
pub(crate) fn relay_url(n: usize) -> String {
    format!("turn:127.0.0.1:{}?transport=udp", n + 1)
}

async fn node(shared: &Home, clock: &Clock, n: usize, change: &impl Fn(&mut Options)) -> TestApp {
    TestApp::node(shared, clock, |options| {
        options.relay_urls = Some(vec![relay_url(n)]);
        options.node = Some(format!("node {n}"));
        change(options);
    })
    .await
}

/// Waits for something that has to come about.
pub(crate) async fn until(what: &str, there: impl AsyncFn() -> bool) {
    let waits = async {
        while !there().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waits).await;
    assert!(waited.is_ok(), "{what}");
}

/// Calls in the conversation, as `me` sees it.
pub(crate) async fn call_entries(me: &Device, other: &Device) -> Vec<Value> {
    let page = me
        .get(&format!("/conversations/{}/entries", other.handle))
        .await;
    let entries = page["entries"].as_array().unwrap();
    let calls = entries.iter().map(|entry| entry["body"].clone());
    calls.filter(|body| body["type"] == "call").collect()
}

pub(crate) async fn connected(a: &mut Socket, b: &mut Socket, call: &str) {
    for socket in [&mut *a, &mut *b] {
        let started = socket.until("call_started").await;
        let frame = json!({"type": "call_connected", "call": call, "epoch": started["epoch"]});
        socket.send(frame).await;
    }
    a.until("call_active").await;
    b.until("call_active").await;
}

/// From invite to history, with all that passes between the two.
async fn whole_way(nodes: &Nodes) {
    let (one, two) = (&nodes.nodes[0], &nodes.nodes[1]);
    let (ann, bob) = one.friends("ann", "bob").await;
    let bob = bob.at_node(two);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_ringing", &call).await;
    assert_eq!(a.until("call_progress").await["devices"], 1);
    b.press("call_accept", &call).await;
    for socket in [&mut a, &mut b] {
        let started = socket.until("call_started").await;
        // Both at the same relay: the one of the caller's node.
        assert_eq!(started["ice_servers"][0]["urls"][0], relay_url(0));
        assert_eq!(started["epoch"], 1);
    }
    for (from, kind) in [(true, "offer"), (false, "answer")] {
        let (from, to) = if from {
            (&mut a, &mut b)
        } else {
            (&mut b, &mut a)
        };
        let sdp = if kind == "answer" {
            OFFER.replace("a=setup:actpass", "a=setup:active")
        } else {
            OFFER.to_owned()
        };
        from.send(json!({"type": "call_description", "call": call, "epoch": 1, "sdp_type": kind, "sdp": sdp})).await;
        assert_eq!(to.until("call_description").await["sdp_type"], kind);
        for port in 50_000..50_010 {
            let line =
                format!("candidate:1 1 udp 2122260223 192.0.2.7 {port} typ host generation 0");
            from.send(json!({"type": "call_candidate", "call": call, "epoch": 1, "candidate": line, "mid": "0"})).await;
        }
        for port in 50_000..50_010 {
            let heard = to.until("call_candidate").await;
            let line = heard["candidate"].as_str().unwrap();
            assert!(
                line.contains(&format!("192.0.2.7 {port} ")),
                "{line} in its place"
            );
        }
    }
    for socket in [&mut a, &mut b] {
        socket
            .send(json!({"type": "call_connected", "call": call, "epoch": 1}))
            .await;
    }
    a.until("call_active").await;
    b.until("call_active").await;
    let media = json!({"microphone": false, "camera": true, "screen": false, "held": false});
    a.send(json!({"type": "call_media", "call": call, "media": media}))
        .await;
    assert_eq!(b.until("call_media").await["media"], media);
    nodes.advance(63);
    b.press("call_hang_up", &call).await;
    for socket in [&mut a, &mut b] {
        assert_eq!(socket.until("call_ended").await["reason"], "hung_up");
    }
    for (me, other) in [(&ann, &bob), (&bob, &ann)] {
        let entries = call_entries(me, other).await;
        assert_eq!(entries.len(), 1);
        assert_eq!(
            (&entries[0]["outcome"], &entries[0]["seconds"]),
            (&"answered".into(), &63.into())
        );
    }
    // The relay of the caller's node is told, although the other one ended the call.
    let relay = one.running.app.relay.here().unwrap().clone();
    until("the relay knows the end", async || {
        relay.counters().counters.revoked == 1
    })
    .await;
}

#[tokio::test]
async fn a_call_goes_all_the_way_between_two_nodes_without_nats() {
    whole_way(&Nodes::new(2, &[]).await).await;
}

#[tokio::test]
async fn a_call_goes_all_the_way_between_two_nodes_with_nats() {
    let nats = Nats::start().await;
    let nodes = Nodes::new(2, &[nats.url()]).await;
    nodes.hear().await;
    whole_way(&nodes).await;
}

#[tokio::test]
async fn a_call_goes_all_the_way_on_a_nats_that_loses_doubles_and_turns_around() {
    let nats = Nats::start().await;
    let (url, did) = bad_line(&nats).await;
    let nodes = Nodes::new(2, &[url]).await;
    nodes.hear().await;
    whole_way(&nodes).await;
    for (what, count) in [
        ("lost", &did.lost),
        ("doubled", &did.doubled),
        ("turned", &did.turned),
    ] {
        assert!(count.load(Ordering::Relaxed) > 0, "{what}");
    }
}

/// With a NATS that is not there nodes start, are ready, and a call comes about; when it comes, it is used.
#[tokio::test]
async fn a_nats_that_is_away_stops_nothing() {
    let mut nats = Nats::start().await;
    nats.kill();
    let nodes = Nodes::new(2, &[nats.url()]).await;
    for node in &nodes.nodes {
        let ready = reqwest::get(node.url("/readyz")).await.unwrap();
        assert_eq!(ready.status(), StatusCode::OK);
        assert_eq!(node.running.app.bus.cluster().unwrap().connected().get(), 0);
    }
    whole_way(&nodes).await;
    nats.again().await;
    nodes.hear().await;
    let app = &nodes.nodes[1].running.app;
    let gone = app.bus.cluster().unwrap().connected();
    nats.kill();
    until("its end is noticed", async || gone.get() == 0).await;
}

/// C-12 across nodes: of three that are pressed at once one wins, and the others are told.
#[tokio::test]
async fn three_devices_on_three_nodes_answer_at_once_and_one_wins() {
    let nodes = Nodes::new(3, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let mut a = ann.socket().await;
    let mut sockets = Vec::new();
    for node in &nodes.nodes {
        let device = nodes.nodes[0].sign_in(&bob.handle).await.at_node(node);
        sockets.push(device.socket().await);
    }
    let call = ann.call(&bob).await;
    for socket in &mut sockets {
        socket.until("ring").await;
    }
    let [x, y, z] = &mut sockets[..] else {
        unreachable!()
    };
    tokio::join!(
        x.press("call_accept", &call),
        y.press("call_accept", &call),
        z.press("call_accept", &call)
    );
    let mut started = 0;
    for socket in &mut sockets {
        loop {
            let frame = socket.next().await;
            match frame["type"].as_str().unwrap() {
                "call_started" => {
                    started += 1;
                    break;
                }
                "ring_stopped" => {
                    assert_eq!(frame["reason"], "answered_elsewhere");
                    break;
                }
                // Whose press came too late.
                "refused" => assert_eq!(frame["code"], "out_of_turn"),
                _ => {}
            }
        }
    }
    assert_eq!(started, 1);
    assert_eq!(a.until("call_started").await["role"], "caller");
}

#[tokio::test]
async fn a_decline_a_cancel_and_silence_are_told_across_nodes() {
    let nodes = Nodes::new(2, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let bob = bob.at_node(&nodes.nodes[1]);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_decline", &call).await;
    assert_eq!(a.until("call_ended").await["reason"], "declined");
    assert_eq!(
        b.until("ring_stopped").await["reason"],
        "declined_elsewhere"
    );
    let call = ann.call(&bob).await;
    b.until("ring").await;
    a.press("call_cancel", &call).await;
    assert_eq!(b.until("ring_stopped").await["reason"], "cancelled");
    // C-13: both nodes sweep, and one missed call is written.
    ann.call(&bob).await;
    b.until("ring").await;
    nodes.advance(45);
    assert_eq!(a.until("call_ended").await["reason"], "cancelled");
    assert_eq!(a.until("call_ended").await["reason"], "no_answer");
    assert_eq!(b.until("ring_stopped").await["reason"], "no_answer");
    for (me, other) in [(&ann, &bob), (&bob, &ann)] {
        let calls = call_entries(me, other).await;
        let outcomes: Vec<_> = calls
            .iter()
            .map(|one| one["outcome"].as_str().unwrap())
            .collect();
        assert_eq!(outcomes, ["declined", "cancelled", "no_answer"]);
    }
}

/// C-15 across nodes.
#[tokio::test]
async fn two_calls_at_once_on_two_nodes_become_one() {
    let nodes = Nodes::new(2, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let bob = bob.at_node(&nodes.nodes[1]);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    let (one, other) = tokio::join!(ann.invite("bob", "audio"), bob.invite("ann", "audio"));
    let (one, other) = (
        one.expect(StatusCode::CREATED),
        other.expect(StatusCode::CREATED),
    );
    assert_eq!(one["call"], other["call"]);
    let call = one["call"].as_str().unwrap().to_owned();
    connected(&mut a, &mut b, &call).await;
    a.press("call_hang_up", &call).await;
    b.until("call_ended").await;
    assert_eq!(call_entries(&ann, &bob).await.len(), 1);
}

/// C-7 across nodes: whoever is signed out elsewhere is out within a second, and a ring stops when its gate closes.
#[tokio::test]
async fn a_sign_out_and_a_setting_take_effect_on_other_nodes_within_a_second() {
    let nodes = Nodes::new(2, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let far = nodes.nodes[0].sign_in("bob").await.at_node(&nodes.nodes[1]);
    let mut b = far.socket().await;
    let call = ann.call(&bob).await;
    assert_eq!(b.until("ring").await["call"], call.as_str());
    bob.set_calling(|calling| calling["enabled"] = false.into())
        .await;
    assert_eq!(b.until("ring_stopped").await["reason"], "not_allowed");
    let devices = bob.get("/devices").await;
    let devices = devices.as_array().unwrap();
    let other = devices.iter().find(|one| one["current"] == false).unwrap();
    assert_eq!(other["connected"], true, "seen from the other node");
    let began = Instant::now();
    bob.delete(&format!("/devices/{}", other["id"].as_str().unwrap()))
        .await
        .expect(StatusCode::NO_CONTENT);
    assert_eq!(b.close_code().await, Some(4001));
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
}

/// Messages, read marks and typing between nodes, in order.
#[tokio::test]
async fn what_is_written_on_one_node_is_read_on_another_in_order() {
    let nodes = Nodes::new(2, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let bob = bob.at_node(&nodes.nodes[1]);
    let (mut a, mut b) = (ann.socket().await, bob.socket().await);
    for n in 0..20 {
        a.send(
            json!({"type": "send", "key": format!("k{n}"), "to": "bob", "text": format!("m{n}")}),
        )
        .await;
    }
    for n in 0..20 {
        let frame = b.until("entry").await;
        assert_eq!(frame["entry"]["body"]["text"], format!("m{n}"));
    }
    a.send(json!({"type": "typing", "with": "bob"})).await;
    assert_eq!(b.until("typing").await["with"], "ann");
}

/// A push is for whom nobody looks at a page of, on any node. A node that is gone has no sockets.
#[tokio::test]
async fn who_looks_is_known_on_all_nodes_and_a_node_that_is_gone_has_nobody() {
    let nodes = Nodes::new(2, &[]).await;
    let (one, two) = (&nodes.nodes[0], &nodes.nodes[1]);
    let (_, bob) = one.friends("ann", "bob").await;
    let mut b = bob.at_node(two).socket().await;
    let app = &one.running.app;
    let handle = "bob".parse().unwrap();
    let id = app
        .store
        .read()
        .await
        .unwrap()
        .person(&handle)
        .await
        .unwrap()
        .unwrap()
        .id;
    let there = async || {
        let mut reader = app.store.read().await.unwrap();
        let there = presence::of(app, &mut reader, id).await.unwrap();
        (there.connected.len(), there.visible.len())
    };
    until("no socket but the one", async || there().await == (1, 1)).await;
    b.send(json!({"type": "visible", "visible": false})).await;
    until("nobody looks", async || there().await == (1, 0)).await;
    // A node that was killed, and one more device there.
    let device = birdcall_protocol::DeviceId::new(77);
    let now = Clock::System.now();
    let mut dead = NodeRow {
        id: NodeId::new(5),
        name: "dead".into(),
        relay_urls: vec![],
        relays: false,
        draining: false,
        lease: now + Duration::from_secs(60),
    };
    let presence = NewPresence {
        node: dead.id,
        socket: 1,
        person: id,
        device,
        visible: true,
    };
    one.write(async |tx| {
        tx.renew_node(&dead).await.unwrap();
        tx.add_presence(&presence).await.unwrap();
        tx.add_revocation(dead.id, birdcall_protocol::CallId::new(9))
            .await
            .unwrap();
    })
    .await;
    assert_eq!(there().await, (2, 1));
    dead.lease = now;
    one.write(async |tx| {
        tx.renew_node(&dead).await.unwrap();
    })
    .await;
    assert_eq!(there().await, (1, 0));
    // Its rows are swept, and what its relay had to be told is told to another.
    until("it is swept", async || {
        let mut reader = app.store.read().await.unwrap();
        reader.stirred(dead.id).await.unwrap().is_empty()
    })
    .await;
    until("its relay's work is done", async || {
        let revoked = |node: &TestApp| {
            node.running
                .app
                .relay
                .here()
                .unwrap()
                .counters()
                .counters
                .revoked
        };
        revoked(one) + revoked(two) == 1
    })
    .await;
    drop(b);
    until("the socket is gone", async || there().await == (0, 0)).await;
}

/// P-6: what is under way between nodes cannot be read in the database.
#[tokio::test]
async fn no_address_stands_in_the_database() {
    let nodes = Nodes::new(2, &[]).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let (mut a, mut b) = (
        ann.socket().await,
        bob.at_node(&nodes.nodes[1]).socket().await,
    );
    let call = ann.call(&bob).await;
    b.until("ring").await;
    b.press("call_accept", &call).await;
    a.until("call_started").await;
    let line = "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host generation 0";
    a.send(
        json!({"type": "call_candidate", "call": call, "epoch": 1, "candidate": line, "mid": "0"}),
    )
    .await;
    b.until("call_candidate").await;
    let found = |what: &str| {
        let kept = nodes.shared.kept();
        kept.windows(what.len()).any(|part| part == what.as_bytes())
    };
    assert!(found("hello yourself"), "what is kept is found");
    assert!(!found("192.0.2.7"));
}

#[tokio::test]
async fn a_node_with_another_key_is_refused() {
    let nodes = Nodes::new(1, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let store = nodes.shared.store().await;
    let options = Options {
        data: Some(folder.path().to_owned()),
        listen: Some("127.0.0.1:0".parse().unwrap()),
        relay: Some(false),
        cluster: Some(true),
        ..Options::default()
    };
    let started = serve::start_on(options.resolve().unwrap(), nodes.clock.clone(), store).await;
    let error = started.err().unwrap();
    assert!(error.contains("copy theirs"), "{error}");
}

/// What makes the difference: two servers that share a database and do not know of each other ring nobody at the other.
#[tokio::test]
async fn servers_that_are_no_nodes_do_not_reach_each_other() {
    let nodes = Nodes::with(2, |options| options.cluster = Some(false)).await;
    let (ann, bob) = nodes.nodes[0].friends("ann", "bob").await;
    let mut near = bob.socket().await;
    let mut far = bob.at_node(&nodes.nodes[1]).socket().await;
    ann.call(&bob).await;
    near.until("ring").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(far.call_frames().await.is_empty());
    let mut reader = nodes.nodes[0].running.app.store.read().await.unwrap();
    assert_eq!(
        reader.nodes(Timestamp(0)).await.unwrap(),
        [],
        "and write none of the rows"
    );
    let id = reader
        .person(&"bob".parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .id;
    assert_eq!(reader.places(id).await.unwrap().1, 0);
}

/// What the caller is told of a call that nobody answers, byte for byte but for ids and moments, with the second.
async fn told(nodes: &Nodes, caller: &Device, callee: &str) -> Vec<(u64, Value)> {
    let mut a = caller.socket().await;
    let mut view = caller
        .invite(callee, "audio")
        .await
        .expect(StatusCode::CREATED);
    let call = view["call"].clone();
    let rings = view["deadline"].as_i64().unwrap() - nodes.clock.now().0;
    view["deadline"] = rings.into();
    view["call"] = Value::Null;
    let mut told = vec![(0, view)];
    for second in 1..=45 {
        nodes.advance(1);
        if second < 45 {
            let kinds = a.call_frames().await;
            told.extend(kinds.into_iter().map(|kind| (second, kind.into())));
        }
    }
    let mut ended = a.until("call_ended").await;
    assert_eq!(ended["call"], call);
    ended["call"] = Value::Null;
    told.push((45, ended));
    let page = caller
        .get(&format!("/conversations/{callee}/entries"))
        .await;
    let entry = page["entries"].as_array().unwrap().last().unwrap()["body"].clone();
    told.push((
        45,
        json!({"outcome": entry["outcome"], "seconds": entry["seconds"]}),
    ));
    told
}

/// C-6 across nodes: blocked, switched off, or only not answered, on whichever node the callee is.
#[tokio::test]
async fn a_caller_cannot_tell_across_nodes_why_nobody_answers() {
    let nodes = Nodes::new(2, &[]).await;
    let mut all = Vec::new();
    for (n, why) in ["not there", "blocked", "off", "rings elsewhere"]
        .into_iter()
        .enumerate()
    {
        let (one, other) = (format!("ann{n}"), format!("bob{n}"));
        let (ann, bob) = nodes.nodes[0].friends(&one, &other).await;
        let bob = bob.at_node(&nodes.nodes[1]);
        // Not of each other: a mutual follower may see more (C-16).
        ann.delete(&format!("/people/{other}/follow"))
            .await
            .expect(StatusCode::OK);
        let mut socket = None;
        match why {
            "blocked" => bob.block(&ann).await,
            "off" => {
                bob.set_calling(|calling| calling["enabled"] = false.into())
                    .await;
            }
            "rings elsewhere" => socket = Some(bob.socket().await),
            _ => {}
        }
        let mut told = told(&nodes, &ann, &other).await;
        if let Some(mut socket) = socket {
            socket.until("ring").await;
        }
        told[0].1["with"] = Value::Null;
        all.push(told);
    }
    for other in &all[1..] {
        assert_eq!(*other, all[0]);
    }
}
