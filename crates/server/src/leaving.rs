//! The end of accounts: 14 days after the wish everything of a person is removed. A round is taken up again where a
//! server that was killed left it.

use crate::app::App;
use crate::raced;
use birdcall_protocol::{Handle, PersonId};
use birdcall_store::StoreError;
use std::time::Duration;

/// How long somebody may come back. Raising it keeps what they wanted gone; lowering it makes a moment of anger, or
/// somebody else's, final sooner.
pub const GRACE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// How long nobody else may have the handle of somebody who is gone: long enough that people who knew them do not take a
/// stranger for them.
pub const HANDLE_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// People in one round.
const BATCH: u32 = 16;

/// With nobody due, it looks again after this long, should it not be woken.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// After the database failed, for a while nothing is tried.
const PAUSE: Duration = Duration::from_secs(10);

/// Runs until the server goes down.
pub async fn run(app: App) {
    loop {
        let now = app.clock.now();
        let next = match round(&app).await {
            Ok(next) => next.unwrap_or(now + IDLE).min(now + IDLE),
            Err(error) => {
                raced::say(&error, "an account was not deleted");
                now + PAUSE
            }
        };
        tokio::select! {
            () = app.clock.sleep_until(next) => {}
            () = app.leaving.notified() => {}
        }
    }
}

async fn round(app: &App) -> Result<Option<birdcall_protocol::Timestamp>, StoreError> {
    let due = app
        .store
        .read()
        .await?
        .due_leavings(app.clock.now(), BATCH)
        .await?;
    for person in due {
        bury(app, person).await?;
    }
    app.store.read().await?.next_leaving().await
}

async fn bury(app: &App, person: PersonId) -> Result<(), StoreError> {
    let now = app.clock.now();
    let buried = app.again(|| async {
        let tombstone = Handle::tombstone(rand::random());
        let mut tx = app.store.write().await?;
        tx.bury(person, &tombstone, now, now + HANDLE_KEPT).await?;
        tx.commit().await
    });
    buried.await?;
    let rewrite = || async {
        let mut tx = app.store.write().await?;
        let more = tx.rewrite_calls(person).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(more)
    };
    while app.again(rewrite).await? {}
    tracing::info!("an account was deleted");
    Ok(())
}
