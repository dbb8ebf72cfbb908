//! The worker: takes from the outbox what is due, sends it, and does what the answer means.
//!
//! A row is claimed before it is sent, until a moment by which the push service has answered or will not. A server that
//! is killed in between leaves a row that another one claims then. One device has one push under way at a time, so that
//! the end of a ring does not overtake it.

use super::Letter;
use super::plan::{Plan, plan};
use crate::app::App;
use crate::raced;
use crate::traces;
use birdcall_call::wake::{Answer, Outcome, Try, outcome};
use birdcall_protocol::body::PushState;
use birdcall_protocol::frame::Changed;
use birdcall_protocol::{DeviceId, Timestamp};
use birdcall_store::{News, PushAbout, PushRow, StoreError, Subscription};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tracing::Span;

/// Pushes under way at a time. Raising it opens more connections at once; lowering it lets slow push services keep
/// others waiting.
const AT_ONCE: usize = 256;

/// Rows looked at in one go; more than can be under way, so that devices that are busy do not hide others.
const BATCH: u32 = 512;

/// For how long a push is claimed: two tries of [`super::post::PATIENCE`], and time to write down what came of it.
/// Raising it leaves a ring longer with a server that was killed.
const CLAIM: Duration = Duration::from_secs(15);

/// With nothing due, it looks again after this long, should it not be woken.
const IDLE: Duration = Duration::from_secs(60);

/// After the database failed, for a while nothing is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until the server goes down.
pub async fn run(app: App) {
    let mut under_way = JoinSet::new();
    let mut busy: HashMap<Id, DeviceId> = HashMap::new();
    loop {
        let now = app.clock.now();
        let started = start(&app, now, &mut under_way, &mut busy).await;
        let next = started.unwrap_or_else(|error| {
            raced::say(&error, "the outbox of pushes was not read");
            now + PAUSE
        });
        tokio::select! {
            () = app.clock.sleep_until(next) => {}
            () = app.push.wake.notified() => {}
            Some(done) = under_way.join_next_with_id() => {
                let id = done.map_or_else(|error| error.id(), |(id, ())| id);
                busy.remove(&id);
            }
        }
    }
}

/// Starts what is due, as far as there is room; says when to look again.
async fn start(
    app: &App,
    now: Timestamp,
    under_way: &mut JoinSet<()>,
    busy: &mut HashMap<Id, DeviceId>,
) -> Result<Timestamp, StoreError> {
    let mut reader = app.store.read().await?;
    let due = reader.due_pushes(now, BATCH).await?;
    let next = reader.next_push(now).await?;
    drop(reader);
    for row in due {
        if under_way.len() >= AT_ONCE {
            // One that is done wakes us.
            break;
        }
        if busy.values().any(|device| *device == row.device) {
            continue;
        }
        let app = app.clone();
        let task = under_way.spawn(async move {
            if let Err(error) = deliver(&app, row).await {
                raced::say(&error, "a push was not sent");
                // What failed is still due: not at once again.
                app.clock.sleep_until(app.clock.now() + PAUSE).await;
            }
        });
        busy.insert(task.id(), row.device);
    }
    let idle = app.bus.idle(IDLE);
    Ok(next.map_or(now + idle, |next| next.min(now + idle)))
}

/// Sends one row, if it is still to be sent.
async fn deliver(app: &App, row: PushRow) -> Result<(), StoreError> {
    let (to, mut letter) = match plan(app, &row, false).await? {
        Plan::Send(to, letter) => (to, letter),
        Plan::Later(moment) => {
            let put_off = || async {
                let mut tx = app.store.write().await?;
                tx.put_push_off(&row, moment).await?;
                tx.commit().await
            };
            return app.again(put_off).await;
        }
        Plan::Drop => {
            let drop = || async {
                let mut tx = app.store.write().await?;
                tx.finish_push(&row, false).await?;
                tx.commit().await
            };
            return app.again(drop).await;
        }
    };
    let claimed = PushRow {
        due: app.clock.now() + CLAIM,
        tries: row.tries + 1,
        ..row
    };
    let claim = || async {
        let mut tx = app.store.write().await?;
        let ours = tx.claim_push(&row, claimed.due).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(ours)
    };
    if !app.again(claim).await? {
        return Ok(());
    }
    let mut can_be_shorter = matches!(row.about, PushAbout::Message { .. });
    loop {
        let answer = send(app, &to, &letter, row.about).await;
        let this = Try {
            tries: claimed.tries,
            until: row.until,
            can_be_shorter,
        };
        let done = outcome(answer, this, app.clock.now());
        if done == Outcome::Shorter
            && let Plan::Send(_, shorter) = plan(app, &row, true).await?
        {
            can_be_shorter = false;
            letter = shorter;
            continue;
        }
        // What was sent is not to be sent again because this lost a race.
        let settled = || settle(app, &claimed, &to, done);
        return app.again(settled).await;
    }
}

/// A push for a call, in the call's trace.
fn traced(about: PushAbout) -> Option<Span> {
    match about {
        PushAbout::Ring(call) => Some(traces::of_call(call, "push ring")),
        PushAbout::RingStopped(call, _) => Some(traces::of_call(call, "push ring_stopped")),
        PushAbout::Missed { call, .. } => Some(traces::of_call(call, "push missed")),
        _ => None,
    }
}

async fn send(app: &App, to: &Subscription, letter: &Letter, about: PushAbout) -> Answer {
    let _span = traced(about);
    let answer = app.push.send(to, letter, app.clock.now()).await;
    app.counters.pushed(kind(about), answer);
    answer
}

/// Writes down what came of a push.
async fn settle(
    app: &App,
    row: &PushRow,
    to: &Subscription,
    done: Outcome,
) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    let now = app.clock.now();
    let news = match done {
        Outcome::Reached => {
            tx.finish_push(row, true).await?;
            tx.note_push(to, PushState::Reached, now).await?
        }
        Outcome::Gone => tx.forget_subscription(to).await?,
        Outcome::Again(moment) => {
            tx.put_push_off(row, moment).await?;
            false
        }
        // It may have got there all the same, so a ring is taken back when it is over.
        Outcome::GivenUp => {
            tx.finish_push(row, true).await?;
            tx.note_push(to, PushState::Failing, now).await?
        }
        Outcome::Refused | Outcome::Shorter => {
            tx.finish_push(row, false).await?;
            tx.note_push(to, PushState::Failing, now).await?
        }
    };
    if news {
        tx.tell(to.person, News::Changed(Changed::Devices)).await?;
    }
    tx.commit().await?;
    if news {
        app.hub.news(to.person);
    }
    Ok(())
}

fn kind(about: PushAbout) -> &'static str {
    match about {
        PushAbout::Ring(_) => "ring",
        PushAbout::RingStopped(..) => "ring_stopped",
        PushAbout::Missed { .. } => "missed",
        PushAbout::Message { .. } => "message",
        PushAbout::MessageGone { .. } => "message_gone",
    }
}
