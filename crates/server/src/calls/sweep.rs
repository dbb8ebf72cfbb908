//! What happens without anybody doing something: deadlines, signs of life, changes made beside the server.

use super::facts;
use super::step::{self, CallError, Press};
use crate::app::App;
use crate::bus::Bus;
use crate::raced;
use birdcall_call::{Call, Event};
use birdcall_protocol::Timestamp;
use birdcall_protocol::call::{Phase, Role};
use birdcall_store::StoreError;
use std::time::Duration;
use tokio::task::JoinSet;

/// Calls ended in one go.
const BATCH: u32 = 64;

/// How often the gate is asked again for calls that ring, for what was changed beside the server, as by
/// `birdcall user unverify` (C-7: within a second).
const GATE_EVERY: Duration = Duration::from_millis(500);

/// How often devices in a call are noted to be alive. The lease is four times as long (C-19). Lowering it writes more.
const LEASE_EVERY: Duration = Duration::from_secs(20);

/// Of several nodes each looks this often for what others have begun. Raising it ends the calls of a node that was killed
/// later by as much.
const OTHERS_EVERY: Duration = Duration::from_secs(1);

/// How often limits forget who has not knocked.
const FORGET_EVERY: Duration = Duration::from_secs(600);

/// After the database failed, for a while nothing is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until the server goes down.
pub async fn run(app: App) {
    let start = app.clock.now();
    let mut gate = start;
    let mut lease = start;
    let mut forget = start + FORGET_EVERY;
    loop {
        let now = app.clock.now();
        let round = async {
            let mut whole = deadlines(&app, now).await?;
            if lease <= now {
                lease = now + LEASE_EVERY;
                whole &= signs_of_life(&app).await?;
            }
            if gate <= now {
                gate = now + GATE_EVERY;
                whole &= gates(&app).await?;
            }
            let mut reader = app.store.read().await?;
            let (deadline, ringing) = reader.next_sweep().await?;
            let deadline = deadline.unwrap_or(lease);
            // A call that is made in the meantime wakes the sweeper, so with nothing ringing it need not look.
            let look = match app.bus {
                _ if ringing => gate,
                Bus::Local => lease,
                // Other nodes make calls too, and one that was killed does not end them.
                Bus::Cluster(_) => lease.min(now + OTHERS_EVERY),
            };
            Ok::<_, StoreError>((whole, deadline.min(lease).min(look)))
        };
        let next = match round.await {
            Ok((true, next)) => next,
            // What failed is still due: not at once again.
            Ok((false, next)) => next.max(now + PAUSE),
            Err(error) => {
                raced::say(&error, "calls were not swept");
                now + PAUSE
            }
        };
        if forget <= now {
            forget = now + FORGET_EVERY;
            app.doors.forget();
        }
        tokio::select! {
            () = app.clock.sleep_until(next) => {}
            () = app.sweeper.notified() => {}
        }
    }
}

/// Ends what has run out (C-13). Like the other rounds it goes on past a call that cannot be changed, and says whether
/// all went well.
async fn deadlines(app: &App, now: Timestamp) -> Result<bool, StoreError> {
    let mut whole = true;
    loop {
        let due = app.store.read().await?.due_calls(now, BATCH).await?;
        let more = due.len() == BATCH as usize;
        // At once, so that they share commits: an end that waits for others would miss its beat (C-6).
        let mut ends = JoinSet::new();
        for call in due {
            let app = app.clone();
            ends.spawn(async move { went_well(step::step(&app, call, step::tick).await) });
        }
        while let Some(ended) = ends.join_next().await {
            whole &= ended.unwrap_or(false);
        }
        // With a failed one in the batch the next batch would begin with it.
        if !more || !whole {
            return Ok(whole);
        }
    }
}

/// Renews the leases of devices that have a socket here (C-19).
async fn signs_of_life(app: &App) -> Result<bool, StoreError> {
    let mut whole = true;
    for phase in [Phase::Connecting, Phase::Active] {
        let rows = app.store.read().await?.calls_in(phase).await?;
        for row in &rows {
            let Ok(call) = step::machine(row) else {
                whole = false;
                continue;
            };
            for (role, party) in [(Role::Caller, call.caller()), (Role::Callee, call.callee())] {
                let device = call.leg(role);
                if let Some(device) = device.filter(|d| app.hub.is_connected(party.person, *d)) {
                    let seen = step::act(app, call.id(), party.person, device, Press::Seen);
                    whole &= went_well(seen.await);
                }
            }
        }
    }
    Ok(whole)
}

/// Stops what may not ring any more (C-7). Whether that is so is only read at first: what goes on ringing does not
/// keep those waiting who write.
async fn gates(app: &App) -> Result<bool, StoreError> {
    let mut whole = true;
    let mut stops = Vec::new();
    let mut reader = app.store.read().await?;
    for row in reader.calls_in(Phase::Ringing).await? {
        let Ok(mut call) = step::machine(&row) else {
            whole = false;
            continue;
        };
        let (caller, callee) = (call.caller().person, call.callee().person);
        let now = app.clock.now();
        let decided = facts::decide(&mut reader, caller, callee, now).await?;
        let before = call.clone();
        let changes = match call.handle(Event::GateChanged(decided.verdict), now) {
            Ok(()) => call != before || !step::drain(&mut call).is_empty(),
            Err(_) => false,
        };
        if changes {
            stops.push(row.id);
        }
    }
    drop(reader);
    for call in stops {
        whole &= went_well(step::step(app, call, step::gate_again).await);
    }
    Ok(whole)
}

fn went_well(done: Result<Call, CallError>) -> bool {
    match done {
        // Refused: somebody else was faster.
        Ok(_) | Err(CallError::Refused(_) | CallError::InAnotherCall) => true,
        Err(CallError::Store(error)) => {
            raced::say(&error, "a call was not swept");
            false
        }
    }
}
