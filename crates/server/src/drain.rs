//! Going down in peace: what is here is handed to other nodes before this one ends.
//!
//! At once nothing new begins here: `/readyz` says no, sockets and calls are refused with `going_down`, other nodes choose
//! other relays. Then relayed calls move to another relay, and when their media is up again the sockets are told to go
//! elsewhere, not all in the same moment. A direct call mostly goes from browser to browser, and keeps the relay for when
//! that way closes: its devices are told of another one, and those that are on the relay already move. Where there is no
//! other node, nobody could take anything over, and the server ends as quickly as ever.

use crate::app::App;
use crate::bus::{self, Cluster};
use crate::calls::{self, machine};
use crate::hub::CloseReason;
use birdcall_call::RelayState;
use birdcall_protocol::CallId;
use birdcall_protocol::call::{Path, Phase};
use birdcall_store::StoreError;
use rand::seq::SliceRandom;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// Over how long the sockets are told to go. Raising it spreads their coming back more, and the end takes longer.
const SPREAD: Duration = Duration::from_secs(4);

/// Sockets are told to go in this many lots.
const LOTS: u32 = 40;

/// How often it is looked whether media has moved.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How long media may take to move, before the sockets have to go all the same. A browser takes a second or two.
const MOVED_WITHIN: Duration = Duration::from_secs(15);

/// How long the devices of a direct call may take to say that they need the relay. Raising it delays the end of a node
/// that had such calls.
const SAID_WITHIN: Duration = Duration::from_secs(1);

/// A call that was led to another relay, and until when its devices may say that its media needs that one.
struct Moved {
    call: CallId,
    said_by: Instant,
}

/// Hands over, for at most as long as the configuration says.
pub async fn run(app: &App) {
    app.going_down.store(true, Ordering::Relaxed);
    let Some(cluster) = app.bus.cluster() else {
        return;
    };
    let deadline = Instant::now() + app.config.drain;
    match cluster.begin_draining(app).await {
        Ok(true) => {}
        Ok(false) => return,
        Err(error) => {
            // Others may be there all the same; the sockets can go to them.
            tracing::warn!(%error, "the other nodes were not told that this one goes down");
        }
    }
    tracing::info!("going down; sockets and calls go to other nodes");
    let handed = async {
        let moved_by = Instant::now() + MOVED_WITHIN;
        if timeout_at(moved_by, move_calls(app, cluster))
            .await
            .is_err()
        {
            tracing::warn!("media of some calls has not moved to another relay");
        }
        close_sockets(app).await;
    };
    if timeout_at(deadline, handed).await.is_err() {
        tracing::warn!("going down before everything was handed over");
    }
}

/// Until no call uses the relay here, and those that did have media again.
async fn move_calls(app: &App, cluster: &Cluster) {
    let mut moved = Vec::new();
    loop {
        match round(app, cluster, &mut moved).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "calls were not moved to another relay"),
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn round(app: &App, cluster: &Cluster, moved: &mut Vec<Moved>) -> Result<bool, StoreError> {
    let mut reader = app.store.read().await?;
    if bus::relay_state(app, &mut reader).await? == RelayState::Absent {
        // Better a relay that goes down with its call than none (P-5).
        return Ok(true);
    }
    let here = reader.calls_relayed_by(cluster.id).await?;
    let mut waits = false;
    for Moved { call, said_by } in &*moved {
        let row = reader.call(*call).await?;
        let call = row.as_ref().map(machine).transpose()?;
        waits |= call.is_some_and(|call| {
            call.phase() == Phase::Active && (!call.has_media() || Instant::now() < *said_by)
        });
    }
    drop(reader);
    for row in here {
        waits = true;
        if let Some(call) = calls::relay_moved(app, row.id).await? {
            moved.push(Moved {
                call: row.id,
                said_by: match call.path() {
                    Path::Direct => Instant::now() + SAID_WITHIN,
                    Path::Relay => Instant::now(),
                },
            });
        }
    }
    Ok(!waits)
}

/// Tells the sockets to go, in lots, in no order; until all are gone.
async fn close_sockets(app: &App) {
    let mut open: Vec<u64> = app.hub.all().into_iter().map(|one| one.0).collect();
    open.shuffle(&mut rand::rng());
    let lot = open.len().div_ceil(LOTS as usize).max(1);
    let lots = u32::try_from(open.len().div_ceil(lot)).unwrap_or(LOTS);
    for (n, sockets) in open.chunks(lot).enumerate() {
        if n > 0 {
            sleep(SPREAD / lots.max(1)).await;
        }
        let sockets = sockets.iter().copied().collect();
        app.hub.close_some(&sockets, CloseReason::GoingDown);
    }
    // Whoever came in while the door closed.
    app.hub.close_all(CloseReason::GoingDown);
    while !app.hub.all().is_empty() {
        sleep(LOOK_EVERY).await;
    }
}
