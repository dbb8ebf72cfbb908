//! Hints by NATS: whom the other nodes should look at. Nothing depends on one: who does not hear it looks by itself.
//!
//! A NATS server that is away holds nothing up, at the start and later: it is looked for in the background.

use super::Cluster;
use super::line::Line;
use crate::app::App;
use async_nats::{ConnectOptions, Event};
use birdcall_protocol::{NodeId, PersonId};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The one subject. Nodes on different databases need NATS accounts, or servers, of their own.
const SUBJECT: &str = "birdcall.hints";

/// Hints said in one message.
const BATCH: usize = 256;

/// How long to wait before looking for NATS again.
const AGAIN: Duration = Duration::from_secs(1);

/// A NATS server that is not there after this long at the start is worth a word.
const LATE: Duration = Duration::from_secs(3);

/// Whom to look at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hint {
    /// This person's feed has grown.
    Feed(PersonId),
    /// There are signals for this person.
    Signals(PersonId),
    /// This node has something to tell its relay.
    Node(NodeId),
}

/// As it travels: ids alone.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Message {
    feeds: Vec<PersonId>,
    signals: Vec<PersonId>,
    nodes: Vec<NodeId>,
}

impl Message {
    fn of(hints: &[Hint]) -> Self {
        let mut message = Self::default();
        for hint in hints {
            match *hint {
                Hint::Feed(person) => message.feeds.push(person),
                Hint::Signals(person) => message.signals.push(person),
                Hint::Node(node) => message.nodes.push(node),
            }
        }
        message.feeds.sort_unstable();
        message.feeds.dedup();
        message.signals.sort_unstable();
        message.signals.dedup();
        message
    }
}

pub(super) async fn run(app: &App, cluster: &Arc<Cluster>) {
    let Some(mut said) = cluster.hints.as_ref().and_then(Line::take) else {
        return;
    };
    let heard = Arc::clone(cluster);
    let options = ConnectOptions::new()
        .name(format!("birdcall {}", cluster.name))
        .no_echo()
        .retry_on_initial_connect()
        .reconnect_delay_callback(|_| AGAIN)
        .event_callback(move |event| {
            let cluster = Arc::clone(&heard);
            async move { noted(&cluster, &event) }
        });
    let client = match options.connect(&cluster.nats[..]).await {
        Ok(client) => client,
        Err(error) => {
            // Not a server that is away, but URLs that are none.
            tracing::error!(kind = ?error.kind(), "NATS cannot be used");
            return;
        }
    };
    let mut hints = match client.subscribe(SUBJECT).await {
        Ok(hints) => hints,
        Err(_) => return,
    };
    let mut batch = Vec::new();
    let late = tokio::time::sleep(LATE);
    tokio::pin!(late);
    let mut waits = true;
    loop {
        tokio::select! {
            () = &mut late, if waits => {
                waits = false;
                if !cluster.hears.load(Ordering::Relaxed) {
                    tracing::warn!("NATS is not there; nodes look by themselves until it is");
                }
            }
            count = said.recv_many(&mut batch, BATCH) => {
                if count == 0 {
                    return;
                }
                // While NATS is away a hint is of no use later.
                if cluster.hears.load(Ordering::Relaxed)
                    && let Ok(text) = serde_json::to_vec(&Message::of(&batch))
                {
                    let _ = client.publish(SUBJECT, text.into()).await;
                }
                batch.clear();
            }
            Some(hint) = hints.next() => {
                if let Ok(message) = serde_json::from_slice(&hint.payload) {
                    take(app, cluster, message);
                }
            }
        }
    }
}

fn take(app: &App, cluster: &Cluster, message: Message) {
    for person in message.signals {
        cluster.nudge(person);
    }
    for person in message.feeds {
        app.hub.nudge(person);
    }
    if message.nodes.contains(&cluster.id) {
        cluster.look.notify_one();
    }
}

fn noted(cluster: &Cluster, event: &Event) {
    match event {
        Event::Connected => {
            cluster.connected.set(1);
            if !cluster.hears.swap(true, Ordering::Relaxed) {
                tracing::info!("NATS is there");
            }
            // What was hinted at meanwhile was not heard.
            cluster.look.notify_one();
        }
        Event::Disconnected | Event::Closed => {
            cluster.connected.set(0);
            if cluster.hears.swap(false, Ordering::Relaxed) {
                tracing::warn!("NATS is away; nodes look by themselves until it is back");
            }
        }
        _ => {}
    }
}
