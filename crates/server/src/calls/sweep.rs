//! What happens without anybody doing something: deadlines, signs of life, changes made beside the server.

use super::step::{self, CallError, Press};
use crate::app::App;
use birdcall_protocol::Timestamp;
use birdcall_protocol::call::{Phase, Role};
use std::time::Duration;

/// Calls ended in one go.
const BATCH: u32 = 64;

/// How often the gate is asked again for calls that ring, for what was changed beside the server, as by
/// `birdcall user unverify` (C-7: within a second).
const GATE_EVERY: Duration = Duration::from_millis(500);

/// How often devices in a call are noted to be alive. The lease is four times as long (C-19). Lowering it writes more.
const LEASE_EVERY: Duration = Duration::from_secs(20);

/// How often limits forget who has not knocked.
const FORGET_EVERY: Duration = Duration::from_secs(600);

/// After the database failed, for a while nothing is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until the server goes down.
pub async fn run(app: App) {
    let start = app.clock.now();
    let mut gate = start + GATE_EVERY;
    let mut lease = start;
    let mut forget = start + FORGET_EVERY;
    loop {
        let now = app.clock.now();
        let work = async {
            deadlines(&app, now).await?;
            if lease <= now {
                lease = now + LEASE_EVERY;
                signs_of_life(&app).await?;
            }
            if gate <= now {
                gate = now + GATE_EVERY;
                gates(&app).await?;
            }
            if forget <= now {
                forget = now + FORGET_EVERY;
                app.doors.forget();
            }
            let next = app.store.read().await?.next_deadline().await?;
            Ok::<_, CallError>(next)
        };
        let next = match work.await {
            Ok(next) => next.map_or(lease, |deadline| deadline.min(lease)),
            Err(error) => {
                tracing::error!(?error, "calls were not swept");
                now + PAUSE
            }
        };
        // A call that is made in the meantime wakes the sweeper, so an idle server sleeps.
        let ringing = app.store.read().await;
        let any_ringing = match ringing {
            Ok(mut reader) => reader
                .calls_in(Phase::Ringing)
                .await
                .is_ok_and(|calls| !calls.is_empty()),
            Err(_) => false,
        };
        let next = if any_ringing { next.min(gate) } else { next };
        tokio::select! {
            () = app.clock.sleep_until(next) => {}
            () = app.sweeper.notified() => {}
        }
    }
}

/// Ends what has run out (C-13).
async fn deadlines(app: &App, now: Timestamp) -> Result<(), CallError> {
    loop {
        let due = app.store.read().await?.due_calls(now, BATCH).await?;
        let done = due.len() < BATCH as usize;
        for call in due {
            match step::step(app, call, step::tick).await {
                Ok(_) | Err(CallError::Refused(_) | CallError::InAnotherCall) => {}
                Err(error) => return Err(error),
            }
        }
        if done {
            return Ok(());
        }
    }
}

/// Renews the leases of devices that have a socket here (C-19).
async fn signs_of_life(app: &App) -> Result<(), CallError> {
    for phase in [Phase::Connecting, Phase::Active] {
        let rows = app.store.read().await?.calls_in(phase).await?;
        for row in &rows {
            let call = step::machine(row)?;
            for role in [Role::Caller, Role::Callee] {
                let person = match role {
                    Role::Caller => call.caller().person,
                    Role::Callee => call.callee().person,
                };
                let Some(device) = call.leg(role) else {
                    continue;
                };
                if !app.hub.is_connected(person, device) {
                    continue;
                }
                match step::act(app, call.id(), person, device, Press::Seen).await {
                    Ok(_) | Err(CallError::Refused(_) | CallError::InAnotherCall) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(())
}

/// Stops what may not ring any more (C-7).
async fn gates(app: &App) -> Result<(), CallError> {
    let rows = app.store.read().await?.calls_in(Phase::Ringing).await?;
    for row in rows {
        match step::step(app, row.id, step::gate_again).await {
            Ok(_) | Err(CallError::Refused(_) | CallError::InAnotherCall) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
