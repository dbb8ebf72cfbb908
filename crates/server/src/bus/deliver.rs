//! From signals to the sockets here: in order, each once.

use super::{Cluster, Signal};
use crate::app::App;
use crate::calls::later::Held;
use crate::calls::{Servers, give};
use crate::hub::CloseReason;
use birdcall_protocol::{NodeId, PersonId};
use birdcall_store::StoreError;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Rows read at a time. Raising it costs memory while a person has many; they are seldom more than a handful.
const PAGE: u32 = 64;

/// Persons read out at a time. More would only wait for the database's readers.
const AT_ONCE: usize = 16;

pub(super) async fn run(app: &App, cluster: &Arc<Cluster>) {
    let Some(mut to_read) = cluster.reading.take() else {
        return;
    };
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            person = to_read.recv(), if under_way.len() < AT_ONCE => {
                let Some(person) = person else { return };
                let (app, cluster) = (app.clone(), Arc::clone(cluster));
                under_way.spawn(async move { read_out(&app, &cluster, person).await });
            }
            Some(_) = under_way.join_next() => {}
        }
    }
}

/// Until there is no more.
async fn read_out(app: &App, cluster: &Cluster, person: PersonId) {
    loop {
        // Without a desk there is nobody to hear it.
        let Some(from) = cluster.desks().get(&person).map(super::Desk::told) else {
            return;
        };
        match page(app, cluster, person, from).await {
            Ok(true) => {}
            Ok(false) => {
                let mut desks = cluster.desks();
                if !desks.get_mut(&person).is_some_and(super::Desk::done) {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "signals were not read");
                if let Some(desk) = cluster.desks().get_mut(&person) {
                    desk.failed();
                }
                return;
            }
        }
    }
}

/// One page; whether there may be another.
async fn page(
    app: &App,
    cluster: &Cluster,
    person: PersonId,
    from: u64,
) -> Result<bool, StoreError> {
    let rows = app
        .store
        .read()
        .await?
        .signals_after(person, from, PAGE)
        .await?;
    let more = rows.len() == PAGE as usize;
    for (place, sealed) in rows {
        let text = cluster.seal.open(person, place, sealed);
        let signal = text.and_then(|text| serde_json::from_slice(&text).ok());
        if signal.is_none() {
            // By a node of another version, or by somebody who has no key.
            tracing::warn!("a signal that cannot be read");
        }
        let servers = match &signal {
            Some(Signal::Frame {
                relay: Some(node), ..
            }) => servers_of(app, cluster, *node).await?,
            // Without a relay that both legs share none is named.
            Some(Signal::Frame { relay: None, .. }) => Servers::At(Vec::new()),
            Some(Signal::SignedOut(_) | Signal::Silenced(..)) | None => Servers::Here,
        };
        // Under the lock, so that of two that read at once none tells an earlier row after a later one.
        let mut desks = cluster.desks();
        if desks.get_mut(&person).is_some_and(|desk| desk.take(place))
            && let Some(signal) = signal
        {
            hand(app, person, place, signal, servers);
        }
    }
    Ok(more)
}

fn hand(app: &App, person: PersonId, place: u64, signal: Signal, servers: Servers) {
    match signal {
        Signal::Frame {
            to, frame, hold, ..
        } => match hold.moment(app.config.beat, app.clock.now()) {
            Some(moment) => app
                .later
                .tell(moment, Held::Signal(place, to, frame, servers)),
            None => give(app, Some(place), to, &frame, &servers),
        },
        Signal::SignedOut(device) => app.hub.close_device(person, device, CloseReason::SignedOut),
        Signal::Silenced(device, silenced) => app.hub.set_silenced(person, device, silenced),
    }
}

/// Where a node's relay is, for browsers.
async fn servers_of(app: &App, cluster: &Cluster, node: NodeId) -> Result<Servers, StoreError> {
    if node == cluster.id {
        return Ok(Servers::Here);
    }
    let nodes = app.store.read().await?.nodes(Cluster::now()).await?;
    let there = nodes.into_iter().find(|one| one.id == node);
    // A relay that is gone is no relay: the call fails rather than take a looser path (P-5).
    Ok(Servers::At(
        there.map(|node| node.relay_urls).unwrap_or_default(),
    ))
}
