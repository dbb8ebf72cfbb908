//! Which node's relay a call uses. Both legs have to be at the same one.

use super::{Bus, Cluster};
use crate::app::App;
use birdcall_call::{Call, RelayState};
use birdcall_protocol::NodeId;
use birdcall_protocol::call::Role;
use birdcall_store::{NodeRow, Reader, StoreError, Tx};

/// Whether a call can be relayed now (P-5), by any node.
///
/// # Errors
/// `Unavailable`.
pub async fn relay_state(app: &App, reader: &mut Reader) -> Result<RelayState, StoreError> {
    let Bus::Cluster(_) = &app.bus else {
        return Ok(app.relay.state());
    };
    let there = relaying(reader).await?;
    Ok(if there.is_empty() {
        RelayState::Absent
    } else {
        RelayState::Available
    })
}

/// Chooses the relay of a call that is about to set up media, and writes it down. The one it uses, if that goes on; else
/// the one of the node where the caller's device has its socket, which is near to it; else this node's, else any.
///
/// # Errors
/// `Unavailable`.
pub async fn choose(app: &App, tx: &mut Tx, call: &Call) -> Result<Option<NodeId>, StoreError> {
    let Bus::Cluster(cluster) = &app.bus else {
        return Ok(None);
    };
    let used = tx.call_relay(call.id()).await?;
    let there = relaying(tx).await?;
    let is_there = |node: &NodeId| there.iter().any(|one| one.id == *node);
    let kept = used.filter(is_there);
    let node = match kept {
        Some(node) => Some(node),
        None => {
            let present = tx.present(call.caller().person, Cluster::now()).await?;
            let caller = call.leg(Role::Caller);
            let near = present.iter().filter(|one| Some(one.device) == caller);
            near.map(|one| one.node)
                .chain([cluster.id])
                .find(is_there)
                .or(there.first().map(|one| one.id))
        }
    };
    if node != used {
        tx.set_call_relay(call.id(), node).await?;
    }
    Ok(node)
}

async fn relaying(reader: &mut Reader) -> Result<Vec<NodeRow>, StoreError> {
    let mut nodes = reader.nodes(Cluster::now()).await?;
    nodes.retain(|node| node.relays && !node.draining);
    Ok(nodes)
}
