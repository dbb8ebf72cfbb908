//! What the operator did from the command line while the server runs: it stands in the database, and is noticed here.

use crate::app::App;
use crate::calls;
use crate::hub::CloseReason;
use birdcall_store::{Act, StoreError};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// How often the trail is looked at: an account that is closed is out of every socket in this time (C-7). Raising it
/// lets somebody stay longer who should not; the question is one look into an index.
const EVERY: Duration = Duration::from_millis(500);

/// Follows the trail of what the operator does.
pub async fn watch(app: App) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = None;
    loop {
        every.tick().await;
        if let Err(error) = look(&app, &mut seen).await {
            tracing::warn!(%error, "the operator's acts were not read");
        }
    }
}

async fn look(app: &App, seen: &mut Option<u64>) -> Result<(), StoreError> {
    let mut reader = app.store.read().await?;
    let newest = reader.newest_act().await?;
    // What was done before the start was in force at the start.
    let Some(before) = seen.replace(newest) else {
        return Ok(());
    };
    if newest == before {
        return Ok(());
    }
    let acts = reader.acts_after(before).await?;
    drop(reader);
    for act in acts {
        let Some(person) = act.person else { continue };
        match act.act {
            Act::Disable => {
                calls::end_all(app, person).await;
                app.hub.close_person(person, CloseReason::SignedOut);
            }
            Act::Password => app.hub.close_person(person, CloseReason::SignedOut),
            Act::Verify | Act::Unverify => {
                app.hub.news(person);
                calls::settings_changed(app, person).await;
            }
            Act::Warn | Act::Answer | Act::Close | Act::Enable | Act::Read => app.hub.news(person),
        }
    }
    Ok(())
}
