//! Looking without being told: the only way without NATS, and the net below it.

use super::Cluster;
use crate::app::App;
use crate::calls::later::Held;
use crate::raced;
use birdcall_store::StoreError;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How often without NATS. What happens on another node reaches a socket here within this time, so a sign-out there
/// closes it within a second (C-7). Lowering it asks the database more.
const ALONE: Duration = Duration::from_millis(800);

/// How often with NATS, for what a hint did not tell.
const BESIDE: Duration = Duration::from_secs(2);

/// A look may take one part in this many of the time, however many sockets there are.
const SHARE: u32 = 20;

pub(super) async fn run(app: &App, cluster: &Arc<Cluster>) {
    loop {
        let began = Instant::now();
        if let Err(error) = look(app, cluster).await {
            raced::say(&error, "what is new was not looked for");
        }
        let every = if cluster.hears.load(Ordering::Relaxed) {
            BESIDE
        } else {
            ALONE
        };
        tokio::select! {
            () = tokio::time::sleep(every.max(began.elapsed() * SHARE)) => {}
            () = cluster.look.notified() => {}
        }
    }
}

async fn look(app: &App, cluster: &Cluster) -> Result<(), StoreError> {
    let mut reader = app.store.read().await?;
    let stirred = reader.stirred(cluster.id).await?;
    let over = reader.revocations(cluster.id).await?;
    drop(reader);
    for one in stirred {
        let (signals, news) = match cluster.desks().get_mut(&one.person) {
            Some(desk) => desk.look(one.feed, one.signal),
            None => (false, false),
        };
        if signals {
            cluster.nudge(one.person);
        }
        if news {
            // A feed may have news that its person is to hear on the beat (C-6). One beat from here it has come.
            let moment = app.clock.now() + app.config.beat;
            app.later.tell(moment, Held::Stirred(one.person));
        }
    }
    if !over.is_empty() {
        // Before it is written that it was done, and once more is the same.
        for call in &over {
            app.relay.revoke(*call);
        }
        let noted = app.again(|| async {
            let mut tx = app.store.write().await?;
            for call in &over {
                tx.finish_revocation(cluster.id, *call).await?;
            }
            tx.commit().await
        });
        noted.await?;
    }
    Ok(())
}
