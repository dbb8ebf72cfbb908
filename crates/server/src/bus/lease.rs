//! Being there: each node says so every few seconds, removes what others left who do not say so any more, and leads calls on
//! that used their relays.

use super::{Cluster, LEASE, RENEW_EVERY, presence};
use crate::app::App;
use crate::calls;
use crate::raced;
use birdcall_call::RelayState;
use birdcall_protocol::NodeId;
use birdcall_store::{NodeRow, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// How long signals are kept. A device that has not heard one by then has no socket, and is told how things stand when
/// it comes back. Raising it keeps more rows.
const SIGNALS_KEPT: Duration = Duration::from_secs(60);

pub(super) async fn run(app: &App, cluster: &Arc<Cluster>) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        if let Err(error) = round(app, cluster).await {
            raced::say(&error, "this node could not say that it is there");
        }
    }
}

async fn round(app: &App, cluster: &Cluster) -> Result<(), StoreError> {
    renew(app, cluster).await?;
    let now = Cluster::now();
    let gone = app.again(|| async {
        let mut tx = app.store.write().await?;
        let gone = tx.sweep_nodes(now, cluster.id).await?;
        tx.sweep_signals(now - SIGNALS_KEPT).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(gone)
    });
    let gone = gone.await?;
    if !gone.is_empty() {
        tracing::warn!(nodes = gone.len(), "nodes are gone");
        cluster.look.notify_one();
    }
    for node in gone {
        if let Err(error) = lead_on(app, node).await {
            raced::say(&error, "calls were not led to another relay");
        }
    }
    Ok(())
}

/// Leads the calls that used the relay of a node that is gone to another one. What is not led on, because this node is
/// killed as well, ends when its media has been away for too long (C-19).
async fn lead_on(app: &App, node: NodeId) -> Result<(), StoreError> {
    let mut reader = app.store.read().await?;
    if super::relay_state(app, &mut reader).await? == RelayState::Absent {
        return Ok(());
    }
    let calls = reader.calls_relayed_by(node).await?;
    drop(reader);
    for call in calls {
        // One that fails keeps none of the others.
        if let Err(error) = calls::relay_moved(app, call.id).await {
            raced::say(&error, "a call was not led to another relay");
        }
    }
    Ok(())
}

/// Says that this node is there, and how its relay is.
pub(super) async fn renew(app: &App, cluster: &Cluster) -> Result<(), StoreError> {
    let renewed = app.again(|| async {
        let mut tx = app.store.write().await?;
        let node = NodeRow {
            id: cluster.id,
            name: cluster.name.clone(),
            relay_urls: cluster.relay_urls.clone(),
            relays: app.relay.state() == RelayState::Available,
            draining: cluster.is_draining(),
            lease: Cluster::now() + LEASE,
        };
        let was_there = tx.renew_node(&node).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(was_there)
    });
    if !renewed.await? {
        presence::all_again(app, cluster);
    }
    Ok(())
}

pub(super) async fn depart(app: &App, cluster: &Cluster) -> Result<(), StoreError> {
    app.again(|| async {
        let mut tx = app.store.write().await?;
        let others = tx.nodes(Cluster::now()).await?;
        let heir = others.iter().find(|node| node.id != cluster.id);
        tx.remove_node(cluster.id, heir.map(|node| node.id)).await?;
        tx.commit().await
    })
    .await
}
